/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CSR_PARTS_H
#define COLDCA_CORE_CSR_PARTS_H

#include <openssl/types.h>
#include <stdbool.h>

#include "coldca/findings.h"
#include "coldca/key.h"
#include "core/der_check.h"

/*
 * The parts of a CertificationRequest (RFC 2986 section 4) as they came,
 * borrowed from its DER. OpenSSL's X509_REQ is not used: to read its key costs
 * more than all the rest of vetting.
 */
struct ca_csr_parts {
	struct ca_der_element info;       /* what is signed */
	struct ca_der_element version;    /* an INTEGER */
	struct ca_der_element subject;    /* a Name */
	struct ca_der_element spki;       /* subjectPKInfo */
	struct ca_der_element attributes; /* the whole [0] */
	bool has_attributes;
	struct ca_der_element algorithm; /* an AlgorithmIdentifier */
	struct ca_der_element signature; /* the BIT STRING */
};

/*
 * Finds the parts in the LEN bytes at DER, a request that has passed
 * ca_der_check().
 *
 * CA_ERR_INPUT  it has other parts, its attributes are no SET OF in order, or
 *               an RDN of its subject is empty; the rule of that is csr-subject
 */
CA_CHECKED enum ca_code ca_csr_parts_read(const uint8_t *der, size_t len,
    struct ca_csr_parts *ret, struct ca_error *err);

/*
 * Checks that KEY, which is of KIND, signed the info of PARTS, with an
 * algorithm and parameters that prove something. What is tolerated is added to
 * NOTICES.
 *
 * CA_ERR_INPUT   csr-form: no AlgorithmIdentifier;
 *                csr-signature-parameters: what the algorithm must not have
 * CA_ERR_POLICY  csr-signature-algorithm: unknown, or not of such a key;
 *                csr-signature-digest: not over SHA-256, SHA-384 or SHA-512;
 *                csr-pss-parameters: see docs/requests.md;
 *                csr-signature: does not verify, or the first rule of
 *                ca_key_check() that KEY breaks then
 */
CA_CHECKED enum ca_code ca_csr_signature_check(const struct ca_csr_parts *parts,
    EVP_PKEY *key, enum ca_key_kind kind, struct ca_findings *notices,
    struct ca_error *err);

/* Says that it is no request: CA_ERR_INPUT, csr-form. */
enum ca_code ca_csr_refuse_form(struct ca_error *err);

#endif
