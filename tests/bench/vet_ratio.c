/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: vet_ratio [COUNT]
 *
 * What it costs to read and vet one P-256 request, ca_csr_parse() and ca_vet(),
 * in verifications of one P-256 signature: "MICROSECONDS MICROSECONDS RATIO",
 * the verification first. Both are the least of several runs, taken in turns,
 * so that what else the machine does falls on both. Ends with 1 where vetting
 * costs RATIO_MAX verifications or more.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "coldca/csr.h"
#include "coldca/vet.h"

#define RUNS 15
#define RATIO_MAX 4 /* verifications; more is a failure */

struct bench {
	EVP_PKEY *key; /* as read from the request */
	unsigned char *der;
	int len;
	unsigned char tbs[300]; /* stands for a CertificationRequestInfo */
	unsigned char signature[128];
	size_t signature_len;
	struct ca_policy *policy;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "vet_ratio: %s\n", what);
	exit(1);
}

static X509_EXTENSIONS *
host(void)
{
	X509_EXTENSIONS *list = sk_X509_EXTENSION_new_null();
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	need(list != NULL && names != NULL && name != NULL && text != NULL &&
		ASN1_STRING_set(text, "node1.example.com", -1) == 1,
	    "out of memory");
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	need(sk_GENERAL_NAME_push(names, name) == 1 &&
		X509V3_add1_i2d(&list, NID_subject_alt_name, names, 0, 0) == 1,
	    "no extension");
	GENERAL_NAMES_free(names);
	return list;
}

static void
prepare(struct bench *bench)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	X509_EXTENSIONS *list = host();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const unsigned char *next;

	need(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN",
		 MBSTRING_ASC, (const unsigned char *)"node", -1, -1, 0) == 1 &&
		X509_REQ_set_pubkey(req, key) == 1 &&
		X509_REQ_add_extensions(req, list) == 1 &&
		X509_REQ_sign(req, key, EVP_sha256()) > 0,
	    "no request");
	bench->len = i2d_X509_REQ(req, &bench->der);
	bench->signature_len = sizeof(bench->signature);
	need(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
		EVP_DigestSign(context, bench->signature, &bench->signature_len,
		    bench->tbs, sizeof(bench->tbs)) == 1,
	    "no signature");
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	X509_REQ_free(req);
	next = bench->der;
	req = d2i_X509_REQ(NULL, &next, bench->len);
	bench->key = X509_REQ_get_pubkey(req);
	need(bench->key != NULL, "no key");
	X509_REQ_free(req);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

static struct ca_policy *
read_policy(void)
{
	static const char text[] = "version: 1\nmode: test\nprofiles:\n"
				   "  node:\n    dns: [\"*\"]\n"
				   "    names-from-request: true\n";
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	need(ca_policy_parse("policy.yaml", text, strlen(text), &policy,
		 &err) == CA_OK,
	    err.message);
	return policy;
}

static void
verify(const struct bench *bench)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	need(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
		 bench->key) == 1 &&
		EVP_DigestVerify(context, bench->signature,
		    bench->signature_len, bench->tbs, sizeof(bench->tbs)) == 1,
	    "does not verify");
	EVP_MD_CTX_free(context);
}

static void
vet(const struct bench *bench)
{
	struct ca_order order = { .profile = ca_profile_get(CA_PROFILE_NODE),
		.names_from_request = true };
	struct ca_grant grant = { 0 };
	struct ca_findings findings = { 0 };
	struct ca_csr *csr = NULL;
	struct ca_error err = { 0 };

	if (ca_csr_parse("bench", bench->der, (size_t)bench->len, &csr, &err) !=
		CA_OK ||
	    ca_vet(csr, &order, bench->policy, &grant, &findings, &err) !=
		CA_OK)
		need(false, err.message);
	ca_grant_clear(&grant);
	ca_findings_clear(&findings);
	ca_csr_free(csr);
}

/* Microseconds of one call, unless the least so far is less. */
static double
measure(void (*call)(const struct bench *bench), const struct bench *bench,
    long count, double least)
{
	double started = now(), took;

	for (long i = 0; i < count; i++)
		call(bench);
	took = (now() - started) / (double)count;
	return least == 0 || took < least ? took : least;
}

int
main(int argc, char **argv)
{
	struct bench bench = { 0 };
	double one = 0, vetting = 0;
	long count = argc == 2 ? strtol(argv[1], NULL, 10) : 200;

	if (argc > 2 || count < 1) {
		fprintf(stderr, "usage: vet_ratio [COUNT]\n");
		return 2;
	}
	prepare(&bench);
	bench.policy = read_policy();
	for (int i = 0; i < RUNS; i++) {
		one = measure(verify, &bench, count, one);
		vetting = measure(vet, &bench, count, vetting);
	}
	printf("%.1f %.1f %.2f\n", one, vetting, vetting / one);
	ca_policy_free(bench.policy);
	OPENSSL_free(bench.der);
	EVP_PKEY_free(bench.key);
	return vetting < RATIO_MAX * one ? 0 : 1;
}
