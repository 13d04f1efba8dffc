/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of a bundle: look at everything, then put it in place. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "coldca/bundle.h"
#include "coldca/certs_dir.h"
#include "core/certs_dir_internal.h"

#define KEY_FILE_MAX ((size_t)64 * 1024) /* bytes of a private key's file */

/* A bundle as it was read, and the place where it goes. */
struct install {
	const char *bundle_path;
	const char *certs_path;
	int bundle_fd;
	int certs_fd;
	char *file; /* "node.crt" */
	struct ca_bytes leaf_pem;
	struct ca_bytes ca_pem;
	struct ca_certificates leaf;
	struct ca_certificates authorities;
};

/* Takes one entry's name: ca.crt, the one other certificate, or a stranger. */
static enum ca_code
take_name(struct install *in, const char *name, struct ca_error *err)
{
	struct ca_file_kind kind;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, "ca.crt") == 0)
		return CA_OK;
	if (!ca_file_kind_parse(name, &kind) || kind.is_ca)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s/%s: does not belong in a bundle", in->bundle_path,
		    name);
	if (in->file != NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: has two certificates, %s and %s", in->bundle_path,
		    in->file, name);
	return ca_text_format(&in->file, err, "%s", name);
}

static enum ca_code
read_names(struct install *in, struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	struct dirent *entry;
	DIR *dir;
	int fd = dup(in->bundle_fd);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", in->bundle_path,
		    strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	while (rc == CA_OK && (entry = readdir(dir)) != NULL)
		rc = take_name(in, entry->d_name, err);
	(void)closedir(dir);
	if (rc == CA_OK && in->file == NULL)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: has no certificate",
		    in->bundle_path);
	return rc;
}

/* Reads the PEM file NAME of the directory FD, as bytes and as certificates. */
static enum ca_code
read_certificates(int fd, const char *dir, const char *name,
    struct ca_bytes *pem, struct ca_certificates *certificates,
    struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc;

	rc = ca_path_join(dir, name, &path, err);
	if (rc == CA_OK)
		rc = ca_file_read_at(fd, name, path, CA_CERTIFICATE_FILE_MAX,
		    pem, NULL, err);
	if (rc == CA_OK)
		rc = ca_certificates_parse(path, pem->data, pem->len,
		    certificates, err);
	free(path);
	return rc;
}

/* Without a callback OpenSSL would ask for a passphrase on the terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf, (void)size, (void)rwflag, (void)arg;
	return -1;
}

/* Reads the private key that is waiting in the certificate directory. */
static enum ca_code
read_key(const struct install *in, EVP_PKEY **ret, struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	char *name = NULL, *path = NULL;
	BIO *bio = NULL;
	enum ca_code rc;

	rc = ca_text_format(&name, err, "%.*s.key",
	    (int)(strlen(in->file) - strlen(".crt")), in->file);
	if (rc == CA_OK)
		rc = ca_path_join(in->certs_path, name, &path, err);
	if (rc == CA_OK)
		rc = ca_file_read_at(in->certs_fd, name, path, KEY_FILE_MAX,
		    &pem, NULL, err);
	if (rc != CA_OK) {
		if (rc == CA_ERR_FILE)
			ca_hint(err,
			    "install into the directory in which the request was made");
		goto out;
	}
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio != NULL)
		*ret = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	ERR_clear_error();
	if (*ret == NULL)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: not an unencrypted private key", path);
out:
	if (pem.data != NULL)
		ca_wipe(pem.data, pem.len);
	BIO_free_all(bio);
	ca_bytes_free(&pem);
	free(name);
	free(path);
	return rc;
}

static enum ca_code
check_key(const struct install *in, struct ca_error *err)
{
	EVP_PKEY *key = NULL;
	enum ca_code rc;

	rc = read_key(in, &key, err);
	if (rc != CA_OK)
		return rc;
	if (EVP_PKEY_eq(key, ca_certificate_key(in->leaf.item[0])) != 1) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s/%s: is for another key than the one in %s",
		    in->bundle_path, in->file, in->certs_path);
		ca_hint(err,
		    "was the key made anew after the request was sent?");
	}
	EVP_PKEY_free(key);
	return rc;
}

static enum ca_code
check_dates(const struct install *in, int64_t now, struct ca_error *err)
{
	const struct ca_certificate *leaf = in->leaf.item[0];
	char at[CA_TIME_TEXT_SIZE], is[CA_TIME_TEXT_SIZE];

	ca_time_format(now, is);
	if (now < ca_certificate_not_before(leaf)) {
		ca_time_format(ca_certificate_not_before(leaf), at);
		return ca_fail(err, CA_ERR_POLICY,
		    "%s/%s: is valid only from %s on, and it is %s",
		    in->bundle_path, in->file, at, is);
	}
	if (now > ca_certificate_not_after(leaf)) {
		ca_time_format(ca_certificate_not_after(leaf), at);
		return ca_fail(err, CA_ERR_POLICY,
		    "%s/%s: expired at %s, and it is %s", in->bundle_path,
		    in->file, at, is);
	}
	return CA_OK;
}

