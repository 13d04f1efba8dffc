/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "coldca/token.h"
#include "token/uri.h"
#include "unit/test.h"

#define SECRET "4711secret"

/* Asserts that TEXT is refused with a message that holds WORD. */
static void
assert_refused(const char *text, const char *word)
{
	struct ca_uri *uri = NULL;
	struct ca_error err;

	if (ca_uri_parse(text, &uri, &err) != CA_ERR_USAGE)
		fail_msg("%s: not refused", text);
	assert_null(uri);
	if (strstr(err.message, word) == NULL)
		fail_msg("%s: '%s' does not say '%s'", text, err.message, word);
	assert_null(strstr(err.message, SECRET));
	assert_null(strstr(err.hint, SECRET));
}

static struct ca_uri *
parse(const char *text)
{
	struct ca_uri *uri = NULL;
	struct ca_error err;

	assert_ok(ca_uri_parse(text, &uri, &err), &err);
	return uri;
}

static void
refuses_a_pin_value_wherever_it_stands(void **state)
{
	(void)state;
	assert_refused("pkcs11:token=ca?pin-value=" SECRET, "pin-value");
	assert_refused("pkcs11:token=ca;pin-value=" SECRET, "history");
	assert_refused("pkcs11:?module-path=/m.so&pin-value=" SECRET, "ps(1)");
}

static void
refuses_what_does_not_begin_with_the_scheme(void **state)
{
	(void)state;
	assert_refused("", "pkcs11:");
	assert_refused("ca", "pkcs11:");
	assert_refused("pkcs11", "pkcs11:");
	assert_refused("pkcs11x:token=ca", "pkcs11:");
	assert_refused(" pkcs11:token=ca", "pkcs11:");
}

static void
refuses_attributes_that_it_does_not_know(void **state)
{
	(void)state;
	assert_refused("pkcs11:tokn=ca", "tokn");
	assert_refused("pkcs11:token=ca?x-vendor=1", "x-vendor");
	assert_refused("pkcs11:token=ca?module-name=softhsm", "module-name");
	assert_refused("pkcs11:token=ca;pin-source=file:/pin", "pin-source");
	assert_refused("pkcs11:?object=ca", "object");
}

static void
refuses_an_attribute_given_twice(void **state)
{
	(void)state;
	assert_refused("pkcs11:object=a;object=b", "object: given more");
	assert_refused("pkcs11:?pin-source=/a&pin-source=/b", "more than once");
}

/* p11-kit would take what stands behind the empty one for something else. */
static void
refuses_empty_attributes_and_values(void **state)
{
	(void)state;
	assert_refused("pkcs11:;object=a", "empty");
	assert_refused("pkcs11:token=ca;;object=a", "empty");
	assert_refused("pkcs11:token=ca;", "empty");
	assert_refused("pkcs11:token=ca?pin-source=/a&", "empty");
	assert_refused("pkcs11:object=", "object: empty");
	assert_refused("pkcs11:id=", "id: empty");
	assert_refused("pkcs11:token=ca?pin-source=", "pin-source: empty");
	assert_refused("pkcs11:token", "'='");
	assert_refused("pkcs11:=" SECRET, "not an attribute");
	assert_refused("pkcs11:token=ca?" SECRET, "'='");
}

/* p11-kit would drop it and name another token. */
static void
refuses_white_space_and_control_characters(void **state)
{
	(void)state;
	assert_refused("pkcs11:token=My CA", "white space");
	assert_refused("pkcs11:token=ca\n", "white space");
	assert_refused("pkcs11:token=c\x7f", "control");
}

static void
refuses_a_nul_in_a_text(void **state)
{
	(void)state;
	assert_refused("pkcs11:object=ca%00x", "object: holds a NUL");
	assert_refused("pkcs11:?pin-source=/pin%00x", "pin-source: holds");
}

static void
refuses_values_that_no_token_can_have(void **state)
{
	char text[CA_URI_MAX + 2];

	(void)state;
	assert_refused("pkcs11:serial=12345678901234567", "longer than");
	assert_refused("pkcs11:object=%zz", "encoding");
	assert_refused("pkcs11:type=cert", "type=private");
	assert_refused("pkcs11:type=tree", "type");
	assert_refused("pkcs11:slot-id=x", "syntax");
	memset(text, 'a', sizeof(text));
	memcpy(text, "pkcs11:object=", strlen("pkcs11:object="));
	text[sizeof(text) - 1] = '\0';
	assert_refused(text, "longer than 4096");
	text[strlen("pkcs11:object=") + CA_KEY_LABEL_MAX + 1] = '\0';
	assert_refused(text, "object: longer than 128");
}

