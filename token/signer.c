/* SPDX-License-Identifier: Apache-2.0 */
#include "token/signing.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/facts.h"

/* By enum ca_signer_kind. */
static const struct {
	const char *name;
	ca_signer_maker make; /* NULL: auto */
} kinds[] = {
	[CA_SIGNER_AUTO] = { "auto", NULL },
	[CA_SIGNER_LIBP11] = { "libp11", ca_signer_libp11 },
	[CA_SIGNER_ENGINE] = { "engine", ca_signer_engine },
	[CA_SIGNER_CRYPTOKI] = { "cryptoki", ca_signer_cryptoki },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *
ca_signer_kind_name(enum ca_signer_kind kind)
{
	return kinds[kind].name;
}

bool
ca_signer_kind_parse(const char *word, enum ca_signer_kind *ret_kind)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, word) == 0) {
			*ret_kind = (enum ca_signer_kind)i;
			return true;
		}
	return false;
}

enum ca_code
ca_signing_is_hashed(const struct ca_signing *signing, bool *ret_hashed,
    struct ca_error *err)
{
	enum ca_flag decrypts = CA_FLAG_UNKNOWN;
	enum ca_code rc;

	if (signing->key->kind != CA_KEY_RSA ||
	    (signing->token->facts & CA_FACT_HASHED_RSA) == 0) {
		*ret_hashed = false;
		return CA_OK;
	}
	rc = ca_attribute_flag(signing->token, signing->key->handle,
	    CKA_DECRYPT, &decrypts, err);
	if (rc == CA_OK)
		*ret_hashed = decrypts != CA_FLAG_TRUE;
	return rc;
}

enum ca_code
ca_signing_refuse(const struct ca_signing *signing, const char *fault,
    struct ca_error *err)
{
	ca_fail(err, CA_ERR_TOKEN, "%s: key %s: %s", signing->token->name,
	    signing->key->label, fault);
	ca_hint(err, "--signer=cryptoki asks the token directly");
	return err->code;
}

/*
 * libp11 signs wherever it can. It knows neither RSASSA-PSS, which it turns
 * into a raw RSA operation, nor Ed25519; and where the PIN for one signature
 * is wrong, it leaves the session in the middle of that signature.
 */
static enum ca_code
make_auto(const struct ca_signing *signing, struct ca_signer *signer,
    struct ca_error *err)
{
	enum ca_code rc = CA_ERR_TOKEN;

	if (!signing->algorithm->pss && signing->algorithm->digest != NULL &&
	    !signing->key->always_authenticate)
		rc = ca_signer_libp11(signing, signer, err);
	if (rc == CA_ERR_TOKEN)
		rc = ca_signer_cryptoki(signing, signer, err);
	return rc;
}

static enum ca_code
check_key(const struct ca_signing *signing, struct ca_error *err)
{
	const struct ca_token_key *key = signing->key;
	enum ca_flag signs = CA_FLAG_UNKNOWN;
	enum ca_code rc;

	if (signing->algorithm->key != key->kind)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: %s is for another kind of key",
		    signing->token->name, key->label, signing->algorithm->name);
	rc = ca_attribute_flag(signing->token, key->handle, CKA_SIGN, &signs,
	    err);
	if (rc == CA_OK && signs == CA_FLAG_FALSE)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: CKA_SIGN is false: it is not for signing",
		    signing->token->name, key->label);
	return rc;
}

enum ca_code
ca_token_signer(struct ca_token *token, const struct ca_token_key *key,
    const struct ca_sigalg *algorithm, const struct ca_signer_options *options,
    struct ca_signer **ret_signer, struct ca_error *err)
{
	const struct ca_signing signing = {
		.token = token,
		.key = key,
		.algorithm = algorithm,
		.options = options,
	};
	ca_signer_maker make = kinds[options->kind].make;
	struct ca_signer *signer;
	enum ca_code rc;

	rc = check_key(&signing, err);
	if (rc != CA_OK)
		return rc;
	signer = calloc(1, sizeof(*signer));
	if (signer == NULL || EVP_PKEY_up_ref(key->public_key) != 1) {
		free(signer);
		return ca_fail_memory(err);
	}
	signer->algorithm = algorithm;
	signer->public_key = key->public_key;
	rc = (make == NULL ? make_auto : make)(&signing, signer, err);
	if (rc != CA_OK) {
		EVP_PKEY_free(signer->public_key);
		free(signer);
		return rc;
	}
	*ret_signer = signer;
	return CA_OK;
}
