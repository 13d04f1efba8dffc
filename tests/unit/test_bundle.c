/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/bundle.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coldca/csr.h"
#include "coldca/request.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

/* A CA, and a host that has made its request in the directory "host". */
struct fixture {
	void *dir;
	struct ca_signer *signer;
	struct ca_certificate *ca;
	struct ca_authorities authorities;
	struct ca_grant grant;
	char out[4096];
	char host[4096];
	char bundle[4096];
};

static EVP_PKEY *
host_key(struct fixture *f)
{
	struct ca_names names = { 0 };
	struct ca_name name = { 0 };
	struct ca_request request = { .profile =
					  ca_profile_get(CA_PROFILE_NODE),
		.hosts = &names,
		.key_kind = CA_KEY_P256 };
	struct ca_request_files files = { 0 };
	struct ca_csr *csr = NULL;
	struct ca_error err;
	EVP_PKEY *key;
	char *text;

	assert_ok(ca_host_parse("n1.example.com", &name, &err), &err);
	assert_ok(ca_names_add(&names, &name, &err), &err);
	assert_ok(ca_request_make(f->host, &request, &files, &err), &err);
	text = tmpdir_read(tmpdir_path(f->host, "node.csr"));
	assert_ok(ca_csr_parse("node.csr", text, strlen(text), &csr, &err),
	    &err);
	key = ca_csr_key(csr);
	assert_int_equal(EVP_PKEY_up_ref(key), 1);
	ca_csr_free(csr);
	free(text);
	free(files.key);
	free(files.csr);
	ca_name_clear(&name);
	ca_names_clear(&names);
	return key;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	EVP_PKEY *key;

	assert_int_equal(tmpdir_setup(&f->dir), 0);
	(void)snprintf(f->out, sizeof(f->out), "%s",
	    tmpdir_path(f->dir, "out"));
	(void)snprintf(f->host, sizeof(f->host), "%s",
	    tmpdir_path(f->dir, "host"));
	(void)snprintf(f->bundle, sizeof(f->bundle), "%s",
	    tmpdir_path(f->dir, "out/node-n1.example.com"));
	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	f->authorities.of[CA_AUTHORITY_CLUSTER] =
	    (struct ca_certificates){ &f->ca, 1 };
	key = host_key(f);
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

static enum ca_code
install_at(struct fixture *f, bool overwrite, int64_t now, struct ca_error *err)
{
	struct ca_installed installed = { 0 };
	enum ca_code rc = ca_bundle_install(f->bundle, f->host, overwrite, now,
	    &installed, err);

	if (rc == CA_OK)
		assert_string_equal(installed.file, "node.crt");
	free(installed.file);
	return rc;
}

/* Nothing of a refused bundle may be in the host's directory. */
static void
check_nothing_installed(struct fixture *f)
{
	assert_int_not_equal(access(tmpdir_path(f->host, "node.crt"), F_OK), 0);
	assert_int_not_equal(access(tmpdir_path(f->host, "ca.crt"), F_OK), 0);
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

static void
refuses_a_certificate_for_another_key(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant other =
	    soft_grant(CA_PROFILE_NODE, "n1.example.com", key, 0);
	struct ca_error err;

	assert_ok(write_bundle(f, &other, false, &err), &err);
	assert_int_equal(install_at(f, false, SOFT_NOW, &err), CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "is for another key"));
	check_nothing_installed(f);
	ca_grant_clear(&other);
	EVP_PKEY_free(key);
}

static void
refuses_a_host_without_the_key(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	assert_int_equal(unlink(tmpdir_path(f->host, "node.key")), 0);
	assert_int_equal(install_at(f, false, SOFT_NOW, &err), CA_ERR_FILE);
	assert_true(err.hint[0] != '\0');
	check_nothing_installed(f);
}

static void
refuses_a_chain_that_does_not_end_in_its_ca(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *ours = f->ca, *other = soft_ca(signer, SOFT_NOW);
	struct ca_error err;

	f->authorities.of[CA_AUTHORITY_CLUSTER].item = &other;
	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	assert_int_equal(install_at(f, false, SOFT_NOW, &err), CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "does not chain"));
	check_nothing_installed(f);
	f->ca = ours;
	ca_certificate_free(other);
	ca_signer_free(signer);
}

static void
refuses_a_certificate_out_of_its_dates(void **state)
{
	struct fixture *f = *state;
	const int64_t five_years = INT64_C(43920) * 3600;
	struct ca_error err;

	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	assert_int_equal(install_at(f, false, SOFT_NOW + five_years + 1, &err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "expired at"));
	assert_int_equal(install_at(f, false, SOFT_NOW - CA_BACKDATE - 1, &err),
	    CA_ERR_POLICY);
	check_nothing_installed(f);
	assert_ok(install_at(f, false, SOFT_NOW + five_years, &err), &err);
}

static void
refuses_a_folder_with_strangers_in_it(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	tmpdir_write(tmpdir_path(f->bundle, "node.key"), "x");
	assert_int_equal(install_at(f, false, SOFT_NOW, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "node.key: does not belong"));
	check_nothing_installed(f);
}

static void
refuses_to_drop_a_ca_that_is_trusted_now(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *old = soft_ca(signer, SOFT_NOW);
	struct ca_bytes pem = { 0 };
	struct ca_error err;

	assert_ok(ca_certificate_append_pem(old, &pem, &err), &err);
	assert_ok(ca_bytes_append(&pem, "", 1, &err), &err);
	tmpdir_write(tmpdir_path(f->host, "ca.crt"), (char *)pem.data);
	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	assert_int_equal(install_at(f, false, SOFT_NOW, &err), CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "would drop"));
	assert_ok(install_at(f, true, SOFT_NOW, &err), &err);
	ca_bytes_free(&pem);
	ca_certificate_free(old);
	ca_signer_free(signer);
}

static void
installs_what_fits_and_keeps_the_key(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;
	struct stat st;
	char *before = tmpdir_read(tmpdir_path(f->host, "node.key")), *after;

	assert_ok(write_bundle(f, &f->grant, false, &err), &err);
	assert_ok(install_at(f, false, SOFT_NOW, &err), &err);
	assert_ok(install_at(f, false, SOFT_NOW, &err), &err);
	after = tmpdir_read(tmpdir_path(f->host, "node.key"));
	assert_string_equal(before, after);
	assert_int_equal(stat(tmpdir_path(f->host, "node.crt"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	free(before);
	free(after);
}

#define WITH_HOST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HOST(names_folders_that_any_file_system_takes),
		WITH_HOST(does_not_replace_a_bundle_unasked),
		WITH_HOST(refuses_a_certificate_for_another_key),
		WITH_HOST(refuses_a_host_without_the_key),
		WITH_HOST(refuses_a_chain_that_does_not_end_in_its_ca),
		WITH_HOST(refuses_a_certificate_out_of_its_dates),
		WITH_HOST(refuses_a_folder_with_strangers_in_it),
		WITH_HOST(refuses_to_drop_a_ca_that_is_trusted_now),
		WITH_HOST(installs_what_fits_and_keeps_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
