/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certs_dir.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
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
		int usage; /* -1: ignored; -2: silently; -3: fatal */
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
		{ "client-tenant.x.crt", -3, "" },
		{ "client-tenant.1.2.crt", -3, "" },
		{ "client-tenant.-1.crt", -3, "" },
		{ "client-tenant.18446744073709551615.crt",
		    CA_FILE_TENANT_CLIENT, "18446744073709551615" },
		{ "client-tenant.18446744073709551616.crt", -3, "" },
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

		if (named != (rows[i].usage >= 0) ||
		    kind.fatal != (rows[i].usage == -3))
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

/* What a file is made of. */
static struct ca_signer *signer, *other_signer;
static struct ca_certificate *ca, *other_ca;
static EVP_PKEY *key, *other_key;

static int
make_cas(void **state)
{
	(void)state;
	signer = soft_signer(NULL);
	other_signer = soft_signer(NULL);
	ca = soft_ca(signer, SOFT_NOW);
	other_ca = soft_ca(other_signer, SOFT_NOW);
	key = soft_key(CA_KEY_P256);
	other_key = soft_key(CA_KEY_P256);
	return 0;
}

static int
free_cas(void **state)
{
	(void)state;
	ca_signer_free(signer);
	ca_signer_free(other_signer);
	ca_certificate_free(ca);
	ca_certificate_free(other_ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return 0;
}

/* Writes the private key PKEY to the file at PATH. */
static void
write_key(const char *path, EVP_PKEY *pkey)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* DIR/NAME.crt of PROFILE for WHO, by the first CA or by the other. */
static void
write_leaf(const char *dir, const char *name, enum ca_profile_id profile,
    const char *who, bool other)
{
	struct ca_grant grant = soft_grant(profile, who, key, 0);
	struct ca_certificate *leaf;
	struct ca_name host = { 0 };
	struct ca_error err;

	/* A tenant's server is a host as well. */
	if (grant.names.count == 0 && profile == CA_PROFILE_TENANT_CLIENT) {
		assert_ok(ca_host_parse("t.example.com", &host, &err), &err);
		assert_ok(ca_names_add(&grant.names, &host, &err), &err);
		ca_name_clear(&host);
	}
	leaf = soft_leaf(other ? other_signer : signer, other ? other_ca : ca,
	    &grant, SOFT_NOW);

	write_pem(tmpdir_path(dir, name), leaf);
	ca_certificate_free(leaf);
	ca_grant_clear(&grant);
}

static struct ca_certs_rows
scanned(const char *dir)
{
	static const struct ca_certs_options options = { false };
	struct ca_certs_rows rows = { 0 };
	struct ca_error err;

	assert_ok(ca_certs_dir_scan(dir, &options, &rows, &err), &err);
	return rows;
}

static const struct ca_certs_row *
row_of(const struct ca_certs_rows *rows, const char *file)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->item[i].file, file) == 0)
			return &rows->item[i];
	fail_msg("no row of %s", file);
	return NULL;
}

/* WANTED has `%` where the directory's path goes. */
static void
is_text(const char *file, const char *got, const char *wanted, const char *dir)
{
	char text[1024] = "";
	size_t len = 0;

	if (wanted == NULL || got == NULL) {
		if (wanted != got)
			fail_msg("%s: '%s', not '%s'", file, got, wanted);
		return;
	}
	for (; *wanted != '\0' && len + 512 < sizeof(text); wanted++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    *wanted == '%' ? "%s" : "%.1s",
		    *wanted == '%' ? dir : wanted);
	if (strcmp(got, text) != 0)
		fail_msg("%s: '%s', not '%s'", file, got, text);
}

