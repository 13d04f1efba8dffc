/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs in a certificate directory, and the CA files beside them. */
#include "coldca/pair.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coldca/draft.h"
#include "coldca/tenant_signing.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define HOUR ((int64_t)3600)

struct fixture {
	void *dir; /* of tmpdir_setup() */
	struct ca_signer *signer[2];
	struct ca_certificate *ca[2]; /* ours, another's */
	struct ca_authorities authorities;
	struct ca_pair *pair;
	struct ca_certificate *certificate;
	struct ca_pair_place place;
	struct ca_pair_trust trust;
	struct ca_error err;
};

static int
setup(void **state)
{
	static const uint8_t serial[CA_SERIAL_SIZE] = { 0x41, 1 };
	struct fixture *f = calloc(1, sizeof(*f));

	if (tmpdir_setup(&f->dir) != 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		f->signer[i] = soft_signer(NULL);
		f->ca[i] = soft_ca(f->signer[i], SOFT_NOW);
	}
	f->authorities.of[CA_AUTHORITY_CLUSTER] =
	    (struct ca_certificates){ &f->ca[0], 1 };
	f->place.certs_dir = f->dir;
	f->trust = (struct ca_pair_trust){
		.authority = CA_AUTHORITY_CLUSTER,
		.issuer = f->ca[0],
		.issuers = &f->authorities.of[CA_AUTHORITY_CLUSTER],
		.authorities = &f->authorities,
	};
	assert_ok(ca_pair_new(CA_KEY_ED25519, 0, &f->pair, &f->err), &f->err);
	/* Any certificate of the key will do. */
	assert_ok(ca_tenant_signing_make(ca_pair_key(f->pair), 5, serial, HOUR,
		      SOFT_NOW, &f->certificate, &f->err),
	    &f->err);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) {
		ca_certificate_free(f->ca[i]);
		ca_signer_free(f->signer[i]);
	}
	ca_certificate_free(f->certificate);
	ca_pair_free(f->pair);
	(void)tmpdir_teardown(&f->dir);
	free(f);
	return 0;
}

static void
name(struct fixture *f, const char *stem, bool pkcs8)
{
	assert_ok(ca_pair_name(f->pair, stem, pkcs8, &f->err), &f->err);
}

static enum ca_code
check(struct fixture *f)
{
	return ca_pair_check(f->pair, &f->place, NULL, NULL, &f->err);
}

static enum ca_code
write_pair(struct fixture *f)
{
	return ca_pair_write(f->pair, &f->place, f->certificate, &f->trust,
	    &f->err);
}

/* Writes certificates, in this order, as the file NAME. */
static void
write_ca_file(struct fixture *f, const char *file,
    const struct ca_certificate *first, const struct ca_certificate *second)
{
	struct ca_bytes pem = { 0 };

	assert_ok(ca_certificate_append_pem(first, &pem, &f->err), &f->err);
	if (second != NULL)
		assert_ok(ca_certificate_append_pem(second, &pem, &f->err),
		    &f->err);
	assert_ok(ca_bytes_append(&pem, "", 1, &f->err), &f->err);
	tmpdir_write(tmpdir_path(f->dir, file), (const char *)pem.data);
	ca_bytes_free(&pem);
}

static void
refuses_to_replace_either_file(void **state)
{
	static const char *const files[] = { "node.crt", "node.key" };
	struct fixture *f = *state;

	name(f, "node", false);
	for (size_t i = 0; i < 2; i++) {
		tmpdir_write(tmpdir_path(f->dir, files[i]), "x");
		assert_int_equal(check(f), CA_ERR_FILE);
		assert_non_null(strstr(f->err.message, files[i]));
		assert_non_null(strstr(f->err.hint, "--overwrite"));
		assert_int_equal(write_pair(f), CA_ERR_FILE);
		assert_int_equal(unlink(tmpdir_path(f->dir, files[i])), 0);
	}
}

/* It would be of another key than the certificate beside it. */
static void
leaves_no_pkcs8_key_of_an_older_pair(void **state)
{
	struct fixture *f = *state;

	name(f, "client.max", false);
	f->place.overwrite = true;
	tmpdir_write(tmpdir_path(f->dir, "client.max.key.pk8"), "x");
	assert_int_equal(check(f), CA_ERR_FILE);
	assert_non_null(strstr(f->err.hint, "--also-generate-pkcs8-key"));
}

