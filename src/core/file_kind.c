/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/certs_dir_internal.h"

#define SUFFIX ".crt"

enum middle { NO_MIDDLE, USER_MIDDLE, TENANT_MIDDLE };

/* The first part of a name decides; PROBLEM is the loader's own wording. */
static const struct {
	const char *first;
	enum ca_file_usage usage;
	enum middle middle;
	bool is_ca;
	const char *name;
	const char *problem;
} kinds[] = {
	{ "ca", CA_FILE_CA, NO_MIDDLE, true, "CA",
	    "CA certificate filename should match ca.crt" },
	{ "ca-client", CA_FILE_CLIENT_CA, NO_MIDDLE, true, "Client CA",
	    "client CA certificate filename should match ca-client.crt" },
	{ "ca-client-tenant", CA_FILE_TENANT_CA, NO_MIDDLE, true,
	    "Tenant Client CA",
	    "tenant CA certificate filename should match ca-client-tenant.crt" },
	{ "ca-ui", CA_FILE_UI_CA, NO_MIDDLE, true, "UI CA",
	    "UI CA certificate filename should match ca-ui.crt" },
	{ "node", CA_FILE_NODE, NO_MIDDLE, false, "Node",
	    "node certificate filename should match node.crt" },
	{ "ui", CA_FILE_UI, NO_MIDDLE, false, "UI",
	    "UI certificate filename should match ui.crt" },
	{ "client", CA_FILE_CLIENT, USER_MIDDLE, false, "Client",
	    "client certificate filename should match client.<user>.crt" },
	{ "client-tenant", CA_FILE_TENANT_CLIENT, TENANT_MIDDLE, false,
	    "Tenant Client",
	    "tenant certificate filename should match client-tenant.<tenantid>.crt" },
	{ "tenant-signing", CA_FILE_TENANT_SIGNING, TENANT_MIDDLE, false,
	    "Tenant Signing",
	    "tenant signing certificate filename should match tenant-signing.<tenantid>.crt" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A number below 2^64, as the loader parses tenants' ids. */
static bool
is_tenant_id(const char *text)
{
	char *end = NULL;

	errno = 0;
	(void)strtoull(text, &end, 10);
	return isdigit((unsigned char)*text) && *end == '\0' && errno == 0;
}

bool
ca_file_kind_parse(const char *name, struct ca_file_kind *ret)
{
	size_t len = strlen(name), first = strcspn(name, ".");
	size_t middle;

	ret->problem = NULL;
	ret->fatal = false;
	ret->who[0] = '\0';
	if (len > CA_FILE_NAME_MAX || len < sizeof(SUFFIX) ||
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0)
		return false;
	/* Between the first dot and the suffix, without its own dot. */
	middle = len - strlen(SUFFIX) - first;
	for (size_t i = 0; i < KINDS; i++) {
		size_t who = middle == 0 ? 0 : middle - 1;

		if (strlen(kinds[i].first) != first ||
		    strncmp(kinds[i].first, name, first) != 0)
			continue;
		ret->problem = kinds[i].problem;
		/* "ca..crt": a middle that is there but empty. */
		if (kinds[i].middle == NO_MIDDLE ? middle > 0 : who == 0)
			return false;
		(void)snprintf(ret->who, sizeof(ret->who), "%.*s", (int)who,
		    name + first + 1);
		ret->fatal =
		    kinds[i].middle == TENANT_MIDDLE && !is_tenant_id(ret->who);
		if (ret->fatal)
			return false;
		ret->usage = kinds[i].usage;
		ret->is_ca = kinds[i].is_ca;
		ret->problem = NULL;
		return true;
	}
	ret->problem = "unknown prefix";
	return false;
}

const char *
ca_file_usage_name(enum ca_file_usage usage)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].usage == usage)
			return kinds[i].name;
	return "?";
}
