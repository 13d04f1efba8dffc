/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that say that a certificate was issued, held against its row. */
#include <sqlite3.h>
#include <string.h>

#include "core/ledger_verify.h"

#define CHANGED_R "speaks of a certificate whose ECDSA r was changed"

static enum ca_code
fail_subject(const struct ca_ledger_check *check, const char *what)
{
	return ca_ledger_check_fail(check, check->entry.id, what);
}

bool
ca_ledger_is_in_state(sqlite3_stmt *stmt, enum ca_state state)
{
	const char *word = ca_ledger_column_text(stmt, COLUMN_STATE);

	return word != NULL && strcmp(word, ca_state_name(state)) == 0;
}

static enum ca_code
check_nonce(const struct ca_ledger_check *check, sqlite3_stmt *stmt)
{
	struct ca_bytes r = { 0 };
	enum ca_code rc;

	rc = ca_ledger_nonce(sqlite3_column_blob(stmt, COLUMN_CERTIFICATE),
	    (size_t)sqlite3_column_bytes(stmt, COLUMN_CERTIFICATE), &r,
	    check->err);
	if (rc != CA_OK)
		rc = fail_subject(check, CHANGED_R);
	else
		rc = ca_ledger_check_nonce(check, &r, stmt, COLUMN_ECDSA_R,
		    sqlite3_column_blob(stmt,
			CA_LEDGER_COLUMN_ISSUER_SPKI_SHA256),
		    CHANGED_R);
	ca_bytes_free(&r);
	return rc;
}

/* The octets of COLUMN in a row that is sound. */
static enum ca_code
copy(sqlite3_stmt *stmt, int column, struct ca_bytes *ret, struct ca_error *err)
{
	return ca_bytes_append(ret, sqlite3_column_blob(stmt, (int)column),
	    (size_t)sqlite3_column_bytes(stmt, (int)column), err);
}

static enum ca_code
make_job(struct ca_ledger_check *check, sqlite3_stmt *stmt,
    struct ca_verify_job *job)
{
	const char *profile =
	    ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_PROFILE);
	const char *authority =
	    ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_AUTHORITY);
	enum ca_code rc;

	/* Its reservation was found sound: these have their sizes. */
	memcpy(job->serial, sqlite3_column_blob(stmt, CA_LEDGER_COLUMN_SERIAL),
	    CA_SERIAL_SIZE);
	memcpy(job->spki_sha256,
	    sqlite3_column_blob(stmt, CA_LEDGER_COLUMN_SPKI_SHA256),
	    CA_SHA256_SIZE);
	memcpy(job->issuer_spki_sha256,
	    sqlite3_column_blob(stmt, CA_LEDGER_COLUMN_ISSUER_SPKI_SHA256),
	    CA_SHA256_SIZE);
	job->entry = check->entry.id;
	job->not_before =
	    sqlite3_column_int64(stmt, CA_LEDGER_COLUMN_NOT_BEFORE);
	job->not_after = sqlite3_column_int64(stmt, CA_LEDGER_COLUMN_NOT_AFTER);
	if (profile != NULL && authority != NULL &&
	    ca_authority_by_name(authority, &job->authority))
		job->profile = ca_profile_by_name(profile);
	rc = copy(stmt, CA_LEDGER_COLUMN_TBS, &job->tbs, check->err);
	if (rc == CA_OK)
		rc = copy(stmt, COLUMN_CERTIFICATE, &job->certificate,
		    check->err);
	if (rc == CA_OK)
		rc = ca_ledger_policy_in_force(check, &job->policy);
	return rc;
}

/* Gives the certificate to those who verify signatures meanwhile. */
static enum ca_code
hand_over(struct ca_ledger_check *check, sqlite3_stmt *stmt)
{
	struct ca_verify_job job = { 0 };
	enum ca_code rc = make_job(check, stmt, &job);

	if (rc == CA_OK)
		rc = ca_ledger_check_enough_approvals(check, &job);
	if (rc == CA_OK)
		check->stop = !ca_verify_pool_put(check->pool, &job);
	ca_verify_job_clear(&job);
	check->counts.certificates++;
	return rc;
}

enum ca_code
ca_ledger_check_issued(struct ca_ledger_check *check)
{
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_row(check, CA_LEDGER_QUERY_CERTIFICATE,
	    "speaks of a certificate that is missing", &stmt);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_sha256(sqlite3_column_blob(stmt, COLUMN_CERTIFICATE),
	    (size_t)sqlite3_column_bytes(stmt, COLUMN_CERTIFICATE), hash,
	    check->err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_is_in_state(stmt, CA_STATE_ISSUED) ||
	    sqlite3_column_int64(stmt, COLUMN_ISSUED_AT) != check->entry.time ||
	    !ca_ledger_same_hash(hash, check->entry.sha256) ||
	    !ca_ledger_same_hash(hash,
		ca_ledger_column(stmt, COLUMN_CERTIFICATE_SHA256,
		    CA_SHA256_SIZE)))
		return fail_subject(check,
		    "speaks of a certificate that was changed");
	rc = check_nonce(check, stmt);
	return rc == CA_OK ? hand_over(check, stmt) : rc;
}
