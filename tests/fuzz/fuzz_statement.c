/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a signed text. What is taken is written again from its values, and
 * must be the same octets: there is one text for one meaning.
 */
#include <openssl/err.h>
#include <string.h>

#include "coldca/statement.h"
#include "fuzz/fuzz.h"

#define KEYS ((size_t)4)

static const struct ca_statement_key keys[KEYS] = {
	{ "ledger", 1, 1 },
	{ "tbs", 1, CA_STATEMENT_LINES },
	{ "approved", 1, 1 },
	{ "note", 0, 2 },
};
static const struct ca_statement_form forms[] = {
	{ "coldca approval v1", keys, KEYS, false },
	{ "coldca approval v1", keys, KEYS, true },
};

static void
write_again(const struct ca_statement_form *form,
    const struct ca_statement *statement, struct ca_bytes *text)
{
	struct ca_error err = { 0 };

	require(ca_statement_begin(form, text, &err) == CA_OK);
	for (size_t i = 0; i < KEYS; i++)
		for (size_t k = 0; k < ca_statement_count(statement, i); k++)
			require(ca_statement_add(text, keys[i].name,
				    ca_statement_value(statement, i, k),
				    &err) == CA_OK);
}

static void
look(const struct ca_statement *statement)
{
	struct ca_error err = { 0 };
	uint8_t hash[32];
	int64_t number = -1;

	(void)(ca_statement_hex(statement, 0, 0, hash, sizeof(hash), &err) ==
	    CA_OK);
	(void)(ca_statement_time(statement, 2, &number, &err) == CA_OK);
	number = 0;
	(void)(ca_statement_number(statement, 1, &number, &err) == CA_OK);
	require(number >= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct ca_statement *statement = NULL;
		struct ca_bytes text = { 0 }, is;
		struct ca_error err = { 0 };
		enum ca_code rc = ca_statement_parse(&forms[i], "fuzz", data,
		    size, &statement, &err);

		require(rc == CA_OK || rc == CA_ERR_INPUT);
		require(rc == CA_OK || err.message[0] != '\0');
		if (rc != CA_OK)
			continue;
		require(ca_statement_is(&forms[i], data, size));
		is = ca_statement_signed(statement);
		write_again(&forms[i], statement, &text);
		require(ca_bytes_equal(&text, &is));
		require(memcmp(data, is.data, is.len) == 0);
		require((is.len == size) == forms[i].bare);
		look(statement);
		ca_bytes_free(&text);
		ca_statement_free(statement);
	}
	require(ERR_peek_error() == 0);
	return 0;
}
