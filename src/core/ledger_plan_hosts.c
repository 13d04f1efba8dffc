/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hosts a step concerns, from the certificates that live. A host that
 * comes while a step lasts is one of them: nobody has to think of it.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "core/plan_internal.h"

/*
 * The certificates that somebody may be using: not revoked, unless with their
 * whole CA (whose own revocation is the entry before), not a responder's, which
 * no host has, and not of a host that was gone after it was issued. `new` are
 * those by the plan's CA.
 */
#define LIVE                                                                           \
	"WITH gone AS (SELECT detail AS name, max(id) AS at FROM entry"                \
	" WHERE kind = 24 GROUP BY detail),"                                           \
	" live AS (SELECT c.id, c.serial, c.name, c.profile, c.authority,"             \
	" c.not_after, c.issuer_spki_sha256 = :spki AS new,"                           \
	" r.serial IS NOT NULL AS revoked FROM certificate c"                          \
	" LEFT JOIN revocation r ON r.serial = c.serial"                               \
	" LEFT JOIN gone g ON g.name = c.name"                                         \
	" WHERE c.state = 'issued' AND c.not_after > :now"                             \
	" AND c.profile <> 'ocsp' AND (g.at IS NULL OR g.at < (SELECT"                 \
	" e.id FROM entry e"                                                           \
	" WHERE e.certificate = c.id AND e.kind = 5))"                                 \
	" AND (r.serial IS NULL OR EXISTS (SELECT 1 FROM certificate a"                \
	" JOIN revocation k ON k.serial = a.serial"                                    \
	" WHERE " CA_LEDGER_BY_KEY("a",                                                \
	    "c.issuer_spki_sha256") " AND a.issuer_spki_sha256 = c.issuer_spki_sha256" \
				    " AND k.entry < r.entry)))"

/* Whether there is one of NAME and PROFILE by the new CA that is good. */
#define HAS(name, profile)                                              \
	"EXISTS (SELECT 1 FROM certificate n WHERE n.name = " name      \
	" AND n.profile = " profile " AND n.issuer_spki_sha256 = :spki" \
	" AND n.state = 'issued' AND n.not_after > :now AND NOT EXISTS" \
	" (SELECT 1 FROM revocation x WHERE x.serial = n.serial))"

/*
 * Each query gives name, profile, not_after, serial and revoked of a host's
 * last certificate, then whether the step sends it one, and whether that is
 * there. By SQLite the columns beside max() are those of its row.
 *
 * For CA files: every host, as it may have got them in another step.
 */
static const char files_sql[] =
    LIVE " SELECT name, profile, not_after, serial, revoked, 0, 0, max(id)"
	 " FROM live GROUP BY name, profile ORDER BY name";

/*
 * For certificates: every host whose last one that is not by the new CA is by
 * the authority that is replaced. Who has left that is not led back.
 */
static const char leaves_sql[] =
    "SELECT name, profile, not_after, serial, revoked, 1, " HAS("o.name",
	"o.profile") " FROM (" LIVE
		     " SELECT name, profile, not_after, serial, revoked, authority, max(id)"
		     " FROM live WHERE NOT new GROUP BY name, profile) o"
		     " WHERE :authority IS NULL OR o.authority = :authority ORDER BY name";

/* For the bridge: nodes want a client.node.crt, servers of tenants files. */
static const char bridge_sql[] =
    "SELECT name, profile, not_after, serial, revoked, profile = 'node', " HAS(
	"'client-' || o.name",
	"'client'") " FROM (" LIVE
		    " SELECT name, profile, not_after, serial, revoked, max(id)"
		    " FROM live GROUP BY name, profile) o ORDER BY name";

/* For both: everybody, and a certificate to those that the CA has signed. */
static const char both_sql[] =
    "SELECT name, profile, not_after, serial, revoked,"
    " new OR authority = :authority, " HAS("o.name",
	"o.profile") " FROM (" LIVE
		     " SELECT name, profile, not_after, serial, revoked, authority, new, max(id)"
		     " FROM live GROUP BY name, profile) o ORDER BY name";

static const char *const queries[] = {
	[CA_SENDS_NOTHING] = NULL,
	[CA_SENDS_AUTHORITIES] = files_sql,
	[CA_SENDS_BRIDGE] = bridge_sql,
	[CA_SENDS_LEAVES] = leaves_sql,
	[CA_SENDS_BOTH] = both_sql,
};

enum column {
	COLUMN_NAME,
	COLUMN_PROFILE,
	COLUMN_NOT_AFTER,
	COLUMN_SERIAL,
	COLUMN_REVOKED,
	COLUMN_WANTS,
	COLUMN_HAS,
};

/* One host, copied: nothing of the ledger is locked while it is shown. */
struct host {
	char *name;
	char serial[CA_SERIAL_TEXT_SIZE];
	struct ca_plan_host row; /* its texts are those above */
};

struct hosts {
	struct host *item;
	size_t count;
};

static void
hosts_clear(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++)
		free(hosts->item[i].name);
	free(hosts->item);
}

