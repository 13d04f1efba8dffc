/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans in the ledger. They have no tables: the entries say what was begun,
 * how far it is and which hosts have what was sent, and the chain guards them.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "core/plan_internal.h"

#define ENDED "ended" /* in the place of a step's number */

/* "rotate cluster" */
static bool
parse_title(const char *title, struct ca_plan *plan)
{
	const char *space = strchr(title, ' ');

	if (space == NULL || !ca_authority_by_name(space + 1, &plan->authority))
		return false;
	for (size_t i = 0; i < CA_PLANS; i++) {
		const char *name = ca_plan_name((enum ca_plan_kind)i);

		if (strlen(name) == (size_t)(space - title) &&
		    memcmp(name, title, strlen(name)) == 0) {
			plan->kind = (enum ca_plan_kind)i;
			return true;
		}
	}
	return false;
}

/* The last plan, whether or not it has ended. */
static enum ca_code
read_title(struct ca_ledger *ledger, struct ca_plan *plan, bool *ret_found,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_PLAN, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	*ret_found = step == SQLITE_ROW;
	if (step == SQLITE_ROW) {
		const char *title = (const char *)sqlite3_column_text(stmt, 1);
		const uint8_t *der = sqlite3_column_blob(stmt, 4);

		plan->id = sqlite3_column_int64(stmt, 0);
		plan->began_at = sqlite3_column_int64(stmt, 2);
		if (title == NULL || der == NULL || !parse_title(title, plan))
			rc = ca_ledger_fail_row(ledger, err);
		else
			rc = ca_certificate_parse(der,
			    (size_t)sqlite3_column_bytes(stmt, 4),
			    &plan->certificate, err);
	} else if (step != SQLITE_DONE) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	return rc;
}

/* How far PLAN is; *RET_ENDED where it is over. */
static enum ca_code
read_step(struct ca_ledger *ledger, struct ca_plan *plan, bool *ret_ended,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *text = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_PLAN_STEP, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_int64(stmt, 1, plan->id);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(stmt, 1);
	if (text != NULL && strcmp(text, ENDED) == 0) {
		*ret_ended = true;
	} else if (text != NULL && text[0] >= '1' && text[1] == '\0' &&
	    (unsigned)(text[0] - '0') <= ca_plan_steps(plan->kind)) {
		plan->step = (unsigned)(text[0] - '0');
		plan->step_id = sqlite3_column_int64(stmt, 0);
		plan->step_at = sqlite3_column_int64(stmt, 2);
	} else if (step == SQLITE_ROW || step == SQLITE_DONE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	return rc;
}

enum ca_code
ca_plan_read(struct ca_ledger *ledger, struct ca_plan *ret, bool *ret_found,
    struct ca_error *err)
{
	struct ca_plan plan = { 0 };
	bool found = false, ended = false;
	enum ca_code rc;

	rc = read_title(ledger, &plan, &found, err);
	if (rc == CA_OK && found)
		rc = read_step(ledger, &plan, &ended, err);
	if (rc != CA_OK || !found || ended) {
		ca_plan_clear(&plan);
		if (rc == CA_OK)
			*ret_found = false;
		return rc;
	}
	*ret = plan;
	*ret_found = true;
	return CA_OK;
}

/* The step NUMBER begins, with what changes then. */
static enum ca_code
begin_step(struct ca_ledger *ledger, const struct ca_plan *plan,
    unsigned number, int64_t now, struct ca_error *err)
{
	enum ca_standing standing =
	    ca_plan_row(plan->kind)->step[number - 1].standing;
	struct ca_certificates older = { 0 };
	char text[] = { (char)('0' + number), '\0' };
	enum ca_code rc = CA_OK;

	if (standing == CA_STANDING_CURRENT)
		rc = ca_ledger_append_standing(ledger, plan->certificate,
		    standing, now, err);
	if (standing == CA_STANDING_RETIRED)
		rc = ca_ledger_currents(ledger, plan->authority, &older, err);
	for (size_t i = 0; i < older.count && rc == CA_OK; i++)
		if (!ca_bytes_equal(ca_certificate_der(older.item[i]),
			ca_certificate_der(plan->certificate)))
			rc = ca_ledger_append_standing(ledger, older.item[i],
			    standing, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN_STEP,
		    plan->certificate, text, now, err);
	ca_certificates_clear(&older);
	return rc;
}

static enum ca_code
check_none(struct ca_ledger *ledger, struct ca_error *err)
{
	struct ca_plan other = { 0 };
	bool found = false;
	enum ca_code rc = ca_plan_read(ledger, &other, &found, err);

	if (rc == CA_OK && found) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: the plan to %s the %s CA is under way, at step %u",
		    ledger->path, ca_plan_name(other.kind),
		    ca_authority_name(other.authority), other.step);
		ca_hint(err,
		    "finish it first: coldca %s-ca shows how far it is",
		    ca_plan_name(other.kind));
	}
	ca_plan_clear(&other);
	return rc;
}

