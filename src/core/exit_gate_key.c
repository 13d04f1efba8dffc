/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys, by their form, wherever they hide in a file. */
#include <openssl/asn1.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "core/exit_gate_internal.h"

#define BEGIN "-----BEGIN "
#define LABEL_MAX 64 /* bytes of a PEM label that a message shows */

/* Shorter text holds no key with its structure around it. */
#define RUN_MIN ((size_t)48)

/* A P-192 scalar, as SEC 1 keys have it; an RSA modulus is longer. */
#define SCALAR_MIN 20L
#define MODULUS_MIN 32L

/* Types of PEM blocks that may leave (RFC 7468 sections 5 and 6). */
static const char *const labels[] = { "CERTIFICATE", "X509 CRL" };

/* What is left of a DER object. */
struct der {
	const uint8_t *at;
	long left;
};

/* Takes the element of TAG at the front; its content goes to *RET. */
static bool
take(struct der *der, int tag, struct der *ret)
{
	const uint8_t *at = der->at;
	int got = 0, class = 0;
	long len = 0;
	int form;

	if (der->left < 2)
		return false;
	form = ASN1_get_object(&at, &len, &got, &class, der->left);
	if ((form & 0x80) != 0 || (form & 1) != 0 || got != tag ||
	    class != V_ASN1_UNIVERSAL)
		return false;
	ret->at = at;
	ret->left = len;
	der->left -= (at - der->at) + len;
	der->at = at + len;
	return true;
}

/* Takes a small INTEGER of one octet. */
static bool
take_version(struct der *der, uint8_t *ret)
{
	struct der version;

	if (!take(der, V_ASN1_INTEGER, &version) || version.left != 1)
		return false;
	*ret = version.at[0];
	return true;
}

/* PrivateKeyInfo, OneAsymmetricKey (RFC 5958 section 2). */
static bool
is_pkcs8(struct der key)
{
	struct der part;
	uint8_t version;

	return take_version(&key, &version) && version <= 1 &&
	    take(&key, V_ASN1_SEQUENCE, &part) &&
	    take(&part, V_ASN1_OBJECT, &part) &&
	    take(&key, V_ASN1_OCTET_STRING, &part);
}

/* EncryptedPrivateKeyInfo (RFC 5958 section 3), by PKCS#5 or PKCS#12. */
static bool
is_encrypted_pkcs8(struct der key)
{
	static const uint8_t pkcs[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01 };
	struct der algorithm, oid, part;

	return take(&key, V_ASN1_SEQUENCE, &algorithm) &&
	    take(&algorithm, V_ASN1_OBJECT, &oid) &&
	    oid.left > (long)sizeof(pkcs) &&
	    memcmp(oid.at, pkcs, sizeof(pkcs)) == 0 &&
	    (oid.at[sizeof(pkcs)] == 5 || oid.at[sizeof(pkcs)] == 12) &&
	    take(&key, V_ASN1_OCTET_STRING, &part);
}

/* RSAPrivateKey (RFC 8017 appendix A.1.2), and DSA's in the same form. */
static bool
is_pkcs1(struct der key)
{
	struct der modulus, part;
	uint8_t version;

	return take_version(&key, &version) && version <= 1 &&
	    take(&key, V_ASN1_INTEGER, &modulus) &&
	    modulus.left >= MODULUS_MIN && take(&key, V_ASN1_INTEGER, &part) &&
	    take(&key, V_ASN1_INTEGER, &part);
}

/* ECPrivateKey (RFC 5915 section 3). */
static bool
is_sec1(struct der key)
{
	struct der scalar;
	uint8_t version;

	return take_version(&key, &version) && version == 1 &&
	    take(&key, V_ASN1_OCTET_STRING, &scalar) &&
	    scalar.left >= SCALAR_MIN;
}

/* PFX (RFC 7292 section 4). */
static bool
is_pkcs12(struct der key)
{
	struct der content, oid;
	uint8_t version;

	return take_version(&key, &version) && version == 3 &&
	    take(&key, V_ASN1_SEQUENCE, &content) &&
	    take(&content, V_ASN1_OBJECT, &oid);
}

static const struct {
	bool (*is)(struct der key);
	const char *name;
} forms[] = {
	{ is_pkcs8, "PKCS#8" },
	{ is_encrypted_pkcs8, "encrypted PKCS#8" },
	{ is_pkcs1, "PKCS#1" },
	{ is_sec1, "SEC 1" },
	{ is_pkcs12, "PKCS#12" },
};

/* The form of the first key in LEN bytes of anything; NULL: there is none. */
static const char *
key_in(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		struct der rest = { data + i, (long)(len - i) }, key;

		if (data[i] != (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED) ||
		    !take(&rest, V_ASN1_SEQUENCE, &key))
			continue;
		for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++)
			if (forms[k].is(key))
				return forms[k].name;
	}
	return NULL;
}

