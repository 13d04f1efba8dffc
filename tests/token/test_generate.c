/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/facts.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static void
login_shim(struct fixture *f)
{
	fixture_load_shim(f);
	fixture_login(f);
}

/* Asserts that no P-256 key is made, that the error says WORD, and that
 * nothing is left on the token. */
static void
assert_not_generated(struct fixture *f, const char *word)
{
	struct ca_token_key key = { .handle = 0 };

	assert_int_equal(ca_token_generate(f->token, "ca-key", CA_KEY_P256, 0,
			     &key, &f->err),
	    CA_ERR_TOKEN);
	assert_null(key.public_key);
	if (strstr(f->err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", f->err.message, word);
	(void)unsetenv("P11_SHIM_FAIL");
	assert_int_equal(fixture_objects(f), 0);
}

static void
destroys_a_key_that_is_not_as_it_was_asked_for(void **state)
{
	static const struct {
		const char *lie, *word;
	} cases[] = {
		{ "0x163=0", "CKA_LOCAL is false" },
		{ "0x162=1", "CKA_EXTRACTABLE is true" },
		{ "0x103=0", "CKA_SENSITIVE is false" },
		{ "0x165=0", "CKA_ALWAYS_SENSITIVE is false" },
		{ "0x164=0", "CKA_NEVER_EXTRACTABLE is false" },
		{ "0x162=1,0x163=0", "CKA_EXTRACTABLE is true, CKA_LOCAL is" },
		{ "0x2=0", "CKA_PRIVATE is false" },
		{ "0x105=1", "CKA_DECRYPT is true" },
		{ "0x107=1", "CKA_UNWRAP is true" },
		{ "0x10c=1", "CKA_DERIVE is true" },
		{ "0x109=1", "CKA_SIGN_RECOVER is true" },
	};
	struct fixture *f = *state;
	size_t i;

	login_shim(f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setenv("P11_SHIM_ATTRIBUTE", cases[i].lie, 1);
		assert_not_generated(f, cases[i].word);
		assert_non_null(strstr(f->err.hint, "was destroyed"));
	}
}

static void
destroys_a_key_whose_attributes_are_not_told(void **state)
{
	struct fixture *f = *state;

	login_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GetAttributeValue:0:0x12", 1);
	assert_not_generated(f, "CKA_SENSITIVE is not told");
}

/* What could not be read is not what the token keeps to itself. */
static void
names_the_call_where_an_attribute_can_not_be_read(void **state)
{
	struct fixture *f = *state;

	login_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GetAttributeValue:1:0x32", 1);
	assert_not_generated(f, "C_GetAttributeValue: CKR_DEVICE_REMOVED");
	assert_int_equal(f->err.ckr, CKR_DEVICE_REMOVED);
}

static void
destroys_a_key_whose_public_half_can_not_be_read(void **state)
{
	struct fixture *f = *state;

	login_shim(f);
	/* After the flags, which are read at once. */
	(void)setenv("P11_SHIM_FAIL", "C_GetAttributeValue:2:0x30", 1);
	assert_not_generated(f, "CKR_DEVICE_ERROR");
}

static void
says_where_a_bad_key_could_not_be_destroyed(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 0 };

	login_shim(f);
	(void)setenv("P11_SHIM_ATTRIBUTE", "0x163=0", 1);
	(void)setenv("P11_SHIM_FAIL", "C_DestroyObject:1:0x30", 1);
	assert_int_equal(ca_token_generate(f->token, "ca-key", CA_KEY_P256, 0,
			     &key, &f->err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "CKA_LOCAL"));
	assert_non_null(strstr(f->err.hint, "still there"));
}

static void
refuses_a_label_that_is_there_already(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 0 }, second = { .handle = 0 };

	fixture_login(f);
	assert_ok(ca_token_generate(f->token, "ca-key", CA_KEY_P256, 0, &key,
		      &f->err),
	    &f->err);
	assert_int_equal(ca_token_generate(f->token, "ca-key", CA_KEY_P384, 0,
			     &second, &f->err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "'ca-key'"));
	assert_int_equal(fixture_objects(f), 2);
	ca_token_key_clear(&key);
}

