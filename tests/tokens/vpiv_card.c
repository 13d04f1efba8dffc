/* SPDX-License-Identifier: Apache-2.0 */
#include "vpiv_card.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATE_MAX 3000 /* bytes, so that its data object is a message */
#define SIGNATURE_MAX 256    /* bytes of an RSA-2048 signature */
#define PIN_SIZE 8           /* bytes, filled up with 0xff: section 2.4.3 */
#define TRIES 3
#define PATH_SIZE 4096
#define SLOTS 4

enum sw { /* status words: section 3.1 */
	SW_OK = 0x9000,
	SW_MORE = 0x6100,
	SW_LENGTH = 0x6700,
	SW_NOT_VERIFIED = 0x6982,
	SW_LOCKED = 0x6983,
	SW_TRIES_LEFT = 0x63c0,
	SW_DATA = 0x6a80,
	SW_NOT_FOUND = 0x6a82,
	SW_NO_REFERENCE = 0x6a88,
	SW_NO_INSTRUCTION = 0x6d00,
};

struct slot {
	uint8_t ref;          /* the key's reference */
	uint8_t object;       /* last byte of its certificate's tag 5f c1 xx */
	bool free;            /* no PIN */
	bool pin_always;      /* a VERIFY just before each signature */
	EVP_PKEY *key;        /* NULL: an empty slot */
	uint8_t *certificate; /* DER; NULL: none */
	size_t certificate_len;
};

struct secret {
	uint8_t value[PIN_SIZE];
	unsigned tries;
};

struct vpiv_card {
	struct slot slots[SLOTS];
	struct secret pin;
	struct secret puk;
	bool verified;
	bool fresh; /* the last command was a good VERIFY */
	uint8_t in[VPIV_MESSAGE_MAX];
	size_t in_len;
	uint8_t out[VPIV_MESSAGE_MAX];
	size_t out_len;
	size_t out_sent;
};

struct apdu {
	uint8_t cla;
	uint8_t ins;
	uint8_t p1;
	uint8_t p2;
	const uint8_t *data;
	size_t len;
};

static const uint8_t AID[] = { 0xa0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10,
	0x00, 0x01, 0x00 };

static struct slot *
slot_by_ref(struct vpiv_card *card, uint8_t ref)
{
	size_t i;

	for (i = 0; i < SLOTS; i++)
		if (card->slots[i].ref == ref && card->slots[i].key != NULL)
			return &card->slots[i];
	return NULL;
}

/* Bytes written. LEN is below 65536. */
static size_t
put_tlv(uint8_t *to, uint8_t tag, const void *value, size_t len)
{
	size_t n = 0;

	to[n++] = tag;
	if (len > 0xff) {
		to[n++] = 0x82;
		to[n++] = (uint8_t)(len >> 8);
	} else if (len > 0x7f) {
		to[n++] = 0x81;
	}
	to[n++] = (uint8_t)len;
	if (len > 0)
		memcpy(to + n, value, len);
	return n + len;
}

/* The next TLV with a tag of one byte; false at the end, or out of bounds. */
static bool
next_tlv(const uint8_t **pos, const uint8_t *end, uint8_t *ret_tag,
    const uint8_t **ret_value, size_t *ret_len)
{
	const uint8_t *p = *pos;
	size_t bytes;
	size_t len;

	if (end - p < 2)
		return false;
	*ret_tag = *p++;
	len = *p++;
	if (len > 0x7f) {
		bytes = len & 0x7f;
		if (bytes > 2 || bytes > (size_t)(end - p))
			return false;
		for (len = 0; bytes > 0; bytes--)
			len = len << 8 | *p++;
	}
	if (len > (size_t)(end - p))
		return false;
	*ret_value = p;
	*ret_len = len;
	*pos = p + len;
	return true;
}

/* Section 3.1.1, SELECT: the PIV application. */
static enum sw
select_application(struct vpiv_card *card, const struct apdu *apdu)
{
	static const uint8_t TEMPLATE[] = { 0x4f, 6, 0x00, 0x00, 0x10, 0x00,
		0x01, 0x00, 0x79, 7, 0x4f, 5, 0xa0, 0x00, 0x00, 0x03, 0x08 };

	card->verified = false;
	card->fresh = false;
	if (apdu->p1 != 4 || apdu->len < 5 || apdu->len > sizeof(AID) ||
	    memcmp(apdu->data, AID, apdu->len) != 0)
		return SW_NOT_FOUND;
	card->out_len = put_tlv(card->out, 0x61, TEMPLATE, sizeof(TEMPLATE));
	return SW_OK;
}

