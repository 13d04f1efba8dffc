/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_MINUTES_H
#define COLDCA_CLI_MINUTES_H

#include <sys/utsname.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "coldca/authority.h"
#include "coldca/report.h"

#define MINUTES_KINDS 64 /* kinds of entries that are counted by name */

/* SHA-256 of a file that may not be there. */
struct minutes_hash {
	bool known;
	uint8_t sha256[CA_SHA256_SIZE];
};

/* The machine and what runs on it. */
struct minutes_machine {
	struct utsname host;
	char *user;             /* who runs this; owned */
	struct minutes_hash id; /* /etc/machine-id */
	struct minutes_hash program;
	struct minutes_hash module; /* the pinned one, as it is now */
	uint8_t policy[CA_SHA256_SIZE];
};

/* One session. */
struct cli_minutes {
	const struct cli *cli;
	int64_t after;         /* the entry before its first; 0: none */
	struct ca_head before; /* where there is one */
	bool before_signed;
	struct ca_head head;
	bool head_signed;
	struct minutes_machine machine;
	struct ca_authorities authorities;
	struct {
		const char *word; /* static; NULL: there is none */
		int64_t count;
	} kind[MINUTES_KINDS];
};

/* *RET is new; cli_minutes_machine_clear() it. */
CA_CHECKED enum ca_code cli_minutes_machine(const struct cli *cli,
    struct minutes_machine *ret, struct ca_error *err);
void cli_minutes_machine_clear(struct minutes_machine *machine);

/* Whether MINUTE has a line of its own: what was settled has one at its end. */
bool cli_minutes_shows(const struct ca_minute *minute);

/* The record: a cli_page_fn, ARG is a struct cli_minutes. */
void cli_minutes_page(struct cli_page *page, void *arg);

/* What a record is made of, in either form. Arguments are escaped. */
void cli_minutes_heading(struct cli_page *page, const char *text);
void cli_minutes_text(struct cli_page *page, const char *text);
void cli_minutes_loud(struct cli_page *page, const char *text);
void cli_minutes_fields(struct cli_page *page);
void cli_minutes_field(struct cli_page *page, const char *label,
    const char *text);
void cli_minutes_fields_end(struct cli_page *page);
void cli_minutes_table(struct cli_page *page);
void cli_minutes_row(struct cli_page *page, const struct ca_minute *minute);
void cli_minutes_table_end(struct cli_page *page);
void cli_minutes_sign(struct cli_page *page, const char *role,
    const char *name);

#endif
