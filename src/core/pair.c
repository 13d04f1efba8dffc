/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/pair.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file_set.h"
#include "base/text.h"
#include "core/certs_place.h"
#include "core/host_key.h"
#include "core/pair_trust.h"
#include "core/profile_file.h"

#define PKCS8_SUFFIX ".key.pk8"

struct ca_pair {
	EVP_PKEY *key;
	char *certificate_file;
	char *key_file;
	char *pkcs8_file; /* where the DER goes, or would */
	bool pkcs8;       /* it goes there */
};

enum ca_code
ca_pair_new(enum ca_key_kind kind, unsigned rsa_bits, struct ca_pair **ret,
    struct ca_error *err)
{
	struct ca_pair *pair = calloc(1, sizeof(*pair));
	enum ca_code rc;

	if (pair == NULL)
		return ca_fail_memory(err);
	rc = ca_host_key_make(kind, rsa_bits, &pair->key, err);
	if (rc != CA_OK) {
		ca_pair_free(pair);
		return rc;
	}
	*ret = pair;
	return CA_OK;
}

enum ca_code
ca_pair_name(struct ca_pair *pair, const char *stem, bool pkcs8,
    struct ca_error *err)
{
	enum ca_code rc;

	pair->pkcs8 = pkcs8;
	rc = ca_text_format(&pair->certificate_file, err, "%s.crt", stem);
	if (rc == CA_OK)
		rc = ca_text_format(&pair->key_file, err, "%s.key", stem);
	if (rc == CA_OK)
		rc = ca_text_format(&pair->pkcs8_file, err, "%s" PKCS8_SUFFIX,
		    stem);
	return rc;
}

enum ca_code
ca_pair_name_for(struct ca_pair *pair, const struct ca_grant *grant, bool pkcs8,
    struct ca_error *err)
{
	char *stem = NULL;
	enum ca_code rc;

	rc =
	    ca_profile_file(grant->profile, grant->common_name, "", &stem, err);
	if (rc == CA_OK)
		rc = ca_pair_name(pair, stem, pkcs8, err);
	free(stem);
	return rc;
}

static bool
is_there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum ca_code
check_files(const struct ca_pair *pair, const struct ca_pair_place *place,
    int dir, struct ca_error *err)
{
	const char *const files[] = { pair->certificate_file, pair->key_file,
		pair->pkcs8 ? pair->pkcs8_file : NULL };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (place->overwrite || files[i] == NULL ||
		    !is_there(dir, files[i]))
			continue;
		(void)ca_fail(err, CA_ERR_FILE, "%s/%s: is there already",
		    place->certs_dir, files[i]);
		ca_hint(err, "--overwrite replaces certificate and key");
		return err->code;
	}
	if (pair->pkcs8 || !is_there(dir, pair->pkcs8_file))
		return CA_OK;
	(void)ca_fail(err, CA_ERR_FILE,
	    "%s/%s: would be left there, beside another key", place->certs_dir,
	    pair->pkcs8_file);
	ca_hint(err, "--also-generate-pkcs8-key replaces it; or move it away");
	return err->code;
}

enum ca_code
ca_pair_check(const struct ca_pair *pair, const struct ca_pair_place *place,
    void (*finished)(void *arg, const char *file), void *arg,
    struct ca_error *err)
{
	struct ca_certs_place at = { .fd = -1, .parent = -1 };
	enum ca_code rc;

	if (!is_there(AT_FDCWD, place->certs_dir))
		return CA_OK;
	rc = ca_certs_place_open(place->certs_dir, &at, err);
	if (rc == CA_OK)
		rc = ca_file_sets_finish_at(at.fd, place->certs_dir, finished,
		    arg, err);
	if (rc == CA_OK)
		rc = check_files(pair, place, at.fd, err);
	ca_certs_place_close(&at);
	return rc;
}

static enum ca_code
write_set(const struct ca_pair *pair, const struct ca_pair_place *place,
    int dir, const struct ca_bytes *certificate, const struct ca_bytes *key,
    const struct ca_bytes *pkcs8, struct ca_error *err)
{
	const struct ca_file_new files[] = {
		{ .name = pair->certificate_file,
		    .content = certificate,
		    .mode = 0644 },
		{ .name = pair->key_file, .content = key, .mode = 0600 },
		{ .name = pair->pkcs8_file, .content = pkcs8, .mode = 0600 },
	};

	return ca_file_set_write_at(dir, place->certs_dir, files,
	    pair->pkcs8 ? 3 : 2, place->overwrite, err);
}

/* With the directory open and locked. */
static enum ca_code
write_locked(const struct ca_pair *pair, const struct ca_pair_place *place,
    int dir, const struct ca_certificate *certificate, struct ca_error *err)
{
	struct ca_bytes pem = { 0 }, key = { 0 }, pkcs8 = { 0 };
	enum ca_code rc;

	rc = ca_certificate_append_pem(certificate, &pem, err);
	if (rc == CA_OK)
		rc = ca_host_key_pem(pair->key, &key, err);
	if (rc == CA_OK && pair->pkcs8)
		rc = ca_host_key_der(pair->key, &pkcs8, err);
	if (rc == CA_OK)
		rc = check_files(pair, place, dir, err);
	if (rc == CA_OK)
		rc = write_set(pair, place, dir, &pem, &key, &pkcs8, err);
	ca_bytes_free(&pem);
	ca_host_key_wipe(&key);
	ca_host_key_wipe(&pkcs8);
	return rc;
}

enum ca_code
ca_pair_write(const struct ca_pair *pair, const struct ca_pair_place *place,
    const struct ca_certificate *certificate, const struct ca_pair_trust *trust,
    struct ca_error *err)
{
	struct ca_certs_place at = { .fd = -1, .parent = -1 };
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(place->certs_dir, 0700, &fd, err);
	if (rc != CA_OK)
		return rc;
	(void)close(fd);
	rc = ca_certs_place_open(place->certs_dir, &at, err);
	if (rc == CA_OK && trust != NULL)
		rc = ca_pair_write_trust(at.fd, place->certs_dir, trust, err);
	if (rc == CA_OK)
		rc = write_locked(pair, place, at.fd, certificate, err);
	ca_certs_place_close(&at);
	return rc;
}

EVP_PKEY *
ca_pair_key(const struct ca_pair *pair)
{
	return pair->key;
}

const char *
ca_pair_certificate_file(const struct ca_pair *pair)
{
	return pair->certificate_file;
}

const char *
ca_pair_key_file(const struct ca_pair *pair)
{
	return pair->key_file;
}

const char *
ca_pair_pkcs8_file(const struct ca_pair *pair)
{
	return pair->pkcs8 ? pair->pkcs8_file : NULL;
}

void
ca_pair_free(struct ca_pair *pair)
{
	if (pair == NULL)
		return;
	EVP_PKEY_free(pair->key);
	free(pair->certificate_file);
	free(pair->key_file);
	free(pair->pkcs8_file);
	free(pair);
}
