/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP responses as RFC 6960 wants them, read back by OpenSSL. */
#include "coldca/ocsp.h"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define DAY INT64_C(86400)
/* A leaf, and what is to be said of it. */
static struct ca_status
make_leaf(struct soft_ledger *f, const char *host)
{
	struct ca_certificate *leaf =
	    soft_ledger_issue(f, CA_PROFILE_NODE, host, host, SOFT_NOW);
	struct ca_status status = { 0 };
	size_t len;

	memcpy(status.serial, ca_certificate_serial(leaf, &len),
	    CA_SERIAL_SIZE);
	ca_certificate_free(leaf);
	return status;
}

static struct ca_responder
responder_of(struct soft_ledger *f)
{
	return (struct ca_responder){
		.ledger = f->ledger,
		.signer = f->signer,
		.ca = f->ca,
	};
}

/* The BasicOCSPResponse in RESPONSE. */
static OCSP_BASICRESP *
parsed(const struct ca_bytes *response)
{
	const unsigned char *p = response->data;
	OCSP_RESPONSE *outer = d2i_OCSP_RESPONSE(NULL, &p, (long)response->len);
	OCSP_BASICRESP *basic;

	assert_non_null(outer);
	assert_ptr_equal(p, response->data + response->len);
	assert_int_equal(OCSP_response_status(outer),
	    OCSP_RESPONSE_STATUS_SUCCESSFUL);
	basic = OCSP_response_get1_basic(outer);
	assert_non_null(basic);
	OCSP_RESPONSE_free(outer);
	return basic;
}

/* What is said of STATUS to somebody who asks by DIGEST. */
static int
answer(OCSP_BASICRESP *basic, const struct soft_ledger *f,
    const struct ca_status *status, const EVP_MD *digest, int *ret_reason)
{
	X509 *ca = ca_certificate_x509(f->ca);
	BIGNUM *number = BN_bin2bn(status->serial, CA_SERIAL_SIZE, NULL);
	ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
	OCSP_CERTID *id = OCSP_cert_id_new(digest, X509_get_subject_name(ca),
	    X509_get0_pubkey_bitstr(ca), serial);
	ASN1_GENERALIZEDTIME *at, *from, *until;
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)SOFT_NOW);
	ASN1_TIME *end = ASN1_TIME_set(NULL, (time_t)(SOFT_NOW + DAY));
	int said = -1;

	assert_int_equal(OCSP_resp_find_status(basic, id, &said, ret_reason,
			     &at, &from, &until),
	    1);
	assert_int_equal(ASN1_TIME_compare(from, now), 0);
	assert_int_equal(ASN1_TIME_compare(until, end), 0);
	ASN1_TIME_free(now);
	ASN1_TIME_free(end);
	OCSP_CERTID_free(id);
	ASN1_INTEGER_free(serial);
	BN_free(number);
	return said;
}

static void
answers_both_kinds_of_question(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_responder responder = responder_of(f);
	struct ca_status status[2] = { make_leaf(f, "a.b"),
		make_leaf(f, "c.b") };
	struct ca_bytes response[2] = { { 0 } };
	const EVP_MD *const digests[] = { EVP_sha1(), EVP_sha256() };
	struct ca_error err = { 0 };

	status[1].revoked = true;
	status[1].reason = CA_REASON_KEY_COMPROMISE;
	status[1].revoked_at = SOFT_NOW - 1;
	assert_ok(ca_ocsp_issue(&responder, status, 2, SOFT_NOW + DAY, SOFT_NOW,
		      response, &err),
	    &err);
	for (int i = 0; i < 2; i++) {
		OCSP_BASICRESP *basic = parsed(&response[i]);
		int reason = -1;

		assert_int_equal(OCSP_resp_count(basic), 2);
		assert_int_equal(sk_X509_num(OCSP_resp_get0_certs(basic)), -1);
		for (int d = 0; d < 2; d++)
			assert_int_equal(answer(basic, f, &status[i],
					     digests[d], &reason),
			    i == 0 ? V_OCSP_CERTSTATUS_GOOD
				   : V_OCSP_CERTSTATUS_REVOKED);
		if (i == 1)
			assert_int_equal(reason,
			    OCSP_REVOKED_STATUS_KEYCOMPROMISE);
		OCSP_BASICRESP_free(basic);
		ca_bytes_free(&response[i]);
	}
	/* One entry for the group, and the ledger holds together. */
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry WHERE kind = 14"),
	    1);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM ocsp"),
	    2);
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_false(soft_ledger_forge(f, "UPDATE ocsp SET ecdsa_r = NULL"));
	assert_false(soft_ledger_forge(f, "DELETE FROM ocsp"));
}

