/* log.h - svd's activity log, in Supervisor's format */
#ifndef SVD_SVD_LOG_H
#define SVD_SVD_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "conf/config.h"

struct loop;

/*
 * Lines go into a pipe whose other end is a channel of svd-logd, like any program's output: svd
 * never waits for a disk. The lines of a turn are written together, by log_flush. Up to
 * LOG_BACKLOG_MAX bytes wait here while the pipe is full; beyond that lines are dropped, counted,
 * and the number is logged when there is room again.
 */
enum { LOG_TOGETHER_MAX = 4096, LOG_BACKLOG_MAX = 256 * 1024 };	/* bytes */

/* From now on what is below the level is not said. */
void log_set_level(enum log_level level);

/* Is this level said? To be asked where it costs something to find the words. */
bool log_says(enum log_level level);

/* Before this call (and with fd -1 after it) lines are kept in the backlog. */
void log_open(struct loop *loop, int fd);	/* fd is the log's from now on */
void log_close(void);
void log_flush(void);
bool log_has_backlog(void);

/* One line "2026-01-31 23:59:59,123 INFO text". Control characters become '?'. */
void log_msg(enum log_level level, const char *fmt, ...) printf_like(2, 3);

/* The same with n bytes as they are, whatever they are: the message may have several lines. */
void log_text(enum log_level level, const char *p, size_t n);

#define log_crit(...)	log_msg(LEVEL_CRITICAL, __VA_ARGS__)
#define log_error(...)	log_msg(LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)	log_msg(LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_msg(LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_msg(LEVEL_DEBUG, __VA_ARGS__)
#define log_trace(...)	log_msg(LEVEL_TRACE, __VA_ARGS__)

#endif
