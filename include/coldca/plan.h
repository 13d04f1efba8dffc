/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_PLAN_H
#define COLDCA_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/certificate.h"
#include "coldca/ledger.h"
#include "coldca/profile.h"

/*
 * A plan changes the CA of running hosts in steps, so that at no time two of
 * them refuse one another. What is sent in a step must be installed on every
 * host before the next begins. At most one plan is under way in a ledger.
 */
enum ca_plan_kind {
	CA_PLAN_ROTATE,  /* another certificate for a CA */
	CA_PLAN_SPLIT,   /* a client CA beside the cluster CA that signed all */
	CA_PLAN_REPLACE, /* another CA in one step, for one that was given up */
	CA_PLANS         /* how many kinds there are */
};

#define CA_PLAN_STEPS_MAX 4

/* What one step sends to hosts. */
enum ca_plan_sends {
	CA_SENDS_NOTHING,     /* there is no such step */
	CA_SENDS_AUTHORITIES, /* CA files, to whoever wants them */
	CA_SENDS_BRIDGE,      /* to nodes: CA files and client.node.crt */
	CA_SENDS_LEAVES,      /* new certificates by the new CA */
	CA_SENDS_BOTH,        /* CA files, and certificates where it signs */
};

/* One row of the table of steps. All texts are static. */
struct ca_plan_step {
	enum ca_plan_sends sends;
	const char *name; /* "re-issue" */
	const char *what; /* one line for the operator */
};

/* One plan. Zero-initialised is empty and valid. */
struct ca_plan {
	int64_t id; /* of its first entry */
	enum ca_plan_kind kind;
	enum ca_authority authority;        /* whose CA is new */
	struct ca_certificate *certificate; /* owned; the new CA's */
	unsigned step;                      /* from 1 */
	int64_t step_id;                    /* entry that began the step */
	int64_t began_at;                   /* seconds since 1970-01-01 UTC */
	int64_t step_at;                    /* the same, of the step */
};

/* One host that a step concerns; borrowed during a callback. */
struct ca_plan_host {
	const char *name;                 /* its bundle's: "node-n1" */
	const struct ca_profile *profile; /* of its certificate */
	const char *serial; /* hex; of the last that the step is for */
	int64_t not_after;  /* of the same */
	bool revoked;       /* the same was, with its whole CA */
	bool wants_leaf;    /* the step sends it a certificate */
	bool has_leaf;      /* which was issued, by the new CA */
	bool delivered;     /* what this step sends is there */
};

/* Return false to stop. */
typedef bool (*ca_plan_host_fn)(const struct ca_plan_host *host, void *arg);

/* "rotate", and the command that goes on with it, "rotate-ca"; static. */
const char *ca_plan_name(enum ca_plan_kind kind);
const char *ca_plan_command(enum ca_plan_kind kind);

/* The steps of KIND: how many, and one by its number from 1. */
unsigned ca_plan_steps(enum ca_plan_kind kind);
const struct ca_plan_step *ca_plan_step(enum ca_plan_kind kind, unsigned step);

/*
 * Begins a plan at its first step. CERTIFICATE is that of the new CA, which
 * stands by in the ledger. A plan of the same command whose new CA was given up
 * since ends with it.
 *
 * CA_ERR_POLICY  another plan is under way; a CA is replaced at once that was
 *                not given up; a client CA is introduced where a server of a
 *                tenant has a certificate by the cluster CA
 */
CA_CHECKED enum ca_code ca_plan_begin(struct ca_ledger *ledger,
    enum ca_plan_kind kind, enum ca_authority authority,
    const struct ca_certificate *certificate, int64_t now,
    struct ca_error *err);

/*
 * The plan that is under way. *RET_FOUND is false without one; otherwise *RET
 * is new, ca_plan_clear() it.
 */
CA_CHECKED enum ca_code ca_plan_read(struct ca_ledger *ledger,
    struct ca_plan *ret, bool *ret_found, struct ca_error *err);

