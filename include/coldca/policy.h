/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_POLICY_H
#define COLDCA_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/bytes.h"
#include "coldca/findings.h"
#include "coldca/key.h"
#include "coldca/name.h"
#include "coldca/profile.h"

#include <openssl/types.h>

#define CA_POLICY_SIZE_MAX ((size_t)1024 * 1024) /* bytes of the file */
#define CA_POLICY_DEPTH_MAX 8                    /* nested YAML nodes */
#define CA_POLICY_LIST_MAX 10000                 /* items of one list */
#define CA_POLICY_VERSION 1                      /* of the file's format */
#define CA_OCSP_URL_MAX 200     /* bytes of ocsp-url, with the NUL */
#define CA_MODULE_ARGS_MAX 4096 /* bytes of module.init-args, with the NUL */
#define CA_KEY_URI_MAX 1024     /* bytes of a key's URI, with the NUL */
#define CA_APPROVALS_MAX 10     /* of one profile */
#define CA_APPROVERS_MAX 100    /* of one policy */
#define CA_APPROVER_NAME_MAX 64 /* bytes, without the NUL */
#define CA_BATCH_MAX 100000     /* the highest that max-batch may be */
#define CA_RSA_EXPONENTS_MAX 8  /* items of rsa-exponents */
#define CA_TOKEN_PATHS_MAX 64   /* items of token_paths */

/* The longest time before now at which a certificate may begin. */
#define CA_BACKDATE_MAX ((int64_t)7 * 24 * 3600) /* seconds */

/* The shortest and longest lifetime that a policy or an order may name. */
#define CA_LIFETIME_MIN ((int64_t)60)                    /* seconds */
#define CA_LIFETIME_MAX ((int64_t)100 * 366 * 24 * 3600) /* seconds */

enum ca_mode {
	CA_MODE_PRODUCTION, /* refuses tokens made of software */
	CA_MODE_TEST,       /* takes any, and says so everywhere */
};

/* Zero-initialised is empty and valid. */
struct ca_strings {
	char **item;
	size_t count;
};

/* SHA-256 hashes. Zero-initialised is empty and valid. */
struct ca_hashes {
	uint8_t (*item)[CA_SHA256_SIZE];
	size_t count;
};

/* An IPv4 or IPv6 range (RFC 4632). */
struct ca_ip_range {
	uint8_t address[16];
	size_t len;      /* 4 or 16 */
	unsigned prefix; /* bits */
};

#define CA_IP_RANGE_TEXT_SIZE 64 /* bytes of "fd00::/8", with the NUL */

/* RSA public exponents. Zero-initialised is empty and valid. */
struct ca_exponents {
	uint32_t item[CA_RSA_EXPONENTS_MAX];
	size_t count;
};

/* Address ranges. Zero-initialised is empty and valid. */
struct ca_ip_ranges {
	struct ca_ip_range *item;
	size_t count;
};

/* What one profile may be given. */
struct ca_profile_policy {
	const struct ca_profile *profile; /* whose; for messages, may be NULL */
	int64_t lifetime;                 /* default, in seconds */
	int64_t max_lifetime;             /* in seconds */
	unsigned keys;                    /* bits 1 << enum ca_key_kind */
	unsigned rsa_min_bits;
	unsigned rsa_max_bits;
	struct ca_exponents rsa_exponents; /* empty: any that ca_key_check()
					      lets pass */
	int64_t backdate;                  /* seconds from notBefore to now */
	unsigned approvals;      /* people who must agree to each signature */
	bool wildcards;          /* `*.` in front of a DNS name */
	bool names_from_request; /* --names-from-request is allowed */
	bool new_key_on_renewal; /* renew takes no key a second time */
	struct ca_strings dns;   /* "example.com", ".example.com", "*" */
	struct ca_ip_ranges ip;
	struct ca_strings users; /* "maxroach", "app-*", "*"; or tenants */
	/* The same; what is among these is refused though permitted above. */
	struct ca_strings excluded_dns;
	struct ca_ip_ranges excluded_ip;
	struct ca_strings excluded_users;
	const struct ca_strings *reserved; /* the policy's; or NULL */
};

