/* SPDX-License-Identifier: Apache-2.0 */
/* Which key signs where the policy names one: without a token. */
#include "cli/policy_key.h"

#include <stdio.h>
#include <string.h>

#include "unit/test.h"

#define KEY "pkcs11:token=ca;object=cluster-ca"
#define NEXT "pkcs11:token=ca;object=next-ca"
#define OTHER "pkcs11:token=ca;object=other"
#define NAMED "cas: {cluster: {key: \"" KEY "\", standby: [\"" NEXT "\"]}}\n"

/* A command line and a policy. */
struct run {
	struct cli cli;
	char option[256];
	char *argv[5];
	struct ca_error err;
};

static void
begin(struct run *run, const char *rest, const char *ca_key)
{
	const char *words[] = { "coldca", "sign", "node", "a.csr",
		run->option };
	char text[512];
	const struct cli_command *command = NULL;

	*run = (struct run){ .cli = { .json = false } };
	memcpy(run->argv, words, sizeof(words));
	(void)snprintf(run->option, sizeof(run->option), "--ca-key=%s",
	    ca_key != NULL ? ca_key : "");
	(void)snprintf(text, sizeof(text), "version: 1\nmode: test\n%s", rest);
	assert_ok(cli_args_parse(ca_key != NULL ? 5 : 4, run->argv,
		      &run->cli.args, &run->err),
	    &run->err);
	assert_ok(cli_args_command(&run->cli.args, &command, &run->err),
	    &run->err);
	assert_ok(cli_args_check(&run->cli.args, command, &run->err),
	    &run->err);
	assert_ok(ca_policy_parse("policy.yaml", text, strlen(text),
		      &run->cli.ca.policy, &run->err),
	    &run->err);
}

static void
end(struct run *run)
{
	ca_policy_free(run->cli.ca.policy);
	cli_args_free(&run->cli.args);
}

/* Which URI is chosen; the code where none is. */
static void
assert_chosen(const char *rest, const char *ca_key, const char *known,
    const char *wanted, enum ca_code code)
{
	char copy[256] = "";
	struct run run;
	const char *uri = NULL;

	/* The option is copied: what is chosen may point into the arguments. */
	if (ca_key != NULL)
		(void)snprintf(copy, sizeof(copy), "%s", ca_key);
	begin(&run, rest, ca_key != NULL ? copy : NULL);
	assert_int_equal(cli_policy_key_choose(&run.cli, CA_AUTHORITY_CLUSTER,
			     known, &uri, &run.err),
	    code);
	if (code == CA_OK && wanted == NULL)
		assert_null(uri);
	else if (code == CA_OK)
		assert_string_equal(uri, wanted);
	end(&run);
}

static void
chooses_the_key(void **state)
{
	(void)state;
	/* Without a key in the policy: the option, else the ledger's. */
	assert_chosen("", NULL, NULL, NULL, CA_OK);
	assert_chosen("", NULL, OTHER, OTHER, CA_OK);
	assert_chosen("", KEY, OTHER, KEY, CA_OK);
	/* With one: the ledger's where the policy means it, else its own. */
	assert_chosen(NAMED, NULL, NULL, KEY, CA_OK);
	assert_chosen(NAMED, NULL, NEXT, NEXT, CA_OK);
	assert_chosen(NAMED, NULL, OTHER, KEY, CA_OK);
	/* The option says no other one, but may say less. */
	assert_chosen(NAMED, NEXT, KEY, NEXT, CA_OK);
	assert_chosen(NAMED, "pkcs11:object=next-ca", KEY,
	    "pkcs11:object=next-ca", CA_OK);
	assert_chosen(NAMED, OTHER, KEY, NULL, CA_ERR_POLICY);
	assert_chosen(NAMED, "pkcs11:token=cb;object=cluster-ca", KEY, NULL,
	    CA_ERR_POLICY);
	assert_chosen(NAMED, "cluster-ca", KEY, NULL, CA_ERR_USAGE);
}

static void
says_where_another_key_is_written(void **state)
{
	const char *uri = NULL;
	struct run run;

	(void)state;
	begin(&run, NAMED, OTHER);
	assert_int_equal(cli_policy_key_choose(&run.cli, CA_AUTHORITY_CLUSTER,
			     NULL, &uri, &run.err),
	    CA_ERR_POLICY);
	assert_null(uri);
	assert_string_equal(run.err.message,
	    "--ca-key: policy names another key for the cluster CA");
	assert_string_equal(run.err.hint,
	    "it is " KEY
	    "; another one, such as that of a new CA, must first be written under cas.cluster.standby in policy.yaml");
	end(&run);
}

/* A token, or a key as it is found there. */
static void
requires_the_key_that_is_found(void **state)
{
	static const struct {
		const char *rest, *uri;
		enum ca_code code;
	} cases[] = {
		{ "", OTHER, CA_OK },
		{ NAMED, KEY ";id=%01;serial=77", CA_OK },
		{ NAMED, NEXT, CA_OK },
		{ NAMED, "pkcs11:token=ca;serial=77", CA_OK },
		{ NAMED, "pkcs11:token=cb;serial=77", CA_ERR_POLICY },
		{ NAMED, OTHER ";id=%01", CA_ERR_POLICY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run;

		begin(&run, cases[i].rest, NULL);
		assert_int_equal(cli_policy_key_require(&run.cli,
				     CA_AUTHORITY_CLUSTER, cases[i].uri,
				     &run.err),
		    cases[i].code);
		/* What one CA has is nothing to another. */
		assert_ok(cli_policy_key_require(&run.cli, CA_AUTHORITY_CLIENT,
			      cases[i].uri, &run.err),
		    &run.err);
		end(&run);
	}
}

static void
reads_the_uris_of_every_ca(void **state)
{
	static const struct {
		const char *rest;
		enum ca_code code;
	} cases[] = {
		{ "", CA_OK },
		{ NAMED, CA_OK },
		{ "cas: {ui: {key: \"pkcs11:token=a;object=b;colour=red\"}}\n",
		    CA_ERR_INPUT },
		{ "cas: {client: {key: \"" KEY
		  "\", standby: [\"pkcs11:token=a;object=b;colour=red\"]}}\n",
		    CA_ERR_INPUT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run;

		begin(&run, cases[i].rest, NULL);
		assert_int_equal(cli_policy_keys_check(run.cli.ca.policy,
				     "draft.yaml", &run.err),
		    cases[i].code);
		if (cases[i].code != CA_OK)
			assert_memory_equal(run.err.message, "draft.yaml: cas.",
			    16);
		end(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_the_key),
		cmocka_unit_test(says_where_another_key_is_written),
		cmocka_unit_test(requires_the_key_that_is_found),
		cmocka_unit_test(reads_the_uris_of_every_ca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
