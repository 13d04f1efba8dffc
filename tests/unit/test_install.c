/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle must be to be put in place. */
#include "coldca/install.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/soft_host.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define N1 "n1.example.com"
#define FIVE_YEARS (INT64_C(43920) * 3600)

/* The bundle is refused with CODE and a message that holds TEXT. */
static void
check_refused(struct soft_host *host, enum ca_code code, const char *text)
{
	bool had_node = is_there(in_certs(host, "node.crt"));
	struct ca_error err;

	assert_int_equal(soft_host_install(host, false, &err), code);
	if (strstr(err.message, text) == NULL)
		fail_msg("does not say '%s': %s", text, err.message);
	assert_int_equal(is_there(in_certs(host, "node.crt")), had_node);
	assert_false(is_there(tmpdir_path(host->dir, ".certs.next")));
}

/* A request for the node, and a bundle for it by the CA number BY. */
static void
make_bundle(struct soft_host *host, unsigned by, int64_t now)
{
	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", by,
	    now);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
}

static void
refuses_a_certificate_for_another_key(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 0, SOFT_NOW);
	assert_int_equal(unlink(in_certs(host, "node.key")), 0);
	assert_int_equal(unlink(in_certs(host, "node.csr")), 0);
	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	check_refused(host, CA_ERR_POLICY, "is for another key");
}

static void
refuses_a_host_without_the_key(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 0, SOFT_NOW);
	assert_int_equal(unlink(in_certs(host, "node.key")), 0);
	check_refused(host, CA_ERR_FILE, "node.key");
}

static void
refuses_a_key_that_others_may_read(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 0, SOFT_NOW);
	assert_int_equal(chmod(in_certs(host, "node.key"), 0644), 0);
	check_refused(host, CA_ERR_POLICY, "has mode 0644");
}

static void
refuses_a_key_behind_a_link(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 0, SOFT_NOW);
	assert_int_equal(rename(in_certs(host, "node.key"),
			     tmpdir_path(host->dir, "elsewhere.key")),
	    0);
	assert_int_equal(symlink("../elsewhere.key",
			     in_certs(host, "node.key")),
	    0);
	check_refused(host, CA_ERR_FILE, "symbolic link");
}

static void
refuses_to_replace_a_link(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 0, SOFT_NOW);
	soft_host_write_ca(host, tmpdir_path(host->dir, "shared.crt"), 1);
	assert_int_equal(symlink("../shared.crt", in_certs(host, "ca.crt")), 0);
	check_refused(host, CA_ERR_FILE, "not a regular file");
}

static void
refuses_a_chain_that_does_not_end_in_its_ca(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 1, SOFT_NOW);
	check_refused(host, CA_ERR_POLICY, "does not chain");
}

static void
refuses_a_certificate_out_of_its_dates(void **state)
{
	struct soft_host *host = *state;

	make_bundle(host, 0, SOFT_NOW - FIVE_YEARS - 1);
	check_refused(host, CA_ERR_POLICY, "expired at");
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", 0,
	    SOFT_NOW + CA_BACKDATE + 1);
	check_refused(host, CA_ERR_POLICY, "valid only from");
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", 0,
	    SOFT_NOW - FIVE_YEARS);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	check_refused(host, CA_ERR_POLICY, "CA");
}

static void
refuses_a_folder_with_strangers_in_it(void **state)
{
	static const char *const names[] = { "node.key", "README", "ca.old.crt",
		".hidden" };
	struct soft_host *host = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
		tmpdir_write(in_bundle(host, names[i]), "x");
		check_refused(host, CA_ERR_INPUT, names[i]);
	}
	check_refused(host, CA_ERR_INPUT, "no certificate");
}

static void
refuses_a_ca_file_with_a_leaf_in_it(void **state)
{
	struct soft_host *host = *state;

	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "ca.crt", 0,
	    SOFT_NOW);
	check_refused(host, CA_ERR_POLICY, "is not a CA's");
}

static void
refuses_a_client_certificate_as_the_nodes(void **state)
{
	struct soft_host *host = *state;

	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_CLIENT, "root", "node.csr", "node.crt",
	    0, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	check_refused(host, CA_ERR_POLICY, "unsuitable certificate purpose");
}

static void
refuses_to_drop_a_ca_that_signed_what_is_there(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", 1,
	    SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 2);
	check_refused(host, CA_ERR_POLICY, "would drop");
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", 1,
	    SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 3);
	assert_ok(soft_host_install(host, false, &err), &err);
	/* The last step of a rotation: nothing of the old CA is left here. */
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 2);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(soft_host_noticed(host, "install-ca-dropped"));
	assert_int_equal(host->installed.todo, CA_INSTALL_RELOAD);
}

static void
refuses_a_client_ca_that_does_not_know_the_node(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_write_ca(host, in_bundle(host, "ca-client.crt"), 2);
	check_refused(host, CA_ERR_POLICY, "would no longer be trusted");
	/* The bridge: both CAs, and the node's own client certificate. */
	soft_host_write_ca(host, in_bundle(host, "ca-client.crt"), 3);
	assert_ok(soft_host_install(host, false, &err), &err);
	soft_host_request(host, CA_PROFILE_CLIENT, "node", CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_CLIENT, "node", "client.node.csr",
	    "client.node.crt", 1, SOFT_NOW);
	assert_ok(soft_host_install(host, false, &err), &err);
	soft_host_write_ca(host, in_bundle(host, "ca-client.crt"), 2);
	assert_ok(soft_host_install(host, true, &err), &err);
}

