/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: fill_ledger LEDGER ISSUE EXPIRING REVOKE [KEY]
 *
 * Makes a ledger large through its own interface. ISSUE certificates go into
 * it, nodes and clients by turns, each with a name of its own and one of KEYS
 * keys, for a year; the first EXPIRING of them for ten days. Then the first
 * REVOKE of all that are issued and are no CA's are revoked for keyCompromise.
 *
 * The cluster CA of the ledger issues them, with the key in the file KEY (PEM),
 * which must be its own. A ledger that is missing is made, and its CA with that
 * key, or with one that is thrown away.
 *
 * All is as durable as ever, so a memory file system (/dev/shm) is the place
 * for a million. Prints "ISSUED SECONDS REVOKED SECONDS".
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "coldca/bundle.h"
#include "coldca/ledger.h"
#include "coldca/revocation.h"
#include "coldca/sigalg.h"
#include "core/draft_internal.h"

#define GROUP ((size_t)1024) /* certificates of one durable write */
#define WORKERS_MAX 16
#define KEYS 256    /* making one costs as much as all the rest */
#define WHO_SIZE 48 /* bytes of "node0000001.example.com", with the NUL */
#define SIGNATURE_MAX 1024 /* bytes */
#define DAY INT64_C(86400)

/* Who signs. */
struct issuer {
	struct ca_certificate *certificate; /* NULL: its own is being made */
	EVP_PKEY *key;
	const struct ca_sigalg *algorithm;
};

struct one {
	struct ca_grant grant;
	struct ca_draft *draft;
	struct ca_certificate *certificate;
	char *name;
};

/* A host's key, as a grant has it. */
struct host_key {
	struct ca_bytes spki;
	struct ca_key_info info;
};

struct group {
	const struct issuer *issuer;
	const struct host_key *keys; /* KEYS of them */
	struct one item[GROUP];
	size_t count;
	size_t first; /* number of item[0] among all */
	size_t expiring;
	size_t workers;
};

struct worker {
	pthread_t thread;
	struct group *group;
	size_t from;
};

static void
need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fill_ledger: %s\n", what);
	exit(1);
}

static void
must(enum ca_code rc, const struct ca_error *err)
{
	need(rc == CA_OK, err->message);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	need(key != NULL, "no key can be made");
	return key;
}

static void
describe(EVP_PKEY *key, struct host_key *ret)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	struct ca_error err = { 0 };

	need(len > 0, "a key without an encoding");
	must(ca_bytes_append(&ret->spki, der, (size_t)len, &err), &err);
	must(ca_key_describe(key, &ret->info, &err), &err);
	OPENSSL_free(der);
}

/* The grant of PROFILE for WHO and KEY, as vetting gives it. */
static void
grant(struct ca_grant *ret, enum ca_profile_id profile, const char *who,
    const struct host_key *key, int64_t lifetime)
{
	struct ca_grant made = { .profile = ca_profile_get(profile) };
	struct ca_name host = { 0 };
	struct ca_error err = { 0 };

	must(ca_bytes_append(&made.spki, key->spki.data, key->spki.len, &err),
	    &err);
	made.key = key->info;
	made.lifetime = lifetime != 0 ? lifetime : made.profile->lifetime;
	made.common_name =
	    strdup(made.profile->common_name != NULL ? made.profile->common_name
						     : who);
	if (profile == CA_PROFILE_NODE) {
		must(ca_host_parse(who, &host, &err), &err);
		must(ca_names_add(&made.names, &host, &err), &err);
		ca_name_clear(&host);
	}
	*ret = made;
}

static void
sign(const struct issuer *issuer, const struct ca_bytes *tbs,
    struct ca_bytes *ret)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL;
	uint8_t signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	struct ca_error err = { 0 };

	need(ctx != NULL &&
		EVP_DigestSignInit_ex(ctx, &key_ctx, issuer->algorithm->digest,
		    NULL, NULL, issuer->key, NULL) == 1,
	    "signing");
	if (issuer->algorithm->pss)
		need(EVP_PKEY_CTX_set_rsa_padding(key_ctx,
			 RSA_PKCS1_PSS_PADDING) > 0 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx,
			    RSA_PSS_SALTLEN_DIGEST) > 0,
		    "signing");
	need(EVP_DigestSign(ctx, signature, &len, tbs->data, tbs->len) == 1,
	    "signing");
	EVP_MD_CTX_free(ctx);
	must(ca_bytes_append(ret, signature, len, &err), &err);
}

