/* SPDX-License-Identifier: Apache-2.0 */
/* Names in certificates against those that they are used under. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/install_internal.h"

#define NAMES "install-host-names"
#define PRINCIPAL "install-principal"
#define ELSEWHERE "install-trusted-elsewhere"

/* RFC 6125 section 6.4.3, as Go reads it: `*` is one label, the left-most. */
static bool
covers(const struct ca_names *names, const struct ca_name *host)
{
	const char *rest = strchr(host->text, '.');

	if (ca_names_has(names, host))
		return true;
	for (size_t i = 0; i < names->count; i++) {
		const char *text = names->item[i].text;

		if (host->kind != CA_NAME_DNS ||
		    names->item[i].kind != CA_NAME_DNS)
			continue;
		if (strcasecmp(text, host->text) == 0)
			return true;
		if (rest != NULL && strncmp(text, "*.", 2) == 0 &&
		    strcasecmp(text + 1, rest) == 0)
			return true;
	}
	return false;
}

/* "db1, 10.0.0.1": those of HOST that NAMES does not cover; NULL: none. */
static enum ca_code
list_missing(const struct ca_names *names, const struct ca_names *host,
    char **ret, size_t *ret_count, struct ca_error *err)
{
	char *list = NULL;

	for (size_t i = 0; i < host->count; i++) {
		char *longer = NULL;

		if (covers(names, &host->item[i]))
			continue;
		if (ca_text_format(&longer, err, "%s%s%s",
			list == NULL ? "" : list, list == NULL ? "" : ", ",
			host->item[i].text) != CA_OK) {
			free(list);
			return err->code;
		}
		free(list);
		list = longer;
		++*ret_count;
	}
	*ret = list;
	return CA_OK;
}

static enum ca_code
compare_hosts(const struct ca_install_look *look,
    const struct ca_certs_row *row, struct ca_error *err)
{
	const struct ca_names *host = look->install->host;
	char *missing = NULL;
	size_t count = 0;
	enum ca_code rc;

	if (host == NULL || host->count == 0)
		return CA_OK;
	rc = list_missing(ca_certificate_names(row->certificates.item[0]), host,
	    &missing, &count, err);
	if (rc != CA_OK || missing == NULL)
		return rc;
	if (count == host->count)
		ca_findings_add(look->notices, NAMES, CA_OK,
		    "%s: no name or address of this host is in it; is it another host's? This one has: %s",
		    row->file, missing);
	else
		ca_findings_add(look->notices, NAMES, CA_OK,
		    "%s: not in it, and connections to them will fail: %s",
		    row->file, missing);
	free(missing);
	return CA_OK;
}

/* What the certificate must be a certificate for; NULL: nothing special. */
static const char *
wanted_principal(const struct ca_install_look *look,
    const struct ca_certs_row *row)
{
	const struct ca_cert_sets sets = { &look->bundle->rows, look->present };

	if (row->usage == CA_FILE_CLIENT || row->usage == CA_FILE_TENANT_CLIENT)
		return row->who;
	if (row->usage == CA_FILE_NODE &&
	    ca_cert_sets_find(&sets, "client.node.crt") == NULL)
		return "node";
	return NULL;
}

/* What can not be checked on this machine is said. */
static void
note_elsewhere(const struct ca_install_look *look,
    const struct ca_certs_row *row)
{
	const struct ca_cert_sets sets = { &look->bundle->rows, look->present };

	if (ca_cert_trusted_elsewhere(&sets, row))
		ca_findings_add(look->notices, ELSEWHERE, CA_OK,
		    "%s: its CA is not in ca.crt; that the servers trust it can not be checked here",
		    row->file);
}

enum ca_code
ca_install_compare_names(const struct ca_install_look *look,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < look->bundle->rows.count; i++) {
		const struct ca_certs_row *row = &look->bundle->rows.item[i];
		const struct ca_certificate *leaf = row->certificates.item[0];
		const char *principal = wanted_principal(look, row);

		note_elsewhere(look, row);
		if (principal != NULL &&
		    !ca_principal_is(ca_certificate_common_name(leaf),
			ca_certificate_names(leaf), NULL, principal))
			ca_findings_add(look->notices, PRINCIPAL, CA_OK,
			    "%s: is not a certificate for %s, unless --cert-principal-map says so",
			    row->file, principal);
		if (row->usage == CA_FILE_NODE || row->usage == CA_FILE_UI)
			rc = compare_hosts(look, row, err);
	}
	return rc;
}
