/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that are good, some of them in unusual ways. */
#include "vectors/vector.h"

#define GOOD(name, words) .file = name, .permissive = "ok", .what = words
#define NOTED(name, rule, words) \
	.file = name, .permissive = "ok " rule, .what = words
#define BEGIN "\"-----BEGIN CERTIFICATE REQUEST-----\" 0a "
#define END "\"-----END CERTIFICATE REQUEST-----\" 0a "
#define PEM BEGIN "%b " END
#define ALGORITHM(oid, parameters) "30 { 06 { ." oid " } " parameters " }"
#define HASH(oid) "30 { 06 { ." oid " } 05 00 } "
#define BARE(oid) "30 { 06 { ." oid " } } "
#define SHA256 "2.16.840.1.101.3.4.2.1"
#define SHA384 "2.16.840.1.101.3.4.2.2"
#define SHA512 "2.16.840.1.101.3.4.2.3"
#define PSS(hash, salt)                                                        \
	ALGORITHM("1.2.840.113549.1.1.10",                                     \
	    "30 { a0 { " hash "} a1 { 30 { 06 { .1.2.840.113549.1.1.8 } " hash \
	    "} } a2 { " salt " } }")

static const struct vector items[] = {
	/* Keys and signatures. */
	{ GOOD("good-p256.der", "P-256, SHA-256") },
	{ GOOD("good-p256-sha384.der", "P-256, SHA-384"), .digest = "SHA384",
	    .algorithm = ALGORITHM("1.2.840.10045.4.3.3", "") },
	{ GOOD("good-p256-sha512.der", "P-256, SHA-512"), .digest = "SHA512",
	    .algorithm = ALGORITHM("1.2.840.10045.4.3.4", "") },
	{ GOOD("good-p384.der", "P-384, SHA-384"), .key = KEY_P384,
	    .digest = "SHA384",
	    .algorithm = ALGORITHM("1.2.840.10045.4.3.3", "") },
	{ GOOD("good-p384-sha256.der", "P-384, SHA-256"), .key = KEY_P384 },
	{ GOOD("good-rsa3072.der", "RSA of 3072 bits"), .key = KEY_RSA3072 },
	{ GOOD("good-rsa4096.der", "RSA of 4096 bits, SHA-512"),
	    .key = KEY_RSA4096, .digest = "SHA512",
	    .algorithm = ALGORITHM("1.2.840.113549.1.1.13", "05 00") },
	{ GOOD("good-rsa-sha384.der", "RSA, SHA-384"), .key = KEY_RSA3072,
	    .digest = "SHA384",
	    .algorithm = ALGORITHM("1.2.840.113549.1.1.12", "05 00") },
	{ GOOD("good-rsa-absent.der", "RSA, the parameters absent"),
	    .key = KEY_RSA3072,
	    .algorithm = ALGORITHM("1.2.840.113549.1.1.11", "") },
	{ GOOD("good-pss.der", "RSASSA-PSS, SHA-256"), .key = KEY_RSA3072,
	    .salt = 32, .algorithm = PSS(HASH(SHA256), "02 01 20") },
	{ GOOD("good-pss-sha384.der", "RSASSA-PSS, SHA-384"),
	    .key = KEY_RSA3072, .salt = 48, .digest = "SHA384",
	    .algorithm = PSS(HASH(SHA384), "02 01 30") },
	{ GOOD("good-pss-sha512.der", "RSASSA-PSS, SHA-512"),
	    .key = KEY_RSA3072, .salt = 64, .digest = "SHA512",
	    .algorithm = PSS(HASH(SHA512), "02 01 40") },
	{ GOOD("good-pss-absent.der",
	      "RSASSA-PSS, the hashes' parameters absent"),
	    .key = KEY_RSA3072, .salt = 32,
	    .algorithm = PSS(BARE(SHA256), "02 01 20") },
	{ GOOD("good-pss-long-salt.der",
	      "RSASSA-PSS, a salt as long as there is room for"),
	    .key = KEY_RSA3072, .salt = -1,
	    .algorithm = PSS(HASH(SHA256), "02 02 01 5e") },
	{ GOOD("good-pss-trailer.der", "RSASSA-PSS, the trailer field spelled"),
	    .key = KEY_RSA3072, .salt = 32,
	    .algorithm = PSS(HASH(SHA256), "02 01 20 } a3 { 02 01 01") },

	/* What is tolerated. */
	{ NOTED("tolerated-ecdsa-null.der", "csr-ecdsa-null",
	      "NULL parameters of ECDSA"),
	    .algorithm = ALGORITHM("1.2.840.10045.4.3.2", "05 00") },
	{ NOTED("tolerated-critical-false.der", "csr-default-value",
	      "critical FALSE spelled"),
	    .attributes = EXTENSIONS(
		"30 { 06 { .2.5.29.17 } 01 01 00 04 { 30 { " HOST "} } }") },
	{ NOTED("tolerated-ca-false.der", "csr-default-value",
	      "cA FALSE spelled"),
	    .attributes = WITH(EXTENSION("2.5.29.19", "30 { 01 01 00 }")) },
	{ .file = "tolerated-no-attributes.der",
	    .permissive = "ok csr-no-attributes",
	    .strict = "csr-no-name",
	    .what = "no attributes",
	    .attributes = "-" },

	/* PEM. */
	{ GOOD("pem.pem", "PEM"), .text = PEM },
	{ GOOD("pem-new.pem", "PEM labelled NEW CERTIFICATE REQUEST"),
	    .text =
		"\"-----BEGIN NEW CERTIFICATE REQUEST-----\" 0a %b \"-----END NEW CERTIFICATE REQUEST-----\" 0a" },
	{ GOOD("pem-crlf.pem", "PEM with CR LF"),
	    .text =
		"\"-----BEGIN CERTIFICATE REQUEST-----\" 0d 0a %r \"-----END CERTIFICATE REQUEST-----\" 0d 0a" },
	{ GOOD("pem-bom.pem", "PEM behind a byte order mark"),
	    .text = "ef bb bf " PEM },
	{ GOOD("pem-bom-crlf.pem", "PEM with CR LF behind a byte order mark"),
	    .text =
		"ef bb bf \"-----BEGIN CERTIFICATE REQUEST-----\" 0d 0a %r \"-----END CERTIFICATE REQUEST-----\" 0d 0a" },
	{ GOOD("pem-text-first.pem", "text in front of the block"),
	    .text = "\"Certificate Request:\" 0a \"    Data:\" 0a " PEM },
	{ GOOD("pem-blank-first.pem", "empty lines in front of the block"),
	    .text = "0a 0a 0d 0a " PEM },
	{ GOOD("pem-blank-behind.pem", "white space behind the block"),
	    .text = PEM "0a 20 09 0d 0a 0a" },
	{ GOOD("pem-no-line-feed.pem", "no line feed at the end"),
	    .text = BEGIN "%b \"-----END CERTIFICATE REQUEST-----\"" },
	{ GOOD("pem-one-line.pem", "the base64 in one line"),
	    .text = BEGIN "%l 0a " END },

	/* Subjects. */
	{ GOOD("subject-empty.der", "an empty subject"), .subject = "30 { }" },
	{ GOOD("subject-printable.der", "a PrintableString"),
	    .subject = "30 { " CN("13 { \"node\" }") "}" },
	{ GOOD("subject-bmp.der", "a BMPString"),
	    .subject = "30 { " CN("1e { 00 6e 00 6f 00 64 00 65 }") "}" },
	{ GOOD("subject-t61.der", "a TeletexString"),
	    .subject = "30 { " CN("14 { \"node\" }") "}" },
	{ GOOD("subject-utf8.der", "an organization in UTF-8"),
	    .subject =
		"30 { " RDN("2.5.4.10", "0c { \"Caf\" c3 a9 }") NODE "}" },
	{ GOOD("subject-multi-valued.der", "an RDN of two attributes"),
	    .subject =
		"30 { 31 { 30 { 06 { .2.5.4.3 } 0c { \"node\" } } 30 { 06 { .2.5.4.10 } 0c { \"Acme\" } } } }" },
	{ GOOD("subject-many.der", "a subject of many parts"),
	    .subject = "30 { " RDN("2.5.4.6", "13 { \"DE\" }") RDN("2.5.4.8",
		"0c { \"Hessen\" }") RDN("2.5.4.7", "0c { \"Frankfurt\" }")
		RDN("2.5.4.10", "0c { \"Acme\" }") RDN("2.5.4.11",
		    "0c { \"Databases\" }")
		    RDN("1.2.840.113549.1.9.1", "16 { \"a@example.com\" }")
			RDN("0.9.2342.19200300.100.1.25", "16 { \"example\" }")
			    NODE "}" },
	{ GOOD("subject-unknown.der", "an unknown attribute of the subject"),
	    .subject = "30 { " RDN("1.2.3.4", "0c { \"a\" }") NODE "}" },
	{ GOOD("subject-host.der", "one of the hosts as common name"),
	    .subject = "30 { " CN("0c { \"node1.example.com\" }") "}" },

	/* Attributes and extensions. */
	{ GOOD("attributes-microsoft.der",
	      "Microsoft's number of the extensionRequest"),
	    .attributes =
		ATTRIBUTE("1.3.6.1.4.1.311.2.1.14", "30 { " GOOD_SAN "}") },
	{ GOOD("attributes-password.der", "a challengePassword"),
	    .attributes = CHALLENGE("0c { \"secret\" }") EXTENSIONS(GOOD_SAN) },
	{ GOOD("attributes-password-printable.der",
	      "a challengePassword in a PrintableString"),
	    .attributes = CHALLENGE("13 { \"secret\" }") EXTENSIONS(GOOD_SAN) },
	{ GOOD("attributes-unstructured.der", "an unstructuredName"),
	    .attributes = ATTRIBUTE("1.2.840.113549.1.9.2", "0c { \"a\" }")
		EXTENSIONS(GOOD_SAN) },
	{ GOOD("attributes-windows.der", "what certreq sends along"),
	    .attributes = ATTRIBUTE("1.3.6.1.4.1.311.13.2.3",
		"16 { \"10.0.20348.2\" }") EXTENSIONS(GOOD_SAN)
		ATTRIBUTE("1.3.6.1.4.1.311.21.20",
		    "30 { 02 01 05 0c { \"WIN-1\" } 0c { \"WIN\\Administrator\" } 0c { \"certreq\" } }") },
	{ GOOD("attributes-two-values.der",
	      "an unknown attribute of two values"),
	    .attributes = ATTRIBUTE("1.2.3.4", "02 01 01 02 01 02")
		EXTENSIONS(GOOD_SAN) },
	{ GOOD("san-ip.der", "an address"),
	    .attributes = EXTENSIONS(SAN(HOST "87 { 0a 00 00 07 }")) },
	{ GOOD("san-many.der", "several hosts"),
	    .attributes = EXTENSIONS(SAN(HOST
		"82 { \"node2.example.com\" } 82 { \"a.b.c.example.com\" } 82 { \"xn--bcher-kva.example.com\" } 87 { 0a ff ff ff }")) },
	{ GOOD("san-case.der", "a host in upper case"),
	    .attributes = EXTENSIONS(SAN("82 { \"NODE1.Example.COM\" }")) },
	{ GOOD("san-critical.der", "a critical subjectAltName"),
	    .attributes = EXTENSIONS(CRITICAL("2.5.29.17", "30 { " HOST "}")) },
	{ GOOD("usage.der", "digitalSignature"),
	    .attributes = WITH(CRITICAL("2.5.29.15", "03 02 07 80")) },
	{ GOOD("usage-rsa.der", "digitalSignature and keyEncipherment"),
	    .key = KEY_RSA3072,
	    .attributes = WITH(CRITICAL("2.5.29.15", "03 02 05 a0")) },
	{ GOOD("purpose.der", "serverAuth and clientAuth"),
	    .attributes = WITH(EXTENSION("2.5.29.37",
		"30 { 06 { .1.3.6.1.5.5.7.3.1 } 06 { .1.3.6.1.5.5.7.3.2 } }")) },
	{ GOOD("basic.der", "empty basicConstraints"),
	    .attributes = WITH(CRITICAL("2.5.29.19", "30 { }")) },
	{ GOOD("key-id.der", "a subjectKeyIdentifier"),
	    .attributes = WITH(EXTENSION("2.5.29.14", "04 { *20 11 }")) },
};

const struct vector_table vectors_good = VECTOR_TABLE(items);
