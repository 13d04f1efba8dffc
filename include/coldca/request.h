/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_REQUEST_H
#define COLDCA_REQUEST_H

#include "coldca/key.h"
#include "coldca/vet.h"

/* What to make a key and a request for. */
struct ca_request {
	const struct ca_profile *profile;
	const struct ca_names *hosts; /* borrowed; for CA_NAMES_HOSTS */
	const char *user;             /* borrowed; for CA_NAMES_USER */
	enum ca_key_kind key_kind;
	unsigned rsa_bits; /* where key_kind is CA_KEY_RSA */
};

/* Names of the files made, in the certificate directory; free() both. */
struct ca_request_files {
	char *key; /* "node.key", mode 0600, PKCS#8 (RFC 5958) */
	char *csr; /* "node.csr", mode 0644 */
};

/*
 * Makes a key and a request (RFC 2986) in the certificate directory at PATH,
 * which is made with mode 0700 where it is missing. An existing key is never
 * overwritten. Either both files are there afterwards or neither.
 *
 * CA_ERR_FILE   a key or a request of that name is there already
 * CA_ERR_INPUT  no names
 */
CA_CHECKED enum ca_code ca_request_make(const char *path,
    const struct ca_request *request, struct ca_request_files *ret,
    struct ca_error *err);

#endif
