/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for, held against what is ordered. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/tenant.h"
#include "support/soft_signer.h"
#include "support/vet_desk.h"
#include "unit/test.h"

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

static struct vet_desk
hostile_desk(const struct hostile *ask)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	if (ask->extension != NULL)
		csr_maker_ext(maker, ask->extension, ask->value);
	else
		csr_maker_subject(maker, ask->field, ask->value);
	return vet_node_desk(maker);
}

static void
refuses_a_request_that_asks_for_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		struct vet_desk desk = hostile_desk(&hostile[i]);

		vet_assert_refused(&desk, CA_ERR_POLICY, hostile[i].rule,
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
		struct vet_desk desk = hostile_desk(&hostile[i]);
		const struct ca_finding *finding;

		desk.order.drop_extra = true;
		vet_assert_granted(&desk);
		finding = vet_find(&desk, hostile[i].rule);
		assert_non_null(finding);
		assert_int_equal(strncmp(finding->text, "dropped: ", 9), 0);
		assert_non_null(strstr(finding->text, hostile[i].text));
		vet_assert_names(&desk, names);
		assert_string_equal(desk.grant.common_name, "node");
		vet_leave(&desk);
	}
}

static void
names_every_thing_that_is_too_much(void **state)
{
	struct csr_maker *maker =
	    vet_maker_with_san("DNS:root,DNS:evil.example.com");
	struct vet_desk desk;

	(void)state;
	csr_maker_ext(maker, "basicConstraints", "CA:TRUE");
	csr_maker_ext(maker, "extendedKeyUsage", "codeSigning,timeStamping");
	desk = vet_node_desk(maker);
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 5);
	assert_non_null(strstr(desk.err.message, "web1.csr: DNS:root: "));
	assert_non_null(strstr(desk.err.hint, "--drop-extra"));
	vet_leave(&desk);
}

static void
refuses_names_with_nul_and_controls(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct vet_desk desk;

	(void)state;
	csr_maker_dns(maker, "node1.example.com\0.evil.com", 27);
	desk = vet_node_desk(maker);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "DNS:node1.example.com\\x00.evil.com: ");
	maker = csr_maker_new(NULL);
	csr_maker_dns(maker, "node1.example.com\n", 18);
	desk = vet_node_desk(maker);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "DNS:node1.example.com\\x0A: ");
}

static void
refuses_any_alternative_name_of_a_client(void **state)
{
	static const char *const names[] = { "DNS:maxroach",
		"DNS:node1.example.com", "IP:10.0.0.1",
		"URI:https://example.com" };
	struct vet_desk desk = vet_client_desk(vet_maker_with_san("DNS:root"));

	(void)state;
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-reserved-name",
	    "DNS:root");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		desk = vet_client_desk(vet_maker_with_san(names[i]));
		vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
		    "the profile has no alternative names");
	}
	desk = vet_client_desk(
	    vet_maker_with_san("URI:crdb://tenant/1/user/root"));
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name", "crdb URI");
}

static void
refuses_a_client_that_names_another_user(void **state)
{
	static const char *const others[] = { "root", "../../x", "maxroach ",
		"node" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct vet_desk desk =
		    vet_client_desk(vet_maker_with_cn(others[i]));

		vet_assert_refused(&desk, CA_ERR_POLICY, "csr-common-name",
		    "is not the user that is ordered");
	}
}

static void
refuses_server_auth_for_a_client(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct vet_desk desk;

	(void)state;
	csr_maker_ext(maker, "extendedKeyUsage", "clientAuth,serverAuth");
	desk = vet_client_desk(maker);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extended-key-usage",
	    "extKeyUsage serverAuth: ");
}

static void
refuses_names_from_a_request_where_policy_forbids(void **state)
{
	struct vet_desk desk =
	    vet_taking_desk(vet_maker_with_san("DNS:a.example.com"),
		CA_PROFILE_NODE);

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].names_from_request = false;
	vet_assert_refused(&desk, CA_ERR_POLICY, "policy-names-from-request",
	    "policy does not let names come");
}

