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
};

/*
 * Reads NAME as CockroachDB's loader does: it ends in .crt, and its parts
 * between dots decide. False where it names no certificate; RET->problem then
 * says why (NULL: it is not even a .crt file).
 */
bool ca_file_kind_parse(const char *name, struct ca_file_kind *ret);

/* ca_certs_dir_scan() of the directory FD, which messages call PATH. */
CA_CHECKED enum ca_code ca_certs_dir_scan_at(int fd, const char *path,
    struct ca_certs_rows *ret, struct ca_error *err);

#endif
