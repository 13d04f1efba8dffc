/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger knows of tokens: passports, keys that stand by, nonces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/issue.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define LATER (SOFT_NOW + 100)

static int64_t
count(const struct soft_ledger *f, const char *what)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return soft_ledger_number(f->path, sql);
}

static void
verify(struct soft_ledger *f)
{
	struct ca_error err = { 0 };

	assert_ok(soft_ledger_verify(f, &err), &err);
}

/* A recorded CA certificate, current or standing by. */
static struct ca_certificate *
make_authority(struct soft_ledger *f, bool standby)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	struct ca_error err = { 0 };

	assert_ok((standby ? ca_ledger_add_standby
			   : ca_ledger_set_authority)(f->ledger,
		      CA_AUTHORITY_CLUSTER, ca,
		      standby ? "pkcs11:object=b" : "pkcs11:object=a", SOFT_NOW,
		      &err),
	    &err);
	return ca;
}

/* Passports. */

static struct ca_passport
passport(const char *label)
{
	return (struct ca_passport){ .key_label = strdup(label) };
}

static void
set_passport(struct soft_ledger *f, const struct ca_certificate *ca,
    const char *label, const char *detail)
{
	struct ca_passport made = passport(label);
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_passport(f->ledger, ca, &made, detail, LATER,
		      &err),
	    &err);
	ca_passport_clear(&made);
}

static void
assert_passport(struct soft_ledger *f, const struct ca_certificate *ca,
    const char *label)
{
	struct ca_passport read = { 0 };
	struct ca_error err = { 0 };
	bool found = label == NULL;

	assert_ok(ca_ledger_passport(f->ledger, ca, &read, &found, &err), &err);
	assert_int_equal(found, label != NULL);
	if (label != NULL)
		assert_string_equal(read.key_label, label);
	ca_passport_clear(&read);
}

static void
refuses_a_passport_of_no_authority(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_passport made = passport("x");
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_set_passport(f->ledger, f->ca, &made, "",
			     LATER, &err),
	    CA_ERR_LEDGER);
	ca_passport_clear(&made);
	assert_int_equal(count(f, "passport"), 0);
	assert_int_equal(count(f, "entry"), 1);
}

static void
the_last_passport_is_current(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_authority(f, false);
	struct ca_certificate *other = make_authority(f, true);

	assert_passport(f, ca, NULL);
	set_passport(f, ca, "one", "made");
	assert_int_equal(count(f, "entry WHERE kind = 8 AND detail = 'made'"),
	    1);
	set_passport(f, other, "other", "made");
	set_passport(f, ca, "two", "the label");
	set_passport(f, ca, "one", "the label");
	assert_passport(f, ca, "one");
	assert_passport(f, other, "other");
	assert_int_equal(count(f, "entry WHERE kind = 8"), 2);
	assert_int_equal(count(f, "entry WHERE kind = 9"), 2);
	verify(f);
	ca_certificate_free(other);
	ca_certificate_free(ca);
}

static void
guards_passports_against_a_slip(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_authority(f, false);

	set_passport(f, ca, "one", "made");
	assert_false(soft_ledger_forge(f,
	    "UPDATE passport SET"
	    " created_at = 1"));
	assert_false(soft_ledger_forge(f, "DELETE FROM passport"));
	verify(f);
	ca_certificate_free(ca);
}

/* Each row of SQL turns a good ledger into a forged one. */
static void
finds_a_forged_passport(void **state)
{
	static const struct {
		const char *sql;
		const char *message;
	} forgeries[] = {
		{ "UPDATE passport SET passport = passport || 'x'",
		    "speaks of a passport that was changed" },
		{ "UPDATE passport SET created_at = 1",
		    "speaks of a passport that was changed" },
		{ "DELETE FROM passport",
		    "speaks of a passport that is missing" },
		{ "INSERT INTO passport SELECT 1, serial, passport, 1"
		  " FROM passport",
		    "has a passport that coldca did not put in" },
		{ "UPDATE authority SET standby = 0",
		    "speaks of a CA that was changed" },
	};
	static const char guards[] =
	    "DROP TRIGGER passport_update; DROP TRIGGER passport_delete;"
	    "DROP TRIGGER authority_update; PRAGMA foreign_keys = OFF;";

	(void)state;
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		void *fresh = NULL;
		struct soft_ledger *f;
		struct ca_certificate *ca;
		struct ca_error err = { 0 };

		assert_int_equal(soft_ledger_setup(&fresh), 0);
		f = fresh;
		ca = make_authority(f, true);
		set_passport(f, ca, "one", "made");
		verify(f);
		assert_true(soft_ledger_forge(f, guards));
		assert_true(soft_ledger_forge(f, forgeries[i].sql));
		assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
		if (strstr(err.message, forgeries[i].message) == NULL)
			fail_msg("%s: %s", forgeries[i].sql, err.message);
		ca_certificate_free(ca);
		assert_int_equal(soft_ledger_teardown(&fresh), 0);
	}
}

/* Keys that stand by. */

