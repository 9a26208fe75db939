/* web_live.c - what JavaScript gets: the board, once or for as long as the page is open. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/board.h"
#include "httpd/request.h"
#include "httpd/stream.h"
#include "httpd/token.h"
#include "httpd/web.h"
#include "httpd/welcome.h"

enum { QUEUE_MAX = 4 * 1024 * 1024 };	/* bytes; who is further behind begins anew */

struct live {
	struct viewer  viewer;
	struct stream  stream;		/* of one that is live */
	struct request *request;	/* borrowed */
};

static void live_free(void *work)
{
	struct live *live = work;

	board_leave(&live->viewer);
	stream_done(&live->stream);
	free(live);
}

static void live_end(void *work)
{
	struct live *live = work;

	board_leave(&live->viewer);
	if (live->request->response)
		stream_end(&live->stream);
}

static const struct work_type live_type = { live_free, live_end };

static int add_all(struct strbuf *sb, const struct request *r, const struct board *board)
{
	char token[TOKEN_LEN + 1];

	token_make(token, r->server->secret, r->server->id, r->user);
	return board_add_all(sb, board, token);
}

static void on_state(struct viewer *v, const struct board *board)
{
	struct request *r = container_of(v, struct live, viewer)->request;
	struct strbuf text = { 0 };

	if (!r->suspended)
		return;
	if (add_all(&text, r, board) < 0) {
		strbuf_done(&text);
		web_done(r, MHD_HTTP_INTERNAL_SERVER_ERROR);
		return;
	}
	web_done(r, answer_json_text(r, MHD_HTTP_OK, &text));
}

static void on_all(struct viewer *v, const struct board *board)
{
	struct live *live = container_of(v, struct live, viewer);
	struct strbuf text = { 0 };

	if (!live->request->suspended)
		return;
	live->request->status = stream_begin(&live->stream);
	if (add_all(&text, live->request, board) == 0)
		stream_add(&live->stream, "all", text.s, text.len);
	strbuf_done(&text);
	request_resume(live->request);
}

static void on_change(struct viewer *v, const char *json, size_t n)
{
	struct live *live = container_of(v, struct live, viewer);

	if (stream_queued(&live->stream) + n > QUEUE_MAX) {
		board_leave(v);
		stream_end(&live->stream);
		return;
	}
	stream_add(&live->stream, "change", json, n);
	stream_go_on(&live->stream);
}

static void on_fault(struct viewer *v, int code, const char *text)
{
	struct live *live = container_of(v, struct live, viewer);
	struct request *r = live->request;

	if (r->response)
		stream_end(&live->stream);
	else if (r->suspended)
		web_done(r, text ? answer_fault(r, apifault_status(code), code, text) :
				   MHD_HTTP_SERVICE_UNAVAILABLE);
}

static unsigned start(struct request *r, bool is_live)
{
	struct live *live = calloc(1, sizeof(*live));
	int ret;

	if (!live)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	live->request = r;
	live->viewer = (struct viewer){ .is_live = is_live, .on_change = on_change,
					.on_all = is_live ? on_all : on_state,
					.on_fault = on_fault };
	stream_init(&live->stream, r, NULL);
	request_work(r, &live_type, live);
	ret = board_view(&r->server->welcome->boards, r, &live->viewer);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}

unsigned web_live_act(struct request *r)
{
	return start(r, true);
}

unsigned web_state_act(struct request *r)
{
	return start(r, false);
}
