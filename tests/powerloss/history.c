/* SPDX-License-Identifier: Apache-2.0 */
#include "powerloss/history.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which object an inode's number belongs to at the moment. */
struct binding {
	uint64_t inode;
	size_t object;
};

struct reading {
	struct pl_history history;
	struct binding *binding;
	size_t bindings;
	const uint8_t *at;
	size_t left;
};

void
pl_die(const char *format, ...)
{
	va_list ap;

	(void)fputs("powerloss: ", stderr);
	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(2);
}

void *
pl_allocate(void *old, size_t count, size_t size)
{
	void *memory = reallocarray(old, count == 0 ? 1 : count, size);

	if (memory == NULL)
		pl_die("out of memory");
	return memory;
}

static const uint8_t *
take(struct reading *reading, size_t len)
{
	const uint8_t *at = reading->at;

	if (len > reading->left)
		pl_die("the log ends in the middle of a record");
	reading->at += len;
	reading->left -= len;
	return at;
}

static const char *
take_name(struct reading *reading, size_t len)
{
	char *name;

	if (len == 0)
		return NULL;
	name = pl_allocate(NULL, len + 1, 1);
	memcpy(name, take(reading, len), len);
	name[len] = '\0';
	return name;
}

static size_t
find(const struct reading *reading, uint64_t inode)
{
	for (size_t i = reading->bindings; i > 0; i--)
		if (reading->binding[i - 1].inode == inode)
			return reading->binding[i - 1].object;
	return PL_NONE;
}

/* From here on INODE is OBJECT. */
static void
bind(struct reading *reading, uint64_t inode, size_t object)
{
	reading->binding = pl_allocate(reading->binding, reading->bindings + 1,
	    sizeof(struct binding));
	reading->binding[reading->bindings++] =
	    (struct binding){ inode, object };
}

static size_t
new_object(struct reading *reading, bool is_dir, const struct pl_op *op)
{
	struct pl_history *history = &reading->history;

	history->object = pl_allocate(history->object, history->objects + 1,
	    sizeof(struct pl_object));
	history->object[history->objects] = (struct pl_object){ is_dir,
		op->name == NULL ? "" : op->name, op->number };
	return history->objects++;
}

/* Fills in what OP makes; false: it is not below the root. */
static bool
make(struct reading *reading, struct pl_op *op, uint64_t inode)
{
	bool named = op->kind != PL_TMPFILE;

	if (named && op->object == PL_NONE) {
		bind(reading, inode, PL_NONE);
		return false;
	}
	op->target = new_object(reading, op->kind == PL_MKDIR, op);
	bind(reading, inode, op->target);
	return true;
}

/* Whether OP, of RECORD, concerns what is below the root. */
static bool
belongs(struct reading *reading, struct pl_op *op,
    const struct pl_record *record)
{
	bool here = op->object != PL_NONE;

	switch (op->kind) {
	case PL_CREATE:
	case PL_MKDIR:
	case PL_TMPFILE:
		return make(reading, op, record->target);
	case PL_LINK:
		op->target = find(reading, record->target);
		if (here && op->target == PL_NONE)
			pl_die("%s is a link from elsewhere", op->name);
		return here;
	case PL_RENAME:
	case PL_EXCHANGE:
		if (here != (op->other != PL_NONE))
			pl_die("%s leaves or enters the root", op->name);
		return here;
	case PL_UNSEEN:
		if (here)
			pl_die("%s has changed %s, which is not recorded",
			    op->name, reading->history.object[op->object].name);
		return false;
	case PL_BEGIN:
	case PL_SYNC_ALL:
	case PL_OUTPUT:
	case PL_MARK:
		return true;
	case PL_UNLINK:
	case PL_WRITE:
	case PL_TRUNCATE:
	case PL_CHMOD:
	case PL_SYNC:
	case PL_DATASYNC:
		return here;
	case PL_ROOT:
	case PL_KINDS:
	default:
		pl_die("a record of kind %d", (int)op->kind);
	}
}

static void
read_record(struct reading *reading)
{
	struct pl_history *history = &reading->history;
	struct pl_record record;
	struct pl_op op = { .target = PL_NONE };

	memcpy(&record, take(reading, sizeof(record)), sizeof(record));
	op.kind = (enum pl_kind)record.kind;
	op.number = record.number;
	op.name = take_name(reading, record.name_len);
	op.name2 = take_name(reading, record.name2_len);
	op.data = take(reading, record.data_len);
	op.len = record.data_len;
	if (op.kind == PL_ROOT) {
		history->root = op.name;
		bind(reading, record.object, new_object(reading, true, &op));
		return;
	}
	op.object = find(reading, record.object);
	op.other = find(reading, record.other);
	if (!belongs(reading, &op, &record))
		return;
	history->op =
	    pl_allocate(history->op, history->count + 1, sizeof(struct pl_op));
	history->op[history->count++] = op;
	if (op.kind == PL_BEGIN)
		history->begin = history->count;
}

struct pl_history
pl_history_read(const char *path)
{
	struct reading reading = { .left = 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *file;

	if (fd < 0 || fstat(fd, &st) < 0)
		pl_die("%s can not be read", path);
	file = pl_allocate(NULL, (size_t)st.st_size, 1);
	if (read(fd, file, (size_t)st.st_size) != st.st_size)
		pl_die("%s can not be read", path);
	(void)close(fd);
	reading.at = file;
	reading.left = (size_t)st.st_size;
	while (reading.left > 0)
		read_record(&reading);
	if (reading.history.root == NULL || reading.history.begin == 0)
		pl_die("%s: no beginning", path);
	free(reading.binding);
	return reading.history;
}

bool
pl_is_barrier(const struct pl_op *op)
{
	return op->kind == PL_SYNC || op->kind == PL_DATASYNC ||
	    op->kind == PL_SYNC_ALL;
}

const char *
pl_op_text(const struct pl_history *history, size_t index)
{
	static const char *const verbs[PL_KINDS] = {
		[PL_BEGIN] = "begin",
		[PL_CREATE] = "create",
		[PL_MKDIR] = "mkdir",
		[PL_TMPFILE] = "tmpfile",
		[PL_LINK] = "link",
		[PL_UNLINK] = "unlink",
		[PL_RENAME] = "rename",
		[PL_EXCHANGE] = "exchange",
		[PL_WRITE] = "write",
		[PL_TRUNCATE] = "truncate",
		[PL_CHMOD] = "chmod",
		[PL_SYNC] = "fsync",
		[PL_DATASYNC] = "fdatasync",
		[PL_SYNC_ALL] = "syncfs",
		[PL_OUTPUT] = "print",
		[PL_MARK] = "mark",
	};
	static char text[512];
	const struct pl_op *op = &history->op[index];
	const char *object =
	    op->object == PL_NONE ? "-" : history->object[op->object].name;

	if (op->kind == PL_OUTPUT)
		(void)snprintf(text, sizeof(text), "%zu print %.*s", index,
		    (int)op->len, (const char *)op->data);
	else
		(void)snprintf(text, sizeof(text),
		    "%zu %s %s/%s %s %" PRIu64 " %zu", index, verbs[op->kind],
		    object[0] == '\0' ? "." : object,
		    op->name == NULL ? "" : op->name,
		    op->name2 == NULL ? "" : op->name2, op->number, op->len);
	text[strcspn(text, "\n")] = '\0';
	return text;
}
