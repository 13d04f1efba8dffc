/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CERTS_DIR_H
#define COLDCA_CERTS_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/error.h"

#define CA_CERTS_DIR_FILES_MAX 10000 /* files looked at in one directory */

/* What a file of CockroachDB's certificate directory is, by its name alone. */
enum ca_file_usage {
	CA_FILE_CA,             /* ca.crt */
	CA_FILE_CLIENT_CA,      /* ca-client.crt */
	CA_FILE_TENANT_CA,      /* ca-client-tenant.crt */
	CA_FILE_UI_CA,          /* ca-ui.crt */
	CA_FILE_NODE,           /* node.crt, node.key */
	CA_FILE_UI,             /* ui.crt, ui.key */
	CA_FILE_CLIENT,         /* client.<user>.crt, .key */
	CA_FILE_TENANT_CLIENT,  /* client-tenant.<id>.crt, .key */
	CA_FILE_TENANT_SIGNING, /* tenant-signing.<id>.crt, .key */
	CA_FILE_USAGES
};

/* One row of `list`. */
struct ca_certs_row {
	enum ca_file_usage usage;
	char *file;     /* "node.crt" */
	char *key_file; /* "node.key"; NULL: none that can be used */
	char *notes;    /* "addresses: ...", "user: ...", "num certs: 1" */
	char *error;    /* NULL: none */
	char
	    *key_problem; /* why there is no key_file; NULL where none is due */
	char *who;        /* user or tenant id from the file name, or NULL */
	struct ca_certificates certificates; /* empty where not readable */
};

struct ca_certs_rows {
	struct ca_certs_row *item;
	size_t count;
	char *
	    *ignored; /* "ca.old.crt: ..." names that the loader warns about */
	size_t ignored_count;
};

/* Usage as `cockroach cert list` prints it ("Client CA"), static. */
const char *ca_file_usage_name(enum ca_file_usage usage);

/*
 * Reads the directory at PATH as CockroachDB's loader does: names decide,
 * every file is looked at, and what is wrong with one is its row's error.
 * Rows come in the order CA, Client CA, Tenant Client CA, UI CA, Node, UI,
 * Client by user, then tenants. A certificate without its key is no error
 * here: key_problem says so. *RET is new; ca_certs_rows_clear() it.
 *
 * CA_ERR_FILE  the directory can not be read
 */
CA_CHECKED enum ca_code ca_certs_dir_scan(const char *path,
    struct ca_certs_rows *ret, struct ca_error *err);

void ca_certs_rows_clear(struct ca_certs_rows *rows);

#endif
