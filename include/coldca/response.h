/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_RESPONSE_H
#define COLDCA_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/head.h"
#include "coldca/issue.h"
#include "coldca/key.h"
#include "coldca/statement.h"

/*
 * The response manifest: what a session of the CA made, for hosts to hold their
 * bundles against. Its body lists every file of every bundle; the SHA-256 of the
 * body is in the text of the ledger's head that the CA's key signs at the end of
 * the session, and that text with its signature stands behind the body. So the
 * CA's certificate alone is enough to verify it. docs/exchange.md has its lines.
 */

#define CA_RESPONSE_MAX (CA_STATEMENT_MAX + 4096) /* bytes of one */
#define CA_RESPONSE_NAME_SIZE 40 /* of a file's name, with the NUL */

/* A file that it lists: "node-n1.example.com" and "node.crt". */
struct ca_response_file {
	char *bundle; /* owned; a folder's name */
	char *name;   /* owned; in that folder */
	uint8_t sha256[CA_SHA256_SIZE];
};

/* A certificate that it lists. */
struct ca_response_certificate {
	char *bundle; /* owned; in which it is */
	char *serial; /* owned; hex */
};

/* Zero-initialised is empty and valid. */
struct ca_response {
	struct ca_head_said head; /* the ledger, its entry, the key, the time */
	char *crl; /* owned; hex of the number of the CRL in force; or NULL */
	struct ca_response_certificate *certificate;
	size_t certificate_count;
	struct ca_response_file *file;
	size_t file_count;
	struct ca_bytes body;           /* owned; what is listed */
	struct ca_statement *proof;     /* owned; the head and its signature */
	uint8_t sha256[CA_SHA256_SIZE]; /* of the body */
};

/* A bundle that a session wrote. Borrowed. */
struct ca_response_bundle {
	const char *name;   /* of its folder */
	const char *serial; /* hex; NULL: it has no certificate of its own */
};

/*
 * Appends one file of the folder BUNDLE to FILES: its NAME, and the SHA-256 of its
 * content, CA_SHA256_SIZE octets. Once FILES are more than a manifest holds it
 * appends nothing.
 *
 * CA_ERR_INPUT  the name can not stand in a manifest
 */
CA_CHECKED enum ca_code ca_response_add_file(struct ca_bytes *files,
    const char *bundle, const char *name, const uint8_t *sha256,
    struct ca_error *err);

/*
 * The body for COUNT bundles, to which their files are to be appended: what
 * ca_bundles_write() listed, or ca_response_add_bundles(). ISSUER's key is to sign
 * it. *RET_BODY is new.
 */
CA_CHECKED enum ca_code ca_response_body(const struct ca_issuer *issuer,
    const struct ca_response_bundle *bundle, size_t count, int64_t now,
    struct ca_bytes *ret_body, struct ca_error *err);

/*
 * Appends the files of COUNT bundles to BODY as they are in the directory OUT.
 *
 * CA_ERR_FILE  one can not be read
 */
CA_CHECKED enum ca_code ca_response_add_bundles(struct ca_bytes *body,
    const char *out, const struct ca_response_bundle *bundle, size_t count,
    struct ca_error *err);

/* CA_ERR_INPUT: BODY, of COUNT bundles, is more than one manifest holds. */
CA_CHECKED enum ca_code ca_response_check_body(const struct ca_bytes *body,
    size_t count, struct ca_error *err);

/*
 * Makes TEXT, which is a body, the whole manifest of it with what ca_head_sign()
 * proved of it; whatever it holds after a failure is none. RET_NAME is that of
 * its file: "response-12.txt", by the entry.
 */
CA_CHECKED enum ca_code ca_response_write(struct ca_bytes *text,
    const struct ca_head_proof *proof, char ret_name[CA_RESPONSE_NAME_SIZE],
    struct ca_error *err);

/* Whether NAME is one that ca_response_write() gives. */
bool ca_response_is_name(const char *name);

/*
 * Reads the LEN bytes at DATA, which messages call WHAT. Who signed it is not
 * looked at. *RET is new; ca_response_clear() it.
 *
 * CA_ERR_INPUT  not a response manifest; its head names another body
 */
CA_CHECKED enum ca_code ca_response_parse(const char *what, const void *data,
    size_t len, struct ca_response *ret, struct ca_error *err);

/*
 * Whether the key of one of CERTIFICATES signed RESPONSE.
 *
 * CA_ERR_POLICY  response-other-ca: none of them has the key that it names;
 *                response-signature: it was edited
 */
CA_CHECKED enum ca_code ca_response_verify(const struct ca_response *response,
    const char *what, const struct ca_certificates *certificates,
    struct ca_error *err);

/* What RESPONSE says of FILE in BUNDLE, or NULL. */
const struct ca_response_file *
ca_response_find(const struct ca_response *response, const char *bundle,
    const char *file);

/* How many files it lists for BUNDLE. */
size_t ca_response_count(const struct ca_response *response,
    const char *bundle);

/* Accepts NULL and leaves an empty one. */
void ca_response_clear(struct ca_response *response);

#endif
