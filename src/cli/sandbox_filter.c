/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about system calls, assembled for the kernel: seccomp(2). */
#include "cli/sandbox_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define X32 0x40000000U      /* of a number: __X32_SYSCALL_BIT */
#define NO_CALL 0xffffffffU  /* by which a tracer skips one */
#define ALL_BITS 0xffffffffU /* of an argument's half */
#define RANGES (2 * CLI_FILTER_RULES + 1)

/* Numbers from FIRST on, up to the next range's, all treated alike. */
struct range {
	uint32_t first;
	enum cli_filter_action action;
	size_t rule, rules; /* in order; of what is BOUNDED */
};

struct program {
	const struct cli_filter *filter;
	uint64_t order[CLI_FILTER_RULES]; /* number, and index among them */
	struct sock_filter *item;
	size_t len; /* more than CLI_FILTER_PROGRAM: some were lost */
	size_t count;
	struct range range[RANGES];
};

void
cli_filter_add(struct cli_filter *filter, struct cli_filter_rule rule)
{
	if (filter->count < CLI_FILTER_RULES)
		filter->rule[filter->count] = rule;
	filter->count++;
}

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void
sort(struct program *program)
{
	const struct cli_filter *filter = program->filter;

	for (size_t i = 0; i < filter->count; i++)
		program->order[i] = (uint64_t)filter->rule[i].number << 32 | i;
	qsort(program->order, filter->count, sizeof(program->order[0]),
	    compare);
}

/* The rule at INDEX of them in order. */
static const struct cli_filter_rule *
rule_at(const struct program *program, size_t index)
{
	return &program->filter->rule[(uint32_t)program->order[index]];
}

static void
add_range(struct program *program, struct range range)
{
	size_t count = program->count;

	/* Where a range of one call would have ended another begins. */
	if (count > 0 && program->range[count - 1].first == range.first)
		count--;
	if (count == 0 || range.action == CLI_FILTER_BOUNDED ||
	    program->range[count - 1].action != range.action)
		program->range[count++] = range;
	program->count = count;
}

static void
add_ranges(struct program *program)
{
	size_t count = program->filter->count, i = 0, end;

	add_range(program, (struct range){ .action = CLI_FILTER_REFUSE });
	for (; i < count; i = end) {
		const struct cli_filter_rule *rule = rule_at(program, i);

		end = i + 1;
		while (end < count &&
		    rule_at(program, end)->number == rule->number)
			end++;
		add_range(program,
		    (struct range){ rule->number, rule->action, i, end - i });
		add_range(program,
		    (struct range){ .first = rule->number + 1,
			.action = CLI_FILTER_REFUSE });
	}
}

static void
emit(struct program *program, struct sock_filter instruction)
{
	if (program->len < CLI_FILTER_PROGRAM)
		program->item[program->len] = instruction;
	program->len++;
}

static void
emit_load(struct program *program, size_t offset)
{
	emit(program,
	    (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		(uint32_t)offset));
}

static void
emit_return(struct program *program, uint32_t value)
{
	emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

/* Where the low half of argument ARG is. */
static size_t
offset_of(unsigned arg)
{
	size_t offset =
	    offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	offset += sizeof(uint32_t);
#endif
	return offset;
}

static void
emit_bounds(struct program *program, const struct range *range)
{
	for (size_t i = range->rule; i < range->rule + range->rules; i++) {
		const struct cli_filter_rule *rule = rule_at(program, i);

		if (rule->action != CLI_FILTER_BOUNDED)
			continue;
		emit_load(program, offset_of(rule->arg));
		if (rule->mask != ALL_BITS)
			emit(program,
			    (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND |
				    BPF_K,
				rule->mask));
		emit(program,
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			rule->value, 0, 1));
		emit_return(program, SECCOMP_RET_ALLOW);
	}
	emit_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static void
emit_range(struct program *program, const struct range *range)
{
	static const uint32_t returned[] = {
		[CLI_FILTER_REFUSE] = SECCOMP_RET_ERRNO | EPERM,
		[CLI_FILTER_ALLOW] = SECCOMP_RET_ALLOW,
		[CLI_FILTER_UNKNOWN] = SECCOMP_RET_ERRNO | ENOSYS,
	};

	if (range->action == CLI_FILTER_BOUNDED)
		emit_bounds(program, range);
	else
		emit_return(program, returned[range->action]);
}

/*
 * Halves the ranges from LOW to before HIGH until one is left. The jump over the
 * lower half is one of its own: a condition jumps no further than 255.
 */
static void
emit_tree(struct program *program, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2, jump;

	if (high - low == 1) {
		emit_range(program, &program->range[low]);
		return;
	}
	emit(program,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
		program->range[middle].first, 0, 1));
	jump = program->len;
	emit(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	emit_tree(program, low, middle);
	if (jump < CLI_FILTER_PROGRAM)
		program->item[jump].k = (uint32_t)(program->len - jump - 1);
	emit_tree(program, middle, high);
}

/* As libseccomp does: what is of another architecture ends the process. */
static void
emit_architecture(struct program *program)
{
	emit_load(program, offsetof(struct seccomp_data, arch));
	emit(program,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		program->filter->architecture, 1, 0));
	emit_return(program, SECCOMP_RET_KILL_PROCESS);
	emit_load(program, offsetof(struct seccomp_data, nr));
	if (program->filter->architecture != AUDIT_ARCH_X86_64)
		return;
	emit(program,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 2));
	emit(program,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NO_CALL, 1,
		0));
	emit_return(program, SECCOMP_RET_KILL_PROCESS);
}

enum ca_code
cli_filter_assemble(const struct cli_filter *filter,
    struct sock_filter ret_program[CLI_FILTER_PROGRAM], size_t *ret_len,
    struct ca_error *err)
{
	struct program *program;
	size_t len;

	if (filter->count > CLI_FILTER_RULES)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "sandbox: more than %u rules", CLI_FILTER_RULES);
	program = calloc(1, sizeof(*program));
	if (program == NULL)
		return ca_fail_memory(err);
	program->filter = filter;
	program->item = ret_program;
	sort(program);
	add_ranges(program);
	emit_architecture(program);
	emit_tree(program, 0, program->count);
	len = program->len;
	free(program);
	if (len > CLI_FILTER_PROGRAM)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "sandbox: a filter of more than %u instructions",
		    CLI_FILTER_PROGRAM);
	*ret_len = len;
	return CA_OK;
}

enum ca_code
cli_filter_apply(const struct cli_filter *filter, struct ca_error *err)
{
	struct sock_filter *item = calloc(CLI_FILTER_PROGRAM, sizeof(*item));
	struct sock_fprog program = { .filter = item };
	size_t len = 0;
	enum ca_code rc;
	long answer;

	if (item == NULL)
		return ca_fail_memory(err);
	rc = cli_filter_assemble(filter, item, &len, err);
	if (rc != CA_OK)
		goto out;
	program.len = (unsigned short)len;
	/* Also what a library that was loaded before has started. */
	answer = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (answer == 0)
		goto out;
	rc = ca_fail(err, CA_ERR_INTERNAL,
	    "sandbox: no filter for system calls: %s",
	    answer < 0 ? strerror(errno) : "a thread can not have it");
	ca_hint(err,
	    "a kernel with CONFIG_SECCOMP_FILTER has them; --no-sandbox goes on without");
out:
	free(item);
	return rc;
}
