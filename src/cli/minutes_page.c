/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a session, from its head before to the lines to sign. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/minutes.h"
#include "cli/show.h"

#define LINE_SIZE 512 /* bytes of a field of ours; a path may be cut */

bool
cli_minutes_shows(const struct ca_minute *minute)
{
	return minute->kind != CA_ENTRY_PENDING || minute->open;
}

static void
put_hash(struct cli_page *page, const char *label,
    const struct minutes_hash *hash)
{
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_hex(hash->sha256, CA_SHA256_SIZE, hex);
	cli_minutes_field(page, label, hash->known ? hex : "unknown");
}

/* The head HEAD with its words; COVERED: a CA's key signed it. */
static void
put_head(struct cli_page *page, const char *label, const struct ca_head *head,
    bool covered)
{
	char line[LINE_SIZE], time[CA_TIME_TEXT_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1];
	char *words = NULL;

	if (page->rc == CA_OK)
		page->rc = cli_words_text(head->hash, CA_HEAD_SHORT, &words,
		    &page->err);
	if (page->rc != CA_OK)
		return;
	ca_time_format(head->time, time);
	ca_hex(head->hash, CA_SHA256_SIZE, hex);
	(void)snprintf(line, sizeof(line), "entry %" PRId64 ", of %s, %s",
	    head->entry, time,
	    covered ? "signed by a CA's key" : "not signed by a CA's key yet");
	cli_minutes_field(page, label, line);
	cli_minutes_field(page, "in words", words);
	cli_minutes_field(page, "hash", hex);
	free(words);
}

static void
put_heads(struct cli_page *page, const struct cli_minutes *minutes)
{
	cli_minutes_heading(page, "Head of the ledger");
	cli_minutes_fields(page);
	if (minutes->after > 0)
		put_head(page, "before", &minutes->before,
		    minutes->before_signed);
	else
		cli_minutes_field(page, "before", "none: the ledger is new");
	put_head(page, "after", &minutes->head, minutes->head_signed);
	cli_minutes_fields_end(page);
}

/* Each value of the option OPT, or UNNAMED. */
static void
put_people(struct cli_page *page, const struct cli *cli, enum cli_opt opt,
    const char *role)
{
	size_t index = 0;
	const char *name = cli_args_next(&cli->args, opt, &index);

	cli_minutes_field(page, role,
	    name != NULL ? name : "not named: see the lines to sign");
	while (name != NULL &&
	    (name = cli_args_next(&cli->args, opt, &index)) != NULL)
		cli_minutes_field(page, role, name);
}

static void
put_who(struct cli_page *page, const struct cli_minutes *minutes)
{
	cli_minutes_heading(page, "Who");
	cli_minutes_fields(page);
	put_people(page, minutes->cli, CLI_OPT_OPERATOR, "operator");
	put_people(page, minutes->cli, CLI_OPT_WITNESS, "witness");
	cli_minutes_field(page, "account", minutes->machine.user);
	cli_minutes_fields_end(page);
}

static void
put_module(struct cli_page *page, const struct cli_minutes *minutes)
{
	const struct ca_policy *policy = minutes->cli->ca.policy;
	const struct minutes_hash *now = &minutes->machine.module;
	const struct minutes_hash pinned = { .known = true };
	struct minutes_hash copy = pinned;

	if (policy->module_path == NULL) {
		cli_minutes_field(page, "module", "none is pinned");
		return;
	}
	memcpy(copy.sha256, policy->module_sha256, CA_SHA256_SIZE);
	cli_minutes_field(page, "module", policy->module_path);
	put_hash(page, "module SHA-256, pinned", &copy);
	if (!now->known)
		cli_minutes_field(page, "module SHA-256, now",
		    "unknown: it can not be read here");
	else if (memcmp(now->sha256, copy.sha256, CA_SHA256_SIZE) == 0)
		cli_minutes_field(page, "module SHA-256, now", "the same");
	else
		put_hash(page, "module SHA-256, now, NOT THE PINNED ONE", now);
}

static void
put_machine(struct cli_page *page, const struct cli_minutes *minutes)
{
	const struct minutes_machine *machine = &minutes->machine;
	struct minutes_hash policy = { .known = true };
	char line[LINE_SIZE];

	memcpy(policy.sha256, machine->policy, CA_SHA256_SIZE);
	cli_minutes_heading(page, "Machine");
	cli_minutes_fields(page);
	cli_minutes_field(page, "host name", machine->host.nodename);
	put_hash(page, "SHA-256 of /etc/machine-id", &machine->id);
	(void)snprintf(line, sizeof(line), "%s %s %s", machine->host.sysname,
	    machine->host.release, machine->host.machine);
	cli_minutes_field(page, "kernel", line);
	cli_minutes_field(page, "program", "coldca " COLDCA_VERSION);
	put_hash(page, "program SHA-256", &machine->program);
	cli_minutes_field(page, "CA directory", minutes->cli->ca.path);
	put_hash(page, "policy.yaml SHA-256", &policy);
	put_module(page, minutes);
	cli_minutes_fields_end(page);
}

