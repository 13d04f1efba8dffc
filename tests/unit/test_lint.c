/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/lint.h"

#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/lint_rows.h"
#include "unit/test.h"

/* Good certificates of each kind, and the keys of their CAs. */
struct fixture {
	struct ca_certificate *cert[LINT_BASES];
	EVP_PKEY *key, *rsa;
};

static const struct lint_row *const lists[] = { lint_form_rows,
	lint_subject_rows, lint_extension_rows, lint_usage_rows, lint_key_rows,
	lint_name_rows, lint_pointer_rows, lint_issuer_rows,
	lint_cockroach_rows, lint_profile_rows };

#define LISTS (sizeof(lists) / sizeof(lists[0]))

/* What each leaf is. */
static const struct {
	enum lint_base base;
	enum ca_profile_id profile;
	enum ca_key_kind key;
	const char *who;
} leaves[] = {
	{ LINT_NODE, CA_PROFILE_NODE, CA_KEY_P256, "n1.example.com 10.0.0.1" },
	{ LINT_CLIENT, CA_PROFILE_CLIENT, CA_KEY_P384, "maxroach" },
	{ LINT_UI, CA_PROFILE_UI, CA_KEY_P521, "ui.example.com" },
	{ LINT_RESPONDER, CA_PROFILE_OCSP, CA_KEY_P256, "" },
	{ LINT_ED25519, CA_PROFILE_NODE, CA_KEY_ED25519, "n1.example.com" },
	{ LINT_RSA, CA_PROFILE_NODE, CA_KEY_RSA, "n1.example.com" },
};

static enum lint_base
ca_of(enum lint_base base)
{
	return base <= LINT_CA ? LINT_CA : LINT_RSA_CA;
}

static int
setup(void **state)
{
	static struct fixture f;
	struct ca_signer *signer, *rsa;

	f.key = soft_key(CA_KEY_P256);
	f.rsa = soft_key(CA_KEY_RSA);
	signer = soft_signer(f.key);
	rsa = soft_signer(f.rsa);
	f.cert[LINT_CA] = soft_ca(signer, SOFT_NOW);
	f.cert[LINT_RSA_CA] = soft_ca(rsa, SOFT_NOW);
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		enum lint_base base = leaves[i].base, ca = ca_of(base);
		EVP_PKEY *key = soft_key(leaves[i].key);
		struct ca_grant grant =
		    soft_grant(leaves[i].profile, leaves[i].who, key, 0);

		f.cert[base] = soft_leaf(ca == LINT_CA ? signer : rsa,
		    f.cert[ca], &grant, SOFT_NOW);
		ca_grant_clear(&grant);
		EVP_PKEY_free(key);
	}
	ca_signer_free(signer);
	ca_signer_free(rsa);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < LINT_BASES; i++)
		ca_certificate_free(f->cert[i]);
	EVP_PKEY_free(f->key);
	EVP_PKEY_free(f->rsa);
	return 0;
}

void
lint_drop(X509 *x509, int nid)
{
	X509_EXTENSION_free(
	    X509_delete_ext(x509, X509_get_ext_by_NID(x509, nid, -1)));
}

void
lint_set_serial(X509 *x509, long number)
{
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x509), number);
}

void
lint_empty_name(X509 *x509, int issuer)
{
	X509_NAME *name = X509_NAME_new();

	(void)(issuer ? X509_set_issuer_name(x509, name)
		      : X509_set_subject_name(x509, name));
	X509_NAME_free(name);
}

