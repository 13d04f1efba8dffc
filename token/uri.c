/* SPDX-License-Identifier: Apache-2.0 */
#include "token/uri.h"

#include <ctype.h>
#include <p11-kit/uri.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME "pkcs11:"
#define NAME_SHOWN 64 /* bytes of an unknown attribute's name in a message */

#define IN_PATH 1U  /* RFC 7512 section 2.3, pk11-pattr */
#define IN_QUERY 2U /* pk11-qattr */
#define FILLED 4U   /* an empty value names nothing */

struct ca_uri {
	P11KitUri *p11;
	char *object;
	char *pin_source;
};

/*
 * p11-kit keeps quiet about query attributes that it does not know, takes the
 * last of several, and loses whatever stands behind an empty one. A URI that
 * does not say what it seems to say is refused, so every name is looked at
 * here first.
 */
static const struct attribute {
	const char *name;
	unsigned flags;
	const char *refused; /* why; NULL where it is taken */
	const char *instead;
} attributes[] = {
	{ "token", IN_PATH, NULL, NULL },
	{ "manufacturer", IN_PATH, NULL, NULL },
	{ "serial", IN_PATH, NULL, NULL },
	{ "model", IN_PATH, NULL, NULL },
	{ "library-manufacturer", IN_PATH, NULL, NULL },
	{ "library-description", IN_PATH, NULL, NULL },
	{ "library-version", IN_PATH | FILLED, NULL, NULL },
	{ "slot-manufacturer", IN_PATH, NULL, NULL },
	{ "slot-description", IN_PATH, NULL, NULL },
	{ "slot-id", IN_PATH | FILLED, NULL, NULL },
	{ "object", IN_PATH | FILLED, NULL, NULL },
	{ "type", IN_PATH | FILLED, NULL, NULL },
	{ "id", IN_PATH | FILLED, NULL, NULL },
	{ "pin-source", IN_QUERY | FILLED, NULL, NULL },
	{ "module-path", IN_QUERY | FILLED, NULL, NULL },
	{ "module-name", IN_QUERY, "a module is named by its path",
	    "use module-path" },
	{ "pin-value", IN_PATH | IN_QUERY,
	    "a PIN in a URI shows in ps(1) and stays in the shell's history",
	    "use pin-source=file:PATH or --pin-fd, or type the PIN" },
	{ "pinfile", IN_PATH | IN_QUERY, "not an attribute of RFC 7512",
	    "use pin-source" },
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

/* Judges one attribute, the LEN bytes at TEXT; no message shows its value. */
static enum ca_code
scan_attribute(const char *text, size_t len, unsigned place, unsigned *seen,
    struct ca_error *err)
{
	const char *equals = memchr(text, '=', len);
	size_t i, name_len, value_len;

	if (equals == NULL)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: RFC 7512 section 2.3: an attribute is empty or has no '='");
	name_len = (size_t)(equals - text);
	value_len = len - name_len - 1;
	for (i = 0; i < ATTRIBUTES; i++)
		if (strlen(attributes[i].name) == name_len &&
		    memcmp(attributes[i].name, text, name_len) == 0)
			break;
	if (i == ATTRIBUTES || (attributes[i].flags & place) == 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: %.*s: not an attribute that is known in the %s",
		    (int)(name_len < NAME_SHOWN ? name_len : NAME_SHOWN), text,
		    place == IN_PATH ? "path" : "query, behind '?'");
	if (attributes[i].refused != NULL) {
		ca_fail(err, CA_ERR_USAGE, "pkcs11 uri: %s: %s",
		    attributes[i].name, attributes[i].refused);
		ca_hint(err, "%s", attributes[i].instead);
		return err->code;
	}
	if ((*seen & 1U << i) != 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: RFC 7512 section 2.3: %s: given more than once",
		    attributes[i].name);
	*seen |= 1U << i;
	if (value_len == 0 && (attributes[i].flags & FILLED) != 0)
		return ca_fail(err, CA_ERR_USAGE, "pkcs11 uri: %s: empty",
		    attributes[i].name);
	/* Only an id is binary: any other would be cut at the NUL. */
	if (strcmp(attributes[i].name, "id") != 0 &&
	    memmem(equals + 1, value_len, "%00", 3) != NULL)
		return ca_fail(err, CA_ERR_USAGE, "pkcs11 uri: %s: holds a NUL",
		    attributes[i].name);
	return CA_OK;
}

/* Judges the names of all attributes of TEXT. */
static enum ca_code
scan(const char *text, struct ca_error *err)
{
	unsigned place = IN_PATH, seen = 0;
	const char *p = text + strlen(SCHEME);
	enum ca_code rc;
	size_t len;

	/* Path and query may be empty as a whole (RFC 7512 section 2.3). */
	if (*p == '?') {
		place = IN_QUERY;
		p++;
	}
	if (*p == '\0')
		return CA_OK;
	for (;;) {
		len = strcspn(p, place == IN_PATH ? ";?" : "&");
		rc = scan_attribute(p, len, place, &seen, err);
		if (rc != CA_OK)
			return rc;
		p += len;
		if (*p == '\0')
			return CA_OK;
		if (*p == '?') {
			place = IN_QUERY;
			if (p[1] == '\0')
				return CA_OK;
		}
		p++;
	}
}

/* The path that SOURCE, a decoded pin-source, names; NULL with a reason. */
static const char *
pin_file(const char *source, const char **ret_reason)
{
	const char *p = source;

	if (strncmp(source, "file:", 5) == 0) {
		p = source + 5;
		if (strncmp(p, "//", 2) == 0)
			p += 2; /* an empty host: RFC 8089 section 2 */
		*ret_reason = "not file:/PATH or file:///PATH (RFC 8089)";
		return *p == '/' ? p : NULL;
	}
	if (*source == '|') {
		*ret_reason = "commands are not run";
		return NULL;
	}
	while (isalnum((unsigned char)*p) || (*p != '\0' && strchr("+-.", *p)))
		p++;
	*ret_reason = "only file: is taken, or a path";
	return *p == ':' && p != source ? NULL : source;
}

static enum ca_code
take_pin_source(struct ca_uri *uri, struct ca_error *err)
{
	const char *source = p11_kit_uri_get_pin_source(uri->p11);
	const char *path, *reason = "";

	if (source == NULL)
		return CA_OK;
	path = pin_file(source, &reason);
	if (path == NULL)
		return ca_fail(err, CA_ERR_USAGE, "pkcs11 uri: pin-source: %s",
		    reason);
	uri->pin_source = strdup(path);
	return uri->pin_source == NULL ? ca_fail_memory(err) : CA_OK;
}

static enum ca_code
take_object(struct ca_uri *uri, struct ca_error *err)
{
	const CK_ATTRIBUTE *label, *id, *class;
	CK_OBJECT_CLASS value = CKO_PRIVATE_KEY;

	label = p11_kit_uri_get_attribute(uri->p11, CKA_LABEL);
	id = p11_kit_uri_get_attribute(uri->p11, CKA_ID);
	class = p11_kit_uri_get_attribute(uri->p11, CKA_CLASS);
	if (class != NULL)
		memcpy(&value, class->pValue, sizeof(value));
	if (value != CKO_PRIVATE_KEY)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: type: only type=private names a key to sign with");
	if (id != NULL && id->ulValueLen > CA_KEY_ID_MAX)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: id: longer than %d bytes", CA_KEY_ID_MAX);
	if (label == NULL)
		return CA_OK;
	if (label->ulValueLen > CA_KEY_LABEL_MAX)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: object: longer than %d bytes",
		    CA_KEY_LABEL_MAX);
	uri->object = strndup(label->pValue, label->ulValueLen);
	return uri->object == NULL ? ca_fail_memory(err) : CA_OK;
}

