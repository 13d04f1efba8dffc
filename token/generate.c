/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/ckr.h"
#include "token/facts.h"
#include "token/public_key.h"

#define ID_SIZE 16      /* bytes of a new CKA_ID */
#define TEMPLATE_MAX 20 /* attributes of one half */

enum half { PUBLIC = 1, PRIVATE = 2 };

enum value {
	IS_FALSE,
	IS_TRUE,
	CLASS,
	KEY_TYPE,
	LABEL,
	ID,
	MODULUS_BITS,
	EXPONENT,
	EC_PARAMS,
};

/* What happens where a token refuses the template: HOPED goes first. */
enum need { NEEDED, WANTED, HOPED };

/*
 * CKA_VERIFY and CKA_ENCRYPT of the public half are left to the token: TPMs
 * take neither value beside CKA_DECRYPT false and CKA_SIGN true.
 */
static const struct row {
	CK_ATTRIBUTE_TYPE type;
	unsigned halves;
	enum value value;
	enum need need;
	unsigned unless; /* facts of tokens that are not asked for it */
} rows[] = {
	{ CKA_CLASS, PUBLIC | PRIVATE, CLASS, NEEDED, 0 },
	{ CKA_KEY_TYPE, PUBLIC | PRIVATE, KEY_TYPE, NEEDED, 0 },
	{ CKA_TOKEN, PUBLIC | PRIVATE, IS_TRUE, NEEDED, 0 },
	{ CKA_LABEL, PUBLIC | PRIVATE, LABEL, NEEDED, 0 },
	{ CKA_ID, PUBLIC | PRIVATE, ID, NEEDED, 0 },
	{ CKA_PRIVATE, PRIVATE, IS_TRUE, NEEDED, 0 },
	{ CKA_SENSITIVE, PRIVATE, IS_TRUE, NEEDED, 0 },
	{ CKA_EXTRACTABLE, PRIVATE, IS_FALSE, NEEDED, 0 },
	{ CKA_SIGN, PRIVATE, IS_TRUE, NEEDED, 0 },
	{ CKA_DECRYPT, PRIVATE, IS_FALSE, WANTED, 0 },
	{ CKA_UNWRAP, PRIVATE, IS_FALSE, WANTED, 0 },
	{ CKA_DERIVE, PUBLIC | PRIVATE, IS_FALSE, WANTED, 0 },
	{ CKA_SIGN_RECOVER, PRIVATE, IS_FALSE, WANTED, 0 },
	{ CKA_PRIVATE, PUBLIC, IS_FALSE, WANTED, 0 },
	{ CKA_WRAP, PUBLIC, IS_FALSE, WANTED, 0 },
	{ CKA_VERIFY_RECOVER, PUBLIC, IS_FALSE, WANTED, 0 },
	{ CKA_MODIFIABLE, PUBLIC | PRIVATE, IS_FALSE, WANTED, 0 },
	{ CKA_COPYABLE, PUBLIC | PRIVATE, IS_FALSE, HOPED,
	    CA_FACT_NO_COPYABLE },
	{ CKA_MODULUS_BITS, PUBLIC, MODULUS_BITS, NEEDED, 0 },
	{ CKA_PUBLIC_EXPONENT, PUBLIC, EXPONENT, NEEDED, 0 },
	{ CKA_EC_PARAMS, PUBLIC, EC_PARAMS, NEEDED, 0 },
};

/* How tokens say that the template, not the request, is the trouble. */
static const CK_RV template_refused[] = {
	CKR_GENERAL_ERROR,
	CKR_ATTRIBUTE_READ_ONLY,
	CKR_ATTRIBUTE_TYPE_INVALID,
	CKR_ATTRIBUTE_VALUE_INVALID,
	CKR_TEMPLATE_INCONSISTENT,
};

/* How they say that it is the way in which the curve is named. */
static const CK_RV curve_refused[] = {
	CKR_ATTRIBUTE_VALUE_INVALID,
	CKR_CURVE_NOT_SUPPORTED,
	CKR_DOMAIN_PARAMS_INVALID,
};

