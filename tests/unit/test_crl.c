/* SPDX-License-Identifier: Apache-2.0 */
/* CRLs as RFC 5280 section 5 wants them, and as the ledger counts them. */
#include "coldca/crl.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/revocation.h"
#include "core/ledger_internal.h"
#include "core/status_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define DAY INT64_C(86400)
#define LEAVES 5

static struct ca_issuer
issuer_of(struct soft_ledger *f)
{
	return (struct ca_issuer){ f->ledger, f->signer, f->ca };
}

static struct ca_crl *
issue_at(struct soft_ledger *f, int64_t now)
{
	const struct ca_issuer issuer = issuer_of(f);
	struct ca_crl *crl = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_crl_issue(&issuer, now + DAY, now, &crl, &err), &err);
	return crl;
}

static X509_CRL *
parsed(const struct ca_crl *crl)
{
	const unsigned char *p = ca_crl_der(crl)->data;
	X509_CRL *x509 = d2i_X509_CRL(NULL, &p, (long)ca_crl_der(crl)->len);

	assert_non_null(x509);
	return x509;
}

static void
make_leaf(struct soft_ledger *f, const char *who,
    uint8_t ret_serial[CA_SERIAL_SIZE])
{
	struct ca_certificate *leaf =
	    soft_ledger_issue(f, CA_PROFILE_NODE, who, who, SOFT_NOW);
	size_t len;

	memcpy(ret_serial, ca_certificate_serial(leaf, &len), CA_SERIAL_SIZE);
	ca_certificate_free(leaf);
}

static void
revoke(struct soft_ledger *f, const uint8_t serial[CA_SERIAL_SIZE],
    enum ca_reason reason, int64_t now)
{
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_revoke(f->ledger, serial, 1, reason, now, &err),
	    &err);
}

static void
an_empty_one_has_no_list_and_the_number_1(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_crl *crl = issue_at(f, SOFT_NOW);
	struct ca_error err = { 0 };
	X509_CRL *x509 = parsed(crl);

	assert_int_equal(ca_crl_number(crl), 1);
	assert_int_equal(ca_crl_this_update(crl), SOFT_NOW);
	assert_int_equal(ca_crl_next_update(crl), SOFT_NOW + DAY);
	assert_int_equal(ca_crl_count(crl), 0);
	assert_ok(ca_crl_check_issuer(crl, f->ca, &err), &err);
	assert_null(X509_CRL_get_REVOKED(x509));
	/* authorityKeyIdentifier and cRLNumber, and no others. */
	assert_int_equal(X509_CRL_get_ext_count(x509), 2);
	assert_int_equal(X509_CRL_get_ext_by_critical(x509, 1, -1), -1);
	X509_CRL_free(x509);
	ca_crl_free(crl);
}

static void
lists_in_the_order_of_serials_with_time_and_reason(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t serial[LEAVES][CA_SERIAL_SIZE];
	const char *const hosts[LEAVES] = { "a.b", "c.b", "d.b", "e.b", "f.b" };
	struct ca_crl *crl;
	STACK_OF(X509_REVOKED) * list;
	X509_CRL *x509;
	int with_reason = 0;

	for (size_t i = 0; i < LEAVES; i++)
		make_leaf(f, hosts[i], serial[i]);
	for (size_t i = 0; i < LEAVES - 1; i++)
		revoke(f, serial[i],
		    i == 0 ? CA_REASON_UNSPECIFIED : CA_REASON_KEY_COMPROMISE,
		    SOFT_NOW + (int64_t)i);
	crl = issue_at(f, SOFT_NOW + DAY);
	assert_int_equal(ca_crl_count(crl), LEAVES - 1);
	x509 = parsed(crl);
	list = X509_CRL_get_REVOKED(x509);
	for (int i = 0; i < sk_X509_REVOKED_num(list); i++) {
		X509_REVOKED *entry = sk_X509_REVOKED_value(list, i);
		const ASN1_INTEGER *number =
		    X509_REVOKED_get0_serialNumber(entry);

		with_reason += X509_REVOKED_get_ext_count(entry);
		if (i > 0)
			assert_true(
			    ASN1_INTEGER_cmp(number,
				X509_REVOKED_get0_serialNumber(
				    sk_X509_REVOKED_value(list, i - 1))) > 0);
		assert_int_equal(ASN1_STRING_length(number), CA_SERIAL_SIZE);
		assert_memory_not_equal(ASN1_STRING_get0_data(number),
		    serial[LEAVES - 1], CA_SERIAL_SIZE);
	}
	/* RFC 5280 section 5.3.1: unspecified is absent. */
	assert_int_equal(with_reason, LEAVES - 2);
	X509_CRL_free(x509);
	ca_crl_free(crl);
}

