/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LEDGER_INTERNAL_H
#define COLDCA_CORE_LEDGER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/key.h"
#include "coldca/ledger.h"
#include "coldca/revocation.h"

struct sqlite3;
struct sqlite3_stmt;

/* The texts of the files ledger*.sql, embedded by the build. */
extern const char ca_ledger_schema[];
extern const char ca_ledger_schema_policy[];
extern const char ca_ledger_schema_head[];
extern const char ca_ledger_schema_exchange[];
extern const char ca_ledger_schema_index[];

/* Milliseconds that a question waits for who is writing. */
#define CA_LEDGER_PATIENCE 2000

/*
 * What is not in SQLite's cache is in the kernel's: KiB, where a batch signs. A
 * commit may have twice that in pages, and writes none of them before its time.
 */
#define CA_LEDGER_CACHE "PRAGMA cache_size = -1000"
#define CA_LEDGER_SPILL "PRAGMA cache_spill = 500" /* pages of 4 KiB */
#define CA_LEDGER_SPILL_EARLY \
	"PRAGMA cache_size = -256; PRAGMA cache_spill = 64"

#define CA_LEDGER_FORMAT_OLDEST 2   /* the oldest that is read */
#define CA_LEDGER_FORMAT_POLICY 3   /* the first with policies */
#define CA_LEDGER_FORMAT_HEAD 4     /* the first with signed heads */
#define CA_LEDGER_FORMAT_EXCHANGE 5 /* the first with approvals and manifests */
#define CA_LEDGER_FORMAT_INDEX 6    /* the first that finds by few octets */

/*
 * Conditions on table or alias C, to be had by an index: that the key, or the r,
 * of a certificate is VALUE. The indexes have the first eight octets, and before
 * CA_LEDGER_FORMAT_INDEX all of them.
 */
#define CA_LEDGER_BY_KEY(c, value)                                  \
	"substr(" c ".spki_sha256, 1, 8) = substr(" value ", 1, 8)" \
	" AND " c ".spki_sha256 = " value
#define CA_LEDGER_BY_R(c, value)                                \
	"substr(" c ".ecdsa_r, 1, 8) = substr(" value ", 1, 8)" \
	" AND " c ".ecdsa_r = " value

/*
 * Makes a ledger of format FROM (0: an empty file) one of format TO, in the
 * transaction that is open. False: SQLite refused.
 */
bool ca_ledger_upgrade(struct sqlite3 *db, int from, int to);

/* Why what an earlier run left open is burned. */
#define CA_LEDGER_LEFT_PENDING "left pending by an earlier run"

#define CA_LEDGER_APPLICATION 1668246628 /* "cold": application_id */

