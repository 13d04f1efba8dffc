/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/exit_gate.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "coldca/export.h"
#include "core/status_internal.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

static struct ca_certificate *ca;
static struct ca_certificates cas; /* that one */

static int
make_ca(void **state)
{
	struct ca_signer *signer = soft_signer(NULL);

	(void)state;
	ca = soft_ca(signer, SOFT_NOW);
	cas = (struct ca_certificates){ &ca, 1 };
	ca_signer_free(signer);
	return 0;
}

static int
free_ca(void **state)
{
	(void)state;
	ca_certificate_free(ca);
	return 0;
}

/* Takes BIO: what was written to it. */
static struct ca_bytes
taken(BIO *bio)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	assert_true(len > 0);
	assert_ok(ca_bytes_append(&bytes, data, (size_t)len, &err), &err);
	BIO_free_all(bio);
	return bytes;
}

static struct ca_bytes
joined(struct ca_bytes a, struct ca_bytes b)
{
	struct ca_error err;

	assert_ok(ca_bytes_append(&a, b.data, b.len, &err), &err);
	ca_bytes_free(&b);
	return a;
}

static struct ca_bytes
text(const char *s)
{
	return joined((struct ca_bytes){ 0 },
	    (struct ca_bytes){ (uint8_t *)strdup(s), strlen(s) });
}

static struct ca_bytes
ca_pem(void)
{
	struct ca_bytes pem = { 0 };
	struct ca_error err;

	assert_ok(ca_certificate_append_pem(ca, &pem, &err), &err);
	return pem;
}

static struct ca_bytes
ca_der(void)
{
	struct ca_bytes der = { 0 };
	struct ca_error err;

	assert_ok(ca_bytes_append(&der, ca_certificate_der(ca)->data,
		      ca_certificate_der(ca)->len, &err),
	    &err);
	return der;
}

/* A private key of KIND as FORM says. */
enum form {
	PKCS8,
	TRADITIONAL,
	ENCRYPTED,
	PKCS8_PEM,
	TRADITIONAL_PEM,
	ENCRYPTED_PEM,
	BUNDLED
};

static struct ca_bytes
key(enum ca_key_kind kind, enum form form)
{
	EVP_PKEY *pkey = soft_key(kind);
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS12 *p12;
	int done = 0;

	switch (form) {
	case PKCS8:
		done = i2d_PKCS8PrivateKey_bio(bio, pkey, NULL, NULL, 0, NULL,
		    NULL);
		break;
	case TRADITIONAL:
		done = i2d_PrivateKey_bio(bio, pkey);
		break;
	case ENCRYPTED:
		done = i2d_PKCS8PrivateKey_bio(bio, pkey, EVP_aes_256_cbc(),
		    "secret", 6, NULL, NULL);
		break;
	case PKCS8_PEM:
		done = PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
		    NULL);
		break;
	case TRADITIONAL_PEM:
		done = PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL,
		    NULL, 0, NULL, NULL);
		break;
	case ENCRYPTED_PEM:
		done = PEM_write_bio_PKCS8PrivateKey(bio, pkey,
		    EVP_aes_256_cbc(), "secret", 6, NULL, NULL);
		break;
	case BUNDLED:
		p12 = PKCS12_create("secret", "n", pkey, NULL, NULL, 0, 0, 0, 0,
		    0);
		done = i2d_PKCS12_bio(bio, p12);
		PKCS12_free(p12);
		break;
	}
	assert_int_equal(done, 1);
	EVP_PKEY_free(pkey);
	return taken(bio);
}

static struct ca_bytes
base64(struct ca_bytes data)
{
	uint8_t *out = malloc(data.len * 2 + 8);
	int len = EVP_EncodeBlock(out, data.data, (int)data.len);

	ca_bytes_free(&data);
	return (struct ca_bytes){ out, (size_t)len };
}

static struct ca_bytes
hex(struct ca_bytes data)
{
	char *out = malloc(data.len * 2 + 1);
	size_t len = data.len * 2;

	ca_hex(data.data, data.len, out);
	ca_bytes_free(&data);
	return (struct ca_bytes){ (uint8_t *)out, len };
}

