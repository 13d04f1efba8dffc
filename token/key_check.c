/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include "token/attribute.h"
#include "token/key_rules.h"
#include "token/listing.h"

static const char *const said[] = {
	[CA_FLAG_FALSE] = "is false",
	[CA_FLAG_TRUE] = "is true",
	[CA_FLAG_UNKNOWN] = "is not told",
};

enum ca_code
ca_token_check_key(struct ca_token *token, const struct ca_token_key *key,
    struct ca_error *err)
{
	struct ca_listing faults = { { NULL, 0 }, 0 };
	const struct ca_key_rule *rule;
	CK_ATTRIBUTE_TYPE types[CA_FLAGS_MAX];
	enum ca_flag flag[CA_FLAGS_MAX];
	size_t i, count = 0;
	enum ca_code rc;

	while (count < CA_FLAGS_MAX && (rule = ca_key_rule_at(count)) != NULL)
		types[count++] = rule->type;
	rc = ca_attribute_flags(token, key->handle, types, count, flag, err);
	for (i = 0; rc == CA_OK && i < count; i++) {
		rule = ca_key_rule_at(i);
		if (ca_key_rule_judge(rule, token->facts, flag[i]) ==
		    CA_KEY_WRONG)
			rc = ca_listing_add(&faults, err, "%s %s",
			    rule->attribute, said[flag[i]]);
	}
	if (rc == CA_OK && faults.count > 0)
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: not a key that was made in the token, never leaves it and only signs: %s",
		    token->name, key->label, ca_listing_text(&faults));
	ca_listing_clear(&faults);
	return rc;
}