static void
refuses_pin_sources_that_are_no_file(void **state)
{
	(void)state;
	assert_refused("pkcs11:?pin-source=|cat%20pin", "commands");
	assert_refused("pkcs11:?pin-source=%7Ccat", "commands");
	assert_refused("pkcs11:?pin-source=https://host/pin", "only file:");
	assert_refused("pkcs11:?pin-source=prompt:", "only file:");
	assert_refused("pkcs11:?pin-source=file:pin", "file:///PATH");
	assert_refused("pkcs11:?pin-source=file://host/pin", "file:///PATH");
}

static void
takes_pin_sources_that_are_a_path(void **state)
{
	static const struct {
		const char *uri, *path;
	} cases[] = {
		{ "pkcs11:?pin-source=file:/run/pin", "/run/pin" },
		{ "pkcs11:?pin-source=file:///run/pin", "/run/pin" },
		{ "pkcs11:?pin-source=/run/a%20pin", "/run/a pin" },
		{ "pkcs11:?pin-source=pin.txt", "pin.txt" },
		{ "pkcs11:?pin-source=./a:b", "./a:b" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_uri *uri = parse(cases[i].uri);

		assert_string_equal(ca_uri_pin_source(uri), cases[i].path);
		ca_uri_free(uri);
	}
}

static void
reads_object_id_and_module_path(void **state)
{
	struct ca_uri *uri = parse(
	    "pkcs11:token=ca;object=cluster%20ca;id=%00%ff;type=private?module-path=/usr/lib/m.so");
	const uint8_t *id;
	size_t len = 0;

	(void)state;
	assert_string_equal(ca_uri_object(uri), "cluster ca");
	assert_string_equal(ca_uri_module_path(uri), "/usr/lib/m.so");
	assert_null(ca_uri_pin_source(uri));
	id = ca_uri_id(uri, &len);
	assert_int_equal(len, 2);
	assert_memory_equal(id, "\x00\xff", 2);
	ca_uri_free(uri);
}

static void
says_nothing_of_what_is_not_there(void **state)
{
	static const char *const uris[] = { "pkcs11:", "pkcs11:?",
		"pkcs11:token=ca", "pkcs11:token=ca?" };
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct ca_uri *uri = parse(uris[i]);

		assert_null(ca_uri_object(uri));
		assert_null(ca_uri_module_path(uri));
		assert_null(ca_uri_pin_source(uri));
		assert_null(ca_uri_id(uri, &len));
		ca_uri_free(uri);
	}
}

static void
fill(unsigned char *field, size_t size, const char *text)
{
	memset(field, ' ', size);
	memcpy(field, text, strlen(text));
}

static struct ca_slot_view
view_of_a_token(void)
{
	struct ca_slot_view view = { .id = 7 };

	fill(view.token.label, sizeof(view.token.label), "ca");
	fill(view.token.manufacturerID, sizeof(view.token.manufacturerID),
	    "Maker");
	fill(view.token.model, sizeof(view.token.model), "M1");
	fill(view.token.serialNumber, sizeof(view.token.serialNumber), "0042");
	fill(view.slot.slotDescription, sizeof(view.slot.slotDescription),
	    "reader");
	fill(view.slot.manufacturerID, sizeof(view.slot.manufacturerID),
	    "Maker");
	return view;
}

static void
names_a_token_by_each_attribute(void **state)
{
	static const struct {
		const char *uri;
		bool names;
	} cases[] = {
		{ "pkcs11:", true },
		{ "pkcs11:token=ca", true },
		{ "pkcs11:token=c", false },
		{ "pkcs11:token=CA", false },
		{ "pkcs11:serial=0042", true },
		{ "pkcs11:serial=42", false },
		{ "pkcs11:model=M1", true },
		{ "pkcs11:model=M2", false },
		{ "pkcs11:manufacturer=Maker", true },
		{ "pkcs11:manufacturer=Baker", false },
		{ "pkcs11:slot-id=7", true },
		{ "pkcs11:slot-id=8", false },
		{ "pkcs11:slot-description=reader", true },
		{ "pkcs11:slot-description=leader", false },
		{ "pkcs11:token=ca;serial=42", false },
	};
	struct ca_slot_view view = view_of_a_token();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_uri *uri = parse(cases[i].uri);

		if (ca_uri_names_token(uri, &view) != cases[i].names)
			fail_msg("%s", cases[i].uri);
		ca_uri_free(uri);
	}
	assert_true(ca_uri_names_token(NULL, &view));
}

