/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/bundle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "coldca/exit_gate.h"
#include "coldca/response.h"
#include "core/profile_file.h"

/*
 * So many bundles are had on disk file by file. For more it takes less to have
 * the whole file system write what it holds back, whoever else's that is.
 */
#define SYNC_EACH 8

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
	uint8_t sha256[CA_AUTHORITIES + 1][CA_SHA256_SIZE]; /* of those */
	size_t count;
	size_t borrowed; /* the first of them, out of another content */
};

static void
content_clear(struct content *content)
{
	for (size_t i = content->borrowed; i < content->count; i++)
		ca_bytes_free(&content->bytes[i]);
	*content = (struct content){ .count = 0 };
}

/* TO, which is empty, begins with the files of FROM, which outlives it. */
static void
content_borrow(struct content *to, const struct content *from)
{
	for (size_t i = 0; i < from->count; i++) {
		to->bytes[i] = from->bytes[i];
		memcpy(to->sha256[i], from->sha256[i], CA_SHA256_SIZE);
		to->file[i] = from->file[i];
		to->file[i].content = &to->bytes[i];
	}
	to->count = to->borrowed = from->count;
}

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
	if (rc == CA_OK &&
	    !ca_sha256_of(pem->data, pem->len, content->sha256[content->count]))
		rc = ca_fail_memory(err);
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

/* The files of the CAs, which are the same for one bundle after the other. */
struct shared {
	const struct ca_authorities *of; /* NULL: none were made */
	struct content content;
};

static enum ca_code
share_authorities(const struct ca_authorities *authorities,
    struct shared *shared, struct ca_error *err)
{
	enum ca_code rc;

	if (shared->of == authorities)
		return CA_OK;
	content_clear(&shared->content);
	rc = add_authorities(&shared->content, authorities, err);
	shared->of = rc == CA_OK ? authorities : NULL;
	return rc;
}

/* Everything that BUNDLE holds; *RET_FILE is new, and CONTENT borrows it. */
static enum ca_code
make_content(const struct ca_bundle *bundle, struct shared *shared,
    struct content *content, char **ret_file, struct ca_error *err)
{
	enum ca_code rc = share_authorities(bundle->authorities, shared, err);

	if (rc == CA_OK)
		content_borrow(content, &shared->content);
	if (rc == CA_OK && bundle->certificate != NULL)
		rc = ca_profile_file(bundle->profile,
		    ca_certificate_common_name(bundle->certificate), ".crt",
		    ret_file, err);
	if (rc == CA_OK && *ret_file != NULL)
		rc = add_file(content, *ret_file, &bundle->certificate, 1, err);
	return rc;
}

/* Nothing but what was made above may leave: it is read again. */
static enum ca_code
pass_gate(int dir, const char *out, const struct ca_bundle *bundle,
    const struct content *content, const struct ca_dir_hidden *hidden,
    struct ca_error *err)
{
	const struct ca_exit_known known = {
		.made = content->bytes,
		.made_count = content->count,
	};
	char *path = NULL;
	enum ca_code rc = ca_path_join(out, bundle->name, &path, err);

	if (rc == CA_OK)
		rc = ca_exit_gate_dir_at(dir, hidden->name, path, &known, err);
	free(path);
	return rc;
}

