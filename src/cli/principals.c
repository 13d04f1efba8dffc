/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom CockroachDB takes a certificate for: its common name and each of its DNS
 * names, through the map; and the subjects that root and nodes must have.
 */
#include "cli/principals.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/term.h"
#include "coldca/principal.h"

enum ca_code
cli_check_principal_map(const char *value, struct ca_error *err)
{
	struct ca_principal_map map = { 0 };
	enum ca_code rc = ca_principal_map_add(&map, value, err);

	ca_principal_map_clear(&map);
	return rc;
}

/* RFC 4514 section 3: TYPE=VALUE with `,` or `+` between, `\` before one. */
enum ca_code
cli_check_dn(const char *value, struct ca_error *err)
{
	bool equals = false;
	size_t type = 0;

	for (const char *p = value;; p++) {
		if (*p == '\0' || *p == ',' || *p == '+') {
			if (!equals)
				break;
			if (*p == '\0')
				return CA_OK;
			equals = false;
			type = 0;
		} else if (*p == '\\' && p[1] != '\0') {
			p++;
		} else if (*p == '=' && !equals) {
			if (type == 0)
				break;
			equals = true;
		} else if (!equals && *p != ' ') {
			type++;
		}
	}
	(void)ca_fail(err, CA_ERR_INPUT, "`%s` is not a distinguished name",
	    value);
	ca_hint(err, "O=Cockroach,CN=root (RFC 4514)");
	return err->code;
}

enum ca_code
cli_principal_map(const struct cli_args *args, struct ca_principal_map *ret,
    struct ca_error *err)
{
	struct ca_principal_map map = { 0 };
	const char *text;
	size_t index = 0;
	enum ca_code rc = CA_OK;

	while (rc == CA_OK &&
	    (text = cli_args_next(args, CLI_OPT_CERT_PRINCIPAL_MAP, &index)) !=
		NULL)
		rc = ca_principal_map_add(&map, text, err);
	if (rc == CA_OK)
		*ret = map;
	else
		ca_principal_map_clear(&map);
	return rc;
}

static enum ca_code
warn_map(const struct cli_args *args, const struct ca_grant *grant,
    struct ca_error *err)
{
	const char *user = grant->common_name;
	struct ca_principal_map map = { 0 };
	enum ca_code rc = cli_principal_map(args, &map, err);

	if (rc == CA_OK && !ca_principal_is(user, &grant->names, &map, user))
		term_warning(
		    "--cert-principal-map: cockroach with this map takes the certificate of `%s` for `%s`",
		    user, ca_principal_map_get(&map, user));
	ca_principal_map_clear(&map);
	return rc;
}

static enum ca_code
warn_dn(const struct cli_args *args, const struct ca_grant *grant,
    struct ca_error *err)
{
	static const struct {
		const char *user;
		enum cli_opt opt;
	} kinds[] = { { "root", CLI_OPT_ROOT_DN },
		{ "node", CLI_OPT_NODE_DN } };
	char *subject = NULL;
	enum ca_code rc;

	/* In the order of the certificate, as CockroachDB compares them. */
	rc = ca_text_format(&subject, err, "O=" CA_ORGANIZATION ",CN=%s",
	    grant->common_name);
	for (size_t i = 0; rc == CA_OK && i < 2; i++) {
		const char *wanted = cli_args_value(args, kinds[i].opt);

		if (wanted != NULL &&
		    strcmp(grant->common_name, kinds[i].user) == 0 &&
		    !ca_dn_equal(wanted, subject))
			term_warning(
			    "--%s: cockroach that is started with `%s` refuses the subject of this certificate, `%s`",
			    cli_option_get(kinds[i].opt)->name, wanted,
			    subject);
	}
	free(subject);
	return rc;
}

enum ca_code
cli_principals_warn(const struct cli_args *args, const struct ca_grant *grant,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (grant->profile->names == CA_NAMES_USER ||
	    grant->profile->id == CA_PROFILE_NODE) {
		rc = warn_map(args, grant, err);
		if (rc == CA_OK)
			rc = warn_dn(args, grant, err);
	}
	return rc;
}