/* ONE's draft and certificate, from its grant. */
static void
make(struct one *one, const struct issuer *issuer)
{
	struct ca_bytes signature = { 0 }, der = { 0 };
	struct ca_findings findings = { 0 };
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error err = { 0 };

	must(ca_serial_make(NULL, 0, serial, &err), &err);
	must(ca_draft_new(&one->grant, issuer->certificate, issuer->algorithm,
		 serial, (int64_t)time(NULL), &one->draft, &findings, &err),
	    &err);
	sign(issuer, ca_draft_tbs(one->draft), &signature);
	must(ca_certificate_assemble(ca_draft_tbs(one->draft),
		 issuer->algorithm, &signature, &der, &err),
	    &err);
	must(ca_certificate_parse(der.data, der.len, &one->certificate, &err),
	    &err);
	must(ca_bundle_name(&one->grant, &one->name, &err), &err);
	ca_bytes_free(&signature);
	ca_bytes_free(&der);
	ca_findings_clear(&findings);
}

static void
clear(struct one *one)
{
	ca_certificate_free(one->certificate);
	ca_draft_free(one->draft);
	ca_grant_clear(&one->grant);
	free(one->name);
	*one = (struct one){ 0 };
}

static void
make_leaf(struct group *group, size_t index)
{
	size_t number = group->first + index;
	bool node = number % 2 == 0;
	int64_t days = number < group->expiring ? 10 : 365;
	char who[WHO_SIZE];

	(void)snprintf(who, sizeof(who),
	    node ? "node%07zu.example.com" : "user%07zu", number);
	grant(&group->item[index].grant,
	    node ? CA_PROFILE_NODE : CA_PROFILE_CLIENT, who,
	    &group->keys[number % KEYS], days * DAY);
	make(&group->item[index], group->issuer);
}

static void *
work(void *arg)
{
	struct worker *worker = arg;

	for (size_t i = worker->from; i < worker->group->count;
	     i += worker->group->workers)
		make_leaf(worker->group, i);
	return NULL;
}

static void
record(struct ca_ledger *ledger, const struct group *group)
{
	const struct ca_certificate *certificates[GROUP];
	const struct ca_draft *drafts[GROUP];
	struct ca_pending *pending[GROUP];
	const char *names[GROUP];
	struct ca_error err = { 0 };
	int64_t when = (int64_t)time(NULL);

	for (size_t i = 0; i < group->count; i++) {
		certificates[i] = group->item[i].certificate;
		drafts[i] = group->item[i].draft;
		names[i] = group->item[i].name;
	}
	must(ca_ledger_reserve(ledger, drafts, names, group->count, when,
		 pending, &err),
	    &err);
	must(ca_ledger_record(ledger, (const struct ca_pending *const *)pending,
		 certificates, group->count, when, &err),
	    &err);
	for (size_t i = 0; i < group->count; i++)
		ca_pending_free(pending[i]);
}

static EVP_PKEY *
read_key(const char *path)
{
	FILE *file = fopen(path, "r");
	EVP_PKEY *key =
	    file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;

	need(key != NULL, "KEY can not be read");
	(void)fclose(file);
	return key;
}

/* The cluster CA of LEDGER, or a new one. */
static void
take_issuer(struct ca_ledger *ledger, const char *path, struct issuer *ret)
{
	static const char uri[] = "pkcs11:token=bench;object=thrown-away";
	struct group *group = calloc(1, sizeof(*group));
	struct host_key key = { { NULL, 0 }, { 0 } };
	struct ca_error err = { 0 };

	need(group != NULL, "out of memory");
	if (ca_ledger_authority(ledger, CA_AUTHORITY_CLUSTER, &ret->certificate,
		NULL, &err) == CA_OK) {
		need(path != NULL, "KEY is needed: the ledger has a CA");
		ret->key = read_key(path);
		need(EVP_PKEY_eq(ret->key,
			 ca_certificate_key(ret->certificate)) == 1,
		    "KEY is not the CA's");
		must(ca_sigalg_of_certificate(ret->certificate, &ret->algorithm,
			 &err),
		    &err);
		free(group);
		return;
	}
	ret->key = path != NULL ? read_key(path) : make_key();
	must(ca_sigalg_for_key(ret->key, &ret->algorithm, &err), &err);
	describe(ret->key, &key);
	grant(&group->item[0].grant, CA_PROFILE_CA, "", &key, 0);
	ca_bytes_free(&key.spki);
	make(&group->item[0], ret);
	group->count = 1;
	record(ledger, group);
	must(ca_ledger_set_authority(ledger, CA_AUTHORITY_CLUSTER,
		 group->item[0].certificate, uri, (int64_t)time(NULL), &err),
	    &err);
	ret->certificate = group->item[0].certificate;
	group->item[0].certificate = NULL;
	clear(&group->item[0]);
	free(group);
}

