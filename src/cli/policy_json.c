/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as JSON: what was read, and not how it was written. */
#include "base/text.h"
#include "cli/json.h"
#include "cli/policy_page.h"

/* Appends VALUE, which may be NULL, to LIST; NULL once that has failed. */
static json_t *
append(json_t *list, json_t *value)
{
	if (list != NULL && json_array_append_new(list, value) == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
json_strings(const struct ca_strings *strings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < strings->count && list != NULL; i++)
		list = append(list, cli_json_text(strings->item[i]));
	return list;
}

static json_t *
json_ranges(const struct ca_ip_ranges *ranges)
{
	char text[CA_IP_RANGE_TEXT_SIZE];
	json_t *list = json_array();

	for (size_t i = 0; i < ranges->count && list != NULL; i++) {
		ca_ip_range_format(&ranges->item[i], text);
		list = append(list, json_string(text));
	}
	return list;
}

static json_t *
json_hashes(const struct ca_hashes *hashes)
{
	char hex[2 * CA_SHA256_SIZE + 1];
	json_t *list = json_array();

	for (size_t i = 0; i < hashes->count && list != NULL; i++) {
		ca_hex(hashes->item[i], CA_SHA256_SIZE, hex);
		list = append(list, json_string(hex));
	}
	return list;
}

static json_t *
json_keys(unsigned keys)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < CA_KEY_KINDS && list != NULL; i++)
		if ((keys & 1U << i) != 0)
			list = append(list,
			    json_string(ca_key_kind_name((enum ca_key_kind)i)));
	return list;
}

static json_t *
json_exponents(const struct ca_exponents *exponents)
{
	json_t *list = json_array();

	for (size_t i = 0; i < exponents->count && list != NULL; i++)
		list = append(list, json_integer(exponents->item[i]));
	return list;
}

static json_t *
json_profile_names(unsigned profiles)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < CA_PROFILES && list != NULL; i++)
		if (i != CA_PROFILE_CA && (profiles & 1U << i) != 0)
			list = append(list,
			    json_string(
				ca_profile_get((enum ca_profile_id)i)->name));
	return list;
}

/* The names that the profile has; the others are absent. NULL: no memory. */
static json_t *
add_names(json_t *value, const struct ca_profile_policy *profile)
{
	bool tenants = profile->profile->names == CA_NAMES_TENANT;
	json_t *names = NULL;

	if (value == NULL)
		return NULL;
	if (ca_profile_takes_hosts(profile->profile))
		names = json_pack("{s:o,s:o,s:o,s:o,s:b}", "dns",
		    json_strings(&profile->dns), "excluded_dns",
		    json_strings(&profile->excluded_dns), "ip",
		    json_ranges(&profile->ip), "excluded_ip",
		    json_ranges(&profile->excluded_ip), "wildcards",
		    profile->wildcards);
	else
		names = json_object();
	if (names != NULL &&
	    (tenants || profile->profile->names == CA_NAMES_USER) &&
	    (json_object_set_new(names, tenants ? "tenants" : "users",
		 json_strings(&profile->users)) != 0 ||
		json_object_set_new(names,
		    tenants ? "excluded_tenants" : "excluded_users",
		    json_strings(&profile->excluded_users)) != 0)) {
		json_decref(names);
		names = NULL;
	}
	if (names == NULL || json_object_update(value, names) != 0) {
		json_decref(value);
		value = NULL;
	}
	json_decref(names);
	return value;
}

static json_t *
json_profile(const struct ca_profile_policy *profile)
{
	json_t *value = json_pack("{s:I,s:I,s:I,s:o,s:i,s:i,s:o,s:b,s:b,s:i}",
	    "lifetime_seconds", (json_int_t)profile->lifetime,
	    "max_lifetime_seconds", (json_int_t)profile->max_lifetime,
	    "backdate_seconds", (json_int_t)profile->backdate, "keys",
	    json_keys(profile->keys), "rsa_min_bits",
	    (int)profile->rsa_min_bits, "rsa_max_bits",
	    (int)profile->rsa_max_bits, "rsa_exponents",
	    json_exponents(&profile->rsa_exponents), "names_from_request",
	    profile->names_from_request, "new_key_on_renewal",
	    profile->new_key_on_renewal, "approvals", (int)profile->approvals);

	return add_names(value, profile);
}

static json_t *
json_approver(const struct ca_approver *approver)
{
	char key[2 * CA_SHA256_SIZE + 1];
	json_t *profiles = json_array();

	ca_hex(approver->spki_sha256, CA_SHA256_SIZE, key);
	for (unsigned i = 0; profiles != NULL && i < CA_PROFILES; i++) {
		const struct ca_profile *profile =
		    ca_profile_get((enum ca_profile_id)i);

		if (ca_profile_on_request(profile) &&
		    (approver->profiles & 1U << i) != 0)
			(void)json_array_append_new(profiles,
			    json_string(profile->name));
	}
	return json_pack("{s:s,s:o,s:s,s:o}", "name", approver->name, "user",
	    cli_json_text(approver->user), "key_spki_sha256", key, "profiles",
	    profiles);
}

static json_t *
json_approvers(const struct ca_approvers *approvers)
{
	json_t *value = json_array();

	for (size_t i = 0; value != NULL && i < approvers->count; i++)
		(void)json_array_append_new(value,
		    json_approver(&approvers->item[i]));
	return value;
}

static json_t *
json_ca(const struct ca_authority_policy *ca)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:I,s:i}", "key",
	    cli_json_text(ca->key), "standby", json_strings(&ca->standby),
	    "signer", cli_json_text(ca->signer), "profiles",
	    json_profile_names(ca->profiles), "max_lifetime_seconds",
	    (json_int_t)ca->max_lifetime, "max_batch", (int)ca->max_batch);
}

/* Sets NAME in VALUE; NULL once that has failed. */
static json_t *
set(json_t *value, const char *name, json_t *item)
{
	if (value != NULL && json_object_set_new(value, name, item) == 0)
		return value;
	json_decref(value);
	return NULL;
}

json_t *
cli_policy_json(const struct ca_policy *policy)
{
	json_t *cas = json_object(), *profiles = json_object();

	for (unsigned i = 0; i < CA_AUTHORITIES && cas != NULL; i++)
		cas = set(cas, ca_authority_name((enum ca_authority)i),
		    json_ca(&policy->authority[i]));
	for (unsigned i = 0; i < CA_PROFILES && profiles != NULL; i++)
		profiles =
		    set(profiles, ca_profile_get((enum ca_profile_id)i)->name,
			json_profile(&policy->profile[i]));
	return json_pack(
	    "{s:s,s:o,s:s,s:o,s:I,s:I,s:o,s:b,s:b,s:o,s:o,s:o,s:I,s:b,s:o,s:o}",
	    "mode", ca_mode_name(policy->mode), "module",
	    cli_json_text(policy->module_path), "signer", policy->signer,
	    "ocsp_url", cli_json_text(policy->ocsp_url), "crl_lifetime_seconds",
	    (json_int_t)policy->crl_lifetime, "ocsp_lifetime_seconds",
	    (json_int_t)policy->ocsp_lifetime, "legacy_keys",
	    json_hashes(&policy->legacy_keys), "require_air_gap",
	    policy->require_air_gap, "token_network", policy->token_network,
	    "token_paths", json_strings(&policy->token_paths), "reserved",
	    json_strings(&policy->reserved), "approvers",
	    json_approvers(&policy->approvers), "approval_lifetime_seconds",
	    (json_int_t)policy->approval_lifetime, "operator_may_approve",
	    policy->operator_may_approve, "cas", cas, "profiles", profiles);
}
