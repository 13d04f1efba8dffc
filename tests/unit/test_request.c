/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/request.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coldca/csr.h"
#include "support/tmpdir.h"
#include "unit/test.h"

static struct ca_names
hosts(const char *host)
{
	struct ca_names names = { 0 };
	struct ca_name name = { 0 };
	struct ca_error err;

	assert_ok(ca_host_parse(host, &name, &err), &err);
	assert_ok(ca_names_add(&names, &name, &err), &err);
	ca_name_clear(&name);
	return names;
}

static enum ca_code
make_client(const char *dir, enum ca_key_kind kind, struct ca_error *err)
{
	const struct ca_request request = { .profile = ca_profile_get(
						CA_PROFILE_CLIENT),
		.user = "maxroach",
		.key_kind = kind,
		.rsa_bits = 2048 };
	struct ca_request_files files = { 0 };
	enum ca_code rc = ca_request_make(dir, &request, &files, err);

	if (rc == CA_OK) {
		assert_string_equal(files.key, "client.maxroach.key");
		assert_string_equal(files.csr, "client.maxroach.csr");
	}
	free(files.key);
	free(files.csr);
	return rc;
}

static struct ca_csr *
read_csr(const char *path)
{
	char *text = tmpdir_read(path);
	struct ca_csr *csr = NULL;
	struct ca_error err;

	assert_non_null(text);
	assert_ok(ca_csr_parse(path, text, strlen(text), &csr, &err), &err);
	free(text);
	return csr;
}

static void
never_overwrites_a_key(void **state)
{
	struct ca_error err;
	char *text;

	tmpdir_write(tmpdir_path(*state, "client.maxroach.key"), "old");
	assert_int_equal(make_client(*state, CA_KEY_P256, &err), CA_ERR_FILE);
	text = tmpdir_read(tmpdir_path(*state, "client.maxroach.key"));
	assert_string_equal(text, "old");
	free(text);
	assert_int_not_equal(access(tmpdir_path(*state, "client.maxroach.csr"),
				 F_OK),
	    0);
}

static void
leaves_no_key_behind_where_the_request_can_not_be_written(void **state)
{
	struct ca_error err;

	tmpdir_write(tmpdir_path(*state, "client.maxroach.csr"), "old");
	assert_int_equal(make_client(*state, CA_KEY_P256, &err), CA_ERR_FILE);
	assert_int_not_equal(access(tmpdir_path(*state, "client.maxroach.key"),
				 F_OK),
	    0);
}

