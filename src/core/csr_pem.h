/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CSR_PEM_H
#define COLDCA_CORE_CSR_PEM_H

#include "coldca/bytes.h"

/*
 * Finds the one PEM block (RFC 7468) with a request in the LEN bytes at DATA
 * and appends what it encodes to DER. Lines end in LF, CR LF
 * or CR; text before the block and a UTF-8 byte order mark are ignored.
 *
 * CA_ERR_INPUT  no block, a block of another type, with headers, with a fault,
 *               or anything but white space behind it; the rule is pem-...
 */
CA_CHECKED enum ca_code ca_csr_pem_read(const uint8_t *data, size_t len,
    struct ca_bytes *der, struct ca_error *err);

#endif
