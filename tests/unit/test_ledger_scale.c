/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That no question to the ledger costs more because it is large: what SQLite
 * says that it would do for each.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger_filter.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define PLAN_SIZE 2048 /* bytes of a plan, one step in a line */

/* What SQLite would do for SQL. */
static void
explain(struct soft_ledger *f, const char *sql, char plan[PLAN_SIZE])
{
	char *question = NULL;
	sqlite3_stmt *stmt = NULL;
	size_t used = 0;

	assert_true(asprintf(&question, "EXPLAIN QUERY PLAN %s", sql) > 0);
	if (sqlite3_prepare_v2(f->ledger->db, question, -1, &stmt, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(f->ledger->db), sql);
	plan[0] = '\0';
	while (sqlite3_step(stmt) == SQLITE_ROW && used < PLAN_SIZE)
		used += (size_t)snprintf(plan + used, PLAN_SIZE - used, "%s\n",
		    sqlite3_column_text(stmt, 3));
	(void)sqlite3_finalize(stmt);
	free(question);
}

/*
 * The steps that may walk through a whole table: one of a few rows, or one of
 * which the first row is all that is wanted, or that goes into a CRL whole.
 */
static const struct {
	enum ca_ledger_statement which;
	const char *step;
} scans[] = {
	{ CA_LEDGER_LAST_ENTRY, "SCAN entry\n" },
	{ CA_LEDGER_LAST_SIGNED, "SCAN head\n" },
	{ CA_LEDGER_SESSION_START, "SCAN head\n" },
	/* It ends at the head that is asked for. */
	{ CA_LEDGER_ENTRIES_BACK, "SCAN entry\n" },
	{ CA_LEDGER_FIND_AUTHORITIES, "SCAN a\n" },
	{ CA_LEDGER_FIND_CURRENT, "SCAN a\n" },
	{ CA_LEDGER_FIND_RETIRED, "SCAN a\n" },
	{ CA_LEDGER_LAST_POLICY, "SCAN entry USING INDEX entry_policy\n" },
	/* It ends at the last key that is compared with. */
	{ CA_LEDGER_FIND_RSA_KEYS,
	    "SCAN certificate USING INDEX certificate_rsa\n" },
	{ CA_LEDGER_CRL_ENTRIES,
	    "SCAN revocation USING COVERING INDEX revocation_status\n" },
};

static bool
may_scan(enum ca_ledger_statement which, const char *scan)
{
	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
		if (scans[i].which == which &&
		    strncmp(scan, scans[i].step, strlen(scans[i].step)) == 0)
			return true;
	return false;
}

static void
scans_no_table_but_those_that_are_listed(void **state)
{
	struct soft_ledger *f = *state;

	for (unsigned i = 0; i < CA_LEDGER_STATEMENTS; i++) {
		const char *sql =
		    ca_ledger_statement_sql((enum ca_ledger_statement)i);
		char plan[PLAN_SIZE];

		explain(f, sql, plan);
		for (const char *scan = plan;
		     (scan = strstr(scan, "SCAN ")) != NULL; scan++)
			if (!may_scan((enum ca_ledger_statement)i, scan))
				fail_msg("%s\n%s", sql, plan);
	}
}

/* The step that WHICH must have. */
static void
assert_step(struct soft_ledger *f, enum ca_ledger_statement which,
    const char *step)
{
	char plan[PLAN_SIZE];

	explain(f, ca_ledger_statement_sql(which), plan);
	if (strstr(plan, step) == NULL)
		fail_msg("no \"%s\" in\n%s", step, plan);
	assert_null(strstr(plan, "TEMP B-TREE"));
}

/* All that one CA signed is one value of these indexes: they find nothing. */
static void
asks_for_no_single_row_by_its_issuer(void **state)
{
	static const enum ca_ledger_statement all[] = { CA_LEDGER_COUNT_LIVE,
		CA_LEDGER_NEXT_TO_REVOKE, CA_LEDGER_NEXT_STATUS };
	struct soft_ledger *f = *state;

	for (unsigned i = 0; i < CA_LEDGER_STATEMENTS; i++) {
		bool walks = false;
		char plan[PLAN_SIZE];

		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			walks |= all[k] == (enum ca_ledger_statement)i;
		explain(f, ca_ledger_statement_sql((enum ca_ledger_statement)i),
		    plan);
		if (!walks &&
		    (strstr(plan, "(issuer_spki_sha256=?)") != NULL ||
			strstr(plan, "(issuer_spki_sha256=? AND rowid") !=
			    NULL) &&
		    strstr(plan, "SEARCH c ") != NULL)
			fail_msg("%s", plan);
	}
	assert_step(f, CA_LEDGER_FIND_COMPROMISED,
	    "SEARCH c USING INDEX certificate_spki (<expr>=?)");
}

static void
makes_a_crl_of_one_index_in_the_order_of_serials(void **state)
{
	assert_step(*state, CA_LEDGER_CRL_ENTRIES,
	    "SCAN revocation USING COVERING INDEX revocation_status");
}

/* Eight octets of it lead to the row. */
static void
finds_who_has_an_r_by_index(void **state)
{
	assert_step(*state, CA_LEDGER_FIND_NONCE,
	    "SEARCH certificate USING INDEX certificate_ecdsa_r (<expr>=?)");
}

static void
finds_what_is_said_of_a_certificate_by_index(void **state)
{
	assert_step(*state, CA_LEDGER_FIND_EVENTS,
	    "SEARCH entry USING INDEX entry_certificate (certificate=?)");
	assert_step(*state, CA_LEDGER_FIND_OPEN,
	    "SEARCH e USING INDEX entry_certificate (certificate=?)");
	assert_step(*state, CA_LEDGER_FIND_POLICY_OF,
	    "SEARCH entry USING INDEX entry_policy (id<?)");
}

static void
finds_the_last_one_of_a_name_by_index(void **state)
{
	assert_step(*state, CA_LEDGER_FIND_LAST_OF,
	    "SEARCH c USING INDEX certificate_name (name=?)");
}

static void
finds_that_no_plan_was_ever_begun_by_index(void **state)
{
	assert_step(*state, CA_LEDGER_FIND_PLAN,
	    "SEARCH e USING INDEX entry_plan (kind=?)");
	assert_step(*state, CA_LEDGER_FIND_PLAN_STEP,
	    "SEARCH entry USING INDEX entry_plan (kind=? AND id>?)");
}

/* One filter, and the index that it is answered by. */
static const struct {
	struct ca_ledger_filter filter;
	const char *step;
} filters[] = {
	{ { .name = "x", .profile = "node", .state = CA_STATE_ISSUED },
	    "SEARCH c USING INDEX certificate_name (name=? AND rowid>?)" },
	{ { .user = "max", .ends_until = 1, .state = CA_STATE_ISSUED },
	    "SEARCH c USING INDEX certificate_name (name=? AND rowid>?)" },
	{ { .serial = "00", .name = "x" },
	    "SEARCH c USING INDEX sqlite_autoindex_certificate_1 (serial=?" },
	{ { .name = "x", .state = CA_STATE_ISSUED, .newest_first = true },
	    "SEARCH c USING INDEX certificate_name (name=? AND rowid<?)" },
	{ { .ends_from = 1, .state = CA_STATE_ISSUED, .newest_first = true },
	    "SEARCH c USING INDEX certificate_state (state=? AND rowid<?)" },
	{ { .prefix = "client-node-", .state = CA_STATE_ISSUED },
	    "SEARCH c USING INDEX certificate_name (name>? AND name<?)" },
	{ { .host = "a.example.com", .state = CA_STATE_ISSUED },
	    "SEARCH c USING INDEX certificate_names (names>?)" },
	{ { .ends_from = 1, .ends_until = 2, .state = CA_STATE_ISSUED },
	    "SEARCH c USING INDEX certificate_not_after (not_after>? AND not_after<?)" },
	{ { .ends_until = 2, .profile = "node", .issued_from = 1 },
	    "SEARCH c USING INDEX certificate_not_after (not_after>? AND not_after<?)" },
	{ { .issued_from = 1, .state = CA_STATE_ISSUED },
	    "SEARCH c USING INDEX certificate_issued (issued_at>?)" },
	{ { .state = CA_STATE_REVOKED, .profile = "node" },
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid>?)" },
	{ { .state = CA_STATE_PENDING, .profile = "node" },
	    "SEARCH c USING INDEX certificate_state (state=? AND rowid>?)" },
	{ { .state = CA_STATE_ISSUED, .profile = "ca" },
	    "SEARCH c USING INDEX certificate_profile (profile=? AND rowid>?)" },
	{ { .state = 0 }, "SEARCH c USING INTEGER PRIMARY KEY (rowid>?)" },
};

static void
lists_by_the_index_that_leaves_the_fewest(void **state)
{
	struct soft_ledger *f = *state;

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct ca_ledger_walk walk;
		struct ca_error err = { 0 };
		char plan[PLAN_SIZE];
		char *sql = NULL;

		assert_ok(ca_ledger_filter_sql(f->ledger, &filters[i].filter,
			      &sql, &walk, &err),
		    &err);
		explain(f, sql, plan);
		if (strstr(plan, filters[i].step) == NULL ||
		    strstr(plan, "TEMP B-TREE") != NULL ||
		    strstr(plan, "SCAN ") != NULL)
			fail_msg("%s\nno \"%s\" in\n%s", sql, filters[i].step,
			    plan);
		free(sql);
	}
}

#define with_ledger(name)                                        \
	cmocka_unit_test_setup_teardown(name, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(scans_no_table_but_those_that_are_listed),
		with_ledger(asks_for_no_single_row_by_its_issuer),
		with_ledger(makes_a_crl_of_one_index_in_the_order_of_serials),
		with_ledger(finds_who_has_an_r_by_index),
		with_ledger(finds_what_is_said_of_a_certificate_by_index),
		with_ledger(finds_the_last_one_of_a_name_by_index),
		with_ledger(finds_that_no_plan_was_ever_begun_by_index),
		with_ledger(lists_by_the_index_that_leaves_the_fewest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
