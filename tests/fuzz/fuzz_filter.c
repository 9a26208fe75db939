/*
 * fuzz_filter.c - what comes out of a filter does not depend on how the bytes were cut into reads,
 * nor on how many of them waited in the pipe. Six bytes of the input are options, the rest is the
 * text, in which some bytes that are no UTF-8 stand for what random text would rarely have.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "logd/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { OPTIONS = 6, TEXT_MAX = 64 * 1024, OVERHEAD = 200 };

static const struct speaker_spec speaker = { "gr\"oup", "name", "stdout", 7 };
static const struct filter_time now = { .wall = 1000000000.25, .mono = 1 };
static const char PREFIX[] = "2001-09-09T01:46:40.250Z gr\"oup:name[7] stdout";

/* All that came out in one life. */
struct result {
	struct strbuf file;
	struct strbuf said;	/* to the ops, in order; pieces that belong together are one */
	struct strbuf text;	/* seen, not captured */
	struct strbuf message;	/* seen, captured, since the last message */
	uint64_t      lines;
	int           kind;	/* of the last byte in said */
	size_t        max;	/* of a message */
};

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void on_seen(void *user, const char *p, size_t n, bool captured)
{
	struct result *r = user;

	if (r->kind != captured)
		strbuf_adds(&r->said, captured ? "\n--captured:" : "\n--seen:");
	r->kind = captured;
	strbuf_add(&r->said, p, n);
	strbuf_add(captured ? &r->message : &r->text, p, n);
}

static void on_captured(void *user, const char *p, size_t n, bool cut)
{
	struct result *r = user;

	must(cut == (r->message.len > r->max));
	must(n == (cut ? r->max : r->message.len));
	must(n == 0 || memcmp(p, r->message.s + r->message.len - n, n) == 0);
	strbuf_reset(&r->message);
	strbuf_adds(&r->said, "\n--message:");
	strbuf_add(&r->said, p, n);
	r->kind = -1;
}

static const struct filter_ops ops = { on_seen, on_captured };

/* --- the ways to cut --- */

static uint32_t dice;

