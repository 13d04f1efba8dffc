/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_OWN_H
#define FAULT_OWN_H

#include "state.h"

/* The parameters of a function of N arguments, a to h. */
#define PARAMS_1(A) A a
#define PARAMS_2(A, B) A a, B b
#define PARAMS_3(A, B, C) A a, B b, C c
#define PARAMS_4(A, B, C, D) A a, B b, C c, D d
#define PARAMS_5(A, B, C, D, E) A a, B b, C c, D d, E e
#define PARAMS_6(A, B, C, D, E, F) A a, B b, C c, D d, E e, F f
#define PARAMS_8(A, B, C, D, E, F, G, H) A a, B b, C c, D d, E e, F f, G g, H h

/*
 * own_C_Sign() and so on: the real call, and what the plan makes of it. Each
 * sets CALL's line where a rule changed something.
 */
#define DECLARE_REAL(name, n, ...)
#define DECLARE_LIST(name, n, ...)
#define DECLARE_OWN(name, n, ...) \
	CK_RV own_##name(struct fault_call *call, PARAMS_##n(__VA_ARGS__));
#define FUNCTION(name, about, after, body, n, ...) \
	DECLARE_##body(name, n, __VA_ARGS__)
#include "functions.def"
#undef FUNCTION

/* CKF_USER_PIN_COUNT_LOW and the like, as the wrong PINs counted say. */
CK_RV own_pin_flags(CK_FLAGS *ret);

#endif
