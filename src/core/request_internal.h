/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_REQUEST_INTERNAL_H
#define COLDCA_CORE_REQUEST_INTERNAL_H

#include <openssl/types.h>

#include "coldca/bytes.h"
#include "coldca/request.h"
#include "core/certs_place.h"

/*
 * The PEM of a PKCS#10 request for KEY with COMMON_NAME and, where the profile
 * has hosts, these as subject alternative names.
 */
CA_CHECKED enum ca_code ca_request_csr(const struct ca_request *request,
    const char *common_name, EVP_PKEY *key, struct ca_bytes *ret_pem,
    struct ca_error *err);

/*
 * The manifest of REQUEST (manifest.h), whose CSR is the bytes given, signed by
 * KEY. The CAs are those that PLACE trusts.
 *
 * CA_ERR_INPUT  ca.crt can not be read as certificates
 */
CA_CHECKED enum ca_code ca_request_manifest(const struct ca_request *request,
    const struct ca_certs_place *place, EVP_PKEY *key,
    const struct ca_bytes *csr, struct ca_bytes *ret_text,
    struct ca_error *err);

/* What is written for one request. A content without bytes is not written. */
struct ca_request_content {
	struct ca_bytes key; /* PEM; wiped by the caller */
	struct ca_bytes csr;
	struct ca_bytes pkcs8; /* DER; wiped by the caller */
	struct ca_bytes manifest;
};

/*
 * Writes CONTENT into the certificate directory FD at PATH under NAMES, which
 * are names there or begin with "pending/".
 */
CA_CHECKED enum ca_code ca_request_write(int fd, const char *path,
    const struct ca_request *request, const struct ca_request_files *names,
    const struct ca_request_content *content, struct ca_error *err);

#endif