/* A self-signed certificate that carries DATA in an extension. */
static X509 *
certificate_with(EVP_PKEY *pkey, struct ca_bytes *data)
{
	X509 *x509 = X509_new();
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	X509_EXTENSION *ext;

	assert_int_equal(X509_set_version(x509, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, pkey);
	if (data != NULL) {
		ASN1_OCTET_STRING_set(value, data->data, (int)data->len);
		ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
		assert_int_equal(X509_add_ext(x509, ext, -1), 1);
		X509_EXTENSION_free(ext);
	}
	assert_true(X509_sign(x509, pkey, EVP_sha256()) > 0);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return x509;
}

static struct ca_bytes
hidden_in_certificate(bool pem)
{
	EVP_PKEY *pkey = soft_key(CA_KEY_P256);
	struct ca_bytes data = key(CA_KEY_P256, PKCS8);
	X509 *x509 = certificate_with(pkey, &data);
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(pem ? PEM_write_bio_X509(bio, x509)
			     : i2d_X509_bio(bio, x509),
	    1);
	X509_free(x509);
	EVP_PKEY_free(pkey);
	ca_bytes_free(&data);
	return taken(bio);
}

static struct ca_bytes
crl(bool pem)
{
	EVP_PKEY *pkey = soft_key(CA_KEY_P256);
	ASN1_TIME *now = ASN1_TIME_set(NULL, SOFT_NOW);
	X509_CRL *list = X509_CRL_new();
	BIO *bio = BIO_new(BIO_s_mem());

	X509_CRL_set_version(list, 1);
	X509_CRL_set_issuer_name(list,
	    X509_get_subject_name(ca_certificate_x509(ca)));
	X509_CRL_set1_lastUpdate(list, now);
	X509_CRL_set1_nextUpdate(list, now);
	assert_true(X509_CRL_sign(list, pkey, EVP_sha256()) > 0);
	assert_int_equal(pem ? PEM_write_bio_X509_CRL(bio, list)
			     : i2d_X509_CRL_bio(bio, list),
	    1);
	X509_CRL_free(list);
	ASN1_TIME_free(now);
	EVP_PKEY_free(pkey);
	return taken(bio);
}

static struct ca_bytes
ocsp_response(void)
{
	EVP_PKEY *pkey = soft_key(CA_KEY_P256);
	X509 *x509 = certificate_with(pkey, NULL);
	ASN1_TIME *now = ASN1_TIME_set(NULL, SOFT_NOW);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha256(), x509, x509);
	OCSP_RESPONSE *response;
	uint8_t *der = NULL;
	int len;
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(OCSP_basic_add1_status(basic, id,
	    V_OCSP_CERTSTATUS_GOOD, 0, NULL, now, now));
	assert_int_equal(OCSP_basic_sign(basic, x509, pkey, EVP_sha256(), NULL,
			     0),
	    1);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	len = i2d_OCSP_RESPONSE(response, &der);
	assert_int_equal(BIO_write(bio, der, len), len);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(response);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	ASN1_TIME_free(now);
	X509_free(x509);
	EVP_PKEY_free(pkey);
	return taken(bio);
}

/* Takes CONTENT; SAID is part of the refusal. */
/* What was made here passes as it was made, and not an octet otherwise. */
static void
takes_what_was_made_here(void **state)
{
	uint8_t anything[] = "made of certificates, and of no known form";
	uint8_t other[] = "made of certificates, and of no other form";
	const struct ca_bytes made[] = {
		{ other, sizeof(other) - 1 },
		{ anything, sizeof(anything) - 1 },
	};
	const struct ca_exit_known known = { .made = made, .made_count = 2 };
	struct ca_bytes content = { anything, sizeof(anything) - 1 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_exit_gate_content("x", &content, &known, &err), &err);
	assert_int_equal(ca_exit_gate_content("x", &content, NULL, &err),
	    CA_ERR_POLICY);
	content.len--;
	assert_int_equal(ca_exit_gate_content("x", &content, &known, &err),
	    CA_ERR_POLICY);
}

