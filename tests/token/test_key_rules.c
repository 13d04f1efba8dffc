/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "token/facts.h"
#include "token/key_rules.h"
#include "unit/test.h"

static const struct ca_key_rule *
find_rule(CK_ATTRIBUTE_TYPE type)
{
	const struct ca_key_rule *rule;
	size_t i;

	for (i = 0; (rule = ca_key_rule_at(i)) != NULL; i++)
		if (rule->type == type)
			return rule;
	fail_msg("no rule for 0x%lx", type);
	return NULL;
}

static void
assert_standing(CK_ATTRIBUTE_TYPE type, unsigned facts, enum ca_flag flag,
    enum ca_key_standing wanted)
{
	const struct ca_key_rule *rule = find_rule(type);
	enum ca_key_standing standing = ca_key_rule_judge(rule, facts, flag);

	if (standing != wanted)
		fail_msg("%s %d: %d", rule->attribute, (int)flag,
		    (int)standing);
}

static void
wants_to_be_told_what_keeps_the_key_in(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_SENSITIVE,
		CKA_ALWAYS_SENSITIVE, CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE,
		CKA_LOCAL };
	const unsigned others = CA_FACT_FIXED_USE | CA_FACT_SOFTWARE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		enum ca_flag right =
		    types[i] == CKA_EXTRACTABLE ? CA_FLAG_FALSE : CA_FLAG_TRUE;

		assert_standing(types[i], 0, right, CA_KEY_HOLDS);
		assert_standing(types[i], 0, CA_FLAG_UNKNOWN, CA_KEY_WRONG);
		assert_standing(types[i], others, CA_FLAG_UNKNOWN,
		    CA_KEY_WRONG);
		assert_standing(types[i], others,
		    right == CA_FLAG_TRUE ? CA_FLAG_FALSE : CA_FLAG_TRUE,
		    CA_KEY_WRONG);
	}
}

static void
wants_no_use_but_signing(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_DECRYPT, CKA_UNWRAP,
		CKA_DERIVE, CKA_SIGN_RECOVER };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_standing(types[i], 0, CA_FLAG_FALSE, CA_KEY_HOLDS);
		assert_standing(types[i], 0, CA_FLAG_UNKNOWN, CA_KEY_UNTOLD);
		assert_standing(types[i], CA_FACT_HASHED_RSA, CA_FLAG_TRUE,
		    CA_KEY_WRONG);
		assert_standing(types[i], CA_FACT_FIXED_USE, CA_FLAG_TRUE,
		    CA_KEY_EXCUSED);
	}
	assert_standing(CKA_PRIVATE, CA_FACT_FIXED_USE, CA_FLAG_FALSE,
	    CA_KEY_WRONG);
}

static void
excuses_only_what_a_token_can_not_do(void **state)
{
	(void)state;
	assert_standing(CKA_LOCAL, CA_FACT_NO_LOCAL, CA_FLAG_FALSE,
	    CA_KEY_EXCUSED);
	assert_standing(CKA_EXTRACTABLE, CA_FACT_NO_LOCAL, CA_FLAG_TRUE,
	    CA_KEY_WRONG);
	assert_standing(CKA_DECRYPT, CA_FACT_NO_LOCAL, CA_FLAG_TRUE,
	    CA_KEY_WRONG);
	/* It may change yet: a word of warning, no refusal. */
	assert_standing(CKA_MODIFIABLE, 0, CA_FLAG_TRUE, CA_KEY_WEAK);
	assert_standing(CKA_MODIFIABLE, 0, CA_FLAG_UNKNOWN, CA_KEY_UNTOLD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wants_to_be_told_what_keeps_the_key_in),
		cmocka_unit_test(wants_no_use_but_signing),
		cmocka_unit_test(excuses_only_what_a_token_can_not_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
