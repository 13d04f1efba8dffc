/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_PLAN_H
#define FAULT_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"

#define PLAN_SIZE_MAX 65536 /* bytes of a plan */
#define PLAN_PATH_MAX 4096  /* bytes of a path in it, with the NUL */
#define PLAN_RULES_MAX 256  /* rules of one kind */
#define PLAN_VALUE_MAX 512  /* bytes of an attribute's value */
#define PLAN_PIN_MAX 255    /* bytes of a PIN */
#define PLAN_TEXT_MAX 32    /* bytes of the longest text in CK_TOKEN_INFO */
#define PLAN_DELAY_MAX 86400000UL /* milliseconds: a day */

/* Calls FIRST to LAST of one function. */
struct plan_range {
	unsigned long first, last;
};

enum plan_fault_kind { PLAN_FAIL, PLAN_DELAY, PLAN_HANG };

/* fail, delay, hang */
struct plan_fault {
	unsigned line;
	enum plan_fault_kind kind;
	enum fault_function function;
	struct plan_range range;
	CK_ULONG value; /* the return value, or milliseconds */
};

enum plan_sign_kind { PLAN_WRONG, PLAN_TRUNCATE, PLAN_REPEAT };

struct plan_sign {
	unsigned line;
	enum plan_sign_kind kind;
	struct plan_range range; /* of signatures made, not of calls */
};

enum plan_lie_kind { PLAN_VALUE, PLAN_MISSING, PLAN_SENSITIVE };

struct plan_lie {
	unsigned line;
	enum plan_lie_kind kind;
	bool any_class;
	CK_OBJECT_CLASS class;
	CK_ATTRIBUTE_TYPE type;
	unsigned char value[PLAN_VALUE_MAX];
	size_t len;
};

struct plan_mechanism {
	unsigned line;
	CK_MECHANISM_TYPE type;
};

struct plan_flags {
	CK_FLAGS set, clear;
};

/* A text of CK_TOKEN_INFO, padded with blanks; LINE 0: there is no rule. */
struct plan_text {
	unsigned line;
	unsigned char text[PLAN_TEXT_MAX];
};

/* All a plan says; zero where it says nothing. */
struct plan {
	char module[PLAN_PATH_MAX];
	char log[PLAN_PATH_MAX];
	char state[PLAN_PATH_MAX];
	struct plan_fault fault[PLAN_RULES_MAX];
	size_t fault_count;
	struct plan_sign sign[PLAN_RULES_MAX];
	size_t sign_count;
	struct plan_lie lie[PLAN_RULES_MAX];
	size_t lie_count;
	struct plan_mechanism hidden[PLAN_RULES_MAX];
	size_t hidden_count;
	struct plan_flags token_flags, slot_flags;
	struct plan_text label, manufacturer, model, serial;
	unsigned firmware_line;
	CK_VERSION firmware;
	unsigned lock_line;
	unsigned long lock_after; /* wrong PINs */
	unsigned pinpad_line;
	char pinpad[PLAN_PIN_MAX + 1];
	unsigned remove_line;
	enum fault_function remove_function;
	unsigned long remove_after; /* calls of it */
	unsigned back_line;
	unsigned long back_after; /* calls of anything while it is out */
};

/*
 * Reads the plan in the file at PATH into *RET. Where it can not be read, or
 * holds what is no rule, says so on standard error by line, and leaves *RET.
 */
bool plan_read(const char *path, struct plan *ret);

bool plan_covers(const struct plan_range *range, unsigned long number);

#endif
