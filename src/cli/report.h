/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_REPORT_H
#define COLDCA_CLI_REPORT_H

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/page.h"
#include "coldca/report.h"

/* All that the page shows, and the JSON says. */
struct cli_report {
	const struct cli *cli;
	struct ca_report report;
	uint8_t policy[CA_SHA256_SIZE];     /* of policy.yaml as it is now */
	bool verify;                        /* --verify */
	bool sound;                         /* what it found */
	struct ca_ledger_verified verified; /* where it is */
	struct ca_error fault;              /* where it is not */
};

/* What is to be done on a visit, and with which command. */
struct cli_report_task {
	char *what;
	char *command; /* NULL: there is none */
};

/* *RET is new; cli_report_task_clear() it. */
CA_CHECKED enum ca_code cli_report_task(const struct ca_report *report,
    const struct ca_report_visit *visit, struct cli_report_task *ret,
    struct ca_error *err);
void cli_report_task_clear(struct cli_report_task *task);

/* "signs", "stands by", "retired", "given up": static. */
const char *cli_report_standing(const struct ca_report_ca *ca);

/* The page: a cli_page_fn, ARG is a struct cli_report. */
void cli_report_page(struct cli_page *page, void *arg);

/* Its sections, each one file. */
void cli_report_visits(struct cli_page *page, const struct cli_report *report);
void cli_report_cas(struct cli_page *page, const struct cli_report *report);
void cli_report_certificates(struct cli_page *page,
    const struct cli_report *report);
void cli_report_exchange(struct cli_page *page,
    const struct cli_report *report);
void cli_report_policy(struct cli_page *page, const struct cli_report *report);

/* The same facts; NULL where memory ran out. */
json_t *cli_report_json(const struct cli_report *report);

#endif
