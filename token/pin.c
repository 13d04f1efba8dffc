/* SPDX-License-Identifier: Apache-2.0 */
#include "token/pin.h"

#include <string.h>

enum ca_code
ca_pin_check_length(const CK_TOKEN_INFO *info, const char *object,
    const char *whose, const struct ca_secret *pin, struct ca_error *err)
{
	CK_ULONG len = ca_pin_length(pin);

	/* A token that does not tell its limits says 0, or all ones. */
	if (pin->data == NULL || info->ulMaxPinLen == 0 ||
	    (len >= info->ulMinPinLen && len <= info->ulMaxPinLen))
		return CA_OK;
	return ca_fail(err, CA_ERR_PIN,
	    "%s: %s was not sent: this token's PINs have %lu to %lu characters",
	    object, whose, info->ulMinPinLen, info->ulMaxPinLen);
}

CK_UTF8CHAR *
ca_pin_text(const struct ca_secret *pin)
{
	return (CK_UTF8CHAR *)pin->data;
}

CK_ULONG
ca_pin_length(const struct ca_secret *pin)
{
	return pin->data == NULL ? 0 : strlen(pin->data);
}
