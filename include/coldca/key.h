/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_KEY_H
#define COLDCA_KEY_H

#include <stdbool.h>

#include "coldca/findings.h"
#include "coldca/signer.h"

#define CA_SHA256_SIZE 32 /* bytes */

/* RSA moduli outside are refused: weak below, and needlessly slow above. */
#define CA_RSA_BITS_MIN 2048
#define CA_RSA_BITS_MAX 8192

/* What a public key is. */
struct ca_key_info {
	enum ca_key_kind kind;
	unsigned bits; /* of the modulus or the curve's field */
	uint8_t spki_sha256[CA_SHA256_SIZE]; /* of the SubjectPublicKeyInfo */
};

/* The word for KIND ("p256"), static. */
const char *ca_key_kind_name(enum ca_key_kind kind);

/* Finds the kind that WORD names; false where there is none. */
bool ca_key_kind_parse(const char *word, enum ca_key_kind *ret_kind);

/* Whether keys of KIND encipher: only RSA can (RFC 8813 section 3). */
bool ca_key_kind_enciphers(enum ca_key_kind kind);

/*
 * Says what KEY is. A key with explicit curve parameters, on another curve,
 * or of an algorithm that coldca does not know is refused here.
 *
 * CA_ERR_POLICY  not a kind of key in enum ca_key_kind; the rule is key-kind,
 *                or key-ec-parameters where the curve has no name
 */
CA_CHECKED enum ca_code ca_key_describe(EVP_PKEY *key,
    struct ca_key_info *ret_info, struct ca_error *err);

/*
 * Judges KEY itself, whoever sent it. Each fault is added to FINDINGS, under a
 * rule of its own:
 *
 * key-rsa-exponent      even, less than 65537 (SP 800-89 section 5.3.3), or of
 *                       over 31 bits, as CockroachDB reads no larger one
 * key-rsa-size          outside CA_RSA_BITS_MIN and _MAX
 * key-rsa-factor        a modulus with a factor up to 751, or even
 * key-rsa-modulus       a modulus that is a prime or a power of one
 * key-rsa-roca          the mark of CVE-2017-15361
 * key-rsa-close-primes  Fermat's method factors it in 110 rounds
 * key-ec-format         a point that is not uncompressed (RFC 5480 section 2.2)
 * key-ec-point          no valid point (SP 800-56A section 5.6.2.3.4)
 * key-ed25519-point     no point (RFC 8032 section 5.1.3)
 * key-ed25519-order     a point of small order: it proves no possession
 */
void ca_key_check(EVP_PKEY *key, struct ca_findings *findings);

#endif
