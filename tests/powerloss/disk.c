/* SPDX-License-Identifier: Apache-2.0 */
#include "powerloss/disk.h"

#include <stdlib.h>
#include <string.h>

#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

struct pl_disk
pl_disk_new(const struct pl_history *history)
{
	struct pl_disk disk = { .count = history->objects };

	disk.node = pl_allocate(NULL, disk.count, sizeof(struct pl_node));
	for (size_t i = 0; i < disk.count; i++)
		disk.node[i] =
		    (struct pl_node){ .mode = history->object[i].mode };
	return disk;
}

struct pl_disk
pl_disk_copy(const struct pl_disk *from)
{
	struct pl_disk disk = { .count = from->count };

	disk.node = pl_allocate(NULL, disk.count, sizeof(struct pl_node));
	for (size_t i = 0; i < disk.count; i++) {
		struct pl_node *node = &disk.node[i];

		*node = from->node[i];
		if (node->data != NULL) {
			node->data = pl_allocate(NULL, node->len, 1);
			memcpy(node->data, from->node[i].data, node->len);
		}
		if (node->entry != NULL) {
			node->entry = pl_allocate(NULL, node->entries,
			    sizeof(struct pl_entry));
			memcpy(node->entry, from->node[i].entry,
			    node->entries * sizeof(struct pl_entry));
		}
	}
	return disk;
}

void
pl_disk_clear(struct pl_disk *disk)
{
	for (size_t i = 0; i < disk->count; i++) {
		free(disk->node[i].data);
		free(disk->node[i].entry);
	}
	free(disk->node);
	*disk = (struct pl_disk){ 0 };
}

size_t
pl_disk_find(const struct pl_disk *disk, size_t dir, const char *name)
{
	const struct pl_node *node;

	if (dir == PL_NONE)
		return PL_NONE;
	node = &disk->node[dir];
	for (size_t i = 0; i < node->entries; i++)
		if (strcmp(node->entry[i].name, name) == 0)
			return node->entry[i].object;
	return PL_NONE;
}

size_t
pl_disk_path(const struct pl_disk *disk, const char *path)
{
	char *copy = pl_allocate(NULL, strlen(path) + 1, 1), *rest = NULL;
	size_t object = 0;

	memcpy(copy, path, strlen(path) + 1);
	for (char *name = strtok_r(copy, "/", &rest); name != NULL;
	     name = strtok_r(NULL, "/", &rest))
		object = pl_disk_find(disk, object, name);
	free(copy);
	return object;
}

/* NAME in DIR is OBJECT from here on; PL_NONE: is nothing. */
static void
put(struct pl_disk *disk, size_t dir, const char *name, size_t object)
{
	struct pl_node *node = &disk->node[dir];
	size_t at = 0;

	while (at < node->entries && strcmp(node->entry[at].name, name) != 0)
		at++;
	if (object == PL_NONE && at < node->entries) {
		node->entry[at] = node->entry[--node->entries];
	} else if (object != PL_NONE) {
		if (at == node->entries)
			node->entry = pl_allocate(node->entry, ++node->entries,
			    sizeof(struct pl_entry));
		node->entry[at] = (struct pl_entry){ name, object };
	}
}

static void
set_length(struct pl_node *node, size_t len)
{
	node->data = pl_allocate(node->data, len, 1);
	if (len > node->len)
		memset(node->data + node->len, 0, len - node->len);
	node->len = len;
}

/* Whether sector NUMBER of COUNT got to the disk. */
static bool
has_sector(struct pl_fate fate, size_t number, size_t count)
{
	switch (fate.kind) {
	case PL_WHOLE:
		return true;
	case PL_PREFIX:
		return number < fate.seed % count;
	case PL_TORN:
		return (fate.seed >> number % 32 & 1) != 0;
	case PL_LOST:
	case PL_ZEROS:
	case PL_FATES:
	default:
		return false;
	}
}

/* Sectors are those of the file, whatever offset the write begins at. */
static void
write_sectors(struct pl_node *node, const struct pl_op *op, struct pl_fate fate)
{
	size_t end = op->number + op->len, first = op->number / PL_SECTOR;
	size_t count = (end + PL_SECTOR - 1) / PL_SECTOR - first;

	if (fate.kind != PL_PREFIX && end > node->len)
		set_length(node, end);
	for (size_t i = 0; i < count; i++) {
		size_t from = (first + i) * PL_SECTOR;
		size_t to = from + PL_SECTOR < end ? from + PL_SECTOR : end;

		if (from < op->number)
			from = op->number;
		if (!has_sector(fate, i, count))
			continue;
		if (to > node->len)
			set_length(node, to);
		memcpy(node->data + from, op->data + (from - op->number),
		    to - from);
	}
}

