/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "coldca/tenant.h"

#define RSA_BITS 2048 /* what `cockroach cert` makes */

enum ca_code
cli_order_profile(const char *word, const struct ca_profile **ret_profile,
    struct ca_error *err)
{
	const struct ca_profile *profile = ca_profile_by_name(word);

	if (profile == NULL || !ca_profile_on_request(profile)) {
		(void)ca_fail(err, CA_ERR_USAGE, "%s: unknown profile", word);
		ca_hint(err, "node, client, ui or tenant-client");
		return CA_ERR_USAGE;
	}
	*ret_profile = profile;
	return CA_OK;
}

enum ca_code
cli_order_lifetime(const struct cli_args *args, int64_t *ret,
    struct ca_error *err)
{
	const char *value = cli_args_value(args, CLI_OPT_LIFETIME);
	int64_t lifetime;

	if (value == NULL)
		return CA_OK;
	if (ca_duration_parse(value, &lifetime, err) != CA_OK ||
	    lifetime < CA_LIFETIME_MIN || lifetime > CA_LIFETIME_MAX) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--lifetime: `%s` is not a lifetime from 1m to 100 years",
		    value);
		ca_hint(err, "--lifetime=8784h, --lifetime=30d");
		return CA_ERR_USAGE;
	}
	*ret = lifetime;
	return CA_OK;
}

static bool
is_rsa_size(unsigned bits)
{
	static const unsigned sizes[] = { 2048, 3072, 4096 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (bits == sizes[i])
			return true;
	return false;
}

enum ca_code
cli_order_key(const struct cli_args *args, enum ca_key_kind *ret_kind,
    unsigned *ret_bits, struct ca_error *err)
{
	const char *word = cli_args_value(args, CLI_OPT_KEY_TYPE);
	enum ca_key_kind kind = CA_KEY_P256;
	unsigned bits = 0;
	enum ca_code rc;

	if (word != NULL && !ca_key_kind_parse(word, &kind))
		return ca_fail(err, CA_ERR_USAGE, "--key-type: `%s`", word);
	rc = cli_args_number(args, CLI_OPT_KEY_SIZE, 0, CA_RSA_BITS_MAX, &bits,
	    err);
	if (rc != CA_OK)
		return rc;
	/* A script of cockroach's, where every key is RSA. */
	if (word == NULL && bits != 0)
		kind = CA_KEY_RSA;
	if (kind != CA_KEY_RSA && bits != 0) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--key-size: a %s key has one size",
		    ca_key_kind_name(kind));
		ca_hint(err, "--key-type=rsa");
		return CA_ERR_USAGE;
	}
	if (kind == CA_KEY_RSA && bits == 0)
		bits = RSA_BITS;
	if (kind == CA_KEY_RSA && !is_rsa_size(bits))
		return ca_fail(err, CA_ERR_USAGE,
		    "--key-size: %u is not 2048, 3072 or 4096", bits);
	*ret_kind = kind;
	*ret_bits = bits;
	return CA_OK;
}

/* Options about names that say nothing for this profile, or two things. */
static enum ca_code
check_names(const struct cli_args *args, const struct ca_profile *profile,
    struct ca_error *err)
{
	bool host = cli_args_has(args, CLI_OPT_HOST);
	bool user = cli_args_has(args, CLI_OPT_USER);

	bool tenant = cli_args_has(args, CLI_OPT_TENANT);

	if (host && !ca_profile_takes_hosts(profile))
		return ca_fail(err, CA_ERR_USAGE,
		    "--host: a %s certificate has no hosts", profile->name);
	if (user && profile->names != CA_NAMES_USER)
		return ca_fail(err, CA_ERR_USAGE,
		    "--user: a %s certificate has no user", profile->name);
	if (tenant && profile->names != CA_NAMES_TENANT)
		return ca_fail(err, CA_ERR_USAGE,
		    "--tenant: a %s certificate has no tenant", profile->name);
	if ((host || user || tenant) &&
	    cli_args_has(args, CLI_OPT_NAMES_FROM_REQUEST))
		return ca_fail(err, CA_ERR_USAGE,
		    "--names-from-request: the names are given already");
	return CA_OK;
}

static enum ca_code
read_hosts(const struct cli_args *args, struct ca_names *names,
    struct ca_error *err)
{
	const char *text;
	size_t index = 0;
	enum ca_code rc;

	while ((text = cli_args_next(args, CLI_OPT_HOST, &index)) != NULL) {
		struct ca_name name = { 0 };

		rc = ca_host_parse(text, &name, err);
		if (rc == CA_OK)
			rc = ca_names_add(names, &name, err);
		ca_name_clear(&name);
		if (rc != CA_OK)
			return ca_error_prefix(err, "--host");
	}
	return CA_OK;
}

