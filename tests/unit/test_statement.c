/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/statement.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

enum key { KEY_NAME, KEY_TIME, KEY_HASH, KEY_NOTE, KEYS };

static const struct ca_statement_key keys[KEYS] = {
	[KEY_NAME] = { "name", 1, 1 },
	[KEY_TIME] = { "time", 1, 1 },
	[KEY_HASH] = { "hash", 1, 3 },
	[KEY_NOTE] = { "note", 0, 1 },
};
static const struct ca_statement_form form = { "coldca test v1", keys, KEYS,
	false };
static const struct ca_statement_form bare = { "coldca test v1", keys, KEYS,
	true };

#define BODY                          \
	"coldca test v1\n"            \
	"name a name of two words\n"  \
	"time 2026-01-01T00:00:00Z\n" \
	"hash 00ff\n"                 \
	"hash 0102\n"

static const uint8_t one[] = { 0x00, 0xff }, two[] = { 0x01, 0x02 };

static struct ca_bytes
make(EVP_PKEY *key)
{
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_statement_begin(&form, &text, &err), &err);
	assert_ok(ca_statement_add(&text, "name", "a name of two words", &err),
	    &err);
	assert_ok(ca_statement_add_time(&text, "time", SOFT_NOW, &err), &err);
	assert_ok(ca_statement_add_hex(&text, "hash", one, 2, &err), &err);
	assert_ok(ca_statement_add_hex(&text, "hash", two, 2, &err), &err);
	assert_int_equal(text.len, strlen(BODY));
	assert_memory_equal(text.data, BODY, text.len);
	if (key != NULL)
		assert_ok(ca_statement_sign(&text, key, &err), &err);
	return text;
}

static struct ca_statement *
parse(const struct ca_bytes *text)
{
	struct ca_statement *statement = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_statement_parse(&form, "a.txt", text->data, text->len,
		      &statement, &err),
	    &err);
	return statement;
}

static void
reads_what_it_writes(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_ED25519);
	struct ca_bytes text = make(key);
	struct ca_statement *statement = parse(&text);
	struct ca_bytes body = ca_statement_signed(statement);
	struct ca_error err = { 0 };
	uint8_t hash[2];
	int64_t time = 0;

	(void)state;
	assert_string_equal(ca_statement_value(statement, KEY_NAME, 0),
	    "a name of two words");
	assert_null(ca_statement_value(statement, KEY_NAME, 1));
	assert_ok(ca_statement_time(statement, KEY_TIME, &time, &err), &err);
	assert_int_equal(time, SOFT_NOW);
	assert_int_equal(ca_statement_count(statement, KEY_HASH), 2);
	assert_ok(ca_statement_hex(statement, KEY_HASH, 1, hash, 2, &err),
	    &err);
	assert_memory_equal(hash, two, 2);
	assert_int_equal(ca_statement_hex(statement, KEY_HASH, 2, hash, 2,
			     &err),
	    CA_ERR_INPUT);
	assert_int_equal(ca_statement_count(statement, KEY_NOTE), 0);
	assert_int_equal(body.len, strlen(BODY));
	assert_memory_equal(body.data, BODY, body.len);
	assert_true(ca_statement_is(&form, text.data, text.len));
	assert_false(ca_statement_is(&form, "coldca test v12\n", 16));
	ca_statement_free(statement);
	ca_bytes_free(&text);
	EVP_PKEY_free(key);
}

static void
is_signed_by_each_kind_of_key(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_ED25519, CA_KEY_P256,
		CA_KEY_P384, CA_KEY_P521, CA_KEY_RSA };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_PKEY *key = soft_key(kinds[i]), *other = soft_key(kinds[i]);
		struct ca_bytes text = make(key);
		struct ca_statement *statement = parse(&text);

		assert_true(ca_statement_verifies(statement, key));
		if (kinds[i] != CA_KEY_RSA) /* of which there is one */
			assert_false(ca_statement_verifies(statement, other));
		ca_statement_free(statement);
		/* Any octet of what is signed. */
		text.data[strlen("coldca test v1\nname ")] = 'b';
		statement = parse(&text);
		assert_false(ca_statement_verifies(statement, key));
		ca_statement_free(statement);
		ca_bytes_free(&text);
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
}

static void
is_signed_by_a_signer(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_signer *signer = soft_signer(key);
	struct ca_bytes text = make(NULL);
	struct ca_statement *statement;
	struct ca_error err = { 0 };

	(void)state;
	soft_signer_fault(signer, SOFT_FAULT_FLIP, 0);
	assert_int_equal(ca_statement_sign_with(&text, signer, &err),
	    CA_ERR_TOKEN);
	assert_int_equal(text.len, strlen(BODY));
	ca_signer_free(signer);
	signer = soft_signer(key);
	assert_ok(ca_statement_sign_with(&text, signer, &err), &err);
	statement = parse(&text);
	assert_true(ca_statement_verifies(statement, key));
	ca_statement_free(statement);
	ca_bytes_free(&text);
	ca_signer_free(signer);
	EVP_PKEY_free(key);
}

