/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/vet.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "support/csr_maker.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define HOUR ((int64_t)3600)

/* One request on its way, with an order and a policy that permits it. */
struct desk {
	struct ca_csr *csr;
	struct ca_order order;
	struct ca_policy policy;
	struct ca_grant grant;
	struct ca_findings findings;
	struct ca_error err;
};

/* A policy that permits any name and any kind of key. */
static void
open_policy(struct ca_policy *policy)
{
	static char all[] = "*", root[] = "root", node[] = "node";
	static char *dns[] = { all }, *users[] = { all, root, node };
	static struct ca_ip_range everywhere[] = { { .len = 4 },
		{ .len = 16 } };

	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		policy->authority[i].profiles = ~0U;
	for (size_t i = 0; i < CA_PROFILES; i++) {
		struct ca_profile_policy *profile = &policy->profile[i];

		profile->lifetime = 1000 * HOUR;
		profile->max_lifetime = 2000 * HOUR;
		profile->keys = (1U << CA_KEY_KINDS) - 1;
		profile->rsa_min_bits = CA_RSA_BITS_MIN;
		profile->rsa_max_bits = CA_RSA_BITS_MAX;
		profile->names_from_request = true;
		profile->dns = (struct ca_strings){ dns, 1 };
		profile->users = (struct ca_strings){ users, 3 };
		profile->ip = (struct ca_ip_ranges){ everywhere, 2 };
	}
}

static void
add_host(struct desk *desk, const char *text)
{
	struct ca_name name = { 0 };

	assert_ok(ca_host_parse(text, &name, &desk->err), &desk->err);
	assert_ok(ca_names_add(&desk->order.hosts, &name, &desk->err),
	    &desk->err);
	ca_name_clear(&name);
}

static void
set_user(struct desk *desk, const char *user)
{
	assert_ok(ca_user_parse(user, &desk->order.user, &desk->err),
	    &desk->err);
}

/* A desk for the request that MAKER makes; leave_desk() it. */
static struct desk
open_desk(struct csr_maker *maker, enum ca_profile_id profile)
{
	struct desk desk = { .order.profile = ca_profile_get(profile) };
	struct ca_bytes der = csr_maker_der(maker);

	assert_ok(ca_csr_parse("web1.csr", der.data, der.len, &desk.csr,
		      &desk.err),
	    &desk.err);
	ca_bytes_free(&der);
	open_policy(&desk.policy);
	return desk;
}

/* A node whose order is for node1.example.com and 10.0.0.1. */
static struct desk
node_desk(struct csr_maker *maker)
{
	struct desk desk = open_desk(maker, CA_PROFILE_NODE);

	add_host(&desk, "node1.example.com");
	add_host(&desk, "10.0.0.1");
	return desk;
}

/* A client whose order is for maxroach. */
static struct desk
client_desk(struct csr_maker *maker)
{
	struct desk desk = open_desk(maker, CA_PROFILE_CLIENT);

	set_user(&desk, "maxroach");
	return desk;
}

/* A desk where the names are those of the request. */
static struct desk
taking_desk(struct csr_maker *maker, enum ca_profile_id profile)
{
	struct desk desk = open_desk(maker, profile);

	desk.order.names_from_request = true;
	return desk;
}

static void
leave_desk(struct desk *desk)
{
	ca_csr_free(desk->csr);
	ca_order_clear(&desk->order);
	ca_grant_clear(&desk->grant);
	ca_findings_clear(&desk->findings);
}

static enum ca_code
vet(struct desk *desk)
{
	return ca_vet(desk->csr, &desk->order, &desk->policy, &desk->grant,
	    &desk->findings, &desk->err);
}

static const struct ca_finding *
find(const struct desk *desk, const char *rule)
{
	for (size_t i = 0; i < desk->findings.count; i++)
		if (strcmp(desk->findings.item[i].rule, rule) == 0)
			return &desk->findings.item[i];
	return NULL;
}

static size_t
refusals(const struct desk *desk)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->findings.count; i++)
		if (desk->findings.item[i].code != CA_OK)
			count++;
	return count;
}

