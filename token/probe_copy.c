/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include "token/ckr.h"

#define CHANGES_MAX 2 /* attributes of a copy that differ */

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static const struct row {
	const char *name;
	const char *what;
	struct {
		CK_ATTRIBUTE_TYPE type;
		const CK_BBOOL *value; /* NULL: not one more */
	} change[CHANGES_MAX];
} rows[] = {
	{ "copy-extractable", "copy with CKA_EXTRACTABLE true",
	    { { CKA_EXTRACTABLE, &yes } } },
	{ "copy-sensitive", "copy with CKA_SENSITIVE false",
	    { { CKA_SENSITIVE, &no } } },
	{ "copy-private", "copy with CKA_PRIVATE false",
	    { { CKA_PRIVATE, &no } } },
	{ "copy-decrypt", "copy with CKA_DECRYPT true",
	    { { CKA_DECRYPT, &yes } } },
	{ "copy-session", "copy into the session", { { CKA_TOKEN, &no } } },
	{ "copy-session-extractable",
	    "copy into the session with CKA_EXTRACTABLE true",
	    { { CKA_TOKEN, &no }, { CKA_EXTRACTABLE, &yes } } },
};

static CK_RV
copy(struct ca_probe_run *run, const struct row *row, CK_OBJECT_HANDLE object,
    CK_OBJECT_HANDLE *ret_copy)
{
	CK_ATTRIBUTE template[CHANGES_MAX];
	CK_ULONG count = 0;
	size_t i;

	for (i = 0; i < CHANGES_MAX && row->change[i].value != NULL; i++)
		template[count++] = ca_attribute(row->change[i].type,
		    row->change[i].value, sizeof(CK_BBOOL));
	return run->token.p11->C_CopyObject(run->token.session, object,
	    template, count, ret_copy);
}

static const struct {
	bool same; /* the copy has the handle of the original */
	bool out;  /* it could be taken out */
	bool open; /* it claims that it may be */
	enum ca_probe_verdict verdict;
	const char *meaning;
} meanings[] = {
	{ false, true, true, CA_PROBE_UNSAFE,
	    "WAY OUT: the copy could be taken out" },
	{ false, true, false, CA_PROBE_UNSAFE,
	    "WAY OUT: the copy could be taken out" },
	{ true, true, true, CA_PROBE_UNSAFE,
	    "WAY OUT: the token made the original itself extractable, and it could be taken out" },
	{ true, true, false, CA_PROBE_UNSAFE,
	    "WAY OUT: the token gives the original for the copy, and it could be taken out" },
	{ false, false, true, CA_PROBE_NOTICE,
	    "a weaker copy was made; it could be neither read nor wrapped" },
	{ true, false, true, CA_PROBE_NOTICE,
	    "the token made the original itself weaker; it could be neither read nor wrapped" },
	{ false, false, false, CA_PROBE_NOTICE,
	    "the copy is as closed as the original" },
	{ true, false, false, CA_PROBE_NOTICE,
	    "the token gives the original for the copy, as closed as it was" },
};

/*
 * Looks at MADE, a copy of ORIGINAL, and destroys it: but never the original,
 * which is what some tokens give for the copy.
 */
static enum ca_code
judge_copy(struct ca_probe_run *run, const struct ca_probe_target *original,
    CK_OBJECT_HANDLE made, struct ca_probe_outcome *ret, struct ca_error *err)
{
	struct ca_probe_target target = { made, original->public_key };
	enum ca_flag extractable = CA_FLAG_UNKNOWN, sensitive = CA_FLAG_UNKNOWN;
	bool same = made == original->object, open;
	const char *way = NULL;
	enum ca_code rc = ca_probe_escape(run, &target, &way, err);
	CK_RV rv = CKR_OK;
	size_t i;

	if (rc == CA_OK)
		rc = ca_attribute_flag(&run->token, made, CKA_EXTRACTABLE,
		    &extractable, err);
	if (rc == CA_OK)
		rc = ca_attribute_flag(&run->token, made, CKA_SENSITIVE,
		    &sensitive, err);
	open = extractable == CA_FLAG_TRUE || sensitive == CA_FLAG_FALSE;
	if (!same)
		rv = run->token.p11->C_DestroyObject(run->token.session, made);
	if (rc != CA_OK)
		return rc;
	if (rv != CKR_OK)
		return ca_ckr_fail(err, run->token.name, "C_DestroyObject", rv);
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].same == same && meanings[i].open == open &&
		    meanings[i].out == (way != NULL))
			*ret = (struct ca_probe_outcome){ CKR_OK,
				meanings[i].verdict, meanings[i].meaning };
	run->weak = run->weak || open;
	return CA_OK;
}

/* The throw-away key was not copied: now the key itself. */
static enum ca_code
copy_key(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	struct ca_probe_target target = { run->key->handle,
		run->key->public_key };
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
	CK_RV rv;

	if (!run->spare.stands) {
		*ret = (struct ca_probe_outcome){
			ret->rv, CA_PROBE_NOTICE,
			"a throw-away key refused it; the key itself was made with another CKA_MODIFIABLE or CKA_COPYABLE, and was left alone"
		};
		run->weak = true;
		return CA_OK;
	}
	rv = copy(run, row, target.object, &made);
	if (rv != CKR_OK)
		return ca_probe_judge(run, "C_CopyObject", rv, ret, err);
	run->weak = true;
	return judge_copy(run, &target, made, ret, err);
}

static enum ca_code
copy_spare(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	struct ca_probe_target target = { run->spare.key.handle,
		run->spare.key.public_key };
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
	enum ca_code rc;
	CK_RV rv = copy(run, row, target.object, &made);

	if (rv == CKR_OK)
		return judge_copy(run, &target, made, ret, err);
	rc = ca_probe_judge(run, "C_CopyObject", rv, ret, err);
	if (rc != CA_OK || ret->verdict != CA_PROBE_SAFE ||
	    rv == CKR_FUNCTION_NOT_SUPPORTED)
		return rc;
	return copy_key(run, row, ret, err);
}

/*
 * Without a throw-away key nothing may be copied: only a token that copies
 * nothing at all says so to a handle of nothing.
 */
static void
copy_nothing(struct ca_probe_run *run, const struct row *row,
    struct ca_probe_outcome *ret)
{
	CK_OBJECT_HANDLE made;
	CK_RV rv = copy(run, row, CK_INVALID_HANDLE, &made);

	*ret = (struct ca_probe_outcome){ rv, CA_PROBE_UNKNOWN,
		run->spare.why_not };
	if (rv == CKR_FUNCTION_NOT_SUPPORTED) {
		ret->verdict = CA_PROBE_SAFE;
		ret->meaning = "the token copies nothing";
	}
}

enum ca_code
ca_probe_copies(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_outcome outcome;
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == CA_OK; i++) {
		if (ca_probe_has_spare(run))
			rc = copy_spare(run, &rows[i], &outcome, err);
		else
			copy_nothing(run, &rows[i], &outcome);
		if (rc == CA_OK)
			rc = ca_probe_add(run, rows[i].name, rows[i].what,
			    &outcome, err);
	}
	return rc;
}
