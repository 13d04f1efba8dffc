/* SPDX-License-Identifier: Apache-2.0 */
/* What is ordered with `create-node` and its like. */
#include <stdlib.h>
#include <string.h>

#include "cli/create_leaf.h"
#include "cli/order.h"
#include "cli/path.h"
#include "coldca/tenant.h"

#define NODE_USER_ENV "COCKROACH_CERT_NODE_USER"

/* The words from FIRST on as hosts. */
static enum ca_code
read_hosts(const struct cli_args *args, size_t first, struct ca_order *order,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = first; i < args->word_count && rc == CA_OK; i++) {
		struct ca_name name = { 0 };

		rc = ca_host_parse(args->word[i], &name, err);
		if (rc == CA_OK)
			rc = ca_names_add(&order->hosts, &name, err);
		ca_name_clear(&name);
	}
	return rc;
}

/* A name that is no user's is taken where that is asked for, with a warning. */
static enum ca_code
read_user(const struct cli_args *args, struct ca_order *order,
    struct ca_error *err)
{
	enum ca_code rc = ca_user_parse(args->word[0], &order->user, err);

	/* `create-client root` is the operator's own word, as in cockroach. */
	order->allow_root = true;
	order->allow_node = true;
	if (rc != CA_ERR_INPUT)
		return rc;
	if (!cli_args_has(args, CLI_OPT_DISABLE_USERNAME_VALIDATION)) {
		ca_hint(err,
		    "a user name has 1 to %d bytes: a lower-case letter, digit or underscore, then also dashes and periods; --disable-username-validation takes another one, for an identity map",
		    CA_USER_MAX);
		return rc;
	}
	order->any_user = true;
	rc = ca_user_parse_any(args->word[0], &order->user, err);
	if (rc == CA_OK)
		term_warning(
		    "`%s` is no user name of CockroachDB: it logs in only through an identity map (server.identity_map.configuration, and map= in server.host_based_authentication.configuration)",
		    order->user);
	return rc;
}

/* In cockroach, for its own tests, it changes the common name of nodes. */
static enum ca_code
check_node_user(struct ca_error *err)
{
	const char *user = secure_getenv(NODE_USER_ENV);

	if (user == NULL || user[0] == '\0' || strcmp(user, "node") == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_USAGE,
	    NODE_USER_ENV ": `%s`: the common name of a node is always node",
	    user);
	ca_hint(err, "unset " NODE_USER_ENV);
	return err->code;
}

static enum ca_code
read_words(const struct cli_args *args, struct ca_order *order,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	switch (order->profile->names) {
	case CA_NAMES_USER:
		return read_user(args, order, err);
	case CA_NAMES_TENANT:
		rc = ca_tenant_parse(args->word[0], &order->tenant, err);
		return rc == CA_OK ? read_hosts(args, 1, order, err) : rc;
	case CA_NAMES_HOSTS:
		if (order->profile->id == CA_PROFILE_NODE)
			rc = check_node_user(err);
		return rc == CA_OK ? read_hosts(args, 0, order, err) : rc;
	case CA_NAMES_NONE:
		break;
	}
	return rc;
}

enum ca_code
cli_leaf_read_options(struct cli_leaf *leaf, const struct ca_profile *profile,
    struct ca_error *err)
{
	struct cli_signing *signing = &leaf->signing;
	const struct cli_args *args = &signing->cli->args;
	enum ca_code rc;

	signing->overwrite = cli_args_has(args, CLI_OPT_OVERWRITE);
	leaf->pkcs8 = cli_args_has(args, CLI_OPT_PKCS8);
	rc = cli_order_make(args, profile, &signing->order, err);
	if (rc == CA_OK)
		rc = read_words(args, &signing->order, err);
	if (rc == CA_OK)
		rc = cli_order_key(args, &leaf->kind, &leaf->rsa_bits, err);
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_CERTS_DIR, &leaf->certs_dir,
		    err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(leaf->certs_dir, err);
	return rc;
}
