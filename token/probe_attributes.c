/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

/* What a wrong value means. */
enum weight {
	STAYS,     /* the key may leave, or has left, its token */
	MADE_HERE, /* the key may be somewhere else as well */
	USE,       /* the key may do what a CA's key has no use for */
	FIXED,     /* all that may still change */
};

/* PKCS#11 2.40, sections 4.7 and 4.9. */
static const struct row {
	const char *name;
	const char *what;
	CK_ATTRIBUTE_TYPE type;
	enum ca_flag wanted;
	enum weight weight;
} rows[] = {
	{ "has-sensitive", "CKA_SENSITIVE is true", CKA_SENSITIVE, CA_FLAG_TRUE,
	    STAYS },
	{ "has-always-sensitive", "CKA_ALWAYS_SENSITIVE is true",
	    CKA_ALWAYS_SENSITIVE, CA_FLAG_TRUE, STAYS },
	{ "has-extractable", "CKA_EXTRACTABLE is false", CKA_EXTRACTABLE,
	    CA_FLAG_FALSE, STAYS },
	{ "has-never-extractable", "CKA_NEVER_EXTRACTABLE is true",
	    CKA_NEVER_EXTRACTABLE, CA_FLAG_TRUE, STAYS },
	{ "has-local", "CKA_LOCAL is true", CKA_LOCAL, CA_FLAG_TRUE,
	    MADE_HERE },
	{ "has-private", "CKA_PRIVATE is true", CKA_PRIVATE, CA_FLAG_TRUE,
	    USE },
	{ "has-decrypt", "CKA_DECRYPT is false", CKA_DECRYPT, CA_FLAG_FALSE,
	    USE },
	{ "has-unwrap", "CKA_UNWRAP is false", CKA_UNWRAP, CA_FLAG_FALSE, USE },
	{ "has-derive", "CKA_DERIVE is false", CKA_DERIVE, CA_FLAG_FALSE, USE },
	{ "has-sign-recover", "CKA_SIGN_RECOVER is false", CKA_SIGN_RECOVER,
	    CA_FLAG_FALSE, USE },
	{ "has-modifiable", "CKA_MODIFIABLE is false", CKA_MODIFIABLE,
	    CA_FLAG_FALSE, FIXED },
};

static const char *const wrong[] = {
	[STAYS] = "it is not: the key may leave the token, or has left it",
	[MADE_HERE] =
	    "it is not: the key came from outside, and may be there still",
	[USE] =
	    "it is not, though this token makes keys that are: not a key that coldca made here",
	[FIXED] =
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
 * Holds a wrong FLAG against that of the throw-away: what this token can not
 * do better is the token's nature, not a fault of the key.
 */
static void
judge_wrong(struct ca_probe_run *run, const struct row *row, enum ca_flag flag,
    struct ca_probe_outcome *ret)
{
	bool spare = ca_probe_has_spare(run);

	*ret = (struct ca_probe_outcome){ CKR_OK, CA_PROBE_UNSAFE,
		wrong[row->weight] };
	if (row->weight == STAYS)
		return;
	if (spare &&
	    ca_attribute_flag(&run->token, run->spare.key.handle, row->type) ==
		flag) {
		ret->verdict = CA_PROBE_NOTICE;
		ret->meaning =
		    "it is not, as with every key that this token makes";
	} else if (row->weight == FIXED) {
		ret->verdict = CA_PROBE_NOTICE;
		run->weak = true;
	} else if (row->weight == USE && !spare) {
		ret->verdict = CA_PROBE_NOTICE;
		ret->meaning = "it is not: the key was made for other uses too";
	}
}

static enum ca_code
judge(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	CK_RV rv;
	enum ca_flag flag = read_flag(run, run->key->handle, row->type, &rv);

	if (rv != CKR_OK)
		rc = ca_probe_judge(run, "C_GetAttributeValue", rv, ret, err);
	if (rc != CA_OK)
		return rc;
	if (flag == CA_FLAG_UNKNOWN)
		*ret = (struct ca_probe_outcome){ rv, CA_PROBE_UNKNOWN,
			"the token does not tell" };
	else if (flag == row->wanted)
		*ret = (struct ca_probe_outcome){ rv, CA_PROBE_SAFE, "it is" };
	else
		judge_wrong(run, row, flag, ret);
	return CA_OK;
}

enum ca_code
ca_probe_attributes(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_outcome outcome;
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == CA_OK; i++) {
		rc = judge(run, &rows[i], &outcome, err);
		if (rc == CA_OK)
			rc = ca_probe_add(run, rows[i].name, rows[i].what,
			    &outcome, err);
	}
	return rc;
}
