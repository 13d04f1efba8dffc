/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of a certificate directory and its key, read as CockroachDB's loader
 * reads them, with its words for what is wrong.
 */
#include <ctype.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/text.h"
#include "core/certs_dir_internal.h"

#define BEGIN "-----BEGIN "
#define KEY_FILE_MAX ((size_t)64 * 1024) /* bytes of a private key's file */
#define CAUSE_SIZE 128 /* bytes of the system's word for an error */

/* "-rwxr-xr-x" with its NUL */
#define MODE_TEXT_SIZE 11

/* strerror() as Go writes it: in lower case. */
static const char *
cause(int number, char text[CAUSE_SIZE])
{
	(void)snprintf(text, CAUSE_SIZE, "%s", strerror(number));
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

static void
mode_text(mode_t mode, char text[MODE_TEXT_SIZE])
{
	memcpy(text, "-rwxrwxrwx", MODE_TEXT_SIZE);
	for (int i = 0; i < 9; i++)
		if ((mode & (0400U >> i)) == 0)
			text[i + 1] = '-';
}

/* One PEM block, of which LABEL, DER and LEN were read. */
static enum ca_code
take_block(struct ca_certs_row *row, const char *label, const uint8_t *der,
    long len, struct ca_error *err)
{
	struct ca_certificates *list = &row->certificates;
	struct ca_certificate *certificate = NULL;
	struct ca_error found;

	if (strcmp(label, PEM_STRING_X509) != 0)
		return ca_text_format(&row->error, err,
		    "failed to parse certificate file %s as PEM: block #%zu is of type %s, not CERTIFICATE",
		    row->file, list->count, label);
	if (list->count == CA_CERTIFICATES_MAX)
		return ca_text_format(&row->error, err,
		    "%s holds more than %d certificates", row->file,
		    CA_CERTIFICATES_MAX);
	if (ca_certificate_parse(der, (size_t)len, &certificate, &found) !=
	    CA_OK)
		return ca_text_format(&row->error, err,
		    "failed to parse certificate %zu in file %s: x509: %s",
		    list->count, row->file, found.message);
	return ca_certificates_add(list, certificate, err);
}

/*
 * Takes the block that begins at AT, of LEN bytes at most. One that is
 * malformed is passed over, as Go does. Returns how far to go on.
 */
static size_t
read_block(struct ca_certs_row *row, const char *at, size_t len,
    enum ca_code *ret_rc, struct ca_error *err)
{
	char *label = NULL, *header = NULL;
	BIO *bio = BIO_new_mem_buf(at, (int)len);
	size_t used = strlen(BEGIN);
	uint8_t *der = NULL;
	long der_len = 0;

	if (bio == NULL) {
		*ret_rc = ca_fail_memory(err);
		return len;
	}
	if (PEM_read_bio(bio, &label, &header, &der, &der_len) == 1) {
		used = len - (size_t)BIO_pending(bio);
		*ret_rc = take_block(row, label, der, der_len, err);
	}
	ERR_clear_error();
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free_all(bio);
	return used;
}

/* The blocks of a file; text between them is not looked at. */
static enum ca_code
parse(struct ca_certs_row *row, const struct ca_bytes *content,
    struct ca_error *err)
{
	const char *data = (const char *)content->data;
	enum ca_code rc = CA_OK;
	size_t at = 0;

	if (content->len == 0)
		return ca_text_format(&row->error, err,
		    "empty certificate file: %s", row->file);
	while (rc == CA_OK && row->error == NULL) {
		const char *block =
		    memmem(data + at, content->len - at, BEGIN, strlen(BEGIN));

		if (block == NULL)
			break;
		at = (size_t)(block - data);
		/* It begins a line, or it is no block. */
		if (at > 0 && data[at - 1] != '\n')
			at += strlen(BEGIN);
		else
			at +=
			    read_block(row, block, content->len - at, &rc, err);
	}
	if (rc == CA_OK && row->error == NULL && row->certificates.count == 0)
		rc = ca_text_format(&row->error, err,
		    "no certificates found in %s", row->file);
	if (rc == CA_OK && row->error != NULL)
		ca_certificates_clear(&row->certificates);
	return rc;
}

/* To the loader a file that it can not read is an empty one. */
static enum ca_code
load_certificates(const struct ca_certs_scan *scan, struct ca_certs_row *row,
    struct ca_error *err)
{
	struct ca_bytes content = { 0 };
	struct ca_error found;
	enum ca_code rc;

	rc = ca_file_read_followed_at(scan->fd, row->file, row->file,
	    CA_CERTIFICATE_FILE_MAX, &content, &found);
	if (rc == CA_ERR_INTERNAL)
		*err = found;
	else if (rc != CA_OK)
		rc = ca_certs_row_warn(row, 0, err, "%s", found.message);
	if (rc == CA_OK)
		rc = parse(row, &content, err);
	ca_bytes_free(&content);
	return rc;
}

/*
 * CockroachDB's rule for key files: nothing for group and others; where root
 * owns the file and its group is the process's, the group may read it.
 */
static bool
mode_fits(const struct stat *st, mode_t *ret_allowed)
{
	*ret_allowed = st->st_uid == 0 && st->st_gid == getgid() ? 0740 : 0700;
	return (st->st_mode & 0777 & ~*ret_allowed) == 0;
}

/* Finds the key file NAME, whose path is PATH; row->error where it is none. */
static enum ca_code
check_key_file(const struct ca_certs_scan *scan, struct ca_certs_row *row,
    const char *name, const char *path, struct ca_error *err)
{
	char has[MODE_TEXT_SIZE], may[MODE_TEXT_SIZE], text[CAUSE_SIZE];
	mode_t allowed = 0;
	struct stat st;

	if (fstatat(scan->fd, name, &st, 0) != 0)
		return ca_text_format(&row->error, err,
		    "could not stat key file %s: stat %s: %s", path, path,
		    cause(errno, text));
	if (!S_ISREG(st.st_mode))
		return ca_text_format(&row->error, err,
		    "key file %s is not a regular file", path);
	if (scan->any_key_mode || mode_fits(&st, &allowed))
		return CA_OK;
	mode_text(st.st_mode, has);
	mode_text(allowed, may);
	return ca_text_format(&row->error, err,
	    "key file %s has permissions %s, exceeds %s", path, has, may);
}

/* Without a callback OpenSSL would ask for a passphrase on the terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf, (void)size, (void)rwflag, (void)arg;
	return -1;
}

/* The loader takes any key; the handshake does not. Its words are Go's. */
static enum ca_code
compare_key(struct ca_certs_row *row, const char *name,
    const struct ca_bytes *pem, struct ca_error *err)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	EVP_PKEY *key = NULL;
	enum ca_code rc = CA_OK;

	if (bio == NULL)
		return ca_fail_memory(err);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (key == NULL)
		rc = ca_certs_row_warn(row, CA_CERTS_MISMATCHED, err,
		    "%s: tls: failed to parse private key", name);
	else if (EVP_PKEY_eq(key,
		     ca_certificate_key(row->certificates.item[0])) != 1)
		rc = ca_certs_row_warn(row, CA_CERTS_MISMATCHED, err,
		    "%s: tls: private key does not match public key", name);
	ERR_clear_error();
	EVP_PKEY_free(key);
	BIO_free_all(bio);
	return rc;
}