/* Part 1, table 9: who the card holder is. */
static size_t
put_holder(uint8_t *to)
{
	static const uint8_t FASC_N[] = { 0xd4, 0xe7, 0x39, 0xda, 0x73, 0x9c,
		0xed, 0x39, 0xce, 0x73, 0x9d, 0x83, 0x68, 0x58, 0x21, 0x08,
		0x42, 0x10, 0x84, 0x21, 0xc8, 0x42, 0x10, 0xc3, 0xeb };
	size_t n = 0;

	n += put_tlv(to + n, 0x30, FASC_N, sizeof(FASC_N));
	n += put_tlv(to + n, 0x34, "vpiv-test-card-1", 16);
	n += put_tlv(to + n, 0x35, "20991231", 8);
	n += put_tlv(to + n, 0x3e, NULL, 0);
	n += put_tlv(to + n, 0xfe, NULL, 0);
	return n;
}

/* Part 1, table 10 and others: a certificate, not compressed. */
static size_t
put_certificate(uint8_t *to, const struct slot *slot)
{
	size_t n = 0;

	n += put_tlv(to + n, 0x70, slot->certificate, slot->certificate_len);
	n += put_tlv(to + n, 0x71, "\0", 1);
	n += put_tlv(to + n, 0xfe, NULL, 0);
	return n;
}

/* Section 3.1.2, GET DATA. */
static enum sw
get_data(struct vpiv_card *card, const struct apdu *apdu)
{
	static const uint8_t DISCOVERY_TAG[] = { 0x5c, 1, 0x7e };
	static const uint8_t DISCOVERY[] = { 0x4f, 11, 0xa0, 0x00, 0x00, 0x03,
		0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00, 0x5f, 0x2f, 2, 0x40,
		0x00 };
	static const uint8_t OBJECT_TAG[] = { 0x5c, 3, 0x5f, 0xc1 };
	uint8_t object[VPIV_MESSAGE_MAX];
	size_t len = 0;
	size_t i;

	if (apdu->len >= sizeof(DISCOVERY_TAG) &&
	    memcmp(apdu->data, DISCOVERY_TAG, sizeof(DISCOVERY_TAG)) == 0) {
		card->out_len =
		    put_tlv(card->out, 0x7e, DISCOVERY, sizeof(DISCOVERY));
		return SW_OK;
	}
	if (apdu->len <= sizeof(OBJECT_TAG) ||
	    memcmp(apdu->data, OBJECT_TAG, sizeof(OBJECT_TAG)) != 0)
		return SW_NOT_FOUND;
	if (apdu->data[sizeof(OBJECT_TAG)] == 0x02)
		len = put_holder(object);
	for (i = 0; i < SLOTS; i++)
		if (card->slots[i].object == apdu->data[sizeof(OBJECT_TAG)] &&
		    card->slots[i].certificate != NULL)
			len = put_certificate(object, &card->slots[i]);
	if (len == 0)
		return SW_NOT_FOUND;
	card->out_len = put_tlv(card->out, 0x53, object, len);
	return SW_OK;
}

static enum sw
compare(struct secret *secret, const uint8_t *value)
{
	if (secret->tries == 0)
		return SW_LOCKED;
	if (memcmp(secret->value, value, PIN_SIZE) == 0) {
		secret->tries = TRIES;
		return SW_OK;
	}
	secret->tries--;
	return secret->tries == 0 ? SW_LOCKED : SW_TRIES_LEFT | secret->tries;
}

/* Section 3.2.1, VERIFY: without data it asks for the state. */
static enum sw
verify(struct vpiv_card *card, const struct apdu *apdu)
{
	uint8_t padded[PIN_SIZE];
	enum sw sw;

	if (apdu->p2 != 0x80)
		return SW_NO_REFERENCE;
	if (apdu->p1 == 0xff) {
		card->verified = false;
		card->fresh = false;
		return SW_OK;
	}
	if (card->pin.tries == 0)
		return SW_LOCKED;
	if (apdu->len == 0)
		return card->verified ? SW_OK : SW_TRIES_LEFT | card->pin.tries;
	/* A PIN of another length can not match, and counts. */
	memset(padded, 0, sizeof(padded));
	if (apdu->len == sizeof(padded))
		memcpy(padded, apdu->data, sizeof(padded));
	sw = compare(&card->pin, padded);
	card->verified = sw == SW_OK;
	card->fresh = card->verified;
	return sw;
}