/* The statements that are prepared once and kept. */
enum ca_ledger_statement {
	CA_LEDGER_BEGIN,
	CA_LEDGER_BEGIN_READ,
	CA_LEDGER_COMMIT,
	CA_LEDGER_ROLLBACK,
	CA_LEDGER_LAST_ENTRY,
	CA_LEDGER_ADD_ENTRY,
	CA_LEDGER_ADD_CERTIFICATE,
	CA_LEDGER_ISSUE,
	CA_LEDGER_BURN,
	CA_LEDGER_FIRST_PENDING,
	CA_LEDGER_FIND_CERTIFICATE,
	CA_LEDGER_ADD_AUTHORITY,
	CA_LEDGER_FIND_AUTHORITIES,
	CA_LEDGER_FIND_CURRENT,
	CA_LEDGER_FIND_RETIRED,
	CA_LEDGER_FIND_KEY_URI,
	CA_LEDGER_FIND_NONCE,
	CA_LEDGER_FIND_DISCLOSED,
	CA_LEDGER_ADD_PASSPORT,
	CA_LEDGER_FIND_PASSPORT,
	CA_LEDGER_FIND_PLAN,
	CA_LEDGER_FIND_PLAN_STEP,
	CA_LEDGER_FIND_PLAN_HOST,
	CA_LEDGER_FIND_REVOCATION,
	CA_LEDGER_ADD_REVOCATION,
	CA_LEDGER_FIND_COMPROMISED,
	CA_LEDGER_NEXT_TO_REVOKE,
	CA_LEDGER_NEXT_STATUS,
	CA_LEDGER_COUNT_LIVE,
	CA_LEDGER_LAST_CRL,
	CA_LEDGER_CRL_ENTRIES,
	CA_LEDGER_CRL_BURNED,
	CA_LEDGER_FIND_BURNED_REVOKED,
	CA_LEDGER_ADD_CRL,
	CA_LEDGER_ADD_OCSP,
	CA_LEDGER_FIND_KEY_USES,
	CA_LEDGER_FIND_RSA_KEYS,
	CA_LEDGER_FIND_USER,
	CA_LEDGER_FIND_LAST_OF,
	CA_LEDGER_LAST_POLICY,
	CA_LEDGER_FIND_POLICY,
	CA_LEDGER_ADD_POLICY,
	CA_LEDGER_FIRST_ENTRY,
	CA_LEDGER_ENTRIES_BACK,
	CA_LEDGER_LAST_SIGNED,
	CA_LEDGER_ADD_HEAD,
	CA_LEDGER_ADD_CRL_PART,
	CA_LEDGER_CRL_PARTS,
	CA_LEDGER_FIND_EVENTS,
	CA_LEDGER_FIND_POLICY_OF,
	CA_LEDGER_FIND_OPEN,
	CA_LEDGER_FIND_PENDING,
	CA_LEDGER_FIND_NEWER,
	CA_LEDGER_SESSION_START,
	CA_LEDGER_ISSUED_AFTER,
	CA_LEDGER_ADD_STATEMENT,
	CA_LEDGER_ADD_APPROVAL,
	CA_LEDGER_FIND_APPROVALS,
	CA_LEDGER_ADD_MANIFEST,
	CA_LEDGER_FIND_MANIFEST,
	CA_LEDGER_ADD_RESPONSE,
	CA_LEDGER_FIND_RESPONSE,
	CA_LEDGER_STATEMENTS
};

/* What the next entry follows. */
struct ca_ledger_tip {
	int64_t id; /* 0: it will be the first */
	int64_t time;
	uint8_t hash[CA_SHA256_SIZE];
};

struct ca_ledger {
	struct sqlite3 *db;
	char *path;                           /* what messages call it */
	int format;                           /* of the file, as it is now */
	const struct ca_approvals *approvals; /* borrowed; or NULL */
	int lock;     /* the directory, locked by the one writer; -1: not */
	bool joined;  /* ca_ledger_join() */
	bool spoiled; /* what is joined can not be committed */
	bool waited;  /* in vain, for who reads: not as long again */
	void (*on_wait)(const char *path); /* or NULL */
	bool keeps_journal; /* of one commit for the next, until it is closed */
	bool has_last;      /* in the transaction that is open */
	struct ca_ledger_tip last;
	struct sqlite3_stmt *session; /* of a writer, as long as it lasts */
	struct sqlite3_stmt *statement[CA_LEDGER_STATEMENTS];
};

struct ca_pending {
	const struct ca_draft *draft; /* borrowed */
};

/* One line of the chain. Borrowed. */
struct ca_ledger_entry {
	int64_t id;
	int64_t time;
	int64_t kind;          /* enum ca_entry_kind */
	const uint8_t *serial; /* CA_SERIAL_SIZE octets, or NULL */
	const char *detail;
	size_t detail_len;
	const uint8_t *sha256; /* of what it speaks of, or NULL */
};

/* What a pending entry speaks of: the row as it was reserved. Borrowed. */
struct ca_ledger_reserved {
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	const char *authority;
	const char *profile;
	const char *name;
	const char *subject;
	const char *names;
	int64_t not_before;
	int64_t not_after;
	int64_t reserved_at;
	const uint8_t *spki_sha256;
	const uint8_t *issuer_spki_sha256;
	const uint8_t *tbs;
	size_t tbs_len;
	const uint8_t *tbs_sha256; /* NULL: tbs is yet to be hashed */
	const uint8_t *csr;        /* NULL: there was no request */
	size_t csr_len;
};

/* What a CA's entry speaks of. Borrowed. */
struct ca_ledger_authority_row {
	const char *authority;
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	const char *key_uri;
	bool standby;
	int64_t created_at;
};

/* What an entry about the passport of a CA's key speaks of. Borrowed. */
struct ca_ledger_passport_row {
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	const char *passport;
	size_t passport_len;
	int64_t created_at;
};

