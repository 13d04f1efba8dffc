/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "coldca/crl.h"
#include "coldca/ocsp.h"
#include "core/policy_internal.h"

#define ALL_KEYS ((1U << CA_KEY_KINDS) - 1)
#define ALL_PROFILES ((1U << CA_PROFILES) - 1)

static const char *const mode_names[] = {
	[CA_MODE_PRODUCTION] = "production",
	[CA_MODE_TEST] = "test",
};

const char *
ca_mode_name(enum ca_mode mode)
{
	return mode_names[mode];
}

bool
ca_mode_parse(const char *word, enum ca_mode *ret_mode)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++)
		if (strcmp(mode_names[i], word) == 0) {
			*ret_mode = (enum ca_mode)i;
			return true;
		}
	return false;
}

enum ca_code
ca_policy_new(struct ca_policy **ret_policy, struct ca_error *err)
{
	struct ca_policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return ca_fail_memory(err);
	policy->signer = CA_POLICY_SIGNER;
	policy->crl_lifetime = CA_CRL_LIFETIME;
	policy->ocsp_lifetime = CA_OCSP_LIFETIME;
	policy->approval_lifetime = CA_APPROVAL_LIFETIME;
	for (size_t i = 0; i < CA_PROFILES; i++) {
		const struct ca_profile *profile =
		    ca_profile_get((enum ca_profile_id)i);

		policy->profile[i] = (struct ca_profile_policy){
			.profile = profile,
			.lifetime = profile->lifetime,
			.max_lifetime = profile->lifetime,
			.keys = ALL_KEYS,
			.rsa_min_bits = CA_RSA_BITS_MIN,
			.rsa_max_bits = CA_RSA_BITS_MAX,
			.backdate = CA_BACKDATE,
			.reserved = &policy->reserved,
		};
	}
	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		policy->authority[i].profiles = ALL_PROFILES;
	*ret_policy = policy;
	return CA_OK;
}

/* The words of --signer; what each of them means is for the token side. */
static const char *const signers[] = { CA_POLICY_SIGNER, "libp11", "engine",
	"cryptoki" };

const char *
ca_policy_signer_parse(const char *word)
{
	for (size_t i = 0; i < sizeof(signers) / sizeof(signers[0]); i++)
		if (strcmp(signers[i], word) == 0)
			return signers[i];
	return NULL;
}

bool
ca_policy_permits_legacy(const struct ca_policy *policy,
    const uint8_t spki_sha256[CA_SHA256_SIZE])
{
	for (size_t i = 0; i < policy->legacy_keys.count; i++)
		if (memcmp(policy->legacy_keys.item[i], spki_sha256,
			CA_SHA256_SIZE) == 0)
			return true;
	return false;
}

enum ca_code
ca_policy_sha256(const struct ca_bytes *text,
    uint8_t ret_sha256[CA_SHA256_SIZE], struct ca_error *err)
{
	if (!ca_sha256_of(text->data, text->len, ret_sha256))
		return ca_fail_memory(err);
	return CA_OK;
}

enum ca_code
ca_hashes_add(struct ca_hashes *hashes, const uint8_t hash[CA_SHA256_SIZE],
    struct ca_error *err)
{
	uint8_t(*item)[CA_SHA256_SIZE] =
	    reallocarray(hashes->item, hashes->count + 1, CA_SHA256_SIZE);

	if (item == NULL)
		return ca_fail_memory(err);
	hashes->item = item;
	memcpy(hashes->item[hashes->count++], hash, CA_SHA256_SIZE);
	return CA_OK;
}

enum ca_code
ca_strings_add(struct ca_strings *strings, char *text, struct ca_error *err)
{
	char **item =
	    reallocarray(strings->item, strings->count + 1, sizeof(char *));

	if (item == NULL)
		return ca_fail_memory(err);
	strings->item = item;
	strings->item[strings->count++] = text;
	return CA_OK;
}

static void
strings_clear(struct ca_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->item[i]);
	free(strings->item);
	*strings = (struct ca_strings){ 0 };
}

void
ca_policy_free(struct ca_policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < CA_PROFILES; i++) {
		struct ca_profile_policy *profile = &policy->profile[i];

		strings_clear(&profile->dns);
		strings_clear(&profile->users);
		strings_clear(&profile->excluded_dns);
		strings_clear(&profile->excluded_users);
		free(profile->ip.item);
		free(profile->excluded_ip.item);
	}
	for (size_t i = 0; i < CA_AUTHORITIES; i++) {
		strings_clear(&policy->authority[i].standby);
		free(policy->authority[i].key);
	}
	strings_clear(&policy->reserved);
	strings_clear(&policy->token_paths);
	ca_approvers_clear(&policy->approvers);
	free(policy->module_path);
	free(policy->module_init_args);
	free(policy->ocsp_url);
	free(policy->legacy_keys.item);
	free(policy);
}
