/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last certificates of those who are named, or whose time is running out:
 * by index, so that others in the ledger cost nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/renewal.h"

/* Where rows are collected. */
struct collection {
	struct cli_renewals *renewals;
	enum ca_code rc;
	struct ca_error *err;
};

static void
renewal_clear(struct cli_renewal *next)
{
	free(next->name);
	ca_certificate_free(next->certificate);
	ca_bytes_free(&next->csr);
	*next = (struct cli_renewal){ 0 };
}

static enum ca_code
read_row(const struct ca_ledger_row *row, const struct ca_profile *profile,
    struct cli_renewal *ret, struct ca_error *err)
{
	struct cli_renewal next = { .profile = profile };
	enum ca_code rc;

	rc = ca_text_format(&next.name, err, "%s", row->name);
	if (rc == CA_OK)
		rc = ca_certificate_parse(row->certificate,
		    row->certificate_len, &next.certificate, err);
	if (rc == CA_OK && row->csr != NULL)
		rc = ca_bytes_append(&next.csr, row->csr, row->csr_len, err);
	if (rc == CA_OK)
		*ret = next;
	else
		renewal_clear(&next);
	return rc;
}

/* Room for one more at the end of RENEWALS; NULL: out of memory. */
static struct cli_renewal *
grow(struct cli_renewals *renewals)
{
	size_t count = renewals->count;
	struct cli_renewal *item = renewals->item;

	/* Whenever it is a power of two, as much again. */
	if ((count & (count - 1)) == 0)
		item = reallocarray(item, count > 0 ? 2 * count : 1,
		    sizeof(*item));
	if (item == NULL)
		return NULL;
	renewals->item = item;
	item[count] = (struct cli_renewal){ 0 };
	return &item[renewals->count++];
}

/* Whether a request is answered with certificates of the row's profile. */
static const struct ca_profile *
profile_of(const struct ca_ledger_row *row)
{
	const struct ca_profile *profile = ca_profile_by_name(row->profile);

	return profile != NULL && ca_profile_on_request(profile) &&
		row->certificate != NULL
	    ? profile
	    : NULL;
}

static bool
append(const struct ca_ledger_row *row, void *arg)
{
	struct collection *to = arg;
	const struct ca_profile *profile = profile_of(row);
	struct cli_renewal *next;

	if (profile == NULL)
		return true;
	next = grow(to->renewals);
	to->rc = next == NULL ? ca_fail_memory(to->err)
			      : read_row(row, profile, next, to->err);
	if (to->rc != CA_OK && next != NULL)
		to->renewals->count--;
	return to->rc == CA_OK;
}

enum ca_code
cli_renewals_add(const struct cli *cli, const char *serial,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const struct ca_ledger_filter filter = { .serial = serial };
	struct collection to = { .renewals = renewals, .err = err };
	enum ca_code rc;

	rc = ca_ledger_list(cli->ca.ledger, &filter, append, &to, err);
	return rc == CA_OK ? to.rc : rc;
}

/* Rows come newest first: the first of each name and profile stays. */
static bool
append_first(const struct ca_ledger_row *row, void *arg)
{
	struct collection *to = arg;
	const struct cli_renewals *renewals = to->renewals;

	for (size_t i = 0; i < renewals->count; i++)
		if (strcmp(renewals->item[i].name, row->name) == 0 &&
		    strcmp(renewals->item[i].profile->name, row->profile) == 0)
			return true;
	return append(row, arg);
}

/* Moves those of MORE to the end of RENEWALS. */
static enum ca_code
take_all(struct cli_renewals *renewals, struct cli_renewals *more,
    struct ca_error *err)
{
	for (size_t i = 0; i < more->count; i++) {
		struct cli_renewal *next = grow(renewals);

		if (next == NULL)
			return ca_fail_memory(err);
		*next = more->item[i];
		more->item[i] = (struct cli_renewal){ 0 };
	}
	return CA_OK;
}

static enum ca_code
find_name(const struct cli *cli, const char *name,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const struct ca_ledger_filter filter = {
		.name = name,
		.state = CA_STATE_ISSUED,
		.newest_first = true,
	};
	struct cli_renewals found = { NULL, 0 };
	struct collection to = { .renewals = &found, .err = err };
	enum ca_code rc;

	rc = ca_ledger_list(cli->ca.ledger, &filter, append_first, &to, err);
	if (rc == CA_OK)
		rc = to.rc;
	if (rc == CA_OK)
		rc = take_all(renewals, &found, err);
	cli_renewals_clear(&found);
	return rc;
}

