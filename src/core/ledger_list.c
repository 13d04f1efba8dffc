/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listing. Each row is a query of its own, copied before it is shown: a
 * pager that waits for its reader must not hold a lock, or the certificate
 * that the token signs meanwhile could not be recorded.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/revocation.h"
#include "core/ledger_filter.h"

/* In the order of CA_LEDGER_LIST_COLUMNS. */
enum column {
	COLUMN_ID,
	COLUMN_KEY,
	COLUMN_SERIAL,
	COLUMN_STATE,
	COLUMN_PROFILE,
	COLUMN_NAME,
	COLUMN_SUBJECT,
	COLUMN_NAMES,
	COLUMN_NOT_BEFORE,
	COLUMN_NOT_AFTER,
	COLUMN_RESERVED_AT,
	COLUMN_ISSUED_AT,
	COLUMN_CERTIFICATE,
	COLUMN_AUTHORITY,
	COLUMN_ISSUER_SPKI_SHA256,
	COLUMN_CSR,
	COLUMN_REASON,
	COLUMN_REVOKED_AT,
	COLUMN_TBS,
};

/* What a row points to. */
struct copy {
	uint8_t serial[CA_SERIAL_SIZE];
	char serial_text[CA_SERIAL_TEXT_SIZE];
	char *profile;
	char *name;
	char *subject;
	char *names;
	char *authority;
	uint8_t issuer_spki_sha256[CA_SHA256_SIZE];
	uint8_t *certificate;
	uint8_t *csr;
	uint8_t *tbs;
};

static void
copy_clear(struct copy *copy)
{
	free(copy->profile);
	free(copy->name);
	free(copy->subject);
	free(copy->names);
	free(copy->authority);
	free(copy->certificate);
	free(copy->csr);
	free(copy->tbs);
	*copy = (struct copy){ 0 };
}

/* A copy of the text in COLUMN, which a sound row has, goes to *COPY and *RET. */
static enum ca_code
copy_text(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    enum column column, char **copy, const char **ret, struct ca_error *err)
{
	const char *text = (const char *)sqlite3_column_text(stmt, (int)column);
	enum ca_code rc;

	if (text == NULL)
		return ca_ledger_fail_row(ledger, err);
	rc = ca_text_format(copy, err, "%s", text);
	*ret = *copy;
	return rc;
}

static enum ca_code
copy_texts(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct copy *copy, struct ca_ledger_row *row, struct ca_error *err)
{
	const struct {
		enum column column;
		char **copy;
		const char **ret;
	} texts[] = {
		{ COLUMN_PROFILE, &copy->profile, &row->profile },
		{ COLUMN_NAME, &copy->name, &row->name },
		{ COLUMN_SUBJECT, &copy->subject, &row->subject },
		{ COLUMN_NAMES, &copy->names, &row->names },
		{ COLUMN_AUTHORITY, &copy->authority, &row->authority },
	};
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		rc = copy_text(ledger, stmt, texts[i].column, texts[i].copy,
		    texts[i].ret, err);
		if (rc != CA_OK)
			break;
	}
	return rc;
}

/* The octets of COLUMN, or NULL. *RET_COPY is new and owns them. */
static enum ca_code
copy_octets(sqlite3_stmt *stmt, enum column column, uint8_t **ret_copy,
    const uint8_t **ret, size_t *ret_len, struct ca_error *err)
{
	const void *octets = sqlite3_column_blob(stmt, (int)column);
	size_t len = (size_t)sqlite3_column_bytes(stmt, (int)column);

	if (octets == NULL)
		return CA_OK;
	*ret_copy = malloc(len);
	if (*ret_copy == NULL)
		return ca_fail_memory(err);
	memcpy(*ret_copy, octets, len);
	*ret = *ret_copy;
	*ret_len = len;
	return CA_OK;
}

