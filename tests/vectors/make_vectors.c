/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: make_vectors DIR
 *
 * Writes every request of the tables (vectors_*.c) into DIR, which is empty,
 * and what is expected of each into DIR/index.tsv: file, policy, verdict, rule,
 * source. Nobody keeps the keys.
 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vectors/der_text.h"
#include "vectors/vector.h"

#define PATH_SIZE 4096
#define PARTS_MAX 12
#define LABEL "CERTIFICATE REQUEST"

#define need(condition)                                                     \
	do {                                                                \
		if (!(condition)) {                                         \
			fprintf(stderr, "make_vectors: %s: %s\n", building, \
			    #condition);                                    \
			exit(1);                                            \
		}                                                           \
	} while (0)

static const char *building = "";

/* A request in the making. */
struct build {
	const struct vector *vector;
	EVP_PKEY *key;
	struct der_part part[PARTS_MAX];
	size_t parts;
};

static const struct vector_table *const tables[] = { &vectors_form,
	&vectors_key, &vectors_signature, &vectors_ask, &vectors_good };

static void
add_part(struct build *build, char name, struct ca_bytes bytes)
{
	need(build->parts < PARTS_MAX);
	build->part[build->parts++] = (struct der_part){ name, bytes };
}

/* Keeps the first COUNT of them. */
static void
drop_parts(struct build *build, size_t count)
{
	while (build->parts > count)
		ca_bytes_free(&build->part[--build->parts].bytes);
}

static struct ca_bytes
text(const struct build *build, const char *given, const char *usual)
{
	return der_text(given != NULL ? given : usual, build->part,
	    build->parts);
}

static struct ca_bytes
copy(const void *data, size_t len)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	need(ca_bytes_append(&bytes, data, len, &err) == CA_OK);
	return bytes;
}

static EVP_PKEY *
shared_key(enum vector_key key)
{
	static EVP_PKEY *made[KEYS];

	if (made[key] == NULL)
		made[key] = vector_key_new(key);
	need(made[key] != NULL);
	return made[key];
}

static void
add_key(struct build *build, EVP_PKEY *key, char whole, char bits)
{
	X509_PUBKEY *pub = NULL;
	const unsigned char *octets = NULL;
	unsigned char *der = NULL;
	int len = 0;

	need(X509_PUBKEY_set(&pub, key) == 1);
	need(X509_PUBKEY_get0_param(NULL, &octets, &len, NULL, pub) == 1);
	add_part(build, bits, copy(octets, (size_t)len));
	if (whole != '\0') {
		len = i2d_X509_PUBKEY(pub, &der);
		need(len > 0);
		add_part(build, whole, copy(der, (size_t)len));
		OPENSSL_free(der);
	}
	X509_PUBKEY_free(pub);
}

/* The other point, compressed: its x behind 02 or 03. */
static void
add_compressed(struct build *build)
{
	const struct ca_bytes *point = &build->part[build->parts - 1].bytes;
	struct ca_bytes octets = copy(point->data, 33);

	octets.data[0] = (point->data[64] & 1) != 0 ? 3 : 2;
	add_part(build, 'c', octets);
}

static const char *
usual_algorithm(const struct build *build)
{
	switch (EVP_PKEY_get_base_id(build->key)) {
	case EVP_PKEY_EC:
		return "30 { 06 { .1.2.840.10045.4.3.2 } }";
	case EVP_PKEY_ED25519:
		return "30 { 06 { .1.3.101.112 } }";
	case EVP_PKEY_ED448:
		return "30 { 06 { .1.3.101.113 } }";
	case EVP_PKEY_DSA:
		return "30 { 06 { .2.16.840.1.101.3.4.3.2 } }";
	default:
		return "30 { 06 { .1.2.840.113549.1.1.11 } 05 00 }";
	}
}

static const char *
digest_of(const struct build *build)
{
	int type = EVP_PKEY_get_base_id(build->key);

	if (type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448)
		return NULL;
	return build->vector->digest != NULL ? build->vector->digest : "SHA256";
}

static void
set_pss(const struct vector *vector, EVP_PKEY_CTX *ctx)
{
	int salt = vector->salt;

	if (salt == -1)
		salt = RSA_PSS_SALTLEN_MAX;
	else if (salt == -2)
		salt = 0;
	need(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1);
	need(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) == 1);
	if (vector->mgf != NULL)
		need(EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, vector->mgf,
			 NULL) == 1);
}

/* The BIT STRING of a signature over the %i. */
static void
add_signature(struct build *build, const struct ca_bytes *info)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx = NULL;
	unsigned char signature[4096] = { 0 };
	size_t len = sizeof(signature) - 1;

	need(EVP_DigestSignInit_ex(context, &ctx, digest_of(build), NULL, NULL,
		 build->key, NULL) == 1);
	if (build->vector->salt != 0)
		set_pss(build->vector, ctx);
	need(EVP_DigestSign(context, signature + 1, &len, info->data,
		 info->len) == 1);
	EVP_MD_CTX_free(context);
	add_part(build, 'x', copy(signature + 1, len));
	add_part(build, 's',
	    text(build, build->vector->signature, "03 { 00 %x }"));
}