static void
names_a_module_by_its_description(void **state)
{
	struct ca_uri *uri = parse("pkcs11:library-description=Lib");
	CK_INFO info = { .flags = 0 };

	(void)state;
	fill(info.libraryDescription, sizeof(info.libraryDescription), "Lib");
	fill(info.manufacturerID, sizeof(info.manufacturerID), "Maker");
	assert_true(ca_uri_names_module(uri, &info));
	fill(info.libraryDescription, sizeof(info.libraryDescription), "Lob");
	assert_false(ca_uri_names_module(uri, &info));
	ca_uri_free(uri);
}

static void
formats_a_token_without_its_blank_fields(void **state)
{
	struct ca_slot_view view = view_of_a_token();
	struct ca_error err;
	char *text = NULL;

	(void)state;
	fill(view.token.serialNumber, sizeof(view.token.serialNumber), "");
	assert_ok(ca_uri_format(&view.token, NULL, &text, &err), &err);
	assert_string_equal(text,
	    "pkcs11:model=M1;manufacturer=Maker;token=ca");
	free(text);
}

static void
formats_a_key_that_is_found_again(void **state)
{
	struct ca_slot_view view = view_of_a_token();
	struct ca_token_key key = { .id = "\x01\x00",
		.id_len = 2,
		.label = "a key" };
	struct ca_uri *uri;
	struct ca_error err;
	char *text = NULL;
	size_t len = 0;

	(void)state;
	assert_ok(ca_uri_format(&view.token, &key, &text, &err), &err);
	assert_string_equal(text,
	    "pkcs11:serial=0042;token=ca;id=%01%00;object=a%20key");
	uri = parse(text);
	assert_string_equal(ca_uri_object(uri), "a key");
	assert_memory_equal(ca_uri_id(uri, &len), "\x01\x00", 2);
	assert_int_equal(len, 2);
	assert_true(ca_uri_names_token(uri, &view));
	ca_uri_free(uri);
	free(text);
}

static void
two_uris_contradict_where_both_say_something(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool contradict;
	} cases[] = {
		{ "pkcs11:token=a", "pkcs11:token=b", true },
		{ "pkcs11:token=a", "pkcs11:token=a%20", false },
		{ "pkcs11:token=a", "pkcs11:token=aa", true },
		{ "pkcs11:serial=1;token=a", "pkcs11:serial=2;token=a", true },
		{ "pkcs11:model=1", "pkcs11:model=2", true },
		{ "pkcs11:manufacturer=1", "pkcs11:manufacturer=2", true },
		{ "pkcs11:object=a", "pkcs11:object=b", true },
		{ "pkcs11:object=a", "pkcs11:object=ab", true },
		{ "pkcs11:id=%01", "pkcs11:id=%02", true },
		{ "pkcs11:id=%01", "pkcs11:id=%01%01", true },
		{ "pkcs11:token=a", "pkcs11:object=b", false },
		{ "pkcs11:token=a;object=b?pin-source=file:/p",
		    "pkcs11:object=%62;serial=1;token=a?module-path=/m",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_uri *a = parse(cases[i].a), *b = parse(cases[i].b);

		if (ca_uri_contradicts(a, b) != cases[i].contradict ||
		    ca_uri_contradicts(b, a) != cases[i].contradict)
			fail_msg("%s, %s", cases[i].a, cases[i].b);
		ca_uri_free(a);
		ca_uri_free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_pin_value_wherever_it_stands),
		cmocka_unit_test(refuses_what_does_not_begin_with_the_scheme),
		cmocka_unit_test(refuses_attributes_that_it_does_not_know),
		cmocka_unit_test(refuses_an_attribute_given_twice),
		cmocka_unit_test(refuses_empty_attributes_and_values),
		cmocka_unit_test(refuses_white_space_and_control_characters),
		cmocka_unit_test(refuses_a_nul_in_a_text),
		cmocka_unit_test(refuses_values_that_no_token_can_have),
		cmocka_unit_test(refuses_pin_sources_that_are_no_file),
		cmocka_unit_test(takes_pin_sources_that_are_a_path),
		cmocka_unit_test(reads_object_id_and_module_path),
		cmocka_unit_test(says_nothing_of_what_is_not_there),
		cmocka_unit_test(names_a_token_by_each_attribute),
		cmocka_unit_test(names_a_module_by_its_description),
		cmocka_unit_test(formats_a_token_without_its_blank_fields),
		cmocka_unit_test(formats_a_key_that_is_found_again),
		cmocka_unit_test(two_uris_contradict_where_both_say_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