static void
refuses(const char *what, struct ca_bytes content, const char *said)
{
	const struct ca_exit_known known = { .list = &cas, .count = 1 };
	struct ca_error err = { .message = "" };
	enum ca_code rc = ca_exit_gate_content("it", &content, &known, &err);

	if (rc != CA_ERR_POLICY || strstr(err.message, said) == NULL)
		fail_msg("%s: %d, '%s', not '%s'", what, rc, err.message, said);
	assert_int_equal(strncmp(err.message, "it: ", 4), 0);
	ca_bytes_free(&content);
}

static void
lets_pass(const char *what, struct ca_bytes content)
{
	const struct ca_exit_known known = { .list = &cas, .count = 1 };
	struct ca_error err;

	if (ca_exit_gate_content("it", &content, &known, &err) != CA_OK)
		fail_msg("%s: %s", what, err.message);
	ca_bytes_free(&content);
}

static void
finds_a_private_key_in_every_form(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_RSA, CA_KEY_P256,
		CA_KEY_P384, CA_KEY_P521, CA_KEY_ED25519 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool old = kinds[i] != CA_KEY_ED25519;

		refuses("PKCS#8", key(kinds[i], PKCS8), "(PKCS#8, raw)");
		refuses("encrypted", key(kinds[i], ENCRYPTED),
		    "(encrypted PKCS#8, raw)");
		refuses("PKCS#8 PEM", key(kinds[i], PKCS8_PEM),
		    "PEM block of type PRIVATE KEY");
		refuses("encrypted PEM", key(kinds[i], ENCRYPTED_PEM),
		    "PEM block of type ENCRYPTED PRIVATE KEY");
		refuses("PKCS#12", key(kinds[i], BUNDLED), "(PKCS#12, raw)");
		refuses("base64", base64(key(kinds[i], PKCS8)),
		    "(PKCS#8, in base64)");
		refuses("hex", hex(key(kinds[i], PKCS8)), "(PKCS#8, in hex)");
		if (!old)
			continue;
		refuses("traditional", key(kinds[i], TRADITIONAL),
		    kinds[i] == CA_KEY_RSA ? "(PKCS#1, raw)" : "(SEC 1, raw)");
		refuses("traditional PEM", key(kinds[i], TRADITIONAL_PEM),
		    "PRIVATE KEY");
	}
}

static void
finds_a_private_key_wherever_it_hides(void **state)
{
	struct ca_bytes both;

	(void)state;
	both = joined(ca_pem(), key(CA_KEY_P256, PKCS8_PEM));
	refuses("after a certificate", both, "of type PRIVATE KEY");
	both = joined(key(CA_KEY_P256, TRADITIONAL_PEM), ca_pem());
	refuses("before a certificate", both, "of type EC PRIVATE KEY");
	both = joined(ca_der(), key(CA_KEY_P256, PKCS8));
	refuses("after DER", both, "(PKCS#8, raw)");
	both = joined(text("x"), key(CA_KEY_P256, TRADITIONAL));
	refuses("after a byte", both, "(SEC 1, raw)");
	both = joined(text("{\"note\": \"abc"),
	    joined(base64(key(CA_KEY_RSA, TRADITIONAL)), text("\"}")));
	refuses("in JSON", both, "(PKCS#1, in base64)");
	both = joined(text("30:0"), hex(key(CA_KEY_P256, PKCS8)));
	refuses("in hex, askew", both, "(PKCS#8, in hex)");
	refuses("in an extension", hidden_in_certificate(false),
	    "(PKCS#8, raw)");
	refuses("in an extension, PEM", hidden_in_certificate(true),
	    "(PKCS#8, in base64)");
	refuses("half a PEM block", text("-----BEGIN PRIVATE KEY"),
	    "of type PRIVATE KEY");
}

