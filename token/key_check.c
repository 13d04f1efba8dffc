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
	enum ca_code rc = CA_OK;
	enum ca_flag flag = CA_FLAG_UNKNOWN;
	size_t i;

	for (i = 0; rc == CA_OK && (rule = ca_key_rule_at(i)) != NULL; i++) {
		rc = ca_attribute_flag(token, key->handle, rule->type, &flag,
		    err);
		if (rc == CA_OK &&
		    ca_key_rule_judge(rule, token->facts, flag) == CA_KEY_WRONG)
			rc = ca_listing_add(&faults, err, "%s %s",
			    rule->attribute, said[flag]);
	}
	if (rc == CA_OK && faults.count > 0)
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: not a key that was made in the token, never leaves it and only signs: %s",
		    token->name, key->label, ca_listing_text(&faults));
	ca_listing_clear(&faults);
	return rc;
}
