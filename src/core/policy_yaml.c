/* SPDX-License-Identifier: Apache-2.0 */
/* The part of YAML that a policy may use, and where in the file things are. */
#include "core/policy_yaml.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* Lines and columns as an editor counts them: from 1. */
static size_t
line_of(yaml_mark_t mark)
{
	return mark.line + 1;
}

static size_t
column_of(yaml_mark_t mark)
{
	return mark.column + 1;
}

static enum ca_code
fail_at(const char *name, yaml_mark_t mark, const char *what, const char *hint,
    struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_INPUT, "%s:%zu:%zu: %s", name, line_of(mark),
	    column_of(mark), what);
	if (hint != NULL)
		ca_hint(err, "%s", hint);
	return CA_ERR_INPUT;
}

/* The reader of characters knows only an offset. */
static yaml_mark_t
mark_at(const uint8_t *text, size_t len, size_t offset)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = 0; i < offset && i < len; i++) {
		if (text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if ((text[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static enum ca_code
fail_syntax(const char *name, const yaml_parser_t *parser, const uint8_t *text,
    size_t len, struct ca_error *err)
{
	yaml_mark_t mark = parser->problem_mark;
	const char *hint = NULL;
	char what[CA_ERROR_SIZE];

	/* libyaml 0.2.5 forgets to say so in some places. */
	if (parser->error == YAML_MEMORY_ERROR || parser->problem == NULL)
		return ca_fail_memory(err);
	if (parser->error == YAML_READER_ERROR)
		mark = mark_at(text, len, parser->problem_offset);
	(void)snprintf(what, sizeof(what), "not YAML: %s", parser->problem);
	if (parser->context != NULL && strstr(parser->context, "alias") != NULL)
		hint = "put a * that begins a value in quotes: \"*\"";
	return fail_at(name, mark, what, hint, err);
}

/* How far the check of one file is. */
struct walk {
	const char *name;
	unsigned documents;
	unsigned depth;
	struct ca_error *err;
};

/* Anchors make files that say other things than they seem to. */
static enum ca_code
check_marks(const struct walk *walk, const yaml_event_t *event,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return fail_at(walk->name, event->start_mark,
		    "anchors are not used here",
		    "put a & that begins a value in quotes", walk->err);
	if (tag != NULL)
		return fail_at(walk->name, event->start_mark,
		    "tags are not used here",
		    "put a ! that begins a value in quotes", walk->err);
	return CA_OK;
}

static enum ca_code
enter(struct walk *walk, const yaml_event_t *event, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	if (++walk->depth > CA_POLICY_DEPTH_MAX)
		return fail_at(walk->name, event->start_mark,
		    "is nested too deeply", NULL, walk->err);
	return check_marks(walk, event, anchor, tag);
}

static enum ca_code
check_event(struct walk *walk, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++walk->documents > 1)
			return fail_at(walk->name, event->start_mark,
			    "a second document begins",
			    "the file is one document: without ---", walk->err);
		return CA_OK;
	case YAML_ALIAS_EVENT:
		return fail_at(walk->name, event->start_mark,
		    "aliases are not used here",
		    "put a * that begins a value in quotes: \"*\"", walk->err);
	case YAML_SCALAR_EVENT:
		return check_marks(walk, event, event->data.scalar.anchor,
		    event->data.scalar.tag);
	case YAML_SEQUENCE_START_EVENT:
		return enter(walk, event, event->data.sequence_start.anchor,
		    event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return enter(walk, event, event->data.mapping_start.anchor,
		    event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		walk->depth--;
		return CA_OK;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return CA_OK;
	}
	return CA_OK;
}

/* UTF-8 is said and not guessed, so that no other encoding slips through. */
static bool
start(yaml_parser_t *parser, const uint8_t *text, size_t len)
{
	if (yaml_parser_initialize(parser) != 1)
		return false;
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	/* libyaml insists on a pointer, also to nothing. */
	yaml_parser_set_input_string(parser,
	    text != NULL ? text : (const unsigned char *)"", len);
	return true;
}

/* Refuses what a policy may not use, before anything is built from it. */
static enum ca_code
check_events(const char *name, const uint8_t *text, size_t len,
    struct ca_error *err)
{
	struct walk walk = { .name = name, .err = err };
	yaml_parser_t parser;
	enum ca_code rc = CA_OK;
	bool end = false;

	if (!start(&parser, text, len))
		return ca_fail_memory(err);
	while (rc == CA_OK && !end) {
		yaml_event_t event;

		if (yaml_parser_parse(&parser, &event) != 1) {
			rc = fail_syntax(name, &parser, text, len, err);
			break;
		}
		rc = check_event(&walk, &event);
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (rc == CA_OK && walk.documents == 0)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: is empty", name);
	return rc;
}

enum ca_code
ca_policy_yaml_load(const char *name, const uint8_t *text, size_t len,
    yaml_document_t *ret, struct ca_error *err)
{
	yaml_parser_t parser;
	enum ca_code rc;

	rc = check_events(name, text, len, err);
	if (rc != CA_OK)
		return rc;
	if (!start(&parser, text, len))
		return ca_fail_memory(err);
	if (yaml_parser_load(&parser, ret) != 1)
		rc = fail_syntax(name, &parser, text, len, err);
	yaml_parser_delete(&parser);
	return rc;
}

enum ca_code
ca_policy_yaml_fail(const struct ca_policy_reader *reader,
    const yaml_node_t *node, const char *fmt, ...)
{
	char what[CA_ERROR_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)ca_fail(reader->err, CA_ERR_INPUT, "%s", what);
	return ca_policy_yaml_wrap(reader, node);
}

enum ca_code
ca_policy_yaml_wrap(const struct ca_policy_reader *reader,
    const yaml_node_t *node)
{
	if (reader->err->code != CA_ERR_INPUT)
		return reader->err->code;
	return ca_error_prefix(reader->err, "%s:%zu:%zu%s%s", reader->name,
	    line_of(node->start_mark), column_of(node->start_mark),
	    reader->where[0] != '\0' ? ": " : "", reader->where);
}
