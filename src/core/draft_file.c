/* SPDX-License-Identifier: Apache-2.0 */
/* A draft as a file: what is carried to those who are to approve it. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "coldca/approval.h"
#include "coldca/csr.h"
#include "coldca/sigalg.h"
#include "core/draft_internal.h"

#define CHUNK ((size_t)48) /* octets in one line of base64: 64 letters */
#define LINES ((size_t)4096)
#define NAME_MAX_LEN ((size_t)255) /* bytes of a bundle's name */

enum key {
	KEY_LEDGER,
	KEY_PROFILE,
	KEY_BUNDLE,
	KEY_LIFETIME,
	KEY_ALGORITHM,
	KEY_SHA256,
	KEY_REQUEST,
	KEY_TBS,
	KEYS
};

static const struct ca_statement_key keys[KEYS] = {
	[KEY_LEDGER] = { "ledger", 1, 1 },
	[KEY_PROFILE] = { "profile", 1, 1 },
	[KEY_BUNDLE] = { "bundle", 1, 1 },
	[KEY_LIFETIME] = { "approval-seconds", 1, 1 },
	[KEY_ALGORITHM] = { "algorithm", 1, 1 },
	[KEY_SHA256] = { "tbs-sha256", 1, 1 },
	[KEY_REQUEST] = { "request", 0, LINES },
	[KEY_TBS] = { "tbs", 1, LINES },
};
static const struct ca_statement_form form = { "coldca draft v1", keys, KEYS,
	true };

/* DATA as lines of base64. */
static enum ca_code
add_octets(struct ca_bytes *text, enum key key, const struct ca_bytes *data,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t at = 0; rc == CA_OK && at < data->len; at += CHUNK) {
		size_t len = data->len - at < CHUNK ? data->len - at : CHUNK;
		char line[2 * CHUNK];

		(void)EVP_EncodeBlock((uint8_t *)line, data->data + at,
		    (int)len);
		rc = ca_statement_add(text, keys[key].name, line, err);
	}
	return rc;
}

enum ca_code
ca_draft_file_make(const struct ca_draft *draft, const char *name,
    const uint8_t ledger[CA_SHA256_SIZE], int64_t approval_lifetime,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	const struct ca_grant *grant = ca_draft_grant(draft);
	struct ca_bytes text = { 0 };
	enum ca_code rc = ca_statement_begin(&form, &text, err);

	if (rc == CA_OK)
		rc = ca_statement_add_hex(&text, keys[KEY_LEDGER].name, ledger,
		    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_add(&text, keys[KEY_PROFILE].name,
		    grant->profile->name, err);
	if (rc == CA_OK)
		rc = ca_statement_add(&text, keys[KEY_BUNDLE].name, name, err);
	if (rc == CA_OK)
		rc = ca_statement_add_number(&text, keys[KEY_LIFETIME].name,
		    approval_lifetime, err);
	if (rc == CA_OK)
		rc = ca_statement_add(&text, keys[KEY_ALGORITHM].name,
		    ca_draft_algorithm(draft)->name, err);
	if (rc == CA_OK)
		rc = ca_statement_add_hex(&text, keys[KEY_SHA256].name,
		    ca_draft_tbs_sha256(draft), CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = add_octets(&text, KEY_REQUEST, &grant->csr, err);
	if (rc == CA_OK)
		rc = add_octets(&text, KEY_TBS, ca_draft_tbs(draft), err);
	if (rc == CA_OK && text.len > CA_STATEMENT_MAX)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: is too large a draft",
		    name);
	if (rc == CA_OK)
		*ret_text = text;
	else
		ca_bytes_free(&text);
	return rc;
}

/* One line of base64, in the one form that encodes its octets. */
static enum ca_code
append_line(const char *what, const char *line, bool last, struct ca_bytes *ret,
    struct ca_error *err)
{
	uint8_t octets[CHUNK + 3];
	char again[2 * sizeof(octets)];
	size_t len = strlen(line), padding = 0;
	int count;

	if (len > CHUNK / 3 * 4 || len % 4 != 0)
		return ca_fail(err, CA_ERR_INPUT, "%s: a line is not base64",
		    what);
	count = EVP_DecodeBlock(octets, (const uint8_t *)line, (int)len);
	while (padding < 2 && line[len - 1 - padding] == '=')
		padding++;
	if (count < (int)padding)
		return ca_fail(err, CA_ERR_INPUT, "%s: a line is not base64",
		    what);
	count -= (int)padding;
	(void)EVP_EncodeBlock((uint8_t *)again, octets, count);
	if (strcmp(again, line) != 0 || (!last && (size_t)count != CHUNK))
		return ca_fail(err, CA_ERR_INPUT, "%s: a line is not base64",
		    what);
	return ca_bytes_append(ret, octets, (size_t)count, err);
}

static enum ca_code
read_octets(const char *what, const struct ca_statement *statement,
    enum key key, struct ca_bytes *ret, struct ca_error *err)
{
	size_t count = ca_statement_count(statement, key);
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = append_line(what, ca_statement_value(statement, key, i),
		    i == count - 1, ret, err);
	return rc;
}

/* The TBSCertificate, which must be the one that the file says it is. */
static enum ca_code
read_tbs(const char *what, const struct ca_statement *statement,
    struct ca_draft_file *file, struct ca_error *err)
{
	const struct ca_sigalg *algorithm =
	    ca_sigalg_by_name(ca_statement_value(statement, KEY_ALGORITHM, 0));
	uint8_t said[CA_SHA256_SIZE];
	enum ca_code rc;

	rc = read_octets(what, statement, KEY_TBS, &file->tbs, err);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_SHA256, 0, said,
		    CA_SHA256_SIZE, err);
	if (rc != CA_OK)
		return rc;
	if (!ca_sha256_of(file->tbs.data, file->tbs.len, file->tbs_sha256))
		return ca_fail_memory(err);
	if (algorithm == NULL ||
	    memcmp(said, file->tbs_sha256, CA_SHA256_SIZE) != 0)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: its draft was changed: the SHA-256 is another one",
		    what);
	if (ca_draft_read(&file->tbs, algorithm, &file->preview, err) != CA_OK)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: its draft is no certificate's", what);
	return CA_OK;
}

