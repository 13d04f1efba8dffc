/* SPDX-License-Identifier: Apache-2.0 */
/* A new request, and whose it is. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/renewal.h"
#include "coldca/bundle.h"

/* Whom nodes are to each other, and the bundles that a plan gives them so. */
#define NODE_USER "node"
#define NODE_CLIENTS "client-node-"

/* Whether CSR asks for just what CERTIFICATE was given. */
static bool
asks_the_same(const struct ca_csr *csr, const struct cli_renewal *next)
{
	const struct ca_names *has = ca_certificate_names(next->certificate);
	const struct ca_names *asks = ca_csr_names(csr);
	const char *common_name = ca_certificate_common_name(next->certificate);
	size_t count = 0;
	const struct ca_ask *ask = ca_csr_asks(csr, &count);

	if (ca_profile_takes_hosts(next->profile)) {
		if (asks->count == 0 || asks->count != has->count)
			return false;
		for (size_t i = 0; i < asks->count; i++)
			if (!ca_names_has(has, &asks->item[i]))
				return false;
	}
	for (size_t i = 0; i < count; i++)
		if (ask[i].kind == CA_ASK_CN && ask[i].text != NULL &&
		    common_name != NULL)
			return strcmp(ask[i].text, common_name) == 0;
	return ca_profile_takes_hosts(next->profile);
}

bool
cli_renewals_assign(struct cli_renewals *renewals, const char *value)
{
	const char *equals = strchr(value, '=');
	size_t len = equals == NULL ? 0 : (size_t)(equals - value);

	for (size_t i = 0; len > 0 && i < renewals->count; i++) {
		struct cli_renewal *next = &renewals->item[i];

		if (strncmp(next->name, value, len) != 0 ||
		    next->name[len] != '\0')
			continue;
		next->request = equals + 1;
		next->wanted = true;
		return true;
	}
	return false;
}

static enum ca_code
read_request(const char *path, struct ca_csr **ret, struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	enum ca_code rc;

	rc = ca_file_read(path, CA_CSR_SIZE_MAX, &bytes, err);
	if (rc == CA_OK)
		rc = ca_csr_parse(path, bytes.data, bytes.len, ret, err);
	ca_bytes_free(&bytes);
	return rc;
}

enum ca_code
cli_renewals_match(struct cli_renewals *renewals, const char *path,
    size_t *ret_matches, struct ca_error *err)
{
	struct cli_renewal *found = NULL;
	struct ca_csr *csr = NULL;
	size_t matches = 0;
	enum ca_code rc = read_request(path, &csr, err);

	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < renewals->count; i++)
		if (asks_the_same(csr, &renewals->item[i])) {
			found = &renewals->item[i];
			matches++;
		}
	ca_csr_free(csr);
	if (matches == 1) {
		found->request = path;
		found->wanted = true;
	}
	*ret_matches = matches;
	return CA_OK;
}

/* The common name that CSR asks for; NULL: none. */
static const char *
asked_common_name(const struct ca_csr *csr)
{
	size_t count = 0;
	const struct ca_ask *ask = ca_csr_asks(csr, &count);

	for (size_t i = 0; i < count; i++)
		if (ask[i].kind == CA_ASK_CN && ask[i].text != NULL)
			return ask[i].text;
	return NULL;
}

/* Those of the bundle that PROFILE has for NAMES and COMMON_NAME. */
static enum ca_code
find_bundle(const struct cli *cli, const struct ca_profile *profile,
    struct ca_names names, const char *common_name,
    struct cli_renewals *renewals, struct ca_error *err)
{
	struct ca_grant grant = { .profile = profile, .names = names };
	char *name = NULL;
	struct ca_error ignored;
	enum ca_code rc;

	rc = ca_text_format(&grant.common_name, err, "%s", common_name);
	/* There is nothing under a name that no bundle can have. */
	if (rc == CA_OK && ca_bundle_name(&grant, &name, &ignored) == CA_OK)
		rc = cli_renewals_find(cli, name, renewals, err);
	free(grant.common_name);
	free(name);
	return rc;
}

/* A bundle of hosts has the name of its first: any of those that are asked for. */
static enum ca_code
find_hosts(const struct cli *cli, const struct ca_profile *profile,
    const struct ca_names *asks, struct cli_renewals *renewals,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < asks->count && rc == CA_OK; i++)
		rc = find_bundle(cli, profile,
		    (struct ca_names){ &asks->item[i], 1 }, "", renewals, err);
	return rc;
}

/* The bundle of a user or tenant; a plan gives each node one as a client. */
static enum ca_code
find_common_name(const struct cli *cli, const struct ca_profile *profile,
    const char *common_name, struct cli_renewals *renewals,
    struct ca_error *err)
{
	const struct ca_names none = { NULL, 0 };
	enum ca_code rc =
	    find_bundle(cli, profile, none, common_name, renewals, err);

	if (rc == CA_OK && profile->id == CA_PROFILE_CLIENT &&
	    strcmp(common_name, NODE_USER) == 0)
		rc = cli_renewals_begin(cli, NODE_CLIENTS, renewals, err);
	return rc;
}

/* Those that the bundles of PROFILE can be found by. */
static enum ca_code
find_profile(const struct cli *cli, const struct ca_profile *profile,
    const struct ca_csr *csr, struct cli_renewals *renewals,
    struct ca_error *err)
{
	const struct ca_names *asks = ca_csr_names(csr);
	const char *common_name = asked_common_name(csr);

	if (profile->names == CA_NAMES_HOSTS)
		return find_hosts(cli, profile, asks, renewals, err);
	if (common_name != NULL)
		return find_common_name(cli, profile, common_name, renewals,
		    err);
	if (profile->names == CA_NAMES_TENANT && asks->count > 0)
		return cli_renewals_host(cli, asks->item[0].text, renewals,
		    err);
	return CA_OK;
}

enum ca_code
cli_renewals_asked(const struct cli *cli, const char *path,
    struct cli_renewals *renewals, struct ca_error *err)
{
	struct ca_csr *csr = NULL;
	enum ca_code rc = read_request(path, &csr, err);

	for (unsigned i = 0; i < CA_PROFILES && rc == CA_OK; i++) {
		const struct ca_profile *profile =
		    ca_profile_get((enum ca_profile_id)i);

		if (ca_profile_on_request(profile))
			rc = find_profile(cli, profile, csr, renewals, err);
	}
	ca_csr_free(csr);
	return rc;
}
