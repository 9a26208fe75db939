/* jsontext.c - what the JSON API sends is made here, large logs a little at a time. */
#include "httpd/jsontext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ipc/frame.h"

#define HEAD "{\"result\":"
#define FOOT "}\n"

static int on_text(const char *s, size_t n, void *sb)
{
	strbuf_add(sb, s, n);
	return 0;
}

static int dump(struct strbuf *sb, const json_t *value)
{
	return json_dump_callback(value, on_text, sb, JSON_COMPACT | JSON_ENCODE_ANY);
}

int jsontext_add(struct strbuf *sb, const json_t *value)
{
	int ret = dump(sb, value);

	strbuf_addc(sb, '\n');
	return ret < 0 || sb->oom ? -ENOMEM : 0;
}

int jsontext_add_result(struct strbuf *sb, const json_t *result)
{
	int ret;

	strbuf_adds(sb, HEAD);
	ret = dump(sb, result);
	strbuf_adds(sb, FOOT);
	return ret < 0 || sb->oom ? -ENOMEM : 0;
}

int jsontext_add_result_of(struct strbuf *sb, const char *json, size_t n)
{
	strbuf_adds(sb, HEAD);
	strbuf_add(sb, json, n);
	strbuf_adds(sb, FOOT);
	return sb->oom ? -ENOMEM : 0;
}

int jsontext_build_around(struct strbuf *sb, const json_t *result, size_t *ret_gap)
{
	int ret = jsontext_add_result(sb, result);
	const char *found = ret == 0 ? strstr(sb->s, "\"\"") : NULL;

	if (ret < 0)
		return ret;
	if (!found)
		return -EINVAL;
	*ret_gap = (size_t)(found - sb->s) + 1;
	return 0;
}

void jsontext_add_text(struct strbuf *sb, const char *s, size_t n)
{
	json_t *string = json_textn(s, n);
	char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

	if (quoted)
		strbuf_add(sb, quoted + 1, strlen(quoted) - 2);
	else
		sb->oom = true;
	free(quoted);
	json_decref(string);
}
