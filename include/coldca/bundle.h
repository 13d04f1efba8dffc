/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BUNDLE_H
#define COLDCA_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/vet.h"

#define CA_BUNDLE_NAME_MAX 255 /* bytes of a folder's name (NAME_MAX) */

/*
 * The folder's name of GRANT's bundle: "node-<first host>", "client-<user>",
 * "ui-<first host>", "tenant-client-<number>". A wildcard's `*` becomes "wildcard" and the colons of an
 * IPv6 address become `-`, so that any file system takes the name.
 * *RET_NAME is new; free() it.
 */
CA_CHECKED enum ca_code ca_bundle_name(const struct ca_grant *grant,
    char **ret_name, struct ca_error *err);

/* What goes back to one host. Everything is borrowed. */
struct ca_bundle {
	const char *name; /* of the folder */
	const struct ca_profile *profile;
	const struct ca_certificate *certificate; /* NULL: CA files alone */
	const struct ca_authorities *authorities; /* one file each, where there
						     are any */
};

/*
 * Writes BUNDLE under the directory OUT, which is made where it is missing: the
 * certificate as its profile's file, and the files of the CAs. The folder appears complete or not at all. An existing one is replaced only
 * with OVERWRITE.
 *
 * CA_ERR_FILE  it exists, or can not be written
 */
CA_CHECKED enum ca_code ca_bundle_write(const char *out,
    const struct ca_bundle *bundle, bool overwrite, struct ca_error *err);

/* Whether OUT already holds NAME, of whatever type; false on any error. */
bool ca_bundle_exists(const char *out, const char *name);

/* What one installation did; free the text with free(). */
struct ca_installed {
	char *file;        /* "node.crt" */
	int64_t not_after; /* seconds since 1970-01-01 UTC */
};

/*
 * Puts the bundle in the directory BUNDLE into the certificate directory
 * CERTS_DIR: its certificate must match the key that is there, chain to the
 * bundle's ca.crt and be within its dates at NOW. Nothing is changed on any
 * failure. A ca.crt that would drop a CA which the present one trusts is
 * refused unless OVERWRITE.
 *
 * CA_ERR_INPUT   the folder holds something else than a bundle
 * CA_ERR_POLICY  it does not fit: key, chain, dates, trust dropped
 * CA_ERR_FILE    a file can not be read or written
 */
CA_CHECKED enum ca_code ca_bundle_install(const char *bundle,
    const char *certs_dir, bool overwrite, int64_t now,
    struct ca_installed *ret, struct ca_error *err);

#endif
