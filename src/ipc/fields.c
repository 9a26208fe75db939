/* fields.c - what svd/news.c has put into one line is taken apart again, as listeners do it. */
#include "ipc/fields.h"

#include <string.h>

/* How many bytes of a key are there, before its colon? 0: none begins here. */
static size_t key_at(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && ((p[n] >= 'a' && p[n] <= 'z') || p[n] == '_'))
		n++;
	return p + n < end && p[n] == ':' ? n : 0;
}

static const char *end_of_value(const struct field *field, const char *end)
{
	const char *p = field->value;

	if (field->key_len == strlen("type") && memcmp(field->key, "type", field->key_len) == 0)
		return end;
	while (p < end && !(*p == ' ' && key_at(p + 1, end)))
		p++;
	return p;
}

bool fields_next(const char *payload, size_t n, struct field *ret_field)
{
	const char *newline = memchr(payload, '\n', n);
	const char *end = newline ? newline : payload + n, *p = payload;

	if (ret_field->key)
		p = ret_field->value + ret_field->value_len + 1;	/* behind the blank */
	if (p >= end)
		return false;
	ret_field->key = p;
	ret_field->key_len = key_at(p, end);
	if (!ret_field->key_len)
		return false;
	ret_field->value = p + ret_field->key_len + 1;
	ret_field->value_len = (size_t)(end_of_value(ret_field, end) - ret_field->value);
	return true;
}