static bool
has_name(const struct cli_renewals *renewals, const char *name)
{
	for (size_t i = 0; i < renewals->count; i++)
		if (strcmp(renewals->item[i].name, name) == 0)
			return true;
	return false;
}

enum ca_code
cli_renewals_find(const struct cli *cli, const char *name,
    struct cli_renewals *renewals, struct ca_error *err)
{
	if (has_name(renewals, name))
		return CA_OK;
	return find_name(cli, name, renewals, err);
}

/* Names, in the order of the ledger. */
struct names {
	char **item;
	size_t count;
	enum ca_code rc;
	struct ca_error *err;
};

static bool
add_name(const struct ca_ledger_row *row, void *arg)
{
	struct names *names = arg;
	char **item;

	if (profile_of(row) == NULL)
		return true;
	item = reallocarray(names->item, names->count + 1, sizeof(char *));
	if (item == NULL) {
		names->rc = ca_fail_memory(names->err);
		return false;
	}
	names->item = item;
	names->rc =
	    ca_text_format(&item[names->count], names->err, "%s", row->name);
	names->count += names->rc == CA_OK;
	return names->rc == CA_OK;
}

static int
by_text(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Those of NAMES, which are sorted, each once; not those that are there. */
static enum ca_code
find_all(const struct cli *cli, const struct names *names,
    struct cli_renewals *renewals, struct ca_error *err)
{
	struct cli_renewals more = { NULL, 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < names->count && rc == CA_OK; i++)
		if ((i == 0 ||
			strcmp(names->item[i], names->item[i - 1]) != 0) &&
		    !has_name(renewals, names->item[i]))
			rc = find_name(cli, names->item[i], &more, err);
	if (rc == CA_OK)
		rc = take_all(renewals, &more, err);
	cli_renewals_clear(&more);
	return rc;
}

/* The last ones of all names that are in the rows of FILTER. */
static enum ca_code
find_others(const struct cli *cli, const struct ca_ledger_filter *filter,
    struct cli_renewals *renewals, struct ca_error *err)
{
	struct names names = { .err = err };
	enum ca_code rc;

	rc = ca_ledger_list(cli->ca.ledger, filter, add_name, &names, err);
	if (rc == CA_OK)
		rc = names.rc;
	if (names.count > 1)
		qsort(names.item, names.count, sizeof(char *), by_text);
	if (rc == CA_OK)
		rc = find_all(cli, &names, renewals, err);
	for (size_t i = 0; i < names.count; i++)
		free(names.item[i]);
	free(names.item);
	return rc;
}

enum ca_code
cli_renewals_ending(const struct cli *cli, int64_t from, int64_t until,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const struct ca_ledger_filter filter = {
		.state = CA_STATE_ISSUED,
		.ends_from = from,
		.ends_until = until,
	};

	return find_others(cli, &filter, renewals, err);
}

enum ca_code
cli_renewals_begin(const struct cli *cli, const char *prefix,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const struct ca_ledger_filter filter = {
		.prefix = prefix,
		.state = CA_STATE_ISSUED,
	};

	return find_others(cli, &filter, renewals, err);
}

enum ca_code
cli_renewals_host(const struct cli *cli, const char *host,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const struct ca_ledger_filter filter = {
		.host = host,
		.state = CA_STATE_ISSUED,
	};

	return find_others(cli, &filter, renewals, err);
}

static int
by_name(const void *a, const void *b)
{
	const struct cli_renewal *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	return (x->profile->id > y->profile->id) -
	    (x->profile->id < y->profile->id);
}

void
cli_renewals_sort(struct cli_renewals *renewals)
{
	if (renewals->count > 1)
		qsort(renewals->item, renewals->count, sizeof(*renewals->item),
		    by_name);
}

void
cli_renewals_clear(struct cli_renewals *renewals)
{
	for (size_t i = 0; i < renewals->count; i++)
		renewal_clear(&renewals->item[i]);
	free(renewals->item);
	*renewals = (struct cli_renewals){ 0 };
}