/* What was burned may be signed all the same: it stands among the others. */
static void
lists_burned_ones_in_the_order_of_serials(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err = { 0 };
	struct ca_crl *crl;
	size_t burned = 0;
	int64_t end;

	for (size_t i = 0; i < LEAVES; i++) {
		const struct ca_draft *draft =
		    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");

		make_leaf(f, "c.b", serial);
		revoke(f, serial, CA_REASON_SUPERSEDED, SOFT_NOW);
		ca_pending_free(
		    soft_ledger_reserve(f, draft, "node-a.b", SOFT_NOW));
		assert_ok(ca_ledger_settle(f->ledger, SOFT_NOW, &burned, &err),
		    &err);
		/* The last one is burned, and nothing more so far. */
		memcpy(serial, ca_draft_serial(draft), CA_SERIAL_SIZE);
		if (i < LEAVES - 1)
			revoke(f, serial, CA_REASON_KEY_COMPROMISE,
			    SOFT_NOW + 1);
	}
	/* Entries that are out of order are an error. */
	crl = issue_at(f, SOFT_NOW + DAY);
	assert_int_equal(ca_crl_count(crl), 2 * LEAVES - 1);
	ca_crl_free(crl);
	end = soft_ledger_number(f->path,
	    "SELECT max(not_after) FROM certificate");
	crl = issue_at(f, end + 1);
	assert_int_equal(ca_crl_count(crl), 2 * LEAVES - 1);
	ca_crl_free(crl);
	/* Revoked only after its end, and before the next CRL. */
	revoke(f, serial, CA_REASON_SUPERSEDED, end + 2);
	crl = issue_at(f, end + 3);
	assert_int_equal(ca_crl_count(crl), 1);
	ca_crl_free(crl);
	crl = issue_at(f, end + 4);
	assert_int_equal(ca_crl_count(crl), 0);
	ca_crl_free(crl);
}

static void
numbers_rise_through_restarts(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	for (int64_t i = 1; i <= 3; i++) {
		struct ca_crl *crl = issue_at(f, SOFT_NOW + i), *last = NULL;

		assert_int_equal(ca_crl_number(crl), i);
		soft_ledger_reopen(f, true);
		assert_ok(ca_ledger_last_crl(f->ledger, f->ca, &last, &err),
		    &err);
		assert_true(ca_bytes_equal(ca_crl_der(crl), ca_crl_der(last)));
		ca_crl_free(last);
		ca_crl_free(crl);
	}
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_false(soft_ledger_forge(f,
	    "INSERT INTO crl SELECT 1, issuer_spki_sha256, number, 1, 2, crl,"
	    " NULL FROM crl WHERE number = 3"));
	assert_false(soft_ledger_forge(f, "DELETE FROM crl"));
	assert_false(soft_ledger_forge(f, "UPDATE crl SET number = 9"));
}

/* RFC 5280 section 3.3. */
static void
what_has_expired_is_listed_once_more(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t early[CA_SERIAL_SIZE], late[CA_SERIAL_SIZE];
	struct ca_crl *crl;
	int64_t end;

	make_leaf(f, "a.b", early);
	make_leaf(f, "c.b", late);
	end = soft_ledger_number(f->path,
	    "SELECT max(not_after) FROM certificate");
	revoke(f, early, CA_REASON_SUPERSEDED, SOFT_NOW);
	crl = issue_at(f, end - 1);
	assert_int_equal(ca_crl_count(crl), 1);
	ca_crl_free(crl);
	crl = issue_at(f, end + 1);
	assert_int_equal(ca_crl_count(crl), 1);
	ca_crl_free(crl);
	/* Revoked only after its end, and before the next CRL. */
	revoke(f, late, CA_REASON_SUPERSEDED, end + 2);
	crl = issue_at(f, end + 3);
	assert_int_equal(ca_crl_count(crl), 1);
	ca_crl_free(crl);
	crl = issue_at(f, end + 4);
	assert_int_equal(ca_crl_count(crl), 0);
	ca_crl_free(crl);
}

