/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/lint.h"

#include <jansson.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/term.h"

/* A file's certificates, and where issuers are looked for besides. */
struct linting {
	const char *path;
	struct ca_certificates certificates;
	const struct ca_certificates *issuers;
	enum ca_lint_set set;
	json_t *list; /* NULL: text is wanted */
	enum ca_code code;
};

/*
 * PEM, or one certificate in DER: a SEQUENCE of more than 127 octets, which no
 * text begins with.
 */
static enum ca_code
read_certificates(const char *path, struct ca_certificates *ret,
    struct ca_error *err)
{
	struct ca_certificate *one = NULL;
	struct ca_bytes bytes = { 0 };
	enum ca_code rc;

	rc = ca_file_read(path, CA_CERTIFICATE_FILE_MAX, &bytes, err);
	if (rc != CA_OK)
		return rc;
	if (bytes.len > 1 && bytes.data[0] == 0x30 &&
	    (bytes.data[1] & 0x80) != 0) {
		rc = ca_certificate_parse(bytes.data, bytes.len, &one, err);
		if (rc == CA_OK)
			rc = ca_certificates_add(ret, one, err);
		else
			(void)ca_error_prefix(err, "%s", path);
	} else {
		rc = ca_certificates_parse(path, bytes.data, bytes.len, ret,
		    err);
	}
	ca_bytes_free(&bytes);
	return rc;
}

/* The first in LIST whose key signed CERTIFICATE; or NULL. */
static const struct ca_certificate *
find_signer(const struct ca_certificates *list,
    const struct ca_certificate *certificate)
{
	struct ca_error ignored;

	for (size_t i = 0; i < list->count; i++)
		if (list->item[i] != certificate &&
		    ca_certificate_check_issuer(certificate, list->item[i],
			&ignored) == CA_OK)
			return list->item[i];
	return NULL;
}

/*
 * The issuer of CERTIFICATE: in its own file, or of --issuer. One that was
 * named and did not sign it is its issuer all the same: lint says what is wrong
 * between them. A self-signed certificate has none.
 */
static const struct ca_certificate *
find_issuer(const struct linting *linting,
    const struct ca_certificate *certificate)
{
	const struct ca_certificate *issuer;
	struct ca_error ignored;

	if (ca_certificate_check_issuer(certificate, certificate, &ignored) ==
	    CA_OK)
		return NULL;
	issuer = find_signer(&linting->certificates, certificate);
	if (issuer == NULL)
		issuer = find_signer(linting->issuers, certificate);
	if (issuer == NULL && linting->issuers->count > 0)
		issuer = linting->issuers->item[0];
	return issuer;
}

static void
show(const struct linting *linting, const struct ca_certificate *certificate,
    const struct ca_findings *findings)
{
	term_line(stdout, "%s: %s", linting->path,
	    ca_certificate_subject_text(certificate));
	for (size_t i = 0; i < findings->count; i++)
		term_line(stdout, "  %s: %s", findings->item[i].rule,
		    findings->item[i].text);
	if (findings->lost > 0)
		term_line(stdout, "  %zu more", findings->lost);
	if (findings->count == 0)
		term_line(stdout, "  nothing found");
}

static json_t *
to_json(const struct linting *linting, const struct ca_certificate *certificate,
    const struct ca_certificate *issuer, const struct ca_findings *findings)
{
	return json_pack("{s:o,s:o,s:s,s:o,s:i,s:o}", "file",
	    cli_json_text(linting->path), "subject",
	    cli_json_text(ca_certificate_subject_text(certificate)), "serial",
	    ca_certificate_serial_text(certificate), "issuer",
	    cli_json_text(
		issuer != NULL ? ca_certificate_subject_text(issuer) : NULL),
	    "status", (int)ca_findings_code(findings), "findings",
	    cli_json_findings(findings));
}

static enum ca_code
lint_one(struct linting *linting, const struct ca_certificate *certificate,
    struct ca_error *err)
{
	const struct ca_certificate *issuer = find_issuer(linting, certificate);
	struct ca_findings findings = { 0 };
	enum ca_code rc = CA_OK;

