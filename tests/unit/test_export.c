/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/export.h"

#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static struct ca_certificate *two[2];
static const struct ca_certificates cas = { two, 2 };

static int
make_cas(void **state)
{
	struct ca_signer *signer = soft_signer(NULL);

	(void)state;
	two[0] = soft_ca(signer, SOFT_NOW);
	two[1] = soft_ca(signer, SOFT_NOW - 3600);
	ca_signer_free(signer);
	return 0;
}

static int
free_cas(void **state)
{
	(void)state;
	ca_certificate_free(two[0]);
	ca_certificate_free(two[1]);
	return 0;
}

/* The export as text; free() it. */
static char *export(enum ca_export_format format, const char *cluster_id)
{
	struct ca_bytes made = { 0 };
	struct ca_error err;

	assert_ok(ca_export_make(format, &cas, cluster_id, &made, &err), &err);
	assert_ok(ca_bytes_append(&made, "", 1, &err), &err);
	return (char *)made.data;
}

static void
has_text(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, text);
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void
takes_a_cluster_id_only_in_its_own_form(void **state)
{
	static const char *const bad[] = { "", "x",
		"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f", /* one too few */
		"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f00",
		"0F1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
		"0f1e2d3c04b5a-6978-8796-a5b4c3d2e1f0",
		"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1\"0" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ca_cluster_id_valid(bad[i]))
			fail_msg("%s", bad[i]);
	assert_true(
	    ca_cluster_id_valid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"));
}

static void
puts_a_blank_line_between_certificates_only_for_the_cloud(void **state)
{
	static const struct {
		enum ca_export_format format;
		const char *between;
	} rows[] = {
		{ CA_EXPORT_PEM, "-----END CERTIFICATE-----\n-----BEGIN" },
		{ CA_EXPORT_CLOUD_API,
		    "-----END CERTIFICATE-----\\n\\n-----BEGIN" },
		{ CA_EXPORT_TERRAFORM,
		    "-----END CERTIFICATE-----\n\n-----BEGIN" },
		{ CA_EXPORT_VAULT, "-----END CERTIFICATE-----\\n-----BEGIN" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = export(rows[i].format, NULL);

		has_text(text, rows[i].between);
		free(text);
	}
}

static void
writes_what_vault_writes(void **state)
{
	char *text = export(CA_EXPORT_VAULT, NULL);
	static const char *const parts[] = { "\"request_id\": \"",
		"\"lease_id\": \"\"", "\"renewable\": false",
		"\"lease_duration\": 0", "\"data\": {",
		"\"certificate\": \"-----BEGIN CERTIFICATE-----\\n",
		/* without a last newline */
		"-----END CERTIFICATE-----\",\n    \"expiration\": ",
		"\"issuing_ca\": \"-----BEGIN CERTIFICATE-----\\n",
		"\"serial_number\": \"", "\"wrap_info\": null",
		"\"warnings\": null", "\"auth\": null" };

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		has_text(text, parts[i]);
	/* both where ca.crt is made of it, the newest as the issuer */
	assert_int_equal(count(text, "BEGIN CERTIFICATE"), 3);
	free(text);
}

static void
writes_a_fingerprint_for_each_in_hex_and_in_words(void **state)
{
	char *text = export(CA_EXPORT_FINGERPRINT, NULL);
	size_t words = 0;

	(void)state;
	assert_int_equal(count(text, "sha256   "), 2);
	assert_null(strstr(text, "BEGIN"));
	for (const char *line = strstr(text, "\n  "); line != NULL;
	     line = strstr(line, "\n  ")) {
		size_t len = strcspn(++line, "\n");

		for (size_t i = 2; i < len; i++)
			words += line[i] == ' ' && line[i + 1] != ' ';
	}
	assert_int_equal(words, 2 * 32);
	free(text);
}

static void
leaves_a_variable_where_terraform_has_no_cluster_id(void **state)
{
	char *text = export(CA_EXPORT_TERRAFORM, NULL);

	(void)state;
	has_text(text, "variable \"cockroach_cluster_id\" {\n");
	has_text(text, "  id            = var.cockroach_cluster_id\n");
	has_text(text,
	    "  x509_pem_cert = <<EOT\n-----BEGIN CERTIFICATE-----\n");
	has_text(text, "\n-----END CERTIFICATE-----\nEOT\n}\n");
	free(text);
	text =
	    export(CA_EXPORT_TERRAFORM, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
	assert_null(strstr(text, "variable"));
	has_text(text,
	    "  id            = \"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\"\n");
	free(text);
}

static void
names_method_and_path_for_the_cloud(void **state)
{
	struct ca_bytes line = { 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_export_cloud_request(false, NULL, &line, &err), &err);
	assert_ok(ca_export_cloud_request(true,
		      "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", &line, &err),
	    &err);
	assert_ok(ca_bytes_append(&line, "", 1, &err), &err);
	assert_string_equal((char *)line.data,
	    "POST /api/v1/clusters/{cluster_id}/client-ca-cert\n"
	    "PATCH /api/v1/clusters/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/client-ca-cert\n");
	ca_bytes_free(&line);
}

static void
makes_the_same_bytes_of_the_same_certificates(void **state)
{
	(void)state;
	for (int i = 0; i < CA_EXPORT_FORMATS; i++) {
		char *a = export((enum ca_export_format)i, NULL);
		char *b = export((enum ca_export_format)i, NULL);

		assert_string_equal(a, b);
		free(a);
		free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_cluster_id_only_in_its_own_form),
		cmocka_unit_test(
		    puts_a_blank_line_between_certificates_only_for_the_cloud),
		cmocka_unit_test(writes_what_vault_writes),
		cmocka_unit_test(
		    writes_a_fingerprint_for_each_in_hex_and_in_words),
		cmocka_unit_test(
		    leaves_a_variable_where_terraform_has_no_cluster_id),
		cmocka_unit_test(names_method_and_path_for_the_cloud),
		cmocka_unit_test(makes_the_same_bytes_of_the_same_certificates),
	};

	return cmocka_run_group_tests(tests, make_cas, free_cas);
}
