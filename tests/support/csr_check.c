/* SPDX-License-Identifier: Apache-2.0 */
#include "support/csr_check.h"

#include <string.h>

#include "support/csr_maker.h"
#include "unit/test.h"

void
csr_append(struct ca_bytes *bytes, const void *data, size_t len)
{
	struct ca_error err = { 0 };

	assert_ok(ca_bytes_append(bytes, data, len, &err), &err);
}

void
csr_append_text(struct ca_bytes *bytes, const char *text)
{
	csr_append(bytes, text, strlen(text));
}

void
csr_assert_refused(struct ca_bytes input, enum ca_code code, const char *why)
{
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;
	enum ca_code rc;

	rc = ca_csr_parse("web1.csr", input.data, input.len, &csr, &err);
	if (rc != code)
		fail_msg("ended with %d, not %d: %s", (int)rc, (int)code,
		    err.message);
	assert_null(csr);
	if (strncmp(err.message, "web1.csr: ", 10) != 0 ||
	    strstr(err.message, why) == NULL)
		fail_msg("says \"%s\", not \"%s\"", err.message, why);
	/* Whatever it is, there is a way out. */
	assert_true(err.hint[0] != '\0');
	ca_bytes_free(&input);
}

struct ca_csr *
csr_parse(struct ca_bytes input)
{
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;

	assert_ok(ca_csr_parse("web1.csr", input.data, input.len, &csr, &err),
	    &err);
	ca_bytes_free(&input);
	return csr;
}

const struct ca_ask *
csr_find_ask(const struct ca_csr *csr, const char *what)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(asks[i].what, what) == 0)
			return &asks[i];
	return NULL;
}

void
csr_assert_asks(const struct ca_csr *csr, const char *what,
    enum ca_ask_kind kind, int value)
{
	const struct ca_ask *ask = csr_find_ask(csr, what);

	if (ask == NULL)
		fail_msg("does not ask for \"%s\"", what);
	assert_int_equal(ask->kind, kind);
	assert_int_equal(ask->value, value);
}

struct ca_bytes
csr_simple_der(void)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_subject(maker, "CN", "node");
	return csr_maker_der(maker);
}

struct ca_bytes
csr_simple_pem(void)
{
	struct ca_bytes der = csr_simple_der();
	struct ca_bytes pem = csr_pem(&der, CSR_PEM_LABEL);

	ca_bytes_free(&der);
	return pem;
}

struct ca_bytes
csr_with_ext_der(const char *oid, const void *der, size_t len)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_ext_der(maker, oid, false, der, len);
	return csr_maker_der(maker);
}