static void
ends_no_later_than_the_CA(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_issuer issuer = issuer_of(f);
	int64_t end = ca_certificate_not_after(f->ca);
	struct ca_crl *crl = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_crl_issue(&issuer, end + DAY, SOFT_NOW, &crl, &err), &err);
	assert_int_equal(ca_crl_next_update(crl), end);
	ca_crl_free(crl);
	crl = NULL;
	assert_int_equal(ca_crl_issue(&issuer, end + DAY, end, &crl, &err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "the CA certificate expired at "));
	assert_null(crl);
}

static void
the_last_one_of_a_compromised_CA_lasts_as_long_as_it(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	const struct ca_issuer issuer = { f->ledger, f->signer, ca };
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_crl *crl = NULL;
	size_t leaves = 0;
	struct ca_error err = { 0 };

	make_leaf(f, "a.b", serial);
	assert_ok(ca_ledger_compromise(f->ledger, ca, CA_REASON_KEY_COMPROMISE,
		      SOFT_NOW, &leaves, &err),
	    &err);
	assert_ok(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl, &err),
	    &err);
	assert_int_equal(ca_crl_next_update(crl), ca_certificate_not_after(ca));
	/* The leaf, and the CA itself. */
	assert_int_equal(ca_crl_count(crl), 2);
	ca_crl_free(crl);
	ca_certificate_free(ca);
}

static void
a_clock_that_goes_back_stops_it(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_issuer issuer = issuer_of(f);
	struct ca_crl *crl = issue_at(f, SOFT_NOW + DAY), *none = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &none,
			     &err),
	    CA_ERR_POLICY);
	assert_string_equal(err.message,
	    "the clock is behind CRL number 1, which was issued at 2026-01-02T00:00:00Z");
	assert_null(none);
	ca_crl_free(crl);
}

static void
a_token_that_computes_wrongly_gives_none(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_issuer issuer = issuer_of(f);
	struct ca_crl *crl = NULL;
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_FLIP, 0);
	assert_int_equal(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl,
			     &err),
	    CA_ERR_TOKEN);
	assert_string_equal(err.message,
	    "the signature that the token made of a CRL does not verify");
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM crl"),
	    0);
	soft_signer_fault(f->signer, SOFT_FAULT_NONE, 0);
	crl = issue_at(f, SOFT_NOW);
	assert_int_equal(ca_crl_number(crl), 1);
	ca_crl_free(crl);
}

/* The r of a certificate comes again in a CRL, and stops the CA. */
static void
a_repeated_r_stops_the_CA(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_issuer issuer = issuer_of(f);
	const char *name = "node-x";
	const struct ca_draft *draft;
	struct ca_pending *pending = NULL;
	struct ca_crl *crl = NULL;
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	make_leaf(f, "a.b", serial);
	assert_int_equal(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl,
			     &err),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "repeated an ECDSA r"));
	assert_null(crl);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry WHERE kind = 10 AND"
			     " detail LIKE 'the token repeated the ECDSA r of"
			     " serial %'"),
	    1);
	soft_signer_fault(f->signer, SOFT_FAULT_NONE, 0);
	draft = soft_ledger_draft(f, CA_PROFILE_NODE, "x.b");
	assert_int_equal(ca_ledger_reserve(f->ledger, &draft, &name, 1,
			     SOFT_NOW, &pending, &err),
	    CA_ERR_TOKEN);
	assert_int_equal(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl,
			     &err),
	    CA_ERR_TOKEN);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

/* The same the other way round: the CRL was first. */
static void
a_certificate_with_the_r_of_a_CRL_is_not_issued(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_crl *crl;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "x.b");
	struct ca_pending *pending;
	struct ca_certificate *certificate;
	const struct ca_certificate *one;
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	crl = issue_at(f, SOFT_NOW);
	pending = soft_ledger_reserve(f, draft, "node-x", SOFT_NOW);
	certificate = soft_ledger_sign(f, draft);
	one = certificate;
	assert_int_equal(ca_ledger_record(f->ledger,
			     (const struct ca_pending *const *)&pending, &one,
			     1, SOFT_NOW, &err),
	    CA_ERR_TOKEN);
	assert_null(one);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry WHERE kind = 10 AND"
			     " detail LIKE '%the ECDSA r of CRL number 1:%'"),
	    1);
	ca_certificate_free(certificate);
	ca_pending_free(pending);
	ca_crl_free(crl);
}

