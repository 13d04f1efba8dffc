/* SPDX-License-Identifier: Apache-2.0 */
/* Each open entry: what becomes of it, and that it does. */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/bundle.h"
#include "cli/head.h"
#include "cli/known_keys.h"
#include "cli/sign_resume.h"
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
		.operators = (const char *const *)signing->eyes.operators,
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
	enum ca_code rc =
	    cli_four_eyes_find_operators(&resume->signing.eyes, err);

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

/* One run over the entries that stand; done() is another thread's. */
struct issuing {
	struct cli_resume *resume;
	size_t next; /* entry */
	struct cli_bundle_authorities authorities;
	struct cli_listing listing; /* of the bundles that are written */
	atomic_int written;         /* why a bundle is not, an enum ca_code */
};

static enum ca_code
next_entry(void *arg, struct ca_issue_item *ret, struct ca_error *err)
{
	struct issuing *issuing = arg;
	const struct cli_resume *resume = issuing->resume;
	struct cli_resume_entry *entry;
	enum ca_code rc;

	while (issuing->next < resume->opens.count &&
	    resume->entry[issuing->next].fate != CLI_RESUME_SIGNS)
		issuing->next++;
	if (issuing->next == resume->opens.count)
		return CA_OK;
	entry = &resume->entry[issuing->next++];
	/* The ledger is read here, and not where bundles are written. */
	rc = cli_bundle_authorities_read(resume->signing.cli,
	    &issuing->authorities, entry->open->profile, err);
	if (rc != CA_OK)
		return rc;
	ret->draft = entry->resumed.draft;
	ret->name = entry->open->name;
	ret->owner = entry;
	return CA_OK;
}

static void
take_group(void *arg, struct ca_issue_item *items, size_t count)
{
	struct issuing *issuing = arg;
	const struct cli_signing *signing = &issuing->resume->signing;
	struct ca_bundle bundle[CA_ISSUE_GROUP];
	struct cli_resume_entry *of[CA_ISSUE_GROUP];
	bool written[CA_ISSUE_GROUP];
	size_t bundles = 0;
	enum ca_code rc;

	for (size_t i = 0; i < count; i++) {
		struct cli_resume_entry *entry = items[i].owner;
		const struct ca_profile *profile = entry->open->profile;

		entry->certificate = items[i].certificate;
		if (entry->certificate == NULL)
			continue;
		bundle[bundles] = (struct ca_bundle){ entry->open->name,
			profile, entry->certificate,
			&issuing->authorities.of[profile->id] };
		of[bundles++] = entry;
	}
	if (bundles == 0)
		return;
	rc = cli_bundles_write(signing->out, bundle, bundles,
	    signing->overwrite, written, &issuing->listing.files);
	for (size_t i = 0; i < bundles; i++)
		of[i]->written = written[i];
	if (rc != CA_OK && atomic_load(&issuing->written) == CA_OK)
		atomic_store(&issuing->written, (int)rc);
}

/* Signs the head, and what is in the bundles that were written. */
static enum ca_code
sign_head(const struct cli_resume *resume, const struct ca_issuer *issuer,
    const struct cli_listing *listing, struct ca_error *err)
{
	struct ca_response_bundle *bundle =
	    calloc(resume->opens.count + 1, sizeof(*bundle));
	size_t count = 0;
	enum ca_code rc;

	if (bundle == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < resume->opens.count; i++) {
		const struct cli_resume_entry *entry = &resume->entry[i];

		if (entry->certificate == NULL || !entry->written)
			continue;
		bundle[count++] =
		    (struct ca_response_bundle){ entry->open->name,
			    ca_certificate_serial_text(entry->certificate) };
	}
	rc = cli_head_sign_response(resume->signing.cli, issuer,
	    resume->signing.out, bundle, count, listing, err);
	free(bundle);
	return rc;
}

/* Signs what stands, and the head of what the ledger has then. */
static enum ca_code
issue(struct cli_resume *resume, struct ca_error *err)
{
	const struct ca_issuer issuer = {
		.ledger = resume->signing.cli->ca.ledger,
		.signer = resume->signing.signer,
		.certificate = resume->signing.issuer,
	};
	struct issuing issuing = { .resume = resume,
		.listing = CLI_LISTING_NONE };
	const struct ca_issue_run run = {
		.next = next_entry,
		.done = take_group,
		.arg = &issuing,
		.again = true,
	};
	enum ca_code rc = ca_issue_all(&issuer, &run, err);

	if (rc == CA_OK)
		rc = sign_head(resume, &issuer, &issuing.listing, err);
	if (rc == CA_OK && atomic_load(&issuing.written) != CA_OK)
		rc = cli_said(err, (enum ca_code)atomic_load(&issuing.written));
	cli_bundle_authorities_clear(&issuing.authorities);
	cli_listing_clear(&issuing.listing);
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
