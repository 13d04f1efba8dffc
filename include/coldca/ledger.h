/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_LEDGER_H
#define COLDCA_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/certificate.h"
#include "coldca/draft.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/moduli.h"
#include "coldca/passport.h"

#define CA_LEDGER_SCHEMA 6         /* version of the file's format */
#define CA_LEDGER_FILE "ledger.db" /* in the CA directory */
#define CA_LEDGER_TEXT_MAX 4096    /* bytes of one entry's detail */

/* The register of everything the CA did: one SQLite file. */
struct ca_ledger;

/*
 * A draft that the ledger has recorded, fsynced, and that may therefore be
 * signed. Only ca_ledger_reserve() makes one, and the issuing code signs
 * nothing else.
 */
struct ca_pending;

/*
 * For a program that uses SQLite for nothing but ledgers, before it opens one and
 * before it has threads: SQLite keeps no account of its memory, each piece of which
 * would take a lock.
 */
void ca_ledger_own_sqlite(void);

/* The life of a certificate. The words are the ledger's own. */
enum ca_state {
	CA_STATE_PENDING = 1, /* recorded; the token may have signed it */
	CA_STATE_ISSUED,      /* signed and recorded */
	CA_STATE_BURNED,  /* never finished; its serial is never used again */
	CA_STATE_REVOKED, /* issued, and revoked since */
};

/* What kind of entry. Values are stored: added at the end, never renumbered. */
enum ca_entry_kind {
	CA_ENTRY_CREATED = 1,         /* the ledger itself */
	CA_ENTRY_CA_CREATED = 2,      /* a CA certificate; serial set */
	CA_ENTRY_REFUSED = 3,         /* a request that was not signed */
	CA_ENTRY_PENDING = 4,         /* serial set */
	CA_ENTRY_ISSUED = 5,          /* serial set */
	CA_ENTRY_BURNED = 6,          /* serial set */
	CA_ENTRY_NOTE = 7,            /* anything else worth remembering */
	CA_ENTRY_PASSPORT = 8,        /* of a CA's key; the CA's serial set */
	CA_ENTRY_TOKEN_CHANGE = 9,    /* a new passport, accepted; the same */
	CA_ENTRY_DISCLOSED = 10,      /* the token repeated an ECDSA r; serial
				      set where it is about a certificate,
				      which was not issued */
	CA_ENTRY_REVOKED = 11,        /* serial set */
	CA_ENTRY_COMPROMISED = 12,    /* a CA's key; its certificate's serial */
	CA_ENTRY_CRL = 13,            /* a CRL was issued */
	CA_ENTRY_OCSP = 14,           /* OCSP responses were made */
	CA_ENTRY_BURNED_REVOKED = 15, /* a burned serial is revoked: the token
				    may have signed it; serial set, the
				    reason is the detail */
	CA_ENTRY_APPROVAL = 16,       /* an approval was counted; serial set */
	CA_ENTRY_MANIFEST = 17,       /* a request manifest was taken in */
	CA_ENTRY_STANDING = 20,  /* a CA became "current" or "retired", which
				    is the detail; its serial set */
	CA_ENTRY_PLAN = 21,      /* a plan began; serial of the new CA set */
	CA_ENTRY_PLAN_STEP = 22, /* a step of it began, or its end; the same */
	CA_ENTRY_PLAN_HOST = 23, /* a host has what the step sends; the same */
	CA_ENTRY_POLICY = 30,    /* another policy is in force from here on */
	CA_ENTRY_PLAN_GONE = 24, /* a host is gone for good; the same */
	CA_ENTRY_HEAD = 40,      /* a CA's key signed the entry before it */
};

