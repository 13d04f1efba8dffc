/* SPDX-License-Identifier: Apache-2.0 */
/* What lint looks at where OCSP is meant. */
#include "core/lint_ocsp.h"
#include "core/certificate_internal.h"

#include <openssl/x509v3.h>
#include <string.h>

#define SCHEME "http://" /* RFC 6960 section 3.1 */

/* Whether the extension NID of X509 is there; and whether it is critical. */
static bool
has_extension(X509 *x509, int nid, bool *ret_critical)
{
	int at = X509_get_ext_by_NID(x509, nid, -1);

	*ret_critical =
	    X509_EXTENSION_get_critical(X509_get_ext(x509, at)) != 0;
	return at >= 0;
}

bool
ca_lint_no_check_fits(const struct ca_certificate *certificate)
{
	X509 *x509 = ca_certificate_bare_x509(certificate);
	bool responder = !ca_certificate_is_ca(certificate) &&
	    X509_get_extended_key_usage(x509) == XKU_OCSP_SIGN;
	bool critical;

	return has_extension(x509, NID_id_pkix_OCSP_noCheck, &critical) ==
	    responder &&
	    !critical;
}

/* Whether URI is http, and ends with the serial of CERTIFICATE. */
static bool
asks_about(const struct ca_certificate *certificate, const ASN1_IA5STRING *uri)
{
	const char *serial = ca_certificate_serial_text(certificate);
	const char *text = (const char *)ASN1_STRING_get0_data(uri);
	size_t len = (size_t)ASN1_STRING_length(uri), tail = strlen(serial);

	return len > tail + strlen(SCHEME) && strlen(text) == len &&
	    strncmp(text, SCHEME, strlen(SCHEME)) == 0 &&
	    text[len - tail - 1] == '/' &&
	    strcmp(text + len - tail, serial) == 0;
}

bool
ca_lint_ocsp_fits(const struct ca_certificate *certificate)
{
	X509 *x509 = ca_certificate_bare_x509(certificate);
	AUTHORITY_INFO_ACCESS *access;
	bool critical, fits = false;

	if (!has_extension(x509, NID_info_access, &critical))
		return true;
	access = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
	if (sk_ACCESS_DESCRIPTION_num(access) == 1) {
		const ACCESS_DESCRIPTION *one =
		    sk_ACCESS_DESCRIPTION_value(access, 0);

		fits = OBJ_obj2nid(one->method) == NID_ad_OCSP &&
		    one->location->type == GEN_URI &&
		    asks_about(certificate,
			one->location->d.uniformResourceIdentifier);
	}
	AUTHORITY_INFO_ACCESS_free(access);
	return fits && !critical && !ca_certificate_is_ca(certificate);
}
