/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that a new CA directory starts with; it teaches its own keys. */
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "coldca/crl.h"
#include "coldca/ocsp.h"
#include "core/policy_internal.h"

enum ca_code
ca_policy_default_add(struct ca_bytes *text, struct ca_error *err,
    const char *format, ...)
{
	char *part = NULL;
	va_list ap;
	int len;
	enum ca_code rc;

	va_start(ap, format);
	len = vasprintf(&part, format, ap);
	va_end(ap);
	if (len < 0)
		return ca_fail_memory(err);
	rc = ca_bytes_append(text, part, (size_t)len, err);
	free(part);
	return rc;
}

/*
 * Appends VALUE, which messages call NAME, as a double-quoted scalar (YAML 1.1
 * section 9.1.1). Only printable ASCII goes in as it is: an escape can not be
 * misread.
 */
static enum ca_code
add_quoted(struct ca_bytes *text, const char *name, const char *value,
    struct ca_error *err)
{
	const uint8_t *next = (const uint8_t *)value;
	const uint8_t *end = next + strlen(value);
	enum ca_code rc;

	rc = ca_bytes_append(text, "\"", 1, err);
	while (rc == CA_OK && next < end) {
		ucs4_t c;
		int len = u8_mbtoucr(&c, next, (size_t)(end - next));

		if (len <= 0)
			return ca_fail(err, CA_ERR_INPUT,
			    "module %s: its %s is not UTF-8", value, name);
		next += len;
		if (c == '"' || c == '\\')
			rc = ca_policy_default_add(text, err, "\\%c", (char)c);
		else if (c >= ' ' && c <= '~')
			rc = ca_policy_default_add(text, err, "%c", (char)c);
		else
			rc = ca_policy_default_add(text, err, "\\U%08X",
			    (unsigned)c);
	}
	if (rc == CA_OK)
		rc = ca_bytes_append(text, "\"", 1, err);
	return rc;
}

static enum ca_code
add_head(struct ca_bytes *text, enum ca_mode mode, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# What this certificate authority signs. A request gets nothing that is not\n"
	    "# permitted here, whatever it asks for. A setting that coldca does not know is\n"
	    "# an error. Keep this file with the ledger: both belong to the CA.\n"
	    "version: 1\n"
	    "\n"
	    "# production: only real tokens, and only the names below.\n"
	    "# test: any token, even one made of software; every screen and the ledger say\n"
	    "# so. Never turn a test CA into a production CA: its key was never safe.\n"
	    "mode: %s\n"
	    "\n",
	    ca_mode_name(mode));
}

static enum ca_code
add_no_module(struct ca_bytes *text, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# The PKCS#11 module that talks to the token. None is pinned yet, so each\n"
	    "# command needs --module. To pin one:\n"
	    "#\n"
	    "#   module:\n"
	    "#     path: \"/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so\"\n"
	    "#     sha256: \"what sha256sum prints for that file\"\n"
	    "#     init-args: \"what C_Initialize is given; few modules want it\"\n"
	    "\n");
}

/* What C_Initialize is given, as NSS's softoken wants it. */
static enum ca_code
add_init_args(struct ca_bytes *text, const char *args, struct ca_error *err)
{
	enum ca_code rc;

	if (args[0] == '\0' || strlen(args) >= CA_MODULE_ARGS_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "module: its init-args are not 1 to %d bytes",
		    CA_MODULE_ARGS_MAX - 1);
	rc = ca_policy_default_add(text, err, "  init-args: ");
	if (rc == CA_OK)
		rc = add_quoted(text, "init-args", args, err);
	if (rc == CA_OK)
		rc = ca_policy_default_add(text, err, "\n");
	return rc;
}

static enum ca_code
add_module(struct ca_bytes *text, const char *path, const uint8_t *sha256,
    const char *init_args, struct ca_error *err)
{
	char hex[2 * CA_SHA256_SIZE + 1];
	enum ca_code rc;

	if (path == NULL)
		return add_no_module(text, err);
	if (path[0] != '/' || strlen(path) >= CA_PATH_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "module %s: not an absolute path", path);
	rc = ca_policy_default_add(text, err,
	    "# The PKCS#11 module that talks to the token. It is code that sees the PIN:\n"
	    "# no other file is loaded, nor this one once it has changed. After an update\n"
	    "# that you trust, write the new hash (sha256sum prints it).\n"
	    "module:\n"
	    "  path: ");
	if (rc == CA_OK)
		rc = add_quoted(text, "path", path, err);
	if (rc != CA_OK)
		return rc;
	ca_hex(sha256, CA_SHA256_SIZE, hex);
	rc = ca_policy_default_add(text, err, "\n  sha256: \"%s\"\n", hex);
	if (rc == CA_OK && init_args != NULL)
		rc = add_init_args(text, init_args, err);
	if (rc == CA_OK)
		rc = ca_policy_default_add(text, err, "\n");
	return rc;
}

