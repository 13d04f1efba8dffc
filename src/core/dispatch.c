/* SPDX-License-Identifier: Apache-2.0 */
/* From the outbox to a stick. */
#include "core/dispatch_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

size_t
ca_dispatch_folder(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

/* How many files from AT on are in the same folder. */
static size_t
group_size(const struct ca_stick *files, size_t at)
{
	const char *first = files->item[at].path;
	size_t folder = ca_dispatch_folder(first), count = 1;

	while (folder > 0 && at + count < files->count &&
	    ca_dispatch_folder(files->item[at + count].path) == folder &&
	    strncmp(files->item[at + count].path, first, folder) == 0)
		count++;
	return count;
}

static enum ca_code
write_all(const struct ca_dispatch *dispatch, const struct ca_stick *files,
    struct ca_dispatched *dispatched, struct ca_error *err)
{
	int fd = -1;
	enum ca_code rc = ca_dir_open(dispatch->stick, 0, &fd, err);

	if (rc != CA_OK)
		return rc;
	/* What a run before left half written when its stick was pulled. */
	(void)ca_dir_tidy(dispatch->stick, ".crt");
	dispatched->item = calloc(files->count + 1, sizeof(*dispatched->item));
	if (dispatched->item == NULL)
		rc = ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < files->count;) {
		size_t count = group_size(files, i);

		rc = ca_dispatch_write(fd, dispatch->stick, &files->item[i],
		    count, &dispatched->item[dispatched->count], err);
		dispatched->count += rc == CA_OK;
		i += count;
	}
	(void)close(fd);
	return rc;
}

enum ca_code
ca_dispatch_read(const struct ca_dispatch *dispatch, struct ca_stick *ret,
    struct ca_error *err)
{
	const struct ca_stick_limits limits = { CA_DISPATCH_NAMES_MAX,
		CA_DISPATCH_FILE_MAX, CA_DISPATCH_BYTES_MAX };
	struct ca_stick files = { 0 };
	enum ca_code rc;

	rc = ca_stick_read(dispatch->from, &limits, &files, err);
	if (rc == CA_OK && files.count == 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: there is nothing in it",
		    dispatch->from);
	if (rc == CA_OK)
		rc = ca_dispatch_judge(dispatch, &files, err);
	if (rc == CA_OK)
		*ret = files;
	else
		ca_stick_clear(&files);
	return rc;
}

enum ca_code
ca_dispatch(const struct ca_dispatch *dispatch, struct ca_dispatched *ret,
    struct ca_error *err)
{
	struct ca_dispatched dispatched = { .count = 0 };
	struct ca_stick files = { 0 };
	enum ca_code rc = ca_dispatch_read(dispatch, &files, err);

	if (rc == CA_OK)
		rc = write_all(dispatch, &files, &dispatched, err);
	if (rc == CA_OK) {
		*ret = dispatched;
		dispatched = (struct ca_dispatched){ .count = 0 };
	}
	ca_dispatched_clear(&dispatched);
	ca_stick_clear(&files);
	return rc;
}

void
ca_dispatched_clear(struct ca_dispatched *dispatched)
{
	for (size_t i = 0; i < dispatched->count; i++)
		free(dispatched->item[i].name);
	free(dispatched->item);
	*dispatched = (struct ca_dispatched){ .count = 0 };
}