static int
compare(const void *a, const void *b)
{
	const struct ca_file_new *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Lists CONTENT, which is put in order for that, as the folder NAME. */
static enum ca_code
list_content(const char *name, struct content *content,
    struct ca_bundle_files *files, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (files == NULL)
		return CA_OK;
	qsort(content->file, content->count, sizeof(content->file[0]), compare);
	for (size_t i = 0; rc == CA_OK && i < content->count; i++)
		rc = ca_response_add_file(&files->text, name,
		    content->file[i].name,
		    content->sha256[content->file[i].content - content->bytes],
		    err);
	/* A bundle is as good without a manifest as it was before. */
	if (rc != CA_ERR_INPUT)
		return rc;
	files->incomplete = true;
	return CA_OK;
}

/*
 * Writes BUNDLE under a hidden name; SYNC: it is on disk on return. It is listed
 * in FILES.
 */
static enum ca_code
hide(int dir, const char *out, const struct ca_bundle *bundle, bool sync,
    struct shared *shared, struct ca_dir_hidden *hidden,
    struct ca_bundle_files *files, struct ca_error *err)
{
	struct content content = { .count = 0 };
	char *file = NULL;
	enum ca_code rc = make_content(bundle, shared, &content, &file, err);

	if (rc == CA_OK)
		rc = ca_dir_hide_at(dir, out, bundle->name, content.file,
		    content.count, sync, hidden, err);
	if (rc == CA_OK)
		rc = pass_gate(dir, out, bundle, &content, hidden, err);
	if (rc == CA_OK)
		rc = list_content(bundle->name, &content, files, err);
	if (rc != CA_OK)
		ca_dir_drop_at(dir, hidden);
	free(file);
	content_clear(&content);
	return rc;
}

/* Those that were good so far are not any more, because of CAUSE. */
static void
fail_rest(struct ca_error *errs, size_t count, const struct ca_error *cause)
{
	for (size_t i = 0; i < count; i++)
		if (errs[i].code == CA_OK)
			errs[i] = *cause;
}

/* One bundle on its way to its name. */
struct writing {
	struct ca_dir_hidden hidden;
	struct ca_bundle_files files; /* that are in it */
};

/* Writes, has on disk and names COUNT bundles in DIR. */
static void
write_all(int dir, const char *out, const struct ca_bundle *bundles,
    size_t count, bool overwrite, bool list, struct writing *writing,
    struct ca_error *errs)
{
	struct shared shared = { .of = NULL };
	bool each = count <= SYNC_EACH;
	struct ca_error cause;

	for (size_t i = 0; i < count; i++)
		errs[i].code = hide(dir, out, &bundles[i], each, &shared,
		    &writing[i].hidden, list ? &writing[i].files : NULL,
		    &errs[i]);
	content_clear(&shared.content);
	if (!each && ca_dir_sync_all(dir, out, &cause) != CA_OK)
		fail_rest(errs, count, &cause);
	for (size_t i = 0; i < count; i++)
		if (errs[i].code == CA_OK)
			errs[i].code =
			    ca_dir_reveal_at(dir, out, &writing[i].hidden,
				bundles[i].name, overwrite, &errs[i]);
	if (ca_dir_sync(dir, out, &cause) != CA_OK) {
		/* Nobody knows which of two is on disk: both stay. */
		fail_rest(errs, count, &cause);
		return;
	}
	for (size_t i = 0; i < count; i++)
		ca_dir_drop_at(dir, &writing[i].hidden);
}

/* Adds what is listed of the bundles that have their names. */
static enum ca_code
take_lists(struct writing *writing, const struct ca_error *errs, size_t count,
    struct ca_bundle_files *files, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < count; i++) {
		struct ca_bundle_files *one = &writing[i].files;

		if (files != NULL && errs[i].code == CA_OK) {
			files->incomplete =
			    files->incomplete || one->incomplete;
			if (rc == CA_OK && files->text.len <= CA_STATEMENT_MAX)
				rc = ca_bytes_append(&files->text,
				    one->text.data, one->text.len, err);
		}
		ca_bytes_free(&one->text);
	}
	return rc;
}

enum ca_code
ca_bundles_write(const char *out, const struct ca_bundle *bundles, size_t count,
    bool overwrite, struct ca_error *ret_errs, struct ca_bundle_files *files,
    struct ca_error *err)
{
	struct writing *writing = calloc(count + 1, sizeof(*writing));
	int dir = -1;
	enum ca_code rc;

	if (writing == NULL)
		return ca_fail_memory(err);
	rc = ca_dir_open(out, 0755, &dir, err);
	if (rc == CA_OK)
		ca_dir_share(dir);
	if (rc == CA_OK)
		write_all(dir, out, bundles, count, overwrite, files != NULL,
		    writing, ret_errs);
	if (rc == CA_OK)
		rc = take_lists(writing, ret_errs, count, files, err);
	if (dir >= 0)
		(void)close(dir);
	free(writing);
	return rc;
}

enum ca_code
ca_bundle_write(const char *out, const struct ca_bundle *bundle, bool overwrite,
    struct ca_error *err)
{
	struct ca_error one = { .code = CA_OK };
	enum ca_code rc =
	    ca_bundles_write(out, bundle, 1, overwrite, &one, NULL, err);

	if (rc == CA_OK && one.code != CA_OK) {
		*err = one;
		rc = one.code;
	}
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
