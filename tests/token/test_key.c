/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_signer.h"
#include "token/attribute.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static void
assert_said(const struct fixture *f, const char *word)
{
	if (strstr(f->err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", f->err.message, word);
}

/* Asserts that TEXT finds no key, and that the error says WORD. */
static void
assert_not_found(struct fixture *f, const char *text, const char *word)
{
	struct ca_uri *uri = fixture_uri(text);
	struct ca_token_key key = { .handle = 0 };

	assert_int_equal(ca_token_find_key(f->token, uri, &key, &f->err),
	    CA_ERR_TOKEN);
	assert_null(key.public_key);
	assert_said(f, word);
	ca_uri_free(uri);
}

static void
assert_not_matched(struct fixture *f, const char *text, EVP_PKEY *public_key,
    const char *word)
{
	struct ca_uri *uri = fixture_uri(text);
	struct ca_token_key key = { .handle = 0 };

	assert_int_equal(ca_token_match_key(f->token, uri, public_key, &key,
			     &f->err),
	    CA_ERR_TOKEN);
	assert_null(key.public_key);
	assert_said(f, word);
	ca_uri_free(uri);
}

static struct ca_token_key
find(struct fixture *f, const char *text)
{
	struct ca_uri *uri = fixture_uri(text);
	struct ca_token_key key = { .handle = 0 };

	assert_ok(ca_token_find_key(f->token, uri, &key, &f->err), &f->err);
	ca_uri_free(uri);
	return key;
}

static void
lists_the_keys_where_the_uri_names_none(void **state)
{
	struct fixture *f = *state;

	fixture_login(f);
	assert_not_found(f, "pkcs11:object=a", "private keys: none");
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	assert_not_found(f, "pkcs11:object=b", "'a' (id 01)");
	assert_not_found(f, "pkcs11:object=a;id=%02", "'a' (id 01)");
}

static void
lists_the_keys_where_the_uri_names_several(void **state)
{
	struct fixture *f = *state;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	(void)fixture_raw_key(f, "a", 2, false, NULL);
	assert_not_found(f, "pkcs11:object=a", "'a' (id 01)");
	assert_said(f, "'a' (id 02)");
	assert_said(f, "more than one");
	assert_not_found(f, "pkcs11:", "more than one");
}

static void
names_a_few_keys_of_many_only(void **state)
{
	struct fixture *f = *state;
	uint8_t i;

	fixture_login(f);
	for (i = 1; i <= 12; i++)
		(void)fixture_raw_key(f, "a", i, false, NULL);
	assert_not_found(f, "pkcs11:object=a", ", ...");
	assert_null(strstr(f->err.message, "..., ..."));
}

static void
says_that_keys_show_after_a_login_only(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	assert_not_found(f, "pkcs11:object=a", "private keys: none");
	assert_non_null(strstr(f->err.hint, "login"));
}

static void
refuses_a_key_without_a_public_half(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, &public);
	assert_int_equal(f->token->p11->C_DestroyObject(f->token->session,
			     public),
	    CKR_OK);
	assert_not_found(f, "pkcs11:object=a", "neither it nor a certificate");
}

/* By the CKA_ID alone it is not known which of them belongs to the key. */
static void
refuses_a_key_whose_id_has_two_public_keys(void **state)
{
	struct fixture *f = *state;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	(void)fixture_raw_key(f, "b", 1, false, NULL);
	assert_not_found(f, "pkcs11:object=a", "the same CKA_ID");
}

static void
finds_a_key_by_label_and_by_id(void **state)
{
	static const char *const uris[] = { "pkcs11:object=b", "pkcs11:id=%02",
		"pkcs11:token=ca;object=b;id=%02;type=private" };
	struct fixture *f = *state;
	size_t i;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	(void)fixture_raw_key(f, "b", 2, false, NULL);
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct ca_token_key key = find(f, uris[i]);

		assert_string_equal(key.label, "b");
		assert_int_equal(key.id_len, 1);
		assert_int_equal(key.id[0], 2);
		assert_int_equal(key.kind, CA_KEY_P256);
		ca_token_key_clear(&key);
	}
}

