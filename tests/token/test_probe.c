/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define TEMPLATE_MAX 16 /* attributes */
#define CALLS_MAX 3     /* of each function that are made to fail */

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static const CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	0x01, 0x07 };

/*
 * A token that misbehaves: the functions of the module with some replaced by
 * those below.
 */
static struct {
	CK_FUNCTION_LIST list;
	const CK_FUNCTION_LIST *real;
	const char *fails; /* the function that does */
	unsigned nth;      /* which of its calls; 0: all */
	CK_RV rv;
	unsigned calls;
	CK_OBJECT_HANDLE key; /* the CA's */
	unsigned key_sets;    /* what was tried on it */
	unsigned key_copies;
	unsigned created;   /* by C_CreateObject */
	unsigned destroyed; /* of all objects */
	/* The last attribute that was rewritten, and of what. */
	CK_OBJECT_HANDLE object;
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL value;
	bool gives_value; /* CKA_VALUE of that object too */
	bool stays;       /* logged in, by its own word */
} bad;

static bool
fails(const char *function)
{
	if (bad.fails == NULL || strcmp(bad.fails, function) != 0)
		return false;
	bad.calls++;
	return bad.nth == 0 || bad.calls == bad.nth;
}

static CK_RV
bad_open(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
    CK_SESSION_HANDLE *ret)
{
	return fails("C_OpenSession")
	    ? bad.rv
	    : bad.real->C_OpenSession(slot, flags, application, notify, ret);
}

static CK_RV
bad_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
	CK_RV rv;

	if (fails("C_GetSessionInfo"))
		return bad.rv;
	rv = bad.real->C_GetSessionInfo(session, info);
	if (rv == CKR_OK && bad.stays)
		info->state = CKS_RW_USER_FUNCTIONS;
	return rv;
}

static CK_RV
bad_generate(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
    CK_ATTRIBUTE *public, CK_ULONG public_count, CK_ATTRIBUTE *private,
    CK_ULONG private_count, CK_OBJECT_HANDLE *ret_public,
    CK_OBJECT_HANDLE *ret_private)
{
	return fails("C_GenerateKeyPair")
	    ? bad.rv
	    : bad.real->C_GenerateKeyPair(session, mechanism, public,
		  public_count, private, private_count, ret_public,
		  ret_private);
}

/* OpenSC gives session objects no label, and keeps them. */
static CK_RV
bad_create(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
    CK_OBJECT_HANDLE *ret)
{
	CK_ATTRIBUTE own[TEMPLATE_MAX];
	CK_ULONG i, n = 0;
	CK_RV rv;

	if (fails("C_CreateObject"))
		return bad.rv;
	for (i = 0; i < count && n < TEMPLATE_MAX; i++)
		if (template[i].type != CKA_LABEL)
			own[n++] = template[i];
	rv = bad.real->C_CreateObject(session, own, n, ret);
	bad.created += rv == CKR_OK;
	return rv;
}

static CK_RV
bad_destroy(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	assert_int_not_equal(object, bad.key);
	if (fails("C_DestroyObject"))
		return bad.rv;
	bad.destroyed++;
	return bad.real->C_DestroyObject(session, object);
}

static CK_RV
bad_find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
	return fails("C_FindObjectsInit")
	    ? bad.rv
	    : bad.real->C_FindObjectsInit(session, template, count);
}

static CK_RV
bad_get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *attribute, CK_ULONG count)
{
	if (fails("C_GetAttributeValue"))
		return bad.rv;
	if (bad.object != CK_INVALID_HANDLE && object == bad.object &&
	    attribute->type == bad.type) {
		*(CK_BBOOL *)attribute->pValue = bad.value;
		return CKR_OK;
	}
	if (bad.gives_value && object == bad.object &&
	    attribute->type == CKA_VALUE) {
		memset(attribute->pValue, 0x5a, 32);
		attribute->ulValueLen = 32;
		return CKR_OK;
	}
	return bad.real->C_GetAttributeValue(session, object, attribute, count);
}

static CK_RV
bad_set(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *attribute, CK_ULONG count)
{
	bad.key_sets += object == bad.key;
	if (!fails("C_SetAttributeValue"))
		return bad.real->C_SetAttributeValue(session, object, attribute,
		    count);
	bad.object = object;
	bad.type = attribute->type;
	bad.value = *(const CK_BBOOL *)attribute->pValue;
	return bad.rv;
}

