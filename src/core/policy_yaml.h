/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_POLICY_YAML_H
#define COLDCA_CORE_POLICY_YAML_H

#include "core/policy_internal.h"

struct yaml_document_s;
struct yaml_node_s;

#define CA_POLICY_WHERE_SIZE 128 /* bytes of "profiles.node.dns", with NUL */

/* What the reading of one file needs. */
struct ca_policy_reader {
	const char *name; /* borrowed; the file's, for messages */
	struct yaml_document_s *document;
	struct ca_policy *policy;         /* being filled */
	char where[CA_POLICY_WHERE_SIZE]; /* the key whose value is read */
	struct ca_error *err;
};

/* Reads the value NODE of a key into FIELD. */
typedef enum ca_code (*ca_policy_value_fn)(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* One key of a mapping. */
struct ca_policy_key {
	const char *name;
	ca_policy_value_fn read;
	size_t offset;     /* of the field in the mapping's structure */
	unsigned profiles; /* bits 1 << enum ca_profile_id that have it */
	bool required;
};

/* A table of them, the same for several profiles. */
struct ca_policy_keys {
	const struct ca_policy_key *item;
	size_t count;
	unsigned profiles; /* only keys with one of these bits */
};

#define CA_POLICY_ANY_PROFILE (~0U)

/*
 * Checks the LEN bytes of YAML at TEXT for what a policy may not use (anchors,
 * aliases, tags, deep nesting, several documents) and loads them. *RET is
 * filled; yaml_document_delete() it.
 */
CA_CHECKED enum ca_code ca_policy_yaml_load(const char *name,
    const uint8_t *text, size_t len, struct yaml_document_s *ret,
    struct ca_error *err);

/* Fails with a message about NODE: file, line, column, key and the cause. */
enum ca_code ca_policy_yaml_fail(const struct ca_policy_reader *reader,
    const struct yaml_node_s *node, const char *fmt, ...) CA_PRINTF(3, 4);

/* The same for the error that is in READER already; keeps its hint. */
enum ca_code ca_policy_yaml_wrap(const struct ca_policy_reader *reader,
    const struct yaml_node_s *node);

/* Reads the mapping NODE into BASE: each of KEYS at most once, no other. */
CA_CHECKED enum ca_code ca_policy_yaml_bind(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, const struct ca_policy_keys *keys,
    void *base);

/* Calls READ for each item of the list NODE. */
CA_CHECKED enum ca_code ca_policy_yaml_each(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, ca_policy_value_fn read, void *field);

/* The value of KEY in the mapping NODE, or NODE where it is not there. */
const struct yaml_node_s *
ca_policy_yaml_value(const struct ca_policy_reader *reader,
    const struct yaml_node_s *node, const char *key);

/* A text without NUL, not empty. *RET_TEXT lives as long as the document. */
CA_CHECKED enum ca_code
ca_policy_yaml_text(const struct ca_policy_reader *reader,
    const struct yaml_node_s *node, const char **ret_text);

/* The same, and not in quotes: a number, or true and false. */
CA_CHECKED enum ca_code
ca_policy_yaml_plain(const struct ca_policy_reader *reader,
    const struct yaml_node_s *node, const char **ret_text);

/* A decimal number. */
CA_CHECKED enum ca_code
ca_policy_yaml_number(const struct ca_policy_reader *reader,
    const struct yaml_node_s *node, unsigned *ret);

/* Reads a lifetime within its bounds into FIELD, an int64_t. */
CA_CHECKED enum ca_code ca_policy_read_lifetime(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Turns what a policy says into what names are held against. */
typedef enum ca_code (*ca_policy_pattern_fn)(const char *text,
    char **ret_pattern, struct ca_error *err);

/* Appends what PARSE makes of the text NODE to STRINGS. */
CA_CHECKED enum ca_code ca_policy_read_pattern(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, ca_policy_pattern_fn parse,
    struct ca_strings *strings);

/* Reads the version, of policies and of orders; FIELD is not used. */
CA_CHECKED enum ca_code ca_policy_read_version(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads a word of --signer into FIELD, a const char *. */
CA_CHECKED enum ca_code ca_policy_read_signer(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads the sections of the CAs into FIELD, the whole policy. */
CA_CHECKED enum ca_code ca_policy_read_cas(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads the URL of a responder into FIELD, a char *. */
CA_CHECKED enum ca_code ca_policy_read_ocsp_url(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads `true` or `false` into FIELD, a bool. */
CA_CHECKED enum ca_code ca_policy_read_flag(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads a list of absolute paths into FIELD, a struct ca_strings. */
CA_CHECKED enum ca_code
ca_policy_read_token_paths(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads the list NODE into FIELD, a struct ca_approvers. */
CA_CHECKED enum ca_code
ca_policy_read_approvers(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

/* Reads the mapping NODE into FIELD, a struct ca_profile_policy. */
CA_CHECKED enum ca_code ca_policy_read_profile(struct ca_policy_reader *reader,
    const struct yaml_node_s *node, void *field);

#endif
