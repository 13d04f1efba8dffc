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
#include <stdlib.h>

#include "base/text.h"
#include "core/ledger_internal.h"

static bool
is_ecdsa(const ASN1_TYPE *element)
{
	const unsigned char *der;
	X509_ALGOR *algorithm;
	const ASN1_OBJECT *oid = NULL;
	int key = NID_undef;

	if (ASN1_TYPE_get(element) != V_ASN1_SEQUENCE)
		return false;
	der = ASN1_STRING_get0_data(element->value.sequence);
	algorithm = d2i_X509_ALGOR(NULL, &der,
	    ASN1_STRING_length(element->value.sequence));
	if (algorithm == NULL)
		return false;
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	if (OBJ_find_sigid_algs(OBJ_obj2nid(oid), NULL, &key) != 1)
		key = NID_undef;
	X509_ALGOR_free(algorithm);
	return key == NID_X9_62_id_ecPublicKey;
}

enum ca_code
ca_ledger_append_r(const uint8_t *der, size_t der_len, struct ca_bytes *ret,
    struct ca_error *err)
{
	unsigned char *octets = NULL;
	ECDSA_SIG *sig;
	int len;
	enum ca_code rc;

	sig = d2i_ECDSA_SIG(NULL, &der, (long)der_len);
	ERR_clear_error();
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

/*
 * A signed object is a SEQUENCE of what is signed, the algorithm and the
 * signature (RFC 5280 sections 4.1 and 5.1, RFC 6960 section 4.2.1). Goes to
 * what follows the first element of the SEQUENCE in the *LEN bytes at
 * *DER, which may be large and is not copied; false where there is none.
 */
static bool
skip_signed(const uint8_t **der, long *len)
{
	const uint8_t *at = *der, *end = *der + *len;
	int tag = 0, class = 0;
	long content = 0;

	for (int depth = 0; depth < 2; depth++)
		if ((ASN1_get_object(&at, &content, &tag, &class, end - at) &
			0x81) != 0 ||
		    tag != V_ASN1_SEQUENCE || class != V_ASN1_UNIVERSAL)
			return false;
	*der = at + content;
	*len = end - *der;
	return true;
}

enum ca_code
ca_ledger_nonce(const uint8_t *der, size_t len, struct ca_bytes *ret,
    struct ca_error *err)
{
	long left = (long)len;
	ASN1_TYPE *algorithm = NULL, *signature = NULL;
	enum ca_code rc = CA_OK;

	if (der != NULL && skip_signed(&der, &left)) {
		const uint8_t *end = der + left;

		algorithm = d2i_ASN1_TYPE(NULL, &der, left);
		if (algorithm != NULL)
			signature = d2i_ASN1_TYPE(NULL, &der, end - der);
	}
	if (signature == NULL || ASN1_TYPE_get(signature) != V_ASN1_BIT_STRING)
		rc = ca_fail(err, CA_ERR_INPUT, "not a signed object");
	else if (is_ecdsa(algorithm))
		rc = ca_ledger_append_r(ASN1_STRING_get0_data(
					    signature->value.bit_string),
		    (size_t)ASN1_STRING_length(signature->value.bit_string),
		    ret, err);
	ASN1_TYPE_free(algorithm);
	ASN1_TYPE_free(signature);
	ERR_clear_error();
	return rc;
}

enum ca_code
ca_ledger_find_nonce(struct ca_ledger *ledger,
    const uint8_t *issuer_spki_sha256, const struct ca_bytes *r,
    char **ret_what, struct ca_error *err)
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
		rc = ca_text_format(ret_what, err, "%s",
		    sqlite3_column_text(stmt, 0));
	else if (step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

enum ca_code
ca_ledger_append_disclosed(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    const uint8_t *serial, const char *other, int64_t now, struct ca_error *err)
{
	struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_DISCLOSED,
		.serial = serial,
		.sha256 = spki_sha256,
	};
	char *detail = NULL;
	enum ca_code rc;

	rc = ca_text_format(&detail, err,
	    "the token repeated the ECDSA r of %s: its key must be considered disclosed",
	    other);
	if (rc != CA_OK)
		return rc;
	entry.detail = detail;
	rc = ca_ledger_append(ledger, entry, err);
	free(detail);
	return rc;
}

enum ca_code
ca_ledger_disclose(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    const char *other, int64_t now, struct ca_error *err)
{
	enum ca_code rc = ca_ledger_begin(ledger, err);

	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_append_disclosed(ledger, spki_sha256, NULL, other, now,
	    err);
	rc = ca_ledger_end(ledger, rc, err);
	return rc == CA_OK ? ca_ledger_fail_disclosed(err) : rc;
}

enum ca_code
ca_ledger_fail_disclosed(struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_TOKEN,
	    "the token repeated an ECDSA r: its key must be considered disclosed");
	ca_hint(err,
	    "coldca compromise gives the CA up, and says how it is replaced");
	return CA_ERR_TOKEN;
}

enum ca_code
ca_ledger_check_disclosed(struct ca_ledger *ledger,
    const uint8_t *issuer_spki_sha256, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_DISCLOSED,
	    issuer_spki_sha256, CA_SHA256_SIZE, &stmt, &found, err);
	if (rc == CA_OK && found)
		rc = ca_ledger_fail_disclosed(err);
	ca_ledger_leave(stmt);
	return rc;
}
