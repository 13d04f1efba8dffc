/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included by each file of the copy of the sources that scripts/mutate builds.
 * Every check there asks ca_mutated() whether it is the one that is taken out:
 * COLDCA_MUTANT is its number. COLDCA_MUTANT_TRACE names a file that gets the
 * number of each check that was come to.
 */
#ifndef COLDCA_TESTS_MUTANT_H
#define COLDCA_TESTS_MUTANT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CA_MUTANTS_MAX 65536

static inline void
ca_mutant_trace(int id)
{
	static bool seen[CA_MUTANTS_MAX];
	const char *path = getenv("COLDCA_MUTANT_TRACE");
	char line[16];
	int fd, len;

	if (path == NULL || seen[id])
		return;
	seen[id] = true;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	len = snprintf(line, sizeof(line), "%d\n", id);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		abort();
	(void)close(fd);
}

static inline bool
ca_mutated(int id)
{
	static int wanted = -1;
	static bool tracing;

	if (wanted < 0) {
		const char *text = getenv("COLDCA_MUTANT");

		wanted = text != NULL ? (int)strtol(text, NULL, 10) : 0;
		tracing = getenv("COLDCA_MUTANT_TRACE") != NULL;
	}
	if (tracing)
		ca_mutant_trace(id);
	return wanted == id;
}

/*
 * Takes a row out of the table of COUNT rows of SIZE octets at TABLE, where one
 * of the numbers from FIRST on is wanted. In its place comes another row, which
 * is then there twice; a table that is ENDED by a row of its own becomes shorter.
 */
static inline void
ca_mutant_rows(void *table, size_t size, size_t count, bool ended, int first)
{
	const char *text = getenv("COLDCA_MUTANT");
	long id = text != NULL ? strtol(text, NULL, 10) - first : -1;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)table & ~(page - 1);
	char *row;

	if (id < 0 || (size_t)id >= count - ended)
		return;
	row = (char *)table + (size_t)id * size;
	if (mprotect((void *)from, (uintptr_t)table + count * size - from,
		PROT_READ | PROT_WRITE) != 0)
		abort();
	if (ended)
		memmove(row, row + size, (count - (size_t)id - 1) * size);
	else
		memcpy(row, id > 0 ? row - size : row + size, size);
}

#endif
