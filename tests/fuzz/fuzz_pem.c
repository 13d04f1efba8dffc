/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a file of certificates, a CRL, and a file that is to leave the
 * jumpbox: with a private key's label in it, it never may.
 */
#include <openssl/err.h>
#include <string.h>

#include "coldca/certificate.h"
#include "coldca/crl.h"
#include "coldca/exit_gate.h"
#include "fuzz/fuzz.h"

static void
check_certificates(const uint8_t *data, size_t size)
{
	struct ca_certificates read = { 0 };
	struct ca_error err = { 0 };
	enum ca_code rc =
	    ca_certificates_parse("fuzz", data, size, &read, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	require((rc == CA_OK) == (read.count > 0));
	require(read.count <= CA_CERTIFICATES_MAX);
	require(ERR_peek_error() == 0);
	ca_certificates_clear(&read);
}

static void
check_crl(const uint8_t *data, size_t size)
{
	struct ca_crl *crl = NULL;
	struct ca_error err = { 0 };
	enum ca_code rc = ca_crl_parse(data, size, &crl, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	require((rc == CA_OK) == (crl != NULL));
	require(ERR_peek_error() == 0);
	ca_crl_free(crl);
}

static void
check_gate(const uint8_t *data, size_t size)
{
	static const char label[] = "PRIVATE KEY-----";
	struct ca_bytes content = { 0 };
	struct ca_exit_known known = { 0 };
	struct ca_error err = { 0 };
	enum ca_code rc;

	require(ca_bytes_append(&content, data, size, &err) == CA_OK);
	rc = ca_exit_gate_content("fuzz", &content, &known, &err);
	require(rc != CA_OK ||
	    memmem(data, size, label, sizeof(label) - 1) == NULL);
	ERR_clear_error();
	ca_bytes_free(&content);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_certificates(data, size);
	check_crl(data, size);
	check_gate(data, size);
	return 0;
}
