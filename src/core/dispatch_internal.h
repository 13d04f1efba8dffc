/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DISPATCH_INTERNAL_H
#define COLDCA_CORE_DISPATCH_INTERNAL_H

#include "base/stick.h"
#include "coldca/authority.h"
#include "coldca/dispatch.h"

/*
 * Reads all that is in `from`, and judges it; see ca_dispatch(). *RET is new;
 * ca_stick_clear() it.
 */
CA_CHECKED enum ca_code ca_dispatch_read(const struct ca_dispatch *dispatch,
    struct ca_stick *ret, struct ca_error *err);

/* Whether everything in FILES may leave; see ca_dispatch(). */
CA_CHECKED enum ca_code ca_dispatch_judge(const struct ca_dispatch *dispatch,
    const struct ca_stick *files, struct ca_error *err);

/*
 * Writes COUNT files, which are in one folder, or one file that is in none, to
 * the directory STICK, which messages call PATH; and reads them again.
 */
CA_CHECKED enum ca_code ca_dispatch_write(int stick, const char *path,
    const struct ca_stick_file *files, size_t count,
    struct ca_dispatched_item *ret, struct ca_error *err);

/*
 * Whether PATH is of what is published, which names its signer in itself and is in
 * no bundle: it is in no folder, or in that of OCSP responses.
 */
bool ca_dispatch_is_published(const char *path);

/*
 * Whether CONTENT, which passed the exit gate, is CRLs or an OCSP response that
 * the keys of SIGNERS, or a responder of theirs, signed; or neither of the two.
 */
bool ca_dispatch_is_signed(const struct ca_bytes *content,
    const struct ca_certificates *signers);

/* Bytes of the folder's name that PATH begins with; 0: it is a file alone. */
size_t ca_dispatch_folder(const char *path);

#endif
