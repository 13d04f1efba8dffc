/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every request of tests/vectors against its line in the index: what is made of
 * it under the permissive and the strict policy, and by which rule. VECTORS in
 * the environment names another directory.
 */
#include <dirent.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "coldca/csr.h"
#include "coldca/vet.h"
#include "unit/test.h"

#define LINE_SIZE 1024
#define PATH_SIZE 4096
#define REFUSED_MIN 150 /* files */
#define ACCEPTED_MIN 40

/* One line of the index. */
struct line {
	char text[LINE_SIZE];
	const char *file, *policy, *verdict, *rule, *source;
};

/* What became of a request. */
struct result {
	enum ca_code code;
	char rule[64]; /* of the first refusal, or of the first notice */
	char why[CA_ERROR_SIZE];
};

static const char *
vectors_dir(void)
{
	const char *dir = getenv("VECTORS");

	return dir != NULL ? dir : COLDCA_VECTORS "/requests";
}

static bool
read_line(FILE *index, struct line *line)
{
	const char **fields[] = { &line->file, &line->policy, &line->verdict,
		&line->rule, &line->source };
	char *rest = line->text;

	if (fgets(line->text, sizeof(line->text), index) == NULL)
		return false;
	line->text[strcspn(line->text, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		*fields[i] = strsep(&rest, "\t");
		if (*fields[i] == NULL)
			fail_msg("%s: not five fields", line->text);
	}
	return true;
}

static FILE *
open_index(void)
{
	char path[PATH_SIZE];
	FILE *index;

	(void)snprintf(path, sizeof(path), "%s/index.tsv", vectors_dir());
	index = fopen(path, "r");
	if (index == NULL)
		fail_msg("%s: can not be read", path);
	return index;
}

static void
conclude(struct result *result, enum ca_code code,
    const struct ca_findings *findings, const struct ca_error *err)
{
	const struct ca_finding *first = NULL;

	for (size_t i = 0; i < findings->count; i++)
		if (first == NULL ||
		    (first->code == CA_OK && findings->item[i].code != CA_OK))
			first = &findings->item[i];
	result->code = code;
	if (code != CA_OK && err->rule != NULL)
		(void)snprintf(result->rule, sizeof(result->rule), "%s",
		    err->rule);
	else if (first != NULL)
		(void)snprintf(result->rule, sizeof(result->rule), "%s",
		    first->rule);
	(void)snprintf(result->why, sizeof(result->why), "%s",
	    code == CA_OK ? "" : err->message);
}

/* As policy.yaml has it, so that what is added to policies has its default. */
static struct ca_policy *
read_policy(bool strict)
{
	static const char *const texts[] = {
		"version: 1\nmode: test\nprofiles:\n  node:\n"
		"    dns: [\"*\"]\n    ip: [\"0.0.0.0/0\", \"::/0\"]\n"
		"    wildcards: true\n    names-from-request: true\n",
		"version: 1\nmode: test\nprofiles:\n  node:\n"
		"    dns: [\".example.com\"]\n    ip: [\"10.0.0.0/8\"]\n"
		"    keys: [p256, p384, rsa]\n    rsa-min-bits: 3072\n"
		"    names-from-request: true\n",
	};
	const char *text = texts[strict ? 1 : 0];
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_policy_parse("policy.yaml", text, strlen(text), &policy,
		      &err),
	    &err);
	return policy;
}

/* Strict: the request's own names; permissive: whatever it asks for. */
static void
vet(const struct ca_csr *csr, bool strict, struct result *result)
{
	struct ca_order order = { .profile = ca_profile_get(CA_PROFILE_NODE),
		.names_from_request = strict,
		.drop_extra = !strict };
	struct ca_policy *policy = read_policy(strict);
	struct ca_grant grant = { 0 };
	struct ca_findings findings = { 0 };
	struct ca_error err = { 0 };
	struct ca_name host = { 0 };
	enum ca_code rc;

	if (!strict) {
		assert_ok(ca_host_parse("node1.example.com", &host, &err),
		    &err);
		assert_ok(ca_names_add(&order.hosts, &host, &err), &err);
	}
	rc = ca_vet(csr, &order, policy, &grant, &findings, &err);
	conclude(result, rc, &findings, &err);
	if (rc == CA_OK) {
		size_t len = 0;
		const uint8_t *spki = ca_csr_spki(csr, &len);

		assert_int_equal(grant.spki.len, len);
		assert_memory_equal(grant.spki.data, spki, len);
	}
	ca_name_clear(&host);
	ca_policy_free(policy);
	ca_order_clear(&order);
	ca_grant_clear(&grant);
	ca_findings_clear(&findings);
}

/* What `inspect --permissive` does. */
static void
look(const struct ca_csr *csr, struct result *result)
{
	struct ca_findings findings = { 0 };
	struct ca_error err = { 0 };

	ca_findings_append(&findings, ca_csr_notices(csr));
	ca_key_check(ca_csr_key(csr), &findings);
	conclude(result, ca_findings_code(&findings), &findings, &err);
	ca_findings_clear(&findings);
}

