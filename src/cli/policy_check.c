/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy permits, before anything is signed under it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/policy_page.h"
#include "cli/policy_record.h"
#include "cli/show.h"
#include "cli/term.h"
#if COLDCA_TOKEN
#include "cli/policy_key.h"
#endif

/* One run. */
struct check {
	const char *path; /* of the policy; borrowed */
	char *dir;        /* the CA directory */
	char *own;        /* the policy in it */
	char *ledger;
	char sha256[2 * CA_SHA256_SIZE + 1]; /* of the policy */
	struct cli_ca ca;
	bool found; /* the ledger has one */
	struct ca_diff_size size;
	struct ca_bytes diff;
};

static enum ca_code
read_policy(struct check *check, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE];
	enum ca_code rc;

	rc =
	    ca_file_read(check->path, CA_POLICY_SIZE_MAX, &check->ca.text, err);
	if (rc == CA_ERR_FILE && check->path == check->own)
		ca_hint(err, "`coldca init` makes a CA directory");
	if (rc == CA_OK)
		rc = ca_policy_parse(check->path, check->ca.text.data,
		    check->ca.text.len, &check->ca.policy, err);
#if COLDCA_TOKEN
	if (rc == CA_OK)
		rc = cli_policy_keys_check(check->ca.policy, check->path, err);
#endif
	if (rc == CA_OK)
		rc = ca_policy_sha256(&check->ca.text, sha256, err);
	if (rc == CA_OK)
		ca_hex(sha256, sizeof(sha256), check->sha256);
	return rc;
}

/* Where there is a ledger, the policy is held against its last one. */
static enum ca_code
compare(struct check *check, struct ca_error *err)
{
	enum ca_code rc;

	if (access(check->ledger, F_OK) != 0)
		return CA_OK;
	rc = ca_ledger_open(check->ledger, false, &check->ca.ledger, err);
	if (rc == CA_OK)
		rc = cli_policy_diff(&check->ca, &check->diff, &check->size,
		    &check->found, err);
	return rc;
}

/* A profile that nobody could ever sign for. */
static void
warn_approvals(const struct ca_policy *policy,
    const struct ca_profile_policy *profile, const char *path)
{
	size_t count = ca_policy_approvers_of(policy, profile->profile->id);

	if (profile->approvals > count)
		term_warning(
		    "%s: profiles.%s.approvals: %u are wanted, and %zu of `approvers` may give one",
		    path, profile->profile->name, profile->approvals, count);
}

/* The rule about operators holds those whom policy has a user of. */
static void
warn_users(const struct ca_policy *policy, const char *path)
{
	const struct ca_approvers *approvers = &policy->approvers;

	for (size_t i = 0;
	     i < approvers->count && !policy->operator_may_approve; i++)
		if (approvers->item[i].user == NULL)
			term_warning(
			    "%s: approvers: %s has no `user`: an approval by whoever signs would count",
			    path, approvers->item[i].name);
}

/* What can not be meant, though it can be read. */
static void
warn(const struct ca_policy *policy, const char *path)
{
	const struct ca_strings *reserved = &policy->reserved;

	for (size_t i = 0; i < reserved->count; i++)
		if (ca_policy_spells_user(policy, reserved->item[i]))
			term_warning(
			    "%s: profiles.client.users: %s is among those that are reserved, and so refused",
			    path, reserved->item[i]);
	for (size_t i = 0; i < CA_PROFILES; i++)
		warn_approvals(policy, &policy->profile[i], path);
	warn_users(policy, path);
}

static bool
is_changed(const struct check *check)
{
	return check->size.added + check->size.removed > 0;
}

/* Each line is escaped by itself: a comment may hold anything. */
static void
show_diff(const struct check *check)
{
	const uint8_t *at = check->diff.data;
	size_t left = check->diff.len;

	term_line(stdout, "--- last signed under");
	term_line(stdout, "+++ %s", check->path);
	while (left > 0) {
		const uint8_t *end = memchr(at, '\n', left);
		size_t len = end != NULL ? (size_t)(end - at) : left;

		term_line(stdout, "%.*s", (int)len, (const char *)at);
		len += end != NULL;
		at += len;
		left -= len;
	}
}

static enum ca_code
show(const struct check *check, struct ca_error *err)
{
	enum ca_code rc;

	term_line(stdout, "%s", check->path);
	cli_show_field(stdout, "SHA-256", "%s", check->sha256);
	rc = cli_policy_page(check->ca.policy, stdout, err);
	if (rc != CA_OK)
		return rc;
	term_line(stdout, "%s", "");
	if (!check->found)
		term_line(stdout, "Nothing was signed under a policy yet.");
	else if (!is_changed(check))
		term_line(stdout,
		    "It is the policy that was last signed under.");
	else
		term_line(stdout,
		    "Changed since it was last signed under: %zu line%s added, %zu removed.",
		    check->size.added, check->size.added == 1 ? "" : "s",
		    check->size.removed);
	if (check->found && is_changed(check))
		show_diff(check);
	return CA_OK;
}

/* The text of the difference, with what is not UTF-8 escaped. */
static json_t *
json_diff(const struct check *check)
{
	struct ca_error ignored;
	struct ca_bytes text = { 0 };
	json_t *value = NULL;

	if (!check->found)
		return json_null();
	if (ca_bytes_append(&text, check->diff.data, check->diff.len,
		&ignored) == CA_OK &&
	    ca_bytes_append(&text, "", 1, &ignored) == CA_OK)
		value = json_pack("{s:I,s:I,s:o}", "added",
		    (json_int_t)check->size.added, "removed",
		    (json_int_t)check->size.removed, "diff",
		    cli_json_text((const char *)text.data));
	ca_bytes_free(&text);
	return value;
}

static enum ca_code
run(struct check *check, struct cli *cli, struct ca_error *err)
{
	enum ca_code rc;

	rc = cli_args_path(&cli->args, CLI_OPT_CA_DIR, &check->dir, err);
	if (rc == CA_OK)
		rc =
		    ca_path_join(check->dir, CLI_POLICY_FILE, &check->own, err);
	if (rc == CA_OK)
		rc = ca_path_join(check->dir, CA_LEDGER_FILE, &check->ledger,
		    err);
	if (rc != CA_OK)
		return rc;
	check->path = cli->args.word_count > 0 ? cli->args.word[0] : check->own;
	rc = read_policy(check, err);
	if (rc == CA_OK)
		rc = compare(check, err);
	if (rc != CA_OK)
		return rc;
	warn(check->ca.policy, check->path);
	if (!cli->json)
		return show(check, err);
	return cli_json_print(json_pack("{s:o,s:s,s:o,s:o}", "path",
				  cli_json_text(check->path), "sha256",
				  check->sha256, "policy",
				  cli_policy_json(check->ca.policy), "changed",
				  json_diff(check)),
	    err);
}

enum ca_code
cli_policy_check(struct cli *cli, struct ca_error *err)
{
	struct check check = { 0 };
	enum ca_code rc = run(&check, cli, err);

	cli_ca_close(&check.ca);
	ca_bytes_free(&check.diff);
	free(check.ledger);
	free(check.own);
	free(check.dir);
	return rc;
}
