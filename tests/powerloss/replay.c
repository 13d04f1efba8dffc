/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: replay LOG [OPTION...]
 *
 * What the recorder has written to LOG happens again, on a disk that is only
 * thought of. The power is cut before every operation, and what the cut may
 * leave is judged. The CA directory is `ca` in the recorded one.
 *
 *  --step=N       judges every N-th, and what is left where something was
 *                 promised
 *  --random=N     so many random sets for each cut that is looked at closely: 16
 *  --ignore=WHAT  no barriers are those of journal, ledger, directory, file or
 *                 syncfs
 *  --same=DIR     in the end all must be as it is in DIR: nothing was missed
 *  --keep=DIR     every N-th that was judged stays in DIR/1, DIR/2, ...
 *  --hot=DIR      the first one whose ledger is half written, and whose journal
 *                 is to undo that, stays in DIR
 *  --whole=DIR    this directory changes in one step
 *  --filled=DIR   this one is filled file by file, as `out` is by bundles
 *  --list         shows the operations
 *  --states       judges nothing: shows what a cut at the end can leave
 *
 * Status 1: something is left that no power cut may leave.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"
#include "powerloss/cases.h"
#include "powerloss/judge.h"

#define RANDOM_CASES 16
#define COMPLAINTS_MAX 2000 /* violations that are shown */

struct replay {
	struct pl_history history;
	struct pl_judge judge;
	const char *work; /* a directory of its own */
	const char *keep;
	const char *hot;
	size_t every;
	size_t step;
	uint64_t *seen; /* hashes of what was there before, open addressing */
	size_t seen_size;
	size_t different;
	size_t judged;
	size_t kept;
	size_t violations;
};

static const char *const ignored_names[PL_IGNORED] = { "nothing", "journal",
	"ledger", "directory", "file", "syncfs" };

/* Whether HASH was there before; from here on it was. */
static bool
was_seen(struct replay *replay, uint64_t hash)
{
	size_t at;

	if (2 * (replay->different + 1) > replay->seen_size) {
		uint64_t *old = replay->seen;
		size_t size = replay->seen_size;

		replay->seen_size = size == 0 ? 1024 : 2 * size;
		replay->seen = calloc(replay->seen_size, sizeof(uint64_t));
		if (replay->seen == NULL)
			pl_die("out of memory");
		replay->different = 0;
		for (size_t i = 0; i < size; i++)
			if (old[i] != 0)
				(void)was_seen(replay, old[i]);
		free(old);
	}
	hash += hash == 0;
	for (at = hash % replay->seen_size; replay->seen[at] != 0;
	     at = (at + 1) % replay->seen_size)
		if (replay->seen[at] == hash)
			return true;
	replay->seen[at] = hash;
	replay->different++;
	return false;
}

static void
remove_tree(const char *parent, const char *name)
{
	struct ca_error err;
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || ca_tree_remove(fd, name, name, &err) != CA_OK)
		pl_die("%s/%s can not be removed", parent, name);
	(void)close(fd);
}

static void
complain(struct replay *replay, const struct pl_case *one, char *problem)
{
	const struct pl_history *history = &replay->history;

	if (replay->violations++ >= COMPLAINTS_MAX)
		return;
	for (char *at = problem; (at = strchr(at, '\n')) != NULL;)
		*at = ' ';
	(void)printf("VIOLATION: %s\n", problem);
	(void)printf("  the power was cut %s %s\n",
	    one->cut == history->count ? "at the end, after" : "before",
	    pl_op_text(history,
		one->cut == history->count ? one->cut - 1 : one->cut));
	(void)printf("  of %zu operations it left: %s\n", one->count, one->how);
	if (one->which < one->count)
		(void)printf("  which is: %s\n",
		    pl_op_text(history, one->pending[one->which]));
}

