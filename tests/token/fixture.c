/* SPDX-License-Identifier: Apache-2.0 */
#include "token/fixture.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/tmpdir.h"
#include "token/attribute.h"

#define SO_PIN "51173399"
#define SKIPPED 77
#define SLOTS_MAX 16

#ifdef __SANITIZE_ADDRESS__
/*
 * SoftHSM 2.6.1 leaks the name of the curve each time it uses an Ed25519 key.
 * Its frames are found only by the slow way to unwind.
 */
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libsofthsm2.so\n";
}

const char *
__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}
#endif

static CK_FUNCTION_LIST *
softhsm(void)
{
	void *handle = dlopen(COLDCA_SOFTHSM, RTLD_NOW | RTLD_LOCAL);
	void *symbol =
	    handle == NULL ? NULL : dlsym(handle, "C_GetFunctionList");
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *p11 = NULL;

	assert_non_null(symbol);
	memcpy(&get, &symbol, sizeof(get));
	assert_int_equal(get(&p11), CKR_OK);
	assert_non_null(p11);
	return p11;
}

/* The slot of the token LABEL, 32 bytes; NULL: the one that is still empty. */
static CK_SLOT_ID
find_slot(CK_FUNCTION_LIST *p11, const CK_UTF8CHAR *label)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG i, count = SLOTS_MAX;
	CK_TOKEN_INFO info;

	assert_int_equal(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	for (i = 0; i < count; i++) {
		assert_int_equal(p11->C_GetTokenInfo(slots[i], &info), CKR_OK);
		if (label == NULL
			? (info.flags & CKF_TOKEN_INITIALIZED) == 0
			: memcmp(info.label, label, sizeof(info.label)) == 0)
			return slots[i];
	}
	fail_msg("no such slot");
	return 0;
}

void
fixture_init_token(const char *label, const char *pin)
{
	CK_FUNCTION_LIST *p11 = softhsm();
	CK_UTF8CHAR padded[32], so[] = SO_PIN, user[CA_PIN_MAX + 1];
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;

	memset(padded, ' ', sizeof(padded));
	memcpy(padded, label, strlen(label));
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	slot = find_slot(p11, NULL);
	assert_int_equal(p11->C_InitToken(slot, so, sizeof(so) - 1, padded),
	    CKR_OK);
	if (pin != NULL) {
		slot = find_slot(p11, padded);
		memcpy(user, pin, strlen(pin));
		assert_int_equal(p11->C_OpenSession(slot,
				     CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
				     NULL, &session),
		    CKR_OK);
		assert_int_equal(p11->C_Login(session, CKU_SO, so,
				     sizeof(so) - 1),
		    CKR_OK);
		assert_int_equal(p11->C_InitPIN(session, user, strlen(pin)),
		    CKR_OK);
	}
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *conf;
	void *dir = NULL;
	char text[4200];

	if (access(COLDCA_SOFTHSM, R_OK) != 0)
		exit(SKIPPED);
	if (f == NULL || tmpdir_setup(&dir) != 0)
		return -1;
	f->dir = dir;
	f->pin = FIXTURE_PIN;
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s\nlog.level = ERROR\n", f->dir);
	conf = tmpdir_path(f->dir, "softhsm2.conf");
	tmpdir_write(conf, text);
	(void)setenv("SOFTHSM2_CONF", conf, 1);
	(void)setenv("P11_SHIM_MODULE", COLDCA_SOFTHSM, 1);
	(void)setenv("P11_SHIM_LOG", tmpdir_path(f->dir, "shim.log"), 1);
	(void)unsetenv("P11_SHIM_FAIL");
	(void)unsetenv("P11_SHIM_HANG");
	(void)unsetenv("P11_SHIM_PINPAD");
	(void)unsetenv("P11_SHIM_TOKEN_FLAGS");
	(void)unsetenv("P11_SHIM_ATTRIBUTE");
	fixture_init_token("ca", FIXTURE_PIN);
	*state = f;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	void *dir = f->dir;
	int rc;

	fixture_close(f);
	rc = tmpdir_teardown(&dir);
	free(f);
	return rc;
}

