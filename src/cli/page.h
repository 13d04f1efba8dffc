/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PAGE_H
#define COLDCA_CLI_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/cli.h"
#include "coldca/error.h"

/*
 * Pages for people: HTML and Markdown. What is ours is markup, what comes from
 * outside is an argument, and every argument is escaped: there is no other way
 * for text to get onto a page.
 */
enum cli_page_form {
	CLI_PAGE_MARKDOWN, /* in the order of minutes --format */
	CLI_PAGE_HTML,
};

/* A page that is being written. */
struct cli_page {
	FILE *out;
	enum cli_page_form form;
	enum ca_code
	    rc; /* the first failure, and nothing is written after it */
	struct ca_error err;
};

/*
 * TEXT as it can stand in a page of FORM: no character of it is markup there,
 * and none moves, hides or reorders others (base/text.h). In Markdown that
 * holds inside a line, not at its beginning. *RET_TEXT is new.
 *
 * CA_ERR_INPUT  longer than CA_TEXT_MAX
 */
CA_CHECKED enum ca_code cli_page_escape(enum cli_page_form form,
    const char *text, char **ret_text, struct ca_error *err);

/*
 * Writes MARKUP as it is, but for what stands for an argument: %s, a text that
 * is escaped (NULL: none), and PRId64 and %zu, numbers. Nothing else stands
 * behind a `%`.
 */
void cli_page_put(struct cli_page *page, const char *markup, ...)
    CA_PRINTF(2, 3);

/* Writes TEXT, which is ours, as it is: a style sheet. */
void cli_page_raw(struct cli_page *page, const char *text);

/* "2026-11-23". */
void cli_page_date(int64_t time, char text[CA_TIME_TEXT_SIZE]);

/* The beginning of a page of HTML with TITLE, and its end. */
void cli_page_begin(struct cli_page *page, const char *title);
void cli_page_end(struct cli_page *page);

/* What fills a page. */
typedef void (*cli_page_fn)(struct cli_page *page, void *arg);

/*
 * Has FN fill a page of FORM and writes it to the file PATH, which is there
 * complete or not at all, or where that is NULL to standard output.
 *
 * CA_ERR_FILE  a file is there and OVERWRITE is false, or it can not be written
 */
CA_CHECKED enum ca_code cli_page_write(const char *path, bool overwrite,
    enum cli_page_form form, cli_page_fn fn, void *arg, struct ca_error *err);

#endif
