/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out of the ledger again: one bundle, or OpenSSL's index. */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/bundle.h"
#include "cli/ledger_row.h"
#include "cli/serial.h"
#include "cli/term.h"
#include "coldca/revocation.h"

#define INDEX_TIME_SIZE 24    /* bytes of "20500101000000Z", with the NUL */
#define YEAR_GENERALIZED 2050 /* RFC 5280 section 4.1.2.5 */

struct exporting {
	const struct cli *cli;
	const char *authority; /* only what this one signed; NULL: all */
	char *out;
	int64_t now;
	size_t found;
	enum ca_code rc;
	struct ca_error *err;
};

/* As OpenSSL's apps/ca.c spells them; it has no privilegeWithdrawn. */
static const struct {
	enum ca_reason reason;
	const char *name;
} reasons[] = {
	{ CA_REASON_UNSPECIFIED, "unspecified" },
	{ CA_REASON_KEY_COMPROMISE, "keyCompromise" },
	{ CA_REASON_CA_COMPROMISE, "CACompromise" },
	{ CA_REASON_AFFILIATION_CHANGED, "affiliationChanged" },
	{ CA_REASON_SUPERSEDED, "superseded" },
	{ CA_REASON_CESSATION_OF_OPERATION, "cessationOfOperation" },
};

/* NULL: it has none. */
static const char *
index_reason(const char *reason)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(ca_reason_name(reasons[i].reason), reason) == 0)
			return reasons[i].name;
	return NULL;
}

/* UTCTime has the last two digits of the year. */
static void
index_time(int64_t seconds, char text[INDEX_TIME_SIZE])
{
	time_t time = (time_t)seconds;
	struct tm tm = { 0 };

	(void)gmtime_r(&time, &tm);
	(void)strftime(text, INDEX_TIME_SIZE, "%Y%m%d%H%M%SZ", &tm);
	if (tm.tm_year + 1900 < YEAR_GENERALIZED)
		memmove(text, text + 2, strlen(text) - 1);
}

static void
upper(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'a' && *text <= 'f')
			*text = (char)(*text - 'a' + 'A');
}

/* One line of index.txt: state, end, revocation, serial, file, subject. */
static enum ca_code
index_line(const struct exporting *exporting, const struct ca_ledger_row *row,
    const char *subject, struct ca_error *err)
{
	char end[INDEX_TIME_SIZE], revoked[INDEX_TIME_SIZE] = "";
	const char *reason = NULL;
	char serial[CA_SERIAL_TEXT_SIZE];
	char *line = NULL;
	char state = 'V';
	enum ca_code rc;

	ca_hex(row->serial, CA_SERIAL_SIZE, serial);
	upper(serial);
	index_time(row->not_after, end);
	if (row->reason != NULL) {
		state = 'R';
		index_time(row->revoked_at, revoked);
		reason = index_reason(row->reason);
	} else if (row->not_after < exporting->now) {
		state = 'E';
	}
	rc = ca_text_format(&line, err, "%c\t%s\t%s%s%s\t%s\tunknown\t%s\n",
	    state, end, revoked, reason != NULL ? "," : "",
	    reason != NULL ? reason : "", serial, subject);
	if (rc == CA_OK)
		term_text(stdout, line);
	free(line);
	return rc;
}

/*
 * The subject in LEN bytes at DER, new; NULL: there is none. They are a
 * certificate (RFC 5280 section 4.1), or with a DEPTH of 1 what one signs.
 * OpenSSL's reader would decode the key as well, which takes ten times as long as
 * all the rest.
 */
static X509_NAME *
subject_of(const uint8_t *der, size_t len, int depth)
{
	const uint8_t *at = der, *end = der + len;
	const uint8_t *next;
	int tag = 0, class = 0;
	long content = 0;

	/* Into the certificate, and into what is signed. */
	for (int i = 0; i < depth; i++)
		if ((ASN1_get_object(&at, &content, &tag, &class, end - at) &
			0x80) != 0)
			return NULL;
	/* Over version, serial, algorithm, issuer and validity. */
	for (int i = 0; i < 5; i++) {
		next = at;
		if ((ASN1_get_object(&next, &content, &tag, &class, end - at) &
			0x80) != 0)
			return NULL;
		at = next + content;
	}
	return d2i_X509_NAME(NULL, &at, end - at);
}