/* https://www.sqlite.org/fileformat2.html section 3: magic, count of pages */
static bool
is_hot(const struct replay *replay, const struct pl_disk *disk, size_t ca)
{
	static const uint8_t magic[] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1,
		0x63, 0xd7 };
	const struct pl_disk *initial = replay->judge.initial;
	size_t journal = pl_disk_find(disk, ca, "ledger.db-journal");
	const struct pl_node *node;

	if (journal == PL_NONE)
		return false;
	node = &disk->node[journal];
	return node->len > PL_SECTOR &&
	    memcmp(node->data, magic, sizeof(magic)) == 0 &&
	    node->data[11] != 0 &&
	    !pl_disk_same(&replay->history, disk,
		pl_disk_find(disk, ca, "ledger.db"), initial,
		pl_disk_path(initial, "ca/ledger.db"));
}

/* The case as real files, looked at. */
static void
look_at(struct replay *replay, const struct pl_case *one)
{
	const struct pl_history *history = &replay->history;
	size_t ca = pl_disk_path(one->disk, replay->judge.ca);
	char path[512], problem[512] = "";

	(void)snprintf(path, sizeof(path), "%s/ca", replay->work);
	if (ca != PL_NONE)
		pl_disk_write(history, one->disk, ca, path);
	replay->judged++;
	if (!pl_judge_disk(&replay->judge, one->disk, path, problem,
		sizeof(problem)))
		complain(replay, one, problem);
	if (ca != PL_NONE)
		remove_tree(replay->work, "ca");
	if (replay->hot != NULL && is_hot(replay, one->disk, ca)) {
		pl_disk_write(history, one->disk, 0, replay->hot);
		replay->hot = NULL;
	}
	if (replay->keep == NULL || replay->judged % replay->every != 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/%zu", replay->keep,
	    ++replay->kept);
	pl_disk_write(history, one->disk, 0, path);
}

/* What is left of all that is pending where something was just promised. */
static bool
is_plain(const struct replay *replay, const struct pl_case *one)
{
	const struct pl_op *before = &replay->history.op[one->cut - 1];

	for (size_t i = 1; i < one->count; i++)
		if (one->fate[i].kind != one->fate[0].kind)
			return false;
	return one->cut == replay->history.count || before->kind == PL_OUTPUT ||
	    before->kind == PL_MARK;
}

static bool
consider(void *arg, const struct pl_case *one)
{
	struct replay *replay = arg;
	const struct pl_promise *promise = &replay->judge.promise;
	uint64_t hash;

	pl_promise_read(&replay->judge, one->cut);
	hash = pl_disk_hash(&replay->history, one->disk);
	hash += 2654435761U *
	    (promise->paths + 64 * promise->signatures + 4096 * promise->entry +
		promise->ledger);
	if (was_seen(replay, hash))
		return true;
	if (replay->different % replay->step == 0 || one->count == 0 ||
	    is_plain(replay, one))
		look_at(replay, one);
	return true;
}

/* What the ledger of DISK says; nothing where there is none. */
static struct pl_register
read_register(const struct replay *replay, const struct pl_disk *disk)
{
	struct pl_register reg = { 0 };
	size_t ca = pl_disk_path(disk, replay->judge.ca);
	char path[512], problem[512];

	if (pl_disk_find(disk, ca, "ledger.db") == PL_NONE)
		return reg;
	(void)snprintf(path, sizeof(path), "%s/ca", replay->work);
	pl_disk_write(&replay->history, disk, ca, path);
	(void)snprintf(path, sizeof(path), "%s/ca/ledger.db", replay->work);
	if (!pl_register_read(path, &reg, problem, sizeof(problem)))
		pl_die("without a power cut: %s", problem);
	remove_tree(replay->work, "ca");
	return reg;
}

static enum pl_ignored
ignored_by_name(const char *name)
{
	for (int i = 0; i < PL_IGNORED; i++)
		if (strcmp(ignored_names[i], name) == 0)
			return (enum pl_ignored)i;
	pl_die("--ignore=%s", name);
}

struct options {
	const char *same;
	const char *whole;
	const char *filled;
	enum pl_ignored ignored;
	size_t random;
	bool list;
	bool states;
};

