/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a request: PEM, DER, version. */
#include <openssl/objects.h>
#include <string.h>

#include "base/file.h"
#include "support/csr_check.h"
#include "support/csr_maker.h"
#include "unit/test.h"

static void
refuses_input_of_65_kib(void **state)
{
	struct ca_bytes pem = csr_simple_pem();

	(void)state;
	while (pem.len <= CA_CSR_SIZE_MAX)
		csr_append_text(&pem, "\n");
	assert_int_equal(pem.len, CA_CSR_SIZE_MAX + 1);
	csr_assert_refused(pem, CA_ERR_INPUT, "larger than 65536 bytes");
}

static void
reads_input_of_exactly_64_kib(void **state)
{
	struct ca_bytes pem = csr_simple_pem();

	(void)state;
	while (pem.len < CA_CSR_SIZE_MAX)
		csr_append_text(&pem, "\n");
	ca_csr_free(csr_parse(pem));
}

static void
refuses_what_is_no_request(void **state)
{
	struct ca_bytes input = { 0 };

	(void)state;
	csr_assert_refused(input, CA_ERR_INPUT, "is empty");
	csr_append_text(&input, "hello\n");
	csr_assert_refused(input, CA_ERR_INPUT, "neither PEM nor DER");
	input = (struct ca_bytes){ 0 };
	csr_append(&input, "\x30\x03\x02\x01\x00", 5);
	csr_assert_refused(input, CA_ERR_INPUT, "not a certificate request");
	input = (struct ca_bytes){ 0 };
	csr_append_text(&input,
	    "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n");
	csr_assert_refused(input, CA_ERR_INPUT, "");
	input = (struct ca_bytes){ 0 };
	csr_append(&input, "0", 1);
	csr_assert_refused(input, CA_ERR_INPUT, "cut short");
}

static void
refuses_pem_of_another_type(void **state)
{
	struct ca_bytes der = csr_simple_der();

	(void)state;
	csr_assert_refused(csr_pem(&der, "CERTIFICATE"), CA_ERR_INPUT,
	    "of type CERTIFICATE");
	csr_assert_refused(csr_pem(&der, "X CERTIFICATE REQUEST"), CA_ERR_INPUT,
	    "of type X CERTIFICATE REQUEST");
	csr_assert_refused(csr_pem(&der, "PRIVATE KEY"), CA_ERR_INPUT,
	    "of type PRIVATE KEY");
	ca_bytes_free(&der);
}

static void
refuses_a_private_key_in_front_of_the_request(void **state)
{
	struct ca_bytes der = csr_simple_der();
	struct ca_bytes input = csr_pem(&der, "EC PRIVATE KEY");
	struct ca_bytes pem = csr_pem(&der, CSR_PEM_LABEL);
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;

	(void)state;
	csr_append(&input, pem.data, pem.len);
	assert_int_equal(ca_csr_parse("x", input.data, input.len, &csr, &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.hint, "has left its host"));
	ca_bytes_free(&input);
	ca_bytes_free(&der);
	ca_bytes_free(&pem);
}

static void
refuses_two_pem_blocks(void **state)
{
	struct ca_bytes pem = csr_simple_pem(), second = csr_simple_pem();

	(void)state;
	csr_append(&pem, second.data, second.len);
	ca_bytes_free(&second);
	csr_assert_refused(pem, CA_ERR_INPUT, "more than one PEM block");
}

static void
refuses_anything_behind_the_pem_block(void **state)
{
	struct ca_bytes pem = csr_simple_pem();

	(void)state;
	csr_append_text(&pem, "\n \nx\n");
	csr_assert_refused(pem, CA_ERR_INPUT, "something follows");
	pem = csr_simple_pem();
	csr_append(&pem, "\0", 1);
	csr_assert_refused(pem, CA_ERR_INPUT, "something follows");
}

static void
refuses_pem_with_headers(void **state)
{
	struct ca_bytes pem = csr_simple_pem(), changed = { 0 };
	char *body = memchr(pem.data, '\n', pem.len);
	size_t head;

	(void)state;
	assert_non_null(body);
	head = (size_t)(body + 1 - (char *)pem.data);
	csr_append(&changed, pem.data, head);
	csr_append_text(&changed, "Proc-Type: 4,CLEAR\n\n");
	csr_append(&changed, pem.data + head, pem.len - head);
	ca_bytes_free(&pem);
	csr_assert_refused(changed, CA_ERR_INPUT, "headers");
}

