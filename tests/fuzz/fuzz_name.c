/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a host, a user and a tenant scope. A name that was taken is
 * printable, within its limit, no principal, and is taken again as it is.
 */
#include <arpa/inet.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "coldca/name.h"
#include "coldca/tenant.h"
#include "fuzz/fuzz.h"

static bool
is_shown_as_it_is(const char *text)
{
	const uint8_t *next = (const uint8_t *)text;
	const uint8_t *end = next + strlen(text);

	while (next < end) {
		ucs4_t c;
		int len = u8_mbtoucr(&c, next, (size_t)(end - next));

		if (len <= 0 || uc_is_general_category(c, UC_CATEGORY_Cc) ||
		    uc_is_general_category(c, UC_CATEGORY_Cf))
			return false;
		next += len;
	}
	return true;
}

static void
check_host(const char *text)
{
	struct ca_error err = { 0 };
	struct ca_name name = { 0 }, again = { 0 };
	uint8_t address[16];
	enum ca_code rc = ca_host_parse(text, &name, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT || rc == CA_ERR_POLICY);
	require(rc == CA_OK || name.text == NULL);
	if (rc != CA_OK)
		return;
	require(strspn(name.text, "abcdefghijklmnopqrstuvwxyz0123456789-.*:") ==
	    strlen(name.text));
	require(strlen(name.text) <= CA_DNS_MAX);
	require(!ca_principal_reserved(name.text));
	/* An address is never a DNS name, nor the other way round. */
	require((name.kind == CA_NAME_IP) ==
	    (inet_pton(AF_INET, name.text, address) == 1 ||
		inet_pton(AF_INET6, name.text, address) == 1));
	require((name.kind == CA_NAME_IP) == (name.ip_len != 0));
	require(ca_host_parse(name.text, &again, &err) == CA_OK);
	require(again.kind == name.kind && strcmp(again.text, name.text) == 0);
	ca_name_clear(&name);
	ca_name_clear(&again);
}

typedef enum ca_code (
    *user_fn)(const char *text, char **ret_user, struct ca_error *err);

static void
check_user(user_fn parse, const char *text)
{
	struct ca_error err = { 0 };
	char *user = NULL, *again = NULL;
	enum ca_code rc = parse(text, &user, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	require((rc == CA_OK) == (user != NULL));
	if (rc != CA_OK)
		return;
	require(user[0] != '\0' && strlen(user) <= CA_USER_MAX);
	require(strchr(user, '/') == NULL && user[0] != '.');
	require(is_shown_as_it_is(user));
	require(parse(user, &again, &err) == CA_OK);
	require(strcmp(user, again) == 0);
	free(user);
	free(again);
}

/* A certificate that is for one user of a scope is for no other. */
static void
check_scope(const char *text, bool by_name)
{
	struct ca_error err = { 0 };
	struct ca_name scope = { 0 }, name = { 0 };
	enum ca_code rc = ca_scope_parse(text, by_name, &scope, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	(void)ca_scope_is_for_user(text, "maxroach");
	if (rc != CA_OK)
		return;
	require(ca_scope_for_user(&scope, "maxroach", &name, &err) == CA_OK);
	require(ca_scope_is_for_user(name.text, "maxroach"));
	require(!ca_scope_is_for_user(name.text, "root"));
	require(!ca_scope_is_for_user(scope.text, "maxroach"));
	ca_name_clear(&name);
	ca_name_clear(&scope);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	check_host(text);
	check_user(ca_user_parse, text);
	check_user(ca_user_parse_any, text);
	check_scope(text, false);
	check_scope(text, true);
	free(text);
	return 0;
}
