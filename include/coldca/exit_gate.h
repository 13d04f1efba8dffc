/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_EXIT_GATE_H
#define COLDCA_EXIT_GATE_H

#include <stddef.h>

#include "coldca/bytes.h"
#include "coldca/certificate.h"
#include "coldca/error.h"

/*
 * The exit gate: the last look at what is to leave the jumpbox. What it knows
 * completely may pass: certificates, CRLs (RFC 5280), OCSP responses (RFC
 * 6960) and coldca's own exports, each recognised by reading all of it.
 * Anything else is refused by name, and a private key is called one.
 */

#define CA_EXIT_FILE_MAX ((size_t)8 * 1024 * 1024)  /* bytes of one file */
#define CA_EXIT_CRL_MAX ((size_t)192 * 1024 * 1024) /* of CRLs alone */
#define CA_EXIT_FILES_MAX 100000 /* files below one directory */
#define CA_EXIT_DEPTH_MAX 4      /* directories inside one another */

/*
 * What a file can be held against that does not say all by itself. Borrowed.
 */
struct ca_exit_known {
	/* The CAs whose fingerprints may leave, as they were exported: a
	   fingerprint does not hold what it is of. */
	const struct ca_certificates *list;
	size_t count;
	/* PEM that was made of certificates in this process: the same bytes
	   need not be read as certificates again. */
	const struct ca_bytes *made;
	size_t made_count;
};

/*
 * Whether CONTENT, which messages call NAME, may leave.
 *
 * CA_ERR_POLICY  it holds a private key, or is nothing that may leave
 */
CA_CHECKED enum ca_code ca_exit_gate_content(const char *name,
    const struct ca_bytes *content, const struct ca_exit_known *known,
    struct ca_error *err);

/*
 * Reads the file NAME in the directory DIR again and judges it. PATH is what
 * messages call it.
 *
 * CA_ERR_POLICY  its content, or it is a link, has a second hard link, is not
 *                a regular file or is larger than CA_EXIT_FILE_MAX and
 *                more than CRLs, or than CA_EXIT_CRL_MAX
 * CA_ERR_FILE    it can not be read
 */
CA_CHECKED enum ca_code ca_exit_gate_file(int dir, const char *name,
    const char *path, const struct ca_exit_known *known, struct ca_error *err);

/*
 * The same for everything below the directory PATH, hidden files included.
 * *RET_COUNT, where not NULL, gets the number of files that may leave.
 *
 * CA_ERR_POLICY  the first that may not
 * CA_ERR_FILE    something can not be read
 */
CA_CHECKED enum ca_code ca_exit_gate_dir(const char *path,
    const struct ca_exit_known *known, size_t *ret_count, struct ca_error *err);

/* The same for NAME, not a link, in the directory DIR; messages call it PATH. */
CA_CHECKED enum ca_code ca_exit_gate_dir_at(int dir, const char *name,
    const char *path, const struct ca_exit_known *known, struct ca_error *err);

#endif
