/* SPDX-License-Identifier: Apache-2.0 */
/* Charts as inline SVG, drawn for one width each: text in them stays legible. */
#include "cli/svg.h"

#include <inttypes.h>

#define TOP 34    /* units above the highest bar: values and marks */
#define BOTTOM 22 /* below the axis: labels */
#define SIDE 8    /* left and right */

static int64_t
highest(const struct svg_chart *chart)
{
	int64_t max = 1;

	for (size_t i = 0; i < chart->count; i++)
		if (chart->bar[i].value > max)
			max = chart->bar[i].value;
	return max;
}

/* In whole units: a chart of hundreds of them needs no parts. */
static int64_t
x_of(const struct svg_chart *chart, double bars)
{
	return (int64_t)(SIDE +
	    (chart->width - 2 * SIDE) * bars / (double)chart->count);
}

static void
put_bar(struct cli_page *page, const struct svg_chart *chart, size_t i,
    int64_t max)
{
	const struct svg_bar *bar = &chart->bar[i];
	const int64_t room = chart->height - TOP - BOTTOM;
	const int64_t x = x_of(chart, (double)i) + 1;
	const int64_t width = x_of(chart, (double)i + 1) - x - 1;
	/* Whatever is not nothing shows. */
	int64_t height =
	    (int64_t)((double)room * (double)bar->value / (double)max);

	if (bar->value <= 0)
		return;
	if (height < 2)
		height = 2;
	cli_page_put(page,
	    "<rect class=\"%s\" x=\"%" PRId64 "\" y=\"%" PRId64
	    "\" width=\"%" PRId64 "\" height=\"%" PRId64 "\">"
	    "<title>%s: %" PRId64 "</title></rect>\n",
	    i == 0 ? "soon" : "bar", x, TOP + room - height, width, height,
	    bar->label, bar->value);
	/* A number that is wider than its bar runs into its neighbour's. */
	if (bar->value < 100 || width > 40)
		cli_page_put(page,
		    "<text class=\"value\" text-anchor=\"middle\" x=\"%" PRId64
		    "\" y=\"%" PRId64 "\">%" PRId64 "</text>\n",
		    x + width / 2, TOP + room - height - 4, bar->value);
}

static void
put_label(struct cli_page *page, const struct svg_chart *chart, size_t i)
{
	if (i % chart->label_every == 0)
		cli_page_put(page,
		    "<text x=\"%" PRId64 "\" y=\"%" PRId64 "\">%s</text>\n",
		    x_of(chart, (double)i) + 1, (int64_t)chart->height - 6,
		    chart->bar[i].label);
}

/* Its label stands where there is room: left of it from the middle on. */
static void
put_mark(struct cli_page *page, const struct svg_chart *chart,
    const struct svg_mark *mark)
{
	const int64_t x = x_of(chart, mark->at);
	const bool right = mark->at > (double)chart->count / 2;

	cli_page_put(page,
	    "<line class=\"mark\" x1=\"%" PRId64 "\" y1=\"4\" x2=\"%" PRId64
	    "\" y2=\"%" PRId64 "\"></line>\n"
	    "<text class=\"mark-label\" text-anchor=\"%s\" x=\"%" PRId64
	    "\" y=\"14\">%s</text>\n",
	    x, x, (int64_t)chart->height - BOTTOM, right ? "end" : "start",
	    x + (right ? -5 : 5), mark->label);
}

void
cli_svg_bars(struct cli_page *page, const struct svg_chart *chart)
{
	const int64_t axis = chart->height - BOTTOM;
	const int64_t max = highest(chart);

	cli_page_put(page,
	    "<svg role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %" PRId64
	    " %" PRId64 "\">\n",
	    chart->name, (int64_t)chart->width, (int64_t)chart->height);
	cli_page_put(page,
	    "<line class=\"axis\" x1=\"%" PRId64 "\" y1=\"%" PRId64
	    "\" x2=\"%" PRId64 "\" y2=\"%" PRId64 "\"></line>\n",
	    (int64_t)SIDE, axis, (int64_t)chart->width - SIDE, axis);
	for (size_t i = 0; i < chart->count; i++) {
		put_bar(page, chart, i, max);
		put_label(page, chart, i);
	}
	for (size_t i = 0; i < chart->marks; i++)
		put_mark(page, chart, &chart->mark[i]);
	cli_page_raw(page, "</svg>\n");
}
