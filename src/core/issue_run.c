/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of drafts, one behind the other: reserved, signed, recorded, written. */
#include <stdlib.h>

#include "base/time.h"
#include "coldca/resume.h"
#include "core/issue_internal.h"
#include "core/ledger_internal.h"

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

/* The next group, which nobody knows yet. NULL: there is none. */
static struct ca_issue_group *
next_group(struct run *run)
{
	const struct ca_issue_run *source = run->line.run;
	struct ca_issue_group *group;
	struct ca_error err;
	enum ca_code rc;

	if (run->ended || (source->stop != NULL && source->stop(source->arg))) {
		run->ended = true;
		return NULL;
	}
	group = calloc(1, sizeof(*group));
	if (group == NULL) {
		rc = ca_fail_memory(&err);
		fail(run, rc, &err);
		return NULL;
	}
	rc = fill(run, group, &err);
	if (rc == CA_OK && group->count > 0)
		return group;
	if (rc != CA_OK)
		fail(run, rc, &err);
	run->unreserved = group;
	return NULL;
}

/* GROUP is signed, if RC says that the ledger has it. False: it has not. */
static bool
begin_group(struct run *run, struct ca_issue_group *group, enum ca_code rc,
    const struct ca_error *err)
{
	if (rc == CA_OK) {
		ca_issue_line_sign(&run->line, group);
		return true;
	}
	fail(run, rc, err);
	run->unreserved = group;
	return false;
}

static bool
reserve_group(struct run *run)
{
	struct ca_issue_group *group = next_group(run);
	struct ca_error err;
	enum ca_code rc;

	if (group == NULL)
		return false;
	rc = reserve(run, group, &err);
	return begin_group(run, group, rc, &err);
}

/* What became of a group that is signed, and of the one that is begun with it. */
struct turn {
	struct ca_issue_group *group;
	const struct ca_certificate *kept[CA_ISSUE_GROUP];
	enum ca_code recorded;
	struct ca_error unrecorded;
	struct ca_issue_group *next; /* or NULL */
	enum ca_code reserved;
	struct ca_error unreserved;
};

static void
record(struct run *run, struct turn *turn)
{
	struct ca_issue_group *group = turn->group;

	for (size_t i = 0; i < group->count; i++)
		turn->kept[i] = run->disclosed ? NULL : group->made[i];
	turn->recorded = ca_ledger_record(run->line.issuer->ledger,
	    (const struct ca_pending *const *)group->pending, turn->kept,
	    group->count, time_of(run), &turn->unrecorded);
	if (turn->recorded == CA_OK && turn->next != NULL)
		turn->reserved = reserve(run, turn->next, &turn->unreserved);
}

/* Both by one commit. False: neither is, be it the fault of one of them. */
static bool
record_joined(struct run *run, struct turn *turn)
{
	struct ca_ledger *ledger = run->line.issuer->ledger;
	struct ca_error ignored;

	if (turn->next == NULL || ca_ledger_join(ledger, &ignored) != CA_OK)
		return false;
	record(run, turn);
	if (ca_ledger_join_end(ledger))
		return true;
	for (size_t i = 0; i < turn->next->count; i++) {
		ca_pending_free(turn->next->pending[i]);
		turn->next->pending[i] = NULL;
	}
	return false;
}

/* Hands out only what the ledger has recorded as issued. */
static void
take(const struct turn *turn)
{
	struct ca_issue_group *group = turn->group;
	/* CA_ERR_TOKEN: all is recorded but what it took out. */
	bool recorded =
	    turn->recorded == CA_OK || turn->recorded == CA_ERR_TOKEN;

	for (size_t i = 0; i < group->count; i++) {
		if (recorded && turn->kept[i] != NULL)
			group->item[i].certificate = group->made[i];
		else
			ca_certificate_free(group->made[i]);
		ca_pending_free(group->pending[i]);
	}
}

/* Chooses the size of the groups to come by the time that one takes. */
static void
resize(struct run *run)
{
	int64_t now = ca_time_monotonic(), took = now - run->begun;

	run->begun = now;
	if (took < GROUP_SHORT && run->size * 2 <= CA_ISSUE_GROUP)
		run->size *= 2;
	else if (took > GROUP_LONG && run->size > GROUP_FIRST)
		run->size /= 2;
}

/* Settles the group that is signed, and begins another. True: it did. */
static bool
end_group(struct run *run)
{
	struct turn turn = { .reserved = CA_ERR_INTERNAL };
	bool begun = false;

	turn.group = ca_issue_line_signed(&run->line);
	resize(run);
	if (turn.group->failed < turn.group->count)
		fail(run, turn.group->err.code, &turn.group->err);
	turn.next = next_group(run);
	/* One after the other tells whose fault it is, and keeps the first. */
	if (!record_joined(run, &turn))
		record(run, &turn);
	take(&turn);
	/* The first failure is the cause; a disclosed key is worse than any. */
	if (turn.recorded == CA_ERR_TOKEN) {
		run->disclosed = true;
		run->code = CA_OK;
		ca_issue_line_stop(&run->line);
	}
	if (turn.recorded != CA_OK)
		fail(run, turn.recorded, &turn.unrecorded);
	if (turn.next != NULL)
		begun = begin_group(run, turn.next, turn.reserved,
		    &turn.unreserved);
	ca_issue_line_write(&run->line, turn.group,
	    run->ended && run->line.signing.count == 0);
	return begun;
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
	while (waiting < SIGNING_MAX && reserve_group(&run))
		waiting++;
	while (waiting > 0)
		if (!end_group(&run))
			waiting--;
	if (run.unreserved != NULL)
		ca_issue_line_write(&run.line, run.unreserved, true);
	ca_issue_line_close(&run.line);
	return run.code;
}
