/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/approval.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "core/approval_internal.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define DAY ((int64_t)24 * 3600)

static const uint8_t ledger[CA_SHA256_SIZE] = { 0x11 };
static const uint8_t other[CA_SHA256_SIZE] = { 0x22 };
static const uint8_t drafts[][CA_SHA256_SIZE] = { { 0xcc }, { 0xaa }, { 0xbb },
	{ 0xaa } };

enum { ANNA, BOB, CARL, OLGA, PEOPLE };
static const char *const names[PEOPLE] = { "anna", "bob", "carl", "olga" };

struct desk {
	EVP_PKEY *key[PEOPLE];
	struct ca_policy *policy;
	struct ca_approval_desk desk;
	struct ca_approvals *approvals;
};

static const char *const operators[] = { "olga", NULL };

static void
append(char *text, size_t size, const char *name, EVP_PKEY *key,
    const char *more)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL, *line, *rest;
	size_t used = strlen(text);

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	assert_int_equal(BIO_write(bio, "", 1), 1);
	assert_true(BIO_get_mem_data(bio, &pem) > 0);
	used += (size_t)snprintf(text + used, size - used,
	    "  - name: %s\n%s    key: |\n", name, more);
	for (line = strtok_r(pem, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		used += (size_t)snprintf(text + used, size - used, "      %s\n",
		    line);
	BIO_free(bio);
}

static int
setup(void **state)
{
	static const char *const more[PEOPLE] = { "", "",
		"    profiles: [client]\n", "    user: olga\n" };
	struct desk *desk = calloc(1, sizeof(*desk));
	char text[4096] = "version: 1\nmode: test\n"
			  "profiles: {node: {approvals: 2}}\napprovers:\n";
	struct ca_error err = { 0 };

	assert_non_null(desk);
	for (size_t i = 0; i < PEOPLE; i++) {
		desk->key[i] =
		    soft_key(i == BOB ? CA_KEY_P256 : CA_KEY_ED25519);
		append(text, sizeof(text), names[i], desk->key[i], more[i]);
	}
	assert_ok(ca_policy_parse("p.yaml", text, strlen(text), &desk->policy,
		      &err),
	    &err);
	desk->desk = (struct ca_approval_desk){ desk->policy, ledger, SOFT_NOW,
		operators };
	assert_ok(ca_approvals_new(&desk->desk, &desk->approvals, &err), &err);
	*state = desk;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *desk = *state;

	ca_approvals_free(desk->approvals);
	ca_policy_free(desk->policy);
	for (size_t i = 0; i < PEOPLE; i++)
		EVP_PKEY_free(desk->key[i]);
	free(desk);
	return 0;
}

static struct ca_bytes
make(const char *name, EVP_PKEY *key, int64_t from, int64_t to,
    const uint8_t *of)
{
	const struct ca_approval_words words = { of, name, SOFT_NOW + from,
		SOFT_NOW + to, drafts, 4 };
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_approval_make(&words, key, &text, &err), &err);
	return text;
}

static void
add(struct desk *desk, struct ca_bytes text)
{
	struct ca_error err = { 0 };

	assert_ok(ca_approvals_add(desk->approvals, "a.approval", text.data,
		      text.len, &err),
	    &err);
	ca_bytes_free(&text);
}

/* Of profile node, the draft TBS: RULE is missed among what is said. */
static void
judge(struct desk *desk, const uint8_t *tbs, const char *rule)
{
	struct ca_findings findings = { 0 };
	bool found = rule == NULL;

	ca_approvals_judge(desk->approvals,
	    &desk->policy->profile[CA_PROFILE_NODE], tbs, &findings);
	for (size_t i = 0; i < findings.count && rule != NULL; i++)
		found |= strcmp(findings.item[i].rule, rule) == 0;
	if (!found)
		fail_msg("no %s", rule);
	assert_int_equal(ca_findings_code(&findings),
	    rule == NULL ? CA_OK : CA_ERR_POLICY);
	ca_findings_clear(&findings);
}

static void
two_people_approve_many_drafts(void **state)
{
	struct desk *desk = *state;

	judge(desk, drafts[0], "policy-approvals");
	add(desk, make("anna", desk->key[ANNA], -5, DAY, ledger));
	judge(desk, drafts[0], "policy-approvals");
	add(desk, make("bob", desk->key[BOB], -5, DAY, ledger));
	for (size_t i = 0; i < 4; i++)
		judge(desk, drafts[i], NULL);
	judge(desk, other, "approval-draft");
}

