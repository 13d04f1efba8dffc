/* SPDX-License-Identifier: Apache-2.0 */
/* What `compromise` says before and after. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/compromise.h"
#include "cli/json.h"
#include "cli/show.h"

void
cli_compromise_show(FILE *out, const struct cli_compromise *compromise)
{
	char until[CA_TIME_TEXT_SIZE];

	ca_time_format(ca_certificate_not_after(compromise->ca), until);
	term_line(out, "This gives up the %s CA:", compromise->name);
	cli_show_field(out, "subject", "%s",
	    ca_certificate_subject_text(compromise->ca));
	cli_show_field(out, "serial", "%s",
	    ca_certificate_serial_text(compromise->ca));
	cli_show_key(out, ca_certificate_key_info(compromise->ca));
	cli_show_field(out, "reason", "%s", ca_reason_name(compromise->reason));
	cli_show_field(out, "revokes", "%zu of %zu live certificates",
	    compromise->live - compromise->revoked, compromise->live);
	if (compromise->without_crl)
		cli_show_field(out, "last CRL", "none");
	else
		cli_show_field(out, "last CRL", "valid until %s, the CA's end",
		    until);
	term_line(out,
	    "Its key never signs a certificate again. Nothing takes this back.");
}

/* What stands between the two halves of a step. */
enum word {
	WORD_NONE,
	WORD_COMMAND, /* that makes such a CA */
	WORD_FILE,    /* that holds its certificates */
};

static const struct {
	bool needs_crl;
	const char *before;
	enum word word;
	const char *after;
} steps[] = {
	{ true,
	    "carry the CRL to every server that checks it, and have it reloaded; where OCSP is used, also: coldca create-ocsp --overwrite",
	    WORD_NONE, "" },
	{ false, "make a new CA with another key, on another token: coldca ",
	    WORD_COMMAND,
	    " --overwrite --ca-key='pkcs11:token=...;object=...'" },
	{ false,
	    "put the file that it writes, the new certificate and the old one in it, everywhere: nodes reload on SIGHUP, clients restart; it is ",
	    WORD_FILE, "" },
	{ false,
	    "have every host and user make a new request, with a new key, sign it, install it: coldca ledger list --state=revoked shows whose",
	    WORD_NONE, "" },
	{ false,
	    "when the last one has its new certificate, leave the old one out everywhere, and reload; until then whoever has the old key is believed, for CockroachDB looks at no CRL; it is ",
	    WORD_FILE, "" },
	{ false,
	    "change the passwords and secrets that went over connections made with the old certificates",
	    WORD_NONE, "" },
	{ false, "keep the old token locked away, as evidence", WORD_NONE, "" },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* *RET_TEXT is new. */
static enum ca_code
step_text(const struct cli_compromise *compromise, size_t index,
    char **ret_text, struct ca_error *err)
{
	const struct ca_authority_info *info =
	    ca_authority_get(compromise->publishing.signing.order.authority);
	const char *const words[] = {
		[WORD_NONE] = "",
		[WORD_COMMAND] = info->command,
		[WORD_FILE] = info->file,
	};

	return ca_text_format(ret_text, err, "%s%s%s", steps[index].before,
	    words[steps[index].word], steps[index].after);
}

static enum ca_code
plan_json(const struct cli_compromise *compromise, const struct ca_crl *crl,
    struct ca_error *err)
{
	json_t *list = json_array();
	enum ca_code rc = list == NULL ? ca_fail_memory(err) : CA_OK;

	for (size_t i = 0; i < STEPS && rc == CA_OK; i++) {
		char *text = NULL;

		if (crl == NULL && steps[i].needs_crl)
			continue;
		rc = step_text(compromise, i, &text, err);
		if (rc == CA_OK &&
		    json_array_append_new(list, cli_json_text(text)) != 0)
			rc = ca_fail_memory(err);
		free(text);
	}
	if (rc != CA_OK) {
		json_decref(list);
		return rc;
	}
	return cli_json_print(json_pack("{s:s,s:s,s:s,s:I,s:o,s:o}", "ca",
				  compromise->name, "serial",
				  ca_certificate_serial_text(compromise->ca),
				  "reason", ca_reason_name(compromise->reason),
				  "revoked",
				  (json_int_t)(compromise->live -
				      compromise->revoked),
				  "crl",
				  crl != NULL ? json_integer(ca_crl_number(crl))
					      : json_null(),
				  "plan", list),
	    err);
}

static enum ca_code
print_steps(const struct cli_compromise *compromise, bool has_crl,
    struct ca_error *err)
{
	unsigned number = 1;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < STEPS && rc == CA_OK; i++) {
		char *text = NULL;

		if (!has_crl && steps[i].needs_crl)
			continue;
		rc = step_text(compromise, i, &text, err);
		if (rc == CA_OK)
			term_line(stdout, "%u. %s", number++, text);
		free(text);
	}
	return rc;
}

enum ca_code
cli_compromise_plan(const struct cli_compromise *compromise,
    const struct ca_crl *crl, struct ca_error *err)
{
	const struct cli_signing *signing = &compromise->publishing.signing;

	if (signing->cli->json)
		return plan_json(compromise, crl, err);
	term_line(stdout, "The %s CA of serial %s is given up: %zu revoked.",
	    compromise->name, ca_certificate_serial_text(compromise->ca),
	    compromise->live - compromise->revoked);
	if (crl != NULL)
		term_line(stdout, "Its last CRL, number %" PRId64 ": %s/%s",
		    ca_crl_number(crl), signing->out,
		    compromise->publishing.crl_file);
	else
		term_line(stdout,
		    "It has no last CRL. Once its token can be used: coldca create-crl");
	term_line(stdout, "What to do now:");
	return print_steps(compromise, crl != NULL, err);
}
