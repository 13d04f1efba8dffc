/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_VET_H
#define COLDCA_VET_H

#include <stdbool.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/csr.h"
#include "coldca/findings.h"
#include "coldca/name.h"
#include "coldca/policy.h"
#include "coldca/profile.h"

struct ca_ledger;

/* What the operator orders for one request. */
struct ca_order {
	const struct ca_profile *profile;
	struct ca_names hosts;  /* owned; from --host */
	char *user;             /* owned; from --user, normalised; or NULL */
	uint64_t tenant;        /* from --tenant; 0: none */
	struct ca_names scopes; /* owned; a user's (ca_scope_parse()) */
	enum ca_authority authority; /* the CA that signs, or is made */
	int64_t lifetime;            /* seconds; 0: the policy's default */
	/* The operator has spelled out, in person, that it may be this user. */
	bool allow_root;
	bool allow_node;
	struct ca_ledger *ledger; /* borrowed; whose users no host is called
				     like; NULL: none are known */
	bool any_user; /* USER need be no valid one (ca_user_parse_any()) */
	bool names_from_request; /* --names-from-request: hosts, user and
				    tenant unset */
	bool drop_extra;         /* --drop-extra */
	bool approvals_follow;   /* they are counted before it is signed, with
				    ca_approvals_judge(): not refused here */
};

/*
 * What one request is given: the only things that go into its certificate.
 * Zero-initialised is empty and valid.
 */
struct ca_grant {
	const struct ca_profile *profile;
	enum ca_authority authority; /* that of the order */
	char *request;               /* owned; what messages call the request */
	char *common_name;           /* owned */
	struct ca_names names;       /* subject alternative names, in order */
	int64_t lifetime;            /* seconds from now to notAfter */
	int64_t backdate;            /* seconds from notBefore to now */
	char *ocsp_url;              /* owned; where to ask about it; NULL:
					nowhere */
	struct ca_bytes spki;        /* DER of the SubjectPublicKeyInfo */
	struct ca_key_info key;
	struct ca_bytes csr; /* DER of the request, for the ledger */
};

/*
 * Holds CSR against ORDER and POLICY. Nothing but the public key is copied
 * from the request; its names only where the order says so, and only those
 * that policy permits and that are no reserved principal.
 *
 * Whatever the request asks for and may not have is added to FINDINGS as a
 * refusal (or, with drop_extra, as a notice "dropped: ..."); harmless
 * differences, such as another organization in the subject, are notices.
 * Malformed orders, keys and names that policy refuses are refusals that
 * drop_extra does not soften.
 *
 * Who a certificate is good for is judged last, whatever the order and the
 * policy say (CockroachDB takes the common name and every DNS name for a user,
 * and a crdb URI for the only one). Rules: principal-reserved, principal-user,
 * principal-uri, principal-spelled.
 *
 * On CA_OK *RET_GRANT is new; ca_grant_clear() it. On any other code ERR says
 * in one line what the first refusal is, and FINDINGS, which the caller gives
 * empty, has all of them. CA_ERR_INTERNAL and CA_ERR_LEDGER come without a
 * finding.
 *
 * CA_ERR_POLICY  refused
 * CA_ERR_INPUT   no names in the order, or none in the request to take
 * CA_ERR_LEDGER  the ledger of the order can not be read
 */
CA_CHECKED enum ca_code ca_vet(const struct ca_csr *csr,
    const struct ca_order *order, const struct ca_policy *policy,
    struct ca_grant *ret_grant, struct ca_findings *findings,
    struct ca_error *err);

/*
 * A grant without a request: for a CA certificate, or a key made here. KEY is
 * the public key; the rest as in ca_vet(), names always from the order.
 * POLICY's lifetimes and kinds of key are enforced. Messages call the request
 * by the profile's name.
 */
CA_CHECKED enum ca_code ca_grant_for_key(EVP_PKEY *key,
    const struct ca_order *order, const struct ca_policy *policy,
    struct ca_grant *ret_grant, struct ca_findings *findings,
    struct ca_error *err);

/*
 * Appends GRANT to PACKED, to wait outside of memory for its turn; and what was
 * packed as a grant again, which is new. The bytes are of this process alone.
 *
 * CA_ERR_INTERNAL  out of memory, or it was not packed so
 */
CA_CHECKED enum ca_code ca_grant_pack(const struct ca_grant *grant,
    struct ca_bytes *packed, struct ca_error *err);
CA_CHECKED enum ca_code ca_grant_unpack(const struct ca_bytes *packed,
    struct ca_grant *ret, struct ca_error *err);

/*
 * The order for another certificate like CERTIFICATE, which the ledger has: of
 * the same names, whatever its request asks for. Who it is for was spelled out
 * when that was ordered. CA, ledger and lifetime are left unset. *RET is new;
 * ca_order_clear() it.
 *
 * CA_ERR_INPUT  a name that could not be ordered today
 */
CA_CHECKED enum ca_code ca_order_again(const struct ca_profile *profile,
    const struct ca_certificate *certificate, struct ca_order *ret,
    struct ca_error *err);

/* Both accept NULL and leave an empty one. */
void ca_order_clear(struct ca_order *order);
void ca_grant_clear(struct ca_grant *grant);

/* An empty one with memory of its own, and its end. NULL: memory ran out. */
struct ca_grant *ca_grant_new(void);
void ca_grant_free(struct ca_grant *grant);

#endif
