/* SPDX-License-Identifier: Apache-2.0 */
/* How a plan begins, and what there must be before. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/revocation.h"
#include "core/ledger_internal.h"
#include "core/plan_internal.h"

/* Whether a plan of KIND may take the place of OTHER, which came to nothing. */
static enum ca_code
check_other(struct ca_ledger *ledger, const struct ca_plan *other,
    enum ca_plan_kind kind, enum ca_authority authority, struct ca_error *err)
{
	const char *command = ca_plan_command(other->kind);
	bool given_up = false;
	enum ca_code rc;

	rc = ca_ledger_is_compromised(ledger, other->certificate, NULL,
	    &given_up, err);
	if (rc != CA_OK)
		return rc;
	if (given_up && other->authority == authority &&
	    strcmp(ca_plan_command(kind), command) == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: a plan is under way already: %s, of the %s CA, at step %u",
	    ledger->path, command, ca_authority_name(other->authority),
	    other->step);
	if (given_up)
		ca_hint(err,
		    "its new CA was given up: coldca %s begin --ca-key=URI begins it anew",
		    command);
	else
		ca_hint(err, "finish it first: coldca %s shows how far it is",
		    command);
	return CA_ERR_POLICY;
}

/* The one that is under way, and may end. *RET_FOUND is false without one. */
static enum ca_code
read_other(struct ca_ledger *ledger, enum ca_plan_kind kind,
    enum ca_authority authority, struct ca_plan *ret, bool *ret_found,
    struct ca_error *err)
{
	enum ca_code rc = ca_plan_read(ledger, ret, ret_found, err);

	if (rc == CA_OK && *ret_found)
		rc = check_other(ledger, ret, kind, authority, err);
	return rc;
}

/* Everything at once locks hosts out: only where nothing is left to lose. */
static enum ca_code
check_given_up(struct ca_ledger *ledger, const struct ca_certificate *current,
    struct ca_error *err)
{
	bool given_up = false;
	enum ca_code rc;

	rc = ca_ledger_is_compromised(ledger, current, NULL, &given_up, err);
	if (rc != CA_OK || given_up)
		return rc;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "the CA of serial %s was not given up: all at once, hosts refuse one another until the last has its files",
	    ca_certificate_serial_text(current));
	ca_hint(err,
	    "leave --at-once out: coldca rotate-ca locks nobody out; or coldca compromise");
	return CA_ERR_POLICY;
}

/*
 * Users trust servers by ca.crt alone, so that a tenant's server can not have
 * a certificate by the client CA, and nodes will take none by the cluster's.
 */
static enum ca_code
check_tenants(struct ca_ledger *ledger, int64_t now, struct ca_error *err)
{
	size_t count = 0;
	enum ca_code rc;

	rc = ca_plan_count_tenants(ledger, now, &count, err);
	if (rc != CA_OK || count == 0)
		return rc;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%zu server%s of tenants %s a certificate by the cluster CA, which nodes with a ca-client.crt refuse",
	    count, count == 1 ? "" : "s", count == 1 ? "has" : "have");
	ca_hint(err,
	    "coldca create-tenant-client-ca first, and certificates by it: coldca renew --ca=tenant-client");
	return CA_ERR_POLICY;
}

enum ca_code
ca_plan_check_begin(struct ca_ledger *ledger, enum ca_plan_kind kind,
    enum ca_authority authority, int64_t now, struct ca_error *err)
{
	struct ca_certificate *current = NULL;
	struct ca_plan other = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = read_other(ledger, kind, authority, &other, &found, err);
	ca_plan_clear(&other);
	if (rc != CA_OK)
		return rc;
	if (kind == CA_PLAN_SPLIT && !found &&
	    ca_ledger_authority(ledger, CA_AUTHORITY_CLIENT, &current, NULL,
		err) == CA_OK) {
		ca_certificate_free(current);
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: there is a client CA already", ledger->path);
	}
	rc = ca_ledger_authority(ledger,
	    kind == CA_PLAN_SPLIT ? CA_AUTHORITY_CLUSTER : authority, &current,
	    NULL, err);
	if (rc == CA_OK && kind == CA_PLAN_REPLACE)
		rc = check_given_up(ledger, current, err);
	if (rc == CA_OK && kind == CA_PLAN_SPLIT)
		rc = check_tenants(ledger, now, err);
	ca_certificate_free(current);
	return rc;
}

static enum ca_code
append_begin(struct ca_ledger *ledger, const struct ca_plan *other,
    const struct ca_plan *plan, const char *title, int64_t now,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (other->certificate != NULL)
		rc = ca_plan_end(ledger, other, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_append_about(ledger, CA_ENTRY_PLAN,
		    plan->certificate, title, now, err);
	if (rc == CA_OK)
		rc = ca_plan_begin_step(ledger, plan, 1, now, err);
	return rc;
}

enum ca_code
ca_plan_begin(struct ca_ledger *ledger, enum ca_plan_kind kind,
    enum ca_authority authority, const struct ca_certificate *certificate,
    int64_t now, struct ca_error *err)
{
	struct ca_plan plan = { .kind = kind, .authority = authority };
	struct ca_plan other = { 0 };
	bool found = false;
	char *title = NULL;
	enum ca_code rc;

	rc = ca_plan_check_begin(ledger, kind, authority, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_check_usable(ledger, certificate, err);
	if (rc == CA_OK)
		rc = ca_plan_read(ledger, &other, &found, err);
	if (rc == CA_OK)
		rc = ca_certificate_parse(ca_certificate_der(certificate)->data,
		    ca_certificate_der(certificate)->len, &plan.certificate,
		    err);
	if (rc == CA_OK)
		rc = ca_text_format(&title, err, "%s %s", ca_plan_name(kind),
		    ca_authority_name(authority));
	if (rc == CA_OK)
		rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		goto out;
	rc = append_begin(ledger, &other, &plan, title, now, err);
	rc = ca_ledger_end(ledger, rc, err);
out:
	ca_plan_clear(&other);
	ca_plan_clear(&plan);
	free(title);
	return rc;
}
