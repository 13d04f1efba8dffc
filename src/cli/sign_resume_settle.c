/* SPDX-License-Identifier: Apache-2.0 */
/* Each open entry: what becomes of it, and that it does. */
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/head.h"
#include "cli/known_keys.h"
#include "cli/sign_resume.h"
#include "cli/term.h"
#include "coldca/bundle.h"
#include "coldca/issue.h"

size_t
cli_resume_count(const struct cli_resume *resume, enum cli_resume_fate fate)
{
	size_t count = 0;

	for (size_t i = 0; i < resume->opens.count; i++)
		count += resume->entry[i].fate == fate;
	return count;
}

/* WHY is what ERR has to say, and ENTRY does not stand. */
static enum ca_code
give_up(struct cli_resume_entry *entry, const char *why, struct ca_error *err)
{
	ca_resumed_clear(&entry->resumed);
	entry->fate = CLI_RESUME_BURNS;
	return ca_text_format(&entry->why, err, "%s", why);
}

/* What has become known of its key since. */
static enum ca_code
judge_key(struct cli_resume *resume, struct cli_resume_entry *entry,
    struct ca_error *err)
{
	struct ca_findings findings = { 0 };
	enum ca_code rc;

	rc = cli_known_key_judge(&resume->signing.cli->ca,
	    &entry->resumed.grant, entry->open->name, &findings, err);
	if (rc == CA_OK && findings.count > 0)
		rc = give_up(entry, findings.item[0].text, err);
	ca_findings_clear(&findings);
	return rc;
}

static enum ca_code
judge_entry(struct cli_resume *resume, struct cli_resume_entry *entry,
    struct ca_error *err)
{
	const struct cli_signing *signing = &resume->signing;
	const struct ca_resuming resuming = {
		.ledger = signing->cli->ca.ledger,
		.policy = signing->cli->ca.policy,
		.issuer = signing->issuer,
		.algorithm = signing->algorithm,
		.now = signing->now,
	};
	struct ca_error why;
	enum ca_code rc;

	if (entry->open->authority != CA_AUTHORITIES &&
	    entry->open->authority != signing->order.authority) {
		entry->fate = CLI_RESUME_LEFT;
		return CA_OK;
	}
	rc = ca_resume_judge(&resuming, entry->open, &entry->resumed, &why);
	if (rc == CA_ERR_POLICY)
		return give_up(entry, why.message, err);
	if (rc != CA_OK) {
		*err = why;
		return rc;
	}
	entry->fate = CLI_RESUME_SIGNS;
	return judge_key(resume, entry, err);
}

/* That a bundle is in the way is no reason to burn what is to be in it. */
static enum ca_code
check_bundle(const struct cli_resume *resume,
    const struct cli_resume_entry *entry, struct ca_error *err)
{
	const char *out = resume->signing.out;

	if (entry->fate != CLI_RESUME_SIGNS || resume->signing.overwrite ||
	    !ca_bundle_exists(out, entry->open->name))
		return CA_OK;
	(void)ca_fail(err, CA_ERR_FILE, "%s/%s: is there already", out,
	    entry->open->name);
	ca_hint(err, "--overwrite replaces it, --out names another place");
	return CA_ERR_FILE;
}

enum ca_code
cli_resume_judge(struct cli_resume *resume, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < resume->opens.count && rc == CA_OK; i++) {
		rc = judge_entry(resume, &resume->entry[i], err);
		if (rc == CA_OK)
			rc = check_bundle(resume, &resume->entry[i], err);
	}
	return rc;
}

/* Those that do not stand, all of them or none. */
static enum ca_code
burn(struct cli_resume *resume, struct ca_error *err)
{
	struct ca_burn *list = calloc(resume->opens.count + 1, sizeof(*list));
	size_t count = 0;
	enum ca_code rc;

	if (list == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < resume->opens.count; i++)
		if (resume->entry[i].fate == CLI_RESUME_BURNS)
			list[count++] =
			    (struct ca_burn){ resume->entry[i].open->serial,
				    resume->entry[i].why };
	rc = ca_ledger_burn(resume->signing.cli->ca.ledger, list, count,
	    ca_time_now(), err);
	for (size_t i = 0; i < resume->opens.count && rc == CA_OK; i++)
		resume->entry[i].burned =
		    resume->entry[i].fate == CLI_RESUME_BURNS;
	free(list);
	return rc;
}

/* A bundle that can not be written takes nothing back: the ledger has it. */
static enum ca_code
write_bundle(const struct cli_resume *resume, struct cli_resume_entry *entry)
{
	const struct cli_signing *signing = &resume->signing;
	struct ca_error err;
	enum ca_code rc;

	rc = cli_bundle_write(signing->cli, signing->out, entry->open->name,
	    entry->open->profile, entry->certificate, signing->overwrite, &err);
	entry->written = rc == CA_OK;
	if (rc == CA_OK)
		return CA_OK;
	ca_hint(&err,
	    "the certificate is in the ledger: coldca ledger export --certificate=%s",
	    entry->open->serial_text);
	term_error(&err);
	return rc;
}

/* Signs and writes COUNT entries; LAST: the token has nothing to do after. */
static enum ca_code
issue_group(struct cli_resume *resume, struct cli_resume_entry *const *group,
    size_t count, bool last, struct ca_error *err)
{
	const struct ca_issuer issuer = {
		.ledger = resume->signing.cli->ca.ledger,
		.signer = resume->signing.signer,
		.certificate = resume->signing.issuer,
	};
	const struct ca_draft *drafts[CA_ISSUE_GROUP];
	struct ca_certificate *made[CA_ISSUE_GROUP] = { NULL };
	struct ca_error unsigned_head;
	enum ca_code rc, one, written = CA_OK, head = CA_OK;

	for (size_t i = 0; i < count; i++)
		drafts[i] = group[i]->resumed.draft;
	rc = ca_issue_again(&issuer, drafts, count, ca_time_now(), made, err);
	if (last && rc == CA_OK)
		head = cli_head_sign(&issuer, &unsigned_head);
	for (size_t i = 0; i < count; i++) {
		group[i]->certificate = made[i];
		one = made[i] != NULL ? write_bundle(resume, group[i]) : CA_OK;
		if (written == CA_OK)
			written = one;
	}
	if (rc == CA_OK && written != CA_OK)
		return cli_said(err, written);
	if (rc == CA_OK && head != CA_OK) {
		*err = unsigned_head;
		return head;
	}
	return rc;
}

static enum ca_code
issue(struct cli_resume *resume, struct ca_error *err)
{
	size_t left = cli_resume_count(resume, CLI_RESUME_SIGNS), count = 0;
	struct cli_resume_entry *group[CA_ISSUE_GROUP];
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < resume->opens.count && rc == CA_OK; i++) {
		if (resume->entry[i].fate != CLI_RESUME_SIGNS)
			continue;
		group[count++] = &resume->entry[i];
		left--;
		if (count < CA_ISSUE_GROUP && left > 0)
			continue;
		rc = issue_group(resume, group, count, left == 0, err);
		count = 0;
	}
	return rc;
}

enum ca_code
cli_resume_settle(struct cli_resume *resume, struct ca_error *err)
{
	bool signs = cli_resume_count(resume, CLI_RESUME_SIGNS) > 0;
	enum ca_code rc = CA_OK;

	if (signs)
		rc = cli_signing_take_key(&resume->signing, err);
	if (rc == CA_OK)
		rc = burn(resume, err);
	if (rc == CA_OK && signs)
		rc = issue(resume, err);
	return rc;
}
