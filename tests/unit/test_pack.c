/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/spool.h"
#include "coldca/draft.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

static const uint8_t request[] = { 0x30, 0x01, 0x00 };

/* A grant with a value in each field. */
static struct ca_grant
full_grant(EVP_PKEY *key)
{
	struct ca_grant grant = soft_grant(CA_PROFILE_NODE,
	    "n1.example.com 192.0.2.1 2001:db8::1", key, 0);
	struct ca_error err;

	if (grant.request == NULL)
		grant.request = strdup("n1.csr");
	grant.ocsp_url = strdup("http://ocsp.example.com/");
	assert_ok(ca_bytes_append(&grant.csr, request, sizeof(request), &err),
	    &err);
	return grant;
}

static void
assert_same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_true(a == b);
	else
		assert_string_equal(a, b);
}

static void
assert_same_grant(const struct ca_grant *a, const struct ca_grant *b)
{
	assert_ptr_equal(a->profile, b->profile);
	assert_int_equal(a->authority, b->authority);
	assert_same_text(a->request, b->request);
	assert_same_text(a->common_name, b->common_name);
	assert_same_text(a->ocsp_url, b->ocsp_url);
	assert_int_equal(a->lifetime, b->lifetime);
	assert_int_equal(a->backdate, b->backdate);
	assert_int_equal(a->key.kind, b->key.kind);
	assert_int_equal(a->key.bits, b->key.bits);
	assert_memory_equal(a->key.spki_sha256, b->key.spki_sha256,
	    CA_SHA256_SIZE);
	assert_true(ca_bytes_equal(&a->spki, &b->spki));
	assert_true(ca_bytes_equal(&a->csr, &b->csr));
	assert_int_equal(a->names.count, b->names.count);
	for (size_t i = 0; i < a->names.count; i++) {
		const struct ca_name *x = &a->names.item[i];
		const struct ca_name *y = &b->names.item[i];

		assert_int_equal(x->kind, y->kind);
		assert_string_equal(x->text, y->text);
		assert_int_equal(x->ip_len, y->ip_len);
		assert_memory_equal(x->ip, y->ip, x->ip_len);
	}
}

static void
a_grant_comes_back_as_it_was(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant full = full_grant(key), empty = { 0 }, back = { 0 };
	struct ca_bytes packed = { 0 };
	struct ca_error err;

	(void)state;
	assert_int_equal(full.names.count, 3);
	assert_ok(ca_grant_pack(&full, &packed, &err), &err);
	assert_ok(ca_grant_unpack(&packed, &back, &err), &err);
	assert_same_grant(&full, &back);
	ca_grant_clear(&back);
	ca_bytes_free(&packed);

	/* No name, no text, no request. */
	empty.profile = ca_profile_get(CA_PROFILE_CA);
	assert_ok(ca_grant_pack(&empty, &packed, &err), &err);
	assert_ok(ca_grant_unpack(&packed, &back, &err), &err);
	assert_same_grant(&empty, &back);
	ca_grant_clear(&back);
	ca_bytes_free(&packed);
	ca_grant_clear(&full);
	EVP_PKEY_free(key);
}

/* A draft, and what it is packed as. */
struct drafted {
	struct ca_signer *signer;
	struct ca_certificate *ca;
	EVP_PKEY *key;
	struct ca_grant grant, back;
	struct ca_draft *draft, *again;
	struct ca_bytes packed;
};

static int
make_draft(void **state)
{
	struct drafted *d = calloc(1, sizeof(*d));
	struct ca_error err;

	d->signer = soft_signer(NULL);
	d->ca = soft_ca(d->signer, SOFT_NOW);
	d->key = soft_key(CA_KEY_P256);
	d->grant = full_grant(d->key);
	d->draft = soft_draft(&d->grant, d->ca, d->signer, SOFT_NOW);
	assert_ok(ca_draft_pack(d->draft, &d->packed, &err), &err);
	*state = d;
	return 0;
}

static int
free_draft(void **state)
{
	struct drafted *d = *state;

	ca_draft_free(d->again);
	ca_draft_free(d->draft);
	ca_grant_clear(&d->back);
	ca_grant_clear(&d->grant);
	ca_bytes_free(&d->packed);
	ca_certificate_free(d->ca);
	ca_signer_free(d->signer);
	EVP_PKEY_free(d->key);
	free(d);
	return 0;
}

