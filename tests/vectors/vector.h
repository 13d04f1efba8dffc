/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_VECTOR_H
#define COLDCA_TESTS_VECTOR_H

#include <openssl/types.h>
#include <stddef.h>

#include "coldca/bytes.h"

/* The keys that vectors have; made anew by each run of the generator. */
enum vector_key {
	KEY_P256,
	KEY_P384,
	KEY_P521,
	KEY_ED25519,
	KEY_RSA2048,
	KEY_RSA3072,
	KEY_RSA4096,
	KEY_RSA1024,
	KEY_RSA2047,
	KEY_RSA_E3,      /* 2048 bits from here on */
	KEY_RSA_LARGE_E, /* an exponent of 33 bits */
	KEY_RSA_PRIME,   /* the modulus is one */
	KEY_RSA_SQUARE,  /* of a prime */
	KEY_RSA_FACTOR,  /* 751 divides it */
	KEY_RSA_ROCA,
	KEY_RSA_CLOSE,   /* primes 2^100 apart */
	KEY_RSA_CLOSER,  /* the next prime */
	KEY_RSA_FAR,     /* primes 2^515 apart: Fermat takes some rounds */
	KEY_RSA_SHARED,  /* 3072 bits, as is the next one, */
	KEY_RSA_SHARED2, /* and they have a prime in common */
	KEY_P224,
	KEY_SECP256K1,
	KEY_BRAINPOOL,
	KEY_EXPLICIT, /* P-256 by explicit parameters */
	KEY_DSA,
	KEY_ED448,
	KEY_PSS, /* an RSASSA-PSS key */
	KEYS
};

/* A new one; ends the program where it can not be made. */
EVP_PKEY *vector_key_new(enum vector_key key);

/*
 * One request. Texts are those of der_text(); NULL is what a good request for
 * node1.example.com by a P-256 key has there. Parts in them: %p the
 * SubjectPublicKeyInfo, %k the octets of its subjectPublicKey, %q those of
 * another P-256 key, %c the same compressed.
 */
struct vector {
	const char *file;       /* without ".der" or ".pem" */
	const char *permissive; /* "ok", the rule of a refusal, "ok RULE" */
	const char *strict;     /* the same; NULL: as permissive says */
	const char *what;       /* in words */
	enum vector_key key;
	const char *subject;
	const char *spki;
	const char *attributes; /* what is in [0]; "-": there is no [0] */
	const char *algorithm;
	const char *digest;    /* of the signature; NULL: SHA256 */
	const char *signature; /* of the BIT STRING, whole */
	const char *info;      /* the whole CertificationRequestInfo */
	const char
	    *request; /* all of it: %i info, %a algorithm, %s signature */
	const char *version;
	int salt;         /* octets of RSASSA-PSS; 0: PKCS #1 v1.5; -1: as many
			  as there is room for; -2: none */
	const char *mgf;  /* hash of MGF1 */
	const char *text; /* of the file: %d DER, %b base64; NULL: %d */
};

struct vector_table {
	const struct vector *item;
	size_t count;
};

extern const struct vector_table vectors_form, vectors_key, vectors_signature,
    vectors_ask, vectors_good;

#define VECTOR_TABLE(array)                               \
	{                                                 \
		array, sizeof(array) / sizeof((array)[0]) \
	}

/* Parts of the texts. */
#define ATTRIBUTE(oid, values) "30 { 06 { ." oid " } 31 { " values " } } "
#define EXTENSIONS(list) ATTRIBUTE("1.2.840.113549.1.9.14", "30 { " list " }")
#define EXTENSION(oid, value) "30 { 06 { ." oid " } 04 { " value " } } "
#define CRITICAL(oid, value) "30 { 06 { ." oid " } 01 01 ff 04 { " value " } } "
#define SAN(names) EXTENSION("2.5.29.17", "30 { " names " }")
#define HOST "82 { \"node1.example.com\" } "
#define GOOD_SAN SAN(HOST)
#define WITH(list) EXTENSIONS(GOOD_SAN list)
#define RDN(oid, value) "31 { 30 { 06 { ." oid " } " value " } } "
#define CN(value) RDN("2.5.4.3", value)
#define NODE CN("0c { \"node\" }")
#define CHALLENGE(values) ATTRIBUTE("1.2.840.113549.1.9.7", values)

#endif
