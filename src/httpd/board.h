/* board.h - the table of programs as the pages show it, and those who look at it */
#ifndef SVD_HTTPD_BOARD_H
#define SVD_HTTPD_BOARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"

struct board;
struct loop;
struct request;
struct rpc;

/* All there are. All zero: none. */
struct boards {
	struct board *list;	/* owned */
};

/* Somebody who looks; embedded in what waits. All zero: at nothing. */
struct viewer {
	struct viewer *prev, *next;
	struct board  *board;	/* borrowed; NULL: none, or none any more */
	bool           is_live;	/* to be told of changes until it leaves */
	bool           has_all;
	/* The board is fresh. Once; a viewer that is not live has left then. */
	void         (*on_all)(struct viewer *v, const struct board *board);
	/* JSON text of what has changed: `change` in doc/ARCHITECTURE.md. It may leave in here. */
	void         (*on_change)(struct viewer *v, const char *json, size_t n);
	/* svd has refused; it has left. code: of the fault; text NULL: no answer at all. */
	void         (*on_fault)(struct viewer *v, int code, const char *text);
};

/*
 * Look at the board of whoever sent the request: those who are the same to svd share one, and svd
 * is asked once for all of them. v's callbacks and is_live are set. Returns 0, or what
 * rpc_start() returns. on_all or on_fault come later.
 */
must_check int board_view(struct boards *boards, struct request *r, struct viewer *v);
void board_leave(struct viewer *v);	/* nothing happens if it has left */

/* All of it as JSON text: `all` in doc/ARCHITECTURE.md. token: see httpd/token.h. 0 or -ENOMEM. */
must_check int board_add_all(struct strbuf *sb, const struct board *board, const char *token);

/* The members "user", "role", "daemon" and "health" of `all`; and its "processes". Borrowed. */
const json_t *board_top(const struct board *board);
const json_t *board_processes(const struct board *board);

/* Nobody may look at any of them by then. */
void boards_done(struct boards *boards);

#endif
