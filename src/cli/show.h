/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SHOW_H
#define COLDCA_CLI_SHOW_H

#include <stdio.h>

#include "coldca/certificate.h"
#include "coldca/csr.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/name.h"

/*
 * How NAME reads; empty where it reads as it is written, or can not be read.
 * The caller clears it.
 */
struct ca_name_look cli_name_look(const struct ca_name *name);

/* "DNS", "IP": static. */
const char *cli_name_kind(enum ca_name_kind kind);

/* Bytes of a SHA-256 that are shown as words: two to the 64 is not enough. */
#define CLI_KEY_WORDS 16

/* "DNS:a.example.com, IP:10.0.0.1". *RET_TEXT is new; free() it. */
CA_CHECKED enum ca_code cli_names_text(const struct ca_names *names,
    char **ret_text, struct ca_error *err);

/* MESSAGE without the "OBJECT: " in front of it. Borrowed. */
const char *cli_without_object(const char *message, const char *object);

/* One "  label  value" line of a listing that people read. */
void cli_show_field(FILE *out, const char *label, const char *fmt, ...)
    CA_PRINTF(3, 4);

/*
 * A public key: its kind, its SHA-256, and the first half of that in words, for
 * two people to compare over the telephone.
 */
void cli_show_key(FILE *out, const struct ca_key_info *key);

/*
 * The LEN bytes at DATA as words (base/words.h), in lines, or as one text with
 * blanks between. *RET_TEXT is new.
 */
void cli_show_words(FILE *out, const uint8_t *data, size_t len);
CA_CHECKED enum ca_code cli_words_text(const uint8_t *data, size_t len,
    char **ret_text, struct ca_error *err);

/*
 * Each name in a line of its own; beside A-labels how they read, and a warning
 * where one has letters of several scripts.
 */
void cli_show_names(FILE *out, const char *label, const struct ca_names *names);

/* The same warning for a TEXT that is a name, such as a user's; NULL: none. */
void cli_show_scripts(FILE *out, const char *text);

/* All that the request CSR asks for. */
void cli_show_asks(FILE *out, const struct ca_csr *csr);

/* Each finding: "refused" or "notice". */
void cli_show_findings(FILE *out, const struct ca_findings *findings);

/*
 * All that CERTIFICATE, a draft's preview or a finished one, will say: names,
 * key, validity, serial number. LIFETIME is in seconds.
 */
void cli_show_certificate(FILE *out, const struct ca_certificate *certificate,
    int64_t lifetime);

#endif
