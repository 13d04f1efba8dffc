/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/name.h"

#include <arpa/inet.h>
#include <idn2.h>

#include "base/text.h"
#include "core/name_internal.h"

#define HOST_TEXT_MAX ((size_t)4 * CA_DNS_MAX) /* bytes, as it is written */
#define IPV4_SIZE 4                            /* octets */
#define IPV6_SIZE 16                           /* octets */

#define DIGITS "0123456789"
#define LDH "abcdefghijklmnopqrstuvwxyz-" DIGITS

static const char *const principals[] = { "root", "node", "admin",
	"debuguser" };

/* What gives a host away that is not a bare name or address. */
static const struct {
	char c;
	const char *why;
	const char *hint;
} punctuation[] = {
	{ '/', "is a URL or a network range",
	    "give the host name or address alone" },
	{ '%', "has a zone, which no certificate can hold (RFC 6874)",
	    "use a global address or a DNS name" },
	{ '[', "has brackets", "write the address without brackets and port" },
	{ ']', "has brackets", "write the address without brackets and port" },
	{ ':', "has a port, or is no IPv6 address",
	    "give the host name or address alone" },
	{ '_', "has an underscore (RFC 1123 section 2.1)",
	    "DNS names have letters, digits, hyphens and dots" },
};

static int
ascii_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool
ca_principal_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof(principals) / sizeof(principals[0]);
	     i++) {
		const char *a = principals[i], *b = name;

		while (*a != '\0' && *a == ascii_lower(*b)) {
			a++;
			b++;
		}
		if (*a == '\0' && *b == '\0')
			return true;
	}
	return false;
}

static enum ca_code
refuse(struct ca_error *err, const char *text, const char *why)
{
	return ca_fail(err, CA_ERR_INPUT, "host %.*s: %s", CA_DNS_MAX, text,
	    why);
}

static enum ca_code
set_ip(const char *text, int family, struct ca_name *name, struct ca_error *err)
{
	char canonical[INET6_ADDRSTRLEN];

	name->kind = CA_NAME_IP;
	name->ip_len = family == AF_INET ? IPV4_SIZE : IPV6_SIZE;
	if (ca_ip_is_of_no_host(name))
		return refuse(err, text,
		    "is an unspecified, multicast or broadcast address, which no host has");
	if (inet_ntop(family, name->ip, canonical, sizeof(canonical)) == NULL)
		return ca_fail(err, CA_ERR_INTERNAL, "host %s: no text form",
		    text);
	return ca_text_format(&name->text, err, "%s", canonical);
}

static enum ca_code
parse_ipv4(const char *text, struct ca_name *name, struct ca_error *err)
{
	/* inet_pton() takes neither leading zeros nor fewer than four parts. */
	if (inet_pton(AF_INET, text, name->ip) != 1) {
		(void)refuse(err, text, "is not an IPv4 address");
		ca_hint(err,
		    "write four decimal numbers from 0 to 255, without leading zeros");
		return CA_ERR_INPUT;
	}
	return set_ip(text, AF_INET, name, err);
}

static enum ca_code
parse_ipv6(const char *text, struct ca_name *name, struct ca_error *err)
{
	name->ip_len = IPV6_SIZE;
	if (ca_ip_is_mapped(name)) {
		(void)refuse(err, text, "is an IPv4 address in IPv6 form");
		ca_hint(err, "write it as IPv4: %u.%u.%u.%u", name->ip[12],
		    name->ip[13], name->ip[14], name->ip[15]);
		return CA_ERR_INPUT;
	}
	if (ca_ip_wants_zone(name)) {
		(void)refuse(err, text,
		    "is a link-local address, which is reached only with a zone");
		ca_hint(err, "use a global address or a DNS name");
		return CA_ERR_INPUT;
	}
	return set_ip(text, AF_INET6, name, err);
}

/*
 * Checks one label of LEN octets (RFC 1034 section 3.5, RFC 1123 section 2.1).
 * libidn2 has refused more than 63 octets (RFC 1035 section 2.3.4).
 */
static enum ca_code
check_label(const char *host, const char *label, size_t len,
    struct ca_error *err)
{
	if (len == 0)
		return refuse(err, host, "has an empty label");
	if (label[0] == '-' || label[len - 1] == '-')
		return refuse(err, host,
		    "has a label that begins or ends with a hyphen (RFC 1123 section 2.1)");
	if (strspn(label, LDH) < len)
		return refuse(err, host,
		    "has a character other than letters, digits, hyphens and dots (RFC 1123 section 2.1)");
	return CA_OK;
}

/* Checks the A-labels of HOST; a leading "*." has been taken off. */
static enum ca_code
check_labels(const char *host, struct ca_error *err)
{
	const char *label = host;
	enum ca_code rc;

	for (;;) {
		size_t len = strcspn(label, ".");

		rc = check_label(host, label, len, err);
		if (rc != CA_OK)
			return rc;
		if (label[len] == '\0')
			break;
		label += len + 1;
		if (*label == '\0')
			return refuse(err, host, "ends with a dot");
	}
	/* RFC 3696 section 2; many readers would take it for an address. */
	if (ca_dns_ends_in_number(host)) {
		(void)refuse(err, host, "ends in a label that is a number");
		ca_hint(err,
		    "an address is written as four decimal numbers: 127.0.0.1");
		return CA_ERR_INPUT;
	}
	return CA_OK;
}