static void
finds_a_key_whose_lines_json_or_a_shell_escaped(void **state)
{
	static const char *const newlines[] = { "\\n", "\\r\\n", "\\\\n", "\n",
		"\r\n " };

	(void)state;
	for (size_t i = 0; i < sizeof(newlines) / sizeof(newlines[0]); i++) {
		struct ca_bytes whole = base64(key(CA_KEY_P256, PKCS8));
		struct ca_bytes lines = { 0 };
		struct ca_error err;

		for (size_t at = 0; at < whole.len; at += 64) {
			size_t left = whole.len - at;

			assert_ok(ca_bytes_append(&lines, whole.data + at,
				      left < 64 ? left : 64, &err),
			    &err);
			lines = joined(lines, text(newlines[i]));
		}
		ca_bytes_free(&whole);
		refuses(newlines[i], lines, "(PKCS#8, in base64)");
	}
}

static void
refuses_whatever_it_does_not_know_completely(void **state)
{
	static const char other[] = "neither certificate, CRL";
	struct ca_bytes some;

	(void)state;
	refuses("text", text("hello\n"), other);
	refuses("JSON", text("{\"x509_pem_cert\": \"\"}\n"), other);
	refuses("nothing", (struct ca_bytes){ 0 }, "is empty");
	refuses("text around", joined(text("hello\n"), ca_pem()), other);
	refuses("text behind", joined(ca_pem(), text("hello\n")), other);
	refuses("DER and a byte", joined(ca_der(), text("x")), other);
	refuses("two DER", joined(ca_der(), ca_der()), other);
	refuses("CRL and a byte", joined(crl(false), text("x")), other);
	refuses("OCSP and a byte", joined(ocsp_response(), text("x")), other);
	some = ca_pem();
	some.len /= 2;
	refuses("half a certificate", some, other);
	some = ca_pem();
	some.data[some.len / 2] ^= 1;
	refuses("a damaged certificate", some, other);
	refuses("a request",
	    text("DELETE /api/v1/clusters/{cluster_id}/client-ca-cert\n"),
	    other);
}

static void
lets_certificates_crls_and_ocsp_responses_pass(void **state)
{
	(void)state;
	lets_pass("PEM", ca_pem());
	lets_pass("DER", ca_der());
	lets_pass("two in PEM", joined(ca_pem(), ca_pem()));
	lets_pass("a blank line",
	    joined(ca_pem(), joined(text("\n"), ca_pem())));
	lets_pass("CRL", crl(false));
	lets_pass("CRL in PEM", crl(true));
	lets_pass("both", joined(ca_pem(), crl(true)));
	lets_pass("OCSP response", ocsp_response());
}

static void
lets_every_export_pass_and_none_that_was_touched(void **state)
{
	static const char id[] = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
	struct ca_error err;

	(void)state;
	for (int i = 0; i < CA_EXPORT_FORMATS; i++) {
		enum ca_export_format format = (enum ca_export_format)i;
		struct ca_bytes made = { 0 }, more = { 0 };

		assert_ok(ca_export_make(format, &cas, NULL, &made, &err),
		    &err);
		lets_pass(ca_export_name(format), made);
		assert_ok(ca_export_make(format, &cas, id, &more, &err), &err);
		refuses(ca_export_name(format), joined(more, text(" ")), "");
	}
	for (int update = 0; update < 2; update++) {
		struct ca_bytes line = { 0 };

		assert_ok(ca_export_cloud_request(update, id, &line, &err),
		    &err);
		lets_pass("request", line);
	}
}

/* It says nothing of what it is of; only the ledger knows. */
static void
lets_no_fingerprint_of_a_stranger_pass(void **state)
{
	const struct ca_exit_known none = { .list = NULL };
	struct ca_bytes made = { 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_export_make(CA_EXPORT_FINGERPRINT, &cas, NULL, &made,
		      &err),
	    &err);
	assert_int_equal(ca_exit_gate_content("it", &made, &none, &err),
	    CA_ERR_POLICY);
	assert_int_equal(ca_exit_gate_content("it", &made, NULL, &err),
	    CA_ERR_POLICY);
	ca_bytes_free(&made);
}

