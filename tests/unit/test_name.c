/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/name.h"

#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

/* Fails unless TEXT is refused with CODE and a message that has WHY in it. */
static void
assert_host_refused(const char *text, enum ca_code code, const char *why)
{
	struct ca_error err = { 0 };
	struct ca_name name = { .kind = CA_NAME_OTHER };

	if (ca_host_parse(text, &name, &err) != code)
		fail_msg("%s: not refused with %d: %s", text, (int)code,
		    err.message);
	assert_null(name.text);
	assert_int_equal(name.kind, CA_NAME_OTHER);
	if (strstr(err.message, why) == NULL)
		fail_msg("%s: says \"%s\", not \"%s\"", text, err.message, why);
}

static void
assert_host(const char *text, enum ca_name_kind kind, const char *expected)
{
	struct ca_error err = { 0 };
	struct ca_name name = { 0 };

	assert_ok(ca_host_parse(text, &name, &err), &err);
	assert_int_equal(name.kind, kind);
	assert_string_equal(name.text, expected);
	ca_name_clear(&name);
}

static void
assert_user_refused(const char *text)
{
	struct ca_error err = { 0 };
	char *user = NULL;

	if (ca_user_parse(text, &user, &err) != CA_ERR_INPUT)
		fail_msg("\"%s\": not refused", text);
	assert_null(user);
	assert_non_null(strstr(err.message, "user name"));
	assert_non_null(strstr(err.hint, "1 to 63 bytes"));
}

static void
assert_user(const char *text, const char *expected)
{
	struct ca_error err = { 0 };
	char *user = NULL;

	assert_ok(ca_user_parse(text, &user, &err), &err);
	assert_string_equal(user, expected);
	free(user);
}

static void
refuses_an_address_that_is_not_canonical_ipv4(void **state)
{
	static const char *const odd[] = { "1.2.3", "010.0.0.1", "256.1.1.1",
		"1.2.3.4.5", "1.2.3.4.", ".", "..", "167772161", "1..2.3" };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_host_refused(odd[i], CA_ERR_INPUT,
		    "is not an IPv4 address");
}

static void
refuses_brackets_ports_zones_and_ranges(void **state)
{
	(void)state;
	assert_host_refused("[::1]", CA_ERR_INPUT, "has brackets");
	assert_host_refused("[::1", CA_ERR_INPUT, "has brackets");
	assert_host_refused("::1]", CA_ERR_INPUT, "has brackets");
	assert_host_refused("[::1]:26257", CA_ERR_INPUT, "has brackets");
	assert_host_refused("a.example.com:26257", CA_ERR_INPUT, "has a port");
	assert_host_refused("10.0.0.1:26257", CA_ERR_INPUT, "has a port");
	assert_host_refused("fe80::1%eth0", CA_ERR_INPUT, "has a zone");
	assert_host_refused("10.0.0.0/8", CA_ERR_INPUT, "network range");
	assert_host_refused("https://a.example.com", CA_ERR_INPUT, "URL");
	assert_host_refused("1::2::3", CA_ERR_INPUT, "no IPv6 address");
}