static void
set_extension(X509 *x509, const struct lint_row *row)
{
	X509_EXTENSION *ext = NULL;

	lint_drop(x509, row->nid);
	if (row->conf != NULL) {
		X509V3_CTX ctx;

		X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
		ext = X509V3_EXT_conf_nid(NULL, &ctx, row->nid, row->conf);
		if (ext == NULL)
			fail_msg("%s: no extension: %s", row->rule, row->conf);
		(void)X509_EXTENSION_set_critical(ext, row->critical);
	} else if (row->der != NULL) {
		ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

		(void)ASN1_OCTET_STRING_set(value,
		    (const unsigned char *)row->der, (int)row->der_len);
		ext = X509_EXTENSION_create_by_NID(NULL, row->nid,
		    row->critical, value);
		ASN1_OCTET_STRING_free(value);
		assert_non_null(ext);
	}
	if (ext != NULL)
		assert_int_equal(X509_add_ext(x509, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static void
add_attribute(X509 *x509, const struct lint_row *row)
{
	int len = row->type == V_ASN1_UNIVERSALSTRING ? 4 : -1;

	assert_int_equal(X509_NAME_add_entry_by_NID(X509_get_subject_name(x509),
			     row->attribute, row->type,
			     (const unsigned char *)row->text, len, -1,
			     row->set),
	    1);
}

/* The lengths of the certificate and of its TBS, in two octets, grow. */
static void
lengthen(uint8_t *at, size_t by)
{
	size_t len = ((size_t)at[0] << 8 | at[1]) + by;

	at[0] = (uint8_t)(len >> 8);
	at[1] = (uint8_t)len;
}

/* Changes the *LEN bytes of DER, which has room for what ROW inserts. */
static void
edit(const struct lint_row *row, uint8_t *der, size_t *len)
{
	uint8_t *at = NULL, *next = der;

	if (row->from != NULL) {
		while ((next = memmem(next, *len - (size_t)(next - der),
			    row->from, row->len)) != NULL)
			at = next++;
		assert_non_null(at);
		memcpy(at, row->to, row->len);
	}
	if (row->insert != NULL) {
		at = memmem(der, *len, "\xa3\x81", 2);
		assert_non_null(at);
		memmove(at + row->len, at, *len - (size_t)(at - der));
		memcpy(at, row->insert, row->len);
		lengthen(der + 2, row->len);
		lengthen(der + 6, row->len);
		*len += row->len;
	}
}

static X509 *
copy(const struct ca_certificate *cert)
{
	X509 *x509 = X509_dup(ca_certificate_x509(cert));

	assert_non_null(x509);
	return x509;
}

/* X509 as a certificate, and frees it. */
static struct ca_certificate *
read_back(X509 *x509, const struct lint_row *row)
{
	struct ca_certificate *cert = NULL;
	unsigned char *out = NULL;
	int made = i2d_X509(x509, &out);
	size_t len = (size_t)made;
	struct ca_error err;
	uint8_t *der;

	assert_true(made > 0);
	der = malloc(len + 16);
	assert_non_null(der);
	memcpy(der, out, len);
	if (row != NULL)
		edit(row, der, &len);
	if (ca_certificate_parse(der, len, &cert, &err) != CA_OK)
		fail_msg("%s: %s", row != NULL ? row->rule : "issuer",
		    err.message);
	free(der);
	OPENSSL_free(out);
	X509_free(x509);
	return cert;
}

static struct ca_certificate *
spoil(struct fixture *f, const struct lint_row *row)
{
	X509 *x509 = copy(f->cert[row->base]);
	EVP_PKEY *key = ca_of(row->base) == LINT_CA ? f->key : f->rsa;

	if (row->spoil != NULL)
		row->spoil(x509);
	if (row->nid != 0)
		set_extension(x509, row);
	if (row->attribute != 0)
		add_attribute(x509, row);
	assert_true(
	    (row->sign != NULL ? row->sign(x509, key)
			       : X509_sign(x509, key, EVP_sha256())) > 0);
	if (row->after != NULL)
		row->after(x509);
	return read_back(x509, row);
}

/* The issuer that ROW wants beside its certificate; or NULL: a CA has none. */
static struct ca_certificate *
issuer_of(struct fixture *f, const struct lint_row *row)
{
	enum lint_base base = row->issuer;
	X509 *x509;

	if (base == LINT_NODE) {
		if (row->base == ca_of(row->base))
			return NULL;
		base = row->issuer_is_leaf ? LINT_NODE : ca_of(row->base);
	}
	x509 = copy(f->cert[base]);
	if (row->spoil_issuer != NULL) {
		row->spoil_issuer(x509);
		assert_true(X509_sign(x509, f->key, EVP_sha256()) > 0);
	}
	return read_back(x509, NULL);
}

static bool
has(const struct ca_findings *findings, const char *rule)
{
	for (size_t i = 0; i < findings->count; i++)
		if (strcmp(findings->item[i].rule, rule) == 0)
			return true;
	return false;
}

static size_t missed;

static void
check_row(struct fixture *f, const struct lint_row *row, size_t number)
{
	struct ca_certificate *cert = spoil(f, row);
	struct ca_certificate *issuer = issuer_of(f, row);
	struct ca_findings findings = { 0 };

	ca_lint(cert, issuer, CA_LINT_PROFILES, &findings);
	if (!has(&findings, row->rule)) {
		print_error("row %zu: %s found nothing\n", number, row->rule);
		missed++;
	}
	ca_findings_clear(&findings);
	ca_certificate_free(issuer);
	ca_certificate_free(cert);
}

static void
each_rule_finds_its_fault(void **state)
{
	for (size_t i = 0; i < LISTS; i++)
		for (size_t k = 0; lists[i][k].rule != NULL; k++)
			check_row(*state, &lists[i][k], k);
	assert_int_equal(missed, 0);
}

static void
no_rule_finds_what_is_no_fault(void **state)
{
	for (size_t i = 0; lint_quiet_rows[i].rule != NULL; i++) {
		const struct lint_row *row = &lint_quiet_rows[i];
		struct ca_certificate *cert = spoil(*state, row);
		struct ca_certificate *issuer = issuer_of(*state, row);
		struct ca_findings findings = { 0 };

		ca_lint(cert, issuer, CA_LINT_PROFILES, &findings);
		if (has(&findings, row->rule))
			fail_msg("row %zu: %s found something", i, row->rule);
		ca_findings_clear(&findings);
		ca_certificate_free(issuer);
		ca_certificate_free(cert);
	}
}

static void
each_rule_has_a_bad_certificate(void **state)
{
	const struct ca_lint_rule *rule;
	enum ca_lint_set set;

	(void)state;
	for (size_t n = 0; (rule = ca_lint_rule(n, &set)) != NULL; n++) {
		bool found = false;

		for (size_t i = 0; i < LISTS; i++)
			for (size_t k = 0; lists[i][k].rule != NULL; k++)
				found = found ||
				    strcmp(lists[i][k].rule, rule->name) == 0;
		if (!found)
			fail_msg("%s: no row", rule->name);
	}
}

static void
each_rule_has_a_name_of_its_own(void **state)
{
	const struct ca_lint_rule *a, *b;
	enum ca_lint_set set;

	(void)state;
	for (size_t i = 0; (a = ca_lint_rule(i, &set)) != NULL; i++) {
		assert_int_equal(strncmp(a->name, "lint-", 5), 0);
		for (size_t k = 0; k < i; k++) {
			b = ca_lint_rule(k, &set);
			assert_string_not_equal(a->name, b->name);
		}
	}
}

/* Fails with what was found in CERT. */
static void
assert_clean(const struct ca_certificate *cert,
    const struct ca_certificate *issuer)
{
	struct ca_findings findings = { 0 };

	ca_lint(cert, issuer, CA_LINT_PROFILES, &findings);
	if (findings.count > 0)
		fail_msg("%s: %s: %s", ca_certificate_subject_text(cert),
		    findings.item[0].rule, findings.item[0].text);
	ca_findings_clear(&findings);
}

static void
finds_nothing_in_good_certificates(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < LINT_BASES; i++) {
		enum lint_base ca = ca_of((enum lint_base)i);

		assert_clean(f->cert[i], NULL);
		if (ca != i)
			assert_clean(f->cert[i], f->cert[ca]);
	}
}

/* Good ones that are near to bad ones. */
static const struct lint_row good[] = {
	{ "path", LINT_CLIENT, .nid = NID_subject_alt_name,
	    .conf = "URI:crdb://tenant/5/user/maxroach" },
	{ "star", .nid = NID_subject_alt_name, .conf = "DNS:*.example.com" },
	{ "idn", .nid = NID_subject_alt_name,
	    .conf = "DNS:xn--bcher-kva.example.com,DNS:0xg,DNS:a.1a" },
	{ "v6", .nid = NID_subject_alt_name, .conf = "IP:::1,IP:2001:db8::1" },
	{ .rule = NULL },
};

static void
finds_nothing_in_what_is_nearly_bad(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; good[i].rule != NULL; i++) {
		struct ca_certificate *cert = spoil(f, &good[i]);

		assert_clean(cert, f->cert[LINT_CA]);
		ca_certificate_free(cert);
	}
}

/* cockroach's CA may sign one more CA, and revokes nothing: no standard minds. */
static void
leaves_other_peoples_profiles_alone(void **state)
{
	static const struct lint_row cockroach = { "cockroach", LINT_CA,
		.nid = NID_key_usage, .critical = 1,
		LINT_DER("\x03\x02\x02\x84") };
	struct ca_certificate *cert = spoil(*state, &cockroach);
	struct ca_findings findings = { 0 };

	ca_lint(cert, NULL, CA_LINT_STANDARDS, &findings);
	assert_int_equal(findings.count, 0);
	ca_lint(cert, NULL, CA_LINT_PROFILES, &findings);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.item[0].rule, "lint-crl-sign");
	ca_findings_clear(&findings);
	ca_certificate_free(cert);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_finds_its_fault),
		cmocka_unit_test(no_rule_finds_what_is_no_fault),
		cmocka_unit_test(each_rule_has_a_bad_certificate),
		cmocka_unit_test(each_rule_has_a_name_of_its_own),
		cmocka_unit_test(finds_nothing_in_good_certificates),
		cmocka_unit_test(finds_nothing_in_what_is_nearly_bad),
		cmocka_unit_test(leaves_other_peoples_profiles_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
