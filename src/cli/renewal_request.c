/* SPDX-License-Identifier: Apache-2.0 */
/* A new request, and whose it is. */
#include <string.h>

#include "base/file.h"
#include "cli/renewal.h"

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

enum ca_code
cli_renewals_match(struct cli_renewals *renewals, const char *path,
    size_t *ret_matches, struct ca_error *err)
{
	struct cli_renewal *found = NULL;
	struct ca_bytes bytes = { 0 };
	struct ca_csr *csr = NULL;
	size_t matches = 0;
	enum ca_code rc;

	rc = ca_file_read(path, CA_CSR_SIZE_MAX, &bytes, err);
	if (rc == CA_OK)
		rc = ca_csr_parse(path, bytes.data, bytes.len, &csr, err);
	ca_bytes_free(&bytes);
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