/* What the values of the template are taken from. */
struct plan {
	unsigned facts;
	const struct ca_kind *kind;
	const char *label;
	CK_ULONG bits;
	CK_BYTE id[ID_SIZE];
};

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static const CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
static const CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
static const CK_BYTE f4[] = { 0x01, 0x00, 0x01 }; /* 65537 */

/* Whether ROW belongs into HALF of the template, down to LEVEL. */
static bool
applies(const struct row *row, const struct plan *plan, enum half half,
    enum need level)
{
	bool rsa = plan->kind->kind == CA_KEY_RSA;

	if (row->value == MODULUS_BITS || row->value == EXPONENT)
		return rsa && half == PUBLIC;
	if (row->value == EC_PARAMS)
		return !rsa && half == PUBLIC;
	return (row->halves & (unsigned)half) != 0 && row->need <= level &&
	    (row->unless & plan->facts) == 0;
}

static CK_ATTRIBUTE
fill(const struct row *row, const struct plan *plan, enum half half)
{
	switch (row->value) {
	case IS_TRUE:
		return ca_attribute(row->type, &yes, sizeof(yes));
	case CLASS:
		return half == PUBLIC ? ca_attribute(row->type, &public_class,
					    sizeof(public_class))
				      : ca_attribute(row->type, &private_class,
					    sizeof(private_class));
	case KEY_TYPE:
		return ca_attribute(row->type, &plan->kind->key_type,
		    sizeof(plan->kind->key_type));
	case LABEL:
		return ca_attribute(row->type, plan->label,
		    strlen(plan->label));
	case ID:
		return ca_attribute(row->type, plan->id, sizeof(plan->id));
	case MODULUS_BITS:
		return ca_attribute(row->type, &plan->bits, sizeof(plan->bits));
	case EXPONENT:
		return ca_attribute(row->type, f4, sizeof(f4));
	case EC_PARAMS:
		return ca_attribute(row->type, plan->kind->params,
		    plan->kind->params_len);
	case IS_FALSE:
		break;
	}
	return ca_attribute(row->type, &no, sizeof(no));
}

static CK_ULONG
make_template(const struct plan *plan, enum half half, enum need level,
    CK_ATTRIBUTE template[TEMPLATE_MAX])
{
	CK_ULONG count = 0;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (applies(&rows[i], plan, half, level))
			template[count++] = fill(&rows[i], plan, half);
	return count;
}

static bool
is_one_of(CK_RV rv, const CK_RV *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i] == rv)
			return true;
	return false;
}

/* Makes the pair, with as much of the template as the token takes. */
static CK_RV
generate_pair(struct ca_token *token, const struct plan *plan,
    CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	static const enum need levels[] = { HOPED, WANTED, NEEDED };
	CK_ATTRIBUTE public[TEMPLATE_MAX], private[TEMPLATE_MAX];
	CK_MECHANISM mechanism = { .mechanism = plan->kind->generate };
	CK_ULONG public_count, private_count;
	CK_RV rv = CKR_GENERAL_ERROR;
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		public_count = make_template(plan, PUBLIC, levels[i], public);
		private_count =
		    make_template(plan, PRIVATE, levels[i], private);
		rv = token->p11->C_GenerateKeyPair(token->session, &mechanism,
		    public, public_count, private, private_count, ret_public,
		    ret_private);
		if (!is_one_of(rv, template_refused,
			sizeof(template_refused) / sizeof(CK_RV)))
			break;
	}
	return rv;
}

/* The same with each name of the curve. */
static enum ca_code
generate(struct ca_token *token, struct plan *plan,
    CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private,
    struct ca_error *err)
{
	const struct ca_kind *next;
	CK_RV rv = generate_pair(token, plan, ret_public, ret_private);

