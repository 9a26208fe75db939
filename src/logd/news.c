/*
 * news.c - frames for svd. Output is the one kind that can be more than svd takes. It stays far
 * below the ceiling of the link, so that it costs no other frame its place.
 */
#include "logd/news.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/frame.h"
#include "logd/source.h"

/* Bytes that are on their way to svd. Messages are few, and somebody waits for them. */
enum {
	OUTPUT_QUEUE_MAX = 16 * 1024 * 1024,
	CAPTURED_QUEUE_MAX = 32 * 1024 * 1024,
};

int news_sink(struct link *link, const char *path, const char *text, uint64_t lost)
{
	json_t *head;

	if (!link)
		return 0;
	head = json_pack("{s:s, s:o, s:I}", "t", text ? "trouble" : "healed", "path",
			 json_text(path), "lost", (json_int_t)lost);
	if (head && text)
		json_object_set_new(head, "text", json_text(text));
	return link_send(link, head, NULL, 0, -1);
}

int news_output(struct link *link, int64_t channel, const char *p, size_t n, uint64_t lost)
{
	json_t *head;

	if (!link)
		return 0;
	if (n && link_queued(link) + n > OUTPUT_QUEUE_MAX)
		return -ENOBUFS;
	head = json_pack("{s:s, s:I}", "t", "output", "ch", (json_int_t)channel);
	if (head && lost)
		json_object_set_new(head, "lost", json_integer((json_int_t)lost));
	return link_send(link, head, p, n, -1);
}

int news_captured(struct link *link, int64_t channel, const char *p, size_t n, bool cut,
		  uint64_t lost)
{
	json_t *head;

	if (!link)
		return 0;
	if (n > FRAME_BODY_MAX) {
		p += n - FRAME_BODY_MAX;
		n = FRAME_BODY_MAX;
		cut = true;
	}
	if (link_queued(link) + n > CAPTURED_QUEUE_MAX)
		return -ENOBUFS;
	head = json_pack("{s:s, s:I}", "t", "captured", "ch", (json_int_t)channel);
	if (head && cut)
		json_object_set_new(head, "cut", json_true());
	if (head && lost)
		json_object_set_new(head, "lost", json_integer((json_int_t)lost));
	return link_send(link, head, p, n, -1);
}

int news_closed(struct link *link, int64_t channel, const struct source *src)
{
	static const struct source none = { .lines = -1 };

	if (!link)
		return 0;
	if (!src)
		src = &none;
	return link_send(link,
			 json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "t", "closed", "ch",
				   (json_int_t)channel, "read", (json_int_t)src->taken, "dropped",
				   (json_int_t)src->dropped, "lines",
				   (json_int_t)src->dropped_lines, "read_lines",
				   source_lines(src)),
			 NULL, 0, -1);
}

/* Without memory there is no answer; who asked does not wait for ever. */
int news_counted(struct link *link, int64_t id, const json_t *counts)
{
	char *body = json_dumps(counts, JSON_COMPACT);
	json_t *head = json_pack("{s:s}", "t", "counted");
	int ret = -ENOMEM;

	if (head && id)
		json_object_set_new(head, "id", json_integer((json_int_t)id));
	if (body)
		ret = link_send(link, json_incref(head), body, strlen(body), -1);
	json_decref(head);
	free(body);
	return ret;
}

int news_answer(struct link *link, const char *type, int64_t id, const char *text)
{
	json_t *head;

	if (!link)
		return 0;
	head = json_pack("{s:s, s:I}", "t", type, "id", (json_int_t)id);
	if (head && text)
		json_object_set_new(head, "text", json_text(text));
	return link_send(link, head, NULL, 0, -1);
}
