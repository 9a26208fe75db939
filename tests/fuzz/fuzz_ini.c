/*
 * fuzz_ini.c - any bytes as a configuration file. Whatever comes out of it is given to the parts
 * that will get it in life: expansion and the splitting of commands and environments. Written as
 * a file again, it must be read as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/expand.h"
#include "base/shwords.h"
#include "conf/ini.h"
#include "conf/ini_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void use_value(const char *value)
{
	static const struct expand_var vars[] = {
		{ .name = "here", .text = "/etc" },
		{ .name = "process_num", .number = -1 },
		{ .name = "program_name", .text = "w\xc3\xa4\xff" },
	};
	static const struct expand_scope scope = { .vars = vars, .n = ARRAY_LEN(vars) };
	struct strbuf sb = { 0 };
	struct err err;
	char **list;

	if (expand(value, &scope, "x", &sb, &err) == 0 && strbuf_str(&sb))
		value = strbuf_str(&sb);
	if (shwords_split(value, &list, &err) == 0)
		shwords_free(list);
	if (shwords_pairs(value, &list, &err) == 0)
		shwords_free(list);
	strbuf_done(&sb);
}

/* What was read must be found again, whole. */
static void use_section(const struct ini *ini, const struct ini_section *section)
{
	for (const struct ini_option *o = section->options; o; o = o->hh.next) {
		if (ini_find_option(ini, section, o->name) != o || o->line < 1)
			abort();
		use_value(o->value);
	}
}

static void write_section(struct strbuf *sb, const struct ini_section *section)
{
	static const char origin[] = "/a ;b #c]=:1";

	if (!ini_write_section(sb, section->name, origin))
		abort();
	for (const struct ini_option *o = section->options; o; o = o->hh.next)
		if (!ini_write_option(sb, o->name, o->value, origin))
			abort();
}

static void must_be_same(const struct ini_section *a, const struct ini_section *b)
{
	if (!b || HASH_COUNT(a->options) != HASH_COUNT(b->options))
		abort();
	for (const struct ini_option *o = a->options; o; o = o->hh.next) {
		const struct ini_option *other;

		HASH_FIND_STR(b->options, o->name, other);
		if (!other || strcmp(other->value, o->value) != 0)
			abort();
	}
}

static void write_and_read(const struct ini *ini)
{
	struct strbuf sb = { 0 };
	struct ini again;

	for (const struct ini_section *s = ini->sections; s; s = s->hh.next)
		write_section(&sb, s);
	if (ini->defaults)
		write_section(&sb, ini->defaults);
	if (ini_init(&again) < 0 ||
	    ini_read_text(&again, "/again.conf", strbuf_str(&sb), sb.len, NULL) < 0 ||
	    HASH_COUNT(ini->sections) != HASH_COUNT(again.sections))
		abort();
	for (const struct ini_section *s = ini->sections; s; s = s->hh.next)
		must_be_same(s, ini_find_section(&again, s->name));
	if (ini->defaults)
		must_be_same(ini->defaults, again.defaults);
	ini_done(&again);
	strbuf_done(&sb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = { 0 };
	struct ini ini;

	if (ini_init(&ini) < 0)
		return 0;
	if (ini_read_text(&ini, "/fuzz.conf", (const char *)data, n, &err) == 0) {
		for (const struct ini_section *s = ini.sections; s; s = s->hh.next) {
			if (ini_find_section(&ini, s->name) != s)
				abort();
			use_section(&ini, s);
		}
		write_and_read(&ini);
	} else if (err.code >= 0 || !err.text[0] || strpbrk(err.text, "\r\n")) {
		abort();
	}
	ini_done(&ini);
	return 0;
}
