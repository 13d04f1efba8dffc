/* SPDX-License-Identifier: Apache-2.0 */
/* As whom a certificate lets its holder log in: what is never granted. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/tenant.h"
#include "core/vetting.h"
#include "support/csr_maker.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

/* A ledger, a policy, and one order. */
struct fixture {
	void *soft; /* a struct soft_ledger */
	struct ca_policy *policy;
	struct ca_order order;
	struct ca_grant grant;
	struct ca_findings findings;
	struct ca_error err;
};

static const char policy_text[] =
    "version: 1\n"
    "mode: test\n"
    "profiles:\n"
    "  node: {dns: ['*'], wildcards: true, names-from-request: true}\n"
    "  ui: {dns: ['*']}\n"
    "  client:\n"
    "    users: ['*', root, node, admin, spelled, localhost]\n"
    "    names-from-request: true\n"
    "  tenant-client: {tenants: ['*'], dns: ['*']}\n";

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || soft_ledger_setup(&f->soft) != 0)
		return 1;
	assert_ok(ca_policy_parse("p.yaml", policy_text, strlen(policy_text),
		      &f->policy, &f->err),
	    &f->err);
	f->order.ledger = ((struct soft_ledger *)f->soft)->ledger;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ca_order_clear(&f->order);
	ca_grant_clear(&f->grant);
	ca_findings_clear(&f->findings);
	ca_policy_free(f->policy);
	(void)soft_ledger_teardown(&f->soft);
	free(f);
	return 0;
}

static struct soft_ledger *
ledger_of(struct fixture *f)
{
	return f->soft;
}

/* Vets an order of PROFILE for HOST, or for the user it names. */
static enum ca_code
vet(struct fixture *f, enum ca_profile_id profile, const char *who)
{
	struct ca_name name = { 0 };

	ca_names_clear(&f->order.hosts);
	free(f->order.user);
	f->order.user = NULL;
	ca_grant_clear(&f->grant);
	ca_findings_clear(&f->findings);
	f->order.profile = ca_profile_get(profile);
	if (profile == CA_PROFILE_CLIENT) {
		f->order.user = strdup(who);
	} else {
		assert_ok(ca_host_parse(who, &name, &f->err), &f->err);
		assert_ok(ca_names_add(&f->order.hosts, &name, &f->err),
		    &f->err);
		ca_name_clear(&name);
	}
	return ca_grant_for_key(ledger_of(f)->key, &f->order, f->policy,
	    &f->grant, &f->findings, &f->err);
}

static void
assert_refused(struct fixture *f, enum ca_code rc, const char *rule,
    const char *text)
{
	assert_int_equal(rc, CA_ERR_POLICY);
	assert_int_equal(f->findings.count, 1);
	assert_string_equal(f->findings.item[0].rule, rule);
	assert_string_equal(f->findings.item[0].text, text);
	assert_null(f->grant.profile);
}

static void
issue_to_user(struct fixture *f, const char *user)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "client-%s", user);
	ca_certificate_free(soft_ledger_issue(ledger_of(f), CA_PROFILE_CLIENT,
	    user, name, SOFT_NOW));
}

static void
no_host_is_called_like_a_user_who_has_a_certificate(void **state)
{
	struct fixture *f = *state;
	static const enum ca_profile_id profiles[] = { CA_PROFILE_NODE,
		CA_PROFILE_UI };

	issue_to_user(f, "maxroach");
	issue_to_user(f, "app.example.com");
	for (size_t i = 0; i < 2; i++) {
		assert_refused(f, vet(f, profiles[i], "MaxRoach"),
		    "principal-user",
		    "host maxroach: CockroachDB takes a DNS name for a user, and a user of this name has a certificate");
		assert_string_equal(f->err.hint,
		    "call the host by its full name, which is no user's");
		assert_refused(f, vet(f, profiles[i], "app.example.com"),
		    "principal-user",
		    "host app.example.com: CockroachDB takes a DNS name for a user, and a user of this name has a certificate");
		assert_ok(vet(f, profiles[i], "maxroach.example.com"), &f->err);
		assert_ok(vet(f, profiles[i], "maxroac"), &f->err);
	}
	f->order.tenant = 5;
	assert_refused(f, vet(f, CA_PROFILE_TENANT_CLIENT, "maxroach"),
	    "principal-user",
	    "host maxroach: CockroachDB takes a DNS name for a user, and a user of this name has a certificate");
}

