/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: DNS names among the subject alternative names. */
#include <stdlib.h>
#include <string.h>

#include "core/lint_internal.h"

#define LABEL_MAX 63 /* octets (RFC 1035 section 2.3.4) */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* What is behind "*." in front, where that is there. */
static const char *
behind_star(const char *text)
{
	return strncmp(text, "*.", 2) == 0 ? text + 2 : text;
}

/* Whether HOLDS of each label of NAME; a dot at the end begins none. */
static bool
each_label(const struct ca_name *name,
    bool (*holds)(const char *label, size_t len))
{
	const char *label = behind_star(name->text);

	for (;;) {
		size_t len = strcspn(label, ".");

		if (!holds(label, len))
			return false;
		label += len;
		if (strlen(label) <= 1)
			return true;
		label++;
	}
}

static bool
has_dns_characters(const struct ca_name *name)
{
	const char *text = behind_star(name->text);

	/* A star is lint-dns-wildcard's. */
	return text[strspn(text, LETTERS DIGITS "-.*")] == '\0';
}

static bool
is_filled(const char *label, size_t len)
{
	(void)label;
	return len > 0;
}

static bool
has_no_empty_label(const struct ca_name *name)
{
	return each_label(name, is_filled);
}

static bool
is_short(const char *label, size_t len)
{
	(void)label;
	return len <= LABEL_MAX;
}

static bool
has_short_labels(const struct ca_name *name)
{
	return each_label(name, is_short);
}

static bool
has_hyphens_inside(const char *label, size_t len)
{
	return strspn(label, "-") == 0 && (len == 0 || label[len - 1] != '-');
}

static bool
has_no_outer_hyphen(const struct ca_name *name)
{
	return each_label(name, has_hyphens_inside);
}

static bool
is_short_name(const struct ca_name *name)
{
	return strlen(name->text) <= CA_DNS_MAX;
}

static bool
has_no_final_dot(const struct ca_name *name)
{
	const char *dot = strrchr(name->text, '.');

	return dot == NULL || dot[1] != '\0';
}

static bool
has_star_in_front(const struct ca_name *name)
{
	return strchr(behind_star(name->text), '*') == NULL;
}

static bool
ends_in_no_number(const struct ca_name *name)
{
	return !ca_dns_ends_in_number(name->text);
}

/* RFC 5890 section 2.3.1: hyphens in third and fourth place are for "xn". */
static bool
is_not_reserved(const char *label, size_t len)
{
	return len < 4 || label[2] != '-' || label[3] != '-' ||
	    strncasecmp(label, "xn", 2) == 0;
}

static bool
has_no_reserved_label(const struct ca_name *name)
{
	return each_label(name, is_not_reserved);
}

/* Other faults of a name, which IDNA minds as well, have their own rules. */
static bool
is_no_bad_a_label(const char *label, size_t len)
{
	char copy[LABEL_MAX + 1];
	struct ca_name name = { .kind = CA_NAME_DNS, .text = copy };
	struct ca_name_look look = { NULL, NULL };
	struct ca_error ignored;
	bool good;

	if (len > LABEL_MAX)
		return true;
	memcpy(copy, label, len);
	copy[len] = '\0';
	good = ca_name_look(&name, &look, &ignored) == CA_OK;
	ca_name_look_clear(&look);
	return good;
}

static bool
has_a_labels(const struct ca_name *name)
{
	return each_label(name, is_no_bad_a_label);
}

static bool
dns_characters(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_dns_characters);
}

static bool
dns_no_empty_label(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_no_empty_label);
}

static bool
dns_short_labels(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_short_labels);
}

static bool
dns_no_outer_hyphen(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_no_outer_hyphen);
}

static bool
dns_short(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, is_short_name);
}

static bool
dns_no_final_dot(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_no_final_dot);
}

static bool
dns_star_in_front(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_star_in_front);
}

static bool
dns_no_address(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, ends_in_no_number);
}

static bool
dns_no_reserved_label(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_no_reserved_label);
}

static bool
dns_a_labels(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, has_a_labels);
}

const struct ca_lint_rule ca_lint_dns_rules[] = {
	{ "lint-dns-character", "RFC 1123 section 2.1", CA_LINT_ALL,
	    dns_characters,
	    "a DNS name has a character other than letters, digits, hyphens and dots" },
	{ "lint-dns-label-empty", "RFC 1034 section 3.5", CA_LINT_ALL,
	    dns_no_empty_label, "a DNS name has an empty label" },
	{ "lint-dns-label-length", "RFC 1035 section 2.3.4", CA_LINT_ALL,
	    dns_short_labels, "a DNS name has a label of over 63 octets" },
	{ "lint-dns-hyphen", "RFC 1123 section 2.1", CA_LINT_ALL,
	    dns_no_outer_hyphen,
	    "a DNS name has a label that begins or ends with a hyphen" },
	{ "lint-dns-length", "RFC 1035 section 2.3.4", CA_LINT_ALL, dns_short,
	    "a DNS name has over 253 octets" },
	{ "lint-dns-dot", "Go crypto/x509", CA_LINT_ALL, dns_no_final_dot,
	    "a DNS name ends with a dot: no host matches it" },
	{ "lint-dns-wildcard", "RFC 6125 section 6.4.3", CA_LINT_ALL,
	    dns_star_in_front,
	    "a DNS name has a star that is not all of its first label" },
	{ "lint-dns-number", "RFC 3696 section 2", CA_LINT_ALL, dns_no_address,
	    "a DNS name ends in a number: readers take it for an address" },
	{ "lint-dns-reserved", "RFC 5890 section 2.3.1", CA_LINT_ALL,
	    dns_no_reserved_label,
	    "a DNS name has a label with `--` in third place that is no A-label" },
	{ "lint-dns-a-label", "RFC 5890 section 2.3.2.1", CA_LINT_ALL,
	    dns_a_labels, "a DNS name has a false A-label" },
	{ .name = NULL },
};
