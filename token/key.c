/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/attribute.h"
#include "token/ckr.h"
#include "token/key.h"
#include "token/listing.h"
#include "token/public_key.h"

#define KEY_TEMPLATE_MAX 3

enum ca_code
ca_key_read_names(struct ca_token *token, CK_OBJECT_HANDLE object,
    struct ca_token_key *key, struct ca_error *err)
{
	struct ca_bytes id = { NULL, 0 }, label = { NULL, 0 };
	enum ca_code rc;

	rc = ca_attribute_read(token, object, CKA_ID, CA_KEY_ID_MAX, &id, err);
	if (rc == CA_OK)
		rc = ca_attribute_read(token, object, CKA_LABEL,
		    CA_KEY_LABEL_MAX, &label, err);
	if (rc == CA_OK) {
		key->handle = object;
		key->id_len = id.len;
		if (id.len > 0)
			memcpy(key->id, id.data, id.len);
		if (label.len > 0)
			memcpy(key->label, label.data, label.len);
		key->label[label.len] = '\0';
	}
	ca_bytes_free(&id);
	ca_bytes_free(&label);
	return rc;
}

/* Reads all of the private key OBJECT. *RET_KEY is new. */
static enum ca_code
read_key(struct ca_token *token, CK_OBJECT_HANDLE object,
    struct ca_token_key *ret_key, struct ca_error *err)
{
	struct ca_token_key key = { .handle = object };
	enum ca_flag always = CA_FLAG_UNKNOWN;
	enum ca_code rc = ca_key_read_names(token, object, &key, err);

	if (rc == CA_OK)
		rc = ca_attribute_flag(token, object, CKA_ALWAYS_AUTHENTICATE,
		    &always, err);
	if (rc == CA_OK)
		rc = ca_public_key_find(token, key.id, key.id_len,
		    &key.public_key, &key.kind, err);
	if (rc == CA_OK) {
		key.always_authenticate = always == CA_FLAG_TRUE;
		*ret_key = key;
	}
	return rc;
}

/* The private keys that URI names; all of them where it is NULL. */
static enum ca_code
find_private(struct ca_token *token, const struct ca_uri *uri,
    struct ca_objects *ret, struct ca_error *err)
{
	static const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	const char *label = uri == NULL ? NULL : ca_uri_object(uri);
	const uint8_t *id;
	CK_ATTRIBUTE template[KEY_TEMPLATE_MAX];
	size_t count = 0, id_len = 0;

	template[count++] = ca_attribute(CKA_CLASS, &class, sizeof(class));
	if (label != NULL)
		template[count++] =
		    ca_attribute(CKA_LABEL, label, strlen(label));
	id = uri == NULL ? NULL : ca_uri_id(uri, &id_len);
	if (id != NULL)
		template[count++] = ca_attribute(CKA_ID, id, id_len);
	return ca_objects_find(token, template, count, ret, err);
}

/* Fails with FAULT and the names of the private keys in FOUND. */
static enum ca_code
fail_with_list(struct ca_token *token, const char *fault,
    const struct ca_objects *found, struct ca_error *err)
{
	struct ca_listing listing = { { NULL, 0 }, 0 };
	char hex[2 * CA_KEY_ID_MAX + 1];
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < found->count && rc == CA_OK; i++) {
		struct ca_token_key key = { .handle = found->item[i] };

		if (ca_key_read_names(token, found->item[i], &key, err) !=
		    CA_OK) {
			rc = ca_listing_add(&listing, err, "one unreadable");
			continue;
		}
		ca_hex(key.id, key.id_len, hex);
		rc = ca_listing_add(&listing, err, "'%s' (id %s)", key.label,
		    hex);
	}
	if (rc == CA_OK)
		rc = ca_fail(err, CA_ERR_TOKEN, "%s: %s; private keys: %s",
		    token->name, fault, ca_listing_text(&listing));
	if (rc == CA_ERR_TOKEN && !token->logged_in)
		ca_hint(err, "private keys show only after a login");
	ca_listing_clear(&listing);
	return rc;
}

