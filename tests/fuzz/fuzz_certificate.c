/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a certificate: read back, linted, and its PEM read again. What
 * is shown of it holds no control character.
 */
#include <openssl/err.h>
#include <string.h>

#include "coldca/certificate.h"
#include "coldca/lint.h"
#include "fuzz/fuzz.h"

static void
check_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		require((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void
check_shown(const struct ca_certificate *certificate)
{
	const struct ca_names *names = ca_certificate_names(certificate);

	check_text(ca_certificate_subject_text(certificate));
	check_text(ca_certificate_common_name(certificate));
	check_text(ca_certificate_serial_text(certificate));
	for (size_t i = 0; i < names->count; i++)
		check_text(names->item[i].text);
}

static void
check_lint(const struct ca_certificate *certificate)
{
	struct ca_findings findings = { 0 };

	ca_lint(certificate, NULL, CA_LINT_PROFILES, &findings);
	for (size_t i = 0; i < findings.count; i++)
		check_text(findings.item[i].text);
	ca_findings_clear(&findings);
}

/* The PEM of a certificate is that certificate. */
static void
check_pem(const struct ca_certificate *certificate)
{
	const struct ca_bytes *der = ca_certificate_der(certificate);
	const struct ca_bytes *again;
	struct ca_bytes pem = { 0 };
	struct ca_certificates read = { 0 };
	struct ca_error err = { 0 };

	require(ca_certificate_append_pem(certificate, &pem, &err) == CA_OK);
	require(ca_certificates_parse("fuzz", pem.data, pem.len, &read, &err) ==
	    CA_OK);
	require(read.count == 1);
	again = ca_certificate_der(read.item[0]);
	require(again->len == der->len &&
	    memcmp(again->data, der->data, der->len) == 0);
	ca_certificates_clear(&read);
	ca_bytes_free(&pem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ca_certificate *certificate = NULL;
	struct ca_error err = { 0 };
	enum ca_code rc = ca_certificate_parse(data, size, &certificate, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	require((rc == CA_OK) == (certificate != NULL));
	require(ERR_peek_error() == 0);
	if (rc != CA_OK)
		return 0;
	check_shown(certificate);
	check_lint(certificate);
	check_pem(certificate);
	rc = ca_certificate_check_issuer(certificate, certificate, &err);
	require(rc == CA_OK || rc == CA_ERR_POLICY);
	ca_certificate_free(certificate);
	return 0;
}