/* A key that is disclosed signs its last CRL once it is given up. */
static void
a_disclosed_key_signs_its_last_one(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	const struct ca_issuer issuer = { f->ledger, f->signer, ca };
	struct ca_crl *crl = NULL;
	size_t leaves = 0;
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_disclose(f->ledger,
			     ca_certificate_key_info(ca)->spki_sha256, "a test",
			     SOFT_NOW, &err),
	    CA_ERR_TOKEN);
	assert_int_equal(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl,
			     &err),
	    CA_ERR_TOKEN);
	assert_ok(ca_ledger_compromise(f->ledger, ca, CA_REASON_KEY_COMPROMISE,
		      SOFT_NOW, &leaves, &err),
	    &err);
	assert_ok(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl, &err),
	    &err);
	ca_crl_free(crl);
	ca_certificate_free(ca);
}

static void
another_CA_s_is_told_apart(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_signer *signer = soft_signer(NULL);
	/* The same name, and another key: as after a rotation. */
	struct ca_certificate *ca = soft_ca(signer, SOFT_NOW);
	struct ca_crl *crl = issue_at(f, SOFT_NOW), *last = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ca_crl_check_issuer(crl, ca, &err), CA_ERR_POLICY);
	assert_ok(ca_ledger_last_crl(f->ledger, ca, &last, &err), &err);
	assert_null(last);
	ca_crl_free(crl);
	ca_certificate_free(ca);
	ca_signer_free(signer);
}

static void
signs_with_every_algorithm(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_RSA, CA_KEY_P256,
		CA_KEY_P384, CA_KEY_P521, CA_KEY_ED25519 };
	struct soft_ledger *f = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_PKEY *key = soft_key(kinds[i]);
		struct ca_signer *signer = soft_signer(key);
		struct ca_certificate *ca = soft_ca(signer, SOFT_NOW);
		const struct ca_issuer issuer = { f->ledger, signer, ca };
		struct ca_crl *crl = NULL;
		struct ca_error err = { 0 };

		assert_ok(ca_crl_issue(&issuer, SOFT_NOW + DAY, SOFT_NOW, &crl,
			      &err),
		    &err);
		assert_ok(soft_ledger_verify(f, &err), &err);
		ca_crl_free(crl);
		ca_certificate_free(ca);
		ca_signer_free(signer);
		EVP_PKEY_free(key);
	}
}

static void
refuses_entries_out_of_order(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_crl_head head = { f->ca, f->signer->algorithm, 1,
		SOFT_NOW, SOFT_NOW + DAY };
	struct ca_revocation revocation = { .serial = { 0x40, 2 } };
	struct ca_crl_builder *builder = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_crl_begin(&head, f->dir, &builder, &err), &err);
	assert_ok(ca_crl_add(builder, &revocation, &err), &err);
	assert_int_equal(ca_crl_add(builder, &revocation, &err),
	    CA_ERR_INTERNAL);
	revocation.serial[1] = 1;
	assert_int_equal(ca_crl_add(builder, &revocation, &err),
	    CA_ERR_INTERNAL);
	ca_crl_builder_free(builder);
}

/* RFC 5280 section 5.1.2.4: the form of the time changes with 2050. */
static void
writes_times_as_their_year_wants(void **state)
{
	static const uint8_t utc[] = { 0x17, 13, '4', '9', '1', '2', '3', '1' };
	static const uint8_t general[] = { 0x18, 15, '2', '0', '5', '0', '0',
		'1' };
	struct soft_ledger *f = *state;
	const struct ca_crl_head head = { f->ca, f->signer->algorithm, 1,
		INT64_C(2524607999), INT64_C(2524608000) };
	struct ca_crl_builder *builder = NULL;
	struct ca_bytes tbs = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_crl_begin(&head, f->dir, &builder, &err), &err);
	assert_ok(ca_crl_finish(builder, &tbs, &err), &err);
	assert_non_null(memmem(tbs.data, tbs.len, utc, sizeof(utc)));
	assert_non_null(memmem(tbs.data, tbs.len, general, sizeof(general)));
	ca_crl_builder_free(builder);
}

#define MANY 40000 /* entries: two pieces in the ledger */

