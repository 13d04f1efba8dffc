/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "token/facts.h"
#include "token/token_info.h"
#include "unit/test.h"

static void
fill(unsigned char *field, size_t size, const char *text)
{
	memset(field, ' ', size);
	memcpy(field, text, strlen(text));
}

/* What the table says of MODULE's token. */
static unsigned
facts_of(const char *module, const char *manufacturer, const char *model)
{
	struct ca_slot_view view = { .id = 3 };

	fill(view.module.manufacturerID, sizeof(view.module.manufacturerID),
	    module);
	fill(view.token.manufacturerID, sizeof(view.token.manufacturerID),
	    manufacturer);
	fill(view.token.model, sizeof(view.token.model), model);
	return ca_facts_find(&view);
}

static void
knows_what_tokens_do_not_tell(void **state)
{
	(void)state;
	assert_int_equal(facts_of("OpenSC Project", "piv_II",
			     "PKCS#15 emulated"),
	    CA_FACT_FIXED_USE);
	assert_int_equal(facts_of("OpenSC Project", "www.CardContact.de",
			     "PKCS#15 emulated"),
	    0);
	assert_int_equal(facts_of("SoftHSM", "SoftHSM project", "SoftHSM v2"),
	    CA_FACT_SOFTWARE);
	assert_int_equal(facts_of("Mozilla Foundation", "Mozilla Foundation",
			     "NSS 3"),
	    CA_FACT_SOFTWARE | CA_FACT_NO_PIN_FLAGS | CA_FACT_NO_LOCAL |
		CA_FACT_NO_COPYABLE);
	assert_int_equal(facts_of("IBM", "IBM Corp.", "IBM SoftTok"),
	    CA_FACT_SOFTWARE | CA_FACT_NO_COPYABLE | CA_FACT_ONE_INIT);
	/* A TPM keeps its keys in itself; a simulated one does not. */
	assert_int_equal(facts_of("tpm2-software.github.io", "Infineon",
			     "SLB9670"),
	    CA_FACT_NO_PIN_FLAGS | CA_FACT_HASHED_RSA);
	assert_int_equal(facts_of("tpm2-software.github.io", "IBM", "SW   TPM"),
	    CA_FACT_NO_PIN_FLAGS | CA_FACT_HASHED_RSA | CA_FACT_SOFTWARE);
}

static struct ca_token_info
info_of(const char *manufacturer, const char *model, CK_FLAGS slot_flags,
    CK_FLAGS token_flags)
{
	struct ca_slot_view view = { .id = 3 };
	struct ca_token_info info = { .label = NULL };
	struct ca_error err;

	fill(view.token.label, sizeof(view.token.label), "ca");
	fill(view.token.manufacturerID, sizeof(view.token.manufacturerID),
	    manufacturer);
	fill(view.token.model, sizeof(view.token.model), model);
	fill(view.token.serialNumber, sizeof(view.token.serialNumber), "01");
	view.token.firmwareVersion = (CK_VERSION){ 2, 6 };
	view.slot.flags = slot_flags;
	view.token.flags = token_flags;
	assert_ok(ca_token_info_make(&view, &info, &err), &err);
	return info;
}

static void
says_where_the_pin_has_no_flags(void **state)
{
	struct ca_token_info info;

	(void)state;
	info = info_of("Mozilla Foundation", "NSS 3", 0, 0);
	assert_false(info.pin_flags_told);
	ca_token_info_clear(&info);
	info = info_of("Yubico (www.yubi", "YubiHSM", 0, 0);
	assert_true(info.pin_flags_told);
	ca_token_info_clear(&info);
}

static void
does_not_take_known_software_for_hardware(void **state)
{
	static const struct {
		const char *manufacturer, *model;
		CK_FLAGS slot_flags;
		bool hardware;
	} cases[] = {
		{ "SoftHSM project", "SoftHSM v2", CKF_HW_SLOT, false },
		{ "Mozilla Foundation", "NSS 3", CKF_HW_SLOT, false },
		{ "IBM", "Soft", CKF_HW_SLOT, false },
		{ "IBM Corp.", "IBM SoftTok", CKF_HW_SLOT, false },
		{ "IBM", "EP11", CKF_HW_SLOT, true },
		{ "Yubico (www.yubi", "YubiHSM", CKF_HW_SLOT, true },
		{ "Yubico (www.yubi", "YubiHSM", 0, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_token_info info = info_of(cases[i].manufacturer,
		    cases[i].model, cases[i].slot_flags, 0);

		if (info.hardware != cases[i].hardware)
			fail_msg("%s", cases[i].model);
		ca_token_info_clear(&info);
	}
}

static void
tells_the_worst_state_of_the_pin(void **state)
{
	static const struct {
		CK_FLAGS flags;
		enum ca_pin_state state;
	} cases[] = {
		{ 0, CA_PIN_NOT_SET },
		{ CKF_USER_PIN_INITIALIZED, CA_PIN_OK },
		{ CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW,
		    CA_PIN_COUNT_LOW },
		{ CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW |
			CKF_USER_PIN_FINAL_TRY,
		    CA_PIN_FINAL_TRY },
		{ CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW |
			CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED,
		    CA_PIN_LOCKED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ca_pin_state(cases[i].flags), cases[i].state);
}

static void
shows_texts_without_padding(void **state)
{
	struct ca_token_info info = info_of("Maker", "", 0,
	    CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED |
		CKF_PROTECTED_AUTHENTICATION_PATH);

	(void)state;
	assert_string_equal(info.label, "ca");
	assert_string_equal(info.manufacturer, "Maker");
	assert_string_equal(info.model, "");
	assert_string_equal(info.serial, "01");
	assert_string_equal(info.firmware, "2.6");
	assert_string_equal(info.uri,
	    "pkcs11:manufacturer=Maker;serial=01;token=ca");
	assert_int_equal(info.slot_id, 3);
	assert_true(info.initialized);
	assert_true(info.login_required);
	assert_true(info.pinpad);
	ca_token_info_clear(&info);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_take_known_software_for_hardware),
		cmocka_unit_test(tells_the_worst_state_of_the_pin),
		cmocka_unit_test(knows_what_tokens_do_not_tell),
		cmocka_unit_test(says_where_the_pin_has_no_flags),
		cmocka_unit_test(shows_texts_without_padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
