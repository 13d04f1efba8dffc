/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: vpiv HOST PORT DIR
 *
 * Puts a virtual PIV card with the keys and certificates in DIR into the
 * reader of vsmartcard's vpcd, which listens on HOST and PORT. The card is
 * pulled when this program ends; another vpiv is another card, with all its
 * PIN tries. VPIV_TRACE in the environment shows commands and status words on
 * standard error.
 */
#include "vpiv_card.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_TRIES 200 /* of 50 ms */

static const uint8_t ATR[] = { 0x3b, 0x88, 0x80, 0x01, 'v', 'P', 'I', 'V', 'c',
	'a', 'r', 'd', 0x4a };

static bool
read_all(int fd, uint8_t *to, size_t len)
{
	const int on = 1;
	ssize_t n;

	for (; len > 0; to += n, len -= (size_t)n) {
		/*
		 * vpcd writes a length and then the bytes: with delayed ACKs
		 * each command takes 40 ms.
		 */
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
		n = read(fd, to, len);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool
write_message(int fd, uint8_t *message, size_t len)
{
	message[0] = (uint8_t)(len >> 8);
	message[1] = (uint8_t)len;
	return write(fd, message, len + 2) == (ssize_t)len + 2;
}

/* Until the reader goes away. Every message begins with its length. */
static void
serve(struct vpiv_card *card, int fd)
{
	uint8_t in[VPIV_MESSAGE_MAX];
	uint8_t out[2 + VPIV_ANSWER_MAX];
	size_t len;

	while (read_all(fd, in, 2)) {
		len = (size_t)in[0] << 8 | in[1];
		if (len == 0 || len > sizeof(in) || !read_all(fd, in, len))
			return;
		if (len > 1) {
			len = vpiv_card_answer(card, in, len, out + 2);
		} else if (in[0] == 4) { /* vpcd wants the ATR */
			len = sizeof(ATR);
			memcpy(out + 2, ATR, len);
		} else { /* power off, power on, reset */
			vpiv_card_reset(card);
			continue;
		}
		if (!write_message(fd, out, len))
			return;
	}
}

/* The reader may still be starting. -1: it did not come. */
static int
connect_to(const char *host, const char *port)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };
	struct addrinfo want = { 0 };
	struct addrinfo *to = NULL;
	int fd = -1;
	int i;

	want.ai_socktype = SOCK_STREAM;
	if (getaddrinfo(host, port, &want, &to) != 0)
		return -1;
	for (i = 0; i < CONNECT_TRIES; i++) {
		fd = socket(to->ai_family, to->ai_socktype, to->ai_protocol);
		if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) == 0)
			break;
		close(fd);
		fd = -1;
		nanosleep(&pause, NULL);
	}
	freeaddrinfo(to);
	return fd;
}

int
main(int argc, char **argv)
{
	struct vpiv_card *card;
	int fd;

	if (argc != 4) {
		fprintf(stderr, "usage: vpiv HOST PORT DIR\n");
		return 2;
	}
	card = vpiv_card_load(argv[3]);
	if (card == NULL)
		return 1;
	fd = connect_to(argv[1], argv[2]);
	if (fd < 0) {
		fprintf(stderr, "vpiv: %s: no reader on port %s\n", argv[1],
		    argv[2]);
		vpiv_card_free(card);
		return 1;
	}
	serve(card, fd);
	close(fd);
	vpiv_card_free(card);
	return 0;
}
