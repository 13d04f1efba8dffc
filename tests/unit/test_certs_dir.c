/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certs_dir.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/certs_dir_internal.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

static void
tells_files_apart_by_name_alone(void **state)
{
	static const struct {
		const char *name;
		int usage; /* -1: ignored; -2: ignored silently */
		const char *who;
	} rows[] = {
		{ "ca.crt", CA_FILE_CA, "" },
		{ "ca-client.crt", CA_FILE_CLIENT_CA, "" },
		{ "ca-client-tenant.crt", CA_FILE_TENANT_CA, "" },
		{ "ca-ui.crt", CA_FILE_UI_CA, "" },
		{ "node.crt", CA_FILE_NODE, "" },
		{ "ui.crt", CA_FILE_UI, "" },
		{ "client.root.crt", CA_FILE_CLIENT, "root" },
		{ "client.a.b.crt", CA_FILE_CLIENT, "a.b" },
		{ "client-tenant.12.crt", CA_FILE_TENANT_CLIENT, "12" },
		{ "tenant-signing.7.crt", CA_FILE_TENANT_SIGNING, "7" },
		{ "ca.old.crt", -1, "" },
		{ "ca..crt", -1, "" },
		{ "client.crt", -1, "" },
		{ "client..crt", -1, "" },
		{ "client-tenant.x.crt", -1, "" },
		{ "client-tenant.crt", -1, "" },
		{ "service.sql.crt", -1, "" },
		{ "root.crt", -1, "" },
		{ "CA.CRT", -2, "" },
		{ "node.key", -2, "" },
		{ ".crt", -2, "" },
		{ "README", -2, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_file_kind kind = { .who = "" };
		bool named = ca_file_kind_parse(rows[i].name, &kind);

		if (named != (rows[i].usage >= 0))
			fail_msg("%s", rows[i].name);
		if (named) {
			assert_int_equal(kind.usage, rows[i].usage);
			assert_string_equal(kind.who, rows[i].who);
		} else if ((kind.problem == NULL) != (rows[i].usage == -2)) {
			fail_msg("%s: %s", rows[i].name, kind.problem);
		}
	}
}

static void
write_pem(const char *path, const struct ca_certificate *cert)
{
	struct ca_bytes pem = { 0 };
	struct ca_error err;

	assert_ok(ca_certificate_append_pem(cert, &pem, &err), &err);
	assert_ok(ca_bytes_append(&pem, "", 1, &err), &err);
	tmpdir_write(path, (const char *)pem.data);
	ca_bytes_free(&pem);
}

/* Every kind of row that an operator meets, in one directory. */
static void
fill(const char *dir)
{
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *ca = soft_ca(signer, SOFT_NOW), *leaf;
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant grant =
	    soft_grant(CA_PROFILE_NODE, "n1.example.com 10.0.0.1", key, 0);

	write_pem(tmpdir_path(dir, "ca.crt"), ca);
	leaf = soft_leaf(signer, ca, &grant, SOFT_NOW);
	write_pem(tmpdir_path(dir, "node.crt"), leaf);
	tmpdir_write(tmpdir_path(dir, "node.key"), "");
	assert_int_equal(chmod(tmpdir_path(dir, "node.key"), 0600), 0);
	ca_certificate_free(leaf);
	ca_grant_clear(&grant);
	grant = soft_grant(CA_PROFILE_CLIENT, "marc", key, 0);
	leaf = soft_leaf(signer, ca, &grant, SOFT_NOW);
	write_pem(tmpdir_path(dir, "client.marc.crt"), leaf);
	write_pem(tmpdir_path(dir, "client.open.crt"), leaf);
	tmpdir_write(tmpdir_path(dir, "client.open.key"), "");
	assert_int_equal(chmod(tmpdir_path(dir, "client.open.key"), 0666), 0);
	tmpdir_write(tmpdir_path(dir, "client.bad.crt"), "hello");
	assert_int_equal(symlink("ca.crt", tmpdir_path(dir, "client.link.crt")),
	    0);
	tmpdir_write(tmpdir_path(dir, "tls.crt"), "");
	tmpdir_write(tmpdir_path(dir, "node.csr"), "");
	ca_certificate_free(leaf);
	ca_grant_clear(&grant);
	EVP_PKEY_free(key);
	ca_certificate_free(ca);
	ca_signer_free(signer);
}

static void
makes_a_row_of_every_certificate_good_or_bad(void **state)
{
	static const struct {
		const char *file;
		const char *key;
		const char *notes;
		const char *error;
	} expected[] = {
		{ "ca.crt", NULL, "num certs: 1", NULL },
		{ "node.crt", "node.key", "addresses: n1.example.com,10.0.0.1",
		    NULL },
		{ "client.bad.crt", NULL, "",
		    "client.bad.crt: no certificates in it" },
		{ "client.link.crt", NULL, "",
		    "client.link.crt: is a symbolic link, which is not followed" },
		{ "client.marc.crt", NULL, "user: marc", NULL },
		{ "client.open.crt", NULL, "user: marc",
		    "key file client.open.key has permissions -rw-rw-rw-, exceeds " },
	};
	struct ca_certs_rows rows = { 0 };
	struct ca_error err;

	fill(*state);
	assert_ok(ca_certs_dir_scan(*state, &rows, &err), &err);
	assert_int_equal(rows.count, 6);
	for (size_t i = 0; i < rows.count; i++) {
		const struct ca_certs_row *row = &rows.item[i];

		assert_string_equal(row->file, expected[i].file);
		assert_string_equal(row->notes, expected[i].notes);
		assert_int_equal(row->key_file == NULL,
		    expected[i].key == NULL);
		assert_int_equal(row->error == NULL, expected[i].error == NULL);
		if (row->error != NULL)
			assert_non_null(strstr(row->error, expected[i].error));
	}
	assert_non_null(rows.item[4].key_problem);
	assert_int_equal(rows.ignored_count, 1);
	assert_string_equal(rows.ignored[0], "tls.crt: unknown prefix");
	ca_certs_rows_clear(&rows);
}

static void
refuses_a_directory_that_is_not_there(void **state)
{
	struct ca_certs_rows rows = { 0 };
	struct ca_error err;

	assert_int_equal(ca_certs_dir_scan(tmpdir_path(*state, "none"), &rows,
			     &err),
	    CA_ERR_FILE);
	assert_int_equal(rows.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_files_apart_by_name_alone),
		cmocka_unit_test_setup_teardown(
		    refuses_a_directory_that_is_not_there, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    makes_a_row_of_every_certificate_good_or_bad, tmpdir_setup,
		    tmpdir_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
