/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_INSTALL_H
#define COLDCA_INSTALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/certs_dir.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/key.h"
#include "coldca/name.h"

#define CA_INSTALL_FILES_MAX 100 /* certificates' files in one bundle */

/* What must happen for running programs to use what was put in place; bits. */
#define CA_INSTALL_RELOAD 1U    /* SIGHUP to the server of this host */
#define CA_INSTALL_RESTART 2U   /* the server would refuse to reload */
#define CA_INSTALL_RECONNECT 4U /* clients of this directory */

/* What to put in place. */
struct ca_install {
	const char *const *bundles; /* borrowed; directories to take from */
	size_t bundle_count;
	const char *certs_dir;       /* borrowed; the certificate directory */
	const struct ca_names *host; /* borrowed; ca_host_names(); or NULL */
	bool overwrite;              /* also what locks somebody out */
	/* Bundles are held against the response manifest (response.h) that
	   lists them: this file, or where it is NULL those beside each. */
	const char *response;  /* borrowed */
	bool without_response; /* they are not */
	bool require_response; /* one must list each */
	/* Octets that the SHA-256 of a CA certificate of the bundle begins
	   with, by which the operator trusts it; none: FINGERPRINT_LEN 0. */
	uint8_t fingerprint[CA_SHA256_SIZE];
	size_t fingerprint_len;
	int64_t now; /* seconds since 1970-01-01 UTC */
};

/* One file of the bundle, and what became of it. */
struct ca_installed_file {
	char *file; /* "node.crt" */
	enum ca_file_usage usage;
	bool changed;      /* false: it was there already, byte for byte */
	bool new_key;      /* its key came out of pending/ */
	int64_t not_after; /* of the first certificate in it */
};

/* What one installation did; ca_installed_clear() it. */
struct ca_installed {
	struct ca_installed_file *item;
	size_t count;
	unsigned todo;  /* CA_INSTALL_ bits */
	char *previous; /* path of the set before; NULL: none was kept */
	struct ca_findings notices;
};

/*
 * Puts the bundles, any number of certificates' files and nothing else, into
 * the certificate directory, as one set with what is there: at every moment the
 * directory is the old set or the new one.
 *
 * Each leaf must match a key in the directory or in its sub-directory pending/,
 * out of which that key is then put beside it; be within its dates at NOW; and
 * chain to the CA file that verifies its kind in CockroachDB, from the bundle
 * or else the directory. Leaves that are there already must keep theirs, and a
 * CA file must not drop a CA that signed a leaf in the directory, unless
 * OVERWRITE. Names are held against HOST; what does not fit is a notice.
 *
 * The set before, where it had a certificate, is kept beside the directory as
 * ".NAME.previous", mode 0700, in the place of the one before that. Nothing but it is different after a
 * failure.
 *
 * A response manifest must be signed by a CA that the directory trusts already,
 * list exactly the files of the bundle, and not be older than the one with which
 * a bundle of that name was installed last: rules response-NAME. Where none lists
 * a bundle that is a notice, and with require_response a refusal; with a
 * fingerprint, it then must not hold a CA that is not trusted yet but that one.
 *
 * CA_ERR_INPUT   a folder holds something else than certificates, or two of
 *                them differ in what they both hold
 * CA_ERR_POLICY  it does not fit: key, chain, dates, trust dropped
 * CA_ERR_FILE    a file can not be read or written; the directory is a mount
 *                point; its file system can not exchange two directories
 */
CA_CHECKED enum ca_code ca_install(const struct ca_install *install,
    struct ca_installed *ret, struct ca_error *err);

/*
 * Exchanges the certificate directory and the set before it: a second call
 * undoes the first. RET has no items. Without OVERWRITE the set must be as fit
 * as one that is installed, and must not hide a key that waits in pending/.
 *
 * CA_ERR_POLICY  it is not
 * CA_ERR_FILE    there is no set before, or it can not be exchanged
 */
CA_CHECKED enum ca_code ca_install_rollback(const char *certs_dir,
    bool overwrite, int64_t now, struct ca_installed *ret,
    struct ca_error *err);

void ca_installed_clear(struct ca_installed *installed);

/* How one file of a certificate directory is; the worst is the last. */
enum ca_cert_state {
	CA_CERT_FINE,
	CA_CERT_EXPIRES, /* within the days of warning */
	CA_CERT_NOT_YET, /* not valid yet */
	CA_CERT_EXPIRED,
	CA_CERT_UNTRUSTED,  /* does not chain to the CA file for its kind */
	CA_CERT_NO_KEY,     /* its key is not there, or may not be used */
	CA_CERT_MISMATCHED, /* its key is another */
	CA_CERT_UNREADABLE, /* certificate or key can not be read */
	CA_CERT_STATES
};

/* One file of certificates, as a monitor sees it. */
struct ca_cert_check {
	char *file;
	enum ca_file_usage usage;
	enum ca_cert_state state;
	int64_t not_after; /* of the first certificate; 0: not readable */
	int64_t days;      /* until then, rounded down; negative: since */
	char *problem;     /* one line; NULL where FINE */
};

/* All of them, the worst first. */
struct ca_cert_checks {
	struct ca_cert_check *item;
	size_t count;
};

/* "expires": static. */
const char *ca_cert_state_name(enum ca_cert_state state);

/*
 * Looks at every certificate in the directory at PATH as it is at NOW; DAYS is
 * the warning time. A CA file is judged by its first certificate. *RET is new;
 * ca_cert_checks_clear() it.
 *
 * CA_ERR_FILE  the directory can not be read
 */
CA_CHECKED enum ca_code ca_install_check(const char *path, int64_t now,
    unsigned days, struct ca_cert_checks *ret, struct ca_error *err);

void ca_cert_checks_clear(struct ca_cert_checks *checks);

/*
 * The names of the host that this runs on: its host name, where it is one that
 * a certificate can have, and the addresses of its interfaces but loopback and
 * link-local ones. *RET is new; ca_names_clear() it.
 *
 * CA_ERR_FILE  the system does not say
 */
CA_CHECKED enum ca_code ca_host_names(struct ca_names *ret,
    struct ca_error *err);

#endif