/* The same, with all private keys of the token. */
static enum ca_code
fail_with_all(struct ca_token *token, const char *fault, struct ca_error *err)
{
	struct ca_objects found = { NULL, 0 };
	enum ca_code rc = find_private(token, NULL, &found, err);

	if (rc == CA_OK)
		rc = fail_with_list(token, fault, &found, err);
	free(found.item);
	return rc;
}

enum ca_code
ca_token_find_key(struct ca_token *token, const struct ca_uri *uri,
    struct ca_token_key *ret_key, struct ca_error *err)
{
	struct ca_objects found = { NULL, 0 };
	enum ca_code rc = find_private(token, uri, &found, err);

	if (rc != CA_OK)
		return rc;
	if (found.count == 0)
		rc =
		    fail_with_all(token, "no private key matches the URI", err);
	else if (found.count > 1)
		rc = fail_with_list(token,
		    "more than one private key matches the URI", &found, err);
	else
		rc = read_key(token, found.item[0], ret_key, err);
	free(found.item);
	return rc;
}

/*
 * Looks at every key in FOUND. *RET_KEY is the last one that belongs to
 * PUBLIC_KEY. A key of which nothing can be made is not it: a token may hold
 * others that are none of our business. One that the token failed to read may
 * be it.
 */
static enum ca_code
match(struct ca_token *token, const struct ca_objects *found,
    const EVP_PKEY *public_key, struct ca_token_key *ret_key,
    size_t *ret_matches, struct ca_error *err)
{
	struct ca_token_key key = { .handle = 0 };
	enum ca_code rc;
	size_t i;

	for (i = 0; i < found->count; i++) {
		rc = read_key(token, found->item[i], &key, err);
		if (rc == CA_ERR_TOKEN && err->ckr == CKR_OK)
			continue;
		if (rc != CA_OK)
			return rc;
		if (EVP_PKEY_eq(key.public_key, public_key) != 1) {
			ca_token_key_clear(&key);
			continue;
		}
		ca_token_key_clear(ret_key);
		*ret_key = key;
		(*ret_matches)++;
	}
	return CA_OK;
}

enum ca_code
ca_token_match_key(struct ca_token *token, const struct ca_uri *uri,
    EVP_PKEY *public_key, struct ca_token_key *ret_key, struct ca_error *err)
{
	struct ca_objects found = { NULL, 0 };
	struct ca_token_key key = { .handle = 0 };
	size_t matches = 0;
	enum ca_code rc = find_private(token, uri, &found, err);

	if (rc == CA_OK)
		rc = match(token, &found, public_key, &key, &matches, err);
	if (rc == CA_OK && matches == 0)
		rc = fail_with_all(token,
		    "no private key that the URI names belongs to the certificate",
		    err);
	else if (rc == CA_OK && matches > 1)
		rc = fail_with_list(token,
		    "more than one private key belongs to the certificate",
		    &found, err);
	free(found.item);
	if (rc != CA_OK) {
		ca_token_key_clear(&key);
		return rc;
	}
	*ret_key = key;
	return CA_OK;
}

enum ca_code
ca_token_destroy_key(struct ca_token *token, const struct ca_token_key *key,
    struct ca_error *err)
{
	static const CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	struct ca_objects found = { NULL, 0 };
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &class, sizeof(class)),
		ca_attribute(CKA_ID, key->id, key->id_len),
	};
	enum ca_code rc = CA_OK;
	CK_RV rv;
	size_t i;

	rv = token->p11->C_DestroyObject(token->session, key->handle);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_DestroyObject", rv);
	if (key->id_len > 0)
		rc = ca_objects_find(token, template, 2, &found, err);
	for (i = 0; i < found.count && rc == CA_OK; i++) {
		rv = token->p11->C_DestroyObject(token->session, found.item[i]);
		if (rv != CKR_OK)
			rc = ca_ckr_fail(err, token->name, "C_DestroyObject",
			    rv);
	}
	free(found.item);
	return rc;
}

enum ca_code
ca_token_key_uri(const struct ca_token *token, const struct ca_token_key *key,
    char **ret_uri, struct ca_error *err)
{
	return ca_uri_format(&token->view.token, key, ret_uri, err);
}

void
ca_token_key_clear(struct ca_token_key *key)
{
	EVP_PKEY_free(key->public_key);
	*key = (struct ca_token_key){ .handle = 0 };
}