static void
refuses_damaged_pem(void **state)
{
	struct ca_bytes pem = csr_simple_pem();

	(void)state;
	pem.data[60] = '!';
	csr_assert_refused(pem, CA_ERR_INPUT, "damaged PEM");
	pem = csr_simple_pem();
	pem.len -= 10;
	csr_assert_refused(pem, CA_ERR_INPUT, "damaged PEM");
}

static void
refuses_trailing_bytes(void **state)
{
	struct ca_bytes der = csr_simple_der(), pem;

	(void)state;
	csr_append(&der, "\x05\x00", 2);
	pem = csr_pem(&der, CSR_PEM_LABEL);
	csr_assert_refused(der, CA_ERR_INPUT, "2 bytes follow its end");
	csr_assert_refused(pem, CA_ERR_INPUT, "2 bytes follow its end");
}

static void
refuses_a_request_that_is_cut_short(void **state)
{
	struct ca_bytes der = csr_simple_der();

	(void)state;
	for (size_t len = 1; len < der.len; len++) {
		struct ca_bytes head = { 0 };

		csr_append(&head, der.data, len);
		csr_assert_refused(head, CA_ERR_INPUT, "cut short");
	}
	ca_bytes_free(&der);
}

static void
refuses_encodings_that_are_not_distinguished(void **state)
{
	struct ca_bytes der = csr_simple_der(), ber = { 0 };

	(void)state;
	/* The outer SEQUENCE of a small request: 30 81 xx, or 30 82 xx xx. */
	assert_int_equal(der.data[1], 0x81);
	csr_append(&ber, "\x30\x80", 2);
	csr_append(&ber, der.data + 3, der.len - 3);
	csr_append(&ber, "\x00\x00", 2);
	csr_assert_refused(ber, CA_ERR_INPUT, "indefinite");
	ber = (struct ca_bytes){ 0 };
	csr_append(&ber, "\x30\x82\x00", 3);
	csr_append(&ber, der.data + 2, der.len - 2);
	csr_assert_refused(ber, CA_ERR_INPUT, "not as short as can be");
	ca_bytes_free(&der);
}

static void
refuses_values_that_are_not_distinguished(void **state)
{
	(void)state;
	/* cA TRUE as 01. */
	csr_assert_refused(csr_with_ext_der("basicConstraints",
			       "\x30\x03\x01\x01\x01", 5),
	    CA_ERR_INPUT, "BOOLEAN");
	/* pathLenConstraint 0 in two octets, in none. */
	csr_assert_refused(csr_with_ext_der("basicConstraints",
			       "\x30\x07\x01\x01\xff\x02\x02\x00\x00", 9),
	    CA_ERR_INPUT, "INTEGER");
	csr_assert_refused(csr_with_ext_der("basicConstraints",
			       "\x30\x05\x01\x01\xff\x02\x00", 7),
	    CA_ERR_INPUT, "INTEGER is empty");
	/* An OCTET STRING in pieces. */
	csr_assert_refused(csr_with_ext_der("subjectKeyIdentifier",
			       "\x24\x03\x04\x01\xaa", 5),
	    CA_ERR_INPUT, "in pieces");
	/* A tag number over 30. */
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x04\x9f\x1f\x01\x61", 6),
	    CA_ERR_INPUT, "tag of more than one octet");
}

static void
refuses_bottomless_nesting(void **state)
{
	uint8_t der[2 * 60];

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		der[2 * i] = 0x30;
		der[2 * i + 1] = (uint8_t)(sizeof(der) - 2 * i - 2);
	}
	csr_assert_refused(csr_with_ext_der("basicConstraints", der,
			       sizeof(der)),
	    CA_ERR_INPUT, "nested");
}

static void
refuses_a_version_other_than_0(void **state)
{
	/* 128 is 00 80. */
	static const long versions[] = { 1, 2, -1, 128, 0x7fffffff };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct csr_maker *maker = csr_maker_new(NULL);

		csr_maker_version(maker, versions[i]);
		csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
		    "RFC 2986 section 4.1: the version is not 0");
	}
}

