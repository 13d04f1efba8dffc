/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/go_flag.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "coldca/bytes.h"

#define NAME_FIRST "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define NAME_REST NAME_FIRST "0123456789"

bool
cli_go_bool(const char *text, bool *ret)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = { { "1", true }, { "t", true }, { "T", true },
		{ "true", true }, { "TRUE", true }, { "True", true },
		{ "0", false }, { "f", false }, { "F", false },
		{ "false", false }, { "FALSE", false }, { "False", false } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].text, text) == 0) {
			*ret = words[i].value;
			return true;
		}
	return false;
}

/* Appends the variable that TEXT, behind a `$`, names; *RET_LEN: its length. */
static enum ca_code
append_variable(const char *text, struct ca_bytes *out, size_t *ret_len,
    struct ca_error *err)
{
	size_t brace = text[0] == '{' ? 1 : 0;
	size_t len = strspn(text + brace, NAME_REST);
	char *name = NULL;
	const char *value;
	enum ca_code rc;

	if (len == 0 || strchr(NAME_FIRST, text[brace]) == NULL ||
	    (brace != 0 && text[brace + len] != '}'))
		return ca_fail(err, CA_ERR_USAGE,
		    "no variable's name behind a `$`");
	rc = ca_text_format(&name, err, "%.*s", (int)len, text + brace);
	if (rc != CA_OK)
		return rc;
	value = secure_getenv(name);
	if (value == NULL)
		rc = ca_fail(err, CA_ERR_USAGE, "the variable %s is not set",
		    name);
	else
		rc = ca_bytes_append(out, value, strlen(value), err);
	free(name);
	*ret_len = len + 2 * brace;
	return rc;
}

enum ca_code
cli_go_expand(const char *text, char **ret_text, struct ca_error *err)
{
	struct ca_bytes out = { 0 };
	enum ca_code rc = CA_OK;

	while (rc == CA_OK && *text != '\0') {
		size_t len = strcspn(text, "$");

		rc = ca_bytes_append(&out, text, len, err);
		text += len;
		if (rc == CA_OK && *text == '$') {
			rc = append_variable(text + 1, &out, &len, err);
			text += rc == CA_OK ? 1 + len : 0;
		}
	}
	if (rc == CA_OK)
		rc = ca_text_format(ret_text, err, "%.*s", (int)out.len,
		    out.len > 0 ? (const char *)out.data : "");
	ca_bytes_free(&out);
	return rc;
}

enum ca_code
cli_check_severity(const char *value, struct ca_error *err)
{
	static const char *const names[] = { "INFO", "WARNING", "ERROR",
		"FATAL", "NONE" };

	if (value == NULL)
		return CA_OK;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], value) == 0)
			return CA_OK;
	(void)ca_fail(err, CA_ERR_INPUT, "`%s` is no severity", value);
	ca_hint(err, "INFO, WARNING, ERROR, FATAL or NONE");
	return CA_ERR_INPUT;
}