static void
issue(struct ca_ledger *ledger, size_t count, size_t expiring, const char *path)
{
	struct group *groups = calloc(2, sizeof(*groups));
	struct host_key *keys = calloc(KEYS, sizeof(*keys));
	struct worker workers[WORKERS_MAX];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct issuer issuer = { 0 };
	size_t made = 0;

	need(groups != NULL && keys != NULL, "out of memory");
	for (size_t i = 0; i < KEYS; i++) {
		EVP_PKEY *key = make_key();

		describe(key, &keys[i]);
		EVP_PKEY_free(key);
	}
	take_issuer(ledger, path, &issuer);
	/* While one group is written, the next one is made. */
	for (size_t turn = 0; made < count || groups[turn % 2].count > 0;
	     turn++) {
		struct group *ready = &groups[turn % 2];
		struct group *next = &groups[(turn + 1) % 2];
		size_t left = count - made;

		next->issuer = &issuer;
		next->keys = keys;
		next->first = made;
		next->expiring = expiring;
		next->count = left < GROUP ? left : GROUP;
		next->workers =
		    processors < WORKERS_MAX ? (size_t)processors : WORKERS_MAX;
		for (size_t i = 0; i < next->workers; i++) {
			workers[i] =
			    (struct worker){ .group = next, .from = i };
			need(pthread_create(&workers[i].thread, NULL, work,
				 &workers[i]) == 0,
			    "no thread");
		}
		if (ready->count > 0)
			record(ledger, ready);
		for (size_t i = 0; i < ready->count; i++)
			clear(&ready->item[i]);
		ready->count = 0;
		for (size_t i = 0; i < next->workers; i++)
			(void)pthread_join(workers[i].thread, NULL);
		made += next->count;
	}
	ca_certificate_free(issuer.certificate);
	EVP_PKEY_free(issuer.key);
	for (size_t i = 0; i < KEYS; i++)
		ca_bytes_free(&keys[i].spki);
	free(keys);
	free(groups);
}

struct revoking {
	struct ca_ledger *ledger;
	size_t left;
	size_t count;
	uint8_t serials[GROUP * CA_SERIAL_SIZE];
};

static void
revoke_group(struct revoking *revoking)
{
	struct ca_error err = { 0 };

	if (revoking->count > 0)
		must(ca_ledger_revoke(revoking->ledger, revoking->serials,
			 revoking->count, CA_REASON_KEY_COMPROMISE,
			 (int64_t)time(NULL), &err),
		    &err);
	revoking->count = 0;
}

static bool
take_row(const struct ca_ledger_row *row, void *arg)
{
	struct revoking *revoking = arg;

	if (revoking->left == 0)
		return false;
	if (strcmp(row->profile, ca_profile_get(CA_PROFILE_CA)->name) == 0)
		return true;
	memcpy(revoking->serials + revoking->count * CA_SERIAL_SIZE,
	    row->serial, CA_SERIAL_SIZE);
	revoking->left--;
	if (++revoking->count == GROUP)
		revoke_group(revoking);
	return true;
}

static void
revoke_all(struct ca_ledger *ledger, size_t count)
{
	const struct ca_ledger_filter filter = { .state = CA_STATE_ISSUED };
	struct revoking *revoking = calloc(1, sizeof(*revoking));
	struct ca_error err = { 0 };

	need(revoking != NULL, "out of memory");
	revoking->ledger = ledger;
	revoking->left = count;
	must(ca_ledger_list(ledger, &filter, take_row, revoking, &err), &err);
	revoke_group(revoking);
	need(revoking->left == 0, "there are not so many to revoke");
	free(revoking);
}

int
main(int argc, char **argv)
{
	size_t number[3] = { 0 };
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };
	double start, issued, revoked;

	for (int i = 0; argc >= 5 && i < 3; i++) {
		char *end = NULL;

		number[i] = (size_t)strtoull(argv[i + 2], &end, 10);
		if (end == argv[i + 2] || *end != '\0')
			argc = 0;
	}
	if (argc != 5 && argc != 6) {
		fprintf(stderr,
		    "usage: fill_ledger LEDGER ISSUE EXPIRING REVOKE [KEY]\n");
		return 2;
	}
	if (access(argv[1], F_OK) != 0)
		must(ca_ledger_create(argv[1], (int64_t)time(NULL),
			 "made by fill_ledger", &err),
		    &err);
	must(ca_ledger_open(argv[1], true, &ledger, &err), &err);
	start = now();
	if (number[0] > 0)
		issue(ledger, number[0], number[1], argc == 6 ? argv[5] : NULL);
	issued = now();
	if (number[2] > 0)
		revoke_all(ledger, number[2]);
	revoked = now();
	printf("%zu %.3f %zu %.3f\n", number[0], issued - start, number[2],
	    revoked - issued);
	ca_ledger_close(ledger);
	return 0;
}
