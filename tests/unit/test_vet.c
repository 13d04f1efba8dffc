/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, policy and keys: what is granted. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_signer.h"
#include "support/vet_desk.h"
#include "unit/test.h"

static void
refuses_an_order_without_names(void **state)
{
	struct vet_desk desk =
	    vet_desk(vet_maker_with_san("DNS:a.example.com"), CA_PROFILE_NODE);

	(void)state;
	desk.order.drop_extra = true;
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-no-name",
	    "no DNS name or IP address is ordered");
	desk = vet_desk(vet_maker_with_cn("maxroach"), CA_PROFILE_CLIENT);
	desk.order.drop_extra = true;
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-no-name",
	    "no user is ordered");
}

static void
refuses_an_order_that_contradicts_itself(void **state)
{
	struct vet_desk desk = vet_node_desk(csr_maker_new(NULL));

	(void)state;
	vet_set_user(&desk, "maxroach");
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-names", "takes no user");
	desk = vet_client_desk(csr_maker_new(NULL));
	vet_add_host(&desk, "a.example.com");
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-names",
	    "takes no hosts");
	desk = vet_node_desk(vet_maker_with_san("DNS:a.example.com"));
	desk.order.names_from_request = true;
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-names", "as well");
	desk = vet_client_desk(vet_maker_with_cn("maxroach"));
	desk.order.names_from_request = true;
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-names", "as well");
}

static void
refuses_to_make_a_ca_of_a_request(void **state)
{
	struct vet_desk desk = vet_desk(csr_maker_new(NULL), CA_PROFILE_CA);

	(void)state;
	desk.order.drop_extra = true;
	vet_assert_refused(&desk, CA_ERR_POLICY, "order-profile",
	    "never signed for a request");
}

static void
refuses_hosts_of_the_order_that_are_not_hosts(void **state)
{
	struct vet_desk desk = vet_node_desk(csr_maker_new(NULL));
	char text[] = "a_b.example.com", root[] = "root";
	char u_label[] = "b\xc3\xbc"
			 "cher.example.com";
	struct ca_name name = { .kind = CA_NAME_DNS, .text = text };

	(void)state;
	desk.order.drop_extra = true;
	assert_ok(ca_names_add(&desk.order.hosts, &name, &desk.err), &desk.err);
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-name", "underscore");
	desk = vet_node_desk(csr_maker_new(NULL));
	name.text = root;
	assert_ok(ca_names_add(&desk.order.hosts, &name, &desk.err), &desk.err);
	vet_assert_refused(&desk, CA_ERR_POLICY, "order-name", "reserved");
	desk = vet_node_desk(csr_maker_new(NULL));
	name.text = u_label;
	assert_ok(ca_names_add(&desk.order.hosts, &name, &desk.err), &desk.err);
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-name", "is not ASCII");
}

static void
refuses_a_user_of_the_order_that_is_none(void **state)
{
	struct vet_desk desk = vet_desk(csr_maker_new(NULL), CA_PROFILE_CLIENT);

	(void)state;
	desk.order.drop_extra = true;
	desk.order.user = strdup("../../x");
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-name", "../../x");
}

static void
refuses_a_user_that_policy_reserves(void **state)
{
	char *names[] = { (char[]){ "maxroach" } };
	const struct ca_strings reserved = { .item = names, .count = 1 };
	struct vet_desk desk = vet_client_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_CLIENT].reserved = &reserved;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_non_null(vet_find(&desk, "principal-reserved"));
	assert_non_null(strstr(desk.err.hint, "call it by another name"));
	vet_leave(&desk);
}

static void
frees_nothing_of_nothing(void **state)
{
	(void)state;
	ca_order_clear(NULL);
	ca_grant_clear(NULL);
}

