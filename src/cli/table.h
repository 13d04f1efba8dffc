/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_TABLE_H
#define COLDCA_CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "coldca/error.h"

/* Rows of text, aligned; no cell is ever cut, whatever the terminal's width. */
struct cli_table;

/* A table with COUNT columns of these headings. *RET_TABLE is new. */
CA_CHECKED enum ca_code cli_table_new(const char *const *headings, size_t count,
    struct cli_table **ret_table, struct ca_error *err);

/* Adds a row of as many CELLS; NULL is an empty one. They are escaped. */
CA_CHECKED enum ca_code cli_table_row(struct cli_table *table,
    const char *const *cells, struct ca_error *err);

/* Shows the row added last in COLOR ("red"), where colours are shown at all. */
void cli_table_color(struct cli_table *table, const char *color);

/* Colours are off until this is called: OUT must be a terminal that has them. */
void cli_table_use_colors(struct cli_table *table);

CA_CHECKED enum ca_code cli_table_print(struct cli_table *table, FILE *out,
    struct ca_error *err);

/*
 * The same, and the table is empty again; what is added then is printed
 * without the headings.
 */
CA_CHECKED enum ca_code cli_table_flush(struct cli_table *table, FILE *out,
    struct ca_error *err);

/* Accepts NULL. */
void cli_table_free(struct cli_table *table);

#endif