/* Fails unless the desk refuses with CODE by RULE and nothing else. */
static void
assert_refused(struct desk *desk, enum ca_code code, const char *rule,
    const char *why)
{
	enum ca_code rc = vet(desk);
	const struct ca_finding *finding = find(desk, rule);

	if (finding == NULL)
		fail_msg("no finding %s: %s", rule, desk->err.message);
	if (rc != code || finding->code != code)
		fail_msg("%s: ended with %d, not %d", desk->err.message,
		    (int)rc, (int)code);
	if (strstr(finding->text, why) == NULL)
		fail_msg("says \"%s\", not \"%s\"", finding->text, why);
	assert_int_equal(refusals(desk), 1);
	assert_null(desk->grant.request);
	if (strncmp(desk->err.message, "web1.csr: ", 10) != 0)
		fail_msg("\"%s\" has no object", desk->err.message);
	assert_string_equal(desk->err.message + 10, finding->text);
	leave_desk(desk);
}

static void
assert_granted(struct desk *desk)
{
	assert_ok(vet(desk), &desk->err);
	assert_int_equal(refusals(desk), 0);
	assert_string_equal(desk->grant.request, "web1.csr");
}

/* Fails unless the certificate's names are those given, to a final NULL. */
static void
assert_names(const struct desk *desk, const char *const *expected)
{
	size_t count = 0;

	for (; expected[count] != NULL; count++) {
		assert_true(count < desk->grant.names.count);
		assert_string_equal(desk->grant.names.item[count].text,
		    expected[count]);
	}
	assert_int_equal(desk->grant.names.count, count);
}

static struct csr_maker *
maker_with_san(const char *names)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_ext(maker, "subjectAltName", names);
	return maker;
}

static struct csr_maker *
maker_with_cn(const char *name)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_subject(maker, "CN", name);
	return maker;
}

/* What a hostile request asks for, and what it is refused by. */
static const struct hostile {
	const char *extension; /* or NULL: FIELD of the subject */
	const char *field;
	const char *value;
	const char *rule;
	const char *text;
} hostile[] = {
	{ "basicConstraints", NULL, "critical,CA:TRUE", "csr-ca",
	    "basicConstraints CA:TRUE: " },
	{ "keyUsage", NULL, "keyCertSign", "csr-key-usage",
	    "keyUsage keyCertSign: " },
	{ "keyUsage", NULL, "cRLSign", "csr-key-usage", "keyUsage cRLSign: " },
	{ "keyUsage", NULL, "dataEncipherment", "csr-key-usage",
	    "keyUsage dataEncipherment: " },
	{ "keyUsage", NULL, "encipherOnly", "csr-key-usage",
	    "keyUsage encipherOnly: " },
	{ "keyUsage", NULL, "decipherOnly", "csr-key-usage",
	    "keyUsage decipherOnly: " },
	{ "extendedKeyUsage", NULL, "codeSigning", "csr-extended-key-usage",
	    "extKeyUsage codeSigning: " },
	{ "extendedKeyUsage", NULL, "anyExtendedKeyUsage",
	    "csr-extended-key-usage", "extKeyUsage anyExtendedKeyUsage: " },
	{ "extendedKeyUsage", NULL, "1.2.3.4", "csr-extended-key-usage",
	    "extKeyUsage 1.2.3.4: " },
	{ "subjectAltName", NULL, "DNS:root", "csr-reserved-name",
	    "DNS:root: " },
	{ "subjectAltName", NULL, "DNS:NODE", "csr-reserved-name",
	    "DNS:NODE: " },
	{ "subjectAltName", NULL, "DNS:evil.example.com", "csr-extra-name",
	    "DNS:evil.example.com: is not among" },
	{ "subjectAltName", NULL, "DNS:a_b.example.com", "csr-extra-name",
	    "DNS:a_b.example.com: " },
	{ "subjectAltName", NULL, "DNS:10.0.0.1", "csr-extra-name",
	    "DNS:10.0.0.1: " },
	{ "subjectAltName", NULL, "IP:10.0.0.2", "csr-extra-name",
	    "IP:10.0.0.2: " },
	{ "subjectAltName", NULL, "IP:::ffff:10.0.0.1", "csr-extra-name",
	    "IP:::ffff:10.0.0.1: " },
	{ "subjectAltName", NULL, "URI:crdb://tenant/1/user/root",
	    "csr-extra-name", "takes a crdb URI for the one user" },
	{ "subjectAltName", NULL, "URI:CRDB:x", "csr-extra-name",
	    "takes a crdb URI for the one user" },
	{ "subjectAltName", NULL, "URI:https://example.com/", "csr-extra-name",
	    "only DNS names and IP addresses" },
	{ "subjectAltName", NULL, "email:a@example.com", "csr-extra-name",
	    "email:a@example.com: " },
	{ "subjectAltName", NULL, "RID:1.2.3.4", "csr-extra-name",
	    "registeredID:1.2.3.4: " },
	{ "subjectAltName", NULL, "otherName:1.2.3.4;UTF8:root",
	    "csr-extra-name", "otherName:1.2.3.4: " },
	{ "nameConstraints", NULL, "critical,permitted;DNS:example.com",
	    "csr-extension", "extension nameConstraints (critical): " },
	{ "certificatePolicies", NULL, "DER:3000", "csr-extension",
	    "extension certificatePolicies: " },
	{ "1.2.3.4.5", NULL, "critical,DER:0500", "csr-extension",
	    "extension 1.2.3.4.5 (critical): " },
	{ "noCheck", NULL, "ignored", "csr-extension", "extension noCheck: " },
	{ NULL, "CN", "../../x", "csr-common-name", "CN=../../x: " },
	{ NULL, "CN", "root", "csr-common-name", "CN=root: " },
	{ NULL, "CN", "evil.example.com", "csr-common-name", "is neither" },
	{ NULL, "CN", "Node", "csr-common-name", "CN=Node: " },
	{ NULL, "OU", "Tenants", "csr-tenants", "subject OU=Tenants: " },
};

