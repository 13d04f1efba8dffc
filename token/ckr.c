/* SPDX-License-Identifier: Apache-2.0 */
#include "token/ckr.h"

#include <libp11.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define CKR_LIBRARY "PKCS#11 module" /* what libp11 calls these codes */
#define ASK_STATE \
	"nothing was tried again: look at the PIN's state with \"coldca token list\" before the next try"
#define UNPLUG "check the connection, then run the command again"
#define OTHER_KIND "choose another --key-type or --key-size"
#define VENDOR "the vendor's tools may say more"

struct ckr {
	CK_RV rv;
	const char *name;
	const char *meaning;
	const char *advice; /* NULL where there is none */
	enum ca_code code;
};

/* The codes of PKCS#11 2.40, section 5.1, in the order of their numbers. */
static const struct ckr table[] = {
#define ROW(code, meaning, advice)                         \
	{                                                  \
		code, #code, meaning, advice, CA_ERR_TOKEN \
	}
#define PIN(code, meaning, advice)                       \
	{                                                \
		code, #code, meaning, advice, CA_ERR_PIN \
	}
	ROW(CKR_OK, "no error", NULL),
	ROW(CKR_CANCEL, "the operation was cancelled", NULL),
	ROW(CKR_HOST_MEMORY, "the module ran out of memory", NULL),
	ROW(CKR_SLOT_ID_INVALID, "there is no such slot", UNPLUG),
	ROW(CKR_GENERAL_ERROR, "the module gives no reason", VENDOR),
	ROW(CKR_FUNCTION_FAILED, "the module gives no reason", VENDOR),
	ROW(CKR_ARGUMENTS_BAD, "the module refuses an argument", NULL),
	ROW(CKR_NO_EVENT, "no slot event", NULL),
	ROW(CKR_NEED_TO_CREATE_THREADS, "the module wants threads", NULL),
	ROW(CKR_CANT_LOCK, "the module can not lock", NULL),
	ROW(CKR_ATTRIBUTE_READ_ONLY, "an attribute can not be set", NULL),
	ROW(CKR_ATTRIBUTE_SENSITIVE, "the attribute is secret", NULL),
	ROW(CKR_ATTRIBUTE_TYPE_INVALID, "the token does not know an attribute",
	    NULL),
	ROW(CKR_ATTRIBUTE_VALUE_INVALID,
	    "the token refuses an attribute's value", OTHER_KIND),
	ROW(CKR_ACTION_PROHIBITED, "the token's rules forbid it", NULL),
	ROW(CKR_DATA_INVALID, "the token refuses the data", NULL),
	ROW(CKR_DATA_LEN_RANGE, "the data is too long or too short", NULL),
	ROW(CKR_DEVICE_ERROR, "the token, or the way to it, failed", UNPLUG),
	ROW(CKR_DEVICE_MEMORY, "the token is full",
	    "remove objects that nobody needs from the token"),
	ROW(CKR_DEVICE_REMOVED, "the token was removed", UNPLUG),
	ROW(CKR_ENCRYPTED_DATA_INVALID, "the ciphertext is not valid", NULL),
	ROW(CKR_ENCRYPTED_DATA_LEN_RANGE,
	    "the ciphertext is too long or too short", NULL),
	ROW(CKR_FUNCTION_CANCELED, "the operation was cancelled", NULL),
	ROW(CKR_FUNCTION_NOT_PARALLEL, "no function runs in parallel", NULL),
	ROW(CKR_FUNCTION_NOT_SUPPORTED, "the token can not do that", NULL),
	ROW(CKR_KEY_HANDLE_INVALID, "the key is gone", UNPLUG),
	ROW(CKR_KEY_SIZE_RANGE, "the token has no keys of this size",
	    OTHER_KIND),
	ROW(CKR_KEY_TYPE_INCONSISTENT, "the key is of another kind", NULL),
	ROW(CKR_KEY_NOT_NEEDED, "a key was given that is not needed", NULL),
	ROW(CKR_KEY_CHANGED, "the key is another one", NULL),
	ROW(CKR_KEY_NEEDED, "a key is needed", NULL),
	ROW(CKR_KEY_INDIGESTIBLE, "the key can not be digested", NULL),
	ROW(CKR_KEY_FUNCTION_NOT_PERMITTED,
	    "the key's attributes do not permit it", NULL),
	ROW(CKR_KEY_NOT_WRAPPABLE, "the key can not be wrapped", NULL),
	ROW(CKR_KEY_UNEXTRACTABLE, "the key can not be taken out", NULL),
	ROW(CKR_MECHANISM_INVALID, "the token does not have this mechanism",
	    OTHER_KIND),
	ROW(CKR_MECHANISM_PARAM_INVALID,
	    "the token refuses the mechanism's parameter", OTHER_KIND),
	ROW(CKR_OBJECT_HANDLE_INVALID, "the object is gone", UNPLUG),
	ROW(CKR_OPERATION_ACTIVE, "another operation is not finished", NULL),
	ROW(CKR_OPERATION_NOT_INITIALIZED, "the operation was not begun", NULL),
	PIN(CKR_PIN_INCORRECT, "the PIN is wrong", ASK_STATE),
	PIN(CKR_PIN_INVALID, "the PIN holds what the token does not take",
	    ASK_STATE),
	PIN(CKR_PIN_LEN_RANGE, "the PIN is too long or too short", ASK_STATE),
	PIN(CKR_PIN_EXPIRED, "the PIN has expired",
	    "set a new PIN with the token's own tool"),
	PIN(CKR_PIN_LOCKED, "the PIN is locked",
	    "unlock it as the token's security officer, with the token's own tool"),
	ROW(CKR_SESSION_CLOSED, "the session was closed", UNPLUG),
	ROW(CKR_SESSION_COUNT, "the token has no session left",
	    "end the other programs that use the token"),
	ROW(CKR_SESSION_HANDLE_INVALID, "the session is gone", UNPLUG),
	ROW(CKR_SESSION_PARALLEL_NOT_SUPPORTED, "no parallel sessions", NULL),
	ROW(CKR_SESSION_READ_ONLY, "the session may only read", NULL),
	ROW(CKR_SESSION_EXISTS, "a session is open already", NULL),
	ROW(CKR_SESSION_READ_ONLY_EXISTS, "a read-only session is open", NULL),
	ROW(CKR_SESSION_READ_WRITE_SO_EXISTS,
	    "the security officer is logged in", NULL),
	ROW(CKR_SIGNATURE_INVALID, "the signature is wrong", NULL),
	ROW(CKR_SIGNATURE_LEN_RANGE, "the signature's length is wrong", NULL),
	ROW(CKR_TEMPLATE_INCOMPLETE, "the token wants more attributes", NULL),
	ROW(CKR_TEMPLATE_INCONSISTENT,
	    "the token finds the attributes contradictory", NULL),
	ROW(CKR_TOKEN_NOT_PRESENT, "there is no token in the slot", UNPLUG),
	ROW(CKR_TOKEN_NOT_RECOGNIZED, "the module does not know the token",
	    NULL),
	ROW(CKR_TOKEN_WRITE_PROTECTED, "the token is write-protected", NULL),
	ROW(CKR_UNWRAPPING_KEY_HANDLE_INVALID, "the unwrapping key is gone",
	    NULL),
	ROW(CKR_UNWRAPPING_KEY_SIZE_RANGE, "the unwrapping key's size is wrong",
	    NULL),
	ROW(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
	    "the unwrapping key is of another kind", NULL),
	ROW(CKR_USER_ALREADY_LOGGED_IN, "the user is logged in already", NULL),
	ROW(CKR_USER_NOT_LOGGED_IN, "nobody is logged in", NULL),
	PIN(CKR_USER_PIN_NOT_INITIALIZED, "no user PIN was ever set",
	    "set one with the token's own tool, as its security officer"),
	ROW(CKR_USER_TYPE_INVALID, "there is no such kind of user", NULL),
	ROW(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "somebody else is logged in",
	    NULL),
	ROW(CKR_USER_TOO_MANY_TYPES, "too many kinds of user are logged in",
	    NULL),
	ROW(CKR_WRAPPED_KEY_INVALID, "the wrapped key is not valid", NULL),
	ROW(CKR_WRAPPED_KEY_LEN_RANGE, "the wrapped key's length is wrong",
	    NULL),
	ROW(CKR_WRAPPING_KEY_HANDLE_INVALID, "the wrapping key is gone", NULL),
	ROW(CKR_WRAPPING_KEY_SIZE_RANGE, "the wrapping key's size is wrong",
	    NULL),
	ROW(CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
	    "the wrapping key is of another kind", NULL),
	ROW(CKR_RANDOM_SEED_NOT_SUPPORTED, "the generator takes no seed", NULL),
	ROW(CKR_RANDOM_NO_RNG, "the token has no random generator", NULL),
	ROW(CKR_DOMAIN_PARAMS_INVALID, "the token does not have this curve",
	    OTHER_KIND),
	ROW(CKR_CURVE_NOT_SUPPORTED, "the token does not have this curve",
	    OTHER_KIND),
	ROW(CKR_BUFFER_TOO_SMALL, "the answer is longer than announced", NULL),
	ROW(CKR_SAVED_STATE_INVALID, "the saved state is not valid", NULL),
	ROW(CKR_INFORMATION_SENSITIVE, "the information is secret", NULL),
	ROW(CKR_STATE_UNSAVEABLE, "the state can not be saved", NULL),
	ROW(CKR_CRYPTOKI_NOT_INITIALIZED, "the module was not initialized",
	    NULL),
	ROW(CKR_CRYPTOKI_ALREADY_INITIALIZED,
	    "the module is initialized already", NULL),
	ROW(CKR_MUTEX_BAD, "the mutex is not valid", NULL),
	ROW(CKR_MUTEX_NOT_LOCKED, "the mutex is not locked", NULL),
	PIN(CKR_NEW_PIN_MODE, "the token wants a new PIN first",
	    "set a new PIN with the token's own tool"),
	ROW(CKR_NEXT_OTP, "the token wants the next one-time password", NULL),
	ROW(CKR_EXCEEDED_MAX_ITERATIONS,
	    "no parameters were found in the tries allowed", NULL),
	ROW(CKR_FIPS_SELF_TEST_FAILED, "the token's self-test failed",
	    "do not use this token"),
	ROW(CKR_LIBRARY_LOAD_FAILED, "the module lacks a library", VENDOR),
	PIN(CKR_PIN_TOO_WEAK, "the PIN is too weak", NULL),
	ROW(CKR_PUBLIC_KEY_INVALID, "the public key is not valid", NULL),
	ROW(CKR_FUNCTION_REJECTED, "the token's owner rejected it", NULL),
#undef ROW
#undef PIN
};

