/* SPDX-License-Identifier: Apache-2.0 */
/* Which CA file verifies which certificate, and whether it does. */
#include "core/cert_trust.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CA_FILES_MAX 3 /* that one kind of certificate may fall back through */

/*
 * Who verifies what: of the files, the first that is there. A row for each way
 * in which a certificate is used.
 */
static const struct verifier {
	enum ca_file_usage usage;
	int purpose;
	const char *as; /* for messages */
	bool alone;     /* only without a client.node.crt */
	const char *files[CA_FILES_MAX];
} verifiers[] = {
	{ CA_FILE_NODE, X509_PURPOSE_SSL_SERVER, "", false, { "ca.crt" } },
	{ CA_FILE_NODE, X509_PURPOSE_SSL_CLIENT,
	    " as a client, without a client.node.crt", true,
	    { "ca-client.crt", "ca.crt" } },
	{ CA_FILE_UI, X509_PURPOSE_SSL_SERVER, "", false,
	    { "ca-ui.crt", "ca.crt" } },
	{ CA_FILE_CLIENT, X509_PURPOSE_SSL_CLIENT, "", false,
	    { "ca-client.crt", "ca.crt" } },
	{ CA_FILE_TENANT_CLIENT, X509_PURPOSE_SSL_CLIENT, "", false,
	    { "ca-client-tenant.crt", "ca-client.crt", "ca.crt" } },
};

#define VERIFIERS (sizeof(verifiers) / sizeof(verifiers[0]))

/* RFC 5280 section 6.1.3 (a)(4), in Go's way: the names are the same bytes. */
static bool
names_chain(const STACK_OF(X509) * chain)
{
	for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
		const unsigned char *issuer = NULL, *subject = NULL;
		size_t issuer_len = 0, subject_len = 0;

		if (X509_NAME_get0_der(X509_get_issuer_name(
					   sk_X509_value(chain, i)),
			&issuer, &issuer_len) != 1 ||
		    X509_NAME_get0_der(X509_get_subject_name(
					   sk_X509_value(chain, i + 1)),
			&subject, &subject_len) != 1 ||
		    issuer_len != subject_len ||
		    memcmp(issuer, subject, issuer_len) != 0)
			return false;
	}
	return true;
}

/* Why the chain does not verify, static; NULL: it does. */
static const char *
verify(X509_STORE_CTX *ctx, int purpose, int64_t now)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	/* Each certificate of a CA file is an anchor, intermediate or not. */
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) !=
		1 ||
	    X509_STORE_CTX_set_purpose(ctx, purpose) != 1)
		return "out of memory";
	if (X509_verify_cert(ctx) != 1)
		return X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx));
	if (!names_chain(X509_STORE_CTX_get0_chain(ctx)))
		return "issuer and subject are the same name in other bytes";
	return NULL;
}

/* The first certificate of FILE is the leaf, the others are sent with it. */
static enum ca_code
chain(const struct ca_certificates *file, const struct ca_certificates *anchors,
    int purpose, int64_t now, const char **ret_why, struct ca_error *err)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *sent = sk_X509_new_null();
	bool made = store != NULL && ctx != NULL && sent != NULL;

	for (size_t i = 0; made && i < anchors->count; i++)
		made = X509_STORE_add_cert(store,
			   ca_certificate_x509(anchors->item[i])) == 1;
	for (size_t i = 1; made && i < file->count; i++)
		made =
		    sk_X509_push(sent, ca_certificate_x509(file->item[i])) > 0;
	if (made)
		made = X509_STORE_CTX_init(ctx, store,
			   ca_certificate_x509(file->item[0]), sent) == 1;
	if (made)
		*ret_why = verify(ctx, purpose, now);
	ERR_clear_error();
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(sent);
	return made ? CA_OK : ca_fail_memory(err);
}

static const struct ca_certs_row *
find_anchors(const struct ca_cert_sets *sets, const struct verifier *verifier)
{
	for (size_t i = 0; i < CA_FILES_MAX; i++) {
		const struct ca_certs_row *row;

		if (verifier->files[i] == NULL)
			break;
		row = ca_cert_sets_find(sets, verifier->files[i]);
		if (row != NULL)
			return row;
	}
	return NULL;
}

static enum ca_code
check_use(const struct ca_cert_sets *sets, const struct verifier *verifier,
    const struct ca_certs_row *leaf, int64_t now, struct ca_error *err)
{
	const struct ca_certs_row *anchors = find_anchors(sets, verifier);
	const char *why = NULL;
	enum ca_code rc;

	if (anchors == NULL)
		return ca_fail(err, CA_ERR_POLICY,
		    "there is no CA certificate that it could chain to");
	if (anchors->certificates.count == 0)
		return ca_fail(err, CA_ERR_POLICY,
		    "does not chain to a valid CA: %s",
		    anchors->error != NULL ? anchors->error : anchors->file);
	rc = chain(&leaf->certificates, &anchors->certificates,
	    verifier->purpose, now, &why, err);
	if (rc != CA_OK || why == NULL)
		return rc;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "does not chain to a valid CA in %s%s: %s", anchors->file,
	    verifier->as, why);
	if (verifier->alone)
		ca_hint(err,
		    "where ca-client.crt verifies clients, a node wants a client.node.crt of that CA: request client node, and install both bundles at once");
	return err->code;
}

static void
look_for_server(void *context, const struct ca_certs_row *row)
{
	bool *found = context;

	*found |= row->usage == CA_FILE_NODE || row->usage == CA_FILE_UI ||
	    row->usage == CA_FILE_TENANT_CLIENT ||
	    row->usage == CA_FILE_CLIENT_CA || ca_certs_row_is_node_client(row);
}

bool
ca_cert_trusted_elsewhere(const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf)
{
	const struct ca_certs_row *ca = ca_cert_sets_find(sets, "ca.crt");
	struct ca_error ignored;
	bool server = false;

	ca_cert_sets_each(sets, look_for_server, &server);
	if (server || leaf->usage != CA_FILE_CLIENT || ca == NULL ||
	    leaf->certificates.count != 1)
		return false;
	/* Not by name: CockroachDB's CAs all have the same one. */
	for (size_t i = 0; i < ca->certificates.count; i++)
		if (ca_certificate_check_issuer(leaf->certificates.item[0],
			ca->certificates.item[i], &ignored) == CA_OK)
			return false;
	return ca->certificates.count > 0;
}

/* Whether VERIFIER is one for how LEAF is used in SETS. */
static bool
applies(const struct verifier *verifier, const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf)
{
	return verifier->usage == leaf->usage &&
	    !(verifier->alone &&
		ca_cert_sets_find(sets, "client.node.crt") != NULL);
}

bool
ca_cert_verified_by(const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf, const char *file)
{
	for (size_t i = 0; i < VERIFIERS; i++) {
		const struct ca_certs_row *anchors;

		if (!applies(&verifiers[i], sets, leaf))
			continue;
		anchors = find_anchors(sets, &verifiers[i]);
		if (anchors != NULL && strcmp(anchors->file, file) == 0)
			return true;
	}
	return false;
}

enum ca_code
ca_cert_trust_check(const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf, int64_t now, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (ca_cert_trusted_elsewhere(sets, leaf))
		return CA_OK;
	for (size_t i = 0; rc == CA_OK && i < VERIFIERS; i++)
		if (applies(&verifiers[i], sets, leaf))
			rc = check_use(sets, &verifiers[i], leaf, now, err);
	return rc;
}