enum ca_code
ca_name_to_a_labels(const char *host, char **ret_ascii, struct ca_error *err)
{
	/*
	 * IDNA 2008 as it is, without the mappings of UTS 46: an operator shall
	 * get the name that was written, or none.
	 */
	int flags = IDN2_NFC_INPUT | IDN2_ALABEL_ROUNDTRIP | IDN2_NO_TR46;
	int rc = idn2_to_ascii_8z(host, ret_ascii, flags);

	if (rc == IDN2_MALLOC)
		return ca_fail_memory(err);
	if (rc != IDN2_OK)
		return ca_fail(err, CA_ERR_INPUT, "host %.*s: RFC 5890: %s",
		    CA_DNS_MAX, host, idn2_strerror(rc));
	return CA_OK;
}

static enum ca_code
parse_dns(const char *text, struct ca_name *name, struct ca_error *err)
{
	char lower[HOST_TEXT_MAX + 1], *host = lower, *ascii = NULL;
	size_t i;
	enum ca_code rc;

	for (i = 0; text[i] != '\0' && i < HOST_TEXT_MAX; i++)
		lower[i] = (char)ascii_lower(text[i]);
	lower[i] = '\0';
	if (strncmp(lower, "*.", 2) == 0)
		host += 2;

	rc = ca_name_to_a_labels(host, &ascii, err);
	if (rc == CA_OK)
		rc = check_labels(ascii, err);
	if (rc == CA_OK && (size_t)(host - lower) + strlen(ascii) > CA_DNS_MAX)
		rc = refuse(err, text,
		    "has over 253 octets (RFC 1035 section 2.3.4)");
	if (rc == CA_OK && host == lower && ca_principal_reserved(ascii))
		rc = ca_fail(err, CA_ERR_POLICY,
		    "host %s: CockroachDB takes a DNS name for a user, and this one is reserved",
		    ascii);
	if (rc == CA_OK) {
		name->kind = CA_NAME_DNS;
		rc = ca_text_format(&name->text, err, "%s%s",
		    host == lower ? "" : "*.", ascii);
	}
	idn2_free(ascii);
	return rc;
}

/* A DNS name, unless it has what only other things have. */
static enum ca_code
parse_bare_dns(const char *text, struct ca_name *name, struct ca_error *err)
{
	for (size_t i = 0; i < sizeof(punctuation) / sizeof(punctuation[0]);
	     i++) {
		if (strchr(text, punctuation[i].c) != NULL) {
			(void)refuse(err, text, punctuation[i].why);
			ca_hint(err, "%s", punctuation[i].hint);
			return CA_ERR_INPUT;
		}
	}
	return parse_dns(text, name, err);
}

enum ca_code
ca_host_parse(const char *text, struct ca_name *ret_name, struct ca_error *err)
{
	struct ca_name name = { 0 };
	enum ca_code rc;

	if (text[0] == '\0')
		return ca_fail(err, CA_ERR_INPUT, "host: is empty");
	if (strlen(text) > HOST_TEXT_MAX)
		return refuse(err, text, "is too long");
	if (text[strspn(text, DIGITS ".")] == '\0')
		rc = parse_ipv4(text, &name, err);
	else if (inet_pton(AF_INET6, text, name.ip) == 1)
		rc = parse_ipv6(text, &name, err);
	else
		rc = parse_bare_dns(text, &name, err);
	if (rc == CA_OK)
		*ret_name = name;
	return rc;
}

enum ca_code
ca_names_add(struct ca_names *names, const struct ca_name *name,
    struct ca_error *err)
{
	struct ca_name *item;

	if (names->count >= CA_NAMES_MAX)
		return ca_fail(err, CA_ERR_INPUT, "more than %d names",
		    CA_NAMES_MAX);
	item = reallocarray(names->item, names->count + 1, sizeof(*item));
	if (item == NULL)
		return ca_fail_memory(err);
	names->item = item;
	item += names->count;
	*item = *name;
	item->text = strdup(name->text);
	if (item->text == NULL)
		return ca_fail_memory(err);
	names->count++;
	return CA_OK;
}

static bool
is_equal(const struct ca_name *a, const struct ca_name *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == CA_NAME_IP)
		return a->ip_len == b->ip_len &&
		    memcmp(a->ip, b->ip, a->ip_len) == 0;
	return strcmp(a->text, b->text) == 0;
}

bool
ca_names_has(const struct ca_names *names, const struct ca_name *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (is_equal(&names->item[i], name))
			return true;
	return false;
}

void
ca_name_clear(struct ca_name *name)
{
	if (name == NULL)
		return;
	free(name->text);
	*name = (struct ca_name){ 0 };
}

void
ca_names_clear(struct ca_names *names)
{
	if (names == NULL)
		return;
	for (size_t i = 0; i < names->count; i++)
		free(names->item[i].text);
	free(names->item);
	*names = (struct ca_names){ 0 };
}
