/*
 * fuzz_ini.c - any bytes as a configuration file. Whatever comes out of it is given to the parts
 * that will get it in life: expansion and the splitting of commands and environments.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/expand.h"
#include "base/shwords.h"
#include "conf/ini.h"

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
	} else if (err.code >= 0 || !err.text[0] || strpbrk(err.text, "\r\n")) {
		abort();
	}
	ini_done(&ini);
	return 0;
}
