/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_MODULI_H
#define COLDCA_MODULI_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/*
 * With how many others a modulus is compared, the last ones first: some 5 ms
 * for 2048 bits.
 */
#define CA_MODULI_MAX ((size_t)4096)

/*
 * RSA moduli that are known. Two that have one prime in common, as generators
 * that start without entropy make them, are both factored by their greatest
 * common divisor (Heninger et al., "Mining Your Ps and Qs", 2012), though
 * nothing is wrong with either by itself.
 */
struct ca_moduli;

/* NULL: out of memory. */
struct ca_moduli *ca_moduli_new(void);

/*
 * Adds the modulus of the SubjectPublicKeyInfo of LEN octets at SPKI; a key
 * that is not RSA is not added. WHOSE, copied, is what messages call it; OWNER,
 * borrowed, is handed back by ca_moduli_find().
 *
 * CA_ERR_INTERNAL  out of memory, or SPKI is not a key
 */
CA_CHECKED enum ca_code ca_moduli_add(struct ca_moduli *moduli,
    const uint8_t *spki, size_t len, const char *whose, void *owner,
    struct ca_error *err);

/* Is told of each modulus that has a prime in common. */
typedef enum ca_code ca_modulus_fn(const char *whose, void *owner,
    void *context, struct ca_error *err);

/*
 * Calls FN for each of the last CA_MODULI_MAX moduli that has a prime in common
 * with the RSA key in the LEN octets at SPKI, or is the same with another
 * exponent, until it fails. The key itself is passed over, and a key that is
 * not RSA has none.
 *
 * CA_ERR_INTERNAL  out of memory, or SPKI is not a key
 * otherwise        what FN returned
 */
CA_CHECKED enum ca_code ca_moduli_find(const struct ca_moduli *moduli,
    const uint8_t *spki, size_t len, ca_modulus_fn *fn, void *context,
    struct ca_error *err);

/* Accepts NULL. */
void ca_moduli_free(struct ca_moduli *moduli);

#endif
