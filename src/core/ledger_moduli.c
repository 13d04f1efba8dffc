/* SPDX-License-Identifier: Apache-2.0 */
/* The RSA moduli that the ledger has certificates for. */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"

/* Columns of CA_LEDGER_FIND_RSA_KEYS. */
enum column { COLUMN_SERIAL, COLUMN_NAME, COLUMN_CERTIFICATE, COLUMN_SPKI };

struct key {
	uint8_t spki_sha256[CA_SHA256_SIZE];
	struct ca_bytes spki;
	char *whose;
};

/* Each key once, the last one first. */
struct keys {
	struct key *item; /* room for CA_MODULI_MAX */
	size_t count;
};

static void
keys_free(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		ca_bytes_free(&keys->item[i].spki);
		free(keys->item[i].whose);
	}
	free(keys->item);
}

static bool
has(const struct keys *keys, const uint8_t *spki_sha256)
{
	for (size_t i = 0; i < keys->count; i++)
		if (memcmp(keys->item[i].spki_sha256, spki_sha256,
			CA_SHA256_SIZE) == 0)
			return true;
	return false;
}

static enum ca_code
read_key(const X509 *x509, sqlite3_stmt *stmt, struct key *key,
    struct ca_error *err)
{
	unsigned char *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	enum ca_code rc;

	if (len <= 0)
		return ca_fail_memory(err);
	rc = ca_bytes_append(&key->spki, spki, (size_t)len, err);
	OPENSSL_free(spki);
	if (rc == CA_OK)
		rc = ca_text_format(&key->whose, err, "certificate %s, of %s",
		    (const char *)sqlite3_column_text(stmt, COLUMN_SERIAL),
		    (const char *)sqlite3_column_text(stmt, COLUMN_NAME));
	return rc;
}

/* What is half read is freed with the others. */
static enum ca_code
add_row(struct ca_ledger *ledger, struct keys *keys, sqlite3_stmt *stmt,
    struct ca_error *err)
{
	const uint8_t *hash = sqlite3_column_blob(stmt, COLUMN_SPKI);
	const unsigned char *der =
	    sqlite3_column_blob(stmt, COLUMN_CERTIFICATE);
	struct key *key = &keys->item[keys->count];
	X509 *x509 = NULL;
	enum ca_code rc;

	if (sqlite3_column_bytes(stmt, COLUMN_SPKI) != CA_SHA256_SIZE)
		return ca_ledger_fail_row(ledger, err);
	if (has(keys, hash))
		return CA_OK;
	if (der != NULL)
		x509 = d2i_X509(NULL, &der,
		    sqlite3_column_bytes(stmt, COLUMN_CERTIFICATE));
	if (x509 == NULL || sqlite3_column_text(stmt, COLUMN_SERIAL) == NULL ||
	    sqlite3_column_text(stmt, COLUMN_NAME) == NULL) {
		rc = ca_ledger_fail_row(ledger, err);
	} else {
		memcpy(key->spki_sha256, hash, CA_SHA256_SIZE);
		keys->count++;
		rc = read_key(x509, stmt, key, err);
	}
	X509_free(x509);
	ERR_clear_error();
	return rc;
}

static enum ca_code
read_keys(struct ca_ledger *ledger, struct keys *keys, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int step = SQLITE_DONE;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_RSA_KEYS, &stmt, err);
	while (rc == CA_OK && keys->count < CA_MODULI_MAX &&
	    (step = sqlite3_step(stmt)) == SQLITE_ROW)
		rc = add_row(ledger, keys, stmt, err);
	if (rc == CA_OK && step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_read_moduli(struct ca_ledger *ledger, struct ca_moduli *moduli,
    struct ca_error *err)
{
	struct keys keys = { .item =
				 calloc(CA_MODULI_MAX, sizeof(struct key)) };
	enum ca_code rc;

	if (keys.item == NULL)
		return ca_fail_memory(err);
	rc = read_keys(ledger, &keys, err);
	for (size_t i = keys.count; i > 0 && rc == CA_OK; i--) {
		const struct key *key = &keys.item[i - 1];

		rc = ca_moduli_add(moduli, key->spki.data, key->spki.len,
		    key->whose, NULL, err);
	}
	keys_free(&keys);
	return rc;
}
