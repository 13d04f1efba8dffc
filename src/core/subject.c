/* SPDX-License-Identifier: Apache-2.0 */
#include "core/subject.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistr.h>

#include "coldca/name.h"
#include "coldca/profile.h"

/* The characters of PrintableString (X.680 section 41.4). */
static const char printable[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz"
				"0123456789 '()+,-./:=?";

static int
add(X509_NAME *name, int nid, const char *text)
{
	int type = text[strspn(text, printable)] == '\0'
	    ? V_ASN1_PRINTABLESTRING
	    : V_ASN1_UTF8STRING;

	return X509_NAME_add_entry_by_NID(name, nid, type,
	    (const unsigned char *)text, -1, -1, 0);
}

enum ca_code
ca_subject_name(const struct ca_profile *profile, const char *common_name,
    X509_NAME **ret_name, struct ca_error *err)
{
	X509_NAME *name;

	if (u8_mbsnlen((const uint8_t *)common_name, strlen(common_name)) >
	    CA_CN_MAX)
		return ca_fail(err, CA_ERR_POLICY,
		    "RFC 5280 appendix A.1: a common name of more than %d characters",
		    CA_CN_MAX);
	name = X509_NAME_new();
	if (name == NULL ||
	    add(name, NID_organizationName, CA_ORGANIZATION) != 1 ||
	    (profile->unit != NULL &&
		add(name, NID_organizationalUnitName, profile->unit) != 1) ||
	    add(name, NID_commonName, common_name) != 1) {
		X509_NAME_free(name);
		return ca_fail_memory(err);
	}
	*ret_name = name;
	return CA_OK;
}
