/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_KEY_CHECK_H
#define COLDCA_CORE_KEY_CHECK_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/findings.h"
#include "coldca/key.h"
#include "core/der_check.h"

/* Octets of an Ed25519 public key (RFC 8032 section 5.1.5). */
#define CA_ED25519_SIZE 32

/*
 * Reads KEY's kind, and says why where it is none; the rule is key-kind or
 * key-ec-parameters.
 */
CA_CHECKED enum ca_code ca_key_find_kind(EVP_PKEY *key,
    enum ca_key_kind *ret_kind, struct ca_error *err);

/*
 * ca_key_describe() of KEY, whose SubjectPublicKeyInfo is the LEN octets at DER:
 * OpenSSL takes longer to encode it anew than to verify a signature.
 */
CA_CHECKED enum ca_code ca_key_describe_spki(EVP_PKEY *key, const uint8_t *der,
    size_t len, struct ca_key_info *ret_info, struct ca_error *err);

/*
 * The key in the SubjectPublicKeyInfo of LEN octets at DER, whoever encoded it
 * however: *RET_KEY is new. What is encoded as coldca certifies it takes OpenSSL
 * no search for a decoder.
 *
 * CA_ERR_INPUT  it can not be read, or is of an unknown kind
 */
CA_CHECKED enum ca_code ca_key_read_any(const uint8_t *der, size_t len,
    EVP_PKEY **ret_key, struct ca_key_info *ret_info, struct ca_error *err);

/* The checks of ca_key_check(), by type of key; KEY is of that type. */
void ca_key_check_rsa(EVP_PKEY *key, struct ca_findings *findings);
void ca_key_check_ec(EVP_PKEY *key, struct ca_findings *findings);
void ca_key_check_ed25519(EVP_PKEY *key, struct ca_findings *findings);

/* Whether N, a modulus, has the mark of ROCA (CVE-2017-15361). */
bool ca_rsa_is_roca(const BIGNUM *n);

/*
 * Whether N is the product of two factors that Fermat's method finds within
 * ROUNDS: they are too close to each other (CVE-2022-26320). False, too, where
 * memory runs out; *RET_FAILED then says so.
 */
bool ca_rsa_is_fermat(const BIGNUM *n, unsigned rounds, bool *ret_failed);

/*
 * What the octets of an Ed25519 public key are (RFC 8032 section 5.1.3).
 * CA_ED25519_UNKNOWN: memory ran out.
 */
enum ca_ed25519 {
	CA_ED25519_GOOD,
	CA_ED25519_NO_POINT,    /* not the encoding of any point */
	CA_ED25519_SMALL_ORDER, /* anybody can sign with it */
	CA_ED25519_UNKNOWN,
};

enum ca_ed25519 ca_ed25519_judge(const uint8_t octets[CA_ED25519_SIZE]);

/*
 * Reads the key in SPKI, a SubjectPublicKeyInfo that has passed
 * ca_der_check(). *RET_KEY is new.
 *
 * CA_ERR_INPUT   not in the one encoding of its kind (RFC 3279 section 2.3.1,
 *                RFC 5480 section 2, RFC 8410 section 4), or no point of its
 *                curve; the rule is csr-form, key-encoding or key-ec-point
 * CA_ERR_POLICY  of a kind that is not certified; see ca_key_find_kind()
 */
CA_CHECKED enum ca_code ca_key_read_spki(const struct ca_der_element *spki,
    EVP_PKEY **ret_key, struct ca_key_info *ret_info, struct ca_error *err);

#endif
