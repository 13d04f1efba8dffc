/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_RESPONSE_INTERNAL_H
#define COLDCA_CORE_RESPONSE_INTERNAL_H

#include "coldca/response.h"

/* The lines of the body, in their order. */
enum ca_response_key {
	CA_RESPONSE_KEY_MADE,
	CA_RESPONSE_KEY_CRL,
	CA_RESPONSE_KEY_CERTIFICATE,
	CA_RESPONSE_KEY_FILE,
	CA_RESPONSE_KEYS
};

extern const struct ca_statement_form ca_response_form;

#endif