/* A CRL of MANY entries, of serials that nobody has. */
static struct ca_crl *
make_large(struct soft_ledger *f, int64_t number)
{
	const struct ca_crl_head head = { f->ca, f->signer->algorithm, number,
		SOFT_NOW, SOFT_NOW + DAY };
	struct ca_revocation revocation = { .serial = { 0x40 } };
	struct ca_bytes tbs = { 0 }, signature = { 0 };
	struct ca_crl_builder *builder = NULL;
	struct ca_crl *crl = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_crl_begin(&head, f->dir, &builder, &err), &err);
	for (unsigned i = 1; i <= MANY; i++) {
		revocation.serial[13] = (uint8_t)(i >> 16);
		revocation.serial[14] = (uint8_t)(i >> 8);
		revocation.serial[15] = (uint8_t)i;
		revocation.revoked_at = SOFT_NOW - i / 1000;
		revocation.reason =
		    i % 2 == 0 ? CA_REASON_SUPERSEDED : CA_REASON_UNSPECIFIED;
		assert_ok(ca_crl_add(builder, &revocation, &err), &err);
	}
	assert_ok(ca_crl_finish(builder, &tbs, &err), &err);
	assert_ok(f->signer->sign(f->signer, tbs.data, tbs.len, &signature,
		      &err),
	    &err);
	assert_ok(ca_crl_seal(builder, &signature, &crl, &err), &err);
	ca_bytes_free(&signature);
	ca_crl_builder_free(builder);
	return crl;
}

static void
a_large_one_is_what_openssl_reads(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_crl *crl = make_large(f, 1);
	X509_CRL *x509 = parsed(crl);
	STACK_OF(X509_REVOKED) *list = X509_CRL_get_REVOKED(x509);
	struct ca_error err = { 0 };

	assert_int_equal(ca_crl_count(crl), MANY);
	assert_int_equal(sk_X509_REVOKED_num(list), MANY);
	assert_int_equal(X509_CRL_verify(x509, ca_certificate_key(f->ca)), 1);
	assert_ok(ca_crl_check_issuer(crl, f->ca, &err), &err);
	X509_CRL_free(x509);
	ca_crl_free(crl);
}

static enum ca_code
collect(void *arg, const void *data, size_t len, struct ca_error *err)
{
	return ca_bytes_append(arg, data, len, err);
}

static void
its_pem_is_that_of_openssl(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_crl *crls[] = { make_large(f, 1), issue_at(f, SOFT_NOW) };

	for (size_t i = 0; i < 2; i++) {
		X509_CRL *x509 = parsed(crls[i]);
		BIO *bio = BIO_new(BIO_s_mem());
		struct ca_bytes pem = { 0 };
		struct ca_error err = { 0 };
		char *text = NULL;
		long len;

		assert_int_equal(PEM_write_bio_X509_CRL(bio, x509), 1);
		len = BIO_get_mem_data(bio, &text);
		assert_ok(ca_crl_write_pem(crls[i], collect, &pem, &err), &err);
		assert_int_equal(pem.len, len);
		assert_memory_equal(pem.data, text, pem.len);
		ca_bytes_free(&pem);
		BIO_free_all(bio);
		X509_CRL_free(x509);
		ca_crl_free(crls[i]);
	}
}

static void
a_large_one_is_kept_in_pieces(void **state)
{
	struct soft_ledger *f = *state;
	const uint8_t *spki = ca_certificate_key_info(f->ca)->spki_sha256;
	struct ca_crl *crl = make_large(f, 1), *last = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_record_crl(f->ledger, crl, spki, SOFT_NOW, &err),
	    &err);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM crl_part"),
	    2);
	soft_ledger_reopen(f, true);
	assert_ok(ca_ledger_last_crl(f->ledger, f->ca, &last, &err), &err);
	assert_true(ca_bytes_equal(ca_crl_der(crl), ca_crl_der(last)));
	assert_ok(ca_ledger_verify(f->ledger, &err), &err);
	ca_crl_free(last);
	ca_crl_free(crl);
	/* The next one is its successor. */
	crl = issue_at(f, SOFT_NOW);
	assert_int_equal(ca_crl_number(crl), 2);
	ca_crl_free(crl);
}

/* What is done to the pieces, past the ledger. */
static const char *const damages[] = {
	"DROP TRIGGER crl_part_update; UPDATE crl_part SET data = x'00'"
	" WHERE part = 2",
	"DROP TRIGGER crl_part_delete; DELETE FROM crl_part WHERE part = 1",
	"DROP TRIGGER crl_part_delete; DELETE FROM crl_part",
	"INSERT INTO crl_part (entry, part, data)"
	" SELECT entry, 3, x'30' FROM crl_part WHERE part = 1",
};