static bool
add_index(const struct ca_ledger_row *row, void *arg)
{
	struct exporting *exporting = arg;
	X509_NAME *name;
	char *subject = NULL;

	if (exporting->authority != NULL &&
	    strcmp(row->authority, exporting->authority) != 0)
		return true;
	/* What was burned and is revoked has no certificate. */
	name = row->certificate != NULL
	    ? subject_of(row->certificate, row->certificate_len, 2)
	    : subject_of(row->tbs, row->tbs_len, 1);
	/* It escapes what is not ASCII, and all controls. */
	if (name != NULL)
		subject = X509_NAME_oneline(name, NULL, 0);
	if (subject == NULL)
		exporting->rc = ca_fail(exporting->err, CA_ERR_LEDGER,
		    "serial %s: the certificate in the ledger can not be read",
		    row->serial_text);
	else
		exporting->rc =
		    index_line(exporting, row, subject, exporting->err);
	OPENSSL_free(subject);
	X509_NAME_free(name);
	return exporting->rc == CA_OK;
}

/* What is issued and what is revoked are two listings of the ledger. */
static enum ca_code
export_index(struct exporting *exporting, struct ca_error *err)
{
	static const enum ca_state states[] = { CA_STATE_ISSUED,
		CA_STATE_REVOKED };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < 2 && rc == CA_OK; i++) {
		const struct ca_ledger_filter filter = {
			.state = (int)states[i],
		};

		rc = ca_ledger_list(exporting->cli->ca.ledger, &filter,
		    add_index, exporting, err);
		if (rc == CA_OK)
			rc = exporting->rc;
	}
	return rc;
}

static enum ca_code
write_again(const struct exporting *exporting, const struct ca_ledger_row *row,
    const struct ca_profile *profile, struct ca_error *err)
{
	const struct cli *cli = exporting->cli;
	struct ca_certificate *certificate = NULL;
	enum ca_code rc;

	rc = cli_ledger_row_certificate(row, &certificate, err);
	if (rc == CA_OK)
		rc = cli_bundle_write(cli, exporting->out, row->name, profile,
		    certificate, cli_args_has(&cli->args, CLI_OPT_OVERWRITE),
		    err);
	if (rc == CA_OK)
		term_line(stdout, "%s/%s", exporting->out, row->name);
	ca_certificate_free(certificate);
	return rc;
}

static bool
add_bundle(const struct ca_ledger_row *row, void *arg)
{
	struct exporting *exporting = arg;
	const struct ca_profile *profile = ca_profile_by_name(row->profile);
	struct ca_error *err = exporting->err;

	exporting->found++;
	if (row->certificate == NULL) {
		exporting->rc = ca_fail(err, CA_ERR_POLICY,
		    "serial %s: is %s: there is no certificate",
		    row->serial_text, ca_state_name(row->state));
		return false;
	}
	if (profile == NULL || !ca_profile_on_request(profile)) {
		exporting->rc = ca_fail(err, CA_ERR_POLICY,
		    "serial %s: is of profile %s, which no host gets a bundle for",
		    row->serial_text, row->profile);
		ca_hint(err, "coldca ledger show --pem, or coldca export-ca");
		return false;
	}
	if (row->state == CA_STATE_REVOKED)
		term_warning("serial %s: is revoked: %s", row->serial_text,
		    row->reason);
	exporting->rc = write_again(exporting, row, profile, err);
	return false;
}

static enum ca_code
export_bundle(struct exporting *exporting, const char *word,
    struct ca_error *err)
{
	uint8_t serial[CA_SERIAL_SIZE];
	char text[CA_SERIAL_TEXT_SIZE];
	const struct ca_ledger_filter filter = { .serial = text };
	enum ca_code rc;

	rc = cli_serial_parse(word, serial, err);
	if (rc == CA_OK)
		rc = cli_args_path(&exporting->cli->args, CLI_OPT_OUT,
		    &exporting->out, err);
	if (rc != CA_OK)
		return rc;
	ca_hex(serial, CA_SERIAL_SIZE, text);
	rc = ca_ledger_list(exporting->cli->ca.ledger, &filter, add_bundle,
	    exporting, err);
	if (rc == CA_OK)
		rc = exporting->rc;
	if (rc == CA_OK && exporting->found == 0) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "serial %s: the ledger does not know it", text);
		ca_hint(err, "coldca ledger list shows what there is");
		rc = CA_ERR_INPUT;
	}
	return rc;
}

enum ca_code
cli_ledger_export(struct cli *cli, struct ca_error *err)
{
	struct exporting exporting = {
		.cli = cli,
		.authority = cli_args_value(&cli->args, CLI_OPT_CA),
		.now = ca_time_now(),
		.err = err,
	};
	const char *serial = cli_args_value(&cli->args, CLI_OPT_CERTIFICATE);
	bool index = cli_args_has(&cli->args, CLI_OPT_LEDGER_FORMAT);
	enum ca_code rc;

	if ((serial != NULL) == index) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "ledger export: one of --certificate and --format is needed");
		ca_hint(err, "--certificate=SERIAL, or --format=openssl-index");
		return CA_ERR_USAGE;
	}
	rc = index ? export_index(&exporting, err)
		   : export_bundle(&exporting, serial, err);
	free(exporting.out);
	return rc;
}
