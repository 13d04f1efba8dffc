/* SPDX-License-Identifier: Apache-2.0 */
/* What create-crl, create-ocsp and compromise share. */
#include "cli/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/head.h"
#include "cli/order.h"
#include "cli/path.h"
#include "coldca/revocation.h"

bool
cli_publishing_is(const struct ca_certificate *certificate,
    const uint8_t *serial)
{
	size_t len;
	const uint8_t *own = ca_certificate_serial(certificate, &len);

	return len == CA_SERIAL_SIZE && memcmp(own, serial, len) == 0;
}

/* All that are of AUTHORITY: those that are trusted, then the retired ones. */
static enum ca_code
read_all(struct cli_publishing *publishing, enum ca_authority authority,
    struct ca_error *err)
{
	struct cli_signing *signing = &publishing->signing;
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	enum ca_code rc;

	ca_certificates_clear(&signing->authorities);
	rc = ca_ledger_authorities(ledger, authority, &signing->authorities,
	    err);
	publishing->trusted = signing->authorities.count;
	if (rc == CA_OK)
		rc = ca_ledger_retired(ledger, authority, &signing->authorities,
		    err);
	return rc;
}

/* The authority that `serial` is of; the cluster's where it is nobody's. */
static enum ca_code
find_authority(struct cli_publishing *publishing, enum ca_authority *ret,
    struct ca_error *err)
{
	const struct ca_certificates *all = &publishing->signing.authorities;

	*ret = CA_AUTHORITY_CLUSTER;
	for (unsigned i = 0; i < CA_AUTHORITIES; i++) {
		enum ca_code rc = read_all(publishing, i, err);

		if (rc != CA_OK)
			return rc;
		for (size_t j = 0; j < all->count; j++)
			if (cli_publishing_is(all->item[j], publishing->serial))
				*ret = (enum ca_authority)i;
	}
	return CA_OK;
}

/* The one that signs; a CA that a plan brings need not be there yet. */
static enum ca_code
read_current(struct cli_publishing *publishing, enum ca_authority authority,
    struct ca_error *err)
{
	struct cli_signing *signing = &publishing->signing;
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	struct ca_certificates currents = { 0 };
	bool none;
	enum ca_code rc;

	rc = ca_ledger_currents(ledger, authority, &currents, err);
	none = currents.count == 0 && publishing->serial != NULL;
	ca_certificates_clear(&currents);
	if (rc == CA_OK && !none)
		rc = ca_ledger_authority(ledger, authority, &signing->current,
		    &signing->key_uri, err);
	signing->issuer = signing->current;
	return rc;
}

enum ca_code
cli_publishing_read_authorities(struct cli_publishing *publishing,
    struct ca_error *err)
{
	struct cli_signing *signing = &publishing->signing;
	const char *word = cli_args_value(&signing->cli->args, CLI_OPT_CA);
	enum ca_authority *authority = &signing->order.authority;
	enum ca_code rc = CA_OK;

