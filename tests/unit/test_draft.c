/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/draft.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

/* A CA, and a host's key. */
struct fixture {
	struct ca_signer *signer;
	struct ca_certificate *ca;
	EVP_PKEY *key;
};

static int
setup(void **state)
{
	static struct fixture f;

	f.signer = soft_signer(NULL);
	f.ca = soft_ca(f.signer, SOFT_NOW);
	f.key = soft_key(CA_KEY_P256);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	EVP_PKEY_free(f->key);
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	return 0;
}

static const struct ca_certificate *
draft_for(struct fixture *f, enum ca_profile_id profile, const char *who,
    EVP_PKEY *key, struct ca_grant *grant, struct ca_draft **ret)
{
	*grant = soft_grant(profile, who, key, 0);
	*ret = soft_draft(grant, f->ca, f->signer, SOFT_NOW + 60);
	return ca_draft_preview(*ret);
}

static void
refuses_to_outlive_the_ca(void **state)
{
	struct fixture *f = *state;
	int64_t years = INT64_C(11) * 366 * 24 * 3600;
	struct ca_grant grant =
	    soft_grant(CA_PROFILE_NODE, "a.b", f->key, years);
	struct ca_findings findings = { 0 };
	struct ca_draft *draft = NULL;
	uint8_t serial[CA_SERIAL_SIZE] = { 0x40 };
	struct ca_error err;

	assert_int_equal(ca_draft_new(&grant, f->ca, f->signer->algorithm,
			     serial, SOFT_NOW + 60, &draft, &findings, &err),
	    CA_ERR_POLICY);
	assert_null(draft);
	assert_string_equal(err.message,
	    "CA lifetime is 87839h59m, shorter than the requested 96624h");
	assert_string_equal(err.hint,
	    "renew the CA certificate, or rerun with --lifetime=87839h for a shorter duration");
	ca_grant_clear(&grant);
}

static void
refuses_what_lint_finds(void **state)
{
	struct fixture *f = *state;
	struct ca_grant grant = soft_grant(CA_PROFILE_NODE, "", f->key, 0);
	struct ca_findings findings = { 0 };
	struct ca_draft *draft = NULL;
	uint8_t serial[CA_SERIAL_SIZE] = { 0x40 };
	struct ca_error err;

	assert_int_equal(ca_draft_new(&grant, f->ca, f->signer->algorithm,
			     serial, SOFT_NOW, &draft, &findings, &err),
	    CA_ERR_POLICY);
	assert_null(draft);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.item[0].rule, "lint-server-names");
	ca_findings_clear(&findings);
	ca_grant_clear(&grant);
}

static void
refuses_a_common_name_that_is_too_long(void **state)
{
	struct fixture *f = *state;
	char name[CA_CN_MAX + 2];
	struct ca_findings findings = { 0 };
	struct ca_draft *draft = NULL;
	uint8_t serial[CA_SERIAL_SIZE] = { 0x40 };
	struct ca_grant grant;
	struct ca_error err;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	grant = soft_grant(CA_PROFILE_CLIENT, name, f->key, 0);
	assert_int_equal(ca_draft_new(&grant, f->ca, f->signer->algorithm,
			     serial, SOFT_NOW, &draft, &findings, &err),
	    CA_ERR_POLICY);
	assert_null(draft);
	ca_grant_clear(&grant);
}

static void
copies_the_issuer_byte_for_byte(void **state)
{
	struct fixture *f = *state;
	struct ca_grant grant;
	struct ca_draft *draft;
	const struct ca_certificate *cert = draft_for(f, CA_PROFILE_NODE,
	    "a.example.com", f->key, &grant, &draft);

	assert_true(ca_bytes_equal(ca_certificate_issuer(cert),
	    ca_certificate_subject(f->ca)));
	ca_draft_free(draft);
	ca_grant_clear(&grant);
}

static void
names_the_place_to_ask(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct ca_grant grant =
	    soft_grant(CA_PROFILE_CLIENT, "maxroach", key, 0);
	struct ca_draft *draft;
	const struct ca_certificate *cert;
	STACK_OF(OPENSSL_STRING) * urls;
	char wanted[128];

	grant.ocsp_url = strdup("http://ocsp.example.com/c");
	draft = soft_draft(&grant, f->ca, f->signer, SOFT_NOW);
	cert = ca_draft_preview(draft);
	urls = X509_get1_ocsp(ca_certificate_x509(cert));
	assert_int_equal(sk_OPENSSL_STRING_num(urls), 1);
	(void)snprintf(wanted, sizeof(wanted), "http://ocsp.example.com/c/%s",
	    ca_certificate_serial_text(cert));
	assert_string_equal(sk_OPENSSL_STRING_value(urls, 0), wanted);
	X509_email_free(urls);
	ca_draft_free(draft);
	ca_grant_clear(&grant);
	EVP_PKEY_free(key);
}