/* Every kind of row that an operator meets, in one directory. */
static void
fill(const char *dir)
{
	write_pem(tmpdir_path(dir, "ca.crt"), ca);
	write_leaf(dir, "node.crt", CA_PROFILE_NODE, "n1.example.com 10.0.0.1",
	    false);
	write_key(tmpdir_path(dir, "node.key"), key);
	write_leaf(dir, "client.marc.crt", CA_PROFILE_CLIENT, "marc", false);
	write_leaf(dir, "client.open.crt", CA_PROFILE_CLIENT, "marc", false);
	write_key(tmpdir_path(dir, "client.open.key"), key);
	assert_int_equal(chmod(tmpdir_path(dir, "client.open.key"), 0666), 0);
	tmpdir_write(tmpdir_path(dir, "client.bad.crt"), "hello");
	tmpdir_write(tmpdir_path(dir, "client.empty.crt"), "");
	tmpdir_write(tmpdir_path(dir, "client.damaged.crt"),
	    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
	write_key(tmpdir_path(dir, "client.key.crt"), key);
	assert_int_equal(symlink("ca.crt", tmpdir_path(dir, "client.link.crt")),
	    0);
	assert_int_equal(symlink("none", tmpdir_path(dir, "client.lost.crt")),
	    0);
	write_leaf(dir, "client.dir.crt", CA_PROFILE_CLIENT, "marc", false);
	assert_int_equal(mkdir(tmpdir_path(dir, "client.dir.key"), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path(dir, "client.sub.crt"), 0700), 0);
	tmpdir_write(tmpdir_path(dir, "tls.crt"), "");
	tmpdir_write(tmpdir_path(dir, "ca.old.crt"), "");
	tmpdir_write(tmpdir_path(dir, "node.csr"), "");
}

static void
says_what_the_loader_says_of_every_file(void **state)
{
	static const struct {
		const char *file;
		const char *key;
		const char *notes;
		const char *error;
	} rows[] = {
		{ "ca.crt", NULL, "num certs: 1", NULL },
		{ "node.crt", "node.key", "addresses: n1.example.com,10.0.0.1",
		    NULL },
		{ "client.bad.crt", NULL, "user: <unknown>",
		    "no certificates found in client.bad.crt" },
		{ "client.damaged.crt", NULL, "user: <unknown>",
		    "failed to parse certificate 0 in file client.damaged.crt: x509: not a certificate" },
		{ "client.dir.crt", NULL, "user: marc",
		    "key file %/client.dir.key is not a regular file" },
		{ "client.empty.crt", NULL, "user: <unknown>",
		    "empty certificate file: client.empty.crt" },
		{ "client.key.crt", NULL, "user: <unknown>",
		    "failed to parse certificate file client.key.crt as PEM: block #0 is of type PRIVATE KEY, not CERTIFICATE" },
		{ "client.link.crt", NULL, "user: Cockroach CA",
		    "could not stat key file %/client.link.key: stat %/client.link.key: no such file or directory" },
		{ "client.lost.crt", NULL, "user: <unknown>",
		    "empty certificate file: client.lost.crt" },
		{ "client.marc.crt", NULL, "user: marc",
		    "could not stat key file %/client.marc.key: stat %/client.marc.key: no such file or directory" },
		{ "client.open.crt", NULL, "user: marc",
		    "key file %/client.open.key has permissions -rw-rw-rw-, exceeds -rwx------" },
	};
	struct ca_certs_rows got;

	fill(*state);
	/* so that the group's bit is never allowed */
	if (geteuid() == 0)
		assert_int_equal(chown(tmpdir_path(*state, "client.open.key"),
				     1, (gid_t)-1),
		    0);
	got = scanned(*state);
	assert_int_equal(got.count, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < got.count; i++) {
		const struct ca_certs_row *row = &got.item[i];

		assert_string_equal(row->file, rows[i].file);
		is_text(row->file, row->notes, rows[i].notes, *state);
		is_text(row->file, row->key_file, rows[i].key, *state);
		is_text(row->file, row->error, rows[i].error, *state);
	}
	assert_null(got.load_error);
	assert_int_equal(got.ignored_count, 2);
	for (size_t i = 0; i < 2; i++)
		is_text("ignored", got.ignored[i],
		    strstr(got.ignored[i], "tls") != NULL
			? "bad filename %/tls.crt: unknown prefix \"tls\""
			: "bad filename %/ca.old.crt: CA certificate filename should match ca.crt",
		    *state);
	ca_certs_rows_clear(&got);
}

static void
reads_keys_of_any_mode_when_it_is_told_to(void **state)
{
	static const struct ca_certs_options options = { true };
	struct ca_certs_rows rows = { 0 };
	struct ca_error err;

	fill(*state);
	assert_ok(ca_certs_dir_scan(*state, &options, &rows, &err), &err);
	assert_string_equal(row_of(&rows, "client.open.crt")->key_file,
	    "client.open.key");
	ca_certs_rows_clear(&rows);
}

static void
says_where_cockroachdb_gives_up_on_the_directory(void **state)
{
	struct ca_certs_rows rows;

	write_leaf(*state, "node.crt", CA_PROFILE_NODE, "n1.example.com",
	    false);
	rows = scanned(*state);
	is_text("node.crt", rows.load_error,
	    "validating node cert: could not stat key file %/node.key: stat %/node.key: no such file or directory",
	    *state);
	ca_certs_rows_clear(&rows);
	tmpdir_write(tmpdir_path(*state, "client.node.crt"), "");
	rows = scanned(*state);
	assert_null(rows.load_error);
	ca_certs_rows_clear(&rows);
	tmpdir_write(tmpdir_path(*state, "client-tenant.abc.crt"), "");
	rows = scanned(*state);
	is_text("client-tenant", rows.load_error,
	    "problem loading certs directory %: invalid tenant id abc", *state);
	ca_certs_rows_clear(&rows);
}

/* Text around a block, a damaged block before it, lines that end in CRLF. */
static void
reads_pem_as_go_does(void **state)
{
	const char *path = tmpdir_path(*state, "ca.crt");
	static const char *const before[] = { "Certificate:\n  Data:\n",
		"-----BEGIN CERTIFICATE-----\n!!\n",
		"x-----BEGIN PRIVATE KEY-----\n", "\r\n\r\n" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct ca_certs_rows rows;
		char *pem = NULL, *all = NULL;

		write_pem(path, ca);
		pem = tmpdir_read(path);
		assert_true(asprintf(&all, "%s%send\n", before[i], pem) > 0);
		tmpdir_write(path, all);
		rows = scanned(*state);
		is_text(before[i], rows.item[0].error, NULL, *state);
		assert_int_equal(rows.item[0].certificates.count, 1);
		ca_certs_rows_clear(&rows);
		free(pem);
		free(all);
	}
}

static void
finds_a_key_that_is_another_certificates(void **state)
{
	struct ca_certs_rows rows;
	const struct ca_certs_row *row;

	write_pem(tmpdir_path(*state, "ca.crt"), ca);
	write_leaf(*state, "node.crt", CA_PROFILE_NODE, "n1.example.com",
	    false);
	write_key(tmpdir_path(*state, "node.key"), other_key);
	write_leaf(*state, "client.marc.crt", CA_PROFILE_CLIENT, "marc", false);
	tmpdir_write(tmpdir_path(*state, "client.marc.key"), "hello");
	assert_int_equal(chmod(tmpdir_path(*state, "client.marc.key"), 0600),
	    0);
	rows = scanned(*state);
	row = row_of(&rows, "node.crt");
	assert_int_equal(row->problems, CA_CERTS_MISMATCHED);
	assert_string_equal(row->warning,
	    "node.key: tls: private key does not match public key");
	assert_null(row->error);
	row = row_of(&rows, "client.marc.crt");
	assert_int_equal(row->problems, CA_CERTS_MISMATCHED);
	assert_string_equal(row->warning,
	    "client.marc.key: tls: failed to parse private key");
	ca_certs_rows_clear(&rows);
}

/* The CA files of a directory, and what they make of its certificates. */
static void
finds_what_no_ca_of_the_right_file_signed(void **state)
{
	static const struct {
		const char *cas[3]; /* "name" by the first CA, "!name" other */
		const char *leaf;
		enum ca_profile_id profile;
		const char *warning; /* of a certificate by the other CA */
		bool untrusted;
		bool on_node;
	} rows[] = {
		{ { "ca.crt" }, "node.crt", CA_PROFILE_NODE,
		    "not signed by ca.crt", true, false },
		{ { "!ca.crt" }, "node.crt", CA_PROFILE_NODE, NULL, false,
		    false },
		{ { NULL }, "node.crt", CA_PROFILE_NODE,
		    "there is no ca.crt to verify it with", true, false },
		{ { "ca.crt", "!ca-client.crt" }, "node.crt", CA_PROFILE_NODE,
		    "not signed by ca.crt", true, false },
		{ { "ca.crt", "!ca-client.crt" }, "client.a.crt",
		    CA_PROFILE_CLIENT, NULL, false, false },
		{ { "!ca.crt", "ca-client.crt" }, "client.a.crt",
		    CA_PROFILE_CLIENT, "not signed by ca-client.crt", true,
		    false },
		{ { "ca.crt" }, "client.a.crt", CA_PROFILE_CLIENT,
		    "not signed by ca.crt", true, true },
		{ { "ca.crt" }, "client.a.crt", CA_PROFILE_CLIENT,
		    "not signed by ca.crt: right only where nodes have a ca-client.crt",
		    false, false },
		{ { "ca.crt" }, "ui.crt", CA_PROFILE_UI, NULL, false, false },
		{ { "!ca.crt", "ca-ui.crt" }, "ui.crt", CA_PROFILE_UI,
		    "not signed by ca-ui.crt", true, false },
		{ { "!ca.crt", "!ca-client.crt", "ca-client-tenant.crt" },
		    "client-tenant.5.crt", CA_PROFILE_TENANT_CLIENT,
		    "not signed by ca-client-tenant.crt", true, false },
		{ { "!ca.crt", "ca-client.crt" }, "client-tenant.5.crt",
		    CA_PROFILE_TENANT_CLIENT, "not signed by ca-client.crt",
		    true, false },
		{ { "!ca.crt" }, "client-tenant.5.crt",
		    CA_PROFILE_TENANT_CLIENT, NULL, false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *who = rows[i].profile == CA_PROFILE_CLIENT ? "a"
		    : rows[i].profile == CA_PROFILE_TENANT_CLIENT
		    ? "5"
		    : "n1.example.com";
		const struct ca_certs_row *row;
		struct ca_certs_rows got;
		char what[32], dir[512];

		(void)snprintf(what, sizeof(what), "row %zu", i);
		(void)snprintf(dir, sizeof(dir), "%s/%zu", (const char *)*state,
		    i);
		assert_int_equal(mkdir(dir, 0700), 0);
		for (size_t k = 0; k < 3 && rows[i].cas[k] != NULL; k++) {
			bool other = rows[i].cas[k][0] == '!';

			write_pem(tmpdir_path(dir, rows[i].cas[k] + other),
			    other ? other_ca : ca);
		}
		write_leaf(dir, rows[i].leaf, rows[i].profile, who, true);
		if (rows[i].on_node)
			write_leaf(dir, "node.crt", CA_PROFILE_NODE,
			    "n1.example.com", false);
		got = scanned(dir);
		row = row_of(&got, rows[i].leaf);
		is_text(what, row->warning, rows[i].warning, "");
		if (((row->problems & CA_CERTS_UNTRUSTED) != 0) !=
		    rows[i].untrusted)
			fail_msg("%s: problems %u", what, row->problems);
		ca_certs_rows_clear(&got);
	}
}

static void
finds_what_its_purposes_do_not_fit(void **state)
{
	struct ca_certs_rows rows;

	write_pem(tmpdir_path(*state, "ca.crt"), ca);
	write_leaf(*state, "node.crt", CA_PROFILE_CLIENT, "node", false);
	write_leaf(*state, "client.a.crt", CA_PROFILE_NODE, "n1.example.com",
	    false);
	write_leaf(*state, "client.b.crt", CA_PROFILE_UI, "n1.example.com",
	    false);
	rows = scanned(*state);
	assert_int_equal(row_of(&rows, "node.crt")->problems, CA_CERTS_UNFIT);
	assert_int_equal(row_of(&rows, "client.a.crt")->problems, 0);
	assert_int_equal(row_of(&rows, "client.b.crt")->problems,
	    CA_CERTS_UNFIT);
	assert_string_equal(row_of(&rows, "client.b.crt")->warning,
	    "x509: certificate specifies an incompatible key usage");
	ca_certs_rows_clear(&rows);
}

static void
tells_what_has_expired_and_what_will_soon(void **state)
{
	static const int64_t day = 24 * 3600;
	struct ca_certs_rows rows;
	struct ca_error err;
	int64_t end;

	static const struct {
		int64_t left; /* seconds */
		unsigned problems;
		const char *warning;
	} times[] = {
		{ 31, 0, NULL },
		{ 30, CA_CERTS_EXPIRING, "expires in 30 days" },
		{ 1, CA_CERTS_EXPIRING, "expires in 1 day" },
		{ 0, CA_CERTS_EXPIRING, "expires in less than a day" },
		{ -1, CA_CERTS_EXPIRED, "expired on 20" },
		{ -100000, CA_CERTS_EXPIRED, "not valid before 20" },
	};

	write_leaf(*state, "node.crt", CA_PROFILE_NODE, "n1.example.com",
	    false);
	write_pem(tmpdir_path(*state, "ca.crt"), ca);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const struct ca_certs_row *row;

		rows = scanned(*state);
		row = row_of(&rows, "node.crt");
		end = ca_certificate_not_after(row->certificates.item[0]);
		assert_ok(ca_certs_judge_dates(&rows,
			      times[i].left == -100000
				  ? ca_certificate_not_before(
					row->certificates.item[0]) -
				      1
				  : end - times[i].left * day,
			      30 * day, &err),
		    &err);
		assert_int_equal(row->problems, times[i].problems);
		if (times[i].warning == NULL)
			assert_null(row->warning);
		else if (strstr(row->warning, times[i].warning) == NULL)
			fail_msg("%s", row->warning);
		ca_certs_rows_clear(&rows);
	}
}

static void
refuses_a_directory_that_is_not_there(void **state)
{
	static const struct ca_certs_options options = { false };
	struct ca_certs_rows rows = { 0 };
	struct ca_error err;

	assert_int_equal(ca_certs_dir_scan(tmpdir_path(*state, "none"),
			     &options, &rows, &err),
	    CA_ERR_FILE);
	assert_int_equal(rows.count, 0);
}

#define IN_TMPDIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_files_apart_by_name_alone),
		IN_TMPDIR(refuses_a_directory_that_is_not_there),
		IN_TMPDIR(says_what_the_loader_says_of_every_file),
		IN_TMPDIR(reads_keys_of_any_mode_when_it_is_told_to),
		IN_TMPDIR(says_where_cockroachdb_gives_up_on_the_directory),
		IN_TMPDIR(reads_pem_as_go_does),
		IN_TMPDIR(finds_a_key_that_is_another_certificates),
		IN_TMPDIR(finds_what_no_ca_of_the_right_file_signed),
		IN_TMPDIR(finds_what_its_purposes_do_not_fit),
		IN_TMPDIR(tells_what_has_expired_and_what_will_soon),
	};

	return cmocka_run_group_tests(tests, make_cas, free_cas);
}