/* Where there is no ledger, none is known. */
static void
only_what_was_issued_to_a_client_is_a_user(void **state)
{
	struct fixture *f = *state;
	struct soft_ledger *soft = ledger_of(f);
	bool is = true;

	ca_certificate_free(soft_ledger_issue(soft, CA_PROFILE_NODE, "a",
	    "client-odd", SOFT_NOW));
	ca_pending_free(soft_ledger_reserve(soft,
	    soft_ledger_draft(soft, CA_PROFILE_CLIENT, "late"), "client-late",
	    SOFT_NOW));
	assert_ok(ca_ledger_has_user(soft->ledger, "odd", &is, &f->err),
	    &f->err);
	assert_false(is);
	assert_ok(vet(f, CA_PROFILE_NODE, "late"), &f->err);
	issue_to_user(f, "early");
	assert_int_equal(vet(f, CA_PROFILE_NODE, "early"), CA_ERR_POLICY);
	f->order.ledger = NULL;
	assert_ok(vet(f, CA_PROFILE_NODE, "early"), &f->err);
}

static void
no_host_is_called_like_a_user_whom_policy_spells(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, vet(f, CA_PROFILE_NODE, "spelled"), "principal-user",
	    "host spelled: CockroachDB takes a DNS name for a user, and policy names a user like this");
	assert_ok(vet(f, CA_PROFILE_NODE, "anybody"), &f->err);
}

static void
a_host_may_be_called_localhost(void **state)
{
	struct fixture *f = *state;

	issue_to_user(f, "localhost");
	assert_ok(vet(f, CA_PROFILE_NODE, "localhost"), &f->err);
}

static void
a_ledger_that_can_not_be_read_stops_it(void **state)
{
	struct fixture *f = *state;

	assert_true(soft_ledger_forge(ledger_of(f),
	    "DROP TRIGGER certificate_delete; ALTER TABLE certificate RENAME TO x"));
	assert_int_equal(vet(f, CA_PROFILE_NODE, "anybody"), CA_ERR_LEDGER);
	assert_int_equal(f->findings.count, 0);
	assert_null(f->grant.profile);
}

static void
root_and_node_are_spelled_out_by_the_operator(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, vet(f, CA_PROFILE_CLIENT, "root"),
	    "principal-spelled",
	    "user root: nobody has said in person that it may be this one");
	assert_string_equal(f->err.hint,
	    "--allow-root, or --allow-node, says that this is meant");
	f->order.allow_node = true;
	assert_int_equal(vet(f, CA_PROFILE_CLIENT, "root"), CA_ERR_POLICY);
	assert_ok(vet(f, CA_PROFILE_CLIENT, "node"), &f->err);
	f->order.allow_node = false;
	f->order.allow_root = true;
	assert_refused(f, vet(f, CA_PROFILE_CLIENT, "node"),
	    "principal-spelled",
	    "user node: nobody has said in person that it may be this one");
	assert_ok(vet(f, CA_PROFILE_CLIENT, "root"), &f->err);
	f->order.allow_root = false;
	assert_ok(vet(f, CA_PROFILE_CLIENT, "admin"), &f->err);
	assert_ok(vet(f, CA_PROFILE_CLIENT, "rooted"), &f->err);
}

static void
root_comes_from_a_request_only_where_it_is_spelled_out(void **state)
{
	struct fixture *f = *state;
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_bytes der;
	struct ca_csr *csr = NULL;

	csr_maker_subject(maker, "CN", "root");
	der = csr_maker_der(maker);
	assert_ok(ca_csr_parse("r.csr", der.data, der.len, &csr, &f->err),
	    &f->err);
	f->order.profile = ca_profile_get(CA_PROFILE_CLIENT);
	f->order.names_from_request = true;
	assert_refused(f,
	    ca_vet(csr, &f->order, f->policy, &f->grant, &f->findings, &f->err),
	    "principal-spelled",
	    "user root: nobody has said in person that it may be this one");
	ca_findings_clear(&f->findings);
	f->order.allow_root = true;
	assert_ok(ca_vet(csr, &f->order, f->policy, &f->grant, &f->findings,
		      &f->err),
	    &f->err);
	assert_string_equal(f->grant.common_name, "root");
	ca_csr_free(csr);
	ca_bytes_free(&der);
}

