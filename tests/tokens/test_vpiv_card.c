/* SPDX-License-Identifier: Apache-2.0 */
#include "vpiv_card.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "support/tmpdir.h"
#include "unit/test.h"

#define GOOD_PIN "123456\xff\xff"
#define WRONG_PIN "654321\xff\xff"
#define PUK "12345678"

struct fixture {
	void *dir; /* as tmpdir_setup makes it: a path */
	struct vpiv_card *card;
	uint8_t answer[VPIV_ANSWER_MAX];
	size_t len; /* of the answer without its status word */
};

static void
write_key(const char *dir, const char *name, EVP_PKEY *key)
{
	FILE *file = fopen(tmpdir_path(dir, name), "w");

	assert_non_null(key);
	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	assert_int_equal(fclose(file), 0);
	EVP_PKEY_free(key);
}

static int
make_keys(void **state)
{
	static struct fixture fixture;

	if (tmpdir_setup(&fixture.dir) != 0)
		return -1;
	write_key(fixture.dir, "9a.pem", EVP_RSA_gen(2048));
	write_key(fixture.dir, "9c.pem", EVP_EC_gen("P-256"));
	write_key(fixture.dir, "9e.pem", EVP_EC_gen("P-256"));
	*state = &fixture;
	return 0;
}

static int
remove_keys(void **state)
{
	struct fixture *f = *state;

	return tmpdir_teardown(&f->dir);
}

static int
new_card(void **state)
{
	struct fixture *f = *state;

	f->card = vpiv_card_load(f->dir);
	return f->card == NULL ? -1 : 0;
}

static int
free_card(void **state)
{
	struct fixture *f = *state;

	vpiv_card_free(f->card);
	return 0;
}

/* The status word. */
static unsigned
command(struct fixture *f, const void *apdu, size_t len)
{
	size_t n = vpiv_card_answer(f->card, apdu, len, f->answer);

	assert_in_range(n, 2, VPIV_ANSWER_MAX);
	f->len = n - 2;
	return (unsigned)f->answer[n - 2] << 8 | f->answer[n - 1];
}

static unsigned
with_pin(struct fixture *f, uint8_t ins, const char *pins, uint8_t len)
{
	uint8_t apdu[5 + 16] = { 0x00, ins, 0x00, 0x80, len };

	memcpy(apdu + 5, pins, len);
	return command(f, apdu, 5 + (size_t)len);
}

static unsigned
verify(struct fixture *f, const char *pin)
{
	return with_pin(f, 0x20, pin, 8);
}

/* With a P-256 key: a hash of 32 bytes. */
static unsigned
sign(struct fixture *f, uint8_t ref)
{
	uint8_t apdu[5 + 38] = { 0x00, 0x87, 0x11, ref, 38, 0x7c, 36, 0x82,
		0x00, 0x81, 32 };

	return command(f, apdu, sizeof(apdu));
}

static void
refuses_to_sign_without_a_pin(void **state)
{
	assert_int_equal(sign(*state, 0x9a), 0x6982);
	assert_int_equal(sign(*state, 0x9c), 0x6982);
	assert_int_equal(sign(*state, 0x9e), 0x9000);
}

static void
wants_the_pin_before_each_signature_in_9c(void **state)
{
	assert_int_equal(verify(*state, GOOD_PIN), 0x9000);
	assert_int_equal(sign(*state, 0x9c), 0x9000);
	assert_int_equal(sign(*state, 0x9c), 0x6982);
	assert_int_equal(verify(*state, GOOD_PIN), 0x9000);
	/* GET DATA comes between. */
	command(*state, "\x00\xcb\x3f\xff\x03\x5c\x01\x7e", 8);
	assert_int_equal(sign(*state, 0x9c), 0x6982);
}

static void
locks_after_three_wrong_pins(void **state)
{
	assert_int_equal(verify(*state, WRONG_PIN), 0x63c2);
	assert_int_equal(with_pin(*state, 0x20, "1", 1), 0x63c1);
	assert_int_equal(with_pin(*state, 0x20, "", 0), 0x63c1);
	assert_int_equal(verify(*state, WRONG_PIN), 0x6983);
	assert_int_equal(verify(*state, GOOD_PIN), 0x6983);
	vpiv_card_reset(((struct fixture *)*state)->card);
	assert_int_equal(verify(*state, GOOD_PIN), 0x6983);
}

static void
a_good_pin_gives_the_tries_back(void **state)
{
	assert_int_equal(verify(*state, WRONG_PIN), 0x63c2);
	assert_int_equal(verify(*state, GOOD_PIN), 0x9000);
	assert_int_equal(verify(*state, WRONG_PIN), 0x63c2);
}

static void
a_wrong_pin_ends_the_login(void **state)
{
	assert_int_equal(verify(*state, GOOD_PIN), 0x9000);
	assert_int_equal(with_pin(*state, 0x20, "", 0), 0x9000);
	assert_int_equal(verify(*state, WRONG_PIN), 0x63c2);
	assert_int_equal(with_pin(*state, 0x20, "", 0), 0x63c2);
	assert_int_equal(sign(*state, 0x9a), 0x6982);
}

