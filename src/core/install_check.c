/* SPDX-License-Identifier: Apache-2.0 */
/* How a certificate directory is, as a monitor wants to know it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "core/certs_dir_internal.h"
#include "core/install_check.h"

#define DAY ((int64_t)24 * 3600)

static const char *const names[CA_CERT_STATES] = {
	[CA_CERT_FINE] = "fine",
	[CA_CERT_EXPIRES] = "expires",
	[CA_CERT_NOT_YET] = "not-yet-valid",
	[CA_CERT_EXPIRED] = "expired",
	[CA_CERT_UNTRUSTED] = "untrusted",
	[CA_CERT_NO_KEY] = "no-key",
	[CA_CERT_MISMATCHED] = "mismatched",
	[CA_CERT_UNREADABLE] = "unreadable",
};

const char *
ca_cert_state_name(enum ca_cert_state state)
{
	return names[state];
}

/* Rounded down, so that less than a day is none. */
static int64_t
whole_days(int64_t seconds)
{
	int64_t days = seconds / DAY;

	return seconds % DAY < 0 ? days - 1 : days;
}

static enum ca_code
set(struct ca_cert_check *check, enum ca_cert_state state, const char *text,
    struct ca_error *err)
{
	check->state = state;
	free(check->problem);
	check->problem = NULL;
	return ca_text_format(&check->problem, err, "%s", text);
}

/* Dates alone; for a leaf also those of its CA, by the chain at that time. */
static enum ca_code
check_dates(const struct ca_cert_checking *c, const struct ca_certs_row *row,
    struct ca_cert_check *check, struct ca_error *err)
{
	const struct ca_certificate *first = row->certificates.item[0];
	int64_t before = ca_certificate_not_before(first);
	char at[CA_TIME_TEXT_SIZE], text[CA_TIME_TEXT_SIZE + 32];

	check->not_after = ca_certificate_not_after(first);
	check->days = whole_days(check->not_after - c->now);
	if (c->now < before) {
		ca_time_format(before, at);
		(void)snprintf(text, sizeof(text), "valid from %s on", at);
		return set(check, CA_CERT_NOT_YET, text, err);
	}
	ca_time_format(check->not_after, at);
	if (c->now > check->not_after) {
		(void)snprintf(text, sizeof(text), "expired at %s", at);
		return set(check, CA_CERT_EXPIRED, text, err);
	}
	if (check->not_after - c->now < (int64_t)c->days * DAY) {
		(void)snprintf(text, sizeof(text), "expires at %s", at);
		return set(check, CA_CERT_EXPIRES, text, err);
	}
	return CA_OK;
}

static enum ca_code
check_chain(const struct ca_cert_checking *c, const struct ca_certs_row *row,
    struct ca_cert_check *check, struct ca_error *err)
{
	/* For OpenSSL a certificate ends with the second before notAfter. */
	const int64_t then = c->now + (int64_t)c->days * DAY - 1;
	struct ca_error found;
	enum ca_code rc;

	if (check->state == CA_CERT_EXPIRED || check->state == CA_CERT_NOT_YET)
		return CA_OK;
	rc = ca_cert_trust_check(c->sets, row, c->now, &found);
	if (rc == CA_ERR_POLICY)
		return set(check, CA_CERT_UNTRUSTED, found.message, err);
	if (rc == CA_OK && check->state == CA_CERT_FINE && c->days > 0)
		rc = ca_cert_trust_check(c->sets, row, then, &found);
	if (rc == CA_ERR_POLICY)
		return set(check, CA_CERT_EXPIRES,
		    "its CA expires within the warning time", err);
	if (rc != CA_OK)
		*err = found;
	return rc;
}

static enum ca_code
check_key(const struct ca_cert_checking *c, const struct ca_certs_row *row,
    struct ca_cert_check *check, struct ca_error *err)
{
	struct ca_error found;
	char *key = NULL;
	enum ca_code rc;