/* What approvers are shown as asked for is the request of this certificate. */
static enum ca_code
check_request(const char *what, const struct ca_draft_file *file,
    struct ca_error *err)
{
	const struct ca_key_info *wanted =
	    ca_certificate_key_info(file->preview);
	struct ca_csr *csr = NULL;
	struct ca_error ignored;
	bool same;

	if (file->csr.len == 0)
		return CA_OK;
	same = ca_csr_parse(what, file->csr.data, file->csr.len, &csr,
		   &ignored) == CA_OK &&
	    memcmp(ca_csr_key_info(csr)->spki_sha256, wanted->spki_sha256,
		CA_SHA256_SIZE) == 0;
	ca_csr_free(csr);
	return same
	    ? CA_OK
	    : ca_fail(err, CA_ERR_INPUT,
		  "%s: its request is not for the key of its draft", what);
}

static enum ca_code
read_all(const char *what, const struct ca_statement *statement,
    struct ca_draft_file *file, struct ca_error *err)
{
	const char *name = ca_statement_value(statement, KEY_BUNDLE, 0);
	enum ca_code rc;

	file->profile =
	    ca_profile_by_name(ca_statement_value(statement, KEY_PROFILE, 0));
	if (file->profile == NULL || strlen(name) > NAME_MAX_LEN ||
	    strchr(name, '/') != NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: no such profile, or no such bundle", what);
	rc = ca_text_format(&file->name, err, "%s", name);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_LEDGER, 0, file->ledger,
		    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_number(statement, KEY_LIFETIME,
		    &file->approval_lifetime, err);
	if (rc == CA_OK &&
	    (file->approval_lifetime < CA_LIFETIME_MIN ||
		file->approval_lifetime > CA_LIFETIME_MAX))
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: approval-seconds: not between one minute and 100 years",
		    what);
	if (rc == CA_OK)
		rc = read_octets(what, statement, KEY_REQUEST, &file->csr, err);
	if (rc == CA_OK)
		rc = read_tbs(what, statement, file, err);
	return rc == CA_OK ? check_request(what, file, err) : rc;
}

enum ca_code
ca_draft_file_parse(const char *what, const void *text, size_t len,
    struct ca_draft_file *ret, struct ca_error *err)
{
	struct ca_statement *statement = NULL;
	struct ca_draft_file file = { .profile = NULL };
	enum ca_code rc;

	rc = ca_statement_parse(&form, what, text, len, &statement, err);
	if (rc == CA_OK)
		rc = read_all(what, statement, &file, err);
	ca_statement_free(statement);
	if (rc == CA_OK)
		*ret = file;
	else
		ca_draft_file_clear(&file);
	return rc;
}

void
ca_draft_file_clear(struct ca_draft_file *file)
{
	free(file->name);
	ca_bytes_free(&file->csr);
	ca_bytes_free(&file->tbs);
	ca_certificate_free(file->preview);
	*file = (struct ca_draft_file){ .profile = NULL };
}

enum ca_code
ca_draft_files_add(struct ca_draft_files *files,
    const struct ca_draft_file *file, struct ca_error *err)
{
	struct ca_draft_file *item =
	    reallocarray(files->item, files->count + 1, sizeof(*item));

	if (item == NULL)
		return ca_fail_memory(err);
	files->item = item;
	files->item[files->count++] = *file;
	return CA_OK;
}

void
ca_draft_files_clear(struct ca_draft_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		ca_draft_file_clear(&files->item[i]);
	free(files->item);
	*files = (struct ca_draft_files){ 0 };
}
