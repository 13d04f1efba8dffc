/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_DRAFT_H
#define COLDCA_DRAFT_H

#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/findings.h"
#include "coldca/signer.h"
#include "coldca/vet.h"

/*
 * A certificate complete but for its signature. It exists only after lint
 * found nothing: ca_draft_new() and ca_draft_again() are its only makers.
 */
struct ca_draft;

/*
 * Builds the TBSCertificate (RFC 5280 section 4.1.2) of GRANT.
 *
 * ISSUER is the CA's certificate: its subject is copied byte for byte. NULL
 * makes a self-signed one. ALGORITHM is the one the CA signs with. SERIAL has
 * CA_SERIAL_SIZE bytes from ca_serial_make(). NOW is in seconds since
 * 1970-01-01 UTC; notBefore is the grant's backdate before it, but not before the
 * issuer's.
 *
 * *RET_DRAFT is new, freed with ca_draft_free(), and borrows GRANT. What lint
 * finds is added to FINDINGS.
 *
 * CA_ERR_POLICY    it would outlive the CA (the hint names the longest
 *                  possible lifetime), or lint found something
 * CA_ERR_INTERNAL  out of memory
 */
CA_CHECKED enum ca_code ca_draft_new(const struct ca_grant *grant,
    const struct ca_certificate *issuer, const struct ca_sigalg *algorithm,
    const uint8_t serial[CA_SERIAL_SIZE], int64_t now,
    struct ca_draft **ret_draft, struct ca_findings *findings,
    struct ca_error *err);

/*
 * The same draft as one that was made before: that of TBS, with its serial and its
 * times. GRANT is what the same request gets today, so that
 * the draft is made again from it, and must be TBS octet by octet.
 *
 * CA_ERR_POLICY    TBS is no certificate's, or one that would be drafted
 *                  otherwise today; it would outlive the CA, or lint found
 *                  something
 * CA_ERR_INTERNAL  out of memory
 */
CA_CHECKED enum ca_code ca_draft_again(const struct ca_grant *grant,
    const struct ca_certificate *issuer, const struct ca_sigalg *algorithm,
    const struct ca_bytes *tbs, struct ca_draft **ret_draft,
    struct ca_findings *findings, struct ca_error *err);

/*
 * TBS read as a certificate with an empty signature, by ALGORITHM. *RET is new;
 * ca_certificate_free() it.
 *
 * CA_ERR_INPUT  it is no certificate's
 */
CA_CHECKED enum ca_code ca_draft_read(const struct ca_bytes *tbs,
    const struct ca_sigalg *algorithm, struct ca_certificate **ret,
    struct ca_error *err);

/*
 * Refuses a lifetime that would end after ISSUER does, in the words of
 * `cockroach cert`, before anything is reserved.
 *
 * CA_ERR_POLICY  it would
 */
CA_CHECKED enum ca_code ca_draft_check_lifetime(int64_t lifetime,
    const struct ca_certificate *issuer, int64_t now, struct ca_error *err);

/*
 * A new serial number: CA_SERIAL_SIZE octets, positive, the first between
 * 0x40 and 0x7f so that the length never varies (RFC 5280 section 4.1.2.2).
 * Its 126 free bits are RAND_bytes XORed with the LEN bytes at EXTRA, which
 * come from the token's generator; fewer than CA_SERIAL_SIZE are allowed.
 */
CA_CHECKED enum ca_code ca_serial_make(const uint8_t *extra, size_t len,
    uint8_t ret_serial[CA_SERIAL_SIZE], struct ca_error *err);

/* Getters: everything is borrowed and lives as long as DRAFT. */
const struct ca_grant *ca_draft_grant(const struct ca_draft *draft);
const struct ca_bytes *ca_draft_tbs(const struct ca_draft *draft);
const uint8_t *ca_draft_tbs_sha256(const struct ca_draft *draft);
const uint8_t *ca_draft_serial(const struct ca_draft *draft);
const struct ca_sigalg *ca_draft_algorithm(const struct ca_draft *draft);

/* What the certificate will say, for the ledger and for tables. */
struct ca_draft_facts {
	char *subject;      /* RFC 4514 */
	char *names;        /* alternative names, separated by commas */
	int64_t not_before; /* seconds since 1970-01-01 UTC, as all times */
	int64_t not_after;
};

const struct ca_draft_facts *ca_draft_facts(const struct ca_draft *draft);

/*
 * The draft read as a certificate with an empty signature; NULL: of one that was
 * unpacked, and not read again.
 */
const struct ca_certificate *ca_draft_preview(const struct ca_draft *draft);

/* Makes that be there. */
CA_CHECKED enum ca_code ca_draft_read_preview(struct ca_draft *draft,
    struct ca_error *err);

/*
 * Appends DRAFT, and its grant, to PACKED, to wait outside of memory for its
 * turn; and what was packed as a draft again, without a preview. Both that and
 * *RET_GRANT, which it borrows, are new. The bytes are of this process alone: lint
 * was here before, and the SHA-256 is of the TBSCertificate that came back.
 *
 * CA_ERR_INTERNAL  out of memory, or it was not packed so
 */
CA_CHECKED enum ca_code ca_draft_pack(const struct ca_draft *draft,
    struct ca_bytes *packed, struct ca_error *err);
CA_CHECKED enum ca_code ca_draft_unpack(const struct ca_bytes *packed,
    struct ca_grant *ret_grant, struct ca_draft **ret_draft,
    struct ca_error *err);

/* Accepts NULL. */
void ca_draft_free(struct ca_draft *draft);

#endif
