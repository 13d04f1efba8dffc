/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CERTS_DIR_INTERNAL_H
#define COLDCA_CORE_CERTS_DIR_INTERNAL_H

#include <stdbool.h>

#include "base/file.h"
#include "coldca/certs_dir.h"

/* What a file name says; see ca_file_kind_parse(). */
struct ca_file_kind {
	enum ca_file_usage usage;
	bool is_ca;                     /* no key belongs to it */
	char who[CA_FILE_NAME_MAX + 1]; /* user or tenant id; or empty */
	const char *problem; /* why the loader ignores it, where it does */
	bool fatal;          /* it does not ignore it: WHO is no tenant's id */
};

/* The directory that is being read. */
struct ca_certs_scan {
	int fd;
	const char *path; /* without a slash at its end */
	bool any_key_mode;
	struct ca_certs_rows rows;
};

/*
 * Reads NAME as CockroachDB's loader does: it ends in .crt, and its parts
 * between dots decide. False where it names no certificate; RET->problem then
 * says why (NULL: it is not even a .crt file).
 */
bool ca_file_kind_parse(const char *name, struct ca_file_kind *ret);

/*
 * Reads ROW's file, and its key where it has one to have, as the loader does:
 * what is wrong with them becomes the row's error. A key that is there is held
 * against the certificate, which the loader does not do.
 */
CA_CHECKED enum ca_code ca_certs_row_load(const struct ca_certs_scan *scan,
    struct ca_certs_row *row, bool is_ca, struct ca_error *err);

/* The row of client.USER.crt, or NULL. */
const struct ca_certs_row *
ca_certs_find_client(const struct ca_certs_rows *rows, const char *user);

/* Adds PROBLEM, a CA_CERTS_ bit or 0, and a warning that says it. */
CA_CHECKED enum ca_code ca_certs_row_warn(struct ca_certs_row *row,
    unsigned problem, struct ca_error *err, const char *fmt, ...)
    CA_PRINTF(4, 5);

/* Looks at who signed what, and for what: no clock is needed. */
CA_CHECKED enum ca_code ca_certs_judge_trust(struct ca_certs_rows *rows,
    struct ca_error *err);

/* ca_certs_dir_scan() of the directory FD, which messages call PATH. */
CA_CHECKED enum ca_code ca_certs_dir_scan_at(int fd, const char *path,
    struct ca_certs_rows *ret, struct ca_error *err);

#endif
