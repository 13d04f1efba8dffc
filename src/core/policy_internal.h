/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_POLICY_INTERNAL_H
#define COLDCA_CORE_POLICY_INTERNAL_H

#include "coldca/policy.h"

/* Finds the mode that WORD names; false where there is none. */
bool ca_mode_parse(const char *word, enum ca_mode *ret_mode);

#define CA_POLICY_SIGNER "auto" /* where the policy does not say */

/* WORD where it is one of --signer, static; otherwise NULL. */
const char *ca_policy_signer_parse(const char *word);

/* Appends a copy of HASH. */
CA_CHECKED enum ca_code ca_hashes_add(struct ca_hashes *hashes,
    const uint8_t hash[CA_SHA256_SIZE], struct ca_error *err);

/* Frees what APPROVERS holds and makes it empty. */
void ca_approvers_clear(struct ca_approvers *approvers);

/*
 * Whether KEY, of a kind that approvers have, is sound and in the one encoding of
 * its kind, by which policy tells one approver from another.
 *
 * CA_ERR_POLICY  it is not
 */
CA_CHECKED enum ca_code ca_approver_check_key(EVP_PKEY *key,
    struct ca_error *err);

/* What messages call the profile of POLICY. */
const char *ca_policy_profile_name(const struct ca_profile_policy *policy);

/* A policy in which every optional value has its default. *RET is new. */
CA_CHECKED enum ca_code ca_policy_new(struct ca_policy **ret_policy,
    struct ca_error *err);

/* Appends what FORMAT gives to the policy TEXT. */
CA_CHECKED enum ca_code ca_policy_default_add(struct ca_bytes *text,
    struct ca_error *err, const char *format, ...) CA_PRINTF(3, 4);

/* Appends the section of the profiles, as it is for MODE at first. */
CA_CHECKED enum ca_code ca_policy_default_profiles(struct ca_bytes *text,
    enum ca_mode mode, struct ca_error *err);

/* Appends TEXT, which STRINGS then owns; on failure it does not. */
CA_CHECKED enum ca_code ca_strings_add(struct ca_strings *strings, char *text,
    struct ca_error *err);

/*
 * The patterns of a policy in the form in which names are held against them.
 * *RET_PATTERN is new; free() it. Each refuses what could never match.
 *
 * CA_ERR_INPUT  not a pattern
 */
CA_CHECKED enum ca_code ca_policy_dns_parse(const char *text,
    char **ret_pattern, struct ca_error *err);
CA_CHECKED enum ca_code ca_policy_name_parse(const char *text, char **ret_name,
    struct ca_error *err);
CA_CHECKED enum ca_code ca_policy_user_parse(const char *text,
    char **ret_pattern, struct ca_error *err);
CA_CHECKED enum ca_code ca_policy_tenant_parse(const char *text,
    char **ret_pattern, struct ca_error *err);
CA_CHECKED enum ca_code ca_policy_key_uri_parse(const char *text,
    char **ret_uri, struct ca_error *err);
CA_CHECKED enum ca_code ca_policy_ip_parse(const char *text,
    struct ca_ip_range *ret_range, struct ca_error *err);

#endif
