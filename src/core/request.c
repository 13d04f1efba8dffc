/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/request.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "core/certs_place.h"
#include "core/host_key.h"
#include "core/profile_file.h"
#include "core/request_internal.h"

#define TENANT_SIZE 21 /* bytes of a 64-bit number, with the NUL */

/* What a key that is to be certified again must be, as any other. */
static enum ca_code
check_key(EVP_PKEY *key, const char *path, struct ca_error *err)
{
	struct ca_findings findings = { 0 };
	struct ca_key_info info;
	enum ca_code rc;

	rc = ca_key_describe(key, &info, err);
	if (rc != CA_OK)
		return ca_error_prefix(err, "%s", path);
	ca_key_check(key, &findings);
	rc = ca_findings_code(&findings);
	if (rc != CA_OK) {
		(void)ca_fail(err, rc, "%s: %s", path,
		    findings.count > 0 ? findings.item[0].text : "unfit");
		ca_hint(err, "--new-key makes another one");
	}
	ca_findings_clear(&findings);
	return rc;
}

static enum ca_code
read_key(const struct ca_certs_place *place, const char *name, EVP_PKEY **ret,
    struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc;

	rc = ca_path_join(place->path, name, &path, err);
	if (rc == CA_OK)
		rc = ca_host_key_read_at(place->fd, name, path, ret, NULL, err);
	if (rc == CA_OK)
		rc = check_key(*ret, path, err);
	free(path);
	return rc;
}

static enum ca_code
make_names(const struct ca_request *request, const char *common_name,
    struct ca_request_files *names, struct ca_error *err)
{
	const char *before =
	    request->which == CA_REQUEST_KEY_PENDING ? CA_PENDING_DIR "/" : "";
	struct {
		const char *suffix;
		char **ret;
		bool wanted;
	} parts[] = {
		{ ".key", &names->key, true },
		{ ".csr", &names->csr, true },
		{ ".key.pk8", &names->pkcs8, request->pkcs8 },
		{ ".manifest", &names->manifest, request->manifest },
	};
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < sizeof(parts) / sizeof(parts[0]);
	     i++) {
		char *file = NULL;

		if (!parts[i].wanted)
			continue;
		rc = ca_profile_file(request->profile, common_name,
		    parts[i].suffix, &file, err);
		if (rc == CA_OK)
			rc = ca_text_format(parts[i].ret, err, "%s%s", before,
			    file);
		free(file);
	}
	return rc;
}

static enum ca_code
make_content(const struct ca_request *request, const char *common_name,
    EVP_PKEY *key, struct ca_request_content *content, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (request->which != CA_REQUEST_KEY_THERE)
		rc = ca_host_key_pem(key, &content->key, err);
	if (rc == CA_OK && request->pkcs8)
		rc = ca_host_key_der(key, &content->pkcs8, err);
	if (rc == CA_OK)
		rc = ca_request_csr(request, common_name, key, &content->csr,
		    err);
	return rc;
}

/* Makes the directory where it is missing, and holds it against an install. */
static enum ca_code
open_place(const char *path, bool make, struct ca_certs_place *place,
    struct ca_error *err)
{
	int fd = -1;
	enum ca_code rc;

	if (make) {
		rc = ca_dir_open(path, 0700, &fd, err);
		if (rc != CA_OK)
			return rc;
		(void)close(fd);
	}
	return ca_certs_place_open(path, place, err);
}

/* The common name, as the certificate will have it; TENANT holds a number's */
static const char *
find_common_name(const struct ca_request *request, char tenant[TENANT_SIZE])
{
	const struct ca_profile *profile = request->profile;

	switch (profile->names) {
	case CA_NAMES_USER:
		return request->user;
	case CA_NAMES_TENANT:
		(void)snprintf(tenant, TENANT_SIZE, "%" PRIu64,
		    request->tenant);
		return request->tenant == 0 ? NULL : tenant;
	case CA_NAMES_HOSTS:
	case CA_NAMES_NONE:
		break;
	}
	if (profile->common_name != NULL)
		return profile->common_name;
	for (size_t i = 0; i < request->hosts->count; i++)
		if (strlen(request->hosts->item[i].text) <= CA_CN_MAX)
			return request->hosts->item[i].text;
	return NULL;
}

static enum ca_code
check_request(const struct ca_request *request, const char *common_name,
    struct ca_error *err)
{
	const struct ca_profile *profile = request->profile;

	if (ca_profile_takes_hosts(profile) && request->hosts->count == 0)
		return ca_fail(err, CA_ERR_INPUT, "%s: no names to ask for",
		    profile->name);
	if (common_name == NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: no name of at most %d characters for the common name",
		    profile->name, CA_CN_MAX);
	if (request->for_group && geteuid() != 0) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "a key for a group must be owned by root");
		ca_hint(err,
		    "CockroachDB reads a key with mode 0640 only where root owns it: run as root");
		return CA_ERR_POLICY;
	}
	return CA_OK;
}

enum ca_code
ca_request_make(const char *path, const struct ca_request *request,
    struct ca_request_files *ret, struct ca_error *err)
{
	const bool there = request->which == CA_REQUEST_KEY_THERE;
	char tenant[TENANT_SIZE];
	const char *common_name = find_common_name(request, tenant);
	struct ca_certs_place place = { .fd = -1, .parent = -1 };
	struct ca_request_content content = { 0 };
	struct ca_request_files names = { 0 };
	EVP_PKEY *key = NULL;
	enum ca_code rc;

	rc = check_request(request, common_name, err);
	if (rc == CA_OK)
		rc = make_names(request, common_name, &names, err);
	/* Before the lock: a long RSA key takes its time. */
	if (rc == CA_OK && !there)
		rc = ca_host_key_make(request->key_kind, request->rsa_bits,
		    &key, err);
	if (rc == CA_OK)
		rc = open_place(path, !there, &place, err);
	if (rc == CA_OK && there)
		rc = read_key(&place, names.key, &key, err);
	if (rc == CA_OK)
		rc = make_content(request, common_name, key, &content, err);
	if (rc == CA_OK && request->manifest)
		rc = ca_request_manifest(request, &place, key, &content.csr,
		    &content.manifest, err);
	if (rc == CA_OK)
		rc = ca_request_write(place.fd, path, request, &names, &content,
		    err);
	if (rc == CA_OK) {
		*ret = names;
		names = (struct ca_request_files){ 0 };
	}
	ca_host_key_wipe(&content.key);
	ca_host_key_wipe(&content.pkcs8);
	ca_bytes_free(&content.csr);
	ca_bytes_free(&content.manifest);
	ca_request_files_clear(&names);
	EVP_PKEY_free(key);
	ca_certs_place_close(&place);
	return rc;
}

void
ca_request_files_clear(struct ca_request_files *files)
{
	free(files->key);
	free(files->csr);
	free(files->pkcs8);
	free(files->manifest);
	*files = (struct ca_request_files){ 0 };
}