/*
 * What there must be, or not be, for ca_plan_begin(): codes as there.
 */
CA_CHECKED enum ca_code ca_plan_check_begin(struct ca_ledger *ledger,
    enum ca_plan_kind kind, enum ca_authority authority, int64_t now,
    struct ca_error *err);

/*
 * Whether PLAN can go on.
 *
 * CA_ERR_POLICY  its new CA was given up as compromised
 */
CA_CHECKED enum ca_code ca_plan_check(struct ca_ledger *ledger,
    const struct ca_plan *plan, struct ca_error *err);

/*
 * Calls FN for each host that the present step of PLAN concerns, by name: it
 * has a certificate that is issued, not expired at NOW, and not revoked unless
 * with its whole CA. Those that come while the step lasts are among them.
 */
CA_CHECKED enum ca_code ca_plan_hosts(struct ca_ledger *ledger,
    const struct ca_plan *plan, int64_t now, ca_plan_host_fn fn, void *arg,
    struct ca_error *err);

/*
 * Records that the host NAME has what the present step sends. Twice is once.
 *
 * CA_ERR_INPUT   the step does not concern such a host
 * CA_ERR_POLICY  its new certificate was not even issued yet
 */
CA_CHECKED enum ca_code ca_plan_deliver(struct ca_ledger *ledger,
    const struct ca_plan *plan, const char *name, int64_t now,
    struct ca_error *err);

/*
 * Takes the host NAME off the plan: it is gone for good. What it had was
 * revoked with its CA, so that ca_ledger_revoke() can not say that of it. A
 * certificate that is issued later brings it back.
 *
 * CA_ERR_INPUT   the step does not concern such a host
 * CA_ERR_POLICY  it has a certificate that is not revoked
 */
CA_CHECKED enum ca_code ca_plan_forget(struct ca_ledger *ledger,
    const struct ca_plan *plan, const char *name, int64_t now,
    struct ca_error *err);

/*
 * Begins the next step, or ends the plan after its last. Where the step wants
 * it the new CA becomes current, or the old one is retired.
 *
 * CA_ERR_POLICY  a host does not have what the present step sends: the message
 *                names the first, and how many there are
 */
CA_CHECKED enum ca_code ca_plan_advance(struct ca_ledger *ledger,
    const struct ca_plan *plan, int64_t now, struct ca_error *err);

/*
 * The name under which the ledger has the client.node.crt of the node with the
 * bundle NODE: "client-node-n1". *RET_NAME is new; free() it.
 */
CA_CHECKED enum ca_code ca_plan_client_name(const char *node, char **ret_name,
    struct ca_error *err);

/* A certificate that somebody asks for while a plan is under way. Borrowed. */
struct ca_plan_wish {
	const struct ca_profile *profile;
	const char *name;            /* of its bundle */
	enum ca_authority authority; /* whose CA is to sign */
	const struct ca_certificate *issuer;
};

/*
 * Whether WISH may be signed while PLAN is under way: by the CA that signs in
 * this step, for a host that the steps to come do not leave out.
 *
 * CA_ERR_POLICY  it may not: the host would be refused by others
 */
CA_CHECKED enum ca_code ca_plan_admit(struct ca_ledger *ledger,
    const struct ca_plan *plan, const struct ca_plan_wish *wish, int64_t now,
    struct ca_error *err);

/*
 * The CA certificates that a host with a certificate of PROFILE is to have now:
 * those of the ledger, as far as the profile wants them, and as the plan that is
 * under way changes them. *RET is new; ca_authorities_clear() it.
 */
CA_CHECKED enum ca_code ca_plan_authorities(struct ca_ledger *ledger,
    const struct ca_profile *profile, struct ca_authorities *ret,
    struct ca_error *err);

/* Frees what PLAN holds and makes it empty. Accepts NULL. */
void ca_plan_clear(struct ca_plan *plan);

#endif