static const struct ckr *
find(CK_RV rv)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].rv == rv)
			return &table[i];
	return NULL;
}

const char *
ca_ckr_name(CK_RV rv)
{
	const struct ckr *row = find(rv);

	return row == NULL ? NULL : row->name;
}

enum ca_code
ca_ckr_fail(struct ca_error *err, const char *object, const char *call,
    CK_RV rv)
{
	const struct ckr *row = find(rv);

	if (row == NULL) {
		ca_fail(err, CA_ERR_TOKEN, "%s: %s: CKR 0x%08lx (%s)", object,
		    call, rv,
		    rv >= CKR_VENDOR_DEFINED ? "a code of the vendor's own"
					     : "not a code of PKCS#11 2.40");
		err->ckr = rv;
		ca_hint(err, VENDOR);
		return err->code;
	}
	ca_fail(err, row->code, "%s: %s: %s (%s)", object, call, row->name,
	    row->meaning);
	err->ckr = rv;
	if (row->advice != NULL)
		ca_hint(err, "%s", row->advice);
	return row->code;
}

/* The engine has a libp11 of its own, with another number and this name. */
static bool
is_ckr(unsigned long e)
{
	const char *library = ERR_lib_error_string(e);

	return ERR_GET_LIB(e) == ERR_get_CKR_code() ||
	    (library != NULL && strcmp(library, CKR_LIBRARY) == 0);
}

enum ca_code
ca_ckr_fail_libp11(struct ca_error *err, const char *object, const char *call)
{
	CK_RV rv = CKR_OK;
	unsigned long e;

	/* OpenSSL may have put errors of its own on top of the CKR. */
	while ((e = ERR_get_error()) != 0)
		if (rv == CKR_OK && is_ckr(e))
			rv = (CK_RV)ERR_GET_REASON(e);
	if (rv == CKR_OK)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: %s: libp11 gives no reason", object, call);
	return ca_ckr_fail(err, object, call, rv);
}