/* How one CA signs, and what. */
struct ca_authority_policy {
	char *key; /* URI of its key, without PIN; NULL: as in the ledger */
	struct ca_strings standby; /* URIs of further keys that may sign */
	const char *signer; /* a word of --signer, static; NULL: as `signer` */
	unsigned profiles;  /* bits 1 << enum ca_profile_id that it signs */
	int64_t max_lifetime; /* of what it signs, in seconds; 0: no bound */
	unsigned max_batch;   /* certificates of one run; 0: no bound */
};

/* How long an approval is good, where the policy does not say. */
#define CA_APPROVAL_LIFETIME ((int64_t)7 * 24 * 3600) /* seconds */

/* One person who may approve. */
struct ca_approver {
	char *name;
	char *user;    /* who that is on the jumpbox; NULL: nobody there */
	EVP_PKEY *key; /* public */
	uint8_t spki_sha256[CA_SHA256_SIZE];
	unsigned profiles; /* bits 1 << enum ca_profile_id */
};

/* Zero-initialised is empty and valid. No two have one name, or one key. */
struct ca_approvers {
	struct ca_approver *item;
	size_t count;
};

/* What this CA will sign; one policy.yaml. */
struct ca_policy {
	enum ca_mode mode;
	char *module_path;                     /* NULL: none is pinned */
	uint8_t module_sha256[CA_SHA256_SIZE]; /* of that file */
	char *module_init_args;       /* for its C_Initialize; NULL: none */
	const char *signer;           /* a word of --signer, static */
	struct ca_hashes legacy_keys; /* of SubjectPublicKeyInfos */
	char *ocsp_url;               /* goes into each leaf; NULL: none does */
	int64_t crl_lifetime;       /* seconds from thisUpdate to nextUpdate */
	int64_t ocsp_lifetime;      /* the same */
	struct ca_strings reserved; /* user names that no certificate has */
	bool require_air_gap;       /* sign on a fit machine only */
	bool token_network;         /* the module talks to its token by IP */
	struct ca_strings token_paths; /* absolute: where the module writes */
	struct ca_approvers approvers;
	int64_t approval_lifetime; /* the longest of an approval, seconds */
	bool operator_may_approve; /* who signs may be one who approved */
	struct ca_profile_policy profile[CA_PROFILES];
	struct ca_authority_policy authority[CA_AUTHORITIES];
};

/*
 * Reads a policy from the LEN bytes of YAML at TEXT; NAME is what messages
 * call it. Unknown and repeated keys, anchors and aliases, missing `version`
 * or `mode`, and any value out of its range are errors that give line and
 * column. *RET_POLICY is new, freed with ca_policy_free().
 *
 * What is absent: lifetimes as in the profile's row (a lower max-lifetime
 * lowers `lifetime` too), every kind of key, RSA from CA_RSA_BITS_MIN bits on,
 * RSA moduli of up to CA_RSA_BITS_MAX bits, any exponent, CA_BACKDATE, no
 * approvals, no names, no flags, no module, the signer "auto", no OCSP URL, 30
 * days for a CRL and 7 for an OCSP response and an approval, no approvers, no
 * bounds for any CA, and a machine of which nothing is required.
 *
 * CA_ERR_INPUT  not a policy
 */
CA_CHECKED enum ca_code ca_policy_parse(const char *name, const void *text,
    size_t len, struct ca_policy **ret_policy, struct ca_error *err);

/*
 * The commented policy that `init` writes. A test policy permits any name, a
 * production policy none until the operator writes them in. MODULE_PATH may
 * be NULL; MODULE_SHA256 goes with it, and so does INIT_ARGS, which may be NULL
 * too. *RET_TEXT is new. The result is always accepted by ca_policy_parse().
 *
 * CA_ERR_INPUT  MODULE_PATH is not absolute, too long, or not UTF-8; INIT_ARGS
 *               is empty, too long, or not UTF-8
 */
CA_CHECKED enum ca_code ca_policy_default(enum ca_mode mode,
    const char *module_path, const uint8_t *module_sha256,
    const char *init_args, struct ca_bytes *ret_text, struct ca_error *err);

