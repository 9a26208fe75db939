/* news.h - what svd-logd says to svd; the messages are in ipc/frame.h */
#ifndef SVD_LOGD_NEWS_H
#define SVD_LOGD_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct link;
struct source;

/*
 * link is borrowed; NULL: svd is gone, and what is said to nobody is said. All return 0 or what
 * link_send returns.
 */

/* The sink of that path is in trouble (text says why), or is not any more (NULL). */
int news_sink(struct link *link, const char *path, const char *text, uint64_t lost);

/* What was read of a channel. Also -ENOBUFS when svd does not keep up. lost: bytes before it. */
int news_output(struct link *link, int64_t channel, const char *p, size_t n, uint64_t lost);

/* A message of capture mode, likewise. cut: its beginning is missing. lost: messages before it. */
int news_captured(struct link *link, int64_t channel, const char *p, size_t n, bool cut,
		  uint64_t lost);

/* With its counts; src NULL: it was never open. */
int news_closed(struct link *link, int64_t channel, const struct source *src);

/* To the order to count, or unasked (id 0); counts, an object, is borrowed. */
int news_counted(struct link *link, int64_t id, const json_t *counts);

/* To an order with an id: `cleared`, `synced`. text: why it failed; NULL: it did not. */
int news_answer(struct link *link, const char *type, int64_t id, const char *text);

#endif
