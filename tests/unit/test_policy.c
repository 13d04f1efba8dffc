/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "core/policy_internal.h"
#include "unit/test.h"

#define HEAD "version: 1\nmode: production\n"
#define HOUR INT64_C(3600)
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ARGS "configdir='sql:/\xc3\xa4 \"b\"' flags=\\"

static void
assert_refused(const char *text, const char *message, const char *hint)
{
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_null(policy);
	assert_string_equal(err.message, message);
	assert_string_equal(err.hint, hint);
	assert_int_equal(err.code, CA_ERR_INPUT);
}

static struct ca_policy *
parse(const char *text)
{
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_policy_parse("p.yaml", text, strlen(text), &policy, &err),
	    &err);
	return policy;
}

/* Failures: YAML. */

static void
refuses_an_empty_file(void **state)
{
	(void)state;
	assert_refused("", "p.yaml: is empty", "");
	assert_refused("# nothing\n", "p.yaml: is empty", "");
	assert_refused("---\n",
	    "p.yaml:2:1: `key: value` lines are wanted here", "");
}

static void
refuses_what_is_not_yaml(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {\n",
	    "p.yaml:4:1: not YAML: did not find expected node content", "");
	assert_refused(HEAD "\tprofiles: 1\n",
	    "p.yaml:3:1: not YAML: found a tab character that violates indentation",
	    "");
	assert_refused(HEAD "\xff: 1\n",
	    "p.yaml:3:1: not YAML: invalid leading UTF-8 octet", "");
	assert_refused(HEAD "# \xc3\xa4\x01\n",
	    "p.yaml:3:4: not YAML: control characters are not allowed", "");
}

static void
refuses_another_encoding(void **state)
{
	/* "version: 1" in UTF-16 */
	static const char utf16[] = "\xff\xfev\0e\0r\0s\0i\0o\0n\0:\0 \0001\0";
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	(void)state;
	assert_int_equal(ca_policy_parse("p.yaml", utf16, sizeof(utf16) - 1,
			     &policy, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message,
	    "p.yaml:1:1: not YAML: invalid leading UTF-8 octet");
}

static void
refuses_an_anchor(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles:\n  node: &n\n    wildcards: true\n",
	    "p.yaml:4:9: anchors are not used here",
	    "put a & that begins a value in quotes");
	assert_refused(HEAD "profiles: {client: {users: [&a b]}}\n",
	    "p.yaml:3:29: anchors are not used here",
	    "put a & that begins a value in quotes");
}

static void
refuses_an_alias(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {client: {users: [*app]}}\n",
	    "p.yaml:3:29: aliases are not used here",
	    "put a * that begins a value in quotes: \"*\"");
	assert_refused(HEAD "profiles: {client: {users: [*]}}\n",
	    "p.yaml:3:30: not YAML: did not find expected alphabetic or numeric character",
	    "put a * that begins a value in quotes: \"*\"");
}

static void
refuses_a_tag(void **state)
{
	(void)state;
	assert_refused("version: !!int 1\n",
	    "p.yaml:1:10: tags are not used here",
	    "put a ! that begins a value in quotes");
	assert_refused("!!map\nversion: 1\n",
	    "p.yaml:1:1: tags are not used here",
	    "put a ! that begins a value in quotes");
	assert_refused(HEAD "profiles: !!set {}\n",
	    "p.yaml:3:11: tags are not used here",
	    "put a ! that begins a value in quotes");
}

static void
refuses_a_second_document(void **state)
{
	(void)state;
	assert_refused(HEAD "---\nmode: test\n",
	    "p.yaml:3:1: a second document begins",
	    "the file is one document: without ---");
}