static void
finds_a_generated_key_by_its_own_uri(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_P256, CA_KEY_P384,
		CA_KEY_P521, CA_KEY_RSA };
	static const char *const labels[] = { "a", "b", "c", "d e" };
	struct fixture *f = *state;
	size_t i;

	fixture_login(f);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ca_token_key made = fixture_key(f, labels[i], kinds[i]);
		struct ca_token_key found;
		char *uri = NULL;

		assert_ok(ca_token_key_uri(f->token, &made, &uri, &f->err),
		    &f->err);
		found = find(f, uri);
		assert_int_equal(found.handle, made.handle);
		assert_int_equal(found.kind, kinds[i]);
		assert_int_equal(EVP_PKEY_eq(found.public_key, made.public_key),
		    1);
		ca_token_key_clear(&found);
		ca_token_key_clear(&made);
		free(uri);
	}
}

static void
reads_the_kind_of_an_ed25519_key(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, true, NULL);
	key = find(f, "pkcs11:object=a");
	assert_int_equal(key.kind, CA_KEY_ED25519);
	ca_token_key_clear(&key);
}

/* A self-made certificate for PUBLIC_KEY as a token object with the id ID. */
static void
put_certificate(struct fixture *f, EVP_PKEY *public_key, uint8_t id)
{
	static const CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	static const CK_CERTIFICATE_TYPE type = CKC_X_509;
	static const CK_BBOOL yes = CK_TRUE;
	EVP_PKEY *signer = soft_key(CA_KEY_P256);
	X509 *certificate = X509_new();
	unsigned char *der = NULL;
	CK_OBJECT_HANDLE object;
	int len;

	assert_int_equal(X509_set_pubkey(certificate, public_key), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 60));
	assert_true(X509_sign(certificate, signer, EVP_sha256()) > 0);
	len = i2d_X509(certificate, &der);
	assert_true(len > 0);
	{
		CK_ATTRIBUTE template[] = {
			ca_attribute(CKA_CLASS, &class, sizeof(class)),
			ca_attribute(CKA_CERTIFICATE_TYPE, &type, sizeof(type)),
			ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
			ca_attribute(CKA_SUBJECT, "0", 1),
			ca_attribute(CKA_VALUE, der, (size_t)len),
			ca_attribute(CKA_ID, &id, sizeof(id)),
		};

		assert_int_equal(f->token->p11
				     ->C_CreateObject(f->token->session,
					 template, 6, &object),
		    CKR_OK);
	}
	OPENSSL_free(der);
	X509_free(certificate);
	EVP_PKEY_free(signer);
}

static void
takes_the_public_key_of_a_certificate_where_there_is_no_other(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key before, after;
	CK_OBJECT_HANDLE public;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, &public);
	before = find(f, "pkcs11:object=a");
	put_certificate(f, before.public_key, 1);
	assert_int_equal(f->token->p11->C_DestroyObject(f->token->session,
			     public),
	    CKR_OK);
	after = find(f, "pkcs11:object=a");
	assert_int_equal(EVP_PKEY_eq(before.public_key, after.public_key), 1);
	assert_int_equal(after.kind, CA_KEY_P256);
	ca_token_key_clear(&before);
	ca_token_key_clear(&after);
}

static void
matches_no_key_of_another_public_key(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *other = soft_key(CA_KEY_P256);

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	assert_not_matched(f, "pkcs11:", other, "'a' (id 01)");
	EVP_PKEY_free(other);
}

static void
matches_only_among_the_keys_that_the_uri_names(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key a;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	(void)fixture_raw_key(f, "b", 2, false, NULL);
	a = find(f, "pkcs11:object=a");
	assert_not_matched(f, "pkcs11:object=b", a.public_key,
	    "no private key");
	ca_token_key_clear(&a);
}

