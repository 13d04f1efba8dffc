/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cut of the power, and for each what it may have left. A barrier has on
 * disk what its manual page says: fsync() of a file its octets and mode,
 * fdatasync() its octets; of a directory the names in it, and a name that has
 * come from another directory is where it is; syncfs() all. Every other
 * operation since may be on disk or not, whatever came before or after it.
 */
#include "powerloss/cases.h"

#include <stdlib.h>
#include <string.h>

#define SEED UINT64_C(0x9e3779b97f4a7c15)

struct run {
	struct pl_cases *cases;
	struct pl_disk settled; /* what is on disk of the first operations */
	size_t settled_to;      /* so many of them, all on disk */
	bool *durable;          /* for each operation */
	size_t *pending;
	struct pl_fate *fate;
	size_t count;
	uint64_t random;
	size_t cut;
	bool stopped;
};

/* xorshift64*: the same numbers in every run. */
static uint32_t
next_random(struct run *run)
{
	run->random ^= run->random >> 12;
	run->random ^= run->random << 25;
	run->random ^= run->random >> 27;
	return (uint32_t)((run->random * UINT64_C(2685821657736338717)) >> 32);
}

static bool
is_ignored(const struct pl_cases *cases, const struct pl_op *op)
{
	const struct pl_object *object;
	enum pl_ignored kind = PL_IGNORE_FILE;
	size_t len;

	if (cases->ignored == PL_IGNORE_NOTHING)
		return false;
	if (op->kind == PL_SYNC_ALL)
		return cases->ignored >= PL_IGNORE_DIRECTORY;
	object = &cases->history->object[op->object];
	len = strlen(object->name);
	if (object->is_dir)
		kind = PL_IGNORE_DIRECTORY;
	else if (len > 8 && strcmp(object->name + len - 8, "-journal") == 0)
		kind = PL_IGNORE_JOURNAL;
	else if (strcmp(object->name, "ledger.db") == 0)
		kind = PL_IGNORE_LEDGER;
	return cases->ignored == kind;
}

/* Whether BARRIER has OP on disk, which came before it. */
static bool
covers(const struct pl_op *barrier, const struct pl_op *op)
{
	if (barrier->kind == PL_SYNC_ALL)
		return true;
	switch (op->kind) {
	case PL_RENAME:
		return barrier->object == op->other;
	case PL_CHMOD:
		return barrier->object == op->object &&
		    barrier->kind == PL_SYNC;
	case PL_CREATE:
	case PL_MKDIR:
	case PL_LINK:
	case PL_UNLINK:
	case PL_EXCHANGE:
	case PL_WRITE:
	case PL_TRUNCATE:
		return barrier->object == op->object;
	case PL_ROOT:
	case PL_BEGIN:
	case PL_TMPFILE:
	case PL_SYNC:
	case PL_DATASYNC:
	case PL_SYNC_ALL:
	case PL_OUTPUT:
	case PL_MARK:
	case PL_UNSEEN:
	case PL_KINDS:
	default:
		return false;
	}
}

static bool
changes(const struct pl_op *op)
{
	return !pl_is_barrier(op) && op->kind != PL_OUTPUT &&
	    op->kind != PL_MARK && op->kind != PL_TMPFILE;
}

/* The disk with what the fates say, judged. */
static void
judge(struct run *run, const char *how, size_t which)
{
	const struct pl_fate whole = { .kind = PL_WHOLE };
	struct pl_cases *cases = run->cases;
	struct pl_disk disk;
	size_t next = 0;

	if (run->stopped)
		return;
	disk = pl_disk_copy(&run->settled);
	for (size_t i = run->settled_to; i < run->cut; i++) {
		bool pending = next < run->count && run->pending[next] == i;

		pl_disk_apply(&disk, &cases->history->op[i],
		    pending ? run->fate[next] : whole);
		next += pending;
	}
	cases->made++;
	run->stopped = !cases->judge(cases->arg,
	    &(struct pl_case){ .cut = run->cut,
		.how = how,
		.which = which,
		.pending = run->pending,
		.fate = run->fate,
		.count = run->count,
		.disk = &disk });
	pl_disk_clear(&disk);
}

/* Gives KIND to the pending operations from FROM up to, without it, TO. */
static void
set_fates(struct run *run, size_t from, size_t to, enum pl_fate_kind kind)
{
	for (size_t i = from; i < to; i++)
		run->fate[i] = (struct pl_fate){ .kind = kind };
}