static void
gives_der_and_pem_as_the_same_request(void **state)
{
	struct ca_bytes der = csr_simple_der(),
			pem = csr_pem(&der, CSR_PEM_LABEL);
	struct ca_csr *csr = csr_parse(pem);
	size_t len = 0;
	const uint8_t *data = ca_csr_der(csr, &len);

	(void)state;
	assert_int_equal(len, der.len);
	assert_memory_equal(data, der.data, len);
	assert_string_equal(ca_csr_name(csr), "web1.csr");
	ca_csr_free(csr);
	csr = csr_parse(der);
	csr_assert_asks(csr, "CN=node", CA_ASK_CN, NID_commonName);
	ca_csr_free(csr);
}

static void
ignores_text_before_the_block_and_carriage_returns(void **state)
{
	struct ca_bytes pem = csr_simple_pem(), crlf = { 0 };

	(void)state;
	csr_append_text(&crlf,
	    "\xef\xbb\xbf"
	    "Certificate Request:\r\n    Data:\r\n\r\n");
	for (size_t i = 0; i < pem.len; i++) {
		if (pem.data[i] == '\n')
			csr_append_text(&crlf, "\r");
		csr_append(&crlf, pem.data + i, 1);
	}
	csr_append_text(&crlf, "\r\n \t\r\n");
	ca_bytes_free(&pem);
	ca_csr_free(csr_parse(crlf));
}

static void
reads_a_block_right_behind_a_byte_order_mark(void **state)
{
	struct ca_bytes pem = csr_simple_pem(), marked = { 0 };

	(void)state;
	csr_append_text(&marked, "\xef\xbb\xbf");
	csr_append(&marked, pem.data, pem.len);
	ca_bytes_free(&pem);
	ca_csr_free(csr_parse(marked));
}

static void
reads_what_other_programs_make(void **state)
{
	static const struct {
		const char *file;
		enum ca_key_kind kind;
		size_t names, asks;
	} vectors[] = {
		{ "openssl-rsa-text.pem", CA_KEY_RSA, 2, 6 },
		{ "openssl-ed25519.der", CA_KEY_ED25519, 0, 1 },
		{ "openssl-pss.pem", CA_KEY_RSA, 0, 1 },
		{ "gnutls-p256-text.pem", CA_KEY_P256, 2, 7 },
		{ "java-p384.pem", CA_KEY_P384, 1, 3 },
		{ "nss-p256-text.pem", CA_KEY_P256, 1, 2 },
		{ "nss-rsa.der", CA_KEY_RSA, 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct ca_error err = { 0 };
		struct ca_bytes input = { 0 };
		struct ca_csr *csr;
		char path[CA_PATH_MAX];
		size_t count = 0;

		(void)snprintf(path, sizeof(path), "%s/csr/%s", COLDCA_VECTORS,
		    vectors[i].file);
		assert_ok(ca_file_read(path, CA_CSR_SIZE_MAX, &input, &err),
		    &err);
		csr = csr_parse(input);
		assert_int_equal(ca_csr_key_info(csr)->kind, vectors[i].kind);
		assert_int_equal(ca_csr_names(csr)->count, vectors[i].names);
		(void)ca_csr_asks(csr, &count);
		assert_int_equal(count, vectors[i].asks);
		ca_csr_free(csr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_input_of_65_kib),
		cmocka_unit_test(reads_input_of_exactly_64_kib),
		cmocka_unit_test(refuses_what_is_no_request),
		cmocka_unit_test(refuses_pem_of_another_type),
		cmocka_unit_test(refuses_a_private_key_in_front_of_the_request),
		cmocka_unit_test(refuses_two_pem_blocks),
		cmocka_unit_test(refuses_anything_behind_the_pem_block),
		cmocka_unit_test(refuses_pem_with_headers),
		cmocka_unit_test(refuses_damaged_pem),
		cmocka_unit_test(refuses_trailing_bytes),
		cmocka_unit_test(refuses_a_request_that_is_cut_short),
		cmocka_unit_test(refuses_encodings_that_are_not_distinguished),
		cmocka_unit_test(refuses_values_that_are_not_distinguished),
		cmocka_unit_test(refuses_bottomless_nesting),
		cmocka_unit_test(refuses_a_version_other_than_0),
		cmocka_unit_test(gives_der_and_pem_as_the_same_request),
		cmocka_unit_test(
		    ignores_text_before_the_block_and_carriage_returns),
		cmocka_unit_test(reads_a_block_right_behind_a_byte_order_mark),
		cmocka_unit_test(reads_what_other_programs_make),
	};

	ca_csr_free(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
