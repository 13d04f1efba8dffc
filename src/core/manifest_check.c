/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a request manifest is to be believed. */
#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "core/manifest_internal.h"

enum ca_code
ca_manifest_check_content(const struct ca_manifest *manifest, const char *what,
    const struct ca_bytes *content, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE];

	if (!ca_sha256_of(content->data, content->len, sha256))
		return ca_fail_memory(err);
	if (memcmp(sha256, manifest->csr_sha256, sizeof(sha256)) == 0)
		return CA_OK;
	(void)ca_fail_rule(err, CA_ERR_POLICY, "manifest-edited",
	    "%s: the request is not the one that the host made: it was edited or exchanged",
	    what);
	ca_hint(err, "take the files from the host once more");
	return CA_ERR_POLICY;
}

enum ca_code
ca_manifest_check_key(const struct ca_manifest *manifest, const char *what,
    const struct ca_csr *csr, struct ca_error *err)
{
	if (memcmp(ca_csr_key_info(csr)->spki_sha256, manifest->key_sha256,
		CA_SHA256_SIZE) != 0)
		return ca_fail_rule(err, CA_ERR_POLICY, "manifest-key",
		    "%s: names another key than the request has", what);
	return ca_manifest_verify(manifest, what, ca_csr_key(csr), err);
}

enum ca_code
ca_manifest_check_time(const struct ca_manifest *manifest, const char *what,
    int64_t now, struct ca_error *err)
{
	char at[CA_TIME_TEXT_SIZE], is[CA_TIME_TEXT_SIZE];

	ca_time_format(now, is);
	if (manifest->made_at > now + CA_MANIFEST_SKEW) {
		ca_time_format(manifest->made_at, at);
		(void)ca_fail_rule(err, CA_ERR_POLICY, "manifest-future",
		    "%s: was made at %s, and it is %s", what, at, is);
		ca_hint(err, "one of the two clocks is wrong: find out which");
		return CA_ERR_POLICY;
	}
	if (manifest->expires_at <= now) {
		ca_time_format(manifest->expires_at, at);
		(void)ca_fail_rule(err, CA_ERR_POLICY, "manifest-expired",
		    "%s: was good until %s, and it is %s", what, at, is);
		ca_hint(err,
		    "have the host make it again: coldca request --reuse-key --manifest");
		return CA_ERR_POLICY;
	}
	if (manifest->expires_at - manifest->made_at > CA_MANIFEST_LIFETIME_MAX)
		return ca_fail_rule(err, CA_ERR_POLICY, "manifest-lifetime",
		    "%s: is good for more than %d days", what,
		    (int)(CA_MANIFEST_LIFETIME_MAX / INT64_C(86400)));
	return CA_OK;
}

static bool
is_of(const struct ca_manifest *manifest,
    const struct ca_certificates *certificates)
{
	for (size_t i = 0; i < certificates->count; i++) {
		const struct ca_key_info *key =
		    ca_certificate_key_info(certificates->item[i]);

		for (size_t k = 0; k < manifest->ca_count; k++)
			if (memcmp(key->spki_sha256, manifest->ca_sha256[k],
				CA_SHA256_SIZE) == 0)
				return true;
	}
	return false;
}

enum ca_code
ca_manifest_check_ca(const struct ca_manifest *manifest, const char *what,
    const struct ca_certificates *lists, size_t count, struct ca_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (is_of(manifest, &lists[i]))
			return CA_OK;
	if (manifest->ca_count == 0)
		return CA_OK;
	(void)ca_fail_rule(err, CA_ERR_POLICY, "manifest-other-ca",
	    "%s: the host trusts another CA than those of this ledger", what);
	ca_hint(err, "is this the right CA directory for this host?");
	return CA_ERR_POLICY;
}