static size_t roll(size_t sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

/* The size of the next piece, whether what is unfinished may wait, and how much may come out. */
struct way {
	size_t longest;	/* 0: all at once */
	bool   waits;
	size_t room;
};

static size_t count_lines(const char *p, size_t n)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

static void live(const struct filter_spec *spec, const struct way *way, const char *text, size_t n,
		 struct result *r)
{
	struct filters all;
	struct filter *f;
	size_t end = 0, at = 0, had;

	*r = (struct result){ .kind = -1, .max = spec->capture };
	filters_init(&all, &ops);
	all.room = way->room;
	if (filter_new(&all, spec, &speaker, r, &f) < 0)
		abort();
	while (at < n) {
		size_t more = way->longest ? 1 + roll(way->longest) : n, took;

		end = n - end < more ? n : end + more;
		had = r->file.len;
		took = filter_run(f, text + at, end - at,
				  end < n && way->waits && roll(8) ? FILTER_PATIENT : FILTER_EAGER,
				  &now, &r->file);
		must(took <= end - at);
		must(r->file.len - had <= way->room || spec->format == FORMAT_RAW ||
		     count_lines(text + at, took) <= 1);
		at += took;
	}
	filter_end(f, &now, &r->file);
	r->lines = f->lines;
	filter_free(f);
	filters_done(&all);
	must(!r->file.oom && !r->said.oom && !r->text.oom && !r->message.oom);
}

static void forget(struct result *r)
{
	strbuf_done(&r->file);
	strbuf_done(&r->said);
	strbuf_done(&r->text);
	strbuf_done(&r->message);
}

/* --- what has to be true --- */

static void same(const struct strbuf *a, const struct strbuf *b)
{
	must(a->len == b->len && (a->len == 0 || memcmp(a->s, b->s, a->len) == 0));
}

/* Appends the text of a line in the file; returns whether more of it follows. */
static bool read_prefixed(const char *line, size_t n, struct strbuf *text)
{
	size_t prefix = sizeof(PREFIX) - 1;

	must(n >= prefix + 2 && memcmp(line, PREFIX, prefix) == 0 && line[prefix + 1] == ' ');
	must(line[prefix] == ':' || line[prefix] == '+');
	strbuf_add(text, line + prefix + 2, n - prefix - 2);
	return line[prefix] == '+';
}

static bool read_json(const char *line, size_t n, struct strbuf *text)
{
	json_t *o = json_loadb(line, n, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL), *message;
	bool partial = json_is_true(json_object_get(o, "partial"));

	message = json_object_get(o, "message");
	must(json_is_string(message) && json_integer_value(json_object_get(o, "pid")) == 7);
	must(strcmp(json_string_value(json_object_get(o, "group")), "gr\"oup") == 0);
	strbuf_add(text, json_string_value(message), json_string_length(message));
	json_decref(o);
	return partial;
}

/* The file's lines put together again are what was seen. */
static void check_lines(const struct filter_spec *spec, const struct result *r)
{
	bool json = spec->format == FORMAT_JSON, more = false;
	const char *p = strbuf_str(&r->file), *end = p + r->file.len, *newline;
	struct strbuf text = { 0 };

	for (; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		must(newline);
		must((size_t)(newline - p) <= spec->linemax * (json ? 6 : 1) + OVERHEAD);
		more = (json ? read_json : read_prefixed)(p, (size_t)(newline - p), &text);
		if (!more)
			strbuf_addc(&text, '\n');
	}
	if (text.len && text.len == r->text.len + 1)
		text.len--;	/* the last line had no end */
	if (!json)
		same(&text, &r->text);
	strbuf_done(&text);
}

static void check(const struct filter_spec *spec, const struct result *r)
{
	if (spec->format != FORMAT_RAW)
		check_lines(spec, r);
	else
		same(&r->file, &r->text);
}

/* --- the input --- */

static void unfold(const uint8_t *data, size_t n, struct strbuf *text)
{
	static const struct {
		uint8_t     byte;
		const char *s;
	} shorts[] = {
		{ 0xf5, CAPTURE_BEGIN }, { 0xf6, CAPTURE_END },	 { 0xf7, "\x1b[" },
		{ 0xf8, "\x1b]" },	 { 0xf9, "<!--XSUPERV" }, { 0xfa, "\xf0\x9f\x98\x80" },
		{ 0xfb, "\x1b\\" },	 { 0xfc, "ISOR:END-->" },
	};

	for (size_t i = 0; i < n && text->len < TEXT_MAX; i++) {
		size_t s = 0;

		while (s < ARRAY_LEN(shorts) && shorts[s].byte != data[i])
			s++;
		if (s < ARRAY_LEN(shorts))
			strbuf_adds(text, shorts[s].s);
		else
			strbuf_addc(text, (char)data[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct way ways[] = {
		{ 1, false, 1 },       { 1, true, FILTER_ROOM }, { 40, false, 1000 },
		{ 40, true, 1000 },    { 3, true, 1 },		 { 0, true, 2000 },
		{ 0, false, FILTER_ROOM },
	};
	struct strbuf text = { 0 };
	struct result whole, parts;
	struct filter_spec spec;

	if (n < OPTIONS)
		return 0;
	spec = (struct filter_spec){
		.strip = data[0] & 1, .lines = data[0] & 2,
		.format = (enum log_format)((data[0] >> 2) % FORMAT_N),
		.capture = data[1], .linemax = 1 + data[2], .linesecs = data[3],
	};
	dice = (uint32_t)(data[4] << 8 | data[5]);
	unfold(data + OPTIONS, n - OPTIONS, &text);
	live(&spec, &(struct way){ 0, false, SIZE_MAX }, text.s, text.len, &whole);
	check(&spec, &whole);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		live(&spec, &ways[i], text.s, text.len, &parts);
		same(&parts.file, &whole.file);
		same(&parts.said, &whole.said);
		must(parts.lines == whole.lines);
		forget(&parts);
	}
	forget(&whole);
	strbuf_done(&text);
	return 0;
}