static void
refuses_deep_nesting(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: [[[[[[[[[\n",
	    "p.yaml:3:18: is nested too deeply", "");
}

static void
refuses_a_file_that_is_too_large(void **state)
{
	char *text = malloc(CA_POLICY_SIZE_MAX + 1);
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, '#', CA_POLICY_SIZE_MAX + 1);
	assert_int_equal(ca_policy_parse("p.yaml", text, CA_POLICY_SIZE_MAX + 1,
			     &policy, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, "p.yaml: larger than 1048576 bytes");
	free(text);
}

static void
refuses_a_list_that_is_too_long(void **state)
{
	size_t size = strlen(HEAD) + 100 + 4 * (CA_POLICY_LIST_MAX + 1);
	char *text = malloc(size), *end = text;
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	(void)state;
	assert_non_null(text);
	end += snprintf(end, size, "%sprofiles: {client: {users: [", HEAD);
	for (size_t i = 0; i < CA_POLICY_LIST_MAX + 1; i++) {
		memcpy(end, "a,\n ", 4);
		end += 4;
	}
	memcpy(end, "]}}", 4);
	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message,
	    "p.yaml:3:28: profiles.client.users: has more than 10000 items");
	free(text);
}

/* Failures: keys. */

static void
refuses_an_unknown_key(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles:\n  node:\n    lifetme: 1h\n",
	    "p.yaml:5:5: unknown key \"lifetme\" in profiles.node",
	    "the keys here are: lifetime, max-lifetime, backdate, keys, rsa-min-bits, rsa-max-bits, rsa-exponents, dns, excluded-dns, ip, excluded-ip, wildcards, new-key-on-renewal, names-from-request, approvals");
	assert_refused(HEAD "modul: {}\n", "p.yaml:3:1: unknown key \"modul\"",
	    "the keys here are: version, mode, module, signer, legacy_key, ocsp-url, crl-lifetime, ocsp-lifetime, require_air_gap, token_network, token_paths, reserved, approvers, approval-lifetime, operator-may-approve, cas, profiles");
	assert_refused(HEAD "profiles: {tenant: {}}\n",
	    "p.yaml:3:12: unknown key \"tenant\" in profiles",
	    "the keys here are: ca, node, client, ui, tenant-client, ocsp");
	assert_refused(HEAD "module: {pin: 1234}\n",
	    "p.yaml:3:10: unknown key \"pin\" in module",
	    "the keys here are: path, sha256, init-args");
}

static void
refuses_what_is_no_url_of_a_responder(void **state)
{
	static const char *const urls[] = { "https://ocsp.example.com",
		"http://", "http:///a", "http://ocsp.example.com/",
		"http://ocsp.example.com/a?b=c", "http://a b",
		"ocsp.example.com", "http://user@host" };
	char text[256], message[256];

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		(void)snprintf(text, sizeof(text), HEAD "ocsp-url: \"%s\"\n",
		    urls[i]);
		(void)snprintf(message, sizeof(message),
		    "p.yaml:3:11: ocsp-url: %s: not a URL that can go into certificates",
		    urls[i]);
		assert_refused(text, message,
		    "\"http://HOST/PATH\", without a slash at its end; the serial number follows it");
	}
	assert_refused(HEAD "require_air_gap: yes\n",
	    "p.yaml:3:18: require_air_gap: yes: neither true nor false", "");
	assert_refused(HEAD "token_network: \"true\"\n",
	    "p.yaml:3:16: token_network: is in quotes, which make it a text",
	    "");
	assert_refused(HEAD "token_paths: [here]\n",
	    "p.yaml:3:15: token_paths: here: not an absolute path", "");
	assert_refused(HEAD "token_paths: [\"//\"]\n",
	    "p.yaml:3:15: token_paths: //: is the whole machine", "");
	assert_refused(HEAD "crl-lifetime: 1s\n",
	    "p.yaml:3:15: crl-lifetime: 1s: not between one minute and 100 years",
	    "");
}

static void
refuses_a_key_of_another_profile(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles:\n  client:\n    dns: []\n",
	    "p.yaml:5:5: unknown key \"dns\" in profiles.client",
	    "the keys here are: lifetime, max-lifetime, backdate, keys, rsa-min-bits, rsa-max-bits, rsa-exponents, users, excluded-users, new-key-on-renewal, names-from-request, approvals");
	assert_refused(HEAD "profiles:\n  ca:\n    names-from-request: true\n",
	    "p.yaml:5:5: unknown key \"names-from-request\" in profiles.ca",
	    "the keys here are: lifetime, max-lifetime, backdate, keys, rsa-min-bits, rsa-max-bits, rsa-exponents");
	assert_refused(HEAD "profiles:\n  node:\n    users: []\n",
	    "p.yaml:5:5: unknown key \"users\" in profiles.node",
	    "the keys here are: lifetime, max-lifetime, backdate, keys, rsa-min-bits, rsa-max-bits, rsa-exponents, dns, excluded-dns, ip, excluded-ip, wildcards, new-key-on-renewal, names-from-request, approvals");
}

static void
refuses_a_repeated_key(void **state)
{
	(void)state;
	assert_refused(HEAD "mode: test\n", "p.yaml:3:1: repeated key \"mode\"",
	    "");
	assert_refused(HEAD
	    "profiles:\n  node:\n    wildcards: false\n    \"wildcards\": true\n",
	    "p.yaml:6:5: repeated key \"wildcards\" in profiles.node", "");
	assert_refused(HEAD "profiles:\n  node: {}\n  node: {}\n",
	    "p.yaml:5:3: repeated key \"node\" in profiles", "");
}

static void
refuses_a_key_that_is_no_word(void **state)
{
	(void)state;
	assert_refused(HEAD "? [a]\n: b\n",
	    "p.yaml:3:3: a key is a word, without NUL", "");
	assert_refused(HEAD "\"mode\\0x\": test\n",
	    "p.yaml:3:1: a key is a word, without NUL", "");
}

static void
refuses_a_file_without_version_or_mode(void **state)
{
	(void)state;
	assert_refused("# first line\nmode: test\n",
	    "p.yaml:2:1: missing key \"version\"", "");
	assert_refused("version: 1\n", "p.yaml:1:1: missing key \"mode\"", "");
}

static void
refuses_another_version_before_unknown_keys(void **state)
{
	(void)state;
	assert_refused("approvers: 2\nversion: 2\nmode: test\n",
	    "p.yaml:2:10: version: 2: this coldca reads version 1",
	    "a higher version was written for a newer coldca");
	assert_refused("version: \"1\"\nmode: test\n",
	    "p.yaml:1:10: version: is in quotes, which make it a text", "");
	assert_refused("version: 1.0\nmode: test\n",
	    "p.yaml:1:10: version: 1.0: not a decimal number", "");
}

static void
refuses_half_a_module(void **state)
{
	(void)state;
	assert_refused(HEAD "module:\n  path: /m.so\n",
	    "p.yaml:4:3: missing key \"sha256\" in module", "");
	assert_refused(HEAD "module: {}\n",
	    "p.yaml:3:9: missing key \"path\" in module", "");
}

/* Failures: values. */

static void
refuses_an_unknown_mode(void **state)
{
	(void)state;
	assert_refused("version: 1\nmode: Test\n",
	    "p.yaml:2:7: mode: Test: neither production nor test", "");
	assert_refused("version: 1\nmode:\n",
	    "p.yaml:2:6: mode: the value is missing", "");
	assert_refused("version: 1\nmode: [test]\n",
	    "p.yaml:2:7: mode: a text is wanted here, without NUL", "");
	assert_refused("version: 1\nmode: \"test\\0\"\n",
	    "p.yaml:2:7: mode: a text is wanted here, without NUL", "");
}

static void
refuses_a_module_that_is_not_named_absolutely(void **state)
{
	(void)state;
	assert_refused(HEAD "module: {path: p11.so, sha256: x}\n",
	    "p.yaml:3:16: module.path: p11.so: not an absolute path", "");
}

static void
refuses_init_args_that_are_none(void **state)
{
	static const char head[] =
	    HEAD "module:\n  path: /m.so\n  sha256: " HEX "\n  init-args: ";
	char text[sizeof(head) + CA_MODULE_ARGS_MAX] = "";

	(void)state;
	assert_refused(HEAD "module: {path: /m.so, sha256: " HEX
			    ", init-args: ''}\n",
	    "p.yaml:3:108: module.init-args: the value is missing", "");
	(void)snprintf(text, sizeof(text), "%s%*d", head, -CA_MODULE_ARGS_MAX,
	    0);
	memset(text + sizeof(head) - 1, 'x', CA_MODULE_ARGS_MAX);
	assert_refused(text,
	    "p.yaml:6:14: module.init-args: longer than 4095 bytes", "");
}

static void
knows_every_signer(void **state)
{
	static const char *const words[] = { "auto", "libp11", "engine",
		"cryptoki" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_string_equal(ca_policy_signer_parse(words[i]), words[i]);
	assert_null(ca_policy_signer_parse("Auto"));
}

static void
refuses_an_unknown_signer(void **state)
{
	(void)state;
	assert_refused(HEAD "signer: Auto\n",
	    "p.yaml:3:9: signer: Auto: neither auto, libp11, engine nor cryptoki",
	    "");
	assert_refused(HEAD "signer: [auto]\n",
	    "p.yaml:3:9: signer: a text is wanted here, without NUL", "");
}

static void
refuses_a_legacy_key_that_is_no_hash(void **state)
{
	static const char hint[] =
	    "the SHA-256 of the key's SubjectPublicKeyInfo: `coldca token check` prints it";

	(void)state;
	assert_refused(HEAD "legacy_key: abc\n",
	    "p.yaml:3:13: legacy_key: not 64 hex digits", hint);
	assert_refused(HEAD "legacy_key: [" HEX ", ab]\n",
	    "p.yaml:3:80: legacy_key: not 64 hex digits", hint);
	assert_refused(HEAD "legacy_key: [[" HEX "]]\n",
	    "p.yaml:3:14: legacy_key: a text is wanted here, without NUL", "");
	assert_refused(HEAD "legacy-key: " HEX "\n",
	    "p.yaml:3:1: unknown key \"legacy-key\"",
	    "the keys here are: version, mode, module, signer, legacy_key, ocsp-url, crl-lifetime, ocsp-lifetime, require_air_gap, token_network, token_paths, reserved, approvers, approval-lifetime, operator-may-approve, cas, profiles");
}

static void
refuses_a_hash_that_is_none(void **state)
{
	(void)state;
	assert_refused(HEAD "module: {path: /p11.so, sha256: abc}\n",
	    "p.yaml:3:33: module.sha256: not 64 hex digits",
	    "sha256sum of the module's file prints it");
}

static void
refuses_a_lifetime_out_of_range(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {lifetime: 59s}}\n",
	    "p.yaml:3:29: profiles.node.lifetime: 59s: not between one minute and 100 years",
	    "");
	assert_refused(HEAD "profiles: {node: {max-lifetime: 878401h}}\n",
	    "p.yaml:3:33: profiles.node.max-lifetime: 878401h: not between one minute and 100 years",
	    "");
}

static void
refuses_a_lifetime_that_is_no_duration(void **state)
{
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };
	const char text[] = HEAD "profiles: {node: {lifetime: 5 years}}\n";

	(void)state;
	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_ptr_equal(strstr(err.message,
			     "p.yaml:3:29: profiles.node.lifetime: "),
	    err.message);
}

static void
refuses_a_lifetime_longer_than_the_longest(void **state)
{
	(void)state;
	assert_refused(HEAD
	    "profiles:\n  node:\n    max-lifetime: 1h\n    lifetime: 2h\n",
	    "p.yaml:6:15: profiles.node: lifetime 2h is longer than max-lifetime 1h",
	    "write a longer max-lifetime too");
	assert_refused(HEAD "profiles: {ca: {lifetime: 87841h}}\n",
	    "p.yaml:3:27: profiles.ca: lifetime 87841h is longer than max-lifetime 87840h",
	    "write a longer max-lifetime too");
}

static void
refuses_a_flag_that_is_not_true_or_false(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {wildcards: yes}}\n",
	    "p.yaml:3:30: profiles.node.wildcards: yes: neither true nor false",
	    "");
	assert_refused(HEAD "profiles: {node: {wildcards: \"true\"}}\n",
	    "p.yaml:3:30: profiles.node.wildcards: is in quotes, which make it a text",
	    "");
}

