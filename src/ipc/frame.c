/*
 * frame.c - the format of a frame: bytes to struct frame and back. No socket here, so that the
 * fuzz target reaches every line.
 */
#include "ipc/frame.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"

enum { PREFIX = 2 * sizeof(uint32_t) };

ssize_t frame_parse(const char *p, size_t n, struct frame *ret_frame)
{
	uint32_t len[2];
	json_t *head;
	const char *type;

	if (n < PREFIX)
		return 0;
	memcpy(len, p, PREFIX);
	if (len[0] > FRAME_HEAD_MAX || len[1] > FRAME_BODY_MAX)
		return -EPROTO;
	if (n - PREFIX < (size_t)len[0] + len[1])
		return 0;
	head = json_loadb(p + PREFIX, len[0], JSON_ALLOW_NUL, NULL);
	type = json_string_value(json_object_get(head, "t"));
	if (!type) {
		json_decref(head);
		return -EPROTO;
	}
	*ret_frame = (struct frame){
		.head = head,
		.type = type,
		.body = p + PREFIX + len[0],
		.body_len = len[1],
		.fd = -1,
	};
	return (ssize_t)PREFIX + len[0] + len[1];
}

int frame_build_text(struct strbuf *sb, const char *head, size_t head_len, const void *body,
		     size_t body_len)
{
	uint32_t len[2] = { (uint32_t)head_len, (uint32_t)body_len };

	if (head_len > FRAME_HEAD_MAX || body_len > FRAME_BODY_MAX)
		return -EMSGSIZE;
	if (!strbuf_reserve(sb, PREFIX + head_len + body_len))
		return -ENOMEM;
	strbuf_add(sb, len, PREFIX);
	strbuf_add(sb, head, head_len);
	strbuf_add(sb, body, body_len);
	return 0;
}

int frame_build(struct strbuf *sb, json_t *head, const void *body, size_t body_len, bool has_fd)
{
	size_t at = sb->len, head_len;
	uint32_t len[2];

	if (has_fd && json_object_set_new(head, "fd", json_true()) < 0)
		return -ENOMEM;
	head_len = json_dumpb(head, NULL, 0, JSON_COMPACT);
	if (!head_len)
		return -ENOMEM;
	if (head_len > FRAME_HEAD_MAX || body_len > FRAME_BODY_MAX)
		return -EMSGSIZE;
	len[0] = (uint32_t)head_len;
	len[1] = (uint32_t)body_len;
	if (!strbuf_reserve(sb, PREFIX + head_len + body_len))
		return -ENOMEM;
	strbuf_add(sb, len, PREFIX);
	if (json_dumpb(head, sb->s + sb->len, head_len, JSON_COMPACT) != head_len) {
		sb->len = at;
		return -ENOMEM;
	}
	sb->len += head_len;
	sb->s[sb->len] = '\0';
	strbuf_add(sb, body, body_len);
	return 0;
}

json_t *json_textn(const char *s, size_t n)
{
	json_t *text = json_stringn(s, n);	/* refuses what is not UTF-8 */
	struct strbuf sb = { 0 };

	for (size_t i = 0; !text && i < n;) {
		size_t len = utf8_len(s + i, n - i);

		strbuf_add(&sb, len ? s + i : UTF8_REPLACEMENT,
			   len ? len : strlen(UTF8_REPLACEMENT));
		i += len ? len : 1;
	}
	if (!text && strbuf_str(&sb))
		text = json_stringn(strbuf_str(&sb), sb.len);
	strbuf_done(&sb);
	return text;
}

json_t *json_text(const char *s)
{
	return json_textn(s, strlen(s));
}
