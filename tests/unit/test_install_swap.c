/* SPDX-License-Identifier: Apache-2.0 */
/* How a set takes the place of another, and goes back; how one is judged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coldca/install.h"
#include "support/soft_host.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define N1 "n1.example.com"
#define DAY (INT64_C(24) * 3600)
#define FIVE_YEARS (INT64_C(43920) * 3600)

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* A new key for the node waits, and the bundle has its certificate. */
static void
renew_with_new_key(struct soft_host *host)
{
	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_PENDING);
	soft_host_issue(host, CA_PROFILE_NODE, N1, "pending/node.csr",
	    "node.crt", 0, SOFT_NOW);
}

static void
puts_a_waiting_key_and_its_certificate_in_place_together(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;
	char *old, *waiting, *now;

	soft_host_first_node(host);
	old = tmpdir_read(in_certs(host, "node.key"));
	renew_with_new_key(host);
	now = tmpdir_read(in_certs(host, "node.key"));
	assert_string_equal(now, old);
	free(now);
	waiting = tmpdir_read(in_certs(host, "pending/node.key"));
	assert_string_not_equal(waiting, old);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(host->installed.item[0].new_key);
	assert_int_equal(host->installed.todo, CA_INSTALL_RELOAD);
	now = tmpdir_read(in_certs(host, "node.key"));
	assert_string_equal(now, waiting);
	assert_int_equal(mode_of(in_certs(host, "node.key")), 0600);
	assert_false(is_there(in_certs(host, "pending")));
	free(old);
	free(waiting);
	free(now);
}

static void
leaves_other_waiting_keys_and_takes_no_stale_copy_along(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_request(host, CA_PROFILE_CLIENT, "root",
	    CA_REQUEST_KEY_PENDING);
	tmpdir_write(in_certs(host, "node.key.pk8"), "of the old key");
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_true(is_there(in_certs(host, "pending/client.root.key")));
	assert_false(is_there(in_certs(host, "pending/node.key")));
	assert_false(is_there(in_certs(host, "node.key.pk8")));
}

static void
carries_over_what_else_is_in_the_directory(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;
	char target[16] = "";

	soft_host_first_node(host);
	tmpdir_write(in_certs(host, "notes"), "x");
	assert_int_equal(chmod(in_certs(host, "notes"), 0640), 0);
	assert_int_equal(symlink("no-such", in_certs(host, "link")), 0);
	assert_int_equal(mkdir(in_certs(host, "a"), 0750), 0);
	assert_int_equal(mkdir(in_certs(host, "a/b"), 0700), 0);
	tmpdir_write(in_certs(host, "a/b/deep"), "y");
	assert_int_equal(chmod(host->certs, 0755), 0);
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(mode_of(host->certs), 0755);
	assert_int_equal(mode_of(host->previous), 0700);
	assert_int_equal(mode_of(in_certs(host, "notes")), 0640);
	assert_int_equal(mode_of(in_certs(host, "a")), 0750);
	assert_true(is_there(in_certs(host, "a/b/deep")));
	assert_int_equal(readlink(in_certs(host, "link"), target,
			     sizeof(target) - 1),
	    7);
	assert_false(is_there(in_certs(host, ".coldca-unfinished")));
	assert_false(is_there(in_previous(host, ".coldca-unfinished")));
}

