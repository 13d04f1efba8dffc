/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: what points elsewhere (CRLs, OCSP, policies), and constraints. */
#include <string.h>

#include "core/lint_internal.h"

#define TEXT_MAX 200 /* characters (RFC 5280 section 4.2.1.4) */

/* Whether NAME is a URI that begins with one of SCHEMES, which ends in NULL. */
static bool
is_uri(const GENERAL_NAME *name, const char *const *schemes)
{
	const char *text;

	if (name->type != GEN_URI)
		return false;
	text = (const char *)ASN1_STRING_get0_data(name->d.ia5);
	for (; *schemes != NULL; schemes++)
		if ((size_t)ASN1_STRING_length(name->d.ia5) >
			strlen(*schemes) &&
		    strncmp(text, *schemes, strlen(*schemes)) == 0)
			return true;
	return false;
}

static const char *const crl_schemes[] = { "http://", "ldap://", NULL };
static const char *const access_schemes[] = { "http://", "https://", "ldap://",
	NULL };

static bool
crl_points(const struct ca_lint_subject *s,
    bool (*holds)(const DIST_POINT *point))
{
	CRL_DIST_POINTS *points = ca_lint_value(s, NID_crl_distribution_points);
	bool held = true;

	for (int i = 0; held && i < sk_DIST_POINT_num(points); i++)
		held = holds(sk_DIST_POINT_value(points, i));
	CRL_DIST_POINTS_free(points);
	return held;
}

static bool
points_somewhere(const DIST_POINT *point)
{
	return point->distpoint != NULL || point->CRLissuer != NULL;
}

static bool
crl_points_named(const struct ca_lint_subject *s)
{
	return crl_points(s, points_somewhere);
}

static bool
is_for_all_reasons(const DIST_POINT *point)
{
	return point->reasons == NULL;
}

static bool
crl_points_complete(const struct ca_lint_subject *s)
{
	return crl_points(s, is_for_all_reasons);
}

/* DistributionPointName: 0 is fullName. */
static bool
can_be_fetched(const DIST_POINT *point)
{
	const GENERAL_NAMES *names;

	if (point->distpoint == NULL || point->distpoint->type != 0)
		return true;
	names = point->distpoint->name.fullname;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		if (is_uri(sk_GENERAL_NAME_value(names, i), crl_schemes))
			return true;
	return false;
}

static bool
crl_points_fetchable(const struct ca_lint_subject *s)
{
	return crl_points(s, can_be_fetched);
}

static bool
access_filled(const struct ca_lint_subject *s)
{
	AUTHORITY_INFO_ACCESS *access = ca_lint_value(s, NID_info_access);
	bool holds = access == NULL || sk_ACCESS_DESCRIPTION_num(access) > 0;

	AUTHORITY_INFO_ACCESS_free(access);
	return holds;
}

static bool
access_fetchable(const struct ca_lint_subject *s)
{
	AUTHORITY_INFO_ACCESS *access = ca_lint_value(s, NID_info_access);
	bool holds = true;

	for (int i = 0; holds && i < sk_ACCESS_DESCRIPTION_num(access); i++)
		holds = is_uri(sk_ACCESS_DESCRIPTION_value(access, i)->location,
		    access_schemes);
	AUTHORITY_INFO_ACCESS_free(access);
	return holds;
}

/* Whether HOLDS of the certificate policies; true where there are none. */
static bool
policies(const struct ca_lint_subject *s,
    bool (*holds)(const CERTIFICATEPOLICIES *list))
{
	CERTIFICATEPOLICIES *list = ca_lint_value(s, NID_certificate_policies);
	bool held = list == NULL || holds(list);

	CERTIFICATEPOLICIES_free(list);
	return held;
}

static bool
is_filled(const CERTIFICATEPOLICIES *list)
{
	return sk_POLICYINFO_num(list) > 0;
}

static bool
policies_filled(const struct ca_lint_subject *s)
{
	return policies(s, is_filled);
}

static bool
has_no_twins(const CERTIFICATEPOLICIES *list)
{
	for (int i = 0; i < sk_POLICYINFO_num(list); i++)
		for (int k = i + 1; k < sk_POLICYINFO_num(list); k++)
			if (OBJ_cmp(sk_POLICYINFO_value(list, i)->policyid,
				sk_POLICYINFO_value(list, k)->policyid) == 0)
				return false;
	return true;
}

static bool
policies_once(const struct ca_lint_subject *s)
{
	return policies(s, has_no_twins);
}

/* Whether HOLDS of each qualifier in LIST. */
static bool
each_qualifier(const CERTIFICATEPOLICIES *list,
    bool (*holds)(const POLICYQUALINFO *qualifier))
{
	for (int i = 0; i < sk_POLICYINFO_num(list); i++) {
		const STACK_OF(POLICYQUALINFO) *qualifiers =
		    sk_POLICYINFO_value(list, i)->qualifiers;

		for (int k = 0; k < sk_POLICYQUALINFO_num(qualifiers); k++)
			if (!holds(sk_POLICYQUALINFO_value(qualifiers, k)))
				return false;
	}
	return true;
}

