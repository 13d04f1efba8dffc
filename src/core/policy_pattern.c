/* SPDX-License-Identifier: Apache-2.0 */
/* The patterns of a policy, read when the policy is, not when they are used. */
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/tenant.h"
#include "core/policy_internal.h"

#define IPV4_SIZE 4
#define IPV6_SIZE 16
#define PREFIX_DIGITS 3 /* of the prefix of a range, at most */

/* ::ffff:0:0/96 (RFC 4291 section 2.5.5.2) */
#define MAPPED_SIZE 12
static const uint8_t ipv4_mapped[MAPPED_SIZE] = { [10] = 0xff, [11] = 0xff };

/* ca_host_parse() and ca_user_parse() judge orders; here it is a policy. */
static enum ca_code
as_input(enum ca_code rc, struct ca_error *err)
{
	if (rc == CA_OK || rc == CA_ERR_INTERNAL)
		return rc;
	err->code = CA_ERR_INPUT;
	return CA_ERR_INPUT;
}

/* A host name with a letter in the place of each `*`. */
static enum ca_code
parse_dns_glob(const char *text, char **ret_pattern, struct ca_error *err)
{
	char *sample = strdup(text);
	struct ca_name name = { 0 };
	enum ca_code rc;

	if (sample == NULL)
		return ca_fail_memory(err);
	for (char *p = sample; (p = strchr(p, '*')) != NULL;)
		*p = 'x';
	rc = as_input(ca_host_parse(sample, &name, err), err);
	if (rc == CA_ERR_INPUT ||
	    (rc == CA_OK && OPENSSL_strcasecmp(name.text, sample) != 0)) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: not a pattern of DNS names", text);
		ca_hint(err,
		    "beside * there are letters, digits, - and ., none in front; .example.com without * is all names below it");
	}
	if (rc == CA_OK)
		rc = ca_text_format(ret_pattern, err, "%s", text);
	ca_name_clear(&name);
	free(sample);
	return rc;
}

enum ca_code
ca_policy_dns_parse(const char *text, char **ret_pattern, struct ca_error *err)
{
	bool below = text[0] == '.';
	struct ca_name name = { 0 };
	enum ca_code rc;

	if (strchr(text, '*') != NULL)
		return parse_dns_glob(text, ret_pattern, err);
	rc = as_input(ca_host_parse(text + (below ? 1 : 0), &name, err), err);
	if (rc != CA_OK)
		return rc;
	if (name.kind != CA_NAME_DNS) {
		rc = ca_fail(err, CA_ERR_INPUT, "%s: is an address", text);
		ca_hint(err, "addresses belong into the list `ip`");
	} else {
		rc = ca_text_format(ret_pattern, err, "%s%s", below ? "." : "",
		    name.text);
	}
	ca_name_clear(&name);
	return rc;
}

enum ca_code
ca_policy_name_parse(const char *text, char **ret_name, struct ca_error *err)
{
	return as_input(ca_user_parse(text, ret_name, err), err);
}

/* Refuses a pattern that no normalised user name can match. */
static enum ca_code
check_glob(const char *text, struct ca_error *err)
{
	char *sample = strdup(text), *user = NULL;
	enum ca_code rc;

	if (sample == NULL)
		return ca_fail_memory(err);
	for (char *p = sample; (p = strchr(p, '*')) != NULL;)
		*p = '_'; /* allowed in every place of a user name */
	rc = as_input(ca_user_parse(sample, &user, err), err);
	if (rc == CA_ERR_INPUT || (rc == CA_OK && strcmp(sample, user) != 0)) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: matches no user name as CockroachDB normalises them",
		    text);
		ca_hint(err,
		    "beside * there are lower-case letters, digits, _ and, not in front, - and .");
	}
	free(user);
	free(sample);
	return rc;
}

enum ca_code
ca_policy_user_parse(const char *text, char **ret_pattern, struct ca_error *err)
{
	enum ca_code rc;

	if (strchr(text, '*') == NULL)
		return as_input(ca_user_parse(text, ret_pattern, err), err);
	rc = check_glob(text, err);
	if (rc != CA_OK)
		return rc;
	return ca_text_format(ret_pattern, err, "%s", text);
}