/* A burned one that is revoked stays burned: there is no certificate. */
static enum ca_code
copy_revocation(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_ledger_row *row, struct ca_error *err)
{
	enum ca_reason reason = CA_REASON_UNSPECIFIED;
	enum ca_code rc;

	if (sqlite3_column_type(stmt, COLUMN_REASON) == SQLITE_NULL)
		return CA_OK;
	rc = ca_ledger_reason(ledger, stmt, COLUMN_REASON, &reason, err);
	if (rc != CA_OK)
		return rc;
	if (row->state != CA_STATE_BURNED)
		row->state = CA_STATE_REVOKED;
	row->revoked_at = sqlite3_column_int64(stmt, COLUMN_REVOKED_AT);
	row->reason = ca_reason_name(reason);
	return CA_OK;
}

/* Takes the row out of STMT; ROW then points into COPY. */
static enum ca_code
copy_row(const struct ca_ledger *ledger, sqlite3_stmt *stmt, struct copy *copy,
    struct ca_ledger_row *row, struct ca_error *err)
{
	const char *state =
	    (const char *)sqlite3_column_text(stmt, COLUMN_STATE);
	enum ca_code rc;

	if (sqlite3_column_bytes(stmt, COLUMN_SERIAL) != CA_SERIAL_SIZE ||
	    sqlite3_column_bytes(stmt, COLUMN_ISSUER_SPKI_SHA256) !=
		CA_SHA256_SIZE ||
	    state == NULL || !ca_state_parse(state, &row->state))
		return ca_ledger_fail_row(ledger, err);
	memcpy(copy->serial, sqlite3_column_blob(stmt, COLUMN_SERIAL),
	    CA_SERIAL_SIZE);
	ca_hex(copy->serial, CA_SERIAL_SIZE, copy->serial_text);
	memcpy(copy->issuer_spki_sha256,
	    sqlite3_column_blob(stmt, COLUMN_ISSUER_SPKI_SHA256),
	    CA_SHA256_SIZE);
	row->issuer_spki_sha256 = copy->issuer_spki_sha256;
	row->serial = copy->serial;
	row->serial_text = copy->serial_text;
	row->not_before = sqlite3_column_int64(stmt, COLUMN_NOT_BEFORE);
	row->not_after = sqlite3_column_int64(stmt, COLUMN_NOT_AFTER);
	row->reserved_at = sqlite3_column_int64(stmt, COLUMN_RESERVED_AT);
	row->issued_at = sqlite3_column_int64(stmt, COLUMN_ISSUED_AT);
	rc = copy_revocation(ledger, stmt, row, err);
	if (rc == CA_OK)
		rc = copy_texts(ledger, stmt, copy, row, err);
	if (rc == CA_OK)
		rc = copy_octets(stmt, COLUMN_CERTIFICATE, &copy->certificate,
		    &row->certificate, &row->certificate_len, err);
	if (rc == CA_OK)
		rc = copy_octets(stmt, COLUMN_CSR, &copy->csr, &row->csr,
		    &row->csr_len, err);
	if (rc == CA_OK)
		rc = copy_octets(stmt, COLUMN_TBS, &copy->tbs, &row->tbs,
		    &row->tbs_len, err);
	return rc;
}

/* Where a listing is. */
struct cursor {
	const struct ca_ledger *ledger;
	sqlite3_stmt *stmt;
	struct ca_ledger_walk walk;
	int64_t after;  /* id of the last row that was shown */
	int64_t number; /* by which it stands there */
	char *text;     /* the same; owned */
	bool more;
};

/* Remembers where the row is; false: it is not after the last one. */
static bool
advance(struct cursor *cursor)
{
	int64_t id = sqlite3_column_int64(cursor->stmt, COLUMN_ID);
	int order;

	if (cursor->walk.by_text) {
		const char *text =
		    (const char *)sqlite3_column_text(cursor->stmt, COLUMN_KEY);
		char *copy = text != NULL ? strdup(text) : NULL;

		if (copy == NULL)
			return false;
		order = strcmp(copy, cursor->text);
		free(cursor->text);
		cursor->text = copy;
	} else {
		int64_t number = sqlite3_column_int64(cursor->stmt, COLUMN_KEY);

		order = (number > cursor->number) - (number < cursor->number);
		cursor->number = number;
	}
	if (cursor->walk.backwards
		? id >= cursor->after
		: order < 0 || (order == 0 && id <= cursor->after))
		return false;
	cursor->after = id;
	return true;
}

