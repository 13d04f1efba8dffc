/* SPDX-License-Identifier: Apache-2.0 */
/* Request manifests are written and read. */
#include "coldca/manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/statement.h"
#include "coldca/tenant.h"
#include "core/manifest_internal.h"

enum key {
	KEY_NONCE,
	KEY_PROFILE,
	KEY_HOST,
	KEY_USER,
	KEY_TENANT,
	KEY_CSR,
	KEY_KEY,
	KEY_CA,
	KEY_MADE,
	KEY_EXPIRES,
	KEYS
};

static const struct ca_statement_key keys[KEYS] = {
	[KEY_NONCE] = { "nonce", 1, 1 },
	[KEY_PROFILE] = { "profile", 1, 1 },
	[KEY_HOST] = { "host", 0, CA_NAMES_MAX },
	[KEY_USER] = { "user", 0, 1 },
	[KEY_TENANT] = { "tenant", 0, 1 },
	[KEY_CSR] = { "csr", 1, 1 },
	[KEY_KEY] = { "key", 1, 1 },
	[KEY_CA] = { "ca", 0, CA_MANIFEST_CAS },
	[KEY_MADE] = { "made-at", 1, 1 },
	[KEY_EXPIRES] = { "expires-at", 1, 1 },
};

static const struct ca_statement_form form = { "coldca request v1", keys, KEYS,
	false };

static enum ca_code
write_names(const struct ca_manifest *manifest, struct ca_bytes *text,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	char tenant[21];

	for (size_t i = 0; rc == CA_OK && i < manifest->hosts.count; i++)
		rc = ca_statement_add(text, keys[KEY_HOST].name,
		    manifest->hosts.item[i].text, err);
	if (rc == CA_OK && manifest->user != NULL)
		rc = ca_statement_add(text, keys[KEY_USER].name, manifest->user,
		    err);
	if (rc == CA_OK && manifest->tenant != 0) {
		(void)snprintf(tenant, sizeof(tenant), "%" PRIu64,
		    manifest->tenant);
		rc = ca_statement_add(text, keys[KEY_TENANT].name, tenant, err);
	}
	return rc;
}

static enum ca_code
write_rest(const struct ca_manifest *manifest, struct ca_bytes *text,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_statement_add_hex(text, keys[KEY_CSR].name,
	    manifest->csr_sha256, CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_add_hex(text, keys[KEY_KEY].name,
		    manifest->key_sha256, CA_SHA256_SIZE, err);
	for (size_t i = 0; rc == CA_OK && i < manifest->ca_count; i++)
		rc = ca_statement_add_hex(text, keys[KEY_CA].name,
		    manifest->ca_sha256[i], CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_add_time(text, keys[KEY_MADE].name,
		    manifest->made_at, err);
	if (rc == CA_OK)
		rc = ca_statement_add_time(text, keys[KEY_EXPIRES].name,
		    manifest->expires_at, err);
	return rc;
}

enum ca_code
ca_manifest_write(const struct ca_manifest *manifest, EVP_PKEY *key,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	rc = ca_statement_begin(&form, &text, err);
	if (rc == CA_OK)
		rc = ca_statement_add_hex(&text, keys[KEY_NONCE].name,
		    manifest->nonce, CA_MANIFEST_NONCE, err);
	if (rc == CA_OK)
		rc = ca_statement_add(&text, keys[KEY_PROFILE].name,
		    manifest->profile->name, err);
	if (rc == CA_OK)
		rc = write_names(manifest, &text, err);
	if (rc == CA_OK)
		rc = write_rest(manifest, &text, err);
	if (rc == CA_OK)
		rc = ca_statement_sign(&text, key, err);
	if (rc == CA_OK)
		*ret_text = text;
	else
		ca_bytes_free(&text);
	return rc;
}

bool
ca_manifest_is(const void *data, size_t len)
{
	return ca_statement_is(&form, data, len);
}

static enum ca_code
read_hosts(const struct ca_statement *statement, struct ca_manifest *manifest,
    struct ca_error *err)
{
	size_t count = ca_statement_count(statement, KEY_HOST);
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		struct ca_name name = { 0 };

		rc = ca_host_parse(ca_statement_value(statement, KEY_HOST, i),
		    &name, err);
		if (rc == CA_OK)
			rc = ca_names_add(&manifest->hosts, &name, err);
		ca_name_clear(&name);
	}
	return rc;
}

static enum ca_code
read_names(const struct ca_statement *statement, struct ca_manifest *manifest,
    struct ca_error *err)
{
	const char *user = ca_statement_value(statement, KEY_USER, 0);
	const char *tenant = ca_statement_value(statement, KEY_TENANT, 0);
	const struct ca_profile *profile = manifest->profile;
	bool fits;
	enum ca_code rc = read_hosts(statement, manifest, err);

	if (rc == CA_OK && user != NULL)
		rc = ca_user_parse(user, &manifest->user, err);
	if (rc == CA_OK && tenant != NULL)
		rc = ca_tenant_parse(tenant, &manifest->tenant, err);
	if (rc != CA_OK)
		return rc;
	fits = ca_profile_takes_hosts(profile) == (manifest->hosts.count > 0) &&
	    (profile->names == CA_NAMES_USER) == (user != NULL) &&
	    (profile->names == CA_NAMES_TENANT) == (tenant != NULL);
	return fits
	    ? CA_OK
	    : ca_fail(err, CA_ERR_INPUT,
		  "its names are not those of the profile %s", profile->name);
}

/* Of those profiles that a host can ask for. */
static enum ca_code
read_profile(const struct ca_statement *statement, struct ca_manifest *manifest,
    struct ca_error *err)
{
	const char *word = ca_statement_value(statement, KEY_PROFILE, 0);

	manifest->profile = ca_profile_by_name(word);
	if (manifest->profile == NULL || manifest->profile->is_ca)
		return ca_fail(err, CA_ERR_INPUT, "profile: `%s` is none",
		    word);
	return CA_OK;
}

static enum ca_code
read_hashes(const struct ca_statement *statement, struct ca_manifest *manifest,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_statement_hex(statement, KEY_NONCE, 0, manifest->nonce,
	    CA_MANIFEST_NONCE, err);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_CSR, 0,
		    manifest->csr_sha256, CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_KEY, 0,
		    manifest->key_sha256, CA_SHA256_SIZE, err);
	manifest->ca_count = ca_statement_count(statement, KEY_CA);
	for (size_t i = 0; rc == CA_OK && i < manifest->ca_count; i++)
		rc = ca_statement_hex(statement, KEY_CA, i,
		    manifest->ca_sha256[i], CA_SHA256_SIZE, err);
	return rc;
}

