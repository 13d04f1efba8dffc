/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certificate.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/certificate_internal.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

struct fixture {
	struct ca_signer *signer;
	struct ca_certificate *ca;
};

static int
setup(void **state)
{
	static struct fixture f;

	f.signer = soft_signer(NULL);
	f.ca = soft_ca(f.signer, SOFT_NOW);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	return 0;
}

static char *
pem_of(const struct ca_certificate *cert)
{
	struct ca_bytes pem = { 0 };
	struct ca_error err;
	char *text;

	assert_ok(ca_certificate_append_pem(cert, &pem, &err), &err);
	text = strndup((char *)pem.data, pem.len);
	ca_bytes_free(&pem);
	return text;
}

static void
refuses(const char *text, const char *message)
{
	struct ca_certificates list = { 0 };
	struct ca_error err;

	assert_int_equal(ca_certificates_parse("f", text, strlen(text), &list,
			     &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, message);
	assert_int_equal(list.count, 0);
}

/* As it comes from the disk: no bytes, and no pointer to them. */
static void
refuses_an_empty_file(void **state)
{
	struct ca_certificates list = { 0 };
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_certificates_parse("f", NULL, 0, &list, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, "f: no certificates in it");
}

static void
refuses_files_as_the_loader_does(void **state)
{
	struct fixture *f = *state;
	char *pem = pem_of(f->ca), *key = NULL, *cut = strdup(pem);

	refuses("", "f: no certificates in it");
	refuses("hello", "f: no certificates in it");
	assert_true(asprintf(&key,
			"%s-----BEGIN PRIVATE KEY-----\nMAA=\n"
			"-----END PRIVATE KEY-----\n",
			pem) > 0);
	refuses(key, "f: block 2 is of type PRIVATE KEY, not CERTIFICATE");
	refuses("-----BEGIN CERTIFICATE-----\nMAA=\n"
		"-----END CERTIFICATE-----\n",
	    "f: certificate 1: not a certificate");
	cut[strlen(cut) / 2] = '\0';
	refuses(cut, "f: not PEM after block 0");
	free(cut);
	free(key);
	free(pem);
}

static void
refuses_bytes_after_a_certificate(void **state)
{
	struct fixture *f = *state;
	const struct ca_bytes *der = ca_certificate_der(f->ca);
	struct ca_certificate *cert = NULL;
	uint8_t *more = calloc(1, der->len + 1);
	struct ca_error err;

	assert_non_null(more);
	memcpy(more, der->data, der->len);
	assert_int_equal(ca_certificate_parse(more, der->len + 1, &cert, &err),
	    CA_ERR_INPUT);
	assert_int_equal(ca_certificate_parse(more, der->len - 1, &cert, &err),
	    CA_ERR_INPUT);
	assert_null(cert);
	free(more);
}

static void
reads_several_with_text_between(void **state)
{
	struct fixture *f = *state;
	char *pem = pem_of(f->ca), *text = NULL;
	struct ca_certificates list = { 0 };
	struct ca_error err;

	assert_true(asprintf(&text, "one\r\n%s\ntwo\n%s", pem, pem) > 0);
	assert_ok(ca_certificates_parse("f", text, strlen(text), &list, &err),
	    &err);
	assert_int_equal(list.count, 2);
	assert_true(ca_bytes_equal(ca_certificate_der(list.item[1]),
	    ca_certificate_der(f->ca)));
	ca_certificates_clear(&list);
	free(text);
	free(pem);
}

static void
reads_every_field(void **state)
{
	struct fixture *f = *state;
	size_t len;

	(void)ca_certificate_serial(f->ca, &len);
	assert_int_equal(len, CA_SERIAL_SIZE);
	assert_int_equal(strlen(ca_certificate_serial_text(f->ca)), 32);
	assert_string_equal(ca_certificate_common_name(f->ca), "Cockroach CA");
	assert_int_equal(ca_certificate_key_info(f->ca)->kind, CA_KEY_P256);
	assert_int_equal(EVP_PKEY_eq(ca_certificate_key(f->ca),
			     f->signer->public_key),
	    1);
	/* The TBS ends where the signature algorithm begins. */
	assert_ptr_not_equal(ca_certificate_tbs(f->ca, &len), NULL);
	assert_memory_equal(ca_certificate_der(f->ca)->data + 4,
	    ca_certificate_tbs(f->ca, &len), len);
}

static void
refuses_another_issuer(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *other_signer = soft_signer(NULL);
	struct ca_certificate *other = soft_ca(other_signer, SOFT_NOW);
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant grant = soft_grant(CA_PROFILE_CLIENT, "a", key, 0);
	struct ca_certificate *leaf =
	    soft_leaf(f->signer, f->ca, &grant, SOFT_NOW);
	struct ca_error err;

	assert_ok(ca_certificate_check_issuer(leaf, f->ca, &err), &err);
	/* The same name, another key. */
	assert_int_equal(ca_certificate_check_issuer(leaf, other, &err),
	    CA_ERR_POLICY);
	/* Another name. */
	assert_int_equal(ca_certificate_check_issuer(f->ca, leaf, &err),
	    CA_ERR_POLICY);
	ca_certificate_free(leaf);
	ca_grant_clear(&grant);
	EVP_PKEY_free(key);
	ca_certificate_free(other);
	ca_signer_free(other_signer);
}

/* A key that was read before is not read again, unless it is another one. */
static void
takes_what_is_known_of_the_key(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *key = soft_key(CA_KEY_P256), *other = soft_key(CA_KEY_P256);
	struct ca_grant grant =
	    soft_grant(CA_PROFILE_NODE, "n1.example.com", key, 0);
	struct ca_grant another =
	    soft_grant(CA_PROFILE_NODE, "n1.example.com", other, 0);
	struct ca_certificate *leaf =
	    soft_leaf(f->signer, f->ca, &grant, SOFT_NOW);
	const struct ca_bytes *der = ca_certificate_der(leaf);
	/* Not what reading it would give. */
	const struct ca_key_info said = { .bits = 1 };
	struct ca_certificate *read = NULL;
	struct ca_error err;

	assert_ok(ca_certificate_parse_known(der->data, der->len, &grant.spki,
		      &said, &read, &err),
	    &err);
	assert_int_equal(ca_certificate_key_info(read)->bits, 1);
	assert_int_equal(EVP_PKEY_eq(ca_certificate_key(read), key), 1);
	ca_certificate_free(read);
	assert_ok(ca_certificate_parse_known(der->data, der->len, &another.spki,
		      &said, &read, &err),
	    &err);
	assert_int_equal(ca_certificate_key_info(read)->bits, 256);
	assert_int_equal(EVP_PKEY_eq(ca_certificate_key(read), key), 1);
	ca_certificate_free(read);
	ca_certificate_free(leaf);
	ca_grant_clear(&grant);
	ca_grant_clear(&another);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_empty_file),
		cmocka_unit_test(refuses_files_as_the_loader_does),
		cmocka_unit_test(refuses_bytes_after_a_certificate),
		cmocka_unit_test(reads_several_with_text_between),
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(refuses_another_issuer),
		cmocka_unit_test(takes_what_is_known_of_the_key),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
