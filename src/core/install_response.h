/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_INSTALL_RESPONSE_H
#define COLDCA_CORE_INSTALL_RESPONSE_H

#include "core/install_internal.h"

/*
 * What was installed with a response manifest, by which an older bundle is
 * known: in the certificate directory, where CockroachDB does not look at it.
 */
#define CA_INSTALLED_FILE "coldca-installed.txt"

/*
 * Holds each bundle of LOOK against the response manifest that lists it. *RET_TEXT
 * is what CA_INSTALLED_FILE is to hold then; it is new, and empty where no
 * bundle has a manifest.
 *
 * CA_ERR_POLICY  response-missing, response-edited, response-extra,
 *                response-incomplete, response-other-ca, response-signature,
 *                response-old, response-future, response-fingerprint
 * CA_ERR_INPUT   response-malformed
 * CA_ERR_FILE    it can not be read
 */
CA_CHECKED enum ca_code ca_install_response(const struct ca_install_look *look,
    struct ca_bytes *ret_text, struct ca_error *err);

/*
 * The CAs that are trusted: those in the directory, and that of the bundle which
 * --ca-fingerprint means. Where there is neither, the bundle vouches for itself:
 * *RET_ITSELF. *RET borrows them; free() its array alone.
 *
 * CA_ERR_POLICY  response-fingerprint: no CA of the bundle has the fingerprint
 */
CA_CHECKED enum ca_code ca_install_anchors(const struct ca_install_look *look,
    struct ca_certificates *ret, bool *ret_itself, struct ca_error *err);

/*
 * Refuses a bundle with a CA that is not one of ANCHORS.
 *
 * CA_ERR_POLICY  response-fingerprint
 */
CA_CHECKED enum ca_code
ca_install_refuse_strangers(const struct ca_install_look *look,
    const struct ca_certificates *anchors, struct ca_error *err);

/* The file of COUNT installed bundles: what was installed, read and written. */
struct ca_installed_row {
	char *bundle;                   /* owned */
	uint8_t ledger[CA_SHA256_SIZE]; /* hash of its first entry */
	int64_t entry;                  /* of the head that covers it */
};

/* Zero-initialised is empty and valid. */
struct ca_installed_rows {
	struct ca_installed_row *item;
	size_t count;
	bool there; /* the file is */
};

/* CA_ERR_INPUT: it is malformed; none is there: RET is empty. */
CA_CHECKED enum ca_code ca_installed_rows_read(int dir, const char *path,
    struct ca_installed_rows *ret, struct ca_error *err);

/* Sets that BUNDLE came with ENTRY of LEDGER. */
CA_CHECKED enum ca_code ca_installed_rows_set(struct ca_installed_rows *rows,
    const char *bundle, const uint8_t ledger[CA_SHA256_SIZE], int64_t entry,
    struct ca_error *err);
CA_CHECKED enum ca_code
ca_installed_rows_write(const struct ca_installed_rows *rows,
    struct ca_bytes *ret_text, struct ca_error *err);
void ca_installed_rows_clear(struct ca_installed_rows *rows);

#endif
