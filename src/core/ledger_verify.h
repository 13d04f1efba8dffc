/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LEDGER_VERIFY_H
#define COLDCA_CORE_LEDGER_VERIFY_H

#include "core/ledger_reserved.h"
#include "core/verify_pool.h"

/* The queries that a check keeps prepared. */
enum ca_ledger_query {
	CA_LEDGER_QUERY_CHAIN,
	CA_LEDGER_QUERY_CERTIFICATE,
	CA_LEDGER_QUERY_AUTHORITY,
	CA_LEDGER_QUERY_PASSPORT,
	CA_LEDGER_QUERY_REVOCATION,
	CA_LEDGER_QUERY_CRL,
	CA_LEDGER_QUERY_OCSP,
	CA_LEDGER_QUERY_SIGNER,
	CA_LEDGER_QUERY_POLICY,   /* from CA_LEDGER_FORMAT_POLICY on */
	CA_LEDGER_QUERY_HEAD,     /* from CA_LEDGER_FORMAT_HEAD on */
	CA_LEDGER_QUERY_APPROVAL, /* from CA_LEDGER_FORMAT_EXCHANGE on */
	CA_LEDGER_QUERY_APPROVALS,
	CA_LEDGER_QUERY_MANIFEST,
	CA_LEDGER_QUERY_RESPONSE,
	CA_LEDGER_QUERY_NONCE, /* from CA_LEDGER_FORMAT_INDEX on */
	CA_LEDGER_QUERIES
};

/* The columns of CA_LEDGER_QUERY_CERTIFICATE, behind those of a reservation. */
enum ca_ledger_certificate_column {
	COLUMN_TBS_SHA256 = CA_LEDGER_COLUMN_OTHERS,
	COLUMN_STATE,
	COLUMN_ISSUED_AT,
	COLUMN_CERTIFICATE,
	COLUMN_CERTIFICATE_SHA256,
	COLUMN_ECDSA_R,
};

struct ca_ledger_check {
	struct ca_ledger *ledger;
	struct sqlite3_stmt *stmt[CA_LEDGER_QUERIES];
	struct ca_ledger_entry entry;     /* the one that is being checked */
	uint8_t before[CA_SHA256_SIZE];   /* hash of the one before */
	uint8_t identity[CA_SHA256_SIZE]; /* hash of the first */
	int64_t last_time;
	struct ca_verify_pool *pool;
	struct ca_verify_policy *policy; /* in force; NULL: none so far */
	int64_t unread_policy; /* the entry whose policy is yet to be parsed */
	bool stop; /* a certificate was found to be bad: read no further */
	struct ca_ledger_verified counts;
	struct ca_ledger_watch watch;
	struct ca_error *err;
};

/*
 * ca_ledger_verify_with(), where certificates may also be signed by those of
 * MORE, unless NULL: for ledgers of tests, which have no CA.
 */
CA_CHECKED enum ca_code ca_ledger_verify_knowing(struct ca_ledger *ledger,
    unsigned threads, const struct ca_certificates *more,
    struct ca_ledger_watch watch, struct ca_ledger_verified *ret,
    struct ca_error *err);

/* The SQL of QUERY. */
const char *ca_ledger_check_sql(enum ca_ledger_query query);

/* Fails with WHAT is wrong with entry ID, or with the file as a whole. */
enum ca_code ca_ledger_check_fail(const struct ca_ledger_check *check,
    int64_t id, const char *what);
enum ca_code ca_ledger_check_fail_file(const struct ca_ledger_check *check,
    const char *what);

/* That of ledger_strays.c: each row against the entries. */
CA_CHECKED enum ca_code ca_ledger_check_strays(
    const struct ca_ledger_check *check);

/* Those of ledger_verify_status.c. */
CA_CHECKED enum ca_code ca_ledger_check_revocation(
    struct ca_ledger_check *check);
CA_CHECKED enum ca_code ca_ledger_check_crl(struct ca_ledger_check *check);
CA_CHECKED enum ca_code ca_ledger_check_ocsp(struct ca_ledger_check *check);

/*
 * Those of ledger_verify_nonce.c: the entry's signature by the key SPKI_SHA256 has
 * an ECDSA r that no other one by it has; and that R is also what is in COLUMN of
 * STMT, otherwise it was CHANGED. R of no octets: it is none of ECDSA.
 */
CA_CHECKED enum ca_code
ca_ledger_check_sole_nonce(const struct ca_ledger_check *check,
    const uint8_t *spki_sha256, const void *r, size_t len);
CA_CHECKED enum ca_code
ca_ledger_check_nonce(const struct ca_ledger_check *check,
    const struct ca_bytes *r, struct sqlite3_stmt *stmt, int column,
    const uint8_t *spki_sha256, const char *changed);

/* Those of ledger_verify_policy.c. */
CA_CHECKED enum ca_code ca_ledger_check_policy(struct ca_ledger_check *check);

/*
 * The policy that is in force at the entry, for one more user; *RET is NULL
 * where none was recorded before it.
 */
CA_CHECKED enum ca_code ca_ledger_policy_in_force(struct ca_ledger_check *check,
    struct ca_verify_policy **ret);

/* That of ledger_verify_head.c. */
CA_CHECKED enum ca_code ca_ledger_check_head(struct ca_ledger_check *check);

/* Those of ledger_verify_exchange.c. */
CA_CHECKED enum ca_code ca_ledger_check_approval(struct ca_ledger_check *check);
CA_CHECKED enum ca_code ca_ledger_check_manifest(struct ca_ledger_check *check);

/* The certificate of JOB has as many as the policy wanted that it came under. */
CA_CHECKED enum ca_code
ca_ledger_check_enough_approvals(struct ca_ledger_check *check,
    const struct ca_verify_job *job);

/*
 * SHA-256 of the response manifest that the entry's head names, as it is kept;
 * *RET_FOUND is false where it names none.
 */
CA_CHECKED enum ca_code ca_ledger_check_response(struct ca_ledger_check *check,
    uint8_t ret_sha256[CA_SHA256_SIZE], bool *ret_found);

/* Holds the entry against the row that it speaks of. */
CA_CHECKED enum ca_code ca_ledger_check_subject(struct ca_ledger_check *check);

/* That of ledger_verify_issued.c. */
CA_CHECKED enum ca_code ca_ledger_check_issued(struct ca_ledger_check *check);

/* Finds the row that the entry speaks of. */
CA_CHECKED enum ca_code ca_ledger_check_row(struct ca_ledger_check *check,
    enum ca_ledger_query query, const char *missing, struct sqlite3_stmt **ret);

/*
 * Steps to the FIRST, or the next, row of the entry itself: *RET_STMT is NULL at
 * the end, and where the ledger is of a format without such rows.
 */
CA_CHECKED enum ca_code ca_ledger_check_next(struct ca_ledger_check *check,
    enum ca_ledger_query query, bool first, struct sqlite3_stmt **ret_stmt);

/* Whether the certificate's row is in STATE, as it is stored. */
bool ca_ledger_is_in_state(struct sqlite3_stmt *stmt, enum ca_state state);

/* Whether both are there and equal. */
bool ca_ledger_same_hash(const uint8_t *a, const uint8_t *b);

#endif
