/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a new CA: what is asked for, and what the token makes of it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/ca_key.h"
#include "cli/create_ca.h"
#include "cli/plan.h"
#include "cli/term.h"
#include "coldca/sigalg.h"

enum ca_code
cli_creation_refuse(const char *command, const struct ca_findings *findings,
    struct ca_error *err)
{
	term_findings(command, findings);
	if (err->hint[0] != '\0')
		term_hint("%s", err->hint);
	return cli_said(err, err->code);
}

/* The algorithms for keys of KIND, or all where it is CA_KEY_KINDS. */
static enum ca_code
hint_algorithms(enum ca_key_kind kind, struct ca_error *err)
{
	const struct ca_sigalg *row;
	char *list = NULL;
	struct ca_error ignored;

	for (size_t i = 0; (row = ca_sigalg_at(i)) != NULL; i++) {
		char *longer = NULL;

		if (kind != CA_KEY_KINDS && row->key != kind)
			continue;
		if (ca_text_format(&longer, &ignored, "%s%s%s",
			list != NULL ? list : "", list != NULL ? ", " : "",
			row->name) != CA_OK)
			break;
		free(list);
		list = longer;
	}
	if (list != NULL)
		ca_hint(err, "%s", list);
	free(list);
	return err->code;
}

static enum ca_code
check_algorithm(struct cli_creation *creation, struct ca_error *err)
{
	const char *name =
	    cli_args_value(&creation->cli->args, CLI_OPT_SIG_ALG);

	if (name == NULL)
		return CA_OK;
	creation->algorithm = ca_sigalg_by_name(name);
	if (creation->algorithm == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--sig-alg: unknown value `%s`", name);
		return hint_algorithms(CA_KEY_KINDS, err);
	}
	if (!creation->reuse && creation->algorithm->key != creation->kind) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--sig-alg: %s is not for %s keys", name,
		    ca_key_kind_name(creation->kind));
		return hint_algorithms(creation->kind, err);
	}
	return CA_OK;
}

/* A second CA of one cluster is a rotation, and never an accident. */
static enum ca_code
check_ledger(struct cli_creation *creation, struct ca_error *err)
{
	const struct cli_ca *ca = &creation->cli->ca;
	enum ca_code rc;

	rc = ca_ledger_authorities(ca->ledger, creation->order.authority,
	    &creation->known, err);
	if (rc != CA_OK)
		return rc;
	if (creation->planned)
		return CA_OK;
	if (creation->standby && creation->known.count == 0) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "--standby: %s: there is no CA yet for which it could stand by",
		    ca->path);
		ca_hint(err, "make the first one without --standby");
	} else if (!creation->standby && creation->known.count > 0 &&
	    !creation->overwrite) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: the ledger has a %s CA already; a second one takes over all signing",
		    ca->path, ca_authority_name(creation->order.authority));
		ca_hint(err,
		    "--overwrite begins a rotation to a new CA; --standby adds a key that only stands by");
	}
	return rc;
}

enum ca_code
cli_creation_check_kind(const struct cli_creation *creation,
    enum ca_profile_id profile, struct ca_error *err)
{
	const struct ca_key_info key = {
		.kind = creation->kind,
		.bits = creation->rsa_bits,
	};
	struct ca_findings findings = { 0 };
	enum ca_code rc = CA_OK;

	if (!creation->reuse)
		ca_policy_check_key(&creation->cli->ca.policy->profile[profile],
		    &key, &findings);
	if (ca_findings_code(&findings) != CA_OK) {
		(void)ca_fail(err, ca_findings_code(&findings), "--key-type");
		rc = cli_creation_refuse(creation->cli->command->name,
		    &findings, err);
	}
	ca_findings_clear(&findings);
	return rc;
}

enum ca_code
cli_creation_check_order(struct cli_creation *creation, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (!creation->planned)
		rc = cli_plan_check_none(creation->cli, creation->file, err);
	if (rc == CA_OK)
		rc = check_algorithm(creation, err);
	if (rc == CA_OK)
		rc = check_ledger(creation, err);
	if (rc == CA_OK)
		rc = cli_creation_check_kind(creation, CA_PROFILE_CA, err);
	return rc;
}

