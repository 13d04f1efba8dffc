/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy permits, on one page. */
#include "cli/policy_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/term.h"

#define LIST_SHOWN 12 /* items of a list: a page, not a book */

/* Appends TEXT to *LIST, which is new or grows; a comma stands between. */
static enum ca_code
join(char **list, const char *text, struct ca_error *err)
{
	char *longer = NULL;
	enum ca_code rc;

	rc = *list == NULL
	    ? ca_text_format(&longer, err, "%s", text)
	    : ca_text_format(&longer, err, "%s, %s", *list, text);
	if (rc != CA_OK)
		return rc;
	free(*list);
	*list = longer;
	return CA_OK;
}

static enum ca_code
join_rest(char **list, size_t count, struct ca_error *err)
{
	char *rest = NULL;
	enum ca_code rc;

	if (count <= LIST_SHOWN)
		return CA_OK;
	rc = ca_text_format(&rest, err, "and %zu more", count - LIST_SHOWN);
	if (rc == CA_OK)
		rc = join(list, rest, err);
	free(rest);
	return rc;
}

static enum ca_code
join_strings(const struct ca_strings *strings, char **list,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < strings->count && i < LIST_SHOWN && rc == CA_OK;
	     i++)
		rc = join(list, strings->item[i], err);
	return rc == CA_OK ? join_rest(list, strings->count, err) : rc;
}

static enum ca_code
join_ranges(const struct ca_ip_ranges *ranges, char **list,
    struct ca_error *err)
{
	char text[CA_IP_RANGE_TEXT_SIZE];
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < ranges->count && i < LIST_SHOWN && rc == CA_OK;
	     i++) {
		ca_ip_range_format(&ranges->item[i], text);
		rc = join(list, text, err);
	}
	return rc == CA_OK ? join_rest(list, ranges->count, err) : rc;
}

/* One row of a profile's table; both lists are freed. */
static enum ca_code
row(struct cli_table *table, const char *what, char *permitted, char *excluded,
    enum ca_code rc, struct ca_error *err)
{
	const char *const cells[] = { what,
		permitted != NULL ? permitted : "none", excluded };

	if (rc == CA_OK)
		rc = cli_table_row(table, cells, err);
	free(permitted);
	free(excluded);
	return rc;
}

static enum ca_code
row_strings(struct cli_table *table, const char *what,
    const struct ca_strings *permitted, const struct ca_strings *excluded,
    struct ca_error *err)
{
	char *yes = NULL, *no = NULL;
	enum ca_code rc = join_strings(permitted, &yes, err);

	if (rc == CA_OK)
		rc = join_strings(excluded, &no, err);
	return row(table, what, yes, no, rc, err);
}

static enum ca_code
row_ranges(struct cli_table *table, const struct ca_profile_policy *profile,
    struct ca_error *err)
{
	char *yes = NULL, *no = NULL;
	enum ca_code rc = join_ranges(&profile->ip, &yes, err);

	if (rc == CA_OK)
		rc = join_ranges(&profile->excluded_ip, &no, err);
	return row(table, "addresses", yes, no, rc, err);
}

static enum ca_code
row_text(struct cli_table *table, const char *what, const char *text,
    struct ca_error *err)
{
	const char *const cells[] = { what, text, NULL };

	return cli_table_row(table, cells, err);
}

static enum ca_code
row_validity(struct cli_table *table, const struct ca_profile_policy *profile,
    struct ca_error *err)
{
	char usual[CA_DURATION_TEXT_SIZE], max[CA_DURATION_TEXT_SIZE];
	char before[CA_DURATION_TEXT_SIZE];
	char *text = NULL;
	enum ca_code rc;

	ca_duration_format(profile->lifetime, usual);
	ca_duration_format(profile->max_lifetime, max);
	ca_duration_format(profile->backdate, before);
	rc = ca_text_format(&text, err,
	    "%s, at most %s, from %s before it is signed", usual, max, before);
	return row(table, "lifetime", text, NULL, rc, err);
}

/* "rsa of 2048 to 8192 bits with exponent 65537" */
static enum ca_code
rsa_text(const struct ca_profile_policy *profile, char **ret,
    struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc;

	rc = ca_text_format(&text, err, "rsa of %u to %u bits",
	    profile->rsa_min_bits, profile->rsa_max_bits);
	for (size_t i = 0; i < profile->rsa_exponents.count && rc == CA_OK;
	     i++) {
		char *longer = NULL;

		rc = ca_text_format(&longer, err, "%s %s %u", text,
		    i == 0 ? "with exponent" : "or",
		    profile->rsa_exponents.item[i]);
		if (rc != CA_OK)
			break;
		free(text);
		text = longer;
	}
	if (rc == CA_OK)
		*ret = text;
	else
		free(text);
	return rc;
}

