/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: the subject alternative name, and addresses and URIs in it. */
#include <string.h>

#include "core/lint_internal.h"

static bool
names_filled(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_subject_alt_name) ||
	    ca_certificate_names(s->cert)->count > 0;
}

static bool
names_once(const struct ca_lint_subject *s)
{
	const struct ca_names *names = ca_certificate_names(s->cert);

	for (size_t i = 0; i < names->count; i++) {
		const struct ca_names before = { names->item, i };

		if (ca_names_has(&before, &names->item[i]))
			return false;
	}
	return true;
}

static bool
server_has_names(const struct ca_lint_subject *s)
{
	return ca_certificate_names(s->cert)->count > 0;
}

/* general_name.c reads odd lengths as CA_NAME_OTHER, under this word. */
#define ODD_ADDRESS "iPAddress:"

static bool
is_no_odd_address(const struct ca_name *name)
{
	return strncmp(name->text, ODD_ADDRESS, strlen(ODD_ADDRESS)) != 0;
}

static bool
addresses_whole(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_OTHER, is_no_odd_address);
}

static bool
is_not_mapped(const struct ca_name *name)
{
	return !ca_ip_is_mapped(name);
}

static bool
addresses_not_mapped(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_IP, is_not_mapped);
}

static bool
is_of_a_host(const struct ca_name *name)
{
	return !ca_ip_is_of_no_host(name);
}

static bool
addresses_of_hosts(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_IP, is_of_a_host);
}

#define ALPHA "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SCHEME ALPHA "0123456789+-."

/* RFC 3986 section 3: a scheme, a colon and something behind it. */
static bool
is_absolute_uri(const struct ca_name *name)
{
	size_t len = strspn(name->text, SCHEME);

	return strchr(ALPHA, name->text[0]) != NULL && name->text[len] == ':' &&
	    name->text[len + 1] != '\0';
}

static bool
uris_absolute(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_URI, is_absolute_uri);
}

/* Escaped octets have a backslash, which no URI has (RFC 3986 section 2). */
static bool
has_uri_characters(const struct ca_name *name)
{
	for (const char *p = name->text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' ||
		    strchr("\\\"<>^`{|}", *p) != NULL || (*p & 0x80) != 0)
			return false;
	return true;
}

static bool
uris_ascii(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_URI, has_uri_characters);
}

static bool
is_mailbox(const struct ca_name *name)
{
	const char *at = strchr(name->text, '@');

	return at != NULL && at != name->text && at[1] != '\0' &&
	    strchr(at + 1, '@') == NULL && strpbrk(name->text, " \\<>") == NULL;
}

static bool
emails_are_mailboxes(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_EMAIL, is_mailbox);
}

/* A common name with a dot in it is meant for a host, and no reader looks. */
static bool
host_is_among_names(const struct ca_lint_subject *s)
{
	const char *text = ca_certificate_common_name(s->cert);
	struct ca_name name = { 0 };
	struct ca_error ignored;
	bool found;

	if (text == NULL || strchr(text, '.') == NULL ||
	    ca_host_parse(text, &name, &ignored) != CA_OK)
		return true;
	found = ca_names_has(ca_certificate_names(s->cert), &name);
	ca_name_clear(&name);
	return found;
}

const struct ca_lint_rule ca_lint_san_rules[] = {
	{ "lint-names-empty", "RFC 5280 section 4.2.1.6", CA_LINT_ALL,
	    names_filled, "the subject alternative name is empty" },
	{ "lint-names-twice", "RFC 5280 section 4.2.1.6", CA_LINT_ALL,
	    names_once, "a subject alternative name is there twice" },
	{ "lint-server-names", "RFC 5280 section 4.2.1.6", CA_LINT_SERVER,
	    server_has_names, "a server has no subject alternative name" },
	{ "lint-server-common-name", "RFC 6125 section 6.4.4", CA_LINT_SERVER,
	    host_is_among_names,
	    "the common name is a host that the subject alternative name lacks" },
	{ "lint-ip-length", "RFC 5280 section 4.2.1.6", CA_LINT_ALL,
	    addresses_whole, "an address has neither 4 nor 16 octets" },
	{ "lint-ip-mapped", "RFC 4291 section 2.5.5.2", CA_LINT_ALL,
	    addresses_not_mapped, "an IPv4 address is in IPv6 form" },
	{ "lint-ip-host", "RFC 6890 section 2.2", CA_LINT_ALL,
	    addresses_of_hosts,
	    "an address is unspecified, multicast or broadcast: no host's" },
	{ "lint-uri-absolute", "RFC 5280 section 4.2.1.6", CA_LINT_ALL,
	    uris_absolute, "a URI has no scheme, or nothing behind it" },
	{ "lint-uri-character", "RFC 3986 section 2", CA_LINT_ALL, uris_ascii,
	    "a URI has a character that no URI has" },
	{ "lint-email", "RFC 5280 section 4.2.1.6", CA_LINT_ALL,
	    emails_are_mailboxes, "an rfc822Name is no mailbox" },
	{ .name = NULL },
};
