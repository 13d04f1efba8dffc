/* SPDX-License-Identifier: Apache-2.0 */
/* One key, one name: what the ledger says of a key that it has seen. */
#include <openssl/evp.h>
#include <string.h>

#include "coldca/revocation.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static void
issue(struct soft_ledger *f, enum ca_profile_id profile, const char *who,
    const char *name, enum ca_reason reason)
{
	struct ca_certificate *made =
	    soft_ledger_issue(f, profile, who, name, SOFT_NOW);
	struct ca_error err = { 0 };
	size_t len = 0;

	if (reason != CA_REASON_UNSPECIFIED)
		assert_ok(ca_ledger_revoke(f->ledger,
			      ca_certificate_serial(made, &len), 1, reason,
			      SOFT_NOW, &err),
		    &err);
	ca_certificate_free(made);
}

/* Fails unless KEY for PROFILE and NAME breaks just RULE; NULL: none. */
static void
assert_judged(struct soft_ledger *f, EVP_PKEY *key, enum ca_profile_id profile,
    const char *name, const char *rule)
{
	struct ca_findings findings = { 0 };
	struct ca_key_info info = { 0 };
	struct ca_error err = { 0 };
	struct ca_key_claim claim = { .spki_sha256 = info.spki_sha256,
		.profile = ca_profile_get(profile),
		.name = name };

	assert_ok(ca_key_describe(key, &info, &err), &err);
	assert_ok(ca_ledger_judge_key(f->ledger, &claim, &findings, &err),
	    &err);
	assert_int_equal(findings.count, rule != NULL ? 1 : 0);
	if (rule != NULL) {
		assert_string_equal(findings.item[0].rule, rule);
		assert_int_equal(findings.item[0].code, CA_ERR_POLICY);
	}
	ca_findings_clear(&findings);
}

static void
lets_a_new_key_and_a_renewal_pass(void **state)
{
	struct soft_ledger *f = *state;
	EVP_PKEY *other = soft_key(CA_KEY_P256);

	issue(f, CA_PROFILE_NODE, "a.example.com", "node-a",
	    CA_REASON_UNSPECIFIED);
	issue(f, CA_PROFILE_NODE, "a.example.com", "node-a",
	    CA_REASON_UNSPECIFIED);
	assert_judged(f, f->key, CA_PROFILE_NODE, "node-a", NULL);
	assert_judged(f, other, CA_PROFILE_NODE, "node-b", NULL);
	EVP_PKEY_free(other);
}

static void
refuses_a_key_under_another_name(void **state)
{
	struct soft_ledger *f = *state;

	issue(f, CA_PROFILE_NODE, "a.example.com", "node-a",
	    CA_REASON_UNSPECIFIED);
	assert_judged(f, f->key, CA_PROFILE_NODE, "node-b", "key-reused");
	assert_judged(f, f->key, CA_PROFILE_CLIENT, "client-a", "key-reused");
	assert_judged(f, f->key, CA_PROFILE_CA, "node-a", "key-reused");
}

static void
forgets_what_was_never_issued(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node-a", SOFT_NOW);

	assert_judged(f, f->key, CA_PROFILE_NODE, "node-b", NULL);
	ca_pending_free(pending);
}

static void
refuses_the_key_of_a_revoked_certificate(void **state)
{
	struct soft_ledger *f = *state;

	issue(f, CA_PROFILE_NODE, "a.example.com", "node-a",
	    CA_REASON_KEY_COMPROMISE);
	issue(f, CA_PROFILE_NODE, "a.example.com", "node-a",
	    CA_REASON_UNSPECIFIED);
	assert_judged(f, f->key, CA_PROFILE_NODE, "node-a", "key-revoked");
}

static void
keeps_the_keys_of_hosts_whose_ca_was_compromised(void **state)
{
	struct soft_ledger *f = *state;

	issue(f, CA_PROFILE_NODE, "a.example.com", "node-a",
	    CA_REASON_CA_COMPROMISE);
	assert_judged(f, f->key, CA_PROFILE_NODE, "node-a", NULL);
	assert_judged(f, f->key, CA_PROFILE_NODE, "node-b", "key-reused");
}

/* The CA's certificate is not even recorded as an authority's. */
static void
refuses_the_key_of_a_ca(void **state)
{
	struct soft_ledger *f = *state;

	issue(f, CA_PROFILE_CA, "", "ca", CA_REASON_UNSPECIFIED);
	assert_judged(f, f->signer->public_key, CA_PROFILE_NODE, "node-a",
	    "key-of-ca");
	assert_judged(f, f->signer->public_key, CA_PROFILE_OCSP, "ca",
	    "key-of-ca");
	/* A CA may certify its key again. */
	assert_judged(f, f->signer->public_key, CA_PROFILE_CA, "ca", NULL);
}

static void
refuses_the_key_of_a_ca_that_was_burned(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft = soft_ledger_draft(f, CA_PROFILE_CA, "");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "ca", SOFT_NOW);
	struct ca_error err = { 0 };
	size_t count = 0;

	ca_pending_free(pending);
	assert_ok(ca_ledger_settle(f->ledger, SOFT_NOW, &count, &err), &err);
	assert_int_equal(count, 1);
	assert_judged(f, f->signer->public_key, CA_PROFILE_NODE, "node-a",
	    "key-of-ca");
}

#define TEST(name)                                               \
	cmocka_unit_test_setup_teardown(name, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lets_a_new_key_and_a_renewal_pass),
		TEST(refuses_a_key_under_another_name),
		TEST(forgets_what_was_never_issued),
		TEST(refuses_the_key_of_a_revoked_certificate),
		TEST(keeps_the_keys_of_hosts_whose_ca_was_compromised),
		TEST(refuses_the_key_of_a_ca),
		TEST(refuses_the_key_of_a_ca_that_was_burned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
