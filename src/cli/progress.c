/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/term.h"

#define COUNT_MIN 11 /* fewer are done before anybody looks */
#define INTERVAL 0.2 /* seconds */
#define SETTLED 0.5  /* seconds after which the rate says something */
#define BAR_WIDTH 30
#define LINE_SIZE 160

static double
seconds(void)
{
	return (double)ca_time_monotonic() / 1e9;
}

void
cli_progress_begin(struct cli_progress *ret, const struct cli *cli,
    size_t count)
{
	*ret = (struct cli_progress){
		.shown = count >= COUNT_MIN && !cli->quiet && !cli->json &&
		    isatty(STDERR_FILENO) == 1,
		.count = count,
		.begun = seconds(),
	};
}

/* "12/s, 3 min 20 s left" */
static void
format_rate(const struct cli_progress *progress, size_t done, double took,
    char *ret, size_t size)
{
	double rate = took > 0 ? (double)done / took : 0;
	double left = rate > 0 ? (double)(progress->count - done) / rate : 0;
	unsigned long whole = (unsigned long)(left + 0.5);

	if (took < SETTLED || rate <= 0)
		ret[0] = '\0';
	else if (whole >= 60)
		(void)snprintf(ret, size, ", %.*f/s, %lu min %lu s left",
		    rate < 10 ? 1 : 0, rate, whole / 60, whole % 60);
	else
		(void)snprintf(ret, size, ", %.*f/s, %lu s left",
		    rate < 10 ? 1 : 0, rate, whole);
}

void
cli_progress_show(struct cli_progress *progress, size_t done)
{
	double now = seconds();
	char bar[BAR_WIDTH + 1], rate[64], line[LINE_SIZE];
	size_t filled = BAR_WIDTH * done / progress->count;

	if (!progress->shown || now - progress->drawn_at < INTERVAL)
		return;
	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	format_rate(progress, done, now - progress->begun, rate, sizeof(rate));
	(void)snprintf(line, sizeof(line), "signed [%s] %zu of %zu%s", bar,
	    done, progress->count, rate);
	term_status(line);
	progress->drawn_at = now;
}

void
cli_progress_end(const struct cli_progress *progress)
{
	if (progress->shown)
		term_status(NULL);
}
