/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/principal.h"

#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static void
refuses_an_entry_without_two_sides(void **state)
{
	static const char *const wrong[] = { "a", ":", "a:", ":b", "a:b,c",
		"a:b,:c" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct ca_principal_map map = { 0 };
		struct ca_error err;

		assert_int_equal(ca_principal_map_add(&map, wrong[i], &err),
		    CA_ERR_INPUT);
		assert_true(err.hint[0] != '\0');
		ca_principal_map_clear(&map);
	}
}

static void
splits_at_the_last_colon_and_the_last_entry_wins(void **state)
{
	struct ca_principal_map map = { 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_principal_map_add(&map, "a:b:node,,x:y", &err), &err);
	assert_ok(ca_principal_map_add(&map, "x:z,", &err), &err);
	assert_ok(ca_principal_map_add(&map, "", &err), &err);
	assert_int_equal(map.count, 3);
	assert_string_equal(ca_principal_map_get(&map, "a:b"), "node");
	assert_string_equal(ca_principal_map_get(&map, "x"), "z");
	assert_string_equal(ca_principal_map_get(&map, "a"), "a");
	ca_principal_map_clear(&map);
}

static void
refuses_more_entries_than_anybody_means(void **state)
{
	struct ca_principal_map map = { 0 };
	struct ca_error err;
	enum ca_code rc = CA_OK;

	(void)state;
	for (int i = 0; i < CA_PRINCIPAL_MAP_MAX; i++)
		assert_ok(ca_principal_map_add(&map, "a:b", &err), &err);
	rc = ca_principal_map_add(&map, "a:b", &err);
	assert_int_equal(rc, CA_ERR_INPUT);
	ca_principal_map_clear(&map);
	assert_int_equal(map.count, 0);
}

/* What a certificate says: its common name and alternative names. */
struct subject {
	const char *common_name;
	struct {
		enum ca_name_kind kind;
		const char *text;
	} name[3];
	size_t count;
};

/* Copies of the names of SUBJECT, and MAP_TEXT as a map. */
static void
prepare(const struct subject *subject, const char *map_text,
    struct ca_names *names, struct ca_principal_map *map)
{
	struct ca_error err;

	for (size_t i = 0; i < subject->count; i++) {
		struct ca_name name = { .kind = subject->name[i].kind };

		name.text = strdup(subject->name[i].text);
		assert_ok(ca_names_add(names, &name, &err), &err);
		ca_name_clear(&name);
	}
	assert_ok(ca_principal_map_add(map, map_text, &err), &err);
}

static bool
is(const struct subject *subject, const char *map_text, const char *user)
{
	struct ca_names names = { 0 };
	struct ca_principal_map map = { 0 };
	bool result;

	prepare(subject, map_text, &names, &map);
	result = ca_principal_is(subject->common_name, &names,
	    map.count > 0 ? &map : NULL, user);
	ca_principal_map_clear(&map);
	ca_names_clear(&names);
	return result;
}

static void
takes_a_certificate_for_its_common_name_and_dns_names(void **state)
{
	static const struct subject node = {
		"node",
		{ { CA_NAME_DNS, "db.example.com" }, { CA_NAME_EMAIL, "max" },
		    { CA_NAME_IP, "10.0.0.1" } },
		3,
	};
	static const struct subject none = { NULL, { { CA_NAME_DNS, NULL } },
		0 };

	(void)state;
	assert_true(is(&node, "", "node"));
	assert_true(is(&node, "", "db.example.com"));
	assert_false(is(&node, "", "max"));
	assert_false(is(&node, "", "10.0.0.1"));
	assert_false(is(&node, "", "root"));
	assert_false(is(&none, "", "node"));
	assert_true(is(&node, "db.example.com:root", "root"));
	assert_false(is(&node, "db.example.com:root", "db.example.com"));
	assert_false(is(&node, "node:max", "node"));
}

static void
takes_what_stands_there_though_it_is_not_normal(void **state)
{
	static const struct subject max = { "Max", { { CA_NAME_DNS, NULL } },
		0 };
	static const struct subject mail = {
		"max",
		{ { CA_NAME_EMAIL, "crdb://tenant/5/user/ann" } },
		1,
	};

	(void)state;
	assert_true(is(&max, "", "Max"));
	/* Only a URI is a scope. */
	assert_true(is(&mail, "", "max"));
	assert_false(is(&mail, "", "ann"));
}

static void
lets_case_count_for_root_and_node_alone(void **state)
{
	static const struct subject max = { "Max", { { CA_NAME_DNS, NULL } },
		0 };
	static const struct subject root = { "Root", { { CA_NAME_DNS, NULL } },
		0 };

	(void)state;
	assert_true(is(&max, "", "max"));
	assert_false(is(&root, "", "root"));
	assert_true(is(&root, "Root:root", "root"));
}