/* PIN or PUK, then a new PIN. */
static enum sw
replace_pin(struct vpiv_card *card, struct secret *by, const struct apdu *apdu)
{
	enum sw sw;

	if (apdu->p2 != 0x80 || apdu->len != 2 * (size_t)PIN_SIZE)
		return SW_DATA;
	sw = compare(by, apdu->data);
	if (sw != SW_OK)
		return sw;
	memcpy(card->pin.value, apdu->data + PIN_SIZE, PIN_SIZE);
	card->pin.tries = TRIES;
	return SW_OK;
}

/* Section 3.2.2, CHANGE REFERENCE DATA. */
static enum sw
change_pin(struct vpiv_card *card, const struct apdu *apdu)
{
	return replace_pin(card, &card->pin, apdu);
}

/* Section 3.2.3, RESET RETRY COUNTER. */
static enum sw
unblock_pin(struct vpiv_card *card, const struct apdu *apdu)
{
	return replace_pin(card, &card->puk, apdu);
}

/* The raw operation: RSA over a padded block, ECDSA over a hash. */
static bool
sign(EVP_PKEY *key, uint8_t algorithm, const uint8_t *in, size_t len,
    uint8_t *sig, size_t *sig_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool ok = false;

	if (ctx == NULL)
		return false;
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		ok = algorithm == 0x07 && EVP_PKEY_decrypt_init(ctx) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0 &&
		    EVP_PKEY_decrypt(ctx, sig, sig_len, in, len) > 0;
	else
		ok = (algorithm == 0x11 || algorithm == 0x14) &&
		    EVP_PKEY_sign_init(ctx) > 0 &&
		    EVP_PKEY_sign(ctx, sig, sig_len, in, len) > 0;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* What is to be signed: tag 81 in the template 7c. */
static bool
find_challenge(const struct apdu *apdu, const uint8_t **ret_value,
    size_t *ret_len)
{
	const uint8_t *pos = apdu->data;
	const uint8_t *value;
	uint8_t tag;
	size_t len;

	if (!next_tlv(&pos, pos + apdu->len, &tag, &value, &len) || tag != 0x7c)
		return false;
	for (pos = value, value += len;
	     next_tlv(&pos, value, &tag, ret_value, ret_len);)
		if (tag == 0x81)
			return true;
	return false;
}

/* Section 3.2.4, GENERAL AUTHENTICATE. */
static enum sw
authenticate(struct vpiv_card *card, const struct apdu *apdu)
{
	struct slot *slot = slot_by_ref(card, apdu->p2);
	uint8_t template[SIGNATURE_MAX + 4];
	uint8_t sig[SIGNATURE_MAX];
	size_t sig_len = sizeof(sig);
	bool fresh = card->fresh;
	const uint8_t *in;
	size_t len;

	card->fresh = false;
	if (slot == NULL)
		return SW_DATA;
	if (!slot->free && !(slot->pin_always ? fresh : card->verified))
		return SW_NOT_VERIFIED;
	if (!find_challenge(apdu, &in, &len) ||
	    !sign(slot->key, apdu->p1, in, len, sig, &sig_len))
		return SW_DATA;
	len = put_tlv(template, 0x82, sig, sig_len);
	card->out_len = put_tlv(card->out, 0x7c, template, len);
	return SW_OK;
}

/* ISO 7816-4, GET RESPONSE: the caller sends what is still there. */
static enum sw
get_response(struct vpiv_card *card, const struct apdu *apdu)
{
	(void)card;
	(void)apdu;
	return SW_OK;
}

static const struct instruction {
	uint8_t ins;
	bool keeps_fresh;
	enum sw (*run)(struct vpiv_card *card, const struct apdu *apdu);
} INSTRUCTIONS[] = {
	{ 0x20, true, verify },
	{ 0x24, false, change_pin },
	{ 0x2c, false, unblock_pin },
	{ 0x87, true, authenticate },
	{ 0xa4, false, select_application },
	{ 0xc0, true, get_response },
	{ 0xcb, false, get_data },
};

/* Short and extended lengths; Le is not looked at. */
static bool
parse_apdu(const uint8_t *message, size_t len, struct apdu *ret_apdu)
{
	struct apdu apdu = { 0 };
	size_t head = 5;

	if (len < 4)
		return false;
	apdu.cla = message[0];
	apdu.ins = message[1];
	apdu.p1 = message[2];
	apdu.p2 = message[3];
	apdu.data = message + 4;
	if (len > head) {
		apdu.len = message[4];
		if (apdu.len == 0 && len > 7) {
			apdu.len = (size_t)message[5] << 8 | message[6];
			head = 7;
		}
		if (apdu.len > len - head)
			return false;
		apdu.data = message + head;
	}
	*ret_apdu = apdu;
	return true;
}

static enum sw
run_command(struct vpiv_card *card, const uint8_t *message, size_t len)
{
	struct apdu apdu;
	size_t i;

	if (!parse_apdu(message, len, &apdu))
		return SW_LENGTH;
	for (i = 0; i < sizeof(INSTRUCTIONS) / sizeof(INSTRUCTIONS[0]); i++)
		if (INSTRUCTIONS[i].ins == apdu.ins)
			break;
	if (i == sizeof(INSTRUCTIONS) / sizeof(INSTRUCTIONS[0]) ||
	    !INSTRUCTIONS[i].keeps_fresh)
		card->fresh = false;
	if (i == sizeof(INSTRUCTIONS) / sizeof(INSTRUCTIONS[0]))
		return SW_NO_INSTRUCTION;
	if (apdu.ins != 0xc0) {
		card->out_len = 0;
		card->out_sent = 0;
	}
	if (apdu.len > sizeof(card->in) - card->in_len) {
		card->in_len = 0;
		return SW_LENGTH;
	}
	memcpy(card->in + card->in_len, apdu.data, apdu.len);
	card->in_len += apdu.len;
	if ((apdu.cla & 0x10) != 0) /* more of the chain is to come */
		return SW_OK;
	apdu.data = card->in;
	apdu.len = card->in_len;
	card->in_len = 0;
	return INSTRUCTIONS[i].run(card, &apdu);
}

size_t
vpiv_card_answer(struct vpiv_card *card, const uint8_t *message, size_t len,
    uint8_t *to)
{
	enum sw sw = run_command(card, message, len);
	size_t n = card->out_len - card->out_sent;
	size_t left;

	if (n > VPIV_CHUNK_MAX)
		n = VPIV_CHUNK_MAX;
	memcpy(to, card->out + card->out_sent, n);
	card->out_sent += n;
	left = card->out_len - card->out_sent;
	if (left > 0)
		sw = SW_MORE | (left > VPIV_CHUNK_MAX ? 0 : (unsigned)left);
	if (getenv("VPIV_TRACE") != NULL && len >= 4)
		fprintf(stderr, "%02x %02x %02x %02x + %zu: %04x + %zu\n",
		    message[0], message[1], message[2], message[3], len - 4,
		    (unsigned)sw, n);
	to[n++] = (uint8_t)((unsigned)sw >> 8);
	to[n++] = (uint8_t)sw;
	return n;
}

void
vpiv_card_reset(struct vpiv_card *card)
{
	card->verified = false;
	card->fresh = false;
	card->in_len = 0;
	card->out_len = 0;
	card->out_sent = 0;
}

static FILE *
open_in(const char *dir, uint8_t ref, const char *suffix)
{
	char path[PATH_SIZE];
	int n;

	n = snprintf(path, sizeof(path), "%s/%02x.%s", dir, ref, suffix);
	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	return fopen(path, "r");
}

static void
load_slot(struct slot *slot, const char *dir)
{
	FILE *file = open_in(dir, slot->ref, "pem");
	X509 *certificate = NULL;
	int len;

	if (file != NULL) {
		slot->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		fclose(file);
	}
	file = open_in(dir, slot->ref, "crt");
	if (file != NULL) {
		certificate = PEM_read_X509(file, NULL, NULL, NULL);
		fclose(file);
	}
	len = i2d_X509(certificate, NULL);
	if (len > 0 && len <= CERTIFICATE_MAX) {
		len = i2d_X509(certificate, &slot->certificate);
		slot->certificate_len = len > 0 ? (size_t)len : 0;
	}
	X509_free(certificate);
}

struct vpiv_card *
vpiv_card_load(const char *dir)
{
	static const struct vpiv_card NEW = {
		.slots = { { .ref = 0x9a, .object = 0x05 },
		    { .ref = 0x9c, .object = 0x0a, .pin_always = true },
		    { .ref = 0x9d, .object = 0x0b },
		    { .ref = 0x9e, .object = 0x01, .free = true } },
		.pin = { "123456\xff\xff", TRIES },
		.puk = { "12345678", TRIES },
	};
	struct vpiv_card *card = malloc(sizeof(*card));
	size_t i;

	if (card == NULL)
		return NULL;
	*card = NEW;
	for (i = 0; i < SLOTS; i++)
		load_slot(&card->slots[i], dir);
	return card;
}

void
vpiv_card_free(struct vpiv_card *card)
{
	size_t i;

	if (card == NULL)
		return;
	for (i = 0; i < SLOTS; i++) {
		EVP_PKEY_free(card->slots[i].key);
		OPENSSL_free(card->slots[i].certificate);
	}
	free(card);
}
