/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_READER_H
#define FAULT_READER_H

#include "plan.h"
#include "words.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* One line of a plan, and the plan it is read into. */
struct reader {
	const char *path;
	unsigned line;
	struct words words;
	struct plan *plan;
};

/* Says on standard error what is wrong with the line; false. */
bool reader_wrong(const struct reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Word INDEX of the line; 0 is the rule's name. */
const char *reader_word(const struct reader *r, size_t index);

/* The index of TEXT in LIST of COUNT; COUNT where it is not in it. */
size_t reader_find(const char *text, const char *const *list, size_t count);

/* These say themselves what is wrong. */
bool reader_number(const struct reader *r, const char *text, unsigned long max,
    unsigned long *ret);

/* N, N-M, N-* or *: calls are counted from 1. */
bool reader_range(const struct reader *r, const char *text,
    struct plan_range *ret);

/* One function for each rule. */
bool read_module(struct reader *r);
bool read_log(struct reader *r);
bool read_state(struct reader *r);
bool read_fail(struct reader *r);
bool read_delay(struct reader *r);
bool read_hang(struct reader *r);
bool read_sign(struct reader *r);
bool read_remove(struct reader *r);
bool read_back(struct reader *r);
bool read_attribute(struct reader *r);
bool read_token_flags(struct reader *r);
bool read_slot_flags(struct reader *r);
bool read_token_info(struct reader *r);
bool read_mechanism(struct reader *r);
bool read_lock(struct reader *r);
bool read_pinpad(struct reader *r);

#endif
