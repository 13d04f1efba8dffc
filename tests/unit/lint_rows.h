/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_UNIT_LINT_ROWS_H
#define COLDCA_TESTS_UNIT_LINT_ROWS_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stddef.h>

/* The good certificates that are spoiled; each is by the CA before it. */
enum lint_base {
	LINT_NODE, /* the first: rows that name none mean it */
	LINT_CLIENT,
	LINT_UI,
	LINT_RESPONDER,
	LINT_ED25519, /* a node */
	LINT_CA,      /* self-signed, P-256: it signs those above */
	LINT_RSA,     /* a node */
	LINT_RSA_CA,  /* self-signed: it signs the one above */
	LINT_BASES,
};

/*
 * One bad certificate, and the rule that finds it. What is done to a copy of
 * BASE, in this order, is what is not zero here.
 */
struct lint_row {
	const char *rule;
	enum lint_base base;
	void (*spoil)(X509 *x509);

	/* The extension NID: gone, or DER, or what CONF says to OpenSSL. */
	int nid;
	int critical;
	const char *der;
	size_t der_len;
	const char *conf;

	/* An attribute that is added to the subject. */
	int attribute;
	int type;
	const char *text;
	int set; /* -1: to the last RDN; 0: a new one */

	/* Then it is signed again, by this or by the CA's key and SHA-256. */
	int (*sign)(X509 *x509, EVP_PKEY *key);
	void (*after)(X509 *x509);

	/* In the DER: the last FROM becomes TO, as long; INSERT goes in front
	 * of the extensions. */
	const char *from, *to, *insert;
	size_t len;

	/* The issuer beside it: a copy of its CA, spoiled; or another. */
	void (*spoil_issuer)(X509 *x509);
	enum lint_base issuer; /* LINT_NODE, the first: its CA */
	int issuer_is_leaf;    /* the issuer is LINT_NODE itself */
};

#define LINT_DER(text) .der = (text), .der_len = sizeof(text) - 1
#define LINT_TO(a, b) .from = (a), .to = (b), .len = sizeof(b) - 1
#define LINT_INSERT(text) .insert = (text), .len = sizeof(text) - 1
#define LINT_ADD(nid, string_type, string) \
	.attribute = (nid), .type = (string_type), .text = (string)

/* LEN times the letter a. */
extern const char lint_letters[301];
#define LINT_LETTERS(count) (lint_letters + 300 - (count))

/* Each list ends with a row whose rule is NULL. */
extern const struct lint_row lint_form_rows[];
extern const struct lint_row lint_subject_rows[];
extern const struct lint_row lint_extension_rows[];
extern const struct lint_row lint_usage_rows[];
extern const struct lint_row lint_key_rows[];
extern const struct lint_row lint_name_rows[];
extern const struct lint_row lint_pointer_rows[];
extern const struct lint_row lint_issuer_rows[];
extern const struct lint_row lint_cockroach_rows[];
extern const struct lint_row lint_profile_rows[];

/* The same, but that the rule must find nothing. */
extern const struct lint_row lint_quiet_rows[];

/* Takes the extension NID away, where it is. */
void lint_drop(X509 *x509, int nid);

/* An authority information access to BASE, with the serial number of X. */
void lint_add_access(X509 *x, int method, const char *base, int critical);

/* The serial number becomes NUMBER; everything of NAME is taken away. */
void lint_set_serial(X509 *x509, long number);
void lint_empty_name(X509 *x509, int issuer);

#endif