static enum ca_code
row_keys(struct cli_table *table, const struct ca_profile_policy *profile,
    struct ca_error *err)
{
	char *list = NULL, *rsa = NULL;
	enum ca_code rc = rsa_text(profile, &rsa, err);

	for (unsigned i = 0; i < CA_KEY_KINDS && rc == CA_OK; i++)
		if ((profile->keys & 1U << i) != 0)
			rc = join(&list,
			    i == CA_KEY_RSA
				? rsa
				: ca_key_kind_name((enum ca_key_kind)i),
			    err);
	free(rsa);
	return row(table, "keys", list, NULL, rc, err);
}

/* Who may approve: nothing where nobody may. */
static void
show_approvers(const struct ca_policy *policy, FILE *out)
{
	char lifetime[CA_DURATION_TEXT_SIZE], hex[2 * CA_SHA256_SIZE + 1];

	if (policy->approvers.count == 0)
		return;
	ca_duration_format(policy->approval_lifetime, lifetime);
	cli_show_field(out, "approvals", "good for %s%s", lifetime,
	    policy->operator_may_approve ? ", also by who signs" : "");
	for (size_t i = 0; i < policy->approvers.count; i++) {
		const struct ca_approver *approver = &policy->approvers.item[i];

		ca_hex(approver->spki_sha256, CA_SHA256_SIZE, hex);
		cli_show_field(out, "approver", "%s%s%s, key SPKI SHA-256 %s",
		    approver->name, approver->user != NULL ? ", here " : "",
		    approver->user != NULL ? approver->user : "", hex);
	}
}

static enum ca_code
row_approvals(struct cli_table *table, const struct ca_profile_policy *profile,
    struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc;

	if (profile->approvals == 0)
		return CA_OK;
	rc = ca_text_format(&text, err, "%u", profile->approvals);
	return row(table, "approvals", text, NULL, rc, err);
}

static enum ca_code
add_names(struct cli_table *table, const struct ca_profile_policy *profile,
    struct ca_error *err)
{
	enum ca_profile_names names = profile->profile->names;
	enum ca_code rc = CA_OK;

	if (names == CA_NAMES_USER)
		rc = row_strings(table, "users", &profile->users,
		    &profile->excluded_users, err);
	if (names == CA_NAMES_TENANT)
		rc = row_strings(table, "tenants", &profile->users,
		    &profile->excluded_users, err);
	if (rc != CA_OK || !ca_profile_takes_hosts(profile->profile))
		return rc;
	rc = row_strings(table, "DNS names", &profile->dns,
	    &profile->excluded_dns, err);
	if (rc == CA_OK)
		rc = row_text(table, "wildcards",
		    profile->wildcards ? "as far as DNS names are" : "none",
		    err);
	return rc == CA_OK ? row_ranges(table, profile, err) : rc;
}

static enum ca_code
add_rows(struct cli_table *table, const struct ca_profile_policy *profile,
    struct ca_error *err)
{
	enum ca_code rc = add_names(table, profile, err);

	if (rc == CA_OK)
		rc = row_validity(table, profile, err);
	if (rc == CA_OK)
		rc = row_keys(table, profile, err);
	if (rc != CA_OK || !ca_profile_on_request(profile->profile))
		return rc;
	rc = row_text(table, "names out of requests",
	    profile->names_from_request ? "yes" : "no", err);
	if (rc == CA_OK)
		rc = row_text(table, "renewed with the same key",
		    profile->new_key_on_renewal ? "no" : "yes", err);
	return rc == CA_OK ? row_approvals(table, profile, err) : rc;
}

static enum ca_code
show_profile(const struct ca_profile_policy *profile, FILE *out,
    struct ca_error *err)
{
	const char *const headings[] = { profile->profile->name, "permitted",
		"excluded" };
	struct cli_table *table = NULL;
	enum ca_code rc = cli_table_new(headings, 3, &table, err);

	if (rc == CA_OK)
		rc = add_rows(table, profile, err);
	if (rc == CA_OK) {
		term_line(out, "%s", "");
		rc = cli_table_print(table, out, err);
	}
	cli_table_free(table);
	return rc;
}

