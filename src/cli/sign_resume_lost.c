/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the last session whose bundles were not written. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/ledger_row.h"
#include "cli/sign_resume.h"
#include "cli/term.h"
#include "coldca/bundle.h"
#include "coldca/plan.h"

/* Where rows are collected. */
struct collection {
	struct cli_resume *resume;
	int64_t entry; /* what the session before ended with */
	enum ca_code rc;
	struct ca_error *err;
};

/* Fills LOST, which is cleared by the caller, filled or not. */
static enum ca_code
fill(struct cli_resume_lost *lost, const struct ca_ledger_row *row,
    struct ca_error *err)
{
	enum ca_code rc;

	ca_hex(row->serial, CA_SERIAL_SIZE, lost->serial_text);
	lost->profile = ca_profile_by_name(row->profile);
	lost->issued_at = row->issued_at;
	rc = ca_text_format(&lost->name, err, "%s", row->name);
	if (rc == CA_OK)
		rc = cli_ledger_row_certificate(row, &lost->certificate, err);
	return rc;
}

/* The one of NAME that was found already; NULL: there is none. */
static struct cli_resume_lost *
find(const struct cli_resume *resume, const char *name)
{
	for (size_t i = 0; i < resume->lost_count; i++)
		if (strcmp(resume->lost[i].name, name) == 0)
			return &resume->lost[i];
	return NULL;
}

static void
lost_clear(struct cli_resume_lost *lost)
{
	ca_certificate_free(lost->certificate);
	free(lost->name);
	*lost = (struct cli_resume_lost){ 0 };
}

/* Adds ROW, or puts it in the place of an earlier one of its name. */
static enum ca_code
add(struct cli_resume *resume, const struct ca_ledger_row *row,
    struct ca_error *err)
{
	struct cli_resume_lost *lost = find(resume, row->name), *items;
	struct cli_resume_lost next = { 0 };
	enum ca_code rc = fill(&next, row, err);

	if (rc != CA_OK) {
		lost_clear(&next);
		return rc;
	}
	if (lost != NULL) {
		lost_clear(lost);
		*lost = next;
		return CA_OK;
	}
	items = reallocarray(resume->lost, resume->lost_count + 1,
	    sizeof(struct cli_resume_lost));
	if (items == NULL) {
		lost_clear(&next);
		return ca_fail_memory(err);
	}
	resume->lost = items;
	resume->lost[resume->lost_count++] = next;
	return CA_OK;
}

void
cli_resume_clear_lost(struct cli_resume *resume)
{
	for (size_t i = 0; i < resume->lost_count; i++)
		lost_clear(&resume->lost[i]);
	free(resume->lost);
	resume->lost = NULL;
	resume->lost_count = 0;
}

/* Whether something of its name is there, or will be. */
static bool
has_bundle(const struct cli_resume *resume, const char *name)
{
	for (size_t i = 0; i < resume->opens.count; i++)
		if (strcmp(resume->opens.item[i].name, name) == 0)
			return true;
	return ca_bundle_exists(resume->signing.out, name);
}

/* Requests alone get bundles: a pair that was made here has none. */
static bool
collect(const struct ca_ledger_row *row, void *arg)
{
	struct collection *to = arg;
	struct cli_resume *resume = to->resume;
	const struct ca_profile *profile = ca_profile_by_name(row->profile);
	bool after = false;

	if (profile == NULL || !ca_profile_on_request(profile) ||
	    row->certificate == NULL || row->csr == NULL)
		return true;
	to->rc = ca_ledger_issued_after(resume->signing.cli->ca.ledger,
	    row->serial, to->entry, &after, to->err);
	if (to->rc == CA_OK && after && !has_bundle(resume, row->name))
		to->rc = add(resume, row, to->err);
	return to->rc == CA_OK;
}

enum ca_code
cli_resume_find_lost(struct cli_resume *resume, struct ca_error *err)
{
	struct ca_ledger *ledger = resume->signing.cli->ca.ledger;
	struct collection to = { .resume = resume, .err = err };
	struct ca_ledger_filter filter = { .state = CA_STATE_ISSUED };
	struct ca_plan plan = { 0 };
	bool planned = false;
	enum ca_code rc;

	rc = ca_plan_read(ledger, &plan, &planned, err);
	ca_plan_clear(&plan);
	if (rc == CA_OK && !planned)
		rc = ca_ledger_session_start(ledger, &to.entry,
		    &filter.issued_from, err);
	if (rc != CA_OK || planned)
		return rc;
	/* Without heads nothing tells sessions apart, but time. */
	if (filter.issued_from == 0)
		filter.issued_from = resume->signing.now - CA_RESUME_AGE_MAX;
	rc = ca_ledger_list(ledger, &filter, collect, &to, err);
	return rc == CA_OK ? to.rc : rc;
}

enum ca_code
cli_resume_write_lost(struct cli_resume *resume, struct ca_error *err)
{
	const struct cli_signing *signing = &resume->signing;
	enum ca_code first = CA_OK;

	for (size_t i = 0; i < resume->lost_count; i++) {
		struct cli_resume_lost *lost = &resume->lost[i];
		struct ca_error failure;

		if (cli_bundle_write(signing->cli, signing->out, lost->name,
			lost->profile, lost->certificate, false,
			&failure) == CA_OK) {
			lost->written = true;
			continue;
		}
		term_error(&failure);
		if (first == CA_OK)
			first = failure.code;
	}
	return first == CA_OK ? CA_OK : cli_said(err, first);
}
