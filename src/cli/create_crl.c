/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/time.h"
#include "cli/json.h"
#include "cli/publish.h"

static enum ca_code
print_json(const struct cli_publishing *publishing, const struct ca_crl *crl,
    struct ca_error *err)
{
	const struct cli_signing *signing = &publishing->signing;

	return cli_json_print(json_pack("{s:I,s:o,s:o,s:I,s:s,s:o,s:[s,s]}",
				  "number", (json_int_t)ca_crl_number(crl),
				  "this_update",
				  cli_json_time(ca_crl_this_update(crl)),
				  "next_update",
				  cli_json_time(ca_crl_next_update(crl)),
				  "revoked", (json_int_t)ca_crl_count(crl),
				  "ca",
				  ca_certificate_serial_text(signing->issuer),
				  "out", cli_json_text(signing->out), "files",
				  publishing->crl_file,
				  publishing->crl_der_file),
	    err);
}

static enum ca_code
report(const struct cli_publishing *publishing, const struct ca_crl *crl,
    struct ca_error *err)
{
	const struct cli_signing *signing = &publishing->signing;
	char next[CA_TIME_TEXT_SIZE];

	ca_time_format(ca_crl_next_update(crl), next);
	cli_note(signing->cli,
	    "CRL number %" PRId64
	    ": %zu revoked, the next one is due before %s",
	    ca_crl_number(crl), ca_crl_count(crl), next);
	if (ca_crl_next_update(crl) < publishing->next_update)
		cli_note(signing->cli,
		    "nextUpdate is the end of the CA certificate, which comes before");
	cli_next(signing->cli,
	    "carry %s/%s to the servers that check it; PostgreSQL: ssl_crl_file, and reload",
	    signing->out, publishing->crl_file);
	if (signing->cli->json)
		return print_json(publishing, crl, err);
	term_line(stdout, "%s/%s", signing->out, publishing->crl_file);
	term_line(stdout, "%s/%s", signing->out, publishing->crl_der_file);
	return CA_OK;
}

enum ca_code
cli_create_crl(struct cli *cli, struct ca_error *err)
{
	struct cli_publishing publishing = {
		.signing = { .cli = cli, .now = ca_time_now() },
	};
	struct ca_crl *crl = NULL;
	enum ca_code rc;

	rc =
	    cli_publishing_read(&publishing, cli->ca.policy->crl_lifetime, err);
	if (rc == CA_OK)
		rc = cli_publishing_check_crl(&publishing, err);
	if (rc == CA_OK)
		rc = cli_publishing_take_key(&publishing, err);
	if (rc == CA_OK)
		rc = cli_publishing_crl(&publishing, &crl, err);
	if (rc == CA_OK)
		rc = report(&publishing, crl, err);
	ca_crl_free(crl);
	cli_publishing_clear(&publishing);
	return rc;
}
