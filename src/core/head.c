/* SPDX-License-Identifier: Apache-2.0 */
/* What the signature of a head is over, and whether it is one. */
#include "core/head_internal.h"

#include "coldca/statement.h"

enum key {
	KEY_LEDGER,
	KEY_ENTRY,
	KEY_HASH,
	KEY_TIME,
	KEY_KEY,
	KEY_RESPONSE,
	KEYS
};

static const struct ca_statement_key keys[KEYS] = {
	[KEY_LEDGER] = { "ledger", 1, 1 },
	[KEY_ENTRY] = { "entry", 1, 1 },
	[KEY_HASH] = { "hash", 1, 1 },
	[KEY_TIME] = { "time", 1, 1 },
	[KEY_KEY] = { "key", 1, 1 },
	[KEY_RESPONSE] = { "response", 1, 1 },
};

/* The first names no response manifest. */
static const struct ca_statement_form forms[] = {
	{ "coldca ledger head v1", keys, KEY_RESPONSE, true },
	{ "coldca ledger head v2", keys, KEYS, true },
};

static enum ca_code
add_hash(struct ca_bytes *text, enum key key, const uint8_t *hash,
    struct ca_error *err)
{
	return ca_statement_add_hex(text, keys[key].name, hash, CA_SHA256_SIZE,
	    err);
}

enum ca_code
ca_head_text(const struct ca_head_statement *statement, struct ca_bytes *ret,
    struct ca_error *err)
{
	const struct ca_statement_form *form =
	    &forms[statement->response != NULL ? 1 : 0];
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	rc = ca_statement_begin(form, &text, err);
	if (rc == CA_OK)
		rc = add_hash(&text, KEY_LEDGER, statement->ledger, err);
	if (rc == CA_OK)
		rc = ca_statement_add_number(&text, keys[KEY_ENTRY].name,
		    statement->entry, err);
	if (rc == CA_OK)
		rc = add_hash(&text, KEY_HASH, statement->hash, err);
	if (rc == CA_OK)
		rc = ca_statement_add_time(&text, keys[KEY_TIME].name,
		    statement->signed_at, err);
	if (rc == CA_OK)
		rc = add_hash(&text, KEY_KEY, statement->spki_sha256, err);
	if (rc == CA_OK && statement->response != NULL)
		rc = add_hash(&text, KEY_RESPONSE, statement->response, err);
	if (rc == CA_OK)
		*ret = text;
	else
		ca_bytes_free(&text);
	return rc;
}

static enum ca_code
read_text(const struct ca_statement *statement, bool has_response,
    struct ca_head_said *ret, struct ca_error *err)
{
	struct ca_head_said said = { .has_response = has_response };
	enum ca_code rc;

	rc = ca_statement_hex(statement, KEY_LEDGER, 0, said.ledger,
	    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc =
		    ca_statement_number(statement, KEY_ENTRY, &said.entry, err);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_HASH, 0, said.hash,
		    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_time(statement, KEY_TIME, &said.time, err);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_KEY, 0, said.spki_sha256,
		    CA_SHA256_SIZE, err);
	if (rc == CA_OK && said.has_response)
		rc = ca_statement_hex(statement, KEY_RESPONSE, 0, said.response,
		    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		*ret = said;
	return rc;
}

enum ca_code
ca_head_read(const char *what, const void *text, size_t len,
    struct ca_head_said *ret, struct ca_error *err)
{
	bool second = ca_statement_is(&forms[1], text, len);
	struct ca_statement *statement = NULL;
	enum ca_code rc;

	rc = ca_statement_parse(&forms[second ? 1 : 0], what, text, len,
	    &statement, err);
	if (rc != CA_OK)
		return rc;
	rc = read_text(statement, second, ret, err);
	ca_statement_free(statement);
	return rc;
}

void
ca_head_proof_clear(struct ca_head_proof *proof)
{
	ca_bytes_free(&proof->text);
	ca_bytes_free(&proof->signature);
	proof->algorithm = NULL;
}

enum ca_code
ca_head_nonce(const struct ca_sigalg *algorithm, const uint8_t *signature,
    size_t len, struct ca_bytes *ret, struct ca_error *err)
{
	struct ca_bytes r = { 0 };
	enum ca_code rc = CA_OK;

	if (algorithm->key != CA_KEY_RSA && algorithm->key != CA_KEY_ED25519)
		rc = ca_ledger_append_r(signature, len, &r, err);
	if (rc == CA_OK)
		*ret = r;
	else
		ca_bytes_free(&r);
	return rc;
}