/* An object of any class: here a data object. */
static void
refuses_a_label_that_another_object_has(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &class, sizeof(class)),
		ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
		ca_attribute(CKA_LABEL, "ca-key", 6),
		ca_attribute(CKA_VALUE, "x", 1),
	};
	CK_OBJECT_HANDLE object;
	struct ca_token_key key = { .handle = 0 };

	fixture_login(f);
	assert_int_equal(f->token->p11->C_CreateObject(f->token->session,
			     template, 4, &object),
	    CKR_OK);
	assert_int_equal(ca_token_generate(f->token, "ca-key", CA_KEY_P256, 0,
			     &key, &f->err),
	    CA_ERR_TOKEN);
	assert_int_equal(fixture_objects(f), 1);
}

static void
refuses_labels_that_are_empty_or_too_long(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 0 };
	char label[CA_KEY_LABEL_MAX + 2];

	fixture_login(f);
	memset(label, 'a', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	assert_int_equal(ca_token_generate(f->token, label, CA_KEY_P256, 0,
			     &key, &f->err),
	    CA_ERR_USAGE);
	assert_int_equal(ca_token_generate(f->token, "", CA_KEY_P256, 0, &key,
			     &f->err),
	    CA_ERR_USAGE);
	assert_int_equal(fixture_objects(f), 0);
}

static void
makes_no_key_without_a_login(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	assert_not_generated(f, "CKR_USER_NOT_LOGGED_IN");
}

static void
reports_what_the_token_can_not_generate(void **state)
{
	struct fixture *f = *state;

	login_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GenerateKeyPair:0:0x70", 1);
	assert_not_generated(f,
	    "token ca: C_GenerateKeyPair: CKR_MECHANISM_INVALID (the token does not have this mechanism)");
	assert_int_equal(fixture_calls(f, "C_GenerateKeyPair"), 1);
}

static void
leaves_out_what_the_token_does_not_take(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 0 };

	login_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GenerateKeyPair:1:0x12", 1);
	assert_ok(ca_token_generate(f->token, "ca-key", CA_KEY_P256, 0, &key,
		      &f->err),
	    &f->err);
	assert_int_equal(fixture_calls(f, "C_GenerateKeyPair"), 2);
	/* CKA_COPYABLE went; CKA_MODIFIABLE did not. */
	assert_int_equal(fixture_flag(f, key.handle, CKA_COPYABLE),
	    CA_FLAG_TRUE);
	assert_int_equal(fixture_flag(f, key.handle, CKA_MODIFIABLE),
	    CA_FLAG_FALSE);
	ca_token_key_clear(&key);
}

/* NSS and openCryptoki: facts.c. */
static void
asks_for_no_more_than_is_known_to_be_taken(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 0 };

	login_shim(f);
	f->token->facts |= CA_FACT_NO_COPYABLE;
	assert_ok(ca_token_generate(f->token, "ca-key", CA_KEY_P256, 0, &key,
		      &f->err),
	    &f->err);
	assert_int_equal(fixture_calls(f, "C_GenerateKeyPair"), 1);
	assert_int_equal(fixture_flag(f, key.handle, CKA_COPYABLE),
	    CA_FLAG_TRUE);
	ca_token_key_clear(&key);
}

/* PKCS#11 3.0 section 2.3.5: some take the OID alone, others the name. */
static void
names_the_edwards_curve_in_both_ways(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key = { .handle = 0 };

	login_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GenerateKeyPair:1:0x130", 1);
	assert_ok(ca_token_generate(f->token, "ca-key", CA_KEY_ED25519, 0, &key,
		      &f->err),
	    &f->err);
	assert_int_equal(fixture_calls(f, "C_GenerateKeyPair"), 2);
	assert_int_equal(key.kind, CA_KEY_ED25519);
	ca_token_key_clear(&key);
}