	if (row->error != NULL)
		return set(check, CA_CERT_NO_KEY, row->error, err);
	rc = ca_install_sibling(row->file, ".key", &key, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_install_key_check(c->fd, c->path, key,
	    row->certificates.item[0], &found);
	free(key);
	switch ((int)rc) {
	case CA_OK:
		return CA_OK;
	case CA_ERR_POLICY:
		return set(check, CA_CERT_MISMATCHED, found.message, err);
	case CA_ERR_INPUT:
	case CA_ERR_FILE:
		return set(check, CA_CERT_UNREADABLE, found.message, err);
	default:
		*err = found;
		return rc;
	}
}

/* From the mildest to the worst: a later finding takes the place. */
enum ca_code
ca_cert_check_row(const struct ca_cert_checking *c,
    const struct ca_certs_row *row, struct ca_cert_check *ret,
    struct ca_error *err)
{
	struct ca_cert_check check = { .usage = row->usage };
	enum ca_code rc;

	rc = ca_text_format(&check.file, err, "%s", row->file);
	if (rc == CA_OK && row->certificates.count == 0) {
		rc = set(&check, CA_CERT_UNREADABLE,
		    row->error != NULL ? row->error : "no certificate in it",
		    err);
	} else if (rc == CA_OK) {
		rc = check_dates(c, row, &check, err);
		if (rc == CA_OK && !ca_certs_row_is_ca(row))
			rc = check_chain(c, row, &check, err);
		if (rc == CA_OK && !ca_certs_row_is_ca(row))
			rc = check_key(c, row, &check, err);
	}
	if (rc == CA_OK)
		*ret = check;
	else
		ca_cert_check_clear(&check);
	return rc;
}

/* The worst first, then what ends first, then by name. */
static int
by_urgency(const void *a, const void *b)
{
	const struct ca_cert_check *x = a, *y = b;

	if (x->state != y->state)
		return x->state > y->state ? -1 : 1;
	if (x->not_after != y->not_after)
		return x->not_after < y->not_after ? -1 : 1;
	return strcmp(x->file, y->file);
}

static enum ca_code
check_rows(const struct ca_cert_checking *c, const struct ca_certs_rows *rows,
    struct ca_cert_checks *checks, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	checks->item = calloc(rows->count + 1, sizeof(*checks->item));
	if (checks->item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < rows->count; i++) {
		rc =
		    ca_cert_check_row(c, &rows->item[i], &checks->item[i], err);
		if (rc == CA_OK)
			checks->count++;
	}
	qsort(checks->item, checks->count, sizeof(*checks->item), by_urgency);
	return rc;
}

enum ca_code
ca_cert_check_at(int fd, const char *path, int64_t now, unsigned days,
    struct ca_cert_checks *ret, struct ca_error *err)
{
	struct ca_certs_rows rows = { 0 };
	const struct ca_cert_sets sets = { &rows, NULL };
	const struct ca_cert_checking c = { fd, path, &sets, now, days };
	struct ca_cert_checks checks = { 0 };
	enum ca_code rc;

	rc = ca_certs_dir_scan_at(fd, path, &rows, err);
	if (rc == CA_OK)
		rc = check_rows(&c, &rows, &checks, err);
	if (rc == CA_OK) {
		*ret = checks;
		checks = (struct ca_cert_checks){ 0 };
	}
	ca_cert_checks_clear(&checks);
	ca_certs_rows_clear(&rows);
	return rc;
}

enum ca_code
ca_install_check(const char *path, int64_t now, unsigned days,
    struct ca_cert_checks *ret, struct ca_error *err)
{
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &fd, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_cert_check_at(fd, path, now, days, ret, err);
	(void)close(fd);
	return rc;
}

void
ca_cert_check_clear(struct ca_cert_check *check)
{
	free(check->file);
	free(check->problem);
	*check = (struct ca_cert_check){ .file = NULL };
}

void
ca_cert_checks_clear(struct ca_cert_checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		ca_cert_check_clear(&checks->item[i]);
	free(checks->item);
	*checks = (struct ca_cert_checks){ 0 };
}