static void
makes_every_kind_of_key_with_a_request_that_proves_it(void **state)
{
	for (int kind = 0; kind < CA_KEY_KINDS; kind++) {
		const char *dir = tmpdir_path(*state,
		    ca_key_kind_name((enum ca_key_kind)kind));
		const char *key_path;
		char *text;
		struct ca_csr *csr;
		struct ca_error err;
		struct stat st;
		EVP_PKEY *key;
		BIO *bio;

		assert_ok(make_client(dir, (enum ca_key_kind)kind, &err), &err);
		key_path = tmpdir_path(dir, "client.maxroach.key");
		assert_int_equal(stat(key_path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		csr = read_csr(tmpdir_path(dir, "client.maxroach.csr"));
		assert_int_equal(ca_csr_key_info(csr)->kind, kind);
		text = tmpdir_read(key_path);
		assert_non_null(strstr(text, "BEGIN PRIVATE KEY"));
		bio = BIO_new_mem_buf(text, -1);
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
		assert_int_equal(EVP_PKEY_eq(key, ca_csr_key(csr)), 1);
		EVP_PKEY_free(key);
		BIO_free_all(bio);
		free(text);
		ca_csr_free(csr);
	}
}

static void
asks_for_the_hosts_of_a_node(void **state)
{
	struct ca_names names = hosts("node1.example.com");
	const struct ca_request request = { .profile =
						ca_profile_get(CA_PROFILE_NODE),
		.hosts = &names,
		.key_kind = CA_KEY_P256 };
	struct ca_request_files files = { 0 };
	const struct ca_ask *asks;
	struct ca_csr *csr;
	struct ca_error err;
	size_t count;

	assert_ok(ca_request_make(*state, &request, &files, &err), &err);
	csr = read_csr(tmpdir_path(*state, "node.csr"));
	assert_int_equal(ca_csr_names(csr)->count, 1);
	assert_string_equal(ca_csr_names(csr)->item[0].text,
	    "node1.example.com");
	asks = ca_csr_asks(csr, &count);
	for (size_t i = 0; i < count; i++)
		assert_true(asks[i].kind == CA_ASK_CN ||
		    asks[i].kind == CA_ASK_SUBJECT);
	ca_csr_free(csr);
	free(files.key);
	free(files.csr);
	ca_names_clear(&names);
}

static void
refuses_a_node_without_hosts(void **state)
{
	struct ca_names names = { 0 };
	const struct ca_request request = { .profile =
						ca_profile_get(CA_PROFILE_NODE),
		.hosts = &names,
		.key_kind = CA_KEY_P256 };
	struct ca_request_files files = { 0 };
	struct ca_error err;

	assert_int_equal(ca_request_make(*state, &request, &files, &err),
	    CA_ERR_INPUT);
	assert_int_not_equal(access(tmpdir_path(*state, "node.key"), F_OK), 0);
}

/* A request for the user maxroach, with what OPTIONS says beyond that. */
static enum ca_code
ask(const char *dir, struct ca_request options, struct ca_request_files *files,
    struct ca_error *err)
{
	options.profile = ca_profile_get(CA_PROFILE_CLIENT);
	options.user = "maxroach";
	options.key_kind = CA_KEY_P256;
	return ca_request_make(dir, &options, files, err);
}

static void
asks_again_for_the_key_that_is_there(void **state)
{
	const struct ca_request again = { .which = CA_REQUEST_KEY_THERE };
	struct ca_request_files files = { 0 };
	struct ca_csr *first, *second;
	char *before, *after;
	struct ca_error err;

	assert_int_equal(ask(*state, again, &files, &err), CA_ERR_FILE);
	assert_ok(make_client(*state, CA_KEY_P384, &err), &err);
	before = tmpdir_read(tmpdir_path(*state, "client.maxroach.key"));
	first = read_csr(tmpdir_path(*state, "client.maxroach.csr"));
	assert_ok(ask(*state, again, &files, &err), &err);
	after = tmpdir_read(tmpdir_path(*state, "client.maxroach.key"));
	assert_string_equal(before, after);
	second = read_csr(tmpdir_path(*state, "client.maxroach.csr"));
	assert_int_equal(EVP_PKEY_eq(ca_csr_key(first), ca_csr_key(second)), 1);
	ca_request_files_clear(&files);
	ca_csr_free(first);
	ca_csr_free(second);
	free(before);
	free(after);
}

static void
does_not_ask_for_a_key_that_is_too_weak(void **state)
{
	const struct ca_request again = { .which = CA_REQUEST_KEY_THERE };
	struct ca_request_files files = { 0 };
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	FILE *file = fopen(tmpdir_path(*state, "client.maxroach.key"), "we");
	struct ca_error err;

	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(ask(*state, again, &files, &err), CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "1024 bits"));
	EVP_PKEY_free(key);
}

static void
keeps_a_new_key_apart_until_it_is_certified(void **state)
{
	const struct ca_request apart = { .which = CA_REQUEST_KEY_PENDING };
	struct ca_request_files files = { 0 };
	char *before, *after, *waiting;
	struct ca_error err;
	struct stat st;

	assert_ok(make_client(*state, CA_KEY_P256, &err), &err);
	before = tmpdir_read(tmpdir_path(*state, "client.maxroach.key"));
	assert_ok(ask(*state, apart, &files, &err), &err);
	assert_string_equal(files.key, "pending/client.maxroach.key");
	assert_string_equal(files.csr, "pending/client.maxroach.csr");
	after = tmpdir_read(tmpdir_path(*state, "client.maxroach.key"));
	assert_string_equal(before, after);
	waiting = tmpdir_read(tmpdir_path(*state, files.key));
	assert_string_not_equal(before, waiting);
	assert_int_equal(stat(tmpdir_path(*state, "pending"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	ca_request_files_clear(&files);
	/* A second one would throw away what waits. */
	assert_int_equal(ask(*state, apart, &files, &err), CA_ERR_FILE);
	assert_non_null(strstr(err.hint, "waits for its certificate"));
	free(before);
	free(after);
	free(waiting);
}

static EVP_PKEY *
read_pkcs8(const char *path)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key;

	assert_non_null(file);
	key = d2i_PrivateKey_fp(file, NULL);
	assert_int_equal(fclose(file), 0);
	return key;
}

static void
makes_a_copy_of_the_key_for_java(void **state)
{
	const struct ca_request first = { .pkcs8 = true };
	const struct ca_request again = { .which = CA_REQUEST_KEY_THERE,
		.pkcs8 = true };
	struct ca_request_files files = { 0 };
	const char *path;
	struct ca_csr *csr;
	struct ca_error err;
	struct stat st;
	EVP_PKEY *key;

	assert_ok(ask(*state, first, &files, &err), &err);
	assert_string_equal(files.pkcs8, "client.maxroach.key.pk8");
	path = tmpdir_path(*state, files.pkcs8);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	key = read_pkcs8(path);
	csr = read_csr(tmpdir_path(*state, "client.maxroach.csr"));
	assert_int_equal(EVP_PKEY_eq(key, ca_csr_key(csr)), 1);
	ca_request_files_clear(&files);
	/* The same copy may stay; another file is not overwritten. */
	assert_ok(ask(*state, again, &files, &err), &err);
	ca_request_files_clear(&files);
	tmpdir_write(path, "something else");
	assert_int_equal(ask(*state, again, &files, &err), CA_ERR_FILE);
	EVP_PKEY_free(key);
	ca_csr_free(csr);
}

static void
asks_for_a_tenant_server_by_its_number(void **state)
{
	struct ca_names names = hosts("sql.example.com");
	struct ca_request request = { .profile = ca_profile_get(
					  CA_PROFILE_TENANT_CLIENT),
		.hosts = &names,
		.key_kind = CA_KEY_P256 };
	struct ca_request_files files = { 0 };
	struct ca_error err;

	assert_int_equal(ca_request_make(*state, &request, &files, &err),
	    CA_ERR_INPUT);
	request.tenant = UINT64_MAX;
	assert_ok(ca_request_make(*state, &request, &files, &err), &err);
	assert_string_equal(files.key,
	    "client-tenant.18446744073709551615.key");
	ca_request_files_clear(&files);
	ca_names_clear(&names);
}

static unsigned
owner_of(const char *path, unsigned *ret_group, unsigned *ret_mode)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	*ret_group = st.st_gid;
	*ret_mode = st.st_mode & 07777;
	return st.st_uid;
}

/* CockroachDB's two ways to own a key. */
static void
gives_the_key_to_whom_the_server_runs_as(void **state)
{
	const struct ca_request plain = { .which = CA_REQUEST_KEY_NEW };
	const struct ca_request shared = { .which = CA_REQUEST_KEY_PENDING,
		.for_group = true,
		.group = 4321 };
	struct ca_request_files files = { 0 };
	unsigned group, mode;
	struct ca_error err;

	if (geteuid() != 0) {
		assert_int_equal(ask(*state, shared, &files, &err),
		    CA_ERR_POLICY);
		return;
	}
	assert_int_equal(chown(*state, 1234, 1234), 0);
	assert_ok(ask(*state, plain, &files, &err), &err);
	assert_int_equal(owner_of(tmpdir_path(*state, files.key), &group,
			     &mode),
	    1234);
	assert_int_equal(group, 1234);
	assert_int_equal(mode, 0600);
	ca_request_files_clear(&files);
	assert_ok(ask(*state, shared, &files, &err), &err);
	assert_int_equal(owner_of(tmpdir_path(*state, files.key), &group,
			     &mode),
	    0);
	assert_int_equal(group, 4321);
	assert_int_equal(mode, 0640);
	ca_request_files_clear(&files);
}

#define IN_TMPDIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TMPDIR(never_overwrites_a_key),
		IN_TMPDIR(
		    leaves_no_key_behind_where_the_request_can_not_be_written),
		IN_TMPDIR(refuses_a_node_without_hosts),
		IN_TMPDIR(
		    makes_every_kind_of_key_with_a_request_that_proves_it),
		IN_TMPDIR(asks_for_the_hosts_of_a_node),
		IN_TMPDIR(asks_again_for_the_key_that_is_there),
		IN_TMPDIR(does_not_ask_for_a_key_that_is_too_weak),
		IN_TMPDIR(keeps_a_new_key_apart_until_it_is_certified),
		IN_TMPDIR(makes_a_copy_of_the_key_for_java),
		IN_TMPDIR(asks_for_a_tenant_server_by_its_number),
		IN_TMPDIR(gives_the_key_to_whom_the_server_runs_as),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
