/* SPDX-License-Identifier: Apache-2.0 */
#include "core/general_name.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/asn1_text.h"

#define IPV4_SIZE 4  /* octets (RFC 5280 section 4.2.1.6) */
#define IPV6_SIZE 16 /* octets */

/* How one choice of GeneralName is read; names are those of RFC 5280. */
struct form {
	int type; /* GEN_ number of OpenSSL */
	enum ca_name_kind kind;
	const char *word;
	enum ca_code (*read)(const struct form *form, const GENERAL_NAME *gen,
	    struct ca_name *ret, struct ca_error *err);
};

static enum ca_code
read_text(const struct form *form, const GENERAL_NAME *gen, struct ca_name *ret,
    struct ca_error *err)
{
	ret->kind = form->kind;
	return ca_text_escape(ASN1_STRING_get0_data(gen->d.ia5),
	    (size_t)ASN1_STRING_length(gen->d.ia5), &ret->text, err);
}

static enum ca_code
read_odd_ip(const struct form *form, const ASN1_STRING *octets,
    struct ca_name *ret, struct ca_error *err)
{
	char *hex = OPENSSL_buf2hexstr(ASN1_STRING_get0_data(octets),
	    ASN1_STRING_length(octets));
	enum ca_code rc;

	ret->kind = CA_NAME_OTHER;
	if (hex == NULL)
		return ca_fail_memory(err);
	rc = ca_text_format(&ret->text, err, "%s:%s", form->word, hex);
	OPENSSL_free(hex);
	return rc;
}

static enum ca_code
read_ip(const struct form *form, const GENERAL_NAME *gen, struct ca_name *ret,
    struct ca_error *err)
{
	const ASN1_STRING *octets = gen->d.iPAddress;
	int len = ASN1_STRING_length(octets);
	char text[INET6_ADDRSTRLEN];

	if (len != IPV4_SIZE && len != IPV6_SIZE)
		return read_odd_ip(form, octets, ret, err);
	ret->kind = CA_NAME_IP;
	ret->ip_len = (size_t)len;
	memcpy(ret->ip, ASN1_STRING_get0_data(octets), ret->ip_len);
	if (inet_ntop(len == IPV4_SIZE ? AF_INET : AF_INET6, ret->ip, text,
		sizeof(text)) == NULL)
		return ca_fail(err, CA_ERR_INTERNAL, "%s: no text form",
		    form->word);
	return ca_text_format(&ret->text, err, "%s", text);
}

static enum ca_code
read_object(const struct form *form, const GENERAL_NAME *gen,
    struct ca_name *ret, struct ca_error *err)
{
	const ASN1_OBJECT *object = gen->type == GEN_RID
	    ? gen->d.registeredID
	    : gen->d.otherName->type_id;
	char oid[CA_OBJECT_TEXT_SIZE];

	ret->kind = form->kind;
	ca_asn1_object_text(object, oid);
	return ca_text_format(&ret->text, err, "%s:%s", form->word, oid);
}

static enum ca_code
read_directory(const struct form *form, const GENERAL_NAME *gen,
    struct ca_name *ret, struct ca_error *err)
{
	char *name = NULL;
	enum ca_code rc = ca_asn1_name_text(gen->d.directoryName, &name, err);

	ret->kind = form->kind;
	if (rc == CA_OK)
		rc = ca_text_format(&ret->text, err, "%s:%s", form->word, name);
	free(name);
	return rc;
}

static enum ca_code
read_word(const struct form *form, const GENERAL_NAME *gen, struct ca_name *ret,
    struct ca_error *err)
{
	(void)gen;
	ret->kind = form->kind;
	return ca_text_format(&ret->text, err, "%s", form->word);
}

static const struct form forms[] = {
	{ GEN_OTHERNAME, CA_NAME_OTHER, "otherName", read_object },
	{ GEN_EMAIL, CA_NAME_EMAIL, "rfc822Name", read_text },
	{ GEN_DNS, CA_NAME_DNS, "dNSName", read_text },
	{ GEN_X400, CA_NAME_OTHER, "x400Address", read_word },
	{ GEN_DIRNAME, CA_NAME_OTHER, "directoryName", read_directory },
	{ GEN_EDIPARTY, CA_NAME_OTHER, "ediPartyName", read_word },
	{ GEN_URI, CA_NAME_URI, "uniformResourceIdentifier", read_text },
	{ GEN_IPADD, CA_NAME_IP, "iPAddress", read_ip },
	{ GEN_RID, CA_NAME_OTHER, "registeredID", read_object },
};

static enum ca_code
read_one(const GENERAL_NAME *gen, struct ca_name *ret, struct ca_error *err)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].type == gen->type)
			return forms[i].read(&forms[i], gen, ret, err);
	return ca_fail(err, CA_ERR_INPUT,
	    "RFC 5280 section 4.2.1.6: not a form of GeneralName");
}

enum ca_code
ca_general_names_read(const GENERAL_NAMES *gens, struct ca_names *ret,
    struct ca_error *err)
{
	struct ca_names names = { 0 };
	enum ca_code rc = CA_OK;

	for (int i = 0; i < sk_GENERAL_NAME_num(gens); i++) {
		struct ca_name name = { 0 };

		rc = read_one(sk_GENERAL_NAME_value(gens, i), &name, err);
		if (rc == CA_OK)
			rc = ca_names_add(&names, &name, err);
		ca_name_clear(&name);
		if (rc != CA_OK)
			goto out;
	}
	*ret = names;
	names = (struct ca_names){ 0 };
out:
	ca_names_clear(&names);
	return rc;
}

static enum ca_code
refuse(const char *word, const char *why, struct ca_error *err)
{
	return ca_fail_rule(err, CA_ERR_INPUT, "csr-san",
	    "RFC 5280 section 4.2.1.6: %s: %s", word, why);
}

/* RFC 3986 section 4.3: `scheme:`, of letters, digits, `+`, `-` and `.`. */
static bool
is_absolute(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == ':')
			return i > 0;
		if (isalnum(text[i]) == 0 && text[i] != '+' && text[i] != '-' &&
		    text[i] != '.')
			return false;
	}
	return false;
}

static enum ca_code
check_ia5(const char *word, const GENERAL_NAME *gen, struct ca_error *err)
{
	const uint8_t *text = ASN1_STRING_get0_data(gen->d.ia5);
	size_t len = (size_t)ASN1_STRING_length(gen->d.ia5);

	if (len == 0)
		return refuse(word, "is empty", err);
	for (size_t i = 0; i < len; i++)
		if (text[i] >= 0x80)
			return refuse(word, "is no IA5String", err);
	if (gen->type == GEN_URI && !is_absolute(text, len))
		return refuse(word, "is not absolute", err);
	return CA_OK;
}

enum ca_code
ca_general_name_check(const GENERAL_NAME *gen, struct ca_error *err)
{
	int len;

	switch (gen->type) {
	case GEN_EMAIL:
		return check_ia5("rfc822Name", gen, err);
	case GEN_DNS:
		return check_ia5("dNSName", gen, err);
	case GEN_URI:
		return check_ia5("uniformResourceIdentifier", gen, err);
	case GEN_IPADD:
		len = ASN1_STRING_length(gen->d.iPAddress);
		if (len != IPV4_SIZE && len != IPV6_SIZE)
			return refuse("iPAddress", "not of 4 or 16 octets",
			    err);
		return CA_OK;
	default:
		return CA_OK;
	}
}
