/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <stdlib.h>

static const struct row {
	const char *name;
	const char *what;
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL value;
	CK_OBJECT_CLASS class;
} rows[] = {
	{ "set-sensitive", "set CKA_SENSITIVE to false", CKA_SENSITIVE,
	    CK_FALSE, CKO_PRIVATE_KEY },
	{ "set-extractable", "set CKA_EXTRACTABLE to true", CKA_EXTRACTABLE,
	    CK_TRUE, CKO_PRIVATE_KEY },
	{ "set-private", "set CKA_PRIVATE to false", CKA_PRIVATE, CK_FALSE,
	    CKO_PRIVATE_KEY },
	{ "set-decrypt", "set CKA_DECRYPT to true", CKA_DECRYPT, CK_TRUE,
	    CKO_PRIVATE_KEY },
	{ "set-unwrap", "set CKA_UNWRAP to true", CKA_UNWRAP, CK_TRUE,
	    CKO_PRIVATE_KEY },
	{ "set-wrap", "set CKA_WRAP of the public key to true", CKA_WRAP,
	    CK_TRUE, CKO_PUBLIC_KEY },
	{ "set-derive", "set CKA_DERIVE to true", CKA_DERIVE, CK_TRUE,
	    CKO_PRIVATE_KEY },
	{ "set-sign-recover", "set CKA_SIGN_RECOVER to true", CKA_SIGN_RECOVER,
	    CK_TRUE, CKO_PRIVATE_KEY },
	{ "set-modifiable", "set CKA_MODIFIABLE to true", CKA_MODIFIABLE,
	    CK_TRUE, CKO_PRIVATE_KEY },
};

/* The half of KEY that ROW is about; CK_INVALID_HANDLE: not on the token. */
static enum ca_code
find_half(struct ca_probe_run *run, const struct row *row,
    const struct ca_token_key *key, CK_OBJECT_HANDLE *ret, struct ca_error *err)
{
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &row->class, sizeof(row->class)),
		ca_attribute(CKA_ID, key->id, key->id_len),
	};
	struct ca_objects found = { NULL, 0 };
	enum ca_code rc;

	if (row->class == CKO_PRIVATE_KEY) {
		*ret = key->handle;
		return CA_OK;
	}
	rc = ca_objects_find(&run->token, template, 2, &found, err);
	if (rc == CA_OK)
		*ret = found.count == 0 ? CK_INVALID_HANDLE : found.item[0];
	free(found.item);
	return rc;
}

static CK_RV
set(struct ca_probe_run *run, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    CK_BBOOL value)
{
	CK_ATTRIBUTE attribute = ca_attribute(type, &value, sizeof(value));

	return run->token.p11->C_SetAttributeValue(run->token.session, object,
	    &attribute, 1);
}

/*
 * The throw-away key took the change: OBJECT was BEFORE. What matters is
 * whether it can be taken out now.
 */
static enum ca_code
judge_accepted(struct ca_probe_run *run, const struct row *row,
    CK_OBJECT_HANDLE object, enum ca_flag before, struct ca_probe_outcome *ret,
    struct ca_error *err)
{
	struct ca_probe_target target = { run->spare.key.handle,
		run->spare.key.public_key };
	enum ca_flag wanted =
	    row->value == CK_FALSE ? CA_FLAG_FALSE : CA_FLAG_TRUE;
	const char *way = NULL;
	enum ca_flag now = CA_FLAG_UNKNOWN;
	enum ca_code rc = ca_probe_escape(run, &target, &way, err);

	if (rc == CA_OK)
		rc = ca_attribute_flag(&run->token, object, row->type, &now,
		    err);
	if (rc != CA_OK)
		return rc;
	*ret = (struct ca_probe_outcome){
		CKR_OK, CA_PROBE_NOTICE,
		"a throw-away key took it: what this token says of a key is not to be trusted; but that key could still be neither read nor wrapped"
	};
	if (way != NULL) {
		ret->verdict = CA_PROBE_UNSAFE;
		ret->meaning =
		    "WAY OUT: a throw-away key took it, and then it could be taken out";
	} else if (before == wanted) {
		ret->meaning = "it is so already";
	} else if (now != wanted) {
		ret->meaning = "the token says yes, and changes nothing";
	} else {
		run->weak = true;
	}
	return CA_OK;
}

