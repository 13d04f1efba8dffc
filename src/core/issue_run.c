/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of drafts, one behind the other: reserved, signed, recorded, written. */
#include <stdlib.h>

#include "base/time.h"
#include "coldca/resume.h"
#include "core/issue_internal.h"

#define GROUP_FIRST 16 /* of a run of unknown speed */
#define SIGNING_MAX 2  /* groups that are reserved and not recorded yet */

/* Nanoseconds that a group takes, within which it may grow, and over which not. */
#define GROUP_SHORT INT64_C(500000000)
#define GROUP_LONG INT64_C(2000000000)

struct run {
	struct ca_issue_line line;
	size_t size; /* of the next group */
	int64_t
	    begun;  /* of ca_time_monotonic(): the group that is signed now */
	bool ended; /* next() has no more, or must not be asked */
	bool disclosed; /* what is signed is not to be used any more */
	struct ca_issue_group *unreserved; /* done() has it back, last */
	enum ca_code code;                 /* of the first group that failed */
	struct ca_error *err;
};

static int64_t
time_of(const struct run *run)
{
	return run->line.run->now != 0 ? run->line.run->now : ca_time_now();
}

/* Nothing more is begun; what failed first is what is told. */
static void
fail(struct run *run, enum ca_code rc, const struct ca_error *err)
{
	run->ended = true;
	if (run->code != CA_OK)
		return;
	run->code = rc;
	*run->err = *err;
}

/* Fills GROUP. */
static enum ca_code
fill(struct run *run, struct ca_issue_group *group, struct ca_error *err)
{
	const struct ca_issue_run *source = run->line.run;
	enum ca_code rc = CA_OK;

	while (group->count < run->size && !run->ended) {
		struct ca_issue_item item = { .draft = NULL };

		rc = source->next(source->arg, &item, err);
		if (rc != CA_OK || item.draft == NULL) {
			run->ended = true;
			break;
		}
		group->item[group->count++] = item;
	}
	group->failed = group->count;
	return rc;
}

static enum ca_code
reserve(struct run *run, struct ca_issue_group *group, struct ca_error *err)
{
	const struct ca_draft *drafts[CA_ISSUE_GROUP];
	const char *names[CA_ISSUE_GROUP];

	for (size_t i = 0; i < group->count; i++) {
		drafts[i] = group->item[i].draft;
		names[i] = group->item[i].name;
	}
	if (run->line.run->again)
		return ca_ledger_resume(run->line.issuer->ledger, drafts,
		    group->count, group->pending, err);
	return ca_ledger_reserve(run->line.issuer->ledger, drafts, names,
	    group->count, time_of(run), group->pending, err);
}

/* Begins the next group. False: there is none. */
static bool
begin_group(struct run *run)
{
	const struct ca_issue_run *source = run->line.run;
	struct ca_issue_group *group;
	struct ca_error err;
	enum ca_code rc;

	if (run->ended || (source->stop != NULL && source->stop(source->arg))) {
		run->ended = true;
		return false;
	}
	group = calloc(1, sizeof(*group));
	if (group == NULL) {
		rc = ca_fail_memory(&err);
		fail(run, rc, &err);
		return false;
	}
	rc = fill(run, group, &err);
	if (rc == CA_OK && group->count > 0)
		rc = reserve(run, group, &err);
	if (rc != CA_OK)
		fail(run, rc, &err);
	if (rc == CA_OK && group->count > 0) {
		ca_issue_line_sign(&run->line, group);
		return true;
	}
	run->unreserved = group;
	return false;
}

/* Hands out only what the ledger has recorded as issued. */
static enum ca_code
record(struct run *run, struct ca_issue_group *group, struct ca_error *err)
{
	const struct ca_certificate *kept[CA_ISSUE_GROUP];
	struct ca_error unrecorded;
	enum ca_code rc;

	for (size_t i = 0; i < group->count; i++)
		kept[i] = run->disclosed ? NULL : group->made[i];
	rc = ca_ledger_record(run->line.issuer->ledger,
	    (const struct ca_pending *const *)group->pending, kept,
	    group->count, time_of(run), &unrecorded);
	for (size_t i = 0; i < group->count; i++) {
		/* CA_ERR_TOKEN: all is recorded but what it took out. */
		if ((rc == CA_OK || rc == CA_ERR_TOKEN) && kept[i] != NULL) {
			group->item[i].certificate = group->made[i];
		} else {
			ca_certificate_free(group->made[i]);
		}
		ca_pending_free(group->pending[i]);
	}
	if (rc == CA_ERR_TOKEN) {
		run->disclosed = true;
		run->code = CA_OK;
		ca_issue_line_stop(&run->line);
	}
	/* The first failure is the cause; a disclosed key is worse than any. */
	if (rc == CA_ERR_TOKEN ||
	    (rc != CA_OK && group->failed == group->count)) {
		*err = unrecorded;
		return rc;
	}
	if (group->failed < group->count)
		*err = group->err;
	return group->failed < group->count ? group->err.code : CA_OK;
}

/* Settles the group that is signed, and chooses the size of those to come. */
static void
end_group(struct run *run)
{
	struct ca_issue_group *group = ca_issue_line_signed(&run->line);
	struct ca_error err = { .code = CA_OK };
	enum ca_code rc = record(run, group, &err);
	int64_t now = ca_time_monotonic(), took = now - run->begun;

	run->begun = now;
	if (took < GROUP_SHORT && run->size * 2 <= CA_ISSUE_GROUP)
		run->size *= 2;
	else if (took > GROUP_LONG && run->size > GROUP_FIRST)
		run->size /= 2;
	if (rc != CA_OK)
		fail(run, rc, &err);
	ca_issue_line_write(&run->line, group,
	    run->ended && run->line.signing.count == 0);
}

enum ca_code
ca_issue_all(const struct ca_issuer *issuer, const struct ca_issue_run *source,
    struct ca_error *err)
{
	struct run run = { .size = GROUP_FIRST, .err = err };
	size_t waiting = 0;
	enum ca_code rc;

	if (source->first_group > 0)
		run.size = source->first_group;
	rc = ca_issue_line_open(&run.line, issuer, source, err);
	if (rc != CA_OK)
		return rc;
	run.begun = ca_time_monotonic();
	do {
		while (waiting < SIGNING_MAX && begin_group(&run))
			waiting++;
		if (waiting == 0)
			break;
		end_group(&run);
		waiting--;
	} while (waiting > 0 || !run.ended);
	if (run.unreserved != NULL)
		ca_issue_line_write(&run.line, run.unreserved, true);
	ca_issue_line_close(&run.line);
	return run.code;
}
