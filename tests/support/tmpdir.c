/* SPDX-License-Identifier: Apache-2.0 */
#include "support/tmpdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int
tmpdir_setup(void **state)
{
	const char *base = getenv("TMPDIR");
	char *path = NULL;

	if (asprintf(&path, "%s/coldca-test-XXXXXX",
		base != NULL ? base : "/tmp") < 0)
		return -1;
	*state = path;
	return mkdtemp(path) == NULL ? -1 : 0;
}

int
tmpdir_teardown(void **state)
{
	int rc = nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return rc;
}

const char *
tmpdir_path(const char *dir, const char *name)
{
	static char paths[8][4096];
	static unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

void
tmpdir_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

char *
tmpdir_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (file == NULL)
		return NULL;
	len = getdelim(&text, &size, '\0', file);
	(void)fclose(file);
	if (len < 0) {
		free(text);
		return strdup("");
	}
	return text;
}
