/* SPDX-License-Identifier: Apache-2.0 */
/* From a certificate back to the order that it was issued by. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/tenant.h"
#include "coldca/vet.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

/* The order of a certificate for WHO, with SCOPE as its URI unless NULL. */
static struct ca_order
order_of(enum ca_profile_id id, const char *who, const char *scope)
{
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *ca = soft_ca(signer, SOFT_NOW), *leaf;
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant grant = soft_grant(id, who, key, 0);
	struct ca_order order = { 0 };
	struct ca_error err;

	if (scope != NULL) {
		char *text = strdup(scope);
		const struct ca_name uri = { .kind = CA_NAME_URI,
			.text = text };

		assert_ok(ca_names_add(&grant.names, &uri, &err), &err);
		free(text);
	}
	leaf = soft_leaf(signer, ca, &grant, SOFT_NOW);
	assert_ok(ca_order_again(grant.profile, leaf, &order, &err), &err);
	assert_ptr_equal(order.profile, grant.profile);
	assert_true(order.drop_extra && order.allow_root && order.allow_node);
	ca_certificate_free(leaf);
	ca_certificate_free(ca);
	ca_grant_clear(&grant);
	EVP_PKEY_free(key);
	ca_signer_free(signer);
	return order;
}

static void
has_the_hosts_of_a_node(void **state)
{
	struct ca_order order =
	    order_of(CA_PROFILE_NODE, "n1.example.com 192.0.2.1", NULL);

	(void)state;
	assert_null(order.user);
	assert_int_equal(order.hosts.count, 2);
	assert_string_equal(order.hosts.item[0].text, "n1.example.com");
	assert_string_equal(order.hosts.item[1].text, "192.0.2.1");
	ca_order_clear(&order);
}

static void
has_the_user_and_the_scopes_of_a_client(void **state)
{
	struct ca_order order = order_of(CA_PROFILE_CLIENT, "alice",
	    "crdb://tenant/123/user/alice");

	(void)state;
	assert_string_equal(order.user, "alice");
	assert_int_equal(order.hosts.count, 0);
	assert_int_equal(order.scopes.count, 1);
	assert_string_equal(order.scopes.item[0].text, "crdb://tenant/123");
	ca_order_clear(&order);
}

static void
has_the_number_of_a_tenant(void **state)
{
	struct ca_order order =
	    order_of(CA_PROFILE_TENANT_CLIENT, "4711", NULL);

	(void)state;
	assert_int_equal(order.tenant, 4711);
	assert_null(order.user);
	ca_order_clear(&order);
}

/* A certificate of somebody else's, without a common name. */
static void
wants_a_common_name(void **state)
{
	X509 *x509 = X509_new();
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_certificate *certificate = NULL;
	struct ca_order order = { 0 };
	unsigned char *der = NULL;
	struct ca_error err;
	int len;

	(void)state;
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 3600));
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	len = i2d_X509(x509, &der);
	assert_ok(ca_certificate_parse(der, (size_t)len, &certificate, &err),
	    &err);
	assert_int_equal(ca_order_again(ca_profile_get(CA_PROFILE_NODE),
			     certificate, &order, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, "has no common name");
	assert_null(order.profile);
	ca_certificate_free(certificate);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	X509_free(x509);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_hosts_of_a_node),
		cmocka_unit_test(has_the_user_and_the_scopes_of_a_client),
		cmocka_unit_test(has_the_number_of_a_tenant),
		cmocka_unit_test(wants_a_common_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
