/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_ca.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/path.h"
#include "cli/term.h"

#define DER_INTEGER 0x02 /* X.690 section 8.3 */

enum ca_code
cli_creation_check(struct cli_creation *creation, struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	char *path = NULL;
	enum ca_code rc;

	rc = cli_path_check_dir(creation->certs_dir, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_path_join(creation->certs_dir, creation->file, &path, err);
	if (rc != CA_OK)
		goto out;
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		goto out;
	/* One that stands by is added to what is there. */
	if (!creation->overwrite && !creation->standby) {
		rc = ca_fail(err, CA_ERR_FILE, "%s: is there already", path);
		ca_hint(err,
		    "--overwrite begins a rotation: the new certificate first, the old ones after it");
		goto out;
	}
	rc = ca_file_read(path, CA_CERTIFICATE_FILE_MAX, &pem, err);
	if (rc == CA_OK)
		rc = ca_certificates_parse(path, pem.data, pem.len,
		    &creation->older, err);
out:
	free(path);
	ca_bytes_free(&pem);
	return rc;
}

void
cli_creation_store(const struct cli_creation *creation)
{
	const struct ca_certificate *certificate = creation->certificate;
	uint8_t der[2 + CA_SERIAL_MAX];
	struct ca_bytes serial = { .data = der };
	struct ca_error err;
	size_t len = 0;
	const uint8_t *content = ca_certificate_serial(certificate, &len);

	der[0] = DER_INTEGER;
	der[1] = (uint8_t)len;
	memcpy(der + 2, content, len);
	serial.len = len + 2;
	if (ca_token_store_certificate(creation->jumpbox.token, &creation->key,
		ca_certificate_der(certificate),
		ca_certificate_subject(certificate),
		ca_certificate_issuer(certificate), &serial, &err) != CA_OK)
		term_warning("the certificate is not stored on the token: %s",
		    err.message);
}

static enum ca_code
append_all(const struct ca_certificates *list,
    const struct ca_certificates *but, struct ca_bytes *pem,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < list->count && rc == CA_OK; i++)
		if (but == NULL || !ca_certificates_has(but, list->item[i]))
			rc = ca_certificate_append_pem(list->item[i], pem, err);
	return rc;
}

static enum ca_code
make_content(const struct cli_creation *creation, struct ca_bytes *pem,
    struct ca_error *err)
{
	enum ca_code rc;

	if (!creation->standby) {
		rc = ca_certificate_append_pem(creation->certificate, pem, err);
		if (rc == CA_OK)
			rc = append_all(&creation->older, NULL, pem, err);
		return rc;
	}
	rc = append_all(&creation->known, NULL, pem, err);
	if (rc == CA_OK)
		rc = ca_certificate_append_pem(creation->certificate, pem, err);
	if (rc == CA_OK)
		rc = append_all(&creation->older, &creation->known, pem, err);
	return rc;
}

enum ca_code
cli_creation_write(const struct cli_creation *creation, struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	const struct ca_file_new file = {
		.name = creation->file,
		.content = &pem,
		.mode = 0644,
		.overwrite = creation->overwrite || creation->standby,
	};
	int fd = -1;
	enum ca_code rc;

	rc = make_content(creation, &pem, err);
	if (rc == CA_OK)
		rc = ca_dir_open(creation->certs_dir, 0700, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_write_at(fd, creation->certs_dir, &file, 1, err);
	if (rc != CA_OK)
		ca_hint(err, "the CA is in the ledger: coldca export-ca");
	if (fd >= 0)
		(void)close(fd);
	ca_bytes_free(&pem);
	return rc;
}