static void
makes_a_responder(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *key = soft_key(CA_KEY_P384);
	struct ca_grant grant = soft_grant(CA_PROFILE_OCSP, "", key, 0);
	struct ca_draft *draft = soft_draft(&grant, f->ca, f->signer, SOFT_NOW);
	X509 *x509 = ca_certificate_x509(ca_draft_preview(draft));

	assert_int_equal(X509_get_extended_key_usage(x509), XKU_OCSP_SIGN);
	assert_int_equal(X509_get_key_usage(x509), KU_DIGITAL_SIGNATURE);
	assert_true(
	    X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) >= 0);
	ca_draft_free(draft);
	ca_grant_clear(&grant);
	EVP_PKEY_free(key);
}

/* The template of `cockroach cert`, and what differs on purpose. */
static void
follows_the_profile_table(void **state)
{
	static const struct {
		enum ca_profile_id profile;
		const char *who;
		enum ca_key_kind key;
		const char *subject;
		uint32_t usage;
		uint32_t extended;
		int extensions;
	} rows[] = {
		{ CA_PROFILE_NODE, "n1.example.com 10.0.0.1", CA_KEY_P256,
		    "O=Cockroach,CN=node", KU_DIGITAL_SIGNATURE,
		    XKU_SSL_SERVER | XKU_SSL_CLIENT, 5 },
		{ CA_PROFILE_NODE, "n1.example.com", CA_KEY_RSA,
		    "O=Cockroach,CN=node",
		    KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT,
		    XKU_SSL_SERVER | XKU_SSL_CLIENT, 5 },
		{ CA_PROFILE_CLIENT, "maxroach", CA_KEY_ED25519,
		    "O=Cockroach,CN=maxroach", KU_DIGITAL_SIGNATURE,
		    XKU_SSL_CLIENT, 4 },
		{ CA_PROFILE_CLIENT, "max_roach", CA_KEY_RSA,
		    "O=Cockroach,CN=max_roach",
		    KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT, XKU_SSL_CLIENT,
		    4 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EVP_PKEY *key = soft_key(rows[i].key);
		struct ca_grant grant;
		struct ca_draft *draft;
		const struct ca_certificate *cert = draft_for(f,
		    rows[i].profile, rows[i].who, key, &grant, &draft);
		X509 *x509 = ca_certificate_x509(cert);

		assert_string_equal(ca_certificate_subject_text(cert),
		    rows[i].subject);
		assert_int_equal(X509_get_key_usage(x509), rows[i].usage);
		assert_int_equal(X509_get_extended_key_usage(x509),
		    rows[i].extended);
		assert_int_equal(X509_get_ext_count(x509), rows[i].extensions);
		assert_int_equal(X509_get_version(x509), X509_VERSION_3);
		assert_int_equal(X509_get_ext_by_NID(x509,
				     NID_basic_constraints, -1),
		    -1);
		assert_int_equal(ca_certificate_names(cert)->count,
		    grant.names.count);
		assert_int_equal(ca_certificate_not_before(cert),
		    SOFT_NOW + 60 - CA_BACKDATE);
		assert_int_equal(ca_certificate_not_after(cert),
		    SOFT_NOW + 60 + INT64_C(43920) * 3600);
		ca_draft_free(draft);
		ca_grant_clear(&grant);
		EVP_PKEY_free(key);
	}
}

static void
makes_a_ca_that_signs_leaves_only(void **state)
{
	struct fixture *f = *state;
	X509 *x509 = ca_certificate_x509(f->ca);

	assert_string_equal(ca_certificate_subject_text(f->ca),
	    "O=Cockroach,CN=Cockroach CA");
	assert_true(ca_certificate_is_ca(f->ca));
	assert_int_equal(X509_get_pathlen(x509), 0);
	assert_int_equal(X509_get_key_usage(x509),
	    KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION | KU_KEY_CERT_SIGN |
		KU_CRL_SIGN);
	assert_int_equal(X509_get_extended_key_usage(x509), UINT32_MAX);
	assert_int_equal(ca_certificate_key_id(f->ca)->len, 20);
	assert_null(X509_get0_authority_key_id(x509));
	assert_int_equal(X509_check_purpose(x509, X509_PURPOSE_ANY, 1), 1);
	assert_int_equal(ca_certificate_not_after(f->ca) -
		ca_certificate_not_before(f->ca),
	    INT64_C(87840) * 3600 + CA_BACKDATE);
}

static void
begins_as_far_back_as_is_granted_but_not_before_the_ca(void **state)
{
	static const struct {
		int64_t backdate;
		int64_t not_before;
	} rows[] = { { 0, SOFT_NOW + 60 }, { 100, SOFT_NOW - 40 },
		{ CA_BACKDATE + 61, SOFT_NOW - CA_BACKDATE } };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_grant grant =
		    soft_grant(CA_PROFILE_CLIENT, "a", f->key, 0);
		struct ca_draft *draft;

		grant.backdate = rows[i].backdate;
		draft = soft_draft(&grant, f->ca, f->signer, SOFT_NOW + 60);
		assert_int_equal(ca_certificate_not_before(
				     ca_draft_preview(draft)),
		    rows[i].not_before);
		ca_draft_free(draft);
		ca_grant_clear(&grant);
	}
}

