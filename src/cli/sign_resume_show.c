/* SPDX-License-Identifier: Apache-2.0 */
/* What is open, and what became of it, for people and for programs. */
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/sign_resume.h"
#include "cli/table.h"
#include "cli/term.h"

static const char *
profile_name(const struct ca_profile *profile)
{
	return profile != NULL ? profile->name : "?";
}

static void
show_entry(const struct cli_resume_entry *entry, FILE *out)
{
	term_line(out, "%s", entry->open->name);
	cli_show_field(out, "profile", "%s",
	    profile_name(entry->open->profile));
	cli_show_certificate(out, ca_draft_preview(entry->resumed.draft),
	    entry->resumed.grant.lifetime);
}

/* "is burned: ...". *RET_TEXT is new. */
static enum ca_code
fate_text(const struct cli_resume_entry *entry, char **ret_text,
    struct ca_error *err)
{
	switch (entry->fate) {
	case CLI_RESUME_SIGNS:
		return ca_text_format(ret_text, err, "is signed, as recorded");
	case CLI_RESUME_BURNS:
		return ca_text_format(ret_text, err, "is burned: %s",
		    entry->why);
	case CLI_RESUME_LEFT:
		break;
	}
	return ca_text_format(ret_text, err,
	    "is left open: --ca=%s is a run of its own",
	    ca_authority_name(entry->open->authority));
}

static enum ca_code
add_entry(struct cli_table *table, const struct cli_resume_entry *entry,
    struct ca_error *err)
{
	char since[CA_TIME_TEXT_SIZE];
	char *fate = NULL;
	enum ca_code rc;

	ca_time_format(entry->open->reserved_at, since);
	rc = fate_text(entry, &fate, err);
	if (rc == CA_OK) {
		const char *const cells[] = { entry->open->serial_text,
			profile_name(entry->open->profile), entry->open->name,
			since, fate };

		rc = cli_table_row(table, cells, err);
	}
	free(fate);
	return rc;
}

static enum ca_code
add_lost(struct cli_table *table, const struct cli_resume_lost *lost,
    struct ca_error *err)
{
	char since[CA_TIME_TEXT_SIZE];
	const char *const cells[] = { lost->serial_text, lost->profile->name,
		lost->name, since, "was issued: its bundle is written again" };

	ca_time_format(lost->issued_at, since);
	return cli_table_row(table, cells, err);
}

static enum ca_code
show(const struct cli_resume *resume, FILE *out, struct ca_error *err)
{
	static const char *const headings[] = { "Serial", "Profile", "Name",
		"Since", "What becomes of it" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	for (size_t i = 0; i < resume->opens.count &&
	     cli_resume_count(resume, CLI_RESUME_SIGNS) <= CLI_BATCH_HELD;
	     i++)
		if (resume->entry[i].fate == CLI_RESUME_SIGNS)
			show_entry(&resume->entry[i], out);
	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < resume->opens.count && rc == CA_OK; i++)
		rc = add_entry(table, &resume->entry[i], err);
	for (size_t i = 0; i < resume->lost_count && rc == CA_OK; i++)
		rc = add_lost(table, &resume->lost[i], err);
	if (rc == CA_OK)
		rc = cli_table_print(table, out, err);
	cli_table_free(table);
	return rc;
}

/* ", VERB COUNT WHAT" where there is any, and the comma where TEXT begins so. */
static enum ca_code
add_part(char **text, const char *verb, size_t count, const char *what,
    struct ca_error *err)
{
	char *longer = NULL;
	enum ca_code rc;

	if (count == 0)
		return CA_OK;
	rc = ca_text_format(&longer, err, "%s%s%s %zu %s", *text,
	    **text != '\0' ? ", " : "", verb, count, what);
	if (rc != CA_OK)
		return rc;
	free(*text);
	*text = longer;
	return CA_OK;
}

/* By whom, where something is signed; *RET_TEXT is new. */
static enum ca_code
signer_text(const struct cli_resume *resume, char **ret_text,
    struct ca_error *err)
{
	const struct ca_token_info *info;

	if (cli_resume_count(resume, CLI_RESUME_SIGNS) == 0)
		return ca_text_format(ret_text, err, "of them");
	info = ca_token_info(resume->signing.jumpbox.token);
	return ca_text_format(ret_text, err,
	    "of them as %s with token `%s` (serial %s)",
	    ca_certificate_subject_text(resume->signing.issuer), info->label,
	    info->serial);
}

/* What is asked; *RET_TEXT is new. */
static enum ca_code
question(const struct cli_resume *resume, char **ret_text, struct ca_error *err)
{
	char *text = NULL, *by = NULL;
	enum ca_code rc;

	rc = ca_text_format(&text, err, "%s", "");
	if (rc == CA_OK)
		rc = signer_text(resume, &by, err);
	if (rc == CA_OK)
		rc = add_part(&text, "sign",
		    cli_resume_count(resume, CLI_RESUME_SIGNS), by, err);
	if (rc == CA_OK)
		rc = add_part(&text, "burn",
		    cli_resume_count(resume, CLI_RESUME_BURNS), "of them", err);
	if (rc == CA_OK)
		rc = add_part(&text, "write again", resume->lost_count,
		    "of their bundles", err);
	if (rc == CA_OK)
		rc = ca_text_format(ret_text, err, "Settle this: %s?", text);
	free(text);
	free(by);
	return rc;
}