static void
a_draft_comes_back_as_it_was(void **state)
{
	struct drafted *d = *state;
	const struct ca_draft *draft = d->draft, *again;
	struct ca_error err;

	assert_ok(ca_draft_unpack(&d->packed, &d->back, &d->again, &err), &err);
	again = d->again;
	assert_same_grant(&d->grant, &d->back);
	assert_ptr_equal(ca_draft_grant(again), &d->back);
	assert_true(ca_bytes_equal(ca_draft_tbs(draft), ca_draft_tbs(again)));
	assert_memory_equal(ca_draft_tbs_sha256(draft),
	    ca_draft_tbs_sha256(again), CA_SHA256_SIZE);
	assert_memory_equal(ca_draft_serial(draft), ca_draft_serial(again),
	    CA_SERIAL_SIZE);
	assert_ptr_equal(ca_draft_algorithm(draft), ca_draft_algorithm(again));
	assert_string_equal(ca_draft_facts(draft)->subject,
	    ca_draft_facts(again)->subject);
	assert_string_equal(ca_draft_facts(again)->names,
	    "n1.example.com,192.0.2.1,2001:db8::1");
	assert_int_equal(ca_draft_facts(draft)->not_before,
	    ca_draft_facts(again)->not_before);
	assert_int_equal(ca_draft_facts(draft)->not_after,
	    ca_draft_facts(again)->not_after);
	assert_null(ca_draft_preview(again));
	assert_ok(ca_draft_read_preview(d->again, &err), &err);
	assert_true(ca_bytes_equal(ca_certificate_der(ca_draft_preview(draft)),
	    ca_certificate_der(ca_draft_preview(again))));
}

/* The hash is of what came back, and so tells that it was changed. */
static void
a_draft_that_was_changed_has_another_hash(void **state)
{
	struct drafted *d = *state;
	const struct ca_bytes *tbs = ca_draft_tbs(d->draft);
	uint8_t *at =
	    memmem(d->packed.data, d->packed.len, tbs->data, tbs->len);
	struct ca_error err;

	assert_non_null(at);
	at[tbs->len - 1] ^= 1;
	assert_ok(ca_draft_unpack(&d->packed, &d->back, &d->again, &err), &err);
	assert_memory_not_equal(ca_draft_tbs_sha256(d->draft),
	    ca_draft_tbs_sha256(d->again), CA_SHA256_SIZE);
}

/* Cut off anywhere, or with a byte too many, it is no grant. */
static void
nothing_else_comes_back(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant grant = full_grant(key), back = { 0 };
	struct ca_bytes packed = { 0 };
	struct ca_error err;
	size_t whole;

	(void)state;
	assert_ok(ca_grant_pack(&grant, &packed, &err), &err);
	whole = packed.len;
	for (packed.len = 0; packed.len < whole; packed.len++)
		assert_int_equal(ca_grant_unpack(&packed, &back, &err),
		    CA_ERR_INTERNAL);
	assert_ok(ca_bytes_append(&packed, "", 1, &err), &err);
	assert_int_equal(ca_grant_unpack(&packed, &back, &err),
	    CA_ERR_INTERNAL);
	assert_null(back.profile);
	ca_bytes_free(&packed);
	ca_grant_clear(&grant);
	EVP_PKEY_free(key);
}

static void
a_spool_gives_back_what_was_written(void **state)
{
	struct ca_spool spool = CA_SPOOL_NONE;
	struct ca_bytes read = { 0 };
	struct ca_error err;

	assert_ok(ca_spool_open(tmpdir_path(*state, ""), &spool, &err), &err);
	assert_ok(ca_spool_write(&spool, 0, "abcdef", 6, &err), &err);
	assert_ok(ca_spool_read(&spool, 2, 3, &read, &err), &err);
	assert_int_equal(read.len, 3);
	assert_memory_equal(read.data, "cde", 3);
	/* It appends, and reads nothing where the file ends before. */
	assert_ok(ca_spool_read(&spool, 5, 1, &read, &err), &err);
	assert_memory_equal(read.data, "cdef", 4);
	assert_int_equal(ca_spool_read(&spool, 5, 2, &read, &err), CA_ERR_FILE);
	assert_int_equal(read.len, 4);
	ca_bytes_free(&read);
	ca_spool_close(&spool);
}

#define WITH_DRAFT(test) \
	cmocka_unit_test_setup_teardown(test, make_draft, free_draft)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grant_comes_back_as_it_was),
		WITH_DRAFT(a_draft_comes_back_as_it_was),
		WITH_DRAFT(a_draft_that_was_changed_has_another_hash),
		cmocka_unit_test(nothing_else_comes_back),
		cmocka_unit_test_setup_teardown(
		    a_spool_gives_back_what_was_written, tmpdir_setup,
		    tmpdir_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
