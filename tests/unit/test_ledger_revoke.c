/* SPDX-License-Identifier: Apache-2.0 */
/* What is revoked stays revoked, and the ledger says when and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/revocation.h"
#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define LATER (SOFT_NOW + 100)
#define YEAR (INT64_C(366) * 86400)
#define MAX 8

/* A recorded CA with two leaves. */
struct world {
	struct ca_certificate *ca;
	uint8_t a[1][CA_SERIAL_SIZE]; /* serials */
	uint8_t b[1][CA_SERIAL_SIZE];
	uint8_t both[2][CA_SERIAL_SIZE];
};

static void
issue(struct soft_ledger *f, const char *host, const char *name,
    uint8_t ret_serial[CA_SERIAL_SIZE])
{
	struct ca_certificate *leaf =
	    soft_ledger_issue(f, CA_PROFILE_NODE, host, name, SOFT_NOW);
	size_t len;

	memcpy(ret_serial, ca_certificate_serial(leaf, &len), CA_SERIAL_SIZE);
	ca_certificate_free(leaf);
}

static struct world
make_world(struct soft_ledger *f)
{
	struct world world = { .ca = soft_ledger_issue(f, CA_PROFILE_CA, "",
				   "ca", SOFT_NOW) };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER,
		      world.ca, "pkcs11:object=a", SOFT_NOW, &err),
	    &err);
	issue(f, "a.example.com", "node-a", world.a[0]);
	issue(f, "b.example.com", "node-b", world.b[0]);
	memcpy(world.both[0], world.a[0], CA_SERIAL_SIZE);
	memcpy(world.both[1], world.b[0], CA_SERIAL_SIZE);
	return world;
}

static int64_t
count(const struct soft_ledger *f, const char *what)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return soft_ledger_number(f->path, sql);
}

static void
assert_refused(enum ca_code rc, enum ca_code wanted, const struct ca_error *err,
    const char *message)
{
	assert_int_equal(rc, wanted);
	if (strstr(err->message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err->message);
}

static bool
count_row(const struct ca_ledger_row *row, void *arg)
{
	size_t *counts = arg;

	counts[row->state]++;
	if (row->state == CA_STATE_REVOKED) {
		assert_string_equal(row->reason, "superseded");
		assert_int_equal(row->revoked_at, LATER);
	} else {
		assert_null(row->reason);
		assert_int_equal(row->revoked_at, 0);
	}
	return true;
}

static void
revokes_and_shows_it_in_the_listing(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	struct ca_ledger_filter filter = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, world.a[0], 1,
		      CA_REASON_SUPERSEDED, LATER, &err),
	    &err);
	assert_ok(soft_ledger_verify(f, &err), &err);
	for (int only = 0; only <= CA_STATE_REVOKED; only++) {
		size_t counts[CA_STATE_REVOKED + 1] = { 0 };

		filter.state = only;
		assert_ok(ca_ledger_list(f->ledger, &filter, count_row, counts,
			      &err),
		    &err);
		/* The CA and node-b; node-a. */
		assert_int_equal(counts[CA_STATE_ISSUED],
		    only == 0 || only == CA_STATE_ISSUED ? 2 : 0);
		assert_int_equal(counts[CA_STATE_REVOKED],
		    only == 0 || only == CA_STATE_REVOKED ? 1 : 0);
	}
	ca_certificate_free(world.ca);
}

static void
refuses_to_revoke_twice_and_says_when_and_why(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	static const uint8_t nobody[CA_SERIAL_SIZE] = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, world.a[0], 1,
		      CA_REASON_KEY_COMPROMISE, SOFT_NOW, &err),
	    &err);
	assert_refused(ca_ledger_revoke(f->ledger, world.both[0], 2,
			   CA_REASON_SUPERSEDED, LATER, &err),
	    CA_ERR_POLICY, &err,
	    ": is revoked already, since 2026-01-01T00:00:00Z, for keyCompromise");
	/* All of them or none. */
	assert_int_equal(count(f, "revocation"), 1);
	assert_refused(ca_ledger_revoke(f->ledger, nobody, 1,
			   CA_REASON_SUPERSEDED, LATER, &err),
	    CA_ERR_POLICY, &err,
	    "serial 00000000000000000000000000000000: the ledger does not know it");
	ca_certificate_free(world.ca);
}