/* What is asked for, whatever a token would have done without. */
static void
asks_for_every_attribute_by_itself(void **state)
{
	static const char *const wanted[] = {
		"private 0x1=1",   /* TOKEN */
		"private 0x2=1",   /* PRIVATE */
		"private 0x103=1", /* SENSITIVE */
		"private 0x105=0", /* DECRYPT */
		"private 0x107=0", /* UNWRAP */
		"private 0x108=1", /* SIGN */
		"private 0x109=0", /* SIGN_RECOVER */
		"private 0x10c=0", /* DERIVE */
		"private 0x162=0", /* EXTRACTABLE */
		"private 0x170=0", /* MODIFIABLE */
		"private 0x171=0", /* COPYABLE */
		"public 0x1=1",    /* TOKEN */
		"public 0x2=0",    /* PRIVATE */
		"public 0x106=0",  /* WRAP */
		"public 0x10b=0",  /* VERIFY_RECOVER */
		"public 0x10c=0",  /* DERIVE */
		"public 0x170=0",  /* MODIFIABLE */
		"public 0x171=0",  /* COPYABLE */
	};
	struct fixture *f = *state;
	struct ca_token_key key;
	size_t i;

	login_shim(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (fixture_calls(f, wanted[i]) != 1)
			fail_msg("%s was not asked for", wanted[i]);
	ca_token_key_clear(&key);
}

/* TPMs refuse either beside SIGN true and DECRYPT false. */
static void
leaves_verify_and_encrypt_to_the_token(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	login_shim(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_int_equal(fixture_calls(f, "public 0x10a=0"), 0);
	assert_int_equal(fixture_calls(f, "public 0x10a=1"), 0);
	assert_int_equal(fixture_calls(f, "public 0x104=0"), 0);
	assert_int_equal(fixture_calls(f, "public 0x104=1"), 0);
	ca_token_key_clear(&key);
}

static void
gives_up_where_the_token_takes_no_template(void **state)
{
	struct fixture *f = *state;

	login_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GenerateKeyPair:0:0xd1", 1);
	assert_not_generated(f, "CKR_TEMPLATE_INCONSISTENT");
	assert_int_equal(fixture_calls(f, "C_GenerateKeyPair"), 3);
}

static void
assert_flag(struct fixture *f, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    enum ca_flag wanted)
{
	enum ca_flag flag = fixture_flag(f, object, type);

	if (flag != wanted)
		fail_msg("attribute 0x%lx is %d", type, (int)flag);
}

static void
assert_hardened(struct fixture *f, CK_OBJECT_HANDLE object)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		enum ca_flag flag;
	} wanted[] = {
		{ CKA_TOKEN, CA_FLAG_TRUE },
		{ CKA_PRIVATE, CA_FLAG_TRUE },
		{ CKA_SENSITIVE, CA_FLAG_TRUE },
		{ CKA_ALWAYS_SENSITIVE, CA_FLAG_TRUE },
		{ CKA_EXTRACTABLE, CA_FLAG_FALSE },
		{ CKA_NEVER_EXTRACTABLE, CA_FLAG_TRUE },
		{ CKA_LOCAL, CA_FLAG_TRUE },
		{ CKA_SIGN, CA_FLAG_TRUE },
		{ CKA_DECRYPT, CA_FLAG_FALSE },
		{ CKA_UNWRAP, CA_FLAG_FALSE },
		{ CKA_DERIVE, CA_FLAG_FALSE },
		{ CKA_SIGN_RECOVER, CA_FLAG_FALSE },
		{ CKA_MODIFIABLE, CA_FLAG_FALSE },
		{ CKA_COPYABLE, CA_FLAG_FALSE },
	};
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_flag(f, object, wanted[i].type, wanted[i].flag);
}

