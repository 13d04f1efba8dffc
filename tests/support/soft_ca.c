/* SPDX-License-Identifier: Apache-2.0 */
#include "support/soft_ca.h"

#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "core/draft_internal.h"
#include "unit/test.h"

static void
add_hosts(struct ca_names *names, const char *who)
{
	char *copy = strdup(who), *save = NULL;
	struct ca_error err;

	for (char *host = strtok_r(copy, " ", &save); host != NULL;
	     host = strtok_r(NULL, " ", &save)) {
		struct ca_name name = { 0 };

		assert_ok(ca_host_parse(host, &name, &err), &err);
		assert_ok(ca_names_add(names, &name, &err), &err);
		ca_name_clear(&name);
	}
	free(copy);
}

struct ca_grant
soft_grant(enum ca_profile_id id, const char *who, EVP_PKEY *key,
    int64_t lifetime)
{
	const struct ca_profile *profile = ca_profile_get(id);
	struct ca_grant grant = { .profile = profile };
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	struct ca_error err;

	assert_true(len > 0);
	assert_ok(ca_bytes_append(&grant.spki, der, (size_t)len, &err), &err);
	OPENSSL_free(der);
	assert_ok(ca_key_describe(key, &grant.key, &err), &err);
	grant.backdate = CA_BACKDATE;
	grant.lifetime = lifetime != 0 ? lifetime : profile->lifetime;
	grant.common_name =
	    strdup(profile->common_name != NULL ? profile->common_name : who);
	if (profile->names == CA_NAMES_HOSTS)
		add_hosts(&grant.names, who);
	else if (profile->names == CA_NAMES_TENANT)
		add_hosts(&grant.names, "tenant.example.com");
	return grant;
}

struct ca_draft *
soft_draft(const struct ca_grant *grant, const struct ca_certificate *issuer,
    const struct ca_signer *signer, int64_t now)
{
	struct ca_findings findings = { 0 };
	struct ca_draft *draft = NULL;
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err;

	assert_ok(ca_serial_make(NULL, 0, serial, &err), &err);
	assert_ok(ca_draft_new(grant, issuer, signer->algorithm, serial, now,
		      &draft, &findings, &err),
	    &err);
	assert_int_equal(findings.count, 0);
	return draft;
}

static struct ca_certificate *
sign(struct ca_signer *signer, const struct ca_draft *draft)
{
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	struct ca_bytes signature = { 0 }, der = { 0 };
	struct ca_certificate *cert = NULL;
	struct ca_error err;

	assert_ok(signer->sign(signer, tbs->data, tbs->len, &signature, &err),
	    &err);
	assert_ok(ca_certificate_assemble(tbs, signer->algorithm, &signature,
		      &der, &err),
	    &err);
	assert_ok(ca_certificate_parse(der.data, der.len, &cert, &err), &err);
	ca_bytes_free(&signature);
	ca_bytes_free(&der);
	return cert;
}

struct ca_certificate *
soft_leaf(struct ca_signer *signer, const struct ca_certificate *ca,
    const struct ca_grant *grant, int64_t now)
{
	struct ca_draft *draft = soft_draft(grant, ca, signer, now);
	struct ca_certificate *cert = sign(signer, draft);

	ca_draft_free(draft);
	return cert;
}

struct ca_certificate *
soft_ca(struct ca_signer *signer, int64_t now)
{
	struct ca_grant grant =
	    soft_grant(CA_PROFILE_CA, "", signer->public_key, 0);
	struct ca_certificate *cert = soft_leaf(signer, NULL, &grant, now);

	ca_grant_clear(&grant);
	return cert;
}
