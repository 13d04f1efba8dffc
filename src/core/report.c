/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be told of a CA directory, put together. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/head_internal.h"
#include "core/report_internal.h"

static void
row_clear(struct ca_report_row *row)
{
	free(row->profile);
	free(row->name);
	free(row->names);
	*row = (struct ca_report_row){ .name = NULL };
}

static void
rows_clear(struct ca_report_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_clear(&rows->item[i]);
	rows->count = 0;
}

void
ca_report_clear(struct ca_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < report->cas; i++) {
		ca_certificate_free(report->ca[i].certificate);
		free(report->ca[i].key_uri);
		ca_passport_clear(&report->ca[i].passport);
	}
	free(report->ca);
	rows_clear(&report->next);
	rows_clear(&report->revoked);
	rows_clear(&report->open);
	ca_report_exchange_clear(&report->exchange);
	for (size_t i = 0; i < report->visits; i++)
		free(report->visit[i].name);
	ca_plan_clear(&report->plan);
	*report = (struct ca_report){ .made_at = 0 };
}

int64_t
ca_report_due(int64_t not_before, int64_t not_after)
{
	return not_after - (not_after - not_before) / 3;
}

/* Takes CERTIFICATE, which belongs to REPORT from then on. */
static enum ca_code
add_ca(struct ca_report *report, struct ca_report_ca ca, struct ca_error *err)
{
	struct ca_report_ca *longer;

	longer = reallocarray(report->ca, report->cas + 1,
	    sizeof(struct ca_report_ca));
	if (longer == NULL) {
		ca_certificate_free(ca.certificate);
		return ca_fail_memory(err);
	}
	report->ca = longer;
	report->ca[report->cas++] = ca;
	return CA_OK;
}

/* The certificates of LIST, which is empty then; the first CURRENT of them are
 * or were current. */
static enum ca_code
take_cas(struct ca_report *report, enum ca_authority authority,
    struct ca_certificates *list, size_t currents, enum ca_standing rest,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < list->count && rc == CA_OK; i++) {
		rc = add_ca(report,
		    (struct ca_report_ca){
			.authority = authority,
			.standing = i < currents ? CA_STANDING_CURRENT : rest,
			.replaced = i > 0 && i < currents,
			.certificate = list->item[i],
		    },
		    err);
		list->item[i] = NULL;
	}
	ca_certificates_clear(list);
	return rc;
}

static enum ca_code
read_authority(struct ca_ledger *ledger, struct ca_report *report,
    enum ca_authority authority, struct ca_error *err)
{
	struct ca_certificates currents = { 0 }, all = { 0 }, retired = { 0 };
	enum ca_code rc;

	rc = ca_ledger_currents(ledger, authority, &currents, err);
	if (rc == CA_OK)
		rc = ca_ledger_authorities(ledger, authority, &all, err);
	if (rc == CA_OK)
		rc = ca_ledger_retired(ledger, authority, &retired, err);
	if (rc == CA_OK)
		rc = take_cas(report, authority, &all, currents.count,
		    CA_STANDING_STANDBY, err);
	if (rc == CA_OK)
		rc = take_cas(report, authority, &retired, 0,
		    CA_STANDING_RETIRED, err);
	ca_certificates_clear(&currents);
	ca_certificates_clear(&all);
	ca_certificates_clear(&retired);
	return rc;
}

static enum ca_code
read_ca(struct ca_ledger *ledger, struct ca_report_ca *ca, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_key_uri(ledger, ca->certificate, &ca->key_uri, err);
	if (rc == CA_OK)
		rc = ca_ledger_passport(ledger, ca->certificate, &ca->passport,
		    &ca->has_passport, err);
	if (rc == CA_OK)
		rc = ca_ledger_is_compromised(ledger, ca->certificate,
		    &ca->compromise, &ca->compromised, err);
	if (rc == CA_OK)
		rc = ca_ledger_report_ca(ledger, ca, err);
	return rc;
}

static enum ca_code
read_cas(struct ca_ledger *ledger, struct ca_report *report,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (unsigned i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++)
		rc = read_authority(ledger, report, i, err);
	for (size_t i = 0; i < report->cas && rc == CA_OK; i++)
		rc = read_ca(ledger, &report->ca[i], err);
	return rc;
}

/* A listing that fills ROWS. */
struct filling {
	struct ca_report_rows *rows;
	enum ca_code rc;
	struct ca_error *err;
};

static enum ca_code
copy_row(struct ca_report_row *copy, const struct ca_ledger_row *row,
    struct ca_error *err)
{
	enum ca_code rc;

	*copy = (struct ca_report_row){
		.not_before = row->not_before,
		.not_after = row->not_after,
		.reserved_at = row->reserved_at,
		.revoked_at = row->revoked_at,
		.reason = row->reason,
	};
	memcpy(copy->serial_text, row->serial_text,
	    strlen(row->serial_text) + 1);
	rc = ca_text_format(&copy->profile, err, "%s", row->profile);
	if (rc == CA_OK)
		rc = ca_text_format(&copy->name, err, "%s", row->name);
	if (rc == CA_OK)
		rc = ca_text_format(&copy->names, err, "%s", row->names);
	return rc;
}

