/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_DISPATCH_H
#define COLDCA_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "coldca/error.h"
#include "coldca/ledger.h"

/*
 * What goes home on a stick: bundles, response manifests (response.h), and what
 * is published. Only what the ledger has leaves.
 */

#define CA_DISPATCH_NAMES_MAX ((size_t)40000) /* files and directories */
#define CA_DISPATCH_FILE_MAX ((size_t)8 * 1024 * 1024) /* bytes of one file */
#define CA_DISPATCH_BYTES_MAX ((size_t)256 * 1024 * 1024) /* of all */

/* What is written, and where. */
struct ca_dispatch {
	const char *from;         /* borrowed; the directory of what was made */
	const char *stick;        /* borrowed; the directory of the stick */
	struct ca_ledger *ledger; /* borrowed */
	bool without_response;    /* bundles that no manifest lists leave too */
};

/* One thing that is on the stick: a bundle's folder, or a file. */
struct ca_dispatched_item {
	char *name;   /* owned */
	size_t files; /* in it; of a file 1 */
	size_t bytes; /* of all of them */
	bool there;   /* it was there already, octet by octet */
};

/* Zero-initialised is empty and valid. */
struct ca_dispatched {
	struct ca_dispatched_item *item;
	size_t count;
};

/*
 * Reads FROM whole and judges it before anything is written: each file passes
 * the exit gate (exit_gate.h); each CA certificate is one of the ledger's, each
 * other certificate was issued by it, each manifest is recorded in it, and each
 * bundle is what a manifest lists. Then each is written to the stick, under a
 * hidden name first, and fsynced, and everything is read again from the medium
 * and compared. Each refusal has a rule (struct ca_error):
 *
 * dispatch-private   it holds a private key, or nothing that may leave
 * dispatch-unknown   a certificate or manifest that is not in the ledger, or a CRL
 *                    or OCSP response that none of its CAs signed
 * dispatch-deep      a folder in a folder of FROM, which is carried by itself
 * dispatch-unlisted  a bundle, or a file in one, that no manifest lists so
 * dispatch-differs   the stick has something else under a name
 * dispatch-gone      the stick could not be written or read to the end
 *
 * *RET, what is on the stick now, is new; ca_dispatched_clear() it.
 *
 * CA_ERR_POLICY, CA_ERR_FILE, CA_ERR_LEDGER
 */
CA_CHECKED enum ca_code ca_dispatch(const struct ca_dispatch *dispatch,
    struct ca_dispatched *ret, struct ca_error *err);

/* A bundle that is in a directory. */
struct ca_dispatch_bundle {
	char *name;   /* owned; of its folder */
	char *serial; /* owned; hex, of its certificate; NULL: it has none */
};

/* Zero-initialised is empty and valid. */
struct ca_dispatch_bundles {
	struct ca_dispatch_bundle *item;
	size_t count;
};

/*
 * The bundles in `from` of DISPATCH, which is judged whole as ca_dispatch() does,
 * but for manifests that list them: the rules are the same. Neither `stick` nor
 * `without_response` is looked at. *RET is new; ca_dispatch_bundles_clear() it.
 *
 * CA_ERR_POLICY, CA_ERR_FILE, CA_ERR_LEDGER
 */
CA_CHECKED enum ca_code ca_dispatch_find(const struct ca_dispatch *dispatch,
    struct ca_dispatch_bundles *ret, struct ca_error *err);

/* Accepts an empty one. */
void ca_dispatch_bundles_clear(struct ca_dispatch_bundles *bundles);

/* Accepts an empty one. */
void ca_dispatched_clear(struct ca_dispatched *dispatched);

#endif