/* One of the bundle's CAs signed it, is a CA, and is within its dates. */
static enum ca_code
check_chain(const struct install *in, int64_t now, struct ca_error *err)
{
	const struct ca_certificate *leaf = in->leaf.item[0];
	struct ca_error last = { .message = "" };

	for (size_t i = 0; i < in->authorities.count; i++) {
		const struct ca_certificate *ca = in->authorities.item[i];

		if (ca_certificate_check_issuer(leaf, ca, &last) == CA_OK &&
		    ca_certificate_is_ca(ca) &&
		    now >= ca_certificate_not_before(ca) &&
		    now <= ca_certificate_not_after(ca))
			return CA_OK;
	}
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s/%s: does not chain to a valid CA in the bundle's ca.crt",
	    in->bundle_path, in->file);
	return err->code;
}

static bool
trusts(const struct ca_certificates *authorities,
    const struct ca_certificate *ca)
{
	for (size_t i = 0; i < authorities->count; i++)
		if (ca_bytes_equal(ca_certificate_der(authorities->item[i]),
			ca_certificate_der(ca)))
			return true;
	return false;
}

/* Peers that still use a dropped CA would be locked out. */
static enum ca_code
check_trust_kept(const struct install *in, struct ca_error *err)
{
	struct ca_certificates present = { 0 };
	struct ca_bytes pem = { 0 };
	enum ca_code rc = CA_OK;

	if (faccessat(in->certs_fd, "ca.crt", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return CA_OK;
	rc = read_certificates(in->certs_fd, in->certs_path, "ca.crt", &pem,
	    &present, err);
	for (size_t i = 0; rc == CA_OK && i < present.count; i++) {
		if (trusts(&in->authorities, present.item[i]))
			continue;
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s/ca.crt: trusts the CA with serial %s, which the bundle's ca.crt would drop",
		    in->certs_path,
		    ca_certificate_serial_text(present.item[i]));
		ca_hint(err,
		    "if nothing relies on that CA any more, install with --overwrite");
	}
	ca_certificates_clear(&present);
	ca_bytes_free(&pem);
	return rc;
}

static enum ca_code
read_bundle(struct install *in, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_dir_open(in->bundle_path, 0, &in->bundle_fd, err);
	if (rc == CA_OK)
		rc = ca_dir_open(in->certs_path, 0, &in->certs_fd, err);
	if (rc == CA_OK)
		rc = read_names(in, err);
	if (rc == CA_OK)
		rc = read_certificates(in->bundle_fd, in->bundle_path, in->file,
		    &in->leaf_pem, &in->leaf, err);
	if (rc == CA_OK)
		rc = read_certificates(in->bundle_fd, in->bundle_path, "ca.crt",
		    &in->ca_pem, &in->authorities, err);
	return rc;
}

/* ca.crt first: a host that trusts one CA more than it needs goes on. */
static enum ca_code
put_in_place(const struct install *in, struct ca_error *err)
{
	const struct ca_file_new files[] = {
		{ "ca.crt", &in->ca_pem, 0644, true },
		{ in->file, &in->leaf_pem, 0644, true },
	};

	return ca_files_write_at(in->certs_fd, in->certs_path, files, 2, err);
}

enum ca_code
ca_bundle_install(const char *bundle, const char *certs_dir, bool overwrite,
    int64_t now, struct ca_installed *ret, struct ca_error *err)
{
	struct install in = { .bundle_path = bundle,
		.certs_path = certs_dir,
		.bundle_fd = -1,
		.certs_fd = -1 };
	enum ca_code rc;

	rc = read_bundle(&in, err);
	if (rc == CA_OK)
		rc = check_key(&in, err);
	if (rc == CA_OK)
		rc = check_chain(&in, now, err);
	if (rc == CA_OK)
		rc = check_dates(&in, now, err);
	if (rc == CA_OK && !overwrite)
		rc = check_trust_kept(&in, err);
	if (rc == CA_OK)
		rc = put_in_place(&in, err);
	if (rc == CA_OK) {
		ret->file = in.file;
		in.file = NULL;
		ret->not_after = ca_certificate_not_after(in.leaf.item[0]);
	}
	if (in.bundle_fd >= 0)
		(void)close(in.bundle_fd);
	if (in.certs_fd >= 0)
		(void)close(in.certs_fd);
	free(in.file);
	ca_bytes_free(&in.leaf_pem);
	ca_bytes_free(&in.ca_pem);
	ca_certificates_clear(&in.leaf);
	ca_certificates_clear(&in.authorities);
	return rc;
}