static void
without_a_reason_says_none(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_responder responder = responder_of(f);
	struct ca_status status = make_leaf(f, "a.b");
	struct ca_bytes response = { 0 };
	struct ca_error err = { 0 };
	OCSP_BASICRESP *basic;
	int reason = 0;

	status.revoked = true;
	status.revoked_at = SOFT_NOW;
	assert_ok(ca_ocsp_issue(&responder, &status, 1, SOFT_NOW + DAY,
		      SOFT_NOW, &response, &err),
	    &err);
	basic = parsed(&response);
	assert_int_equal(answer(basic, f, &status, EVP_sha1(), &reason),
	    V_OCSP_CERTSTATUS_REVOKED);
	assert_int_equal(reason, OCSP_REVOKED_STATUS_NOSTATUS);
	OCSP_BASICRESP_free(basic);
	ca_bytes_free(&response);
}

static void
ends_no_later_than_the_signer(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_responder responder = responder_of(f);
	const struct ca_status status = make_leaf(f, "a.b");
	int64_t end = ca_certificate_not_after(f->ca);
	struct ca_bytes response = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ocsp_issue(&responder, &status, 1, end + DAY, SOFT_NOW,
		      &response, &err),
	    &err);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT next_update FROM ocsp"),
	    end);
	ca_bytes_free(&response);
	assert_int_equal(ca_ocsp_issue(&responder, &status, 1, end + DAY, end,
			     &response, &err),
	    CA_ERR_POLICY);
	assert_null(response.data);
}

static void
a_token_that_computes_wrongly_gives_none(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_responder responder = responder_of(f);
	const struct ca_status status[2] = { make_leaf(f, "a.b"),
		make_leaf(f, "c.b") };
	struct ca_bytes response[2] = { { 0 } };
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_FLIP, 1);
	assert_int_equal(ca_ocsp_issue(&responder, status, 2, SOFT_NOW + DAY,
			     SOFT_NOW, response, &err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "does not verify"));
	assert_null(response[0].data);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM ocsp"),
	    0);
}

/* Two responses of one group with one r, and none of them gets out. */
static void
a_repeated_r_stops_the_CA(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_responder responder = responder_of(f);
	const struct ca_status status[2] = { make_leaf(f, "a.b"),
		make_leaf(f, "c.b") };
	struct ca_bytes response[2] = { { 0 } };
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	assert_int_equal(ca_ocsp_issue(&responder, status, 2, SOFT_NOW + DAY,
			     SOFT_NOW, response, &err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "repeated an ECDSA r"));
	assert_null(response[0].data);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM ocsp"),
	    0);
	assert_int_equal(
	    soft_ledger_number(f->path,
		"SELECT count(*) FROM entry WHERE kind = 10 AND"
		" detail LIKE '%of the OCSP response for serial%'"),
	    1);
	soft_signer_fault(f->signer, SOFT_FAULT_NONE, 0);
	assert_int_equal(ca_ocsp_issue(&responder, status, 1, SOFT_NOW + DAY,
			     SOFT_NOW, response, &err),
	    CA_ERR_TOKEN);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

static void
signs_with_every_algorithm(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_RSA, CA_KEY_P384,
		CA_KEY_P521, CA_KEY_ED25519 };
	struct soft_ledger *f = *state;
	const struct ca_status status = make_leaf(f, "a.b");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_PKEY *key = soft_key(kinds[i]);
		struct ca_signer *signer = soft_signer(key);
		struct ca_certificate *ca = soft_ca(signer, SOFT_NOW);
		const struct ca_responder responder = { f->ledger, signer, ca,
			NULL };
		struct ca_bytes response = { 0 };
		struct ca_error err = { 0 };

		assert_ok(ca_ocsp_issue(&responder, &status, 1, SOFT_NOW + DAY,
			      SOFT_NOW, &response, &err),
		    &err);
		ca_bytes_free(&response);
		ca_certificate_free(ca);
		ca_signer_free(signer);
		EVP_PKEY_free(key);
	}
}

