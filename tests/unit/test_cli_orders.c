/* SPDX-License-Identifier: Apache-2.0 */
/* Requests held against orders: without a token. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/sign.h"
#include "support/soft_ledger.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define REQUESTS COLDCA_VECTORS "/requests/"
#define POLICY                                              \
	"version: 1\nmode: test\nprofiles:\n  node:\n"      \
	"    dns: [\"*\"]\n  client:\n    users: [\"*\"]\n" \
	"  ui:\n    dns: [\"*\"]\n"
#define OTHER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* A run of `sign --orders`. */
struct run {
	struct cli cli;
	struct cli_signing signing;
	char path[512], option[600];
	char *argv[5];
	struct ca_error err;
};

/* Reads ORDERS for a run with the two REST words. */
static enum ca_code
begin(struct run *run, struct soft_ledger *f, const char *orders,
    const char *first, const char *second)
{
	const char *words[] = { "coldca", "sign", run->option, first, second };
	const struct cli_command *command = NULL;
	FILE *file;

	memset(run, 0, sizeof(*run));
	(void)snprintf(run->path, sizeof(run->path), "%s",
	    tmpdir_path(f->dir, "orders.yaml"));
	(void)snprintf(run->option, sizeof(run->option), "--orders=%s",
	    run->path);
	memcpy(run->argv, words, sizeof(words));
	file = fopen(run->path, "w");
	assert_non_null(file);
	assert_true(fputs("version: 1\norders:\n", file) >= 0);
	assert_true(fputs(orders, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_ok(cli_args_parse(5, run->argv, &run->cli.args, &run->err),
	    &run->err);
	assert_ok(cli_args_command(&run->cli.args, &command, &run->err),
	    &run->err);
	run->cli.command = command;
	run->cli.quiet = true;
	run->cli.ca.ledger = f->ledger;
	assert_ok(ca_policy_parse("policy.yaml", POLICY, strlen(POLICY),
		      &run->cli.ca.policy, &run->err),
	    &run->err);
	run->signing.cli = &run->cli;
	return cli_signing_read_orders(&run->signing, &run->err);
}

static void
end(struct run *run)
{
	cli_signing_clear(&run->signing);
	ca_policy_free(run->cli.ca.policy);
	cli_args_free(&run->cli.args);
}

/* The first refusal of item INDEX; NULL: it is accepted. */
static const char *
rule_of(const struct run *run, size_t index)
{
	const struct cli_item *item = &run->signing.batch.item[index];

	if (item->code == CA_OK)
		return NULL;
	for (size_t i = 0; i < item->findings.count; i++)
		if (item->findings.item[i].code != CA_OK)
			return item->findings.item[i].rule;
	return "";
}

static void
vets_what_is_ordered_and_names_the_rest(void **state)
{
	struct soft_ledger *f = *state;
	struct run run;

	assert_ok(begin(&run, f,
		      "- {request: tolerated-ecdsa-null.der, profile: node,"
		      " hosts: [node1.example.com]}\n"
		      "- {request: late.der, profile: node, hosts: [a.b]}\n",
		      REQUESTS "tolerated-ecdsa-null.der",
		      REQUESTS "key-rsa-shared-1.der"),
	    &run.err);
	assert_int_equal(run.signing.order.authority, CA_AUTHORITY_CLUSTER);
	assert_ok(cli_signing_vet_orders(&run.signing, &run.err), &run.err);
	assert_int_equal(run.signing.batch.count, 3);
	assert_null(rule_of(&run, 0));
	assert_string_equal(run.signing.batch.item[0].name,
	    "node-node1.example.com");
	assert_string_equal(rule_of(&run, 1), "orders-extra");
	assert_string_equal(rule_of(&run, 2), "orders-missing");
	assert_string_equal(run.signing.batch.item[2].path, "late.der");
	assert_non_null(run.signing.batch.item[2].hint);
	end(&run);
}

static void
refuses_another_key_and_a_second_request(void **state)
{
	struct soft_ledger *f = *state;
	struct run run;

	assert_ok(begin(&run, f,
		      "- {request: key-rsa-shared-1.der, key: " OTHER
		      ", profile: node, hosts: [a.b]}\n",
		      REQUESTS "key-rsa-shared-1.der", REQUESTS "no-such.der"),
	    &run.err);
	assert_ok(cli_signing_vet_orders(&run.signing, &run.err), &run.err);
	assert_int_equal(run.signing.batch.count, 3);
	assert_string_equal(rule_of(&run, 0), "orders-key");
	assert_string_equal(rule_of(&run, 1), "request");
	assert_string_equal(rule_of(&run, 2), "orders-missing");
	end(&run);
	assert_ok(begin(&run, f,
		      "- {request: key-rsa-shared-1.der, profile: node,"
		      " hosts: [node1.example.com]}\n",
		      REQUESTS "key-rsa-shared-1.der",
		      REQUESTS "../requests/key-rsa-shared-1.der"),
	    &run.err);
	assert_ok(cli_signing_vet_orders(&run.signing, &run.err), &run.err);
	assert_int_equal(run.signing.batch.count, 2);
	assert_null(rule_of(&run, 0));
	assert_string_equal(rule_of(&run, 1), "orders-twice");
	end(&run);
}

/* What can not be read was there all the same, and is not missing as well. */
static void
tells_of_an_unreadable_request_once(void **state)
{
	struct soft_ledger *f = *state;
	struct run run;

	assert_ok(begin(&run, f,
		      "- {request: file-empty.der, profile: node,"
		      " hosts: [a.b]}\n",
		      REQUESTS "file-empty.der", REQUESTS "file-text.pem"),
	    &run.err);
	assert_ok(cli_signing_vet_orders(&run.signing, &run.err), &run.err);
	assert_int_equal(run.signing.batch.count, 2);
	assert_string_equal(rule_of(&run, 0), "csr-form");
	assert_string_equal(rule_of(&run, 1), "csr-form");
	end(&run);
}

static void
refuses_what_says_the_same_as_the_orders(void **state)
{
	static const char *const options[] = { "--host=a.b", "--user=max",
		"--tenant=5", "--names-from-request", "--lifetime=1h" };
	struct soft_ledger *f = *state;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct run run;

		assert_int_equal(begin(&run, f,
				     "- {request: a.csr, profile: node,"
				     " hosts: [a.b]}\n",
				     "a.csr", options[i]),
		    CA_ERR_USAGE);
		assert_non_null(
		    strstr(run.err.message, "does not go with --orders"));
		end(&run);
	}
}

static void
wants_an_order_for_the_ca_that_is_meant(void **state)
{
	struct soft_ledger *f = *state;
	struct run run;

	assert_int_equal(
	    begin(&run, f, "- {request: a.csr, profile: node, hosts: [a.b]}\n",
		"a.csr", "--ca=client"),
	    CA_ERR_USAGE);
	assert_string_equal(run.err.message,
	    "--ca: nothing is ordered that the client CA signs");
	end(&run);
	assert_int_equal(begin(&run, f, "- {}\n", "a.csr", "b.csr"),
	    CA_ERR_INPUT);
	end(&run);
	assert_ok(begin(&run, f,
		      "- {request: a.csr, profile: client, user: max}\n"
		      "- {request: b.csr, profile: node, hosts: [a.b]}\n",
		      "a.csr", "--ca=client"),
	    &run.err);
	assert_int_equal(run.signing.order.authority, CA_AUTHORITY_CLIENT);
	end(&run);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(vets_what_is_ordered_and_names_the_rest),
		with_ledger(refuses_another_key_and_a_second_request),
		with_ledger(tells_of_an_unreadable_request_once),
		with_ledger(refuses_what_says_the_same_as_the_orders),
		with_ledger(wants_an_order_for_the_ca_that_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
