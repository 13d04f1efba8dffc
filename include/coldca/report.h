/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_REPORT_H
#define COLDCA_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/certificate.h"
#include "coldca/head.h"
#include "coldca/ledger.h"
#include "coldca/passport.h"
#include "coldca/plan.h"
#include "coldca/policy.h"
#include "coldca/revocation.h"

/*
 * What an auditor, and the operator who plans the next visit, want to know of a
 * CA directory: taken from the ledger alone, at one moment. It is bounded,
 * however large the ledger is.
 */

#define CA_REPORT_ROWS 25   /* certificates of one list */
#define CA_REPORT_BARS 24   /* of the timeline */
#define CA_REPORT_VISITS 64 /* rows of the calendar */

/* Certificates, of those that end first, whose renewal is looked at; entries, of
 * the last ones, that are searched for refusals. */
#define CA_REPORT_WALK_MAX 20000

/* A CA key's certificate. */
struct ca_report_ca {
	enum ca_authority authority;
	enum ca_standing standing;
	bool replaced; /* another one became current after it */
	struct ca_certificate *certificate; /* owned */
	char *key_uri;                      /* owned */
	struct ca_passport passport;        /* where has_passport */
	bool has_passport;
	bool compromised;
	struct ca_revocation compromise; /* where compromised */
	int64_t reserved; /* serial numbers given out for it to sign */
	int64_t revoked;  /* certificates of them */
	bool has_crl;
	int64_t crl_number; /* of the last one, where there is one */
	int64_t crl_this_update;
	int64_t crl_next_update;
	bool has_ocsp; /* responses for its certificates, of late */
	int64_t ocsp_this_update;
	int64_t ocsp_next_update;
};

/* How many serial numbers there are of each fate; each is in one of them. */
struct ca_report_counts {
	int64_t all;
	int64_t valid;   /* issued, not revoked, not expired */
	int64_t expired; /* issued, not revoked */
	int64_t revoked; /* issued, also where it has expired since */
	int64_t pending;
	int64_t burned;
	int64_t profile[CA_PROFILES];                      /* of all */
	int64_t reason[CA_REASON_PRIVILEGE_WITHDRAWN + 1]; /* of revoked */
};

/* One certificate. Texts are owned. */
struct ca_report_row {
	char serial_text[CA_SERIAL_TEXT_SIZE];
	char *profile;
	char *name;
	char *names;
	int64_t not_before; /* times: seconds since 1970-01-01 UTC */
	int64_t not_after;
	int64_t reserved_at;
	int64_t revoked_at; /* 0: it is not */
	const char *reason; /* static; NULL: it is not */
	bool renewed;       /* a later one of this name was issued */
};

/* Zero-initialised is empty and valid. */
struct ca_report_rows {
	struct ca_report_row item[CA_REPORT_ROWS];
	size_t count;
};

/* The expiries in one part of the timeline. */
struct ca_report_bar {
	int64_t from;  /* its first second; it ends where the next begins */
	int64_t count; /* certificates that end in it, not revoked */
};

struct ca_report_timeline {
	struct ca_report_bar bar[CA_REPORT_BARS];
	unsigned months; /* that each of them is long */
	int64_t until;   /* where the last one ends */
	int64_t later;   /* certificates that end after it */
};

/* An approval that was counted. */
struct ca_report_approval {
	char *approver; /* owned; as the policy of that day calls them */
	uint8_t spki_sha256[CA_SHA256_SIZE]; /* of their key */
	int64_t approved_at;
	int64_t expires_at;
};

/* A certificate, and the approvals that were counted for it. */
struct ca_report_approved {
	char serial_text[CA_SERIAL_TEXT_SIZE];
	char *profile; /* owned, as the two below */
	char *name;
	char *state; /* "issued", "pending", "burned" */
	struct ca_report_approval approval[CA_APPROVALS_MAX];
	size_t count; /* in the order of counting */
};

/* A request manifest that was taken in. */
struct ca_report_manifest {
	int64_t taken_at;
	int64_t expires_at;
	char *host; /* owned; who asks, as the manifest says */
	uint8_t spki_sha256[CA_SHA256_SIZE]; /* of the key that signed it */
};

/* A response manifest that a CA's key signed. */
struct ca_report_response {
	int64_t entry; /* up to which the head was signed: response-ENTRY.txt */
	int64_t signed_at;
	uint8_t sha256[CA_SHA256_SIZE]; /* of its body */
};

/* What was refused, of a stick or of an order. */
struct ca_report_refusal {
	int64_t entry;
	int64_t time;
	char *detail; /* owned */
};

/* What came in, who approved it, and what went out: the last ones first. */
struct ca_report_exchange {
	int64_t approvals;    /* counted, of all certificates */
	int64_t certificates; /* that they were counted for */
	int64_t manifests;    /* taken in */
	int64_t responses;    /* signed */
	struct ca_report_approved approved[CA_REPORT_ROWS];
	size_t approved_count;
	struct ca_report_manifest manifest[CA_REPORT_ROWS];
	size_t manifest_count;
	struct ca_report_response response[CA_REPORT_ROWS];
	size_t response_count;
	int64_t refusals; /* among the last CA_REPORT_WALK_MAX entries */
	struct ca_report_refusal refusal[CA_REPORT_ROWS]; /* of those */
	size_t refusal_count;
};

