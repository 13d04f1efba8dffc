/* SPDX-License-Identifier: Apache-2.0 */
/* What waits outside of memory for its turn. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "cli/batch.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

/* A batch that is large enough to be stored, with one draft in it. */
struct fixture {
	void *dir;
	struct ca_signer *signer;
	struct ca_certificate *ca;
	struct cli_batch batch;
	struct cli_item *item;
};

static int
setup(void **state)
{
	static const char *const paths[] = { "a.csr" };
	struct fixture *f = calloc(1, sizeof(*f));
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_error err;

	assert_int_equal(tmpdir_setup(&f->dir), 0);
	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	assert_ok(cli_batch_new(paths, 1, &f->batch, &err), &err);
	assert_ok(cli_batch_spool(&f->batch, CLI_BATCH_HELD + 1, f->dir, &err),
	    &err);
	f->item = &f->batch.item[0];
	f->item->name = strdup("client-a");
	assert_ok(cli_item_need_grant(f->item, &err), &err);
	*f->item->grant = soft_grant(CA_PROFILE_CLIENT, "a", key, 0);
	f->item->draft = soft_draft(f->item->grant, f->ca, f->signer, SOFT_NOW);
	memcpy(f->item->tbs_sha256, ca_draft_tbs_sha256(f->item->draft),
	    CA_SHA256_SIZE);
	assert_ok(cli_item_store(&f->batch, f->item, &err), &err);
	assert_null(f->item->draft);
	EVP_PKEY_free(key);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cli_batch_clear(&f->batch);
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	assert_int_equal(tmpdir_teardown(&f->dir), 0);
	free(f);
	return 0;
}

static void
gives_back_what_was_stored(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	for (int i = 0; i < 2; i++) {
		assert_ok(cli_item_load(&f->batch, f->item, &err), &err);
		assert_memory_equal(ca_draft_tbs_sha256(f->item->draft),
		    f->item->tbs_sha256, CA_SHA256_SIZE);
		cli_item_drop(&f->batch, f->item);
		assert_null(f->item->draft);
	}
}

/* What was judged and shown is what is signed, or nothing is. */
static void
refuses_a_draft_that_was_changed(void **state)
{
	struct fixture *f = *state;
	struct ca_bytes stored = { 0 };
	struct ca_error err;
	const char *user;

	assert_ok(ca_spool_read(&f->batch.spool, f->item->stored_at,
		      f->item->stored_len, &stored, &err),
	    &err);
	/* The first is in the TBSCertificate: CN=a, as DER. */
	user = memmem(stored.data, stored.len, "\x0c\x01\x61", 3);
	if (user == NULL)
		user = memmem(stored.data, stored.len, "\x13\x01\x61", 3);
	assert_non_null(user);
	assert_ok(ca_spool_put(&f->batch.spool,
		      f->item->stored_at +
			  (size_t)(user - (const char *)stored.data) + 2,
		      "b", 1, &err),
	    &err);
	assert_int_equal(cli_item_load(&f->batch, f->item, &err),
	    CA_ERR_INTERNAL);
	assert_non_null(strstr(err.message, "client-a: its draft was changed"));
	ca_bytes_free(&stored);
}

#define WITH_DRAFT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DRAFT(gives_back_what_was_stored),
		WITH_DRAFT(refuses_a_draft_that_was_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