/* Judges a grant of PROFILE with one alternative name and COMMON_NAME. */
static void
judge(struct fixture *f, enum ca_profile_id profile, enum ca_name_kind kind,
    const char *text, const char *common_name)
{
	struct ca_vetting vetting = {
		.order = &f->order,
		.whole = f->policy,
		.findings = &f->findings,
		.grant = { .profile = ca_profile_get(profile) },
	};
	char copy[100];
	const struct ca_name name = { .kind = kind, .text = copy };

	(void)snprintf(copy, sizeof(copy), "%s", text);
	ca_findings_clear(&f->findings);
	if (common_name != NULL)
		vetting.grant.common_name = strdup(common_name);
	assert_ok(ca_names_add(&vetting.grant.names, &name, &f->err), &f->err);
	assert_ok(ca_vetting_judge_principals(&vetting, &f->err), &f->err);
	ca_grant_clear(&vetting.grant);
}

/* ca_host_parse() stands before it; a name that came round it stops here. */
static void
no_dns_name_is_a_reserved_principal(void **state)
{
	static const char *const names[] = { "root", "node", "admin",
		"debuguser", "Root" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		judge(f, CA_PROFILE_NODE, CA_NAME_DNS, names[i], "node");
		assert_true(f->findings.count >= 1);
		assert_string_equal(f->findings.item[0].rule,
		    "principal-reserved");
		assert_int_equal(f->findings.item[0].code, CA_ERR_POLICY);
	}
	judge(f, CA_PROFILE_NODE, CA_NAME_IP, "root", "node");
	assert_int_equal(f->findings.count, 0);
}

static void
no_uri_is_anything_but_a_scope_of_its_user(void **state)
{
	static const struct {
		enum ca_profile_id profile;
		const char *uri;
		const char *user;
		bool fine;
	} cases[] = {
		{ CA_PROFILE_CLIENT, "crdb://tenant/5/user/max", "max", true },
		{ CA_PROFILE_CLIENT, "crdb://tenant-name/a/user/max", "max",
		    true },
		{ CA_PROFILE_CLIENT, "crdb://tenant/0/user/max", "max", false },
		{ CA_PROFILE_CLIENT, "crdb://tenant/5/user/root", "max",
		    false },
		{ CA_PROFILE_CLIENT, "crdb://tenant/5/user/max", NULL, false },
		{ CA_PROFILE_CLIENT, "http://example.com", "max", false },
		{ CA_PROFILE_NODE, "crdb://tenant/5/user/node", "node", false },
		{ CA_PROFILE_TENANT_CLIENT, "crdb://tenant/5/user/5", "5",
		    false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		judge(f, cases[i].profile, CA_NAME_URI, cases[i].uri,
		    cases[i].user);
		assert_int_equal(f->findings.count, !cases[i].fine);
		if (!cases[i].fine)
			assert_string_equal(f->findings.item[0].rule,
			    "principal-uri");
	}
}

static void
refuses_what_wants_approvals(void **state)
{
	struct fixture *f = *state;

	f->policy->profile[CA_PROFILE_NODE].approvals = 1;
	assert_refused(f, vet(f, CA_PROFILE_NODE, "a.b"), "policy-approvals",
	    "profile node: policy wants 1 approval, and a key that is made here can get none");
	assert_string_equal(f->err.hint,
	    "make key and request on the host, and sign that: coldca sign --prepare=DIR, coldca approve, coldca sign --approved=DIR");
}

static void
refuses_what_the_ca_may_not_sign(void **state)
{
	struct fixture *f = *state;

	f->policy->authority[CA_AUTHORITY_CLUSTER].max_lifetime = 3600;
	f->order.lifetime = 3601;
	assert_refused(f, vet(f, CA_PROFILE_NODE, "a.b"), "policy-ca",
	    "lifetime 1h1s: is longer than the 1h that policy sets for the cluster CA");
	f->order.lifetime = 3600;
	assert_ok(vet(f, CA_PROFILE_NODE, "a.b"), &f->err);
	f->order.lifetime = 0;
	assert_ok(vet(f, CA_PROFILE_NODE, "a.b"), &f->err);
	assert_int_equal(f->grant.lifetime, 3600);
	f->policy->profile[CA_PROFILE_NODE].lifetime = 600;
	assert_ok(vet(f, CA_PROFILE_NODE, "a.b"), &f->err);
	assert_int_equal(f->grant.lifetime, 600);
}

static void
refuses_an_exponent_that_policy_does_not_name(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *key = soft_key(CA_KEY_RSA);
	struct ca_profile_policy *node = &f->policy->profile[CA_PROFILE_NODE];

	node->rsa_exponents = (struct ca_exponents){ { 65539 }, 1 };
	EVP_PKEY_free(ledger_of(f)->key);
	ledger_of(f)->key = key;
	assert_refused(f, vet(f, CA_PROFILE_NODE, "a.b"), "policy-key",
	    "key: policy permits no such RSA exponent for node");
}

static void
refuses_a_tenant_where_there_is_none(void **state)
{
	struct fixture *f = *state;

	f->order.tenant = 5;
	assert_int_equal(vet(f, CA_PROFILE_NODE, "a.b"), CA_ERR_INPUT);
	assert_string_equal(f->findings.item[0].rule, "order-names");
	assert_string_equal(f->findings.item[0].text,
	    "profile node: takes no tenant");
}

/* Nobody asks about a CA's certificate, or about a responder's. */
static void
gives_the_url_of_a_responder_to_leaves_alone(void **state)
{
	struct fixture *f = *state;

	f->policy->ocsp_url = strdup("http://ocsp.example.com");
	assert_ok(vet(f, CA_PROFILE_NODE, "a.b"), &f->err);
	assert_string_equal(f->grant.ocsp_url, "http://ocsp.example.com");
	ca_grant_clear(&f->grant);
	ca_names_clear(&f->order.hosts);
	f->order.profile = ca_profile_get(CA_PROFILE_CA);
	assert_ok(ca_grant_for_key(ledger_of(f)->key, &f->order, f->policy,
		      &f->grant, &f->findings, &f->err),
	    &f->err);
	assert_null(f->grant.ocsp_url);
}

/* Vets a request of a tenant with COMMON_NAME, which may be NULL. */
static enum ca_code
take_tenant(struct fixture *f, const char *common_name)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_csr *csr = NULL;
	struct ca_bytes der;
	enum ca_code rc;

	csr_maker_ext(maker, "subjectAltName", "DNS:t.example.com");
	if (common_name != NULL)
		csr_maker_subject(maker, "CN", common_name);
	der = csr_maker_der(maker);
	assert_ok(ca_csr_parse("t.csr", der.data, der.len, &csr, &f->err),
	    &f->err);
	ca_findings_clear(&f->findings);
	ca_grant_clear(&f->grant);
	f->order.profile = ca_profile_get(CA_PROFILE_TENANT_CLIENT);
	f->order.names_from_request = true;
	rc =
	    ca_vet(csr, &f->order, f->policy, &f->grant, &f->findings, &f->err);
	ca_csr_free(csr);
	ca_bytes_free(&der);
	return rc;
}