static void
refuses_an_ipv4_address_in_ipv6_form(void **state)
{
	struct ca_error err = { 0 };
	struct ca_name name = { 0 };

	(void)state;
	assert_int_equal(ca_host_parse("::ffff:10.0.0.1", &name, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.hint, "write it as IPv4: 10.0.0.1");
	assert_host_refused("::FFFF:a00:1", CA_ERR_INPUT, "IPv6 form");
}

static void
refuses_what_is_no_dns_name(void **state)
{
	(void)state;
	assert_host_refused("", CA_ERR_INPUT, "is empty");
	assert_host_refused("a_b.example.com", CA_ERR_INPUT, "underscore");
	assert_host_refused("a.example.com.", CA_ERR_INPUT, "with a dot");
	assert_host_refused("a..example.com", CA_ERR_INPUT, "empty label");
	assert_host_refused(".example.com", CA_ERR_INPUT, "empty label");
	assert_host_refused("-a.example.com", CA_ERR_INPUT, "hyphen");
	assert_host_refused("a-.example.com", CA_ERR_INPUT, "hyphen");
	assert_host_refused("a b.example.com", CA_ERR_INPUT, "a character");
	assert_host_refused("a,DNS:b", CA_ERR_INPUT, "port");
	assert_host_refused("a\n.example.com", CA_ERR_INPUT, "a character");
	assert_host_refused("a\\x00.example.com", CA_ERR_INPUT, "a character");
	assert_host_refused("../../x", CA_ERR_INPUT, "URL");
	assert_host_refused("node.1", CA_ERR_INPUT, "is a number");
	assert_host_refused("a@example.com", CA_ERR_INPUT, "a character");
}

/* What inet_aton() and browsers read as 127.0.0.1, and the like. */
static void
refuses_an_address_hidden_in_a_name(void **state)
{
	static const char *const hidden[] = { "0x7f.1", "0x7f000001",
		"0X7F.0.0.1", "127.0x1", "a.0x", "*.0x1f" };

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		assert_host_refused(hidden[i], CA_ERR_INPUT, "is a number");
	assert_host_refused("127.1", CA_ERR_INPUT, "IPv4");
	assert_host_refused("0177.0.0.1", CA_ERR_INPUT, "IPv4");
	assert_host_refused("2130706433", CA_ERR_INPUT, "IPv4");
	assert_host("0xg", CA_NAME_DNS, "0xg");
	assert_host("0x7f.example.com", CA_NAME_DNS, "0x7f.example.com");
	assert_host("x7f", CA_NAME_DNS, "x7f");
	assert_host("a.1a", CA_NAME_DNS, "a.1a");
}

static void
finds_a_number_at_the_end(void **state)
{
	static const char *const numbers[] = { "1", "a.1", "a.1.", "0x1",
		"a.0X1F", "0x" };
	static const char *const others[] = { "", ".", "a", "a.", "1.a", "0y1",
		"0xg", "1x1" };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_true(ca_dns_ends_in_number(numbers[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(ca_dns_ends_in_number(others[i]));
}

static void
refuses_addresses_that_no_host_has(void **state)
{
	static const char *const no_host[] = { "0.0.0.0", "0.1.2.3",
		"224.0.0.1", "255.255.255.255", "::", "ff02::1" };

	(void)state;
	for (size_t i = 0; i < sizeof(no_host) / sizeof(no_host[0]); i++)
		assert_host_refused(no_host[i], CA_ERR_INPUT,
		    "which no host has");
	assert_host("223.255.255.255", CA_NAME_IP, "223.255.255.255");
	assert_host("1.0.0.0", CA_NAME_IP, "1.0.0.0");
	assert_host("fe00::1", CA_NAME_IP, "fe00::1");
}

static void
refuses_a_link_local_address(void **state)
{
	(void)state;
	assert_host_refused("fe80::1", CA_ERR_INPUT, "link-local");
	assert_host_refused("febf::1", CA_ERR_INPUT, "link-local");
	assert_host("fec0::1", CA_NAME_IP, "fec0::1");
	assert_host("169.254.1.1", CA_NAME_IP, "169.254.1.1");
}

static void
refuses_a_star_anywhere_but_as_the_first_label(void **state)
{
	(void)state;
	assert_host_refused("*", CA_ERR_INPUT, "a character");
	assert_host_refused("*.", CA_ERR_INPUT, "empty label");
	assert_host_refused("a.*.example.com", CA_ERR_INPUT, "a character");
	assert_host_refused("a*.example.com", CA_ERR_INPUT, "a character");
	assert_host_refused("*.*.example.com", CA_ERR_INPUT, "a character");
	assert_host_refused("*.10.0.0.1", CA_ERR_INPUT, "is a number");
}

static void
refuses_a_label_or_a_name_that_is_too_long(void **state)
{
	char label[65], name[1200];

	(void)state;
	memset(label, 'a', 64);
	label[64] = '\0';
	assert_host_refused(label, CA_ERR_INPUT, "63");

	/* 254 octets: 50 labels of four, one of two, dots between. */
	name[0] = '\0';
	for (int i = 0; i < 50; i++)
		(void)snprintf(name + 5 * i, sizeof(name) - 5 * (size_t)i,
		    "abcd.");
	(void)snprintf(name + 250, sizeof(name) - 250, "abcd");
	assert_host_refused(name, CA_ERR_INPUT, "25");
	name[253] = '\0';
	assert_host(name, CA_NAME_DNS, name);
	name[0] = '*';
	name[1] = '.';
	assert_host(name, CA_NAME_DNS, name);

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_host_refused(name, CA_ERR_INPUT, "too long");
}

static void
counts_the_star_as_part_of_the_name(void **state)
{
	char name[256] = "*.";

	(void)state;
	for (int i = 0; i < 50; i++)
		(void)snprintf(name + 2 + 5 * i,
		    sizeof(name) - 2 - 5 * (size_t)i, "abcd.");
	(void)snprintf(name + 252, sizeof(name) - 252, "ab");
	assert_int_equal(strlen(name), 254);
	assert_host_refused(name, CA_ERR_INPUT, "253");
}

static void
refuses_reserved_principals_in_any_case(void **state)
{
	(void)state;
	assert_host_refused("root", CA_ERR_POLICY, "reserved");
	assert_host_refused("Node", CA_ERR_POLICY, "reserved");
	assert_host_refused("ADMIN", CA_ERR_POLICY, "reserved");
	assert_host_refused("debuguser", CA_ERR_POLICY, "reserved");
	assert_host("root.example.com", CA_NAME_DNS, "root.example.com");
	assert_host("roots", CA_NAME_DNS, "roots");
	assert_host("*.root", CA_NAME_DNS, "*.root");
	assert_true(ca_principal_reserved("ROOT"));
	assert_false(ca_principal_reserved("roo"));
	assert_false(ca_principal_reserved("roots"));
	assert_false(ca_principal_reserved(""));
}

static void
refuses_names_that_idna_does_not_allow(void **state)
{
	(void)state;
	/* U+202E, right-to-left override. */
	assert_host_refused("a\xe2\x80\xae"
			    "b.example.com",
	    CA_ERR_INPUT, "RFC 5890");
	/* U+200B, zero-width space; U+00AD, soft hyphen. */
	assert_host_refused("a\xe2\x80\x8b"
			    "b.example.com",
	    CA_ERR_INPUT, "RFC 5890");
	assert_host_refused("exam\xc2\xadple.com", CA_ERR_INPUT, "RFC 5890");
	/* Only ASCII is put into lower case. */
	assert_host_refused("B\xc3\x9c"
			    "CHER.example.com",
	    CA_ERR_INPUT, "RFC 5890");
	/* Full-width letters and dots are not mapped. */
	assert_host_refused("\xef\xbd\x81.example.com", CA_ERR_INPUT,
	    "RFC 5890");
	assert_host_refused("a\xe3\x80\x82"
			    "example.com",
	    CA_ERR_INPUT, "RFC 5890");
	assert_host_refused("\xff.example.com", CA_ERR_INPUT, "RFC 5890");
	/* No U-label encodes to these. */
	assert_host_refused("xn--a.example.com", CA_ERR_INPUT, "RFC 5890");
	assert_host_refused("xn--zzzz9999.example.com", CA_ERR_INPUT,
	    "RFC 5890");
	/* The A-label of a capital letter. */
	assert_host_refused("xn--bcher-kva8445foa.example.com", CA_ERR_INPUT,
	    "RFC 5890");
}

static void
turns_u_labels_into_a_labels(void **state)
{
	(void)state;
	assert_host("b\xc3\xbc"
		    "cher.example.com",
	    CA_NAME_DNS, "xn--bcher-kva.example.com");
	/* Decomposed. */
	assert_host("bu\xcc\x88"
		    "cher.example.com",
	    CA_NAME_DNS, "xn--bcher-kva.example.com");
	/* IDNA 2008 keeps the sharp s. */
	assert_host("stra\xc3\x9f"
		    "e.example",
	    CA_NAME_DNS, "xn--strae-oqa.example");
	assert_host("XN--BCHER-KVA.example.com", CA_NAME_DNS,
	    "xn--bcher-kva.example.com");
}

static void
reads_hosts_in_lower_case(void **state)
{
	(void)state;
	assert_host("Node1.Example.COM", CA_NAME_DNS, "node1.example.com");
	assert_host("localhost", CA_NAME_DNS, "localhost");
	assert_host("*.Example.com", CA_NAME_DNS, "*.example.com");
	assert_host("3com.example", CA_NAME_DNS, "3com.example");
	assert_host("a--b.example", CA_NAME_DNS, "a--b.example");
}

static void
reads_addresses_into_their_canonical_text(void **state)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	struct ca_error err = { 0 };
	struct ca_name name = { 0 };

	(void)state;
	assert_host("10.0.0.1", CA_NAME_IP, "10.0.0.1");
	assert_host("2001:DB8:0:0:0:0:0:1", CA_NAME_IP, "2001:db8::1");
	assert_ok(ca_host_parse("::1", &name, &err), &err);
	assert_int_equal(name.ip_len, 16);
	assert_memory_equal(name.ip, loopback, sizeof(loopback));
	ca_name_clear(&name);
	assert_ok(ca_host_parse("127.0.0.2", &name, &err), &err);
	assert_int_equal(name.ip_len, 4);
	assert_memory_equal(name.ip, "\x7f\x00\x00\x02", 4);
	ca_name_clear(&name);
	assert_null(name.text);
}

/* Fails unless the name TEXT reads as UNICODE, with SCRIPTS mixed. */
static void
assert_look(const char *text, enum ca_name_kind kind, const char *unicode,
    const char *scripts)
{
	char copy[100];
	struct ca_name name = { .kind = kind, .text = copy };
	struct ca_name_look look = { NULL, NULL };
	struct ca_error err = { 0 };

	(void)snprintf(copy, sizeof(copy), "%s", text);
	assert_ok(ca_name_look(&name, &look, &err), &err);
	if (unicode == NULL)
		assert_null(look.unicode);
	else
		assert_string_equal(look.unicode, unicode);
	if (scripts == NULL)
		assert_null(look.scripts);
	else
		assert_string_equal(look.scripts, scripts);
	ca_name_look_clear(&look);
	assert_null(look.unicode);
	assert_null(look.scripts);
}

static void
shows_u_labels_beside_a_labels(void **state)
{
	(void)state;
	assert_look("n1.example.com", CA_NAME_DNS, NULL, NULL);
	assert_look("xn--bcher-kva.example.com", CA_NAME_DNS,
	    "b\xc3\xbc"
	    "cher.example.com",
	    NULL);
	assert_look("*.xn--strae-oqa.example", CA_NAME_DNS,
	    "*.stra\xc3\x9f"
	    "e.example",
	    NULL);
	/* Only DNS names have labels. */
	assert_look("xn--bcher-kva", CA_NAME_URI, NULL, NULL);
}

/* "paypal" with the Cyrillic a, and a whole name in Cyrillic. */
static void
flags_labels_of_several_scripts(void **state)
{
	struct ca_error err = { 0 };
	char *scripts = NULL;

	(void)state;
	assert_look("xn--pypl-53dc.example.com", CA_NAME_DNS,
	    "p\xd0\xb0yp\xd0\xb0l.example.com", "Cyrillic, Latin");
	assert_look("xn--80ak6aa92e.com", CA_NAME_DNS,
	    "\xd0\xb0\xd1\x80\xd1\x80\xd3\x8f\xd0\xb5.com", NULL);
	assert_ok(ca_text_scripts("m\xce\xb1x", &scripts, &err), &err);
	assert_string_equal(scripts, "Greek, Latin");
	free(scripts);
	scripts = NULL;
	/* Digits, hyphens and combining accents are of every script. */
	assert_ok(ca_text_scripts("max-1\xcc\x81", &scripts, &err), &err);
	assert_null(scripts);
}

static void
shows_no_false_a_label(void **state)
{
	static const char *const bad[] = { "xn--a", "xn--zzzz9999",
		"a.xn--bcher-kva8445foa" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char copy[100];
		struct ca_name name = { .kind = CA_NAME_DNS, .text = copy };
		struct ca_name_look look = { NULL, NULL };
		struct ca_error err = { 0 };

		(void)snprintf(copy, sizeof(copy), "%s", bad[i]);
		assert_int_equal(ca_name_look(&name, &look, &err),
		    CA_ERR_INPUT);
		assert_null(look.unicode);
	}
}

static void
refuses_what_is_no_user_name(void **state)
{
	static const char *const bad[] = { "", ".a", "-a", "a b", "a/b",
		"../../x", "a\nb", "a@b", "\xe6\x97\xa5", /* no case */
		"\xc2\xaa",                               /* Lo, not Ll */
		"\xff", "a\xc3", "a\x7f",
		"a\xe2\x80\xae"
		"b",
		"a\xcc\x81"
		"b\xcc\x81" /* b with acute: no composed form */ };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_user_refused(bad[i]);
}

static void
refuses_a_user_name_that_is_not_utf8(void **state)
{
	struct ca_error err = { 0 };
	char *user = NULL;

	(void)state;
	assert_int_equal(ca_user_parse("a\xc3", &user, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "is not UTF-8"));
}

static void
refuses_a_user_name_of_64_bytes(void **state)
{
	char name[65], long_name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	assert_user_refused(name);
	name[63] = '\0';
	assert_user(name, name);
	memset(long_name, 'a', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	assert_user_refused(long_name);
}

static void
measures_a_user_name_after_normalising(void **state)
{
	char name[3 * 63 + 1], expected[64];

	(void)state;
	/* U+212A KELVIN SIGN is three bytes, its lower case one. */
	for (size_t i = 0; i < 63; i++)
		memcpy(name + 3 * i, "\xe2\x84\xaa", 3);
	name[sizeof(name) - 1] = '\0';
	memset(expected, 'k', 63);
	expected[63] = '\0';
	assert_user(name, expected);
}

static void
normalises_a_user_name_as_cockroachdb_does(void **state)
{
	(void)state;
	assert_user("Root", "root");
	assert_user("\xc3\x89mile", "\xc3\xa9mile");
	assert_user("e\xcc\x81mile", "\xc3\xa9mile");
	assert_user("E\xcc\x81mile", "\xc3\xa9mile");
	assert_user("\xc4\xb0nan", "inan");
	assert_user("k\xc4\xb1z", "kiz");
	assert_user("stra\xc3\x9f"
		    "e",
	    "stra\xc3\x9f"
	    "e");
	assert_user("9to5_app-1.b", "9to5_app-1.b");
	assert_user("_x", "_x");
}

/* It becomes a part of a file's name, and is shown on terminals. */
static void
refuses_a_harmful_name_even_unvalidated(void **state)
{
	static const char *const bad[] = { "", "a/b", "/", ".a", ".", "..",
		"a\nb", "a\x7f", "a\xc3",
		"a\xe2\x80\xae"
		"b",
		"a\xe2\x80\xa8"
		"b" };
	char long_name[65];

	(void)state;
	memset(long_name, 'A', 64);
	long_name[64] = '\0';
	for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		const char *text =
		    i < sizeof(bad) / sizeof(bad[0]) ? bad[i] : long_name;
		struct ca_error err;
		char *user = NULL;

		assert_int_equal(ca_user_parse_any(text, &user, &err),
		    CA_ERR_INPUT);
		assert_null(user);
		assert_non_null(
		    strstr(err.hint, "even without its validation"));
	}
}

static void
takes_other_names_unvalidated_and_normalises_them(void **state)
{
	static const struct {
		const char *text, *user;
	} names[] = { { "Max@Example.com", "max@example.com" },
		{ "ROOT", "root" }, { "-a", "-a" }, { "a b", "a b" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" } };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ca_error err;
		char *user = NULL;

		assert_ok(ca_user_parse_any(names[i].text, &user, &err), &err);
		assert_string_equal(user, names[i].user);
		free(user);
	}
}

static void
refuses_more_names_than_the_limit(void **state)
{
	struct ca_error err = { 0 };
	struct ca_names names = { 0 };
	char text[] = "a";
	struct ca_name name = { .kind = CA_NAME_DNS, .text = text };

	(void)state;
	for (int i = 0; i < CA_NAMES_MAX; i++)
		assert_ok(ca_names_add(&names, &name, &err), &err);
	assert_int_equal(ca_names_add(&names, &name, &err), CA_ERR_INPUT);
	assert_int_equal(names.count, CA_NAMES_MAX);
	ca_names_clear(&names);
	assert_int_equal(names.count, 0);
	assert_null(names.item);
}

static void
finds_a_name_by_kind_and_value(void **state)
{
	struct ca_error err = { 0 };
	struct ca_names names = { 0 };
	char a[] = "10.0.0.1", b[] = "elsewhere";
	struct ca_name dns = { .kind = CA_NAME_DNS, .text = a };
	struct ca_name ip = { .kind = CA_NAME_IP,
		.text = b,
		.ip = { 10, 0, 0, 1 },
		.ip_len = 4 };

	(void)state;
	assert_ok(ca_names_add(&names, &dns, &err), &err);
	assert_true(ca_names_has(&names, &dns));
	assert_false(ca_names_has(&names, &ip));
	assert_ok(ca_names_add(&names, &ip, &err), &err);
	assert_true(ca_names_has(&names, &ip));
	ip.ip[3] = 2;
	assert_false(ca_names_has(&names, &ip));
	ip.ip[3] = 1;
	ip.ip_len = 16;
	assert_false(ca_names_has(&names, &ip));
	dns.kind = CA_NAME_URI;
	assert_false(ca_names_has(&names, &dns));
	dns.kind = CA_NAME_DNS;
	dns.text = b;
	assert_false(ca_names_has(&names, &dns));
	ca_names_clear(&names);
	ca_names_clear(NULL);
	ca_name_clear(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_address_hidden_in_a_name),
		cmocka_unit_test(finds_a_number_at_the_end),
		cmocka_unit_test(refuses_addresses_that_no_host_has),
		cmocka_unit_test(refuses_a_link_local_address),
		cmocka_unit_test(shows_u_labels_beside_a_labels),
		cmocka_unit_test(flags_labels_of_several_scripts),
		cmocka_unit_test(shows_no_false_a_label),
		cmocka_unit_test(refuses_an_address_that_is_not_canonical_ipv4),
		cmocka_unit_test(refuses_brackets_ports_zones_and_ranges),
		cmocka_unit_test(refuses_an_ipv4_address_in_ipv6_form),
		cmocka_unit_test(refuses_what_is_no_dns_name),
		cmocka_unit_test(
		    refuses_a_star_anywhere_but_as_the_first_label),
		cmocka_unit_test(refuses_a_label_or_a_name_that_is_too_long),
		cmocka_unit_test(counts_the_star_as_part_of_the_name),
		cmocka_unit_test(refuses_reserved_principals_in_any_case),
		cmocka_unit_test(refuses_names_that_idna_does_not_allow),
		cmocka_unit_test(turns_u_labels_into_a_labels),
		cmocka_unit_test(reads_hosts_in_lower_case),
		cmocka_unit_test(reads_addresses_into_their_canonical_text),
		cmocka_unit_test(refuses_what_is_no_user_name),
		cmocka_unit_test(refuses_a_user_name_that_is_not_utf8),
		cmocka_unit_test(refuses_a_user_name_of_64_bytes),
		cmocka_unit_test(measures_a_user_name_after_normalising),
		cmocka_unit_test(normalises_a_user_name_as_cockroachdb_does),
		cmocka_unit_test(refuses_a_harmful_name_even_unvalidated),
		cmocka_unit_test(
		    takes_other_names_unvalidated_and_normalises_them),
		cmocka_unit_test(refuses_more_names_than_the_limit),
		cmocka_unit_test(finds_a_name_by_kind_and_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