/* One of them, and the common name counts no longer. */
static void
takes_a_certificate_with_a_scope_for_its_user_alone(void **state)
{
	static const struct subject scoped = {
		"ann",
		{ { CA_NAME_URI, "https://example.com/user/bob" },
		    { CA_NAME_URI, "crdb://tenant/5/user/max" },
		    { CA_NAME_DNS, "eve" } },
		3,
	};
	static const struct subject other = {
		"ann",
		{ { CA_NAME_URI, "https://example.com/user/bob" } },
		1,
	};

	(void)state;
	assert_true(is(&scoped, "", "max"));
	assert_false(is(&scoped, "", "ann"));
	assert_false(is(&scoped, "", "eve"));
	assert_false(is(&scoped, "", "bob"));
	assert_false(is(&scoped, "max:ann", "ann"));
	assert_true(is(&other, "", "ann"));
	assert_false(is(&other, "", "bob"));
}

static void
assert_text(const struct subject *subject, const char *map_text,
    const char *wanted)
{
	struct ca_names names = { 0 };
	struct ca_principal_map map = { 0 };
	struct ca_error err;
	char *text = NULL;

	prepare(subject, map_text, &names, &map);
	assert_ok(ca_principals_text(subject->common_name, &names, &map, &text,
		      &err),
	    &err);
	assert_string_equal(text, wanted);
	free(text);
	ca_principal_map_clear(&map);
	ca_names_clear(&names);
}

static void
writes_principals_as_cockroachdb_does(void **state)
{
	static const struct subject node = {
		"node",
		{ { CA_NAME_DNS, "db" }, { CA_NAME_IP, "10.0.0.1" },
		    { CA_NAME_DNS, "x" } },
		3,
	};
	static const struct subject scoped = {
		"ann",
		{ { CA_NAME_URI, "crdb://tenant/5/user/max" } },
		1,
	};
	static const struct subject both = {
		"ann",
		{ { CA_NAME_DNS, "db" },
		    { CA_NAME_URI, "crdb://tenant/5/user/max" } },
		2,
	};
	static const struct subject none = { NULL, { { CA_NAME_DNS, NULL } },
		0 };

	(void)state;
	assert_text(&node, "db:root", "[\"node\" \"root\" \"x\"]");
	assert_text(&scoped, "ann:root", "[\"crdb://tenant/5/user/max\"]");
	assert_text(&both, "", "[\"crdb://tenant/5/user/max\"]");
	assert_text(&none, "", "[]");
}

static void
compares_distinguished_names_as_they_stand(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
		{ "O=Cockroach,CN=root", "O=Cockroach,CN=root", true },
		{ "O=Cockroach,CN=root", " o = Cockroach , cn= root ", true },
		{ "O=Cockroach,CN=root", "CN=root,O=Cockroach", false },
		{ "O=Cockroach,CN=root", "O=Cockroach", false },
		{ "O=Cockroach", "O=Cockroach,CN=root", false },
		{ "O=Cockroach,CN=root", "O=cockroach,CN=root", false },
		{ "O=A B,CN=root", "O=A  B,CN=root", false },
		{ "O=A\\,CN=root", "O=A,CN=root", false },
		{ "O=A\\,B", "O=A\\,B", true },
		{ "CN=a= b", "CN=a=b", false },
		{ "CN=a\\", "CN=a\\\\", true },
		{ "O=A\\=B", "O=A=B", true },
		{ "O=A+CN=x", "O=A\\+CN=x", false },
		{ "O=A+CN=x", "O=A + cn=x", true },
		{ "CN=o=a", "CN=O=a", false },
		{ "", "", true },
		{ "", "CN=a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ca_dn_equal(rows[i].a, rows[i].b) != rows[i].equal ||
		    ca_dn_equal(rows[i].b, rows[i].a) != rows[i].equal)
			fail_msg("`%s` and `%s`", rows[i].a, rows[i].b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_entry_without_two_sides),
		cmocka_unit_test(
		    splits_at_the_last_colon_and_the_last_entry_wins),
		cmocka_unit_test(refuses_more_entries_than_anybody_means),
		cmocka_unit_test(
		    takes_a_certificate_for_its_common_name_and_dns_names),
		cmocka_unit_test(
		    takes_what_stands_there_though_it_is_not_normal),
		cmocka_unit_test(lets_case_count_for_root_and_node_alone),
		cmocka_unit_test(
		    takes_a_certificate_with_a_scope_for_its_user_alone),
		cmocka_unit_test(writes_principals_as_cockroachdb_does),
		cmocka_unit_test(compares_distinguished_names_as_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
