/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy excludes, bounds and reserves. */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/file.h"
#include "coldca/policy.h"
#include "core/policy_internal.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define HEAD "version: 1\nmode: production\n"
#define HOUR INT64_C(3600)
#define URI_HINT                                          \
	"\"pkcs11:token=LABEL;object=LABEL\" (RFC 7512)," \
	" with serial= as well where labels could be alike"

static struct ca_policy *
parse(const char *text)
{
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_policy_parse("p.yaml", text, strlen(text), &policy, &err),
	    &err);
	return policy;
}

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
}

/* Fails unless FINDINGS is one refusal of RULE saying TEXT, or none. */
static void
assert_finding(struct ca_findings *findings, const char *rule, const char *text)
{
	if (rule == NULL) {
		if (findings->count != 0)
			fail_msg("%s", findings->item[0].text);
		return;
	}
	assert_int_equal(findings->count, 1);
	assert_string_equal(findings->item[0].text, text);
	assert_string_equal(findings->item[0].rule, rule);
	assert_int_equal(findings->item[0].code, CA_ERR_POLICY);
	ca_findings_clear(findings);
}

static void
assert_host(const struct ca_policy *policy, const char *host, const char *rule,
    const char *text)
{
	struct ca_findings findings = { 0 };
	struct ca_name name = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_host_parse(host, &name, &err), &err);
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	ca_name_clear(&name);
	assert_finding(&findings, rule, text);
}

static void
permitted(const struct ca_policy *policy, const char *host)
{
	assert_host(policy, host, NULL, NULL);
}

static void
excluded(const struct ca_policy *policy, const char *host)
{
	char text[300];

	(void)snprintf(text, sizeof(text),
	    "host %s: policy excludes it for node", host);
	assert_host(policy, host, "policy-excluded", text);
}

static void
no_dns(const struct ca_policy *policy, const char *host)
{
	char text[300];

	(void)snprintf(text, sizeof(text),
	    "host %s: policy permits no such DNS name for node", host);
	assert_host(policy, host, "policy-dns", text);
}

static void
assert_user(const struct ca_policy *policy, const char *user, const char *rule,
    const char *text)
{
	struct ca_findings findings = { 0 };

	ca_policy_check_user(&policy->profile[CA_PROFILE_CLIENT], user,
	    &findings);
	assert_finding(&findings, rule, text);
}

/* DNS. */

static void
a_star_stands_for_characters_of_one_label(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {dns: ['N*.db.example.com', 'a*b*c.x.org', '*.y.org', 'z.*.org'], wildcards: true}}");

	(void)state;
	no_dns(policy, "m1.db.example.com");
	no_dns(policy, "n");
	no_dns(policy, "n1.a.db.example.com");
	no_dns(policy, "n.db.example.com.evil.org");
	no_dns(policy, "n1.db.example.co");
	no_dns(policy, "*.db.example.com");
	no_dns(policy, "y.org");
	no_dns(policy, "a.b.y.org");
	no_dns(policy, "abx.x.org");
	no_dns(policy, "a.bc.x.org");
	no_dns(policy, "z.a.b.org");
	permitted(policy, "n.db.example.com");
	permitted(policy, "node1.db.example.com");
	permitted(policy, "abc.x.org");
	permitted(policy, "aabbccbc.x.org");
	permitted(policy, "a.y.org");
	permitted(policy, "*.y.org");
	permitted(policy, "z.a.org");
	ca_policy_free(policy);
}

static void
refuses_patterns_that_no_dns_name_matches(void **state)
{
	static const char *const patterns[] = { ".*.example.com", "*_a.b",
		"*..b", "-*.b", "*.b\xc3\xbc", "*.1", "*:1" };
	char text[200], message[300];

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    HEAD "profiles: {node: {excluded-dns: [a.b, \"%s\"]}}\n",
		    patterns[i]);
		(void)snprintf(message, sizeof(message),
		    "p.yaml:3:39: profiles.node.excluded-dns: %s: not a pattern of DNS names",
		    patterns[i]);
		assert_refused(text, message,
		    "beside * there are letters, digits, - and ., none in front; .example.com without * is all names below it");
	}
}