static void
one_that_does_not_count_says_why(void **state)
{
	static const struct {
		size_t who;
		const char *name; /* NULL: their own */
		int64_t from, to;
		const uint8_t *of;
		const char *rule;
	} rows[] = {
		{ BOB, NULL, -DAY, 0, ledger, "approval-expired" },
		{ BOB, NULL, 1, DAY, ledger, "approval-future" },
		{ BOB, NULL, -1, 7 * DAY, ledger, "approval-lifetime" },
		{ BOB, NULL, 0, DAY, other, "approval-ledger" },
		{ BOB, "carl", 0, DAY, ledger, "approval-key" },
		{ BOB, "dora", 0, DAY, ledger, "approval-unknown" },
		{ ANNA, NULL, 0, DAY, ledger, "approval-twice" },
		{ CARL, NULL, 0, DAY, ledger, "approval-profile" },
		{ OLGA, NULL, 0, DAY, ledger, "approval-operator" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *desk = *state;

		add(desk, make("anna", desk->key[ANNA], -5, DAY, ledger));
		add(desk,
		    make(rows[i].name != NULL ? rows[i].name
					      : names[rows[i].who],
			desk->key[rows[i].who], rows[i].from, rows[i].to,
			rows[i].of));
		judge(desk, drafts[0], rows[i].rule);
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
	}
}

static void
the_operator_approves_where_policy_says_so(void **state)
{
	struct desk *desk = *state;

	desk->policy->operator_may_approve = true;
	add(desk, make("anna", desk->key[ANNA], 0, DAY, ledger));
	add(desk, make("olga", desk->key[OLGA], 0, 7 * DAY, ledger));
	judge(desk, drafts[0], NULL);
}

/* Every octet of what is signed is held by the signature. */
static void
a_changed_text_does_not_count(void **state)
{
	struct desk *desk = *state;
	struct ca_bytes text = make("bob", desk->key[BOB], 0, DAY, ledger);
	char *at = memmem(text.data, text.len, "expires 2026", 12);

	assert_non_null(at);
	at[strlen("expires 2026-01-0")] = '3';
	add(desk, make("anna", desk->key[ANNA], 0, DAY, ledger));
	add(desk, text);
	judge(desk, drafts[0], "approval-signature");
}

static void
refuses_what_is_no_approval(void **state)
{
	struct desk *desk = *state;
	struct ca_bytes text = make("bob", desk->key[BOB], 0, DAY, ledger);
	struct ca_error err = { 0 };
	const struct ca_approval_words none = { ledger, "bob", 0, 1, drafts,
		0 };
	struct ca_bytes made = { 0 };

	assert_int_equal(ca_approvals_add(desk->approvals, "a.approval",
			     text.data, text.len - 1, &err),
	    CA_ERR_INPUT);
	ca_bytes_free(&text);
	assert_int_equal(ca_approval_make(&none, desk->key[BOB], &made, &err),
	    CA_ERR_INPUT);
}

static void
policy_has_nobody_twice(void **state)
{
	struct desk *desk = *state;
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };
	char text[4096] = "version: 1\nmode: test\napprovers:\n";

	append(text, sizeof(text), "anna", desk->key[ANNA], "");
	append(text, sizeof(text), "dora", desk->key[ANNA], "");
	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "dora: has the key of anna"));
	(void)snprintf(text, sizeof(text),
	    "version: 1\nmode: test\napprovers:\n");
	append(text, sizeof(text), "anna", desk->key[ANNA], "");
	append(text, sizeof(text), "anna", desk->key[BOB], "");
	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "anna: is there twice"));
	(void)snprintf(text, sizeof(text),
	    "version: 1\nmode: test\napprovers: [{name: a, key: nothing}]\n");
	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "not the PEM of a public key"));
}

#define with_desk(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_desk(two_people_approve_many_drafts),
		with_desk(one_that_does_not_count_says_why),
		with_desk(the_operator_approves_where_policy_says_so),
		with_desk(a_changed_text_does_not_count),
		with_desk(refuses_what_is_no_approval),
		with_desk(policy_has_nobody_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