static void
takes_a_tenant_from_its_request(void **state)
{
	struct fixture *f = *state;

	f->policy->profile[CA_PROFILE_TENANT_CLIENT].names_from_request = true;
	assert_int_equal(take_tenant(f, NULL), CA_ERR_INPUT);
	assert_string_equal(f->findings.item[0].rule, "csr-no-name");
	assert_int_equal(take_tenant(f, "0"), CA_ERR_INPUT);
	assert_string_equal(f->findings.item[0].rule, "csr-bad-name");
	assert_int_equal(take_tenant(f, "root"), CA_ERR_INPUT);
	assert_string_equal(f->findings.item[0].rule, "csr-bad-name");
	assert_ok(take_tenant(f, "5"), &f->err);
	assert_string_equal(f->grant.common_name, "5");
}

static void
grants_how_far_back_it_begins(void **state)
{
	struct fixture *f = *state;

	f->policy->profile[CA_PROFILE_NODE].backdate = 77;
	assert_ok(vet(f, CA_PROFILE_NODE, "a.b"), &f->err);
	assert_int_equal(f->grant.backdate, 77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_host_is_called_like_a_user_who_has_a_certificate),
		TEST(only_what_was_issued_to_a_client_is_a_user),
		TEST(no_host_is_called_like_a_user_whom_policy_spells),
		TEST(a_host_may_be_called_localhost),
		TEST(a_ledger_that_can_not_be_read_stops_it),
		TEST(root_and_node_are_spelled_out_by_the_operator),
		TEST(root_comes_from_a_request_only_where_it_is_spelled_out),
		TEST(no_dns_name_is_a_reserved_principal),
		TEST(no_uri_is_anything_but_a_scope_of_its_user),
		TEST(refuses_what_wants_approvals),
		TEST(refuses_what_the_ca_may_not_sign),
		TEST(refuses_an_exponent_that_policy_does_not_name),
		TEST(refuses_a_tenant_where_there_is_none),
		TEST(gives_the_url_of_a_responder_to_leaves_alone),
		TEST(takes_a_tenant_from_its_request),
		TEST(grants_how_far_back_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