static CK_RV
bad_copy(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *ret)
{
	bad.key_copies += object == bad.key;
	if (!fails("C_CopyObject"))
		return bad.real->C_CopyObject(session, object, template, count,
		    ret);
	*ret = object;
	return bad.rv;
}

static CK_RV
bad_wrap(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
    CK_OBJECT_HANDLE under, CK_OBJECT_HANDLE key, CK_BYTE *wrapped,
    CK_ULONG *ret_len)
{
	if (!fails("C_WrapKey"))
		return bad.real->C_WrapKey(session, mechanism, under, key,
		    wrapped, ret_len);
	*ret_len = *ret_len < 24 ? *ret_len : 24;
	memset(wrapped, 0x5a, *ret_len);
	return bad.rv;
}

/* The login stays, whatever was asked, and its end is refused. */
static CK_RV
bad_logout(CK_SESSION_HANDLE session)
{
	if (!fails("C_Logout"))
		return bad.real->C_Logout(session);
	bad.stays = true;
	return bad.rv;
}

static CK_RV
bad_sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
    CK_OBJECT_HANDLE key)
{
	return fails("C_SignInit")
	    ? bad.rv
	    : bad.real->C_SignInit(session, mechanism, key);
}

static CK_RV
bad_sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *ret,
    CK_ULONG *ret_len)
{
	if (bad.fails != NULL && strcmp(bad.fails, "C_SignInit") == 0)
		return bad.rv;
	return bad.real->C_Sign(session, data, len, ret, ret_len);
}

/* From now on the NTH call of FUNCTION (0: each) ends with RV. */
static void
misbehave(struct fixture *f, const struct ca_token_key *key,
    const char *function, unsigned nth, CK_RV rv)
{
	if (f->token->p11 != &bad.list)
		bad.real = f->token->p11;
	bad.list = *bad.real;
	bad.list.C_OpenSession = bad_open;
	bad.list.C_GetSessionInfo = bad_session_info;
	bad.list.C_GenerateKeyPair = bad_generate;
	bad.list.C_CreateObject = bad_create;
	bad.list.C_DestroyObject = bad_destroy;
	bad.list.C_FindObjectsInit = bad_find;
	bad.list.C_GetAttributeValue = bad_get;
	bad.list.C_SetAttributeValue = bad_set;
	bad.list.C_CopyObject = bad_copy;
	bad.list.C_WrapKey = bad_wrap;
	bad.list.C_Logout = bad_logout;
	bad.list.C_SignInit = bad_sign_init;
	bad.list.C_Sign = bad_sign;
	bad.fails = function;
	bad.nth = nth;
	bad.rv = rv;
	bad.calls = 0;
	bad.key = key->handle;
	bad.key_sets = bad.key_copies = 0;
	bad.created = bad.destroyed = 0;
	bad.object = CK_INVALID_HANDLE;
	bad.gives_value = bad.stays = false;
	f->token->p11 = &bad.list;
}

static void
behave(struct fixture *f)
{
	bad.fails = NULL;
	bad.stays = false;
	bad.object = CK_INVALID_HANDLE;
	bad.key = CK_INVALID_HANDLE;
	(void)f;
}

/* A P-256 key with the COUNT attributes of TEMPLATE besides. */
static struct ca_token_key
make_key(struct fixture *f, const CK_ATTRIBUTE *private, size_t count)
{
	const CK_BYTE id = 7;
	CK_MECHANISM mechanism = { .mechanism = CKM_EC_KEY_PAIR_GEN };
	CK_ATTRIBUTE template[TEMPLATE_MAX] = {
		ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
		ca_attribute(CKA_LABEL, "raw", 3),
		ca_attribute(CKA_ID, &id, sizeof(id)),
		ca_attribute(CKA_EC_PARAMS, p256, sizeof(p256)),
	};
	CK_OBJECT_HANDLE public, private_key;
	struct ca_token_key key = { .handle = 0 };
	struct ca_uri *uri = fixture_uri("pkcs11:object=raw");
	CK_ATTRIBUTE own[TEMPLATE_MAX];

	memcpy(own, template, 3 * sizeof(own[0]));
	memcpy(&own[3], private, count * sizeof(own[0]));
	assert_int_equal(f->token->p11->C_GenerateKeyPair(f->token->session,
			     &mechanism, template, 4, own, 3 + count, &public,
			     &private_key),
	    CKR_OK);
	assert_ok(ca_token_find_key(f->token, uri, &key, &f->err), &f->err);
	ca_uri_free(uri);
	return key;
}