static enum ca_code
check_labels(const struct ca_bytes *content, struct ca_error *err)
{
	const char *at = (const char *)content->data;
	const char *end = at + content->len;

	while ((at = memmem(at, (size_t)(end - at), BEGIN, strlen(BEGIN))) !=
	    NULL) {
		const char *label = at + strlen(BEGIN);
		const char *stop =
		    memmem(label, (size_t)(end - label), "-----", 5);
		size_t len = stop == NULL ? (size_t)(end - label)
					  : (size_t)(stop - label);
		bool allowed = false;

		for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
			allowed |= strlen(labels[i]) == len &&
			    memcmp(labels[i], label, len) == 0;
		if (!allowed)
			return ca_fail(err, CA_ERR_POLICY,
			    "holds a PEM block of type %.*s",
			    len > LABEL_MAX ? LABEL_MAX : (int)len, label);
		at = label;
	}
	return CA_OK;
}

static int
base64_value(uint8_t c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at;

	/* RFC 4648 section 5 */
	if (c == '-' || c == '_')
		return c == '-' ? 62 : 63;
	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

static int
hex_value(uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0'
	    ? NULL
	    : strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* One way to write bytes as text. */
struct code {
	const char *name;
	int (*value)(uint8_t c);
	unsigned bits;       /* of one digit */
	size_t alignments;   /* digits at which a byte can begin */
	const char *between; /* what may stand between digits */
};

static const struct code codes[] = {
	{ "in base64", base64_value, 6, 4, " \t\r\n" },
	{ "in hex", hex_value, 4, 2, " \t\r\n:" },
};

/* Decodes the COUNT digit values at DIGITS into OUT. */
static size_t
decode(const struct code *code, const uint8_t *digits, size_t count,
    uint8_t *out)
{
	unsigned bits = 0;
	uint32_t held = 0;
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		held = (held << code->bits) | digits[i];
		bits += code->bits;
		if (bits < 8)
			continue;
		bits -= 8;
		out[len++] = (uint8_t)(held >> bits);
	}
	return len;
}

/*
 * The length of what stands at AT between two digits: white space, a colon, or
 * a newline as JSON, shells and HCL write it, however often escaped.
 */
static size_t
between(const struct code *code, const uint8_t *at, size_t left)
{
	size_t slashes = 0;

	if (*at != '\0' && strchr(code->between, *at) != NULL)
		return 1;
	while (slashes < left && at[slashes] == '\\')
		slashes++;
	if (slashes > 0 && slashes < left &&
	    (at[slashes] == 'n' || at[slashes] == 'r'))
		return slashes + 1;
	return 0;
}

/* Looks into each run of digits of CODE; two buffers of the content's size. */
static const char *
key_in_runs(const struct code *code, const struct ca_bytes *content,
    uint8_t *digits, uint8_t *out)
{
	const char *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i <= content->len && found == NULL;) {
		size_t left = content->len - i, gap;
		int value = left == 0 ? -1 : code->value(content->data[i]);

		if (value >= 0) {
			digits[count++] = (uint8_t)value;
			i++;
			continue;
		}
		gap = left == 0 ? 0 : between(code, content->data + i, left);
		if (gap > 0) {
			i += gap;
			continue;
		}
		for (size_t a = 0;
		     count >= RUN_MIN && a < code->alignments && found == NULL;
		     a++)
			found = key_in(out,
			    decode(code, digits + a, count - a, out));
		count = 0;
		i++;
	}
	return found;
}

enum ca_code
ca_exit_find_key(const struct ca_bytes *content, struct ca_error *err)
{
	uint8_t *digits = malloc(content->len + 1);
	uint8_t *bytes = malloc(content->len + 1);
	const char *found = key_in(content->data, content->len);
	enum ca_code rc;

	if (digits == NULL || bytes == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = check_labels(content, err);
	if (rc == CA_OK && found != NULL)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "holds a private key (%s, raw)", found);
	for (size_t i = 0; rc == CA_OK && i < sizeof(codes) / sizeof(codes[0]);
	     i++) {
		found = key_in_runs(&codes[i], content, digits, bytes);
		if (found != NULL)
			rc = ca_fail(err, CA_ERR_POLICY,
			    "holds a private key (%s, %s)", found,
			    codes[i].name);
	}
out:
	if (digits != NULL)
		ca_wipe(digits, content->len + 1);
	if (bytes != NULL)
		ca_wipe(bytes, content->len + 1);
	free(digits);
	free(bytes);
	return rc;
}