static enum ca_code
parse(const char *text, struct ca_uri *uri, struct ca_error *err)
{
	enum ca_code rc;
	int result;

	uri->p11 = p11_kit_uri_new();
	if (uri->p11 == NULL)
		return ca_fail_memory(err);
	result = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri->p11);
	if (result != P11_KIT_URI_OK)
		return ca_fail(err, CA_ERR_USAGE, "pkcs11 uri: %s",
		    p11_kit_uri_message(result));
	/* All names are known: what is left is a value that fits nothing. */
	if (p11_kit_uri_any_unrecognized(uri->p11))
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: a value is longer than any token has, or of an unknown type");
	rc = take_object(uri, err);
	if (rc == CA_OK)
		rc = take_pin_source(uri, err);
	return rc;
}

enum ca_code
ca_uri_parse(const char *text, struct ca_uri **ret_uri, struct ca_error *err)
{
	struct ca_uri *uri;
	const char *p;
	enum ca_code rc;

	if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: does not begin with '" SCHEME "'");
	if (strlen(text) > CA_URI_MAX)
		return ca_fail(err, CA_ERR_USAGE,
		    "pkcs11 uri: longer than %d bytes", CA_URI_MAX);
	/* p11-kit drops white space: another object would be named. */
	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '\x7f') {
			ca_fail(err, CA_ERR_USAGE,
			    "pkcs11 uri: RFC 7512 section 2.3: white space or a control character");
			ca_hint(err, "write a space as %%20");
			return err->code;
		}
	rc = scan(text, err);
	if (rc != CA_OK)
		return rc;
	uri = calloc(1, sizeof(*uri));
	if (uri == NULL)
		return ca_fail_memory(err);
	rc = parse(text, uri, err);
	if (rc != CA_OK) {
		ca_uri_free(uri);
		return rc;
	}
	*ret_uri = uri;
	return CA_OK;
}

const char *
ca_uri_module_path(const struct ca_uri *uri)
{
	return p11_kit_uri_get_module_path(uri->p11);
}

const char *
ca_uri_object(const struct ca_uri *uri)
{
	return uri->object;
}