static const struct ca_probe_row *
find_row(const struct ca_probe *probe, const char *name)
{
	size_t i;

	for (i = 0; i < probe->count; i++)
		if (strcmp(probe->item[i].name, name) == 0)
			return &probe->item[i];
	fail_msg("no row %s", name);
	return NULL;
}

static void
assert_row(const struct ca_probe *probe, const char *name,
    enum ca_probe_verdict verdict, const char *ckr, const char *word)
{
	const struct ca_probe_row *row = find_row(probe, name);

	if (row->verdict != verdict || strcmp(row->ckr, ckr) != 0 ||
	    strstr(row->meaning, word) == NULL)
		fail_msg("%s: %d %s %s", name, (int)row->verdict, row->ckr,
		    row->meaning);
}

/* Probes KEY without the logout; nothing may be left of it. */
static struct ca_probe
probe(struct fixture *f, const struct ca_token_key *key)
{
	struct ca_probe probe = { .item = NULL };
	size_t before = fixture_objects(f);

	assert_ok(ca_token_probe_key(f->token, key, &probe, &f->err), &f->err);
	behave(f);
	assert_int_equal(fixture_objects(f), before);
	return probe;
}

static void
fails_a_key_that_can_be_wrapped(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = make_key(f,
	    (CK_ATTRIBUTE[]){
		ca_attribute(CKA_SENSITIVE, &yes, sizeof(yes)),
		ca_attribute(CKA_EXTRACTABLE, &yes, sizeof(yes)),
		ca_attribute(CKA_DECRYPT, &no, sizeof(no)),
	    },
	    3);
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_FAILED);
	assert_row(&result, "wrap-aes-key-wrap-pad", CA_PROBE_UNSAFE, "CKR_OK",
	    "opened outside the token, and belongs to");
	assert_row(&result, "has-extractable", CA_PROBE_UNSAFE, "CKR_OK",
	    "may leave the token");
	assert_row(&result, "read-value", CA_PROBE_SAFE,
	    "CKR_ATTRIBUTE_SENSITIVE", "keeps it");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
fails_a_key_that_can_be_read(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = make_key(f,
	    (CK_ATTRIBUTE[]){
		ca_attribute(CKA_SENSITIVE, &no, sizeof(no)),
		ca_attribute(CKA_EXTRACTABLE, &yes, sizeof(yes)),
	    },
	    2);
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_FAILED);
	assert_row(&result, "read-value", CA_PROBE_UNSAFE, "CKR_OK",
	    "in the clear");
	assert_row(&result, "has-sensitive", CA_PROBE_UNSAFE, "CKR_OK", "");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

/* As libp11 0.4.12 makes its keys. */
static void
fails_a_key_that_may_do_more_than_sign(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = make_key(f,
	    (CK_ATTRIBUTE[]){
		ca_attribute(CKA_SENSITIVE, &yes, sizeof(yes)),
		ca_attribute(CKA_DECRYPT, &yes, sizeof(yes)),
		ca_attribute(CKA_UNWRAP, &yes, sizeof(yes)),
		ca_attribute(CKA_SIGN, &yes, sizeof(yes)),
	    },
	    4);
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_FAILED);
	assert_row(&result, "has-decrypt", CA_PROBE_UNSAFE, "CKR_OK",
	    "not a key that coldca made");
	assert_row(&result, "has-unwrap", CA_PROBE_UNSAFE, "CKR_OK", "");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static const CK_ATTRIBUTE_TYPE changeable[] = { CKA_SENSITIVE, CKA_EXTRACTABLE,
	CKA_PRIVATE, CKA_DECRYPT, CKA_UNWRAP, CKA_DERIVE, CKA_SIGN_RECOVER,
	CKA_MODIFIABLE };