static void
a_key_that_stands_by_is_never_current(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *first = make_authority(f, false);
	struct ca_certificate *standby = make_authority(f, true);
	struct ca_certificate *second = make_authority(f, false);
	struct ca_certificate *current = NULL;
	struct ca_certificates all = { 0 };
	char *uri = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_authority(f->ledger, CA_AUTHORITY_CLUSTER, &current,
		      &uri, &err),
	    &err);
	assert_string_equal(ca_certificate_serial_text(current),
	    ca_certificate_serial_text(second));
	assert_string_equal(uri, "pkcs11:object=a");
	assert_ok(ca_ledger_authorities(f->ledger, CA_AUTHORITY_CLUSTER, &all,
		      &err),
	    &err);
	assert_int_equal(all.count, 3);
	assert_string_equal(ca_certificate_serial_text(all.item[0]),
	    ca_certificate_serial_text(second));
	assert_string_equal(ca_certificate_serial_text(all.item[1]),
	    ca_certificate_serial_text(first));
	assert_string_equal(ca_certificate_serial_text(all.item[2]),
	    ca_certificate_serial_text(standby));
	verify(f);
	free(uri);
	ca_certificates_clear(&all);
	ca_certificate_free(current);
	ca_certificate_free(second);
	ca_certificate_free(standby);
	ca_certificate_free(first);
}

/* Nonces. */

static enum ca_code
issue(struct soft_ledger *f, const struct ca_draft *const *drafts, size_t count,
    struct ca_certificate **ret, struct ca_error *err)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	const struct ca_issuer issuer = { .ledger = f->ledger,
		.signer = f->signer,
		.certificate = f->ca };

	return ca_issue(&issuer, drafts, names, count, LATER, ret, err);
}

static void
burns_what_repeats_an_r_and_stops_the_key(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *drafts[] = {
		soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com"),
		soft_ledger_draft(f, CA_PROFILE_NODE, "b.example.com"),
		soft_ledger_draft(f, CA_PROFILE_NODE, "c.example.com"),
	};
	const struct ca_draft *next =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "d.example.com");
	struct ca_certificate *made[3] = { NULL };
	struct ca_error err = { 0 };

	/* The first is good, the second and third share their nonce. */
	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 1);
	assert_int_equal(issue(f, drafts, 3, made, &err), CA_ERR_TOKEN);
	assert_string_equal(err.message,
	    "the token repeated an ECDSA r: its key must be considered disclosed");
	assert_non_null(made[0]);
	assert_non_null(made[1]);
	assert_null(made[2]);
	assert_int_equal(count(f, "certificate WHERE state = 'issued'"), 2);
	assert_int_equal(count(f, "certificate WHERE state = 'burned'"), 1);
	assert_int_equal(count(f, "entry WHERE kind = 10"), 1);
	verify(f);

	/* Not even a good signature is wanted of that key any more. */
	soft_signer_fault(f->signer, SOFT_FAULT_NONE, 0);
	soft_ledger_reopen(f, true);
	ca_certificate_free(made[0]);
	made[0] = NULL;
	assert_int_equal(issue(f, &next, 1, made, &err), CA_ERR_TOKEN);
	assert_null(made[0]);
	assert_int_equal(count(f, "certificate WHERE state = 'pending'"), 0);
	assert_int_equal(count(f, "certificate"), 3);
	ca_certificate_free(made[1]);
}

static void
finds_the_r_of_the_ca_certificate_itself(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com");
	struct ca_certificate *made = NULL, *ca;
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	ca = soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	assert_int_equal(issue(f, &draft, 1, &made, &err), CA_ERR_TOKEN);
	assert_null(made);
	assert_int_equal(count(f, "entry WHERE kind = 10"), 1);
	verify(f);
	ca_certificate_free(ca);
}

static void
another_key_may_go_on(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft;
	struct ca_certificate *made[2] = { NULL };
	struct ca_certificate *both[2] = { f->ca, NULL };
	struct ca_signer *first = f->signer;
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "a", SOFT_NOW));
	draft = soft_ledger_draft(f, CA_PROFILE_NODE, "b.example.com");
	assert_int_equal(issue(f, &draft, 1, made, &err), CA_ERR_TOKEN);
	/* The same r by another key gives neither away. */
	f->signer = soft_signer(NULL);
	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	both[1] = f->ca;
	draft = soft_ledger_draft(f, CA_PROFILE_NODE, "c.example.com");
	assert_ok(issue(f, &draft, 1, made, &err), &err);
	assert_ok(soft_ledger_verify_by(f->ledger, both, 2, &err), &err);
	ca_certificate_free(both[0]);
	ca_certificate_free(made[0]);
	ca_signer_free(first);
}

static void
finds_a_changed_r(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "a", SOFT_NOW));
	assert_true(soft_ledger_forge(f,
	    "DROP TRIGGER certificate_settled;"
	    "UPDATE certificate SET ecdsa_r = NULL"));
	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "whose ECDSA r was changed"));
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(refuses_a_passport_of_no_authority),
		with_ledger(the_last_passport_is_current),
		with_ledger(guards_passports_against_a_slip),
		cmocka_unit_test(finds_a_forged_passport),
		with_ledger(a_key_that_stands_by_is_never_current),
		with_ledger(burns_what_repeats_an_r_and_stops_the_key),
		with_ledger(finds_the_r_of_the_ca_certificate_itself),
		with_ledger(another_key_may_go_on),
		with_ledger(finds_a_changed_r),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
