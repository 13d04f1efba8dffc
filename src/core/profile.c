/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/profile.h"

#include <openssl/x509v3.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "core/profile_file.h"

#define HOURS ((int64_t)3600)

#define CLUSTER CA_AUTHORITY_BIT(CA_AUTHORITY_CLUSTER)
#define CLIENT CA_AUTHORITY_BIT(CA_AUTHORITY_CLIENT)
#define UI CA_AUTHORITY_BIT(CA_AUTHORITY_UI)
#define TENANT_CLIENT CA_AUTHORITY_BIT(CA_AUTHORITY_TENANT_CLIENT)

/*
 * What `cockroach cert` makes, with what the RFCs ask for beyond it:
 * keyEncipherment only beside keys that can encipher (RFC 8813 section 3), and
 * not beside keyCertSign (RFC 3279 section 2.3.1); cRLSign on a CA that will
 * revoke (RFC 5280 section 4.2.1.3).
 */
static const struct ca_profile profiles[CA_PROFILES] = {
	[CA_PROFILE_CA] = {
		.id = CA_PROFILE_CA,
		.name = "ca",
		.usage = "CA",
		.names = CA_NAMES_NONE,
		.common_name = "Cockroach CA",
		.is_ca = true,
		.key_usage = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION |
		    KU_KEY_CERT_SIGN | KU_CRL_SIGN,
		.lifetime = 87840 * HOURS,
		.file = "ca",
		.bundle = "ca",
		.signer = { CA_AUTHORITY_CLUSTER, CA_AUTHORITY_CLIENT,
		    CA_AUTHORITY_UI, CA_AUTHORITY_TENANT_CLIENT },
		.signers = CA_AUTHORITIES,
	},
	[CA_PROFILE_NODE] = {
		.id = CA_PROFILE_NODE,
		.name = "node",
		.usage = "Node",
		.names = CA_NAMES_HOSTS,
		.common_name = "node",
		.key_usage = KU_DIGITAL_SIGNATURE,
		.key_usage_rsa = KU_KEY_ENCIPHERMENT,
		.extended = CA_EKU_SERVER_AUTH | CA_EKU_CLIENT_AUTH,
		.lifetime = 43920 * HOURS,
		.file = "node",
		.bundle = "node",
		.signer = { CA_AUTHORITY_CLUSTER },
		.signers = 1,
		.trusts = CLUSTER | CLIENT | TENANT_CLIENT,
	},
	[CA_PROFILE_CLIENT] = {
		.id = CA_PROFILE_CLIENT,
		.name = "client",
		.usage = "Client",
		.names = CA_NAMES_USER,
		.key_usage = KU_DIGITAL_SIGNATURE,
		.key_usage_rsa = KU_KEY_ENCIPHERMENT,
		.extended = CA_EKU_CLIENT_AUTH,
		.lifetime = 43920 * HOURS,
		.file = "client",
		.bundle = "client",
		.signer = { CA_AUTHORITY_CLIENT, CA_AUTHORITY_CLUSTER },
		.signers = 2,
		.trusts = CLUSTER,
	},
	[CA_PROFILE_UI] = {
		.id = CA_PROFILE_UI,
		.name = "ui",
		.usage = "UI",
		.names = CA_NAMES_HOSTS,
		.key_usage = KU_DIGITAL_SIGNATURE,
		.key_usage_rsa = KU_KEY_ENCIPHERMENT,
		.extended = CA_EKU_SERVER_AUTH,
		.lifetime = 43920 * HOURS,
		.file = "ui",
		.bundle = "ui",
		.signer = { CA_AUTHORITY_UI, CA_AUTHORITY_CLUSTER },
		.signers = 2,
		.trusts = CLUSTER | UI,
	},
	[CA_PROFILE_TENANT_CLIENT] = {
		.id = CA_PROFILE_TENANT_CLIENT,
		.name = "tenant-client",
		.usage = "Tenant Client",
		.names = CA_NAMES_TENANT,
		.unit = CA_TENANTS_UNIT,
		.key_usage = KU_DIGITAL_SIGNATURE,
		.key_usage_rsa = KU_KEY_ENCIPHERMENT,
		.extended = CA_EKU_SERVER_AUTH | CA_EKU_CLIENT_AUTH,
		.lifetime = 43920 * HOURS,
		.file = "client-tenant",
		.bundle = "tenant-client",
		.signer = { CA_AUTHORITY_TENANT_CLIENT, CA_AUTHORITY_CLIENT,
		    CA_AUTHORITY_CLUSTER },
		.signers = 3,
		.trusts = CLUSTER | CLIENT | TENANT_CLIENT,
	},
	/* RFC 6960 section 4.2.2.2. */
	[CA_PROFILE_OCSP] = {
		.id = CA_PROFILE_OCSP,
		.name = "ocsp",
		.usage = "OCSP Responder",
		.names = CA_NAMES_NONE,
		.common_name = "OCSP responder",
		.key_usage = KU_DIGITAL_SIGNATURE,
		.extended = CA_EKU_OCSP_SIGNING,
		.lifetime = 8784 * HOURS,
		.file = "ocsp",
		.bundle = "ocsp",
		.signer = { CA_AUTHORITY_CLUSTER, CA_AUTHORITY_CLIENT,
		    CA_AUTHORITY_UI, CA_AUTHORITY_TENANT_CLIENT },
		.signers = CA_AUTHORITIES,
	},
};

const struct ca_profile *
ca_profile_get(enum ca_profile_id id)
{
	return &profiles[id];
}

const struct ca_profile *
ca_profile_by_name(const char *word)
{
	for (size_t i = 0; i < CA_PROFILES; i++)
		if (strcmp(profiles[i].name, word) == 0)
			return &profiles[i];
	return NULL;
}

bool
ca_profile_on_request(const struct ca_profile *profile)
{
	return !profile->is_ca && profile->id != CA_PROFILE_OCSP;
}

bool
ca_profile_takes_hosts(const struct ca_profile *profile)
{
	return profile->names == CA_NAMES_HOSTS ||
	    profile->names == CA_NAMES_TENANT;
}

bool
ca_profile_signed_by(const struct ca_profile *profile, enum ca_authority signer)
{
	for (size_t i = 0; i < profile->signers; i++)
		if (profile->signer[i] == signer)
			return true;
	return false;
}

enum ca_code
ca_profile_file(const struct ca_profile *profile, const char *common_name,
    const char *suffix, char **ret_file, struct ca_error *err)
{
	if (profile->names == CA_NAMES_USER ||
	    profile->names == CA_NAMES_TENANT)
		return ca_text_format(ret_file, err, "%s.%s%s", profile->file,
		    common_name, suffix);
	return ca_text_format(ret_file, err, "%s%s", profile->file, suffix);
}
