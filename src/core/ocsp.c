/* SPDX-License-Identifier: Apache-2.0 */
/* Who may answer for a CA. */
#include "coldca/ocsp.h"

#include <openssl/x509v3.h>

static enum ca_code
refuse(const struct ca_certificate *delegate, const char *what,
    struct ca_error *err)
{
	return ca_fail(err, CA_ERR_POLICY, "%s: RFC 6960 section 4.2.2.2: %s",
	    ca_certificate_subject_text(delegate), what);
}

enum ca_code
ca_ocsp_check_delegate(const struct ca_certificate *delegate,
    const struct ca_certificate *ca, struct ca_error *err)
{
	X509 *x509 = ca_certificate_x509(delegate);
	enum ca_code rc;

	rc = ca_certificate_check_issuer(delegate, ca, err);
	if (rc != CA_OK)
		return rc;
	/* Also reads the extensions for the getters below. */
	if (X509_check_ca(x509) != 0)
		return refuse(delegate, "a responder is not a CA", err);
	if ((X509_get_extended_key_usage(x509) & XKU_OCSP_SIGN) == 0 ||
	    X509_get_ext_by_NID(x509, NID_ext_key_usage, -1) < 0)
		return refuse(delegate,
		    "a responder has the purpose id-kp-OCSPSigning", err);
	if ((X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) == 0)
		return refuse(delegate,
		    "a responder has the key usage digitalSignature", err);
	if (X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) < 0)
		return refuse(delegate,
		    "a responder nobody can ask about has id-pkix-ocsp-nocheck",
		    err);
	return CA_OK;
}