static void
refuses_rsa_bits_out_of_range(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {rsa-min-bits: 1024}}\n",
	    "p.yaml:3:33: profiles.node.rsa-min-bits: 1024: not between 2048 and 8192 bits",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-min-bits: 8193}}\n",
	    "p.yaml:3:33: profiles.node.rsa-min-bits: 8193: not between 2048 and 8192 bits",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-min-bits: -1}}\n",
	    "p.yaml:3:33: profiles.node.rsa-min-bits: -1: not a decimal number",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-min-bits: 4294969344}}\n",
	    "p.yaml:3:33: profiles.node.rsa-min-bits: 4294969344: not a decimal number",
	    "");
}

static void
refuses_kinds_of_key_that_do_not_exist(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {keys: [p256, p224]}}\n",
	    "p.yaml:3:32: profiles.node.keys: p224: not a kind of key",
	    "there are rsa, p256, p384, p521 and ed25519");
	assert_refused(HEAD "profiles: {node: {keys: []}}\n",
	    "p.yaml:3:25: profiles.node.keys: permits no kind of key", "");
}

static void
refuses_a_list_that_is_none(void **state)
{
	static const char hint[] =
	    "write [] for an empty list, [\"one\"] for a single item";

	(void)state;
	assert_refused(HEAD "profiles: {node: {dns: example.com}}\n",
	    "p.yaml:3:24: profiles.node.dns: a list is wanted here", hint);
	assert_refused(HEAD "profiles:\n  node:\n    dns:\n",
	    "p.yaml:5:9: profiles.node.dns: a list is wanted here", hint);
}