/* One certificate as the ledger shows it; borrowed during a callback. */
struct ca_ledger_row {
	const uint8_t *serial;   /* CA_SERIAL_SIZE octets */
	const char *serial_text; /* hex */
	enum ca_state state;
	const char *authority;             /* "cluster": the CA that signs it */
	const uint8_t *issuer_spki_sha256; /* of that CA's key */
	const char *profile;               /* "node" */
	const char *name;    /* bundle name: "node-node1.example.com" */
	const char *subject; /* RFC 4514 */
	const char *names;   /* alternative names, comma separated */
	int64_t not_before;  /* seconds since 1970-01-01 UTC */
	int64_t not_after;
	int64_t reserved_at;
	int64_t issued_at;          /* 0: not issued */
	int64_t revoked_at;         /* 0: not revoked */
	const char *reason;         /* why it is revoked; NULL: it is not */
	const uint8_t *certificate; /* DER; NULL: not issued */
	size_t certificate_len;
	const uint8_t *csr; /* DER; NULL: there was no request */
	size_t csr_len;
	const uint8_t *tbs; /* DER of what was to be signed; NULL: it was */
	size_t tbs_len;
};

/* Which rows to list; zero-initialised: all of them. */
struct ca_ledger_filter {
	const char *profile; /* NULL: any */
	const char *name;    /* NULL: any; equal to the row's name */
	const char *prefix;  /* NULL: any; what the row's name begins with */
	const char *user;    /* NULL: any; whose client certificates */
	const char *host;    /* NULL: any; among the alternative names, spelled
				as ca_host_parse() does */
	const char *serial;  /* NULL: any; hex text */
	int state;           /* 0 or less: any; otherwise enum ca_state;
				CA_STATE_REVOKED: also what was burned and
				revoked, whose state stays burned, after all
				others */
	int64_t ends_from;   /* notAfter, both included; 0: whenever */
	int64_t ends_until;
	int64_t issued_from; /* when it was issued; the same */
	int64_t issued_until;
	bool newest_first; /* by when they were given out */
};

/* Return false to stop the listing. */
typedef bool (*ca_ledger_row_fn)(const struct ca_ledger_row *row, void *arg);

/*
 * Makes a new ledger file at PATH, mode 0600, with its first entry DETAIL. It
 * appears complete or not at all.
 *
 * CA_ERR_FILE    a file is there already, or it can not be written
 * CA_ERR_LEDGER  SQLite refused
 */
CA_CHECKED enum ca_code ca_ledger_create(const char *path, int64_t now,
    const char *detail, struct ca_error *err);

/*
 * Opens the ledger at PATH, not following a link there. WRITE asks for the
 * one writer's place in that directory and holds it until ca_ledger_close(),
 * so that ca_ledger_settle() burns nothing that another process is signing.
 * Others can read meanwhile. *RET_LEDGER is new, closed with
 * ca_ledger_close(). What an interrupted run left half written is undone. A
 * ledger of an older format is read as it is, and where WRITE is asked for made
 * one of today's first; nothing that is in it changes.
 *
 * CA_ERR_FILE    there is none, it is a link, or it can not be opened
 * CA_ERR_LEDGER  not a ledger, damaged, of another format than this program's,
 *                or another process is writing
 */
CA_CHECKED enum ca_code ca_ledger_open(const char *path, bool write,
    struct ca_ledger **ret_ledger, struct ca_error *err);

/*
 * The same to write, waiting up to PATIENCE seconds while another process has
 * the writer's place.
 */
CA_CHECKED enum ca_code ca_ledger_open_waiting(const char *path,
    int64_t patience, struct ca_ledger **ret_ledger, struct ca_error *err);

/*
 * Records DRAFTS as pending, all of them or none, durable on return.
 * NAMES[i] is the bundle's name of drafts[i]. RET_PENDING has room for COUNT
 * pointers; each is new, freed with ca_pending_free(), and borrows its draft.
 *
 * CA_ERR_LEDGER  a serial was used before, the disk is full, ...
 * CA_ERR_TOKEN   the key that is to sign once repeated an ECDSA r
 * CA_ERR_POLICY  it is compromised (ca_ledger_compromise())
 */
