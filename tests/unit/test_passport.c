/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/passport.h"

#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

/* A key as coldca makes it, on a token that tells all of it. */
static struct ca_passport
make(void)
{
	static const enum ca_attribute_value made[CA_ATTRIBUTES] = {
		CA_VALUE_TRUE,
		CA_VALUE_TRUE,
		CA_VALUE_TRUE,
		CA_VALUE_FALSE,
		CA_VALUE_TRUE,
		CA_VALUE_TRUE,
		CA_VALUE_TRUE,
		CA_VALUE_FALSE,
		CA_VALUE_FALSE,
		CA_VALUE_FALSE,
		CA_VALUE_FALSE,
		CA_VALUE_FALSE,
		CA_VALUE_FALSE,
		CA_VALUE_FALSE,
	};
	struct ca_passport passport = {
		.key_id = strdup("01ab"),
		.key_label = strdup("cluster-ca"),
		.token_label = strdup("my = token\n100%"),
		.token_serial = strdup("0123"),
		.token_manufacturer = strdup("M\xc3\xbcller"),
		.token_model = strdup(""),
		.token_firmware = strdup("2.6"),
		.module_path = strdup("/usr/lib/m.so"),
	};

	memset(passport.spki_sha256, 0x5a, CA_PASSPORT_SHA256_SIZE);
	memset(passport.module_sha256, 0xa5, CA_PASSPORT_SHA256_SIZE);
	memcpy(passport.attribute, made, sizeof(made));
	return passport;
}

static char *
text_of(const struct ca_passport *passport)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	assert_ok(ca_passport_to_text(passport, &bytes, &err), &err);
	assert_ok(ca_bytes_append(&bytes, "", 1, &err), &err);
	return (char *)bytes.data;
}

static void
assert_malformed(const char *text)
{
	struct ca_passport passport = { 0 };
	struct ca_error err;

	assert_int_equal(ca_passport_parse(text, strlen(text), &passport, &err),
	    CA_ERR_INPUT);
	assert_null(passport.key_id);
}

/* TEXT with FROM, of which there is one, as TO. */
static char *
with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t size = strlen(text) + strlen(to) + 1;
	char *changed = malloc(size);

	assert_non_null(at);
	assert_non_null(changed);
	(void)snprintf(changed, size, "%.*s%s%s", (int)(at - text), text, to,
	    at + strlen(from));
	return changed;
}

static void
refuses_a_text_that_it_would_not_write(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} rows[] = {
		{ "passport=1", "passport=2" }, /* of another version */
		{ "key-id=01ab\n", "" },        /* a field is missing */
		{ "key-id", "key-name" },       /* not its name */
		{ "CKA_LOCAL=true", "CKA_LOCAL=yes" },
		{ "5a5a", "5A5a" }, /* another spelling */
		{ "token%0a", "token%0A" },
		{ "cluster-ca", "cluster%2dca" }, /* needs no escape */
		{ "cluster-ca", "cluster ca" },   /* needs one */
		{ "cluster-ca", "cluster%" },
		{ "cluster-ca", "cluster%4" },
		{ "cluster-ca", "cluster%00" },
		{ "5a5a", "5a" },
		{ "CKA_ALWAYS_AUTHENTICATE=false\n",
		    "CKA_ALWAYS_AUTHENTICATE=false" },
		{ "CKA_ALWAYS_AUTHENTICATE=false\n",
		    "CKA_ALWAYS_AUTHENTICATE=false\n\n" },
	};
	struct ca_passport passport = make();
	char *text = text_of(&passport);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *changed = with(text, rows[i].from, rows[i].to);

		assert_malformed(changed);
		free(changed);
	}
	assert_malformed("");
	free(text);
	ca_passport_clear(&passport);
}

static void
refuses_a_text_that_is_too_long(void **state)
{
	struct ca_passport passport = make();
	struct ca_bytes bytes = { 0 };
	char *label = calloc(1, CA_PASSPORT_SIZE_MAX + 1);
	struct ca_error err;

	(void)state;
	assert_non_null(label);
	memset(label, 'x', CA_PASSPORT_SIZE_MAX);
	free(passport.key_label);
	passport.key_label = label;
	assert_int_equal(ca_passport_to_text(&passport, &bytes, &err),
	    CA_ERR_INPUT);
	assert_int_equal(ca_passport_parse(label, CA_PASSPORT_SIZE_MAX + 1,
			     &passport, &err),
	    CA_ERR_INPUT);
	ca_passport_clear(&passport);
}

static void
reads_back_what_it_writes(void **state)
{
	struct ca_passport passport = make(), read = { 0 };
	char *text = text_of(&passport), *again;
	struct ca_error err;

	(void)state;
	assert_ok(ca_passport_parse(text, strlen(text), &read, &err), &err);
	assert_string_equal(read.token_label, passport.token_label);
	assert_string_equal(read.token_manufacturer,
	    passport.token_manufacturer);
	assert_memory_equal(read.attribute, passport.attribute,
	    sizeof(read.attribute));
	again = text_of(&read);
	assert_string_equal(again, text);
	free(again);
	free(text);
	ca_passport_clear(&read);
	ca_passport_clear(&passport);
}