static bool
is_known(const POLICYQUALINFO *qualifier)
{
	int nid = OBJ_obj2nid(qualifier->pqualid);

	return nid == NID_id_qt_cps || nid == NID_id_qt_unotice;
}

static bool
has_known_qualifiers(const CERTIFICATEPOLICIES *list)
{
	return each_qualifier(list, is_known);
}

static bool
qualifiers_known(const struct ca_lint_subject *s)
{
	return policies(s, has_known_qualifiers);
}

/* The text of a user notice; NULL: there is none. */
static const ASN1_STRING *
explicit_text(const POLICYQUALINFO *qualifier)
{
	return OBJ_obj2nid(qualifier->pqualid) == NID_id_qt_unotice
	    ? qualifier->d.usernotice->exptext
	    : NULL;
}

static bool
has_right_text(const POLICYQUALINFO *qualifier)
{
	const ASN1_STRING *text = explicit_text(qualifier);

	return text == NULL || ASN1_STRING_type(text) == V_ASN1_UTF8STRING ||
	    ASN1_STRING_type(text) == V_ASN1_IA5STRING;
}

static bool
has_right_texts(const CERTIFICATEPOLICIES *list)
{
	return each_qualifier(list, has_right_text);
}

static bool
notices_right_type(const struct ca_lint_subject *s)
{
	return policies(s, has_right_texts);
}

static bool
has_short_text(const POLICYQUALINFO *qualifier)
{
	const ASN1_STRING *text = explicit_text(qualifier);
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, text); /* -1 of none */
	size_t characters = 0;

	for (int i = 0; i < len; i++)
		characters += (utf8[i] & 0xc0) != 0x80;
	OPENSSL_free(utf8);
	return characters <= TEXT_MAX;
}

static bool
has_short_texts(const CERTIFICATEPOLICIES *list)
{
	return each_qualifier(list, has_short_text);
}

static bool
notices_short(const struct ca_lint_subject *s)
{
	return policies(s, has_short_texts);
}

static bool
names_not_constrained(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_name_constraints);
}

static bool
name_constraints_filled(const struct ca_lint_subject *s)
{
	NAME_CONSTRAINTS *constraints = ca_lint_value(s, NID_name_constraints);
	bool holds = constraints == NULL ||
	    sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees) > 0 ||
	    sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees) > 0;

	NAME_CONSTRAINTS_free(constraints);
	return holds;
}

static bool
policies_not_mapped(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_policy_mappings) &&
	    !ca_lint_has(s, NID_policy_constraints);
}

static bool
no_stapling_demanded(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_tlsfeature);
}

const struct ca_lint_rule ca_lint_pointer_rules[] = {
	{ "lint-crl-point", "RFC 5280 section 4.2.1.13", CA_LINT_ALL,
	    crl_points_named, "a CRL distribution point names no place" },
	{ "lint-crl-point-reasons", "RFC 5280 section 4.2.1.13", CA_LINT_ALL,
	    crl_points_complete,
	    "a CRL distribution point is for some reasons only" },
	{ "lint-crl-point-uri", "RFC 5280 section 4.2.1.13", CA_LINT_ALL,
	    crl_points_fetchable,
	    "a CRL distribution point has no http or ldap URI" },
	{ "lint-access-empty", "RFC 5280 section 4.2.2.1", CA_LINT_ALL,
	    access_filled, "the authority information access is empty" },
	{ "lint-access-uri", "RFC 5280 section 4.2.2.1", CA_LINT_ALL,
	    access_fetchable,
	    "the authority information access has a place that is no http or ldap URI" },
	{ "lint-policies-empty", "RFC 5280 section 4.2.1.4", CA_LINT_ALL,
	    policies_filled, "the certificate policies are empty" },
	{ "lint-policy-twice", "RFC 5280 section 4.2.1.4", CA_LINT_ALL,
	    policies_once, "a certificate policy is there twice" },
	{ "lint-policy-qualifier", "RFC 5280 section 4.2.1.4", CA_LINT_ALL,
	    qualifiers_known,
	    "a policy qualifier is neither a CPS pointer nor a user notice" },
	{ "lint-notice-type", "RFC 6818 section 3", CA_LINT_ALL,
	    notices_right_type,
	    "a user notice is neither UTF8String nor IA5String" },
	{ "lint-notice-length", "RFC 5280 section 4.2.1.4", CA_LINT_ALL,
	    notices_short, "a user notice has over 200 characters" },
	{ "lint-name-constraints-leaf", "RFC 5280 section 4.2.1.10",
	    CA_LINT_LEAF, names_not_constrained,
	    "name constraints without being a CA" },
	{ "lint-name-constraints-empty", "RFC 5280 section 4.2.1.10",
	    CA_LINT_ALL, name_constraints_filled,
	    "the name constraints are empty" },
	{ "lint-policies-leaf", "RFC 5280 section 4.2.1.11", CA_LINT_LEAF,
	    policies_not_mapped,
	    "policy mappings or constraints without being a CA" },
	{ "lint-stapling", "RFC 7633 section 4", CA_LINT_ALL,
	    no_stapling_demanded,
	    "it demands a stapled OCSP response, which CockroachDB never sends" },
	{ .name = NULL },
};