static void
matches_the_one_key_among_others(void **state)
{
	struct fixture *f = *state;
	struct ca_uri *uri = fixture_uri("pkcs11:token=ca");
	struct ca_token_key made, found = { .handle = 0 };
	CK_OBJECT_HANDLE public;

	fixture_login(f);
	made = fixture_key(f, "ours", CA_KEY_P384);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	/* Two that can not be read, or are none of ours. */
	(void)fixture_raw_key(f, "b", 2, true, NULL);
	(void)fixture_raw_key(f, "c", 3, false, &public);
	assert_int_equal(f->token->p11->C_DestroyObject(f->token->session,
			     public),
	    CKR_OK);
	assert_ok(ca_token_match_key(f->token, uri, made.public_key, &found,
		      &f->err),
	    &f->err);
	assert_int_equal(found.handle, made.handle);
	assert_string_equal(found.label, "ours");
	ca_token_key_clear(&found);
	ca_token_key_clear(&made);
	ca_uri_free(uri);
}

/* The key that could not be read may be the one. */
static void
names_the_call_where_a_key_can_not_be_read(void **state)
{
	static const char *const fails[] = { "C_GetAttributeValue:1:0x32",
		"C_GetAttributeValue:4:0x32", "C_FindObjectsInit:2:0x32" };
	struct fixture *f = *state;
	struct ca_token_key made;
	char said[64];
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	made = fixture_key(f, "ours", CA_KEY_P256);
	for (i = 0; i < sizeof(fails) / sizeof(fails[0]); i++) {
		(void)setenv("P11_SHIM_FAIL", fails[i], 1);
		(void)snprintf(said, sizeof(said), "%.*s: CKR_DEVICE_REMOVED",
		    (int)strcspn(fails[i], ":"), fails[i]);
		assert_not_matched(f, "pkcs11:token=ca", made.public_key, said);
	}
	ca_token_key_clear(&made);
}

/* A second private key under the same id: which one signs is not known. */
static void
matches_no_key_where_two_belong(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key a;
	CK_OBJECT_HANDLE public;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	a = find(f, "pkcs11:object=a");
	(void)fixture_raw_key(f, "b", 1, false, &public);
	assert_int_equal(f->token->p11->C_DestroyObject(f->token->session,
			     public),
	    CKR_OK);
	assert_not_matched(f, "pkcs11:", a.public_key, "more than one");
	ca_token_key_clear(&a);
}

static void
names_each_attribute_that_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	key = find(f, "pkcs11:object=a");
	(void)setenv("P11_SHIM_ATTRIBUTE", "0x162=1,0x164=0", 1);
	assert_int_equal(ca_token_check_key(f->token, &key, &f->err),
	    CA_ERR_TOKEN);
	assert_said(f, "key a: ");
	assert_said(f,
	    "CKA_EXTRACTABLE is true, CKA_NEVER_EXTRACTABLE is false");
	ca_token_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_the_keys_where_the_uri_names_none),
		TEST(lists_the_keys_where_the_uri_names_several),
		TEST(names_a_few_keys_of_many_only),
		TEST(says_that_keys_show_after_a_login_only),
		TEST(refuses_a_key_without_a_public_half),
		TEST(refuses_a_key_whose_id_has_two_public_keys),
		TEST(finds_a_key_by_label_and_by_id),
		TEST(finds_a_generated_key_by_its_own_uri),
		TEST(reads_the_kind_of_an_ed25519_key),
		TEST(
		    takes_the_public_key_of_a_certificate_where_there_is_no_other),
		TEST(matches_no_key_of_another_public_key),
		TEST(matches_only_among_the_keys_that_the_uri_names),
		TEST(matches_the_one_key_among_others),
		TEST(names_the_call_where_a_key_can_not_be_read),
		TEST(matches_no_key_where_two_belong),
		TEST(names_each_attribute_that_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
