/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_GENERAL_NAME_H
#define COLDCA_CORE_GENERAL_NAME_H

#include <openssl/x509v3.h>

#include "coldca/error.h"
#include "coldca/name.h"

/*
 * Turns each GeneralName of GENS (RFC 5280 section 4.2.1.6), in order, into a
 * struct ca_name whose text is fit to be shown. Nothing is judged: a DNS name
 * may hold anything. An iPAddress of neither 4 nor 16 octets is
 * CA_NAME_OTHER "iPAddress:<hex>". *RET is new; ca_names_clear() it. GENS may
 * be NULL, which is no names.
 *
 * CA_ERR_INPUT  more than CA_NAMES_MAX
 */
CA_CHECKED enum ca_code ca_general_names_read(const GENERAL_NAMES *gens,
    struct ca_names *ret, struct ca_error *err);

/*
 * Checks the form of one GeneralName of a request: IA5 characters, an address
 * of 4 or 16 octets, no empty name, a URI that is absolute.
 *
 * CA_ERR_INPUT  it is not so; the rule is csr-san
 */
CA_CHECKED enum ca_code ca_general_name_check(const GENERAL_NAME *gen,
    struct ca_error *err);

#endif
