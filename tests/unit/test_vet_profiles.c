/* SPDX-License-Identifier: Apache-2.0 */
/* What the profiles ui and tenant-client, and tenant scopes, are given. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/draft.h"
#include "coldca/tenant.h"
#include "coldca/vet.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define HOUR ((int64_t)3600)

struct fixture {
	struct ca_signer *signer;
	struct ca_certificate *ca;
	struct ca_policy policy;
	struct ca_order order;
	struct ca_grant grant;
	struct ca_findings findings;
	struct ca_error err;
};

static int
setup(void **state)
{
	static char all[] = "*";
	static char *any[] = { all };
	struct fixture *f = calloc(1, sizeof(*f));

	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		f->policy.authority[i].profiles = ~0U;
	for (size_t i = 0; i < CA_PROFILES; i++) {
		f->policy.profile[i] = (struct ca_profile_policy){
			.profile = ca_profile_get((enum ca_profile_id)i),
			.lifetime = 1000 * HOUR,
			.max_lifetime = 2000 * HOUR,
			.backdate = CA_BACKDATE,
			.keys = (1U << CA_KEY_KINDS) - 1,
			.dns = { any, 1 },
			.users = { any, 1 },
		};
	}
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
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	free(f);
	return 0;
}

static void
order_host(struct fixture *f, const char *text)
{
	struct ca_name name = { 0 };

	assert_ok(ca_host_parse(text, &name, &f->err), &f->err);
	assert_ok(ca_names_add(&f->order.hosts, &name, &f->err), &f->err);
	ca_name_clear(&name);
}

static void
order_scope(struct fixture *f, const char *text, bool by_name)
{
	struct ca_name scope = { 0 };

	assert_ok(ca_scope_parse(text, by_name, &scope, &f->err), &f->err);
	assert_ok(ca_names_add(&f->order.scopes, &scope, &f->err), &f->err);
	ca_name_clear(&scope);
}

static enum ca_code
vet(struct fixture *f, enum ca_profile_id profile)
{
	f->order.profile = ca_profile_get(profile);
	return ca_grant_for_key(f->signer->public_key, &f->order, &f->policy,
	    &f->grant, &f->findings, &f->err);
}

/* The draft of the grant, read as a certificate; lint has passed it. */
static struct ca_draft *
draft(struct fixture *f)
{
	return soft_draft(&f->grant, f->ca, f->signer, SOFT_NOW);
}

static void
names_a_ui_by_its_first_host(void **state)
{
	struct fixture *f = *state;
	struct ca_draft *made;

	order_host(f, "10.0.0.1");
	order_host(f, "console.example.com");
	f->order.authority = CA_AUTHORITY_UI;
	f->policy.profile[CA_PROFILE_UI].ip =
	    (struct ca_ip_ranges){ &(struct ca_ip_range){ .len = 4 }, 1 };
	assert_ok(vet(f, CA_PROFILE_UI), &f->err);
	assert_string_equal(f->grant.common_name, "console.example.com");
	assert_int_equal(f->grant.authority, CA_AUTHORITY_UI);
	made = draft(f);
	assert_string_equal(ca_certificate_subject_text(ca_draft_preview(made)),
	    "O=Cockroach,CN=console.example.com");
	ca_draft_free(made);
}

/* RFC 5280 appendix A.1: ub-common-name is 64. */
static void
names_a_ui_by_the_first_host_that_fits(void **state)
{
	struct fixture *f = *state;

	order_host(f,
	    "a-name-that-is-longer-than-a-common-name.may-be.console.example.com");
	order_host(f, "console.example.com");
	assert_ok(vet(f, CA_PROFILE_UI), &f->err);
	assert_string_equal(f->grant.common_name, "console.example.com");
}

static void
refuses_a_ui_without_a_name_that_fits(void **state)
{
	struct fixture *f = *state;

	order_host(f,
	    "a-name-that-is-longer-than-a-common-name.may-be.console.example.com");
	assert_int_equal(vet(f, CA_PROFILE_UI), CA_ERR_POLICY);
	assert_string_equal(f->findings.item[0].rule, "common-name-length");
	assert_non_null(strstr(f->err.hint, "order a shorter host as well"));
}

static void
makes_a_tenant_of_its_number(void **state)
{
	struct fixture *f = *state;
	struct ca_draft *made;

	order_host(f, "tenant5.example.com");
	f->order.tenant = 5;
	f->order.authority = CA_AUTHORITY_TENANT_CLIENT;
	assert_ok(vet(f, CA_PROFILE_TENANT_CLIENT), &f->err);
	made = draft(f);
	assert_string_equal(ca_certificate_subject_text(ca_draft_preview(made)),
	    "O=Cockroach,OU=Tenants,CN=5");
	ca_draft_free(made);
}