static int
bind_place(const struct cursor *cursor)
{
	sqlite3_stmt *stmt = cursor->stmt;
	int after = sqlite3_bind_parameter_index(stmt, ":after");
	int key = sqlite3_bind_parameter_index(stmt, ":key");
	int bad = SQLITE_OK;

	if (after > 0)
		bad |= sqlite3_bind_int64(stmt, after, cursor->after);
	if (cursor->walk.by_text)
		bad |= sqlite3_bind_text(stmt, key, cursor->text, -1, NULL);
	else if (key > 0)
		bad |= sqlite3_bind_int64(stmt, key, cursor->number);
	return bad;
}

/*
 * Reads the next row into ROW, which points into COPY; without one, MORE
 * becomes false. The lock is released on return.
 */
static enum ca_code
next_row(struct cursor *cursor, struct copy *copy, struct ca_ledger_row *row,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = cursor->stmt;
	enum ca_code rc = CA_OK;
	int step = bind_place(cursor);

	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		/* A damaged table can lead round and round. */
		rc = advance(cursor)
		    ? copy_row(cursor->ledger, stmt, copy, row, err)
		    : ca_ledger_fail_row(cursor->ledger, err);
	else if (step != SQLITE_DONE)
		rc = ca_ledger_fail(cursor->ledger->path, cursor->ledger->db,
		    err);
	(void)sqlite3_reset(stmt);
	cursor->more = step == SQLITE_ROW;
	return rc;
}

/* *RET_MORE is false where FN wants no more. */
static enum ca_code
walk(struct ca_ledger *ledger, const struct ca_ledger_filter *filter,
    ca_ledger_row_fn fn, void *arg, bool *ret_more, struct ca_error *err)
{
	struct cursor cursor = { .ledger = ledger, .more = true };
	uint8_t serial[CA_SERIAL_SIZE] = { 0 };
	bool wanted = true;
	enum ca_code rc;

	if (filter->serial != NULL &&
	    ca_hex_parse(filter->serial, serial, CA_SERIAL_SIZE, err) != CA_OK)
		return ca_error_prefix(err, "serial %s", filter->serial);
	rc = ca_ledger_filter_prepare(ledger, filter, serial, &cursor.stmt,
	    &cursor.walk, err);
	if (rc == CA_OK)
		rc = ca_text_format(&cursor.text, err, "%s", cursor.walk.text);
	cursor.number = cursor.walk.start;
	cursor.after = cursor.walk.backwards ? INT64_MAX : INT64_MIN;
	while (rc == CA_OK && cursor.more && wanted) {
		struct ca_ledger_row row = { 0 };
		struct copy copy = { 0 };

		rc = next_row(&cursor, &copy, &row, err);
		if (rc == CA_OK && cursor.more)
			wanted = fn(&row, arg);
		copy_clear(&copy);
	}
	(void)sqlite3_finalize(cursor.stmt);
	free(cursor.text);
	*ret_more = wanted;
	return rc;
}

enum ca_code
ca_ledger_list(struct ca_ledger *ledger, const struct ca_ledger_filter *filter,
    ca_ledger_row_fn fn, void *arg, struct ca_error *err)
{
	struct ca_ledger_filter burned = *filter;
	bool more = false;
	enum ca_code rc = walk(ledger, filter, fn, arg, &more, err);

	if (rc != CA_OK || !more || filter->state != CA_STATE_REVOKED)
		return rc;
	/* A CRL names these too, and must not name what nobody can find. */
	burned.state = CA_LEDGER_BURNED_REVOKED;
	return walk(ledger, &burned, fn, arg, &more, err);
}