static void
what_is_excluded_is_refused_though_permitted(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {dns: ['*'], wildcards: true, excluded-dns: [.corp.example.com, vault.example.org, 's*.example.net']}}");

	(void)state;
	excluded(policy, "a.corp.example.com");
	excluded(policy, "a.b.corp.example.com");
	excluded(policy, "vault.example.org");
	excluded(policy, "secret.example.net");
	permitted(policy, "corp.example.com");
	permitted(policy, "a.vault.example.org");
	permitted(policy, "a.example.net");
	ca_policy_free(policy);
}

/* *.example.org is vault.example.org too. */
static void
a_wildcard_that_covers_what_is_excluded_is_refused(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {dns: ['*'], wildcards: true, excluded-dns: [.corp.example.com, vault.example.org, 's*.example.net', localhost]}}");

	(void)state;
	excluded(policy, "*.corp.example.com");
	excluded(policy, "*.b.corp.example.com");
	excluded(policy, "*.example.org");
	excluded(policy, "*.example.net");
	permitted(policy, "*.example.com");
	permitted(policy, "*.vault.example.org");
	permitted(policy, "*.org");
	permitted(policy, "*.localhost");
	ca_policy_free(policy);
}

static void
everything_can_be_excluded(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {dns: [a.b], excluded-dns: ['*'], ip: ['::/0', 0.0.0.0/0], excluded-ip: ['::/0']}}");

	(void)state;
	excluded(policy, "a.b");
	excluded(policy, "fd00::1");
	permitted(policy, "10.0.0.1");
	ca_policy_free(policy);
}

/* Addresses. */

static void
an_address_in_an_excluded_range_is_refused(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {ip: [10.0.0.0/8, 'fd00::/8'], excluded-ip: [10.9.0.0/16, 10.0.0.1, 'fd00:1::/33']}}");

	(void)state;
	excluded(policy, "10.9.255.255");
	excluded(policy, "10.0.0.1");
	excluded(policy, "fd00:1:7fff::1");
	permitted(policy, "10.10.0.0");
	permitted(policy, "10.0.0.2");
	permitted(policy, "fd00:1:8000::1");
	assert_host(policy, "11.9.0.1", "policy-ip",
	    "host 11.9.0.1: policy permits no such address for node");
	ca_policy_free(policy);
}

static void
an_ipv4_address_in_ipv6_form_slips_through_nowhere(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {node: {ip: ['::/0', 0.0.0.0/0]}}");
	char text[] = "::ffff:10.0.0.1";
	struct ca_name name = {
		.kind = CA_NAME_IP,
		.text = text,
		.ip = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 },
		.ip_len = 16,
	};
	struct ca_findings findings = { 0 };
	struct ca_error err = { 0 };
	struct ca_name parsed = { 0 };

	(void)state;
	assert_int_equal(ca_host_parse(text, &parsed, &err), CA_ERR_INPUT);
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	assert_finding(&findings, "policy-ip",
	    "host ::ffff:10.0.0.1: policy permits no such IPv4 address in IPv6 form for node");
	/* Only sixteen octets are that form. */
	name.ip_len = 4;
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	assert_finding(&findings, NULL, NULL);
	name.ip_len = 16;
	name.ip[9] = 1;
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	assert_finding(&findings, NULL, NULL);
	ca_policy_free(policy);
}

/* Users and tenants. */

static void
an_excluded_user_is_refused_though_permitted(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {client: {users: ['*', root], excluded-users: ['ro*', app-7]}}");

	(void)state;
	assert_user(policy, "app-7", "policy-excluded",
	    "user app-7: policy excludes it for client");
	assert_user(policy, "robot", "policy-excluded",
	    "user robot: policy excludes it for client");
	assert_user(policy, "root", "policy-excluded",
	    "user root: policy excludes it for client");
	assert_user(policy, "app-71", NULL, NULL);
	ca_policy_free(policy);
}

static void
each_reserved_principal_must_be_spelled(void **state)
{
	static const char *const users[] = { "root", "node", "admin",
		"debuguser" };
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		struct ca_policy *policy =
		    parse(HEAD "profiles: {client: {users: ['*']}}");

		(void)snprintf(text, sizeof(text),
		    "user %s: policy permits no such user for client unless its list spells the name",
		    users[i]);
		assert_user(policy, users[i], "policy-user", text);
		ca_policy_free(policy);
		(void)snprintf(text, sizeof(text),
		    HEAD "profiles: {client: {users: [%s]}}", users[i]);
		policy = parse(text);
		assert_user(policy, users[i], NULL, NULL);
		ca_policy_free(policy);
	}
}

