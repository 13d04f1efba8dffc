/* SPDX-License-Identifier: Apache-2.0 */
/* The new set, made complete beside the one in use. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "core/install_response.h"

#define PENDING CA_PENDING_DIR "/"

/* What belongs to one key, and moves with it out of pending/. */
static const char *const moving[] = { ".key", ".csr", ".key.pk8", ".manifest" };

#define MOVING (sizeof(moving) / sizeof(moving[0]))

/* A set in the making. */
struct stage {
	const struct ca_install_look *look;
	int fd;         /* of the new directory */
	int pending;    /* of pending/ in the old one; -1: there is none */
	bool all_taken; /* nothing stays in pending/ */
};

/* Whether NAME belongs to a leaf whose key comes from elsewhere. */
static bool
belongs(const struct ca_install_look *look, const char *name, bool shared)
{
	for (size_t i = 0; i < look->bundle->rows.count; i++) {
		const struct ca_install_entry *entry = &look->bundle->entry[i];
		const char *file = look->bundle->rows.item[i].file;
		size_t stem = strlen(file) - strlen(".crt");

		if (!(entry->pending || (shared && entry->shared)) ||
		    strncmp(file, name, stem) != 0)
			continue;
		for (size_t k = 0; k < MOVING; k++)
			if (strcmp(name + stem, moving[k]) == 0)
				return true;
	}
	return false;
}

static bool
is_replaced(const struct ca_install_look *look, const char *name)
{
	for (size_t i = 0; i < look->bundle->rows.count; i++)
		if (look->bundle->entry[i].changed &&
		    strcmp(look->bundle->rows.item[i].file, name) == 0)
			return true;
	return false;
}

/* What is not carried over: the key's former copies go with the key. */
static bool
skip(const void *context, const char *below)
{
	const struct stage *stage = context;
	const struct ca_install_look *look = stage->look;

	if (strcmp(below, CA_PENDING_DIR) == 0)
		return stage->all_taken;
	if (strncmp(below, PENDING, strlen(PENDING)) == 0)
		return belongs(look, below + strlen(PENDING), false);
	if (strcmp(below, CA_INSTALLED_FILE) == 0)
		return look->installed->len > 0;
	return strcmp(below, CA_UNFINISHED_FILE) == 0 ||
	    is_replaced(look, below) || belongs(look, below, true);
}

/* Certificates are given to whom the directory belongs. */
static enum ca_code
write_certificates(const struct stage *stage, struct ca_error *err)
{
	const struct ca_install_bundle *bundle = stage->look->bundle;
	const struct ca_bytes nothing = { 0 };
	struct ca_file_new *files;
	struct ca_file_owner owner;
	struct stat st;
	size_t count = 0;
	enum ca_code rc;

	if (fstat(stage->look->place->fd, &st) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s",
		    stage->look->place->path, strerror(errno));
	owner = (struct ca_file_owner){ st.st_uid, st.st_gid };
	files = calloc(bundle->rows.count + 2, sizeof(*files));
	if (files == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < bundle->rows.count; i++)
		if (bundle->entry[i].changed)
			files[count++] =
			    (struct ca_file_new){ bundle->rows.item[i].file,
				    &bundle->entry[i].pem, 0644, false,
				    geteuid() == 0 ? &owner : NULL };
	if (stage->look->installed->len > 0)
		files[count++] = (struct ca_file_new){ CA_INSTALLED_FILE,
			stage->look->installed, 0644, false,
			geteuid() == 0 ? &owner : NULL };
	files[count++] = (struct ca_file_new){ CA_UNFINISHED_FILE, &nothing,
		0600, false, NULL };
	rc = ca_files_write_at(stage->fd, stage->look->place->path, files,
	    count, err);
	free(files);
	return rc;
}

/* pending/NAME becomes NAME, where it is there. */
static enum ca_code
move(void *context, const char *name, struct ca_error *err)
{
	struct stage *stage = context;

	if (!belongs(stage->look, name, false)) {
		stage->all_taken = false;
		return CA_OK;
	}
	if (linkat(stage->pending, name, stage->fd, name, 0) == 0)
		return CA_OK;
	return ca_file_copy_at(stage->pending, stage->fd, name, CA_PENDING_DIR,
	    err);
}

