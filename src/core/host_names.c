/* SPDX-License-Identifier: Apache-2.0 */
/* What this host is called: the only place that asks the system for it. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coldca/install.h"

static enum ca_code
add(struct ca_names *names, const char *text, struct ca_error *err)
{
	struct ca_name name = { 0 };
	enum ca_code rc;

	/* A name that no certificate can have is none of ours. */
	if (ca_host_parse(text, &name, err) != CA_OK)
		return CA_OK;
	rc = ca_names_has(names, &name) || names->count == CA_NAMES_MAX
	    ? CA_OK
	    : ca_names_add(names, &name, err);
	ca_name_clear(&name);
	return rc;
}

/* Whether others reach the host by this address; TEXT gets it. */
static bool
is_reachable(const struct ifaddrs *interface, char text[INET6_ADDRSTRLEN])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (interface->ifa_addr == NULL ||
	    (interface->ifa_flags & IFF_UP) == 0 ||
	    (interface->ifa_flags & IFF_LOOPBACK) != 0)
		return false;
	switch (interface->ifa_addr->sa_family) {
	case AF_INET:
		memcpy(&v4, interface->ifa_addr, sizeof(v4));
		/* 169.254.0.0/16: RFC 3927 */
		return (ntohl(v4.sin_addr.s_addr) >> 16) != 0xA9FE &&
		    inet_ntop(AF_INET, &v4.sin_addr, text, INET6_ADDRSTRLEN) !=
		    NULL;
	case AF_INET6:
		memcpy(&v6, interface->ifa_addr, sizeof(v6));
		return !IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) &&
		    inet_ntop(AF_INET6, &v6.sin6_addr, text,
			INET6_ADDRSTRLEN) != NULL;
	default:
		return false;
	}
}

enum ca_code
ca_host_names(struct ca_names *ret, struct ca_error *err)
{
	char text[HOST_NAME_MAX + 1] = "", address[INET6_ADDRSTRLEN];
	struct ca_names names = { 0 };
	struct ifaddrs *interfaces = NULL;
	enum ca_code rc = CA_OK;

	if (gethostname(text, sizeof(text) - 1) < 0)
		return ca_fail(err, CA_ERR_FILE, "host name: %s",
		    strerror(errno));
	if (getifaddrs(&interfaces) < 0)
		return ca_fail(err, CA_ERR_FILE, "addresses of this host: %s",
		    strerror(errno));
	rc = add(&names, text, err);
	for (const struct ifaddrs *i = interfaces; i != NULL && rc == CA_OK;
	     i = i->ifa_next)
		if (is_reachable(i, address))
			rc = add(&names, address, err);
	freeifaddrs(interfaces);
	if (rc != CA_OK) {
		ca_names_clear(&names);
		return rc;
	}
	*ret = names;
	return CA_OK;
}
