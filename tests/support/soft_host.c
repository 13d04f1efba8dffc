/* SPDX-License-Identifier: Apache-2.0 */
#include "support/soft_host.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coldca/csr.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

int
soft_host_setup(void **state)
{
	struct soft_host *host = calloc(1, sizeof(*host));

	assert_int_equal(tmpdir_setup(&host->dir), 0);
	(void)snprintf(host->certs, sizeof(host->certs), "%s",
	    tmpdir_path(host->dir, "certs"));
	(void)snprintf(host->previous, sizeof(host->previous), "%s",
	    tmpdir_path(host->dir, ".certs.previous"));
	(void)snprintf(host->bundle, sizeof(host->bundle), "%s",
	    tmpdir_path(host->dir, "bundle"));
	assert_int_equal(mkdir(host->bundle, 0700), 0);
	for (size_t i = 0; i < 2; i++) {
		host->signer[i] = soft_signer(NULL);
		host->ca[i] = soft_ca(host->signer[i], SOFT_NOW);
	}
	*state = host;
	return 0;
}

int
soft_host_teardown(void **state)
{
	struct soft_host *host = *state;

	ca_installed_clear(&host->installed);
	for (size_t i = 0; i < 2; i++) {
		ca_certificate_free(host->ca[i]);
		ca_signer_free(host->signer[i]);
	}
	assert_int_equal(tmpdir_teardown(&host->dir), 0);
	free(host);
	return 0;
}

const char *
in_certs(const struct soft_host *host, const char *name)
{
	return tmpdir_path(host->certs, name);
}

const char *
in_previous(const struct soft_host *host, const char *name)
{
	return tmpdir_path(host->previous, name);
}

const char *
in_bundle(const struct soft_host *host, const char *name)
{
	return tmpdir_path(host->bundle, name);
}

void
soft_host_request(struct soft_host *host, enum ca_profile_id profile,
    const char *who, enum ca_request_key which)
{
	struct ca_names names = { 0 };
	struct ca_request request = { .profile = ca_profile_get(profile),
		.hosts = &names,
		.user = who,
		.which = which,
		.key_kind = CA_KEY_P256 };
	struct ca_request_files files = { 0 };
	struct ca_name name = { 0 };
	struct ca_error err;

	if (ca_profile_takes_hosts(request.profile)) {
		assert_ok(ca_host_parse(who, &name, &err), &err);
		assert_ok(ca_names_add(&names, &name, &err), &err);
	}
	assert_ok(ca_request_make(host->certs, &request, &files, &err), &err);
	ca_request_files_clear(&files);
	ca_name_clear(&name);
	ca_names_clear(&names);
}

void
soft_host_issue(struct soft_host *host, enum ca_profile_id profile,
    const char *who, const char *csr, const char *file, unsigned by,
    int64_t now)
{
	char *text = tmpdir_read(in_certs(host, csr));
	struct ca_certificate *leaf;
	struct ca_csr *parsed = NULL;
	struct ca_bytes pem = { 0 };
	struct ca_grant grant;
	struct ca_error err;

	assert_ok(ca_csr_parse(csr, text, strlen(text), &parsed, &err), &err);
	grant = soft_grant(profile, who, ca_csr_key(parsed), 0);
	leaf = soft_leaf(host->signer[by], host->ca[by], &grant, now);
	assert_ok(ca_certificate_append_pem(leaf, &pem, &err), &err);
	assert_ok(ca_bytes_append(&pem, "", 1, &err), &err);
	tmpdir_write(in_bundle(host, file), (char *)pem.data);
	ca_bytes_free(&pem);
	ca_certificate_free(leaf);
	ca_grant_clear(&grant);
	ca_csr_free(parsed);
	free(text);
}

void
soft_host_write_ca(struct soft_host *host, const char *path, unsigned bits)
{
	struct ca_bytes pem = { 0 };
	struct ca_error err;

	for (unsigned i = 0; i < 2; i++)
		if ((bits & (1U << i)) != 0)
			assert_ok(ca_certificate_append_pem(host->ca[i], &pem,
				      &err),
			    &err);
	assert_ok(ca_bytes_append(&pem, "", 1, &err), &err);
	tmpdir_write(path, (char *)pem.data);
	ca_bytes_free(&pem);
}

static void
empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
}

enum ca_code
soft_host_install(struct soft_host *host, bool overwrite, struct ca_error *err)
{
	const char *bundle = host->bundle;
	const struct ca_install install = { .bundles = &bundle,
		.bundle_count = 1,
		.certs_dir = host->certs,
		.overwrite = overwrite,
		.now = SOFT_NOW };
	enum ca_code rc;

	ca_installed_clear(&host->installed);
	rc = ca_install(&install, &host->installed, err);
	empty(host->bundle);
	return rc;
}

void
soft_host_first_node(struct soft_host *host)
{
	struct ca_error err;

	soft_host_request(host, CA_PROFILE_NODE, "n1.example.com",
	    CA_REQUEST_KEY_NEW);
	soft_host_issue(host, CA_PROFILE_NODE, "n1.example.com", "node.csr",
	    "node.crt", 0, SOFT_NOW);
	soft_host_write_ca(host, in_bundle(host, "ca.crt"), 1);
	assert_ok(soft_host_install(host, false, &err), &err);
}

bool
soft_host_noticed(const struct soft_host *host, const char *rule)
{
	const struct ca_findings *notices = &host->installed.notices;

	for (size_t i = 0; i < notices->count; i++)
		if (strcmp(notices->item[i].rule, rule) == 0)
			return true;
	return false;
}

bool
same_file(const char *a, const char *b)
{
	char *x = tmpdir_read(a), *y = tmpdir_read(b);
	bool same = x != NULL && y != NULL && strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}
