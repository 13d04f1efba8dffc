/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves is what the ledger has, and what a response manifest lists. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "coldca/bundle.h"
#include "coldca/exit_gate.h"
#include "coldca/response.h"
#include "core/dispatch_internal.h"

/* What all files are held against. */
struct judging {
	const struct ca_dispatch *dispatch;
	struct ca_authorities authorities;
	struct ca_certificates signers; /* all of them, and those retired */
	struct ca_response *response;
	size_t responses;
};

static bool
is_response(const struct ca_stick_file *file)
{
	return ca_dispatch_folder(file->path) == 0 &&
	    ca_response_is_name(file->path);
}

static enum ca_code
fail_unknown(const char *path, struct ca_error *err)
{
	(void)ca_fail_rule(err, CA_ERR_POLICY, "dispatch-unknown",
	    "%s: is not in this ledger", path);
	ca_hint(err,
	    "only what this CA made leaves; find out how it got there");
	return CA_ERR_POLICY;
}

/* A manifest is one that a session of this ledger signed. */
static enum ca_code
read_response(struct judging *judging, const struct ca_stick_file *file,
    struct ca_error *err)
{
	struct ca_response *response = &judging->response[judging->responses];
	struct ca_head_proof proof = { .algorithm = NULL };
	struct ca_error why = { .code = CA_OK };
	bool found = false, good = false;
	enum ca_code rc;

	rc = ca_response_parse(file->path, file->content.data,
	    file->content.len, response, err);
	if (rc != CA_OK)
		return rc;
	judging->responses++;
	rc = ca_ledger_response(judging->dispatch->ledger, response->sha256,
	    &proof, NULL, &found, err);
	ca_head_proof_clear(&proof);
	for (size_t i = 0; i < CA_AUTHORITIES && !good; i++)
		good = ca_response_verify(response, file->path,
			   &judging->authorities.of[i], &why) == CA_OK;
	if (rc == CA_OK && !(found && good))
		rc = fail_unknown(file->path, err);
	return rc;
}

/* The row of the certificate that is looked for. */
struct wanted {
	const struct ca_certificate *certificate;
	bool found;
};

static bool
compare_row(const struct ca_ledger_row *row, void *arg)
{
	struct wanted *wanted = arg;
	const struct ca_bytes *der = ca_certificate_der(wanted->certificate);

	wanted->found = row->certificate != NULL &&
	    row->certificate_len == der->len &&
	    memcmp(row->certificate, der->data, der->len) == 0;
	return false;
}

static enum ca_code
check_certificate(const struct judging *judging, const char *path,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	const struct ca_ledger_filter filter = {
		.serial = ca_certificate_serial_text(certificate),
	};
	struct wanted wanted = { certificate, false };
	enum ca_code rc;

	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		if (ca_certificates_has(&judging->authorities.of[i],
			certificate))
			return CA_OK;
	rc = ca_ledger_list(judging->dispatch->ledger, &filter, compare_row,
	    &wanted, err);
	if (rc == CA_OK && !wanted.found)
		rc = fail_unknown(path, err);
	return rc;
}

/* All certificates in a file of certificates. */
static enum ca_code
check_recorded(const struct judging *judging, const struct ca_stick_file *file,
    struct ca_error *err)
{
	struct ca_certificates list = { 0 };
	struct ca_error ignored;
	enum ca_code rc = CA_OK;

	if (ca_certificates_parse(file->path, file->content.data,
		file->content.len, &list, &ignored) != CA_OK)
		return ca_dispatch_is_published(file->path) &&
			ca_dispatch_is_signed(&file->content, &judging->signers)
		    ? CA_OK
		    : fail_unknown(file->path, err);
	for (size_t i = 0; rc == CA_OK && i < list.count; i++)
		rc = check_certificate(judging, file->path, list.item[i], err);
	ca_certificates_clear(&list);
	return rc;
}

static enum ca_code
check_listed(const struct judging *judging, const struct ca_stick_file *file,
    struct ca_error *err)
{
	size_t folder = ca_dispatch_folder(file->path);
	const char *name = file->path + folder + 1;
	uint8_t sha256[CA_SHA256_SIZE];
	char bundle[CA_BUNDLE_NAME_MAX + 1];

