/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_EXIT_GATE_INTERNAL_H
#define COLDCA_CORE_EXIT_GATE_INTERNAL_H

#include "coldca/exit_gate.h"

/*
 * Looks for a private key in CONTENT: PEM of any kind that may not leave, and
 * the DER of PKCS#1, PKCS#8, SEC 1 and PKCS#12, raw, in base64 or in hex,
 * wherever it begins and whatever is around it.
 *
 * CA_ERR_POLICY  what was found; the message has no object
 */
CA_CHECKED enum ca_code ca_exit_find_key(const struct ca_bytes *content,
    struct ca_error *err);

/* Whether CONTENT is what KNOWN, which may be NULL, has as made here. */
bool ca_exit_is_made(const struct ca_bytes *content,
    const struct ca_exit_known *known);

/* Whether CONTENT is, from the first byte to the last, what may leave. */
CA_CHECKED enum ca_code ca_exit_recognise(const struct ca_bytes *content,
    const struct ca_exit_known *known, bool *ret_known, struct ca_error *err);

/*
 * Whether all that is in FD, which is at its beginning, is one CRL in DER or
 * CRLs in PEM, as coldca makes them and of up to CA_EXIT_CRL_MAX bytes; only a
 * piece of it is in memory.
 *
 * CA_ERR_POLICY  it is not, or holds a private key; the message has no object
 */
CA_CHECKED enum ca_code ca_exit_gate_crl(int fd, struct ca_error *err);

#endif
