/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/path.h"

#define DATE_LEN 10 /* of "2026-11-23T16:01:07Z" */

extern const char cli_page_css[]; /* page.css, embedded by the build */

/* What stands for a character; NULL: it stands for itself. */
static const char *
html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/*
 * CommonMark 0.30 section 2.4: a backslash takes its meaning from whatever is
 * punctuation.
 */
static const char *
markdown_escape(char c)
{
	static const char marks[] = "\\`*_{}[]<>|~&#!$@";
	static const char escapes[][3] = { "\\\\", "\\`", "\\*", "\\_", "\\{",
		"\\}", "\\[", "\\]", "\\<", "\\>", "\\|", "\\~", "\\&", "\\#",
		"\\!", "\\$", "\\@" };
	const char *at = c != '\0' ? strchr(marks, c) : NULL;

	return at != NULL ? escapes[at - marks] : NULL;
}

/*
 * GitHub makes links of "https://" and "www." (GFM section 6.9), wherever they
 * stand: a name on the record is no link.
 */
static const char *
markdown_link(const char *text, const char *at)
{
	if (*at == ':' && at[1] == '/')
		return "\\:";
	if (*at == '.' && at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0)
		return "\\.";
	return NULL;
}

/* What stands for the character AT of TEXT; NULL: it stands for itself. */
static const char *
escape_of(enum cli_page_form form, const char *text, const char *at)
{
	const char *escape;

	if (form == CLI_PAGE_HTML)
		return html_entity(*at);
	escape = markdown_escape(*at);
	return escape != NULL ? escape : markdown_link(text, at);
}

enum ca_code
cli_page_escape(enum cli_page_form form, const char *text, char **ret_text,
    struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	char *safe = NULL;
	enum ca_code rc = ca_text_escape(text, strlen(text), &safe, err);

	for (const char *at = safe; rc == CA_OK && *at != '\0'; at++) {
		const char *escape = escape_of(form, safe, at);

		rc = escape != NULL
		    ? ca_bytes_append(&bytes, escape, strlen(escape), err)
		    : ca_bytes_append(&bytes, at, 1, err);
	}
	free(safe);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bytes, "", 1, err);
	if (rc == CA_OK)
		*ret_text = (char *)bytes.data;
	else
		ca_bytes_free(&bytes);
	return rc;
}

static void
put_text(struct cli_page *page, const char *text)
{
	char *safe = NULL;

	if (text == NULL)
		return;
	page->rc = cli_page_escape(page->form, text, &safe, &page->err);
	if (page->rc == CA_OK)
		(void)fputs(safe, page->out);
	free(safe);
}

void
cli_page_put(struct cli_page *page, const char *markup, ...)
{
	va_list ap;

	va_start(ap, markup);
	while (*markup != '\0' && page->rc == CA_OK) {
		size_t len = strcspn(markup, "%");

		(void)fwrite(markup, 1, len, page->out);
		markup += len;
		if (strncmp(markup, "%s", 2) == 0) {
			put_text(page, va_arg(ap, const char *));
			markup += 2;
		} else if (strncmp(markup, "%zu", 3) == 0) {
			(void)fprintf(page->out, "%zu", va_arg(ap, size_t));
			markup += 3;
		} else if (*markup == '%') {
			(void)fprintf(page->out, "%" PRId64,
			    va_arg(ap, int64_t));
			markup += strlen("%" PRId64);
		}
	}
	va_end(ap);
}

void
cli_page_raw(struct cli_page *page, const char *text)
{
	if (page->rc == CA_OK)
		(void)fputs(text, page->out);
}

void
cli_page_date(int64_t time, char text[CA_TIME_TEXT_SIZE])
{
	ca_time_format(time, text);
	text[DATE_LEN] = '\0';
}

/*
 * Nothing is fetched, whatever might get onto the page: it has no script, and
 * its style is inside.
 */
void
cli_page_begin(struct cli_page *page, const char *title)
{
	cli_page_raw(page,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\""
	    " content=\"default-src 'none'; style-src 'unsafe-inline';"
	    " img-src data:\">\n"
	    "<meta name=\"viewport\""
	    " content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<link rel=\"icon\" href=\"data:,\">\n");
	cli_page_put(page, "<title>%s</title>\n<style>\n", title);
	cli_page_raw(page, cli_page_css);
	cli_page_raw(page, "</style>\n</head>\n<body>\n<main>\n");
}

void
cli_page_end(struct cli_page *page)
{
	cli_page_raw(page, "</main>\n</body>\n</html>\n");
}

/* What fills one file. */
struct filling {
	enum cli_page_form form;
	cli_page_fn fn;
	void *arg;
	const char *path;
};

static enum ca_code
fill_stream(FILE *out, const struct filling *filling, struct ca_error *err)
{
	struct cli_page page = { .out = out, .form = filling->form };

	filling->fn(&page, filling->arg);
	if (page.rc != CA_OK)
		*err = page.err;
	return page.rc;
}

static enum ca_code
fill_file(void *arg, int fd, struct ca_error *err)
{
	const struct filling *filling = arg;
	int copy = dup(fd), error = 0;
	FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
	enum ca_code rc;

	if (out == NULL) {
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", filling->path,
		    strerror(errno));
		if (copy >= 0)
			(void)close(copy);
		return rc;
	}
	rc = fill_stream(out, filling, err);
	if (ferror(out))
		error = EIO;
	if (fclose(out) != 0)
		error = errno;
	if (rc == CA_OK && error != 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", filling->path,
		    strerror(error));
	return rc;
}

enum ca_code
cli_page_write(const char *path, bool overwrite, enum cli_page_form form,
    cli_page_fn fn, void *arg, struct ca_error *err)
{
	struct filling filling = { form, fn, arg, path };
	const struct ca_file_fill fill = { fill_file, &filling };
	struct ca_file_new file = { .mode = 0644, .overwrite = overwrite };
	char *dir = NULL;
	int fd = -1;
	enum ca_code rc;

	if (path == NULL)
		return fill_stream(stdout, &filling, err);
	rc = cli_path_split(path, &dir, &file.name, err);
	if (rc == CA_OK)
		rc = ca_dir_open(dir, 0, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_fill_at(fd, dir, &file, &fill, 1, err);
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return rc;
}
