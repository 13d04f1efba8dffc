/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/policy.h"

#include <stdlib.h>
#include <string.h>

#include "core/policy_internal.h"

#define ALL_KEYS ((1U << CA_KEY_KINDS) - 1)

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
	for (size_t i = 0; i < CA_PROFILES; i++) {
		const struct ca_profile *profile =
		    ca_profile_get((enum ca_profile_id)i);

		policy->profile[i] = (struct ca_profile_policy){
			.profile = profile,
			.lifetime = profile->lifetime,
			.max_lifetime = profile->lifetime,
			.keys = ALL_KEYS,
			.rsa_min_bits = CA_RSA_BITS_MIN,
		};
		/* Too few readers of certificates verify by an Ed25519 CA. */
		if (profile->is_ca)
			policy->profile[i].keys &= ~(1U << CA_KEY_ED25519);
	}
	*ret_policy = policy;
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
		strings_clear(&policy->profile[i].dns);
		strings_clear(&policy->profile[i].users);
		free(policy->profile[i].ip);
	}
	free(policy->module_path);
	free(policy);
}
