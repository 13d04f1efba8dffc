/* SPDX-License-Identifier: Apache-2.0 */
/* What each filter finds, and in which order. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/revocation.h"
#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define DAY INT64_C(86400)

/* The names of rows, in the order of the listing. */
struct listing {
	char text[512];
	enum ca_state state;
};

static bool
add_name(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;
	size_t used = strlen(listing->text);

	(void)snprintf(listing->text + used, sizeof(listing->text) - used,
	    "%s ", row->name);
	return true;
}

static void
assert_names(struct soft_ledger *f, const struct ca_ledger_filter *filter,
    const char *names)
{
	struct listing listing = { "", 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_list(f->ledger, filter, add_name, &listing, &err),
	    &err);
	assert_string_equal(listing.text, names);
}

/* Five certificates: "c1" and "c2" end at the same second. */
static void
fill(struct soft_ledger *f)
{
	static const struct {
		enum ca_profile_id profile;
		const char *who, *name;
		int64_t later;
	} rows[] = {
		{ CA_PROFILE_CLIENT, "max", "client-max", 0 },
		{ CA_PROFILE_NODE, "b.example.com a.example.com 10.0.0.1",
		    "node-b.example.com", 10 },
		{ CA_PROFILE_NODE, "a.example.com", "node-a.example.com", 10 },
		{ CA_PROFILE_NODE, "aa.example.com", "node-aa.example.com",
		    20 },
		{ CA_PROFILE_CLIENT, "moritz", "client-moritz", 2 * DAY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ca_certificate_free(soft_ledger_issue(f, rows[i].profile,
		    rows[i].who, rows[i].name, SOFT_NOW + rows[i].later));
}

static void
lists_what_a_host_has_among_its_names(void **state)
{
	struct soft_ledger *f = *state;

	fill(f);
	assert_names(f, &(struct ca_ledger_filter){ .host = "a.example.com" },
	    "node-a.example.com node-b.example.com ");
	assert_names(f, &(struct ca_ledger_filter){ .host = "10.0.0.1" },
	    "node-b.example.com ");
	assert_names(f, &(struct ca_ledger_filter){ .host = "example.com" },
	    "");
}

static void
lists_what_a_user_has(void **state)
{
	struct soft_ledger *f = *state;

	fill(f);
	assert_names(f, &(struct ca_ledger_filter){ .user = "max" },
	    "client-max ");
	assert_names(f, &(struct ca_ledger_filter){ .user = "ma" }, "");
}

static void
lists_what_begins_with_a_prefix(void **state)
{
	struct soft_ledger *f = *state;

	fill(f);
	assert_names(f, &(struct ca_ledger_filter){ .prefix = "node-a" },
	    "node-a.example.com node-aa.example.com ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .prefix = "client-max",
		.name = "client-max" },
	    "client-max ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .prefix = "client-n",
		.name = "client-max" },
	    "");
	assert_names(f, &(struct ca_ledger_filter){ .prefix = "z" }, "");
}

static void
lists_the_newest_first(void **state)
{
	struct soft_ledger *f = *state;

	fill(f);
	assert_names(f,
	    &(struct ca_ledger_filter){ .profile = "node",
		.newest_first = true },
	    "node-aa.example.com node-a.example.com node-b.example.com ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .ends_from = 1,
		.prefix = "client",
		.newest_first = true },
	    "client-moritz client-max ");
}

static void
lists_what_was_issued_in_a_time_both_ends_included(void **state)
{
	struct soft_ledger *f = *state;

	fill(f);
	assert_names(f,
	    &(struct ca_ledger_filter){ .issued_from = SOFT_NOW + 10,
		.issued_until = SOFT_NOW + 20 },
	    "node-b.example.com node-a.example.com node-aa.example.com ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .issued_until = SOFT_NOW + 9 },
	    "client-max ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .issued_from = SOFT_NOW + 21,
		.profile = "client" },
	    "client-moritz ");
}

