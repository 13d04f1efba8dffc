/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_JSON_H
#define COLDCA_CLI_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/csr.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/key.h"
#include "coldca/name.h"

#define CLI_JSON_FLAGS (JSON_ENSURE_ASCII | JSON_INDENT(2))

/*
 * Makers of values: each returns a new one, or NULL where memory ran out,
 * which json_pack() and cli_json_print() accept and report. Text that is not
 * UTF-8 is escaped; NULL becomes null.
 */
json_t *cli_json_text(const char *text);
json_t *cli_json_time(int64_t time); /* RFC 3339 */
json_t *cli_json_findings(const struct ca_findings *findings);
json_t *cli_json_names(const struct ca_names *names);
json_t *cli_json_key(const struct ca_key_info *key);
json_t *cli_json_asks(const struct ca_csr *csr);

/*
 * Writes VALUE to standard output as ASCII, indented, with a newline at the
 * end, and frees it.
 *
 * CA_ERR_INTERNAL  VALUE is NULL, or memory ran out
 */
CA_CHECKED enum ca_code cli_json_print(json_t *value, struct ca_error *err);

/* An array that is written item by item, however long it becomes. */
struct cli_json_list {
	size_t count; /* items so far */
};

/* Writes ITEM, as cli_json_print() does a value, and frees it. */
CA_CHECKED enum ca_code cli_json_list_add(struct cli_json_list *list,
    json_t *item, struct ca_error *err);

/* Writes the end, once all are added. */
void cli_json_list_end(const struct cli_json_list *list);

#endif