static void
what_policy_reserves_is_nobodys_name(void **state)
{
	struct ca_policy *policy = parse(
	    HEAD "reserved: [Ops, backup.svc]\n"
		 "profiles: {node: {dns: ['*']}, client: {users: ['*', ops]}}");

	(void)state;
	assert_user(policy, "ops", "principal-reserved",
	    "user ops: policy reserves this name");
	assert_user(policy, "ops2", NULL, NULL);
	assert_host(policy, "OPS", "principal-reserved",
	    "host ops: CockroachDB takes a DNS name for a user, and policy reserves this one");
	assert_host(policy, "backup.svc", "principal-reserved",
	    "host backup.svc: CockroachDB takes a DNS name for a user, and policy reserves this one");
	permitted(policy, "ops.example.com");
	ca_policy_free(policy);
	assert_refused(HEAD "reserved: ['o*']\n",
	    "p.yaml:3:12: reserved: user name o*: has a character that is not allowed",
	    "a user name has 1 to 63 bytes: a lower-case letter, digit or underscore, then also dashes and periods");
	assert_refused(HEAD "reserved: ops\n",
	    "p.yaml:3:11: reserved: a list is wanted here",
	    "write [] for an empty list, [\"one\"] for a single item");
	assert_refused(HEAD "reserved: [[ops]]\n",
	    "p.yaml:3:12: reserved: a text is wanted here, without NUL", "");
}

static void
knows_the_users_that_policy_spells(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {client: {users: ['app*', maxroach]}}");

	(void)state;
	assert_true(ca_policy_spells_user(policy, "maxroach"));
	assert_false(ca_policy_spells_user(policy, "app1"));
	assert_false(ca_policy_spells_user(policy, "maxroac"));
	ca_policy_free(policy);
}

static void
an_excluded_tenant_is_refused_though_permitted(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {tenant-client: {tenants: ['1*'], excluded-tenants: ['13', '19*']}}");
	const struct ca_profile_policy *tenant =
	    &policy->profile[CA_PROFILE_TENANT_CLIENT];
	struct ca_findings findings = { 0 };

	(void)state;
	ca_policy_check_tenant(tenant, "13", &findings);
	assert_finding(&findings, "policy-excluded",
	    "tenant 13: policy excludes it for tenant-client");
	ca_policy_check_tenant(tenant, "199", &findings);
	assert_finding(&findings, "policy-excluded",
	    "tenant 199: policy excludes it for tenant-client");
	ca_policy_check_tenant(tenant, "2", &findings);
	assert_finding(&findings, "policy-tenant",
	    "tenant 2: policy permits no such tenant for tenant-client");
	ca_policy_check_tenant(tenant, "131", &findings);
	assert_finding(&findings, NULL, NULL);
	ca_policy_free(policy);
}

static void
refuses_patterns_that_no_tenant_matches(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {tenant-client: {tenants: ['0']}}",
	    "p.yaml:3:38: profiles.tenant-client.tenants: tenant `0`: not a tenant's number",
	    "a whole number from 1 on, without leading zeros");
	assert_refused(HEAD
	    "profiles: {tenant-client: {excluded-tenants: ['a*']}}",
	    "p.yaml:3:47: profiles.tenant-client.excluded-tenants: a*: matches no tenant's number",
	    "beside * there are digits");
}

/* What it prints is what a policy says. */
static void
formats_a_range_as_it_is_written(void **state)
{
	static const char *const texts[] = { "10.0.0.0/8", "10.0.0.7",
		"0.0.0.0/0", "fd00::/8", "fd00::1", "::/0" };
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {ip: [10.0.0.0/8, 10.0.0.7/32, 0.0.0.0/0, 'fd00::/8', 'fd00::1', '::/0']}}");
	const struct ca_ip_ranges *ip = &policy->profile[CA_PROFILE_NODE].ip;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[CA_IP_RANGE_TEXT_SIZE];

		ca_ip_range_format(&ip->item[i], text);
		assert_string_equal(text, texts[i]);
	}
	ca_policy_free(policy);
}

