/* SPDX-License-Identifier: Apache-2.0 */
/* What a token shows, with and without a login. */
#include <openssl/evp.h>
#include <string.h>

#include "token/attribute.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static const CK_BBOOL yes = CK_TRUE;
static const CK_OBJECT_CLASS certificate_class = CKO_CERTIFICATE;

/* A certificate object of TYPE with LABEL, whatever its value is. */
static void
put(struct fixture *f, CK_CERTIFICATE_TYPE type, const char *label)
{
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &certificate_class,
		    sizeof(certificate_class)),
		ca_attribute(CKA_CERTIFICATE_TYPE, &type, sizeof(type)),
		ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
		ca_attribute(CKA_LABEL, label, strlen(label)),
		ca_attribute(CKA_SUBJECT, "s", 1),
		ca_attribute(CKA_VALUE, "value", 5),
	};
	CK_OBJECT_HANDLE object;

	assert_int_equal(f->token->p11->C_CreateObject(f->token->session,
			     template, sizeof(template) / sizeof(template[0]),
			     &object),
	    CKR_OK);
}

static const struct ca_token_object *
find(const struct ca_token_objects *objects, enum ca_object_class class,
    const char *label)
{
	size_t i;

	for (i = 0; i < objects->count; i++)
		if (objects->item[i].class == class &&
		    strcmp(objects->item[i].key.label, label) == 0)
			return &objects->item[i];
	return NULL;
}

static struct ca_token_objects
objects_without_login(struct fixture *f)
{
	struct ca_token_infos infos = { NULL, 0 };
	struct ca_token_objects objects = { NULL, 0, 0 };

	fixture_load(f);
	assert_ok(ca_module_slots(f->module, &infos, &f->err), &f->err);
	assert_string_equal(infos.item[0].label, "ca");
	assert_true(infos.item[0].present);
	assert_ok(ca_module_objects(f->module, &infos.item[0], &objects,
		      &f->err),
	    &f->err);
	ca_token_infos_clear(&infos);
	return objects;
}

static void
shows_private_keys_after_a_login_only(void **state)
{
	struct fixture *f = *state;
	struct ca_token_objects objects = { NULL, 0, 0 };
	const struct ca_token_object *half;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P384);
	assert_ok(ca_token_objects(f->token, &objects, &f->err), &f->err);
	assert_int_equal(objects.count, 2);
	half = find(&objects, CA_OBJECT_PRIVATE_KEY, "ca-key");
	assert_non_null(half);
	assert_int_equal(half->key.id_len, key.id_len);
	assert_memory_equal(half->key.id, key.id, key.id_len);
	assert_int_equal(EVP_PKEY_eq(half->key.public_key, key.public_key), 1);
	ca_token_objects_clear(&objects);
	fixture_close(f);
	objects = objects_without_login(f);
	assert_int_equal(objects.count, 1);
	half = find(&objects, CA_OBJECT_PUBLIC_KEY, "ca-key");
	assert_non_null(half);
	assert_int_equal(half->key.kind, CA_KEY_P384);
	assert_int_equal(EVP_PKEY_eq(half->key.public_key, key.public_key), 1);
	ca_token_objects_clear(&objects);
	ca_token_key_clear(&key);
}

static void
shows_a_private_key_that_has_no_public_half(void **state)
{
	struct fixture *f = *state;
	struct ca_token_objects objects = { NULL, 0, 0 };
	const struct ca_token_object *half;
	CK_OBJECT_HANDLE public;

	fixture_login(f);
	(void)fixture_raw_key(f, "half", 1, false, &public);
	assert_int_equal(f->token->p11->C_DestroyObject(f->token->session,
			     public),
	    CKR_OK);
	assert_ok(ca_token_objects(f->token, &objects, &f->err), &f->err);
	half = find(&objects, CA_OBJECT_PRIVATE_KEY, "half");
	assert_non_null(half);
	assert_null(half->key.public_key);
	assert_int_equal(objects.unreadable, 0);
	ca_token_objects_clear(&objects);
}

static void
gives_x509_certificates_as_they_are(void **state)
{
	struct fixture *f = *state;
	struct ca_token_objects objects;
	const struct ca_token_object *object;

	fixture_login(f);
	put(f, CKC_X_509, "x509");
	put(f, CKC_VENDOR_DEFINED | 0x504750UL, "openpgp");
	fixture_close(f);
	objects = objects_without_login(f);
	assert_int_equal(objects.count, 1);
	object = find(&objects, CA_OBJECT_CERTIFICATE, "x509");
	assert_non_null(object);
	assert_int_equal(object->certificate.len, 5);
	assert_memory_equal(object->certificate.data, "value", 5);
	ca_token_objects_clear(&objects);
}

static void
counts_what_can_not_be_read(void **state)
{
	struct fixture *f = *state;
	struct ca_token_objects objects;
	char label[CA_KEY_LABEL_MAX + 2];

	memset(label, 'a', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	fixture_login(f);
	put(f, CKC_X_509, "before");
	put(f, CKC_X_509, label);
	put(f, CKC_X_509, "after");
	fixture_close(f);
	objects = objects_without_login(f);
	assert_int_equal(objects.count, 2);
	assert_int_equal(objects.unreadable, 1);
	ca_token_objects_clear(&objects);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_private_keys_after_a_login_only),
		TEST(shows_a_private_key_that_has_no_public_half),
		TEST(gives_x509_certificates_as_they_are),
		TEST(counts_what_can_not_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