#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static struct desk
hostile_desk(const struct hostile *ask)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	if (ask->extension != NULL)
		csr_maker_ext(maker, ask->extension, ask->value);
	else
		csr_maker_subject(maker, ask->field, ask->value);
	return node_desk(maker);
}

static void
refuses_a_request_that_asks_for_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		struct desk desk = hostile_desk(&hostile[i]);

		assert_refused(&desk, CA_ERR_POLICY, hostile[i].rule,
		    hostile[i].text);
	}
}

static void
drops_what_a_request_asks_for_in_excess(void **state)
{
	static const char *const names[] = { "node1.example.com", "10.0.0.1",
		NULL };

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		struct desk desk = hostile_desk(&hostile[i]);
		const struct ca_finding *finding;

		desk.order.drop_extra = true;
		assert_granted(&desk);
		finding = find(&desk, hostile[i].rule);
		assert_non_null(finding);
		assert_int_equal(strncmp(finding->text, "dropped: ", 9), 0);
		assert_non_null(strstr(finding->text, hostile[i].text));
		assert_names(&desk, names);
		assert_string_equal(desk.grant.common_name, "node");
		leave_desk(&desk);
	}
}

static void
names_every_thing_that_is_too_much(void **state)
{
	struct csr_maker *maker =
	    maker_with_san("DNS:root,DNS:evil.example.com");
	struct desk desk;

	(void)state;
	csr_maker_ext(maker, "basicConstraints", "CA:TRUE");
	csr_maker_ext(maker, "extendedKeyUsage", "codeSigning,timeStamping");
	desk = node_desk(maker);
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 5);
	assert_non_null(strstr(desk.err.message, "web1.csr: DNS:root: "));
	assert_non_null(strstr(desk.err.hint, "--drop-extra"));
	leave_desk(&desk);
}

static void
refuses_names_with_nul_and_controls(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct desk desk;

	(void)state;
	csr_maker_dns(maker, "node1.example.com\0.evil.com", 27);
	desk = node_desk(maker);
	assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "DNS:node1.example.com\\x00.evil.com: ");
	maker = csr_maker_new(NULL);
	csr_maker_dns(maker, "node1.example.com\n", 18);
	desk = node_desk(maker);
	assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "DNS:node1.example.com\\x0A: ");
}

static void
refuses_any_alternative_name_of_a_client(void **state)
{
	static const char *const names[] = { "DNS:maxroach",
		"DNS:node1.example.com", "IP:10.0.0.1",
		"URI:https://example.com" };
	struct desk desk = client_desk(maker_with_san("DNS:root"));

	(void)state;
	assert_refused(&desk, CA_ERR_POLICY, "csr-reserved-name", "DNS:root");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		desk = client_desk(maker_with_san(names[i]));
		assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
		    "the profile has no alternative names");
	}
	desk = client_desk(maker_with_san("URI:crdb://tenant/1/user/root"));
	assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name", "crdb URI");
}