static void
the_puk_unlocks_with_a_new_pin(void **state)
{
	int i;

	for (i = 0; i < 3; i++)
		verify(*state, WRONG_PIN);
	assert_int_equal(with_pin(*state, 0x2c, "00000000" WRONG_PIN, 16),
	    0x63c2);
	assert_int_equal(with_pin(*state, 0x2c, PUK WRONG_PIN, 16), 0x9000);
	assert_int_equal(verify(*state, WRONG_PIN), 0x9000);
}

static void
the_pin_can_be_changed(void **state)
{
	assert_int_equal(with_pin(*state, 0x24, WRONG_PIN GOOD_PIN, 16),
	    0x63c2);
	assert_int_equal(with_pin(*state, 0x24, GOOD_PIN WRONG_PIN, 16),
	    0x9000);
	assert_int_equal(verify(*state, WRONG_PIN), 0x9000);
	assert_int_equal(verify(*state, GOOD_PIN), 0x63c2);
}

static void
reset_ends_the_login(void **state)
{
	assert_int_equal(verify(*state, GOOD_PIN), 0x9000);
	vpiv_card_reset(((struct fixture *)*state)->card);
	assert_int_equal(sign(*state, 0x9a), 0x6982);
}

static void
refuses_commands_that_are_cut_off(void **state)
{
	/* The challenge says that it is longer than the command. */
	static const uint8_t LONG[] = { 0x00, 0x87, 0x11, 0x9e, 4, 0x7c, 2,
		0x81, 32 };
	static const uint8_t SHORT[] = { 0x00, 0x87, 0x11, 0x9e, 38, 0x7c };

	assert_int_equal(command(*state, LONG, sizeof(LONG)), 0x6a80);
	assert_int_equal(command(*state, SHORT, sizeof(SHORT)), 0x6700);
	assert_int_equal(command(*state, SHORT, 3), 0x6700);
	assert_int_equal(command(*state, SHORT, 4), 0x6a80);
	assert_int_equal(command(*state, "\x00\xff\x00\x00", 4), 0x6d00);
}

static void
refuses_a_chain_that_is_too_long(void **state)
{
	uint8_t apdu[5 + 255] = { 0x10, 0x87, 0x07, 0x9a, 255 };
	size_t i;

	for (i = 0; i < VPIV_MESSAGE_MAX / 255; i++)
		assert_int_equal(command(*state, apdu, sizeof(apdu)), 0x9000);
	assert_int_equal(command(*state, apdu, sizeof(apdu)), 0x6700);
	assert_int_equal(command(*state, apdu, sizeof(apdu)), 0x9000);
}

static void
signs_with_rsa_in_a_chain_both_ways(void **state)
{
	/* 7c 82 0106, 82 00, 81 82 0100, and 256 bytes, the first of them 0 */
	static const uint8_t HEAD[] = { 0x7c, 0x82, 0x01, 0x06, 0x82, 0x00,
		0x81, 0x82, 0x01, 0x00, 0x00, 0x01 };
	uint8_t first[5 + 255] = { 0x10, 0x87, 0x07, 0x9a, 255 };
	uint8_t last[5 + 11] = { 0x00, 0x87, 0x07, 0x9a, 11 };
	struct fixture *f = *state;

	memcpy(first + 5, HEAD, sizeof(HEAD));
	assert_int_equal(verify(f, GOOD_PIN), 0x9000);
	assert_int_equal(command(f, first, sizeof(first)), 0x9000);
	/* 7c 82 0104 82 82 0100: 264 bytes of answer in two parts */
	assert_int_equal(command(f, last, sizeof(last)), 0x6109);
	assert_int_equal(f->len, 255);
	assert_memory_equal(f->answer, "\x7c\x82\x01\x04\x82\x82\x01\x00", 8);
	assert_int_equal(command(f, "\x00\xc0\x00\x00\x09", 5), 0x9000);
	assert_int_equal(f->len, 9);
}

#define WITH_CARD(test) \
	cmocka_unit_test_setup_teardown(test, new_card, free_card)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CARD(refuses_to_sign_without_a_pin),
		WITH_CARD(wants_the_pin_before_each_signature_in_9c),
		WITH_CARD(locks_after_three_wrong_pins),
		WITH_CARD(a_good_pin_gives_the_tries_back),
		WITH_CARD(a_wrong_pin_ends_the_login),
		WITH_CARD(the_puk_unlocks_with_a_new_pin),
		WITH_CARD(the_pin_can_be_changed),
		WITH_CARD(reset_ends_the_login),
		WITH_CARD(refuses_commands_that_are_cut_off),
		WITH_CARD(refuses_a_chain_that_is_too_long),
		WITH_CARD(signs_with_rsa_in_a_chain_both_ways),
	};

	return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
