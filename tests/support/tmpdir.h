/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_TMPDIR_H
#define COLDCA_TESTS_TMPDIR_H

/* cmocka set-up and tear-down: *STATE is the path of a fresh directory. */
int tmpdir_setup(void **state);
int tmpdir_teardown(void **state);

/* DIR/NAME in one of eight static buffers. */
const char *tmpdir_path(const char *dir, const char *name);

/* Writes TEXT to the file at PATH, or reads it: NULL where it is not there. */
void tmpdir_write(const char *path, const char *text);
char *tmpdir_read(const char *path);

#endif
