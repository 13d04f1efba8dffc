/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the certificates of a directory are taken for, in CockroachDB's words. */
#include <stdlib.h>
#include <string.h>

#include "core/certs_dir_internal.h"

#define NODE "node"
#define ROOT "root"

static const char *const kinds[CA_FILE_USAGES] = {
	[CA_FILE_NODE] = "node",
	[CA_FILE_CLIENT] = "client",
	[CA_FILE_TENANT_CLIENT] = "tenant client",
};

/* Whom ROW is to be taken for; NULL: nobody in particular. */
static const char *
expected(const struct ca_certs_rows *rows, const struct ca_certs_row *row)
{
	switch (row->usage) {
	case CA_FILE_NODE:
		/* Other nodes are shown the other one, where there is one. */
		return ca_certs_find_client(rows, NODE) == NULL ? NODE : NULL;
	case CA_FILE_CLIENT:
	case CA_FILE_TENANT_CLIENT:
		return row->who;
	case CA_FILE_CA:
	case CA_FILE_CLIENT_CA:
	case CA_FILE_TENANT_CA:
	case CA_FILE_UI_CA:
	case CA_FILE_UI:
	case CA_FILE_TENANT_SIGNING:
	case CA_FILE_USAGES:
		break;
	}
	return NULL;
}

/* The distinguished name that a cockroach demands of WHO, or NULL. */
static const char *
demanded(const struct ca_certs_identity *identity, const char *who)
{
	if (strcmp(who, ROOT) == 0)
		return identity->root_dn;
	return strcmp(who, NODE) == 0 ? identity->node_dn : NULL;
}

static enum ca_code
judge_principals(struct ca_certs_row *row, const char *who,
    const struct ca_principal_map *map, struct ca_error *err)
{
	const struct ca_certificate *leaf = row->certificates.item[0];
	const char *common_name = ca_certificate_common_name(leaf);
	const struct ca_names *names = ca_certificate_names(leaf);
	char *text = NULL;
	enum ca_code rc;

	/* A tenant is known by the common name as it stands. */
	if (row->usage == CA_FILE_TENANT_CLIENT)
		map = NULL;
	if (ca_principal_is(common_name, names, map, who))
		return CA_OK;
	rc = ca_principals_text(common_name, names, map, &text, err);
	if (rc == CA_OK)
		rc = ca_certs_row_warn(row, CA_CERTS_UNFIT, err,
		    "%s certificate has principals %s, expected \"%s\"",
		    kinds[row->usage], text, who);
	free(text);
	return rc;
}

static enum ca_code
judge(struct ca_certs_row *row, const char *who,
    const struct ca_certs_identity *identity, struct ca_error *err)
{
	const char *dn = row->usage != CA_FILE_TENANT_CLIENT
	    ? demanded(identity, who)
	    : NULL;
	const char *subject =
	    ca_certificate_subject_text(row->certificates.item[0]);
	enum ca_code rc = CA_OK;

	if (dn != NULL && !ca_dn_equal(dn, subject))
		rc = ca_certs_row_warn(row, CA_CERTS_UNFIT, err,
		    "cert dn did not match set root or node dn: `%s`, not `%s`",
		    subject, dn);
	/* RPC looks at nothing else where the name of nodes is set. */
	if (rc == CA_OK && !(dn != NULL && strcmp(who, NODE) == 0))
		rc = judge_principals(row, who, identity->map, err);
	return rc;
}

enum ca_code
ca_certs_judge_principals(struct ca_certs_rows *rows,
    const struct ca_certs_identity *identity, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < rows->count && rc == CA_OK; i++) {
		struct ca_certs_row *row = &rows->item[i];
		const char *who = expected(rows, row);

		if (who != NULL && row->certificates.count > 0)
			rc = judge(row, who, identity, err);
	}
	return rc;
}
