/* SPDX-License-Identifier: Apache-2.0 */
/* The RSA moduli that the ledger has certificates for. */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "base/text.h"
#include "core/ledger_internal.h"

/* Columns of CA_LEDGER_FIND_RSA_KEYS. */
enum column { COLUMN_SERIAL, COLUMN_NAME, COLUMN_CERTIFICATE };

static enum ca_code
add_key(struct ca_moduli *moduli, const X509 *x509, sqlite3_stmt *stmt,
    struct ca_error *err)
{
	unsigned char *spki = NULL;
	char *whose = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	enum ca_code rc;

	if (len <= 0)
		return ca_fail_memory(err);
	rc = ca_text_format(&whose, err, "certificate %s, of %s",
	    (const char *)sqlite3_column_text(stmt, COLUMN_SERIAL),
	    (const char *)sqlite3_column_text(stmt, COLUMN_NAME));
	if (rc == CA_OK)
		rc = ca_moduli_add(moduli, spki, (size_t)len, whose, NULL, err);
	free(whose);
	OPENSSL_free(spki);
	return rc;
}

static enum ca_code
add_row(struct ca_ledger *ledger, struct ca_moduli *moduli, sqlite3_stmt *stmt,
    struct ca_error *err)
{
	const unsigned char *der =
	    sqlite3_column_blob(stmt, COLUMN_CERTIFICATE);
	X509 *x509 = NULL;
	enum ca_code rc;

	if (der != NULL)
		x509 = d2i_X509(NULL, &der,
		    sqlite3_column_bytes(stmt, COLUMN_CERTIFICATE));
	if (x509 == NULL || sqlite3_column_text(stmt, COLUMN_SERIAL) == NULL ||
	    sqlite3_column_text(stmt, COLUMN_NAME) == NULL)
		rc = ca_ledger_fail_row(ledger, err);
	else
		rc = add_key(moduli, x509, stmt, err);
	X509_free(x509);
	ERR_clear_error();
	return rc;
}

enum ca_code
ca_ledger_read_moduli(struct ca_ledger *ledger, struct ca_moduli *moduli,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_RSA_KEYS, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_int64(stmt, 1, (sqlite3_int64)CA_MODULI_MAX);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	for (; step == SQLITE_ROW && rc == CA_OK; step = sqlite3_step(stmt))
		rc = add_row(ledger, moduli, stmt, err);
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	return rc;
}
