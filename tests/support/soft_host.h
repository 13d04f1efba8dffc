/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_SOFT_HOST_H
#define COLDCA_TESTS_SOFT_HOST_H

#include "coldca/install.h"
#include "coldca/request.h"
#include "support/soft_ca.h"

/* A host with a certificate directory, and CAs that send it bundles. */
struct soft_host {
	void *dir;
	char certs[4096];
	char previous[4096];
	char bundle[4096];
	struct ca_signer *signer[2];
	struct ca_certificate *ca[2];
	struct ca_installed installed; /* of the last soft_host_install() */
};

/* cmocka set-up and tear-down. */
int soft_host_setup(void **state);
int soft_host_teardown(void **state);

/* A path in the certificate directory, the set before, or the bundle. */
const char *in_certs(const struct soft_host *host, const char *name);
const char *in_previous(const struct soft_host *host, const char *name);
const char *in_bundle(const struct soft_host *host, const char *name);

/* Makes a key and a request for WHO. */
void soft_host_request(struct soft_host *host, enum ca_profile_id profile,
    const char *who, enum ca_request_key which);

/*
 * Puts FILE into the bundle: a certificate of PROFILE for WHO by CA number BY,
 * made at NOW, for the key of the request CSR.
 */
void soft_host_issue(struct soft_host *host, enum ca_profile_id profile,
    const char *who, const char *csr, const char *file, unsigned by,
    int64_t now);

/* Writes the certificates of the CAs, as far as BITS has theirs, to PATH. */
void soft_host_write_ca(struct soft_host *host, const char *path,
    unsigned bits);

/* Installs the bundle at SOFT_NOW and empties it. */
enum ca_code soft_host_install(struct soft_host *host, bool overwrite,
    struct ca_error *err);

/* The node's first set, by CA 0, is installed. */
void soft_host_first_node(struct soft_host *host);

/* Whether the last installation had a notice of RULE. */
bool soft_host_noticed(const struct soft_host *host, const char *rule);

/* Whether two files hold the same; whether one is there. */
bool same_file(const char *a, const char *b);
bool is_there(const char *path);

#endif