static enum ca_code
take_pending(struct stage *stage, struct ca_error *err)
{
	const struct ca_certs_place *place = stage->look->place;
	bool needed = false;
	enum ca_code rc;

	for (size_t i = 0; i < stage->look->bundle->rows.count; i++)
		needed |= stage->look->bundle->entry[i].pending;
	if (!needed)
		return CA_OK;
	rc = ca_dir_open_at(place->fd, CA_PENDING_DIR, &stage->pending, err);
	if (rc != CA_OK)
		return rc;
	stage->all_taken = true;
	return ca_dir_each(stage->pending, CA_PENDING_DIR, move, stage, err);
}

/* The node's key, as it is in the new set, gets its second name there. */
static enum ca_code
share_key(const struct stage *stage, struct ca_error *err)
{
	const struct ca_install_bundle *bundle = stage->look->bundle;
	bool needed = false;

	for (size_t i = 0; i < bundle->rows.count; i++)
		needed |= bundle->entry[i].shared;
	if (!needed ||
	    linkat(stage->fd, "node.key", stage->fd, "client.node.key", 0) == 0)
		return CA_OK;
	return ca_fail(err, CA_ERR_FILE, "%s/client.node.key: %s",
	    stage->look->place->path, strerror(errno));
}

/* The last look at what will be in use: the pairs as they are on disk. */
static enum ca_code
check_pairs(const struct stage *stage, struct ca_error *err)
{
	const struct ca_certs_rows *rows = &stage->look->bundle->rows;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < rows->count; i++) {
		char *key = NULL;

		if (ca_certs_row_is_ca(&rows->item[i]))
			continue;
		rc = ca_install_sibling(rows->item[i].file, ".key", &key, err);
		if (rc == CA_OK)
			rc = ca_install_key_check(stage->fd,
			    stage->look->place->next, key,
			    rows->item[i].certificates.item[0], err);
		free(key);
	}
	return rc;
}

/* Something that came after it was listed would be left behind. */
static enum ca_code
check_unchanged(const struct ca_certs_place *place,
    const struct timespec *before, struct ca_error *err)
{
	struct stat st;

	if (fstat(place->fd, &st) == 0 && st.st_mtim.tv_sec == before->tv_sec &&
	    st.st_mtim.tv_nsec == before->tv_nsec)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_FILE,
	    "%s: was changed by somebody else meanwhile", place->path);
	ca_hint(err, "run this again");
	return err->code;
}

static enum ca_code
fill(struct stage *stage, struct ca_error *err)
{
	const struct ca_certs_place *place = stage->look->place;
	struct stat st;
	enum ca_code rc;

	if (fstat(place->fd, &st) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    strerror(errno));
	rc = write_certificates(stage, err);
	if (rc == CA_OK)
		rc = take_pending(stage, err);
	if (rc == CA_OK)
		rc = ca_tree_link(place->fd, stage->fd, place->path, skip,
		    stage, err);
	if (rc == CA_OK)
		rc = share_key(stage, err);
	if (rc == CA_OK && fsync(stage->fd) < 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", place->next,
		    strerror(errno));
	if (rc == CA_OK)
		rc = check_pairs(stage, err);
	if (rc == CA_OK)
		rc = check_unchanged(place, &st.st_mtim, err);
	return rc;
}

enum ca_code
ca_install_stage(const struct ca_install_look *look, struct ca_error *err)
{
	const struct ca_certs_place *place = look->place;
	struct stage stage = { .look = look, .fd = -1, .pending = -1 };
	struct ca_error ignored;
	enum ca_code rc;

	if (mkdirat(place->parent, place->next, 0700) < 0) {
		(void)ca_fail(err, CA_ERR_FILE, "%s: %s", place->parent_path,
		    strerror(errno));
		ca_hint(err,
		    "the new set is made beside %s and then exchanged with it: whoever installs must be able to write there",
		    place->path);
		return err->code;
	}
	rc = ca_dir_open_at(place->parent, place->next, &stage.fd, err);
	if (rc == CA_OK)
		rc = fill(&stage, err);
	if (stage.fd >= 0)
		(void)close(stage.fd);
	if (stage.pending >= 0)
		(void)close(stage.pending);
	if (rc != CA_OK &&
	    ca_tree_remove(place->parent, place->next, place->next, &ignored) !=
		CA_OK)
		ca_findings_add(look->notices, "install-left-over", CA_OK, "%s",
		    ignored.message);
	return rc;
}