static EVP_PKEY *
read_pem_key(const char *path)
{
	FILE *file = fopen(path, "r");
	EVP_PKEY *key;

	assert_non_null(file);
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	return key;
}

static EVP_PKEY *
read_der_key(const char *path)
{
	FILE *file = fopen(path, "r");
	EVP_PKEY *key;

	assert_non_null(file);
	key = d2i_PrivateKey_fp(file, NULL);
	(void)fclose(file);
	return key;
}

static void
writes_key_and_certificate_that_belong_together(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *pem, *der;
	struct stat st;

	name(f, "client.max", true);
	assert_ok(write_pair(f), &f->err);
	pem = read_pem_key(tmpdir_path(f->dir, "client.max.key"));
	der = read_der_key(tmpdir_path(f->dir, "client.max.key.pk8"));
	assert_int_equal(EVP_PKEY_eq(pem, ca_certificate_key(f->certificate)),
	    1);
	assert_int_equal(EVP_PKEY_eq(der, pem), 1);
	assert_int_equal(stat(tmpdir_path(f->dir, "client.max.key.pk8"), &st),
	    0);
	assert_int_equal(st.st_mode & 07777, 0600);
	EVP_PKEY_free(pem);
	EVP_PKEY_free(der);
}

static void
writes_a_ca_file_that_is_missing_and_no_other(void **state)
{
	struct fixture *f = *state;
	char *found;

	name(f, "node", false);
	assert_ok(write_pair(f), &f->err);
	found = tmpdir_read(tmpdir_path(f->dir, "ca.crt"));
	assert_non_null(strstr(found, "BEGIN CERTIFICATE"));
	free(found);
	tmpdir_write(tmpdir_path(f->dir, "ca.crt"), "as it was");
	f->place.overwrite = true;
	assert_ok(write_pair(f), &f->err);
	found = tmpdir_read(tmpdir_path(f->dir, "ca.crt"));
	assert_string_equal(found, "as it was");
	free(found);
}

static void
refuses_a_ca_file_of_another_ca(void **state)
{
	struct fixture *f = *state;

	write_ca_file(f, "ca.crt", f->ca[1], f->ca[0]);
	assert_int_equal(ca_pair_check_trust(f->dir, &f->trust, &f->err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(f->err.message, "its first certificate"));
	tmpdir_write(tmpdir_path(f->dir, "ca.crt"), "no certificate");
	assert_int_equal(ca_pair_check_trust(f->dir, &f->trust, &f->err),
	    CA_ERR_INPUT);
}

/* The older CA is first, and the one that signs is not there at all. */
static void
refuses_a_ca_file_without_the_ca_that_signs(void **state)
{
	struct fixture *f = *state;

	f->authorities.of[CA_AUTHORITY_CLUSTER].count = 2;
	write_ca_file(f, "ca.crt", f->ca[1], NULL);
	assert_int_equal(ca_pair_check_trust(f->dir, &f->trust, &f->err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(f->err.message, "does not hold the CA"));
	write_ca_file(f, "ca.crt", f->ca[1], f->ca[0]);
	assert_ok(ca_pair_check_trust(f->dir, &f->trust, &f->err), &f->err);
}

static void
takes_a_directory_that_is_missing_or_without_ca_files(void **state)
{
	struct fixture *f = *state;
	const char *missing = tmpdir_path(f->dir, "missing");

	assert_ok(ca_pair_check_trust(f->dir, &f->trust, &f->err), &f->err);
	assert_ok(ca_pair_check_trust(missing, &f->trust, &f->err), &f->err);
	name(f, "node", false);
	f->place.certs_dir = missing;
	assert_ok(check(f), &f->err);
	assert_int_equal(access(missing, F_OK), -1);
	assert_ok(write_pair(f), &f->err);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(refuses_to_replace_either_file),
		WITH(leaves_no_pkcs8_key_of_an_older_pair),
		WITH(refuses_a_ca_file_of_another_ca),
		WITH(refuses_a_ca_file_without_the_ca_that_signs),
		WITH(takes_a_directory_that_is_missing_or_without_ca_files),
		WITH(writes_key_and_certificate_that_belong_together),
		WITH(writes_a_ca_file_that_is_missing_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