	next = ca_kind_next(plan->kind);
	if (next != NULL &&
	    is_one_of(rv, curve_refused,
		sizeof(curve_refused) / sizeof(CK_RV))) {
		plan->kind = next;
		rv = generate_pair(token, plan, ret_public, ret_private);
	}
	return rv == CKR_OK
	    ? CA_OK
	    : ca_ckr_fail(err, token->name, "C_GenerateKeyPair", rv);
}

/* Two objects of one label could be taken for one another: any class counts. */
static enum ca_code
check_label(struct ca_token *token, const char *label, struct ca_error *err)
{
	CK_ATTRIBUTE template = ca_attribute(CKA_LABEL, label, strlen(label));
	struct ca_objects found = { NULL, 0 };
	enum ca_code rc;

	if (label[0] == '\0' || strlen(label) > CA_KEY_LABEL_MAX)
		return ca_fail(err, CA_ERR_USAGE,
		    "%s: a key's label has 1 to %d bytes", token->name,
		    CA_KEY_LABEL_MAX);
	rc = ca_objects_find(token, &template, 1, &found, err);
	free(found.item);
	if (rc != CA_OK || found.count == 0)
		return rc;
	ca_fail(err, CA_ERR_TOKEN, "%s: an object with the label '%s' is there",
	    token->name, label);
	ca_hint(err, "choose another object= for the new key");
	return err->code;
}

/* Reads the new key back and holds it against what was asked for. */
static enum ca_code
check_result(struct ca_token *token, const struct plan *plan,
    CK_OBJECT_HANDLE public, struct ca_token_key *key, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_token_check_key(token, key, err);
	if (rc == CA_OK)
		rc = ca_public_key_read(token, public, &key->public_key,
		    &key->kind, err);
	if (rc != CA_OK)
		return rc;
	if (key->kind != plan->kind->kind ||
	    (key->kind == CA_KEY_RSA &&
		(CK_ULONG)EVP_PKEY_get_bits(key->public_key) != plan->bits))
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: not of the kind that was asked for",
		    token->name, key->label);
	return CA_OK;
}

/* Destroys a key that failed; what ERR says of the failure stays. */
static void
discard(struct ca_token *token, CK_OBJECT_HANDLE public,
    CK_OBJECT_HANDLE private, struct ca_error *err)
{
	CK_RV rv[2];

	rv[0] = token->p11->C_DestroyObject(token->session, private);
	rv[1] = token->p11->C_DestroyObject(token->session, public);
	if (rv[0] == CKR_OK && rv[1] == CKR_OK)
		ca_hint(err, "the new key was destroyed; use another token");
	else
		ca_hint(err,
		    "the new key is still there: remove it with the token's own tool, and use another token");
}

enum ca_code
ca_token_generate(struct ca_token *token, const char *label,
    enum ca_key_kind kind, unsigned rsa_bits, struct ca_token_key *ret_key,
    struct ca_error *err)
{
	struct plan plan = {
		.facts = token->facts,
		.kind = ca_kind_find(kind),
		.label = label,
		.bits = rsa_bits,
	};
	struct ca_token_key key = { .id_len = ID_SIZE };
	CK_OBJECT_HANDLE public = CK_INVALID_HANDLE,
			 private = CK_INVALID_HANDLE;
	enum ca_code rc;

	if (plan.kind == NULL)
		return ca_fail(err, CA_ERR_INTERNAL, "%s: no kind of key",
		    token->name);
	rc = check_label(token, label, err);
	if (rc != CA_OK)
		return rc;
	if (RAND_bytes(plan.id, sizeof(plan.id)) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random bytes");
	rc = generate(token, &plan, &public, &private, err);
	if (rc != CA_OK)
		return rc;
	key.handle = private;
	memcpy(key.id, plan.id, sizeof(plan.id));
	memcpy(key.label, label, strlen(label) + 1);
	rc = check_result(token, &plan, public, &key, err);
	if (rc != CA_OK) {
		discard(token, public, private, err);
		ca_token_key_clear(&key);
		return rc;
	}
	*ret_key = key;
	return CA_OK;
}
