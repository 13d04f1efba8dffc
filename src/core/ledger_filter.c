/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which index a listing follows. SQLite knows nothing of how many rows a value
 * has, so the choice is made here: the first condition in this order leads, and
 * a plus before their columns keeps SQLite from the indexes of the others.
 */
#include "core/ledger_filter.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The entry by which a certificate c, which was burned, is revoked. */
#define BURNED_REVOKED \
	" FROM entry e WHERE e.certificate = c.id AND +e.kind = 15"

#define COLUMNS                                                            \
	" c.serial, c.state, c.profile, c.name, c.subject, c.names,"       \
	" c.not_before, c.not_after, c.reserved_at, c.issued_at,"          \
	" c.certificate, c.authority, c.issuer_spki_sha256, c.csr,"        \
	" CASE c.state WHEN 'burned' THEN (SELECT e.detail" BURNED_REVOKED \
	") ELSE r.reason END,"                                             \
	" CASE c.state WHEN 'burned' THEN (SELECT e.time" BURNED_REVOKED   \
	") ELSE r.revoked_at END,"                                         \
	" CASE c.state WHEN 'issued' THEN NULL ELSE c.tbs END"

#define ALL "certificate c LEFT JOIN revocation r USING (serial)"
#define REVOKED "revocation r CROSS JOIN certificate c ON c.serial = r.serial"

/* What can lead, the one that leaves the fewest rows first. */
enum lead {
	LEAD_SERIAL,
	LEAD_NAME,
	LEAD_USER,
	LEAD_PREFIX,
	LEAD_HOST,
	LEAD_ENDS,
	LEAD_ISSUED,
	LEAD_REVOKED,
	LEAD_STATE,
	LEAD_PROFILE,
	LEAD_ID,
};

#define BY_ID "0" /* the key of walks whose order is that of id */

/* How the rows that one of them leaves are walked through. */
static const struct walk {
	const char *key; /* the column that their order goes by */
	const char *from;
	const char *place; /* what is after :key and :after */
	int format;        /* the first that has the index */
	bool by_text;
} walks[] = {
	[LEAD_SERIAL] = { BY_ID, ALL, "c.id > :after", 0, false },
	[LEAD_NAME] = { BY_ID, ALL, "c.id > :after", 0, false },
	[LEAD_USER] = { BY_ID, ALL, "c.id > :after", 0, false },
	[LEAD_PREFIX] = { "c.name", ALL, "(c.name, c.id) > (:key, :after)", 0,
	    true },
	[LEAD_HOST] = { "c.names", ALL,
	    "c.names <> '' AND (c.names, c.id) > (:key, :after)",
	    CA_LEDGER_FORMAT_HEAD, true },
	[LEAD_ENDS] = { "c.not_after", ALL,
	    "(c.not_after, c.id) > (:key, :after)", 0, false },
	[LEAD_ISSUED] = { "c.issued_at", ALL,
	    "c.issued_at IS NOT NULL AND (c.issued_at, c.id) > (:key, :after)",
	    CA_LEDGER_FORMAT_HEAD, false },
	[LEAD_REVOKED] = { "r.entry", REVOKED, "r.entry > :key", 0, false },
	[LEAD_STATE] = { BY_ID, ALL, "c.id > :after", 0, false },
	[LEAD_PROFILE] = { BY_ID, ALL, "c.id > :after", 0, false },
	[LEAD_ID] = { BY_ID, ALL, "c.id > :after", 0, false },
};

static bool
has_end(const struct ca_ledger_filter *filter)
{
	return filter->ends_from != 0 || filter->ends_until != 0;
}

static bool
has_issue(const struct ca_ledger_filter *filter)
{
	return filter->issued_from != 0 || filter->issued_until != 0;
}

