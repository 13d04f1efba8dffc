/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/tenant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "coldca/authority.h"
#include "coldca/profile.h"
#include "unit/test.h"

static void
refuses_what_is_no_tenants_number(void **state)
{
	static const char *const wrong[] = { "", "0", "00", "01", "-1", "+1",
		" 1", "1 ", "1.0", "0x1", "abc", "5a", "18446744073709551616",
		"99999999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct ca_error err = { 0 };
		uint64_t tenant = 42;

		assert_int_equal(ca_tenant_parse(wrong[i], &tenant, &err),
		    CA_ERR_INPUT);
		assert_int_equal(tenant, 42);
		assert_non_null(strstr(err.message, wrong[i]));
		assert_true(err.hint[0] != '\0');
	}
}

static void
reads_every_other_number(void **state)
{
	struct ca_error err;
	uint64_t tenant = 0;

	(void)state;
	assert_ok(ca_tenant_parse("1", &tenant, &err), &err);
	assert_int_equal(tenant, 1);
	assert_ok(ca_tenant_parse("18446744073709551615", &tenant, &err), &err);
	assert_true(tenant == UINT64_MAX);
}

/* The URI of TENANT for USER, in a static buffer; NULL: refused. */
static const char *
scope(const char *tenant, bool by_name, const char *user)
{
	static char text[512];
	struct ca_name scope = { 0 }, name = { 0 };
	struct ca_error err;

	if (ca_scope_parse(tenant, by_name, &scope, &err) != CA_OK)
		return NULL;
	assert_ok(ca_scope_for_user(&scope, user, &name, &err), &err);
	assert_int_equal(name.kind, CA_NAME_URI);
	(void)snprintf(text, sizeof(text), "%s", name.text);
	ca_name_clear(&scope);
	ca_name_clear(&name);
	return text;
}

static void
writes_scopes_as_cockroachdb_reads_them(void **state)
{
	(void)state;
	assert_string_equal(scope("5", false, "maxroach"),
	    "crdb://tenant/5/user/maxroach");
	assert_string_equal(scope("app-1", true, "maxroach"),
	    "crdb://tenant-name/app-1/user/maxroach");
	assert_string_equal(scope("5", false, "a.b_c-d"),
	    "crdb://tenant/5/user/a.b_c-d");
	/* RFC 3986 section 2.1: upper-case digits, octets of UTF-8. */
	assert_string_equal(scope("5", false, "\xc3\xa9"),
	    "crdb://tenant/5/user/%C3%A9");
}

static void
refuses_scopes_that_are_none(void **state)
{
	static const char *const names[] = {
		"", "-a", "a-", "A", "a b", "a/b", "a.b", "\xc3\xa9",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	};

	(void)state;
	assert_null(scope("0", false, "u"));
	assert_null(scope("app", false, "u"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(scope(names[i], true, "u"));
}

static void
knows_the_scopes_of_one_user(void **state)
{
	(void)state;
	assert_true(ca_scope_is_for_user("crdb://tenant/5/user/a", "a"));
	assert_true(ca_scope_is_for_user("crdb://tenant-name/x/user/a", "a"));
	assert_true(
	    ca_scope_is_for_user("crdb://tenant/5/user/%C3%A9", "\xc3\xa9"));
	assert_false(ca_scope_is_for_user("crdb://tenant/5/user/b", "a"));
	assert_false(ca_scope_is_for_user("crdb://tenant/0/user/a", "a"));
	assert_false(ca_scope_is_for_user("crdb://tenant/05/user/a", "a"));
	assert_false(ca_scope_is_for_user("crdb://tenant/5/user/%61", "a"));
	assert_false(ca_scope_is_for_user("crdb://tenant/5/user/a/", "a"));
	assert_false(ca_scope_is_for_user("crdb://tenant/5/user/a?x", "a"));
	assert_false(ca_scope_is_for_user("crdb://tenant/5", "a"));
	assert_false(ca_scope_is_for_user("CRDB://tenant/5/user/a", "a"));
	assert_false(ca_scope_is_for_user("https://example.com/", "a"));
}

static void
refuses_a_scope_longer_than_any(void **state)
{
	char uri[4000] = "crdb://tenant-name/";
	size_t len = strlen(uri);

	(void)state;
	memset(uri + len, 'a', sizeof(uri) - len);
	memcpy(uri + sizeof(uri) - sizeof("/user/a"), "/user/a",
	    sizeof("/user/a"));
	assert_false(ca_scope_is_for_user(uri, "a"));
}

static void
says_whether_a_number_or_a_name_is_meant(void **state)
{
	struct ca_name scope = { 0 };
	struct ca_error err = { 0 };

	(void)state;
	assert_int_equal(ca_scope_parse("A", false, &scope, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, "tenant `A`: not a tenant's number");
	assert_int_equal(ca_scope_parse("A", true, &scope, &err), CA_ERR_INPUT);
	assert_string_equal(err.message, "tenant `A`: not a tenant's name");
}

static void
has_a_word_for_each_authority(void **state)
{
	enum ca_authority authority;

	(void)state;
	for (size_t i = 0; i < CA_AUTHORITIES; i++) {
		const char *name = ca_authority_name((enum ca_authority)i);

		assert_true(ca_authority_by_name(name, &authority));
		assert_int_equal(authority, i);
	}
	assert_false(ca_authority_by_name("ca", &authority));
}

/* Section by section what CockroachDB verifies a file with. */
static void
has_the_signers_of_each_profile(void **state)
{
	const struct ca_profile *client = ca_profile_get(CA_PROFILE_CLIENT);
	const struct ca_profile *node = ca_profile_get(CA_PROFILE_NODE);

	(void)state;
	assert_true(ca_profile_signed_by(node, CA_AUTHORITY_CLUSTER));
	assert_false(ca_profile_signed_by(node, CA_AUTHORITY_CLIENT));
	assert_int_equal(client->signer[0], CA_AUTHORITY_CLIENT);
	assert_int_equal(client->signer[1], CA_AUTHORITY_CLUSTER);
	assert_false(ca_profile_signed_by(client, CA_AUTHORITY_UI));
	for (size_t i = 0; i < CA_PROFILES; i++) {
		const struct ca_profile *profile =
		    ca_profile_get((enum ca_profile_id)i);

		assert_ptr_equal(ca_profile_by_name(profile->name), profile);
		assert_true(
		    ca_profile_signed_by(profile, CA_AUTHORITY_CLUSTER));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_tenants_number),
		cmocka_unit_test(reads_every_other_number),
		cmocka_unit_test(writes_scopes_as_cockroachdb_reads_them),
		cmocka_unit_test(refuses_scopes_that_are_none),
		cmocka_unit_test(knows_the_scopes_of_one_user),
		cmocka_unit_test(refuses_a_scope_longer_than_any),
		cmocka_unit_test(says_whether_a_number_or_a_name_is_meant),
		cmocka_unit_test(has_a_word_for_each_authority),
		cmocka_unit_test(has_the_signers_of_each_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
