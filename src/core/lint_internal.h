/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LINT_INTERNAL_H
#define COLDCA_CORE_LINT_INTERNAL_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "coldca/lint.h"

/* Purposes of TLS, and one bit for all that OpenSSL's XKU_ bits leave out. */
#define CA_LINT_TLS ((uint32_t)XKU_SSL_SERVER | XKU_SSL_CLIENT)
#define CA_LINT_OTHER_PURPOSE UINT32_C(0x40000000)

/* What the rules look at, read once. */
struct ca_lint_subject {
	const struct ca_certificate *cert;
	const struct ca_certificate *issuer; /* NULL: not at hand */
	X509 *x509;                          /* OpenSSL caches what it reads */
	bool is_ca;
	bool self_issued;
	uint32_t key_usage; /* KU_ bits; UINT32_MAX: no such extension */
	uint32_t extended;  /* XKU_ bits; UINT32_MAX: no such extension */
};

/* Tables that end with a row whose name is NULL; lint.c has their order. */
extern const struct ca_lint_rule ca_lint_form_rules[];
extern const struct ca_lint_rule ca_lint_subject_rules[];
extern const struct ca_lint_rule ca_lint_extension_rules[];
extern const struct ca_lint_rule ca_lint_usage_rules[];
extern const struct ca_lint_rule ca_lint_key_rules[];
extern const struct ca_lint_rule ca_lint_san_rules[];
extern const struct ca_lint_rule ca_lint_dns_rules[];
extern const struct ca_lint_rule ca_lint_pointer_rules[];
extern const struct ca_lint_rule ca_lint_issuer_rules[];
extern const struct ca_lint_rule ca_lint_cockroach_rules[];
extern const struct ca_lint_rule ca_lint_profile_rules[];

/* Whether the extension NID is there; and whether it is, and is critical. */
bool ca_lint_has(const struct ca_lint_subject *subject, int nid);
bool ca_lint_has_critical(const struct ca_lint_subject *subject, int nid);

/* The octets of the extension NID's value; NULL: it is not there. */
const ASN1_OCTET_STRING *ca_lint_octets(const struct ca_lint_subject *subject,
    int nid);

/* The extension NID as OpenSSL's structure; NULL: not there, or unreadable. */
void *ca_lint_value(const struct ca_lint_subject *subject, int nid);

/* Whether the key is on one of the curves P-256, P-384 and P-521. */
bool ca_lint_is_ec(const struct ca_lint_subject *subject);

/*
 * Whether HOLDS of each alternative name of KIND; names are printable, so that
 * what is not ASCII or a control has a backslash.
 */
bool ca_lint_each_name(const struct ca_lint_subject *subject,
    enum ca_name_kind kind, bool (*holds)(const struct ca_name *name));

#endif