static bool
add_row(const struct ca_ledger_row *row, void *arg)
{
	struct filling *filling = arg;
	struct ca_report_rows *rows = filling->rows;

	if (rows->count == CA_REPORT_ROWS)
		return false;
	/* Also what is half copied is freed with the rest. */
	filling->rc = copy_row(&rows->item[rows->count++], row, filling->err);
	return filling->rc == CA_OK && rows->count < CA_REPORT_ROWS;
}

static enum ca_code
fill(struct ca_ledger *ledger, const struct ca_ledger_filter *filter,
    struct ca_report_rows *rows, struct ca_error *err)
{
	struct filling filling = { .rows = rows, .err = err };
	enum ca_code rc =
	    ca_ledger_list(ledger, filter, add_row, &filling, err);

	return rc == CA_OK ? filling.rc : rc;
}

/* Whether another one of the name was issued since. */
static enum ca_code
mark_renewed(struct ca_ledger *ledger, struct ca_report_rows *rows,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < rows->count && rc == CA_OK; i++) {
		struct ca_report_row *row = &rows->item[i];
		struct ca_ledger_last last = { .certificate = NULL };

		rc = ca_ledger_last_of(ledger, row->name, &last, err);
		if (rc == CA_OK && last.certificate != NULL)
			row->renewed =
			    strcmp(ca_certificate_serial_text(last.certificate),
				row->serial_text) != 0;
		ca_certificate_free(last.certificate);
	}
	return rc;
}

static enum ca_code
read_revoked(struct ca_ledger *ledger, struct ca_report_rows *rows,
    struct ca_error *err)
{
	uint8_t serials[CA_REPORT_ROWS][CA_SERIAL_SIZE];
	size_t count = 0;
	enum ca_code rc =
	    ca_ledger_report_revoked(ledger, serials, &count, err);

	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		char text[CA_SERIAL_TEXT_SIZE];

		ca_hex(serials[i], CA_SERIAL_SIZE, text);
		rc = fill(ledger, &(struct ca_ledger_filter){ .serial = text },
		    rows, err);
	}
	return rc;
}

static enum ca_code
read_rows(struct ca_ledger *ledger, struct ca_report *report,
    struct ca_error *err)
{
	const struct ca_ledger_filter next = {
		.state = CA_STATE_ISSUED,
		.ends_from = report->made_at,
	};
	const struct ca_ledger_filter open = { .state = CA_STATE_PENDING };
	enum ca_code rc = fill(ledger, &next, &report->next, err);

	if (rc == CA_OK)
		rc = mark_renewed(ledger, &report->next, err);
	if (rc == CA_OK)
		rc = fill(ledger, &open, &report->open, err);
	if (rc == CA_OK)
		rc = read_revoked(ledger, &report->revoked, err);
	return rc;
}

static enum ca_code
read_ledger(struct ca_ledger *ledger, struct ca_report *report,
    struct ca_error *err)
{
	struct ca_bytes policy = { 0 };
	enum ca_code rc = ca_ledger_head(ledger, &report->head, err);

	if (rc == CA_OK)
		rc = ca_ledger_identity(ledger, report->identity, err);
	if (rc == CA_OK)
		rc = ca_ledger_signed_head(ledger, &report->last_signed,
		    &report->has_signed, err);
	if (rc == CA_OK)
		rc = ca_ledger_last_policy(ledger, report->policy_sha256,
		    &policy, &report->has_policy, err);
	ca_bytes_free(&policy);
	if (rc == CA_OK)
		rc =
		    ca_plan_read(ledger, &report->plan, &report->has_plan, err);
	if (rc == CA_OK)
		rc = read_cas(ledger, report, err);
	if (rc == CA_OK)
		rc = ca_ledger_report_counts(ledger, report->made_at,
		    &report->counts, err);
	if (rc == CA_OK)
		rc = ca_ledger_report_timeline(ledger, report->made_at,
		    &report->timeline, err);
	if (rc == CA_OK)
		rc = read_rows(ledger, report, err);
	if (rc == CA_OK)
		rc = ca_ledger_report_exchange(ledger, &report->exchange, err);
	if (rc == CA_OK)
		rc = ca_report_plan_visits(ledger, report, err);
	return rc;
}

enum ca_code
ca_report_make(struct ca_ledger *ledger, int64_t now, struct ca_report *ret,
    struct ca_error *err)
{
	struct ca_report report = { .made_at = now };
	enum ca_code rc = ca_ledger_read_begin(ledger, err);

	if (rc != CA_OK)
		return rc;
	rc = read_ledger(ledger, &report, err);
	ca_ledger_read_end(ledger);
	if (rc == CA_OK)
		*ret = report;
	else
		ca_report_clear(&report);
	return rc;
}