static void
refuses_to_take_names_where_a_request_has_none(void **state)
{
	struct vet_desk desk =
	    vet_taking_desk(vet_maker_with_cn("node"), CA_PROFILE_NODE);

	(void)state;
	vet_assert_refused(&desk, CA_ERR_INPUT, "csr-no-name",
	    "no DNS name or IP address is in the request");
	desk = vet_taking_desk(csr_maker_new(NULL), CA_PROFILE_CLIENT);
	vet_assert_refused(&desk, CA_ERR_INPUT, "csr-no-name",
	    "no user is in the request");
}

static void
refuses_to_take_reserved_principals(void **state)
{
	static const char *const users[] = { "ADMIN", "debuguser",
		"adm\xc4\xb1n" };

	(void)state;
	for (int drop = 0; drop < 2; drop++) {
		struct vet_desk desk =
		    vet_taking_desk(vet_maker_with_san(
					"DNS:a.example.com,DNS:root"),
			CA_PROFILE_NODE);

		desk.order.drop_extra = drop != 0;
		vet_assert_refused(&desk, CA_ERR_POLICY, "csr-reserved-name",
		    "reserved");
	}
	for (size_t i = 0; i < 2 * sizeof(users) / sizeof(users[0]); i++) {
		struct vet_desk desk =
		    vet_taking_desk(vet_maker_with_cn(users[i / 2]),
			CA_PROFILE_CLIENT);

		desk.order.drop_extra = i % 2 != 0;
		vet_assert_refused(&desk, CA_ERR_POLICY, "csr-reserved-name",
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
		struct vet_desk desk;

		csr_maker_dns(maker, names[i / 2].name, names[i / 2].len);
		desk = vet_taking_desk(maker, CA_PROFILE_NODE);
		desk.order.drop_extra = i % 2 != 0;
		vet_assert_refused(&desk, CA_ERR_INPUT, "csr-bad-name",
		    names[i / 2].why);
	}
}

static void
refuses_to_take_a_user_that_is_malformed(void **state)
{
	static const char *const users[] = { "../../x", "", "a b", "a\n" };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(users) / sizeof(users[0]); i++) {
		struct vet_desk desk =
		    vet_taking_desk(vet_maker_with_cn(users[i / 2]),
			CA_PROFILE_CLIENT);

		desk.order.drop_extra = i % 2 != 0;
		vet_assert_refused(&desk, CA_ERR_INPUT, "csr-bad-name",
		    "user name");
	}
}

static void
refuses_other_names_where_names_are_taken(void **state)
{
	struct vet_desk desk =
	    vet_taking_desk(vet_maker_with_san(
				"DNS:a.example.com,URI:crdb://tenant/1/user/x"),
		CA_PROFILE_NODE);

	(void)state;
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name", "crdb URI");
	desk = vet_taking_desk(vet_maker_with_san(
				   "DNS:a.example.com,email:a@example.com"),
	    CA_PROFILE_NODE);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name", "email:");
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
		struct vet_desk desk;

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
		desk = vet_node_desk(maker);
		vet_assert_granted(&desk);
		assert_int_equal(desk.findings.count, 0);
		vet_leave(&desk);
	}
}

static void
mentions_harmless_differences(void **state)
{
	struct csr_maker *maker = vet_maker_with_cn("node");
	struct vet_desk desk;

	(void)state;
	csr_maker_subject(maker, "O", "Tenants");
	csr_maker_ext(maker, "keyUsage",
	    "digitalSignature,keyEncipherment,keyAgreement,nonRepudiation");
	csr_maker_attribute(maker, "challengePassword", "hunter2");
	desk = vet_node_desk(maker);
	vet_assert_granted(&desk);
	assert_int_equal(desk.findings.count, 5);
	assert_non_null(strstr(vet_find(&desk, "csr-subject")->text,
	    "subject O=Tenants: "));
	assert_non_null(strstr(vet_find(&desk, "csr-key-usage")->text,
	    "keyUsage nonRepudiation: not granted"));
	assert_non_null(strstr(vet_find(&desk, "csr-attribute")->text,
	    "attribute challengePassword: "));
	vet_leave(&desk);
}