static void
refuses_what_was_never_issued_and_the_CA(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "c.example.com");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node-c", SOFT_NOW);
	uint8_t serial[1][CA_SERIAL_SIZE];
	struct ca_error err = { 0 };
	size_t len;

	memcpy(serial[0], ca_draft_serial(draft), CA_SERIAL_SIZE);
	assert_refused(ca_ledger_revoke(f->ledger, serial[0], 1,
			   CA_REASON_UNSPECIFIED, LATER, &err),
	    CA_ERR_POLICY, &err, ": is pending: it was never issued");
	memcpy(serial[0], ca_certificate_serial(world.ca, &len),
	    CA_SERIAL_SIZE);
	assert_refused(ca_ledger_revoke(f->ledger, serial[0], 1,
			   CA_REASON_UNSPECIFIED, LATER, &err),
	    CA_ERR_POLICY, &err, ": is the CA's own certificate");
	assert_string_equal(err.hint, "coldca compromise ends a CA");
	assert_int_equal(count(f, "revocation"), 0);
	ca_pending_free(pending);
	ca_certificate_free(world.ca);
}

/* A node of that name, burned; SERIAL is its. */
static void
burn(struct soft_ledger *f, enum ca_profile_id profile, const char *who,
    uint8_t ret_serial[CA_SERIAL_SIZE])
{
	const struct ca_draft *draft = soft_ledger_draft(f, profile, who);
	struct ca_error err = { 0 };
	size_t burned = 0;

	ca_pending_free(soft_ledger_reserve(f, draft, "node-c", SOFT_NOW));
	assert_ok(ca_ledger_settle(f->ledger, SOFT_NOW, &burned, &err), &err);
	assert_int_equal(burned, 1);
	memcpy(ret_serial, ca_draft_serial(draft), CA_SERIAL_SIZE);
}

static void
revokes_what_was_burned_without_a_certificate(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	struct ca_status statuses[MAX];
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err = { 0 };
	size_t count_of = 0, live = 0, revoked = 0;
	int64_t after = 0;

	burn(f, CA_PROFILE_NODE, "c.example.com", serial);
	assert_ok(ca_ledger_count_live(f->ledger, world.ca, LATER, &live,
		      &revoked, &err),
	    &err);
	assert_int_equal(live, 2);
	assert_ok(ca_ledger_revoke(f->ledger, serial, 1, CA_REASON_SUPERSEDED,
		      LATER, &err),
	    &err);
	assert_int_equal(count(f,
			     "entry JOIN certificate USING (serial)"
			     " WHERE kind = 15 AND detail = 'superseded'"
			     " AND state = 'burned'"),
	    1);
	assert_refused(ca_ledger_revoke(f->ledger, serial, 1,
			   CA_REASON_UNSPECIFIED, LATER, &err),
	    CA_ERR_POLICY, &err, "Z, for superseded");
	assert_ok(ca_ledger_count_live(f->ledger, world.ca, LATER, &live,
		      &revoked, &err),
	    &err);
	assert_int_equal(live, 3);
	assert_int_equal(revoked, 1);
	assert_ok(ca_ledger_statuses(f->ledger, world.ca, LATER, &after,
		      statuses, MAX, &count_of, &err),
	    &err);
	assert_int_equal(count_of, 3);
	assert_false(statuses[0].revoked);
	assert_memory_equal(statuses[2].serial, serial, CA_SERIAL_SIZE);
	assert_true(statuses[2].revoked);
	assert_int_equal(statuses[2].reason, CA_REASON_SUPERSEDED);
	assert_int_equal(statuses[2].revoked_at, LATER);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(world.ca);
}

static void
refuses_a_burned_certificate_of_the_CA(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err = { 0 };

	burn(f, CA_PROFILE_CA, "", serial);
	assert_refused(ca_ledger_revoke(f->ledger, serial, 1,
			   CA_REASON_UNSPECIFIED, LATER, &err),
	    CA_ERR_POLICY, &err, ": was burned, and was to be a CA's own");
}

/* What is wrong with the key is wrong with it in every certificate. */
static void
blames_the_key_of_a_burned_one_that_is_compromised(void **state)
{
	static const struct {
		enum ca_reason reason;
		size_t findings;
	} cases[] = { { CA_REASON_SUPERSEDED, 0 },
		{ CA_REASON_KEY_COMPROMISE, 1 } };
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	for (size_t i = 0; i < 2; i++) {
		uint8_t serial[CA_SERIAL_SIZE];
		struct ca_findings findings = { 0 };
		struct ca_key_claim claim;

		burn(f, CA_PROFILE_NODE, "c.example.com", serial);
		assert_ok(ca_ledger_revoke(f->ledger, serial, 1,
			      cases[i].reason, LATER, &err),
		    &err);
		claim = (struct ca_key_claim){
			.spki_sha256 = ca_certificate_key_info(
			    ca_draft_preview(f->draft[i]))
					   ->spki_sha256,
			.profile = ca_profile_get(CA_PROFILE_NODE),
			.name = "node-c",
		};
		assert_ok(ca_ledger_judge_key(f->ledger, &claim, &findings,
			      &err),
		    &err);
		assert_int_equal(findings.count, cases[i].findings);
		ca_findings_clear(&findings);
	}
}

