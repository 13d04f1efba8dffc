/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CSR_ASKS_H
#define COLDCA_CORE_CSR_ASKS_H

#include <openssl/x509.h>

#include "coldca/csr.h"
#include "core/csr_parts.h"

/* What one request asks for. Zero-initialised is empty and valid. */
struct ca_asks {
	struct ca_ask *item;
	size_t count;
	struct ca_names names; /* subject alternative names */
};

/*
 * Lists in *RET everything that the request of PARTS asks for: its subject, the
 * extensions of
 * its extensionRequest and its other attributes. *RET is new; ca_asks_clear()
 * it. What is tolerated is added to NOTICES.
 *
 * CA_ERR_INPUT  more than CA_CSR_ASKS_MAX, anything twice that may be there
 *               once, a known extension or attribute that can not be read
 */
CA_CHECKED enum ca_code ca_asks_read(const struct ca_csr_parts *parts,
    struct ca_asks *ret, struct ca_findings *notices, struct ca_error *err);

/* Adds what the attributes of PARTS ask for to ASKS; the same. */
CA_CHECKED enum ca_code
ca_asks_read_attributes(const struct ca_csr_parts *parts, struct ca_asks *asks,
    struct ca_findings *notices, struct ca_error *err);

/*
 * Adds what the SEQUENCE OF Extension in DER asks for to ASKS: the value of an
 * extensionRequest (RFC 2985 section 5.4.2).
 */
CA_CHECKED enum ca_code ca_asks_read_extensions(const ASN1_STRING *der,
    struct ca_asks *asks, struct ca_findings *notices, struct ca_error *err);

/*
 * Adds what one extension of a request asks for to ASKS. On failure ASKS may
 * hold a part of it.
 */
CA_CHECKED enum ca_code ca_asks_read_extension(X509_EXTENSION *extension,
    struct ca_asks *asks, struct ca_findings *notices, struct ca_error *err);

/*
 * Adds one: kind, value and text of ASK are copied, `what` is made from FMT.
 *
 * CA_ERR_INPUT  there are CA_CSR_ASKS_MAX already
 */
CA_CHECKED enum ca_code ca_asks_add(struct ca_asks *asks,
    const struct ca_ask *ask, struct ca_error *err, const char *fmt, ...)
    CA_PRINTF(4, 5);

void ca_asks_clear(struct ca_asks *asks);

#endif