static enum lead
choose_lead(const struct ca_ledger *ledger,
    const struct ca_ledger_filter *filter)
{
	const bool wanted[] = {
		[LEAD_SERIAL] = filter->serial != NULL,
		[LEAD_NAME] = filter->name != NULL,
		[LEAD_USER] = filter->user != NULL,
		[LEAD_PREFIX] = filter->prefix != NULL,
		[LEAD_HOST] = filter->host != NULL,
		[LEAD_ENDS] = has_end(filter),
		[LEAD_ISSUED] = has_issue(filter),
		[LEAD_REVOKED] = filter->state == CA_STATE_REVOKED,
		/* Nearly all are issued. */
		[LEAD_STATE] = filter->state > 0 &&
		    (filter->state != CA_STATE_ISSUED ||
			filter->profile == NULL),
		[LEAD_PROFILE] = filter->profile != NULL,
		[LEAD_ID] = true,
	};
	unsigned lead = 0;

	/* Burned ones are few, whatever else is asked of them. */
	if (filter->state == CA_LEDGER_BURNED_REVOKED)
		return LEAD_STATE;
	while (!wanted[lead] || walks[lead].format > ledger->format ||
	    (filter->newest_first && strcmp(walks[lead].key, BY_ID) != 0))
		lead++;
	return (enum lead)lead;
}

/* A row that is revoked is stored as issued, with a row about it elsewhere. */
static enum ca_state
stored_state(int state)
{
	switch (state) {
	case CA_STATE_REVOKED:
		return CA_STATE_ISSUED;
	case CA_LEDGER_BURNED_REVOKED:
		return CA_STATE_BURNED;
	default:
		return (enum ca_state)state;
	}
}

static const char *
revoked_condition(int state)
{
	switch (state) {
	case CA_STATE_REVOKED:
		return " AND r.serial IS NOT NULL";
	case CA_STATE_ISSUED:
		return " AND r.serial IS NULL";
	case CA_LEDGER_BURNED_REVOKED:
		return " AND EXISTS (SELECT 1" BURNED_REVOKED ")";
	default:
		return "";
	}
}

/* Two limits below one column would have SQLite begin at the lower one. */
static int64_t
start_of(const struct ca_ledger_filter *filter, enum lead lead)
{
	if (lead == LEAD_ENDS && filter->ends_from != 0)
		return filter->ends_from;
	if (lead == LEAD_ISSUED && filter->issued_from != 0)
		return filter->issued_from;
	return INT64_MIN;
}

/* Where the walk that LEAD leads begins. */
static struct ca_ledger_walk
walk_of(const struct ca_ledger_filter *filter, enum lead lead)
{
	return (struct ca_ledger_walk){
		.by_text = walks[lead].by_text,
		.start = start_of(filter, lead),
		.text = lead == LEAD_PREFIX ? filter->prefix : "",
		.backwards = filter->newest_first,
	};
}

/* CONDITION where it is WANTED, its column with a plus unless it LEADS. */
struct condition {
	bool wanted;
	bool leads;
	const char *text;
};

static enum ca_code
append_conditions(char **sql, const struct condition *list, size_t count,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		char *longer = NULL;

		if (!list[i].wanted)
			continue;
		rc = ca_text_format(&longer, err, "%s AND %s%s", *sql,
		    list[i].leads ? "" : "+", list[i].text);
		if (rc == CA_OK) {
			free(*sql);
			*sql = longer;
		}
	}
	return rc;
}

enum ca_code
ca_ledger_filter_sql(const struct ca_ledger *ledger,
    const struct ca_ledger_filter *filter, char **ret_sql,
    struct ca_ledger_walk *ret_walk, struct ca_error *err)
{
	enum lead lead = choose_lead(ledger, filter);
	const struct walk *walk = &walks[lead];
	const bool by_id = strcmp(walk->key, BY_ID) == 0;
	const struct condition conditions[] = {
		{ filter->serial != NULL, lead == LEAD_SERIAL,
		    "c.serial = :serial" },
		{ filter->name != NULL, lead == LEAD_NAME, "c.name = :name" },
		{ filter->user != NULL, lead == LEAD_USER,
		    "c.name = 'client-' || :user" },
		{ filter->user != NULL, false, "c.profile = 'client'" },
		{ filter->prefix != NULL && lead != LEAD_PREFIX, false,
		    "c.name >= :prefix" },
		/* No name holds the last character that there is. */
		{ filter->prefix != NULL, lead == LEAD_PREFIX,
		    "c.name < :prefix || char(1114111)" },
		{ filter->host != NULL, false,
		    "instr(',' || c.names || ',', ',' || :host || ',') > 0" },
		{ filter->ends_from != 0 && lead != LEAD_ENDS, false,
		    "c.not_after >= :ends_from" },
		{ filter->ends_until != 0, lead == LEAD_ENDS,
		    "c.not_after <= :ends_until" },
		{ filter->issued_from != 0 && lead != LEAD_ISSUED, false,
		    "c.issued_at >= :issued_from" },
		{ filter->issued_until != 0, lead == LEAD_ISSUED,
		    "c.issued_at <= :issued_until" },
		{ filter->profile != NULL, lead == LEAD_PROFILE,
		    "c.profile = :profile" },
		{ filter->state > 0, lead == LEAD_STATE, "c.state = :state" },
	};
	char *sql = NULL, *whole = NULL;
	enum ca_code rc;

