/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that look like names, and addresses of no host. */
#include <ctype.h>
#include <string.h>

#include "coldca/name.h"

bool
ca_dns_ends_in_number(const char *dns)
{
	size_t len = strlen(dns);
	const char *label = dns + len;
	bool hex;

	if (len > 0 && dns[len - 1] == '.')
		label = dns + --len;
	while (label > dns && label[-1] != '.')
		label--;
	len -= (size_t)(label - dns);
	if (len == 0)
		return false;
	/* As inet_aton() and the URL standard read it; "0x" alone is 0. */
	hex = len >= 2 && label[0] == '0' && (label[1] | 0x20) == 'x';
	for (size_t i = hex ? 2 : 0; i < len; i++)
		if (hex ? isxdigit((unsigned char)label[i]) == 0
			: isdigit((unsigned char)label[i]) == 0)
			return false;
	return true;
}

bool
ca_ip_is_mapped(const struct ca_name *ip)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return ip->ip_len == 16 && memcmp(ip->ip, prefix, sizeof(prefix)) == 0;
}

bool
ca_ip_is_of_no_host(const struct ca_name *ip)
{
	static const uint8_t unspecified[16];

	if (ip->ip_len == 4) /* RFC 1122 section 3.2.1.3, RFC 1112 section 4 */
		return ip->ip[0] == 0 || ip->ip[0] >= 224;
	return ip->ip_len == 16 &&
	    (ip->ip[0] == 0xff ||
		memcmp(ip->ip, unspecified, sizeof(unspecified)) == 0);
}

/* RFC 4291 section 2.5.6: fe80::/10. */
bool
ca_ip_wants_zone(const struct ca_name *ip)
{
	return ip->ip_len == 16 && ip->ip[0] == 0xfe &&
	    (ip->ip[1] & 0xc0) == 0x80;
}
