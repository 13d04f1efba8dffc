/* SPDX-License-Identifier: Apache-2.0 */
/* How names read to people: U-labels, and letters of several scripts. */
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "base/text.h"
#include "core/name_internal.h"

#define A_LABEL "xn--" /* RFC 5890 section 2.3.2.1 */
#define SCRIPTS_MAX 8  /* of one label; more are not listed */

/* Digits, hyphens and accents belong to every script (UAX #24). */
static bool
is_of_all(const uc_script_t *script)
{
	return script == NULL || strcmp(script->name, "Common") == 0 ||
	    strcmp(script->name, "Inherited") == 0;
}

/* The scripts of LEN bytes of UTF-8; how many there are. */
static size_t
list_scripts(const char *text, size_t len, const uc_script_t *list[SCRIPTS_MAX])
{
	const uint8_t *next = (const uint8_t *)text, *end = next + len;
	size_t count = 0;

	while (next < end) {
		const uc_script_t *script;
		size_t i = 0;
		ucs4_t c;

		next += u8_mbtouc(&c, next, (size_t)(end - next));
		script = uc_script(c);
		if (is_of_all(script))
			continue;
		while (i < count && list[i] != script)
			i++;
		if (i == count && count < SCRIPTS_MAX)
			list[count++] = script;
	}
	return count;
}

static int
by_name(const void *a, const void *b)
{
	const uc_script_t *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* *RET stays NULL where there is one script or none. */
static enum ca_code
find_mixed(const char *text, size_t len, char **ret, struct ca_error *err)
{
	const uc_script_t *list[SCRIPTS_MAX];
	size_t count = list_scripts(text, len, list);
	char *joined = NULL;
	enum ca_code rc = CA_OK;

	if (count < 2)
		return CA_OK;
	qsort(list, count, sizeof(const uc_script_t *), by_name);
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		char *longer = NULL;

		rc = ca_text_format(&longer, err, "%s%s%s",
		    joined != NULL ? joined : "", i > 0 ? ", " : "",
		    list[i]->name);
		if (rc != CA_OK)
			break;
		free(joined);
		joined = longer;
	}
	if (rc == CA_OK) {
		*ret = joined;
		joined = NULL;
	}
	free(joined);
	return rc;
}

/* The U-label of the LEN bytes at LABEL, an A-label. *RET is new. */
static enum ca_code
to_u_label(const char *label, size_t len, char **ret, struct ca_error *err)
{
	char *copy = NULL, *ascii = NULL, *unicode = NULL;
	enum ca_code rc;

	rc = ca_text_format(&copy, err, "%.*s", (int)len, label);
	/* What is shown must be what a reader makes of it: checked both ways. */
	if (rc == CA_OK)
		rc = ca_name_to_a_labels(copy, &ascii, err);
	if (rc == CA_OK && idn2_to_unicode_8z8z(ascii, &unicode, 0) != IDN2_OK)
		rc = ca_fail(err, CA_ERR_INPUT, "host %s: RFC 5890: no A-label",
		    copy);
	if (rc == CA_OK)
		rc = ca_text_escape(unicode, strlen(unicode), ret, err);
	idn2_free(unicode);
	idn2_free(ascii);
	free(copy);
	return rc;
}

/* Appends one label, as it reads, to LOOK. */
static enum ca_code
look_at_label(struct ca_name_look *look, const char *label, size_t len,
    struct ca_error *err)
{
	char *read = NULL, *longer = NULL;
	enum ca_code rc;

	if (len >= strlen(A_LABEL) &&
	    strncasecmp(label, A_LABEL, strlen(A_LABEL)) == 0)
		rc = to_u_label(label, len, &read, err);
	else
		rc = ca_text_format(&read, err, "%.*s", (int)len, label);
	if (rc == CA_OK && look->scripts == NULL)
		rc = find_mixed(read, strlen(read), &look->scripts, err);
	if (rc == CA_OK)
		rc = ca_text_format(&longer, err, "%s%s%s",
		    look->unicode != NULL ? look->unicode : "",
		    look->unicode != NULL ? "." : "", read);
	free(read);
	if (rc != CA_OK)
		return rc;
	free(look->unicode);
	look->unicode = longer;
	return CA_OK;
}

enum ca_code
ca_name_look(const struct ca_name *name, struct ca_name_look *ret,
    struct ca_error *err)
{
	struct ca_name_look look = { NULL, NULL };
	const char *label = name->text;
	enum ca_code rc = CA_OK;

	while (name->kind == CA_NAME_DNS && rc == CA_OK) {
		size_t len = strcspn(label, ".");

		rc = look_at_label(&look, label, len, err);
		if (label[len] == '\0')
			break;
		label += len + 1;
	}
	if (rc == CA_OK && look.unicode != NULL &&
	    strcmp(look.unicode, name->text) == 0) {
		free(look.unicode);
		look.unicode = NULL;
	}
	if (rc == CA_OK)
		*ret = look;
	else
		ca_name_look_clear(&look);
	return rc;
}

enum ca_code
ca_text_scripts(const char *text, char **ret_scripts, struct ca_error *err)
{
	char *scripts = NULL;
	enum ca_code rc = find_mixed(text, strlen(text), &scripts, err);

	if (rc == CA_OK)
		*ret_scripts = scripts;
	return rc;
}

void
ca_name_look_clear(struct ca_name_look *look)
{
	if (look == NULL)
		return;
	free(look->unicode);
	free(look->scripts);
	*look = (struct ca_name_look){ NULL, NULL };
}
