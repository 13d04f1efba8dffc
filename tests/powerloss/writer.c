/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: writer WORD...
 *
 * Does in the current directory what the words say, one after the other, with
 * the calls that the recorder stands before: what it and the model make of them
 * is then held against what is known. A word is a call and its arguments,
 * separated by commas: "write,FILE,TEXT".
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct words {
	const char *word[4]; /* the call, and its arguments */
};

static int
open_it(const char *name, int flags)
{
	int fd = openat(AT_FDCWD, name, flags | O_CLOEXEC, 0600);

	if (fd < 0) {
		perror(name);
		exit(2);
	}
	return fd;
}

static bool
do_create(const struct words *w)
{
	return close(open_it(w->word[1], O_WRONLY | O_CREAT | O_EXCL)) == 0;
}

static bool
do_write(const struct words *w)
{
	int fd = open_it(w->word[1], O_WRONLY | O_APPEND);
	size_t len = strlen(w->word[2]);

	return write(fd, w->word[2], len) == (ssize_t)len && close(fd) == 0;
}

/* At offset 1, so that the first octet stays. */
static bool
do_pwrite(const struct words *w)
{
	int fd = open_it(w->word[1], O_WRONLY);
	size_t len = strlen(w->word[2]);

	return pwrite(fd, w->word[2], len, 1) == (ssize_t)len && close(fd) == 0;
}

static bool
do_writev(const struct words *w)
{
	char a[] = "(", b[] = ")", text[64];
	struct iovec parts[] = { { a, 1 }, { text, strlen(w->word[2]) },
		{ b, 1 } };
	ssize_t len = (ssize_t)parts[1].iov_len + 2;
	int fd = open_it(w->word[1], O_WRONLY);

	(void)snprintf(text, sizeof(text), "%s", w->word[2]);
	return writev(fd, parts, 3) == len &&
	    pwritev(fd, parts, 3, len) == len && close(fd) == 0;
}

static bool
do_truncate(const struct words *w)
{
	int fd = open_it(w->word[1], O_WRONLY);

	return ftruncate(fd, strtol(w->word[2], NULL, 10)) == 0 &&
	    close(fd) == 0;
}

static bool
do_empty(const struct words *w)
{
	return close(open_it(w->word[1], O_WRONLY | O_TRUNC)) == 0;
}

static bool
do_allocate(const struct words *w)
{
	int fd = open_it(w->word[1], O_WRONLY);
	long len = strtol(w->word[2], NULL, 10);

	return fallocate(fd, 0, 0, len) == 0 &&
	    fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 2 * len) == 0 &&
	    posix_fallocate(fd, len, 1) == 0 && close(fd) == 0;
}

static bool
do_chmod(const struct words *w)
{
	int fd = open_it(w->word[1], O_WRONLY);

	return fchmod(fd, 0640) == 0 && chmod(w->word[1], 0644) == 0 &&
	    close(fd) == 0;
}

static bool
do_mkdir(const struct words *w)
{
	return mkdir(w->word[1], 0755) == 0;
}

static bool
do_rmdir(const struct words *w)
{
	return rmdir(w->word[1]) == 0;
}

static bool
do_unlink(const struct words *w)
{
	return unlink(w->word[1]) == 0;
}

static bool
do_rename(const struct words *w)
{
	return rename(w->word[1], w->word[2]) == 0;
}

static bool
do_exchange(const struct words *w)
{
	return renameat2(AT_FDCWD, w->word[1], AT_FDCWD, w->word[2],
		   RENAME_EXCHANGE) == 0;
}

static bool
do_link(const struct words *w)
{
	return link(w->word[1], w->word[2]) == 0;
}

/* A file that gets its name when it is complete. */
static bool
do_tmpfile(const struct words *w)
{
	int fd = open_it(".", O_WRONLY | O_TMPFILE);
	size_t len = strlen(w->word[2]);
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return write(fd, w->word[2], len) == (ssize_t)len && fsync(fd) == 0 &&
	    linkat(AT_FDCWD, path, AT_FDCWD, w->word[1], AT_SYMLINK_FOLLOW) ==
	    0 &&
	    close(fd) == 0;
}

static bool
do_fsync(const struct words *w)
{
	int fd = open_it(w->word[1], O_RDONLY);

	return fsync(fd) == 0 && close(fd) == 0;
}

static bool
do_fdatasync(const struct words *w)
{
	int fd = open_it(w->word[1], O_RDONLY);

	return fdatasync(fd) == 0 && close(fd) == 0;
}

static bool
do_syncfs(const struct words *w)
{
	int fd = open_it(w->word[1], O_RDONLY);

	return syncfs(fd) == 0 && close(fd) == 0;
}

static bool
do_range(const struct words *w)
{
	int fd = open_it(w->word[1], O_WRONLY);

	return sync_file_range(fd, 0, 0,
		   SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER) == 0 &&
	    close(fd) == 0;
}

static bool
do_map(const struct words *w)
{
	int fd = open_it(w->word[1], O_RDWR);

	return mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) !=
	    MAP_FAILED;
}

static bool
do_symlink(const struct words *w)
{
	return symlinkat(w->word[1], AT_FDCWD, w->word[2]) == 0;
}

static const struct {
	const char *name;
	bool (*run)(const struct words *w);
} calls[] = {
	{ "create", do_create },
	{ "write", do_write },
	{ "pwrite", do_pwrite },
	{ "writev", do_writev },
	{ "truncate", do_truncate },
	{ "empty", do_empty },
	{ "allocate", do_allocate },
	{ "chmod", do_chmod },
	{ "mkdir", do_mkdir },
	{ "rmdir", do_rmdir },
	{ "unlink", do_unlink },
	{ "rename", do_rename },
	{ "exchange", do_exchange },
	{ "link", do_link },
	{ "tmpfile", do_tmpfile },
	{ "fsync", do_fsync },
	{ "fdatasync", do_fdatasync },
	{ "syncfs", do_syncfs },
	{ "range", do_range },
	{ "map", do_map },
	{ "symlink", do_symlink },
};

static bool
run(char *text)
{
	struct words w = { { "", "", "", "" } };
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(text, ",", &rest); word != NULL && count < 4;
	     word = strtok_r(NULL, ",", &rest))
		w.word[count++] = word;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, w.word[0]) == 0)
			return calls[i].run(&w);
	return false;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!run(argv[i])) {
			perror(argv[i]);
			return 2;
		}
	return 0;
}