/* Adds an entry that coldca would not, and has it found. */
static void
assert_found(struct soft_ledger *f, const uint8_t *serial, const char *detail,
    const char *what)
{
	const struct ca_ledger_entry entry = {
		.time = LATER,
		.kind = CA_ENTRY_BURNED_REVOKED,
		.serial = serial,
		.detail = detail,
	};
	struct ca_error err = { 0 };
	enum ca_code rc;

	assert_ok(ca_ledger_begin(f->ledger, &err), &err);
	rc = ca_ledger_append(f->ledger, entry, &err);
	assert_ok(ca_ledger_end(f->ledger, rc, &err), &err);
	assert_refused(soft_ledger_verify(f, &err), CA_ERR_LEDGER, &err, what);
}

static void
finds_a_burned_one_that_is_not_burned(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);

	assert_found(f, world.a[0], "superseded",
	    "burned a serial that is not burned any more");
	ca_certificate_free(world.ca);
}

static void
finds_a_reason_that_is_none(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t serial[CA_SERIAL_SIZE];

	burn(f, CA_PROFILE_NODE, "c.example.com", serial);
	assert_found(f, serial, "bored", "gives no reason for a revocation");
}

static void
finds_a_burned_one_that_is_revoked_twice(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err = { 0 };

	burn(f, CA_PROFILE_NODE, "c.example.com", serial);
	assert_ok(ca_ledger_revoke(f->ledger, serial, 1, CA_REASON_SUPERSEDED,
		      LATER, &err),
	    &err);
	assert_found(f, serial, "superseded", "was revoked twice");
}

static void
nobody_changes_a_revocation(void **state)
{
	static const char *const changes[] = {
		"UPDATE revocation SET reason = 0",
		"DELETE FROM revocation",
		"INSERT INTO revocation SELECT 1, serial, 6, 1 FROM certificate"
		" WHERE name = 'node-b'",
		"INSERT INTO revocation SELECT 1, serial, 1, 1 FROM certificate"
		" WHERE name = 'node-a'",
		"INSERT INTO revocation VALUES (1, zeroblob(16), 1, 1)",
	};
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, world.a[0], 1,
		      CA_REASON_SUPERSEDED, LATER, &err),
	    &err);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (soft_ledger_forge(f, changes[i]))
			fail_msg("was done: %s", changes[i]);
	ca_certificate_free(world.ca);
}

static void
a_compromised_CA_takes_all_its_leaves_along(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "c.example.com");
	const char *name = "node-c";
	struct ca_pending *pending = NULL;
	struct ca_revocation why;
	size_t leaves = 0;
	bool found = true;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, world.a[0], 1,
		      CA_REASON_SUPERSEDED, SOFT_NOW, &err),
	    &err);
	assert_ok(ca_ledger_is_compromised(f->ledger, world.ca, NULL, &found,
		      &err),
	    &err);
	assert_false(found);
	assert_ok(ca_ledger_check_usable(f->ledger, world.ca, &err), &err);
	assert_ok(ca_ledger_compromise(f->ledger, world.ca,
		      CA_REASON_KEY_COMPROMISE, LATER, &leaves, &err),
	    &err);
	/* node-b: node-a was revoked before. */
	assert_int_equal(leaves, 1);
	assert_int_equal(count(f, "revocation WHERE reason = 2"), 2);
	assert_int_equal(count(f, "revocation WHERE reason = 4"), 1);
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_ok(ca_ledger_is_compromised(f->ledger, world.ca, &why, &found,
		      &err),
	    &err);
	assert_true(found);
	assert_int_equal(why.reason, CA_REASON_CA_COMPROMISE);
	assert_int_equal(why.revoked_at, LATER);

	/* It never signs again, by whatever way. */
	soft_ledger_reopen(f, true);
	assert_refused(ca_ledger_check_usable(f->ledger, world.ca, &err),
	    CA_ERR_POLICY, &err, ": was given up as compromised at ");
	assert_refused(ca_ledger_reserve(f->ledger, &draft, &name, 1, LATER,
			   &pending, &err),
	    CA_ERR_POLICY, &err, ": was given up as compromised at ");
	assert_null(pending);
	assert_refused(ca_ledger_compromise(f->ledger, world.ca,
			   CA_REASON_KEY_COMPROMISE, LATER, &leaves, &err),
	    CA_ERR_POLICY, &err, ": was given up as compromised at ");
	ca_certificate_free(world.ca);
}