const char *
ca_uri_pin_source(const struct ca_uri *uri)
{
	return uri->pin_source;
}

const uint8_t *
ca_uri_id(const struct ca_uri *uri, size_t *ret_len)
{
	const CK_ATTRIBUTE *id = p11_kit_uri_get_attribute(uri->p11, CKA_ID);

	if (id == NULL)
		return NULL;
	*ret_len = id->ulValueLen;
	return id->pValue;
}

/* Fields that a URI does not give are zero in p11-kit, and else padded. */
static bool
field_differs(const unsigned char *a, const unsigned char *b, size_t size)
{
	return a[0] != '\0' && b[0] != '\0' && memcmp(a, b, size) != 0;
}

static bool
attribute_differs(const struct ca_uri *a, const struct ca_uri *b,
    CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *x = p11_kit_uri_get_attribute(a->p11, type);
	const CK_ATTRIBUTE *y = p11_kit_uri_get_attribute(b->p11, type);

	return x != NULL && y != NULL &&
	    (x->ulValueLen != y->ulValueLen ||
		memcmp(x->pValue, y->pValue, x->ulValueLen) != 0);
}

bool
ca_uri_contradicts(const struct ca_uri *a, const struct ca_uri *b)
{
	const CK_TOKEN_INFO *x = p11_kit_uri_get_token_info(a->p11);
	const CK_TOKEN_INFO *y = p11_kit_uri_get_token_info(b->p11);

	return field_differs(x->label, y->label, sizeof(x->label)) ||
	    field_differs(x->serialNumber, y->serialNumber,
		sizeof(x->serialNumber)) ||
	    field_differs(x->model, y->model, sizeof(x->model)) ||
	    field_differs(x->manufacturerID, y->manufacturerID,
		sizeof(x->manufacturerID)) ||
	    attribute_differs(a, b, CKA_LABEL) ||
	    attribute_differs(a, b, CKA_ID);
}

bool
ca_uri_names_module(const struct ca_uri *uri, const CK_INFO *info)
{
	return uri == NULL || p11_kit_uri_match_module_info(uri->p11, info);
}

bool
ca_uri_names_token(const struct ca_uri *uri, const struct ca_slot_view *view)
{
	CK_SLOT_ID id;

	if (uri == NULL)
		return true;
	id = p11_kit_uri_get_slot_id(uri->p11);
	return (id == (CK_SLOT_ID)-1 || id == view->id) &&
	    p11_kit_uri_match_slot_info(uri->p11, &view->slot) &&
	    p11_kit_uri_match_token_info(uri->p11, &view->token);
}

/* A field that is all blanks would be written as "serial=". */
static void
copy_field(unsigned char *to, const unsigned char *from, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (from[i] != ' ' && from[i] != '\0') {
			memcpy(to, from, size);
			return;
		}
}

static enum ca_code
set_key(P11KitUri *uri, const struct ca_token_key *key, struct ca_error *err)
{
	char label[CA_KEY_LABEL_MAX + 1];
	uint8_t id[CA_KEY_ID_MAX];
	CK_ATTRIBUTE set[] = {
		{ CKA_LABEL, label, strlen(key->label) },
		{ CKA_ID, id, key->id_len },
	};
	size_t i;

	memcpy(label, key->label, sizeof(label));
	memcpy(id, key->id, sizeof(id));
	for (i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		if (set[i].ulValueLen > 0 &&
		    p11_kit_uri_set_attribute(uri, &set[i]) != P11_KIT_URI_OK)
			return ca_fail_memory(err);
	return CA_OK;
}

enum ca_code
ca_uri_format(const CK_TOKEN_INFO *info, const struct ca_token_key *key,
    char **ret_text, struct ca_error *err)
{
	P11KitUri *uri = p11_kit_uri_new();
	CK_TOKEN_INFO *to;
	char *text = NULL;
	enum ca_code rc;

	if (uri == NULL)
		return ca_fail_memory(err);
	to = p11_kit_uri_get_token_info(uri);
	copy_field(to->label, info->label, sizeof(to->label));
	copy_field(to->serialNumber, info->serialNumber,
	    sizeof(to->serialNumber));
	if (key == NULL) {
		copy_field(to->manufacturerID, info->manufacturerID,
		    sizeof(to->manufacturerID));
		copy_field(to->model, info->model, sizeof(to->model));
	}
	rc = key == NULL ? CA_OK : set_key(uri, key, err);
	if (rc == CA_OK &&
	    p11_kit_uri_format(uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &text) !=
		P11_KIT_URI_OK)
		rc = ca_fail_memory(err);
	p11_kit_uri_free(uri);
	if (rc == CA_OK)
		*ret_text = text;
	return rc;
}

void
ca_uri_free(struct ca_uri *uri)
{
	if (uri == NULL)
		return;
	p11_kit_uri_free(uri->p11);
	free(uri->object);
	free(uri->pin_source);
	free(uri);
}