/* FIPS 180-4: what sha256sum prints for a file that holds abc. */
static void
hashes_a_policy_as_sha256sum_does(void **state)
{
	struct ca_bytes text = { .data = (uint8_t[]){ 'a', 'b', 'c' },
		.len = 3 };
	uint8_t sha256[CA_SHA256_SIZE] = { 0 };
	struct ca_error err = { 0 };

	(void)state;
	assert_ok(ca_policy_sha256(&text, sha256, &err), &err);
	assert_int_equal(sha256[0], 0xba);
	assert_int_equal(sha256[31], 0xad);
}

static void
refuses_a_url_that_is_no_text(void **state)
{
	(void)state;
	assert_refused(HEAD "ocsp-url: []\n",
	    "p.yaml:3:11: ocsp-url: a text is wanted here, without NUL", "");
}

/* Limits of texts. */

static void
refuses_texts_that_are_too_long(void **state)
{
	char text[2 * CA_PATH_MAX], message[2 * CA_PATH_MAX];
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	(void)state;
	(void)snprintf(text, sizeof(text), HEAD "module: {path: /%0*d}\n",
	    CA_PATH_MAX - 1, 0);
	assert_int_equal(ca_policy_parse("p.yaml", text, strlen(text), &policy,
			     &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "p.yaml:3:16: module.path: /000"));
	(void)snprintf(text, sizeof(text), HEAD "ocsp-url: http://%0*d\n",
	    CA_OCSP_URL_MAX - 7, 0);
	(void)snprintf(message, sizeof(message),
	    "p.yaml:3:11: ocsp-url: http://%0*d: not a URL that can go into certificates",
	    CA_OCSP_URL_MAX - 7, 0);
	assert_refused(text, message,
	    "\"http://HOST/PATH\", without a slash at its end; the serial number follows it");
	(void)snprintf(text, sizeof(text), HEAD "ocsp-url: http://%0*d\n",
	    CA_OCSP_URL_MAX - 8, 0);
	ca_policy_free(parse(text));
}

static void
refuses_prefixes_that_are_none(void **state)
{
	static const char *const ranges[] = { "10.0.0.0/1000", "10.0.0.0/8x",
		"10.0.0.0/8/8", "10.0.0.0/-1" };
	char text[200], message[300];

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    HEAD "profiles: {node: {ip: [%s]}}\n", ranges[i]);
		(void)snprintf(message, sizeof(message),
		    "p.yaml:3:24: profiles.node.ip: %s: after the slash is no number from 0 to 32",
		    ranges[i]);
		assert_refused(text, message, "");
	}
}

/* The version is looked for past keys that are none. */
static void
looks_for_the_version_past_keys_that_are_none(void **state)
{
	(void)state;
	assert_refused("? [a]\n: b\nversion: 2\nmode: test\n",
	    "p.yaml:3:10: version: 2: this coldca reads version 1",
	    "a higher version was written for a newer coldca");
}

/* Keys. */

static void
check_key(const struct ca_policy *policy, unsigned bits, const char *text)
{
	const struct ca_key_info key = { .kind = CA_KEY_RSA, .bits = bits };
	struct ca_findings findings = { 0 };

	ca_policy_check_key(&policy->profile[CA_PROFILE_NODE], &key, &findings);
	assert_finding(&findings, text != NULL ? "policy-key" : NULL, text);
}

static void
an_rsa_modulus_must_be_within_both_bounds(void **state)
{
	struct ca_policy *policy = parse(
	    HEAD "profiles: {node: {rsa-min-bits: 3072, rsa-max-bits: 4096}}");

	(void)state;
	check_key(policy, 3071,
	    "key: policy wants RSA keys of 3072 bits or more for node, and this one has 3071");
	check_key(policy, 4097,
	    "key: policy wants RSA keys of 4096 bits or less for node, and this one has 4097");
	check_key(policy, 3072, NULL);
	check_key(policy, 4096, NULL);
	ca_policy_free(policy);
	policy = parse(
	    HEAD "profiles: {node: {rsa-min-bits: 3072, rsa-max-bits: 3072}}");
	check_key(policy, 3072, NULL);
	ca_policy_free(policy);
	assert_refused(HEAD
	    "profiles: {node: {rsa-min-bits: 4096, rsa-max-bits: 3072}}",
	    "p.yaml:3:53: profiles.node: rsa-max-bits 3072 is less than rsa-min-bits 4096",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-max-bits: 8193}}",
	    "p.yaml:3:33: profiles.node.rsa-max-bits: 8193: not between 2048 and 8192 bits",
	    "");
}

