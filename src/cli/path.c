/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum ca_code
cli_path_split(const char *path, char **ret_dir, const char **ret_name,
    struct ca_error *err)
{
	const char *slash = strrchr(path, '/');
	enum ca_code rc;

	if (slash == NULL)
		rc = ca_text_format(ret_dir, err, ".");
	else
		rc = ca_text_format(ret_dir, err, "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	if (rc == CA_OK)
		*ret_name = slash != NULL ? slash + 1 : path;
	return rc;
}

/* Whether a file can be made in the directory PATH, which is there. */
static enum ca_code
check_writable(const char *path, struct ca_error *err)
{
	int fd = -1;
	enum ca_code rc = ca_dir_open(path, 0, &fd, err);

	if (rc != CA_OK)
		return rc;
	(void)close(fd);
	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) != 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
	return rc;
}

enum ca_code
cli_path_check_dir(const char *path, struct ca_error *err)
{
	const char *name = NULL;
	char *trimmed = NULL, *parent = NULL;
	size_t len = strlen(path);
	enum ca_code rc;

	if (faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0)
		return check_writable(path, err);
	while (len > 1 && path[len - 1] == '/')
		len--;
	rc = ca_text_format(&trimmed, err, "%.*s", (int)len, path);
	if (rc == CA_OK)
		rc = cli_path_split(trimmed, &parent, &name, err);
	if (rc == CA_OK)
		rc = check_writable(parent, err);
	free(parent);
	free(trimmed);
	return rc;
}