static void
refuses_a_dns_pattern_that_could_not_match(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {dns: [10.0.0.1]}}\n",
	    "p.yaml:3:25: profiles.node.dns: 10.0.0.1: is an address",
	    "addresses belong into the list `ip`");
	assert_refused(HEAD "profiles: {node: {dns: [a_b.example.com]}}\n",
	    "p.yaml:3:25: profiles.node.dns: host a_b.example.com: has an underscore (RFC 1123 section 2.1)",
	    "DNS names have letters, digits, hyphens and dots");
	assert_refused(HEAD "profiles: {node: {dns: [.]}}\n",
	    "p.yaml:3:25: profiles.node.dns: host: is empty", "");
	assert_refused(HEAD "profiles: {node: {dns: [\"\"]}}\n",
	    "p.yaml:3:25: profiles.node.dns: the value is missing", "");
	assert_refused(HEAD "profiles: {node: {dns: [root]}}\n",
	    "p.yaml:3:25: profiles.node.dns: host root: CockroachDB takes a DNS name for a user, and this one is reserved",
	    "");
}

static void
refuses_an_ip_range_that_is_none(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {ip: [10.0.0]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 10.0.0: not an address or a range",
	    "");
	assert_refused(HEAD "profiles: {node: {ip: [10.0.0.0/33]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 10.0.0.0/33: after the slash is no number from 0 to 32",
	    "");
	assert_refused(HEAD "profiles: {node: {ip: [10.0.0.0/]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 10.0.0.0/: after the slash is no number from 0 to 32",
	    "");
	assert_refused(HEAD "profiles: {node: {ip: [10.0.0.0/08]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 10.0.0.0/08: after the slash is no number from 0 to 32",
	    "");
	assert_refused(HEAD "profiles: {node: {ip: [\"fd00::/129\"]}}\n",
	    "p.yaml:3:24: profiles.node.ip: fd00::/129: after the slash is no number from 0 to 128",
	    "");
	assert_refused(HEAD
	    "profiles: {node: {ip: [1111111111111111111111111111111111111111111111111]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 1111111111111111111111111111111111111111111111111: not an address or a range",
	    "");
}

static void
refuses_an_ip_range_with_host_bits(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {ip: [10.1.2.3/9]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 10.1.2.3/9: RFC 4632 section 3.1: bits are set after the prefix",
	    "write 10.0.0.0/9 for the range");
	assert_refused(HEAD "profiles: {node: {ip: [\"fd00::1/64\"]}}\n",
	    "p.yaml:3:24: profiles.node.ip: fd00::1/64: RFC 4632 section 3.1: bits are set after the prefix",
	    "write fd00::/64 for the range");
	assert_refused(HEAD "profiles: {node: {ip: [0.0.0.1/0]}}\n",
	    "p.yaml:3:24: profiles.node.ip: 0.0.0.1/0: RFC 4632 section 3.1: bits are set after the prefix",
	    "write 0.0.0.0/0 for the range");
}

static void
refuses_an_ipv4_range_in_ipv6_form(void **state)
{
	(void)state;
	assert_refused(HEAD
	    "profiles: {node: {ip: [\"::ffff:10.0.0.0/104\"]}}\n",
	    "p.yaml:3:24: profiles.node.ip: ::ffff:10.0.0.0/104: is an IPv4 range in IPv6 form, which no name has",
	    "write it as IPv4");
}

static void
refuses_a_user_pattern_that_could_not_match(void **state)
{
	static const char hint[] =
	    "beside * there are lower-case letters, digits, _ and, not in front, - and .";

	(void)state;
	assert_refused(HEAD "profiles: {client: {users: [App-*]}}\n",
	    "p.yaml:3:29: profiles.client.users: App-*: matches no user name as CockroachDB normalises them",
	    hint);
	assert_refused(HEAD "profiles: {client: {users: [a/*]}}\n",
	    "p.yaml:3:29: profiles.client.users: a/*: matches no user name as CockroachDB normalises them",
	    hint);
	assert_refused(HEAD "profiles: {client: {users: [\"-*\"]}}\n",
	    "p.yaml:3:29: profiles.client.users: -*: matches no user name as CockroachDB normalises them",
	    hint);
	assert_refused(HEAD "profiles: {client: {users: [a b]}}\n",
	    "p.yaml:3:29: profiles.client.users: user name a b: has a character that is not allowed",
	    "a user name has 1 to 63 bytes: a lower-case letter, digit or underscore, then also dashes and periods");
}

/* What is read. */

static void
fills_in_the_defaults(void **state)
{
	struct ca_policy *policy = parse(HEAD);
	const struct ca_profile_policy *ca = &policy->profile[CA_PROFILE_CA];
	const struct ca_profile_policy *node =
	    &policy->profile[CA_PROFILE_NODE];

	(void)state;
	assert_int_equal(policy->mode, CA_MODE_PRODUCTION);
	assert_null(policy->module_path);
	assert_int_equal(ca->lifetime, 87840 * HOUR);
	assert_int_equal(ca->max_lifetime, 87840 * HOUR);
	assert_int_equal(ca->keys, 0x1f);
	assert_int_equal(ca->rsa_min_bits, 2048);
	assert_int_equal(ca->rsa_max_bits, 8192);
	assert_int_equal(ca->rsa_exponents.count, 0);
	assert_int_equal(ca->backdate, 24 * HOUR);
	assert_int_equal(node->approvals, 0);
	assert_int_equal(policy->reserved.count, 0);
	assert_ptr_equal(node->reserved, &policy->reserved);
	assert_ptr_equal(ca->profile, ca_profile_get(CA_PROFILE_CA));
	assert_int_equal(node->lifetime, 43920 * HOUR);
	assert_int_equal(node->max_lifetime, 43920 * HOUR);
	assert_int_equal(node->keys, 0x1f);
	assert_false(node->wildcards);
	assert_false(node->names_from_request);
	assert_int_equal(node->dns.count, 0);
	assert_int_equal(node->ip.count, 0);
	assert_int_equal(policy->profile[CA_PROFILE_CLIENT].users.count, 0);
	ca_policy_free(policy);
}

static void
a_longest_lifetime_alone_lowers_the_default(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {client: {max-lifetime: 24h}}\n");
	const struct ca_profile_policy *client =
	    &policy->profile[CA_PROFILE_CLIENT];

	(void)state;
	assert_int_equal(client->max_lifetime, 24 * HOUR);
	assert_int_equal(client->lifetime, 24 * HOUR);
	ca_policy_free(policy);
	policy = parse(HEAD "profiles: {client: {max-lifetime: 50000h}}\n");
	assert_int_equal(policy->profile[CA_PROFILE_CLIENT].lifetime,
	    43920 * HOUR);
	ca_policy_free(policy);
}

