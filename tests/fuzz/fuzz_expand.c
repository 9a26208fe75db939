/*
 * fuzz_expand.c - any text as a value with %-conversions. The first line is what %(text)s and
 * %(ENV_X)s mean, the rest is the value. With its percent signs doubled, a value is itself.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/expand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must_give_itself(const char *text, const struct expand_scope *scope)
{
	struct strbuf twice = { 0 }, out = { 0 };

	for (const char *c = text; *c; c++)
		strbuf_adds(&twice, *c == '%' ? "%%" : (char[]){ *c, '\0' });
	if (expand(strbuf_str(&twice), scope, "x", &out, NULL) < 0 ||
	    strcmp(strbuf_str(&out), text) != 0)
		abort();
	strbuf_done(&twice);
	strbuf_done(&out);
}

/* A value either comes out as text, or is refused with a reason, and leaves nothing to free. */
static void use(const char *text, const struct expand_scope *scope)
{
	struct strbuf out = { 0 };
	struct err err = { 0 };
	int r = expand(text, scope, "program:x.command", &out, &err);

	if (r == 0 ? strlen(strbuf_str(&out)) != out.len
		   : r != -EINVAL || err.code != r || !err.text[0])
		abort();
	if (r == 0 && !strchr(text, '%') && strcmp(strbuf_str(&out), text) != 0)
		abort();
	strbuf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = strndup((const char *)data, n), *value = text ? strchr(text, '\n') : NULL;
	const struct expand_var outer_vars[] = {
		{ .name = "ENV_X", .text = text },
		{ .name = "here", .text = "/etc" },
	};
	const struct expand_scope outer = { .vars = outer_vars, .n = ARRAY_LEN(outer_vars) };
	const struct expand_var vars[] = {
		{ .name = "a(b)", .text = "w\xc3\xa4\xff" },
		{ .name = "most", .number = INT64_MAX },
		{ .name = "n", .number = 7 },
		{ .name = "process_num", .number = INT64_MIN },
		{ .name = "text", .text = text },
	};
	const struct expand_scope scope = { &outer, vars, ARRAY_LEN(vars) };

	if (!text)
		return 0;
	if (value)
		*value++ = '\0';
	use(value ? value : text, &scope);
	must_give_itself(value ? value : text, &scope);
	free(text);
	return 0;
}
