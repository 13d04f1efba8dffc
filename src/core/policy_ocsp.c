/* SPDX-License-Identifier: Apache-2.0 */
/* The URL at which clients ask whether a certificate is revoked. */
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "core/policy_yaml.h"

#define SCHEME "http://"

/* A host with or without a port, then path segments (RFC 3986 section 3). */
static bool
is_plain(const char *text)
{
	static const char permitted[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "-._~:/[]";
	size_t len = strlen(text);

	return strspn(text, permitted) == len && text[0] != '/' && len > 0 &&
	    text[len - 1] != '/';
}

enum ca_code
ca_policy_read_ocsp_url(struct ca_policy_reader *reader,
    const yaml_node_t *node, void *field)
{
	char **url = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	/* RFC 6960 section 3.1 knows no other; the response is signed. */
	if (strncmp(text, SCHEME, strlen(SCHEME)) == 0 &&
	    is_plain(text + strlen(SCHEME)) && strlen(text) < CA_OCSP_URL_MAX)
		return ca_text_format(url, reader->err, "%s", text);
	rc = ca_policy_yaml_fail(reader, node,
	    "%s: not a URL that can go into certificates", text);
	ca_hint(reader->err,
	    "\"http://HOST/PATH\", without a slash at its end; the serial number follows it");
	return rc;
}