static void
put_passport(struct cli_page *page, enum ca_authority authority,
    const struct ca_certificate *certificate,
    const struct ca_passport *passport)
{
	char line[LINE_SIZE], hex[2 * CA_SHA256_SIZE + 1];

	(void)snprintf(line, sizeof(line),
	    "The key of the %s CA, serial %s:", ca_authority_name(authority),
	    ca_certificate_serial_text(certificate));
	cli_minutes_text(page, line);
	cli_minutes_fields(page);
	ca_hex(ca_certificate_key_info(certificate)->spki_sha256,
	    CA_SHA256_SIZE, hex);
	cli_minutes_field(page, "key SHA-256", hex);
	cli_minutes_field(page, "token", passport->token_label);
	cli_minutes_field(page, "token serial", passport->token_serial);
	cli_minutes_field(page, "manufacturer", passport->token_manufacturer);
	cli_minutes_field(page, "model", passport->token_model);
	cli_minutes_field(page, "firmware", passport->token_firmware);
	cli_minutes_field(page, "key label", passport->key_label);
	cli_minutes_field(page, "key id", passport->key_id);
	cli_minutes_fields_end(page);
}

static void
put_tokens(struct cli_page *page, const struct cli_minutes *minutes)
{
	cli_minutes_heading(page, "Tokens");
	for (unsigned i = 0; i < CA_AUTHORITIES; i++) {
		const struct ca_certificates *list =
		    &minutes->authorities.of[i];

		for (size_t j = 0; j < list->count && page->rc == CA_OK; j++) {
			struct ca_passport passport = { .key_id = NULL };
			bool found = false;

			page->rc = ca_ledger_passport(minutes->cli->ca.ledger,
			    list->item[j], &passport, &found, &page->err);
			if (page->rc == CA_OK && found)
				put_passport(page, i, list->item[j], &passport);
			ca_passport_clear(&passport);
		}
	}
}

static bool
put_row(const struct ca_minute *minute, void *arg)
{
	struct cli_page *page = arg;

	if (cli_minutes_shows(minute))
		cli_minutes_row(page, minute);
	return page->rc == CA_OK;
}

/* "issued 3, refused 1", with as many kinds as there are. */
static void
put_counts(struct cli_page *page, const struct cli_minutes *minutes)
{
	char line[LINE_SIZE] = "";
	size_t used = 0;

	for (size_t i = 0; i < MINUTES_KINDS; i++) {
		int len;

		if (minutes->kind[i].word == NULL)
			continue;
		len = snprintf(line + used, sizeof(line) - used,
		    "%s%s %" PRId64, used > 0 ? ", " : "",
		    minutes->kind[i].word, minutes->kind[i].count);
		if (len < 0 || (size_t)len >= sizeof(line) - used)
			break;
		used += (size_t)len;
	}
	cli_minutes_text(page, line);
}

static void
put_decisions(struct cli_page *page, const struct cli_minutes *minutes)
{
	cli_minutes_heading(page, "Decisions");
	cli_minutes_text(page,
	    "As the ledger has them, in its order. What was recorded as pending "
	    "has its line where it was issued or burned.");
	put_counts(page, minutes);
	cli_minutes_table(page);
	if (page->rc == CA_OK)
		page->rc =
		    ca_minutes_list(minutes->cli->ca.ledger, minutes->after,
			minutes->head.entry, put_row, page, &page->err);
	cli_minutes_table_end(page);
}

static void
put_signer(struct cli_page *page, const struct cli *cli, enum cli_opt opt,
    const char *role)
{
	size_t index = 0;
	const char *name = cli_args_next(&cli->args, opt, &index);

	do {
		cli_minutes_sign(page, role, name != NULL ? name : "");
		name = name != NULL ? cli_args_next(&cli->args, opt, &index)
				    : NULL;
	} while (name != NULL);
}

void
cli_minutes_page(struct cli_page *page, void *arg)
{
	const struct cli_minutes *minutes = arg;
	char line[LINE_SIZE], time[CA_TIME_TEXT_SIZE];

	ca_time_format(ca_time_now(), time);
	(void)snprintf(line, sizeof(line),
	    "Entries %" PRId64 " to %" PRId64
	    " of the ledger. This record was made at %s.",
	    minutes->after + 1, minutes->head.entry, time);
	if (page->form == CLI_PAGE_HTML) {
		cli_page_begin(page, "coldca minutes");
		cli_page_raw(page, "<h1>Minutes of a session</h1>\n");
	} else {
		cli_page_raw(page, "# Minutes of a session\n\n");
	}
	cli_minutes_text(page, line);
	if (minutes->cli->ca.policy->mode == CA_MODE_TEST)
		cli_minutes_loud(page,
		    "TEST MODE: this CA is a rehearsal, and nobody should trust it.");
	put_who(page, minutes);
	put_machine(page, minutes);
	put_tokens(page, minutes);
	put_heads(page, minutes);
	put_decisions(page, minutes);
	cli_minutes_heading(page, "To be signed");
	cli_minutes_text(page,
	    "We were there. What this record says was done, and nothing else was, as far as we saw. We compared the words of the head after with those on the screen.");
	put_signer(page, minutes->cli, CLI_OPT_OPERATOR, "operator");
	put_signer(page, minutes->cli, CLI_OPT_WITNESS, "witness");
	if (page->form == CLI_PAGE_HTML)
		cli_page_end(page);
}