static void
a_piece_that_was_changed_is_found(void **state)
{
	struct soft_ledger *f = *state;
	const uint8_t *spki = ca_certificate_key_info(f->ca)->spki_sha256;
	struct ca_error err = { 0 };

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct ca_crl *crl, *last = NULL;

		soft_ledger_teardown((void **)&f);
		assert_int_equal(soft_ledger_setup((void **)&f), 0);
		*state = f;
		spki = ca_certificate_key_info(f->ca)->spki_sha256;
		crl = make_large(f, 1);
		assert_ok(ca_ledger_record_crl(f->ledger, crl, spki, SOFT_NOW,
			      &err),
		    &err);
		assert_true(soft_ledger_forge(f, damages[i]));
		assert_int_equal(ca_ledger_last_crl(f->ledger, f->ca, &last,
				     &err),
		    CA_ERR_LEDGER);
		assert_null(last);
		assert_int_equal(ca_ledger_verify(f->ledger, &err),
		    CA_ERR_LEDGER);
		assert_non_null(strstr(err.message, "speaks of a CRL that"));
		ca_crl_free(crl);
	}
}

/* One octet of a small CRL, changed or put in, is never taken for a CRL. */
static void
refuses_each_length_that_is_not_der(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_crl *crl = issue_at(f, SOFT_NOW), *none = NULL;
	const struct ca_bytes *der = ca_crl_der(crl);
	struct ca_bytes copy = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_bytes_append(&copy, der->data, der->len, &err), &err);
	/* 30 82 xx xx: the length in one octet more, and indefinite. */
	copy.data[1] = 0x80;
	assert_int_equal(ca_crl_parse(copy.data, copy.len, &none, &err),
	    CA_ERR_INPUT);
	copy.data[1] = 0x85;
	assert_int_equal(ca_crl_parse(copy.data, copy.len, &none, &err),
	    CA_ERR_INPUT);
	copy.data[1] = 0xff;
	assert_int_equal(ca_crl_parse(copy.data, copy.len, &none, &err),
	    CA_ERR_INPUT);
	assert_null(none);
	ca_bytes_free(&copy);
	ca_crl_free(crl);
}

static void
refuses_what_is_not_one_crl(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_crl *crl = issue_at(f, SOFT_NOW), *none = NULL;
	const struct ca_bytes *der = ca_crl_der(crl);
	struct ca_bytes longer = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_bytes_append(&longer, der->data, der->len, &err), &err);
	assert_ok(ca_bytes_append(&longer, "", 1, &err), &err);
	assert_int_equal(ca_crl_parse(longer.data, longer.len, &none, &err),
	    CA_ERR_INPUT);
	for (size_t len = 0; len < der->len; len++)
		assert_int_equal(ca_crl_parse(der->data, len, &none, &err),
		    CA_ERR_INPUT);
	assert_null(none);
	ca_bytes_free(&longer);
	ca_crl_free(crl);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(an_empty_one_has_no_list_and_the_number_1),
		with_ledger(lists_in_the_order_of_serials_with_time_and_reason),
		with_ledger(lists_burned_ones_in_the_order_of_serials),
		with_ledger(numbers_rise_through_restarts),
		with_ledger(what_has_expired_is_listed_once_more),
		with_ledger(ends_no_later_than_the_CA),
		with_ledger(
		    the_last_one_of_a_compromised_CA_lasts_as_long_as_it),
		with_ledger(a_clock_that_goes_back_stops_it),
		with_ledger(a_token_that_computes_wrongly_gives_none),
		with_ledger(a_repeated_r_stops_the_CA),
		with_ledger(a_certificate_with_the_r_of_a_CRL_is_not_issued),
		with_ledger(a_disclosed_key_signs_its_last_one),
		with_ledger(another_CA_s_is_told_apart),
		with_ledger(signs_with_every_algorithm),
		with_ledger(refuses_entries_out_of_order),
		with_ledger(writes_times_as_their_year_wants),
		with_ledger(refuses_what_is_not_one_crl),
		with_ledger(a_large_one_is_what_openssl_reads),
		with_ledger(its_pem_is_that_of_openssl),
		with_ledger(a_large_one_is_kept_in_pieces),
		with_ledger(a_piece_that_was_changed_is_found),
		with_ledger(refuses_each_length_that_is_not_der),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
