/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificates there are for one key already. */
#include <sqlite3.h>
#include <string.h>

#include "coldca/revocation.h"
#include "core/ledger_internal.h"

#define CLIENT_PREFIX "client-"
#define NODE "node"

/* Columns of CA_LEDGER_FIND_KEY_USES. */
enum column {
	COLUMN_PROFILE,
	COLUMN_NAME,
	COLUMN_SERIAL,
	COLUMN_REASON,
	COLUMN_SUBJECT
};

/* One certificate for the key. Borrowed from the statement. */
struct use {
	struct ca_key_claim claim;
	const char *serial;
	bool revoked;
};

/* Each kind of fault is told once, about the first certificate. */
struct told {
	bool ca, revoked, name;
};

/* Whether CLAIM is that of a node, as a server or as a client of the others. */
static bool
is_of_node(const struct ca_key_claim *claim)
{
	return claim->profile->id == CA_PROFILE_NODE ||
	    (claim->profile->id == CA_PROFILE_CLIENT &&
		claim->common_name != NULL &&
		strcmp(claim->common_name, NODE) == 0);
}

/* The node that is meant; NULL: a client's certificate does not say which. */
static const char *
node_name(const struct ca_key_claim *claim)
{
	if (claim->profile->id == CA_PROFILE_NODE)
		return claim->name;
	return strcmp(claim->name, CLIENT_PREFIX NODE) == 0
	    ? NULL
	    : claim->name + strlen(CLIENT_PREFIX);
}

bool
ca_key_claim_agrees(const struct ca_key_claim *a, const struct ca_key_claim *b)
{
	const char *x = a->name, *y = b->name;

	if (is_of_node(a) && is_of_node(b)) {
		x = node_name(a);
		y = node_name(b);
	}
	return x == NULL || y == NULL || strcmp(x, y) == 0;
}

static void
judge(const struct use *use, const struct ca_key_claim *claim,
    struct told *told, struct ca_findings *findings)
{
	bool ca = use->claim.profile->is_ca, for_ca = claim->profile->is_ca;

	if (ca && !for_ca && !told->ca) {
		ca_findings_add(findings, "key-of-ca", CA_ERR_POLICY,
		    "key: is that of a CA (certificate %s), which certifies others and nothing else",
		    use->serial);
		told->ca = true;
	}
	if (use->revoked && !told->revoked) {
		ca_findings_add(findings, "key-revoked", CA_ERR_POLICY,
		    "key: certificate %s for it, of %s, is revoked",
		    use->serial, use->claim.name);
		told->revoked = true;
	}
	if (ca || use->revoked || told->name ||
	    (!for_ca && ca_key_claim_agrees(&use->claim, claim)))
		return;
	ca_findings_add(findings, "key-reused", CA_ERR_POLICY,
	    "key: certificate %s for it is of %s, and one key is of one name",
	    use->serial, use->claim.name);
	told->name = true;
}

/* Whether SUBJECT, in the form of RFC 4514, has the common name of nodes. */
static bool
is_node(const char *subject)
{
	const char *at = strstr(subject, "CN=" NODE);

	return at != NULL && strchr(",+", at[strlen("CN=" NODE)]) != NULL;
}

/*
 * A CA that is compromised says nothing of its hosts' keys; nor is the key of
 * a responder, which never left its token, worse for a new certificate.
 */
static bool
blames_key(const struct ca_profile *profile, int reason)
{
	if (reason == CA_REASON_SUPERSEDED)
		return profile == NULL || ca_profile_on_request(profile);
	return reason != CA_REASON_CA_COMPROMISE;
}

/* False: the row does not have the form that the schema demands. */
static bool
read_use(sqlite3_stmt *stmt, struct use *ret)
{
	const char *profile =
	    (const char *)sqlite3_column_text(stmt, COLUMN_PROFILE);
	const char *subject =
	    (const char *)sqlite3_column_text(stmt, COLUMN_SUBJECT);

	if (profile == NULL || subject == NULL)
		return false;
	*ret = (struct use){
		.claim = {
			.profile = ca_profile_by_name(profile),
			.name = (const char *)sqlite3_column_text(stmt,
			    COLUMN_NAME),
			.common_name = is_node(subject) ? NODE : NULL,
		},
		.serial =
		    (const char *)sqlite3_column_text(stmt, COLUMN_SERIAL),
		.revoked =
		    sqlite3_column_type(stmt, COLUMN_REASON) != SQLITE_NULL &&
		    blames_key(ca_profile_by_name(profile),
			sqlite3_column_int(stmt, COLUMN_REASON)),
	};
	return ret->claim.profile != NULL && ret->claim.name != NULL &&
	    ret->serial != NULL;
}

enum ca_code
ca_ledger_judge_key(struct ca_ledger *ledger, const struct ca_key_claim *claim,
    struct ca_findings *findings, struct ca_error *err)
{
	struct told told = { 0 };
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_KEY_USES, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, claim->spki_sha256, CA_SHA256_SIZE,
	    NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	for (; step == SQLITE_ROW; step = sqlite3_step(stmt)) {
		struct use use;

		if (!read_use(stmt, &use)) {
			rc = ca_ledger_fail_row(ledger, err);
			break;
		}
		judge(&use, claim, &told, findings);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	return rc;
}