CA_CHECKED enum ca_code ca_ledger_reserve(struct ca_ledger *ledger,
    const struct ca_draft *const *drafts, const char *const *names,
    size_t count, int64_t now, struct ca_pending **ret_pending,
    struct ca_error *err);

/*
 * Records CERTIFICATES as issued, all of them or none, durable on return.
 * Each belongs to the pending entry of the same index. A NULL certificate
 * burns its entry: the token did not sign it.
 *
 * A certificate whose ECDSA signature has an r that the same key used before
 * is not issued: its entry is burned, what happened is recorded, its place in
 * CERTIFICATES becomes NULL, the others are recorded, and CA_ERR_TOKEN is
 * returned. ca_ledger_reserve() takes no draft for that key ever after. On any
 * other failure nothing is recorded.
 */
CA_CHECKED enum ca_code ca_ledger_record(struct ca_ledger *ledger,
    const struct ca_pending *const *pending,
    const struct ca_certificate **certificates, size_t count, int64_t now,
    struct ca_error *err);

/*
 * Records an issued certificate of profile ca as the certificate of AUTHORITY.
 * KEY_URI names its key on the token (RFC 7512, without a PIN). A later one of
 * the same authority becomes the current one.
 */
CA_CHECKED enum ca_code ca_ledger_set_authority(struct ca_ledger *ledger,
    enum ca_authority authority, const struct ca_certificate *certificate,
    const char *key_uri, int64_t now, struct ca_error *err);

/*
 * The same for a CA whose key stands by on another token: it never becomes the
 * current one, and comes after all that do in ca_ledger_authorities().
 */
CA_CHECKED enum ca_code ca_ledger_add_standby(struct ca_ledger *ledger,
    enum ca_authority authority, const struct ca_certificate *certificate,
    const char *key_uri, int64_t now, struct ca_error *err);

/*
 * Records the passport of the key of CERTIFICATE, an authority's. The first is
 * recorded as CA_ENTRY_PASSPORT, a later one takes its place and is recorded
 * as CA_ENTRY_TOKEN_CHANGE; DETAIL says what is different.
 */
CA_CHECKED enum ca_code ca_ledger_set_passport(struct ca_ledger *ledger,
    const struct ca_certificate *certificate,
    const struct ca_passport *passport, const char *detail, int64_t now,
    struct ca_error *err);

/*
 * The last passport of the key of CERTIFICATE; *RET_FOUND says whether there
 * is one. *RET is new; ca_passport_clear() it.
 */
CA_CHECKED enum ca_code ca_ledger_passport(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_passport *ret,
    bool *ret_found, struct ca_error *err);

/*
 * What a CA certificate is good for. It begins as CURRENT, or as STANDBY where
 * it was added so; see ca_ledger_set_standing().
 */
enum ca_standing {
	CA_STANDING_CURRENT, /* signs; the last one that became so */
	CA_STANDING_STANDBY, /* is trusted, and signs only on demand */
	CA_STANDING_RETIRED, /* is neither: hosts do not get it any more */
};

/*
 * Makes CERTIFICATE, an authority's, current or retired, and records it.
 *
 * CA_ERR_INTERNAL  STANDING is standby: nothing becomes that later
 */
CA_CHECKED enum ca_code ca_ledger_set_standing(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, enum ca_standing standing,
    int64_t now, struct ca_error *err);

/*
 * The current certificate and key URI of AUTHORITY. Both are new: free them
 * with ca_certificate_free() and free(); RET_KEY_URI may be NULL.
 *
 * CA_ERR_LEDGER  there is none yet, or none that is current
 */
CA_CHECKED enum ca_code ca_ledger_authority(struct ca_ledger *ledger,
    enum ca_authority authority, struct ca_certificate **ret_certificate,
    char **ret_key_uri, struct ca_error *err);

