/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/ckr.h"

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static const CK_OBJECT_CLASS class = CKO_CERTIFICATE;
static const CK_CERTIFICATE_TYPE type = CKC_X_509;

static enum ca_code
is_stored(struct ca_token *token, const struct ca_token_key *key,
    const struct ca_bytes *certificate, bool *ret_stored, struct ca_error *err)
{
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &class, sizeof(class)),
		ca_attribute(CKA_ID, key->id, key->id_len),
	};
	struct ca_objects found = { NULL, 0 };
	struct ca_bytes value = { NULL, 0 };
	bool stored = false;
	enum ca_code rc;
	size_t i;

	rc = ca_objects_find(token, template, 2, &found, err);
	for (i = 0; i < found.count && rc == CA_OK && !stored; i++) {
		rc = ca_attribute_read(token, found.item[i], CKA_VALUE,
		    CA_VALUE_MAX, &value, err);
		stored = rc == CA_OK && ca_bytes_equal(&value, certificate);
		ca_bytes_free(&value);
	}
	free(found.item);
	if (rc == CA_OK)
		*ret_stored = stored;
	return rc;
}

enum ca_code
ca_token_store_certificate(struct ca_token *token,
    const struct ca_token_key *key, const struct ca_bytes *certificate,
    const struct ca_bytes *subject, const struct ca_bytes *issuer,
    const struct ca_bytes *serial, struct ca_error *err)
{
	/* This much and no more is taken by every token that was tried. */
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &class, sizeof(class)),
		ca_attribute(CKA_CERTIFICATE_TYPE, &type, sizeof(type)),
		ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
		ca_attribute(CKA_PRIVATE, &no, sizeof(no)),
		ca_attribute(CKA_MODIFIABLE, &no, sizeof(no)),
		ca_attribute(CKA_SUBJECT, subject->data, subject->len),
		ca_attribute(CKA_ISSUER, issuer->data, issuer->len),
		ca_attribute(CKA_SERIAL_NUMBER, serial->data, serial->len),
		ca_attribute(CKA_VALUE, certificate->data, certificate->len),
		ca_attribute(CKA_LABEL, key->label, strlen(key->label)),
		ca_attribute(CKA_ID, key->id, key->id_len),
	};
	CK_OBJECT_HANDLE object;
	bool stored = false;
	enum ca_code rc = is_stored(token, key, certificate, &stored, err);
	CK_RV rv;

	if (rc != CA_OK || stored)
		return rc;
	rv = token->p11->C_CreateObject(token->session, template,
	    sizeof(template) / sizeof(template[0]), &object);
	return rv == CKR_OK
	    ? CA_OK
	    : ca_ckr_fail(err, token->name, "C_CreateObject", rv);
}