/* One option's scopes, each value a list separated by commas. */
static enum ca_code
read_scopes_of(const struct cli_args *args, enum cli_opt opt, bool by_name,
    struct ca_names *scopes, struct ca_error *err)
{
	const char *text;
	size_t index = 0;
	enum ca_code rc = CA_OK;

	while (
	    rc == CA_OK && (text = cli_args_next(args, opt, &index)) != NULL) {
		while (rc == CA_OK && text != NULL) {
			const char *comma = strchr(text, ',');
			size_t len = comma != NULL ? (size_t)(comma - text)
						   : strlen(text);
			struct ca_name scope = { 0 };
			char *one = strndup(text, len);

			if (one == NULL)
				return ca_fail_memory(err);
			rc = ca_scope_parse(one, by_name, &scope, err);
			if (rc == CA_OK)
				rc = ca_names_add(scopes, &scope, err);
			ca_name_clear(&scope);
			free(one);
			text = comma != NULL ? comma + 1 : NULL;
		}
	}
	if (rc != CA_OK)
		return ca_error_prefix(err, "--%s", cli_option_get(opt)->name);
	return CA_OK;
}

enum ca_code
cli_order_scopes(const struct cli_args *args, const struct ca_profile *profile,
    struct ca_names *ret, struct ca_error *err)
{
	static const struct {
		enum cli_opt opt;
		bool by_name;
	} kinds[] = { { CLI_OPT_TENANT_SCOPE, false },
		{ CLI_OPT_TENANT_NAME_SCOPE, true } };
	struct ca_names scopes = { 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < 2 && rc == CA_OK; i++) {
		if (cli_args_has(args, kinds[i].opt) &&
		    profile->names != CA_NAMES_USER)
			rc = ca_fail(err, CA_ERR_USAGE,
			    "--%s: a %s certificate has no user",
			    cli_option_get(kinds[i].opt)->name, profile->name);
		else
			rc = read_scopes_of(args, kinds[i].opt,
			    kinds[i].by_name, &scopes, err);
	}
	if (rc != CA_OK) {
		ca_names_clear(&scopes);
		return rc;
	}
	*ret = scopes;
	return CA_OK;
}

/* --ca and --tenant. */
static enum ca_code
read_signer(const struct cli_args *args, struct ca_order *order,
    struct ca_error *err)
{
	const char *ca = cli_args_value(args, CLI_OPT_CA);
	const char *tenant = cli_args_value(args, CLI_OPT_TENANT);

	if (ca != NULL && !ca_authority_by_name(ca, &order->authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", ca);
	if (ca != NULL &&
	    !ca_profile_signed_by(order->profile, order->authority))
		return ca_fail(err, CA_ERR_USAGE,
		    "--ca: a %s certificate is not signed by a %s CA",
		    order->profile->name, ca);
	if (tenant != NULL &&
	    ca_tenant_parse(tenant, &order->tenant, err) != CA_OK)
		return ca_error_prefix(err, "--tenant");
	return CA_OK;
}

enum ca_code
cli_order_make(const struct cli_args *args, const struct ca_profile *profile,
    struct ca_order *ret, struct ca_error *err)
{
	const char *user = cli_args_value(args, CLI_OPT_USER);
	struct ca_order order = { .profile = profile };
	enum ca_code rc;

	order.names_from_request =
	    cli_args_has(args, CLI_OPT_NAMES_FROM_REQUEST);
	/* --user=root is the operator's own word. */
	order.allow_root =
	    user != NULL || cli_args_has(args, CLI_OPT_ALLOW_ROOT);
	order.allow_node =
	    user != NULL || cli_args_has(args, CLI_OPT_ALLOW_NODE);
	order.drop_extra = cli_args_has(args, CLI_OPT_DROP_EXTRA);
	rc = check_names(args, profile, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_order_lifetime(args, &order.lifetime, err);
	if (rc != CA_OK)
		goto out;
	rc = read_hosts(args, &order.hosts, err);
	if (rc != CA_OK)
		goto out;
	rc = read_signer(args, &order, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_order_scopes(args, profile, &order.scopes, err);
	if (rc != CA_OK)
		goto out;
	if (user != NULL) {
		rc = ca_user_parse(user, &order.user, err);
		if (rc != CA_OK) {
			rc = ca_error_prefix(err, "--user");
			goto out;
		}
	}
	*ret = order;
	order = (struct ca_order){ 0 };
out:
	ca_order_clear(&order);
	return rc;
}