/* The one finding of comparing the two, or none where RULE is NULL. */
static void
assert_found(const struct ca_passport *then, const struct ca_passport *now,
    const char *rule, enum ca_code code)
{
	struct ca_findings findings = { 0 };

	ca_passport_compare(then, now, &findings);
	assert_int_equal(findings.count, rule != NULL);
	if (rule != NULL) {
		assert_string_equal(findings.item[0].rule, rule);
		assert_int_equal(findings.item[0].code, code);
	}
	ca_findings_clear(&findings);
}

static void
names_each_text_that_changed(void **state)
{
	static const struct {
		size_t offset;
		const char *rule;
		enum ca_code code;
	} rows[] = {
		{ offsetof(struct ca_passport, key_id), "passport-changed",
		    CA_ERR_POLICY },
		{ offsetof(struct ca_passport, key_label), "passport-changed",
		    CA_ERR_POLICY },
		{ offsetof(struct ca_passport, token_label), "passport-changed",
		    CA_ERR_POLICY },
		{ offsetof(struct ca_passport, token_serial), "passport-token",
		    CA_ERR_TOKEN },
		{ offsetof(struct ca_passport, token_manufacturer),
		    "passport-token", CA_ERR_TOKEN },
		{ offsetof(struct ca_passport, token_model), "passport-token",
		    CA_ERR_TOKEN },
		{ offsetof(struct ca_passport, token_firmware),
		    "passport-changed", CA_ERR_POLICY },
		{ offsetof(struct ca_passport, module_path), "passport-changed",
		    CA_ERR_POLICY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_passport then = make(), now = make();
		char *other = strdup("other");
		char **field = (char **)((char *)&now + rows[i].offset);

		free(*field);
		*field = other;
		assert_found(&then, &now, rows[i].rule, rows[i].code);
		ca_passport_clear(&then);
		ca_passport_clear(&now);
	}
}

static void
names_a_hash_that_changed(void **state)
{
	struct ca_passport then = make(), now = make();

	(void)state;
	now.spki_sha256[31] ^= 1;
	assert_found(&then, &now, "passport-key", CA_ERR_TOKEN);
	now.spki_sha256[31] ^= 1;
	now.module_sha256[0] ^= 1;
	assert_found(&then, &now, "passport-changed", CA_ERR_POLICY);
	ca_passport_clear(&then);
	ca_passport_clear(&now);
}

static void
names_each_attribute_that_changed(void **state)
{
	static const char *const rules[CA_ATTRIBUTES] = {
		[CA_ATTRIBUTE_PRIVATE] = "passport-usage",
		[CA_ATTRIBUTE_SENSITIVE] = "passport-key",
		[CA_ATTRIBUTE_ALWAYS_SENSITIVE] = "passport-key",
		[CA_ATTRIBUTE_EXTRACTABLE] = "passport-key",
		[CA_ATTRIBUTE_NEVER_EXTRACTABLE] = "passport-key",
		[CA_ATTRIBUTE_LOCAL] = "passport-key",
		[CA_ATTRIBUTE_SIGN] = "passport-usage",
		[CA_ATTRIBUTE_SIGN_RECOVER] = "passport-usage",
		[CA_ATTRIBUTE_DECRYPT] = "passport-usage",
		[CA_ATTRIBUTE_UNWRAP] = "passport-usage",
		[CA_ATTRIBUTE_DERIVE] = "passport-usage",
		[CA_ATTRIBUTE_MODIFIABLE] = "passport-usage",
		[CA_ATTRIBUTE_COPYABLE] = "passport-usage",
		[CA_ATTRIBUTE_ALWAYS_AUTHENTICATE] = "passport-changed",
	};

	(void)state;
	for (int i = 0; i < CA_ATTRIBUTES; i++) {
		struct ca_passport then = make(), now = make();
		enum ca_attribute_value made = then.attribute[i];
		enum ca_code code = i == CA_ATTRIBUTE_ALWAYS_AUTHENTICATE
		    ? CA_ERR_POLICY
		    : CA_ERR_TOKEN;

		now.attribute[i] =
		    made == CA_VALUE_TRUE ? CA_VALUE_FALSE : CA_VALUE_TRUE;
		assert_found(&then, &now, rules[i], code);
		/* What was not told before is told now, and it is not well. */
		then.attribute[i] = CA_VALUE_UNKNOWN;
		assert_found(&then, &now, rules[i], code);
		/* It is well; or it is not told any more. */
		now.attribute[i] = made;
		assert_found(&then, &now, "passport-changed", CA_ERR_POLICY);
		assert_found(&now, &then, "passport-changed", CA_ERR_POLICY);
		ca_passport_clear(&then);
		ca_passport_clear(&now);
	}
}

static void
finds_nothing_where_nothing_changed(void **state)
{
	struct ca_passport then = make(), now = make();

	(void)state;
	/* An empty text and none are the same. */
	free(now.token_model);
	now.token_model = NULL;
	assert_found(&then, &now, NULL, CA_OK);
	ca_passport_clear(&then);
	ca_passport_clear(&now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_text_that_it_would_not_write),
		cmocka_unit_test(refuses_a_text_that_is_too_long),
		cmocka_unit_test(reads_back_what_it_writes),
		cmocka_unit_test(names_each_text_that_changed),
		cmocka_unit_test(names_a_hash_that_changed),
		cmocka_unit_test(names_each_attribute_that_changed),
		cmocka_unit_test(finds_nothing_where_nothing_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
