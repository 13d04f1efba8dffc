/* SPDX-License-Identifier: Apache-2.0 */
/* Which key signs for a CA, where the policy names one. */
#include "cli/policy_key.h"

#include <string.h>

#include "coldca/token.h"

/* The INDEX-th URI of CA, its key first; NULL after the last. */
static const char *
uri_at(const struct ca_authority_policy *ca, size_t index)
{
	if (ca->key == NULL)
		return NULL;
	if (index == 0)
		return ca->key;
	return index <= ca->standby.count ? ca->standby.item[index - 1] : NULL;
}

/* Reads a URI of the policy, where no option is to blame for it. */
static enum ca_code
parse(const char *name, enum ca_authority authority, const char *text,
    struct ca_uri **ret, struct ca_error *err)
{
	if (ca_uri_parse(text, ret, err) == CA_OK)
		return CA_OK;
	if (err->code == CA_ERR_USAGE)
		err->code = CA_ERR_INPUT;
	return ca_error_prefix(err, "%s: cas.%s", name,
	    ca_authority_name(authority));
}

/* Whether URI can mean one of the keys of AUTHORITY's CA. */
static enum ca_code
is_one(const struct cli *cli, enum ca_authority authority,
    const struct ca_uri *uri, bool *ret, struct ca_error *err)
{
	const struct ca_authority_policy *ca =
	    &cli->ca.policy->authority[authority];
	const char *text;

	*ret = false;
	for (size_t i = 0; !*ret && (text = uri_at(ca, i)) != NULL; i++) {
		struct ca_uri *own = NULL;
		enum ca_code rc;

		rc = parse(CLI_POLICY_FILE, authority, text, &own, err);
		if (rc != CA_OK)
			return rc;
		*ret = !ca_uri_contradicts(own, uri);
		ca_uri_free(own);
	}
	return CA_OK;
}

static enum ca_code
is_one_text(const struct cli *cli, enum ca_authority authority,
    const char *text, bool *ret, struct ca_error *err)
{
	struct ca_uri *uri = NULL;
	enum ca_code rc = ca_uri_parse(text, &uri, err);

	if (rc == CA_OK)
		rc = is_one(cli, authority, uri, ret, err);
	ca_uri_free(uri);
	return rc;
}

static enum ca_code
refuse(const struct cli *cli, enum ca_authority authority, const char *what,
    struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: policy names another key for the %s CA", what,
	    ca_authority_name(authority));
	ca_hint(err,
	    "it is %s; another one, such as that of a new CA, must first be written under cas.%s.standby in " CLI_POLICY_FILE,
	    cli->ca.policy->authority[authority].key,
	    ca_authority_name(authority));
	return CA_ERR_POLICY;
}

enum ca_code
cli_policy_key_choose(const struct cli *cli, enum ca_authority authority,
    const char *known, const char **ret, struct ca_error *err)
{
	const char *given = cli_args_value(&cli->args, CLI_OPT_CA_KEY);
	const char *own = cli->ca.policy->authority[authority].key;
	bool one = false;
	enum ca_code rc = CA_OK;

	if (own == NULL) {
		*ret = given != NULL ? given : known;
		return CA_OK;
	}
	if (given != NULL || known != NULL)
		rc = is_one_text(cli, authority, given != NULL ? given : known,
		    &one, err);
	if (rc != CA_OK)
		return rc;
	if (given != NULL && !one)
		return refuse(cli, authority, "--ca-key", err);
	if (given != NULL)
		*ret = given;
	else
		*ret = one ? known : own;
	return CA_OK;
}

enum ca_code
cli_policy_key_require(const struct cli *cli, enum ca_authority authority,
    const char *uri, struct ca_error *err)
{
	bool one = false;
	enum ca_code rc;

	if (cli->ca.policy->authority[authority].key == NULL)
		return CA_OK;
	rc = is_one_text(cli, authority, uri, &one, err);
	if (rc == CA_OK && !one)
		rc = refuse(cli, authority, uri, err);
	return rc;
}

enum ca_code
cli_policy_keys_check(const struct ca_policy *policy, const char *name,
    struct ca_error *err)
{
	for (size_t i = 0; i < CA_AUTHORITIES; i++) {
		const char *text;

		for (size_t j = 0;
		     (text = uri_at(&policy->authority[i], j)) != NULL; j++) {
			struct ca_uri *uri = NULL;
			enum ca_code rc;

			rc = parse(name, (enum ca_authority)i, text, &uri, err);
			ca_uri_free(uri);
			if (rc != CA_OK)
				return rc;
		}
	}
	return CA_OK;
}
