/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/term.h"

/* More certificates than this are shown in the table only. */
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

enum ca_code
cli_batch_find_last(struct cli_batch *batch, struct ca_ledger *ledger,
    struct ca_error *err)
{
	struct cli_last_wanted *wanted = calloc(batch->count, sizeof(*wanted));
	size_t count = 0;
	enum ca_code rc;

	if (wanted == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->item[i].code == CA_OK)
			wanted[count++] =
			    (struct cli_last_wanted){ batch->item[i].name,
				    &batch->item[i].last };
	rc = cli_last_find(ledger, wanted, count, err);
	free(wanted);
	return rc;
}

static struct cli_next_one
next_of(const struct cli_item *item)
{
	return (struct cli_next_one){ &item->grant.names, &item->grant.key,
		item->grant.lifetime };
}

/* What the request asks for: NULL where there is no request. */
static struct ca_csr *
request_of(const struct cli_item *item)
{
	const struct ca_bytes *der = &item->grant.csr;
	struct ca_csr *csr = NULL;
	struct ca_error ignored;

	if (der->len == 0 ||
	    ca_csr_parse(item->path, der->data, der->len, &csr, &ignored) !=
		CA_OK)
		return NULL;
	return csr;
}

void
cli_item_show_last(const struct cli_item *item, FILE *out)
{
	const struct cli_next_one next = next_of(item);

	cli_last_show(out, &item->last, &next);
}

json_t *
cli_item_last_json(const struct cli_item *item)
{
	const struct cli_next_one next = next_of(item);

	return cli_last_json(&item->last, &next);
}

static void
show_item(const struct cli_item *item, FILE *out)
{
	struct ca_csr *csr = request_of(item);

	term_line(out, "%s", item->path);
	if (csr != NULL)
		cli_show_asks(out, csr);
	ca_csr_free(csr);
	cli_show_findings(out, &item->findings);
	cli_show_field(out, "profile", "%s", item->grant.profile->name);
	cli_show_certificate(out, ca_draft_preview(item->draft),
	    item->grant.lifetime);
	cli_show_field(out, "bundle", "%s", item->name);
	cli_item_show_last(item, out);
}

/* Its first finding, which of a refused one is why. */
static const char *
first_finding(const struct cli_item *item)
{
	for (size_t i = 0; i < item->findings.count; i++)
		if (item->code == CA_OK || item->findings.item[i].code != CA_OK)
			return item->findings.item[i].text;
	return NULL;
}

static enum ca_code
add_refused(struct cli_table *table, const struct cli_item *item,
    struct ca_error *err)
{
	const char *const cells[] = { item->path, "REFUSED", NULL, NULL, NULL,
		NULL, NULL, first_finding(item) };

	return cli_table_row(table, cells, err);
}

static enum ca_code
add_accepted(struct cli_table *table, const struct cli_item *item,
    struct ca_error *err)
{
	const struct ca_certificate *preview = ca_draft_preview(item->draft);
	const struct cli_next_one next = next_of(item);
	char until[CA_TIME_TEXT_SIZE];
	char *names = NULL, *change = NULL;
	enum ca_code rc;

	ca_time_format(ca_certificate_not_after(preview), until);
	rc = cli_names_text(ca_certificate_names(preview), &names, err);
	if (rc == CA_OK)
		rc = cli_last_summary(&item->last, &next, &change, err);
	if (rc == CA_OK) {
		const char *const cells[] = { item->path,
			item->grant.profile->name,
			ca_certificate_subject_text(preview), names,
			ca_key_kind_name(item->grant.key.kind), until, change,
			first_finding(item) };

		rc = cli_table_row(table, cells, err);
	}
	free(names);
	free(change);
	return rc;
}

static enum ca_code
show_table(const struct cli_batch *batch, FILE *out, struct ca_error *err)
{
	static const char *const headings[] = { "Request", "Profile", "Subject",
		"Alternative names", "Key", "Valid until", "Change", "Notice" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++)
		if (batch->item[i].code != CA_OK)
			rc = add_refused(table, &batch->item[i], err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++)
		if (batch->item[i].code == CA_OK)
			rc = add_accepted(table, &batch->item[i], err);
	if (rc == CA_OK)
		rc = cli_table_print(table, out, err);
	cli_table_free(table);
	return rc;
}

enum ca_code
cli_batch_show(const struct cli_batch *batch, FILE *out, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (cli_batch_accepted(batch) <= SHOWN_IN_FULL)
		for (size_t i = 0; i < batch->count; i++)
			if (batch->item[i].code == CA_OK)
				show_item(&batch->item[i], out);
	if (batch->count > 1)
		rc = show_table(batch, out, err);
	if (rc == CA_OK)
		cli_batch_show_hash(batch, out);
	return rc;
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

/* What is asked for, and what the last certificate of its name was. */
static bool
set_request(json_t *value, const struct cli_item *item)
{
	struct ca_csr *csr = request_of(item);
	bool set = csr == NULL ||
	    (json_object_set_new(value, "asks", cli_json_asks(csr)) == 0 &&
		json_object_set_new(value, "asks_names",
		    cli_json_names(ca_csr_names(csr))) == 0);

	ca_csr_free(csr);
	return set &&
	    json_object_set_new(value, "key", cli_json_key(&item->grant.key)) ==
	    0 &&
	    json_object_set_new(value, "last", cli_item_last_json(item)) == 0;
}

static bool
set_certificate(json_t *value, const struct cli_batch *batch,
    const struct cli_item *item)
{
	const struct ca_certificate *certificate = item->certificate;

	return json_object_set_new(value, "subject",
		   cli_json_text(ca_certificate_subject_text(certificate))) ==
	    0 &&
	    json_object_set_new(value, "names",
		cli_json_names(ca_certificate_names(certificate))) == 0 &&
	    json_object_set_new(value, "not_after",
		cli_json_time(ca_certificate_not_after(certificate))) == 0 &&
	    json_object_set_new(value, "confirmed",
		cli_batch_hash_json(batch)) == 0;
}

static json_t *
json_item(const struct cli_batch *batch, const struct cli_item *item,
    const char *out)
{
	const struct ca_certificate *certificate = item->certificate;
	json_t *value;

	value = json_pack("{s:o,s:s,s:o,s:o,s:o,s:o}", "request",
	    cli_json_text(item->path), "status", status(item), "findings",
	    cli_json_findings(&item->findings), "hint",
	    cli_json_text(item->hint), "serial",
	    certificate == NULL
		? json_null()
		: json_string(ca_certificate_serial_text(certificate)),
	    "bundle", json_bundle(item, out));
	if (value == NULL ||
	    ((item->code != CA_OK || set_request(value, item)) &&
		(certificate == NULL || set_certificate(value, batch, item))))
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
			json_item(batch, &batch->item[i], out)) == 0)
			continue;
		json_decref(list);
		list = NULL;
	}
	return list;
}
