/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts that are carried to be approved, and come back with approvals. */
#include "cli/four_eyes.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "cli/sign.h"
#include "coldca/head.h"

#define FILES_MAX ((size_t)10000) /* drafts and approvals of one directory */
#define LOGIN_UID "/proc/self/loginuid"
#define LOGIN_UID_MAX ((size_t)32)         /* bytes of that file */
#define LOGIN_UID_UNSET ((long)4294967295) /* nobody has logged in */
#define NAME_OCTETS ((size_t)8)            /* of a hash, in a file's name */

/* One directory being read. */
struct reading {
	struct cli_four_eyes *eyes;
	const char *path;
	int dir;
	size_t files;
};

static bool
ends_in(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && strcmp(name + len - tail, ending) == 0;
}

static enum ca_code
add_operator(struct cli_four_eyes *eyes, size_t index, uid_t user,
    struct ca_error *err)
{
	const struct passwd *entry = getpwuid(user);

	if (entry == NULL)
		return CA_OK;
	while (index > 0 && eyes->operators[index - 1] == NULL)
		index--;
	return ca_text_format(&eyes->operators[index], err, "%s",
	    entry->pw_name);
}

/* sudo and su change the user, and not who has logged in (pam_loginuid(8)). */
enum ca_code
cli_four_eyes_find_operators(struct cli_four_eyes *eyes, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	char word[LOGIN_UID_MAX + 1] = "";
	struct ca_error ignored;
	long uid;
	enum ca_code rc = add_operator(eyes, 0, getuid(), err);

	if (rc != CA_OK ||
	    ca_file_read(LOGIN_UID, LOGIN_UID_MAX, &text, &ignored) != CA_OK)
		return rc;
	memcpy(word, text.data, text.len);
	ca_bytes_free(&text);
	uid = strtol(word, NULL, 10);
	if (uid < 0 || uid == LOGIN_UID_UNSET || (uid_t)uid == getuid())
		return CA_OK;
	return add_operator(eyes, 1, (uid_t)uid, err);
}

static enum ca_code
add_draft(struct cli_four_eyes *eyes, const char *what,
    const struct ca_bytes *text, struct ca_error *err)
{
	struct ca_draft_file file = { .profile = NULL };
	enum ca_code rc =
	    ca_draft_file_parse(what, text->data, text->len, &file, err);

	if (rc == CA_OK &&
	    memcmp(file.ledger, eyes->ledger, CA_SHA256_SIZE) != 0)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: is a draft of another CA's ledger", what);
	if (rc == CA_OK)
		rc = ca_draft_files_add(&eyes->drafts, &file, err);
	if (rc != CA_OK)
		ca_draft_file_clear(&file);
	return rc;
}

static enum ca_code
read_one(void *context, const char *name, struct ca_error *err)
{
	struct reading *reading = context;
	bool draft = ends_in(name, CA_DRAFT_ENDING);
	struct ca_bytes text = { 0 };
	char *path = NULL;
	enum ca_code rc;

	if (!draft && !ends_in(name, CA_APPROVAL_ENDING))
		return CA_OK;
	if (++reading->files > FILES_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: more than %zu drafts and approvals", reading->path,
		    FILES_MAX);
	rc = ca_path_join(reading->path, name, &path, err);
	if (rc == CA_OK)
		rc = ca_file_read_at(reading->dir, name, path, CA_STATEMENT_MAX,
		    &text, NULL, err);
	if (rc == CA_OK)
		rc = draft ? add_draft(reading->eyes, path, &text, err)
			   : ca_approvals_add(reading->eyes->approvals, path,
				 text.data, text.len, err);
	ca_bytes_free(&text);
	free(path);
	return rc;
}