static void
changes_nothing_where_all_is_there_already(void **state)
{
	struct soft_host *host = *state;
	struct stat before, after;
	struct ca_error err;

	soft_host_first_node(host);
	/* Keys and requests alone were no set to go back to. */
	assert_null(host->installed.previous);
	assert_false(is_there(host->previous));
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_int_equal(stat(host->previous, &before), 0);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_false(host->installed.item[0].changed);
	assert_null(host->installed.previous);
	assert_int_equal(host->installed.todo, 0);
	assert_int_equal(stat(host->previous, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static enum ca_code
roll_back(struct soft_host *host, bool overwrite, int64_t now,
    struct ca_error *err)
{
	ca_installed_clear(&host->installed);
	return ca_install_rollback(host->certs, overwrite, now,
	    &host->installed, err);
}

static void
goes_back_and_forth(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;
	char *first, *second;

	soft_host_first_node(host);
	assert_int_equal(chmod(host->certs, 0711), 0);
	first = tmpdir_read(in_certs(host, "node.crt"));
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	second = tmpdir_read(in_certs(host, "node.crt"));
	for (unsigned i = 0; i < 4; i++) {
		char *now;

		assert_ok(roll_back(host, false, SOFT_NOW, &err), &err);
		assert_int_equal(host->installed.todo, CA_INSTALL_RELOAD);
		now = tmpdir_read(in_certs(host, "node.crt"));
		assert_string_equal(now, i % 2 == 0 ? first : second);
		assert_int_equal(mode_of(host->certs), 0711);
		assert_int_equal(mode_of(host->previous), 0700);
		free(now);
	}
	free(first);
	free(second);
}

static void
does_not_go_back_to_what_is_not_fit(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	assert_int_equal(roll_back(host, false, SOFT_NOW, &err), CA_ERR_FILE);
	assert_non_null(strstr(err.message, "no set before"));
	soft_host_issue(host, CA_PROFILE_NODE, N1, "node.csr", "node.crt", 0,
	    SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(roll_back(host, false, SOFT_NOW + FIVE_YEARS + 1,
			     &err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "expired"));
	assert_ok(roll_back(host, true, SOFT_NOW + FIVE_YEARS + 1, &err), &err);
	assert_true(soft_host_noticed(host, "install-unfit"));
}

static void
does_not_put_a_waiting_key_away(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_PENDING);
	assert_int_equal(roll_back(host, false, SOFT_NOW, &err), CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "pending/node"));
}

/* A server keeps its set rather than lose a CA: only a restart helps. */
static void
says_that_a_lost_file_wants_a_restart(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_first_node(host);
	soft_host_write_ca(host, in_bundle(host, "ca-client.crt"), 3);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(host->installed.todo, CA_INSTALL_RELOAD);
	assert_ok(roll_back(host, false, SOFT_NOW, &err), &err);
	assert_int_equal(host->installed.todo, CA_INSTALL_RESTART);
}

static void
tells_clients_to_reconnect(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;

	soft_host_request(host, CA_PROFILE_CLIENT, "root", CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_CLIENT, "root", "client.root.csr",
	    "client.root.crt", 0, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(host->installed.todo, 0);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 3);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(host->installed.todo, CA_INSTALL_RECONNECT);
}

/* As a run leaves it that was killed before its exchange, and after. */
static void
finishes_or_removes_what_a_killed_run_left(void **state)
{
	struct soft_host *host = *state;
	char next[4096];
	struct ca_error err;

	(void)snprintf(next, sizeof(next), "%s",
	    tmpdir_path(host->dir, ".certs.next"));
	soft_host_first_node(host);
	renew_with_new_key(host);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(mkdir(next, 0700), 0);
	tmpdir_write(tmpdir_path(next, "node.crt"), "half");
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_false(is_there(next));
	assert_true(is_there(in_previous(host, "node.key")));

	assert_int_equal(mkdir(next, 0755), 0);
	tmpdir_write(tmpdir_path(next, "node.crt"), "the set before");
	tmpdir_write(in_certs(host, ".coldca-unfinished"), "");
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_false(is_there(next));
	assert_false(is_there(in_certs(host, ".coldca-unfinished")));
	assert_true(is_there(in_previous(host, "node.crt")));
	assert_false(is_there(in_previous(host, "node.key")));
	assert_int_equal(mode_of(host->previous), 0700);
}

static void
installs_through_a_link_to_the_directory(void **state)
{
	struct soft_host *host = *state;
	struct ca_error err;
	struct stat st;

	soft_host_first_node(host);
	assert_int_equal(symlink("certs", tmpdir_path(host->dir, "link")), 0);
	renew_with_new_key(host);
	(void)snprintf(host->certs, sizeof(host->certs), "%s",
	    tmpdir_path(host->dir, "link"));
	assert_ok(soft_host_install(host, false, &err), &err);
	assert_int_equal(lstat(host->certs, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_false(same_file(in_certs(host, "node.crt"),
	    in_previous(host, "node.crt")));
}

static enum ca_cert_state
state_of(struct soft_host *host, int64_t now, unsigned days)
{
	struct ca_cert_checks checks = { 0 };
	enum ca_cert_state worst;
	struct ca_error err;

	assert_ok(ca_install_check(host->certs, now, days, &checks, &err),
	    &err);
	assert_int_equal(checks.count, 2);
	worst = checks.item[0].state;
	if (worst != CA_CERT_FINE)
		assert_string_equal(checks.item[0].file, "node.crt");
	ca_cert_checks_clear(&checks);
	return worst;
}

static void
judges_a_directory_by_its_worst_file(void **state)
{
	struct soft_host *host = *state;
	const int64_t end = SOFT_NOW + FIVE_YEARS;

	soft_host_first_node(host);
	assert_int_equal(state_of(host, SOFT_NOW, 30), CA_CERT_FINE);
	assert_int_equal(state_of(host, end - 30 * DAY, 30), CA_CERT_FINE);
	assert_int_equal(state_of(host, end - 30 * DAY + 1, 30),
	    CA_CERT_EXPIRES);
	assert_int_equal(state_of(host, end - 1, 0), CA_CERT_FINE);
	assert_int_equal(state_of(host, end + 1, 0), CA_CERT_EXPIRED);
	assert_int_equal(state_of(host, SOFT_NOW - CA_BACKDATE - 1, 0),
	    CA_CERT_NOT_YET);
	soft_host_write_ca(host, in_certs(host, "ca.crt"), 2);
	assert_int_equal(state_of(host, SOFT_NOW, 30), CA_CERT_UNTRUSTED);
	assert_int_equal(rename(in_certs(host, "node.key"),
			     in_certs(host, "x")),
	    0);
	assert_int_equal(state_of(host, SOFT_NOW, 30), CA_CERT_NO_KEY);
	tmpdir_write(in_certs(host, "node.key"), "no key");
	assert_int_equal(chmod(in_certs(host, "node.key"), 0600), 0);
	assert_int_equal(state_of(host, SOFT_NOW, 30), CA_CERT_UNREADABLE);
	assert_int_equal(unlink(in_certs(host, "node.key")), 0);
	assert_int_equal(unlink(in_certs(host, "node.csr")), 0);
	soft_host_request(host, CA_PROFILE_NODE, N1, CA_REQUEST_KEY_NEW);
	assert_int_equal(state_of(host, SOFT_NOW, 30), CA_CERT_MISMATCHED);
	tmpdir_write(in_certs(host, "node.crt"), "nothing");
	assert_int_equal(state_of(host, SOFT_NOW, 30), CA_CERT_UNREADABLE);
}

static void
warns_before_a_ca_ends(void **state)
{
	struct soft_host *host = *state;
	const int64_t end = ca_certificate_not_after(host->ca[0]);
	struct ca_cert_checks checks = { 0 };
	struct ca_error err;

	assert_int_equal(mkdir(host->certs, 0700), 0);
	soft_host_write_ca(host, in_certs(host, "ca.crt"), 1);
	assert_ok(ca_install_check(host->certs, end - 2 * DAY, 2, &checks,
		      &err),
	    &err);
	assert_int_equal(checks.item[0].state, CA_CERT_FINE);
	ca_cert_checks_clear(&checks);
	assert_ok(ca_install_check(host->certs, end - 2 * DAY + 1, 2, &checks,
		      &err),
	    &err);
	assert_int_equal(checks.item[0].state, CA_CERT_EXPIRES);
	assert_int_equal(checks.item[0].days, 1);
	ca_cert_checks_clear(&checks);
}

#define WITH_HOST(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_host_setup, \
	    soft_host_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HOST(
		    puts_a_waiting_key_and_its_certificate_in_place_together),
		WITH_HOST(
		    leaves_other_waiting_keys_and_takes_no_stale_copy_along),
		WITH_HOST(carries_over_what_else_is_in_the_directory),
		WITH_HOST(changes_nothing_where_all_is_there_already),
		WITH_HOST(goes_back_and_forth),
		WITH_HOST(does_not_go_back_to_what_is_not_fit),
		WITH_HOST(does_not_put_a_waiting_key_away),
		WITH_HOST(says_that_a_lost_file_wants_a_restart),
		WITH_HOST(tells_clients_to_reconnect),
		WITH_HOST(finishes_or_removes_what_a_killed_run_left),
		WITH_HOST(installs_through_a_link_to_the_directory),
		WITH_HOST(warns_before_a_ca_ends),
		WITH_HOST(judges_a_directory_by_its_worst_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
