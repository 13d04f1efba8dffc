/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BUNDLE_H
#define COLDCA_BUNDLE_H

#include <stdbool.h>

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
 * certificate as its profile's file, and the files of the CAs. What was written
 * is read again, and passes the exit gate (exit_gate.h). The folder appears
 * complete, and on disk, or not at all. An existing one is replaced only with
 * OVERWRITE.
 *
 * CA_ERR_FILE    it exists, or can not be written
 * CA_ERR_POLICY  the exit gate: something else is in it
 */
CA_CHECKED enum ca_code ca_bundle_write(const char *out,
    const struct ca_bundle *bundle, bool overwrite, struct ca_error *err);

/* The files of bundles that were written, as a response manifest lists them. */
struct ca_bundle_files {
	struct ca_bytes text; /* owned */
	bool incomplete; /* there is a name that can not stand in a manifest */
};

/*
 * The same for COUNT of them, all of which are on disk before the first gets its
 * name. RET_ERRS has room for as many: its codes say what became of each, those
 * of ca_bundle_write(). The rest is written where one is not. Where FILES is not
 * NULL, what was written is added to it, for a response manifest.
 *
 * CA_ERR_FILE  OUT can not be opened: nothing was written
 */
CA_CHECKED enum ca_code ca_bundles_write(const char *out,
    const struct ca_bundle *bundles, size_t count, bool overwrite,
    struct ca_error *ret_errs, struct ca_bundle_files *files,
    struct ca_error *err);

/* Whether OUT already holds NAME, of whatever type; false on any error. */
bool ca_bundle_exists(const char *out, const char *name);

#endif
