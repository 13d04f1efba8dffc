/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_VPIV_CARD_H
#define COLDCA_TESTS_VPIV_CARD_H

/*
 * A PIV card in memory: as much of NIST SP 800-73-4 as OpenSC's driver needs
 * to find keys and certificates and to sign. Its source cites the sections of
 * SP 800-73-4 part 2.
 *
 * PIN 123456, PUK 12345678, three tries each. The key in 9C wants the PIN
 * before each signature, the one in 9E never.
 */
#include <stddef.h>
#include <stdint.h>

#define VPIV_MESSAGE_MAX 4096 /* bytes of one command, and of a chain of them */
#define VPIV_CHUNK_MAX 255    /* bytes that one short APDU brings back */
#define VPIV_ANSWER_MAX (VPIV_CHUNK_MAX + 2) /* with the status word */

struct vpiv_card;

/*
 * A new card with the keys 9a.pem, 9c.pem, 9d.pem and 9e.pem of DIR (RSA-2048,
 * P-256 or P-384) and their certificates 9a.crt and so on, as far as they are
 * there. NULL: out of memory. The caller frees.
 */
struct vpiv_card *vpiv_card_load(const char *dir);
void vpiv_card_free(struct vpiv_card *card);

/* Power on, power off, reset: PINs are asked for again, tries stay. */
void vpiv_card_reset(struct vpiv_card *card);

/* The answer to one command APDU, into VPIV_ANSWER_MAX bytes: its length. */
size_t vpiv_card_answer(struct vpiv_card *card, const uint8_t *message,
    size_t len, uint8_t *to);

#endif
