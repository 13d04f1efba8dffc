/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/authority.h"

#include <string.h>

static const struct ca_authority_info table[CA_AUTHORITIES] = {
	[CA_AUTHORITY_CLUSTER] = { "cluster", "ca.crt", "create-ca" },
	[CA_AUTHORITY_CLIENT] = { "client", "ca-client.crt",
	    "create-client-ca" },
	[CA_AUTHORITY_UI] = { "ui", "ca-ui.crt", "create-ui-ca" },
	[CA_AUTHORITY_TENANT_CLIENT] = { "tenant-client",
	    "ca-client-tenant.crt", "create-tenant-client-ca" },
};

const struct ca_authority_info *
ca_authority_get(enum ca_authority authority)
{
	return &table[authority];
}

const char *
ca_authority_name(enum ca_authority authority)
{
	return table[authority].name;
}

bool
ca_authority_by_name(const char *word, enum ca_authority *ret_authority)
{
	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		if (strcmp(table[i].name, word) == 0) {
			*ret_authority = (enum ca_authority)i;
			return true;
		}
	return false;
}

void
ca_authorities_clear(struct ca_authorities *authorities)
{
	if (authorities == NULL)
		return;
	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		ca_certificates_clear(&authorities->of[i]);
}