	rc = ca_text_format(&sql, err,
	    "SELECT c.id, %s," COLUMNS " FROM %s"
	    " WHERE %s%s",
	    walk->key, walk->from,
	    filter->newest_first ? "c.id < :after" : walk->place,
	    revoked_condition(filter->state));
	if (rc == CA_OK)
		rc = append_conditions(&sql, conditions,
		    sizeof(conditions) / sizeof(conditions[0]), err);
	if (rc == CA_OK)
		rc = ca_text_format(&whole, err,
		    "%s ORDER BY %s%sc.id%s LIMIT 1", sql,
		    by_id ? "" : walk->key, by_id ? "" : ", ",
		    filter->newest_first ? " DESC" : "");
	free(sql);
	if (rc != CA_OK)
		return rc;
	*ret_sql = whole;
	*ret_walk = walk_of(filter, lead);
	return CA_OK;
}

static void
bind_text(sqlite3_stmt *stmt, const char *parameter, const char *value,
    int *bad)
{
	int index = sqlite3_bind_parameter_index(stmt, parameter);

	if (index > 0)
		*bad |= sqlite3_bind_text(stmt, index, value, -1, NULL);
}

static void
bind_number(sqlite3_stmt *stmt, const char *parameter, int64_t value, int *bad)
{
	int index = sqlite3_bind_parameter_index(stmt, parameter);

	if (index > 0)
		*bad |= sqlite3_bind_int64(stmt, index, value);
}

static int
bind(sqlite3_stmt *stmt, const struct ca_ledger_filter *filter,
    const uint8_t *serial)
{
	int index = sqlite3_bind_parameter_index(stmt, ":serial");
	int bad = SQLITE_OK;

	if (index > 0)
		bad = sqlite3_bind_blob(stmt, index, serial, CA_SERIAL_SIZE,
		    NULL);
	bind_text(stmt, ":profile", filter->profile, &bad);
	bind_text(stmt, ":name", filter->name, &bad);
	bind_text(stmt, ":prefix", filter->prefix, &bad);
	bind_text(stmt, ":user", filter->user, &bad);
	bind_text(stmt, ":host", filter->host, &bad);
	if (filter->state > 0)
		bind_text(stmt, ":state",
		    ca_state_name(stored_state(filter->state)), &bad);
	bind_number(stmt, ":ends_from", filter->ends_from, &bad);
	bind_number(stmt, ":ends_until", filter->ends_until, &bad);
	bind_number(stmt, ":issued_from", filter->issued_from, &bad);
	bind_number(stmt, ":issued_until", filter->issued_until, &bad);
	return bad;
}

enum ca_code
ca_ledger_filter_prepare(struct ca_ledger *ledger,
    const struct ca_ledger_filter *filter, const uint8_t *serial,
    sqlite3_stmt **ret, struct ca_ledger_walk *ret_walk, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct ca_ledger_walk walk = { .by_text = false };
	char *sql = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_filter_sql(ledger, filter, &sql, &walk, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL);
	free(sql);
	if (bad == SQLITE_OK)
		bad = bind(stmt, filter, serial);
	if (bad != SQLITE_OK) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
		(void)sqlite3_finalize(stmt);
		return rc;
	}
	*ret = stmt;
	*ret_walk = walk;
	return CA_OK;
}