static void
lists_what_ends_in_a_time_though_many_end_at_once(void **state)
{
	struct soft_ledger *f = *state;
	int64_t node = SOFT_NOW + ca_profile_get(CA_PROFILE_NODE)->lifetime;

	fill(f);
	assert_names(f,
	    &(struct ca_ledger_filter){ .ends_from = node,
		.ends_until = node,
		.profile = "node" },
	    "node-b.example.com node-a.example.com node-aa.example.com ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .ends_from = node + 1,
		.ends_until = node + DAY,
		.profile = "node" },
	    "");
}

/* Checks which certificate is the last one of NAME; NULL: none is. */
static void
assert_last(struct soft_ledger *f, const char *name,
    const struct ca_certificate *expected, bool revoked)
{
	struct ca_ledger_last last = { .certificate = NULL };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_last_of(f->ledger, name, &last, &err), &err);
	if (expected == NULL) {
		assert_null(last.certificate);
		return;
	}
	assert_non_null(last.certificate);
	assert_memory_equal(ca_certificate_sha256(last.certificate),
	    ca_certificate_sha256(expected), CA_SHA256_SIZE);
	assert_int_equal(last.revoked, revoked);
	ca_certificate_free(last.certificate);
}

static void
finds_the_last_one_of_a_name_that_was_issued(void **state)
{
	struct soft_ledger *f = *state;
	const uint8_t *serial;
	size_t len;
	struct ca_certificate *a, *b;
	struct ca_pending *pending;
	struct ca_error err = { 0 };

	a = soft_ledger_issue(f, CA_PROFILE_CLIENT, "max", "client-max",
	    SOFT_NOW);
	b = soft_ledger_issue(f, CA_PROFILE_CLIENT, "max", "client-max",
	    SOFT_NOW + 1);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_CLIENT, "moritz",
	    "client-moritz", SOFT_NOW + 2));
	pending = soft_ledger_reserve(f,
	    soft_ledger_draft(f, CA_PROFILE_CLIENT, "max"), "client-max",
	    SOFT_NOW + 3);
	assert_last(f, "client-max", b, false);
	serial = ca_certificate_serial(b, &len);
	assert_ok(ca_ledger_revoke(f->ledger, serial, 1, CA_REASON_SUPERSEDED,
		      SOFT_NOW + 4, &err),
	    &err);
	assert_last(f, "client-max", b, true);
	assert_last(f, "client-ma", NULL, false);
	ca_pending_free(pending);
	ca_certificate_free(a);
	ca_certificate_free(b);
}

/* Puts the states of rows into TEXT, and why they are revoked. */
static bool
add_state(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;
	size_t used = strlen(listing->text);

	(void)snprintf(listing->text + used, sizeof(listing->text) - used,
	    "%s %s%s ", ca_state_name(row->state),
	    row->reason != NULL ? row->reason : "-",
	    row->tbs != NULL ? " unsigned" : "");
	return true;
}

static void
assert_states(struct soft_ledger *f, const struct ca_ledger_filter *filter,
    const char *states)
{
	struct listing listing = { "", 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_list(f->ledger, filter, add_state, &listing, &err),
	    &err);
	assert_string_equal(listing.text, states);
}

static bool
stop_at_once(const struct ca_ledger_row *row, void *arg)
{
	(void)add_name(row, arg);
	return false;
}

static void
revoke(struct soft_ledger *f, const uint8_t *serial, enum ca_reason reason)
{
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, serial, 1, reason, SOFT_NOW + 30,
		      &err),
	    &err);
}

/* A user of that name, burned; its SERIAL. */
static void
burn(struct soft_ledger *f, const char *who, const char *name,
    uint8_t serial[CA_SERIAL_SIZE])
{
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_CLIENT, who);
	struct ca_error err = { 0 };
	size_t burned = 0;

	memcpy(serial, ca_draft_serial(draft), CA_SERIAL_SIZE);
	ca_pending_free(soft_ledger_reserve(f, draft, name, SOFT_NOW + 20));
	assert_ok(ca_ledger_settle(f->ledger, SOFT_NOW + 20, &burned, &err),
	    &err);
	assert_int_equal(burned, 1);
}