static void
reads_every_key(void **state)
{
	struct ca_policy *policy =
	    parse("version: 1\n"
		  "mode: test\n"
		  "module:\n"
		  "  path: /usr/lib/p11.so\n"
		  "  sha256: 00112233445566778899aabbccddeeff"
		  "00112233445566778899aabbccddeeff\n"
		  "  init-args: \"configdir='sql:/x y' flags=\"\n"
		  "signer: cryptoki\n"
		  "legacy_key: " HEX "\n"
		  "ocsp-url: \"http://[fd00::1]:8080/c\"\n"
		  "crl-lifetime: 2d\n"
		  "ocsp-lifetime: 3h\n"
		  "require_air_gap: true\n"
		  "token_network: true\n"
		  "token_paths: [\"/var/lib/vendor\", \"/run/v\"]\n"
		  "profiles:\n"
		  "  node:\n"
		  "    lifetime: 30d\n"
		  "    max-lifetime: 1000h\n"
		  "    keys: [rsa, ed25519]\n"
		  "    rsa-min-bits: 3072\n"
		  "    dns: [Example.COM, .b\xc3\xbc"
		  "cher.example, '*']\n"
		  "    ip:\n"
		  "    - 10.0.0.7\n"
		  "    - fd00::/8\n"
		  "    wildcards: true\n"
		  "    names-from-request: true\n"
		  "    new-key-on-renewal: true\n"
		  "  client:\n"
		  "    users: [Maxroach, app-*]\n");
	const struct ca_profile_policy *node =
	    &policy->profile[CA_PROFILE_NODE];
	const struct ca_strings *users =
	    &policy->profile[CA_PROFILE_CLIENT].users;

	(void)state;
	assert_int_equal(policy->mode, CA_MODE_TEST);
	assert_string_equal(policy->module_path, "/usr/lib/p11.so");
	assert_int_equal(policy->module_sha256[1], 0x11);
	assert_int_equal(policy->module_sha256[31], 0xff);
	assert_string_equal(policy->module_init_args,
	    "configdir='sql:/x y' flags=");
	assert_string_equal(policy->signer, "cryptoki");
	assert_string_equal(policy->ocsp_url, "http://[fd00::1]:8080/c");
	assert_int_equal(policy->crl_lifetime, 48 * HOUR);
	assert_int_equal(policy->ocsp_lifetime, 3 * HOUR);
	assert_true(policy->require_air_gap);
	assert_true(policy->token_network);
	assert_int_equal(policy->token_paths.count, 2);
	assert_string_equal(policy->token_paths.item[1], "/run/v");
	assert_true(ca_policy_permits_legacy(policy, policy->module_sha256));
	assert_int_equal(node->lifetime, 720 * HOUR);
	assert_int_equal(node->max_lifetime, 1000 * HOUR);
	assert_int_equal(node->keys, 1U << CA_KEY_RSA | 1U << CA_KEY_ED25519);
	assert_int_equal(node->rsa_min_bits, 3072);
	assert_int_equal(node->dns.count, 3);
	assert_string_equal(node->dns.item[0], "example.com");
	assert_string_equal(node->dns.item[1], ".xn--bcher-kva.example");
	assert_string_equal(node->dns.item[2], "*");
	assert_int_equal(node->ip.count, 2);
	assert_int_equal(node->ip.item[0].prefix, 32);
	assert_int_equal(node->ip.item[0].len, 4);
	assert_int_equal(node->ip.item[1].prefix, 8);
	assert_int_equal(node->ip.item[1].address[0], 0xfd);
	assert_true(node->wildcards);
	assert_true(node->names_from_request);
	assert_true(node->new_key_on_renewal);
	assert_int_equal(users->count, 2);
	assert_string_equal(users->item[0], "maxroach");
	assert_string_equal(users->item[1], "app-*");
	ca_policy_free(policy);
}

static void
permits_the_legacy_keys_that_it_names_and_no_other(void **state)
{
	static const char other[] =
	    "ff112233445566778899aabbccddeeff00112233445566778899aabbccddee00";
	struct ca_policy *policy = parse(HEAD), *list;
	uint8_t a[CA_SHA256_SIZE] = { 0xff }, b[CA_SHA256_SIZE] = { 0 };
	char text[sizeof(HEAD) + 4 * sizeof(other)];
	struct ca_error err = { 0 };

	(void)state;
	assert_string_equal(policy->signer, "auto");
	assert_false(ca_policy_permits_legacy(policy, a));
	(void)snprintf(text, sizeof(text), HEAD "legacy_key: [%s, %s]\n", HEX,
	    other);
	list = parse(text);
	assert_int_equal(list->legacy_keys.count, 2);
	assert_false(ca_policy_permits_legacy(list, a));
	assert_ok(ca_hex_parse(HEX, a, sizeof(a), &err), &err);
	assert_ok(ca_hex_parse(other, b, sizeof(b), &err), &err);
	assert_true(ca_policy_permits_legacy(list, a));
	assert_true(ca_policy_permits_legacy(list, b));
	assert_false(ca_policy_permits_legacy(policy, a));
	ca_policy_free(list);
	ca_policy_free(policy);
}

/* What `init` writes. */

static char *
default_text(enum ca_mode mode, const char *path)
{
	static const uint8_t sha256[CA_SHA256_SIZE] = { 0xab, [31] = 0xcd };
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };
	char *copy;

	assert_ok(ca_policy_default(mode, path, sha256, ARGS, &text, &err),
	    &err);
	copy = strndup((const char *)text.data, text.len);
	assert_non_null(copy);
	assert_int_equal(strlen(copy), text.len);
	ca_bytes_free(&text);
	return copy;
}

