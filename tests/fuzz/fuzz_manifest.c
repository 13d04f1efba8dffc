/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request manifest, and as a response manifest. */
#include <openssl/err.h>

#include "coldca/manifest.h"
#include "coldca/response.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ca_manifest manifest = { .profile = NULL };
	struct ca_response response = { .crl = NULL };
	struct ca_error err = { 0 };
	enum ca_code rc;

	rc = ca_manifest_parse("fuzz", data, size, &manifest, &err);
	require(rc == CA_OK || err.message[0] != '\0');
	require((rc == CA_OK) == (manifest.profile != NULL));
	if (rc == CA_OK)
		require(ca_manifest_is(data, size));
	rc = ca_response_parse("fuzz", data, size, &response, &err);
	require(rc == CA_OK || err.message[0] != '\0');
	require(rc == CA_OK || response.file == NULL);
	ca_manifest_clear(&manifest);
	ca_response_clear(&response);
	require(ERR_peek_error() == 0);
	return 0;
}
