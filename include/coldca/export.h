/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_EXPORT_H
#define COLDCA_EXPORT_H

#include <stdbool.h>

#include "coldca/bytes.h"
#include "coldca/certificate.h"
#include "coldca/error.h"

/* The forms in which a CA's certificates leave. The order is that of --format. */
enum ca_export_format {
	CA_EXPORT_PEM,       /* RFC 7468: what ca.crt holds */
	CA_EXPORT_DER,       /* the first certificate alone */
	CA_EXPORT_TEXT,      /* as `openssl x509 -text` shows each */
	CA_EXPORT_JSON,      /* a list of objects */
	CA_EXPORT_VAULT,     /* what `vault write ... --format=json` answers */
	CA_EXPORT_CLOUD_API, /* body of CockroachDB Cloud's client-ca-cert */
	CA_EXPORT_TERRAFORM, /* a resource cockroach_client_ca_cert */
	CA_EXPORT_FINGERPRINT, /* SHA-256 in hex, and in words to read aloud */
	CA_EXPORT_FORMATS
};

/* "vault-json": static. */
const char *ca_export_name(enum ca_export_format format);

/* Bytes of a cluster's id in CockroachDB Cloud, a UUID in text, without NUL. */
#define CA_CLUSTER_ID_LEN 36

/* Whether TEXT is one: lower-case hex, 8-4-4-4-12. */
bool ca_cluster_id_valid(const char *text);

/*
 * Makes the export of CERTIFICATES, of which there is at least one and the
 * first is the newest. CLUSTER_ID is put into what Terraform gets; NULL leaves
 * a variable there. The same certificates give the same bytes. Appended to
 * *RET.
 *
 * CA_ERR_INTERNAL  out of memory
 */
CA_CHECKED enum ca_code ca_export_make(enum ca_export_format format,
    const struct ca_certificates *certificates, const char *cluster_id,
    struct ca_bytes *ret, struct ca_error *err);

/*
 * Method and path for the body of CA_EXPORT_CLOUD_API, separated by a blank,
 * in one line: POST, or PATCH where UPDATE is set (CockroachDB Cloud API,
 * /api/v1/clusters/{cluster_id}/client-ca-cert). Without CLUSTER_ID its place
 * is kept as the documentation writes it.
 */
CA_CHECKED enum ca_code ca_export_cloud_request(bool update,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err);

#endif