void
pl_disk_apply(struct pl_disk *disk, const struct pl_op *op, struct pl_fate fate)
{
	if (fate.kind == PL_LOST)
		return;
	switch (op->kind) {
	case PL_CREATE:
	case PL_MKDIR:
	case PL_LINK:
		put(disk, op->object, op->name, op->target);
		break;
	case PL_UNLINK:
		put(disk, op->object, op->name, PL_NONE);
		break;
	case PL_RENAME:
		put(disk, op->object, op->name, PL_NONE);
		put(disk, op->other, op->name2, op->target);
		break;
	case PL_EXCHANGE:
		put(disk, op->object, op->name, op->target2);
		put(disk, op->other, op->name2, op->target);
		break;
	case PL_WRITE:
		write_sectors(&disk->node[op->object], op, fate);
		break;
	case PL_TRUNCATE:
		set_length(&disk->node[op->object], op->number);
		break;
	case PL_CHMOD:
		disk->node[op->object].mode = op->number;
		break;
	case PL_TMPFILE:
	case PL_ROOT:
	case PL_BEGIN:
	case PL_SYNC:
	case PL_DATASYNC:
	case PL_SYNC_ALL:
	case PL_OUTPUT:
	case PL_MARK:
	case PL_UNSEEN:
	case PL_KINDS:
	default:
		break;
	}
}

/*
 * A name says what it was when the call was made: where an operation before it
 * is lost, nobody else could tell.
 */
struct pl_disk
pl_disk_resolve(struct pl_history *history, struct pl_disk *ret_initial)
{
	const struct pl_fate whole = { .kind = PL_WHOLE };
	struct pl_disk disk = pl_disk_new(history);

	for (size_t i = 0; i < history->count; i++) {
		struct pl_op *op = &history->op[i];

		if (i == history->begin)
			*ret_initial = pl_disk_copy(&disk);
		if (op->kind == PL_RENAME || op->kind == PL_EXCHANGE) {
			op->target = pl_disk_find(&disk, op->object, op->name);
			op->target2 = pl_disk_find(&disk, op->other, op->name2);
			if (op->target == PL_NONE ||
			    (op->kind == PL_EXCHANGE && op->target2 == PL_NONE))
				pl_die("nobody has made %s or %s", op->name,
				    op->name2);
		}
		pl_disk_apply(&disk, op, whole);
	}
	if (history->begin == history->count)
		*ret_initial = pl_disk_copy(&disk);
	return disk;
}

bool
pl_is_hidden(const char *name)
{
	return strncmp(name, ".coldca-", 8) == 0;
}

static size_t
count_visible(const struct pl_node *node)
{
	size_t count = 0;

	for (size_t i = 0; i < node->entries; i++)
		count += !pl_is_hidden(node->entry[i].name);
	return count;
}

bool
pl_disk_same(const struct pl_history *history, const struct pl_disk *a,
    size_t a_object, const struct pl_disk *b, size_t b_object)
{
	const struct pl_node *one, *two;

	if (a_object == PL_NONE || b_object == PL_NONE)
		return a_object == b_object;
	one = &a->node[a_object];
	two = &b->node[b_object];
	if (history->object[a_object].is_dir !=
		history->object[b_object].is_dir ||
	    one->mode != two->mode || one->len != two->len ||
	    count_visible(one) != count_visible(two) ||
	    (one->len > 0 && memcmp(one->data, two->data, one->len) != 0))
		return false;
	for (size_t i = 0; i < one->entries; i++) {
		const char *name = one->entry[i].name;
		size_t other = pl_disk_find(b, b_object, name);

		if (!pl_is_hidden(name) &&
		    (other == PL_NONE ||
			!pl_disk_same(history, a, one->entry[i].object, b,
			    other)))
			return false;
	}
	return true;
}

static uint64_t
hash_octets(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t word = 0;

	for (; len >= sizeof(word); at += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * FNV_PRIME;
		hash ^= hash >> 32;
	}
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * FNV_PRIME;
	return hash;
}

/* Entries in any order: their hashes are added. */
static uint64_t
hash_object(const struct pl_history *history, const struct pl_disk *disk,
    size_t object)
{
	const struct pl_node *node = &disk->node[object];
	uint64_t hash = FNV_OFFSET;

	hash = hash_octets(hash, &node->mode, sizeof(node->mode));
	hash = hash_octets(hash, &node->len, sizeof(node->len));
	if (node->len > 0)
		hash = hash_octets(hash, node->data, node->len);
	for (size_t i = 0; i < node->entries; i++) {
		const char *name = node->entry[i].name;
		uint64_t below =
		    hash_object(history, disk, node->entry[i].object);

		hash += hash_octets(below, name, strlen(name) + 1);
	}
	return hash;
}

uint64_t
pl_disk_hash(const struct pl_history *history, const struct pl_disk *disk)
{
	return hash_object(history, disk, 0);
}