static void
judge_ends(struct run *run)
{
	set_fates(run, 0, run->count, PL_LOST);
	judge(run, "nothing", 0);
	set_fates(run, 0, run->count, PL_WHOLE);
	judge(run, "everything", 0);
}

/* Each of them alone, all but each, and the last ones. */
static void
judge_sets(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		set_fates(run, 0, run->count, PL_LOST);
		set_fates(run, i, i + 1, PL_WHOLE);
		judge(run, "one alone", i);
		set_fates(run, 0, run->count, PL_WHOLE);
		set_fates(run, i, i + 1, PL_LOST);
		judge(run, "all but one", i);
		set_fates(run, 0, i, PL_LOST);
		set_fates(run, i, run->count, PL_WHOLE);
		judge(run, "the last ones, from one on", i);
	}
}

/* A part of each write, with everything else and with nothing else. */
static void
judge_parts(struct run *run)
{
	static const enum pl_fate_kind kinds[] = { PL_PREFIX, PL_ZEROS,
		PL_TORN };

	for (size_t i = 0; i < run->count; i++) {
		if (run->cases->history->op[run->pending[i]].kind != PL_WRITE)
			continue;
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			set_fates(run, 0, run->count, PL_WHOLE);
			run->fate[i] =
			    (struct pl_fate){ kinds[k], next_random(run) };
			judge(run, "a part of one", i);
		}
		set_fates(run, 0, run->count, PL_LOST);
		run->fate[i] = (struct pl_fate){ PL_TORN, next_random(run) };
		judge(run, "a part of one alone", i);
	}
}

static void
judge_random(struct run *run)
{
	for (size_t n = 0; n < run->cases->random && run->count > 1; n++) {
		for (size_t i = 0; i < run->count; i++) {
			uint32_t which = next_random(run) % (2 * PL_FATES);

			run->fate[i] =
			    (struct pl_fate){ .kind = which < PL_FATES
					? (enum pl_fate_kind)which
					: which % 2 == 0 ? PL_LOST
							 : PL_WHOLE,
				    .seed = next_random(run) };
		}
		judge(run, "some", n);
	}
}

/* Whether a cut before operation AT leaves more than the next ones will. */
static bool
is_close(const struct pl_history *history, size_t at)
{
	const struct pl_op *before = &history->op[at - 1];

	return at == history->count || pl_is_barrier(&history->op[at]) ||
	    before->kind == PL_OUTPUT || before->kind == PL_MARK;
}

/* What is pending at the cut, and what is settled for good. */
static void
look(struct run *run)
{
	const struct pl_fate whole = { .kind = PL_WHOLE };
	const struct pl_op *op = run->cases->history->op;

	while (run->settled_to < run->cut && run->durable[run->settled_to])
		pl_disk_apply(&run->settled, &op[run->settled_to++], whole);
	run->count = 0;
	for (size_t i = run->settled_to; i < run->cut; i++)
		if (!run->durable[i])
			run->pending[run->count++] = i;
}

/* Operation AT has happened. */
static void
happen(struct run *run, size_t at)
{
	const struct pl_op *op = run->cases->history->op;

	run->durable[at] = at < run->cases->history->begin || !changes(&op[at]);
	if (!pl_is_barrier(&op[at]) || is_ignored(run->cases, &op[at]))
		return;
	for (size_t i = run->settled_to; i < at; i++)
		if (covers(&op[at], &op[i]))
			run->durable[i] = true;
}

void
pl_cases_run(struct pl_cases *cases)
{
	const struct pl_history *history = cases->history;
	struct run run = { .cases = cases, .random = SEED };

	run.settled = pl_disk_new(history);
	run.durable = pl_allocate(NULL, history->count, sizeof(bool));
	run.pending = pl_allocate(NULL, history->count, sizeof(size_t));
	run.fate = pl_allocate(NULL, history->count, sizeof(struct pl_fate));
	for (size_t at = 0; at <= history->count && !run.stopped; at++) {
		run.cut = at;
		if (at > 0)
			happen(&run, at - 1);
		if (at < history->begin)
			continue;
		look(&run);
		cases->cuts++;
		judge_ends(&run);
		if (!is_close(history, at))
			continue;
		judge_sets(&run);
		judge_parts(&run);
		judge_random(&run);
	}
	pl_disk_clear(&run.settled);
	free(run.durable);
	free(run.pending);
	free(run.fate);
}