enum ca_code
ca_plan_begin(struct ca_ledger *ledger, enum ca_plan_kind kind,
    enum ca_authority authority, const struct ca_certificate *certificate,
    int64_t now, struct ca_error *err)
{
	const struct ca_plan plan = { .kind = kind, .authority = authority };
	char *title = NULL;
	enum ca_code rc;

	rc = check_none(ledger, err);
	if (rc == CA_OK)
		rc = ca_text_format(&title, err, "%s %s", ca_plan_name(kind),
		    ca_authority_name(authority));
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN, certificate, title,
	    now, err);
	if (rc == CA_OK &&
	    ca_plan_row(plan.kind)->step[0].standing == CA_STANDING_STANDBY)
		rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN_STEP,
		    certificate, "1", now, err);
	rc = ca_ledger_end(ledger, rc, err);
out:
	free(title);
	return rc;
}

/* Counts who is missing. */
struct missing {
	size_t count;
	char *first; /* owned */
};

static bool
add_missing(const struct ca_plan_host *host, void *arg)
{
	struct missing *missing = arg;

	if (host->delivered)
		return true;
	if (missing->count++ == 0)
		missing->first = strdup(host->name);
	return true;
}

static enum ca_code
check_delivered(struct ca_ledger *ledger, const struct ca_plan *plan,
    int64_t now, struct ca_error *err)
{
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	struct missing missing = { 0 };
	enum ca_code rc;

	rc = ca_plan_hosts(ledger, plan, now, add_missing, &missing, err);
	if (rc == CA_OK && missing.count > 0) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "step %u (%s): %zu host%s do%s not have it yet, %s among them",
		    plan->step, step->name, missing.count,
		    missing.count == 1 ? "" : "s",
		    missing.count == 1 ? "es" : "",
		    missing.first != NULL ? missing.first : "one");
		ca_hint(err,
		    "install it there, then: coldca %s-ca delivered NAME...; a host that is gone: coldca revoke",
		    ca_plan_name(plan->kind));
	}
	free(missing.first);
	return rc;
}

enum ca_code
ca_plan_advance(struct ca_ledger *ledger, const struct ca_plan *plan,
    int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	rc = check_delivered(ledger, plan, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	if (plan->step < ca_plan_steps(plan->kind))
		rc = begin_step(ledger, plan, plan->step + 1, now, err);
	else
		rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN_STEP,
		    plan->certificate, ENDED, now, err);
	return ca_ledger_end(ledger, rc, err);
}

/* Looks for one host among those of the step. */
struct wanted {
	const char *name;
	bool found;
	bool delivered;
	bool has_leaf;
};

static bool
find_host(const struct ca_plan_host *host, void *arg)
{
	struct wanted *wanted = arg;

	if (strcmp(host->name, wanted->name) != 0)
		return true;
	wanted->found = true;
	wanted->delivered = host->delivered;
	wanted->has_leaf = host->has_leaf;
	return false;
}

enum ca_code
ca_plan_deliver(struct ca_ledger *ledger, const struct ca_plan *plan,
    const char *name, int64_t now, struct ca_error *err)
{
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	struct wanted wanted = { .name = name };
	enum ca_code rc;

	rc = ca_plan_hosts(ledger, plan, now, find_host, &wanted, err);
	if (rc != CA_OK)
		return rc;
	if (!wanted.found) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "%s: step %u (%s) does not concern such a host", name,
		    plan->step, step->name);
		ca_hint(err, "coldca %s-ca lists those that it does",
		    ca_plan_name(plan->kind));
		return CA_ERR_INPUT;
	}
	if (wanted.delivered)
		return CA_OK;
	if (step->sends != CA_SENDS_AUTHORITIES && !wanted.has_leaf) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: has no certificate by the new CA yet", name);
		ca_hint(err, "coldca %s-ca emit makes it",
		    ca_plan_name(plan->kind));
		return CA_ERR_POLICY;
	}
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN_HOST,
	    plan->certificate, name, now, err);
	return ca_ledger_end(ledger, rc, err);
}
