/* SPDX-License-Identifier: Apache-2.0 */
/* What the signature of a head is over, and whether it is one. */
#include "core/head_internal.h"

#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

#define HEX_SIZE ((size_t)2 * CA_SHA256_SIZE + 1)

enum ca_code
ca_head_text(const struct ca_head_statement *statement, struct ca_bytes *ret,
    struct ca_error *err)
{
	char ledger[HEX_SIZE], hash[HEX_SIZE], key[HEX_SIZE];
	char time[CA_TIME_TEXT_SIZE];
	struct ca_bytes bytes = { 0 };
	char *text = NULL;
	enum ca_code rc;

	ca_hex(statement->ledger, CA_SHA256_SIZE, ledger);
	ca_hex(statement->hash, CA_SHA256_SIZE, hash);
	ca_hex(statement->spki_sha256, CA_SHA256_SIZE, key);
	ca_time_format(statement->signed_at, time);
	rc = ca_text_format(&text, err,
	    "coldca ledger head v1\nledger %s\nentry %" PRId64
	    "\nhash %s\ntime %s\nkey %s\n",
	    ledger, statement->entry, hash, time, key);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bytes, text, strlen(text), err);
	free(text);
	if (rc == CA_OK)
		*ret = bytes;
	return rc;
}

/* RFC 4055 section 3.1: a salt as long as the hash. */
static bool
set_padding(EVP_PKEY_CTX *context, const struct ca_sigalg *algorithm)
{
	if (!algorithm->pss)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) ==
	    1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
	    1;
}

bool
ca_head_verifies(EVP_PKEY *key, const struct ca_sigalg *algorithm,
    const struct ca_bytes *text, const uint8_t *signature, size_t len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	bool verifies;

	verifies = context != NULL &&
	    EVP_DigestVerifyInit_ex(context, &parameters, algorithm->digest,
		NULL, NULL, key, NULL) == 1 &&
	    set_padding(parameters, algorithm) &&
	    EVP_DigestVerify(context, signature, len, text->data, text->len) ==
		1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return verifies;
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
