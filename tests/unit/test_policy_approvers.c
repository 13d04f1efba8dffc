/* SPDX-License-Identifier: Apache-2.0 */
/* Who may approve, and where a token's module writes: what policy refuses. */
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "coldca/policy.h"
#include "unit/test.h"

#define HEAD "version: 1\nmode: test\n"

/* KEY's PEM as an indented block; KEY is freed. */
static struct ca_bytes
key_lines(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct ca_bytes lines = { 0 };
	struct ca_error err = { 0 };
	char line[128];

	assert_non_null(key);
	assert_non_null(bio);
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	while (BIO_gets(bio, line, sizeof(line)) > 0) {
		assert_ok(ca_bytes_append(&lines, "      ", 6, &err), &err);
		assert_ok(ca_bytes_append(&lines, line, strlen(line), &err),
		    &err);
	}
	BIO_free(bio);
	EVP_PKEY_free(key);
	return lines;
}

static void
add(struct ca_bytes *text, const char *more)
{
	struct ca_error err = { 0 };

	assert_ok(ca_bytes_append(text, more, strlen(more), &err), &err);
}

/* An approver of that NAME, with the key in LINES and the line MORE. */
static void
add_approver(struct ca_bytes *text, const char *name, struct ca_bytes *lines,
    const char *more)
{
	struct ca_error err = { 0 };

	add(text, "  - name: ");
	add(text, name);
	add(text, "\n");
	add(text, more);
	add(text, "    key: |\n");
	assert_ok(ca_bytes_append(text, lines->data, lines->len, &err), &err);
}

/* NULL as MESSAGE: it is taken. TEXT is freed. */
static void
judged(struct ca_bytes *text, const char *message)
{
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };
	enum ca_code rc;

	rc = ca_policy_parse("p.yaml", text->data, text->len, &policy, &err);
	if (message == NULL) {
		assert_ok(rc, &err);
	} else {
		assert_int_equal(rc, CA_ERR_INPUT);
		if (strstr(err.message, message) == NULL)
			fail_msg("%s", err.message);
	}
	ca_policy_free(policy);
	ca_bytes_free(text);
}

static void
one(const char *name, EVP_PKEY *key, const char *more, const char *message)
{
	struct ca_bytes lines = key_lines(key), text = { 0 };

	add(&text, HEAD "approvers:\n");
	add_approver(&text, name, &lines, more);
	judged(&text, message);
	ca_bytes_free(&lines);
}

static EVP_PKEY *
ed25519(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static void
takes_names_of_up_to_64_letters(void **state)
{
	char name[CA_APPROVER_NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[CA_APPROVER_NAME_MAX] = '\0';
	one(name, ed25519(), "", NULL);
	name[CA_APPROVER_NAME_MAX] = 'a';
	name[CA_APPROVER_NAME_MAX + 1] = '\0';
	one(name, ed25519(), "", "a name is up to 64");
	one("an/na", ed25519(), "", "a name is up to 64");
}

static void
takes_keys_of_three_kinds(void **state)
{
	static const char message[] =
	    "not the PEM of a public key of kind ed25519, p256 or p384";

	(void)state;
	one("anna", ed25519(), "", NULL);
	one("anna", EVP_EC_gen("P-256"), "", NULL);
	one("anna", EVP_EC_gen("P-384"), "", NULL);
	one("anna", EVP_EC_gen("P-521"), "", message);
	one("anna", EVP_RSA_gen(2048), "", message);
}

/* One key in two encodings is one person, and would count as two. */
static void
takes_keys_in_one_encoding(void **state)
{
	static const char *const forms[] = { "compressed", "hybrid" };
	static const uint8_t small_order[32] = { 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		EVP_PKEY *key = EVP_EC_gen("P-256");

		assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
				     OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
				     forms[i]),
		    1);
		one("anna", key, "",
		    "approvers.key: key: RFC 5480 section 2.2: the point is not in the uncompressed form");
	}
	/* Anybody signs with it. */
	one("anna",
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, small_order,
		sizeof(small_order)),
	    "", "approvers.key: key: ");
}

static void
takes_profiles_of_requests(void **state)
{
	(void)state;
	one("anna", ed25519(), "    profiles: [node, client]\n", NULL);
	one("anna", ed25519(), "    profiles: [nodes]\n",
	    "nodes: not a profile that requests are signed for");
	one("anna", ed25519(), "    profiles: [ca]\n",
	    "ca: not a profile that requests are signed for");
}

static void
takes_a_hundred_approvers(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		struct ca_bytes text = { 0 };

		add(&text, HEAD "approvers:\n");
		for (int i = 0; i < CA_APPROVERS_MAX + more; i++) {
			struct ca_bytes lines = key_lines(ed25519());
			char name[16];

			(void)snprintf(name, sizeof(name), "a%d", i);
			add_approver(&text, name, &lines, "");
			ca_bytes_free(&lines);
		}
		judged(&text, more == 0 ? NULL : "more than 100");
	}
}

static void
takes_64_paths_of_a_token(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		struct ca_bytes text = { 0 };

		add(&text, HEAD "token_paths:\n");
		for (int i = 0; i < CA_TOKEN_PATHS_MAX + more; i++)
			add(&text, "  - /run/v\n");
		judged(&text, more == 0 ? NULL : "more than 64 paths");
	}
}

static void
takes_no_path_that_is_too_long(void **state)
{
	(void)state;
	for (size_t len = CA_PATH_MAX - 1; len <= CA_PATH_MAX; len++) {
		struct ca_bytes text = { 0 };
		char *path = calloc(len + 1, 1);

		assert_non_null(path);
		memset(path, 'a', len);
		path[0] = '/';
		add(&text, HEAD "token_paths:\n  - ");
		add(&text, path);
		add(&text, "\n");
		free(path);
		judged(&text,
		    len < CA_PATH_MAX ? NULL
				      : "a path of more than 4095 bytes");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_names_of_up_to_64_letters),
		cmocka_unit_test(takes_keys_of_three_kinds),
		cmocka_unit_test(takes_keys_in_one_encoding),
		cmocka_unit_test(takes_profiles_of_requests),
		cmocka_unit_test(takes_a_hundred_approvers),
		cmocka_unit_test(takes_64_paths_of_a_token),
		cmocka_unit_test(takes_no_path_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
