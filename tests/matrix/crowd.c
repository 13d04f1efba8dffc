/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: crowd MODULE TOKEN LABEL dsa|certificates|each-pin 3<PIN
 *
 * Puts onto the token TOKEN what pkcs11-tool has no words for: a pair of DSA
 * keys with its domain parameters; certificate objects that are not X.509; or
 * a P-256 key that only signs, and wants the PIN for each signature; all with
 * LABEL. Prints a line for each: its name, and what the token
 * answered. Status 1: a token that can not be reached.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIN_FD 3
#define PIN_SIZE 256
#define SLOTS_MAX 64
#define LABEL_SIZE 32  /* of CK_TOKEN_INFO: padded with spaces */
#define DSA_BITS 1024  /* made while somebody waits */
#define NUMBER_MAX 512 /* bytes of a domain parameter */
#define CKC_OPENPGP_OF_SOFTHSM (CKC_VENDOR_DEFINED | 0x504750UL)

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_BYTE text[] = "not a certificate";

struct token {
	CK_FUNCTION_LIST *call;
	CK_SESSION_HANDLE session;
	char *label;
};

static bool
load(const char *path, struct token *token)
{
	CK_C_GetFunctionList get = NULL;
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol;

	if (module == NULL)
		return false;
	symbol = dlsym(module, "C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(get));
	return get != NULL && get(&token->call) == CKR_OK &&
	    token->call->C_Initialize(NULL) == CKR_OK;
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

	if (len > 0 && pin[len - 1] == '\n')
		len--;
	return len > 0 &&
	    token->call->C_OpenSession(slot,
		CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		&token->session) == CKR_OK &&
	    token->call->C_Login(token->session, CKU_USER, pin,
		(CK_ULONG)len) == CKR_OK;
}

static void
show(const char *what, CK_RV rv)
{
	printf("%s 0x%lx\n", what, rv);
}

/* The domain parameters stay on the token as an object of their own. */
static CK_RV
make_dsa(const struct token *token)
{
	CK_FUNCTION_LIST *call = token->call;
	CK_MECHANISM choose = { CKM_DSA_PARAMETER_GEN, NULL, 0 };
	CK_MECHANISM make = { CKM_DSA_KEY_PAIR_GEN, NULL, 0 };
	CK_ULONG bits = DSA_BITS;
	CK_BYTE p[NUMBER_MAX], q[NUMBER_MAX], g[NUMBER_MAX], id[] = { 0xd5 };
	CK_ATTRIBUTE domain[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_LABEL, token->label, strlen(token->label) },
		{ CKA_PRIME_BITS, &bits, sizeof(bits) },
	};
	CK_ATTRIBUTE key[] = {
		{ CKA_PRIME, p, sizeof(p) },
		{ CKA_SUBPRIME, q, sizeof(q) },
		{ CKA_BASE, g, sizeof(g) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_LABEL, token->label, strlen(token->label) },
		{ CKA_ID, id, sizeof(id) },
	};
	CK_OBJECT_HANDLE object, private_key;
	CK_RV rv;

	rv = call->C_GenerateKey(token->session, &choose, domain, 3, &object);
	show("dsa-parameters", rv);
	if (rv == CKR_OK)
		rv = call->C_GetAttributeValue(token->session, object, key, 3);
	if (rv == CKR_OK)
		rv = call->C_GenerateKeyPair(token->session, &make, key, 6,
		    key + 3, 3, &object, &private_key);
	return rv;
}

/* One that says it is of TYPE, and holds no certificate at all. */
static CK_RV
make_certificate(const struct token *token, CK_CERTIFICATE_TYPE type)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_OBJECT_HANDLE object;
	CK_ATTRIBUTE attribute[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_LABEL, token->label, strlen(token->label) },
		{ CKA_VALUE, text, sizeof(text) },
		{ type == CKC_X_509_ATTR_CERT ? CKA_OWNER : CKA_SUBJECT, text,
		    sizeof(text) },
	};

	return token->call->C_CreateObject(token->session, attribute,
	    sizeof(attribute) / sizeof(attribute[0]), &object);
}

static void
make_certificates(const struct token *token)
{
	show("attribute-certificate",
	    make_certificate(token, CKC_X_509_ATTR_CERT));
	show("wtls-certificate", make_certificate(token, CKC_WTLS));
	show("openpgp-certificate",
	    make_certificate(token, CKC_OPENPGP_OF_SOFTHSM));
	show("no-certificate", make_certificate(token, CKC_X_509));
}

static CK_RV
make_each_pin(const struct token *token)
{
	CK_MECHANISM make = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
		0x07 };
	CK_BYTE id[] = { 0xea };
	CK_ATTRIBUTE key[] = {
		{ CKA_EC_PARAMS, p256, sizeof(p256) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_LABEL, token->label, strlen(token->label) },
		{ CKA_ID, id, sizeof(id) },
		{ CKA_PRIVATE, &yes, sizeof(yes) },
		{ CKA_SENSITIVE, &yes, sizeof(yes) },
		{ CKA_ALWAYS_AUTHENTICATE, &yes, sizeof(yes) },
		{ CKA_EXTRACTABLE, &no, sizeof(no) },
		{ CKA_DECRYPT, &no, sizeof(no) },
		{ CKA_UNWRAP, &no, sizeof(no) },
		{ CKA_DERIVE, &no, sizeof(no) },
		{ CKA_SIGN_RECOVER, &no, sizeof(no) },
		{ CKA_MODIFIABLE, &no, sizeof(no) },
		{ CKA_COPYABLE, &no, sizeof(no) },
	};
	CK_OBJECT_HANDLE public_key, private_key;

	return token->call->C_GenerateKeyPair(token->session, &make, key, 4,
	    key + 1, 13, &public_key, &private_key);
}

int
main(int argc, char *argv[])
{
	struct token token = { .call = NULL };
	CK_SLOT_ID slot;

	if (argc != 5 || !load(argv[1], &token) ||
	    !find_slot(token.call, argv[2], &slot) || !log_in(&token, slot)) {
		fprintf(stderr, "crowd: the token can not be reached\n");
		return 1;
	}
	token.label = argv[3];
	if (strcmp(argv[4], "dsa") == 0)
		show("dsa", make_dsa(&token));
	else if (strcmp(argv[4], "each-pin") == 0)
		show("each-pin", make_each_pin(&token));
	else
		make_certificates(&token);
	(void)token.call->C_Finalize(NULL);
	return 0;
}