/* What is not in the one form, and what is said of it. */
static void
refuses_every_other_form(void **state)
{
	static const struct {
		const char *text;
		size_t len; /* 0: up to the NUL */
		const char *message;
	} rows[] = {
#define HEAD "coldca test v1\nname a\ntime 2026-01-01T00:00:00Z\n"
		{ "", 0, "a.txt: is empty" },
		{ "coldca test v2\n", 0, "line 1: is not \"coldca test v1\"" },
		{ " coldca test v1\n", 0, "line 1: is not" },
		{ "coldca test v1\r\n", 0, "line 1: is not" },
		{ "coldca test v1\0\n", 16, "line 1: has an octet of zero" },
		{ "coldca test v1", 0, "line 1: is not ended by a line feed" },
		{ "coldca test v1\n", 0, "line 2: \"name\" and a value" },
		{ "coldca test v1\ntime 1\n", 0, "line 2: \"name\" and" },
		{ "coldca test v1\nname\n", 0, "line 2: \"name\" and" },
		{ "coldca test v1\nname \n", 0, "line 2: a value is" },
		{ "coldca test v1\nname  a\n", 0, "line 2: a value is" },
		{ "coldca test v1\nname a \n", 0, "line 2: a value is" },
		{ "coldca test v1\nname a\tb\n", 0, "line 2: a value is" },
		{ "coldca test v1\nname a\r\n", 0, "line 2: a value is" },
		{ "coldca test v1\nname \303\244\n", 0, "line 2: a value is" },
		{ "coldca test v1\nname a\0b\n", 24,
		    "line 2: has an octet of zero" },
		{ "coldca test v1\nname a\nname b\n", 0,
		    "line 3: \"time\" and a value" },
		{ HEAD "hash a\nhash b\nhash c\nhash d\nsignature AA==\n", 0,
		    "line 7: not a line that may stand here" },
		{ HEAD "note a\nhash b\nsignature AA==\n", 0,
		    "line 4: \"hash\" and a value" },
		{ HEAD "hash a\n", 0, "a signature is wanted" },
		{ HEAD "hash a\nsignature A\n", 0, "not base64" },
		{ HEAD "hash a\nsignature AA=A\n", 0, "not base64" },
		{ HEAD "hash a\nsignature AB==\n", 0, "not base64" },
		{ HEAD "hash a\nsignature  AAA=\n", 0, "not base64" },
		{ HEAD "hash a\nsignature ====\n", 0, "not base64" },
		{ HEAD "hash a\nsignature AA==\n\n", 0,
		    "line 6: there is more than may be" },
		{ HEAD "hash a\nsignature AA==\nsignature AA==\n", 0,
		    "line 6: there is more than may be" },
		{ HEAD "hash a\nsignature AA==", 0,
		    "line 5: is not ended by a line feed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_statement *statement = NULL;
		struct ca_error err = { 0 };
		size_t len =
		    rows[i].len != 0 ? rows[i].len : strlen(rows[i].text);

		assert_int_equal(ca_statement_parse(&form, "a.txt",
				     rows[i].text, len, &statement, &err),
		    CA_ERR_INPUT);
		assert_null(statement);
		if (strstr(err.message, rows[i].message) == NULL)
			fail_msg("row %zu: \"%s\" is not in \"%s\"", i,
			    rows[i].message, err.message);
	}
}

static void
has_limits(void **state)
{
	const size_t size = CA_STATEMENT_MAX + 1;
	char *text = malloc(size);
	struct ca_statement *statement = NULL;
	struct ca_error err = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, '\n', size);
	assert_int_equal(ca_statement_parse(&form, "a.txt", text, size,
			     &statement, &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "larger than 4194304 octets"));
	memset(text, 'a', size);
	memcpy(text, "coldca test v1\nname ", 20);
	text[size - 2] = '\n';
	assert_int_equal(ca_statement_parse(&form, "a.txt", text, size - 1,
			     &statement, &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "line 2: a value is"));
	free(text);
}

/* One spelling for each time and number. */
static void
reads_times_and_numbers_in_one_spelling(void **state)
{
	static const char *const bad[] = { "01", "-1", "+1", "1 ", "0x1", "",
		"9223372036854775808", "99999999999999999999" };
	static const char *const times[] = { "2026-01-01",
		"2026-01-01T00:00:00", "2026-01-01t00:00:00Z",
		"2026-02-30T00:00:00Z" };
	int64_t value = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ca_statement *statement = NULL;
		struct ca_error err = { 0 };
		char text[256];

		(void)snprintf(text, sizeof(text),
		    "coldca test v1\nname %s\ntime %s\nhash AB\n",
		    bad[i][0] != '\0' ? bad[i] : "a", times[i % 4]);
		if (ca_statement_parse(&bare, "a.txt", text, strlen(text),
			&statement, &err) != CA_OK)
			continue;
		assert_int_equal(ca_statement_number(statement, KEY_NAME,
				     &value, &err),
		    CA_ERR_INPUT);
		assert_int_equal(ca_statement_time(statement, KEY_TIME, &value,
				     &err),
		    CA_ERR_INPUT);
		assert_int_equal(ca_statement_hex(statement, KEY_HASH, 0,
				     (uint8_t *)text, 1, &err),
		    CA_ERR_INPUT);
		ca_statement_free(statement);
	}
}

static void
writes_nothing_that_it_would_not_read(void **state)
{
	static const char *const bad[] = { "", " a", "a ", "a\nb", "a\rb",
		"\303\244", "\033[2J" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ca_bytes text = { 0 };
		struct ca_error err = { 0 };

		assert_int_equal(ca_statement_add(&text, "name", bad[i], &err),
		    CA_ERR_INPUT);
		assert_int_equal(text.len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(is_signed_by_each_kind_of_key),
		cmocka_unit_test(is_signed_by_a_signer),
		cmocka_unit_test(refuses_every_other_form),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(reads_times_and_numbers_in_one_spelling),
		cmocka_unit_test(writes_nothing_that_it_would_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