enum ca_code
cli_four_eyes_read(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_four_eyes *eyes = &signing->eyes;
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	struct reading reading = { .eyes = eyes,
		.path = cli_args_value(&signing->cli->args, CLI_OPT_APPROVED),
		.dir = -1 };
	enum ca_code rc;

	if (reading.path == NULL)
		return CA_OK;
	rc = ca_ledger_identity(ledger, eyes->ledger, err);
	if (rc == CA_OK)
		rc = cli_four_eyes_find_operators(eyes, err);
	eyes->desk = (struct ca_approval_desk){
		.policy = signing->cli->ca.policy,
		.ledger = eyes->ledger,
		.now = signing->now,
		.operators = (const char *const *)eyes->operators,
	};
	if (rc == CA_OK)
		rc = ca_approvals_new(&eyes->desk, &eyes->approvals, err);
	if (rc == CA_OK)
		rc = ca_dir_open(reading.path, 0, &reading.dir, err);
	if (rc == CA_OK)
		rc = ca_dir_each(reading.dir, reading.path, read_one, &reading,
		    err);
	if (reading.dir >= 0)
		(void)close(reading.dir);
	if (rc == CA_OK)
		ca_ledger_use_approvals(ledger, eyes->approvals);
	return rc;
}

/* Whether what is prepared in FILE is what ITEM asks for. */
static bool
is_for(const struct ca_draft_file *file, const struct cli_item *item)
{
	const struct ca_key_info *key = ca_certificate_key_info(file->preview);

	return file->profile == item->grant->profile &&
	    strcmp(file->name, item->name) == 0 &&
	    memcmp(key->spki_sha256, item->spki_sha256, CA_SHA256_SIZE) == 0;
}

static enum ca_code
refuse_draft(struct cli_item *item, const char *why, struct ca_error *err)
{
	struct ca_error reason;

	(void)ca_fail(&reason, CA_ERR_POLICY, "%s", why);
	ca_hint(&reason,
	    "the same command with --prepare=DIR drafts it; coldca approve DIR/*.draft; then again with --approved=DIR");
	return cli_item_refuse(item, "approval-prepared", &reason, err);
}

enum ca_code
cli_four_eyes_find(const struct cli_signing *signing, struct cli_item *item,
    const struct ca_bytes **ret_tbs, struct ca_error *err)
{
	const struct cli_four_eyes *eyes = &signing->eyes;
	const struct ca_profile_policy *policy =
	    &signing->cli->ca.policy->profile[item->grant->profile->id];
	const struct ca_draft_file *found = NULL;

	*ret_tbs = NULL;
	/* Then nobody has vouched for what was carried: it is drafted here. */
	if (policy->approvals == 0)
		return CA_OK;
	for (size_t i = 0; i < eyes->drafts.count; i++) {
		if (!is_for(&eyes->drafts.item[i], item))
			continue;
		if (found != NULL)
			return refuse_draft(item,
			    "two drafts were prepared for it: take one away",
			    err);
		found = &eyes->drafts.item[i];
	}
	if (found == NULL && !cli_four_eyes_prepares(signing))
		return refuse_draft(item,
		    eyes->approvals != NULL
			? "no draft was prepared for it"
			: "policy wants approvals for this profile, and --approved brings none",
		    err);
	if (found != NULL)
		*ret_tbs = &found->tbs;
	return CA_OK;
}

/* What was drafted days ago must be of use today. */
static const char *
find_fault(const struct cli_signing *signing, const struct cli_item *item)
{
	const struct ca_draft_facts *facts = ca_draft_facts(item->draft);

	if (facts->not_before > signing->now)
		return "its draft begins in the future: a clock was put back since";
	if (facts->not_after <= signing->now)
		return "its draft has expired";
	/* The order was vetted again, and not what the draft says. */
	if (facts->not_after - facts->not_before >
	    item->grant->lifetime + item->grant->backdate)
		return "its draft is valid for longer than what is ordered today";
	return NULL;
}

