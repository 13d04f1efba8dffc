/* SPDX-License-Identifier: Apache-2.0 */
#include "support/vet_desk.h"

#include <string.h>

#include "unit/test.h"

void
vet_policy(struct ca_policy *policy)
{
	static char all[] = "*", root[] = "root", node[] = "node";
	static char *dns[] = { all }, *users[] = { all, root, node };
	static struct ca_ip_range everywhere[] = { { .len = 4 },
		{ .len = 16 } };

	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		policy->authority[i].profiles = ~0U;
	for (size_t i = 0; i < CA_PROFILES; i++) {
		struct ca_profile_policy *profile = &policy->profile[i];

		profile->lifetime = 1000 * HOUR;
		profile->max_lifetime = 2000 * HOUR;
		profile->keys = (1U << CA_KEY_KINDS) - 1;
		profile->rsa_min_bits = CA_RSA_BITS_MIN;
		profile->rsa_max_bits = CA_RSA_BITS_MAX;
		profile->names_from_request = true;
		profile->dns = (struct ca_strings){ dns, 1 };
		profile->users = (struct ca_strings){ users, 3 };
		profile->ip = (struct ca_ip_ranges){ everywhere, 2 };
	}
}

void
vet_add_host(struct vet_desk *desk, const char *text)
{
	struct ca_name name = { 0 };

	assert_ok(ca_host_parse(text, &name, &desk->err), &desk->err);
	assert_ok(ca_names_add(&desk->order.hosts, &name, &desk->err),
	    &desk->err);
	ca_name_clear(&name);
}

void
vet_set_user(struct vet_desk *desk, const char *user)
{
	assert_ok(ca_user_parse(user, &desk->order.user, &desk->err),
	    &desk->err);
}

struct vet_desk
vet_desk(struct csr_maker *maker, enum ca_profile_id profile)
{
	struct vet_desk desk = { .order.profile = ca_profile_get(profile) };
	struct ca_bytes der = csr_maker_der(maker);

	assert_ok(ca_csr_parse("web1.csr", der.data, der.len, &desk.csr,
		      &desk.err),
	    &desk.err);
	ca_bytes_free(&der);
	vet_policy(&desk.policy);
	return desk;
}

struct vet_desk
vet_node_desk(struct csr_maker *maker)
{
	struct vet_desk desk = vet_desk(maker, CA_PROFILE_NODE);

	vet_add_host(&desk, "node1.example.com");
	vet_add_host(&desk, "10.0.0.1");
	return desk;
}

struct vet_desk
vet_client_desk(struct csr_maker *maker)
{
	struct vet_desk desk = vet_desk(maker, CA_PROFILE_CLIENT);

	vet_set_user(&desk, "maxroach");
	return desk;
}

struct vet_desk
vet_taking_desk(struct csr_maker *maker, enum ca_profile_id profile)
{
	struct vet_desk desk = vet_desk(maker, profile);

	desk.order.names_from_request = true;
	return desk;
}

void
vet_leave(struct vet_desk *desk)
{
	ca_csr_free(desk->csr);
	ca_order_clear(&desk->order);
	ca_grant_clear(&desk->grant);
	ca_findings_clear(&desk->findings);
}

enum ca_code
vet_run(struct vet_desk *desk)
{
	return ca_vet(desk->csr, &desk->order, &desk->policy, &desk->grant,
	    &desk->findings, &desk->err);
}

const struct ca_finding *
vet_find(const struct vet_desk *desk, const char *rule)
{
	for (size_t i = 0; i < desk->findings.count; i++)
		if (strcmp(desk->findings.item[i].rule, rule) == 0)
			return &desk->findings.item[i];
	return NULL;
}

size_t
vet_refusals(const struct vet_desk *desk)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->findings.count; i++)
		if (desk->findings.item[i].code != CA_OK)
			count++;
	return count;
}

/* What the operator is told to do about a refusal by RULE; NULL: nothing. */
static const char *
way_out(const char *rule)
{
	static const struct {
		const char *rule, *hint;
	} rows[] = {
		{ "order-no-name", "give --host" },
		{ "policy-lifetime", "--lifetime asks for another one" },
		{ "key-rsa-size", "request --new-key" },
		{ "csr-bad-name", "or have the request made again" },
		{ "order-no-tenant", "with --tenant" },
		{ "csr-no-name", "with --host or --user" },
		{ "policy-names-from-request", "with --host or --user" },
		{ "csr-extra-name",
		    "--drop-extra signs the request without it" },
		{ "csr-common-name", "signs the request without it" },
		{ "csr-tenants", "signs the request without it" },
		{ "csr-ca", "signs the request without it" },
		{ "csr-key-usage", "signs the request without it" },
		{ "csr-extended-key-usage", "signs the request without it" },
		{ "csr-extension", "signs the request without it" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].rule, rule) == 0)
			return rows[i].hint;
	return NULL;
}

void
vet_assert_refused(struct vet_desk *desk, enum ca_code code, const char *rule,
    const char *why)
{
	enum ca_code rc = vet_run(desk);
	const struct ca_finding *finding = vet_find(desk, rule);

	if (finding == NULL)
		fail_msg("no finding %s: %s", rule, desk->err.message);
	if (rc != code || finding->code != code)
		fail_msg("%s: ended with %d, not %d", desk->err.message,
		    (int)rc, (int)code);
	if (strstr(finding->text, why) == NULL)
		fail_msg("says \"%s\", not \"%s\"", finding->text, why);
	assert_int_equal(vet_refusals(desk), 1);
	assert_null(desk->grant.request);
	if (strncmp(desk->err.message, "web1.csr: ", 10) != 0)
		fail_msg("\"%s\" has no object", desk->err.message);
	assert_string_equal(desk->err.message + 10, finding->text);
	if (way_out(rule) != NULL &&
	    strstr(desk->err.hint, way_out(rule)) == NULL)
		fail_msg("%s: hints \"%s\"", rule, desk->err.hint);
	vet_leave(desk);
}

void
vet_assert_granted(struct vet_desk *desk)
{
	assert_ok(vet_run(desk), &desk->err);
	assert_int_equal(vet_refusals(desk), 0);
	assert_string_equal(desk->grant.request, "web1.csr");
}

void
vet_assert_names(const struct vet_desk *desk, const char *const *expected)
{
	size_t count = 0;

	for (; expected[count] != NULL; count++) {
		assert_true(count < desk->grant.names.count);
		assert_string_equal(desk->grant.names.item[count].text,
		    expected[count]);
	}
	assert_int_equal(desk->grant.names.count, count);
}

struct csr_maker *
vet_maker_with_san(const char *names)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_ext(maker, "subjectAltName", names);
	return maker;
}

struct csr_maker *
vet_maker_with_cn(const char *name)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_subject(maker, "CN", name);
	return maker;
}