static enum ca_code
add_signing(struct ca_bytes *text, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# How the token is made to sign: auto, libp11, engine (OpenSSL's `pkcs11`\n"
	    "# engine) or cryptoki (PKCS#11 itself). auto takes libp11 where it can.\n"
	    "signer: %s\n"
	    "\n"
	    "# A CA key that its token could give away may not sign. One that you accept all\n"
	    "# the same is named here by the SHA-256 of its SubjectPublicKeyInfo, which\n"
	    "# `coldca token check` prints; several as a list.\n"
	    "#\n"
	    "#   legacy_key: \"64 hex digits\"\n"
	    "\n",
	    CA_POLICY_SIGNER);
}

static enum ca_code
add_revocation(struct ca_bytes *text, struct ca_error *err)
{
	char crl[CA_DURATION_TEXT_SIZE], ocsp[CA_DURATION_TEXT_SIZE];

	ca_duration_format(CA_CRL_LIFETIME, crl);
	ca_duration_format(CA_OCSP_LIFETIME, ocsp);
	return ca_policy_default_add(text, err,
	    "# How long a CRL and an OCSP response are good for: make the next one before.\n"
	    "crl-lifetime: %s\n"
	    "ocsp-lifetime: %s\n"
	    "# Where clients ask whether a certificate is revoked: goes into every new one,\n"
	    "# with its serial number behind it, and never out of it again. CockroachDB with\n"
	    "# security.ocsp.mode = strict lets nobody in while that server is down.\n"
	    "#\n"
	    "#   ocsp-url: \"http://ocsp.example.com/cluster\"\n"
	    "\n",
	    crl, ocsp);
}

static enum ca_code
add_machine(struct ca_bytes *text, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# The machine that signs. With require_air_gap nothing is signed where a check\n"
	    "# fails that `coldca doctor` calls critical. A module that reaches its token by\n"
	    "# the network, or by libusb, wants token_network; where it writes in places that\n"
	    "# coldca does not know, token_paths. `coldca doctor --sandbox` shows the bounds.\n"
	    "#\n"
	    "#   require_air_gap: true\n"
	    "#   token_network: true\n"
	    "#   token_paths: [\"/var/lib/vendor\"]\n"
	    "\n");
}

static enum ca_code
add_reserved(struct ca_bytes *text, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# User names that nobody gets, and no host is called: CockroachDB takes every\n"
	    "# DNS name of a certificate for a user. root, node, admin and debuguser are\n"
	    "# never hosts anyway.\n"
	    "#\n"
	    "#   reserved: [\"ops\", \"backup\"]\n"
	    "\n");
}

static enum ca_code
add_approvers(struct ca_bytes *text, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# Who may approve what a profile wants approvals for, with keys of their own,\n"
	    "# and for how long an approval is good. Who signs is no approver, unless\n"
	    "# operator-may-approve is true: `user` says who that is on this machine.\n"
	    "#\n"
	    "#   approvers:\n"
	    "#     - name: anna\n"
	    "#       user: anna\n"
	    "#       profiles: [node]\n"
	    "#       key: |\n"
	    "#         -----BEGIN PUBLIC KEY-----\n"
	    "#         ...\n"
	    "#         -----END PUBLIC KEY-----\n"
	    "#   approval-lifetime: 168h\n"
	    "#   operator-may-approve: false\n"
	    "\n");
}

static enum ca_code
add_cas(struct ca_bytes *text, struct ca_error *err)
{
	return ca_policy_default_add(text, err,
	    "# How each CA signs: cluster, client, ui, tenant-client. With `key`, no --ca-key\n"
	    "# but that one or one that stands by is taken; without, the ledger knows it. The\n"
	    "# rest bounds what the CA signs: profiles, lifetimes, certificates in one run.\n"
	    "#\n"
	    "#   cas:\n"
	    "#     cluster:\n"
	    "#       key: \"pkcs11:token=LABEL;serial=NUMBER;object=LABEL\"\n"
	    "#       standby: [\"pkcs11:token=OTHER;object=LABEL\"]\n"
	    "#       signer: auto\n"
	    "#       profiles: [node, client, ui, tenant-client, ocsp]\n"
	    "#       max-lifetime: 8784h\n"
	    "#       max-batch: 100\n"
	    "\n");
}

enum ca_code
ca_policy_default(enum ca_mode mode, const char *module_path,
    const uint8_t *module_sha256, const char *init_args,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	rc = add_head(&text, mode, err);
	if (rc == CA_OK)
		rc = add_module(&text, module_path, module_sha256, init_args,
		    err);
	if (rc == CA_OK)
		rc = add_signing(&text, err);
	if (rc == CA_OK)
		rc = add_machine(&text, err);
	if (rc == CA_OK)
		rc = add_revocation(&text, err);
	if (rc == CA_OK)
		rc = add_reserved(&text, err);
	if (rc == CA_OK)
		rc = add_approvers(&text, err);
	if (rc == CA_OK)
		rc = add_cas(&text, err);
	if (rc == CA_OK)
		rc = ca_policy_default_profiles(&text, mode, err);
	if (rc != CA_OK) {
		ca_bytes_free(&text);
		return rc;
	}
	*ret_text = text;
	return CA_OK;
}
