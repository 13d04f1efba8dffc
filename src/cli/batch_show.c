/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/term.h"

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
cli_item_find_last(struct cli_item *item, struct ca_ledger *ledger,
    struct ca_error *err)
{
	if (item->last.certificate != NULL)
		return CA_OK;
	return cli_last_find_one(ledger, item->name, &item->last, err);
}

static struct cli_next_one
next_of(const struct cli_item *item)
{
	return (struct cli_next_one){ &item->grant->names, &item->grant->key,
		item->grant->lifetime };
}

/* What the request asks for: NULL where there is no request. */
static struct ca_csr *
request_of(const struct cli_item *item)
{
	const struct ca_grant *grant = item->grant;
	struct ca_csr *csr = NULL;
	struct ca_error ignored;

	if (grant == NULL || grant->csr.len == 0 ||
	    ca_csr_parse(item->path, grant->csr.data, grant->csr.len, &csr,
		&ignored) != CA_OK)
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
	cli_show_field(out, "profile", "%s", item->grant->profile->name);
	cli_show_certificate(out, ca_draft_preview(item->draft),
	    item->grant->lifetime);
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
	const struct ca_draft_facts *facts = ca_draft_facts(item->draft);
	const struct cli_next_one next = next_of(item);
	char until[CA_TIME_TEXT_SIZE];
	char *names = NULL, *change = NULL;
	enum ca_code rc;

	ca_time_format(facts->not_after, until);
	rc = cli_names_text(&item->grant->names, &names, err);
	if (rc == CA_OK)
		rc = cli_last_summary(&item->last, &next, &change, err);
	if (rc == CA_OK) {
		const char *const cells[] = { item->path,
			item->grant->profile->name, facts->subject, names,
			ca_key_kind_name(item->grant->key.kind), until, change,
			first_finding(item) };

		rc = cli_table_row(table, cells, err);
	}
	free(names);
	free(change);
	return rc;
}

/* Rows whose columns are made as wide as each other: all of a small batch. */
#define ROWS_ALIGNED 512

/* Showing a batch: one row, or one certificate, after the other. */
struct showing {
	const struct cli_batch *batch;
	struct ca_ledger *ledger;
	struct cli_table *table; /* NULL: in full */
	size_t rows;             /* in it, not printed */
	FILE *out;
};

static enum ca_code
end_row(struct showing *showing, struct ca_error *err)
{
	if (++showing->rows < ROWS_ALIGNED)
		return CA_OK;
	showing->rows = 0;
	return cli_table_flush(showing->table, showing->out, err);
}

static enum ca_code
show_one(void *arg, struct cli_item *item, struct ca_error *err)
{
	struct showing *showing = arg;
	enum ca_code rc = cli_item_find_last(item, showing->ledger, err);

	if (rc != CA_OK)
		return rc;
	if (showing->table == NULL) {
		rc = ca_draft_read_preview(item->draft, err);
		if (rc == CA_OK)
			show_item(item, showing->out);
		return rc;
	}
	rc = add_accepted(showing->table, item, err);
	if (rc == CA_OK)
		rc = end_row(showing, err);
	if (showing->batch->spooled)
		cli_last_clear(&item->last);
	return rc;
}

static enum ca_code
show_table(struct cli_batch *batch, struct showing *showing,
    struct ca_error *err)
{
	static const char *const headings[] = { "Request", "Profile", "Subject",
		"Alternative names", "Key", "Valid until", "Change", "Notice" };
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &showing->table, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		if (batch->item[i].code == CA_OK)
			continue;
		rc = add_refused(showing->table, &batch->item[i], err);
		if (rc == CA_OK)
			rc = end_row(showing, err);
	}
	if (rc == CA_OK)
		rc = cli_batch_each(batch, show_one, showing, err);
	if (rc == CA_OK && showing->rows > 0)
		rc = cli_table_flush(showing->table, showing->out, err);
	cli_table_free(showing->table);
	return rc;
}

enum ca_code
cli_batch_show(struct cli_batch *batch, struct ca_ledger *ledger, FILE *out,
    struct ca_error *err)
{
	struct showing showing = { .batch = batch,
		.ledger = ledger,
		.out = out };
	enum ca_code rc = CA_OK;

	if (cli_batch_accepted(batch) <= CLI_BATCH_HELD)
		rc = cli_batch_each(batch, show_one, &showing, err);
	if (rc == CA_OK && batch->count > 1)
		rc = show_table(batch, &showing, err);
	if (rc == CA_OK)
		cli_batch_show_hash(batch, out);
	return rc;
}

static const char *
status(const struct cli_item *item)
{
	if (item->code != CA_OK)
		return "refused";
	return item->issued ? "signed" : "not signed";
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
	    json_object_set_new(value, "key",
		cli_json_key(&item->grant->key)) == 0 &&
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

json_t *
cli_item_json(const struct cli_batch *batch, const struct cli_item *item,
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

/* What is to be told of ITEM: as it was kept, or as it is now. */
static enum ca_code
tell_item(struct cli_batch *batch, struct cli_item *item,
    struct ca_ledger *ledger, const char *out, json_t **ret,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	*ret = cli_item_take_json(batch, item);
	if (*ret != NULL)
		return CA_OK;
	rc = cli_item_load(batch, item, err);
	/* Of what was issued, this would be the certificate itself. */
	if (rc == CA_OK && batch->tells_last && item->code == CA_OK &&
	    !item->issued)
		rc = cli_item_find_last(item, ledger, err);
	if (rc == CA_OK)
		*ret = cli_item_json(batch, item, out);
	if (batch->spooled)
		cli_last_clear(&item->last);
	cli_item_drop(batch, item);
	return rc;
}

enum ca_code
cli_batch_print_json(struct cli_batch *batch, struct ca_ledger *ledger,
    const char *out, struct ca_error *err)
{
	struct cli_json_list list = { 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		json_t *value = NULL;

		rc =
		    tell_item(batch, &batch->item[i], ledger, out, &value, err);
		if (rc == CA_OK)
			rc = cli_json_list_add(&list, value, err);
	}
	/* What was told stays JSON, whatever is missing. */
	cli_json_list_end(&list);
	return rc;
}
