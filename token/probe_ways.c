/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <openssl/evp.h>

#define SECRET_MAX 4096 /* bytes of a part of a private key that are read */

/* The kinds of key that an attempt is for. */
enum kinds { RSA_ONLY = 1, CURVES = 2, ALL = 3 };

/* One way in which a private key could be taken out of its token. */
struct way {
	const char *name;
	const char *what;
	enum kinds kinds;
	enum ca_code (*try)(struct ca_probe_run *run,
	    const struct ca_probe_target *target, unsigned long type,
	    struct ca_probe_outcome *ret, struct ca_error *err);
	unsigned long type; /* of the attribute or the mechanism */
};

/* Whether anything but zeros came: NSS clears what it does not give. */
static bool
is_something(const struct ca_secret *value, CK_ULONG len)
{
	CK_ULONG i;

	for (i = 0; i < len; i++)
		if (value->data[i] != 0)
			return true;
	return false;
}

static enum ca_code
read_secret(struct ca_probe_run *run, const struct ca_probe_target *target,
    unsigned long type, struct ca_probe_outcome *ret, struct ca_error *err)
{
	struct ca_secret value = { NULL, 0 };
	CK_ATTRIBUTE attribute;
	enum ca_code rc = ca_secret_new(SECRET_MAX, &value, err);
	CK_ULONG len;
	CK_RV rv;

	if (rc != CA_OK)
		return rc;
	attribute = ca_attribute(type, value.data, value.capacity);
	rv = run->token.p11->C_GetAttributeValue(run->token.session,
	    target->object, &attribute, 1);
	len = attribute.ulValueLen;
	if (rv != CKR_OK)
		rc = ca_probe_judge(run, "C_GetAttributeValue", rv, ret, err);
	else if (len == CK_UNAVAILABLE_INFORMATION || len == 0 ||
	    (len <= SECRET_MAX && !is_something(&value, len)))
		*ret = (struct ca_probe_outcome){ rv, CA_PROBE_SAFE,
			"the token gives nothing" };
	else
		*ret = (struct ca_probe_outcome){ rv, CA_PROBE_UNSAFE,
			"WAY OUT: the token gives it in the clear" };
	ca_secret_free(&value);
	return rc;
}

#define READ(name, attribute, kinds)                                  \
	{                                                             \
		"read-" name, "read " #attribute, kinds, read_secret, \
		    attribute                                         \
	}
#define AES(name, mechanism)                                      \
	{                                                         \
		"wrap-" name, "wrap under AES, " #mechanism, ALL, \
		    ca_probe_wrap_aes, mechanism                  \
	}
#define RSA(name, mechanism)                                      \
	{                                                         \
		"wrap-" name, "wrap under RSA, " #mechanism, ALL, \
		    ca_probe_wrap_rsa, mechanism                  \
	}

static const struct way ways[] = {
	READ("value", CKA_VALUE, CURVES),
	READ("private-exponent", CKA_PRIVATE_EXPONENT, RSA_ONLY),
	READ("prime-1", CKA_PRIME_1, RSA_ONLY),
	READ("prime-2", CKA_PRIME_2, RSA_ONLY),
	READ("exponent-1", CKA_EXPONENT_1, RSA_ONLY),
	READ("exponent-2", CKA_EXPONENT_2, RSA_ONLY),
	READ("coefficient", CKA_COEFFICIENT, RSA_ONLY),
	AES("aes-key-wrap-pad", CKM_AES_KEY_WRAP_PAD),
	AES("aes-key-wrap", CKM_AES_KEY_WRAP),
	AES("aes-cbc-pad", CKM_AES_CBC_PAD),
	/* An RSA key is too large for these, and most tokens say just that. */
	RSA("rsa-pkcs", CKM_RSA_PKCS),
	RSA("rsa-oaep", CKM_RSA_PKCS_OAEP),
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static bool
is_for(const struct way *way, const EVP_PKEY *key)
{
	enum kinds kind = EVP_PKEY_is_a(key, "RSA") ? RSA_ONLY : CURVES;

	return (way->kinds & kind) != 0;
}

enum ca_code
ca_probe_ways(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_target target = { run->key->handle,
		run->key->public_key };
	struct ca_probe_outcome outcome;
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < WAYS && rc == CA_OK; i++) {
		if (!is_for(&ways[i], target.public_key))
			continue;
		rc = ways[i].try(run, &target, ways[i].type, &outcome, err);
		if (rc == CA_OK)
			rc = ca_probe_add(run, ways[i].name, ways[i].what,
			    &outcome, err);
	}
	return rc;
}

enum ca_code
ca_probe_escape(struct ca_probe_run *run, const struct ca_probe_target *target,
    const char **ret_way, struct ca_error *err)
{
	struct ca_probe_outcome outcome;
	enum ca_code rc;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (!is_for(&ways[i], target->public_key))
			continue;
		rc = ways[i].try(run, target, ways[i].type, &outcome, err);
		if (rc != CA_OK)
			return rc;
		if (outcome.verdict == CA_PROBE_UNSAFE) {
			*ret_way = ways[i].what;
			return CA_OK;
		}
	}
	*ret_way = NULL;
	return CA_OK;
}
