/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/term.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define START_OF_LINE "\r\033[K" /* and the rest of it erased */

static atomic_bool has_status; /* term_status() */

/* Writes PREFIX, the escaped text and a newline in one go. */
static void __attribute__((format(printf, 3, 0)))
write_line(FILE *out, const char *prefix, const char *fmt, va_list ap)
{
	struct ca_error ignored;
	char *raw = NULL, *safe = NULL;

	if (vasprintf(&raw, fmt, ap) < 0 ||
	    ca_text_escape(raw, strlen(raw), &safe, &ignored) != CA_OK)
		(void)fprintf(out, "%sout of memory\n", prefix);
	else
		(void)fprintf(out, "%s%s\n", prefix, safe);
	free(safe);
	free(raw);
}

void
term_line(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(out, "", fmt, ap);
	va_end(ap);
}

void
term_text(FILE *out, const char *text)
{
	(void)fputs(text, out);
}

void
term_status(const char *line)
{
	bool stood = atomic_exchange(&has_status, line != NULL);

	if (line != NULL)
		(void)fprintf(stderr, START_OF_LINE "%s", line);
	else if (stood)
		(void)fputs(START_OF_LINE, stderr);
	(void)fflush(stderr);
}

void
term_message(enum term_kind kind, const char *fmt, va_list ap)
{
	static const char *const prefix[] = {
		[TERM_ERROR] = "coldca: error: ",
		[TERM_HINT] = "coldca: hint: ",
		[TERM_NOTE] = "coldca: note: ",
		[TERM_WARNING] = "coldca: warning: ",
	};

	/* What was printed before belongs before it. */
	(void)fflush(stdout);
	term_status(NULL);
	write_line(stderr, prefix[kind], fmt, ap);
}

static void CA_PRINTF(2, 3) message(enum term_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	term_message(kind, fmt, ap);
	va_end(ap);
}

void
term_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	term_message(TERM_WARNING, fmt, ap);
	va_end(ap);
}

void
term_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	term_message(TERM_NOTE, fmt, ap);
	va_end(ap);
}

void
term_hint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	term_message(TERM_HINT, fmt, ap);
	va_end(ap);
}

void
term_error(const struct ca_error *err)
{
	if (err->message[0] == '\0')
		return;
	message(TERM_ERROR, "%s", err->message);
	if (err->hint[0] != '\0')
		message(TERM_HINT, "%s", err->hint);
}

void
term_findings(const char *object, const struct ca_findings *findings)
{
	size_t len = strlen(object);

	for (size_t i = 0; i < findings->count; i++) {
		const struct ca_finding *finding = &findings->item[i];
		enum term_kind kind =
		    finding->code == CA_OK ? TERM_NOTE : TERM_ERROR;

		if (strncmp(finding->text, object, len) == 0 &&
		    finding->text[len] == ':')
			message(kind, "%s", finding->text);
		else
			message(kind, "%s: %s", object, finding->text);
	}
	if (findings->lost > 0)
		message(TERM_ERROR, "%s: %zu more findings", object,
		    findings->lost);
}