static void
generates_each_kind_of_key(void **state)
{
	static const struct {
		enum ca_key_kind kind;
		const char *label;
		const char *algorithm;
		int bits;
	} cases[] = {
		{ CA_KEY_P256, "p256", "EC", 256 },
		{ CA_KEY_P384, "p384", "EC", 384 },
		{ CA_KEY_P521, "p521", "EC", 521 },
		{ CA_KEY_RSA, "rsa", "RSA", 2048 },
		{ CA_KEY_ED25519, "ed25519", "ED25519", 256 },
	};
	struct fixture *f = *state;
	size_t i;

	fixture_login(f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_token_key key = { .handle = 0 };

		assert_ok(ca_token_generate(f->token, cases[i].label,
			      cases[i].kind, 2048, &key, &f->err),
		    &f->err);
		assert_int_equal(key.kind, cases[i].kind);
		assert_string_equal(key.label, cases[i].label);
		assert_int_equal(key.id_len, 16);
		assert_true(EVP_PKEY_is_a(key.public_key, cases[i].algorithm));
		assert_int_equal(EVP_PKEY_get_bits(key.public_key),
		    cases[i].bits);
		/* A plain software key: nothing of libp11 is in it. */
		assert_non_null(EVP_PKEY_get0_provider(key.public_key));
		assert_hardened(f, key.handle);
		assert_ok(ca_token_check_key(f->token, &key, &f->err), &f->err);
		ca_token_key_clear(&key);
	}
}

static void
gives_every_key_an_id_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key a = { .handle = 0 }, b = { .handle = 0 };

	fixture_login(f);
	assert_ok(ca_token_generate(f->token, "a", CA_KEY_P256, 0, &a, &f->err),
	    &f->err);
	assert_ok(ca_token_generate(f->token, "b", CA_KEY_P256, 0, &b, &f->err),
	    &f->err);
	assert_memory_not_equal(a.id, b.id, 16);
	ca_token_key_clear(&a);
	ca_token_key_clear(&b);
}

static void
destroys_both_halves_of_a_key(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key a = { .handle = 0 }, b = { .handle = 0 };

	fixture_login(f);
	assert_ok(ca_token_generate(f->token, "a", CA_KEY_P256, 0, &a, &f->err),
	    &f->err);
	assert_ok(ca_token_generate(f->token, "b", CA_KEY_P256, 0, &b, &f->err),
	    &f->err);
	assert_ok(ca_token_destroy_key(f->token, &a, &f->err), &f->err);
	assert_int_equal(fixture_objects(f), 2);
	assert_ok(ca_token_check_key(f->token, &b, &f->err), &f->err);
	ca_token_key_clear(&a);
	ca_token_key_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(destroys_a_key_that_is_not_as_it_was_asked_for),
		TEST(destroys_a_key_whose_attributes_are_not_told),
		TEST(names_the_call_where_an_attribute_can_not_be_read),
		TEST(destroys_a_key_whose_public_half_can_not_be_read),
		TEST(says_where_a_bad_key_could_not_be_destroyed),
		TEST(refuses_a_label_that_is_there_already),
		TEST(refuses_a_label_that_another_object_has),
		TEST(refuses_labels_that_are_empty_or_too_long),
		TEST(asks_for_no_more_than_is_known_to_be_taken),
		TEST(names_the_edwards_curve_in_both_ways),
		TEST(makes_no_key_without_a_login),
		TEST(reports_what_the_token_can_not_generate),
		TEST(leaves_out_what_the_token_does_not_take),
		TEST(asks_for_every_attribute_by_itself),
		TEST(leaves_verify_and_encrypt_to_the_token),
		TEST(gives_up_where_the_token_takes_no_template),
		TEST(generates_each_kind_of_key),
		TEST(gives_every_key_an_id_of_its_own),
		TEST(destroys_both_halves_of_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
