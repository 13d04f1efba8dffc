/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_REQUEST_H
#define COLDCA_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "coldca/key.h"
#include "coldca/vet.h"

/* Which key a request is for. */
enum ca_request_key {
	CA_REQUEST_KEY_NEW,     /* a new one, in the certificate directory */
	CA_REQUEST_KEY_PENDING, /* a new one, in its sub-directory pending/ */
	CA_REQUEST_KEY_THERE,   /* the one that is in the directory */
};

/* What to make a key and a request for. */
struct ca_request {
	const struct ca_profile *profile;
	const struct ca_names *hosts; /* borrowed; ca_profile_takes_hosts() */
	const char *user;             /* borrowed; for CA_NAMES_USER */
	uint64_t tenant;              /* for CA_NAMES_TENANT; 0: none */
	enum ca_request_key which;
	enum ca_key_kind key_kind; /* of a new key */
	unsigned rsa_bits;         /* where key_kind is CA_KEY_RSA */
	bool pkcs8;                /* the key as DER, too */
	bool manifest;             /* a request manifest (manifest.h), too */
	int64_t now;    /* it is made at: seconds since 1970-01-01 UTC */
	bool for_group; /* the key is root's and GROUP's to read */
	gid_t group;
};

/*
 * Names of the files made, below the certificate directory;
 * ca_request_files_clear() them.
 */
struct ca_request_files {
	char *key;      /* "node.key", PKCS#8 in PEM (RFC 5958) */
	char *csr;      /* "node.csr", mode 0644 */
	char *pkcs8;    /* "client.maxroach.key.pk8", PKCS#8 in DER; or NULL */
	char *manifest; /* "node.manifest", mode 0644; or NULL */
};

/*
 * Makes a request (RFC 2986), and the key that it is for, in the certificate
 * directory at PATH, which is made with mode 0700 where it is missing.
 *
 * A new key never takes the place of another; a request takes the place of an
 * older one only with CA_REQUEST_KEY_THERE. A new key that waits in pending/,
 * which CockroachDB's loader does not look into, leaves the pair in use alone.
 * All files are there afterwards or none is. A manifest names the CAs of the
 * ca.crt that is in the directory, where there is one.
 *
 * Keys get mode 0600, or with for_group 0640, owner root and that group, which
 * is all that CockroachDB's loader accepts. As root, in a directory that
 * belongs to somebody else, the files are given to the directory's owner.
 *
 * CA_ERR_FILE    a key or a request of that name is there already, or the key
 *                to be used is not
 * CA_ERR_INPUT   no names; or the key that is there can not be read as one
 * CA_ERR_POLICY  the key that is there is too weak; for_group and not root
 */
CA_CHECKED enum ca_code ca_request_make(const char *path,
    const struct ca_request *request, struct ca_request_files *ret,
    struct ca_error *err);

/* Frees what FILES holds and makes it empty. */
void ca_request_files_clear(struct ca_request_files *files);

#endif
