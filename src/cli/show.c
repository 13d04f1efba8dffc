/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <openssl/x509v3.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/term.h"

#define LABEL_WIDTH 10

const char *
cli_name_kind(enum ca_name_kind kind)
{
	static const char *const names[] = {
		[CA_NAME_DNS] = "DNS",
		[CA_NAME_IP] = "IP",
		[CA_NAME_URI] = "URI",
		[CA_NAME_EMAIL] = "email",
		[CA_NAME_OTHER] = "other",
	};

	return names[kind];
}

struct ca_name_look
cli_name_look(const struct ca_name *name)
{
	struct ca_name_look look = { NULL, NULL };
	struct ca_error ignored;

	if (ca_name_look(name, &look, &ignored) != CA_OK)
		ca_name_look_clear(&look);
	return look;
}

enum ca_code
cli_names_text(const struct ca_names *names, char **ret_text,
    struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc = ca_text_format(&text, err, "%s", "");

	for (size_t i = 0; i < names->count && rc == CA_OK; i++) {
		const struct ca_name *name = &names->item[i];
		struct ca_name_look look = cli_name_look(name);
		char *longer = NULL;

		rc = ca_text_format(&longer, err, "%s%s%s:%s%s%s%s", text,
		    i > 0 ? ", " : "", cli_name_kind(name->kind), name->text,
		    look.unicode != NULL ? " = " : "",
		    look.unicode != NULL ? look.unicode : "",
		    look.scripts != NULL ? " (MIXED SCRIPTS)" : "");
		ca_name_look_clear(&look);
		if (rc != CA_OK)
			break;
		free(text);
		text = longer;
	}
	if (rc == CA_OK) {
		*ret_text = text;
		text = NULL;
	}
	free(text);
	return rc;
}

const char *
cli_without_object(const char *message, const char *object)
{
	size_t len = strlen(object);

	if (strncmp(message, object, len) != 0 ||
	    strncmp(message + len, ": ", 2) != 0)
		return message;
	return message + len + 2;
}

void
cli_show_field(FILE *out, const char *label, const char *fmt, ...)
{
	char *value = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		value = NULL;
	va_end(ap);
	term_line(out, "  %-*s %s", LABEL_WIDTH, label,
	    value != NULL ? value : "out of memory");
	free(value);
}

void
cli_show_key(FILE *out, const struct ca_key_info *key)
{
	char digest[2 * CA_SHA256_SIZE + 1];

	ca_hex(key->spki_sha256, CA_SHA256_SIZE, digest);
	cli_show_field(out, "key", "%s, %u bits", ca_key_kind_name(key->kind),
	    key->bits);
	cli_show_field(out, "", "SPKI SHA-256 %s", digest);
	cli_show_words(out, key->spki_sha256, CLI_KEY_WORDS);
}

#define WORDS_IN_A_LINE 8

enum ca_code
cli_words_text(const uint8_t *data, size_t len, char **ret_text,
    struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc = ca_text_format(&text, err, "%s", "");

	for (size_t i = 0; i < len && rc == CA_OK; i++) {
		char *longer = NULL;

		rc = ca_text_format(&longer, err, "%s%s%s", text,
		    i > 0 ? " " : "", ca_word(data[i], i));
		if (rc != CA_OK)
			break;
		free(text);
		text = longer;
	}
	if (rc == CA_OK) {
		*ret_text = text;
		text = NULL;
	}
	free(text);
	return rc;
}

void
cli_show_words(FILE *out, const uint8_t *data, size_t len)
{
	struct ca_error ignored;

	/* A line begins at an even position: each has words as the first has. */
	for (size_t i = 0; i < len; i += WORDS_IN_A_LINE) {
		size_t left = len - i;
		char *text = NULL;

		if (left > WORDS_IN_A_LINE)
			left = WORDS_IN_A_LINE;
		if (cli_words_text(data + i, left, &text, &ignored) == CA_OK)
			cli_show_field(out, "words", "%s", text);
		free(text);
	}
}

/* SCRIPTS is borrowed. */
static void
show_mixed(FILE *out, const char *scripts)
{
	if (scripts != NULL)
		cli_show_field(out, "warning", "mixed scripts: %s", scripts);
}

void
cli_show_scripts(FILE *out, const char *text)
{
	struct ca_error ignored;
	char *scripts = NULL;

	if (text != NULL && ca_text_scripts(text, &scripts, &ignored) == CA_OK)
		show_mixed(out, scripts);
	free(scripts);
}

void
cli_show_names(FILE *out, const char *label, const struct ca_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct ca_name *name = &names->item[i];
		struct ca_name_look look = { NULL, NULL };
		struct ca_error bad;
		bool good = ca_name_look(name, &look, &bad) == CA_OK;

		cli_show_field(out, label, "%s:%s%s%s",
		    cli_name_kind(name->kind), name->text,
		    look.unicode != NULL ? " = " : "",
		    look.unicode != NULL ? look.unicode : "");
		if (!good)
			cli_show_field(out, "warning", "%s", bad.message);
		show_mixed(out, look.scripts);
		ca_name_look_clear(&look);
	}
}

void
cli_show_asks(FILE *out, const struct ca_csr *csr)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);

	for (size_t i = 0; i < count; i++) {
		cli_show_field(out, "asks for", "%s", asks[i].what);
		cli_show_scripts(out, asks[i].text);
	}
	cli_show_names(out, "asks for", ca_csr_names(csr));
}

void
cli_show_findings(FILE *out, const struct ca_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct ca_finding *finding = &findings->item[i];

		cli_show_field(out,
		    finding->code == CA_OK ? "notice" : "refused", "%s",
		    finding->text);
	}
	if (findings->lost > 0)
		cli_show_field(out, "refused", "%zu more findings",
		    findings->lost);
}

/* Where clients will ask about it. */
static void
show_ocsp(FILE *out, const struct ca_certificate *certificate)
{
	STACK_OF(OPENSSL_STRING) *urls =
	    X509_get1_ocsp(ca_certificate_x509(certificate));

	for (int i = 0; i < sk_OPENSSL_STRING_num(urls); i++)
		cli_show_field(out, "OCSP", "%s",
		    sk_OPENSSL_STRING_value(urls, i));
	X509_email_free(urls);
}

void
cli_show_certificate(FILE *out, const struct ca_certificate *certificate,
    int64_t lifetime)
{
	char from[CA_TIME_TEXT_SIZE], to[CA_TIME_TEXT_SIZE];
	char duration[CA_DURATION_TEXT_SIZE];

	ca_time_format(ca_certificate_not_before(certificate), from);
	ca_time_format(ca_certificate_not_after(certificate), to);
	ca_duration_format(lifetime, duration);
	cli_show_field(out, "subject", "%s",
	    ca_certificate_subject_text(certificate));
	cli_show_scripts(out, ca_certificate_common_name(certificate));
	cli_show_names(out, "name", ca_certificate_names(certificate));
	cli_show_key(out, ca_certificate_key_info(certificate));
	cli_show_field(out, "valid", "%s to %s (%s from now)", from, to,
	    duration);
	cli_show_field(out, "serial", "%s",
	    ca_certificate_serial_text(certificate));
	show_ocsp(out, certificate);
}
