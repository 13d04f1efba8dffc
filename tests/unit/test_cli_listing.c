/* SPDX-License-Identifier: Apache-2.0 */
/* What is listed of bundles, in memory and aside. */
#include "cli/listing.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "coldca/response.h"
#include "support/tmpdir.h"
#include "unit/test.h"

static void
add(struct cli_listing *listing, const char *line)
{
	struct ca_error err;

	assert_ok(ca_bytes_append(&listing->files.text, line, strlen(line),
		      &err),
	    &err);
}

/* All of LISTING, behind what is there, is TEXT; and LISTING is cleared. */
static void
assert_listed(struct cli_listing *listing, const char *text)
{
	struct ca_bytes body = { 0 };
	struct ca_error err;

	assert_ok(ca_bytes_append(&body, "body\n", 5, &err), &err);
	assert_ok(cli_listing_append(listing, &body, &err), &err);
	assert_int_equal(body.len, strlen(text));
	assert_memory_equal(body.data, text, body.len);
	ca_bytes_free(&body);
	cli_listing_clear(listing);
}

static void
keeps_a_small_one_in_memory(void **state)
{
	struct cli_listing listing = CLI_LISTING_NONE;

	(void)state;
	add(&listing, "one\n");
	cli_listing_set_aside(&listing);
	assert_int_equal(listing.files.text.len, 4);
	add(&listing, "two\n");
	assert_listed(&listing, "body\none\ntwo\n");
}

static void
sets_a_large_one_aside_in_order(void **state)
{
	struct cli_listing listing = CLI_LISTING_NONE;
	struct ca_error err;

	assert_ok(cli_listing_open(&listing, *state, &err), &err);
	add(&listing, "one\n");
	cli_listing_set_aside(&listing);
	assert_int_equal(listing.files.text.len, 0);
	add(&listing, "two\n");
	cli_listing_set_aside(&listing);
	add(&listing, "three\n");
	assert_listed(&listing, "body\none\ntwo\nthree\n");
}

/* As on a disk that is full from the second group on: nothing is lost. */
static void
keeps_what_there_is_no_room_for(void **state)
{
	struct cli_listing listing = CLI_LISTING_NONE;
	struct ca_error err;
	int writable, only_read;

	assert_ok(cli_listing_open(&listing, *state, &err), &err);
	add(&listing, "one\n");
	cli_listing_set_aside(&listing);
	writable = listing.aside.fd;
	only_read = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_true(only_read >= 0);
	listing.aside.fd = only_read;
	add(&listing, "two\n");
	cli_listing_set_aside(&listing);
	assert_int_equal(listing.files.text.len, 4);
	listing.aside.fd = writable;
	assert_int_equal(close(only_read), 0);
	add(&listing, "three\n");
	cli_listing_set_aside(&listing);
	assert_listed(&listing, "body\none\ntwo\nthree\n");
}

#define LONG 3000 /* bytes of a name */

/* A list that no manifest holds does not grow for ever. */
static void
ends_where_no_manifest_holds_more(void **state)
{
	const uint8_t sha256[CA_SHA256_SIZE] = { 0 };
	struct ca_bytes files = { 0 };
	char name[LONG + 1];
	struct ca_error err;

	(void)state;
	memset(name, 'n', LONG);
	name[LONG] = '\0';
	for (size_t i = 0; i < 2 * CA_STATEMENT_MAX / LONG; i++)
		assert_ok(ca_response_add_file(&files, "folder", name, sha256,
			      &err),
		    &err);
	assert_in_range(files.len, CA_STATEMENT_MAX + 1,
	    CA_STATEMENT_MAX + LONG + 200);
	assert_int_equal(ca_response_check_body(&files, 7, &err), CA_ERR_INPUT);
	assert_string_equal(err.message,
	    "7 bundles: more than one response manifest holds");
	ca_bytes_free(&files);
}

#define WITH_DIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_small_one_in_memory),
		WITH_DIR(sets_a_large_one_aside_in_order),
		WITH_DIR(keeps_what_there_is_no_room_for),
		cmocka_unit_test(ends_where_no_manifest_holds_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