/* What an entry about a revocation speaks of. Borrowed. */
struct ca_ledger_revocation_row {
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	int64_t reason;        /* enum ca_reason */
	int64_t revoked_at;
};

/* What an entry about a CRL speaks of. Borrowed. */
struct ca_ledger_crl_row {
	const uint8_t *issuer_spki_sha256;
	int64_t number;
	int64_t this_update;
	int64_t next_update;
	const uint8_t *crl_sha256; /* of its DER */
};

/* What an entry about a signed head speaks of. Borrowed. */
struct ca_ledger_head_row {
	int64_t signed_entry;
	const uint8_t *hash;
	const uint8_t *signer_spki_sha256;
	const char *algorithm;
	int64_t signed_at;
	const uint8_t *signature;
	size_t signature_len;
	const uint8_t *response; /* SHA-256 of one, or NULL */
};

/* What an entry about an approval speaks of. Borrowed. */
struct ca_ledger_approval_row {
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	const char *approver;
	const uint8_t *spki_sha256; /* of the approver's key */
	const uint8_t *tbs_sha256;
	int64_t approved_at;
	int64_t expires_at;
	const uint8_t *statement; /* SHA-256 of its text */
};

/* What an entry about a request manifest speaks of. Borrowed. */
struct ca_ledger_manifest_row {
	const uint8_t *nonce;
	size_t nonce_len;
	const char *host;
	const uint8_t *spki_sha256;
	int64_t expires_at;
	int64_t taken_at;
	const uint8_t *statement; /* SHA-256 of its text */
};

/* One of the responses that an entry speaks of. Borrowed. */
struct ca_ledger_ocsp_row {
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	const uint8_t *signer_spki_sha256;
	int64_t this_update;
	int64_t next_update;
	const uint8_t *sha256; /* of the OCSPResponse */
	const uint8_t *r;      /* of its ECDSA signature, or NULL */
	size_t r_len;
};

