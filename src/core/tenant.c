/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/tenant.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define BY_NUMBER "crdb://tenant/"
#define BY_NAME "crdb://tenant-name/"
#define USER "/user/"

static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789-._~"; /* RFC 3986 section 2.3 */

enum ca_code
ca_tenant_parse(const char *text, uint64_t *ret_tenant, struct ca_error *err)
{
	size_t len = strspn(text, "0123456789");
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (len == 0 || text[len] != '\0' || text[0] == '0' || errno != 0) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "tenant `%s`: not a tenant's number", text);
		ca_hint(err, "a whole number from 1 on, without leading zeros");
		return CA_ERR_INPUT;
	}
	*ret_tenant = value;
	return CA_OK;
}

static bool
is_tenant_name(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && text[len] == '\0' && len <= CA_TENANT_NAME_MAX &&
	    text[0] != '-' && text[len - 1] != '-';
}

enum ca_code
ca_scope_parse(const char *text, bool by_name, struct ca_name *ret_scope,
    struct ca_error *err)
{
	struct ca_name scope = { .kind = CA_NAME_URI };
	uint64_t tenant;
	enum ca_code rc;

	if (by_name && !is_tenant_name(text)) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "tenant `%s`: not a tenant's name", text);
		ca_hint(err,
		    "lower-case letters, digits and hyphens, at most %d",
		    CA_TENANT_NAME_MAX);
		return CA_ERR_INPUT;
	}
	rc = by_name ? CA_OK : ca_tenant_parse(text, &tenant, err);
	if (rc == CA_OK)
		rc = ca_text_format(&scope.text, err, "%s%s",
		    by_name ? BY_NAME : BY_NUMBER, text);
	if (rc == CA_OK)
		*ret_scope = scope;
	return rc;
}

/* USER percent-encoded: at most three bytes for one. */
static void
encode(const char *user, char out[3 * CA_USER_MAX + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	size_t len = 0;

	for (const char *p = user; *p != '\0' && len < (size_t)3 * CA_USER_MAX;
	     p++) {
		unsigned char c = (unsigned char)*p;

		if (strchr(unreserved, *p) != NULL) {
			out[len++] = *p;
			continue;
		}
		out[len++] = '%';
		out[len++] = digits[c >> 4];
		out[len++] = digits[c & 0xf];
	}
	out[len] = '\0';
}

enum ca_code
ca_scope_for_user(const struct ca_name *scope, const char *user,
    struct ca_name *ret_name, struct ca_error *err)
{
	struct ca_name name = { .kind = CA_NAME_URI };
	char encoded[3 * CA_USER_MAX + 1];
	enum ca_code rc;

	if (strlen(user) > CA_USER_MAX)
		return ca_fail(err, CA_ERR_INTERNAL, "user name too long");
	encode(user, encoded);
	rc = ca_text_format(&name.text, err, "%s" USER "%s", scope->text,
	    encoded);
	if (rc == CA_OK)
		*ret_name = name;
	return rc;
}

bool
ca_scope_is_for_user(const char *uri, const char *user)
{
	static const struct {
		const char *prefix;
		bool by_name;
	} forms[] = { { BY_NUMBER, false }, { BY_NAME, true } };
	char tenant[CA_TENANT_NAME_MAX + 1];
	struct ca_name scope = { 0 }, made = { 0 };
	struct ca_error err;
	bool same = false;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !same; i++) {
		size_t prefix = strlen(forms[i].prefix), len;

		if (strncmp(uri, forms[i].prefix, prefix) != 0)
			continue;
		len = strcspn(uri + prefix, "/");
		if (len > CA_TENANT_NAME_MAX)
			continue;
		memcpy(tenant, uri + prefix, len);
		tenant[len] = '\0';
		if (ca_scope_parse(tenant, forms[i].by_name, &scope, &err) ==
			CA_OK &&
		    ca_scope_for_user(&scope, user, &made, &err) == CA_OK &&
		    made.text != NULL)
			same = strcmp(made.text, uri) == 0;
		ca_name_clear(&scope);
		ca_name_clear(&made);
	}
	return same;
}
