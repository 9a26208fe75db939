/* fields.c - svd/news.c has written these lines; here they are taken apart, as listeners do it. */
#include "svd/fields.h"

#include <string.h>

#include "svd/bus.h"

static const char *end_of_line(const struct event *event)
{
	size_t n = 0;

	while (n < event->len && event->payload[n] != '\n' && event->payload[n] != '\0')
		n++;
	return event->payload + n;
}

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

bool fields_next(const struct event *event, struct field *ret_field)
{
	const char *end = end_of_line(event), *p = event->payload;

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