enum ca_code
ca_policy_tenant_parse(const char *text, char **ret_pattern,
    struct ca_error *err)
{
	uint64_t tenant;
	enum ca_code rc;

	if (strchr(text, '*') == NULL) {
		rc = ca_tenant_parse(text, &tenant, err);
		if (rc != CA_OK)
			return rc;
	} else if (text[strspn(text, "0123456789*")] != '\0') {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "%s: matches no tenant's number", text);
		ca_hint(err, "beside * there are digits");
		return CA_ERR_INPUT;
	}
	return ca_text_format(ret_pattern, err, "%s", text);
}

void
ca_ip_range_format(const struct ca_ip_range *range,
    char text[CA_IP_RANGE_TEXT_SIZE])
{
	int family = range->len == IPV4_SIZE ? AF_INET : AF_INET6;
	char address[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(family, range->address, address, sizeof(address));
	if (range->prefix == 8 * range->len)
		(void)snprintf(text, CA_IP_RANGE_TEXT_SIZE, "%s", address);
	else
		(void)snprintf(text, CA_IP_RANGE_TEXT_SIZE, "%s/%u", address,
		    range->prefix);
}

/* Reads "24" of "10.0.0.0/24"; up to MAX. */
static enum ca_code
parse_prefix(const char *text, const char *digits, unsigned max,
    unsigned *ret_prefix, struct ca_error *err)
{
	size_t len = strspn(digits, "0123456789");
	unsigned value = 0;

	for (size_t i = 0; i < len && len <= PREFIX_DIGITS; i++)
		value = 10 * value + (unsigned)(digits[i] - '0');
	if (len == 0 || len > PREFIX_DIGITS || digits[len] != '\0' ||
	    (digits[0] == '0' && len > 1) || value > max)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: after the slash is no number from 0 to %u", text, max);
	*ret_prefix = value;
	return CA_OK;
}

/* Clears the bits of ADDRESS after PREFIX. */
static void
mask(uint8_t *address, size_t len, unsigned prefix)
{
	for (size_t i = 0; i < len; i++) {
		unsigned kept = prefix > 8 ? 8 : prefix;

		address[i] &= (uint8_t)(0xff00U >> kept);
		prefix -= kept;
	}
}

/* RFC 4632 section 3.1: the bits after the prefix are zero. */
static enum ca_code
check_host_bits(const char *text, const struct ca_ip_range *range,
    struct ca_error *err)
{
	struct ca_ip_range network = *range;
	char shown[INET6_ADDRSTRLEN];
	int family = range->len == IPV4_SIZE ? AF_INET : AF_INET6;

	mask(network.address, network.len, network.prefix);
	if (memcmp(network.address, range->address, range->len) == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_INPUT,
	    "%s: RFC 4632 section 3.1: bits are set after the prefix", text);
	if (inet_ntop(family, network.address, shown, sizeof(shown)) != NULL)
		ca_hint(err, "write %s/%u for the range", shown,
		    network.prefix);
	return CA_ERR_INPUT;
}

enum ca_code
ca_policy_ip_parse(const char *text, struct ca_ip_range *ret_range,
    struct ca_error *err)
{
	struct ca_ip_range range = { 0 };
	size_t len = strcspn(text, "/");
	char address[INET6_ADDRSTRLEN];
	enum ca_code rc = CA_OK;

	if (len >= sizeof(address))
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: not an address or a range", text);
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, range.address) == 1)
		range.len = IPV4_SIZE;
	else if (inet_pton(AF_INET6, address, range.address) == 1)
		range.len = IPV6_SIZE;
	else
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: not an address or a range", text);
	range.prefix = (unsigned)(8 * range.len);
	if (text[len] == '/')
		rc = parse_prefix(text, text + len + 1, range.prefix,
		    &range.prefix, err);
	if (rc == CA_OK &&
	    memcmp(range.address, ipv4_mapped, MAPPED_SIZE) == 0) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: is an IPv4 range in IPv6 form, which no name has",
		    text);
		ca_hint(err, "write it as IPv4");
	}
	if (rc == CA_OK)
		rc = check_host_bits(text, &range, err);
	if (rc == CA_OK)
		*ret_range = range;
	return rc;
}