/* An RSA key with the exponent E. */
static EVP_PKEY *
rsa_key(BN_ULONG e)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *exponent = BN_new();
	EVP_PKEY *key = NULL;

	assert_int_equal(BN_set_word(exponent, e), 1);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, exponent),
	    1);
	assert_int_equal(EVP_PKEY_generate(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	BN_free(exponent);
	return key;
}

static void
check_exponent(const struct ca_policy *policy, EVP_PKEY *key, bool fine)
{
	struct ca_findings findings = { 0 };

	ca_policy_check_exponent(&policy->profile[CA_PROFILE_NODE], key,
	    &findings);
	assert_finding(&findings, fine ? NULL : "policy-key",
	    "key: policy permits no such RSA exponent for node");
}

static void
an_rsa_exponent_must_be_one_of_those_named(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {node: {rsa-exponents: [65539, 65537]}}");
	struct ca_policy *any = parse(HEAD);
	EVP_PKEY *usual = rsa_key(65537), *odd = rsa_key(65541);
	EVP_PKEY *wide = rsa_key((BN_ULONG)0x100000000 + 65537);
	EVP_PKEY *curve = soft_key(CA_KEY_P256);

	(void)state;
	check_exponent(policy, odd, false);
	check_exponent(policy, wide, false);
	check_exponent(policy, usual, true);
	check_exponent(policy, curve, true);
	check_exponent(any, odd, true);
	EVP_PKEY_free(usual);
	EVP_PKEY_free(odd);
	EVP_PKEY_free(wide);
	EVP_PKEY_free(curve);
	ca_policy_free(policy);
	ca_policy_free(any);
}

static void
refuses_exponents_that_no_key_may_have(void **state)
{
	(void)state;
	assert_refused(HEAD "profiles: {node: {rsa-exponents: [3]}}",
	    "p.yaml:3:35: profiles.node.rsa-exponents: 3: even, or less than 65537",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-exponents: [65538]}}",
	    "p.yaml:3:35: profiles.node.rsa-exponents: 65538: even, or less than 65537",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-exponents: []}}",
	    "p.yaml:3:34: profiles.node.rsa-exponents: permits no exponent",
	    "");
	assert_refused(HEAD "profiles: {node: {rsa-exponents: [x]}}",
	    "p.yaml:3:35: profiles.node.rsa-exponents: x: not a decimal number",
	    "");
	assert_refused(HEAD
	    "profiles: {node: {rsa-exponents: [65537, 65539, "
	    "65541, 65543, 65545, 65547, 65549, 65551, 65553]}}",
	    "p.yaml:3:91: profiles.node.rsa-exponents: more than 8", "");
}

/* Backdating and approvals. */

static void
reads_how_far_back_a_certificate_begins(void **state)
{
	struct ca_policy *policy = parse(
	    HEAD "profiles: {node: {backdate: 0s}, client: {backdate: 168h}}");

	(void)state;
	assert_int_equal(policy->profile[CA_PROFILE_NODE].backdate, 0);
	assert_int_equal(policy->profile[CA_PROFILE_CLIENT].backdate,
	    168 * HOUR);
	ca_policy_free(policy);
	assert_refused(HEAD "profiles: {node: {backdate: 168h1s}}",
	    "p.yaml:3:29: profiles.node.backdate: 168h1s: more than 7 days",
	    "");
	assert_refused(HEAD "profiles: {node: {backdate: 5}}",
	    "p.yaml:3:29: profiles.node.backdate: \"5\": not a duration",
	    "write days, hours, minutes and seconds, such as 365d, 43920h, 1h30m or 1.5h");
	assert_refused(HEAD "profiles: {node: {backdate: []}}",
	    "p.yaml:3:29: profiles.node.backdate: a text is wanted here, without NUL",
	    "");
}

static void
check_approvals(const struct ca_policy *policy, enum ca_profile_id id,
    const char *text)
{
	struct ca_findings findings = { 0 };

	ca_policy_check_approvals(&policy->profile[id], &findings);
	assert_finding(&findings, text != NULL ? "policy-approvals" : NULL,
	    text);
}

