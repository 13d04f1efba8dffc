/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SERIAL_H
#define COLDCA_CLI_SERIAL_H

#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/error.h"

/*
 * The serial number in WORD: "470a..." as coldca prints it, or "47:0A:..." as
 * OpenSSL does.
 *
 * CA_ERR_INPUT  none that this CA makes
 */
CA_CHECKED enum ca_code cli_serial_parse(const char *word,
    uint8_t ret_serial[CA_SERIAL_SIZE], struct ca_error *err);

#endif