/* The throw-away key refused: now the key itself. */
static enum ca_code
change_key(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	enum ca_code rc = find_half(run, row, run->key, &object, err);
	enum ca_flag before = CA_FLAG_UNKNOWN;
	CK_RV rv;

	if (rc != CA_OK || object == CK_INVALID_HANDLE)
		return rc;
	if (!run->spare.stands) {
		*ret = (struct ca_probe_outcome){
			ret->rv, CA_PROBE_NOTICE,
			"a throw-away key refused it; the key itself was made with another CKA_MODIFIABLE or CKA_COPYABLE, and was left alone"
		};
		run->weak = true;
		return CA_OK;
	}
	rc = ca_attribute_flag(&run->token, object, row->type, &before, err);
	if (rc != CA_OK)
		return rc;
	rv = set(run, object, row->type, row->value);
	if (rv != CKR_OK)
		return ca_probe_judge(run, "C_SetAttributeValue", rv, ret, err);
	run->weak = true;
	*ret = (struct ca_probe_outcome){
		rv, CA_PROBE_UNSAFE,
		"the key took it, though a throw-away key like it had refused, and it could not be set back"
	};
	if (before != CA_FLAG_UNKNOWN &&
	    set(run, object, row->type, before == CA_FLAG_TRUE) == CKR_OK) {
		ret->verdict = CA_PROBE_NOTICE;
		ret->meaning =
		    "the key took it, though a throw-away key like it had refused; it was set back";
	}
	return CA_OK;
}

static enum ca_code
change_spare(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	enum ca_code rc = find_half(run, row, &run->spare.key, &object, err);
	enum ca_flag before = CA_FLAG_UNKNOWN;
	CK_RV rv;

	if (rc == CA_OK)
		rc = ca_attribute_flag(&run->token, object, row->type, &before,
		    err);
	if (rc != CA_OK)
		return rc;
	rv = set(run, object, row->type, row->value);
	if (rv == CKR_OK)
		return judge_accepted(run, row, object, before, ret, err);
	rc = ca_probe_judge(run, "C_SetAttributeValue", rv, ret, err);
	if (rc != CA_OK || ret->verdict != CA_PROBE_SAFE ||
	    rv == CKR_FUNCTION_NOT_SUPPORTED)
		return rc;
	return change_key(run, row, ret, err);
}

/*
 * Without a throw-away key the key itself must not be put at risk. It is given
 * the value that it has: a token that refuses even that refuses all.
 */
static enum ca_code
change_nothing(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	enum ca_code rc = find_half(run, row, run->key, &object, err);
	enum ca_flag before = CA_FLAG_UNKNOWN;
	CK_RV rv = CKR_OK;

	*ret = (struct ca_probe_outcome){ rv, CA_PROBE_UNKNOWN,
		run->spare.why_not };
	if (rc != CA_OK || object == CK_INVALID_HANDLE)
		return rc;
	rc = ca_attribute_flag(&run->token, object, row->type, &before, err);
	if (rc != CA_OK)
		return rc;
	if (before != CA_FLAG_UNKNOWN)
		rv = set(run, object, row->type, before == CA_FLAG_TRUE);
	return rv == CKR_OK
	    ? CA_OK
	    : ca_probe_judge(run, "C_SetAttributeValue", rv, ret, err);
}

enum ca_code
ca_probe_changes(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_outcome outcome;
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == CA_OK; i++) {
		rc = ca_probe_has_spare(run)
		    ? change_spare(run, &rows[i], &outcome, err)
		    : change_nothing(run, &rows[i], &outcome, err);
		if (rc == CA_OK)
			rc = ca_probe_add(run, rows[i].name, rows[i].what,
			    &outcome, err);
	}
	return rc;
}
