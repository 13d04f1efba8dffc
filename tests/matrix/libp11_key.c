/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: libp11_key MODULE TOKEN LABEL 3<PIN
 *
 * Has libp11 make an RSA-2048 key on the token TOKEN, in its own way, with
 * LABEL and the CKA_ID b1.
 */
#include <libp11.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIN_FD 3
#define PIN_SIZE 256
#define BITS 2048

static PKCS11_SLOT *
find_slot(PKCS11_SLOT *slots, unsigned count, const char *label)
{
	for (unsigned i = 0; i < count; i++)
		if (slots[i].token != NULL && slots[i].token->label != NULL &&
		    strcmp(slots[i].token->label, label) == 0)
			return &slots[i];
	return NULL;
}

static bool
log_in(PKCS11_SLOT *slot)
{
	char pin[PIN_SIZE];
	ssize_t len = read(PIN_FD, pin, sizeof(pin) - 1);

	if (len <= 0 || PKCS11_open_session(slot, 1) != 0)
		return false;
	pin[len] = '\0';
	return PKCS11_login(slot, 0, pin) == 0;
}

int
main(int argc, char *argv[])
{
	PKCS11_CTX *ctx = PKCS11_CTX_new();
	PKCS11_SLOT *slots = NULL, *slot;
	unsigned char id[] = { 0xb1 };
	unsigned count = 0;

	if (argc != 4 || PKCS11_CTX_load(ctx, argv[1]) != 0 ||
	    PKCS11_enumerate_slots(ctx, &slots, &count) != 0)
		return 1;
	slot = find_slot(slots, count, argv[2]);
	if (slot == NULL || !log_in(slot) ||
	    PKCS11_generate_key(slot->token, 0, BITS, argv[3], id,
		sizeof(id)) != 0) {
		fprintf(stderr, "libp11_key: no key was made\n");
		return 1;
	}
	PKCS11_release_all_slots(ctx, slots, count);
	PKCS11_CTX_unload(ctx);
	PKCS11_CTX_free(ctx);
	return 0;
}