enum ca_code
cli_resume_confirm(struct cli_resume *resume, struct ca_error *err)
{
	struct cli_signing *signing = &resume->signing;
	char *text = NULL;
	enum ca_code rc;

	if (signing->yes && signing->cli->quiet)
		return CA_OK;
	rc = show(resume, signing->yes ? stderr : signing->tty.out, err);
	if (rc != CA_OK || signing->yes)
		return rc;
	rc = question(resume, &text, err);
	if (rc == CA_OK)
		rc = term_tty_confirm(&signing->tty, text, err);
	free(text);
	return rc;
}

/* The path of the bundle NAME, or null. */
static json_t *
json_bundle(const struct cli_resume *resume, const char *name, bool written)
{
	struct ca_error ignored;
	char *path = NULL;
	json_t *value = NULL;

	if (!written)
		return json_null();
	if (ca_path_join(resume->signing.out, name, &path, &ignored) == CA_OK)
		value = cli_json_text(path);
	free(path);
	return value;
}

static const char *
status(const struct cli_resume_entry *entry)
{
	if (entry->certificate != NULL)
		return "signed";
	if (entry->burned)
		return "burned";
	return entry->fate == CLI_RESUME_LEFT ? "open" : "not signed";
}

static json_t *
json_entry(const struct cli_resume *resume,
    const struct cli_resume_entry *entry)
{
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "serial",
	    entry->open->serial_text, "status", status(entry), "profile",
	    entry->open->profile != NULL
		? cli_json_text(entry->open->profile->name)
		: json_null(),
	    "name", cli_json_text(entry->open->name), "reserved_at",
	    cli_json_time(entry->open->reserved_at), "reason",
	    cli_json_text(entry->why), "bundle",
	    json_bundle(resume, entry->open->name, entry->written));
}

static json_t *
json_lost(const struct cli_resume *resume, const struct cli_resume_lost *lost)
{
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:n,s:o}", "serial",
	    lost->serial_text, "status", "issued", "profile",
	    cli_json_text(lost->profile->name), "name",
	    cli_json_text(lost->name), "issued_at",
	    cli_json_time(lost->issued_at), "reason", "bundle",
	    json_bundle(resume, lost->name, lost->written));
}

static enum ca_code
print_json(const struct cli_resume *resume, struct ca_error *err)
{
	json_t *list = json_array();
	bool full = list != NULL;

	for (size_t i = 0; i < resume->opens.count && full; i++)
		full = json_array_append_new(list,
			   json_entry(resume, &resume->entry[i])) == 0;
	for (size_t i = 0; i < resume->lost_count && full; i++)
		full = json_array_append_new(list,
			   json_lost(resume, &resume->lost[i])) == 0;
	if (!full) {
		json_decref(list);
		list = NULL;
	}
	return cli_json_print(list, err);
}

/* A burned one is told as an error: it will not be. */
static void
tell_burned(const struct cli_resume_entry *entry)
{
	struct ca_error told;

	(void)ca_fail(&told, CA_ERR_POLICY, "%s: serial %s is burned: %s",
	    entry->open->name, entry->open->serial_text, entry->why);
	term_error(&told);
}

enum ca_code
cli_resume_report(const struct cli_resume *resume, struct ca_error *err)
{
	const struct cli_signing *signing = &resume->signing;
	const struct cli *cli = signing->cli;
	size_t made = 0, burned = 0, again = 0;
	size_t left = cli_resume_count(resume, CLI_RESUME_LEFT);

	for (size_t i = 0; i < resume->opens.count; i++) {
		const struct cli_resume_entry *entry = &resume->entry[i];

		made += entry->certificate != NULL;
		burned += entry->burned;
		if (entry->burned)
			tell_burned(entry);
		if (entry->written && !cli->json)
			term_line(stdout, "%s/%s", signing->out,
			    entry->open->name);
	}
	for (size_t i = 0; i < resume->lost_count; i++) {
		again += resume->lost[i].written;
		if (resume->lost[i].written && !cli->json)
			term_line(stdout, "%s/%s", signing->out,
			    resume->lost[i].name);
	}
	if (resume->opens.count + resume->lost_count == 0)
		cli_note(cli, "nothing is open");
	else
		cli_note(cli,
		    "%zu signed, %zu burned, %zu left open, %zu bundles written again",
		    made, burned, left, again);
	if (burned > 0)
		cli_next(cli,
		    "what is burned is signed anew from its request: coldca sign; if its signature may have got out, coldca revoke SERIAL puts it on the CRL");
	if (made + again > 0)
		cli_next(cli,
		    "carry each folder in %s to its host, to be installed there: coldca install FOLDER",
		    signing->out);
	return cli->json ? print_json(resume, err) : CA_OK;
}
