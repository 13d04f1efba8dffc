/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that is only thought of, as real files. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "powerloss/disk.h"

static void
write_file(int dir, const char *name, const struct pl_node *node)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, (mode_t)node->mode) < 0 ||
	    (node->len > 0 &&
		write(fd, node->data, node->len) != (ssize_t)node->len))
		pl_die("%s can not be written", name);
	(void)close(fd);
}

/* Into the directory FD, which is closed. */
static void
write_below(const struct pl_history *history, const struct pl_disk *disk,
    size_t object, int fd)
{
	const struct pl_node *node = &disk->node[object];

	for (size_t i = 0; i < node->entries; i++) {
		const char *name = node->entry[i].name;
		size_t below = node->entry[i].object;
		int next;

		if (!history->object[below].is_dir) {
			write_file(fd, name, &disk->node[below]);
			continue;
		}
		if (mkdirat(fd, name, 0700) < 0)
			pl_die("%s can not be made", name);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (next < 0)
			pl_die("%s can not be opened", name);
		write_below(history, disk, below, next);
	}
	if (fchmod(fd, (mode_t)node->mode) < 0)
		pl_die("a mode can not be set");
	(void)close(fd);
}

void
pl_disk_write(const struct pl_history *history, const struct pl_disk *disk,
    size_t object, const char *path)
{
	int fd = -1;

	if (mkdir(path, 0700) == 0)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		pl_die("%s can not be made", path);
	write_below(history, disk, object, fd);
}

static bool
differs(const char *path, const char *how)
{
	(void)printf("%s: %s\n", path, how);
	return false;
}

static bool
is_file(const char *path, const struct pl_node *node, size_t len)
{
	char *data = pl_allocate(NULL, len, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 && len == node->len &&
	    read(fd, data, len) == (ssize_t)len &&
	    (len == 0 || memcmp(data, node->data, len) == 0);

	(void)close(fd);
	free(data);
	return same || differs(path, "has other octets");
}

static size_t
count_names(const char *path)
{
	DIR *stream = opendir(path);
	size_t count = 0;

	if (stream == NULL)
		pl_die("%s can not be read", path);
	while (readdir(stream) != NULL)
		count++;
	(void)closedir(stream);
	return count - 2; /* . and .. */
}

bool
pl_disk_is(const struct pl_history *history, const struct pl_disk *disk,
    size_t object, const char *path)
{
	const struct pl_node *node = &disk->node[object];
	bool same = true;
	struct stat st;

	if (lstat(path, &st) < 0)
		return differs(path, "is not there");
	if ((st.st_mode & 07777) != node->mode)
		same = differs(path, "has another mode");
	if (!history->object[object].is_dir)
		return is_file(path, node, (size_t)st.st_size) && same;
	if (count_names(path) != node->entries)
		same = differs(path, "has other files in it");
	for (size_t i = 0; i < node->entries; i++) {
		size_t len = strlen(path) + strlen(node->entry[i].name) + 2;
		char *below = pl_allocate(NULL, len, 1);

		(void)snprintf(below, len, "%s/%s", path, node->entry[i].name);
		if (!pl_disk_is(history, disk, node->entry[i].object, below))
			same = false;
		free(below);
	}
	return same;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct pl_entry *)a)->name,
	    ((const struct pl_entry *)b)->name);
}

static void
print_below(const struct pl_history *history, const struct pl_disk *disk,
    size_t object, const char *path)
{
	const struct pl_node *node = &disk->node[object];
	struct pl_entry *entry =
	    pl_allocate(NULL, node->entries, sizeof(struct pl_entry));

	for (size_t i = 0; i < node->entries; i++)
		entry[i] = node->entry[i];
	qsort(entry, node->entries, sizeof(struct pl_entry), compare);
	for (size_t i = 0; i < node->entries; i++) {
		const struct pl_node *below = &disk->node[entry[i].object];
		bool is_dir = history->object[entry[i].object].is_dir;
		char name[512];

		(void)snprintf(name, sizeof(name), "%s%s%s", path,
		    entry[i].name, is_dir ? "/" : "");
		if (is_dir) {
			(void)printf(" %s", name);
			print_below(history, disk, entry[i].object, name);
			continue;
		}
		(void)printf(" %s=", name);
		for (size_t k = 0; k < below->len; k++)
			(void)putchar(
			    below->data[k] == 0 ? '.' : below->data[k]);
	}
	free(entry);
}

void
pl_disk_print(const struct pl_history *history, const struct pl_disk *disk)
{
	(void)putchar(':');
	print_below(history, disk, 0, "");
	(void)putchar('\n');
}
