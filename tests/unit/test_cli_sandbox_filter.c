/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sandbox_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#include "unit/test.h"

#define EPERM_SAID (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_SAID (SECCOMP_RET_ERRNO | ENOSYS)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define RULES 300
#define NUMBERS 200 /* that they are about */
#define ROUNDS 50

static struct sock_filter program[CLI_FILTER_PROGRAM];

/* What the program, of LEN instructions, says of DATA: the kernel's machine. */
static uint32_t
run(size_t len, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < len; at++) {
		const struct sock_filter *i = &program[at];
		bool holds = false;

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(i->k <= sizeof(*data) - sizeof(a));
			memcpy(&a, (const char *)data + i->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			continue;
		case BPF_JMP | BPF_JA:
			at += i->k;
			continue;
		case BPF_RET | BPF_K:
			return i->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			holds = a == i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			holds = a >= i->k;
			break;
		default:
			fail_msg("instruction %u", i->code);
		}
		at += holds ? i->jt : i->jf;
	}
	fail_msg("the program has no end");
	return 0;
}

/* The same of FILTER's rules, read one after the other. */
static uint32_t
judge(const struct cli_filter *filter, const struct seccomp_data *data)
{
	bool is_bounded = false;

	for (size_t i = 0; i < filter->count; i++) {
		const struct cli_filter_rule *rule = &filter->rule[i];

		if (rule->number != (uint32_t)data->nr)
			continue;
		if (!is_bounded && rule->action == CLI_FILTER_ALLOW)
			return SECCOMP_RET_ALLOW;
		if (!is_bounded && rule->action == CLI_FILTER_UNKNOWN)
			return ENOSYS_SAID;
		if (!is_bounded && rule->action == CLI_FILTER_REFUSE)
			return EPERM_SAID;
		is_bounded = true;
		if (rule->action == CLI_FILTER_BOUNDED &&
		    ((uint32_t)data->args[rule->arg] & rule->mask) ==
			rule->value)
			return SECCOMP_RET_ALLOW;
	}
	return EPERM_SAID;
}

static size_t
assemble(const struct cli_filter *filter)
{
	struct ca_error err;
	size_t len = 0;

	assert_ok(cli_filter_assemble(filter, program, &len, &err), &err);
	return len;
}

/* The same numbers each time: xorshift. */
static uint32_t
chance(uint32_t below)
{
	static uint32_t state = 2463534242U;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

/* COUNT rules about few calls, so that many are about one or beside another. */
static void
make_rules(struct cli_filter *filter, size_t count)
{
	*filter = (struct cli_filter){ .architecture = ARCHITECTURE };
	while (filter->count < count) {
		struct cli_filter_rule rule = {
			.number = chance(NUMBERS),
			.action = (enum cli_filter_action)chance(4),
			.arg = chance(6),
			.mask = chance(2) == 0 ? 0xffffffffU : 6U,
		};

		rule.value = chance(8) & rule.mask;
		cli_filter_add(filter, rule);
	}
}

static void
says_what_the_rules_say(void **state)
{
	static struct cli_filter filter;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		size_t len;

		make_rules(&filter, chance(RULES));
		len = assemble(&filter);
		for (int n = 0; n < NUMBERS + 2; n++) {
			struct seccomp_data data = { .nr = n,
				.arch = ARCHITECTURE };

			for (size_t i = 0; i < 6; i++)
				data.args[i] = chance(8) |
				    (uint64_t)chance(2) << (32 + chance(32));
			assert_int_equal(run(len, &data),
			    judge(&filter, &data));
		}
	}
}

static void
refuses_what_no_rule_is_about(void **state)
{
	static struct cli_filter filter = { .architecture = ARCHITECTURE };
	struct seccomp_data data = { .arch = ARCHITECTURE };
	size_t len = assemble(&filter);

	(void)state;
	assert_int_equal(run(len, &data), EPERM_SAID);
	data.nr = 1000;
	assert_int_equal(run(len, &data), EPERM_SAID);
	/* What a tracer skips has no number. */
	data.nr = -1;
	assert_int_equal(run(len, &data), EPERM_SAID);
}

static void
ends_what_is_of_another_architecture(void **state)
{
	static struct cli_filter filter = { .architecture = ARCHITECTURE };
	struct seccomp_data data = { .nr = 3, .arch = AUDIT_ARCH_I386 };
	size_t len;

	(void)state;
	cli_filter_add(&filter,
	    (struct cli_filter_rule){ .number = 3,
		.action = CLI_FILTER_ALLOW });
	len = assemble(&filter);
	assert_int_equal(run(len, &data), SECCOMP_RET_KILL_PROCESS);
	data.arch = ARCHITECTURE;
	assert_int_equal(run(len, &data), SECCOMP_RET_ALLOW);
	data.nr |= 0x40000000; /* x32 */
	assert_int_equal(run(len, &data), SECCOMP_RET_KILL_PROCESS);
}

static void
refuses_to_lose_a_rule(void **state)
{
	static struct cli_filter filter;
	struct ca_error err;
	size_t len = 0;

	(void)state;
	make_rules(&filter, CLI_FILTER_RULES);
	(void)assemble(&filter);
	cli_filter_add(&filter, (struct cli_filter_rule){ .number = 1 });
	assert_int_equal(cli_filter_assemble(&filter, program, &len, &err),
	    CA_ERR_INTERNAL);
	assert_string_equal(err.message, "sandbox: more than 768 rules");
}

/* Each call with a bound of its own: nothing is alike. */
static void
refuses_a_program_that_is_too_long(void **state)
{
	static struct cli_filter filter;
	struct ca_error err;
	size_t len = 0;

	(void)state;
	filter = (struct cli_filter){ .architecture = ARCHITECTURE };
	for (uint32_t i = 0; i < CLI_FILTER_RULES; i++)
		cli_filter_add(&filter,
		    (struct cli_filter_rule){ i, CLI_FILTER_BOUNDED, 0, 1, 1 });
	assert_int_equal(cli_filter_assemble(&filter, program, &len, &err),
	    CA_ERR_INTERNAL);
	assert_string_equal(err.message,
	    "sandbox: a filter of more than 2048 instructions");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_rules_say),
		cmocka_unit_test(refuses_what_no_rule_is_about),
		cmocka_unit_test(ends_what_is_of_another_architecture),
		cmocka_unit_test(refuses_to_lose_a_rule),
		cmocka_unit_test(refuses_a_program_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