/*
 * All certificates of AUTHORITY that are not retired: those that are or were
 * current, the last one first, and then those that stand by; appended to RET.
 */
CA_CHECKED enum ca_code ca_ledger_authorities(struct ca_ledger *ledger,
    enum ca_authority authority, struct ca_certificates *ret,
    struct ca_error *err);

/* Of these, those that are or were current; appended to RET. */
CA_CHECKED enum ca_code ca_ledger_currents(struct ca_ledger *ledger,
    enum ca_authority authority, struct ca_certificates *ret,
    struct ca_error *err);

/* Those of AUTHORITY that are retired, the last one first; appended to RET. */
CA_CHECKED enum ca_code ca_ledger_retired(struct ca_ledger *ledger,
    enum ca_authority authority, struct ca_certificates *ret,
    struct ca_error *err);

/*
 * The URI of the key of CERTIFICATE, an authority's, whatever its standing.
 * *RET_KEY_URI is new; free() it.
 *
 * CA_ERR_LEDGER  it is no authority's
 */
CA_CHECKED enum ca_code ca_ledger_key_uri(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, char **ret_key_uri,
    struct ca_error *err);

/* The same of every authority. *RET is new; ca_authorities_clear() it. */
CA_CHECKED enum ca_code ca_ledger_all_authorities(struct ca_ledger *ledger,
    struct ca_authorities *ret, struct ca_error *err);

/*
 * The first of PROFILE's signers of which there is a current CA. *RET_FOUND is false
 * where there is none.
 */
CA_CHECKED enum ca_code ca_ledger_signer_of(struct ca_ledger *ledger,
    const struct ca_profile *profile, enum ca_authority *ret_authority,
    bool *ret_found, struct ca_error *err);

/*
 * Whether a certificate of profile client was ever issued to the user NAME. By
 * several threads at once, as long as LEDGER is used for nothing else.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_ledger_has_user(struct ca_ledger *ledger,
    const char *name, bool *ret, struct ca_error *err);

/* The last certificate of a bundle's name. Zero-initialised: none. */
struct ca_ledger_last {
	struct ca_certificate *certificate; /* owned; NULL: there is none */
	int64_t reserved_at;                /* seconds since 1970-01-01 UTC */
	bool revoked;
};

/*
 * The last certificate that was issued under the bundle's NAME, revoked or not.
 * It is found by index: what other names have costs nothing. RET->certificate
 * is new; ca_certificate_free() it.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 * CA_ERR_INPUT   what it has is no certificate: it is damaged
 */
CA_CHECKED enum ca_code ca_ledger_last_of(struct ca_ledger *ledger,
    const char *name, struct ca_ledger_last *ret, struct ca_error *err);

/*
 * Records that TEXT, all of a policy.yaml, is in force from now on, unless the
 * last one recorded is the same; *RET_CHANGED says which. Signatures come under
 * the last one before them. DETAIL says in one line what is different.
 *
 * CA_ERR_LEDGER  it can not be written
 */
CA_CHECKED enum ca_code ca_ledger_set_policy(struct ca_ledger *ledger,
    const struct ca_bytes *text, const char *detail, int64_t now,
    bool *ret_changed, struct ca_error *err);

/*
 * The policy that was recorded last: SHA-256 and text. *RET_FOUND is false where
 * there is none, as in a ledger of format 2. *RET_TEXT is new where there is.
 */
CA_CHECKED enum ca_code ca_ledger_last_policy(struct ca_ledger *ledger,
    uint8_t ret_sha256[CA_SHA256_SIZE], struct ca_bytes *ret_text,
    bool *ret_found, struct ca_error *err);

/* The text of the policy of SHA256, if it was ever recorded; the same. */
CA_CHECKED enum ca_code ca_ledger_find_policy(struct ca_ledger *ledger,
    const uint8_t sha256[CA_SHA256_SIZE], struct ca_bytes *ret_text,
    bool *ret_found, struct ca_error *err);

