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

/* The files of one bundle, with the bytes that they hold. */
struct content {
	struct ca_file_new file[CA_AUTHORITIES + 1];
	struct ca_bytes bytes[CA_AUTHORITIES + 1];
	size_t count;
};

/* Adds the file NAME, which is borrowed, of COUNT certificates. */
static enum ca_code
add_file(struct content *content, const char *name,
    const struct ca_certificate *const *certificates, size_t count,
    struct ca_error *err)
{
	struct ca_bytes *pem = &content->bytes[content->count];
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = ca_certificate_append_pem(certificates[i], pem, err);
	content->file[content->count++] =
	    (struct ca_file_new){ .name = name, .content = pem, .mode = 0644 };
	return rc;
}

static enum ca_code
add_authorities(struct content *content,
    const struct ca_authorities *authorities, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < CA_AUTHORITIES; i++) {
		const struct ca_certificates *list = &authorities->of[i];

		if (list->count == 0)
			continue;
		rc = add_file(content,
		    ca_authority_get((enum ca_authority)i)->file,
		    (const struct ca_certificate *const *)list->item,
		    list->count, err);
	}
	return rc;
}

enum ca_code
ca_bundle_write(const char *out, const struct ca_bundle *bundle, bool overwrite,
    struct ca_error *err)
{
	struct content content = { .count = 0 };
	char *file = NULL;
	int fd = -1;
	enum ca_code rc;

	rc = add_authorities(&content, bundle->authorities, err);
	if (rc == CA_OK && bundle->certificate != NULL)
		rc = ca_profile_file(bundle->profile,
		    ca_certificate_common_name(bundle->certificate), ".crt",
		    &file, err);
	if (rc == CA_OK && file != NULL)
		rc = add_file(&content, file, &bundle->certificate, 1, err);
	if (rc == CA_OK)
		rc = ca_dir_open(out, 0755, &fd, err);
	if (rc == CA_OK)
		rc = ca_dir_write_at(fd, out, bundle->name, content.file,
		    content.count, overwrite, err);
	if (fd >= 0)
		(void)close(fd);
	free(file);
	for (size_t i = 0; i < content.count; i++)
		ca_bytes_free(&content.bytes[i]);
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
