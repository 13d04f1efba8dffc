/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/request.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
