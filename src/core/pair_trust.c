/* SPDX-License-Identifier: Apache-2.0 */
/* The CA files beside a pair that is made here. */
#include "core/pair_trust.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static bool
is_there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
are_the_same(const struct ca_certificates *a, const struct ca_certificates *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!ca_certificates_has(b, a->item[i]))
			return false;
	return a->count == 0 || a->count == b->count;
}

/* What the file of AUTHORITY holds must go with what the ledger holds. */
static enum ca_code
judge_file(const char *path, enum ca_authority authority,
    const struct ca_certificates *found, const struct ca_pair_trust *trust,
    struct ca_error *err)
{
	const char *file = ca_authority_get(authority)->file;

	bool own = authority == trust->authority;

	if (!ca_certificates_has(&trust->authorities->of[authority],
		found->item[0]) &&
	    !(own && ca_certificates_has(trust->issuers, found->item[0]))) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: its first certificate (serial %s) is not a %s CA of this CA directory",
		    path, ca_certificate_serial_text(found->item[0]),
		    ca_authority_name(authority));
		ca_hint(err,
		    "name another certificate directory, or the CA directory that made %s",
		    file);
		return err->code;
	}
	if (trust->plan != NULL &&
	    !are_the_same(&trust->authorities->of[authority], found)) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: does not hold just the CA certificates that hosts get in this step of %s",
		    path, trust->plan);
		ca_hint(err,
		    "name a certificate directory without CA files: the right ones are written there");
		return err->code;
	}
	if (!own || ca_certificates_has(found, trust->issuer))
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: does not hold the CA that signs (serial %s), so nobody who has this file would accept the certificate",
	    path, ca_certificate_serial_text(trust->issuer));
	ca_hint(err, "coldca export-ca writes a %s with all of them", file);
	return err->code;
}

static enum ca_code
check_file(int dir, const char *certs_dir, enum ca_authority authority,
    const struct ca_pair_trust *trust, struct ca_error *err)
{
	const char *file = ca_authority_get(authority)->file;
	struct ca_certificates found = { 0 };
	struct ca_bytes pem = { 0 };
	char *path = NULL;
	enum ca_code rc;

	rc = ca_path_join(certs_dir, file, &path, err);
	if (rc == CA_OK)
		rc = ca_file_read_at(dir, file, path, CA_CERTIFICATE_FILE_MAX,
		    &pem, NULL, err);
	if (rc == CA_OK)
		rc =
		    ca_certificates_parse(path, pem.data, pem.len, &found, err);
	if (rc == CA_OK)
		rc = judge_file(path, authority, &found, trust, err);
	ca_certificates_clear(&found);
	ca_bytes_free(&pem);
	free(path);
	return rc;
}

enum ca_code
ca_pair_check_trust(const char *certs_dir, const struct ca_pair_trust *trust,
    struct ca_error *err)
{
	int dir = -1;
	enum ca_code rc;

	if (!is_there(AT_FDCWD, certs_dir))
		return CA_OK;
	rc = ca_dir_open(certs_dir, 0, &dir, err);
	if (rc != CA_OK)
		return rc;
	for (unsigned i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++)
		if ((i == trust->authority ||
			trust->authorities->of[i].count > 0) &&
		    is_there(dir, ca_authority_get(i)->file))
			rc = check_file(dir, certs_dir, i, trust, err);
	(void)close(dir);
	return rc;
}

static enum ca_code
write_file(int dir, const char *path, enum ca_authority authority,
    const struct ca_certificates *list, struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	const struct ca_file_new file = {
		.name = ca_authority_get(authority)->file,
		.content = &pem,
		.mode = 0644,
	};
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < list->count; i++)
		rc = ca_certificate_append_pem(list->item[i], &pem, err);
	if (rc == CA_OK)
		rc = ca_files_write_at(dir, path, &file, 1, err);
	ca_bytes_free(&pem);
	return rc;
}

enum ca_code
ca_pair_write_trust(int dir, const char *path,
    const struct ca_pair_trust *trust, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (unsigned i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++) {
		const struct ca_certificates *list = &trust->authorities->of[i];

		if (list->count > 0 &&
		    !is_there(dir, ca_authority_get(i)->file))
			rc = write_file(dir, path, i, list, err);
	}
	return rc;
}