/*
 * Between these all that is read is of one moment, and cheaper to read: the file
 * is locked once, and not for each question. Nothing may be written meanwhile.
 */
CA_CHECKED enum ca_code ca_ledger_read_begin(struct ca_ledger *ledger,
    struct ca_error *err);
void ca_ledger_read_end(struct ca_ledger *ledger);

/*
 * Makes PATH a copy of LEDGER, as of one moment: on disk, and verified
 * (ca_ledger_verify()), before it has that name.
 *
 * CA_ERR_FILE    something is there already, or it can not be written
 * CA_ERR_LEDGER  LEDGER, or the copy of it, is not what was written
 */
CA_CHECKED enum ca_code ca_ledger_backup(struct ca_ledger *ledger,
    const char *path, struct ca_error *err);

/* Adds an entry. DETAIL is cut at CA_LEDGER_TEXT_MAX. */
CA_CHECKED enum ca_code ca_ledger_note(struct ca_ledger *ledger,
    enum ca_entry_kind kind, const char *detail, int64_t now,
    struct ca_error *err);

/* The same of COUNT entries, all of them or none, in one commit. */
CA_CHECKED enum ca_code ca_ledger_note_all(struct ca_ledger *ledger,
    enum ca_entry_kind kind, const char *const *details, size_t count,
    int64_t now, struct ca_error *err);

/*
 * Burns every entry that an earlier run left pending and says how many in
 * *RET_COUNT: the token may have signed it, so its serial is never used again.
 */
CA_CHECKED enum ca_code ca_ledger_settle(struct ca_ledger *ledger, int64_t now,
    size_t *ret_count, struct ca_error *err);

/* Who wants a certificate for a key. */
struct ca_key_claim {
	const uint8_t *spki_sha256; /* CA_SHA256_SIZE octets */
	const struct ca_profile *profile;
	const char *name;        /* of the bundle: "node-node1.example.com" */
	const char *common_name; /* NULL: none */
};

/*
 * Whether A and B are for the same name. A node as a client of the others,
 * CN=node in "client-node-node1.example.com" or just "client-node", is that
 * node: it may have one key for both, as split-ca gives it.
 */
bool ca_key_claim_agrees(const struct ca_key_claim *a,
    const struct ca_key_claim *b);

/*
 * Holds CLAIM against every certificate that was issued: a key is one
 * identity's. That the same name gets another certificate for it is a renewal,
 * and no fault. What is wrong is added to FINDINGS:
 *
 * key-of-ca    the key is a CA's, whatever its standing, and this is no CA
 * key-revoked  a certificate for it is revoked, and neither because of its CA
 *              nor, a responder's, because another one took its place
 * key-reused   a certificate for it has another name
 */
CA_CHECKED enum ca_code ca_ledger_judge_key(struct ca_ledger *ledger,
    const struct ca_key_claim *claim, struct ca_findings *findings,
    struct ca_error *err);

/*
 * Adds to MODULI the RSA keys that have certificates, oldest first, of the last
 * CA_MODULI_MAX of them. They are called "certificate SERIAL, of NAME".
 */
CA_CHECKED enum ca_code ca_ledger_read_moduli(struct ca_ledger *ledger,
    struct ca_moduli *moduli, struct ca_error *err);

/*
 * Calls FN for each row of FILTER, oldest first; what ends in a time by
 * notAfter, what was issued in a time by that, what a host has by its names,
 * what has a prefix by its name, and what is revoked in the order of revocation.
 * Nothing is locked while FN runs, so it may wait for a reader of its output,
 * and may write the ledger. One row is in memory. Each filter but profile and
 * state is an index's, from format 4 on; a ledger of an older format is read
 * from end to end.
 *
 * CA_ERR_INPUT  the filter's serial is not one
 */