/* A split of the CA certifies the node's key for a second use. */
static void
gives_the_nodes_key_a_second_name(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_issue(host, CA_PROFILE_CLIENT, "node", "node.csr",
	    "client.node.crt", 1, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca-client.crt"), 3);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(same_file(in_certs(host, "node.key"),
	    in_certs(host, "client.node.key")));
	/* Together with a new key for the node. */
	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_PENDING);
	soft_host_issue(host, CA_PROFILE_NODE, N1, "pending/node.csr",
	    "node.crt", 0, SOFT_NOW);
	soft_host_issue(host, CA_PROFILE_CLIENT, "node", "pending/node.csr",
	    "client.node.crt", 1, SOFT_NOW);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(same_file(in_certs(host, "node.key"),
	    in_certs(host, "client.node.key")));
	/* No other certificate is for the node's key. */
	soft_host_issue(host, CA_PROFILE_CLIENT, "root", "node.csr",
	    "client.root.crt", 0, SOFT_NOW);
	check_refused(host, CA_ERR_FILE, "client.root.key");
}

static void
holds_each_kind_against_its_own_ca(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_request(host, CA_PROFILE_UI, N1, CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_UI, N1, "ui.csr", "ui.crt", 1,
	    SOFT_NOW);
	check_refused(host, CA_ERR_POLICY, "in ca.crt");
	soft_host_issue(host, CA_PROFILE_UI, N1, "ui.csr", "ui.crt", 1,
	    SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca-ui.crt"), 2);
	assert_ok(soft_host_install(host, false, &err), &err);
	soft_host_issue(host, CA_PROFILE_UI, N1, "ui.csr", "ui.crt", 0,
	    SOFT_NOW);
	check_refused(host, CA_ERR_POLICY, "in ca-ui.crt");
}

/* A machine of clients only has the servers' CA and not that of the clients. */
static void
takes_a_client_that_only_servers_can_check(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_request(host, CA_PROFILE_CLIENT, "maxroach",
	    CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_CLIENT, "maxroach",
	    "client.maxroach.csr", "client.maxroach.crt", 1, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(soft_host_noticed(host, "install-trusted-elsewhere"));
}

static void
notices_what_ends_before_the_one_that_it_replaces(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", 0,
	    SOFT_NOW - 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(soft_host_noticed(host, "install-ends-earlier"));
}

static void
notices_a_file_that_is_named_for_another_user(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_request(host, CA_PROFILE_CLIENT, "root", CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_CLIENT, "maxroach", "client.root.csr",
	    "client.root.crt", 0, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(soft_host_noticed(host, "install-principal"));
}

static void
compare_with_host(struct soft_host *host, const char *const *own, size_t count,
    const char *text)
{
	const char *bundle = host->bundle;
	struct ca_names names = { 0 };
	const struct ca_install install = { .bundles = &bundle,
		.bundle_count = 1,
		.certs_dir = host->certs,
		.host = &names,
		.now = SOFT_NOW };
	struct ca_error err;

	for (size_t i = 0; i < count; i++) {
		struct ca_name name = { 0 };

		assert_ok(ca_host_parse(own[i], &name, &err), &err);
		assert_ok(ca_names_add(&names, &name, &err), &err);
		ca_name_clear(&name);
	}
	ca_installed_clear(&host->installed);
	assert_ok(ca_install(&install, &host->installed, &err), &err);
	assert_int_equal(host->installed.notices.count, text != NULL);
	if (text != NULL)
		assert_non_null(
		    strstr(host->installed.notices.item[0].text, text));
	ca_names_clear(&names);
}

static void
notices_what_the_host_is_called_and_the_certificate_is_not(void **state)
{
	static const char *const own[] = { "n1.example.com", "10.0.0.1" };
	static const char *const sub[] = { "a.sub.example.com" };
	struct soft_host *host = *state;

	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_NODE, "*.example.com", "node.csr",
	    "node.crt", 0, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	compare_with_host(host, own, 1, NULL);
	compare_with_host(host, own, 2, "fail: 10.0.0.1");
	compare_with_host(host, sub, 1, "is it another host's?");
}

static void
knows_this_host(void **state)
{
	struct ca_names names = { 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_host_names(&names, &err), &err);
	for (size_t i = 0; i < names.count; i++)
		assert_string_not_equal(names.item[i].text, "127.0.0.1");
	ca_names_clear(&names);
}

#define WITH_HOST(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_host_setup, \
	    soft_host_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HOST(refuses_a_certificate_for_another_key),
		WITH_HOST(refuses_a_host_without_the_key),
		WITH_HOST(refuses_a_key_that_others_may_read),
		WITH_HOST(refuses_a_key_behind_a_link),
		WITH_HOST(refuses_to_replace_a_link),
		WITH_HOST(refuses_a_chain_that_does_not_end_in_its_ca),
		WITH_HOST(refuses_a_certificate_out_of_its_dates),
		WITH_HOST(refuses_a_folder_with_strangers_in_it),
		WITH_HOST(refuses_a_ca_file_with_a_leaf_in_it),
		WITH_HOST(refuses_a_client_certificate_as_the_nodes),
		WITH_HOST(refuses_to_drop_a_ca_that_signed_what_is_there),
		WITH_HOST(refuses_a_client_ca_that_does_not_know_the_node),
		WITH_HOST(gives_the_nodes_key_a_second_name),
		WITH_HOST(holds_each_kind_against_its_own_ca),
		WITH_HOST(takes_a_client_that_only_servers_can_check),
		WITH_HOST(notices_what_ends_before_the_one_that_it_replaces),
		WITH_HOST(notices_a_file_that_is_named_for_another_user),
		WITH_HOST(
		    notices_what_the_host_is_called_and_the_certificate_is_not),
		cmocka_unit_test(knows_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