static void
refuses_a_client_that_names_another_user(void **state)
{
	static const char *const others[] = { "root", "../../x", "maxroach ",
		"node" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct desk desk = client_desk(maker_with_cn(others[i]));

		assert_refused(&desk, CA_ERR_POLICY, "csr-common-name",
		    "is not the user that is ordered");
	}
}

static void
refuses_server_auth_for_a_client(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct desk desk;

	(void)state;
	csr_maker_ext(maker, "extendedKeyUsage", "clientAuth,serverAuth");
	desk = client_desk(maker);
	assert_refused(&desk, CA_ERR_POLICY, "csr-extended-key-usage",
	    "extKeyUsage serverAuth: ");
}

static void
refuses_an_order_without_names(void **state)
{
	struct desk desk =
	    open_desk(maker_with_san("DNS:a.example.com"), CA_PROFILE_NODE);

	(void)state;
	desk.order.drop_extra = true;
	assert_refused(&desk, CA_ERR_INPUT, "order-no-name",
	    "no DNS name or IP address is ordered");
	desk = open_desk(maker_with_cn("maxroach"), CA_PROFILE_CLIENT);
	desk.order.drop_extra = true;
	assert_refused(&desk, CA_ERR_INPUT, "order-no-name",
	    "no user is ordered");
}

static void
refuses_an_order_that_contradicts_itself(void **state)
{
	struct desk desk = node_desk(csr_maker_new(NULL));

	(void)state;
	set_user(&desk, "maxroach");
	assert_refused(&desk, CA_ERR_INPUT, "order-names", "takes no user");
	desk = client_desk(csr_maker_new(NULL));
	add_host(&desk, "a.example.com");
	assert_refused(&desk, CA_ERR_INPUT, "order-names", "takes no hosts");
	desk = node_desk(maker_with_san("DNS:a.example.com"));
	desk.order.names_from_request = true;
	assert_refused(&desk, CA_ERR_INPUT, "order-names", "as well");
	desk = client_desk(maker_with_cn("maxroach"));
	desk.order.names_from_request = true;
	assert_refused(&desk, CA_ERR_INPUT, "order-names", "as well");
}

static void
refuses_to_make_a_ca_of_a_request(void **state)
{
	struct desk desk = open_desk(csr_maker_new(NULL), CA_PROFILE_CA);

	(void)state;
	desk.order.drop_extra = true;
	assert_refused(&desk, CA_ERR_POLICY, "order-profile",
	    "never signed for a request");
}

static void
refuses_hosts_of_the_order_that_are_not_hosts(void **state)
{
	struct desk desk = node_desk(csr_maker_new(NULL));
	char text[] = "a_b.example.com", root[] = "root";
	char u_label[] = "b\xc3\xbc"
			 "cher.example.com";
	struct ca_name name = { .kind = CA_NAME_DNS, .text = text };

	(void)state;
	desk.order.drop_extra = true;
	assert_ok(ca_names_add(&desk.order.hosts, &name, &desk.err), &desk.err);
	assert_refused(&desk, CA_ERR_INPUT, "order-name", "underscore");
	desk = node_desk(csr_maker_new(NULL));
	name.text = root;
	assert_ok(ca_names_add(&desk.order.hosts, &name, &desk.err), &desk.err);
	assert_refused(&desk, CA_ERR_POLICY, "order-name", "reserved");
	desk = node_desk(csr_maker_new(NULL));
	name.text = u_label;
	assert_ok(ca_names_add(&desk.order.hosts, &name, &desk.err), &desk.err);
	assert_refused(&desk, CA_ERR_INPUT, "order-name", "is not ASCII");
}

static void
refuses_a_user_of_the_order_that_is_none(void **state)
{
	struct desk desk = open_desk(csr_maker_new(NULL), CA_PROFILE_CLIENT);

	(void)state;
	desk.order.drop_extra = true;
	desk.order.user = strdup("../../x");
	assert_refused(&desk, CA_ERR_INPUT, "order-name", "../../x");
}

