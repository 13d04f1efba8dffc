/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The r of ECDSA signatures. Two signatures of one key with one r were made
 * with one nonce, and anybody who has both can compute the key.
 */
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sqlite3.h>

#include "base/text.h"
#include "core/ledger_internal.h"

static bool
is_ecdsa(const X509 *x509)
{
	int key = NID_undef;

	return OBJ_find_sigid_algs(X509_get_signature_nid(x509), NULL, &key) ==
	    1 &&
	    key == NID_X9_62_id_ecPublicKey;
}

/* Appends r of the ECDSA-Sig-Value (RFC 3279 section 2.2.3) of X509. */
static enum ca_code
append_r(const X509 *x509, struct ca_bytes *ret, struct ca_error *err)
{
	const ASN1_BIT_STRING *bits = NULL;
	const unsigned char *der;
	unsigned char *octets = NULL;
	ECDSA_SIG *sig;
	int len;
	enum ca_code rc;

	X509_get0_signature(&bits, NULL, x509);
	der = ASN1_STRING_get0_data(bits);
	sig = d2i_ECDSA_SIG(NULL, &der, ASN1_STRING_length(bits));
	if (sig == NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 3279 section 2.2.3: not an ECDSA signature");
	len = BN_num_bytes(ECDSA_SIG_get0_r(sig));
	octets = OPENSSL_malloc((size_t)len + 1);
	if (octets == NULL) {
		rc = ca_fail_memory(err);
	} else {
		(void)BN_bn2bin(ECDSA_SIG_get0_r(sig), octets);
		rc = ca_bytes_append(ret, octets, (size_t)len, err);
	}
	OPENSSL_free(octets);
	ECDSA_SIG_free(sig);
	return rc;
}

enum ca_code
ca_ledger_nonce(const uint8_t *der, size_t len, struct ca_bytes *ret,
    struct ca_error *err)
{
	X509 *x509 = d2i_X509(NULL, &der, (long)len);
	enum ca_code rc = CA_OK;

	if (x509 == NULL)
		rc = ca_fail(err, CA_ERR_INPUT, "not a certificate");
	else if (is_ecdsa(x509))
		rc = append_r(x509, ret, err);
	X509_free(x509);
	ERR_clear_error();
	return rc;
}

enum ca_code
ca_ledger_find_nonce(struct ca_ledger *ledger,
    const uint8_t *issuer_spki_sha256, const struct ca_bytes *r,
    char **ret_serial, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_NONCE, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, issuer_spki_sha256, CA_SHA256_SIZE,
	    NULL);
	step |= sqlite3_bind_blob64(stmt, 2, r->data, r->len, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		rc = ca_text_format(ret_serial, err, "%s",
		    sqlite3_column_text(stmt, 0));
	else if (step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

enum ca_code
ca_ledger_fail_disclosed(struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_TOKEN,
	    "the token repeated an ECDSA r: its key must be considered disclosed");
	ca_hint(err,
	    "make a new CA on another token: coldca create-ca --overwrite; then replace every certificate");
	return CA_ERR_TOKEN;
}

enum ca_code
ca_ledger_check_disclosed(struct ca_ledger *ledger,
    const uint8_t *issuer_spki_sha256, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_DISCLOSED, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, issuer_spki_sha256, CA_SHA256_SIZE,
	    NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		rc = ca_ledger_fail_disclosed(err);
	else if (step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}
