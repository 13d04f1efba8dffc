/* SPDX-License-Identifier: Apache-2.0 */
#include "vectors/der_text.h"

#include <ctype.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OID_SIZE 128 /* bytes of its text, with the NUL */

struct reader {
	const char *text; /* for messages */
	const char *next;
	const struct der_part *parts;
	size_t count;
};

static void
fail(const struct reader *reader)
{
	fprintf(stderr, "make_vectors: can not read `%s` at `%s`\n",
	    reader->text, reader->next);
	exit(1);
}

static void
append(struct ca_bytes *out, const void *data, size_t len)
{
	struct ca_error err;

	if (ca_bytes_append(out, data, len, &err) != CA_OK)
		abort();
}

static void
append_octet(struct ca_bytes *out, unsigned octet)
{
	uint8_t value = (uint8_t)octet;

	append(out, &value, 1);
}

static void
append_length(struct ca_bytes *out, size_t len)
{
	unsigned octets = 1;

	if (len < 0x80) {
		append_octet(out, (unsigned)len);
		return;
	}
	while (len >> (8 * octets) != 0)
		octets++;
	append_octet(out, 0x80 | octets);
	while (octets-- > 0)
		append_octet(out, (unsigned)(len >> (8 * octets)) & 0xff);
}

static unsigned
read_octet(struct reader *reader)
{
	char hex[3] = { reader->next[0], reader->next[1], '\0' };

	if (!isxdigit((unsigned char)hex[0]) ||
	    !isxdigit((unsigned char)hex[1]))
		fail(reader);
	reader->next += 2;
	return (unsigned)strtoul(hex, NULL, 16);
}

static void
read_oid(struct reader *reader, struct ca_bytes *out)
{
	size_t len = strspn(++reader->next, ".0123456789");
	char text[OID_SIZE];
	ASN1_OBJECT *object;

	if (len >= sizeof(text))
		fail(reader);
	memcpy(text, reader->next, len);
	text[len] = '\0';
	object = OBJ_txt2obj(text, 1);
	if (object == NULL)
		fail(reader);
	append(out, OBJ_get0_data(object), OBJ_length(object));
	ASN1_OBJECT_free(object);
	reader->next += len;
}

static void
read_part(struct reader *reader, struct ca_bytes *out)
{
	char name = reader->next[1];

	for (size_t i = 0; i < reader->count; i++) {
		if (reader->parts[i].name != name)
			continue;
		append(out, reader->parts[i].bytes.data,
		    reader->parts[i].bytes.len);
		reader->next += 2;
		return;
	}
	fail(reader);
}

static void
read_repeated(struct reader *reader, struct ca_bytes *out)
{
	char *end = NULL;
	unsigned long count = strtoul(reader->next + 1, &end, 10);
	unsigned octet;

	reader->next = end + strspn(end, " ");
	octet = read_octet(reader);
	while (count-- > 0)
		append_octet(out, octet);
}

static void read_all(struct reader *reader, struct ca_bytes *out, char end);

static void
read_item(struct reader *reader, struct ca_bytes *out)
{
	struct ca_bytes inner = { 0 };
	size_t len;

	switch (*reader->next) {
	case '{':
		reader->next++;
		read_all(reader, &inner, '}');
		append_length(out, inner.len);
		append(out, inner.data, inner.len);
		ca_bytes_free(&inner);
		break;
	case '"':
		len = strcspn(reader->next + 1, "\"");
		append(out, reader->next + 1, len);
		reader->next += len + 2;
		break;
	case '.':
		read_oid(reader, out);
		break;
	case '%':
		read_part(reader, out);
		break;
	case '*':
		read_repeated(reader, out);
		break;
	default:
		append_octet(out, read_octet(reader));
	}
}

static void
read_all(struct reader *reader, struct ca_bytes *out, char end)
{
	for (;;) {
		reader->next += strspn(reader->next, " \n\t");
		if (*reader->next == end)
			break;
		if (*reader->next == '\0')
			fail(reader);
		read_item(reader, out);
	}
	if (end != '\0')
		reader->next++;
}

struct ca_bytes
der_text(const char *text, const struct der_part *parts, size_t count)
{
	struct reader reader = { text, text, parts, count };
	struct ca_bytes out = { 0 };

	read_all(&reader, &out, '\0');
	return out;
}
