/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* SoftHSM stores a value without looking into it. */
static uint8_t first[] = "0 the first certificate";
static uint8_t second[] = "0 the second certificate";
static uint8_t subject_der[] = "0 subject";
static uint8_t issuer_der[] = "0 issuer";
static uint8_t serial_der[] = "\x02\x01\x2a";

static enum ca_code
store(struct fixture *f, const struct ca_token_key *key, uint8_t *value,
    size_t len)
{
	struct ca_bytes certificate = { value, len };
	struct ca_bytes subject = { subject_der, sizeof(subject_der) };
	struct ca_bytes issuer = { issuer_der, sizeof(issuer_der) };
	struct ca_bytes serial = { serial_der, 3 };

	return ca_token_store_certificate(f->token, key, &certificate, &subject,
	    &issuer, &serial, &f->err);
}

static struct ca_objects
certificates(struct fixture *f)
{
	static const CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE template = ca_attribute(CKA_CLASS, &class, sizeof(class));
	struct ca_objects found = { NULL, 0 };

	assert_ok(ca_objects_find(f->token, &template, 1, &found, &f->err),
	    &f->err);
	return found;
}

static void
assert_value(struct fixture *f, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    const void *wanted, size_t len)
{
	struct ca_bytes value = { NULL, 0 };

	assert_ok(ca_attribute_read(f->token, object, type, CA_VALUE_MAX,
		      &value, &f->err),
	    &f->err);
	assert_int_equal(value.len, len);
	assert_memory_equal(value.data, wanted, len);
	ca_bytes_free(&value);
}

static void
reports_a_token_that_takes_no_certificate(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	(void)setenv("P11_SHIM_FAIL", "C_CreateObject:1:0xd0", 1);
	assert_int_equal(store(f, &key, first, sizeof(first)), CA_ERR_TOKEN);
	assert_non_null(
	    strstr(f->err.message, "C_CreateObject: CKR_TEMPLATE_INCOMPLETE"));
	ca_token_key_clear(&key);
}

static void
stores_a_certificate_beside_its_key(void **state)
{
	struct fixture *f = *state;
	struct ca_objects found;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_ok(store(f, &key, first, sizeof(first)), &f->err);
	found = certificates(f);
	assert_int_equal(found.count, 1);
	assert_value(f, found.item[0], CKA_VALUE, first, sizeof(first));
	assert_value(f, found.item[0], CKA_ID, key.id, key.id_len);
	assert_value(f, found.item[0], CKA_LABEL, "ca-key", 6);
	assert_value(f, found.item[0], CKA_SUBJECT, subject_der,
	    sizeof(subject_der));
	assert_value(f, found.item[0], CKA_ISSUER, issuer_der,
	    sizeof(issuer_der));
	assert_value(f, found.item[0], CKA_SERIAL_NUMBER, serial_der, 3);
	assert_int_equal(fixture_flag(f, found.item[0], CKA_PRIVATE),
	    CA_FLAG_FALSE);
	assert_int_equal(fixture_flag(f, found.item[0], CKA_MODIFIABLE),
	    CA_FLAG_FALSE);
	free(found.item);
	ca_token_key_clear(&key);
}

static void
stores_the_same_certificate_once(void **state)
{
	struct fixture *f = *state;
	struct ca_objects found;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_ok(store(f, &key, first, sizeof(first)), &f->err);
	assert_ok(store(f, &key, first, sizeof(first)), &f->err);
	found = certificates(f);
	assert_int_equal(found.count, 1);
	free(found.item);
	ca_token_key_clear(&key);
}

static void
stores_a_renewed_certificate_beside_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct ca_objects found;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_ok(store(f, &key, first, sizeof(first)), &f->err);
	assert_ok(store(f, &key, second, sizeof(second)), &f->err);
	found = certificates(f);
	assert_int_equal(found.count, 2);
	free(found.item);
	ca_token_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reports_a_token_that_takes_no_certificate),
		TEST(stores_a_certificate_beside_its_key),
		TEST(stores_the_same_certificate_once),
		TEST(stores_a_renewed_certificate_beside_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
