/* SPDX-License-Identifier: Apache-2.0 */
/* The rules are in the files beside this one, a table in each. */
#include "core/certificate_internal.h"
#include "core/lint_internal.h"

#include <openssl/err.h>

static const struct {
	enum ca_lint_set set;
	const struct ca_lint_rule *rules;
} tables[] = {
	{ CA_LINT_STANDARDS, ca_lint_form_rules },
	{ CA_LINT_STANDARDS, ca_lint_subject_rules },
	{ CA_LINT_STANDARDS, ca_lint_extension_rules },
	{ CA_LINT_STANDARDS, ca_lint_usage_rules },
	{ CA_LINT_STANDARDS, ca_lint_key_rules },
	{ CA_LINT_STANDARDS, ca_lint_san_rules },
	{ CA_LINT_STANDARDS, ca_lint_dns_rules },
	{ CA_LINT_STANDARDS, ca_lint_pointer_rules },
	{ CA_LINT_STANDARDS, ca_lint_issuer_rules },
	{ CA_LINT_STANDARDS, ca_lint_cockroach_rules },
	{ CA_LINT_PROFILES, ca_lint_profile_rules },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

bool
ca_lint_has(const struct ca_lint_subject *s, int nid)
{
	return X509_get_ext_by_NID(s->x509, nid, -1) >= 0;
}

bool
ca_lint_has_critical(const struct ca_lint_subject *s, int nid)
{
	int at = X509_get_ext_by_NID(s->x509, nid, -1);

	/* There is no extension -1, and what is none is not critical. */
	return X509_EXTENSION_get_critical(X509_get_ext(s->x509, at)) != 0;
}

const ASN1_OCTET_STRING *
ca_lint_octets(const struct ca_lint_subject *s, int nid)
{
	int at = X509_get_ext_by_NID(s->x509, nid, -1);

	return X509_EXTENSION_get_data(X509_get_ext(s->x509, at));
}

void *
ca_lint_value(const struct ca_lint_subject *s, int nid)
{
	return X509_get_ext_d2i(s->x509, nid, NULL, NULL);
}

bool
ca_lint_is_ec(const struct ca_lint_subject *s)
{
	enum ca_key_kind kind = ca_certificate_key_info(s->cert)->kind;

	return kind == CA_KEY_P256 || kind == CA_KEY_P384 ||
	    kind == CA_KEY_P521;
}

bool
ca_lint_each_name(const struct ca_lint_subject *s, enum ca_name_kind kind,
    bool (*holds)(const struct ca_name *name))
{
	const struct ca_names *names = ca_certificate_names(s->cert);

	for (size_t i = 0; i < names->count; i++)
		if (names->item[i].kind == kind && !holds(&names->item[i]))
			return false;
	return true;
}

/*
 * The bits of the key usage. X509_get_key_usage() gives none once any extension
 * displeases OpenSSL, and one fault would look like many.
 */
static uint32_t
read_key_usage(const struct ca_lint_subject *s)
{
	ASN1_BIT_STRING *bits = ca_lint_value(s, NID_key_usage);
	uint32_t usage = 0;

	if (bits == NULL)
		return UINT32_MAX;
	for (int i = 0; i < ASN1_STRING_length(bits) && i < 2; i++)
		usage |= (uint32_t)ASN1_STRING_get0_data(bits)[i] << (8 * i);
	ASN1_BIT_STRING_free(bits);
	return usage;
}

static const struct {
	int nid;
	uint32_t bit;
} purposes[] = {
	{ NID_server_auth, XKU_SSL_SERVER },
	{ NID_client_auth, XKU_SSL_CLIENT },
	{ NID_OCSP_sign, XKU_OCSP_SIGN },
	{ NID_anyExtendedKeyUsage, XKU_ANYEKU },
};

#define PURPOSES (sizeof(purposes) / sizeof(purposes[0]))

static uint32_t
read_purposes(const struct ca_lint_subject *s)
{
	EXTENDED_KEY_USAGE *list = ca_lint_value(s, NID_ext_key_usage);
	uint32_t extended = 0;

	if (list == NULL)
		return UINT32_MAX;
	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++) {
		int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(list, i));
		size_t k = 0;

		while (k < PURPOSES && purposes[k].nid != nid)
			k++;
		extended |=
		    k < PURPOSES ? purposes[k].bit : CA_LINT_OTHER_PURPOSE;
	}
	EXTENDED_KEY_USAGE_free(list);
	return extended;
}

static bool
is_in_scope(const struct ca_lint_subject *s, enum ca_lint_scope scope)
{
	switch (scope) {
	case CA_LINT_CA:
		return s->is_ca;
	case CA_LINT_LEAF:
		return !s->is_ca;
	case CA_LINT_SERVER:
		return !s->is_ca && s->extended != UINT32_MAX &&
		    (s->extended & XKU_SSL_SERVER) != 0;
	case CA_LINT_ISSUED:
		return s->issuer != NULL;
	case CA_LINT_ALL:
		break;
	}
	return true;
}

const char *
ca_lint_scope_name(enum ca_lint_scope scope)
{
	static const char *const names[] = {
		[CA_LINT_ALL] = "all",
		[CA_LINT_CA] = "CAs",
		[CA_LINT_LEAF] = "leaves",
		[CA_LINT_SERVER] = "servers",
		[CA_LINT_ISSUED] = "issued",
	};

	return names[scope];
}

const struct ca_lint_rule *
ca_lint_rule(size_t index, enum ca_lint_set *ret_set)
{
	for (size_t t = 0; t < TABLES; t++) {
		const struct ca_lint_rule *rule = tables[t].rules;

		for (; rule->name != NULL; rule++) {
			if (index-- > 0)
				continue;
			*ret_set = tables[t].set;
			return rule;
		}
	}
	return NULL;
}

static void
run(const struct ca_lint_subject *s, const struct ca_lint_rule *rules,
    struct ca_findings *findings)
{
	for (const struct ca_lint_rule *rule = rules; rule->name != NULL;
	     rule++)
		if (is_in_scope(s, rule->scope) && !rule->holds(s))
			ca_findings_add(findings, rule->name, CA_ERR_POLICY,
			    "%s: %s", rule->source, rule->otherwise);
}

void
ca_lint(const struct ca_certificate *certificate,
    const struct ca_certificate *issuer, enum ca_lint_set set,
    struct ca_findings *findings)
{
	X509 *x509 = ca_certificate_bare_x509(certificate);
	struct ca_lint_subject s = { .cert = certificate,
		.issuer = issuer,
		.x509 = x509,
		.is_ca = ca_certificate_is_ca(certificate),
		.self_issued =
		    ca_bytes_equal(ca_certificate_subject(certificate),
			ca_certificate_issuer(certificate)) };

	/* Of one that was sealed it may want memory: nothing is judged then. */
	if (x509 == NULL ||
	    (issuer != NULL && ca_certificate_bare_x509(issuer) == NULL)) {
		findings->lost++;
		return;
	}
	s.key_usage = read_key_usage(&s);
	s.extended = read_purposes(&s);
	for (size_t t = 0; t < TABLES; t++)
		if (tables[t].set <= set)
			run(&s, tables[t].rules, findings);
	/* What OpenSSL could not read has become a finding. */
	ERR_clear_error();
}
