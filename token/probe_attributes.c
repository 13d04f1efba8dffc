/* SPDX-License-Identifier: Apache-2.0 */
#include "token/ckr.h"
#include "token/key_rules.h"
#include "token/probe.h"

static const char *const wrong[CA_KEY_WEIGHTS] = {
	[CA_KEY_STAYS] =
	    "it is not: the key may leave the token, or has left it",
	[CA_KEY_MADE_HERE] =
	    "it is not: the key came from outside, and may be there still",
	[CA_KEY_USE] =
	    "it is not: the key may be used for more than a CA's key: not a key that coldca made",
	[CA_KEY_FIXED] =
	    "it is not: whoever logs in may change what the key is used for",
};

/* Reads the attribute of OBJECT; what the token answered is *RET_RV. */
static enum ca_flag
read_flag(struct ca_probe_run *run, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, CK_RV *ret_rv)
{
	CK_BBOOL value = CK_FALSE;
	CK_ATTRIBUTE attribute = ca_attribute(type, &value, sizeof(value));

	*ret_rv = run->token.p11->C_GetAttributeValue(run->token.session,
	    object, &attribute, 1);
	if (*ret_rv != CKR_OK || attribute.ulValueLen != sizeof(value))
		return CA_FLAG_UNKNOWN;
	return value == CK_FALSE ? CA_FLAG_FALSE : CA_FLAG_TRUE;
}

/*
 * All that may still change is held against the throw-away: what this token
 * can not do better is the token's nature, not a fault of the key.
 */
static enum ca_code
judge_weak(struct ca_probe_run *run, const struct ca_key_rule *rule,
    enum ca_flag flag, struct ca_probe_outcome *ret, struct ca_error *err)
{
	bool spare = ca_probe_has_spare(run);
	enum ca_flag of_spare = CA_FLAG_UNKNOWN;
	enum ca_code rc = CA_OK;

	if (spare)
		rc = ca_attribute_flag(&run->token, run->spare.key.handle,
		    rule->type, &of_spare, err);
	if (rc != CA_OK)
		return rc;
	*ret = (struct ca_probe_outcome){ CKR_OK, CA_PROBE_NOTICE,
		wrong[rule->weight] };
	if (spare && of_spare == flag)
		ret->meaning =
		    "it is not, as with every key that this token makes";
	else
		run->weak = true;
	return CA_OK;
}

static enum ca_code
judge(struct ca_probe_run *run, const struct ca_key_rule *rule,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	CK_RV rv;
	enum ca_flag flag = read_flag(run, run->key->handle, rule->type, &rv);

	if (rv != CKR_OK && !ca_attribute_is_untold(rv))
		return ca_ckr_fail(err, run->token.name, "C_GetAttributeValue",
		    rv);
	*ret = (struct ca_probe_outcome){ rv, CA_PROBE_SAFE, "it is" };
	switch (ca_key_rule_judge(rule, run->token.facts, flag)) {
	case CA_KEY_HOLDS:
		break;
	case CA_KEY_UNTOLD:
		ret->verdict = CA_PROBE_UNKNOWN;
		ret->meaning = "the token does not tell";
		break;
	case CA_KEY_EXCUSED:
		ret->verdict = CA_PROBE_NOTICE;
		ret->meaning = "it is not, as with every key of such a token";
		break;
	case CA_KEY_WEAK:
		return judge_weak(run, rule, flag, ret, err);
	case CA_KEY_WRONG:
		ret->verdict = CA_PROBE_UNSAFE;
		ret->meaning = flag == CA_FLAG_UNKNOWN
		    ? "the token does not tell, as it must"
		    : wrong[rule->weight];
		break;
	}
	return CA_OK;
}

enum ca_code
ca_probe_attributes(struct ca_probe_run *run, struct ca_error *err)
{
	const struct ca_key_rule *rule;
	struct ca_probe_outcome outcome;
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; rc == CA_OK && (rule = ca_key_rule_at(i)) != NULL; i++) {
		rc = judge(run, rule, &outcome, err);
		if (rc == CA_OK)
			rc = ca_probe_add(run, rule->probe, rule->what,
			    &outcome, err);
		if (rc == CA_OK)
			run->probe->item[run->probe->count - 1].attribute =
			    true;
	}
	return rc;
}