	*authority = CA_AUTHORITY_CLUSTER;
	if (word != NULL && !ca_authority_by_name(word, authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", word);
	if (word == NULL && publishing->serial != NULL)
		rc = find_authority(publishing, authority, err);
	if (rc == CA_OK)
		rc = read_current(publishing, *authority, err);
	if (rc == CA_OK)
		rc = read_all(publishing, *authority, err);
	return rc;
}

/* "ca.crl" beside "ca.crt". */
static enum ca_code
name_files(struct cli_publishing *publishing, struct ca_error *err)
{
	const char *file =
	    ca_authority_get(publishing->signing.order.authority)->file;
	int stem = (int)(strrchr(file, '.') - file);
	enum ca_code rc;

	rc = ca_text_format(&publishing->crl_file, err, "%.*s.crl", stem, file);
	if (rc == CA_OK)
		rc = ca_text_format(&publishing->crl_der_file, err,
		    "%.*s.crl.der", stem, file);
	return rc;
}

enum ca_code
cli_publishing_read(struct cli_publishing *publishing, int64_t lifetime,
    struct ca_error *err)
{
	struct cli_signing *signing = &publishing->signing;
	const struct cli_args *args = &signing->cli->args;
	enum ca_code rc;

	signing->sessions = 1;
	signing->overwrite = cli_args_has(args, CLI_OPT_OVERWRITE);
	rc = cli_order_lifetime(args, &lifetime, err);
	publishing->next_update = signing->now + lifetime;
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_OUT, &signing->out, err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(signing->out, err);
	if (rc == CA_OK)
		rc = cli_publishing_read_authorities(publishing, err);
	if (rc == CA_OK)
		rc = name_files(publishing, err);
	return rc;
}

enum ca_code
cli_publishing_check_free(const struct cli_publishing *publishing,
    const char *name, struct ca_error *err)
{
	const struct cli_signing *signing = &publishing->signing;
	char *path = NULL;
	enum ca_code rc;

	if (signing->overwrite)
		return CA_OK;
	rc = ca_path_join(signing->out, name, &path, err);
	if (rc == CA_OK &&
	    faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		rc = ca_fail(err, CA_ERR_FILE, "%s: is there already", path);
		ca_hint(err, "--overwrite replaces it by a newer one");
	}
	free(path);
	return rc;
}

enum ca_code
cli_publishing_check_crl(const struct cli_publishing *publishing,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = cli_publishing_check_free(publishing, publishing->crl_file, err);
	if (rc == CA_OK)
		rc = cli_publishing_check_free(publishing,
		    publishing->crl_der_file, err);
	return rc;
}

enum ca_code
cli_publishing_take_key(struct cli_publishing *publishing, struct ca_error *err)
{
	enum ca_code rc = cli_signing_open(&publishing->signing, err);

	if (rc == CA_OK)
		rc = cli_signing_take_key(&publishing->signing, err);
	return rc;
}

void
cli_publishing_close_token(struct cli_publishing *publishing)
{
	struct cli_signing *signing = &publishing->signing;

	ca_signer_free(signing->signer);
	signing->signer = NULL;
	ca_token_key_clear(&signing->key);
	cli_jumpbox_close(&signing->jumpbox);
}

static bool
same_key(const struct ca_certificate *a, const struct ca_certificate *b)
{
	return memcmp(ca_certificate_key_info(a)->spki_sha256,
		   ca_certificate_key_info(b)->spki_sha256,
		   CA_SHA256_SIZE) == 0;
}

/* Whether the key of certificate INDEX was met before, or has just signed. */
static bool
is_done(const struct cli_signing *signing, size_t index)
{
	const struct ca_certificates *all = &signing->authorities;

	if (same_key(all->item[index], signing->issuer))
		return true;
	for (size_t i = 0; i < index; i++)
		if (same_key(all->item[i], all->item[index]))
			return true;
	return false;
}

/* The file of PEM that is being written. */
struct writing {
	const struct cli_publishing *publishing;
	const struct ca_crl *crl; /* that was issued */
	int fd;
};

static enum ca_code
put(void *arg, const void *data, size_t len, struct ca_error *err)
{
	const struct writing *writing = arg;

	if (ca_fd_write(writing->fd, data, len) == 0)
		return CA_OK;
	return ca_fail(err, CA_ERR_FILE, "%s/%s: %s",
	    writing->publishing->signing.out, writing->publishing->crl_file,
	    strerror(errno));
}

/*
 * A verifier that checks CRLs refuses what it has no CRL for; what is RETIRED
 * it is not to trust anyhow.
 */
static enum ca_code
append_other(const struct cli_signing *signing,
    const struct ca_certificate *other, bool retired, struct writing *writing,
    struct ca_error *err)
{
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	struct ca_crl *crl = NULL;
	size_t live = 0, revoked = 0;
	enum ca_code rc;

	rc = ca_ledger_last_crl(ledger, other, &crl, err);
	if (rc == CA_OK)
		rc = ca_ledger_count_live(ledger, other, signing->now, &live,
		    &revoked, err);
	if (rc == CA_OK && crl != NULL &&
	    ca_crl_next_update(crl) > signing->now)
		rc = ca_crl_write_pem(crl, put, writing, err);
	else if (rc == CA_OK && live > 0 && !retired)
		term_warning(
		    "%zu certificates are of the CA of serial %s, whose key has no CRL that is valid now: create-crl --ca-key=URI",
		    live, ca_certificate_serial_text(other));
	ca_crl_free(crl);
	return rc;
}

/* The CRL that was issued, and those of the other keys of the CA. */
static enum ca_code
fill_pem(void *arg, int fd, struct ca_error *err)
{
	struct writing *writing = arg;
	const struct cli_publishing *publishing = writing->publishing;
	const struct cli_signing *signing = &publishing->signing;
	const struct ca_certificates *all = &signing->authorities;
	enum ca_code rc;

	writing->fd = fd;
	rc = ca_crl_write_pem(writing->crl, put, writing, err);
	for (size_t i = 0; i < all->count && rc == CA_OK; i++)
		if (!is_done(signing, i))
			rc = append_other(signing, all->item[i],
			    i >= publishing->trusted, writing, err);
	return rc;
}

static enum ca_code
write_files(const struct cli_publishing *publishing, const struct ca_crl *crl,
    struct ca_error *err)
{
	const struct cli_signing *signing = &publishing->signing;
	struct writing writing = { publishing, crl, -1 };
	const struct ca_file_new files[] = {
		{ publishing->crl_file, NULL, 0644, signing->overwrite, NULL },
		{ publishing->crl_der_file, ca_crl_der(crl), 0644,
		    signing->overwrite, NULL },
	};
	const struct ca_file_fill fills[] = {
		{ fill_pem, &writing },
		{ NULL, NULL },
	};
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(signing->out, 0755, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_fill_at(fd, signing->out, files, fills,
		    sizeof(files) / sizeof(files[0]), err);
	if (rc != CA_OK)
		ca_hint(err,
		    "CRL number %" PRId64
		    " is in the ledger; run create-crl again for the next one",
		    ca_crl_number(crl));
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum ca_code
cli_publishing_crl(struct cli_publishing *publishing, struct ca_crl **ret_crl,
    struct ca_error *err)
{
	struct cli_signing *signing = &publishing->signing;
	const struct ca_issuer issuer = {
		.ledger = signing->cli->ca.ledger,
		.signer = signing->signer,
		.certificate = signing->issuer,
	};
	struct ca_error unsigned_head;
	struct ca_crl *crl = NULL;
	enum ca_code rc, head = CA_OK;

	rc = ca_crl_issue(&issuer, publishing->next_update, signing->now, &crl,
	    err);
	if (rc == CA_OK)
		head = cli_head_sign(&issuer, &unsigned_head);
	cli_publishing_close_token(publishing);
	if (rc == CA_OK)
		rc = write_files(publishing, crl, err);
	if (rc == CA_OK && head != CA_OK) {
		*err = unsigned_head;
		rc = head;
	}
	if (rc == CA_OK)
		*ret_crl = crl;
	else
		ca_crl_free(crl);
	return rc;
}

void
cli_publishing_clear(struct cli_publishing *publishing)
{
	struct cli_signing *signing = &publishing->signing;

	cli_publishing_close_token(publishing);
	ca_certificates_clear(&signing->authorities);
	ca_certificate_free(signing->current);
	free(signing->key_uri);
	free(signing->out);
	free(publishing->crl_file);
	free(publishing->crl_der_file);
}
