/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/bundle.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/response.h"
#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

/* A CA, what it grants, and the directory for its bundles. */
struct fixture {
	void *dir;
	struct ca_signer *signer;
	struct ca_certificate *ca;
	struct ca_authorities authorities;
	struct ca_grant grant;
	char out[4096];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	EVP_PKEY *key;

	assert_int_equal(tmpdir_setup(&f->dir), 0);
	(void)snprintf(f->out, sizeof(f->out), "%s",
	    tmpdir_path(f->dir, "out"));
	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	f->authorities.of[CA_AUTHORITY_CLUSTER] =
	    (struct ca_certificates){ &f->ca, 1 };
	key = soft_key(CA_KEY_P256);
	f->grant = soft_grant(CA_PROFILE_NODE, "n1.example.com", key, 0);
	EVP_PKEY_free(key);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ca_grant_clear(&f->grant);
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	assert_int_equal(tmpdir_teardown(&f->dir), 0);
	free(f);
	return 0;
}

static enum ca_code
write_bundle(struct fixture *f, const struct ca_grant *grant, bool overwrite,
    struct ca_error *err)
{
	struct ca_certificate *leaf =
	    soft_leaf(f->signer, f->ca, grant, SOFT_NOW);
	char *name = NULL;
	enum ca_code rc;

	assert_ok(ca_bundle_name(grant, &name, err), err);
	rc = ca_bundle_write(f->out,
	    &(struct ca_bundle){ name, grant->profile, leaf, &f->authorities },
	    overwrite, err);
	free(name);
	ca_certificate_free(leaf);
	return rc;
}

/* Everything in the directory PATH, hidden or not. */
static int
count_files(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2; /* . and .. */

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

static void
names_folders_that_any_file_system_takes(void **state)
{
	static const struct {
		enum ca_profile_id profile;
		const char *who;
		const char *name;
	} rows[] = {
		{ CA_PROFILE_NODE, "n1.example.com 10.0.0.1",
		    "node-n1.example.com" },
		{ CA_PROFILE_NODE, "*.example.com",
		    "node-wildcard.example.com" },
		{ CA_PROFILE_NODE, "fd00::1", "node-fd00--1" },
		{ CA_PROFILE_CLIENT, "max.roach", "client-max.roach" },
		{ CA_PROFILE_CA, "", "ca" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_grant grant = soft_grant(rows[i].profile, rows[i].who,
		    f->signer->public_key, 0);
		struct ca_error err;
		char *name = NULL;

		assert_ok(ca_bundle_name(&grant, &name, &err), &err);
		assert_string_equal(name, rows[i].name);
		free(name);
		ca_grant_clear(&grant);
	}
}

static void
does_not_replace_a_bundle_unasked(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_false(ca_bundle_exists(f->out, "node-n1.example.com"));
	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	assert_true(ca_bundle_exists(f->out, "node-n1.example.com"));
	assert_int_equal(write_bundle(f, &f->grant, false, &err), CA_ERR_FILE);
	assert_ok(write_bundle(f, &f->grant, true, &err), &err);
}

#define MANY 12 /* more than are synced one by one */

/* FILES are those of BUNDLES as they are read again, but for that of SKIPPED. */
static void
expect_listed(struct fixture *f, const struct ca_bundle *bundles, int count,
    int skipped, const struct ca_bytes *files)
{
	static const char *const names[] = { "ca-client.crt", "ca.crt",
		"node.crt" };
	struct ca_bytes expected = { 0 };
	struct ca_error err;

	for (int i = 0; i < 3 * count; i++) {
		const char *folder = bundles[i / 3].name;
		struct ca_bytes content = { 0 };
		uint8_t sha256[CA_SHA256_SIZE];
		char path[8192];

		if (i / 3 == skipped)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/%s", f->out, folder,
		    names[i % 3]);
		content.data = (uint8_t *)tmpdir_read(path);
		content.len = strlen((const char *)content.data);
		assert_ok(ca_ledger_sha256(content.data, content.len, sha256,
			      &err),
		    &err);
		assert_ok(ca_response_add_file(&expected, folder, names[i % 3],
			      sha256, &err),
		    &err);
		ca_bytes_free(&content);
	}
	assert_true(ca_bytes_equal(files, &expected));
	ca_bytes_free(&expected);
}

/* Of many, what is there already fails alone, and all others are whole. */
static void
writes_many_as_one(void **state)
{
	struct fixture *f = *state;
	struct ca_certificate *leaf =
	    soft_leaf(f->signer, f->ca, &f->grant, SOFT_NOW);
	struct ca_bundle bundles[MANY];
	struct ca_error errs[MANY], err;
	struct ca_bundle_files files = { .incomplete = false };
	char names[MANY][16];

	f->authorities.of[CA_AUTHORITY_CLIENT] =
	    f->authorities.of[CA_AUTHORITY_CLUSTER];
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "node-%d", i);
		bundles[i] = (struct ca_bundle){ names[i], f->grant.profile,
			leaf, &f->authorities };
	}
	assert_ok(ca_bundle_write(f->out, &bundles[5], false, &err), &err);
	assert_ok(ca_bundles_write(f->out, bundles, MANY, false, errs, &files,
		      &err),
	    &err);
	expect_listed(f, bundles, MANY, 5, &files.text);
	ca_bytes_free(&files.text);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(errs[i].code, i == 5 ? CA_ERR_FILE : CA_OK);
		assert_true(ca_bundle_exists(f->out, names[i]));
	}
	assert_non_null(strstr(errs[5].message, "node-5"));
	/* Nothing hidden is left. */
	assert_int_equal(count_files(f->out), MANY);

	assert_ok(ca_bundles_write(f->out, bundles, MANY, true, errs, NULL,
		      &err),
	    &err);
	for (int i = 0; i < MANY; i++)
		assert_ok(errs[i].code, &errs[i]);
	assert_int_equal(count_files(f->out), MANY);
	ca_certificate_free(leaf);
}

/* No manifest can say such a name: the bundle is as good without. */
static void
writes_what_can_not_be_listed(void **state)
{
	struct fixture *f = *state;
	const struct ca_bundle bundle = { "client-\xc3\xa9mile",
		f->grant.profile, NULL, &f->authorities };
	struct ca_bundle_files files = { .incomplete = false };
	struct ca_error one, err;

	assert_ok(ca_bundles_write(f->out, &bundle, 1, false, &one, &files,
		      &err),
	    &err);
	assert_ok(one.code, &one);
	assert_true(ca_bundle_exists(f->out, bundle.name));
	assert_true(files.incomplete);
	ca_bytes_free(&files.text);
}

static void
writes_none_where_nothing_can_be_written(void **state)
{
	struct fixture *f = *state;
	struct ca_bundle bundle = { "node", f->grant.profile, NULL,
		&f->authorities };
	struct ca_error one, err;

	tmpdir_write(f->out, "a file");
	assert_int_equal(ca_bundles_write(f->out, &bundle, 1, false, &one, NULL,
			     &err),
	    CA_ERR_FILE);
}

#define WITH_HOST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HOST(names_folders_that_any_file_system_takes),
		WITH_HOST(does_not_replace_a_bundle_unasked),
		WITH_HOST(writes_many_as_one),
		WITH_HOST(writes_what_can_not_be_listed),
		WITH_HOST(writes_none_where_nothing_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
