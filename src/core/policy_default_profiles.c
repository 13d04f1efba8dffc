/* SPDX-License-Identifier: Apache-2.0 */
/* The profiles of the policy that a new CA directory starts with. */
#include "base/time.h"
#include "core/policy_internal.h"

/* What differs between the modes. */
static const struct {
	const char *dns;
	const char *ip;
	const char *users;
	const char *tenants;
	const char *wildcards;
	const char *names_from_request;
} lists[] = {
	[CA_MODE_PRODUCTION] = { "[]", "[]", "[]", "[]", "false", "false" },
	[CA_MODE_TEST] = { "[\"*\"]", "[\"0.0.0.0/0\", \"::/0\"]",
	    "[\"*\", \"root\", \"node\", \"admin\", \"debuguser\"]", "[\"*\"]",
	    "true", "true" },
};

static enum ca_code
add_ca(struct ca_bytes *text, struct ca_error *err)
{
	char lifetime[CA_DURATION_TEXT_SIZE], backdate[CA_DURATION_TEXT_SIZE];

	ca_duration_format(ca_profile_get(CA_PROFILE_CA)->lifetime, lifetime);
	ca_duration_format(CA_BACKDATE, backdate);
	return ca_policy_default_add(text, err,
	    "profiles:\n"
	    "  # The CAs themselves: ca.crt, ca-client.crt, ca-ui.crt, ca-client-tenant.crt.\n"
	    "  ca:\n"
	    "    # How long it is valid when --lifetime does not say, and the longest that\n"
	    "    # --lifetime may say. Hours (h), minutes (m), or days of 24 hours (d).\n"
	    "    lifetime: %s\n"
	    "    max-lifetime: %s\n"
	    "    # The kinds of key: rsa, p256, p384, p521, ed25519.\n"
	    "    keys: [rsa, p256, p384, p521, ed25519]\n"
	    "    # For RSA keys: the smallest modulus; rsa-max-bits: the largest;\n"
	    "    # rsa-exponents: [65537]: no other exponent.\n"
	    "    rsa-min-bits: %d\n"
	    "    # How long before now it begins to be valid, for clocks that are slow. At\n"
	    "    # most 7 days, and never before its CA does.\n"
	    "    backdate: %s\n"
	    "\n",
	    lifetime, lifetime, CA_RSA_BITS_MIN, backdate);
}

static enum ca_code
add_node(struct ca_bytes *text, enum ca_mode mode, struct ca_error *err)
{
	char lifetime[CA_DURATION_TEXT_SIZE];

	ca_duration_format(ca_profile_get(CA_PROFILE_NODE)->lifetime, lifetime);
	return ca_policy_default_add(text, err,
	    "  # node.crt: what a node shows to clients and to the other nodes. Whoever has\n"
	    "  # one is part of the cluster.\n"
	    "  node:\n"
	    "    lifetime: %s\n"
	    "    max-lifetime: %s\n"
	    "    keys: [rsa, p256, p384, p521, ed25519]\n"
	    "    rsa-min-bits: %d\n"
	    "    # DNS names: \"db.example.com\" is that name alone, \".example.com\" every name\n"
	    "    # below it (but not itself), \"n*.example.com\" with any characters but dots\n"
	    "    # for the *, \"*\" alone any name. []: none. What `excluded-dns` lists is\n"
	    "    # refused all the same.\n"
	    "    dns: %s\n"
	    "    # Addresses, \"10.0.0.7\", or ranges, \"10.0.0.0/24\", \"fd00::/8\";\n"
	    "    # \"0.0.0.0/0\" and \"::/0\" are all there are. []: none. What `excluded-ip`\n"
	    "    # lists is refused all the same.\n"
	    "    ip: %s\n"
	    "    # Whether a name like \"*.example.com\" is permitted, which stands for every\n"
	    "    # name one step below; `dns` must permit those too (\".example.com\").\n"
	    "    wildcards: %s\n"
	    "    # Whether `sign --names-from-request` may take the names out of a request,\n"
	    "    # as far as they are permitted above. false: the operator gives each --host.\n"
	    "    names-from-request: %s\n"
	    "    # How many people must approve each certificate before it is signed; who may\n"
	    "    # is under `approvers`.\n"
	    "    approvals: 0\n"
	    "\n",
	    lifetime, lifetime, CA_RSA_BITS_MIN, lists[mode].dns,
	    lists[mode].ip, lists[mode].wildcards,
	    lists[mode].names_from_request);
}

