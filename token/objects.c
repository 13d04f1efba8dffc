/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates and keys that a token shows, with or without a login. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/text.h"
#include "token/attribute.h"
#include "token/ckr.h"
#include "token/key.h"
#include "token/public_key.h"

static const CK_OBJECT_CLASS certificate_class = CKO_CERTIFICATE;
static const CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
static const CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
static const CK_CERTIFICATE_TYPE x509_type = CKC_X_509;

static enum ca_code
read_certificate(struct ca_token *token, CK_OBJECT_HANDLE handle,
    struct ca_token_object *object, struct ca_error *err)
{
	enum ca_code rc = ca_attribute_read(token, handle, CKA_VALUE,
	    CA_VALUE_MAX, &object->certificate, err);

	if (rc == CA_OK && object->certificate.len == 0)
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "%s: a certificate has no value", token->name);
	return rc;
}

static enum ca_code
read_public(struct ca_token *token, CK_OBJECT_HANDLE handle,
    struct ca_token_object *object, struct ca_error *err)
{
	return ca_public_key_read(token, handle, &object->key.public_key,
	    &object->key.kind, err);
}

static enum ca_code
read_private(struct ca_token *token, CK_OBJECT_HANDLE handle,
    struct ca_token_object *object, struct ca_error *err)
{
	struct ca_token_key *key = &object->key;
	struct ca_error ignored;
	enum ca_code rc = ca_public_key_find(token, key->id, key->id_len,
	    &key->public_key, &key->kind, &ignored);

	(void)handle;
	if (rc == CA_OK || rc == CA_ERR_TOKEN)
		return CA_OK;
	*err = ignored;
	return rc;
}

static const struct source {
	enum ca_object_class class;
	const CK_OBJECT_CLASS *value;
	const CK_CERTIFICATE_TYPE *type; /* NULL: no certificates */
	enum ca_code (*read)(struct ca_token *token, CK_OBJECT_HANDLE handle,
	    struct ca_token_object *object, struct ca_error *err);
} sources[] = {
	{ CA_OBJECT_CERTIFICATE, &certificate_class, &x509_type,
	    read_certificate },
	{ CA_OBJECT_PUBLIC_KEY, &public_class, NULL, read_public },
	{ CA_OBJECT_PRIVATE_KEY, &private_class, NULL, read_private },
};

static void
object_clear(struct ca_token_object *object)
{
	ca_token_key_clear(&object->key);
	ca_bytes_free(&object->certificate);
}

/* One object that can not be read is counted, and hides no other. */
static enum ca_code
add(struct ca_token *token, const struct source *source,
    CK_OBJECT_HANDLE handle, struct ca_token_objects *objects,
    struct ca_error *err)
{
	struct ca_token_object object = { .class = source->class };
	enum ca_code rc;

	rc = ca_key_read_names(token, handle, &object.key, err);
	if (rc == CA_OK)
		rc = source->read(token, handle, &object, err);
	if (rc == CA_OK) {
		objects->item[objects->count++] = object;
		return CA_OK;
	}
	object_clear(&object);
	if (rc == CA_ERR_TOKEN) {
		objects->unreadable++;
		return CA_OK;
	}
	return rc;
}

static enum ca_code
add_all(struct ca_token *token, const struct source *source,
    struct ca_token_objects *objects, struct ca_error *err)
{
	CK_ATTRIBUTE template[2];
	CK_ULONG count = 0;
	struct ca_objects found = { NULL, 0 };
	struct ca_token_object *grown;
	enum ca_code rc;
	size_t i;

	template[count++] =
	    ca_attribute(CKA_CLASS, source->value, sizeof(*source->value));
	if (source->type != NULL)
		template[count++] = ca_attribute(CKA_CERTIFICATE_TYPE,
		    source->type, sizeof(*source->type));
	rc = ca_objects_find(token, template, count, &found, err);
	if (rc != CA_OK || found.count == 0)
		goto out;
	grown = reallocarray(objects->item, objects->count + found.count,
	    sizeof(*grown));
	if (grown == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	objects->item = grown;
	for (i = 0; i < found.count && rc == CA_OK; i++)
		rc = add(token, source, found.item[i], objects, err);
out:
	free(found.item);
	return rc;
}

enum ca_code
ca_token_objects(struct ca_token *token, struct ca_token_objects *ret,
    struct ca_error *err)
{
	struct ca_token_objects objects = { NULL, 0, 0 };
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]) && rc == CA_OK;
	     i++)
		rc = add_all(token, &sources[i], &objects, err);
	if (rc != CA_OK) {
		ca_token_objects_clear(&objects);
		return rc;
	}
	*ret = objects;
	return CA_OK;
}

/* A session of its own, read-only, and without libp11: nobody logs in here. */
enum ca_code
ca_module_objects(struct ca_module *module, const struct ca_token_info *info,
    struct ca_token_objects *ret, struct ca_error *err)
{
	struct ca_token token = { .module = module, .p11 = module->p11 };
	enum ca_code rc;
	CK_RV rv;

	rc = ca_text_format(&token.name, err, "token %s", info->label);
	if (rc != CA_OK)
		return rc;
	rv = module->p11->C_OpenSession(info->slot_id, CKF_SERIAL_SESSION, NULL,
	    NULL, &token.session);
	if (rv != CKR_OK) {
		rc = ca_ckr_fail(err, token.name, "C_OpenSession", rv);
	} else {
		rc = ca_token_objects(&token, ret, err);
		(void)module->p11->C_CloseSession(token.session);
	}
	free(token.name);
	return rc;
}

void
ca_token_objects_clear(struct ca_token_objects *objects)
{
	size_t i;

	for (i = 0; i < objects->count; i++)
		object_clear(&objects->item[i]);
	free(objects->item);
	*objects = (struct ca_token_objects){ NULL, 0, 0 };
}
