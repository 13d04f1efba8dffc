/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: make_csrs COUNT DIR
 *
 * Writes COUNT requests for clients, DIR/user00001.csr and so on, each with a
 * P-256 key of its own that nobody keeps and the subject CN=user00001.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define USER_SIZE 16 /* bytes of "user00001", with the NUL */
#define PATH_SIZE 4096
#define COUNT_MAX 99999 /* five digits */

static bool
write_csr(const char *path, const char *user)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *csr = X509_REQ_new();
	FILE *file = fopen(path, "w");
	X509_NAME *name;
	bool ok = false;

	if (key == NULL || csr == NULL || file == NULL)
		goto out;
	name = X509_REQ_get_subject_name(csr);
	ok = X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		 (const unsigned char *)user, -1, -1, 0) == 1 &&
	    X509_REQ_set_pubkey(csr, key) == 1 &&
	    X509_REQ_sign(csr, key, EVP_sha256()) > 0 &&
	    PEM_write_X509_REQ(file, csr) == 1;
out:
	if (file != NULL && fclose(file) != 0)
		ok = false;
	X509_REQ_free(csr);
	EVP_PKEY_free(key);
	return ok;
}

int
main(int argc, char **argv)
{
	char user[USER_SIZE];
	char path[PATH_SIZE];
	long count;
	long i;

	count = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	if (count < 1 || count > COUNT_MAX) {
		fprintf(stderr, "usage: make_csrs COUNT DIR\n");
		return 2;
	}
	for (i = 1; i <= count; i++) {
		snprintf(user, sizeof(user), "user%05ld", i);
		snprintf(path, sizeof(path), "%s/%s.csr", argv[2], user);
		if (!write_csr(path, user)) {
			fprintf(stderr, "make_csrs: %s: not written\n", path);
			return 1;
		}
	}
	return 0;
}
