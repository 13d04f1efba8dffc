/* SPDX-License-Identifier: Apache-2.0 */
/* Whether each certificate of a bundle is fit to be used on this host. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "core/host_key.h"
#include "core/install_internal.h"

/*
 * CockroachDB's rule: nothing for others, and for the group to read only where
 * root owns the file. Which group the server has is not known here.
 */
static enum ca_code
check_mode(int dir, const char *name, const char *path, mode_t mode,
    struct ca_error *err)
{
	struct stat st;
	mode_t allowed;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	allowed = st.st_uid == 0 ? 0740 : 0700;
	if ((mode & 0777 & ~allowed) == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: has mode %04o, and CockroachDB refuses a key with more than %04o",
	    path, (unsigned)(mode & 07777), (unsigned)allowed);
	ca_hint(err, "chmod 0600 %s", path);
	return err->code;
}

enum ca_code
ca_install_key_check(int dir, const char *path, const char *name,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	char *full = NULL;
	EVP_PKEY *key = NULL;
	mode_t mode = 0;
	enum ca_code rc;

	rc = ca_path_join(path, name, &full, err);
	if (rc == CA_OK)
		rc = ca_host_key_read_at(dir, name, full, &key, &mode, err);
	if (rc == CA_OK &&
	    EVP_PKEY_eq(key, ca_certificate_key(certificate)) != 1)
		rc = ca_fail(err, CA_ERR_POLICY, "is for another key than %s",
		    full);
	else if (rc == CA_OK)
		rc = check_mode(dir, name, full, mode, err);
	EVP_PKEY_free(key);
	free(full);
	return rc;
}

static bool
is_there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * client.node.crt may be for the key that the node has already, as a split of
 * the CA makes it: CockroachDB wants that key under a second name.
 */
static bool
is_nodes(const struct ca_install_look *look, size_t index)
{
	static const char *const names[] = { "node.key",
		CA_PENDING_DIR "/node.key" };
	const struct ca_certs_row *row = &look->bundle->rows.item[index];
	struct ca_error ignored;

	if (!ca_certs_row_is_node_client(row))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ca_install_key_check(look->place->fd,
			look->install->certs_dir, names[i],
			row->certificates.item[0], &ignored) == CA_OK)
			return true;
	return false;
}

/* In the directory first: what waits in pending/ may be of a later request. */
static enum ca_code
find_key(const struct ca_install_look *look, size_t index, const char *key,
    const char *waiting, struct ca_error *err)
{
	const struct ca_certificate *leaf =
	    look->bundle->rows.item[index].certificates.item[0];
	struct ca_install_entry *entry = &look->bundle->entry[index];
	const char *path = look->install->certs_dir;
	int dir = look->place->fd;
	struct ca_error other;

	if (ca_install_key_check(dir, path, key, leaf, err) == CA_OK)
		return CA_OK;
	entry->pending =
	    ca_install_key_check(dir, path, waiting, leaf, &other) == CA_OK;
	entry->shared = !entry->pending && is_nodes(look, index);
	if (entry->pending || entry->shared)
		return CA_OK;
	if (!is_there(dir, key) && is_there(dir, waiting))
		*err = other;
	return err->code;
}

static enum ca_code
check_key(const struct ca_install_look *look, size_t index, const char *path,
    struct ca_error *err)
{
	const char *file = look->bundle->rows.item[index].file;
	char *key = NULL, *waiting = NULL;
	enum ca_code rc;

	rc = ca_install_sibling(file, ".key", &key, err);
	if (rc == CA_OK)
		rc = ca_path_join(CA_PENDING_DIR, key, &waiting, err);
	if (rc == CA_OK)
		rc = find_key(look, index, key, waiting, err);
	if (rc == CA_ERR_POLICY && err->hint[0] == '\0') {
		(void)ca_error_prefix(err, "%s", path);
		ca_hint(err,
		    "was the key made anew after the request was sent?");
	} else if (rc == CA_ERR_FILE && err->hint[0] == '\0') {
		ca_hint(err,
		    "install into the directory in which the request was made");
	}
	free(key);
	free(waiting);
	return rc;
}

