/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_EXPORT_INTERNAL_H
#define COLDCA_CORE_EXPORT_INTERNAL_H

#include "coldca/export.h"

/* Each appends to *RET; the three of JSON are in a file of their own. */
CA_CHECKED enum ca_code
ca_export_json(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err);
CA_CHECKED enum ca_code
ca_export_vault(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err);
CA_CHECKED enum ca_code
ca_export_cloud_api(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err);

/* The PEM of all, SEPARATOR between them. */
CA_CHECKED enum ca_code
ca_export_pem_all(const struct ca_certificates *certificates,
    const char *separator, struct ca_bytes *ret, struct ca_error *err);

#endif