static void
takes_names_from_a_request(void **state)
{
	static const char *const names[] = { "a.example.com", "b.example.com",
		"10.0.0.1", "2001:db8::1", NULL };
	struct vet_desk desk =
	    vet_taking_desk(vet_maker_with_san(
				"IP:10.0.0.1,DNS:A.example.com,IP:2001:db8::1,"
				"DNS:b.example.com,DNS:a.example.com"),
		CA_PROFILE_NODE);

	(void)state;
	vet_assert_granted(&desk);
	assert_int_equal(desk.findings.count, 0);
	vet_assert_names(&desk, names);
	vet_leave(&desk);
	desk = vet_taking_desk(vet_maker_with_cn("\xc3\x89mile"),
	    CA_PROFILE_CLIENT);
	vet_assert_granted(&desk);
	assert_int_equal(desk.findings.count, 0);
	assert_string_equal(desk.grant.common_name, "\xc3\xa9mile");
	vet_leave(&desk);
}

/* A desk of tenant 5, whose request has the organizational UNIT. */
static struct vet_desk
tenant_desk(const char *unit)
{
	struct csr_maker *maker = vet_maker_with_cn("5");
	struct vet_desk desk;

	csr_maker_subject(maker, "OU", unit);
	desk = vet_desk(maker, CA_PROFILE_TENANT_CLIENT);
	vet_add_host(&desk, "tenant5.example.com");
	desk.order.tenant = 5;
	desk.order.authority = CA_AUTHORITY_TENANT_CLIENT;
	return desk;
}

static void
finds_nothing_in_the_unit_of_a_tenant(void **state)
{
	struct vet_desk desk = tenant_desk(CA_TENANTS_UNIT);

	(void)state;
	vet_assert_granted(&desk);
	assert_null(vet_find(&desk, "csr-subject"));
	vet_leave(&desk);
}

static void
mentions_another_unit_of_a_tenant(void **state)
{
	struct vet_desk desk = tenant_desk("Others");

	(void)state;
	vet_assert_granted(&desk);
	assert_non_null(vet_find(&desk, "csr-subject"));
	vet_leave(&desk);
}

/* Taken from the request: a number that is none is one refusal, not two. */
static void
refuses_a_tenants_number_that_is_none_once(void **state)
{
	struct csr_maker *maker = vet_maker_with_san("DNS:t5.example.com");
	struct vet_desk desk;

	(void)state;
	csr_maker_subject(maker, "CN", "x5");
	desk = vet_taking_desk(maker, CA_PROFILE_TENANT_CLIENT);
	desk.order.authority = CA_AUTHORITY_TENANT_CLIENT;
	vet_assert_refused(&desk, CA_ERR_INPUT, "csr-bad-name", "x5");
}