static void
refuses_names_that_policy_does_not_permit(void **state)
{
	struct vet_desk desk = vet_node_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].dns.count = 0;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 1);
	assert_string_equal(desk.err.hint,
	    "`coldca policy check` shows what policy.yaml permits");
	vet_leave(&desk);
	desk = vet_node_desk(csr_maker_new(NULL));
	desk.policy.profile[CA_PROFILE_NODE].ip.count = 0;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 1);
	vet_leave(&desk);
	desk = vet_client_desk(csr_maker_new(NULL));
	desk.policy.profile[CA_PROFILE_CLIENT].users.count = 0;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 1);
	vet_leave(&desk);
}

static void
holds_names_from_a_request_against_policy(void **state)
{
	struct vet_desk desk =
	    vet_taking_desk(vet_maker_with_san("DNS:a.example.com"),
		CA_PROFILE_NODE);

	(void)state;
	desk.policy.profile[CA_PROFILE_NODE].dns.count = 0;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 1);
	vet_leave(&desk);
	desk =
	    vet_taking_desk(vet_maker_with_cn("maxroach"), CA_PROFILE_CLIENT);
	desk.policy.profile[CA_PROFILE_CLIENT].users.count = 0;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 1);
	vet_leave(&desk);
}

static void
refuses_keys_that_policy_does_not_permit(void **state)
{
	struct vet_desk desk = vet_node_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].keys = 1U << CA_KEY_RSA;
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_int_equal(vet_refusals(&desk), 1);
	vet_leave(&desk);
}

static void
refuses_an_rsa_key_of_1024_bits(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	struct vet_desk desk = vet_node_desk(csr_maker_new(key));

	(void)state;
	EVP_PKEY_free(key);
	desk.order.drop_extra = true;
	desk.policy.profile[CA_PROFILE_NODE].rsa_min_bits = 0;
	vet_assert_refused(&desk, CA_ERR_POLICY, "key-rsa-size", "1024 bits");
}

static void
refuses_lifetimes_out_of_bounds(void **state)
{
	struct vet_desk desk = vet_node_desk(csr_maker_new(NULL));

	(void)state;
	desk.order.drop_extra = true;
	desk.order.lifetime = 2000 * HOUR + 1;
	vet_assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime",
	    "longer than the policy's maximum of 2000h");
	desk = vet_node_desk(csr_maker_new(NULL));
	desk.order.lifetime = CA_LIFETIME_MIN - 1;
	vet_assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime",
	    "shorter than 1m");
	desk = vet_node_desk(csr_maker_new(NULL));
	desk.order.lifetime = -1;
	vet_assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime", "shorter");
	desk = vet_node_desk(csr_maker_new(NULL));
	desk.order.lifetime = INT64_MAX;
	vet_assert_refused(&desk, CA_ERR_POLICY, "policy-lifetime", "longer");
}

static void
grants_a_node_exactly_what_is_ordered(void **state)
{
	static const char *const names[] = { "node1.example.com",
		"*.node1.example.com", "10.0.0.1", "2001:db8::1", NULL };
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct vet_desk desk = vet_desk(csr_maker_new(key), CA_PROFILE_NODE);
	unsigned char *spki = NULL;
	size_t csr_len = 0;
	const uint8_t *csr = ca_csr_der(desk.csr, &csr_len);
	int len = i2d_PUBKEY(key, &spki);

	(void)state;
	desk.policy.profile[CA_PROFILE_NODE].wildcards = true;
	vet_add_host(&desk, "10.0.0.1");
	vet_add_host(&desk, "node1.example.com");
	vet_add_host(&desk, "2001:db8::1");
	vet_add_host(&desk, "NODE1.example.com");
	vet_add_host(&desk, "*.node1.example.com");
	vet_add_host(&desk, "10.0.0.1");
	vet_assert_granted(&desk);
	vet_assert_names(&desk, names);
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
	vet_leave(&desk);
}

static void
grants_a_client_its_user(void **state)
{
	struct vet_desk desk = vet_client_desk(vet_maker_with_cn("MaxRoach"));

	(void)state;
	desk.order.lifetime = 2000 * HOUR;
	vet_assert_granted(&desk);
	assert_string_equal(desk.grant.common_name, "maxroach");
	assert_int_equal(desk.grant.names.count, 0);
	assert_int_equal(desk.grant.lifetime, 2000 * HOUR);
	vet_leave(&desk);
}

