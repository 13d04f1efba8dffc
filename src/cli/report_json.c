/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs: the same facts as on the page. */
#include <stdlib.h>

#include "base/text.h"
#include "cli/policy_page.h"
#include "cli/report.h"
#include "cli/show.h"

/* Appends VALUE, which may be NULL, to LIST; NULL once that has failed. */
static json_t *
append(json_t *list, json_t *value)
{
	if (list != NULL && json_array_append_new(list, value) == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
json_hex(const uint8_t *hash)
{
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_hex(hash, CA_SHA256_SIZE, hex);
	return json_string(hex);
}

static json_t *
json_time_if(bool known, int64_t time)
{
	return known ? cli_json_time(time) : json_null();
}

static json_t *
json_passport(const struct ca_report_ca *ca)
{
	const struct ca_passport *passport = &ca->passport;

	if (!ca->has_passport)
		return json_null();
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "token",
	    cli_json_text(passport->token_label), "token_serial",
	    cli_json_text(passport->token_serial), "manufacturer",
	    cli_json_text(passport->token_manufacturer), "model",
	    cli_json_text(passport->token_model), "firmware",
	    cli_json_text(passport->token_firmware), "key_label",
	    cli_json_text(passport->key_label), "key_id",
	    cli_json_text(passport->key_id), "module",
	    cli_json_text(passport->module_path), "module_sha256",
	    json_hex(passport->module_sha256));
}

static json_t *
json_ca(const struct ca_report_ca *ca)
{
	return json_pack(
	    "{s:s,s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:o,s:o}",
	    "ca", ca_authority_name(ca->authority), "standing",
	    cli_report_standing(ca), "subject",
	    cli_json_text(ca_certificate_subject_text(ca->certificate)),
	    "serial", ca_certificate_serial_text(ca->certificate), "not_before",
	    cli_json_time(ca_certificate_not_before(ca->certificate)),
	    "not_after",
	    cli_json_time(ca_certificate_not_after(ca->certificate)), "key",
	    cli_json_key(ca_certificate_key_info(ca->certificate)), "key_uri",
	    cli_json_text(ca->key_uri), "sha256",
	    json_hex(ca_certificate_sha256(ca->certificate)), "serials",
	    (json_int_t)ca->reserved, "revoked", (json_int_t)ca->revoked,
	    "compromised_at",
	    json_time_if(ca->compromised, ca->compromise.revoked_at),
	    "crl_number",
	    ca->has_crl ? json_integer((json_int_t)ca->crl_number)
			: json_null(),
	    "crl_next_update", json_time_if(ca->has_crl, ca->crl_next_update),
	    "ocsp_next_update",
	    json_time_if(ca->has_ocsp, ca->ocsp_next_update), "passport",
	    json_passport(ca));
}

static json_t *
json_counts(const struct ca_report_counts *counts)
{
	json_t *profiles = json_object(), *reasons = json_object();

	for (unsigned i = 0; i < CA_PROFILES; i++)
		(void)json_object_set_new(profiles, ca_profile_get(i)->name,
		    json_integer((json_int_t)counts->profile[i]));
	for (unsigned i = 0; i <= CA_REASON_PRIVILEGE_WITHDRAWN; i++)
		if (counts->reason[i] > 0)
			(void)json_object_set_new(reasons, ca_reason_name(i),
			    json_integer((json_int_t)counts->reason[i]));
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "all",
	    (json_int_t)counts->all, "valid", (json_int_t)counts->valid,
	    "expired", (json_int_t)counts->expired, "revoked",
	    (json_int_t)counts->revoked, "pending", (json_int_t)counts->pending,
	    "burned", (json_int_t)counts->burned, "profiles", profiles,
	    "reasons", reasons);
}

static json_t *
json_rows(const struct ca_report_rows *rows)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rows->count && list != NULL; i++) {
		const struct ca_report_row *row = &rows->item[i];

		list = append(list,
		    json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "serial",
			row->serial_text, "profile",
			cli_json_text(row->profile), "name",
			cli_json_text(row->name), "names",
			cli_json_text(row->names), "not_after",
			cli_json_time(row->not_after), "reserved_at",
			cli_json_time(row->reserved_at), "revoked_at",
			json_time_if(row->revoked_at != 0, row->revoked_at),
			"reason", cli_json_text(row->reason), "renewed",
			(int)row->renewed));
	}
	return list;
}

static json_t *
json_approved(const struct ca_report_approved *approved)
{
	json_t *list = json_array();

	for (size_t i = 0; i < approved->count && list != NULL; i++) {
		const struct ca_report_approval *row = &approved->approval[i];

		list = append(list,
		    json_pack("{s:o,s:o,s:o,s:o}", "approver",
			cli_json_text(row->approver), "approved_at",
			cli_json_time(row->approved_at), "expires_at",
			cli_json_time(row->expires_at), "key_sha256",
			json_hex(row->spki_sha256)));
	}
	return json_pack("{s:s,s:o,s:o,s:o,s:o}", "serial",
	    approved->serial_text, "profile", cli_json_text(approved->profile),
	    "name", cli_json_text(approved->name), "state",
	    cli_json_text(approved->state), "approvals", list);
}

