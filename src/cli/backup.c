/* SPDX-License-Identifier: Apache-2.0 */
/* The stamp of the last backup: a file that `doctor` reads. */
#include "cli/backup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

#define STAMP_MAX ((size_t)256) /* bytes */
#define STAMP_TAG "coldca backup v1 "

/* "coldca backup v1 12 1793491200 HEX" and a line feed. */
static enum ca_code
parse(const char *path, const struct ca_bytes *bytes,
    struct cli_backup_stamp *ret, struct ca_error *err)
{
	char line[STAMP_MAX + 1], *end = NULL;
	const char *at = line + strlen(STAMP_TAG);
	struct cli_backup_stamp stamp;

	memcpy(line, bytes->data, bytes->len);
	line[bytes->len] = '\0';
	if (strncmp(line, STAMP_TAG, strlen(STAMP_TAG)) != 0)
		goto bad;
	stamp.entry = strtoll(at, &end, 10);
	if (end == at || *end != ' ' || stamp.entry < 1)
		goto bad;
	at = end + 1;
	stamp.time = strtoll(at, &end, 10);
	if (end == at || *end != ' ' || stamp.time < 1)
		goto bad;
	*ret = stamp;
	return CA_OK;
bad:
	return ca_fail(err, CA_ERR_INPUT,
	    "%s: not what `coldca ledger backup` writes", path);
}

enum ca_code
cli_backup_last(const char *path, struct cli_backup_stamp *ret,
    struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	char *stamp = NULL;
	enum ca_code rc;

	rc = ca_path_join(path, CLI_BACKUP_STAMP, &stamp, err);
	if (rc != CA_OK)
		return rc;
	if (access(stamp, F_OK) < 0 && errno == ENOENT) {
		*ret = (struct cli_backup_stamp){ 0 };
		goto out;
	}
	rc = ca_file_read(stamp, STAMP_MAX, &bytes, err);
	if (rc == CA_OK)
		rc = parse(stamp, &bytes, ret, err);
out:
	ca_bytes_free(&bytes);
	free(stamp);
	return rc;
}

enum ca_code
cli_backup_note(const char *path, const struct ca_head *head, int64_t now,
    struct ca_error *err)
{
	char hex[2 * CA_SHA256_SIZE + 1], line[STAMP_MAX];
	struct ca_bytes bytes = { 0 };
	struct ca_file_new file = { CLI_BACKUP_STAMP, &bytes, 0600, true,
		NULL };
	int fd = -1;
	enum ca_code rc;

	ca_hex(head->hash, CA_SHA256_SIZE, hex);
	(void)snprintf(line, sizeof(line),
	    STAMP_TAG "%" PRId64 " %" PRId64 " %s\n", head->entry, now, hex);
	rc = ca_bytes_append(&bytes, line, strlen(line), err);
	if (rc == CA_OK)
		rc = ca_dir_open(path, 0, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_write_at(fd, path, &file, 1, err);
	if (fd >= 0)
		(void)close(fd);
	ca_bytes_free(&bytes);
	return rc;
}
