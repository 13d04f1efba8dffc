/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one fuzz target over every file in the directory that is named. */
#include <dirent.h>
#include <stdint.h>

#include "base/file.h"
#include "fuzz/fuzz.h"

static int
replay(int dir, const char *name)
{
	struct ca_error err = { 0 };
	struct ca_bytes input = { 0 };

	if (ca_file_read_at(dir, name, name, CA_BYTES_MAX, &input, NULL,
		&err) != CA_OK) {
		(void)fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	(void)LLVMFuzzerTestOneInput(input.data, input.len);
	ca_bytes_free(&input);
	return 0;
}

int
main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	int seeds = 0, failed = 0;

	if (dir == NULL) {
		(void)fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		failed |= replay(dirfd(dir), entry->d_name);
		seeds++;
	}
	(void)closedir(dir);
	return failed != 0 || seeds == 0;
}
