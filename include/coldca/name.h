/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_NAME_H
#define COLDCA_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

#define CA_DNS_MAX 253   /* octets of a DNS name (RFC 1035 section 2.3.4) */
#define CA_USER_MAX 63   /* bytes of a SQL user name in UTF-8 */
#define CA_NAMES_MAX 100 /* names in one certificate; more is a mistake */
#define CA_CN_MAX 64     /* ub-common-name (RFC 5280 appendix A.1) */

/* The forms of GeneralName that coldca tells apart (RFC 5280 4.2.1.6). */
enum ca_name_kind {
	CA_NAME_DNS,
	CA_NAME_IP,
	CA_NAME_URI,
	CA_NAME_EMAIL,
	CA_NAME_OTHER, /* any other form: never granted */
};

/* One name of a certificate or of a request. */
struct ca_name {
	enum ca_name_kind kind;
	char *text;     /* owned; printable: controls and NUL are escaped */
	uint8_t ip[16]; /* the address where KIND is CA_NAME_IP */
	size_t ip_len;  /* 4 or 16; 0 where it is not an address */
};

/* Zero-initialised is empty and valid. */
struct ca_names {
	struct ca_name *item;
	size_t count;
};

/*
 * Reads a host as an operator writes it: an IPv4 or IPv6 address becomes
 * CA_NAME_IP with its canonical text; anything else is a DNS name, lower
 * case, U-labels turned into A-labels (RFC 5890; IDNA 2008 by libidn2), `*.`
 * allowed in front, and becomes CA_NAME_DNS. Beyond ASCII nothing is mapped:
 * a U-label is already in lower case or it is refused. *RET_NAME is new.
 *
 * CA_ERR_INPUT   not a host name: empty or long labels, a port, brackets, an
 *                underscore (RFC 1123 section 2.1), a trailing dot, an address
 *                with odd digits or hidden in a name, or one of no host
 * CA_ERR_POLICY  a principal's name (ca_principal_reserved())
 */
CA_CHECKED enum ca_code ca_host_parse(const char *text,
    struct ca_name *ret_name, struct ca_error *err);

/*
 * Reads a SQL user name as CockroachDB normalises it: lower case rune by rune
 * (U+0130 and U+0131 both become i), then NFC. Valid are 1 to CA_USER_MAX
 * bytes: a lower-case letter, digit or underscore, then lower-case letters,
 * digits, `_`, `-`, `.`. *RET_USER is new; free() it.
 *
 * CA_ERR_INPUT  not a user name
 */
CA_CHECKED enum ca_code ca_user_parse(const char *text, char **ret_user,
    struct ca_error *err);

/*
 * The same for a name that CockroachDB takes for no user, so that it logs in
 * only through an identity map (--disable-username-validation): normalised, and
 * of 1 to CA_USER_MAX bytes. What could not be a part of a file's name or be
 * shown as it is stays refused: `/`, a period in front, controls, formatting.
 * *RET_USER is new; free() it.
 *
 * CA_ERR_INPUT  empty, too long, not UTF-8, or such a character
 */
CA_CHECKED enum ca_code ca_user_parse_any(const char *text, char **ret_user,
    struct ca_error *err);

/*
 * Whether NAME is root, node, admin or debuguser: CockroachDB takes every DNS
 * name of a certificate for a user, so these are never host names and are
 * never taken from a request.
 */
bool ca_principal_reserved(const char *name);

/*
 * Whether the last label of DNS is a number, in decimal or, behind 0x, in
 * hexadecimal (0x7f.1, 127.1, 2130706433): browsers and inet_aton() then take
 * the whole for an IPv4 address.
 */
bool ca_dns_ends_in_number(const char *dns);

/* Whether an IPv6 address is an IPv4 one (RFC 4291 section 2.5.5.2). */
bool ca_ip_is_mapped(const struct ca_name *ip);

/*
 * Whether no host is reached by an address: unspecified (0.0.0.0/8, ::),
 * multicast (224.0.0.0/4, ff00::/8), or above it up to the broadcast address.
 */
bool ca_ip_is_of_no_host(const struct ca_name *ip);

/*
 * Whether an address is link-local (fe80::/10, RFC 4291 section 2.5.6): it is
 * reached only with a zone, and no name with a zone matches a certificate.
 */
bool ca_ip_wants_zone(const struct ca_name *ip);

/* How a name reads to people. Zero-initialised is empty and valid. */
struct ca_name_look {
	char *unicode; /* owned; with U-labels, escaped; NULL: it has none */
	char *scripts; /* owned; "Cyrillic, Latin" where one label has letters
			  of several scripts; NULL: none has */
};

/*
 * Looks at a DNS name's A-labels (RFC 5890 section 2.3.2.1); every other kind
 * of name reads as it is written. *RET is new; ca_name_look_clear() it.
 *
 * CA_ERR_INPUT  a label that begins with xn-- and is no A-label
 */
CA_CHECKED enum ca_code ca_name_look(const struct ca_name *name,
    struct ca_name_look *ret, struct ca_error *err);

/*
 * The scripts of the letters in TEXT, such as a user's name, where there are
 * several: "Cyrillic, Latin", in the order of the alphabet. *RET_SCRIPTS is new,
 * or NULL where there is one script or none.
 */
CA_CHECKED enum ca_code ca_text_scripts(const char *text, char **ret_scripts,
    struct ca_error *err);

/* Accepts NULL. */
void ca_name_look_clear(struct ca_name_look *look);

/* Appends a copy of NAME. CA_ERR_INPUT: more than CA_NAMES_MAX. */
CA_CHECKED enum ca_code ca_names_add(struct ca_names *names,
    const struct ca_name *name, struct ca_error *err);

/* Whether NAMES holds a name equal to NAME (kind and value). */
bool ca_names_has(const struct ca_names *names, const struct ca_name *name);

/* Frees what NAME or NAMES holds and makes it empty. Both accept NULL. */
void ca_name_clear(struct ca_name *name);
void ca_names_clear(struct ca_names *names);

#endif
