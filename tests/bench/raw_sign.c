/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: raw_sign MODULE TOKEN KEY COUNT SESSIONS 3<PIN
 *
 * Prints how many signatures per second the private key KEY of the token TOKEN
 * makes in so many sessions side by side, with nothing around them: CKM_ECDSA
 * over 32 bytes, or CKM_RSA_PKCS over a DigestInfo of SHA-256.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PIN_FD 3
#define PIN_SIZE 256
#define SLOTS_MAX 64
#define SIGNATURE_MAX 1024
#define LABEL_SIZE 32 /* of CK_TOKEN_INFO: padded with spaces */
#define HASH_SIZE 32
#define SESSIONS_MAX 64

/* DigestInfo of SHA-256 without the digest (RFC 8017 section 9.2). */
static const CK_BYTE digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
	0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

struct token {
	CK_FUNCTION_LIST *call;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_KEY_TYPE type;
};

/* One session's share. */
struct share {
	struct token token;
	long from, count;
	bool done;
};

static bool
load(const char *path, struct token *token)
{
	CK_C_INITIALIZE_ARGS threads = { .flags = CKF_OS_LOCKING_OK };
	CK_C_GetFunctionList get = NULL;
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol;

	if (module == NULL)
		return false;
	symbol = dlsym(module, "C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(get));
	return get != NULL && get(&token->call) == CKR_OK &&
	    token->call->C_Initialize(&threads) == CKR_OK;
}

static bool
find_slot(CK_FUNCTION_LIST *call, const char *label, CK_SLOT_ID *ret_slot)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO info;
	size_t len = strlen(label);
	CK_ULONG i;

	if (call->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK ||
	    len > LABEL_SIZE)
		return false;
	for (i = 0; i < count; i++) {
		if (call->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    memcmp(info.label, label, len) != 0 ||
		    (len < LABEL_SIZE && info.label[len] != ' '))
			continue;
		*ret_slot = slots[i];
		return true;
	}
	return false;
}

static bool
log_in(struct token *token, CK_SLOT_ID slot)
{
	CK_BYTE pin[PIN_SIZE];
	ssize_t len = read(PIN_FD, pin, sizeof(pin));

	while (len > 0 && pin[len - 1] == '\n')
		len--;
	return len > 0 &&
	    token->call->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL,
		&token->session) == CKR_OK &&
	    token->call->C_Login(token->session, CKU_USER, pin,
		(CK_ULONG)len) == CKR_OK;
}

static bool
find_key(struct token *token, char *label)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, label, strlen(label) },
	};
	CK_ATTRIBUTE type = { CKA_KEY_TYPE, &token->type, sizeof(token->type) };
	CK_ULONG count = 0;
	CK_FUNCTION_LIST *call = token->call;

	return call->C_FindObjectsInit(token->session, wanted, 2) == CKR_OK &&
	    call->C_FindObjects(token->session, &token->key, 1, &count) ==
	    CKR_OK &&
	    call->C_FindObjectsFinal(token->session) == CKR_OK && count == 1 &&
	    call->C_GetAttributeValue(token->session, token->key, &type, 1) ==
	    CKR_OK;
}

static bool
sign(const struct token *token, long first, long count)
{
	CK_BYTE data[sizeof(digest_info) + HASH_SIZE];
	CK_BYTE signature[SIGNATURE_MAX];
	CK_MECHANISM mechanism = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE *from = data;
	CK_ULONG len = sizeof(data);
	CK_ULONG got;
	long i;

	memcpy(data, digest_info, sizeof(digest_info));
	memset(data + sizeof(digest_info), 1, HASH_SIZE);
	if (token->type == CKK_EC) {
		mechanism.mechanism = CKM_ECDSA;
		from = data + sizeof(digest_info);
		len = HASH_SIZE;
	}
	for (i = first; i < first + count; i++) {
		/* No two of them sign the same. */
		memcpy(data + sizeof(digest_info), &i, sizeof(i));
		got = sizeof(signature);
		if (token->call->C_SignInit(token->session, &mechanism,
			token->key) != CKR_OK ||
		    token->call->C_Sign(token->session, from, len, signature,
			&got) != CKR_OK)
			return false;
	}
	return true;
}

static void *
sign_share(void *arg)
{
	struct share *share = arg;

	share->done = sign(&share->token, share->from, share->count);
	return NULL;
}

/* COUNT signatures, by as many threads as SESSIONS, each in one of its own. */
static bool
sign_all(const struct token *token, CK_SLOT_ID slot, long count, int sessions)
{
	struct share share[SESSIONS_MAX] = { 0 };
	pthread_t thread[SESSIONS_MAX];
	bool done = true;
	int i;

	for (i = 0; i < sessions; i++) {
		share[i].token = *token;
		share[i].from = count * i / sessions;
		share[i].count = count * (i + 1) / sessions - share[i].from;
		if (token->call->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL,
			NULL, &share[i].token.session) != CKR_OK)
			return false;
	}
	for (i = 0; i < sessions; i++)
		if (pthread_create(&thread[i], NULL, sign_share, &share[i]) !=
		    0)
			abort();
	for (i = 0; i < sessions; i++) {
		(void)pthread_join(thread[i], NULL);
		done = done && share[i].done;
	}
	return done;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	struct token token = { 0 };
	CK_SLOT_ID slot = 0;
	double started;
	long count, sessions;

	count = argc == 6 ? strtol(argv[4], NULL, 10) : 0;
	sessions = argc == 6 ? strtol(argv[5], NULL, 10) : 0;
	if (count < 1 || sessions < 1 || sessions > SESSIONS_MAX) {
		fprintf(stderr,
		    "usage: raw_sign MODULE TOKEN KEY COUNT SESSIONS\n");
		return 2;
	}
	if (!load(argv[1], &token) || !find_slot(token.call, argv[2], &slot) ||
	    !log_in(&token, slot) || !find_key(&token, argv[3])) {
		fprintf(stderr,
		    "raw_sign: no such module, token or key, "
		    "or a wrong PIN\n");
		return 1;
	}
	started = seconds();
	if (!sign_all(&token, slot, count, (int)sessions)) {
		fprintf(stderr, "raw_sign: the token did not sign\n");
		return 1;
	}
	printf("%.1f\n", (double)count / (seconds() - started));
	token.call->C_Finalize(NULL);
	return 0;
}
