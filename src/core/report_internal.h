/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_REPORT_INTERNAL_H
#define COLDCA_CORE_REPORT_INTERNAL_H

#include "coldca/report.h"

/* What the ledger says in numbers: ledger_report.c. */
CA_CHECKED enum ca_code ca_ledger_report_counts(struct ca_ledger *ledger,
    int64_t now, struct ca_report_counts *ret, struct ca_error *err);

/* Fills in all of CA that is counted by its key. */
CA_CHECKED enum ca_code ca_ledger_report_ca(struct ca_ledger *ledger,
    struct ca_report_ca *ca, struct ca_error *err);

/* The timeline from the month of NOW on. */
CA_CHECKED enum ca_code ca_ledger_report_timeline(struct ca_ledger *ledger,
    int64_t now, struct ca_report_timeline *ret, struct ca_error *err);

/* The serial numbers that were revoked last: up to CA_REPORT_ROWS. */
CA_CHECKED enum ca_code ca_ledger_report_revoked(struct ca_ledger *ledger,
    uint8_t ret[CA_REPORT_ROWS][CA_SERIAL_SIZE], size_t *ret_count,
    struct ca_error *err);

/* What came in, was approved and went out: ledger_report_exchange.c. *RET is
 * ca_report_exchange_clear()ed by the caller, also where this fails. */
CA_CHECKED enum ca_code ca_ledger_report_exchange(struct ca_ledger *ledger,
    struct ca_report_exchange *ret, struct ca_error *err);
void ca_report_exchange_clear(struct ca_report_exchange *exchange);

/* A certificate whose renewal is looked at. Borrowed during a callback. */
struct ca_renewable {
	const char *name;
	int64_t not_before;
	int64_t not_after;
};

/*
 * Calls FN for the valid leaves of which no later one was issued. Of all valid
 * ones CA_REPORT_WALK_MAX, which end first, are looked at: *RET_WALKED is how
 * many were, *RET_ALL whether there are no more. FN fails as it likes.
 */
CA_CHECKED enum ca_code ca_ledger_report_walk(struct ca_ledger *ledger,
    int64_t now,
    enum ca_code (
	*fn)(const struct ca_renewable *leaf, void *arg, struct ca_error *err),
    void *arg, int64_t *ret_walked, bool *ret_all, struct ca_error *err);

/* Makes the calendar of REPORT, which has all the rest. */
CA_CHECKED enum ca_code ca_report_plan_visits(struct ca_ledger *ledger,
    struct ca_report *report, struct ca_error *err);

/* The first second of the month of TIME, and of that MONTHS later. */
int64_t ca_report_month(int64_t time, unsigned months);

#endif
