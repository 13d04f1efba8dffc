/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct cli_table {
	struct libscols_table *scols;
	struct libscols_line *last; /* of the table */
	size_t columns;
};

enum ca_code
cli_table_new(const char *const *headings, size_t count,
    struct cli_table **ret_table, struct ca_error *err)
{
	struct cli_table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return ca_fail_memory(err);
	table->columns = count;
	table->scols = scols_new_table();
	if (table->scols == NULL)
		goto fail;
	/* Cells are escaped here; a second time would change them. */
	if (scols_table_enable_noencoding(table->scols, 1) != 0 ||
	    scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_NEVER) != 0)
		goto fail;
	for (size_t i = 0; i < count; i++)
		if (scols_table_new_column(table->scols, headings[i], 0, 0) ==
		    NULL)
			goto fail;
	*ret_table = table;
	return CA_OK;
fail:
	cli_table_free(table);
	return ca_fail_memory(err);
}

enum ca_code
cli_table_row(struct cli_table *table, const char *const *cells,
    struct ca_error *err)
{
	/*
	 * Of what is no character in the locale libsmartcols 2.38 seeks the
	 * width for ever.
	 */
	enum ca_code (
	    *escape)(const void *, size_t, char **, struct ca_error *) =
	    MB_CUR_MAX > 1 ? ca_text_escape : ca_text_escape_ascii;
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);

	if (line == NULL)
		return ca_fail_memory(err);
	table->last = line;
	for (size_t i = 0; i < table->columns; i++) {
		const char *cell = cells[i] != NULL ? cells[i] : "";
		char *safe = NULL;
		enum ca_code rc;

		rc = escape(cell, strlen(cell), &safe, err);
		if (rc != CA_OK)
			return rc;
		if (scols_line_refer_data(line, i, safe) != 0) {
			free(safe);
			return ca_fail_memory(err);
		}
	}
	return CA_OK;
}

void
cli_table_color(struct cli_table *table, const char *color)
{
	(void)scols_line_set_color(table->last, color);
}

void
cli_table_use_colors(struct cli_table *table)
{
	(void)scols_table_enable_colors(table->scols, 1);
}

/* Prints each line of TEXT without the blanks that pad its last cell. */
static void
print_lines(FILE *out, const char *text)
{
	while (*text != '\0') {
		size_t line = strcspn(text, "\n"), len = line;

		while (len > 0 && text[len - 1] == ' ')
			len--;
		(void)fwrite(text, 1, len, out);
		(void)fputc('\n', out);
		text += line + (text[line] == '\n');
	}
}

enum ca_code
cli_table_print(struct cli_table *table, FILE *out, struct ca_error *err)
{
	char *text = NULL;

	if (scols_print_table_to_string(table->scols, &text) != 0)
		return ca_fail_memory(err);
	print_lines(out, text);
	free(text);
	return CA_OK;
}

enum ca_code
cli_table_flush(struct cli_table *table, FILE *out, struct ca_error *err)
{
	enum ca_code rc = cli_table_print(table, out, err);

	scols_table_remove_lines(table->scols);
	table->last = NULL;
	if (rc == CA_OK && scols_table_enable_noheadings(table->scols, 1) != 0)
		rc = ca_fail_memory(err);
	return rc;
}

void
cli_table_free(struct cli_table *table)
{
	if (table == NULL)
		return;
	scols_unref_table(table->scols);
	free(table);
}