/*
 * Whether POLICY names the key of SPKI_SHA256 as one that may sign although
 * its token could give it away (`legacy_key`).
 */
bool ca_policy_permits_legacy(const struct ca_policy *policy,
    const uint8_t spki_sha256[CA_SHA256_SIZE]);

/* The SHA-256 of TEXT, a policy's: what sha256sum prints for its file. */
CA_CHECKED enum ca_code ca_policy_sha256(const struct ca_bytes *text,
    uint8_t ret_sha256[CA_SHA256_SIZE], struct ca_error *err);

/* RANGE as it stands in a policy: "10.0.0.0/8", "fd00::1". */
void ca_ip_range_format(const struct ca_ip_range *range,
    char text[CA_IP_RANGE_TEXT_SIZE]);

/* "production" or "test", static. */
const char *ca_mode_name(enum ca_mode mode);

/*
 * Judges one host for a profile; a refusal is added to FINDINGS. Of `dns`,
 * "example.com" permits that name alone, ".example.com" each name below it but
 * not itself, "n*.example.com" what `*` makes of any characters but dots, and
 * "*" alone any name. A name that begins with `*.` stands for all names one
 * step below the rest, so it is permitted by ".example.com" or "*.example.com"
 * only, only with `wildcards`, and is excluded where one of those names is. An
 * IPv4 address in IPv6 form is permitted by nothing (RFC 4291 section 2.5.5.2).
 * Rules: policy-dns, policy-ip, policy-wildcard, policy-excluded,
 * principal-reserved.
 */
void ca_policy_check_host(const struct ca_profile_policy *policy,
    const struct ca_name *name, struct ca_findings *findings);

/*
 * Judges one normalised user name; a refusal is added to FINDINGS. `*` stands
 * for any characters, but what ca_principal_reserved() knows is permitted only
 * by an item that spells it. Rules: policy-user, policy-excluded,
 * principal-reserved.
 */
void ca_policy_check_user(const struct ca_profile_policy *policy,
    const char *user, struct ca_findings *findings);

/*
 * Judges one tenant, by its number; a refusal is added to FINDINGS. `*` stands
 * for any digits. Rules: policy-tenant, policy-excluded.
 */
void ca_policy_check_tenant(const struct ca_profile_policy *policy,
    const char *tenant, struct ca_findings *findings);

/*
 * Judges the kind and size of a key; a refusal is added to FINDINGS. Rule:
 * policy-key.
 */
void ca_policy_check_key(const struct ca_profile_policy *policy,
    const struct ca_key_info *key, struct ca_findings *findings);

/*
 * Judges the exponent of KEY where it is RSA: policy may want one of a few. A
 * refusal is added to FINDINGS. Rule: policy-key.
 */
void ca_policy_check_exponent(const struct ca_profile_policy *policy,
    EVP_PKEY *key, struct ca_findings *findings);

/*
 * Judges whether AUTHORITY may sign for PROFILE, and for so long: LIFETIME in
 * seconds. A refusal is added to FINDINGS. Rule: policy-ca.
 */
void ca_policy_check_authority(const struct ca_policy *policy,
    enum ca_authority authority, const struct ca_profile *profile,
    int64_t lifetime, struct ca_findings *findings);

/*
 * Refuses a profile that wants approvals, where none can be given: its key is
 * made and certified in one go. Rule: policy-approvals.
 */
void ca_policy_check_approvals(const struct ca_profile_policy *policy,
    struct ca_findings *findings);

/* The approver NAME, or NULL. */
const struct ca_approver *ca_policy_approver(const struct ca_policy *policy,
    const char *name);

/* How many may approve PROFILE. */
size_t ca_policy_approvers_of(const struct ca_policy *policy,
    enum ca_profile_id profile);

/*
 * Whether policy spells NAME as a SQL user, by an item without `*`: no host may
 * be called so, as CockroachDB takes every DNS name for a user.
 */
bool ca_policy_spells_user(const struct ca_policy *policy, const char *name);

/* Accepts NULL. */
void ca_policy_free(struct ca_policy *policy);

#endif
