/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SVG_H
#define COLDCA_CLI_SVG_H

#include <stddef.h>
#include <stdint.h>

#include "cli/page.h"

/* One bar. */
struct svg_bar {
	char label[CA_TIME_TEXT_SIZE]; /* below it */
	int64_t value;
};

/* A line across: something that is no number, but has its place. */
struct svg_mark {
	const char *label; /* static */
	double at;         /* in bars from the left */
};

/* All of a chart; its size is in units of which text has 12 to a line. */
struct svg_chart {
	const struct svg_bar *bar;
	size_t count;
	const struct svg_mark *mark;
	size_t marks;
	const char *name; /* for those who do not see it */
	int width;
	int height;
	size_t label_every; /* bars from one label to the next */
};

/* Writes CHART as an <svg> whose colours are those of page.css. */
void cli_svg_bars(struct cli_page *page, const struct svg_chart *chart);

#endif