void
fixture_load_path(struct fixture *f, const char *path)
{
	const struct ca_module_options options = {
		.path = path,
		.timeout = f->timeout == 0 ? CA_TOKEN_TIMEOUT : f->timeout,
	};

	assert_ok(ca_module_load(&options, &f->module, &f->err), &f->err);
}

void
fixture_load(struct fixture *f)
{
	fixture_load_path(f, COLDCA_SOFTHSM);
}

void
fixture_load_shim(struct fixture *f)
{
	fixture_load_path(f, COLDCA_SHIM);
}

struct ca_uri *
fixture_uri(const char *text)
{
	struct ca_uri *uri = NULL;
	struct ca_error err;

	assert_ok(ca_uri_parse(text, &uri, &err), &err);
	return uri;
}

void
fixture_open(struct fixture *f)
{
	struct ca_uri *uri = fixture_uri("pkcs11:token=ca");

	if (f->module == NULL)
		fixture_load(f);
	assert_ok(ca_token_open(f->module, uri, &f->token, &f->err), &f->err);
	ca_uri_free(uri);
}

enum ca_code
fixture_ask(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1],
    void *arg, struct ca_error *err)
{
	struct fixture *f = arg;

	(void)info, (void)err;
	f->asked++;
	memcpy(pin, f->pin, strlen(f->pin) + 1);
	return CA_OK;
}

void
fixture_login(struct fixture *f)
{
	if (f->token == NULL)
		fixture_open(f);
	assert_ok(ca_token_login(f->token, fixture_ask, f, &f->err), &f->err);
}

void
fixture_close(struct fixture *f)
{
	ca_token_close(f->token);
	ca_module_free(f->module);
	f->token = NULL;
	f->module = NULL;
}

unsigned
fixture_calls(const struct fixture *f, const char *line)
{
	char *log = tmpdir_read(tmpdir_path(f->dir, "shim.log"));
	char *logged, *save = NULL;
	unsigned count = 0;

	assert_non_null(log);
	for (logged = strtok_r(log, "\n", &save); logged != NULL;
	     logged = strtok_r(NULL, "\n", &save))
		count += strcmp(logged, line) == 0;
	free(log);
	return count;
}

size_t
fixture_objects(struct fixture *f)
{
	struct ca_objects found = { NULL, 0 };

	assert_ok(ca_objects_find(f->token, NULL, 0, &found, &f->err), &f->err);
	free(found.item);
	return found.count;
}

CK_OBJECT_HANDLE
fixture_raw_key(struct fixture *f, const char *label, uint8_t id, bool ed25519,
    CK_OBJECT_HANDLE *ret_public)
{
	static const CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	static const CK_BYTE ed[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
	static const CK_BBOOL yes = CK_TRUE;
	CK_MECHANISM mechanism = { .mechanism = ed25519
		    ? CKM_EC_EDWARDS_KEY_PAIR_GEN
		    : CKM_EC_KEY_PAIR_GEN };
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
		ca_attribute(CKA_LABEL, label, strlen(label)),
		ca_attribute(CKA_ID, &id, sizeof(id)),
		ed25519 ? ca_attribute(CKA_EC_PARAMS, ed, sizeof(ed))
			: ca_attribute(CKA_EC_PARAMS, p256, sizeof(p256)),
	};
	CK_OBJECT_HANDLE public, private;

	assert_int_equal(f->token->p11->C_GenerateKeyPair(f->token->session,
			     &mechanism, template, 4, template, 3, &public,
			     &private),
	    CKR_OK);
	if (ret_public != NULL)
		*ret_public = public;
	return private;
}

struct ca_token_key
fixture_key(struct fixture *f, const char *label, enum ca_key_kind kind)
{
	struct ca_token_key key = { .handle = 0 };

	assert_ok(ca_token_generate(f->token, label, kind, 2048, &key, &f->err),
	    &f->err);
	return key;
}

enum ca_flag
fixture_flag(struct fixture *f, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	enum ca_flag flag = CA_FLAG_UNKNOWN;

	assert_ok(ca_attribute_flag(f->token, object, type, &flag, &f->err),
	    &f->err);
	return flag;
}
