/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/last.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/show.h"
#include "coldca/profile.h"

/* Lifetimes that differ by less are the same: the ledger came a bit later. */
#define SAME_LIFETIME ((int64_t)3600) /* seconds */

/* From when on it was asked for: the ledger wrote a bit later. */
static int64_t
asked_at(const struct ca_ledger_last *found)
{
	int64_t begun =
	    ca_certificate_not_before(found->certificate) + CA_BACKDATE;
	int64_t later = found->reserved_at - begun;

	return later >= 0 && later < SAME_LIFETIME ? begun : found->reserved_at;
}

enum ca_code
cli_last_find_one(struct ca_ledger *ledger, const char *name,
    struct cli_last *ret, struct ca_error *err)
{
	struct ca_ledger_last found = { .certificate = NULL };
	enum ca_code rc = ca_ledger_last_of(ledger, name, &found, err);

	if (rc != CA_OK)
		return rc;
	*ret = (struct cli_last){ .certificate = found.certificate };
	if (found.certificate == NULL)
		return CA_OK;
	ret->lifetime =
	    ca_certificate_not_after(found.certificate) - asked_at(&found);
	ret->revoked = found.revoked;
	return CA_OK;
}

/* How many of NAMES are not in OTHERS. */
static size_t
count_missing(const struct ca_names *names, const struct ca_names *others)
{
	size_t missing = 0;

	for (size_t i = 0; i < names->count; i++)
		missing += !ca_names_has(others, &names->item[i]);
	return missing;
}

/* What is different. */
struct changes {
	size_t added, removed; /* names */
	bool key;
	bool lifetime;
};

static struct changes
compare(const struct cli_last *last, const struct cli_next_one *next)
{
	const struct ca_names *names = ca_certificate_names(last->certificate);
	const struct ca_key_info *key =
	    ca_certificate_key_info(last->certificate);
	int64_t longer = next->lifetime - last->lifetime;

	return (struct changes){
		.added = count_missing(next->names, names),
		.removed = count_missing(names, next->names),
		.key = memcmp(key->spki_sha256, next->key->spki_sha256,
			   CA_SHA256_SIZE) != 0,
		.lifetime = longer > SAME_LIFETIME || longer < -SAME_LIFETIME,
	};
}

/* Each of NAMES that is not in OTHERS, with SIGN. */
static void
show_missing(FILE *out, char sign, const struct ca_names *names,
    const struct ca_names *others)
{
	for (size_t i = 0; i < names->count; i++)
		if (!ca_names_has(others, &names->item[i]))
			cli_show_field(out, "change", "%c %s:%s", sign,
			    cli_name_kind(names->item[i].kind),
			    names->item[i].text);
}

void
cli_last_show(FILE *out, const struct cli_last *last,
    const struct cli_next_one *next)
{
	const struct ca_certificate *was = last->certificate;
	char until[CA_TIME_TEXT_SIZE], now[CA_DURATION_TEXT_SIZE],
	    before[CA_DURATION_TEXT_SIZE];
	const struct ca_key_info *key;
	struct changes changes;

	if (was == NULL) {
		cli_show_field(out, "last", "none under this name");
		return;
	}
	key = ca_certificate_key_info(was);
	changes = compare(last, next);
	ca_time_format(ca_certificate_not_after(was), until);
	ca_duration_format(last->lifetime, before);
	ca_duration_format(next->lifetime, now);
	cli_show_field(out, "last", "serial %s, until %s%s",
	    ca_certificate_serial_text(was), until,
	    last->revoked ? ", revoked" : "");
	show_missing(out, '+', next->names, ca_certificate_names(was));
	show_missing(out, '-', ca_certificate_names(was), next->names);
	if (changes.key)
		cli_show_field(out, "change",
		    "another key (%s, %u bits before)",
		    ca_key_kind_name(key->kind), key->bits);
	if (changes.lifetime)
		cli_show_field(out, "change", "valid for %s (%s before)", now,
		    before);
	if (changes.added + changes.removed == 0 && !changes.key &&
	    !changes.lifetime)
		cli_show_field(out, "change",
		    "none: names, key and lifetime are the same");
}

enum ca_code
cli_last_summary(const struct cli_last *last, const struct cli_next_one *next,
    char **ret_text, struct ca_error *err)
{
	struct changes changes;
	char names[64] = "";

	if (last->certificate == NULL)
		return ca_text_format(ret_text, err, "first");
	changes = compare(last, next);
	if (changes.added + changes.removed > 0)
		(void)snprintf(names, sizeof(names), "names +%zu -%zu",
		    changes.added, changes.removed);
	else if (!changes.key && !changes.lifetime)
		(void)snprintf(names, sizeof(names), "same");
	return ca_text_format(ret_text, err, "%s%s%s%s%s%s", names,
	    names[0] != '\0' && changes.key ? ", " : "",
	    changes.key ? "key" : "",
	    (names[0] != '\0' || changes.key) && changes.lifetime ? ", " : "",
	    changes.lifetime ? "lifetime" : "",
	    last->revoked ? " (last one revoked)" : "");
}

/* Each of NAMES that is not in OTHERS. */
static json_t *
json_missing(const struct ca_names *names, const struct ca_names *others)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count && list != NULL; i++) {
		const struct ca_names one = { &names->item[i], 1 };
		json_t *value;
		bool extended;

		if (ca_names_has(others, &names->item[i]))
			continue;
		value = cli_json_names(&one);
		extended = value != NULL && json_array_extend(list, value) == 0;
		json_decref(value);
		if (extended)
			continue;
		json_decref(list);
		list = NULL;
	}
	return list;
}

json_t *
cli_last_json(const struct cli_last *last, const struct cli_next_one *next)
{
	const struct ca_certificate *was = last->certificate;
	struct changes changes;

	if (was == NULL)
		return json_null();
	changes = compare(last, next);
	return json_pack("{s:s,s:o,s:b,s:I,s:o,s:o,s:b,s:b}", "serial",
	    ca_certificate_serial_text(was), "not_after",
	    cli_json_time(ca_certificate_not_after(was)), "revoked",
	    last->revoked, "lifetime", (json_int_t)last->lifetime,
	    "names_added", json_missing(next->names, ca_certificate_names(was)),
	    "names_removed",
	    json_missing(ca_certificate_names(was), next->names), "same_key",
	    !changes.key, "same_lifetime", !changes.lifetime);
}

void
cli_last_clear(struct cli_last *last)
{
	if (last == NULL)
		return;
	ca_certificate_free(last->certificate);
	*last = (struct cli_last){ .certificate = NULL };
}