static void
assert_same_profile(const struct ca_profile_policy *a,
    const struct ca_profile_policy *b)
{
	assert_int_equal(a->lifetime, b->lifetime);
	assert_int_equal(a->max_lifetime, b->max_lifetime);
	assert_int_equal(a->keys, b->keys);
	assert_int_equal(a->rsa_min_bits, b->rsa_min_bits);
	assert_int_equal(a->wildcards, b->wildcards);
	assert_int_equal(a->names_from_request, b->names_from_request);
	assert_int_equal(a->dns.count, b->dns.count);
	assert_int_equal(a->ip.count, b->ip.count);
	assert_int_equal(a->users.count, b->users.count);
}

static void
the_default_refuses_a_module_it_could_not_name(void **state)
{
	static const char *const paths[] = { "p11.so", "/\xff.so" };
	static const char *const messages[] = {
		"module p11.so: not an absolute path",
		"module /\xff.so: its path is not UTF-8",
	};
	static const uint8_t sha256[CA_SHA256_SIZE] = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ca_bytes text = { 0 };
		struct ca_error err = { 0 };

		assert_int_equal(ca_policy_default(CA_MODE_TEST, paths[i],
				     sha256, NULL, &text, &err),
		    CA_ERR_INPUT);
		assert_string_equal(err.message, messages[i]);
		assert_null(text.data);
	}
}

static void
the_default_refuses_init_args_it_could_not_name(void **state)
{
	static const uint8_t sha256[CA_SHA256_SIZE] = { 0 };
	char args[CA_MODULE_ARGS_MAX + 1], path[CA_PATH_MAX + 1];
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };

	(void)state;
	assert_int_equal(ca_policy_default(CA_MODE_TEST, "/p.so", sha256, "",
			     &text, &err),
	    CA_ERR_INPUT);
	(void)snprintf(args, sizeof(args), "%0*d", CA_MODULE_ARGS_MAX, 0);
	assert_int_equal(ca_policy_default(CA_MODE_TEST, "/p.so", sha256, args,
			     &text, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message,
	    "module: its init-args are not 1 to 4095 bytes");
	(void)snprintf(path, sizeof(path), "/%0*d", CA_PATH_MAX - 1, 0);
	assert_int_equal(ca_policy_default(CA_MODE_TEST, path, sha256, NULL,
			     &text, &err),
	    CA_ERR_INPUT);
	assert_null(text.data);
}

static void
the_default_shows_a_plain_path_as_it_is(void **state)
{
	char *text = default_text(CA_MODE_TEST, "/usr/lib/p 11~.so");

	(void)state;
	assert_non_null(strstr(text, "path: \"/usr/lib/p 11~.so\"\n"));
	free(text);
}

static void
the_default_has_no_init_args_where_none_are_given(void **state)
{
	static const uint8_t sha256[CA_SHA256_SIZE] = { 1 };
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };

	(void)state;
	assert_ok(ca_policy_default(CA_MODE_TEST, "/p.so", sha256, NULL, &text,
		      &err),
	    &err);
	assert_null(memmem(text.data, text.len, "  init-args: ", 13));
	ca_bytes_free(&text);
}

static void
the_default_for_production_permits_no_name(void **state)
{
	char *text = default_text(CA_MODE_PRODUCTION, NULL);
	struct ca_policy *policy = parse(text), *bare = parse(HEAD);

	(void)state;
	assert_int_equal(policy->mode, CA_MODE_PRODUCTION);
	assert_null(policy->module_path);
	assert_null(policy->module_init_args);
	assert_string_equal(policy->signer, "auto");
	for (size_t i = 0; i < CA_PROFILES; i++)
		assert_same_profile(&policy->profile[i], &bare->profile[i]);
	ca_policy_free(policy);
	ca_policy_free(bare);
	free(text);
}

static struct ca_findings
check_host(const struct ca_policy *policy, const char *host)
{
	struct ca_findings findings = { 0 };
	struct ca_name name = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_host_parse(host, &name, &err), &err);
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	ca_name_clear(&name);
	return findings;
}

static void
assert_host(const struct ca_policy *policy, const char *host, const char *rule,
    const char *text)
{
	struct ca_findings findings = check_host(policy, host);

	if (rule == NULL) {
		assert_int_equal(findings.count, 0);
	} else {
		assert_int_equal(findings.count, 1);
		assert_string_equal(findings.item[0].rule, rule);
		assert_string_equal(findings.item[0].text, text);
		assert_int_equal(findings.item[0].code, CA_ERR_POLICY);
	}
	ca_findings_clear(&findings);
}

static void
assert_user(const struct ca_policy *policy, const char *user, bool permitted)
{
	struct ca_findings findings = { 0 };

	ca_policy_check_user(&policy->profile[CA_PROFILE_CLIENT], user,
	    &findings);
	assert_int_equal(findings.count, permitted ? 0 : 1);
	if (!permitted)
		assert_string_equal(findings.item[0].rule, "policy-user");
	ca_findings_clear(&findings);
}

static void
the_default_for_a_test_permits_any_name(void **state)
{
	char *text = default_text(CA_MODE_TEST, "/usr/lib/p11.so");
	struct ca_policy *policy = parse(text);

	(void)state;
	assert_int_equal(policy->mode, CA_MODE_TEST);
	assert_host(policy, "a", NULL, NULL);
	assert_host(policy, "*.example.com", NULL, NULL);
	assert_host(policy, "198.51.100.255", NULL, NULL);
	assert_host(policy, "fdff::1", NULL, NULL);
	assert_user(policy, "anybody", true);
	assert_user(policy, "root", true);
	assert_user(policy, "node", true);
	assert_true(policy->profile[CA_PROFILE_NODE].names_from_request);
	assert_true(policy->profile[CA_PROFILE_CLIENT].names_from_request);
	ca_policy_free(policy);
	free(text);
}

static void
the_default_keeps_any_module_path(void **state)
{
	static const char *const paths[] = {
		"/usr/lib/softhsm/libsofthsm2.so",
		"/a \"b\" \\c #d: [e]",
		"/tab\tnewline\nbell\adel\x7f",
		"/\xc3\xbc\xc2\x85\xe2\x80\xa8\xef\xbb\xbf\xf0\x9f\x94\x91",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *text = default_text(CA_MODE_PRODUCTION, paths[i]);
		struct ca_policy *policy = parse(text);

		assert_string_equal(policy->module_path, paths[i]);
		assert_string_equal(policy->module_init_args, ARGS);
		assert_int_equal(policy->module_sha256[0], 0xab);
		assert_int_equal(policy->module_sha256[31], 0xcd);
		ca_policy_free(policy);
		free(text);
	}
}

