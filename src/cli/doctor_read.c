/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel shows in /sys and /proc, read below any root. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"
#include "cli/doctor_checks.h"
#include "coldca/bytes.h"

#define FILE_MAX ((size_t)64 * 1024) /* bytes of a file of the kernel's */

bool
doctor_read(const struct doctor_machine *machine, const char *name,
    char text[DOCTOR_TEXT_SIZE])
{
	struct ca_bytes bytes = { 0 };
	struct ca_error ignored;
	size_t len;

	if (ca_file_read_followed_at(machine->root, name, name, FILE_MAX,
		&bytes, &ignored) != CA_OK)
		return false;
	len =
	    bytes.len < DOCTOR_TEXT_SIZE - 1 ? bytes.len : DOCTOR_TEXT_SIZE - 1;
	if (len > 0)
		memcpy(text, bytes.data, len);
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	ca_bytes_free(&bytes);
	return true;
}

bool
doctor_read_number(const struct doctor_machine *machine, const char *name,
    int base, long long *ret)
{
	char text[DOCTOR_TEXT_SIZE], *end = NULL;
	long long number;

	if (!doctor_read(machine, name, text))
		return false;
	errno = 0;
	number = strtoll(text, &end, base);
	if (errno != 0 || end == text)
		return false;
	*ret = number;
	return true;
}

/* What doctor_each() is called with. */
struct each {
	const struct doctor_machine *machine;
	void (*fn)(const struct doctor_machine *machine, const char *name,
	    void *arg);
	void *arg;
};

static enum ca_code
call(void *context, const char *name, struct ca_error *err)
{
	const struct each *each = context;

	(void)err;
	each->fn(each->machine, name, each->arg);
	return CA_OK;
}

bool
doctor_each(const struct doctor_machine *machine, const char *name,
    void (*each)(const struct doctor_machine *machine, const char *entry,
	void *arg),
    void *arg)
{
	struct each context = { machine, each, arg };
	struct ca_error ignored;
	int dir = -1;
	enum ca_code rc;

	rc = ca_dir_open_at(machine->root, name, &dir, &ignored);
	if (rc != CA_OK)
		return false;
	rc = ca_dir_each(dir, name, call, &context, &ignored);
	(void)close(dir);
	return rc == CA_OK;
}

bool
doctor_each_line(const struct doctor_machine *machine, const char *name,
    void (*each)(const struct doctor_machine *machine, char *line, void *arg),
    void *arg)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error ignored;
	char *text, *rest = NULL;

	if (ca_file_read_followed_at(machine->root, name, name, FILE_MAX,
		&bytes, &ignored) != CA_OK)
		return false;
	text = bytes.len > 0 ? strndup((const char *)bytes.data, bytes.len)
			     : strdup("");
	ca_bytes_free(&bytes);
	if (text == NULL)
		return false;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		each(machine, line, arg);
	free(text);
	return true;
}

void
doctor_say(char text[DOCTOR_TEXT_SIZE], const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	if (len > 0 && len + 2 < DOCTOR_TEXT_SIZE) {
		memcpy(text + len, ", ", 3);
		len += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text + len, DOCTOR_TEXT_SIZE - len, fmt, ap);
	va_end(ap);
}

enum doctor_verdict
doctor_judge(char text[DOCTOR_TEXT_SIZE], const char *word)
{
	if (text[0] != '\0')
		return DOCTOR_BAD;
	doctor_say(text, "%s", word);
	return DOCTOR_GOOD;
}

enum doctor_verdict
doctor_unknown(char text[DOCTOR_TEXT_SIZE], const char *why)
{
	doctor_say(text, "%s", why);
	return DOCTOR_UNKNOWN;
}