static void
approvals_that_nobody_can_give_refuse_the_profile(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "profiles: {node: {approvals: 2}, client: {approvals: 1}, ui: {approvals: 0}}");

	(void)state;
	check_approvals(policy, CA_PROFILE_NODE,
	    "profile node: policy wants 2 approvals, and a key that is made here can get none");
	check_approvals(policy, CA_PROFILE_CLIENT,
	    "profile client: policy wants 1 approval, and a key that is made here can get none");
	check_approvals(policy, CA_PROFILE_UI, NULL);
	check_approvals(policy, CA_PROFILE_TENANT_CLIENT, NULL);
	ca_policy_free(policy);
	policy = parse(HEAD "profiles: {node: {approvals: 10}}");
	assert_int_equal(policy->profile[CA_PROFILE_NODE].approvals, 10);
	ca_policy_free(policy);
	assert_refused(HEAD "profiles: {node: {approvals: 11}}",
	    "p.yaml:3:30: profiles.node.approvals: 11: more than 10", "");
	assert_refused(HEAD "profiles: {node: {approvals: 01}}",
	    "p.yaml:3:30: profiles.node.approvals: 01: not a decimal number",
	    "");
	assert_refused(HEAD "profiles: {node: {approvals: -1}}",
	    "p.yaml:3:30: profiles.node.approvals: -1: not a decimal number",
	    "");
	assert_refused(HEAD "profiles: {ca: {approvals: 1}}",
	    "p.yaml:3:17: unknown key \"approvals\" in profiles.ca",
	    "the keys here are: lifetime, max-lifetime, backdate, keys, rsa-min-bits, rsa-max-bits, rsa-exponents");
}

/* The CAs. */

static void
reads_how_each_ca_signs(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "cas:\n"
		       "  cluster:\n"
		       "    key: \"pkcs11:token=a%20b;object=k\"\n"
		       "    standby: [\"pkcs11:serial=1;id=%01\"]\n"
		       "    signer: cryptoki\n"
		       "    profiles: [node, ocsp]\n"
		       "    max-lifetime: 24h\n"
		       "    max-batch: 100000\n"
		       "  tenant-client: {}\n");
	const struct ca_authority_policy *cluster =
	    &policy->authority[CA_AUTHORITY_CLUSTER];
	const struct ca_authority_policy *tenant =
	    &policy->authority[CA_AUTHORITY_TENANT_CLIENT];

	(void)state;
	assert_string_equal(cluster->key, "pkcs11:token=a%20b;object=k");
	assert_int_equal(cluster->standby.count, 1);
	assert_string_equal(cluster->standby.item[0], "pkcs11:serial=1;id=%01");
	assert_string_equal(cluster->signer, "cryptoki");
	assert_int_equal(cluster->profiles,
	    1U << CA_PROFILE_NODE | 1U << CA_PROFILE_OCSP);
	assert_int_equal(cluster->max_lifetime, 24 * HOUR);
	assert_int_equal(cluster->max_batch, 100000);
	assert_null(tenant->key);
	assert_null(tenant->signer);
	assert_int_equal(tenant->max_lifetime, 0);
	assert_int_equal(tenant->max_batch, 0);
	assert_int_equal(tenant->profiles, (1U << CA_PROFILES) - 1);
	ca_policy_free(policy);
}

/* A name in whose front the dot of the suffix stands by chance. */
static void
looks_at_nothing_in_front_of_a_name(void **state)
{
	struct ca_policy *policy =
	    parse(HEAD "profiles: {node: {dns: [.example.com]}}");
	char text[] = ".example.com";
	struct ca_name name = { .kind = CA_NAME_DNS, .text = text + 1 };
	struct ca_findings findings = { 0 };

	(void)state;
	ca_policy_check_host(&policy->profile[CA_PROFILE_NODE], &name,
	    &findings);
	assert_int_equal(findings.count, 1);
	ca_findings_clear(&findings);
	ca_policy_free(policy);
}

static void
refuses_an_address_of_any_length(void **state)
{
	char text[6000];
	struct ca_ip_range range;
	struct ca_error err = { 0 };

	(void)state;
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ca_policy_ip_parse(text, &range, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "1111"));
}