static enum ca_code
check_dates(const struct ca_certificate *leaf, const char *path, int64_t now,
    struct ca_error *err)
{
	char at[CA_TIME_TEXT_SIZE], is[CA_TIME_TEXT_SIZE];

	ca_time_format(now, is);
	if (now < ca_certificate_not_before(leaf)) {
		ca_time_format(ca_certificate_not_before(leaf), at);
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: is valid only from %s on, and it is %s", path, at, is);
	}
	if (now > ca_certificate_not_after(leaf)) {
		ca_time_format(ca_certificate_not_after(leaf), at);
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: expired at %s, and it is %s", path, at, is);
	}
	return CA_OK;
}

/* A CA file of which nothing can verify anything would be a set that is dead. */
static enum ca_code
check_ca(const struct ca_certs_row *row, const char *path, int64_t now,
    struct ca_error *err)
{
	const struct ca_certificates *list = &row->certificates;
	enum ca_code rc;

	for (size_t i = 0; i < list->count; i++)
		if (!ca_certificate_is_ca(list->item[i]))
			return ca_fail(err, CA_ERR_POLICY,
			    "%s: RFC 5280 section 4.2.1.9: certificate %zu, %s, is not a CA's",
			    path, i + 1,
			    ca_certificate_subject_text(list->item[i]));
	for (size_t i = 0; i < list->count; i++) {
		rc = check_dates(list->item[i], path, now, err);
		if (rc == CA_OK)
			return CA_OK;
	}
	return err->code;
}

static enum ca_code
check_row(const struct ca_install_look *look, size_t index, const char *path,
    struct ca_error *err)
{
	const struct ca_certs_row *row = &look->bundle->rows.item[index];
	const struct ca_cert_sets sets = { &look->bundle->rows, look->present };
	int64_t now = look->install->now;
	enum ca_code rc;

	if (ca_certs_row_is_ca(row))
		return check_ca(row, path, now, err);
	rc = check_key(look, index, path, err);
	if (rc == CA_OK)
		rc = check_dates(row->certificates.item[0], path, now, err);
	if (rc == CA_OK) {
		rc = ca_cert_trust_check(&sets, row, now, err);
		if (rc != CA_OK)
			(void)ca_error_prefix(err, "%s", path);
	}
	return rc;
}

/* What is there under the name now: the same, another, or a link. */
static enum ca_code
compare_present(const struct ca_install_look *look, size_t index,
    struct ca_error *err)
{
	struct ca_install_entry *entry = &look->bundle->entry[index];
	const char *file = look->bundle->rows.item[index].file;
	const char *path = look->install->certs_dir;
	struct ca_bytes there = { 0 };
	struct ca_error ignored;
	struct stat st;

	entry->changed = true;
	if (fstatat(look->place->fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? CA_OK
				       : ca_fail(err, CA_ERR_FILE, "%s/%s: %s",
					     path, file, strerror(errno));
	if (!S_ISREG(st.st_mode)) {
		(void)ca_fail(err, CA_ERR_FILE,
		    "%s/%s: is not a regular file, and would be replaced by one",
		    path, file);
		ca_hint(err,
		    "if it is a link to where the file is, install there; otherwise remove it first");
		return err->code;
	}
	if (ca_file_read_at(look->place->fd, file, file, entry->pem.len, &there,
		NULL, &ignored) == CA_OK)
		entry->changed =
		    entry->pending || !ca_bytes_equal(&there, &entry->pem);
	ca_bytes_free(&there);
	return CA_OK;
}

enum ca_code
ca_install_verify(const struct ca_install_look *look, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < look->bundle->rows.count; i++) {
		rc = check_row(look, i, look->bundle->entry[i].path, err);
		if (rc == CA_OK)
			rc = compare_present(look, i, err);
	}
	return rc;
}
