/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SHOW_H
#define COLDCA_CLI_SHOW_H

#include <stdio.h>

#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/name.h"

/* "DNS", "IP": static. */
const char *cli_name_kind(enum ca_name_kind kind);

/* "DNS:a.example.com, IP:10.0.0.1". *RET_TEXT is new; free() it. */
CA_CHECKED enum ca_code cli_names_text(const struct ca_names *names,
    char **ret_text, struct ca_error *err);

/* MESSAGE without the "OBJECT: " in front of it. Borrowed. */
const char *cli_without_object(const char *message, const char *object);

/* One "  label  value" line of a listing that people read. */
void cli_show_field(FILE *out, const char *label, const char *fmt, ...)
    CA_PRINTF(3, 4);

/* A public key in one such line. */
void cli_show_key(FILE *out, const struct ca_key_info *key);

/* Each name in a line of its own. */
void cli_show_names(FILE *out, const char *label, const struct ca_names *names);

/* Each finding: "refused" or "notice". */
void cli_show_findings(FILE *out, const struct ca_findings *findings);

/*
 * All that CERTIFICATE, a draft's preview or a finished one, will say: names,
 * key, validity, serial number. LIFETIME is in seconds.
 */
void cli_show_certificate(FILE *out, const struct ca_certificate *certificate,
    int64_t lifetime);

#endif
