/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ledger_row.h"

/* The certificate itself, so that a lost bundle can be made again. */
static json_t *
json_pem(const struct ca_ledger_row *row)
{
	struct ca_error ignored;
	struct ca_certificate *certificate = NULL;
	struct ca_bytes pem = { 0 };
	json_t *value = NULL;

	if (row->certificate == NULL)
		return json_null();
	if (ca_certificate_parse(row->certificate, row->certificate_len,
		&certificate, &ignored) == CA_OK &&
	    ca_certificate_append_pem(certificate, &pem, &ignored) == CA_OK)
		value = json_stringn((const char *)pem.data, pem.len);
	ca_bytes_free(&pem);
	ca_certificate_free(certificate);
	return value;
}

json_t *
cli_ledger_row_json(const struct ca_ledger_row *row)
{
	return json_pack(
	    "{s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "serial",
	    cli_json_text(row->serial_text), "state", ca_state_name(row->state),
	    "profile", cli_json_text(row->profile), "name",
	    cli_json_text(row->name), "subject", cli_json_text(row->subject),
	    "names", cli_json_text(row->names), "not_before",
	    cli_json_time(row->not_before), "not_after",
	    cli_json_time(row->not_after), "reserved_at",
	    cli_json_time(row->reserved_at), "issued_at",
	    row->issued_at != 0 ? cli_json_time(row->issued_at) : json_null(),
	    "revoked_at",
	    row->reason != NULL ? cli_json_time(row->revoked_at) : json_null(),
	    "reason", cli_json_text(row->reason), "certificate", json_pem(row));
}

enum ca_code
cli_ledger_row_certificate(const struct ca_ledger_row *row,
    struct ca_certificate **ret, struct ca_error *err)
{
	*ret = NULL;
	if (row->certificate == NULL)
		return CA_OK;
	if (ca_certificate_parse(row->certificate, row->certificate_len, ret,
		err) == CA_OK)
		return CA_OK;
	err->code = CA_ERR_LEDGER;
	return ca_error_prefix(err, "serial %s", row->serial_text);
}