static struct ca_bytes
make_info(struct build *build)
{
	const struct vector *vector = build->vector;
	bool absent =
	    vector->attributes != NULL && strcmp(vector->attributes, "-") == 0;

	if (vector->info != NULL)
		return text(build, vector->info, NULL);
	add_part(build, 'v', text(build, vector->version, "02 01 00"));
	add_part(build, 'u', text(build, vector->subject, "30 { " NODE "}"));
	add_part(build, 'e', text(build, vector->spki, "%p"));
	if (absent)
		return text(build, "30 { %v %u %e }", NULL);
	add_part(build, 't',
	    text(build, vector->attributes, EXTENSIONS(GOOD_SAN)));
	return text(build, "30 { %v %u %e a0 { %t } }", NULL);
}

static struct ca_bytes
make_base64(const struct ca_bytes *der)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	unsigned char *out = malloc(2 * der->len + 256);
	int len = 0, last = 0;
	struct ca_bytes bytes;

	need(context != NULL && out != NULL);
	EVP_EncodeInit(context);
	need(EVP_EncodeUpdate(context, out, &len, der->data, (int)der->len) ==
	    1);
	EVP_EncodeFinal(context, out + len, &last);
	bytes = copy(out, (size_t)(len + last));
	EVP_ENCODE_CTX_free(context);
	free(out);
	return bytes;
}

static struct ca_bytes
without_line_ends(const struct ca_bytes *from)
{
	struct ca_bytes bytes = copy(from->data, from->len);
	size_t kept = 0;

	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i] != '\n')
			bytes.data[kept++] = bytes.data[i];
	bytes.len = kept;
	return bytes;
}

static struct ca_bytes
with_crlf(const struct ca_bytes *from)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] == '\n')
			need(ca_bytes_append(&bytes, "\r", 1, &err) == CA_OK);
		need(ca_bytes_append(&bytes, from->data + i, 1, &err) == CA_OK);
	}
	return bytes;
}

static struct ca_bytes
make(struct build *build)
{
	struct ca_bytes info, base64;

	build->key = shared_key(build->vector->key);
	add_key(build, build->key, 'p', 'k');
	add_key(build, shared_key(KEY_P256), '\0', 'q');
	add_compressed(build);
	info = make_info(build);
	drop_parts(build, 4);
	add_part(build, 'i', info);
	add_part(build, 'a',
	    text(build, build->vector->algorithm, usual_algorithm(build)));
	add_signature(build, &info);
	add_part(build, 'd',
	    text(build, build->vector->request, "30 { %i %a %s }"));
	base64 = make_base64(&build->part[build->parts - 1].bytes);
	add_part(build, 'b', base64);
	add_part(build, 'l', without_line_ends(&base64));
	add_part(build, 'r', with_crlf(&base64));
	return text(build, build->vector->text, "%d");
}

static void
write_file(const char *dir, const struct vector *vector,
    const struct ca_bytes *bytes)
{
	char path[PATH_SIZE];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, vector->file);
	file = fopen(path, "wb");
	need(file != NULL);
	need(bytes->len == 0 ||
	    fwrite(bytes->data, 1, bytes->len, file) == bytes->len);
	need(fclose(file) == 0);
}

/* One line of the index: a verdict is "ok", "ok RULE" or RULE. */
static void
write_line(FILE *index, const struct vector *vector, const char *policy,
    const char *verdict)
{
	bool good = strncmp(verdict, "ok", 2) == 0 &&
	    (verdict[2] == '\0' || verdict[2] == ' ');
	const char *rule = verdict;

	if (good)
		rule = verdict[2] == ' ' ? verdict + 3 : "-";
	need(fprintf(index, "%s\t%s\t%s\t%s\tmake_vectors: %s\n", vector->file,
		 policy, good ? "accept" : "refuse", rule, vector->what) > 0);
}

static void
write_vector(const char *dir, FILE *index, const struct vector *vector)
{
	struct build build = { .vector = vector };
	struct ca_bytes bytes;
	const char *strict =
	    vector->strict != NULL ? vector->strict : vector->permissive;

	building = vector->file;
	bytes = make(&build);
	write_file(dir, vector, &bytes);
	write_line(index, vector, "permissive", vector->permissive);
	write_line(index, vector, "strict", strict);
	ca_bytes_free(&bytes);
	drop_parts(&build, 0);
}

int
main(int argc, char **argv)
{
	char path[PATH_SIZE];
	FILE *index;

	if (argc != 2) {
		fprintf(stderr, "usage: make_vectors DIR\n");
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/index.tsv", argv[1]);
	index = fopen(path, "w");
	need(index != NULL);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (size_t j = 0; j < tables[i]->count; j++)
			write_vector(argv[1], index, &tables[i]->item[j]);
	need(fclose(index) == 0);
	return 0;
}