/* Binds what the query has of the plan's. */
static int
bind(sqlite3_stmt *stmt, const struct ca_plan *plan, int64_t now)
{
	const struct ca_key_info *key =
	    ca_certificate_key_info(plan->certificate);
	int at = sqlite3_bind_parameter_index(stmt, ":authority");
	int bad;

	bad = sqlite3_bind_int64(stmt,
	    sqlite3_bind_parameter_index(stmt, ":now"), now);
	bad |=
	    sqlite3_bind_blob(stmt, sqlite3_bind_parameter_index(stmt, ":spki"),
		key->spki_sha256, CA_SHA256_SIZE, NULL);
	/* A split takes users from whatever CA they had. */
	if (at > 0 && plan->kind != CA_PLAN_SPLIT)
		bad |= sqlite3_bind_text(stmt, at,
		    ca_authority_name(plan->authority), -1, NULL);
	return bad;
}

static enum ca_code
add_host(struct ca_ledger *ledger, struct hosts *hosts, sqlite3_stmt *stmt,
    const struct ca_profile *profile, struct ca_error *err)
{
	struct host *item =
	    reallocarray(hosts->item, hosts->count + 1, sizeof(*item));
	const char *name = (const char *)sqlite3_column_text(stmt, COLUMN_NAME);
	enum ca_code rc;

	if (item == NULL)
		return ca_fail_memory(err);
	hosts->item = item;
	item += hosts->count;
	if (sqlite3_column_bytes(stmt, COLUMN_SERIAL) != CA_SERIAL_SIZE ||
	    name == NULL)
		return ca_ledger_fail_row(ledger, err);
	*item =
	    (struct host){ .row = {
			       .profile = profile,
			       .not_after =
				   sqlite3_column_int64(stmt, COLUMN_NOT_AFTER),
			       .revoked = sqlite3_column_int(stmt,
					      COLUMN_REVOKED) != 0,
			       .wants_leaf =
				   sqlite3_column_int(stmt, COLUMN_WANTS) != 0,
			       .has_leaf =
				   sqlite3_column_int(stmt, COLUMN_HAS) != 0,
			   } };
	ca_hex(sqlite3_column_blob(stmt, COLUMN_SERIAL), CA_SERIAL_SIZE,
	    item->serial);
	rc = ca_text_format(&item->name, err, "%s", name);
	if (rc == CA_OK)
		hosts->count++;
	return rc;
}

static enum ca_code
collect(struct ca_ledger *ledger, const struct ca_plan *plan, int64_t now,
    struct hosts *hosts, struct ca_error *err)
{
	const char *sql = queries[ca_plan_step(plan->kind, plan->step)->sends];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	int step = sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL);

	if (step == SQLITE_OK)
		step = bind(stmt, plan, now);
	if (step == SQLITE_OK)
		step = SQLITE_ROW;
	while (rc == CA_OK && step == SQLITE_ROW &&
	    (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *word =
		    (const char *)sqlite3_column_text(stmt, COLUMN_PROFILE);
		const struct ca_profile *profile =
		    word != NULL ? ca_profile_by_name(word) : NULL;

		if (profile == NULL)
			rc = ca_ledger_fail_row(ledger, err);
		else if (ca_plan_concerns(plan, profile))
			rc = add_host(ledger, hosts, stmt, profile, err);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

static enum ca_code
read_delivered(struct ca_ledger *ledger, const struct ca_plan *plan,
    struct ca_plan_host *host, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_PLAN_HOST, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_text(stmt, 1, host->name, -1, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_bind_int64(stmt, 2, plan->step_id);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	host->delivered = step == SQLITE_ROW;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

enum ca_code
ca_plan_hosts(struct ca_ledger *ledger, const struct ca_plan *plan, int64_t now,
    ca_plan_host_fn fn, void *arg, struct ca_error *err)
{
	struct hosts hosts = { NULL, 0 };
	bool more = true;
	enum ca_code rc;

	rc = collect(ledger, plan, now, &hosts, err);
	for (size_t i = 0; i < hosts.count && rc == CA_OK; i++) {
		hosts.item[i].row.name = hosts.item[i].name;
		hosts.item[i].row.serial = hosts.item[i].serial;
		rc = read_delivered(ledger, plan, &hosts.item[i].row, err);
	}
	for (size_t i = 0; i < hosts.count && rc == CA_OK && more; i++)
		more = fn(&hosts.item[i].row, arg);
	hosts_clear(&hosts);
	return rc;
}

enum ca_code
ca_plan_has_leaf(struct ca_ledger *ledger, const struct ca_plan *plan,
    const struct ca_profile *profile, const char *name, int64_t now, bool *ret,
    struct ca_error *err)
{
	static const char sql[] = "SELECT " HAS(":name", ":profile");
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	int step = sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL);

	if (step == SQLITE_OK)
		step = bind(stmt, plan, now);
	if (step == SQLITE_OK)
		step = sqlite3_bind_text(stmt,
		    sqlite3_bind_parameter_index(stmt, ":name"), name, -1,
		    NULL);
	if (step == SQLITE_OK)
		step = sqlite3_bind_text(stmt,
		    sqlite3_bind_parameter_index(stmt, ":profile"),
		    profile->name, -1, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0) != 0;
	else
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum ca_code
ca_plan_count_tenants(struct ca_ledger *ledger, int64_t now, size_t *ret,
    struct ca_error *err)
{
	static const char sql[] =
	    LIVE " SELECT count(*) FROM (SELECT authority, max(id) FROM live"
		 " WHERE profile = 'tenant-client' GROUP BY name)"
		 " WHERE authority = 'cluster'";
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	int step = sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL);

	if (step == SQLITE_OK)
		step = sqlite3_bind_int64(stmt,
		    sqlite3_bind_parameter_index(stmt, ":now"), now);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		*ret = (size_t)sqlite3_column_int64(stmt, 0);
	else
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}
