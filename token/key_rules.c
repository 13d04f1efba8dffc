/* SPDX-License-Identifier: Apache-2.0 */
#include "token/key_rules.h"

#include "token/facts.h"

/*
 * PKCS#11 2.40, sections 4.7 and 4.9. One table for the check before each
 * signing session and for the probe: what passes the one passes the other.
 */
static const struct ca_key_rule rules[] = {
	{ CKA_SENSITIVE, "CKA_SENSITIVE", "has-sensitive",
	    "CKA_SENSITIVE is true", CA_FLAG_TRUE, CA_KEY_STAYS, 0 },
	{ CKA_ALWAYS_SENSITIVE, "CKA_ALWAYS_SENSITIVE", "has-always-sensitive",
	    "CKA_ALWAYS_SENSITIVE is true", CA_FLAG_TRUE, CA_KEY_STAYS, 0 },
	{ CKA_EXTRACTABLE, "CKA_EXTRACTABLE", "has-extractable",
	    "CKA_EXTRACTABLE is false", CA_FLAG_FALSE, CA_KEY_STAYS, 0 },
	{ CKA_NEVER_EXTRACTABLE, "CKA_NEVER_EXTRACTABLE",
	    "has-never-extractable", "CKA_NEVER_EXTRACTABLE is true",
	    CA_FLAG_TRUE, CA_KEY_STAYS, 0 },
	{ CKA_LOCAL, "CKA_LOCAL", "has-local", "CKA_LOCAL is true",
	    CA_FLAG_TRUE, CA_KEY_MADE_HERE, CA_FACT_NO_LOCAL },
	{ CKA_PRIVATE, "CKA_PRIVATE", "has-private", "CKA_PRIVATE is true",
	    CA_FLAG_TRUE, CA_KEY_USE, 0 },
	{ CKA_DECRYPT, "CKA_DECRYPT", "has-decrypt", "CKA_DECRYPT is false",
	    CA_FLAG_FALSE, CA_KEY_USE, CA_FACT_FIXED_USE },
	{ CKA_UNWRAP, "CKA_UNWRAP", "has-unwrap", "CKA_UNWRAP is false",
	    CA_FLAG_FALSE, CA_KEY_USE, CA_FACT_FIXED_USE },
	{ CKA_DERIVE, "CKA_DERIVE", "has-derive", "CKA_DERIVE is false",
	    CA_FLAG_FALSE, CA_KEY_USE, CA_FACT_FIXED_USE },
	{ CKA_SIGN_RECOVER, "CKA_SIGN_RECOVER", "has-sign-recover",
	    "CKA_SIGN_RECOVER is false", CA_FLAG_FALSE, CA_KEY_USE,
	    CA_FACT_FIXED_USE },
	{ CKA_MODIFIABLE, "CKA_MODIFIABLE", "has-modifiable",
	    "CKA_MODIFIABLE is false", CA_FLAG_FALSE, CA_KEY_FIXED, 0 },
};

const struct ca_key_rule *
ca_key_rule_at(size_t i)
{
	return i < sizeof(rules) / sizeof(rules[0]) ? &rules[i] : NULL;
}

enum ca_key_standing
ca_key_rule_judge(const struct ca_key_rule *rule, unsigned facts,
    enum ca_flag flag)
{
	if (flag == rule->wanted)
		return CA_KEY_HOLDS;
	/* What keeps the key in must be said; a use that is not is none. */
	if (flag == CA_FLAG_UNKNOWN &&
	    (rule->weight == CA_KEY_USE || rule->weight == CA_KEY_FIXED))
		return CA_KEY_UNTOLD;
	if ((rule->unless & facts) != 0)
		return CA_KEY_EXCUSED;
	return rule->weight == CA_KEY_FIXED ? CA_KEY_WEAK : CA_KEY_WRONG;
}