static void
lets_an_operator_order_reserved_users(void **state)
{
	struct vet_desk desk =
	    vet_desk(vet_maker_with_cn("root"), CA_PROFILE_CLIENT);

	(void)state;
	vet_set_user(&desk, "root");
	desk.order.allow_root = true;
	vet_assert_granted(&desk);
	assert_string_equal(desk.grant.common_name, "root");
	vet_leave(&desk);
}

static void
refuses_a_bare_key_by_policy_and_by_itself(void **state)
{
	struct vet_desk desk = { .order.profile =
				     ca_profile_get(CA_PROFILE_CA) };
	EVP_PKEY *key = EVP_RSA_gen(1024), *curve = EVP_EC_gen("secp256k1");

	(void)state;
	vet_policy(&desk.policy);
	desk.policy.profile[CA_PROFILE_CA].rsa_min_bits = 0;
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_non_null(vet_find(&desk, "key-rsa-size"));
	assert_null(desk.grant.request);
	ca_findings_clear(&desk.findings);
	assert_int_equal(ca_grant_for_key(curve, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_non_null(vet_find(&desk, "key-kind"));
	ca_findings_clear(&desk.findings);
	desk.order.lifetime = 3000 * HOUR;
	EVP_PKEY_free(key);
	key = soft_key(CA_KEY_P256);
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_non_null(vet_find(&desk, "policy-lifetime"));
	assert_string_equal(desk.err.message,
	    "ca: lifetime 3000h: is longer than the policy's maximum of 2000h");
	EVP_PKEY_free(key);
	EVP_PKEY_free(curve);
	vet_leave(&desk);
}

static void
refuses_a_bare_key_with_names_from_a_request(void **state)
{
	struct vet_desk desk = { .order.profile =
				     ca_profile_get(CA_PROFILE_NODE) };
	EVP_PKEY *key = soft_key(CA_KEY_P256);

	(void)state;
	vet_policy(&desk.policy);
	desk.order.names_from_request = true;
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_INPUT);
	assert_non_null(vet_find(&desk, "order-names"));
	EVP_PKEY_free(key);
	vet_leave(&desk);
}

static void
grants_a_bare_key_the_profile_of_a_ca(void **state)
{
	struct vet_desk desk = { .order.profile =
				     ca_profile_get(CA_PROFILE_CA) };
	EVP_PKEY *key = soft_key(CA_KEY_P384);

	(void)state;
	vet_policy(&desk.policy);
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
	vet_leave(&desk);
}

static void
grants_a_bare_key_the_names_of_an_order(void **state)
{
	static const char *const names[] = { "node1.example.com", NULL };
	struct vet_desk desk = { .order.profile =
				     ca_profile_get(CA_PROFILE_NODE) };
	EVP_PKEY *key = soft_key(CA_KEY_RSA);

	(void)state;
	vet_policy(&desk.policy);
	vet_add_host(&desk, "node1.example.com");
	assert_ok(ca_grant_for_key(key, &desk.order, &desk.policy, &desk.grant,
		      &desk.findings, &desk.err),
	    &desk.err);
	vet_assert_names(&desk, names);
	EVP_PKEY_free(key);
	vet_leave(&desk);
}

static void
refuses_a_tenant_beside_names_from_a_request(void **state)
{
	struct csr_maker *maker = vet_maker_with_san("DNS:t5.example.com");
	struct vet_desk desk;

	(void)state;
	csr_maker_subject(maker, "CN", "5");
	desk = vet_taking_desk(maker, CA_PROFILE_TENANT_CLIENT);
	desk.order.authority = CA_AUTHORITY_TENANT_CLIENT;
	desk.order.tenant = 5;
	vet_assert_refused(&desk, CA_ERR_INPUT, "order-names",
	    "names are ordered, and are to come from the request");
}

/* What bounds a CA's certificates does not bound its own. */
static void
gives_a_ca_its_lifetime_whatever_it_signs(void **state)
{
	struct vet_desk desk = { .order.profile =
				     ca_profile_get(CA_PROFILE_CA) };
	EVP_PKEY *key = soft_key(CA_KEY_P256);

	(void)state;
	vet_policy(&desk.policy);
	desk.policy.authority[CA_AUTHORITY_CLUSTER].max_lifetime = HOUR;
	assert_ok(ca_grant_for_key(key, &desk.order, &desk.policy, &desk.grant,
		      &desk.findings, &desk.err),
	    &desk.err);
	assert_int_equal(desk.grant.lifetime, 1000 * HOUR);
	EVP_PKEY_free(key);
	vet_leave(&desk);
}

static void
says_one_thing_of_a_key_that_is_none(void **state)
{
	struct vet_desk desk = { .order.profile =
				     ca_profile_get(CA_PROFILE_CA) };
	EVP_PKEY *key = EVP_EC_gen("secp256k1");

	(void)state;
	vet_policy(&desk.policy);
	assert_int_equal(ca_grant_for_key(key, &desk.order, &desk.policy,
			     &desk.grant, &desk.findings, &desk.err),
	    CA_ERR_POLICY);
	assert_int_equal(desk.findings.count, 1);
	EVP_PKEY_free(key);
	vet_leave(&desk);
}

static void
leaves_the_error_alone_where_it_grants(void **state)
{
	struct vet_desk desk = vet_node_desk(vet_maker_with_cn("node"));

	(void)state;
	vet_assert_granted(&desk);
	assert_string_equal(desk.err.message, "");
	vet_leave(&desk);
}

static void
refuses_though_the_finding_is_one_too_many(void **state)
{
	struct vet_desk desk = vet_node_desk(vet_maker_with_cn("root"));

	(void)state;
	for (int i = 0; i < CA_FINDINGS_MAX; i++)
		ca_findings_add(&desk.findings, "x", CA_OK, "x");
	assert_int_equal(vet_run(&desk), CA_ERR_POLICY);
	assert_non_null(strstr(desk.err.message, "web1.csr: more than "));
	vet_leave(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_order_without_names),
		cmocka_unit_test(refuses_an_order_that_contradicts_itself),
		cmocka_unit_test(refuses_to_make_a_ca_of_a_request),
		cmocka_unit_test(refuses_hosts_of_the_order_that_are_not_hosts),
		cmocka_unit_test(refuses_a_user_of_the_order_that_is_none),
		cmocka_unit_test(refuses_a_user_that_policy_reserves),
		cmocka_unit_test(frees_nothing_of_nothing),
		cmocka_unit_test(refuses_names_that_policy_does_not_permit),
		cmocka_unit_test(holds_names_from_a_request_against_policy),
		cmocka_unit_test(refuses_keys_that_policy_does_not_permit),
		cmocka_unit_test(refuses_an_rsa_key_of_1024_bits),
		cmocka_unit_test(refuses_lifetimes_out_of_bounds),
		cmocka_unit_test(grants_a_node_exactly_what_is_ordered),
		cmocka_unit_test(grants_a_client_its_user),
		cmocka_unit_test(lets_an_operator_order_reserved_users),
		cmocka_unit_test(refuses_a_bare_key_by_policy_and_by_itself),
		cmocka_unit_test(refuses_a_bare_key_with_names_from_a_request),
		cmocka_unit_test(grants_a_bare_key_the_profile_of_a_ca),
		cmocka_unit_test(grants_a_bare_key_the_names_of_an_order),
		cmocka_unit_test(refuses_a_tenant_beside_names_from_a_request),
		cmocka_unit_test(gives_a_ca_its_lifetime_whatever_it_signs),
		cmocka_unit_test(says_one_thing_of_a_key_that_is_none),
		cmocka_unit_test(leaves_the_error_alone_where_it_grants),
		cmocka_unit_test(refuses_though_the_finding_is_one_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
