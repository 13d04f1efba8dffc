/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_VET_DESK_H
#define COLDCA_TESTS_VET_DESK_H

#include "coldca/vet.h"
#include "support/csr_maker.h"

#define HOUR ((int64_t)3600)

/* One request on its way, with an order and a policy that permits it. */
struct vet_desk {
	struct ca_csr *csr;
	struct ca_order order;
	struct ca_policy policy;
	struct ca_grant grant;
	struct ca_findings findings;
	struct ca_error err;
};

/* A policy that permits any name and any kind of key. */
void vet_policy(struct ca_policy *policy);

void vet_add_host(struct vet_desk *desk, const char *text);

void vet_set_user(struct vet_desk *desk, const char *user);

/* A desk for the request that MAKER makes; vet_leave() it. */
struct vet_desk vet_desk(struct csr_maker *maker, enum ca_profile_id profile);

/* A node whose order is for node1.example.com and 10.0.0.1. */
struct vet_desk vet_node_desk(struct csr_maker *maker);

/* A client whose order is for maxroach. */
struct vet_desk vet_client_desk(struct csr_maker *maker);

/* A desk where the names are those of the request. */
struct vet_desk vet_taking_desk(struct csr_maker *maker,
    enum ca_profile_id profile);

void vet_leave(struct vet_desk *desk);

enum ca_code vet_run(struct vet_desk *desk);

const struct ca_finding *vet_find(const struct vet_desk *desk,
    const char *rule);

size_t vet_refusals(const struct vet_desk *desk);

/* Fails unless the desk refuses with CODE by RULE and nothing else. */
void vet_assert_refused(struct vet_desk *desk, enum ca_code code,
    const char *rule, const char *why);

void vet_assert_granted(struct vet_desk *desk);

/* Fails unless the certificate's names are those given, to a final NULL. */
void vet_assert_names(const struct vet_desk *desk, const char *const *expected);

struct csr_maker *vet_maker_with_san(const char *names);

struct csr_maker *vet_maker_with_cn(const char *name);

#endif