static unsigned
flags_of(struct fixture *f, CK_OBJECT_HANDLE object)
{
	unsigned flags = 0;
	size_t i;

	for (i = 0; i < sizeof(changeable) / sizeof(changeable[0]); i++)
		flags = flags * 4 +
		    (unsigned)fixture_flag(f, object, changeable[i]);
	return flags;
}

static void
leaves_a_key_alone_that_could_be_changed(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;
	unsigned flags;

	fixture_login(f);
	key = make_key(f,
	    (CK_ATTRIBUTE[]){
		ca_attribute(CKA_SENSITIVE, &yes, sizeof(yes)),
		ca_attribute(CKA_DECRYPT, &no, sizeof(no)),
		ca_attribute(CKA_UNWRAP, &no, sizeof(no)),
		ca_attribute(CKA_SIGN_RECOVER, &no, sizeof(no)),
	    },
	    4);
	flags = flags_of(f, key.handle);
	misbehave(f, &key, NULL, 0, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(bad.key_sets, 0);
	assert_int_equal(bad.key_copies, 0);
	assert_int_equal(flags_of(f, key.handle), flags);
	assert_int_equal(result.result, CA_PROBE_NOT_TRUSTED);
	assert_row(&result, "has-modifiable", CA_PROBE_NOTICE, "CKR_OK",
	    "may change");
	assert_row(&result, "set-decrypt", CA_PROBE_NOTICE,
	    "CKR_ACTION_PROHIBITED", "left alone");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
does_not_trust_attributes_that_can_be_rewritten(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_SetAttributeValue", 0, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(bad.key_sets, 0);
	assert_int_equal(result.result, CA_PROBE_NOT_TRUSTED);
	assert_row(&result, "set-extractable", CA_PROBE_NOTICE, "CKR_OK",
	    "not to be trusted");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
fails_a_token_whose_rewritten_key_can_be_read(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_SetAttributeValue", 0, CKR_OK);
	bad.gives_value = true;
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_FAILED);
	assert_row(&result, "set-extractable", CA_PROBE_UNSAFE, "CKR_OK",
	    "could be taken out");
	assert_row(&result, "read-value", CA_PROBE_SAFE,
	    "CKR_ATTRIBUTE_SENSITIVE", "");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

/* The second call in a row is on the key itself. */
static void
fails_a_key_that_took_a_change_for_good(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_SetAttributeValue", 2, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_FAILED);
	assert_row(&result, "set-sensitive", CA_PROBE_UNSAFE, "CKR_OK",
	    "could not be set back");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

/* NSS does; bad_destroy() sees to it that the CA's key survives. */
static void
keeps_an_original_that_is_given_for_its_copy(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_CopyObject", 0, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(bad.key_copies, 0);
	assert_int_equal(result.result, CA_PROBE_PASSED);
	assert_row(&result, "copy-extractable", CA_PROBE_NOTICE, "CKR_OK",
	    "gives the original");
	ca_probe_clear(&result);
	/* Every second one is of the CA's key. */
	misbehave(f, &key, "C_CopyObject", 2, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_NOT_TRUSTED);
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
fails_a_token_that_wraps_what_can_not_be_opened_here(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_WrapKey", 0, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(result.result, CA_PROBE_FAILED);
	assert_row(&result, "wrap-aes-key-wrap-pad", CA_PROBE_UNSAFE, "CKR_OK",
	    "anybody who is logged in");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
puts_no_key_at_risk_where_no_throw_away_is_made(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;
	unsigned flags;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	flags = flags_of(f, key.handle);
	misbehave(f, &key, "C_GenerateKeyPair", 0, CKR_MECHANISM_INVALID);
	result = probe(f, &key);
	assert_int_equal(flags_of(f, key.handle), flags);
	assert_int_equal(result.result, CA_PROBE_PASSED);
	/* Not even the value that it has. */
	assert_row(&result, "set-extractable", CA_PROBE_SAFE,
	    "CKR_ACTION_PROHIBITED", "forbid");
	assert_row(&result, "copy-extractable", CA_PROBE_UNKNOWN,
	    "CKR_OBJECT_HANDLE_INVALID", "CKR_MECHANISM_INVALID");
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
proves_nothing_without_a_login(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 1 };
	struct ca_probe result = { .item = NULL };

	fixture_open(f);
	assert_int_equal(ca_token_probe(f->token, &key, &result, &f->err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "CKR_USER_NOT_LOGGED_IN"));
	assert_null(result.item);
}

static const char *const functions[] = { "C_OpenSession", "C_GetSessionInfo",
	"C_GenerateKeyPair", "C_CreateObject", "C_FindObjectsInit",
	"C_GetAttributeValue", "C_SetAttributeValue", "C_CopyObject",
	"C_WrapKey" };

static void
leaves_nothing_behind_whatever_fails(void **state)
{
	struct fixture *f = *state;
	struct ca_probe result = { .item = NULL };
	struct ca_token_key key;
	enum ca_code rc;
	unsigned nth;
	size_t i;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		for (nth = 1; nth <= CALLS_MAX; nth++) {
			misbehave(f, &key, functions[i], nth,
			    CKR_SESSION_HANDLE_INVALID);
			rc = ca_token_probe_key(f->token, &key, &result,
			    &f->err);
			behave(f);
			assert_true(rc == CA_OK || rc == CA_ERR_TOKEN);
			if (rc != CA_OK)
				assert_null(result.item);
			if (fixture_objects(f) != 2)
				fail_msg("%s %u: an object is left",
				    functions[i], nth);
			ca_probe_clear(&result);
		}
	ca_token_key_clear(&key);
}

static void
ends_where_the_token_is_lost(void **state)
{
	static const CK_RV lost[] = { CKR_DEVICE_REMOVED,
		CKR_SESSION_HANDLE_INVALID, CKR_USER_NOT_LOGGED_IN };
	static const struct {
		const char *call;
		unsigned nth;
	} calls[] = {
		{ "C_CopyObject", 1 },
		{ "C_SetAttributeValue", 1 },
		/* The question whether it wraps; under AES; under RSA. */
		{ "C_WrapKey", 1 },
		{ "C_WrapKey", 2 },
		{ "C_WrapKey", 5 },
		{ "C_CreateObject", 1 },
		{ "C_CreateObject", 2 },
		{ "C_GenerateKeyPair", 1 },
	};
	struct fixture *f = *state;
	struct ca_probe result = { .item = NULL };
	struct ca_token_key key;
	size_t i;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		misbehave(f, &key, calls[i].call, calls[i].nth, lost[i % 3]);
		assert_int_equal(ca_token_probe_key(f->token, &key, &result,
				     &f->err),
		    CA_ERR_TOKEN);
		assert_int_equal(f->err.ckr, lost[i % 3]);
		assert_non_null(strstr(f->err.message, calls[i].call));
		behave(f);
		assert_int_equal(fixture_objects(f), 2);
	}
	misbehave(f, &key, "C_CopyObject", 1, CKR_PIN_INCORRECT);
	assert_int_equal(ca_token_probe_key(f->token, &key, &result, &f->err),
	    CA_ERR_PIN);
	behave(f);
	ca_token_key_clear(&key);
}

/* An error that may be about the attempt alone is no refusal either. */
static void
takes_an_error_for_no_answer(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_WrapKey", 2, CKR_GENERAL_ERROR);
	result = probe(f, &key);
	assert_row(&result, "wrap-aes-key-wrap-pad", CA_PROBE_UNKNOWN,
	    "CKR_GENERAL_ERROR", "C_WrapKey, but this is no clear refusal");
	assert_int_equal(result.result, CA_PROBE_PASSED);
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
names_a_throw_away_key_that_could_not_be_destroyed(void **state)
{
	struct fixture *f = *state;
	struct ca_probe result = { .item = NULL };
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_DestroyObject", 0, CKR_DEVICE_ERROR);
	assert_int_equal(ca_token_probe_key(f->token, &key, &result, &f->err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "C_DestroyObject"));
	assert_non_null(strstr(f->err.hint, "the key coldca-probe-"));
	assert_null(result.item);
	behave(f);
	ca_token_key_clear(&key);
}

/* What C_Logout answers says nothing of a signature that was never tried. */
static void
takes_a_refused_logout_for_no_answer(void **state)
{
	struct fixture *f = *state;
	struct ca_probe result = { .item = NULL };
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_Logout", 0, CKR_USER_NOT_LOGGED_IN);
	assert_ok(ca_token_probe(f->token, &key, &result, &f->err), &f->err);
	assert_row(&result, "sign-after-logout", CA_PROBE_UNKNOWN,
	    "CKR_USER_NOT_LOGGED_IN", "not tried");
	ca_probe_clear(&result);
	behave(f);
	ca_token_key_clear(&key);
}

static void
says_that_the_token_signs_after_the_logout(void **state)
{
	struct fixture *f = *state;
	struct ca_probe result = { .item = NULL };
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, "C_SignInit", 0, CKR_OK);
	assert_ok(ca_token_probe(f->token, &key, &result, &f->err), &f->err);
	assert_row(&result, "sign-after-logout", CA_PROBE_NOTICE, "CKR_OK",
	    "signs on");
	assert_int_equal(result.result, CA_PROBE_PASSED);
	ca_probe_clear(&result);
	behave(f);
	ca_token_key_clear(&key);
}

static void
passes_what_coldca_makes(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_P256, CA_KEY_RSA,
		CA_KEY_ED25519 };
	struct fixture *f = *state;
	struct ca_probe result = { .item = NULL };
	struct ca_token_key key;
	struct ca_uri *uri;
	size_t i, k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		fixture_login(f);
		key = fixture_key(f, "ca-key", kinds[k]);
		assert_ok(ca_token_probe(f->token, &key, &result, &f->err),
		    &f->err);
		for (i = 0; i < result.count; i++)
			if (result.item[i].verdict != CA_PROBE_SAFE)
				fail_msg("%s: %s", result.item[i].name,
				    result.item[i].meaning);
		assert_int_equal(result.result, CA_PROBE_PASSED);
		ca_probe_clear(&result);
		ca_token_key_clear(&key);
		/* The login is gone; a new one finds the key, and only it. */
		fixture_login(f);
		uri = fixture_uri("pkcs11:object=ca-key");
		assert_ok(ca_token_find_key(f->token, uri, &key, &f->err),
		    &f->err);
		assert_int_equal(fixture_objects(f), 2);
		assert_ok(ca_token_destroy_key(f->token, &key, &f->err),
		    &f->err);
		ca_token_key_clear(&key);
		ca_uri_free(uri);
	}
}

static void
takes_the_keys_to_wrap_under_away_again(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	misbehave(f, &key, NULL, 0, CKR_OK);
	result = probe(f, &key);
	assert_int_equal(bad.created, 2);
	/* With both halves of the throw-away. */
	assert_int_equal(bad.destroyed, 4);
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

static void
keeps_the_login_for_a_key_that_is_to_sign_next(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_probe result;
	size_t i;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	result = probe(f, &key);
	for (i = 0; i < result.count; i++)
		assert_string_not_equal(result.item[i].name,
		    "sign-after-logout");
	assert_int_equal(f->asked, 1);
	assert_ok(ca_token_check_key(f->token, &key, &f->err), &f->err);
	ca_probe_clear(&result);
	ca_token_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fails_a_key_that_can_be_wrapped),
		TEST(fails_a_key_that_can_be_read),
		TEST(fails_a_key_that_may_do_more_than_sign),
		TEST(leaves_a_key_alone_that_could_be_changed),
		TEST(does_not_trust_attributes_that_can_be_rewritten),
		TEST(fails_a_token_whose_rewritten_key_can_be_read),
		TEST(fails_a_key_that_took_a_change_for_good),
		TEST(keeps_an_original_that_is_given_for_its_copy),
		TEST(fails_a_token_that_wraps_what_can_not_be_opened_here),
		TEST(puts_no_key_at_risk_where_no_throw_away_is_made),
		TEST(proves_nothing_without_a_login),
		TEST(leaves_nothing_behind_whatever_fails),
		TEST(ends_where_the_token_is_lost),
		TEST(takes_an_error_for_no_answer),
		TEST(names_a_throw_away_key_that_could_not_be_destroyed),
		TEST(takes_a_refused_logout_for_no_answer),
		TEST(says_that_the_token_signs_after_the_logout),
		TEST(passes_what_coldca_makes),
		TEST(takes_the_keys_to_wrap_under_away_again),
		TEST(keeps_the_login_for_a_key_that_is_to_sign_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