/* Why somebody has to come back. */
enum ca_visit {
	CA_VISIT_OPEN,     /* an interrupted run left entries open */
	CA_VISIT_PLAN,     /* a plan is under way */
	CA_VISIT_RENEW,    /* certificates are at two thirds of their life */
	CA_VISIT_CRL,      /* a CRL's nextUpdate */
	CA_VISIT_OCSP,     /* the same of OCSP responses */
	CA_VISIT_CA_RENEW, /* a CA certificate is at two thirds of its life */
	CA_VISIT_CA_END,   /* it ends */
};

/* One row of the calendar. */
struct ca_report_visit {
	enum ca_visit why;
	int64_t by;    /* at the latest */
	int64_t count; /* certificates or entries; 1 of the others */
	enum ca_authority authority; /* whose CA it is about; CA_AUTHORITIES:
					none */
	char *name;                  /* of the first; owned; NULL: none */
};

/* Zero-initialised is empty and valid. */
struct ca_report {
	int64_t made_at;
	uint8_t identity[CA_SHA256_SIZE]; /* of the ledger: its first entry */
	struct ca_head head;
	struct ca_signed_head last_signed;
	bool has_signed;
	struct ca_report_ca *ca; /* owned; by authority, as in ledgers */
	size_t cas;
	struct ca_report_counts counts;
	struct ca_report_rows next;    /* valid ones, which end first */
	struct ca_report_rows revoked; /* revoked ones, the last first */
	struct ca_report_rows open;    /* pending ones */
	struct ca_report_exchange exchange;
	struct ca_report_timeline timeline;
	struct ca_report_visit visit[CA_REPORT_VISITS]; /* by time */
	size_t visits;
	int64_t visits_left;    /* rows for which there is no room */
	int64_t renewals_later; /* that fall due in over ten years */
	int64_t walked;         /* certificates whose renewal was looked at */
	bool walked_all;        /* they are all that are valid */
	struct ca_plan plan;    /* where has_plan */
	bool has_plan;
	uint8_t policy_sha256[CA_SHA256_SIZE]; /* that was recorded last */
	bool has_policy;
};

/*
 * Reads LEDGER as it is at NOW. *RET is new; ca_report_clear() it.
 *
 * CA_ERR_LEDGER  it can not be read, or a row does not have its form
 * CA_ERR_INPUT   what it has of a CA is no certificate
 */
CA_CHECKED enum ca_code ca_report_make(struct ca_ledger *ledger, int64_t now,
    struct ca_report *ret, struct ca_error *err);

/* When CERTIFICATE's holder is to have another: two thirds of its life. */
int64_t ca_report_due(int64_t not_before, int64_t not_after);

/* Frees what REPORT holds and makes it empty. Accepts NULL. */
void ca_report_clear(struct ca_report *report);

/* A pause that ends a session for its minutes. Seconds. */
#define CA_MINUTES_PAUSE (INT64_C(8) * 3600)

/* One entry of the chain, and what it speaks of. Borrowed during a callback. */
struct ca_minute {
	int64_t id;
	int64_t time;            /* seconds since 1970-01-01 UTC */
	enum ca_entry_kind kind; /* as stored: may be one that is unknown */
	const char *word;        /* "issued"; static */
	const char *detail;
	const uint8_t *hash;     /* CA_SHA256_SIZE octets */
	const char *serial_text; /* NULL, as all below: of no certificate */
	const char *authority;   /* that signs it */
	const char *profile;
	const char *name;
	const char *subject;
	const char *names;
	int64_t not_after; /* 0: of no certificate */
	bool open;         /* its certificate is pending */
	/* NULL, as all below: of an entry that has none. */
	const char *approvers; /* of an issued certificate: "anna, bob" */
	const uint8_t *signer; /* SHA-256 of the key that signed the approval or
				  the request manifest */
	int64_t expires_at;    /* of it; 0: of neither */
	const uint8_t *response; /* SHA-256 of the response manifest's body that
				    the head names */
};

/* Returns false to stop. */
typedef bool (*ca_minute_fn)(const struct ca_minute *minute, void *arg);

/*
 * Calls FN for each entry after the one of number AFTER, up to UNTIL, in the
 * order of the chain. The ledger can not be written meanwhile.
 *
 * CA_ERR_LEDGER  it can not be read, or a row does not have its form
 */
CA_CHECKED enum ca_code ca_minutes_list(struct ca_ledger *ledger, int64_t after,
    int64_t until, ca_minute_fn fn, void *arg, struct ca_error *err);

/*
 * The last entry before the last session, 0 where there is none: from the
 * newest entry back, a session goes on to the first pause of more than
 * CA_MINUTES_PAUSE.
 */
CA_CHECKED enum ca_code ca_minutes_last_session(struct ca_ledger *ledger,
    int64_t *ret_after, struct ca_error *err);

/* The last entry that was written before TIME; 0: none was. */
CA_CHECKED enum ca_code ca_minutes_before(struct ca_ledger *ledger,
    int64_t time, int64_t *ret_after, struct ca_error *err);

/*
 * Entry ID as a head, and in *RET_SIGNED whether a CA's key signed it: a signed
 * head covers it, or it is the one that holds the signature.
 *
 * CA_ERR_LEDGER  there is no such entry
 */
CA_CHECKED enum ca_code ca_minutes_head(struct ca_ledger *ledger, int64_t id,
    struct ca_head *ret, bool *ret_signed, struct ca_error *err);

#endif