static void
refuses_keys_that_a_policy_can_not_name(void **state)
{
	static const struct {
		const char *uri;
		const char *why;
	} cases[] = {
		{ "ca.key", "not a PKCS#11 URI" },
		{ "http://a/?b", "not a PKCS#11 URI" },
		{ "PKCS11:token=a;object=b", "not a PKCS#11 URI" },
		{ "pkcs11:token=a b;object=b", "not a PKCS#11 URI" },
		{ "pkcs11:token=a;object=b?pin-value=1",
		    "no PIN, and nothing else behind a ?, is in a policy" },
		{ "pkcs11:token=a;object=b?module-path=/m.so",
		    "no PIN, and nothing else behind a ?, is in a policy" },
		{ "pkcs11:pin-value=1;token=a;object=b",
		    "no PIN, and nothing else behind a ?, is in a policy" },
		{ "pkcs11:token=a;pin-value=1;object=b",
		    "no PIN, and nothing else behind a ?, is in a policy" },
		{ "pkcs11:", "does not name a token and a key on it" },
		{ "pkcs11:token=a", "does not name a token and a key on it" },
		{ "pkcs11:object=a", "does not name a token and a key on it" },
		{ "pkcs11:token=;object=a",
		    "does not name a token and a key on it" },
		{ "pkcs11:token=a;object=",
		    "does not name a token and a key on it" },
		{ "pkcs11:tokens=a;object=b",
		    "does not name a token and a key on it" },
		{ "pkcs11:token=a;objects=b",
		    "does not name a token and a key on it" },
	};
	char text[CA_KEY_URI_MAX + 200], message[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    HEAD "cas: {ui: {key: \"%s\"}}", cases[i].uri);
		(void)snprintf(message, sizeof(message),
		    "p.yaml:3:17: cas.ui.key: %s", cases[i].why);
		assert_refused(text, message, URI_HINT);
	}
	(void)snprintf(text, sizeof(text),
	    HEAD "cas: {ui: {key: \"pkcs11:token=pin-pad;object=%0*d\"}}",
	    CA_KEY_URI_MAX - (int)strlen("pkcs11:token=pin-pad;object="), 0);
	assert_refused(text, "p.yaml:3:17: cas.ui.key: not a PKCS#11 URI",
	    URI_HINT);
	memcpy(strstr(text, "00\"}}"), "\"}}", sizeof("\"}}"));
	ca_policy_free(parse(text));
}

static void
refuses_a_ca_that_is_half_said(void **state)
{
	(void)state;
	assert_refused(HEAD
	    "cas: {ui: {standby: [\"pkcs11:token=a;object=b\"]}}",
	    "p.yaml:3:21: cas.ui: keys that stand by need a `key` for which they do",
	    "");
	assert_refused(HEAD "cas: {ui: {standby: [a]}}",
	    "p.yaml:3:22: cas.ui.standby: not a PKCS#11 URI", URI_HINT);
	assert_refused(HEAD "cas: {ui: {key: []}}",
	    "p.yaml:3:17: cas.ui.key: a text is wanted here, without NUL", "");
	assert_refused(HEAD "cas: {ui: {signer: x}}",
	    "p.yaml:3:20: cas.ui.signer: x: neither auto, libp11, engine nor cryptoki",
	    "");
	assert_refused(HEAD "cas: {ui: {profiles: [ca]}}",
	    "p.yaml:3:23: cas.ui.profiles: ca: no profile that a CA signs",
	    "there are node, client, ui, tenant-client and ocsp");
	assert_refused(HEAD "cas: {ui: {profiles: [x]}}",
	    "p.yaml:3:23: cas.ui.profiles: x: no profile that a CA signs",
	    "there are node, client, ui, tenant-client and ocsp");
	assert_refused(HEAD "cas: {ui: {profiles: [[x]]}}",
	    "p.yaml:3:23: cas.ui.profiles: a text is wanted here, without NUL",
	    "");
	assert_refused(HEAD "cas: {ui: {max-batch: 0}}",
	    "p.yaml:3:23: cas.ui.max-batch: 0: not between 1 and 100000", "");
	assert_refused(HEAD "cas: {ui: {max-batch: 100001}}",
	    "p.yaml:3:23: cas.ui.max-batch: 100001: not between 1 and 100000",
	    "");
	assert_refused(HEAD "cas: {ui: {max-batch: x}}",
	    "p.yaml:3:23: cas.ui.max-batch: x: not a decimal number", "");
	assert_refused(HEAD "cas: {root: {}}",
	    "p.yaml:3:7: unknown key \"root\" in cas",
	    "the keys here are: cluster, client, ui, tenant-client");
	assert_refused(HEAD "cas: {ui: {token: a}}",
	    "p.yaml:3:12: unknown key \"token\" in cas.ui",
	    "the keys here are: key, standby, signer, profiles, max-lifetime, max-batch");
}