static void
refuses_names_that_policy_does_not_permit(void **state)
{
	struct desk desk = node_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].dns.count = 0;
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 1);
	leave_desk(&desk);
	desk = node_desk(csr_maker_new(NULL));
	desk.policy.profile[CA_PROFILE_NODE].ip.count = 0;
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 1);
	leave_desk(&desk);
	desk = client_desk(csr_maker_new(NULL));
	desk.policy.profile[CA_PROFILE_CLIENT].users.count = 0;
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 1);
	leave_desk(&desk);
}

static void
holds_names_from_a_request_against_policy(void **state)
{
	struct desk desk =
	    taking_desk(maker_with_san("DNS:a.example.com"), CA_PROFILE_NODE);

	(void)state;
	desk.policy.profile[CA_PROFILE_NODE].dns.count = 0;
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 1);
	leave_desk(&desk);
	desk = taking_desk(maker_with_cn("maxroach"), CA_PROFILE_CLIENT);
	desk.policy.profile[CA_PROFILE_CLIENT].users.count = 0;
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 1);
	leave_desk(&desk);
}

static void
refuses_keys_that_policy_does_not_permit(void **state)
{
	struct desk desk = node_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].keys = 1U << CA_KEY_RSA;
	assert_int_equal(vet(&desk), CA_ERR_POLICY);
	assert_int_equal(refusals(&desk), 1);
	leave_desk(&desk);
}

static void
refuses_an_rsa_key_of_1024_bits(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	struct desk desk = node_desk(csr_maker_new(key));

	(void)state;
	EVP_PKEY_free(key);
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].rsa_min_bits = 0;
	assert_refused(&desk, CA_ERR_POLICY, "key-rsa-size", "1024 bits");
}

static void
refuses_names_from_a_request_where_policy_forbids(void **state)
{
	struct desk desk =
	    taking_desk(maker_with_san("DNS:a.example.com"), CA_PROFILE_NODE);

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].names_from_request = false;
	assert_refused(&desk, CA_ERR_POLICY, "policy-names-from-request",
	    "policy does not let names come");
}

static void
refuses_to_take_names_where_a_request_has_none(void **state)
{
	struct desk desk = taking_desk(maker_with_cn("node"), CA_PROFILE_NODE);

	(void)state;
	assert_refused(&desk, CA_ERR_INPUT, "csr-no-name",
	    "no DNS name or IP address is in the request");
	desk = taking_desk(csr_maker_new(NULL), CA_PROFILE_CLIENT);
	assert_refused(&desk, CA_ERR_INPUT, "csr-no-name",
	    "no user is in the request");
}

static void
refuses_to_take_reserved_principals(void **state)
{
	static const char *const users[] = { "ADMIN", "debuguser",
		"adm\xc4\xb1n" };

	(void)state;
	for (int drop = 0; drop < 2; drop++) {
		struct desk desk =
		    taking_desk(maker_with_san("DNS:a.example.com,DNS:root"),
			CA_PROFILE_NODE);

		desk.order.drop_extra = drop != 0;
		assert_refused(&desk, CA_ERR_POLICY, "csr-reserved-name",
		    "reserved");
	}
	for (size_t i = 0; i < 2 * sizeof(users) / sizeof(users[0]); i++) {
		struct desk desk =
		    taking_desk(maker_with_cn(users[i / 2]), CA_PROFILE_CLIENT);

		desk.order.drop_extra = i % 2 != 0;
		assert_refused(&desk, CA_ERR_POLICY, "csr-reserved-name",
		    "never taken from a request");
	}
}

static void
refuses_to_take_names_that_are_malformed(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		const char *why;
	} names[] = {
		{ "a_b.example.com", 15, "underscore" },
		{ "a b.example.com", 15, "a character" },
		{ "a.example.com\0", 14, "a character" },
		{ "10.0.0.1", 8, "an address is no DNS name" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
		struct csr_maker *maker = csr_maker_new(NULL);
		struct desk desk;

		csr_maker_dns(maker, names[i / 2].name, names[i / 2].len);
		desk = taking_desk(maker, CA_PROFILE_NODE);
		desk.order.drop_extra = i % 2 != 0;
		assert_refused(&desk, CA_ERR_INPUT, "csr-bad-name",
		    names[i / 2].why);
	}
}

