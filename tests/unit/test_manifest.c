/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/manifest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/request.h"
#include "coldca/response.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define NOW INT64_C(1790000000)
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* What one host made. */
struct asked {
	struct ca_csr *csr;
	struct ca_bytes content;
	struct ca_manifest manifest;
};

static void
ask(const char *dir, struct asked *ret)
{
	struct ca_names hosts = { 0 };
	struct ca_name name = { 0 };
	struct ca_request request = { .profile =
					  ca_profile_get(CA_PROFILE_NODE),
		.key_kind = CA_KEY_P256,
		.manifest = true,
		.now = NOW };
	struct ca_request_files files = { 0 };
	struct ca_error err;
	char *text;

	assert_ok(ca_host_parse("n1.example.com", &name, &err), &err);
	assert_ok(ca_names_add(&hosts, &name, &err), &err);
	request.hosts = &hosts;
	assert_ok(ca_request_make(dir, &request, &files, &err), &err);
	assert_string_equal(files.manifest, "node.manifest");
	text = tmpdir_read(tmpdir_path(dir, "node.csr"));
	assert_ok(ca_bytes_append(&ret->content, text, strlen(text), &err),
	    &err);
	assert_ok(ca_csr_parse("csr", text, strlen(text), &ret->csr, &err),
	    &err);
	free(text);
	text = tmpdir_read(tmpdir_path(dir, "node.manifest"));
	assert_true(ca_manifest_is(text, strlen(text)));
	assert_ok(ca_manifest_parse("m", text, strlen(text), &ret->manifest,
		      &err),
	    &err);
	free(text);
	ca_request_files_clear(&files);
	ca_name_clear(&name);
	ca_names_clear(&hosts);
}

static void
forget(struct asked *asked)
{
	ca_csr_free(asked->csr);
	ca_bytes_free(&asked->content);
	ca_manifest_clear(&asked->manifest);
}

static void
assert_rule(enum ca_code rc, const struct ca_error *err, const char *rule)
{
	assert_int_equal(rc, CA_ERR_POLICY);
	assert_non_null(err->rule);
	assert_string_equal(err->rule, rule);
}

static void
says_what_the_host_asks_for(void **state)
{
	struct asked asked = { .csr = NULL };
	struct ca_error err;
	char who[21];

	ask(*state, &asked);
	assert_string_equal(asked.manifest.profile->name, "node");
	assert_string_equal(ca_manifest_who(&asked.manifest, who),
	    "n1.example.com");
	assert_int_equal(asked.manifest.made_at, NOW);
	assert_int_equal(asked.manifest.expires_at, NOW + CA_MANIFEST_LIFETIME);
	assert_int_equal(asked.manifest.ca_count, 0);
	assert_ok(ca_manifest_check_content(&asked.manifest, "m",
		      &asked.content, &err),
	    &err);
	assert_ok(ca_manifest_check_key(&asked.manifest, "m", asked.csr, &err),
	    &err);
	forget(&asked);
}

static void
refuses_what_is_not_what_was_signed(void **state)
{
	struct asked asked = { .csr = NULL };
	struct ca_error err;
	uint8_t *at;

	ask(*state, &asked);
	asked.content.data[40] ^= 1;
	assert_rule(ca_manifest_check_content(&asked.manifest, "m",
			&asked.content, &err),
	    &err, "manifest-edited");
	at = memmem(asked.manifest.text.data, asked.manifest.text.len, "n1.ex",
	    5);
	assert_non_null(at);
	at[1] = '2';
	assert_rule(ca_manifest_check_key(&asked.manifest, "m", asked.csr,
			&err),
	    &err, "manifest-signature");
	asked.manifest.key_sha256[0] ^= 1;
	assert_rule(ca_manifest_check_key(&asked.manifest, "m", asked.csr,
			&err),
	    &err, "manifest-key");
	forget(&asked);
}

static void
is_good_for_its_time_alone(void **state)
{
	struct asked asked = { .csr = NULL };
	struct ca_manifest *manifest = &asked.manifest;
	struct ca_error err;

	ask(*state, &asked);
	assert_ok(ca_manifest_check_time(manifest, "m", NOW - CA_MANIFEST_SKEW,
		      &err),
	    &err);
	assert_rule(ca_manifest_check_time(manifest, "m",
			NOW - CA_MANIFEST_SKEW - 1, &err),
	    &err, "manifest-future");
	assert_ok(ca_manifest_check_time(manifest, "m",
		      manifest->expires_at - 1, &err),
	    &err);
	assert_rule(ca_manifest_check_time(manifest, "m", manifest->expires_at,
			&err),
	    &err, "manifest-expired");
	manifest->expires_at = NOW + CA_MANIFEST_LIFETIME_MAX + 1;
	assert_rule(ca_manifest_check_time(manifest, "m", NOW, &err), &err,
	    "manifest-lifetime");
	forget(&asked);
}

static void
refuses_names_that_the_profile_does_not_have(void **state)
{
	static const char *const names[] = { "", "user max\n", "tenant 5\n",
		"host a.example.com\nuser max\n", "host -a\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ca_manifest manifest = { .profile = NULL };
		struct ca_error err;
		char text[1024];
		int len = snprintf(text, sizeof(text),
		    "coldca request v1\nnonce %.32s\nprofile node\n%scsr %s\n"
		    "key %s\nmade-at 2026-11-26T00:00:00Z\n"
		    "expires-at 2026-11-27T00:00:00Z\nsignature AAAA\n",
		    HASH, names[i], HASH, HASH);

		assert_int_equal(ca_manifest_parse("m", text, (size_t)len,
				     &manifest, &err),
		    CA_ERR_INPUT);
		assert_null(manifest.profile);
	}
}

static void
knows_the_names_of_responses(void **state)
{
	(void)state;
	assert_true(ca_response_is_name("response-12.txt"));
	assert_false(ca_response_is_name("response-.txt"));
	assert_false(ca_response_is_name("response-12.txt.bak"));
	assert_false(ca_response_is_name("response-1x.txt"));
	assert_false(ca_response_is_name("xresponse-1.txt"));
}

static void
refuses_responses_that_name_other_places(void **state)
{
	static const char *const lines[] = { "file " HASH " ../x/node.crt",
		"file " HASH " node.crt", "file " HASH " a/b/c",
		"file " HASH " a/..", "file " HASH " .hidden/node.crt",
		"file 0011 a/node.crt", "file " HASH,
		"certificate 00 a/b\nfile " HASH " a/node.crt",
		"certificate zz a\nfile " HASH " a/node.crt" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ca_response response = { .crl = NULL };
		struct ca_error err;
		char text[1024];
		int len = snprintf(text, sizeof(text),
		    "coldca response v1\nmade-at 2026-11-26T00:00:00Z\n%s\n"
		    "coldca ledger head v2\n",
		    lines[i]);

		assert_int_equal(ca_response_parse("r", text, (size_t)len,
				     &response, &err),
		    CA_ERR_INPUT);
		assert_string_equal(err.rule, "response-malformed");
		assert_non_null(strstr(err.message, "such a line says"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_what_the_host_asks_for,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    refuses_what_is_not_what_was_signed, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(is_good_for_its_time_alone,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test(refuses_names_that_the_profile_does_not_have),
		cmocka_unit_test(knows_the_names_of_responses),
		cmocka_unit_test(refuses_responses_that_name_other_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