	ca_lint(certificate, issuer, linting->set, &findings);
	ca_key_check(ca_certificate_key(certificate), &findings);
	if (linting->code == CA_OK && ca_findings_code(&findings) != CA_OK)
		linting->code = CA_ERR_POLICY;
	if (linting->list == NULL)
		show(linting, certificate, &findings);
	else if (json_array_append_new(linting->list,
		     to_json(linting, certificate, issuer, &findings)) != 0)
		rc = ca_fail_memory(err);
	ca_findings_clear(&findings);
	return rc;
}

/* What can not be read is said, and the others are looked at. */
static enum ca_code
lint_file(struct linting *linting, const char *path, struct ca_error *err)
{
	enum ca_code rc;

	linting->path = path;
	rc = read_certificates(path, &linting->certificates, err);
	if (rc != CA_OK && rc != CA_ERR_INTERNAL) {
		term_error(err);
		if (linting->code == CA_OK)
			linting->code = rc;
		return CA_OK;
	}
	for (size_t i = 0; i < linting->certificates.count && rc == CA_OK; i++)
		rc = lint_one(linting, linting->certificates.item[i], err);
	ca_certificates_clear(&linting->certificates);
	return rc;
}

static const char *
set_name(enum ca_lint_set set)
{
	return set == CA_LINT_PROFILES ? "coldca" : "any";
}

static enum ca_code
list_rules(struct ca_error *err)
{
	static const char *const headings[] = { "Rule", "Source", "Of",
		"Certificates", "It is a fault that" };
	const struct ca_lint_rule *rule;
	struct cli_table *table = NULL;
	enum ca_lint_set set;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0;
	     rc == CA_OK && (rule = ca_lint_rule(i, &set)) != NULL; i++) {
		const char *const cells[] = { rule->name, rule->source,
			set_name(set), ca_lint_scope_name(rule->scope),
			rule->otherwise };

		rc = cli_table_row(table, cells, err);
	}
	if (rc == CA_OK)
		rc = cli_table_print(table, stdout, err);
	cli_table_free(table);
	return rc;
}

static enum ca_code
list_rules_json(struct ca_error *err)
{
	const struct ca_lint_rule *rule;
	json_t *list = json_array();
	enum ca_lint_set set;

	for (size_t i = 0;
	     list != NULL && (rule = ca_lint_rule(i, &set)) != NULL; i++) {
		if (json_array_append_new(list,
			json_pack("{s:s,s:s,s:s,s:s,s:s}", "rule", rule->name,
			    "source", rule->source, "of", set_name(set),
			    "certificates", ca_lint_scope_name(rule->scope),
			    "fault", rule->otherwise)) == 0)
			continue;
		json_decref(list);
		list = NULL;
	}
	return cli_json_print(list, err);
}

static enum ca_code
lint_all(const struct cli *cli, struct linting *linting, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < cli->args.word_count && rc == CA_OK; i++)
		rc = lint_file(linting, cli->args.word[i], err);
	if (rc == CA_OK && linting->list != NULL) {
		rc = cli_json_print(linting->list, err);
		linting->list = NULL;
	}
	json_decref(linting->list);
	if (rc == CA_OK && linting->code != CA_OK)
		rc = cli_said(err, linting->code);
	return rc;
}

enum ca_code
cli_lint(struct cli *cli, struct ca_error *err)
{
	const char *issuer = cli_args_value(&cli->args, CLI_OPT_ISSUER);
	struct ca_certificates issuers = { 0 };
	struct linting linting = { .issuers = &issuers };
	enum ca_code rc = CA_OK;

	if (cli_args_has(&cli->args, CLI_OPT_RULES))
		return cli->json ? list_rules_json(err) : list_rules(err);
	if (cli->args.word_count == 0)
		return ca_fail(err, CA_ERR_USAGE, "lint: which certificates?");
	if (cli_args_has(&cli->args, CLI_OPT_OWN))
		linting.set = CA_LINT_PROFILES;
	if (issuer != NULL)
		rc = read_certificates(issuer, &issuers, err);
	if (rc == CA_OK && cli->json && (linting.list = json_array()) == NULL)
		rc = ca_fail_memory(err);
	if (rc == CA_OK)
		rc = lint_all(cli, &linting, err);
	ca_certificates_clear(&issuers);
	return rc;
}
