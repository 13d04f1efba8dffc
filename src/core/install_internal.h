/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_INSTALL_INTERNAL_H
#define COLDCA_CORE_INSTALL_INTERNAL_H

#include <openssl/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include "coldca/bytes.h"
#include "coldca/install.h"
#include "core/cert_trust.h"
#include "core/certs_place.h"

/* One or more bundles: their rows, in the order of `list`, and beside each what it is. */
struct ca_install_bundle {
	struct ca_certs_rows rows;
	struct ca_install_entry {
		struct ca_bytes pem;
		char *path;   /* "outbox/node-n1/node.crt", for messages */
		bool changed; /* the directory has another, or none */
		bool pending; /* its key waits in pending/ */
		bool shared;  /* its key is a second name for the node's */
	} * entry;
};

/*
 * Reads the COUNT bundles at PATHS as one: every name in them must be that of a
 * certificate's file. *RET is new; ca_install_bundle_clear() it.
 *
 * CA_ERR_INPUT  another name; two files of one name that differ; none at all
 */
CA_CHECKED enum ca_code ca_install_bundle_read(const char *const *paths,
    size_t count, struct ca_install_bundle *ret, struct ca_error *err);

void ca_install_bundle_clear(struct ca_install_bundle *bundle);

/* "node.key" for "node.crt": the stem of FILE with SUFFIX; free() it. */
CA_CHECKED enum ca_code ca_install_sibling(const char *file, const char *suffix,
    char **ret, struct ca_error *err);

/* What is known while one bundle is looked at. */
struct ca_install_look {
	const struct ca_install *install;
	const struct ca_certs_place *place;
	const struct ca_certs_rows *present; /* in the directory now */
	struct ca_install_bundle *bundle;
	struct ca_findings *notices;
	struct ca_bytes
	    *installed; /* of CA_INSTALLED_FILE; or empty: it stays */
};

/*
 * Whether the private key of CERTIFICATE is the file NAME in the directory DIR
 * at PATH.
 *
 * CA_ERR_POLICY  it is another key, or has a mode that CockroachDB refuses
 * CA_ERR_INPUT   it can not be read as a key
 * CA_ERR_FILE    it is not there, or can not be read
 */
CA_CHECKED enum ca_code ca_install_key_check(int dir, const char *path,
    const char *name, const struct ca_certificate *certificate,
    struct ca_error *err);

/* Each leaf of the bundle by itself: key, dates, chain. Sets `pending`, `shared`. */
CA_CHECKED enum ca_code ca_install_verify(const struct ca_install_look *look,
    struct ca_error *err);

/* What the directory would lose: anchors in use, chains of other leaves. */
CA_CHECKED enum ca_code
ca_install_verify_kept(const struct ca_install_look *look,
    struct ca_error *err);

/* Notices: names that the host has and a certificate has not, principals. */
CA_CHECKED enum ca_code
ca_install_compare_names(const struct ca_install_look *look,
    struct ca_error *err);

/* Makes the complete new set beside the directory, on disk. */
CA_CHECKED enum ca_code ca_install_stage(const struct ca_install_look *look,
    struct ca_error *err);

/*
 * Finishes what a run that was killed after its exchange left, and removes what
 * one left that was killed before.
 */
CA_CHECKED enum ca_code ca_install_recover(const struct ca_certs_place *place,
    struct ca_error *err);

/* Finds before anything is made that the directory is a mount point. */
CA_CHECKED enum ca_code
ca_install_exchangeable(const struct ca_certs_place *place,
    struct ca_error *err);

/*
 * Exchanges the directory and NAME beside it, in one step, on disk.
 *
 * CA_ERR_FILE  it can not be; nothing has changed unless the hint says so
 */
CA_CHECKED enum ca_code ca_install_exchange(const struct ca_certs_place *place,
    const char *name, struct ca_error *err);

/* CA_INSTALL_ bits for what runs with the set BEFORE and gets AFTER. */
unsigned ca_install_todo(const struct ca_cert_sets *before,
    const struct ca_cert_sets *after);

#endif
