/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LEDGER_VERIFY_H
#define COLDCA_CORE_LEDGER_VERIFY_H

#include "core/ledger_internal.h"

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
	CA_LEDGER_QUERY_POLICY, /* from CA_LEDGER_FORMAT_POLICY on */
	CA_LEDGER_QUERY_HEAD,   /* from CA_LEDGER_FORMAT_HEAD on */
	CA_LEDGER_QUERIES
};

struct ca_ledger_check {
	struct ca_ledger *ledger;
	struct sqlite3_stmt *stmt[CA_LEDGER_QUERIES];
	struct ca_ledger_entry entry;     /* the one that is being checked */
	uint8_t before[CA_SHA256_SIZE];   /* hash of the one before */
	uint8_t identity[CA_SHA256_SIZE]; /* hash of the first */
	struct ca_error *err;
};

/* The SQL of QUERY. */
const char *ca_ledger_check_sql(enum ca_ledger_query query);

/* Fails with WHAT is wrong with entry ID, or with the file as a whole. */
enum ca_code ca_ledger_check_fail(const struct ca_ledger_check *check,
    int64_t id, const char *what);

/* Those of ledger_verify_status.c. */
CA_CHECKED enum ca_code ca_ledger_check_revocation(
    struct ca_ledger_check *check);
CA_CHECKED enum ca_code ca_ledger_check_crl(struct ca_ledger_check *check);
CA_CHECKED enum ca_code ca_ledger_check_ocsp(struct ca_ledger_check *check);

/* That of ledger_verify_policy.c. */
CA_CHECKED enum ca_code ca_ledger_check_policy(struct ca_ledger_check *check);

/* That of ledger_verify_head.c. */
CA_CHECKED enum ca_code ca_ledger_check_head(struct ca_ledger_check *check);

/* Holds the entry against the row that it speaks of. */
CA_CHECKED enum ca_code ca_ledger_check_subject(struct ca_ledger_check *check);

/* A column of exactly SIZE octets, or NULL. */
const uint8_t *ca_ledger_column(struct sqlite3_stmt *stmt, int column,
    int size);

/* Whether both are there and equal. */
bool ca_ledger_same_hash(const uint8_t *a, const uint8_t *b);

#endif
