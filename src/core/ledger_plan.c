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
#include "coldca/revocation.h"
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

/* Retires what hosts are not to trust any longer. */
static enum ca_code
retire(struct ca_ledger *ledger, const struct ca_plan *plan, int64_t now,
    struct ca_error *err)
{
	struct ca_certificates trusted = { 0 }, currents = { 0 };
	enum ca_code rc;

	rc = ca_ledger_authorities(ledger, plan->authority, &trusted, err);
	if (rc == CA_OK)
		rc =
		    ca_ledger_currents(ledger, plan->authority, &currents, err);
	for (size_t i = 0; i < trusted.count && rc == CA_OK; i++) {
		const struct ca_certificate *one = trusted.item[i];
		bool ends = ca_certificates_has(&currents, one);

		if (ca_bytes_equal(ca_certificate_der(one),
			ca_certificate_der(plan->certificate)))
			continue;
		/* One that stands by stays, unless its key is in other hands. */
		if (!ends)
			rc = ca_ledger_is_compromised(ledger, one, NULL, &ends,
			    err);
		if (rc == CA_OK && ends)
			rc = ca_ledger_append_standing(ledger, one,
			    CA_STANDING_RETIRED, now, err);
	}
	ca_certificates_clear(&trusted);
	ca_certificates_clear(&currents);
	return rc;
}

/* The step NUMBER begins, with what changes then. */
enum ca_code
ca_plan_begin_step(struct ca_ledger *ledger, const struct ca_plan *plan,
    unsigned number, int64_t now, struct ca_error *err)
{
	unsigned changes = ca_plan_row(plan->kind)->step[number - 1].changes;
	char text[] = { (char)('0' + number), '\0' };
	enum ca_code rc = CA_OK;

	if ((changes & CA_PLAN_MAKES_CURRENT) != 0)
		rc = ca_ledger_append_standing(ledger, plan->certificate,
		    CA_STANDING_CURRENT, now, err);
	if (rc == CA_OK && (changes & CA_PLAN_RETIRES) != 0)
		rc = retire(ledger, plan, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN_STEP,
		    plan->certificate, text, now, err);
	return rc;
}

enum ca_code
ca_plan_end(struct ca_ledger *ledger, const struct ca_plan *plan, int64_t now,
    struct ca_error *err)
{
	return ca_ledger_append_about(ledger, CA_ENTRY_PLAN_STEP,
	    plan->certificate, ENDED, now, err);
}

enum ca_code
ca_plan_check(struct ca_ledger *ledger, const struct ca_plan *plan,
    struct ca_error *err)
{
	const char *command = ca_plan_command(plan->kind);
	bool given_up = false;
	enum ca_code rc;

	rc = ca_ledger_is_compromised(ledger, plan->certificate, NULL,
	    &given_up, err);
	if (rc != CA_OK || !given_up)
		return rc;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: its new CA, of serial %s, was given up as compromised",
	    command, ca_certificate_serial_text(plan->certificate));
	ca_hint(err,
	    "coldca %s begin --ca-key=URI begins anew, with another key",
	    command);
	return CA_ERR_POLICY;
}

/* Counts who is missing. */
struct missing {
	size_t count;
	char *first;  /* owned */
	bool revoked; /* it is, with its CA */
};

static bool
add_missing(const struct ca_plan_host *host, void *arg)
{
	struct missing *missing = arg;

	if (host->delivered)
		return true;
	if (missing->count++ == 0) {
		missing->first = strdup(host->name);
		missing->revoked = host->revoked;
	}
	return true;
}

static enum ca_code
check_delivered(struct ca_ledger *ledger, const struct ca_plan *plan,
    int64_t now, struct ca_error *err)
{
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	const char *command = ca_plan_command(plan->kind);
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
		    missing.revoked
			? "install it there, then: coldca %s delivered NAME...; a host that is gone: coldca %s gone NAME"
			: "install it there, then: coldca %s delivered NAME...; a host that is gone: coldca revoke",
		    command, command);
	}
	free(missing.first);
	return rc;
}

enum ca_code
ca_plan_advance(struct ca_ledger *ledger, const struct ca_plan *plan,
    int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_plan_check(ledger, plan, err);
	if (rc == CA_OK)
		rc = check_delivered(ledger, plan, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	if (plan->step < ca_plan_steps(plan->kind))
		rc = ca_plan_begin_step(ledger, plan, plan->step + 1, now, err);
	else
		rc = ca_plan_end(ledger, plan, now, err);
	return ca_ledger_end(ledger, rc, err);
}