static void
the_default_fits_on_a_terminal(void **state)
{
	char *text = default_text(CA_MODE_TEST, NULL), *save = NULL;

	(void)state;
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		if (strlen(line) > 80)
			fail_msg("%s", line);
	free(text);
}

/* What is permitted. */

static void
a_dns_name_permits_itself_alone(void **state)
{
	struct ca_policy *policy = parse(
	    HEAD "profiles: {node: {dns: [example.com], wildcards: true}}");

	(void)state;
	assert_host(policy, "db.example.org", "policy-dns",
	    "host db.example.org: policy permits no such DNS name for node");
	assert_host(policy, "a.example.com", "policy-dns",
	    "host a.example.com: policy permits no such DNS name for node");
	assert_host(policy, "*.example.com", "policy-dns",
	    "host *.example.com: policy permits no such DNS name for node");
	assert_host(policy, "xexample.com", "policy-dns",
	    "host xexample.com: policy permits no such DNS name for node");
	assert_host(policy, "example.com", NULL, NULL);
	assert_host(policy, "EXAMPLE.com", NULL, NULL);
	ca_policy_free(policy);
}

static void
a_dns_suffix_permits_what_is_below_it(void **state)
{
	struct ca_policy *policy = parse(
	    HEAD "profiles: {node: {dns: [.Example.com], wildcards: true}}");

	(void)state;
	assert_host(policy, "example.com", "policy-dns",
	    "host example.com: policy permits no such DNS name for node");
	assert_host(policy, "xexample.com", "policy-dns",
	    "host xexample.com: policy permits no such DNS name for node");
	assert_host(policy, "a.example.com.evil.org", "policy-dns",
	    "host a.example.com.evil.org: policy permits no such DNS name for node");
	assert_host(policy, "*.com", "policy-dns",
	    "host *.com: policy permits no such DNS name for node");
	assert_host(policy, "a.example.com", NULL, NULL);
	assert_host(policy, "a.b.example.com", NULL, NULL);
	assert_host(policy, "*.example.com", NULL, NULL);
	assert_host(policy, "*.b.example.com", NULL, NULL);
	ca_policy_free(policy);
}

static void
a_wildcard_needs_leave_of_its_own(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {node: {dns: ['*', .example.com]}}");

	(void)state;
	assert_host(policy, "*.example.com", "policy-wildcard",
	    "host *.example.com: policy permits no such wildcard for node");
	assert_host(policy, "any.thing", NULL, NULL);
	ca_policy_free(policy);
}

static void
an_address_must_be_in_a_range(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {dns: ['*'], ip: [10.0.0.7, 10.1.0.0/23, 'fd00::/9', '::1']}}");

	(void)state;
	assert_host(policy, "10.0.0.8", "policy-ip",
	    "host 10.0.0.8: policy permits no such address for node");
	assert_host(policy, "10.1.2.0", "policy-ip",
	    "host 10.1.2.0: policy permits no such address for node");
	assert_host(policy, "fd80::1", "policy-ip",
	    "host fd80::1: policy permits no such address for node");
	assert_host(policy, "::2", "policy-ip",
	    "host ::2: policy permits no such address for node");
	assert_host(policy, "a00:7::", "policy-ip",
	    "host a00:7::: policy permits no such address for node");
	assert_host(policy, "10.0.0.7", NULL, NULL);
	assert_host(policy, "10.1.0.0", NULL, NULL);
	assert_host(policy, "10.1.1.255", NULL, NULL);
	assert_host(policy, "fd7f::1", NULL, NULL);
	assert_host(policy, "::1", NULL, NULL);
	ca_policy_free(policy);
}

static void
other_forms_of_name_are_never_permitted(void **state)
{
	char *text = default_text(CA_MODE_TEST, NULL);
	struct ca_policy *policy = parse(text);
	static const enum ca_name_kind kinds[] = { CA_NAME_URI, CA_NAME_EMAIL,
		CA_NAME_OTHER };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char value[] = "crdb://tenant/1";
		const struct ca_name name = { .kind = kinds[i], .text = value };
		struct ca_findings findings = { 0 };

		ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
		    &findings);
		assert_int_equal(findings.count, 1);
		ca_findings_clear(&findings);
	}
	ca_policy_free(policy);
	free(text);
}

static void
an_address_without_octets_is_never_permitted(void **state)
{
	char *text = default_text(CA_MODE_TEST, NULL);
	struct ca_policy *policy = parse(text);
	char value[] = "00 01 02";
	const struct ca_name name = { .kind = CA_NAME_IP, .text = value };
	struct ca_findings findings = { 0 };

	(void)state;
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	assert_int_equal(findings.count, 1);
	ca_findings_clear(&findings);
	ca_policy_free(policy);
	free(text);
}

static void
a_user_must_match_an_item(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {client: {users: [maxroach, app-*, '*_ro', a*b*c]}}");

	(void)state;
	assert_user(policy, "carl", false);
	assert_user(policy, "maxroach2", false);
	assert_user(policy, "maxroac", false);
	assert_user(policy, "app", false);
	assert_user(policy, "xapp-1", false);
	assert_user(policy, "_ro2", false);
	assert_user(policy, "abcb", false);
	assert_user(policy, "maxroach", true);
	assert_user(policy, "app-", true);
	assert_user(policy, "app-web.1", true);
	assert_user(policy, "x_ro_ro", true);
	assert_user(policy, "abc", true);
	assert_user(policy, "axbxbxcxc", true);
	ca_policy_free(policy);
}