static enum ca_code
show_list(FILE *out, const char *label, const struct ca_strings *strings,
    struct ca_error *err)
{
	char *list = NULL;
	enum ca_code rc = join_strings(strings, &list, err);

	if (rc == CA_OK && list != NULL)
		cli_show_field(out, label, "%s", list);
	free(list);
	return rc;
}

static enum ca_code
show_signed(FILE *out, unsigned profiles, struct ca_error *err)
{
	char *list = NULL;
	enum ca_code rc = CA_OK;

	for (unsigned i = 0; i < CA_PROFILES && rc == CA_OK; i++)
		if (i != CA_PROFILE_CA && (profiles & 1U << i) != 0)
			rc = join(&list,
			    ca_profile_get((enum ca_profile_id)i)->name, err);
	if (rc == CA_OK)
		cli_show_field(out, "signs", "%s",
		    list != NULL ? list : "nothing");
	free(list);
	return rc;
}

/* Whether POLICY says something of AUTHORITY's CA. */
static bool
is_named(const struct ca_authority_policy *ca)
{
	return ca->key != NULL || ca->signer != NULL || ca->max_lifetime != 0 ||
	    ca->max_batch != 0 || ca->profiles != (1U << CA_PROFILES) - 1;
}

static enum ca_code
show_ca(const struct ca_authority_policy *ca, enum ca_authority authority,
    FILE *out, struct ca_error *err)
{
	char max[CA_DURATION_TEXT_SIZE];
	enum ca_code rc;

	term_line(out, "%s", "");
	term_line(out, "%s CA", ca_authority_name(authority));
	cli_show_field(out, "key", "%s",
	    ca->key != NULL ? ca->key : "as in the ledger");
	rc = show_list(out, "stands by", &ca->standby, err);
	if (ca->signer != NULL)
		cli_show_field(out, "signer", "%s", ca->signer);
	if (rc == CA_OK)
		rc = show_signed(out, ca->profiles, err);
	if (ca->max_lifetime != 0) {
		ca_duration_format(ca->max_lifetime, max);
		cli_show_field(out, "lifetime", "at most %s", max);
	}
	if (ca->max_batch != 0)
		cli_show_field(out, "one run", "at most %u certificates",
		    ca->max_batch);
	return rc;
}

static void
show_head(const struct ca_policy *policy, FILE *out)
{
	char crl[CA_DURATION_TEXT_SIZE], ocsp[CA_DURATION_TEXT_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_duration_format(policy->crl_lifetime, crl);
	ca_duration_format(policy->ocsp_lifetime, ocsp);
	cli_show_field(out, "mode", "%s", ca_mode_name(policy->mode));
	cli_show_field(out, "module", "%s",
	    policy->module_path != NULL ? policy->module_path
					: "none is pinned");
	cli_show_field(out, "signer", "%s", policy->signer);
	cli_show_field(out, "CRL", "good for %s", crl);
	cli_show_field(out, "OCSP", "good for %s%s%s", ocsp,
	    policy->ocsp_url != NULL ? ", at " : "",
	    policy->ocsp_url != NULL ? policy->ocsp_url : "");
	cli_show_field(out, "machine", "%s%s",
	    policy->require_air_gap
		? "must be fit: no network, no radio, no swap"
		: "nothing is required of it",
	    policy->token_network ? "; the token's module may use the network"
				  : "");
	for (size_t i = 0; i < policy->legacy_keys.count; i++) {
		ca_hex(policy->legacy_keys.item[i], CA_SHA256_SIZE, hex);
		cli_show_field(out, "legacy key", "%s", hex);
	}
	show_approvers(policy, out);
}

enum ca_code
cli_policy_page(const struct ca_policy *policy, FILE *out, struct ca_error *err)
{
	enum ca_code rc;

	show_head(policy, out);
	rc = show_list(out, "module writes", &policy->token_paths, err);
	if (rc == CA_OK)
		rc = show_list(out, "reserved", &policy->reserved, err);
	for (unsigned i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++)
		if (is_named(&policy->authority[i]))
			rc = show_ca(&policy->authority[i],
			    (enum ca_authority)i, out, err);
	for (size_t i = 0; i < CA_PROFILES && rc == CA_OK; i++)
		rc = show_profile(&policy->profile[i], out, err);
	return rc;
}
