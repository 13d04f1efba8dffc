/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_STATUS_INTERNAL_H
#define COLDCA_CORE_STATUS_INTERNAL_H

#include "base/spool.h"
#include "coldca/crl.h"
#include "coldca/ocsp.h"
#include "coldca/revocation.h"

/* What stands in a CRL beside its entries. Borrowed. */
struct ca_crl_head {
	const struct ca_certificate *issuer;
	const struct ca_sigalg *algorithm;
	int64_t number; /* 1.. */
	int64_t this_update;
	int64_t next_update;
};

/* A CRL that is being composed, in a file. */
struct ca_crl_builder;

/*
 * Begins a TBSCertList (RFC 5280 section 5.1.2) in a spool of the directory
 * DIR. *RET is new, freed with ca_crl_builder_free().
 *
 * CA_ERR_POLICY  the CA certificate has no subject key identifier
 */
CA_CHECKED enum ca_code ca_crl_begin(const struct ca_crl_head *head,
    const char *dir, struct ca_crl_builder **ret, struct ca_error *err);

/*
 * Adds an entry.
 *
 * CA_ERR_INTERNAL  its serial does not follow the last one
 * CA_ERR_POLICY    the CRL would be larger than CA_CRL_MAX
 */
CA_CHECKED enum ca_code ca_crl_add(struct ca_crl_builder *builder,
    const struct ca_revocation *revocation, struct ca_error *err);

/* Ends the TBSCertList. *RET_TBS is borrowed, and not to be written to. */
CA_CHECKED enum ca_code ca_crl_finish(struct ca_crl_builder *builder,
    struct ca_bytes *ret_tbs, struct ca_error *err);

/* Puts SIGNATURE to what is finished. *RET is new, and takes the spool. */
CA_CHECKED enum ca_code ca_crl_seal(struct ca_crl_builder *builder,
    const struct ca_bytes *signature, struct ca_crl **ret,
    struct ca_error *err);

/* Accepts NULL. */
void ca_crl_builder_free(struct ca_crl_builder *builder);

/*
 * The CRL that is in SPOOL from OFFSET on, which is taken over on success.
 * Codes as ca_crl_parse().
 */
CA_CHECKED enum ca_code ca_crl_take(struct ca_spool *spool, size_t offset,
    struct ca_crl **ret, struct ca_error *err);

/* The parts of a CertificateList. Borrowed. */
struct ca_crl_parts {
	struct ca_bytes tbs;
	struct ca_bytes algorithm; /* the outer AlgorithmIdentifier */
	struct ca_bytes signature; /* without the octet of unused bits */
	struct ca_bytes issuer;    /* Name */
	struct ca_bytes key_id;    /* of the authority; empty: none */
	int64_t number;
	int64_t this_update;
	int64_t next_update;
	struct ca_bytes entries; /* what is in the list; empty: there is none */
	struct ca_bytes extensions; /* Extensions */
	size_t count;               /* entries */
};

/*
 * Takes exactly LEN bytes of DER apart, looking at each entry once. Codes as
 * ca_crl_parse(). On success ca_bytes_free() RET->key_id.
 */
CA_CHECKED enum ca_code ca_crl_read(const uint8_t *der, size_t len,
    struct ca_crl_parts *ret, struct ca_error *err);

/* The last CRL of one key, as the ledger knows it; 0: there is none. */
struct ca_ledger_crl_mark {
	int64_t number;
	int64_t this_update;
	int64_t entry; /* its place in the chain */
};

CA_CHECKED enum ca_code ca_ledger_crl_mark(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, struct ca_ledger_crl_mark *ret,
    struct ca_error *err);

/* Adds to BUILDER what belongs into the CRL that comes after MARK. */
CA_CHECKED enum ca_code ca_ledger_crl_entries(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, const struct ca_ledger_crl_mark *mark,
    struct ca_crl_builder *builder, struct ca_error *err);

/*
 * Records CRL, signed by the key of SPKI_SHA256, durable on return.
 *
 * CA_ERR_TOKEN   its ECDSA r was there before: not recorded, but that is
 * CA_ERR_LEDGER  a number that does not rise
 */
CA_CHECKED enum ca_code ca_ledger_record_crl(struct ca_ledger *ledger,
    const struct ca_crl *crl, const uint8_t *spki_sha256, int64_t now,
    struct ca_error *err);

/* One OCSP response that is finished but for being recorded. Borrowed. */
struct ca_ocsp_made {
	const uint8_t *serial;           /* CA_SERIAL_SIZE octets */
	const struct ca_bytes *basic;    /* BasicOCSPResponse */
	const struct ca_bytes *response; /* OCSPResponse */
};

/* Records COUNT of them under one entry; codes as ca_ledger_record_crl(). */
CA_CHECKED enum ca_code ca_ledger_record_ocsp(struct ca_ledger *ledger,
    const struct ca_ocsp_made *made, size_t count, const uint8_t *spki_sha256,
    int64_t this_update, int64_t next_update, struct ca_error *err);

/* What one response says. Borrowed. */
struct ca_ocsp_head {
	const struct ca_certificate *ca;
	const struct ca_certificate *signer; /* CA, or its delegate */
	const struct ca_status *status;
	int64_t this_update;
	int64_t next_update;
};

/* The DER of its ResponseData (RFC 6960 section 4.2.1). *RET is new. */
CA_CHECKED enum ca_code ca_ocsp_data(const struct ca_ocsp_head *head,
    struct ca_bytes *ret, struct ca_error *err);

/*
 * The BasicOCSPResponse of DATA and its SIGNATURE, with the certificate of the
 * DELEGATE where that is not NULL, and the OCSPResponse around it. Both are
 * new.
 */
CA_CHECKED enum ca_code ca_ocsp_assemble(const struct ca_bytes *data,
    const struct ca_sigalg *algorithm, const struct ca_bytes *signature,
    const struct ca_certificate *delegate, struct ca_bytes *ret_basic,
    struct ca_bytes *ret_response, struct ca_error *err);

#endif