static json_t *
json_exchange(const struct ca_report_exchange *exchange)
{
	json_t *approved = json_array(), *manifests = json_array();
	json_t *responses = json_array(), *refusals = json_array();

	for (size_t i = 0; i < exchange->approved_count; i++)
		approved =
		    append(approved, json_approved(&exchange->approved[i]));
	for (size_t i = 0; i < exchange->manifest_count; i++) {
		const struct ca_report_manifest *row = &exchange->manifest[i];

		manifests = append(manifests,
		    json_pack("{s:o,s:o,s:o,s:o}", "host",
			cli_json_text(row->host), "taken_at",
			cli_json_time(row->taken_at), "expires_at",
			cli_json_time(row->expires_at), "key_sha256",
			json_hex(row->spki_sha256)));
	}
	for (size_t i = 0; i < exchange->response_count; i++) {
		const struct ca_report_response *row = &exchange->response[i];

		responses = append(responses,
		    json_pack("{s:I,s:o,s:o}", "entry", (json_int_t)row->entry,
			"signed_at", cli_json_time(row->signed_at), "sha256",
			json_hex(row->sha256)));
	}
	for (size_t i = 0; i < exchange->refusal_count; i++) {
		const struct ca_report_refusal *row = &exchange->refusal[i];

		refusals = append(refusals,
		    json_pack("{s:I,s:o,s:o}", "entry", (json_int_t)row->entry,
			"time", cli_json_time(row->time), "why",
			cli_json_text(row->detail)));
	}
	return json_pack("{s:{s:I,s:I,s:I,s:I,s:I},s:o,s:o,s:o,s:o}", "counts",
	    "approvals", (json_int_t)exchange->approvals, "certificates",
	    (json_int_t)exchange->certificates, "manifests",
	    (json_int_t)exchange->manifests, "responses",
	    (json_int_t)exchange->responses, "refusals",
	    (json_int_t)exchange->refusals, "approved", approved, "manifests",
	    manifests, "responses", responses, "refusals", refusals);
}

static json_t *
json_timeline(const struct ca_report_timeline *line)
{
	json_t *list = json_array();

	for (size_t i = 0; i < CA_REPORT_BARS && list != NULL; i++)
		list = append(list,
		    json_pack("{s:o,s:I}", "from",
			cli_json_time(line->bar[i].from), "count",
			(json_int_t)line->bar[i].count));
	return json_pack("{s:i,s:o,s:I}", "months", (int)line->months, "bars",
	    list, "later", (json_int_t)line->later);
}

static json_t *
json_visits(const struct ca_report *facts)
{
	json_t *list = json_array();
	struct ca_error ignored;

	for (size_t i = 0; i < facts->visits && list != NULL; i++) {
		const struct ca_report_visit *visit = &facts->visit[i];
		struct cli_report_task task = { .what = NULL };

		if (cli_report_task(facts, visit, &task, &ignored) != CA_OK) {
			json_decref(list);
			return NULL;
		}
		list = append(list,
		    json_pack("{s:o,s:o,s:o,s:I}", "by",
			cli_json_time(visit->by), "what",
			cli_json_text(task.what), "command",
			cli_json_text(task.command), "count",
			(json_int_t)visit->count));
		cli_report_task_clear(&task);
	}
	return list;
}

static json_t *
json_ledger(const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;
	struct ca_error ignored;
	char *words = NULL;
	json_t *value = NULL;

	if (cli_words_text(facts->head.hash, CA_HEAD_SHORT, &words, &ignored) ==
	    CA_OK)
		value = json_pack("{s:I,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o}",
		    "entry", (json_int_t)facts->head.entry, "hash",
		    json_hex(facts->head.hash), "words", words, "time",
		    cli_json_time(facts->head.time), "identity",
		    json_hex(facts->identity), "signed_entry",
		    facts->has_signed
			? json_integer(
			      (json_int_t)facts->last_signed.signed_entry)
			: json_null(),
		    "signed_at",
		    json_time_if(facts->has_signed,
			facts->last_signed.signed_at),
		    "verified",
		    report->verify ? json_boolean(report->sound) : json_null(),
		    "fault",
		    report->verify && !report->sound
			? cli_json_text(report->fault.message)
			: json_null());
	free(words);
	return value;
}

static json_t *
json_policy(const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;

	return json_pack("{s:o,s:o,s:o}", "sha256", json_hex(report->policy),
	    "ledger_sha256",
	    facts->has_policy ? json_hex(facts->policy_sha256) : json_null(),
	    "permits", cli_policy_json(report->cli->ca.policy));
}

json_t *
cli_report_json(const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;
	json_t *cas = json_array();

	for (size_t i = 0; i < facts->cas && cas != NULL; i++)
		cas = append(cas, json_ca(&facts->ca[i]));
	return json_pack(
	    "{s:o,s:s,s:o,s:o,s:I,s:I,s:I,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,"
	    "s:o}",
	    "ca_dir", cli_json_text(report->cli->ca.path), "mode",
	    ca_mode_name(report->cli->ca.policy->mode), "made_at",
	    cli_json_time(facts->made_at), "visits", json_visits(facts),
	    "visits_left", (json_int_t)facts->visits_left, "renewals_later",
	    (json_int_t)facts->renewals_later, "renewals_of",
	    (json_int_t)facts->walked, "renewals_of_all",
	    (int)facts->walked_all, "cas", cas, "counts",
	    json_counts(&facts->counts), "timeline",
	    json_timeline(&facts->timeline), "next", json_rows(&facts->next),
	    "revoked", json_rows(&facts->revoked), "open",
	    json_rows(&facts->open), "exchange",
	    json_exchange(&facts->exchange), "ledger", json_ledger(report),
	    "policy", json_policy(report));
}
