/* SPDX-License-Identifier: Apache-2.0 */
#include "token/token_info.h"

#include <p11-kit/p11-kit.h>
#include <stdlib.h>

#include "base/text.h"
#include "token/facts.h"
#include "token/mechanisms.h"
#include "token/module.h"

static const struct {
	CK_FLAGS flag;
	enum ca_pin_state state;
} pin_flags[] = {
	/* The worst comes first: tokens may leave the weaker flags set. */
	{ CKF_USER_PIN_LOCKED, CA_PIN_LOCKED },
	{ CKF_USER_PIN_FINAL_TRY, CA_PIN_FINAL_TRY },
	{ CKF_USER_PIN_COUNT_LOW, CA_PIN_COUNT_LOW },
};

enum ca_pin_state
ca_pin_state(CK_FLAGS flags)
{
	size_t i;

	for (i = 0; i < sizeof(pin_flags) / sizeof(pin_flags[0]); i++)
		if ((flags & pin_flags[i].flag) != 0)
			return pin_flags[i].state;
	return (flags & CKF_USER_PIN_INITIALIZED) != 0 ? CA_PIN_OK
						       : CA_PIN_NOT_SET;
}

enum ca_code
ca_token_info_make(const struct ca_slot_view *view, struct ca_token_info *ret,
    struct ca_error *err)
{
	const CK_TOKEN_INFO *token = &view->token;
	unsigned facts = ca_facts_find(view);
	struct ca_token_info info = {
		.slot_id = view->id,
		.present = view->present,
		.initialized = (token->flags & CKF_TOKEN_INITIALIZED) != 0,
		.pinpad =
		    (token->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0,
		.login_required = (token->flags & CKF_LOGIN_REQUIRED) != 0,
		.pin_flags_told = (facts & CA_FACT_NO_PIN_FLAGS) == 0,
		.pin_state = ca_pin_state(token->flags),
		.hardware = (facts & CA_FACT_SOFTWARE) == 0 &&
		    (view->slot.flags & CKF_HW_SLOT) != 0,
	};
	enum ca_code rc;

	info.label = p11_kit_space_strdup(token->label, sizeof(token->label));
	info.manufacturer = p11_kit_space_strdup(token->manufacturerID,
	    sizeof(token->manufacturerID));
	info.model = p11_kit_space_strdup(token->model, sizeof(token->model));
	info.serial = p11_kit_space_strdup(token->serialNumber,
	    sizeof(token->serialNumber));
	info.slot = p11_kit_space_strdup(view->slot.slotDescription,
	    sizeof(view->slot.slotDescription));
	if (info.label == NULL || info.manufacturer == NULL ||
	    info.model == NULL || info.serial == NULL || info.slot == NULL)
		rc = ca_fail_memory(err);
	else
		rc = ca_text_format(&info.firmware, err, "%u.%u",
		    token->firmwareVersion.major, token->firmwareVersion.minor);
	if (rc == CA_OK)
		rc = ca_uri_format(token, NULL, &info.uri, err);
	if (rc != CA_OK) {
		ca_token_info_clear(&info);
		return rc;
	}
	*ret = info;
	return CA_OK;
}

void
ca_token_info_clear(struct ca_token_info *info)
{
	free(info->label);
	free(info->manufacturer);
	free(info->model);
	free(info->serial);
	free(info->firmware);
	free(info->slot);
	free(info->mechanisms);
	free(info->mechanisms_fault);
	free(info->uri);
	*info = (struct ca_token_info){ .label = NULL };
}

static enum ca_code
read_mechanisms(const struct ca_module *module, struct ca_token_info *info,
    struct ca_error *err)
{
	char *name = NULL;
	enum ca_code rc;

	rc = info->initialized
	    ? ca_text_format(&name, err, "token %s", info->label)
	    : ca_text_format(&name, err, "slot %lu", info->slot_id);
	if (rc == CA_OK)
		rc = ca_mechanisms_read(module, info->slot_id, name,
		    &info->mechanisms, &info->mechanisms_fault, err);
	free(name);
	return rc;
}

enum ca_code
ca_module_slots(struct ca_module *module, struct ca_token_infos *ret,
    struct ca_error *err)
{
	struct ca_token_infos infos = { NULL, 0 };
	struct ca_slot_view *views = NULL;
	size_t i, count = 0;
	enum ca_code rc;

	rc = ca_module_all_views(module, &views, &count, err);
	if (rc != CA_OK)
		return rc;
	/* One too many, as calloc(0) may be NULL. */
	infos.item = calloc(count + 1, sizeof(*infos.item));
	if (infos.item == NULL) {
		free(views);
		return ca_fail_memory(err);
	}
	for (i = 0; i < count && rc == CA_OK; i++) {
		rc = ca_token_info_make(&views[i], &infos.item[i], err);
		if (rc != CA_OK)
			break;
		infos.count++;
		if (views[i].present)
			rc = read_mechanisms(module, &infos.item[i], err);
	}
	free(views);
	if (rc != CA_OK) {
		ca_token_infos_clear(&infos);
		return rc;
	}
	*ret = infos;
	return CA_OK;
}

void
ca_token_infos_clear(struct ca_token_infos *infos)
{
	size_t i;

	for (i = 0; i < infos->count; i++)
		ca_token_info_clear(&infos->item[i]);
	free(infos->item);
	*infos = (struct ca_token_infos){ NULL, 0 };
}
