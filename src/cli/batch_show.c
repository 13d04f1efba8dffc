/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/term.h"

/* More requests than this are shown as a table: one screen, not twenty. */
#define SHOWN_IN_FULL 10

void
cli_batch_show_refusals(const struct cli_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct cli_item *item = &batch->item[i];

		if (item->code == CA_OK)
			continue;
		term_findings(item->path, &item->findings);
		if (item->hint != NULL)
			term_hint("%s", item->hint);
	}
}

static void
show_item(const struct cli_item *item, FILE *out)
{
	term_line(out, "%s", item->path);
	cli_show_field(out, "profile", "%s", item->grant.profile->name);
	cli_show_certificate(out, ca_draft_preview(item->draft),
	    item->grant.lifetime);
	cli_show_field(out, "bundle", "%s", item->name);
	cli_show_findings(out, &item->findings);
}

static enum ca_code
add_row(struct cli_table *table, const struct cli_item *item,
    struct ca_error *err)
{
	const struct ca_certificate *preview = ca_draft_preview(item->draft);
	char until[CA_TIME_TEXT_SIZE];
	char *names = NULL;
	enum ca_code rc;

	ca_time_format(ca_certificate_not_after(preview), until);
	rc = cli_names_text(ca_certificate_names(preview), &names, err);
	if (rc == CA_OK) {
		const char *const cells[] = {
			item->path,
			item->grant.profile->name,
			ca_certificate_subject_text(preview),
			names,
			ca_key_kind_name(item->grant.key.kind),
			until,
			item->findings.count > 0 ? item->findings.item[0].text
						 : NULL,
		};

		rc = cli_table_row(table, cells, err);
	}
	free(names);
	return rc;
}

static enum ca_code
show_table(const struct cli_batch *batch, FILE *out, struct ca_error *err)
{
	static const char *const headings[] = { "Request", "Profile", "Subject",
		"Alternative names", "Key", "Valid until", "Notice" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++)
		if (batch->item[i].code == CA_OK)
			rc = add_row(table, &batch->item[i], err);
	if (rc == CA_OK)
		rc = cli_table_print(table, out, err);
	cli_table_free(table);
	return rc;
}

enum ca_code
cli_batch_show(const struct cli_batch *batch, FILE *out, struct ca_error *err)
{
	if (cli_batch_accepted(batch) > SHOWN_IN_FULL)
		return show_table(batch, out, err);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->item[i].code == CA_OK)
			show_item(&batch->item[i], out);
	return CA_OK;
}

static const char *
status(const struct cli_item *item)
{
	if (item->code != CA_OK)
		return "refused";
	return item->certificate != NULL ? "signed" : "not signed";
}

static json_t *
json_bundle(const struct cli_item *item, const char *out)
{
	struct ca_error ignored;
	char *path = NULL;
	json_t *value = NULL;

	if (!item->written)
		return json_null();
	if (ca_path_join(out, item->name, &path, &ignored) == CA_OK)
		value = cli_json_text(path);
	free(path);
	return value;
}

static json_t *
json_item(const struct cli_item *item, const char *out)
{
	const struct ca_certificate *certificate = item->certificate;
	json_t *value;

	value = json_pack("{s:o,s:s,s:o,s:o,s:o}", "request",
	    cli_json_text(item->path), "status", status(item), "findings",
	    cli_json_findings(&item->findings), "serial",
	    certificate == NULL
		? json_null()
		: json_string(ca_certificate_serial_text(certificate)),
	    "bundle", json_bundle(item, out));
	if (value == NULL || certificate == NULL)
		return value;
	if (json_object_set_new(value, "subject",
		cli_json_text(ca_certificate_subject_text(certificate))) == 0 &&
	    json_object_set_new(value, "names",
		cli_json_names(ca_certificate_names(certificate))) == 0 &&
	    json_object_set_new(value, "not_after",
		cli_json_time(ca_certificate_not_after(certificate))) == 0)
		return value;
	json_decref(value);
	return NULL;
}

json_t *
cli_batch_json(const struct cli_batch *batch, const char *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < batch->count && list != NULL; i++) {
		if (json_array_append_new(list,
			json_item(&batch->item[i], out)) == 0)
			continue;
		json_decref(list);
		list = NULL;
	}
	return list;
}