static enum ca_code
judge_item(void *arg, struct cli_item *item, struct ca_error *err)
{
	const struct cli_signing *signing = arg;
	const struct cli_four_eyes *eyes = &signing->eyes;
	const struct ca_profile_policy *policy =
	    &signing->cli->ca.policy->profile[item->grant->profile->id];
	const char *why = find_fault(signing, item);
	struct ca_error reason;
	bool used = false;
	enum ca_code rc;

	rc = ca_ledger_has_serial(signing->cli->ca.ledger,
	    ca_draft_serial(item->draft), &used, err);
	if (rc != CA_OK)
		return rc;
	if (used)
		why =
		    "its draft was used before: a serial number is given once";
	if (why != NULL)
		return refuse_draft(item, why, err);
	ca_approvals_judge(eyes->approvals, policy, item->tbs_sha256,
	    &item->findings);
	if (ca_findings_code(&item->findings) == CA_OK)
		return CA_OK;
	(void)ca_fail(&reason, CA_ERR_POLICY, "too few approvals");
	ca_hint(&reason,
	    "who may approve is under `approvers` in policy.yaml: coldca approve %s/*.draft",
	    cli_args_value(&signing->cli->args, CLI_OPT_APPROVED));
	return cli_item_refuse(item, NULL, &reason, err);
}

enum ca_code
cli_four_eyes_judge(struct cli_signing *signing, struct ca_error *err)
{
	if (signing->eyes.approvals == NULL)
		return CA_OK;
	return cli_batch_each(&signing->batch, judge_item, signing, err);
}

bool
cli_four_eyes_prepares(const struct cli_signing *signing)
{
	return cli_args_has(&signing->cli->args, CLI_OPT_PREPARE);
}

/* Where the drafts are written. */
struct preparing {
	struct cli_signing *signing;
	const char *path;
	int dir;
	uint8_t ledger[CA_SHA256_SIZE];
};

/* Names are of hex digits: any file system takes them. */
static enum ca_code
write_item(void *arg, struct cli_item *item, struct ca_error *err)
{
	const struct preparing *preparing = arg;
	const struct cli_signing *signing = preparing->signing;
	char hex[2 * NAME_OCTETS + 1];
	struct ca_bytes text = { 0 };
	char *name = NULL;
	struct ca_file_new file = { NULL, &text, 0644, signing->overwrite,
		NULL };
	enum ca_code rc;

	ca_hex(item->tbs_sha256, NAME_OCTETS, hex);
	rc = ca_text_format(&name, err, "%s" CA_DRAFT_ENDING, hex);
	if (rc == CA_OK)
		rc = ca_draft_file_make(item->draft, item->name,
		    preparing->ledger,
		    signing->cli->ca.policy->approval_lifetime, &text, err);
	file.name = name;
	if (rc == CA_OK)
		rc = ca_files_write_at(preparing->dir, preparing->path, &file,
		    1, err);
	if (rc == CA_OK && !signing->cli->json)
		term_line(stdout, "%s/%s", preparing->path, name);
	ca_bytes_free(&text);
	free(name);
	return rc;
}

enum ca_code
cli_four_eyes_prepare(struct cli_signing *signing, struct ca_error *err)
{
	struct preparing preparing = { .signing = signing,
		.path = cli_args_value(&signing->cli->args, CLI_OPT_PREPARE),
		.dir = -1 };
	enum ca_code rc;

	rc = cli_batch_hash(&signing->batch, err);
	if (rc == CA_OK && !signing->cli->quiet)
		rc = cli_batch_show(&signing->batch, signing->cli->ca.ledger,
		    stderr, err);
	if (rc == CA_OK)
		rc = ca_ledger_identity(signing->cli->ca.ledger,
		    preparing.ledger, err);
	if (rc == CA_OK)
		rc = ca_dir_open(preparing.path, 0755, &preparing.dir, err);
	if (rc == CA_OK)
		rc = cli_batch_each(&signing->batch, write_item, &preparing,
		    err);
	if (preparing.dir >= 0)
		(void)close(preparing.dir);
	if (rc == CA_OK)
		cli_next(signing->cli,
		    "nothing is signed yet: coldca approve %s/*" CA_DRAFT_ENDING
		    ", and then this command again with --approved=%s",
		    preparing.path, preparing.path);
	return rc;
}

void
cli_four_eyes_clear(struct cli_signing *signing)
{
	struct cli_four_eyes *eyes = &signing->eyes;

	if (signing->cli->ca.ledger != NULL)
		ca_ledger_use_approvals(signing->cli->ca.ledger, NULL);
	ca_approvals_free(eyes->approvals);
	ca_draft_files_clear(&eyes->drafts);
	for (size_t i = 0; i < CLI_OPERATORS_MAX; i++)
		free(eyes->operators[i]);
}