/* DER that is accepted is what OpenSSL would write. */
static void
assert_reencoded(const struct ca_csr *csr, const char *file)
{
	size_t len = 0;
	const unsigned char *der = ca_csr_der(csr, &len), *next = der;
	X509_REQ *req = d2i_X509_REQ(NULL, &next, (long)len);
	unsigned char *again = NULL;
	int again_len;

	assert_non_null(req);
	(void)i2d_re_X509_REQ_tbs(req, NULL);
	again_len = i2d_X509_REQ(req, &again);
	if (again_len < 0 || (size_t)again_len != len ||
	    memcmp(der, again, len) != 0)
		fail_msg("%s: is encoded otherwise", file);
	OPENSSL_free(again);
	X509_REQ_free(req);
}

static void
judge(const struct line *line, struct result *result)
{
	struct ca_error err = { 0 };
	struct ca_bytes bytes = { 0 };
	const struct ca_findings none = { 0 };
	struct ca_csr *csr = NULL;
	char path[PATH_SIZE];
	bool strict = strcmp(line->policy, "strict") == 0;
	enum ca_code rc;

	*result = (struct result){ .code = CA_OK };
	(void)snprintf(path, sizeof(path), "%s/%s", vectors_dir(), line->file);
	assert_ok(ca_file_read(path, CA_CSR_SIZE_MAX + 1, &bytes, &err), &err);
	rc = ca_csr_parse(line->file, bytes.data, bytes.len, &csr, &err);
	ca_bytes_free(&bytes);
	if (rc != CA_OK) {
		conclude(result, rc, &none, &err);
		return;
	}
	if (strict) {
		vet(csr, true, result);
	} else {
		struct result vetted = { .code = CA_OK };

		look(csr, result);
		vet(csr, false, &vetted);
		if ((result->code == CA_OK) != (vetted.code == CA_OK))
			fail_msg("%s: vetted otherwise: %s", line->file,
			    vetted.why);
	}
	if (result->code == CA_OK)
		assert_reencoded(csr, line->file);
	ca_csr_free(csr);
}

/* Whether RESULT is what LINE says; says so where it is not. */
static bool
agrees(const struct line *line, const struct result *result)
{
	bool accept = strcmp(line->verdict, "accept") == 0;
	bool noted = strcmp(line->rule, "-") != 0;

	if ((result->code == CA_OK) == accept &&
	    (!noted || strcmp(line->rule, result->rule) == 0))
		return true;
	print_error("%s, %s: %s %s, not %s %s: %s\n", line->file, line->policy,
	    result->code == CA_OK ? "accept" : "refuse", result->rule,
	    line->verdict, line->rule, result->why);
	return false;
}

static void
gives_each_vector_its_verdict_and_rule(void **state)
{
	FILE *index = open_index();
	struct line line;
	size_t wrong = 0;

	(void)state;
	while (read_line(index, &line)) {
		struct result result;

		judge(&line, &result);
		wrong += !agrees(&line, &result);
	}
	assert_int_equal(fclose(index), 0);
	if (wrong > 0)
		fail_msg("%zu lines of the index are not as they say", wrong);
}

static void
has_enough_vectors_of_either_kind(void **state)
{
	FILE *index = open_index();
	struct line line;
	size_t refused = 0, accepted = 0;
	bool good = false;

	(void)state;
	/* Two lines for each file: it is accepted where both policies do. */
	for (size_t i = 0; read_line(index, &line); i++) {
		bool accept = strcmp(line.verdict, "accept") == 0;

		assert_string_equal(line.policy,
		    i % 2 == 0 ? "permissive" : "strict");
		good = i % 2 == 0 ? accept : good && accept;
		if (i % 2 == 1 && good)
			accepted++;
		else if (i % 2 == 1)
			refused++;
	}
	assert_int_equal(fclose(index), 0);
	assert_in_range(refused, REFUSED_MIN, 10000);
	assert_in_range(accepted, ACCEPTED_MIN, 10000);
}

static bool
is_listed(const char *file)
{
	FILE *index = open_index();
	struct line line;
	bool found = false;

	while (!found && read_line(index, &line))
		found = strcmp(line.file, file) == 0;
	assert_int_equal(fclose(index), 0);
	return found;
}

static void
lists_every_file(void **state)
{
	DIR *dir = opendir(vectors_dir());
	const struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' &&
		    strncmp(entry->d_name, "index", 5) != 0 &&
		    !is_listed(entry->d_name))
			fail_msg("%s is not in the index", entry->d_name);
	assert_int_equal(closedir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_vector_its_verdict_and_rule),
		cmocka_unit_test(has_enough_vectors_of_either_kind),
		cmocka_unit_test(lists_every_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
