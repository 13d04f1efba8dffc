/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/issue.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define DRAFTS 3

/* A ledger in a fresh directory, a CA, and three drafts under it. */
struct fixture {
	void *dir;
	struct ca_ledger *ledger;
	struct ca_signer *signer;
	struct ca_certificate *ca;
	EVP_PKEY *key;
	struct ca_grant grant;
	struct ca_draft *drafts[DRAFTS];
	struct ca_certificate *made[DRAFTS];
};

static const char *const names[DRAFTS] = { "client-a", "client-a", "client-a" };

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *path;
	struct ca_error err;

	assert_int_equal(tmpdir_setup(&f->dir), 0);
	path = tmpdir_path(f->dir, CA_LEDGER_FILE);
	assert_ok(ca_ledger_create(path, SOFT_NOW, "test", &err), &err);
	assert_ok(ca_ledger_open(path, true, &f->ledger, &err), &err);
	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	f->key = soft_key(CA_KEY_P256);
	f->grant = soft_grant(CA_PROFILE_CLIENT, "a", f->key, 0);
	for (int i = 0; i < DRAFTS; i++)
		f->drafts[i] =
		    soft_draft(&f->grant, f->ca, f->signer, SOFT_NOW);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < DRAFTS; i++) {
		ca_draft_free(f->drafts[i]);
		ca_certificate_free(f->made[i]);
	}
	ca_grant_clear(&f->grant);
	EVP_PKEY_free(f->key);
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	ca_ledger_close(f->ledger);
	assert_int_equal(tmpdir_teardown(&f->dir), 0);
	free(f);
	return 0;
}

static enum ca_code
issue(struct fixture *f, size_t count, struct ca_error *err)
{
	const struct ca_issuer issuer = { .ledger = f->ledger,
		.signer = f->signer,
		.certificate = f->ca };

	return ca_issue(&issuer, (const struct ca_draft *const *)f->drafts,
	    names, count, SOFT_NOW, f->made, err);
}

static bool
count_state(const struct ca_ledger_row *row, void *arg)
{
	((size_t *)arg)[row->state]++;
	return true;
}

static void
check_states(struct fixture *f, size_t pending, size_t issued, size_t burned)
{
	const struct ca_ledger_filter all = { 0 };
	size_t counts[CA_STATE_BURNED + 1] = { 0 };
	struct ca_error err;

	assert_ok(ca_ledger_list(f->ledger, &all, count_state, counts, &err),
	    &err);
	assert_int_equal(counts[CA_STATE_PENDING], pending);
	assert_int_equal(counts[CA_STATE_ISSUED], issued);
	assert_int_equal(counts[CA_STATE_BURNED], burned);
	assert_ok(ca_ledger_verify(f->ledger, &err), &err);
}

static void
hands_out_no_signature_that_does_not_verify(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	soft_signer_fault(f->signer, SOFT_FAULT_FLIP, 0);
	assert_int_equal(issue(f, 1, &err), CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "does not verify"));
	assert_null(f->made[0]);
	check_states(f, 0, 0, 1);
}

static void
keeps_what_was_signed_before_the_token_failed(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	soft_signer_fault(f->signer, SOFT_FAULT_FAIL, 1);
	assert_int_equal(issue(f, DRAFTS, &err), CA_ERR_TOKEN);
	assert_string_equal(err.message, "the token was removed");
	assert_non_null(f->made[0]);
	assert_null(f->made[1]);
	assert_null(f->made[2]);
	check_states(f, 0, 1, 2);
}

static void
refuses_a_signer_with_another_key(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *ours = f->signer;
	struct ca_error err;

	f->signer = soft_signer(NULL);
	assert_int_equal(issue(f, 1, &err), CA_ERR_TOKEN);
	assert_null(f->made[0]);
	ca_signer_free(f->signer);
	f->signer = ours;
	check_states(f, 0, 0, 1);
}

static void
signs_nothing_that_the_ledger_did_not_take(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_ok(issue(f, 1, &err), &err);
	ca_certificate_free(f->made[0]);
	f->made[0] = NULL;
	/* The token would fail: it must not even be asked. */
	soft_signer_fault(f->signer, SOFT_FAULT_FAIL, 0);
	assert_int_equal(issue(f, 2, &err), CA_ERR_LEDGER);
	assert_null(f->made[0]);
	check_states(f, 0, 1, 0);
}

static void
records_every_certificate_it_hands_out(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_ok(issue(f, DRAFTS, &err), &err);
	for (int i = 0; i < DRAFTS; i++) {
		assert_non_null(f->made[i]);
		assert_ok(ca_certificate_check_issuer(f->made[i], f->ca, &err),
		    &err);
	}
	check_states(f, 0, DRAFTS, 0);
}

#define WITH_LEDGER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(hands_out_no_signature_that_does_not_verify),
		WITH_LEDGER(keeps_what_was_signed_before_the_token_failed),
		WITH_LEDGER(refuses_a_signer_with_another_key),
		WITH_LEDGER(signs_nothing_that_the_ledger_did_not_take),
		WITH_LEDGER(records_every_certificate_it_hands_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
