/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of signer with every algorithm, over SoftHSM. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "token/signers.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define THREADS 4
#define SIGNATURES 50 /* of each thread */

#define LIBP11 (1U << CA_SIGNER_LIBP11)
#define ENGINE (1U << CA_SIGNER_ENGINE)
#define CRYPTOKI (1U << CA_SIGNER_CRYPTOKI)
#define ALL (LIBP11 | ENGINE | CRYPTOKI)

static const struct {
	enum ca_key_kind kind;
	const char *label;
	const char *algorithm;
	unsigned signers;      /* that can */
	const char *automatic; /* the one that is taken by itself */
} cases[] = {
	{ CA_KEY_RSA, "rsa", "sha256WithRSAEncryption", ALL, "libp11" },
	{ CA_KEY_RSA, "rsa", "sha384WithRSAEncryption", ALL, "libp11" },
	{ CA_KEY_RSA, "rsa", "sha512WithRSAEncryption", ALL, "libp11" },
	{ CA_KEY_RSA, "rsa", "RSASSA-PSS-SHA256", ALL, "cryptoki" },
	{ CA_KEY_RSA, "rsa", "RSASSA-PSS-SHA384", ALL, "cryptoki" },
	{ CA_KEY_RSA, "rsa", "RSASSA-PSS-SHA512", ALL, "cryptoki" },
	{ CA_KEY_P256, "p256", "ecdsa-with-SHA256", ALL, "libp11" },
	{ CA_KEY_P384, "p384", "ecdsa-with-SHA384", ALL, "libp11" },
	{ CA_KEY_P521, "p521", "ecdsa-with-SHA512", ALL, "libp11" },
	{ CA_KEY_ED25519, "ed25519", "id-Ed25519", CRYPTOKI, "cryptoki" },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

/* One key of each kind, but the last row's: libp11 sees none beside it. */
static void
make_keys(struct fixture *f, size_t first, size_t last)
{
	struct ca_token_key key;
	size_t i;

	for (i = first; i <= last; i++)
		if (i == 0 || cases[i].kind != cases[i - 1].kind) {
			key = fixture_key(f, cases[i].label, cases[i].kind);
			ca_token_key_clear(&key);
		}
}

static void
try_case(struct fixture *f, size_t i, enum ca_signer_kind kind)
{
	struct ca_token_key key = signing_find(f, cases[i].label);
	struct ca_signer *signer;

	if ((cases[i].signers & (1U << kind)) == 0) {
		signing_refused(f, &key, kind, cases[i].algorithm, "Ed25519");
	} else {
		signer = signing_make(f, &key, kind, cases[i].algorithm, 1);
		assert_string_equal(signer->kind, ca_signer_kind_name(kind));
		signing_works(f, signer);
		signing_works(f, signer);
		ca_signer_free(signer);
	}
	ca_token_key_clear(&key);
}

static void
signs_with_each_algorithm_through_each_signer(void **state)
{
	struct fixture *f = *state;
	size_t i;

	fixture_login(f);
	make_keys(f, 0, CASES - 2);
	for (i = 0; i < CASES - 1; i++) {
		try_case(f, i, CA_SIGNER_LIBP11);
		try_case(f, i, CA_SIGNER_ENGINE);
		try_case(f, i, CA_SIGNER_CRYPTOKI);
	}
}

static void
signs_with_ed25519_by_asking_the_token_directly(void **state)
{
	struct fixture *f = *state;

	fixture_login(f);
	make_keys(f, CASES - 1, CASES - 1);
	try_case(f, CASES - 1, CA_SIGNER_LIBP11);
	try_case(f, CASES - 1, CA_SIGNER_ENGINE);
	try_case(f, CASES - 1, CA_SIGNER_CRYPTOKI);
}

static void
chooses_the_signer_by_the_algorithm(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_signer *signer;
	size_t i;

	fixture_login(f);
	make_keys(f, 0, CASES - 2);
	for (i = 0; i < CASES; i++) {
		if (i == CASES - 1)
			make_keys(f, i, i);
		key = signing_find(f, cases[i].label);
		signer = signing_make(f, &key, CA_SIGNER_AUTO,
		    cases[i].algorithm, 1);
		assert_string_equal(signer->kind, cases[i].automatic);
		signing_works(f, signer);
		ca_signer_free(signer);
		ca_token_key_clear(&key);
	}
}

/* What one thread does. */
struct work {
	struct ca_signer *signer;
	unsigned number;
	unsigned wrong;
};

static void *
sign_many(void *arg)
{
	struct work *work = arg;
	struct ca_bytes signature = { NULL, 0 };
	struct ca_error err;
	uint8_t tbs[2] = { (uint8_t)work->number, 0 };

	for (tbs[1] = 0; tbs[1] < SIGNATURES; tbs[1]++) {
		if (work->signer->sign(work->signer, tbs, sizeof(tbs),
			&signature, &err) != CA_OK ||
		    !signing_verifies(work->signer, tbs, sizeof(tbs),
			&signature))
			work->wrong++;
		ca_bytes_free(&signature);
	}
	return NULL;
}

static void
work_side_by_side(struct ca_signer *signer)
{
	struct work work[THREADS];
	pthread_t threads[THREADS];
	unsigned i, wrong = 0;

	for (i = 0; i < THREADS; i++) {
		work[i] = (struct work){ .signer = signer, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, sign_many,
				     &work[i]),
		    0);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		wrong += work[i].wrong;
	}
	assert_int_equal(wrong, 0);
}

static void
makes_no_wrong_signature_side_by_side(void **state)
{
	static const enum ca_signer_kind kinds[] = { CA_SIGNER_LIBP11,
		CA_SIGNER_ENGINE, CA_SIGNER_CRYPTOKI };
	struct fixture *f = *state;
	struct ca_token_key keys[2];
	struct ca_signer *signer;
	size_t i, j;

	fixture_login(f);
	keys[0] = fixture_key(f, "p256", CA_KEY_P256);
	keys[1] = fixture_key(f, "rsa", CA_KEY_RSA);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++) {
			signer =
			    signing_make(f, &keys[i], kinds[j], NULL, THREADS);
			assert_int_equal(signer->sessions, THREADS);
			work_side_by_side(signer);
			ca_signer_free(signer);
		}
		ca_token_key_clear(&keys[i]);
	}
}

/* More threads than sessions wait for each other. */
static void
lets_threads_wait_for_a_session(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_signer *signer;

	fixture_login(f);
	key = fixture_key(f, "p256", CA_KEY_P256);
	signer = signing_make(f, &key, CA_SIGNER_CRYPTOKI, NULL, 2);
	assert_int_equal(signer->sessions, 2);
	work_side_by_side(signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signs_with_each_algorithm_through_each_signer),
		TEST(signs_with_ed25519_by_asking_the_token_directly),
		TEST(chooses_the_signer_by_the_algorithm),
		TEST(makes_no_wrong_signature_side_by_side),
		TEST(lets_threads_wait_for_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