static void
put(const char *path, struct ca_bytes content)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.len, file),
	    content.len);
	assert_int_equal(fclose(file), 0);
	ca_bytes_free(&content);
}

/* What the gate says of DIR; the code is in the error. */
static struct ca_error
judged(const char *dir)
{
	struct ca_error err = { .message = "" };
	size_t count = 0;

	err.code = ca_exit_gate_dir(dir, NULL, &count, &err);
	return err;
}

static void
refuses_by_name_what_is_planted_in_a_directory(void **state)
{
	char out[512];
	struct ca_error err;
	size_t count = 0;

	(void)snprintf(out, sizeof(out), "%s/out", (const char *)*state);
	assert_int_equal(mkdir(out, 0755), 0);
	assert_int_equal(mkdir(tmpdir_path(out, "node-a"), 0755), 0);
	put(tmpdir_path(out, "node-a/ca.crt"), ca_pem());
	put(tmpdir_path(out, "ca.crl"), crl(false));
	assert_ok(ca_exit_gate_dir(out, NULL, &count, &err), &err);
	assert_int_equal(count, 2);

	put(tmpdir_path(out, "node-a/.node.key"), key(CA_KEY_P256, PKCS8_PEM));
	err = judged(out);
	assert_int_equal(err.code, CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "out/node-a/.node.key: holds a"));
	assert_int_equal(unlink(tmpdir_path(out, "node-a/.node.key")), 0);

	assert_int_equal(symlink("ca.crt", tmpdir_path(out, "node-a/l.crt")),
	    0);
	err = judged(out);
	assert_int_equal(err.code, CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "l.crt: is a symbolic link"));
	assert_int_equal(unlink(tmpdir_path(out, "node-a/l.crt")), 0);

	put(tmpdir_path(*state, "elsewhere"), ca_pem());
	assert_int_equal(link(tmpdir_path(*state, "elsewhere"),
			     tmpdir_path(out, "h.crt")),
	    0);
	err = judged(out);
	assert_int_equal(err.code, CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "h.crt: has another name"));
	assert_int_equal(unlink(tmpdir_path(out, "h.crt")), 0);

	assert_int_equal(mkfifo(tmpdir_path(out, "f"), 0644), 0);
	err = judged(out);
	assert_int_equal(err.code, CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "f: not a regular file"));
	assert_int_equal(unlink(tmpdir_path(out, "f")), 0);

	assert_int_equal(symlink("node-a", tmpdir_path(out, "d")), 0);
	err = judged(out);
	assert_int_equal(err.code, CA_ERR_POLICY);
	assert_int_equal(unlink(tmpdir_path(out, "d")), 0);
	assert_int_equal(judged(out).code, CA_OK);
}

