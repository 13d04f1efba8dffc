/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "reader.h"

static bool
read_hex(const struct reader *r, const char *text, struct plan_lie *lie)
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;

	if (strlen(text) % 2 != 0 || strlen(text) / 2 > PLAN_VALUE_MAX)
		return reader_wrong(r, "not whole bytes, or more than %d",
		    PLAN_VALUE_MAX);
	for (; *text != '\0'; text += 2) {
		high = strchr(digits, text[0]);
		low = strchr(digits, text[1]);
		if (high == NULL || low == NULL)
			return reader_wrong(r, "not hex in lower case");
		lie->value[lie->len++] =
		    (unsigned char)((high - digits) * 16 + (low - digits));
	}
	return true;
}

/* true, false, a number, hex:0a0b, missing or sensitive */
static bool
read_lie_value(const struct reader *r, const char *text, struct plan_lie *lie)
{
	static const char *const words[] = { "false", "true", "missing",
		"sensitive" };
	size_t known = reader_find(text, words, LENGTH(words));
	unsigned long number;

	switch (known) {
	case 0:
	case 1:
		lie->value[0] = known == 1 ? CK_TRUE : CK_FALSE;
		lie->len = sizeof(CK_BBOOL);
		return true;
	case 2:
		lie->kind = PLAN_MISSING;
		return true;
	case 3:
		lie->kind = PLAN_SENSITIVE;
		return true;
	default:
		break;
	}
	if (strncmp(text, "hex:", 4) == 0)
		return read_hex(r, text + 4, lie);
	if (!reader_number(r, text, ULONG_MAX, &number))
		return false;
	memcpy(lie->value, &number, sizeof(number));
	lie->len = sizeof(number);
	return true;
}

/* attribute [CLASS] NAME VALUE */
bool
read_attribute(struct reader *r)
{
	static const char *const words[] = { "data", "certificate", "public",
		"private", "secret" };
	static const CK_OBJECT_CLASS classes[] = { CKO_DATA, CKO_CERTIFICATE,
		CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY };
	struct plan_lie lie = { .line = r->line, .any_class = true };
	size_t at = 1, class;

	if (r->words.count == 4) {
		class = reader_find(reader_word(r, at++), words, LENGTH(words));
		if (class == LENGTH(words))
			return reader_wrong(r, "no class of objects: %s",
			    reader_word(r, 1));
		lie.any_class = false;
		lie.class = classes[class];
	}
	if (!fault_name_value(FAULT_CKA, reader_word(r, at), &lie.type))
		return reader_wrong(r, "no attribute: %s", reader_word(r, at));
	if (r->plan->lie_count == PLAN_RULES_MAX)
		return reader_wrong(r, "too many rules of this kind");
	if (!read_lie_value(r, reader_word(r, at + 1), &lie))
		return false;
	r->plan->lie[r->plan->lie_count++] = lie;
	return true;
}

static bool
read_flags(const struct reader *r, enum fault_names names,
    struct plan_flags *flags)
{
	CK_ULONG flag;
	size_t i;

	for (i = 1; i < r->words.count; i++) {
		const char *text = reader_word(r, i);

		if ((text[0] != '+' && text[0] != '-') ||
		    !fault_name_value(names, text + 1, &flag))
			return reader_wrong(r, "not + or - and a flag: %s",
			    text);
		if (((flags->set | flags->clear) & flag) != 0)
			return reader_wrong(r,
			    "a flag that was given before: %s", text);
		if (text[0] == '+')
			flags->set |= flag;
		else
			flags->clear |= flag;
	}
	return true;
}

bool
read_token_flags(struct reader *r)
{
	return read_flags(r, FAULT_TOKEN_FLAGS, &r->plan->token_flags);
}

bool
read_slot_flags(struct reader *r)
{
	return read_flags(r, FAULT_SLOT_FLAGS, &r->plan->slot_flags);
}

static bool
read_firmware(struct reader *r)
{
	unsigned major, minor;
	char rest;

	if (r->plan->firmware_line != 0)
		return reader_wrong(r, "given before");
	if (sscanf(reader_word(r, 2), "%3u.%3u%c", &major, &minor, &rest) !=
		2 ||
	    major > 255 || minor > 255)
		return reader_wrong(r, "not a version: %s", reader_word(r, 2));
	r->plan->firmware.major = (unsigned char)major;
	r->plan->firmware.minor = (unsigned char)minor;
	r->plan->firmware_line = r->line;
	return true;
}

/* token-info FIELD TEXT */
bool
read_token_info(struct reader *r)
{
	const struct {
		const char *name;
		struct plan_text *text;
		size_t size;
	} fields[] = {
		{ "label", &r->plan->label, 32 },
		{ "manufacturer", &r->plan->manufacturer, 32 },
		{ "model", &r->plan->model, 16 },
		{ "serial", &r->plan->serial, 16 },
	};
	const struct word *text = &r->words.item[2];
	size_t i;

	if (strcmp(reader_word(r, 1), "firmware") == 0)
		return read_firmware(r);
	for (i = 0; i < LENGTH(fields); i++) {
		if (strcmp(reader_word(r, 1), fields[i].name) != 0)
			continue;
		if (fields[i].text->line != 0)
			return reader_wrong(r, "given before");
		if (text->len > fields[i].size)
			return reader_wrong(r, "longer than %zu bytes",
			    fields[i].size);
		memset(fields[i].text->text, ' ', PLAN_TEXT_MAX);
		memcpy(fields[i].text->text, text->text, text->len);
		fields[i].text->line = r->line;
		return true;
	}
	return reader_wrong(r, "no field of a token: %s", reader_word(r, 1));
}

bool
read_mechanism(struct reader *r)
{
	struct plan_mechanism hidden = { .line = r->line };
	size_t i;

	for (i = 1; i < r->words.count; i++) {
		if (reader_word(r, i)[0] != '-' ||
		    !fault_name_value(FAULT_CKM, reader_word(r, i) + 1,
			&hidden.type))
			return reader_wrong(r, "not - and a mechanism: %s",
			    reader_word(r, i));
		if (r->plan->hidden_count == PLAN_RULES_MAX)
			return reader_wrong(r, "too many rules of this kind");
		r->plan->hidden[r->plan->hidden_count++] = hidden;
	}
	return true;
}

bool
read_lock(struct reader *r)
{
	if (r->plan->lock_line != 0)
		return reader_wrong(r, "there is a lock-after already");
	if (!reader_number(r, reader_word(r, 1), 1000, &r->plan->lock_after))
		return false;
	if (r->plan->lock_after == 0)
		return reader_wrong(r,
		    "a token that is locked from the start can not be logged in to");
	r->plan->lock_line = r->line;
	return true;
}

bool
read_pinpad(struct reader *r)
{
	const struct word *pin = &r->words.item[1];

	if (r->plan->pinpad_line != 0)
		return reader_wrong(r, "there is a pinpad already");
	if (pin->len > PLAN_PIN_MAX || strlen(pin->text) != pin->len)
		return reader_wrong(r,
		    "a PIN of more than %d bytes, or with NUL", PLAN_PIN_MAX);
	memcpy(r->plan->pinpad, pin->text, pin->len + 1);
	r->plan->pinpad_line = r->line;
	return true;
}