/* The hashes; ledger_hash.c says how they are made. */
CA_CHECKED enum ca_code
ca_ledger_hash_entry(const struct ca_ledger_entry *entry,
    const uint8_t previous[CA_SHA256_SIZE], uint8_t ret_hash[CA_SHA256_SIZE],
    struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_reserved(const struct ca_ledger_reserved *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_authority(const struct ca_ledger_authority_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_passport(const struct ca_ledger_passport_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_revocation(const struct ca_ledger_revocation_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code ca_ledger_hash_crl(const struct ca_ledger_crl_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_head(const struct ca_ledger_head_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_approval(const struct ca_ledger_approval_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code
ca_ledger_hash_manifest(const struct ca_ledger_manifest_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);

/*
 * The hash of many rows: begun with zeros in HASH, each row's hash goes over
 * the one before.
 */
CA_CHECKED enum ca_code
ca_ledger_hash_ocsp(const struct ca_ledger_ocsp_row *row,
    uint8_t hash[CA_SHA256_SIZE], struct ca_error *err);
CA_CHECKED enum ca_code ca_ledger_sha256(const void *data, size_t len,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);

/* Turns what SQLite has just said about DB into an error. */
enum ca_code ca_ledger_fail(const char *path, struct sqlite3 *db,
    struct ca_error *err);

/* Says that a row does not have the form that the schema demands. */
enum ca_code ca_ledger_fail_row(const struct ca_ledger *ledger,
    struct ca_error *err);

/* Fails with MESSAGE about the certificate of SERIAL. */
enum ca_code ca_ledger_fail_serial(const struct ca_ledger *ledger,
    const uint8_t *serial, const char *message, struct ca_error *err);

/* The SQL of WHICH; static. */
const char *ca_ledger_statement_sql(enum ca_ledger_statement which);

/* The statement WHICH, reset and without values. *RET is borrowed. */
CA_CHECKED enum ca_code ca_ledger_prepare(struct ca_ledger *ledger,
    enum ca_ledger_statement which, struct sqlite3_stmt **ret,
    struct ca_error *err);

/*
 * The first row of the statement WHICH for the LEN octets of KEY, its first
 * value. *RET_FOUND is false without one. On success *RET is borrowed, and so
 * is KEY, until ca_ledger_leave().
 */
CA_CHECKED enum ca_code ca_ledger_find(struct ca_ledger *ledger,
    enum ca_ledger_statement which, const void *key, size_t len,
    struct sqlite3_stmt **ret, bool *ret_found, struct ca_error *err);

/*
 * Whether STMT gives a row, once: what was bound is taken away. BOUND is what
 * binding gave, SQLITE_OK or why it failed.
 */
CA_CHECKED enum ca_code ca_ledger_has_row(struct ca_ledger *ledger,
    struct sqlite3_stmt *stmt, int bound, bool *ret, struct ca_error *err);

/* Resets STMT and takes its values away. Accepts NULL. */
void ca_ledger_leave(struct sqlite3_stmt *stmt);

/* Runs a statement that gives no row, and resets it. */
CA_CHECKED enum ca_code ca_ledger_run(struct ca_ledger *ledger,
    struct sqlite3_stmt *stmt, struct ca_error *err);

/*
 * Until ca_ledger_join_end() what would be transactions are one, which is made
 * as a whole or not at all: what fails of it takes the rest with it.
 */
CA_CHECKED enum ca_code ca_ledger_join(struct ca_ledger *ledger,
    struct ca_error *err);

/*
 * Makes durable what was joined. False: it failed, or something of it had, and
 * nothing of it has happened.
 */
CA_CHECKED bool ca_ledger_join_end(struct ca_ledger *ledger);

/* Starts a transaction that writes. */
CA_CHECKED enum ca_code ca_ledger_begin(struct ca_ledger *ledger,
    struct ca_error *err);

/*
 * Ends it: commits where RC, the result so far, is CA_OK, and otherwise leaves
 * nothing behind and returns RC, with ERR as it was.
 */
CA_CHECKED enum ca_code ca_ledger_end(struct ca_ledger *ledger, enum ca_code rc,
    struct ca_error *err);

/*
 * Makes NOW no earlier than the last entry, in the transaction that is open: a
 * clock that is put back in the middle of a session stands still instead.
 */
CA_CHECKED enum ca_code ca_ledger_not_before_last(struct ca_ledger *ledger,
    int64_t *now, struct ca_error *err);

/*
 * Adds ENTRY at the end of the chain; its id is set here, its detail cut, and
 * its time never before that of the last one.
 */
CA_CHECKED enum ca_code ca_ledger_append(struct ca_ledger *ledger,
    struct ca_ledger_entry entry, struct ca_error *err);

/*
 * The r of the ECDSA signature of the object in the LEN bytes of DER: a
 * Certificate, CertificateList or BasicOCSPResponse. Empty where it is not
 * signed by ECDSA. *RET is new.
 */
CA_CHECKED enum ca_code ca_ledger_nonce(const uint8_t *der, size_t len,
    struct ca_bytes *ret, struct ca_error *err);

/*
 * Appends r of the ECDSA-Sig-Value in the LEN bytes of DER (RFC 3279 section
 * 2.2.3) to RET.
 *
 * CA_ERR_INPUT  it is none
 */
CA_CHECKED enum ca_code ca_ledger_append_r(const uint8_t *der, size_t len,
    struct ca_bytes *ret, struct ca_error *err);

/*
 * Whether the key of ISSUER_SPKI_SHA256 made a signature with R before: then
 * *RET_WHAT says on what ("serial 47..."), and is new.
 */
CA_CHECKED enum ca_code ca_ledger_find_nonce(struct ca_ledger *ledger,
    const uint8_t *issuer_spki_sha256, const struct ca_bytes *r,
    char **ret_what, struct ca_error *err);

/*
 * Adds the entry that the key of SPKI_SHA256 repeated the r of OTHER, SERIAL
 * being the certificate that is not issued for it, or NULL.
 */
CA_CHECKED enum ca_code ca_ledger_append_disclosed(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, const uint8_t *serial, const char *other,
    int64_t now, struct ca_error *err);

/* The same in a transaction of its own, and says so: CA_ERR_TOKEN. */
CA_CHECKED enum ca_code ca_ledger_disclose(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, const char *other, int64_t now,
    struct ca_error *err);

/* CA_ERR_TOKEN: the key of ISSUER_SPKI_SHA256 once repeated an r. */
CA_CHECKED enum ca_code ca_ledger_check_disclosed(struct ca_ledger *ledger,
    const uint8_t *issuer_spki_sha256, struct ca_error *err);

/* Says so. */
enum ca_code ca_ledger_fail_disclosed(struct ca_error *err);

/*
 * Keeps TEXT, once, in the transaction that is open, and says what names it.
 */
CA_CHECKED enum ca_code ca_ledger_keep_statement(struct ca_ledger *ledger,
    const struct ca_bytes *text, uint8_t ret_sha256[CA_SHA256_SIZE],
    struct ca_error *err);

/*
 * Records that ROW, whose statement is TEXT, was counted for its serial, in the
 * transaction that is open. ROW's statement is not read.
 */
CA_CHECKED enum ca_code ca_ledger_append_approval(struct ca_ledger *ledger,
    const struct ca_ledger_approval_row *row, const struct ca_bytes *text,
    int64_t now, struct ca_error *err);

/*
 * Records the approvals that count for DRAFT, which is pending, in the
 * transaction that is open.
 */
CA_CHECKED enum ca_code ca_ledger_append_approvals(struct ca_ledger *ledger,
    const struct ca_draft *draft, int64_t now, struct ca_error *err);

/*
 * Records DETAIL about CERTIFICATE's serial as an entry of KIND, in the
 * transaction that is open.
 */
CA_CHECKED enum ca_code ca_ledger_append_about(struct ca_ledger *ledger,
    enum ca_entry_kind kind, const struct ca_certificate *certificate,
    const char *detail, int64_t now, struct ca_error *err);

/*
 * Records the certificate of SERIAL as revoked, as an entry of KIND and a row
 * of its own, in the transaction that is open.
 */
CA_CHECKED enum ca_code ca_ledger_append_revoked(struct ca_ledger *ledger,
    enum ca_entry_kind kind, const uint8_t *serial, enum ca_reason reason,
    int64_t now, struct ca_error *err);

/*
 * The reason of a revocation in COLUMN: its number, or the word of a burned
 * serial's.
 *
 * CA_ERR_LEDGER  it is none
 */
CA_CHECKED enum ca_code ca_ledger_reason(const struct ca_ledger *ledger,
    struct sqlite3_stmt *stmt, int column, enum ca_reason *ret,
    struct ca_error *err);

/* Records that CERTIFICATE, a CA's, is current or retired from now on; the same. */
CA_CHECKED enum ca_code ca_ledger_append_standing(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, enum ca_standing standing,
    int64_t now, struct ca_error *err);

/* CA_ERR_POLICY: the key of SPKI_SHA256 is a CA's that is compromised. */
CA_CHECKED enum ca_code ca_ledger_check_compromised(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, struct ca_error *err);

/*
 * Whether the key of SPKI_SHA256 may sign a CRL or OCSP response: one that is
 * disclosed only once it is compromised too, for the last CRL.
 */
CA_CHECKED enum ca_code ca_ledger_check_status_key(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, struct ca_error *err);

/* The directory of LEDGER's file. *RET_DIR is new. */
CA_CHECKED enum ca_code ca_ledger_dir(const struct ca_ledger *ledger,
    char **ret_dir, struct ca_error *err);

struct ca_spool;

/*
 * The CRL of ENTRY, whose column crl is the LEN bytes at INLINED, in *RET,
 * which is new. Nothing is parsed.
 */
CA_CHECKED enum ca_code ca_ledger_load_crl(struct ca_ledger *ledger,
    int64_t entry, const uint8_t *inlined, size_t len, struct ca_spool *ret,
    struct ca_error *err);

/*
 * Whether a certificate of NAME was issued that was reserved after that of
 * SERIAL.
 */
CA_CHECKED enum ca_code ca_ledger_has_newer(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], const char *name, bool *ret,
    struct ca_error *err);

/*
 * Burns the pending row of SERIAL, with WHY as the entry's detail, in the
 * transaction that is open.
 */
CA_CHECKED enum ca_code ca_ledger_append_burned(struct ca_ledger *ledger,
    const uint8_t *serial, const char *why, int64_t now, struct ca_error *err);

/* Releases statements, database and lock, but not LEDGER itself. */
void ca_ledger_release(struct ca_ledger *ledger);

/* "issued": what entries of KIND are called; static. */
const char *ca_ledger_kind_word(int64_t kind);

/* Finds the state that WORD names; false where there is none. */
bool ca_state_parse(const char *word, enum ca_state *ret_state);

#endif
