/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/bundle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "core/profile_file.h"

/* What a folder's name must not hold, on any file system, and its stand-in. */
static const struct {
	char character;
	const char *instead;
} stand_ins[] = {
	{ '*', "wildcard" },
	{ ':', "-" },
};

/* Appends CHARACTER of a name to the folder's name. */
static size_t
append_character(char *out, char character)
{
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
		if (stand_ins[i].character == character) {
			size_t len = strlen(stand_ins[i].instead);

			memcpy(out, stand_ins[i].instead, len);
			return len;
		}
	}
	*out = character;
	return 1;
}

enum ca_code
ca_bundle_name(const struct ca_grant *grant, char **ret_name,
    struct ca_error *err)
{
	const struct ca_profile *profile = grant->profile;
	const char *who = profile->names == CA_NAMES_HOSTS
	    ? grant->names.item[0].text
	    : grant->common_name;
	size_t len = strlen(profile->bundle) + 1;
	char *name;

	name = malloc(len + strlen(who) * sizeof("wildcard") + 1);
	if (name == NULL)
		return ca_fail_memory(err);
	memcpy(name, profile->bundle, len - 1);
	name[len - 1] = '-';
	for (const char *p = who; *p != '\0'; p++)
		len += append_character(name + len, *p);
	name[len] = '\0';
	if (profile->names == CA_NAMES_NONE)
		name[strlen(profile->bundle)] = '\0';
	if (strchr(name, '/') != NULL || len > CA_BUNDLE_NAME_MAX) {
		free(name);
		return ca_fail(err, CA_ERR_INTERNAL, "%s can not name a folder",
		    who);
	}
	*ret_name = name;
	return CA_OK;
}

static enum ca_code
authorities_pem(const struct ca_certificates *authorities, struct ca_bytes *pem,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < authorities->count; i++)
		rc = ca_certificate_append_pem(authorities->item[i], pem, err);
	return rc;
}

enum ca_code
ca_bundle_write(const char *out, const char *name, const struct ca_grant *grant,
    const struct ca_certificate *certificate,
    const struct ca_certificates *authorities, bool overwrite,
    struct ca_error *err)
{
	struct ca_bytes ca = { 0 }, leaf = { 0 };
	struct ca_file_new files[2];
	char *file = NULL;
	int fd = -1;
	enum ca_code rc;

	rc = ca_profile_file(grant->profile, grant->common_name, ".crt", &file,
	    err);
	if (rc == CA_OK)
		rc = authorities_pem(authorities, &ca, err);
	if (rc == CA_OK)
		rc = ca_certificate_append_pem(certificate, &leaf, err);
	if (rc == CA_OK)
		rc = ca_dir_open(out, 0755, &fd, err);
	if (rc != CA_OK)
		goto out;
	files[0] = (struct ca_file_new){ .name = "ca.crt",
		.content = &ca,
		.mode = 0644 };
	files[1] = (struct ca_file_new){ .name = file,
		.content = &leaf,
		.mode = 0644 };
	rc = ca_dir_write_at(fd, out, name, files, 2, overwrite, err);
out:
	if (fd >= 0)
		(void)close(fd);
	free(file);
	ca_bytes_free(&ca);
	ca_bytes_free(&leaf);
	return rc;
}

bool
ca_bundle_exists(const char *out, const char *name)
{
	struct ca_error err;
	struct stat st;
	int fd = -1;
	bool exists;

	if (ca_dir_open(out, 0, &fd, &err) != CA_OK)
		return false;
	exists = fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(fd);
	return exists;
}
