/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest beside a request. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "coldca/authority.h"
#include "coldca/manifest.h"
#include "core/request_internal.h"

/* The CAs that the host trusts now; it may trust none yet. */
static enum ca_code
find_authorities(const struct ca_certs_place *place,
    struct ca_manifest *manifest, struct ca_error *err)
{
	const char *file = ca_authority_get(CA_AUTHORITY_CLUSTER)->file;
	struct ca_certificates list = { 0 };
	struct ca_bytes pem = { 0 };
	enum ca_code rc;

	if (faccessat(place->fd, file, F_OK, 0) != 0 && errno == ENOENT)
		return CA_OK;
	rc = ca_file_read_followed_at(place->fd, file, file,
	    CA_CERTIFICATE_FILE_MAX, &pem, err);
	if (rc == CA_OK)
		rc = ca_certificates_parse(file, pem.data, pem.len, &list, err);
	for (size_t i = 0; rc == CA_OK && i < list.count &&
	     manifest->ca_count < CA_MANIFEST_CAS;
	     i++)
		memcpy(manifest->ca_sha256[manifest->ca_count++],
		    ca_certificate_key_info(list.item[i])->spki_sha256,
		    CA_SHA256_SIZE);
	ca_certificates_clear(&list);
	ca_bytes_free(&pem);
	return rc == CA_OK ? rc : ca_error_prefix(err, "%s", place->path);
}

enum ca_code
ca_request_manifest(const struct ca_request *request,
    const struct ca_certs_place *place, EVP_PKEY *key,
    const struct ca_bytes *csr, struct ca_bytes *ret_text, struct ca_error *err)
{
	/* The hosts are borrowed: it is not cleared. */
	struct ca_manifest manifest = {
		.profile = request->profile,
		.tenant = request->tenant,
		.made_at = request->now,
		.expires_at = request->now + CA_MANIFEST_LIFETIME,
	};
	struct ca_key_info info;
	enum ca_code rc = ca_key_describe(key, &info, err);

	if (rc != CA_OK)
		return rc;
	if (ca_profile_takes_hosts(request->profile))
		manifest.hosts = *request->hosts;
	memcpy(manifest.key_sha256, info.spki_sha256, CA_SHA256_SIZE);
	if (RAND_bytes(manifest.nonce, sizeof(manifest.nonce)) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random numbers");
	if (!ca_sha256_of(csr->data, csr->len, manifest.csr_sha256))
		return ca_fail_memory(err);
	rc = find_authorities(place, &manifest, err);
	if (rc == CA_OK && request->profile->names == CA_NAMES_USER)
		rc = ca_text_format(&manifest.user, err, "%s", request->user);
	if (rc == CA_OK)
		rc = ca_manifest_write(&manifest, key, ret_text, err);
	free(manifest.user);
	return rc;
}