static void
check_authority(const struct ca_policy *policy, enum ca_profile_id id,
    int64_t lifetime, const char *text)
{
	struct ca_findings findings = { 0 };

	ca_policy_check_authority(policy, CA_AUTHORITY_CLIENT,
	    ca_profile_get(id), lifetime, &findings);
	assert_finding(&findings, text != NULL ? "policy-ca" : NULL, text);
}

static void
a_ca_signs_what_policy_lets_it_sign(void **state)
{
	struct ca_policy *policy = parse(HEAD
	    "cas: {client: {profiles: [client], max-lifetime: 24h}, cluster: {profiles: []}}");

	(void)state;
	check_authority(policy, CA_PROFILE_TENANT_CLIENT, HOUR,
	    "profile tenant-client: policy does not let the client CA sign it");
	check_authority(policy, CA_PROFILE_CLIENT, 24 * HOUR + 1,
	    "lifetime 24h1s: is longer than the 24h that policy sets for the client CA");
	check_authority(policy, CA_PROFILE_CLIENT, 24 * HOUR, NULL);
	check_authority(policy, CA_PROFILE_CA, 1000 * HOUR, NULL);
	ca_policy_free(policy);
	policy = parse(HEAD);
	check_authority(policy, CA_PROFILE_CLIENT, 1000000 * HOUR, NULL);
	check_authority(policy, CA_PROFILE_TENANT_CLIENT, HOUR, NULL);
	ca_policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_star_stands_for_characters_of_one_label),
		cmocka_unit_test(refuses_patterns_that_no_dns_name_matches),
		cmocka_unit_test(what_is_excluded_is_refused_though_permitted),
		cmocka_unit_test(
		    a_wildcard_that_covers_what_is_excluded_is_refused),
		cmocka_unit_test(everything_can_be_excluded),
		cmocka_unit_test(an_address_in_an_excluded_range_is_refused),
		cmocka_unit_test(
		    an_ipv4_address_in_ipv6_form_slips_through_nowhere),
		cmocka_unit_test(an_excluded_user_is_refused_though_permitted),
		cmocka_unit_test(each_reserved_principal_must_be_spelled),
		cmocka_unit_test(what_policy_reserves_is_nobodys_name),
		cmocka_unit_test(knows_the_users_that_policy_spells),
		cmocka_unit_test(
		    an_excluded_tenant_is_refused_though_permitted),
		cmocka_unit_test(refuses_patterns_that_no_tenant_matches),
		cmocka_unit_test(formats_a_range_as_it_is_written),
		cmocka_unit_test(hashes_a_policy_as_sha256sum_does),
		cmocka_unit_test(refuses_a_url_that_is_no_text),
		cmocka_unit_test(refuses_texts_that_are_too_long),
		cmocka_unit_test(refuses_prefixes_that_are_none),
		cmocka_unit_test(looks_for_the_version_past_keys_that_are_none),
		cmocka_unit_test(an_rsa_modulus_must_be_within_both_bounds),
		cmocka_unit_test(an_rsa_exponent_must_be_one_of_those_named),
		cmocka_unit_test(refuses_exponents_that_no_key_may_have),
		cmocka_unit_test(reads_how_far_back_a_certificate_begins),
		cmocka_unit_test(
		    approvals_that_nobody_can_give_refuse_the_profile),
		cmocka_unit_test(reads_how_each_ca_signs),
		cmocka_unit_test(looks_at_nothing_in_front_of_a_name),
		cmocka_unit_test(refuses_an_address_of_any_length),
		cmocka_unit_test(refuses_keys_that_a_policy_can_not_name),
		cmocka_unit_test(refuses_a_ca_that_is_half_said),
		cmocka_unit_test(a_ca_signs_what_policy_lets_it_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
