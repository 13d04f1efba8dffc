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
	CA_PLAN_ROTATE, /* another certificate for a CA */
	CA_PLAN_SPLIT,  /* a client CA beside the cluster CA that signed all */
	CA_PLANS        /* how many kinds there are */
};

#define CA_PLAN_STEPS_MAX 4

/* What one step sends to hosts. */
enum ca_plan_sends {
	CA_SENDS_NOTHING,     /* there is no such step */
	CA_SENDS_AUTHORITIES, /* CA files, to whoever wants them */
	CA_SENDS_BRIDGE,      /* to nodes: CA files and client.node.crt */
	CA_SENDS_LEAVES,      /* new certificates by the new CA */
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
	bool has_leaf;     /* it has a certificate by the new CA */
	bool delivered;    /* what this step sends is there */
	int64_t not_after; /* of the last certificate that the step is for */
};

/* Return false to stop. */
typedef bool (*ca_plan_host_fn)(const struct ca_plan_host *host, void *arg);

/* "rotate", static. */
const char *ca_plan_name(enum ca_plan_kind kind);

/* The steps of KIND: how many, and one by its number from 1. */
unsigned ca_plan_steps(enum ca_plan_kind kind);
const struct ca_plan_step *ca_plan_step(enum ca_plan_kind kind, unsigned step);

/*
 * Begins a plan at its first step. CERTIFICATE is that of the new CA, which
 * stands by in the ledger.
 *
 * CA_ERR_POLICY  another plan is under way
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
 * Calls FN for each host that the present step of PLAN concerns, by name: it
 * has a certificate that is issued, neither expired at NOW nor revoked, and
 * older than the step.
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
 * Begins the next step, or ends the plan after its last. Where the step wants
 * it the new CA becomes current, or the old one is retired.
 *
 * CA_ERR_POLICY  a host does not have what the present step sends: the message
 *                names the first, and how many there are
 */
CA_CHECKED enum ca_code ca_plan_advance(struct ca_ledger *ledger,
    const struct ca_plan *plan, int64_t now, struct ca_error *err);

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