static void
root_and_node_must_be_spelled(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {client: {users: ['*', 'roo*', 'no*de']}}");
	struct ca_findings findings = { 0 };

	(void)state;
	assert_user(policy, "root", false);
	assert_user(policy, "node", false);
	assert_user(policy, "roota", true);
	ca_policy_check_user(&policy->profile[CA_PROFILE_CLIENT], "root",
	    &findings);
	assert_string_equal(findings.item[0].text,
	    "user root: policy permits no such user for client unless its list spells the name");
	ca_findings_clear(&findings);
	ca_policy_free(policy);
	policy = parse(HEAD "profiles: {client: {users: [root]}}");
	assert_user(policy, "root", true);
	assert_user(policy, "node", false);
	ca_policy_free(policy);
}

static void
a_key_must_be_of_a_permitted_kind_and_size(void **state)
{
	struct ca_policy *policy = parse(
	    HEAD "profiles: {node: {keys: [rsa, p384], rsa-min-bits: 3072}}");
	static const struct {
		struct ca_key_info key;
		const char *text;
	} cases[] = {
		{ { .kind = CA_KEY_P256, .bits = 256 },
		    "key: policy permits no p256 keys for node" },
		{ { .kind = CA_KEY_RSA, .bits = 3071 },
		    "key: policy wants RSA keys of 3072 bits or more for node, and this one has 3071" },
		{ { .kind = CA_KEY_RSA, .bits = 3072 }, NULL },
		{ { .kind = CA_KEY_P384, .bits = 384 }, NULL },
		{ { .kind = CA_KEY_P384, .bits = 99999 }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_findings findings = { 0 };

		ca_policy_check_key(&policy->profile[CA_PROFILE_NODE],
		    &cases[i].key, &findings);
		assert_int_equal(findings.count, cases[i].text != NULL);
		if (cases[i].text != NULL) {
			assert_string_equal(findings.item[0].rule,
			    "policy-key");
			assert_string_equal(findings.item[0].text,
			    cases[i].text);
		}
		ca_findings_clear(&findings);
	}
	ca_policy_free(policy);
}

static void
names_the_modes(void **state)
{
	(void)state;
	assert_string_equal(ca_mode_name(CA_MODE_PRODUCTION), "production");
	assert_string_equal(ca_mode_name(CA_MODE_TEST), "test");
	ca_policy_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_empty_file),
		cmocka_unit_test(refuses_what_is_not_yaml),
		cmocka_unit_test(refuses_another_encoding),
		cmocka_unit_test(refuses_an_anchor),
		cmocka_unit_test(refuses_an_alias),
		cmocka_unit_test(refuses_a_tag),
		cmocka_unit_test(refuses_a_second_document),
		cmocka_unit_test(refuses_deep_nesting),
		cmocka_unit_test(refuses_a_file_that_is_too_large),
		cmocka_unit_test(refuses_a_list_that_is_too_long),
		cmocka_unit_test(refuses_an_unknown_key),
		cmocka_unit_test(refuses_what_is_no_url_of_a_responder),
		cmocka_unit_test(refuses_a_key_of_another_profile),
		cmocka_unit_test(refuses_a_repeated_key),
		cmocka_unit_test(refuses_a_key_that_is_no_word),
		cmocka_unit_test(refuses_a_file_without_version_or_mode),
		cmocka_unit_test(refuses_another_version_before_unknown_keys),
		cmocka_unit_test(refuses_half_a_module),
		cmocka_unit_test(refuses_an_unknown_mode),
		cmocka_unit_test(refuses_a_module_that_is_not_named_absolutely),
		cmocka_unit_test(refuses_init_args_that_are_none),
		cmocka_unit_test(refuses_an_unknown_signer),
		cmocka_unit_test(knows_every_signer),
		cmocka_unit_test(refuses_a_legacy_key_that_is_no_hash),
		cmocka_unit_test(
		    permits_the_legacy_keys_that_it_names_and_no_other),
		cmocka_unit_test(refuses_a_hash_that_is_none),
		cmocka_unit_test(refuses_a_lifetime_out_of_range),
		cmocka_unit_test(refuses_a_lifetime_that_is_no_duration),
		cmocka_unit_test(refuses_a_lifetime_longer_than_the_longest),
		cmocka_unit_test(refuses_a_flag_that_is_not_true_or_false),
		cmocka_unit_test(refuses_rsa_bits_out_of_range),
		cmocka_unit_test(refuses_kinds_of_key_that_do_not_exist),
		cmocka_unit_test(refuses_a_list_that_is_none),
		cmocka_unit_test(refuses_a_dns_pattern_that_could_not_match),
		cmocka_unit_test(refuses_an_ip_range_that_is_none),
		cmocka_unit_test(refuses_an_ip_range_with_host_bits),
		cmocka_unit_test(refuses_an_ipv4_range_in_ipv6_form),
		cmocka_unit_test(refuses_a_user_pattern_that_could_not_match),
		cmocka_unit_test(fills_in_the_defaults),
		cmocka_unit_test(a_longest_lifetime_alone_lowers_the_default),
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(
		    the_default_refuses_a_module_it_could_not_name),
		cmocka_unit_test(
		    the_default_refuses_init_args_it_could_not_name),
		cmocka_unit_test(the_default_shows_a_plain_path_as_it_is),
		cmocka_unit_test(
		    the_default_has_no_init_args_where_none_are_given),
		cmocka_unit_test(the_default_for_production_permits_no_name),
		cmocka_unit_test(the_default_for_a_test_permits_any_name),
		cmocka_unit_test(the_default_keeps_any_module_path),
		cmocka_unit_test(the_default_fits_on_a_terminal),
		cmocka_unit_test(a_dns_name_permits_itself_alone),
		cmocka_unit_test(a_dns_suffix_permits_what_is_below_it),
		cmocka_unit_test(a_wildcard_needs_leave_of_its_own),
		cmocka_unit_test(an_address_must_be_in_a_range),
		cmocka_unit_test(other_forms_of_name_are_never_permitted),
		cmocka_unit_test(an_address_without_octets_is_never_permitted),
		cmocka_unit_test(a_user_must_match_an_item),
		cmocka_unit_test(root_and_node_must_be_spelled),
		cmocka_unit_test(a_key_must_be_of_a_permitted_kind_and_size),
		cmocka_unit_test(names_the_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