CA_CHECKED enum ca_code ca_ledger_list(struct ca_ledger *ledger,
    const struct ca_ledger_filter *filter, ca_ledger_row_fn fn, void *arg,
    struct ca_error *err);

/* One entry of the chain as the ledger shows it; borrowed during a callback. */
struct ca_ledger_event {
	int64_t id;       /* 1.. */
	int64_t time;     /* seconds since 1970-01-01 UTC */
	const char *kind; /* "issued": a word of coldca's; static */
	const char *detail;
	const uint8_t *hash; /* CA_SHA256_SIZE octets */
};

/* Returns false to stop. */
typedef bool (
    *ca_ledger_event_fn)(const struct ca_ledger_event *event, void *arg);

/*
 * Calls FN for each entry that speaks of the certificate of SERIAL,
 * CA_SERIAL_SIZE octets, oldest first. The ledger can not be written
 * meanwhile.
 */
CA_CHECKED enum ca_code ca_ledger_events(struct ca_ledger *ledger,
    const uint8_t *serial, ca_ledger_event_fn fn, void *arg,
    struct ca_error *err);

/*
 * The SHA-256 of the policy that was in force when SERIAL was reserved.
 * *RET_FOUND is false where there was none recorded, or there is no such
 * serial.
 */
CA_CHECKED enum ca_code ca_ledger_policy_of(struct ca_ledger *ledger,
    const uint8_t *serial, uint8_t ret_sha256[CA_SHA256_SIZE], bool *ret_found,
    struct ca_error *err);

/*
 * Checks the file, recomputes the hash chain over all entries (each entry's
 * hash is SHA-256 over the one before and its own fields, and no time is before
 * that of the entry before) and holds every certificate and authority against
 * the entries that speak of it. Every certificate is what was reserved, signed
 * by a CA of the ledger, and permitted by the policy that was in force, where
 * one was recorded. No key signed twice with one ECDSA r. Every signed head
 * (head.h) is signed by a CA of the ledger: whoever computes the chain anew can not
 * sign that anew. What was cut off or put back whole shows only against a head
 * noted elsewhere.
 *
 * CA_ERR_LEDGER  an entry or a row was changed, removed or put in; the message
 *                says which is the first
 */
CA_CHECKED enum ca_code ca_ledger_verify(struct ca_ledger *ledger,
    struct ca_error *err);

/* What was verified. */
struct ca_ledger_verified {
	int64_t entries;
	int64_t certificates; /* that were issued */
	int64_t heads;        /* signed ones */
};

/* Who is told how far it is: DONE of ALL entries, from time to time. */
struct ca_ledger_watch {
	void (*progress)(int64_t done, int64_t all, void *arg); /* or NULL */
	void *arg;
};

/*
 * The same, with THREADS beside the one that reads; 0: one for each processor.
 * RET may be NULL.
 */
CA_CHECKED enum ca_code ca_ledger_verify_with(struct ca_ledger *ledger,
    unsigned threads, struct ca_ledger_watch watch,
    struct ca_ledger_verified *ret, struct ca_error *err);

/* "pending", "issued", "burned", "revoked": static. */
const char *ca_state_name(enum ca_state state);

/* Borrowed; lives as long as PENDING's draft. */
const struct ca_draft *ca_pending_draft(const struct ca_pending *pending);

/* Both accept NULL. */
void ca_pending_free(struct ca_pending *pending);
void ca_ledger_close(struct ca_ledger *ledger);

/*
 * Has FN called, with what messages call the ledger, once for each time that
 * something has waited for a second to become durable, because somebody reads the
 * file. It goes on to wait. NULL: nobody is told, as at first.
 */
void ca_ledger_on_wait(struct ca_ledger *ledger, void (*fn)(const char *path));

/*
 * Gives back what memory only makes the next question to LEDGER faster, and what
 * was freed before: where something large is about to be made.
 */
void ca_ledger_rest(struct ca_ledger *ledger);

#endif
