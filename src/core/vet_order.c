/* SPDX-License-Identifier: Apache-2.0 */
/* From a certificate back to the order that it was issued by. */
#include <string.h>

#include "coldca/certificate.h"
#include "coldca/tenant.h"
#include "coldca/vet.h"

/* One alternative name of a certificate: a host, or a user's scope. */
static enum ca_code
order_name(const struct ca_name *name, struct ca_order *order,
    struct ca_error *err)
{
	struct ca_name scope = { .kind = CA_NAME_URI };
	const char *user = strstr(name->text, "/user/");
	enum ca_code rc;

	/* No host has a slash. */
	if (user == NULL)
		return ca_names_add(&order->hosts, name, err);
	scope.text = strndup(name->text, (size_t)(user - name->text));
	if (scope.text == NULL)
		return ca_fail_memory(err);
	rc = ca_names_add(&order->scopes, &scope, err);
	ca_name_clear(&scope);
	return rc;
}

enum ca_code
ca_order_again(const struct ca_profile *profile,
    const struct ca_certificate *certificate, struct ca_order *ret,
    struct ca_error *err)
{
	const struct ca_names *names = ca_certificate_names(certificate);
	const char *common_name = ca_certificate_common_name(certificate);
	struct ca_order order = {
		.profile = profile,
		.drop_extra = true,
		/* The ledger has it: it was spelled out when it was issued. */
		.allow_root = true,
		.allow_node = true,
	};
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < names->count && rc == CA_OK; i++)
		rc = order_name(&names->item[i], &order, err);
	if (rc == CA_OK && common_name == NULL)
		rc = ca_fail(err, CA_ERR_INPUT, "has no common name");
	else if (rc == CA_OK && profile->names == CA_NAMES_USER)
		rc = ca_user_parse(common_name, &order.user, err);
	else if (rc == CA_OK && profile->names == CA_NAMES_TENANT)
		rc = ca_tenant_parse(common_name, &order.tenant, err);
	if (rc == CA_OK)
		*ret = order;
	else
		ca_order_clear(&order);
	return rc;
}
