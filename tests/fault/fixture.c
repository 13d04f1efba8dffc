/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/fixture.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/tmpdir.h"

#define SKIPPED 77
#define SLOTS 2
#define HASH_SIZE 32

void
fixture_plan(struct fixture *f, const char *text)
{
	char plan[8192];
	const char *at = text;
	size_t len = 0;

	while (*at != '\0') {
		if (strncmp(at, "%s", 2) == 0) {
			len += (size_t)snprintf(plan + len, sizeof(plan) - len,
			    "%s", f->dir);
			at += 2;
		} else {
			plan[len++] = *at++;
		}
		assert_true(len < sizeof(plan) - 1);
	}
	plan[len] = '\0';
	tmpdir_write(tmpdir_path(f->dir, "plan.new"), plan);
	assert_int_equal(rename(tmpdir_path(f->dir, "plan.new"),
			     tmpdir_path(f->dir, "plan")),
	    0);
}

static CK_RV
get_list(CK_FUNCTION_LIST **ret)
{
	void *handle = dlopen(FAULT_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	void *symbol =
	    handle == NULL ? NULL : dlsym(handle, "C_GetFunctionList");
	CK_C_GetFunctionList get;

	assert_non_null(symbol);
	memcpy(&get, &symbol, sizeof(get));
	return get(ret);
}

CK_RV
fixture_load(struct fixture *f, char **ret_stderr)
{
	const char *path = tmpdir_path(f->dir, "stderr");
	int kept = dup(STDERR_FILENO);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	CK_RV rv;

	assert_true(kept >= 0 && fd >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	rv = get_list(&f->p11);
	(void)dup2(kept, STDERR_FILENO);
	(void)close(kept);
	(void)close(fd);
	if (ret_stderr != NULL)
		*ret_stderr = tmpdir_read(path);
	return rv;
}

/* One token, and one slot that SoftHSM keeps for the next. */
static void
make_token(struct fixture *f)
{
	CK_UTF8CHAR label[32], so[] = SO_PIN, pin[] = PIN;
	CK_SLOT_ID slots[SLOTS];
	CK_ULONG count = SLOTS;
	CK_SESSION_HANDLE session;

	memset(label, ' ', sizeof(label));
	memcpy(label, "real", 4);
	assert_int_equal(f->p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(f->p11->C_InitToken(slots[0], so, sizeof(so) - 1,
			     label),
	    CKR_OK);
	/* SoftHSM makes the next empty slot when it is asked how many. */
	assert_int_equal(f->p11->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
	assert_int_equal(count, SLOTS);
	assert_int_equal(f->p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	f->slot = slots[0];
	f->empty = slots[1];
	if ((fixture_flags(f, f->slot) & CKF_TOKEN_INITIALIZED) == 0) {
		f->slot = slots[1];
		f->empty = slots[0];
	}
	assert_int_equal(f->p11->C_OpenSession(f->slot,
			     CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
			     &session),
	    CKR_OK);
	assert_int_equal(f->p11->C_Login(session, CKU_SO, so, sizeof(so) - 1),
	    CKR_OK);
	assert_int_equal(f->p11->C_InitPIN(session, pin, sizeof(pin) - 1),
	    CKR_OK);
	assert_int_equal(f->p11->C_CloseSession(session), CKR_OK);
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	void *dir = NULL;
	char text[4200];
	const char *conf;

	if (access(FAULT_SOFTHSM, R_OK) != 0)
		exit(SKIPPED);
	if (f == NULL || tmpdir_setup(&dir) != 0)
		return -1;
	f->dir = dir;
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s\nlog.level = ERROR\n", f->dir);
	conf = tmpdir_path(f->dir, "softhsm2.conf");
	tmpdir_write(conf, text);
	(void)setenv("SOFTHSM2_CONF", conf, 1);
	(void)setenv("P11_FAULT_PLAN", tmpdir_path(f->dir, "plan"), 1);
	fixture_plan(f, "");
	assert_int_equal(fixture_load(f, NULL), CKR_OK);
	assert_int_equal(f->p11->C_Initialize(NULL), CKR_OK);
	make_token(f);
	*state = f;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	void *dir = f->dir;
	int rc;

	(void)setenv("P11_FAULT_PLAN", tmpdir_path(f->dir, "plan"), 1);
	fixture_plan(f, "");
	assert_int_equal(fixture_load(f, NULL), CKR_OK);
	(void)f->p11->C_Finalize(NULL);
	rc = tmpdir_teardown(&dir);
	free(f);
	return rc;
}

CK_RV
fixture_login(struct fixture *f, const char *pin)
{
	CK_UTF8CHAR text[64];

	memcpy(text, pin, strlen(pin) + 1);
	return f->p11->C_Login(f->session, CKU_USER, text, strlen(pin));
}

void
fixture_session(struct fixture *f)
{
	assert_int_equal(f->p11->C_OpenSession(f->slot,
			     CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
			     &f->session),
	    CKR_OK);
	assert_int_equal(fixture_login(f, PIN), CKR_OK);
}

CK_FLAGS
fixture_flags(struct fixture *f, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	assert_int_equal(f->p11->C_GetTokenInfo(slot, &info), CKR_OK);
	return info.flags;
}

void
fixture_key(struct fixture *f, CK_OBJECT_HANDLE *ret_public,
    CK_OBJECT_HANDLE *ret_private)
{
	CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
		0x07 };
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_ATTRIBUTE template = { CKA_EC_PARAMS, p256, sizeof(p256) };

	assert_int_equal(f->p11->C_GenerateKeyPair(f->session, &mechanism,
			     &template, 1, NULL, 0, ret_public, ret_private),
	    CKR_OK);
}

CK_RV
fixture_sign(struct fixture *f, CK_OBJECT_HANDLE key, CK_BYTE fill,
    CK_BYTE *signature, CK_ULONG *len)
{
	CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
	CK_BYTE hash[HASH_SIZE];
	CK_RV rv;

	memset(hash, fill, sizeof(hash));
	rv = f->p11->C_SignInit(f->session, &mechanism, key);
	return rv != CKR_OK
	    ? rv
	    : f->p11->C_Sign(f->session, hash, sizeof(hash), signature, len);
}

CK_RV
fixture_verify(struct fixture *f, CK_OBJECT_HANDLE key, CK_BYTE fill,
    CK_BYTE *signature, CK_ULONG len)
{
	CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
	CK_BYTE hash[HASH_SIZE];
	CK_RV rv;

	memset(hash, fill, sizeof(hash));
	rv = f->p11->C_VerifyInit(f->session, &mechanism, key);
	return rv != CKR_OK
	    ? rv
	    : f->p11->C_Verify(f->session, hash, sizeof(hash), signature, len);
}

char *
fixture_log(const struct fixture *f)
{
	char *log = tmpdir_read(tmpdir_path(f->dir, "log"));

	assert_non_null(log);
	return log;
}