/* A CRL has both, so that whoever reads one finds both here. */
static void
lists_what_was_burned_and_revoked_behind_what_was_revoked(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *max;
	struct listing listing = { "", 0 };
	uint8_t first[CA_SERIAL_SIZE], second[CA_SERIAL_SIZE];
	char text[CA_SERIAL_TEXT_SIZE];
	struct ca_error err = { 0 };
	size_t len;

	burn(f, "moritz", "client-moritz", first);
	burn(f, "bolte", "client-bolte", second);
	max = soft_ledger_issue(f, CA_PROFILE_CLIENT, "max", "client-max",
	    SOFT_NOW + 25);
	assert_names(f, &(struct ca_ledger_filter){ .state = CA_STATE_REVOKED },
	    "");
	revoke(f, first, CA_REASON_SUPERSEDED);
	revoke(f, ca_certificate_serial(max, &len), CA_REASON_KEY_COMPROMISE);
	assert_names(f, &(struct ca_ledger_filter){ .state = CA_STATE_REVOKED },
	    "client-max client-moritz ");
	assert_states(f,
	    &(struct ca_ledger_filter){ .state = CA_STATE_REVOKED },
	    "revoked keyCompromise burned superseded unsigned ");
	assert_names(f, &(struct ca_ledger_filter){ .state = CA_STATE_BURNED },
	    "client-moritz client-bolte ");
	assert_states(f, &(struct ca_ledger_filter){ .state = CA_STATE_BURNED },
	    "burned superseded unsigned burned - unsigned ");
	/* With every other filter, the serial among them. */
	ca_hex(first, CA_SERIAL_SIZE, text);
	assert_names(f,
	    &(struct ca_ledger_filter){ .state = CA_STATE_REVOKED,
		.serial = text,
		.profile = "client",
		.user = "moritz",
		.ends_from = SOFT_NOW },
	    "client-moritz ");
	ca_hex(second, CA_SERIAL_SIZE, text);
	assert_names(f,
	    &(struct ca_ledger_filter){ .state = CA_STATE_REVOKED,
		.serial = text },
	    "");
	assert_ok(ca_ledger_list(f->ledger,
		      &(struct ca_ledger_filter){ .state = CA_STATE_REVOKED },
		      stop_at_once, &listing, &err),
	    &err);
	assert_string_equal(listing.text, "client-max ");
	ca_certificate_free(max);
}

/* A ledger that nothing has written since, of the format before the indexes. */
static void
lists_the_same_without_the_indexes(void **state)
{
	struct soft_ledger *f = *state;

	fill(f);
	f->ledger->format = CA_LEDGER_FORMAT_POLICY;
	assert_true(soft_ledger_forge(f,
	    "DROP INDEX certificate_issued; DROP INDEX certificate_names"));
	assert_names(f, &(struct ca_ledger_filter){ .host = "a.example.com" },
	    "node-b.example.com node-a.example.com ");
	assert_names(f,
	    &(struct ca_ledger_filter){ .issued_from = SOFT_NOW + 10,
		.issued_until = SOFT_NOW + 10 },
	    "node-b.example.com node-a.example.com ");
}

#define with_ledger(name)                                        \
	cmocka_unit_test_setup_teardown(name, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(lists_what_a_host_has_among_its_names),
		with_ledger(lists_what_a_user_has),
		with_ledger(lists_what_begins_with_a_prefix),
		with_ledger(lists_the_newest_first),
		with_ledger(lists_what_was_issued_in_a_time_both_ends_included),
		with_ledger(lists_what_ends_in_a_time_though_many_end_at_once),
		with_ledger(finds_the_last_one_of_a_name_that_was_issued),
		with_ledger(
		    lists_what_was_burned_and_revoked_behind_what_was_revoked),
		with_ledger(lists_the_same_without_the_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
