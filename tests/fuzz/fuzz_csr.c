/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request, and where they are one that nobody signed, the same
 * request signed anew, so that vetting is reached; what vetting grants must
 * never be more than a profile allows.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "coldca/csr.h"
#include "coldca/vet.h"
#include "fuzz/fuzz.h"

#define LIFETIME ((int64_t)3600) /* seconds */

static void
open_policy(struct ca_profile_policy *policy)
{
	static char all[] = "*";
	static char *any[] = { all };
	static struct ca_ip_range everywhere[] = { { .len = 4 },
		{ .len = 16 } };

	policy->lifetime = LIFETIME;
	policy->max_lifetime = LIFETIME;
	policy->keys = (1U << CA_KEY_KINDS) - 1;
	policy->names_from_request = true;
	policy->wildcards = true;
	policy->dns = (struct ca_strings){ any, 1 };
	policy->users = (struct ca_strings){ any, 1 };
	policy->ip = (struct ca_ip_ranges){ everywhere, 2 };
	policy->rsa_max_bits = CA_RSA_BITS_MAX;
}

static void
check_grant(const struct ca_grant *grant)
{
	struct ca_error err = { 0 };
	char *user = NULL;

	for (size_t i = 0; i < grant->names.count; i++) {
		const struct ca_name *name = &grant->names.item[i];
		struct ca_name again = { 0 };

		require(name->kind == CA_NAME_DNS || name->kind == CA_NAME_IP);
		require(!ca_principal_reserved(name->text));
		require(ca_host_parse(name->text, &again, &err) == CA_OK);
		require(again.kind == name->kind);
		require(strcmp(again.text, name->text) == 0);
		ca_name_clear(&again);
	}
	if (grant->profile->id == CA_PROFILE_NODE) {
		require(strcmp(grant->common_name, "node") == 0);
		require(grant->names.count > 0);
		return;
	}
	require(grant->names.count == 0);
	require(!ca_principal_reserved(grant->common_name));
	require(ca_user_parse(grant->common_name, &user, &err) == CA_OK);
	require(strcmp(user, grant->common_name) == 0);
	free(user);
}

/* Names by an operator, or where FROM_REQUEST those of the request. */
static void
fill_order(struct ca_order *order, bool from_request)
{
	struct ca_error err = { 0 };
	struct ca_name host = { 0 };

	order->names_from_request = from_request;
	if (from_request)
		return;
	if (order->profile->names == CA_NAMES_USER) {
		require(ca_user_parse("maxroach", &order->user, &err) == CA_OK);
		return;
	}
	require(ca_host_parse("node1.example.com", &host, &err) == CA_OK);
	require(ca_names_add(&order->hosts, &host, &err) == CA_OK);
	ca_name_clear(&host);
}

static void
vet(const struct ca_csr *csr, enum ca_profile_id id, bool from_request,
    bool drop_extra)
{
	struct ca_order order = { .profile = ca_profile_get(id),
		.drop_extra = drop_extra };
	struct ca_policy policy = { 0 };
	struct ca_grant grant = { 0 };
	struct ca_findings findings = { 0 };
	struct ca_error err = { 0 };
	enum ca_code rc;

	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		policy.authority[i].profiles = ~0U;
	open_policy(&policy.profile[id]);
	fill_order(&order, from_request);
	rc = ca_vet(csr, &order, &policy, &grant, &findings, &err);
	require(rc == CA_OK || rc == CA_ERR_INPUT || rc == CA_ERR_POLICY);
	require(rc == ca_findings_code(&findings));
	require((rc == CA_OK) == (grant.profile != NULL));
	if (rc == CA_OK)
		check_grant(&grant);
	if (rc == CA_OK && !from_request)
		require(grant.names.count == order.hosts.count);
	ca_grant_clear(&grant);
	ca_order_clear(&order);
	ca_findings_clear(&findings);
}

static bool
look(const uint8_t *data, size_t size)
{
	struct ca_csr *csr = NULL;
	struct ca_error err = { 0 };
	enum ca_code rc = ca_csr_parse("fuzz", data, size, &csr, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT || rc == CA_ERR_POLICY);
	require((rc == CA_OK) == (csr != NULL));
	require(ERR_peek_error() == 0);
	if (rc != CA_OK)
		return false;
	vet(csr, CA_PROFILE_NODE, true, false);
	vet(csr, CA_PROFILE_NODE, true, true);
	vet(csr, CA_PROFILE_NODE, false, true);
	vet(csr, CA_PROFILE_CLIENT, true, true);
	vet(csr, CA_PROFILE_CLIENT, false, false);
	ca_csr_free(csr);
	return true;
}

static void
look_signed(const uint8_t *data, size_t size)
{
	static EVP_PKEY *key;
	const unsigned char *next = data;
	X509_REQ *req = d2i_X509_REQ(NULL, &next, (long)size);
	unsigned char *der = NULL;
	int len;

	if (key == NULL)
		key = EVP_EC_gen("P-256");
	require(key != NULL);
	if (req != NULL && X509_REQ_set_pubkey(req, key) == 1 &&
	    X509_REQ_sign(req, key, EVP_sha256()) > 0) {
		len = i2d_X509_REQ(req, &der);
		ERR_clear_error();
		if (len > 0)
			(void)look(der, (size_t)len);
	}
	ERR_clear_error();
	OPENSSL_free(der);
	X509_REQ_free(req);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!look(data, size))
		look_signed(data, size);
	return 0;
}
