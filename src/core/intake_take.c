/* SPDX-License-Identifier: Apache-2.0 */
/* What was found good is written, and then remembered. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "coldca/ledger_exchange.h"
#include "core/intake_internal.h"

#define FOLDER_OCTETS 8 /* of a hash that name a folder */

static bool
is_taken(const struct ca_intake_item *item)
{
	return item->refusal.code == CA_OK;
}

static bool
digest(EVP_MD_CTX *ctx, const struct ca_bytes *bytes)
{
	uint8_t sha256[CA_SHA256_SIZE];

	return ca_sha256_of(bytes->data, bytes->len, sha256) &&
	    EVP_DigestUpdate(ctx, sha256, sizeof(sha256)) == 1;
}

/* The same stick gets the same name, so that a run can be repeated. */
enum ca_code
ca_intake_name(struct ca_intake *intake, struct ca_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sha256[CA_SHA256_SIZE];
	char hex[2 * FOLDER_OCTETS + 1];
	bool good =
	    ctx != NULL && EVP_DigestInit_ex(ctx, ca_sha256(), NULL) == 1;
	unsigned number = 0;

	for (size_t i = 0; good && i < intake->count; i++) {
		struct ca_intake_item *item = &intake->item[i];

		if (!is_taken(item))
			continue;
		(void)snprintf(item->file, sizeof(item->file),
		    "%04u" CA_INTAKE_CSR, ++number);
		good = digest(ctx, &item->content) &&
		    digest(ctx, &item->manifest.text);
	}
	good = good && EVP_DigestFinal_ex(ctx, sha256, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good)
		return ca_fail_memory(err);
	ca_hex(sha256, FOLDER_OCTETS, hex);
	(void)snprintf(intake->folder, sizeof(intake->folder), "intake-%s",
	    hex);
	return CA_OK;
}

/* "0001.manifest" for "0001.csr"; free() it. */
static enum ca_code
manifest_name(const char *file, char **ret, struct ca_error *err)
{
	return ca_text_format(ret, err, "%.*s" CA_INTAKE_MANIFEST,
	    (int)(strlen(file) - strlen(CA_INTAKE_CSR)), file);
}

static enum ca_code
write_folder(const struct ca_intake *intake, const char *into,
    struct ca_error *err)
{
	struct ca_file_new *files =
	    calloc(2 * intake->count + 1, sizeof(*files));
	char **names = calloc(intake->count + 1, sizeof(char *));
	size_t count = 0;
	int fd = -1;
	enum ca_code rc = CA_OK;

	if (files == NULL || names == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	for (size_t i = 0; rc == CA_OK && i < intake->count; i++) {
		const struct ca_intake_item *item = &intake->item[i];

		if (!is_taken(item))
			continue;
		files[count++] = (struct ca_file_new){ item->file,
			&item->content, 0644, false, NULL };
		if (item->manifest.profile == NULL)
			continue;
		rc = manifest_name(item->file, &names[i], err);
		files[count++] = (struct ca_file_new){ names[i],
			&item->manifest.text, 0644, false, NULL };
	}
	if (rc == CA_OK)
		rc = ca_dir_open(into, 0700, &fd, err);
	if (rc == CA_OK) {
		ca_dir_share(fd);
		rc = ca_dir_write_at(fd, into, intake->folder, files, count,
		    true, err);
	}
	if (fd >= 0)
		(void)close(fd);
out:
	for (size_t i = 0; names != NULL && i < intake->count; i++)
		free(names[i]);
	free(names);
	free(files);
	return rc;
}

static enum ca_code
record(const struct ca_intake *intake, struct ca_ledger *ledger, int64_t now,
    struct ca_error *err)
{
	struct ca_ledger_manifest *rows =
	    calloc(intake->count + 1, sizeof(*rows));
	char(*who)[21] = calloc(intake->count + 1, sizeof(*who));
	size_t count = 0;
	enum ca_code rc = CA_OK;

	if (rows == NULL || who == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	for (size_t i = 0; rc == CA_OK && i < intake->count; i++) {
		const struct ca_intake_item *item = &intake->item[i];
		const struct ca_manifest *manifest = &item->manifest;

		if (!is_taken(item) || manifest->profile == NULL)
			continue;
		rows[count++] = (struct ca_ledger_manifest){
			.nonce = manifest->nonce,
			.nonce_len = CA_MANIFEST_NONCE,
			.host = ca_manifest_who(manifest, who[i]),
			.spki_sha256 = manifest->key_sha256,
			.expires_at = manifest->expires_at,
			.text = &manifest->text,
		};
	}
	if (rc == CA_OK && count > 0)
		rc = ca_ledger_record_manifests(ledger, rows, count, now, err);
out:
	free(who);
	free(rows);
	return rc;
}

enum ca_code
ca_intake_take(const struct ca_intake *intake, const char *into,
    struct ca_ledger *ledger, int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	if (ca_intake_taken(intake) == 0)
		return CA_OK;
	/* The other way round, a crash would make replays of what is not here. */
	rc = write_folder(intake, into, err);
	if (rc == CA_OK)
		rc = record(intake, ledger, now, err);
	return rc;
}
