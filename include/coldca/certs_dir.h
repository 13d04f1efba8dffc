/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CERTS_DIR_H
#define COLDCA_CERTS_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/principal.h"

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

/* What CockroachDB finds out only when somebody connects; bits of a row. */
#define CA_CERTS_EXPIRED 1U    /* its dates are past or not yet begun */
#define CA_CERTS_EXPIRING 2U   /* they soon will be */
#define CA_CERTS_MISMATCHED 4U /* the key is another's, or is not readable */
#define CA_CERTS_UNTRUSTED 8U  /* no CA of the right file signed it */
#define CA_CERTS_UNFIT 16U     /* a peer refuses it for what it says */

/* One row of `list`. */
struct ca_certs_row {
	enum ca_file_usage usage;
	char *file;     /* "node.crt" */
	char *key_file; /* "node.key"; NULL: none that can be used */
	char *notes;    /* "addresses: ...", "user: ...", "num certs: 1" */
	char *error;    /* in the words of CockroachDB's loader; NULL: none */
	char *warning;  /* what it does not look at; NULL: nothing */
	unsigned problems; /* CA_CERTS_ bits, of the warnings */
	char *who;         /* user or tenant id from the file name, or NULL */
	struct ca_certificates certificates; /* empty where not readable */
};

struct ca_certs_rows {
	struct ca_certs_row *item;
	size_t count;
	char **
	    ignored; /* "bad filename D/ca.old.crt: ...": warnings of the loader */
	size_t ignored_count;
	char *load_error; /* why CockroachDB refuses the directory, or NULL */
};

/* How a directory is read; zero-initialised: as CockroachDB does. */
struct ca_certs_options {
	bool any_key_mode; /* COCKROACH_SKIP_KEY_PERMISSION_CHECK */
};

/* Usage as `cockroach cert list` prints it ("Client CA"), static. */
const char *ca_file_usage_name(enum ca_file_usage usage);

/*
 * Reads the directory at PATH as CockroachDB's loader does: names decide,
 * links are followed, every file is looked at, and what is wrong with one is
 * its row's error, in the loader's words. Beyond that keys are compared with
 * their certificates, and leaves with the CA files that are to verify them.
 * Rows come in the order CA, Client CA, Tenant Client CA, UI CA, Node, UI,
 * Client by user, then tenants. *RET is new; ca_certs_rows_clear() it.
 *
 * CA_ERR_FILE  the directory can not be read
 */
CA_CHECKED enum ca_code ca_certs_dir_scan(const char *path,
    const struct ca_certs_options *options, struct ca_certs_rows *ret,
    struct ca_error *err);

/*
 * Adds to ROWS what their dates say at NOW, in seconds since 1970-01-01 UTC:
 * expired, or expiring within SOON seconds. A CA file is as good as the last
 * of its certificates.
 */
CA_CHECKED enum ca_code ca_certs_judge_dates(struct ca_certs_rows *rows,
    int64_t now, int64_t soon, struct ca_error *err);

/* Whom a cockroach takes certificates for; zero-initialised: no flag is given. */
struct ca_certs_identity {
	const struct ca_principal_map *map; /* --cert-principal-map, or NULL */
	const char *root_dn; /* --root-cert-distinguished-name, or NULL */
	const char *node_dn; /* --node-cert-distinguished-name, or NULL */
};

/*
 * Adds to ROWS which of them CockroachDB, started with IDENTITY, does not take
 * for what their files' names say: client.max.crt for max, node.crt and
 * client.node.crt for a node, client-tenant.10.crt for the tenant. Its loaders up
 * to v24.1 refuse such a file, later ones let whoever has it be refused.
 */
CA_CHECKED enum ca_code ca_certs_judge_principals(struct ca_certs_rows *rows,
    const struct ca_certs_identity *identity, struct ca_error *err);

/* "expired", "untrusted": the word for one CA_CERTS_ bit, static. */
const char *ca_certs_problem_name(unsigned problem);

void ca_certs_rows_clear(struct ca_certs_rows *rows);

#endif