static void
refuses_what_is_too_large_or_too_deep(void **state)
{
	char out[512];
	char path[1024];
	struct ca_error err;
	size_t len;
	int fd;

	(void)snprintf(out, sizeof(out), "%s/out", (const char *)*state);
	assert_int_equal(mkdir(out, 0755), 0);
	fd =
	    open(tmpdir_path(out, "big"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(ftruncate(fd, CA_EXIT_FILE_MAX + 1), 0);
	assert_int_equal(close(fd), 0);
	err = judged(out);
	assert_int_equal(err.code, CA_ERR_POLICY);
	assert_non_null(strstr(err.message, "larger than"));
	assert_int_equal(unlink(tmpdir_path(out, "big")), 0);

	len = (size_t)snprintf(path, sizeof(path), "%s", out);
	for (int i = 0; i <= CA_EXIT_DEPTH_MAX; i++) {
		assert_int_equal(judged(out).code, CA_OK);
		len += (size_t)snprintf(path + len, sizeof(path) - len, "/d");
		assert_int_equal(mkdir(path, 0755), 0);
	}
	assert_int_equal(judged(out).code, CA_ERR_POLICY);
}

#define LARGE 200000 /* entries: more than CA_EXIT_FILE_MAX */

/* A CRL of COUNT entries, made in DIR. */
static struct ca_crl *
make_crl(const char *dir, unsigned count)
{
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *issuer = soft_ca(signer, SOFT_NOW);
	const struct ca_crl_head head = { issuer, signer->algorithm, 1,
		SOFT_NOW, SOFT_NOW + 86400 };
	struct ca_revocation revocation = { .serial = { 0x40 },
		.reason = CA_REASON_KEY_COMPROMISE,
		.revoked_at = SOFT_NOW };
	struct ca_bytes tbs = { 0 }, signature = { 0 };
	struct ca_crl_builder *builder = NULL;
	struct ca_crl *crl = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_crl_begin(&head, dir, &builder, &err), &err);
	for (unsigned i = 1; i <= count; i++) {
		revocation.serial[13] = (uint8_t)(i >> 16);
		revocation.serial[14] = (uint8_t)(i >> 8);
		revocation.serial[15] = (uint8_t)i;
		assert_ok(ca_crl_add(builder, &revocation, &err), &err);
	}
	assert_ok(ca_crl_finish(builder, &tbs, &err), &err);
	assert_ok(signer->sign(signer, tbs.data, tbs.len, &signature, &err),
	    &err);
	assert_ok(ca_crl_seal(builder, &signature, &crl, &err), &err);
	ca_bytes_free(&signature);
	ca_crl_builder_free(builder);
	ca_certificate_free(issuer);
	ca_signer_free(signer);
	return crl;
}

static enum ca_code
append(void *arg, const void *data, size_t len, struct ca_error *err)
{
	int fd = *(int *)arg;

	(void)err;
	assert_int_equal(write(fd, data, len), len);
	return CA_OK;
}

/* The file OUT/x with COUNT times CRL in PEM, or in DER where that is 0. */
static void
write_large(const char *out, const struct ca_crl *crl, int count)
{
	const struct ca_bytes *der = ca_crl_der(crl);
	struct ca_error err = { 0 };
	int fd = open(tmpdir_path(out, "x"),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	if (count == 0)
		assert_int_equal(write(fd, der->data, der->len), der->len);
	for (int i = 0; i < count; i++)
		assert_ok(ca_crl_write_pem(crl, append, &fd, &err), &err);
	assert_int_equal(close(fd), 0);
}

/* Puts TEXT at OFFSET of OUT/x, or at its end where that is negative. */
static void
touch_large(const char *out, off_t offset, const char *text)
{
	int fd = open(tmpdir_path(out, "x"), O_WRONLY | O_CLOEXEC);

	assert_true(lseek(fd, offset < 0 ? 0 : offset,
			offset < 0 ? SEEK_END : SEEK_SET) >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

/* A CRL without entries in PEM, that has a key in an extension of its own. */
static struct ca_bytes
keyed_crl(void)
{
	EVP_PKEY *pkey = soft_key(CA_KEY_P256);
	struct ca_bytes data = key(CA_KEY_P256, PKCS8);
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, SOFT_NOW);
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	BIO *bio = BIO_new(BIO_s_mem());

	X509_CRL_set_version(list, 1);
	X509_CRL_set_issuer_name(list,
	    X509_get_subject_name(ca_certificate_x509(ca)));
	X509_CRL_set1_lastUpdate(list, now);
	X509_CRL_set1_nextUpdate(list, now);
	assert_int_equal(ASN1_INTEGER_set(number, 1), 1);
	assert_int_equal(X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0,
			     0),
	    1);
	assert_int_equal(ASN1_OCTET_STRING_set(value, data.data, (int)data.len),
	    1);
	extension =
	    X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, value);
	assert_int_equal(X509_CRL_add_ext(list, extension, -1), 1);
	assert_true(X509_CRL_sign(list, pkey, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509_CRL(bio, list), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(now);
	X509_CRL_free(list);
	EVP_PKEY_free(pkey);
	ca_bytes_free(&data);
	return taken(bio);
}

/* What has no entries is no smaller a place for a key. */
static void
judges_each_crl_of_a_large_file(void **state)
{
	char out[512];
	struct ca_crl *large = make_crl(*state, LARGE);
	struct ca_crl *empty = make_crl(*state, 0);
	struct ca_bytes keyed = keyed_crl();
	struct ca_error err = { 0 };
	int fd;

	(void)snprintf(out, sizeof(out), "%s/out", (const char *)*state);
	assert_int_equal(mkdir(out, 0755), 0);
	write_large(out, large, 1);
	fd = open(tmpdir_path(out, "x"), O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_ok(ca_crl_write_pem(empty, append, &fd, &err), &err);
	assert_int_equal(close(fd), 0);
	assert_int_equal(judged(out).code, CA_OK);
	assert_ok(ca_bytes_append(&keyed, "", 1, &err), &err);
	touch_large(out, -1, (const char *)keyed.data);
	assert_int_equal(judged(out).code, CA_ERR_POLICY);
	ca_bytes_free(&keyed);
	ca_crl_free(empty);
	ca_crl_free(large);
}

static void
lets_a_crl_of_any_length_pass_and_nothing_in_it(void **state)
{
	char out[512];
	struct ca_crl *crl = make_crl(*state, LARGE);
	const struct ca_bytes *der = ca_crl_der(crl);
	const uint8_t *oid = memmem(der->data + der->len / 2, der->len / 2,
	    "\x06\x03\x55\x1d\x15", 5);

	(void)snprintf(out, sizeof(out), "%s/out", (const char *)*state);
	assert_int_equal(mkdir(out, 0755), 0);
	assert_true(der->len > CA_EXIT_FILE_MAX);
	for (int count = 0; count < 3; count++) {
		write_large(out, crl, count);
		assert_int_equal(judged(out).code, CA_OK);
		/* A byte behind it, in either form. */
		touch_large(out, -1, "x");
		assert_int_equal(judged(out).code, CA_ERR_POLICY);
	}
	/* Another extension of an entry. */
	write_large(out, crl, 0);
	touch_large(out, oid - der->data + 4, "\x18");
	assert_int_equal(judged(out).code, CA_ERR_POLICY);
	/* Another line, and another digit at its end. */
	write_large(out, crl, 1);
	touch_large(out, 24 + 64, " ");
	assert_int_equal(judged(out).code, CA_ERR_POLICY);
	write_large(out, crl, 1);
	touch_large(out, -1, "-----BEGIN EC PRIVATE KEY-----\n");
	assert_int_equal(judged(out).code, CA_ERR_POLICY);
	/* A second hard link, which may be changed later. */
	write_large(out, crl, 0);
	assert_int_equal(link(tmpdir_path(out, "x"), tmpdir_path(out, "y")), 0);
	assert_int_equal(judged(out).code, CA_ERR_POLICY);
	ca_crl_free(crl);
}

static void
fails_where_there_is_no_directory(void **state)
{
	assert_int_equal(judged(tmpdir_path(*state, "none")).code, CA_ERR_FILE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_was_made_here),
		cmocka_unit_test(finds_a_private_key_in_every_form),
		cmocka_unit_test(finds_a_private_key_wherever_it_hides),
		cmocka_unit_test(
		    finds_a_key_whose_lines_json_or_a_shell_escaped),
		cmocka_unit_test(refuses_whatever_it_does_not_know_completely),
		cmocka_unit_test_setup_teardown(
		    refuses_by_name_what_is_planted_in_a_directory,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    refuses_what_is_too_large_or_too_deep, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(judges_each_crl_of_a_large_file,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    lets_a_crl_of_any_length_pass_and_nothing_in_it,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    fails_where_there_is_no_directory, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test(lets_no_fingerprint_of_a_stranger_pass),
		cmocka_unit_test(
		    lets_certificates_crls_and_ocsp_responses_pass),
		cmocka_unit_test(
		    lets_every_export_pass_and_none_that_was_touched),
	};

	return cmocka_run_group_tests(tests, make_ca, free_ca);
}