	if (ca_dispatch_is_published(file->path) ||
	    judging->dispatch->without_response)
		return CA_OK;
	if (folder > CA_BUNDLE_NAME_MAX)
		return fail_unknown(file->path, err);
	memcpy(bundle, file->path, folder);
	bundle[folder] = '\0';
	if (!ca_sha256_of(file->content.data, file->content.len, sha256))
		return ca_fail_memory(err);
	for (size_t i = 0; i < judging->responses; i++) {
		const struct ca_response_file *listed =
		    ca_response_find(&judging->response[i], bundle, name);

		if (listed != NULL &&
		    memcmp(listed->sha256, sha256, sizeof(sha256)) == 0)
			return CA_OK;
	}
	(void)ca_fail_rule(err, CA_ERR_POLICY, "dispatch-unlisted",
	    "%s: no response manifest lists it as it is", file->path);
	ca_hint(err,
	    "bring back response-NUMBER.txt of that session, or have the CA sign one: coldca create-response");
	return CA_ERR_POLICY;
}

static enum ca_code
check_gate(const struct judging *judging, const struct ca_stick_file *file,
    struct ca_error *err)
{
	const struct ca_exit_known known = { .list = judging->authorities.of,
		.count = CA_AUTHORITIES };
	enum ca_code rc =
	    ca_exit_gate_content(file->path, &file->content, &known, err);

	if (rc == CA_ERR_POLICY)
		err->rule = "dispatch-private";
	return rc;
}

/* A step's folders are in one of its own, which is carried by itself. */
static enum ca_code
check_depth(const struct judging *judging, const char *path,
    struct ca_error *err)
{
	size_t folder = ca_dispatch_folder(path);

	if (folder == 0 || strchr(path + folder + 1, '/') == NULL)
		return CA_OK;
	(void)ca_fail_rule(err, CA_ERR_POLICY, "dispatch-deep",
	    "%s/%s: is in a folder of a folder", judging->dispatch->from, path);
	ca_hint(err, "carry that one by itself: --from=%s/%.*s",
	    judging->dispatch->from, (int)folder, path);
	return CA_ERR_POLICY;
}

static enum ca_code
check_all(struct judging *judging, const struct ca_stick *files,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < files->count; i++) {
		const struct ca_stick_file *file = &files->item[i];

		if (file->problem.code != CA_OK) {
			*err = file->problem;
			return err->code;
		}
		rc = check_depth(judging, file->path, err);
		if (rc == CA_OK)
			rc = check_gate(judging, file, err);
		if (rc == CA_OK && is_response(file))
			rc = read_response(judging, file, err);
		else if (rc == CA_OK)
			rc = check_recorded(judging, file, err);
	}
	for (size_t i = 0; rc == CA_OK && i < files->count; i++)
		if (!is_response(&files->item[i]))
			rc = check_listed(judging, &files->item[i], err);
	return rc;
}

static enum ca_code
read_signers(struct judging *judging, struct ca_error *err)
{
	struct ca_ledger *ledger = judging->dispatch->ledger;
	enum ca_code rc = CA_OK;

	for (unsigned i = 0; rc == CA_OK && i < CA_AUTHORITIES; i++) {
		rc = ca_ledger_authorities(ledger, (enum ca_authority)i,
		    &judging->signers, err);
		if (rc == CA_OK)
			rc = ca_ledger_retired(ledger, (enum ca_authority)i,
			    &judging->signers, err);
	}
	return rc;
}

enum ca_code
ca_dispatch_judge(const struct ca_dispatch *dispatch,
    const struct ca_stick *files, struct ca_error *err)
{
	struct judging judging = { .dispatch = dispatch };
	enum ca_code rc;

	judging.response = calloc(files->count + 1, sizeof(*judging.response));
	if (judging.response == NULL)
		return ca_fail_memory(err);
	rc = ca_ledger_all_authorities(dispatch->ledger, &judging.authorities,
	    err);
	if (rc == CA_OK)
		rc = read_signers(&judging, err);
	if (rc == CA_OK)
		rc = check_all(&judging, files, err);
	for (size_t i = 0; i < judging.responses; i++)
		ca_response_clear(&judging.response[i]);
	free(judging.response);
	ca_certificates_clear(&judging.signers);
	ca_authorities_clear(&judging.authorities);
	return rc;
}
