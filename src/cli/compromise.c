/* SPDX-License-Identifier: Apache-2.0 */
/* One step that ends a CA. */
#include "cli/compromise.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/serial.h"

/* The CA certificate that the word names, or the current one. */
static enum ca_code
choose(struct cli_compromise *compromise, struct ca_error *err)
{
	const struct cli_publishing *publishing = &compromise->publishing;
	struct cli_signing *signing = &compromise->publishing.signing;
	const struct ca_certificates *all = &signing->authorities;

	compromise->ca = signing->current;
	if (publishing->serial == NULL)
		return CA_OK;
	for (size_t i = 0; i < all->count; i++)
		if (cli_publishing_is(all->item[i], publishing->serial)) {
			compromise->ca = all->item[i];
			compromise->retired = i >= publishing->trusted;
			free(signing->key_uri);
			signing->key_uri = NULL;
			return ca_ledger_key_uri(signing->cli->ca.ledger,
			    compromise->ca, &signing->key_uri, err);
		}
	(void)ca_fail(err, CA_ERR_POLICY,
	    "serial %s: is not the certificate of one of the CAs",
	    signing->cli->args.word[0]);
	ca_hint(err, "coldca ledger list --profile=ca");
	return CA_ERR_POLICY;
}

static enum ca_code
read_options(struct cli_compromise *compromise, struct ca_error *err)
{
	struct cli_publishing *publishing = &compromise->publishing;
	const struct cli_args *args = &publishing->signing.cli->args;
	const char *reason = cli_args_value(args, CLI_OPT_REASON);
	enum ca_code rc;

	if (reason == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE, "--reason: needed");
		ca_hint(err, "--reason=keyCompromise; coldca help compromise");
		return CA_ERR_USAGE;
	}
	compromise->without_crl = cli_args_has(args, CLI_OPT_WITHOUT_CRL);
	rc = ca_reason_parse(reason, &compromise->reason, err);
	if (rc == CA_OK && args->word_count > 0) {
		rc = cli_serial_parse(args->word[0], compromise->serial, err);
		publishing->serial = compromise->serial;
	}
	if (rc == CA_OK)
		rc = cli_publishing_read(publishing,
		    publishing->signing.cli->ca.policy->crl_lifetime, err);
	if (rc == CA_OK && !compromise->without_crl)
		rc = cli_publishing_check_crl(publishing, err);
	if (rc == CA_OK)
		rc = choose(compromise, err);
	compromise->name =
	    ca_authority_name(publishing->signing.order.authority);
	return rc;
}

static enum ca_code
check_state(struct cli_compromise *compromise, struct ca_error *err)
{
	struct cli_signing *signing = &compromise->publishing.signing;
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	enum ca_code rc;

	rc = ca_ledger_check_usable(ledger, compromise->ca, err);
	if (rc == CA_ERR_POLICY)
		ca_hint(err,
		    "coldca create-crl issues its last CRL, if that is what is missing");
	if (rc == CA_OK)
		rc = ca_ledger_count_live(ledger, compromise->ca, signing->now,
		    &compromise->live, &compromise->revoked, err);
	return rc;
}

/* The name, not `yes`: the fingers know that one too well. */
static enum ca_code
confirm(const struct cli_compromise *compromise, struct ca_error *err)
{
	const struct cli *cli = compromise->publishing.signing.cli;
	const char *given = cli_args_value(&cli->args, CLI_OPT_CONFIRM);
	char answer[TERM_ANSWER_MAX] = "";
	struct term_tty tty = { .fd = -1 };
	enum ca_code rc;

	if (given != NULL) {
		cli_compromise_show(stderr, compromise);
		if (strcmp(given, compromise->name) == 0)
			return CA_OK;
		return ca_fail(err, CA_ERR_POLICY,
		    "--confirm=%s: it is the %s CA that would be given up",
		    given, compromise->name);
	}
	if (term_tty_open(&tty, err) != CA_OK) {
		ca_hint(err, "--confirm=%s goes on without asking",
		    compromise->name);
		return CA_ERR_USAGE;
	}
	cli_compromise_show(tty.out, compromise);
	rc = term_tty_line(&tty, "Give up this CA?",
	    "Type the name of the CA to go on: ", answer, sizeof(answer), err);
	if (rc == CA_OK && strcmp(answer, compromise->name) != 0)
		rc = ca_fail(err, CA_ERR_POLICY, "not confirmed");
	term_tty_close(&tty);
	return rc;
}

/* Before anything is revoked: whether the last CRL can be signed. */
static enum ca_code
take_key(struct cli_compromise *compromise, struct ca_error *err)
{
	struct cli_publishing *publishing = &compromise->publishing;
	enum ca_code rc;

	if (compromise->without_crl)
		return CA_OK;
	publishing->signing.issuer = compromise->ca;
	rc = cli_publishing_take_key(publishing, err);
	if (rc == CA_OK && publishing->signing.issuer != compromise->ca) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "--ca-key: is not the key of the CA of serial %s",
		    ca_certificate_serial_text(compromise->ca));
		rc = CA_ERR_POLICY;
	}
	if (rc != CA_OK)
		term_hint(
		    "nothing was revoked; --without-crl gives the CA up without its token");
	return rc;
}

enum ca_code
cli_compromise(struct cli *cli, struct ca_error *err)
{
	struct cli_compromise compromise = {
		.publishing.signing = { .cli = cli, .now = ca_time_now() },
	};
	struct cli_publishing *publishing = &compromise.publishing;
	struct ca_crl *crl = NULL;
	size_t count = 0;
	enum ca_code rc;

	rc = read_options(&compromise, err);
	if (rc == CA_OK)
		rc = check_state(&compromise, err);
	if (rc == CA_OK)
		rc = confirm(&compromise, err);
	if (rc == CA_OK)
		rc = take_key(&compromise, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_settle(cli, publishing->signing.now, err);
	if (rc == CA_OK)
		rc = ca_ledger_compromise(cli->ca.ledger, compromise.ca,
		    compromise.reason, publishing->signing.now, &count, err);
	if (rc == CA_OK && !compromise.without_crl) {
		rc = cli_publishing_crl(publishing, &crl, err);
		if (rc != CA_OK)
			term_warning(
			    "all is revoked in the ledger, but there is no last CRL: coldca create-crl --overwrite");
	}
	if (rc == CA_OK)
		rc = cli_compromise_plan(&compromise, crl, err);
	ca_crl_free(crl);
	cli_publishing_clear(publishing);
	return rc;
}
