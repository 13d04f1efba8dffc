/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A damaged ledger. The input is what is changed in a good one: records of an
 * offset (3 octets), a length (1 octet, modulo CHANGE_MAX) and as many octets.
 * The first octet says more: see the bits below. Whatever `ledger verify` still
 * calls good must list the very certificates that the good one lists.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "coldca/ledger.h"
#include "core/ledger_internal.h"
#include "fuzz/fuzz.h"

#define CHANGE_MAX 33 /* octets of one change, and one */

enum {
	BIT_WRITE = 1, /* opened for writing, and settled */
	BIT_CUT = 2,   /* cut off at the first change's offset */
	BIT_WHOLE = 4, /* the rest of the input is the whole file */
	BIT_OLD = 8,   /* the good one is of the oldest format */
};

static char path[64];

/* Good ledgers, by format. */
static struct base {
	int format;
	struct ca_bytes file;
	struct ca_bytes rows;
} bases[] = { { .format = CA_LEDGER_SCHEMA },
	{ .format = CA_LEDGER_FORMAT_OLDEST } };

/* Everything of a row that is shown, as bytes that can be compared. */
static bool
add_row(const struct ca_ledger_row *row, void *arg)
{
	struct ca_bytes *rows = arg;
	struct ca_error err = { 0 };
	const char *texts[] = { row->serial_text, ca_state_name(row->state),
		row->authority, row->profile, row->name, row->subject,
		row->names, row->reason };
	int64_t times[] = { row->not_before, row->not_after, row->reserved_at,
		row->issued_at, row->revoked_at };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = texts[i] != NULL ? texts[i] : "-";

		require(ca_bytes_append(rows, text, strlen(text) + 1, &err) ==
		    CA_OK);
	}
	require(ca_bytes_append(rows, times, sizeof(times), &err) == CA_OK);
	if (row->certificate != NULL)
		require(ca_bytes_append(rows, row->certificate,
			    row->certificate_len, &err) == CA_OK);
	return true;
}

static enum ca_code
read_rows(struct ca_ledger *ledger, struct ca_bytes *rows)
{
	struct ca_ledger_filter filter = { 0 };
	struct ca_error err = { 0 };

	return ca_ledger_list(ledger, &filter, add_row, rows, &err);
}

static void
remove_scratch(void)
{
	char *slash = strrchr(path, '/');

	(void)unlink(path);
	*slash = '\0';
	(void)rmdir(path);
}

static void
write_file(const struct ca_bytes *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	require(fd >= 0);
	require(
	    write(fd, content->data, content->len) == (ssize_t)content->len);
	(void)close(fd);
}

static void
read_base(struct base *base)
{
	char name[sizeof(COLDCA_VECTORS) + 64];
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };

	(void)snprintf(name, sizeof(name), "%s/ledger/format-%d.db",
	    COLDCA_VECTORS, base->format);
	require(ca_file_read(name, CA_BYTES_MAX, &base->file, &err) == CA_OK);
	write_file(&base->file);
	require(ca_ledger_open(path, false, &ledger, &err) == CA_OK);
	require(ca_ledger_verify(ledger, &err) == CA_OK);
	require(read_rows(ledger, &base->rows) == CA_OK);
	ca_ledger_close(ledger);
}

static void
start(void)
{
	char dir[] = "/dev/shm/coldca-fuzz-XXXXXX";

	require(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, CA_LEDGER_FILE);
	(void)atexit(remove_scratch);
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		read_base(&bases[i]);
}

static void
damage(struct ca_bytes *file, const uint8_t *data, size_t size, bool cut)
{
	const size_t whole = file->len;

	while (size >= 4) {
		size_t at =
		    ((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) %
		    whole;
		size_t len = data[3] % CHANGE_MAX;

		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		for (size_t i = 0; i < len && at + i < file->len; i++)
			file->data[at + i] = data[i];
		if (cut && at < file->len)
			file->len = at;
		cut = false;
		data += len;
		size -= len;
	}
}

static void
look(const struct base *base, bool write)
{
	struct ca_ledger *ledger = NULL;
	struct ca_bytes rows = { 0 };
	struct ca_error err = { 0 };
	size_t burned = 0;
	enum ca_code rc = ca_ledger_open(path, write, &ledger, &err);

	require(rc == CA_OK || rc == CA_ERR_LEDGER || rc == CA_ERR_FILE);
	if (rc != CA_OK)
		return;
	if (ca_ledger_verify(ledger, &err) == CA_OK) {
		require(read_rows(ledger, &rows) == CA_OK);
		require(ca_bytes_equal(&rows, &base->rows));
	} else {
		rc = read_rows(ledger, &rows);
		require(rc == CA_OK || rc == CA_ERR_LEDGER);
	}
	if (write) {
		rc = ca_ledger_settle(ledger, 0, &burned, &err);
		require(rc == CA_OK || rc == CA_ERR_LEDGER);
	}
	ca_bytes_free(&rows);
	ca_ledger_close(ledger);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct base *base;
	struct ca_bytes file = { 0 };
	struct ca_error err = { 0 };

	if (bases[0].file.data == NULL)
		start();
	if (size == 0)
		return 0;
	base = &bases[data[0] & BIT_OLD ? 1 : 0];
	if (data[0] & BIT_WHOLE) {
		require(
		    ca_bytes_append(&file, data + 1, size - 1, &err) == CA_OK);
	} else {
		require(ca_bytes_append(&file, base->file.data, base->file.len,
			    &err) == CA_OK);
		damage(&file, data + 1, size - 1, data[0] & BIT_CUT);
	}
	write_file(&file);
	look(base, data[0] & BIT_WRITE);
	ca_bytes_free(&file);
	return 0;
}