/* RFC 5280 section 4.1.2.5, on both sides of 2050. */
static void
writes_dates_from_2050_on_as_generalized_time(void **state)
{
	static const struct {
		int64_t now;
		int type;
	} rows[] = { { INT64_C(2524607999) - 3600, V_ASN1_UTCTIME },
		{ INT64_C(2524608000) - 3600, V_ASN1_GENERALIZEDTIME } };
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		struct ca_grant grant =
		    soft_grant(CA_PROFILE_CA, "", f->key, 3600);
		struct ca_draft *draft =
		    soft_draft(&grant, NULL, f->signer, rows[i].now);
		X509 *x509 = ca_certificate_x509(ca_draft_preview(draft));

		assert_int_equal(ASN1_STRING_type(X509_get0_notAfter(x509)),
		    rows[i].type);
		ca_draft_free(draft);
		ca_grant_clear(&grant);
	}
}

static void
does_not_begin_before_its_ca(void **state)
{
	struct fixture *f = *state;
	struct ca_grant grant = soft_grant(CA_PROFILE_CLIENT, "a", f->key, 0);
	struct ca_draft *draft = soft_draft(&grant, f->ca, f->signer, SOFT_NOW);

	assert_int_equal(ca_certificate_not_before(ca_draft_preview(draft)),
	    ca_certificate_not_before(f->ca));
	ca_draft_free(draft);
	ca_grant_clear(&grant);
}

static void
makes_serials_of_one_length_from_both_generators(void **state)
{
	uint8_t extra[CA_SERIAL_SIZE], serial[CA_SERIAL_SIZE];
	uint8_t seen[CA_SERIAL_SIZE] = { 0 };
	struct ca_error err;

	(void)state;
	memset(extra, 0xff, sizeof(extra));
	for (int i = 0; i < 100; i++) {
		assert_ok(ca_serial_make(i % 2 == 0 ? extra : NULL,
			      i % 2 == 0 ? sizeof(extra) : 0, serial, &err),
		    &err);
		assert_int_equal(serial[0] & 0xc0, 0x40);
		for (size_t k = 0; k < sizeof(seen); k++)
			seen[k] |= serial[k];
	}
	for (size_t k = 1; k < sizeof(seen); k++)
		assert_int_equal(seen[k], 0xff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_to_outlive_the_ca),
		cmocka_unit_test(refuses_what_lint_finds),
		cmocka_unit_test(refuses_a_common_name_that_is_too_long),
		cmocka_unit_test(copies_the_issuer_byte_for_byte),
		cmocka_unit_test(follows_the_profile_table),
		cmocka_unit_test(names_the_place_to_ask),
		cmocka_unit_test(makes_a_responder),
		cmocka_unit_test(makes_a_ca_that_signs_leaves_only),
		cmocka_unit_test(
		    begins_as_far_back_as_is_granted_but_not_before_the_ca),
		cmocka_unit_test(writes_dates_from_2050_on_as_generalized_time),
		cmocka_unit_test(does_not_begin_before_its_ca),
		cmocka_unit_test(
		    makes_serials_of_one_length_from_both_generators),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