static enum ca_code
add_client(struct ca_bytes *text, enum ca_mode mode, struct ca_error *err)
{
	char lifetime[CA_DURATION_TEXT_SIZE];

	ca_duration_format(ca_profile_get(CA_PROFILE_CLIENT)->lifetime,
	    lifetime);
	return ca_policy_default_add(text, err,
	    "  # client.<user>.crt: whoever has one can log in as that SQL user.\n"
	    "  client:\n"
	    "    lifetime: %s\n"
	    "    max-lifetime: %s\n"
	    "    keys: [rsa, p256, p384, p521, ed25519]\n"
	    "    rsa-min-bits: %d\n"
	    "    # SQL users: \"maxroach\" is that user, \"app-*\" all that begin so, \"*\" any.\n"
	    "    # root, who may do everything, node, which is the cluster itself, admin and\n"
	    "    # debuguser are permitted only by an item that spells them. []: none. What\n"
	    "    # `excluded-users` lists is refused all the same.\n"
	    "    users: %s\n"
	    "    names-from-request: %s\n",
	    lifetime, lifetime, CA_RSA_BITS_MIN, lists[mode].users,
	    lists[mode].names_from_request);
}

static enum ca_code
add_ui(struct ca_bytes *text, enum ca_mode mode, struct ca_error *err)
{
	char lifetime[CA_DURATION_TEXT_SIZE];

	ca_duration_format(ca_profile_get(CA_PROFILE_UI)->lifetime, lifetime);
	return ca_policy_default_add(text, err,
	    "\n"
	    "  # ui.crt: what the DB Console shows to browsers.\n"
	    "  ui:\n"
	    "    lifetime: %s\n"
	    "    max-lifetime: %s\n"
	    "    keys: [rsa, p256, p384, p521, ed25519]\n"
	    "    rsa-min-bits: %d\n"
	    "    dns: %s\n"
	    "    ip: %s\n"
	    "    wildcards: %s\n"
	    "    names-from-request: %s\n",
	    lifetime, lifetime, CA_RSA_BITS_MIN, lists[mode].dns,
	    lists[mode].ip, lists[mode].wildcards,
	    lists[mode].names_from_request);
}

static enum ca_code
add_tenant(struct ca_bytes *text, enum ca_mode mode, struct ca_error *err)
{
	char lifetime[CA_DURATION_TEXT_SIZE];

	ca_duration_format(ca_profile_get(CA_PROFILE_TENANT_CLIENT)->lifetime,
	    lifetime);
	return ca_policy_default_add(text, err,
	    "\n"
	    "  # client-tenant.<number>.crt: the server of one tenant, as a client of the\n"
	    "  # storage nodes and as a server of its users.\n"
	    "  tenant-client:\n"
	    "    lifetime: %s\n"
	    "    max-lifetime: %s\n"
	    "    keys: [rsa, p256, p384, p521, ed25519]\n"
	    "    rsa-min-bits: %d\n"
	    "    # Tenants by their numbers: \"5\" is that one, \"1*\" all that begin so, \"*\"\n"
	    "    # any. []: none. There is `excluded-tenants`, too.\n"
	    "    tenants: %s\n"
	    "    dns: %s\n"
	    "    ip: %s\n"
	    "    wildcards: %s\n"
	    "    names-from-request: %s\n",
	    lifetime, lifetime, CA_RSA_BITS_MIN, lists[mode].tenants,
	    lists[mode].dns, lists[mode].ip, lists[mode].wildcards,
	    lists[mode].names_from_request);
}

static enum ca_code
add_ocsp(struct ca_bytes *text, struct ca_error *err)
{
	char lifetime[CA_DURATION_TEXT_SIZE];

	ca_duration_format(ca_profile_get(CA_PROFILE_OCSP)->lifetime, lifetime);
	return ca_policy_default_add(text, err,
	    "\n"
	    "  # What signs OCSP responses in the place of the CA key: create-ocsp-responder.\n"
	    "  ocsp:\n"
	    "    lifetime: %s\n"
	    "    max-lifetime: %s\n"
	    "    keys: [rsa, p256, p384, p521, ed25519]\n"
	    "    rsa-min-bits: %d\n",
	    lifetime, lifetime, CA_RSA_BITS_MIN);
}

enum ca_code
ca_policy_default_profiles(struct ca_bytes *text, enum ca_mode mode,
    struct ca_error *err)
{
	enum ca_code rc = add_ca(text, err);

	if (rc == CA_OK)
		rc = add_node(text, mode, err);
	if (rc == CA_OK)
		rc = add_client(text, mode, err);
	if (rc == CA_OK)
		rc = add_ui(text, mode, err);
	if (rc == CA_OK)
		rc = add_tenant(text, mode, err);
	if (rc == CA_OK)
		rc = add_ocsp(text, err);
	return rc;
}