static struct options
read_options(int argc, char **argv, struct replay *replay)
{
	static const struct option known[] = {
		{ "step", required_argument, NULL, 's' },
		{ "ignore", required_argument, NULL, 'i' },
		{ "keep", required_argument, NULL, 'k' },
		{ "random", required_argument, NULL, 'r' },
		{ "hot", required_argument, NULL, 'h' },
		{ "every", required_argument, NULL, 'e' },
		{ "same", required_argument, NULL, 'f' },
		{ "whole", required_argument, NULL, 'w' },
		{ "filled", required_argument, NULL, 'd' },
		{ "list", no_argument, NULL, 'l' },
		{ "states", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .random = RANDOM_CASES };
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (c) {
		case 's':
			replay->step = strtoul(optarg, NULL, 10);
			break;
		case 'i':
			options.ignored = ignored_by_name(optarg);
			break;
		case 'k':
			replay->keep = optarg;
			break;
		case 'r':
			options.random = strtoul(optarg, NULL, 10);
			break;
		case 'h':
			replay->hot = optarg;
			break;
		case 'e':
			replay->every = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			options.same = optarg;
			break;
		case 'w':
			options.whole = optarg;
			break;
		case 'd':
			options.filled = optarg;
			break;
		case 'l':
			options.list = true;
			break;
		case 't':
			options.states = true;
			break;
		default:
			exit(2);
		}
	if (argc - optind != 1 || replay->step == 0 || replay->every == 0)
		pl_die("usage: replay LOG [OPTION...]");
	return options;
}

/* A state that a cut at the end can leave, on one line, where it is a new one. */
static bool
show(void *arg, const struct pl_case *one)
{
	struct replay *replay = arg;

	if (one->cut == replay->history.count &&
	    !was_seen(replay, pl_disk_hash(&replay->history, one->disk)))
		pl_disk_print(&replay->history, one->disk);
	return true;
}

static void
run(struct replay *replay, const struct options *options)
{
	struct pl_cases cases = { .history = &replay->history,
		.ignored = options->ignored,
		.random = options->random,
		.judge = options->states ? show : consider,
		.arg = replay };

	pl_cases_run(&cases);
	if (options->states)
		return;
	(void)printf(
	    "%zu operations, %zu cuts, %zu cases, %zu different, %zu judged: %zu violations\n",
	    replay->history.count - replay->history.begin, cases.cuts,
	    cases.made, replay->different, replay->judged, replay->violations);
}

static char work[] = "/dev/shm/coldca-powerloss-XXXXXX";

/* Also where pl_die() ends it, with a case in it. */
static void
remove_work(void)
{
	struct ca_error err;
	int fd;

	if (rmdir(work) == 0)
		return;
	fd = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || ca_tree_remove(fd, "ca", "ca", &err) != CA_OK ||
	    rmdir(work) < 0)
		(void)fprintf(stderr, "%s can not be removed\n", work);
	if (fd >= 0)
		(void)close(fd);
}

int
main(int argc, char **argv)
{
	struct replay replay = { .step = 1, .every = 1 };
	struct options options = read_options(argc, argv, &replay);
	struct pl_disk initial = { 0 }, final;
	bool same = true;

	replay.work = mkdtemp(work);
	if (replay.work == NULL)
		pl_die("no directory in /dev/shm");
	(void)atexit(remove_work);
	replay.history = pl_history_read(argv[optind]);
	final = pl_disk_resolve(&replay.history, &initial);
	if (options.list)
		for (size_t i = replay.history.begin; i < replay.history.count;
		     i++)
			(void)puts(pl_op_text(&replay.history, i));
	if (options.same != NULL)
		same = pl_disk_is(&replay.history, &final, 0, options.same);
	if (!same)
		(void)puts("the recorder has missed something");
	replay.judge = (struct pl_judge){ .history = &replay.history,
		.initial = &initial,
		.final = &final,
		.ca = "ca",
		.whole = options.whole,
		.filled = options.filled };
	replay.judge.first = read_register(&replay, &initial);
	replay.judge.last = read_register(&replay, &final);
	run(&replay, &options);
	pl_register_clear(&replay.judge.first);
	pl_register_clear(&replay.judge.last);
	pl_disk_clear(&initial);
	pl_disk_clear(&final);
	free(replay.seen);
	return replay.violations > 0 || !same;
}