static void
refuses_to_take_a_user_that_is_malformed(void **state)
{
	static const char *const users[] = { "../../x", "", "a b", "a\n" };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(users) / sizeof(users[0]); i++) {
		struct desk desk =
		    taking_desk(maker_with_cn(users[i / 2]), CA_PROFILE_CLIENT);

		desk.order.drop_extra = i % 2 != 0;
		assert_refused(&desk, CA_ERR_INPUT, "csr-bad-name",
		    "user name");
	}
}

static void
refuses_other_names_where_names_are_taken(void **state)
{
	struct desk desk =
	    taking_desk(maker_with_san(
			    "DNS:a.example.com,URI:crdb://tenant/1/user/x"),
		CA_PROFILE_NODE);

	(void)state;
	assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name", "crdb URI");
	desk =
	    taking_desk(maker_with_san("DNS:a.example.com,email:a@example.com"),
		CA_PROFILE_NODE);
	assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name", "email:");
}

static void
refuses_lifetimes_out_of_bounds(void **state)
{
	struct desk desk = node_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.order.lifetime = 2000 * HOUR + 1;
	assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime",
	    "longer than the policy's maximum of 2000h");
	desk = node_desk(csr_maker_new(NULL));
	desk.order.lifetime = CA_LIFETIME_MIN - 1;
	assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime",
	    "shorter than 1m");
	desk = node_desk(csr_maker_new(NULL));
	desk.order.lifetime = -1;
	assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime", "shorter");
	desk = node_desk(csr_maker_new(NULL));
	desk.order.lifetime = INT64_MAX;
	assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime", "longer");
}

static void
grants_a_node_exactly_what_is_ordered(void **state)
{
	static const char *const names[] = { "node1.example.com",
		"*.node1.example.com", "10.0.0.1", "2001:db8::1", NULL };
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct desk desk = open_desk(csr_maker_new(key), CA_PROFILE_NODE);
	unsigned char *spki = NULL;
	size_t csr_len = 0;
	const uint8_t *csr = ca_csr_der(desk.csr, &csr_len);
	int len = i2d_PUBKEY(key, &spki);

	(void)state;
	desk.policy.profile[CA_PROFILE_NODE].wildcards = true;
	add_host(&desk, "10.0.0.1");
	add_host(&desk, "node1.example.com");
	add_host(&desk, "2001:db8::1");
	add_host(&desk, "NODE1.example.com");
	add_host(&desk, "*.node1.example.com");
	add_host(&desk, "10.0.0.1");
	assert_granted(&desk);
	assert_names(&desk, names);
	assert_ptr_equal(desk.grant.profile, ca_profile_get(CA_PROFILE_NODE));
	assert_string_equal(desk.grant.common_name, "node");
	assert_int_equal(desk.grant.lifetime, 1000 * HOUR);
	assert_int_equal(desk.grant.key.kind, CA_KEY_P256);
	assert_int_equal(desk.grant.spki.len, len);
	assert_memory_equal(desk.grant.spki.data, spki, (size_t)len);
	assert_int_equal(desk.grant.csr.len, csr_len);
	assert_memory_equal(desk.grant.csr.data, csr, csr_len);
	OPENSSL_free(spki);
	EVP_PKEY_free(key);
	leave_desk(&desk);
}

static void
grants_a_client_its_user(void **state)
{
	struct desk desk = client_desk(maker_with_cn("MaxRoach"));

	(void)state;
	desk.order.lifetime = 2000 * HOUR;
	assert_granted(&desk);
	assert_string_equal(desk.grant.common_name, "maxroach");
	assert_int_equal(desk.grant.names.count, 0);
	assert_int_equal(desk.grant.lifetime, 2000 * HOUR);
	leave_desk(&desk);
}

static void
lets_an_operator_order_reserved_users(void **state)
{
	struct desk desk = open_desk(maker_with_cn("root"), CA_PROFILE_CLIENT);

	(void)state;
	set_user(&desk, "root");
	desk.order.allow_root = true;
	assert_granted(&desk);
	assert_string_equal(desk.grant.common_name, "root");
	leave_desk(&desk);
}

