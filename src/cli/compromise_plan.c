/* SPDX-License-Identifier: Apache-2.0 */
/* What `compromise` says before and after. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/compromise.h"
#include "cli/json.h"
#include "cli/show.h"
#include "coldca/plan.h"

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
	if (compromise->retired)
		cli_show_field(out, "standing", "retired: it was replaced");
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

/* What hosts have to do with the CA now; bits of a row. */
enum situation {
	TRUSTED = 1,  /* they trust it, and no plan changes that */
	REPLACED = 2, /* a plan that is under way will drop it */
	PLANNED = 4,  /* it is the new CA of such a plan */
	DROPPED = 8,  /* none is to trust it */
};

#define ANY (TRUSTED | REPLACED | PLANNED | DROPPED)

/* What stands between the two halves of a step. */
enum word {
	WORD_NONE,
	WORD_NAME,    /* of the CA */
	WORD_COMMAND, /* of the plan */
	WORD_FILE,    /* that holds its certificates */
};

static const struct {
	unsigned when; /* situations */
	bool needs_crl;
	const char *before;
	enum word word;
	const char *after;
} steps[] = {
	{ ANY, true,
	    "carry the CRL to every server that checks it, and have it reloaded; where OCSP is used, also: coldca create-ocsp --overwrite",
	    WORD_NONE, "" },
	{ TRUSTED, false,
	    "replace the CA by one with another key, on another token; in steps that lock nobody out, though until the last is everywhere whoever has the old key is believed, for CockroachDB looks at no CRL: coldca rotate-ca begin --ca=",
	    WORD_NAME, " --ca-key='pkcs11:token=...;object=...'" },
	{ TRUSTED, false,
	    "or stop every node and every client, and replace it in one step, after which nobody believes the old key: coldca rotate-ca begin --at-once --ca=",
	    WORD_NAME, " --ca-key='pkcs11:token=...;object=...'" },
	{ REPLACED, false,
	    "the plan that is under way drops it; until then whoever has its key is believed, for CockroachDB looks at no CRL: go on with coldca ",
	    WORD_COMMAND, " without delay" },
	{ PLANNED, false,
	    "begin the plan anew, with another key, on another token: coldca ",
	    WORD_COMMAND, " begin --ca-key='pkcs11:token=...;object=...'" },
	{ DROPPED, false,
	    "see that no host trusts it any longer, for CockroachDB looks at no CRL: its certificate is to be in no ",
	    WORD_FILE, "; coldca export-ca writes the one that is right" },
	{ TRUSTED | REPLACED | PLANNED, false,
	    "what hosts and users have is made anew for the keys that they have; where such a key may be known too, or was made on this machine, have a new request made, and give it with --request",
	    WORD_NONE, "" },
	{ ANY, false,
	    "change the passwords and secrets that went over connections made with the old certificates",
	    WORD_NONE, "" },
	{ ANY, false, "keep the old token locked away, as evidence", WORD_NONE,
	    "" },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* Where the operator stands. */
struct outlook {
	enum situation situation;
	const char *command; /* of the plan that is under way */
};

static enum ca_code
look_out(const struct cli_compromise *compromise, struct outlook *ret,
    struct ca_error *err)
{
	const struct cli_signing *signing = &compromise->publishing.signing;
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	struct ca_certificates retired = { 0 };
	struct ca_plan plan = { 0 };
	bool found = false;
	enum ca_code rc;

	*ret = (struct outlook){ TRUSTED, "" };
	rc = ca_plan_read(ledger, &plan, &found, err);
	if (rc == CA_OK)
		rc = ca_ledger_retired(ledger, signing->order.authority,
		    &retired, err);
	if (rc == CA_OK && found)
		ret->command = ca_plan_command(plan.kind);
	if (rc == CA_OK && found &&
	    memcmp(ca_certificate_key_info(plan.certificate)->spki_sha256,
		ca_certificate_key_info(compromise->ca)->spki_sha256,
		CA_SHA256_SIZE) == 0)
		ret->situation = PLANNED;
	else if (rc == CA_OK && ca_certificates_has(&retired, compromise->ca))
		ret->situation = DROPPED;
	else if (rc == CA_OK && found &&
	    plan.authority == signing->order.authority)
		ret->situation = REPLACED;
	ca_plan_clear(&plan);
	ca_certificates_clear(&retired);
	return rc;
}

/* Whether step INDEX is to be done. */
static bool
applies(const struct outlook *outlook, size_t index, bool has_crl)
{
	return (steps[index].when & outlook->situation) != 0 &&
	    (has_crl || !steps[index].needs_crl);
}

/* *RET_TEXT is new. */
static enum ca_code
step_text(const struct cli_compromise *compromise,
    const struct outlook *outlook, size_t index, char **ret_text,
    struct ca_error *err)
{
	const struct ca_authority_info *info =
	    ca_authority_get(compromise->publishing.signing.order.authority);
	const char *const words[] = {
		[WORD_NONE] = "",
		[WORD_NAME] = compromise->name,
		[WORD_COMMAND] = outlook->command,
		[WORD_FILE] = info->file,
	};

	return ca_text_format(ret_text, err, "%s%s%s", steps[index].before,
	    words[steps[index].word], steps[index].after);
}

static enum ca_code
plan_json(const struct cli_compromise *compromise,
    const struct outlook *outlook, const struct ca_crl *crl,
    struct ca_error *err)
{
	json_t *list = json_array();
	enum ca_code rc = list == NULL ? ca_fail_memory(err) : CA_OK;

	for (size_t i = 0; i < STEPS && rc == CA_OK; i++) {
		char *text = NULL;

		if (!applies(outlook, i, crl != NULL))
			continue;
		rc = step_text(compromise, outlook, i, &text, err);
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
print_steps(const struct cli_compromise *compromise,
    const struct outlook *outlook, bool has_crl, struct ca_error *err)
{
	unsigned number = 1;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < STEPS && rc == CA_OK; i++) {
		char *text = NULL;

		if (!applies(outlook, i, has_crl))
			continue;
		rc = step_text(compromise, outlook, i, &text, err);
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
	struct outlook outlook;
	enum ca_code rc = look_out(compromise, &outlook, err);

	if (rc != CA_OK)
		return rc;
	if (signing->cli->json)
		return plan_json(compromise, &outlook, crl, err);
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
	return print_steps(compromise, &outlook, crl != NULL, err);
}
