/* SPDX-License-Identifier: Apache-2.0 */
/* All that the ledger knows of one certificate. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/ledger_row.h"
#include "cli/serial.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/ledger_exchange.h"

/* The certificate that is shown, and where. */
struct showing {
	const struct cli *cli;
	uint8_t serial[CA_SERIAL_SIZE];
	size_t found;      /* rows of the name, or of the serial */
	json_t *approvals; /* the same */
	json_t *events;    /* NULL: to standard output as they come */
	enum ca_code rc;
	struct ca_error *err;
};

/* Rows come oldest first: each takes the place of the one before. */
static bool
take_serial(const struct ca_ledger_row *row, void *arg)
{
	struct showing *showing = arg;

	memcpy(showing->serial, row->serial, CA_SERIAL_SIZE);
	showing->found++;
	return true;
}

/* Which one is meant: WORD is a serial number or the name of a bundle. */
static enum ca_code
find(struct showing *showing, const char *word, struct ca_error *err)
{
	const struct ca_ledger_filter filter = { .name = word };
	struct ca_error ignored;
	enum ca_code rc;

	if (cli_serial_parse(word, showing->serial, &ignored) == CA_OK)
		return CA_OK;
	rc = ca_ledger_list(showing->cli->ca.ledger, &filter, take_serial,
	    showing, err);
	if (rc == CA_OK && showing->found == 0) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "%s: neither a serial number nor the name of a bundle in the ledger",
		    word);
		ca_hint(err, "coldca ledger list shows what there is");
		rc = CA_ERR_INPUT;
	}
	if (rc == CA_OK && showing->found > 1)
		cli_note(showing->cli,
		    "the last of %zu of this name: coldca ledger list --name=%s",
		    showing->found, word);
	return rc;
}

static void
show_time(const char *label, int64_t time, const char *what)
{
	char text[CA_TIME_TEXT_SIZE];

	ca_time_format(time, text);
	cli_show_field(stdout, label, "%s%s%s", text, *what != '\0' ? ", " : "",
	    what);
}

static bool
show_event(const struct ca_ledger_event *event, void *arg)
{
	struct showing *showing = arg;
	char hash[2 * CA_SHA256_SIZE + 1], time[CA_TIME_TEXT_SIZE];

	ca_hex(event->hash, CA_SHA256_SIZE, hash);
	ca_time_format(event->time, time);
	if (showing->events == NULL) {
		cli_show_field(stdout, "entry", "%" PRId64 ", %s, %s: %s",
		    event->id, time, event->kind, event->detail);
		cli_show_field(stdout, "", "hash %s", hash);
		return true;
	}
	if (json_array_append_new(showing->events,
		json_pack("{s:I,s:s,s:s,s:o,s:s}", "id", (json_int_t)event->id,
		    "time", time, "kind", event->kind, "detail",
		    cli_json_text(event->detail), "hash", hash)) != 0)
		showing->rc = ca_fail_memory(showing->err);
	return showing->rc == CA_OK;
}

/* The policy in force as hex; "" where none is recorded. */
static enum ca_code
read_policy(const struct showing *showing, const uint8_t *serial,
    char text[2 * CA_SHA256_SIZE + 1], struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE];
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_policy_of(showing->cli->ca.ledger, serial, sha256,
	    &found, err);
	text[0] = '\0';
	if (rc == CA_OK && found)
		ca_hex(sha256, CA_SHA256_SIZE, text);
	return rc;
}

static void
show_row(const struct ca_ledger_row *row,
    const struct ca_certificate *certificate)
{
	char key[2 * CA_SHA256_SIZE + 1];

	term_line(stdout, "%s", row->name);
	cli_show_field(stdout, "serial", "%s", row->serial_text);
	cli_show_field(stdout, "state", "%s", ca_state_name(row->state));
	cli_show_field(stdout, "profile", "%s", row->profile);
	cli_show_field(stdout, "subject", "%s", row->subject);
	if (certificate != NULL)
		cli_show_names(stdout, "name",
		    ca_certificate_names(certificate));
	else
		cli_show_field(stdout, "names", "%s", row->names);
	if (certificate != NULL)
		cli_show_key(stdout, ca_certificate_key_info(certificate));
	ca_hex(row->issuer_spki_sha256, CA_SHA256_SIZE, key);
	cli_show_field(stdout, "CA", "%s, key SPKI SHA-256 %s", row->authority,
	    key);
	show_time("from", row->not_before, "");
	show_time("to", row->not_after, "");
	show_time("reserved", row->reserved_at, "");
	if (row->issued_at != 0)
		show_time("issued", row->issued_at, "");
	if (row->reason != NULL)
		show_time("revoked", row->revoked_at, row->reason);
	cli_show_field(stdout, "request", "%s",
	    row->csr != NULL ? "is in the ledger" : "there was none");
}

