/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CSR_H
#define COLDCA_CSR_H

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/key.h"
#include "coldca/name.h"

/* Bytes of one request file; a larger one is refused unread. */
#define CA_CSR_SIZE_MAX ((size_t)64 * 1024)

/* Things one request asks for besides its names; more is refused. */
#define CA_CSR_ASKS_MAX 100

/* What a request may ask for, besides a key and subject alternative names. */
enum ca_ask_kind {
	CA_ASK_CN,        /* a common name in the subject */
	CA_ASK_SUBJECT,   /* any other attribute of the subject */
	CA_ASK_CA,        /* basicConstraints with cA TRUE */
	CA_ASK_NOT_CA,    /* basicConstraints with cA FALSE */
	CA_ASK_KEY_USAGE, /* one bit of keyUsage; `value` is its KU_ mask */
	CA_ASK_EKU,       /* one purpose of extKeyUsage; `value` is its NID */
	CA_ASK_KEY_ID,    /* a subject key identifier */
	CA_ASK_EXTENSION, /* any other extension */
	CA_ASK_ATTRIBUTE, /* an attribute that asks for no extension */
};

struct ca_ask {
	enum ca_ask_kind kind;
	int value;  /* see above; NID of a subject attribute; 0 otherwise */
	char *what; /* owned, printable: "CN=node", "keyUsage keyCertSign" */
	char *text; /* owned, printable: a subject attribute's value, or NULL */
};

/* One PKCS#10 request (RFC 2986) whose proof of possession was verified. */
struct ca_csr;

/*
 * Reads one request, DER or PEM, from the LEN bytes at DATA. NAME is what
 * messages call it. Text before the one PEM block is ignored, as certtool and
 * `openssl req -text` write it; nothing but white space may follow.
 *
 * On success *RET_CSR is new, freed with ca_csr_free().
 *
 * Everything about the request itself is checked, but neither the key (see
 * ca_key_check()) nor what is asked for. Each refusal has a rule (struct
 * ca_error); docs/requests.md lists them.
 *
 * CA_ERR_INPUT   larger than CA_CSR_SIZE_MAX, no request, several, trailing
 *                bytes, an encoding that is not DER, a version other than 0
 *                (RFC 2986 section 4.1), a second common name, an attribute
 *                or extension twice, a value that its type does not permit, a
 *                key that is not in the encoding of its kind
 * CA_ERR_POLICY  the signature does not verify (RFC 2986 section 4.2), or is
 *                not over SHA-256, SHA-384 or SHA-512; a key of a kind that
 *                is not certified
 */
CA_CHECKED enum ca_code ca_csr_parse(const char *name, const void *data,
    size_t len, struct ca_csr **ret_csr, struct ca_error *err);

/* Getters: everything is borrowed and lives as long as CSR. */
const char *ca_csr_name(const struct ca_csr *csr);
EVP_PKEY *ca_csr_key(const struct ca_csr *csr);
const struct ca_key_info *ca_csr_key_info(const struct ca_csr *csr);
const uint8_t *ca_csr_der(const struct ca_csr *csr, size_t *ret_len);
const struct ca_names *ca_csr_names(const struct ca_csr *csr);
const struct ca_ask *ca_csr_asks(const struct ca_csr *csr, size_t *ret_count);

/* The SubjectPublicKeyInfo, DER. */
const uint8_t *ca_csr_spki(const struct ca_csr *csr, size_t *ret_len);

/*
 * What is against a rule and tolerated all the same, because stacks in the
 * field do it and it misleads nobody: notices (CA_OK).
 */
const struct ca_findings *ca_csr_notices(const struct ca_csr *csr);

/* Accepts NULL. */
void ca_csr_free(struct ca_csr *csr);

#endif