static enum ca_code
load_key(const struct ca_certs_scan *scan, struct ca_certs_row *row,
    struct ca_error *err)
{
	char *name = NULL, *path = NULL;
	struct ca_bytes pem = { 0 };
	struct ca_error found;
	enum ca_code rc;

	rc = ca_text_format(&name, err, "%.*s.key",
	    (int)(strlen(row->file) - strlen(".crt")), row->file);
	if (rc == CA_OK)
		rc = ca_path_join(scan->path, name, &path, err);
	if (rc == CA_OK)
		rc = check_key_file(scan, row, name, path, err);
	if (rc != CA_OK || row->error != NULL)
		goto out;
	rc = ca_file_read_followed_at(scan->fd, name, "", KEY_FILE_MAX, &pem,
	    &found);
	if (rc == CA_ERR_INTERNAL) {
		*err = found;
		goto out;
	}
	if (rc != CA_OK) {
		/* ": Permission denied", in Go's lower case */
		found.message[2] =
		    (char)tolower((unsigned char)found.message[2]);
		rc = ca_text_format(&row->error, err,
		    "could not read key file %s: open %s%s", path, path,
		    found.message);
		goto out;
	}
	rc = compare_key(row, name, &pem, err);
	if (rc == CA_OK) {
		row->key_file = name;
		name = NULL;
	}
out:
	if (pem.data != NULL)
		ca_wipe(pem.data, pem.len);
	ca_bytes_free(&pem);
	free(name);
	free(path);
	return rc;
}

enum ca_code
ca_certs_row_load(const struct ca_certs_scan *scan, struct ca_certs_row *row,
    bool is_ca, struct ca_error *err)
{
	enum ca_code rc = load_certificates(scan, row, err);

	if (rc == CA_OK && row->error == NULL && !is_ca)
		rc = load_key(scan, row, err);
	return rc;
}