/* It is not the organization of the profile, nor its unit, elsewhere. */
static void
mentions_known_words_in_other_attributes(void **state)
{
	static const struct {
		const char *field, *text;
	} rows[] = {
		{ "L", CA_ORGANIZATION },
		{ "L", CA_TENANTS_UNIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct csr_maker *maker = vet_maker_with_cn("5");
		struct vet_desk desk;

		csr_maker_subject(maker, rows[i].field, rows[i].text);
		desk = vet_desk(maker, CA_PROFILE_TENANT_CLIENT);
		vet_add_host(&desk, "tenant5.example.com");
		desk.order.tenant = 5;
		desk.order.authority = CA_AUTHORITY_TENANT_CLIENT;
		vet_assert_granted(&desk);
		assert_non_null(vet_find(&desk, "csr-subject"));
		vet_leave(&desk);
	}
}

static void
mentions_a_unit_that_is_not_of_tenants(void **state)
{
	struct csr_maker *maker = vet_maker_with_cn("node");
	struct vet_desk desk;

	(void)state;
	csr_maker_subject(maker, "OU", "Others");
	desk = vet_node_desk(maker);
	vet_assert_granted(&desk);
	assert_non_null(vet_find(&desk, "csr-subject"));
	assert_null(vet_find(&desk, "csr-tenants"));
	vet_leave(&desk);
}

static void
grants_a_scope_that_is_asked_for_and_ordered(void **state)
{
	struct vet_desk desk = vet_client_desk(
	    vet_maker_with_san("URI:crdb://tenant/5/user/maxroach"));
	struct ca_name scope = { 0 };

	(void)state;
	assert_ok(ca_scope_parse("5", false, &scope, &desk.err), &desk.err);
	assert_ok(ca_names_add(&desk.order.scopes, &scope, &desk.err),
	    &desk.err);
	ca_name_clear(&scope);
	vet_assert_granted(&desk);
	vet_leave(&desk);
}

/* Only a DNS name is a user, only a URI is a scope. */
static void
says_what_an_extra_name_is(void **state)
{
	struct vet_desk desk = vet_node_desk(vet_maker_with_san("email:root"));

	(void)state;
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "only DNS names and IP addresses");
	desk = vet_node_desk(vet_maker_with_san("IP:10.9.9.9"));
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "is not among the hosts");
	desk = vet_node_desk(vet_maker_with_san("DNS:crdb:x"));
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "is not among the hosts");
}

/* What is taken from a request is its names for the profile, and no more. */
static void
judges_all_else_where_names_are_taken(void **state)
{
	struct csr_maker *maker = vet_maker_with_san("DNS:a.example.com");
	struct vet_desk desk;

	(void)state;
	csr_maker_subject(maker, "CN", "maxroach");
	desk = vet_taking_desk(maker, CA_PROFILE_CLIENT);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-extra-name",
	    "the profile has no alternative names");
	maker = vet_maker_with_san("DNS:a.example.com");
	csr_maker_subject(maker, "CN", "b.example.com");
	desk = vet_taking_desk(maker, CA_PROFILE_NODE);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-common-name", "neither");
	maker = vet_maker_with_cn("maxroach");
	csr_maker_ext(maker, "basicConstraints", "CA:TRUE");
	desk = vet_taking_desk(maker, CA_PROFILE_CLIENT);
	vet_assert_refused(&desk, CA_ERR_POLICY, "csr-ca", "no request");
}

/* That a name need not be valid is said of an order. */
static void
takes_no_invalid_user_from_a_request(void **state)
{
	struct vet_desk desk =
	    vet_taking_desk(vet_maker_with_cn("max@example.com"),
		CA_PROFILE_CLIENT);

	(void)state;
	desk.order.any_user = true;
	vet_assert_refused(&desk, CA_ERR_INPUT, "csr-bad-name", "max@");
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
		cmocka_unit_test(
		    refuses_names_from_a_request_where_policy_forbids),
		cmocka_unit_test(
		    refuses_to_take_names_where_a_request_has_none),
		cmocka_unit_test(refuses_to_take_reserved_principals),
		cmocka_unit_test(refuses_to_take_names_that_are_malformed),
		cmocka_unit_test(refuses_to_take_a_user_that_is_malformed),
		cmocka_unit_test(refuses_other_names_where_names_are_taken),
		cmocka_unit_test(
		    finds_nothing_in_a_request_for_what_is_ordered),
		cmocka_unit_test(mentions_harmless_differences),
		cmocka_unit_test(finds_nothing_in_the_unit_of_a_tenant),
		cmocka_unit_test(mentions_another_unit_of_a_tenant),
		cmocka_unit_test(takes_names_from_a_request),
		cmocka_unit_test(refuses_a_tenants_number_that_is_none_once),
		cmocka_unit_test(mentions_known_words_in_other_attributes),
		cmocka_unit_test(mentions_a_unit_that_is_not_of_tenants),
		cmocka_unit_test(grants_a_scope_that_is_asked_for_and_ordered),
		cmocka_unit_test(says_what_an_extra_name_is),
		cmocka_unit_test(judges_all_else_where_names_are_taken),
		cmocka_unit_test(takes_no_invalid_user_from_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
