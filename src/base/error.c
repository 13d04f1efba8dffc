/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/error.h"

#include <stdio.h>
#include <string.h>

static void CA_PRINTF(4, 0) record(struct ca_error *err, enum ca_code code,
    const char *rule, const char *fmt, va_list ap)
{
	err->code = code;
	err->rule = rule;
	err->ckr = 0;
	err->hint[0] = '\0';
	(void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
}

enum ca_code
ca_fail(struct ca_error *err, enum ca_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(err, code, NULL, fmt, ap);
	va_end(ap);
	return code;
}

enum ca_code
ca_fail_rule(struct ca_error *err, enum ca_code code, const char *rule,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(err, code, rule, fmt, ap);
	va_end(ap);
	return code;
}

void
ca_hint(struct ca_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
}

enum ca_code
ca_error_prefix(struct ca_error *err, const char *fmt, ...)
{
	char prefix[CA_ERROR_SIZE];
	size_t len, kept = strlen(err->message);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(prefix, sizeof(prefix) - 2, fmt, ap);
	va_end(ap);
	len = strlen(prefix);
	prefix[len++] = ':';
	prefix[len++] = ' ';
	if (kept > CA_ERROR_SIZE - 1 - len)
		kept = CA_ERROR_SIZE - 1 - len;
	memmove(err->message + len, err->message, kept);
	memcpy(err->message, prefix, len);
	err->message[len + kept] = '\0';
	return err->code;
}

enum ca_code
ca_fail_memory(struct ca_error *err)
{
	return ca_fail(err, CA_ERR_INTERNAL, "out of memory");
}
