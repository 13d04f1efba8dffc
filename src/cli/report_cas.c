/* SPDX-License-Identifier: Apache-2.0 */
/* The CAs and their keys. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/report.h"
#include "cli/show.h"

const char *
cli_report_standing(const struct ca_report_ca *ca)
{
	static const char *const words[] = {
		[CA_STANDING_CURRENT] = "signs",
		[CA_STANDING_STANDBY] = "stands by",
		[CA_STANDING_RETIRED] = "retired",
	};

	if (ca->compromised)
		return "given up";
	return ca->replaced ? "was replaced, is trusted" : words[ca->standing];
}

/* One field of a list; nothing where there is no TEXT. */
static void
put_field(struct cli_page *page, const char *label, const char *class,
    const char *text)
{
	if (text != NULL && *text != '\0')
		cli_page_put(page, "<dt>%s</dt><dd class=\"%s\">%s</dd>\n",
		    label, class, text);
}

static void
put_words(struct cli_page *page, const char *label, const uint8_t *hash)
{
	char *words = NULL;

	if (page->rc == CA_OK)
		page->rc =
		    cli_words_text(hash, CA_HEAD_SHORT, &words, &page->err);
	put_field(page, label, "", words);
	free(words);
}

static void
put_hex(struct cli_page *page, const char *label, const uint8_t *hash)
{
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_hex(hash, CA_SHA256_SIZE, hex);
	put_field(page, label, "hex", hex);
}

static void
put_passport(struct cli_page *page, const struct ca_passport *passport)
{
	const struct {
		const char *label, *text;
	} rows[] = {
		{ "token", passport->token_label },
		{ "token serial", passport->token_serial },
		{ "manufacturer", passport->token_manufacturer },
		{ "model", passport->token_model },
		{ "firmware", passport->token_firmware },
		{ "key label", passport->key_label },
		{ "key id", passport->key_id },
		{ "module", passport->module_path },
	};

	cli_page_raw(page,
	    "<h3>Passport of the key</h3>\n<dl class=\"fields\">\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put_field(page, rows[i].label, "", rows[i].text);
	put_hex(page, "module SHA-256", passport->module_sha256);
	cli_page_raw(page, "<dt>attributes</dt><dd>");
	for (unsigned i = 0; i < CA_ATTRIBUTES; i++) {
		static const char *const values[] = {
			[CA_VALUE_UNKNOWN] = "not told",
			[CA_VALUE_FALSE] = "false",
			[CA_VALUE_TRUE] = "true",
		};

		cli_page_put(page, "%s%s %s", i > 0 ? ", " : "",
		    ca_key_attribute_name(i), values[passport->attribute[i]]);
	}
	cli_page_raw(page, "</dd>\n</dl>\n");
}

static void
put_validity(struct cli_page *page, const struct ca_report_ca *ca, int64_t now)
{
	char from[CA_TIME_TEXT_SIZE], until[CA_TIME_TEXT_SIZE];
	const int64_t ends = ca_certificate_not_after(ca->certificate);

	ca_time_format(ca_certificate_not_before(ca->certificate), from);
	ca_time_format(ends, until);
	cli_page_put(page,
	    "<dt>valid</dt><dd><span class=\"nowrap\">%s</span> to "
	    "<span class=\"nowrap\">%s</span>",
	    from, until);
	if (ends < now)
		cli_page_raw(page, " <span class=\"bad\">has ended</span>");
	cli_page_raw(page, "</dd>\n");
}

static void
put_published(struct cli_page *page, const struct ca_report_ca *ca, int64_t now)
{
	char from[CA_TIME_TEXT_SIZE], until[CA_TIME_TEXT_SIZE];

	cli_page_raw(page, "<dt>last CRL</dt><dd>");
	ca_time_format(ca->crl_this_update, from);
	ca_time_format(ca->crl_next_update, until);
	if (ca->has_crl)
		cli_page_put(page,
		    "number %" PRId64
		    ", of <span class=\"nowrap\">%s</span>, next update by "
		    "<span class=\"nowrap\">%s</span>%s",
		    ca->crl_number, from, until,
		    ca->crl_next_update < now ? " (stale)" : "");
	else
		cli_page_raw(page, "none was signed");
	cli_page_raw(page, "</dd>\n");
	ca_time_format(ca->ocsp_this_update, from);
	ca_time_format(ca->ocsp_next_update, until);
	if (ca->has_ocsp)
		cli_page_put(page,
		    "<dt>last OCSP response</dt><dd>of "
		    "<span class=\"nowrap\">%s</span>, next update by "
		    "<span class=\"nowrap\">%s</span>%s</dd>\n",
		    from, until, ca->ocsp_next_update < now ? " (stale)" : "");
}

static void
put_compromise(struct cli_page *page, const struct ca_report_ca *ca)
{
	char when[CA_TIME_TEXT_SIZE];

	if (!ca->compromised)
		return;
	ca_time_format(ca->compromise.revoked_at, when);
	cli_page_put(page,
	    "<p class=\"banner bad\">This key was given up on %s: %s. It signs "
	    "nothing any more.</p>\n",
	    when, ca_reason_name(ca->compromise.reason));
}

static void
put_ca(struct cli_page *page, const struct ca_report_ca *ca, int64_t now)
{
	const struct ca_key_info *key =
	    ca_certificate_key_info(ca->certificate);

	cli_page_put(page, "<article class=\"card\">\n<h3>%s CA: %s</h3>\n",
	    ca_authority_name(ca->authority), cli_report_standing(ca));
	put_compromise(page, ca);
	cli_page_raw(page, "<dl class=\"fields\">\n");
	put_field(page, "subject", "",
	    ca_certificate_subject_text(ca->certificate));
	put_field(page, "serial", "hex",
	    ca_certificate_serial_text(ca->certificate));
	put_validity(page, ca, now);
	cli_page_put(page, "<dt>key</dt><dd>%s, %" PRId64 " bits</dd>\n",
	    ca_key_kind_name(key->kind), (int64_t)key->bits);
	put_hex(page, "key SHA-256", key->spki_sha256);
	put_words(page, "in words", key->spki_sha256);
	put_hex(page, "certificate SHA-256",
	    ca_certificate_sha256(ca->certificate));
	put_field(page, "key URI", "hex", ca->key_uri);
	cli_page_put(page,
	    "<dt>serials given out</dt><dd>%" PRId64 ", of them %" PRId64
	    " revoked</dd>\n",
	    ca->reserved, ca->revoked);
	put_published(page, ca, now);
	cli_page_raw(page, "</dl>\n");
	if (ca->has_passport)
		put_passport(page, &ca->passport);
	else
		cli_page_raw(page,
		    "<p class=\"dim\">The ledger has no passport of this "
		    "key.</p>\n");
	cli_page_raw(page, "</article>\n");
}

void
cli_report_cas(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;

	cli_page_raw(page, "<section>\n<h2>CAs and their keys</h2>\n");
	if (facts->cas == 0)
		cli_page_raw(page,
		    "<p>There is no CA yet: <code>coldca create-ca</code>.</p>\n");
	for (size_t i = 0; i < facts->cas; i++)
		put_ca(page, &facts->ca[i], facts->made_at);
	cli_page_raw(page, "</section>\n");
}
