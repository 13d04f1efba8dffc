/* SPDX-License-Identifier: Apache-2.0 */
#include "support/soft_ledger.h"

#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/draft_internal.h"
#include "core/ledger_verify.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

int
soft_ledger_setup(void **state)
{
	struct soft_ledger *f = calloc(1, sizeof(*f));
	struct ca_error err = { 0 };

	assert_non_null(f);
	assert_int_equal(tmpdir_setup(&f->dir), 0);
	f->path = strdup(tmpdir_path(f->dir, CA_LEDGER_FILE));
	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	f->key = soft_key(CA_KEY_P256);
	assert_ok(ca_ledger_create(f->path, SOFT_NOW, "made by a test", &err),
	    &err);
	soft_ledger_reopen(f, true);
	*state = f;
	return 0;
}

int
soft_ledger_teardown(void **state)
{
	struct soft_ledger *f = *state;
	int rc;

	ca_ledger_close(f->ledger);
	for (size_t i = 0; i < f->drafts; i++) {
		ca_draft_free(f->draft[i]);
		ca_grant_clear(&f->grant[i]);
	}
	EVP_PKEY_free(f->key);
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	free(f->path);
	rc = tmpdir_teardown(&f->dir);
	free(f);
	return rc;
}

void
soft_ledger_reopen(struct soft_ledger *f, bool write)
{
	struct ca_error err = { 0 };

	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_ok(ca_ledger_open(f->path, write, &f->ledger, &err), &err);
}

static const struct ca_certificate *
issuer_of(const struct soft_ledger *f, const struct ca_grant *grant)
{
	return grant->profile->is_ca ? NULL : f->ca;
}

static EVP_PKEY *
key_of(const struct soft_ledger *f, enum ca_profile_id profile)
{
	return profile == CA_PROFILE_CA ? f->signer->public_key : f->key;
}

const struct ca_draft *
soft_ledger_draft(struct soft_ledger *f, enum ca_profile_id profile,
    const char *who)
{
	size_t i = f->drafts++;
	struct ca_grant *grant = &f->grant[i];
	struct ca_error err = { 0 };

	assert_in_range(i, 0, SOFT_DRAFTS - 1);
	*grant = soft_grant(profile, who, key_of(f, profile), 0);
	if (profile != CA_PROFILE_CA)
		assert_ok(ca_bytes_append(&grant->csr, "a request", 9, &err),
		    &err);
	grant->authority = f->authority;
	f->draft[i] =
	    soft_draft(grant, issuer_of(f, grant), f->signer, SOFT_NOW);
	return f->draft[i];
}

const struct ca_draft *
soft_ledger_draft_like(struct soft_ledger *f, const struct ca_draft *like,
    int64_t lifetime)
{
	const struct ca_grant *old = ca_draft_grant(like);
	size_t i = f->drafts++;
	struct ca_grant *grant = &f->grant[i];
	struct ca_findings findings = { 0 };
	struct ca_error err = { 0 };

	assert_in_range(i, 0, SOFT_DRAFTS - 1);
	*grant = soft_grant(old->profile->id, "like.example.com",
	    key_of(f, old->profile->id), lifetime);
	assert_ok(ca_draft_new(grant, issuer_of(f, grant), f->signer->algorithm,
		      ca_draft_serial(like), SOFT_NOW, &f->draft[i], &findings,
		      &err),
	    &err);
	return f->draft[i];
}

struct ca_certificate *
soft_ledger_sign(struct soft_ledger *f, const struct ca_draft *draft)
{
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	struct ca_bytes signature = { 0 }, der = { 0 };
	struct ca_certificate *certificate = NULL;
	struct ca_error err = { 0 };

	assert_ok(f->signer->sign(f->signer, tbs->data, tbs->len, &signature,
		      &err),
	    &err);
	assert_ok(ca_certificate_assemble(tbs, f->signer->algorithm, &signature,
		      &der, &err),
	    &err);
	assert_ok(ca_certificate_parse(der.data, der.len, &certificate, &err),
	    &err);
	ca_bytes_free(&signature);
	ca_bytes_free(&der);
	return certificate;
}

struct ca_pending *
soft_ledger_reserve(struct soft_ledger *f, const struct ca_draft *draft,
    const char *name, int64_t now)
{
	struct ca_pending *pending = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_reserve(f->ledger, &draft, &name, 1, now, &pending,
		      &err),
	    &err);
	assert_ptr_equal(ca_pending_draft(pending), draft);
	return pending;
}

struct ca_certificate *
soft_ledger_issue(struct soft_ledger *f, enum ca_profile_id profile,
    const char *who, const char *name, int64_t now)
{
	const struct ca_draft *draft = soft_ledger_draft(f, profile, who);
	struct ca_pending *pending = soft_ledger_reserve(f, draft, name, now);
	struct ca_certificate *certificate = soft_ledger_sign(f, draft);
	const struct ca_pending *one = pending;
	const struct ca_certificate *signed_one = certificate;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_record(f->ledger, &one, &signed_one, 1, now, &err),
	    &err);
	ca_pending_free(pending);
	return certificate;
}

enum ca_code
soft_ledger_verify_by(struct ca_ledger *ledger, struct ca_certificate **cas,
    size_t count, struct ca_error *err)
{
	const struct ca_certificates known = { .item = cas, .count = count };
	const struct ca_ledger_watch nobody = { 0 };

	return ca_ledger_verify_knowing(ledger, 0, &known, nobody, NULL, err);
}

enum ca_code
soft_ledger_verify(const struct soft_ledger *f, struct ca_error *err)
{
	struct ca_certificate *ca = f->ca;

	return soft_ledger_verify_by(f->ledger, &ca, 1, err);
}

bool
soft_ledger_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	bool good;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE,
			     NULL),
	    SQLITE_OK);
	(void)sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	good = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return good;
}

bool
soft_ledger_forge(const struct soft_ledger *f, const char *sql)
{
	if (f->ledger != NULL) {
		(void)sqlite3_finalize(f->ledger->session);
		f->ledger->session = NULL;
	}
	return soft_ledger_sql(f->path, sql);
}

int64_t
soft_ledger_number(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int64_t number;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return number;
}