static void
a_CA_that_is_not_in_the_ledger_is_not_compromised(void **state)
{
	struct soft_ledger *f = *state;
	size_t leaves = 7;
	struct ca_error err = { 0 };

	issue(f, "a.example.com", "node-a", (uint8_t[CA_SERIAL_SIZE]){ 0 });
	assert_refused(ca_ledger_compromise(f->ledger, f->ca,
			   CA_REASON_SUPERSEDED, LATER, &leaves, &err),
	    CA_ERR_LEDGER, &err, "is not the certificate of one of its CAs");
	assert_int_equal(leaves, 7);
	assert_int_equal(count(f, "revocation"), 0);
}

static void
tells_the_status_of_all_that_live(void **state)
{
	struct soft_ledger *f = *state;
	struct world world = make_world(f);
	struct ca_status status[MAX];
	size_t found = 0, live = 0, revoked = 0;
	int64_t after = 0;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, world.b[0], 1,
		      CA_REASON_PRIVILEGE_WITHDRAWN, LATER, &err),
	    &err);
	assert_ok(ca_ledger_count_live(f->ledger, world.ca, LATER, &live,
		      &revoked, &err),
	    &err);
	assert_int_equal(live, 2);
	assert_int_equal(revoked, 1);
	assert_ok(ca_ledger_statuses(f->ledger, world.ca, LATER, &after, status,
		      1, &found, &err),
	    &err);
	assert_int_equal(found, 1);
	assert_memory_equal(status[0].serial, world.a[0], CA_SERIAL_SIZE);
	assert_false(status[0].revoked);
	assert_ok(ca_ledger_statuses(f->ledger, world.ca, LATER, &after, status,
		      MAX, &found, &err),
	    &err);
	assert_int_equal(found, 1);
	assert_memory_equal(status[0].serial, world.b[0], CA_SERIAL_SIZE);
	assert_true(status[0].revoked);
	assert_int_equal(status[0].reason, CA_REASON_PRIVILEGE_WITHDRAWN);
	assert_int_equal(status[0].revoked_at, LATER);
	assert_ok(ca_ledger_statuses(f->ledger, world.ca, LATER, &after, status,
		      MAX, &found, &err),
	    &err);
	assert_int_equal(found, 0);
	/* Nobody asks about what has expired. */
	assert_ok(ca_ledger_count_live(f->ledger, world.ca,
		      SOFT_NOW + 20 * YEAR, &live, &revoked, &err),
	    &err);
	assert_int_equal(live, 0);
	ca_certificate_free(world.ca);
}

static void
reads_the_words_of_RFC_5280_and_no_others(void **state)
{
	static const char *const others[] = { "certificateHold",
		"removeFromCRL", "aACompromise", "keycompromise", "", "1" };
	enum ca_reason reason, parsed;
	struct ca_error err = { 0 };

	(void)state;
	for (size_t i = 0; ca_reason_at(i, &reason); i++) {
		assert_ok(ca_reason_parse(ca_reason_name(reason), &parsed,
			      &err),
		    &err);
		assert_int_equal(parsed, reason);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(ca_reason_parse(others[i], &parsed, &err),
		    CA_ERR_USAGE);
	assert_int_equal(ca_reason_parse("certificateHold", &parsed, &err),
	    CA_ERR_USAGE);
	assert_string_equal(err.message,
	    "--reason=certificateHold: a revocation is final");
}

static void
refuses_a_ledger_of_format_1(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };

	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_true(soft_ledger_forge(f, "PRAGMA user_version = 1"));
	assert_refused(ca_ledger_open(f->path, false, &ledger, &err),
	    CA_ERR_LEDGER, &err,
	    ": is of format 1, from before the first release, and this coldca knows 2 to 6");
	assert_null(ledger);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(revokes_and_shows_it_in_the_listing),
		with_ledger(refuses_to_revoke_twice_and_says_when_and_why),
		with_ledger(refuses_what_was_never_issued_and_the_CA),
		with_ledger(revokes_what_was_burned_without_a_certificate),
		with_ledger(refuses_a_burned_certificate_of_the_CA),
		with_ledger(blames_the_key_of_a_burned_one_that_is_compromised),
		with_ledger(finds_a_burned_one_that_is_not_burned),
		with_ledger(finds_a_reason_that_is_none),
		with_ledger(finds_a_burned_one_that_is_revoked_twice),
		with_ledger(nobody_changes_a_revocation),
		with_ledger(a_compromised_CA_takes_all_its_leaves_along),
		with_ledger(a_CA_that_is_not_in_the_ledger_is_not_compromised),
		with_ledger(tells_the_status_of_all_that_live),
		cmocka_unit_test(reads_the_words_of_RFC_5280_and_no_others),
		with_ledger(refuses_a_ledger_of_format_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