static bool
show_approval(const struct ca_ledger_approval *approval, void *arg)
{
	struct showing *showing = arg;
	char key[2 * CA_SHA256_SIZE + 1], at[CA_TIME_TEXT_SIZE];

	ca_hex(approval->spki_sha256, CA_SHA256_SIZE, key);
	ca_time_format(approval->approved_at, at);
	if (showing->approvals == NULL) {
		cli_show_field(stdout, "approved", "%s, by %s", at,
		    approval->approver);
		cli_show_field(stdout, "", "key SPKI SHA-256 %s", key);
		return true;
	}
	if (json_array_append_new(showing->approvals,
		json_pack("{s:o,s:s,s:s,s:o}", "approver",
		    cli_json_text(approval->approver), "key_spki_sha256", key,
		    "approved_at", at, "expires_at",
		    cli_json_time(approval->expires_at))) != 0)
		showing->rc = ca_fail_memory(showing->err);
	return showing->rc == CA_OK;
}

static enum ca_code
show_pem(const struct ca_certificate *certificate, struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	enum ca_code rc = CA_OK;

	if (certificate != NULL)
		rc = ca_certificate_append_pem(certificate, &pem, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&pem, "", 1, err);
	if (rc == CA_OK)
		term_text(stdout, (const char *)pem.data);
	ca_bytes_free(&pem);
	return rc;
}

static enum ca_code
show_text(struct showing *showing, const struct ca_ledger_row *row,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	char policy[2 * CA_SHA256_SIZE + 1];
	enum ca_code rc = read_policy(showing, row->serial, policy, err);

	if (rc != CA_OK)
		return rc;
	show_row(row, certificate);
	cli_show_field(stdout, "policy", "%s",
	    policy[0] != '\0' ? policy : "none was recorded");
	rc = ca_ledger_approvals(showing->cli->ca.ledger, row->serial,
	    show_approval, showing, err);
	if (rc == CA_OK)
		rc = ca_ledger_events(showing->cli->ca.ledger, row->serial,
		    show_event, showing, err);
	if (rc == CA_OK && cli_args_has(&showing->cli->args, CLI_OPT_PEM))
		rc = show_pem(certificate, err);
	return rc;
}

static enum ca_code
show_json(struct showing *showing, const struct ca_ledger_row *row,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	char policy[2 * CA_SHA256_SIZE + 1], key[2 * CA_SHA256_SIZE + 1];
	json_t *value = cli_ledger_row_json(row);
	enum ca_code rc = read_policy(showing, row->serial, policy, err);

	showing->events = json_array();
	showing->approvals = json_array();
	if (rc == CA_OK &&
	    (showing->events == NULL || showing->approvals == NULL))
		rc = ca_fail_memory(err);
	if (rc == CA_OK)
		rc = ca_ledger_approvals(showing->cli->ca.ledger, row->serial,
		    show_approval, showing, err);
	if (rc == CA_OK)
		rc = ca_ledger_events(showing->cli->ca.ledger, row->serial,
		    show_event, showing, err);
	if (rc == CA_OK)
		rc = showing->rc;
	ca_hex(row->issuer_spki_sha256, CA_SHA256_SIZE, key);
	if (rc == CA_OK &&
	    (value == NULL ||
		json_object_update_new(value,
		    json_pack("{s:s,s:s,s:o,s:b,s:o,s:O,s:O}", "ca",
			row->authority, "ca_spki_sha256", key, "key",
			certificate != NULL
			    ? cli_json_key(ca_certificate_key_info(certificate))
			    : json_null(),
			"request", row->csr != NULL, "policy_sha256",
			cli_json_text(policy[0] != '\0' ? policy : NULL),
			"approvals", showing->approvals, "entries",
			showing->events)) != 0))
		rc = ca_fail_memory(err);
	json_decref(showing->events);
	json_decref(showing->approvals);
	if (rc == CA_OK)
		return cli_json_print(value, err);
	json_decref(value);
	return rc;
}

static bool
show(const struct ca_ledger_row *row, void *arg)
{
	struct showing *showing = arg;
	struct ca_certificate *certificate = NULL;

	showing->found++;
	showing->rc =
	    cli_ledger_row_certificate(row, &certificate, showing->err);
	if (showing->rc == CA_OK)
		showing->rc = showing->cli->json
		    ? show_json(showing, row, certificate, showing->err)
		    : show_text(showing, row, certificate, showing->err);
	ca_certificate_free(certificate);
	return false;
}

enum ca_code
cli_ledger_show(struct cli *cli, struct ca_error *err)
{
	struct showing showing = { .cli = cli, .err = err };
	char serial[CA_SERIAL_TEXT_SIZE];
	const struct ca_ledger_filter filter = { .serial = serial };
	enum ca_code rc;

	rc = find(&showing, cli->args.word[0], err);
	if (rc != CA_OK)
		return rc;
	ca_hex(showing.serial, CA_SERIAL_SIZE, serial);
	showing.found = 0;
	rc = ca_ledger_list(cli->ca.ledger, &filter, show, &showing, err);
	if (rc == CA_OK)
		rc = showing.rc;
	if (rc == CA_OK && showing.found == 0) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "serial %s: the ledger does not know it", serial);
		ca_hint(err, "coldca ledger list shows what there is");
		rc = CA_ERR_INPUT;
	}
	return rc;
}
