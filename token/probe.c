/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/ckr.h"

#define ROWS_STEP 64 /* rows that memory is got for at a time */

/* Appends OUTCOME, whose texts are in ROW by now. */
static enum ca_code
append(struct ca_probe *probe, const struct ca_probe_row *row,
    struct ca_error *err)
{
	struct ca_probe_row *grown;

	if (probe->count % ROWS_STEP == 0) {
		grown = reallocarray(probe->item, probe->count + ROWS_STEP,
		    sizeof(*grown));
		if (grown == NULL)
			return ca_fail_memory(err);
		probe->item = grown;
	}
	probe->item[probe->count++] = *row;
	return CA_OK;
}

enum ca_code
ca_probe_add(struct ca_probe_run *run, const char *name, const char *what,
    const struct ca_probe_outcome *outcome, struct ca_error *err)
{
	struct ca_probe_row row = {
		.name = name,
		.what = what,
		.verdict = outcome->verdict,
	};
	const char *ckr = ca_ckr_name(outcome->rv);
	enum ca_code rc;

	if (ckr != NULL)
		rc = ca_text_format(&row.ckr, err, "%s", ckr);
	else
		rc = ca_text_format(&row.ckr, err, "CKR 0x%08lx", outcome->rv);
	if (rc == CA_OK)
		rc = ca_text_format(&row.meaning, err, "%s", outcome->meaning);
	if (rc == CA_OK)
		rc = append(run->probe, &row, err);
	if (rc != CA_OK) {
		free(row.ckr);
		free(row.meaning);
	}
	return rc;
}

static enum ca_probe_result
result(const struct ca_probe_run *run)
{
	size_t i;

	for (i = 0; i < run->probe->count; i++)
		if (run->probe->item[i].verdict == CA_PROBE_UNSAFE)
			return CA_PROBE_FAILED;
	return run->weak ? CA_PROBE_NOT_TRUSTED : CA_PROBE_PASSED;
}

/* A session of the probe's own, which shares the caller's login. */
static enum ca_code
begin(struct ca_probe_run *run, struct ca_error *err)
{
	CK_SESSION_INFO info;
	CK_RV rv = ca_session_more(run->caller, &run->token.session);

	if (rv != CKR_OK)
		return ca_ckr_fail(err, run->token.name, "C_OpenSession", rv);
	rv = run->token.p11->C_GetSessionInfo(run->token.session, &info);
	if (rv == CKR_OK && run->token.info.login_required &&
	    info.state != CKS_RW_USER_FUNCTIONS)
		/* Refusals would prove nothing. */
		rv = CKR_USER_NOT_LOGGED_IN;
	if (rv != CKR_OK) {
		(void)run->token.p11->C_CloseSession(run->token.session);
		return ca_ckr_fail(err, run->token.name, "C_GetSessionInfo",
		    rv);
	}
	return CA_OK;
}

/* Everything that needs the throw-away key, or the login. */
static enum ca_code
attack(struct ca_probe_run *run, struct ca_error *err)
{
	static enum ca_code (*const steps[])(struct ca_probe_run *,
	    struct ca_error *) = { ca_probe_spare_make, ca_probe_wrappers_bring,
		ca_probe_attributes, ca_probe_ways, ca_probe_changes,
		ca_probe_copies };
	struct ca_error other;
	enum ca_code rc = CA_OK, destroyed;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == CA_OK; i++)
		rc = steps[i](run, err);
	ca_probe_wrappers_clear(run);
	/* The first failure is the one to tell, but for what is left behind. */
	destroyed = ca_probe_spare_destroy(run, &other);
	if (destroyed != CA_OK && rc == CA_OK) {
		*err = other;
		return destroyed;
	}
	if (destroyed != CA_OK)
		ca_hint(err, "%s", other.hint);
	return rc;
}

static enum ca_code
probe_key(struct ca_token *token, const struct ca_token_key *key, bool log_out,
    struct ca_probe *ret, struct ca_error *err)
{
	struct ca_probe probe = { .item = NULL };
	struct ca_probe_run run = {
		.token = *token,
		.caller = token,
		.key = key,
		.probe = &probe,
	};
	enum ca_code rc = begin(&run, err);

	if (rc != CA_OK)
		return rc;
	rc = attack(&run, err);
	if (rc == CA_OK && log_out)
		rc = ca_probe_logout(&run, err);
	(void)token->p11->C_CloseSession(run.token.session);
	ca_token_key_clear(&run.spare.key);
	free(run.spare.why_not);
	if (rc != CA_OK) {
		ca_probe_clear(&probe);
		return rc;
	}
	probe.result = result(&run);
	*ret = probe;
	return CA_OK;
}

enum ca_code
ca_token_probe(struct ca_token *token, const struct ca_token_key *key,
    struct ca_probe *ret, struct ca_error *err)
{
	return probe_key(token, key, true, ret, err);
}

enum ca_code
ca_token_probe_key(struct ca_token *token, const struct ca_token_key *key,
    struct ca_probe *ret, struct ca_error *err)
{
	return probe_key(token, key, false, ret, err);
}

void
ca_probe_clear(struct ca_probe *probe)
{
	size_t i;

	for (i = 0; i < probe->count; i++) {
		free(probe->item[i].ckr);
		free(probe->item[i].meaning);
	}
	free(probe->item);
	*probe = (struct ca_probe){ .item = NULL };
}
