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
#include <stdio.h>
#include <stdlib.h>
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

#endif
