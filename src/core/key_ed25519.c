/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys on edwards25519 (RFC 8032 section 5.1):
 * -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo p = 2^255 - 19.
 */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/key_check.h"

#define P_HEX "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"
#define D_HEX "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"

#define SIGN_BIT 0x80U /* of the last octet: the parity of x */

/* Borrowed from a BN_CTX. */
struct curve {
	BIGNUM *p, *d;
	BIGNUM *y, *y2; /* of the point */
	BIGNUM *a, *b;  /* to work with */
	BN_CTX *context;
};

static bool
curve_start(struct curve *curve, const uint8_t *octets)
{
	uint8_t y[CA_ED25519_SIZE];

	BN_CTX_start(curve->context);
	curve->p = BN_CTX_get(curve->context);
	curve->d = BN_CTX_get(curve->context);
	curve->y = BN_CTX_get(curve->context);
	curve->y2 = BN_CTX_get(curve->context);
	curve->a = BN_CTX_get(curve->context);
	curve->b = BN_CTX_get(curve->context);
	memcpy(y, octets, sizeof(y));
	y[CA_ED25519_SIZE - 1] &= (uint8_t)~SIGN_BIT;
	return curve->b != NULL && BN_hex2bn(&curve->p, P_HEX) != 0 &&
	    BN_hex2bn(&curve->d, D_HEX) != 0 &&
	    BN_lebin2bn(y, sizeof(y), curve->y) != NULL &&
	    BN_mod_sqr(curve->y2, curve->y, curve->p, curve->context) == 1;
}

/*
 * x^2 = (y^2 - 1) / (d y^2 + 1): there is an x where the product of both is
 * a square. *RET_ZERO: x is 0.
 */
static bool
find_x(struct curve *c, bool *ret_exists, bool *ret_zero)
{
	int symbol;

	if (BN_copy(c->a, c->y2) == NULL || BN_sub_word(c->a, 1) != 1 ||
	    BN_mod_mul(c->b, c->d, c->y2, c->p, c->context) != 1 ||
	    BN_add_word(c->b, 1) != 1 ||
	    BN_mod_mul(c->b, c->b, c->a, c->p, c->context) != 1)
		return false;
	symbol = BN_kronecker(c->b, c->p, c->context);
	*ret_zero = symbol == 0;
	*ret_exists = symbol >= 0;
	return symbol >= -1;
}

/*
 * Orders 1, 2 and 4 have x = 0 or y = 0. What doubles to the latter has
 * x^2 = -y^2, so that d y^4 + 2 y^2 - 1 = 0: order 8.
 */
static bool
find_small_order(struct curve *c, bool x_is_zero, bool *ret_small)
{
	*ret_small = x_is_zero || BN_is_zero(c->y);
	if (*ret_small)
		return true;
	if (BN_mod_sqr(c->a, c->y2, c->p, c->context) != 1 ||
	    BN_mod_mul(c->a, c->a, c->d, c->p, c->context) != 1 ||
	    BN_mod_add(c->a, c->a, c->y2, c->p, c->context) != 1 ||
	    BN_mod_add(c->a, c->a, c->y2, c->p, c->context) != 1)
		return false;
	*ret_small = BN_is_one(c->a);
	return true;
}

static enum ca_ed25519
judge(struct curve *curve, const uint8_t *octets)
{
	bool exists = false, zero = false, small = false;
	bool odd = (octets[CA_ED25519_SIZE - 1] & SIGN_BIT) != 0;

	if (!curve_start(curve, octets))
		return CA_ED25519_UNKNOWN;
	if (BN_cmp(curve->y, curve->p) >= 0)
		return CA_ED25519_NO_POINT;
	if (!find_x(curve, &exists, &zero))
		return CA_ED25519_UNKNOWN;
	/* The parity of x = 0 is even (section 5.1.3, step 4). */
	if (!exists || (zero && odd))
		return CA_ED25519_NO_POINT;
	if (!find_small_order(curve, zero, &small))
		return CA_ED25519_UNKNOWN;
	return small ? CA_ED25519_SMALL_ORDER : CA_ED25519_GOOD;
}

enum ca_ed25519
ca_ed25519_judge(const uint8_t octets[CA_ED25519_SIZE])
{
	struct curve curve = { .context = BN_CTX_new() };
	enum ca_ed25519 result;

	if (curve.context == NULL)
		return CA_ED25519_UNKNOWN;
	result = judge(&curve, octets);
	BN_CTX_end(curve.context);
	BN_CTX_free(curve.context);
	return result;
}

void
ca_key_check_ed25519(EVP_PKEY *key, struct ca_findings *findings)
{
	uint8_t octets[CA_ED25519_SIZE];
	size_t len = sizeof(octets);

	if (EVP_PKEY_get_raw_public_key(key, octets, &len) != 1) {
		ca_findings_add(findings, "key-ed25519-point", CA_ERR_POLICY,
		    "key: RFC 8032 section 5.1.5: not %d octets",
		    CA_ED25519_SIZE);
		return;
	}
	switch (ca_ed25519_judge(octets)) {
	case CA_ED25519_GOOD:
		break;
	case CA_ED25519_NO_POINT:
		ca_findings_add(findings, "key-ed25519-point", CA_ERR_POLICY,
		    "key: RFC 8032 section 5.1.3: not a point of the curve");
		break;
	case CA_ED25519_SMALL_ORDER:
		ca_findings_add(findings, "key-ed25519-order", CA_ERR_POLICY,
		    "key: a point of small order: anybody can sign with it");
		break;
	case CA_ED25519_UNKNOWN:
		ca_findings_add(findings, "key-ed25519-point", CA_ERR_INTERNAL,
		    "key: out of memory");
		break;
	}
}
