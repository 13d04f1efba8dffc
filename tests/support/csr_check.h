/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_CSR_CHECK_H
#define COLDCA_TESTS_CSR_CHECK_H

#include <stddef.h>

#include "coldca/csr.h"

/* What the tests of requests share; every call fails the test where it can not. */

#define CSR_PEM_LABEL "CERTIFICATE REQUEST"

void csr_append(struct ca_bytes *bytes, const void *data, size_t len);
void csr_append_text(struct ca_bytes *bytes, const char *text);

/* Fails unless INPUT is refused with CODE and a message with WHY; frees it. */
void csr_assert_refused(struct ca_bytes input, enum ca_code code,
    const char *why);

/* The request in INPUT, which is freed. */
struct ca_csr *csr_parse(struct ca_bytes input);

/* The ask of CSR whose `what` is WHAT, or NULL; and that it is there. */
const struct ca_ask *csr_find_ask(const struct ca_csr *csr, const char *what);
void csr_assert_asks(const struct ca_csr *csr, const char *what,
    enum ca_ask_kind kind, int value);

/* A good request, CN=node and no more. */
struct ca_bytes csr_simple_der(void);
struct ca_bytes csr_simple_pem(void);

/* One with an extension whose value is the LEN bytes at DER. */
struct ca_bytes csr_with_ext_der(const char *oid, const void *der, size_t len);

#endif
