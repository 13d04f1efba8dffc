/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/spki.h"
#include "base/text.h"
#include "token/attribute.h"
#include "token/ckr.h"
#include "token/token_info.h"

static const CK_ATTRIBUTE_TYPE types[CA_ATTRIBUTES] = {
	[CA_ATTRIBUTE_PRIVATE] = CKA_PRIVATE,
	[CA_ATTRIBUTE_SENSITIVE] = CKA_SENSITIVE,
	[CA_ATTRIBUTE_ALWAYS_SENSITIVE] = CKA_ALWAYS_SENSITIVE,
	[CA_ATTRIBUTE_EXTRACTABLE] = CKA_EXTRACTABLE,
	[CA_ATTRIBUTE_NEVER_EXTRACTABLE] = CKA_NEVER_EXTRACTABLE,
	[CA_ATTRIBUTE_LOCAL] = CKA_LOCAL,
	[CA_ATTRIBUTE_SIGN] = CKA_SIGN,
	[CA_ATTRIBUTE_SIGN_RECOVER] = CKA_SIGN_RECOVER,
	[CA_ATTRIBUTE_DECRYPT] = CKA_DECRYPT,
	[CA_ATTRIBUTE_UNWRAP] = CKA_UNWRAP,
	[CA_ATTRIBUTE_DERIVE] = CKA_DERIVE,
	[CA_ATTRIBUTE_MODIFIABLE] = CKA_MODIFIABLE,
	[CA_ATTRIBUTE_COPYABLE] = CKA_COPYABLE,
	[CA_ATTRIBUTE_ALWAYS_AUTHENTICATE] = CKA_ALWAYS_AUTHENTICATE,
};

static const enum ca_attribute_value values[] = {
	[CA_FLAG_FALSE] = CA_VALUE_FALSE,
	[CA_FLAG_TRUE] = CA_VALUE_TRUE,
	[CA_FLAG_UNKNOWN] = CA_VALUE_UNKNOWN,
};

/* ca_passport_clear() is not for this layer. */
static void
release(struct ca_passport *passport)
{
	free(passport->key_id);
	free(passport->key_label);
	free(passport->token_label);
	free(passport->token_serial);
	free(passport->token_manufacturer);
	free(passport->token_model);
	free(passport->token_firmware);
	free(passport->module_path);
}

static enum ca_code
add_key(const struct ca_token_key *key, struct ca_passport *passport,
    struct ca_error *err)
{
	struct ca_bytes spki = { NULL, 0 };
	enum ca_code rc = ca_spki_encode(key->public_key, &spki, err);
	bool hashed = rc == CA_OK &&
	    ca_sha256_of(spki.data, spki.len, passport->spki_sha256);

	ca_bytes_free(&spki);
	if (rc != CA_OK)
		return rc;
	passport->key_id = malloc(2 * key->id_len + 1);
	passport->key_label = strdup(key->label);
	if (!hashed || passport->key_id == NULL || passport->key_label == NULL)
		return ca_fail_memory(err);
	ca_hex(key->id, key->id_len, passport->key_id);
	return CA_OK;
}

/* Asks the token anew: another one may be in the slot by now. */
static enum ca_code
add_token(struct ca_token *token, struct ca_passport *passport,
    struct ca_error *err)
{
	struct ca_slot_view view = token->view;
	struct ca_token_info info = { .label = NULL };
	enum ca_code rc;
	CK_RV rv = token->p11->C_GetTokenInfo(view.id, &view.token);

	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_GetTokenInfo", rv);
	rc = ca_token_info_make(&view, &info, err);
	if (rc != CA_OK)
		return rc;
	passport->token_label = info.label;
	passport->token_serial = info.serial;
	passport->token_manufacturer = info.manufacturer;
	passport->token_model = info.model;
	passport->token_firmware = info.firmware;
	info.label = info.serial = info.manufacturer = NULL;
	info.model = info.firmware = NULL;
	ca_token_info_clear(&info);
	return CA_OK;
}

static enum ca_code
add_module(const struct ca_module *module, struct ca_passport *passport,
    struct ca_error *err)
{
	passport->module_path = strdup(module->file);
	if (passport->module_path == NULL)
		return ca_fail_memory(err);
	if (!module->hashed)
		return ca_file_sha256(module->file, passport->module_sha256,
		    err);
	memcpy(passport->module_sha256, module->sha256, sizeof(module->sha256));
	return CA_OK;
}

enum ca_code
ca_token_passport(struct ca_token *token, const struct ca_token_key *key,
    struct ca_passport *ret, struct ca_error *err)
{
	struct ca_passport passport = { .key_id = NULL };
	enum ca_flag flag[CA_ATTRIBUTES] = { CA_FLAG_UNKNOWN };
	enum ca_code rc;
	size_t i;

	rc = add_key(key, &passport, err);
	if (rc == CA_OK)
		rc = add_token(token, &passport, err);
	if (rc == CA_OK)
		rc = add_module(token->module, &passport, err);
	if (rc == CA_OK)
		rc = ca_attribute_flags(token, key->handle, types,
		    CA_ATTRIBUTES, flag, err);
	for (i = 0; i < CA_ATTRIBUTES && rc == CA_OK; i++)
		passport.attribute[i] = values[flag[i]];
	if (rc != CA_OK) {
		release(&passport);
		return rc;
	}
	*ret = passport;
	return CA_OK;
}
