/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a PKCS#11 URI: taken, or refused as one, with nothing half read.
 */
#include <string.h>
#include <strings.h>

#include "coldca/token.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct ca_uri *uri = NULL;
	struct ca_error err = { 0 };
	enum ca_code rc = ca_uri_parse(text, &uri, &err);

	require(rc == CA_OK || rc == CA_ERR_USAGE);
	require((rc == CA_OK) == (uri != NULL));
	if (rc == CA_OK) {
		require(strlen(text) < CA_URI_MAX);
		require(strncasecmp(text, "pkcs11:", 7) == 0);
		require(ca_uri_pin_source(uri) == NULL ||
		    ca_uri_pin_source(uri)[0] != '\0');
		(void)ca_uri_module_path(uri);
		(void)ca_uri_object(uri);
	}
	ca_uri_free(uri);
	free(text);
	return 0;
}
