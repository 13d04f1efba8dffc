/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts a step concerns, from the certificates that live. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger_internal.h"
#include "core/plan_internal.h"

/*
 * What a row of certificates must be so that somebody may be using it: not
 * revoked, unless with its whole CA (reason 2), and not a responder's, which
 * no host has.
 */
#define LIVES                                             \
	" state = 'issued' AND not_after > :now"          \
	" AND profile <> 'ocsp' AND NOT EXISTS (SELECT 1" \
	" FROM revocation r WHERE r.serial = c.serial AND r.reason <> 2)"

/*
 * For CA files: every host whose certificate is older than the step; later
 * ones got the files with their bundle.
 */
static const char files_sql[] =
    "SELECT name, profile, max(not_after), 0 FROM certificate c WHERE" LIVES
    " AND (SELECT id FROM entry e WHERE e.serial = c.serial AND e.kind = 5)"
    " < :step GROUP BY name, profile ORDER BY name";

/* For certificates: every host that has one by another key than the new. */
static const char leaves_sql[] =
    "SELECT name, profile, max(not_after), EXISTS (SELECT 1 FROM certificate n"
    " WHERE n.name = c.name AND n.profile = c.profile"
    " AND n.issuer_spki_sha256 = :spki AND n.state = 'issued'"
    " AND n.not_after > :now) FROM certificate c WHERE" LIVES
    " AND issuer_spki_sha256 <> :spki AND authority = :authority"
    " GROUP BY name, profile ORDER BY name";

/* For the bridge: every node, and whether it has its client.node.crt. */
static const char bridge_sql[] =
    "SELECT name, profile, max(not_after), EXISTS (SELECT 1 FROM certificate n"
    " WHERE n.name = 'client-' || c.name AND n.profile = 'client'"
    " AND n.issuer_spki_sha256 = :spki AND n.state = 'issued'"
    " AND n.not_after > :now) FROM certificate c WHERE" LIVES
    " GROUP BY name, profile ORDER BY name";

static const char *const queries[] = {
	[CA_SENDS_NOTHING] = NULL,
	[CA_SENDS_AUTHORITIES] = files_sql,
	[CA_SENDS_BRIDGE] = bridge_sql,
	[CA_SENDS_LEAVES] = leaves_sql,
};

/* Hosts, copied: nothing of the ledger is locked while they are shown. */
struct hosts {
	struct ca_plan_host *item;
	size_t count;
};

static void
hosts_clear(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		char *name;

		/* It is const for the callback only. */
		memcpy(&name, &hosts->item[i].name, sizeof(name));
		free(name);
	}
	free(hosts->item);
}

static enum ca_code
prepare(struct ca_ledger *ledger, const struct ca_plan *plan, int64_t now,
    sqlite3_stmt **ret, struct ca_error *err)
{
	const struct ca_key_info *key =
	    ca_certificate_key_info(plan->certificate);
	const char *sql = queries[ca_plan_step(plan->kind, plan->step)->sends];
	sqlite3_stmt *stmt = NULL;
	int bad = sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL);
	int at;

	if (bad == SQLITE_OK)
		bad = sqlite3_bind_int64(stmt,
		    sqlite3_bind_parameter_index(stmt, ":now"), now);
	at = sqlite3_bind_parameter_index(stmt, ":step");
	if (bad == SQLITE_OK && at > 0)
		bad = sqlite3_bind_int64(stmt, at, plan->step_id);
	at = sqlite3_bind_parameter_index(stmt, ":spki");
	if (bad == SQLITE_OK && at > 0)
		bad = sqlite3_bind_blob(stmt, at, key->spki_sha256,
		    CA_SHA256_SIZE, NULL);
	at = sqlite3_bind_parameter_index(stmt, ":authority");
	if (bad == SQLITE_OK && at > 0)
		bad = sqlite3_bind_text(stmt, at,
		    ca_authority_name(ca_plan_replaces(plan)), -1, NULL);
	if (bad != SQLITE_OK) {
		enum ca_code rc = ca_ledger_fail(ledger->path, ledger->db, err);

		(void)sqlite3_finalize(stmt);
		return rc;
	}
	*ret = stmt;
	return CA_OK;
}

static enum ca_code
add_host(struct hosts *hosts, sqlite3_stmt *stmt,
    const struct ca_profile *profile, struct ca_error *err)
{
	struct ca_plan_host *item =
	    reallocarray(hosts->item, hosts->count + 1, sizeof(*hosts->item));
	char *name = strdup((const char *)sqlite3_column_text(stmt, 0));

	if (item != NULL)
		hosts->item = item;
	if (item == NULL || name == NULL) {
		free(name);
		return ca_fail_memory(err);
	}
	hosts->item[hosts->count++] = (struct ca_plan_host){
		.name = name,
		.profile = profile,
		.not_after = sqlite3_column_int64(stmt, 2),
		.has_leaf = sqlite3_column_int(stmt, 3) != 0,
	};
	return CA_OK;
}

static enum ca_code
collect(struct ca_ledger *ledger, const struct ca_plan *plan, int64_t now,
    struct hosts *hosts, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step = SQLITE_DONE;

	rc = prepare(ledger, plan, now, &stmt, err);
	while (rc == CA_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *word = (const char *)sqlite3_column_text(stmt, 1);
		const struct ca_profile *profile =
		    word != NULL ? ca_profile_by_name(word) : NULL;

		if (profile == NULL)
			rc = ca_ledger_fail_row(ledger, err);
		else if (ca_plan_concerns(plan, profile))
			rc = add_host(hosts, stmt, profile, err);
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
	for (size_t i = 0; i < hosts.count && rc == CA_OK; i++)
		rc = read_delivered(ledger, plan, &hosts.item[i], err);
	for (size_t i = 0; i < hosts.count && rc == CA_OK && more; i++)
		more = fn(&hosts.item[i], arg);
	hosts_clear(&hosts);
	return rc;
}