static enum ca_code
read_all(const char *what, const struct ca_statement *statement,
    struct ca_manifest *manifest, struct ca_error *err)
{
	enum ca_code rc;

	rc = read_hashes(statement, manifest, err);
	if (rc == CA_OK)
		rc = ca_statement_time(statement, KEY_MADE, &manifest->made_at,
		    err);
	if (rc == CA_OK)
		rc = ca_statement_time(statement, KEY_EXPIRES,
		    &manifest->expires_at, err);
	if (rc != CA_OK)
		return rc;
	rc = read_profile(statement, manifest, err);
	if (rc == CA_OK)
		rc = read_names(statement, manifest, err);
	if (rc == CA_ERR_INTERNAL || rc == CA_OK)
		return rc;
	/* What a name may not be is an error of the manifest's form here. */
	err->code = CA_ERR_INPUT;
	return ca_error_prefix(err, "%s", what);
}

enum ca_code
ca_manifest_parse(const char *what, const void *data, size_t len,
    struct ca_manifest *ret, struct ca_error *err)
{
	struct ca_manifest manifest = { .profile = NULL };
	struct ca_statement *statement = NULL;
	enum ca_code rc;

	if (len > CA_MANIFEST_MAX)
		return ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu bytes",
		    what, CA_MANIFEST_MAX);
	rc = ca_statement_parse(&form, what, data, len, &statement, err);
	if (rc == CA_OK)
		rc = read_all(what, statement, &manifest, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&manifest.text, data, len, err);
	if (rc == CA_OK) {
		*ret = manifest;
		manifest = (struct ca_manifest){ .profile = NULL };
	}
	ca_manifest_clear(&manifest);
	ca_statement_free(statement);
	return rc;
}

/* The signature alone: that its lines are good was seen when it was parsed. */
enum ca_code
ca_manifest_verify(const struct ca_manifest *manifest, const char *what,
    EVP_PKEY *key, struct ca_error *err)
{
	struct ca_statement *statement = NULL;
	enum ca_code rc;

	rc = ca_statement_parse(&form, what, manifest->text.data,
	    manifest->text.len, &statement, err);
	if (rc == CA_OK && !ca_statement_verifies(statement, key)) {
		rc = ca_fail_rule(err, CA_ERR_POLICY, "manifest-signature",
		    "%s: the key of the request did not sign it, or it was edited",
		    what);
		ca_hint(err,
		    "have the host make it again: coldca request --reuse-key --manifest");
	}
	ca_statement_free(statement);
	return rc;
}

const char *
ca_manifest_who(const struct ca_manifest *manifest, char text[21])
{
	if (manifest->user != NULL)
		return manifest->user;
	if (manifest->tenant != 0) {
		(void)snprintf(text, 21, "%" PRIu64, manifest->tenant);
		return text;
	}
	return manifest->hosts.count > 0 ? manifest->hosts.item[0].text : "";
}

void
ca_manifest_clear(struct ca_manifest *manifest)
{
	if (manifest == NULL)
		return;
	ca_names_clear(&manifest->hosts);
	free(manifest->user);
	ca_bytes_free(&manifest->text);
	*manifest = (struct ca_manifest){ .profile = NULL };
}
