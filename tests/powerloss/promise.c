/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program has promised: a path alone on a line of standard output is
 * written, an entry in the head of the ledger that it shows is in it, and what
 * the token has signed was reserved before.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "powerloss/judge.h"

#define HEAD "ledger head: entry "
#define MADE "CA directory made"

static void
add_path(struct pl_promise *promise, const char *path)
{
	char *copy = pl_allocate(NULL, strlen(path) + 1, 1);

	memcpy(copy, path, strlen(path) + 1);
	promise->path =
	    pl_allocate(promise->path, promise->paths + 1, sizeof(char *));
	promise->path[promise->paths++] = copy;
}

static void
read_line(struct pl_judge *judge, const char *line, bool is_output)
{
	struct pl_promise *promise = &judge->promise;
	const char *root = judge->history->root;
	const char *head = strstr(line, HEAD);
	size_t len = strlen(root);

	if (is_output && strncmp(line, root, len) == 0 && line[len] == '/')
		add_path(promise, line + len + 1);
	if (head != NULL)
		promise->entry = strtoul(head + strlen(HEAD), NULL, 10);
	if (strstr(line, MADE) != NULL)
		promise->ledger = true;
}

static void
read_output(struct pl_judge *judge, const struct pl_op *op)
{
	struct pl_promise *promise = &judge->promise;
	size_t stream = op->number == STDOUT_FILENO ? 0 : 1;
	char *line = promise->line[stream];

	for (size_t i = 0; i < op->len; i++) {
		if (op->data[i] != '\n') {
			if (promise->len[stream] + 1 <
			    sizeof(promise->line[stream]))
				line[promise->len[stream]++] =
				    (char)op->data[i];
			continue;
		}
		line[promise->len[stream]] = '\0';
		promise->len[stream] = 0;
		read_line(judge, line, stream == 0);
	}
}

/* Only what the ledger reserved in the end is a certificate. */
static void
read_mark(struct pl_judge *judge, const struct pl_op *op)
{
	struct pl_promise *promise = &judge->promise;

	for (size_t i = 0; i < judge->last.reserved; i++) {
		if (op->len != PL_SHA256 ||
		    memcmp(judge->last.tbs[i], op->data, PL_SHA256) != 0)
			continue;
		promise->signed_data = pl_allocate(promise->signed_data,
		    promise->signatures + 1, sizeof(const uint8_t *));
		promise->signed_data[promise->signatures++] = op->data;
	}
}

void
pl_promise_read(struct pl_judge *judge, size_t cut)
{
	struct pl_promise *promise = &judge->promise;

	for (; promise->taken < cut; promise->taken++) {
		const struct pl_op *op = &judge->history->op[promise->taken];

		if (op->kind == PL_OUTPUT)
			read_output(judge, op);
		else if (op->kind == PL_MARK)
			read_mark(judge, op);
	}
}