static void
refuses_a_tenant_without_a_number(void **state)
{
	struct fixture *f = *state;

	order_host(f, "tenant5.example.com");
	assert_int_equal(vet(f, CA_PROFILE_TENANT_CLIENT), CA_ERR_INPUT);
	assert_string_equal(f->findings.item[0].rule, "order-no-tenant");
	assert_non_null(strstr(f->err.hint, "with --tenant"));
}

static void
refuses_a_tenant_that_policy_does_not_permit(void **state)
{
	static char ones[] = "1*", seven[] = "7";
	static char *some[] = { ones, seven };
	struct fixture *f = *state;

	f->policy.profile[CA_PROFILE_TENANT_CLIENT].users =
	    (struct ca_strings){ some, 2 };
	order_host(f, "tenant.example.com");
	f->order.tenant = 71;
	assert_int_equal(vet(f, CA_PROFILE_TENANT_CLIENT), CA_ERR_POLICY);
	assert_string_equal(f->findings.item[0].rule, "policy-tenant");
	ca_findings_clear(&f->findings);
	f->order.tenant = 7;
	assert_ok(vet(f, CA_PROFILE_TENANT_CLIENT), &f->err);
	ca_grant_clear(&f->grant);
	f->order.tenant = 17;
	assert_ok(vet(f, CA_PROFILE_TENANT_CLIENT), &f->err);
}

static void
gives_a_user_the_scopes_that_are_ordered(void **state)
{
	struct fixture *f = *state;
	struct ca_draft *made;

	f->order.user = strdup("maxroach");
	order_scope(f, "5", false);
	order_scope(f, "5", false);
	order_scope(f, "app", true);
	assert_ok(vet(f, CA_PROFILE_CLIENT), &f->err);
	assert_int_equal(f->grant.names.count, 2);
	assert_string_equal(f->grant.names.item[0].text,
	    "crdb://tenant/5/user/maxroach");
	assert_string_equal(f->grant.names.item[1].text,
	    "crdb://tenant-name/app/user/maxroach");
	made = draft(f);
	assert_int_equal(ca_certificate_names(ca_draft_preview(made))->count,
	    2);
	ca_draft_free(made);
}

static void
refuses_scopes_of_a_node(void **state)
{
	struct fixture *f = *state;

	order_host(f, "n1.example.com");
	order_scope(f, "5", false);
	assert_int_equal(vet(f, CA_PROFILE_NODE), CA_ERR_INPUT);
}

/* A client CA that signed nodes would make of each client a node. */
static void
refuses_a_ca_that_does_not_sign_the_profile(void **state)
{
	struct fixture *f = *state;

	order_host(f, "n1.example.com");
	f->order.authority = CA_AUTHORITY_CLIENT;
	assert_int_equal(vet(f, CA_PROFILE_NODE), CA_ERR_POLICY);
	assert_string_equal(f->findings.item[0].rule, "order-authority");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
takes_a_name_that_is_no_users_only_where_that_is_ordered(void **state)
{
	struct fixture *f = *state;

	f->order.user = strdup("Max@Example.com");
	assert_int_equal(vet(f, CA_PROFILE_CLIENT), CA_ERR_INPUT);
	ca_findings_clear(&f->findings);
	f->order.any_user = true;
	order_scope(f, "5", false);
	assert_ok(vet(f, CA_PROFILE_CLIENT), &f->err);
	assert_string_equal(f->grant.common_name, "max@example.com");
	assert_string_equal(f->grant.names.item[0].text,
	    "crdb://tenant/5/user/max%40example.com");
	ca_draft_free(draft(f));
}

/* The validation is off, and the policy is not. */
static void
spells_root_in_the_policy_also_without_validation(void **state)
{
	struct fixture *f = *state;

	f->order.user = strdup("ROOT");
	f->order.any_user = true;
	assert_int_equal(vet(f, CA_PROFILE_CLIENT), CA_ERR_POLICY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_a_name_that_is_no_users_only_where_that_is_ordered),
		TEST(spells_root_in_the_policy_also_without_validation),
		TEST(names_a_ui_by_its_first_host),
		TEST(names_a_ui_by_the_first_host_that_fits),
		TEST(refuses_a_ui_without_a_name_that_fits),
		TEST(makes_a_tenant_of_its_number),
		TEST(refuses_a_tenant_without_a_number),
		TEST(refuses_a_tenant_that_policy_does_not_permit),
		TEST(gives_a_user_the_scopes_that_are_ordered),
		TEST(refuses_scopes_of_a_node),
		TEST(refuses_a_ca_that_does_not_sign_the_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