static void
finds_nothing_in_a_request_for_what_is_ordered(void **state)
{
	static const char *const common_names[] = { "node", "",
		"node1.example.com", "Node1.Example.com", "10.0.0.1" };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		EVP_PKEY *key = soft_key(CA_KEY_RSA);
		struct csr_maker *maker = csr_maker_new(key);
		struct desk desk;

		EVP_PKEY_free(key);
		csr_maker_subject(maker, "O", "Cockroach");
		csr_maker_subject(maker, "CN", common_names[i]);
		csr_maker_ext(maker, "subjectAltName",
		    "DNS:NODE1.example.com,IP:10.0.0.1");
		csr_maker_ext(maker, "basicConstraints", "critical,CA:FALSE");
		csr_maker_ext(maker, "keyUsage",
		    "digitalSignature,keyEncipherment");
		csr_maker_ext(maker, "extendedKeyUsage",
		    "serverAuth,clientAuth");
		csr_maker_ext_der(maker, "subjectKeyIdentifier", false,
		    "\x04\x01\xaa", 3);
		desk = node_desk(maker);
		assert_granted(&desk);
		assert_int_equal(desk.findings.count, 0);
		leave_desk(&desk);
	}
}

static void
mentions_harmless_differences(void **state)
{
	struct csr_maker *maker = maker_with_cn("node");
	struct desk desk;

	(void)state;
	csr_maker_subject(maker, "O", "Tenants");
	csr_maker_ext(maker, "keyUsage",
	    "digitalSignature,keyEncipherment,keyAgreement,nonRepudiation");
	csr_maker_attribute(maker, "challengePassword", "hunter2");
	desk = node_desk(maker);
	assert_granted(&desk);
	assert_int_equal(desk.findings.count, 5);
	assert_non_null(
	    strstr(find(&desk, "csr-subject")->text, "subject O=Tenants: "));
	assert_non_null(strstr(find(&desk, "csr-key-usage")->text,
	    "keyUsage nonRepudiation: not granted"));
	assert_non_null(strstr(find(&desk, "csr-attribute")->text,
	    "attribute challengePassword: "));
	leave_desk(&desk);
}

static void
takes_names_from_a_request(void **state)
{
	static const char *const names[] = { "a.example.com", "b.example.com",
		"10.0.0.1", "2001:db8::1", NULL };
	struct desk desk =
	    taking_desk(maker_with_san(
			    "IP:10.0.0.1,DNS:A.example.com,IP:2001:db8::1,"
			    "DNS:b.example.com,DNS:a.example.com"),
		CA_PROFILE_NODE);

	(void)state;
	assert_granted(&desk);
	assert_int_equal(desk.findings.count, 0);
	assert_names(&desk, names);
	leave_desk(&desk);
	desk = taking_desk(maker_with_cn("\xc3\x89mile"), CA_PROFILE_CLIENT);
	assert_granted(&desk);
	assert_int_equal(desk.findings.count, 0);
	assert_string_equal(desk.grant.common_name, "\xc3\xa9mile");
	leave_desk(&desk);
}