/* A certificate for KEY by F's CA, with EXTENSIONS of OpenSSL's syntax. */
static struct ca_certificate *
make_delegate(const struct soft_ledger *f, EVP_PKEY *ca_key, EVP_PKEY *key,
    const char *const (*extensions)[2])
{
	X509 *ca = ca_certificate_x509(f->ca), *x509 = X509_new();
	struct ca_certificate *certificate = NULL;
	unsigned char *der = NULL;
	X509V3_CTX ctx;
	struct ca_error err = { 0 };
	int len;

	assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 77), 1);
	assert_int_equal(X509_set_issuer_name(x509, X509_get_subject_name(ca)),
	    1);
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509),
			     "CN", MBSTRING_ASC,
			     (const unsigned char *)"responder", -1, -1, 0),
	    1);
	assert_non_null(
	    ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)SOFT_NOW));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509),
	    (time_t)(SOFT_NOW + 2 * DAY)));
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	X509V3_set_ctx(&ctx, ca, x509, NULL, NULL, 0);
	for (; (*extensions)[0] != NULL; extensions++) {
		X509_EXTENSION *extension = X509V3_EXT_conf(NULL, &ctx,
		    (*extensions)[0], (*extensions)[1]);

		assert_non_null(extension);
		assert_int_equal(X509_add_ext(x509, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
	assert_true(X509_sign(x509, ca_key, EVP_sha256()) > 0);
	len = i2d_X509(x509, &der);
	assert_ok(ca_certificate_parse(der, (size_t)len, &certificate, &err),
	    &err);
	OPENSSL_free(der);
	X509_free(x509);
	return certificate;
}

static void
lets_a_delegate_answer(void **state)
{
	static const char *const good[][2] = { { "extendedKeyUsage",
						   "OCSPSigning" },
		{ "keyUsage", "critical,digitalSignature" },
		{ "noCheck", "ignored" }, { NULL, NULL } };
	static const struct {
		const char *const extensions[4][2];
		const char *message;
	} bad[] = {
		{ { { "keyUsage", "digitalSignature" },
		      { "noCheck", "ignored" } },
		    "has the purpose id-kp-OCSPSigning" },
		{ { { "extendedKeyUsage", "clientAuth" },
		      { "keyUsage", "digitalSignature" },
		      { "noCheck", "ignored" } },
		    "has the purpose id-kp-OCSPSigning" },
		{ { { "extendedKeyUsage", "OCSPSigning" },
		      { "keyUsage", "keyEncipherment" },
		      { "noCheck", "ignored" } },
		    "has the key usage digitalSignature" },
		{ { { "extendedKeyUsage", "OCSPSigning" },
		      { "keyUsage", "digitalSignature" } },
		    "has id-pkix-ocsp-nocheck" },
		{ { { "extendedKeyUsage", "OCSPSigning" },
		      { "basicConstraints", "CA:TRUE" },
		      { "noCheck", "ignored" } },
		    "a responder is not a CA" },
	};
	struct soft_ledger *f = *state;
	EVP_PKEY *ca_key = soft_key(CA_KEY_P256), *key = soft_key(CA_KEY_P384);
	struct ca_signer *signer = soft_signer(key);
	const struct ca_status status = make_leaf(f, "a.b");
	struct ca_certificate *delegate, *own = f->ca;
	struct ca_signer *ca_signer = soft_signer(ca_key);
	struct ca_responder responder = { f->ledger, signer, NULL, NULL };
	struct ca_bytes response = { 0 };
	struct ca_error err = { 0 };
	OCSP_BASICRESP *basic;

	f->ca = soft_ca(ca_signer, SOFT_NOW);
	responder.ca = f->ca;
	delegate = make_delegate(f, ca_key, key, good);
	responder.delegate = delegate;
	assert_ok(ca_ocsp_check_delegate(delegate, f->ca, &err), &err);
	assert_int_equal(ca_ocsp_check_delegate(delegate, own, &err),
	    CA_ERR_POLICY);
	assert_ok(ca_ocsp_issue(&responder, &status, 1, SOFT_NOW + 9 * DAY,
		      SOFT_NOW, &response, &err),
	    &err);
	/* The end of the delegate comes first. */
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT next_update FROM ocsp"),
	    SOFT_NOW + 2 * DAY);
	basic = parsed(&response);
	assert_int_equal(sk_X509_num(OCSP_resp_get0_certs(basic)), 1);
	OCSP_BASICRESP_free(basic);
	ca_bytes_free(&response);
	ca_certificate_free(delegate);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		delegate = make_delegate(f, ca_key, key, bad[i].extensions);
		assert_int_equal(ca_ocsp_check_delegate(delegate, f->ca, &err),
		    CA_ERR_POLICY);
		if (strstr(err.message, bad[i].message) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", bad[i].message,
			    err.message);
		ca_certificate_free(delegate);
	}
	ca_certificate_free(f->ca);
	f->ca = own;
	ca_signer_free(ca_signer);
	ca_signer_free(signer);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(answers_both_kinds_of_question),
		with_ledger(without_a_reason_says_none),
		with_ledger(ends_no_later_than_the_signer),
		with_ledger(a_token_that_computes_wrongly_gives_none),
		with_ledger(a_repeated_r_stops_the_CA),
		with_ledger(signs_with_every_algorithm),
		with_ledger(lets_a_delegate_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