enum ca_code
cli_creation_check_token(const struct cli_creation *creation,
    struct ca_error *err)
{
	const struct ca_token_info *info =
	    ca_token_info(creation->jumpbox.token);
	enum ca_code rc = CA_OK;

	if (!creation->standby || creation->planned)
		return CA_OK;
	for (size_t i = 0; i < creation->known.count && rc == CA_OK; i++) {
		struct ca_passport passport = { 0 };
		bool found = false;

		rc = ca_ledger_passport(creation->cli->ca.ledger,
		    creation->known.item[i], &passport, &found, err);
		if (rc == CA_OK && found &&
		    strcmp(passport.token_serial, info->serial) == 0 &&
		    strcmp(passport.token_label, info->label) == 0 &&
		    strcmp(passport.token_model, info->model) == 0) {
			rc = ca_fail(err, CA_ERR_POLICY,
			    "--standby: token `%s` (serial %s) holds a key of this CA already: whoever loses it would lose both",
			    info->label, info->serial);
			ca_hint(err, "name another token in --ca-key");
		}
		ca_passport_clear(&passport);
	}
	return rc;
}

/* What a token promises of its keys is tried before the key is used. */
static enum ca_code
probe(struct cli_creation *creation, struct ca_error *err)
{
	bool failed = false;
	enum ca_code rc;

	cli_note(creation->cli,
	    "the key is made; now the token is asked to give it away");
	rc = cli_key_probe(creation->cli, &creation->jumpbox, &creation->key,
	    &failed, err);
	if (failed)
		ca_hint(err,
		    "the key is destroyed again; a CA key belongs on another token");
	return rc;
}

/* A key that certified itself before is held against its passport. */
static enum ca_code
compare_known(struct cli_creation *creation, struct ca_error *err)
{
	struct ca_key_info info;
	enum ca_code rc;

	rc = ca_key_describe(creation->key.public_key, &info, err);
	for (size_t i = 0; i < creation->known.count && rc == CA_OK; i++) {
		const struct ca_certificate *other = creation->known.item[i];

		if (memcmp(ca_certificate_key_info(other)->spki_sha256,
			info.spki_sha256, CA_SHA256_SIZE) != 0)
			continue;
		rc = cli_key_compare(creation->cli, &creation->jumpbox,
		    &creation->key, other, err);
		break;
	}
	return rc;
}

/* Why no key was made: one of that name may be there, and can be taken. */
static void
explain(const struct cli_creation *creation, struct ca_error *err)
{
	struct ca_token_key there = { 0 };
	struct ca_error ignored;

	if (ca_token_find_key(creation->jumpbox.token, creation->jumpbox.uri,
		&there, &ignored) != CA_OK)
		return;
	ca_token_key_clear(&there);
	ca_hint(err,
	    "--allow-ca-key-reuse certifies the key that is there; another object= names a new one");
}

enum ca_code
cli_creation_take_key(struct cli_creation *creation, struct ca_error *err)
{
	struct ca_token *token = creation->jumpbox.token;
	const char *label = ca_uri_object(creation->jumpbox.uri);
	enum ca_code rc;

	if (creation->reuse) {
		rc = ca_token_find_key(token, creation->jumpbox.uri,
		    &creation->key, err);
		if (rc == CA_OK)
			rc = cli_key_adopt(creation->cli, &creation->jumpbox,
			    &creation->key, err);
		if (rc == CA_OK)
			rc = compare_known(creation, err);
	} else {
		rc = ca_token_generate(token, label, creation->kind,
		    creation->rsa_bits, &creation->key, err);
		creation->generated = rc == CA_OK;
		if (rc == CA_ERR_TOKEN)
			explain(creation, err);
		if (rc == CA_OK)
			rc = probe(creation, err);
	}
	if (rc == CA_OK)
		rc = ca_token_passport(token, &creation->key,
		    &creation->passport, err);
	return rc;
}