static void
refuses_a_bare_key_by_policy_and_by_itself(void **state)
{
	struct desk desk = { .order.profile = ca_profile_get(CA_PROFILE_CA) };
	EVP_PKEY *key = EVP_RSA_gen(1024), *curve = EVP_EC_gen("secp256k1");

	(void)state;
	open_policy(&desk.policy);
	desk.policy.profile[CA_PROFILE_CA].rsa_min_bits = 0;
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_non_null(find(&desk, "key-rsa-size"));
	assert_null(desk.grant.request);
	ca_findings_clear(&desk.findings);
	assert_int_equal(ca_grant_for_key(curve, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_non_null(find(&desk, "key-kind"));
	ca_findings_clear(&desk.findings);
	desk.order.lifetime = 3000 * HOUR;
	EVP_PKEY_free(key);
	key = soft_key(CA_KEY_P256);
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_non_null(find(&desk, "policy-lifetime"));
	assert_string_equal(desk.err.message,
	    "ca: lifetime 3000h: is longer than the policy's maximum of 2000h");
	EVP_PKEY_free(key);
	EVP_PKEY_free(curve);
	leave_desk(&desk);
}

static void
refuses_a_bare_key_with_names_from_a_request(void **state)
{
	struct desk desk = { .order.profile = ca_profile_get(CA_PROFILE_NODE) };
	EVP_PKEY *key = soft_key(CA_KEY_P256);

	(void)state;
	open_policy(&desk.policy);
	desk.order.names_from_request = true;
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_INPUT);
	assert_non_null(find(&desk, "order-names"));
	EVP_PKEY_free(key);
	leave_desk(&desk);
}

static void
grants_a_bare_key_the_profile_of_a_ca(void **state)
{
	struct desk desk = { .order.profile = ca_profile_get(CA_PROFILE_CA) };
	EVP_PKEY *key = soft_key(CA_KEY_P384);

	(void)state;
	open_policy(&desk.policy);
	assert_ok(ca_grant_for_key(key, &desk.order, &desk.policy, &desk.grant,
		      &desk.findings, &desk.err),
	    &desk.err);
	assert_string_equal(desk.grant.request, "ca");
	assert_string_equal(desk.grant.common_name, "Cockroach CA");
	assert_int_equal(desk.grant.names.count, 0);
	assert_int_equal(desk.grant.key.kind, CA_KEY_P384);
	assert_true(desk.grant.spki.len > 0);
	assert_int_equal(desk.grant.csr.len, 0);
	EVP_PKEY_free(key);
	leave_desk(&desk);
}

static void
grants_a_bare_key_the_names_of_an_order(void **state)
{
	static const char *const names[] = { "node1.example.com", NULL };
	struct desk desk = { .order.profile = ca_profile_get(CA_PROFILE_NODE) };
	EVP_PKEY *key = soft_key(CA_KEY_RSA);

	(void)state;
	open_policy(&desk.policy);
	add_host(&desk, "node1.example.com");
	assert_ok(ca_grant_for_key(key, &desk.order, &desk.policy, &desk.grant,
		      &desk.findings, &desk.err),
	    &desk.err);
	assert_names(&desk, names);
	EVP_PKEY_free(key);
	leave_desk(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_request_that_asks_for_more),
		cmocka_unit_test(drops_what_a_request_asks_for_in_excess),
		cmocka_unit_test(names_every_thing_that_is_too_much),
		cmocka_unit_test(refuses_names_with_nul_and_controls),
		cmocka_unit_test(refuses_any_alternative_name_of_a_client),
		cmocka_unit_test(refuses_a_client_that_names_another_user),
		cmocka_unit_test(refuses_server_auth_for_a_client),
		cmocka_unit_test(refuses_an_order_without_names),
		cmocka_unit_test(refuses_an_order_that_contradicts_itself),
		cmocka_unit_test(refuses_to_make_a_ca_of_a_request),
		cmocka_unit_test(refuses_hosts_of_the_order_that_are_not_hosts),
		cmocka_unit_test(refuses_a_user_of_the_order_that_is_none),
		cmocka_unit_test(refuses_names_that_policy_does_not_permit),
		cmocka_unit_test(holds_names_from_a_request_against_policy),
		cmocka_unit_test(refuses_keys_that_policy_does_not_permit),
		cmocka_unit_test(refuses_an_rsa_key_of_1024_bits),
		cmocka_unit_test(
		    refuses_names_from_a_request_where_policy_forbids),
		cmocka_unit_test(
		    refuses_to_take_names_where_a_request_has_none),
		cmocka_unit_test(refuses_to_take_reserved_principals),
		cmocka_unit_test(refuses_to_take_names_that_are_malformed),
		cmocka_unit_test(refuses_to_take_a_user_that_is_malformed),
		cmocka_unit_test(refuses_other_names_where_names_are_taken),
		cmocka_unit_test(refuses_lifetimes_out_of_bounds),
		cmocka_unit_test(grants_a_node_exactly_what_is_ordered),
		cmocka_unit_test(grants_a_client_its_user),
		cmocka_unit_test(lets_an_operator_order_reserved_users),
		cmocka_unit_test(
		    finds_nothing_in_a_request_for_what_is_ordered),
		cmocka_unit_test(mentions_harmless_differences),
		cmocka_unit_test(takes_names_from_a_request),
		cmocka_unit_test(refuses_a_bare_key_by_policy_and_by_itself),
		cmocka_unit_test(refuses_a_bare_key_with_names_from_a_request),
		cmocka_unit_test(grants_a_bare_key_the_profile_of_a_ca),
		cmocka_unit_test(grants_a_bare_key_the_names_of_an_order),
	};

	ca_order_clear(NULL);
	ca_grant_clear(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
