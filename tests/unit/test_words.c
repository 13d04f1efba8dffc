/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include <string.h>
#include <strings.h>

#include "unit/test.h"

/* The example that documents of the list give: a PGP fingerprint. */
static void
speaks_the_fingerprint_of_the_lists_own_example(void **state)
{
	static const uint8_t fingerprint[] = { 0xe5, 0x82, 0x94, 0xf2, 0xe9,
		0xa2, 0x27, 0x48, 0x6e, 0x8b, 0x06, 0x1b, 0x31, 0xcc, 0x52,
		0x8f, 0xd7, 0xfa, 0x3f, 0x19 };
	static const char *const words[] = { "topmost", "Istanbul", "Pluto",
		"vagabond", "treadmill", "Pacific", "brackish", "dictator",
		"goldfish", "Medusa", "afflict", "bravado", "chatter",
		"revolver", "Dupont", "midsummer", "stopwatch", "whimsical",
		"cowbell", "bottomless" };

	(void)state;
	for (size_t i = 0; i < sizeof(fingerprint); i++)
		assert_string_equal(ca_word(fingerprint[i], i), words[i]);
}

static void
has_a_word_of_its_own_for_every_byte_at_both_positions(void **state)
{
	const char *all[512];

	(void)state;
	for (size_t i = 0; i < 512; i++)
		all[i] = ca_word((uint8_t)(i / 2), i);
	for (size_t i = 0; i < 512; i++) {
		assert_true(strlen(all[i]) >= 3);
		assert_int_equal(
		    strspn(all[i],
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		    strlen(all[i]));
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(strcasecmp(all[i], all[k]), 0);
	}
}

/*
 * Each list is in alphabetical order, which a slip of the table would break,
 * but for one pair that its authors have in this order.
 */
static void
is_in_the_order_of_the_alphabet(void **state)
{
	(void)state;
	assert_string_equal(ca_word(9, 1), "applicant");
	assert_string_equal(ca_word(10, 1), "Apollo");
	for (size_t position = 0; position < 2; position++)
		for (unsigned i = 1; i < 256; i++)
			if (position != 1 || i != 10)
				assert_true(
				    strcasecmp(ca_word((uint8_t)(i - 1),
						   position),
					ca_word((uint8_t)i, position)) < 0);
}

static void
reads_what_it_says(void **state)
{
	static const char *const texts[] = { "topmost Istanbul Pluto vagabond",
		" Topmost,istanbul - PLUTO\nvagabond ",
		"topmost-istanbul-pluto-vagabond", "e58294f2", "E58294F2" };
	static const uint8_t wanted[] = { 0xe5, 0x82, 0x94, 0xf2 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint8_t octets[4] = { 0 };
		struct ca_error err = { 0 };
		size_t len = 0;

		assert_ok(ca_words_parse(texts[i], octets, sizeof(octets), &len,
			      &err),
		    &err);
		assert_int_equal(len, sizeof(wanted));
		assert_memory_equal(octets, wanted, sizeof(wanted));
	}
}

static void
says_which_word_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{ "topmost Istanbull",
		    "word 2, `Istanbull`: is not in the list" },
		{ "topmost vagabonds-and-more",
		    "word 2, `vagabonds`: is not in the list" },
		{ "topmost Pluto",
		    "word 2, `Pluto`: has another place: one before it is missing, or said twice" },
		{ "Istanbul",
		    "word 1, `Istanbul`: has another place: one before it is missing, or said twice" },
		{ "topmost Istanbul Pluto vagabond treadmill",
		    "more than 4 words" },
		{ "", "no words" },
		{ " , ", "no words" },
		{ "e58", "an even number of hex digits, up to 8, is needed" },
		{ "e58294f2e9",
		    "an even number of hex digits, up to 8, is needed" },
		{ "topmost aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    "word 2, `aaaaaaaaaaa`: is not in the list" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[4] = { 0 };
		struct ca_error err = { 0 };
		size_t len = 99;

		assert_int_equal(ca_words_parse(rows[i].text, octets,
				     sizeof(octets), &len, &err),
		    CA_ERR_INPUT);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(len, 99);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    speaks_the_fingerprint_of_the_lists_own_example),
		cmocka_unit_test(
		    has_a_word_of_its_own_for_every_byte_at_both_positions),
		cmocka_unit_test(is_in_the_order_of_the_alphabet),
		cmocka_unit_test(reads_what_it_says),
		cmocka_unit_test(says_which_word_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
