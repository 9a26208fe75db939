/*
 * piece.c - a log may be larger than our memory, and so may the piece that a client wants: the
 * message is made while it is sent, from a little of the file at a time.
 */
#include "httpd/piece.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "httpd/jsontext.h"
#include "ipc/frame.h"
#include "rpc/xmlrpc.h"

enum { READ_SIZE = 16 * 1024, CHAR_MAX_LEN = 4 };

struct piece {
	const struct piece_form *form;	/* borrowed */
	int     fd;		/* owned */
	int64_t at, end;	/* what is still to be read of the file */
	struct strbuf frame;	/* the message without the text */
	size_t  gap;		/* where in the frame that belongs */
	struct strbuf text;	/* what can be sent of it */
	enum { STAGE_HEAD, STAGE_TEXT, STAGE_FOOT, STAGE_END } stage;
	size_t  sent;		/* bytes of this stage */
};

const struct piece_form piece_xml = { xmlrpc_build_around, xmlrpc_add_text };
const struct piece_form piece_json = { jsontext_build_around, jsontext_add_text };

/* An offset within a character moves behind it. */
static int64_t edge(int fd, int64_t at)
{
	char around[2 * CHAR_MAX_LEN];
	int64_t from = at < CHAR_MAX_LEN ? 0 : at - CHAR_MAX_LEN;
	ssize_t n = pread(fd, around, sizeof(around), from);
	size_t here = (size_t)(at - from);

	for (size_t back = 1; back < CHAR_MAX_LEN && back <= here && n > (ssize_t)here; back++) {
		size_t len = utf8_len(around + here - back, (size_t)n - here + back);

		if (len > back)
			return at + (int64_t)(len - back);
	}
	return at;
}

/* The file may be written anew between two looks at it: the end is not before the beginning. */
static void find_edges(int fd, int64_t from, int64_t n, int64_t *ret_at, int64_t *ret_end)
{
	int64_t end;

	*ret_at = edge(fd, from);
	end = edge(fd, from + n);
	*ret_end = end > *ret_at ? end : *ret_at;
}

int piece_new(const json_t *value, int fd, const struct piece_form *form,
	      struct piece **ret_piece)
{
	json_int_t from = json_integer_value(json_object_get(value, "from"));
	json_int_t n = json_integer_value(json_object_get(value, "n"));
	const json_t *result = json_object_get(value, "result");
	struct piece *piece = calloc(1, sizeof(*piece));
	int ret;

	if (!piece) {
		close_fd(&fd);
		return -ENOMEM;
	}
	piece->form = form;
	piece->fd = fd;
	ret = result && from >= 0 && n >= 0 ?
		form->build_around(&piece->frame, result, &piece->gap) : -EPROTO;
	if (ret < 0) {
		piece_free(piece);
		return ret;
	}
	find_edges(fd, from, n, &piece->at, &piece->end);
	*ret_piece = piece;
	return 0;
}

/* The text stands for the first empty string in what svd has sent. */
static int fill_in(const json_t *result, const char *text, size_t n, json_t **ret_value)
{
	json_t *string = json_textn(text, n), *value = NULL;

	if (json_is_string(result)) {
		*ret_value = string;
		return string ? 0 : -ENOMEM;
	}
	value = json_is_array(result) ? json_copy((json_t *)(uintptr_t)result) : NULL;
	if (json_array_set_new(value, 0, string) < 0) {	/* which releases it, too */
		json_decref(value);
		return json_is_array(result) ? -ENOMEM : -EPROTO;
	}
	*ret_value = value;
	return 0;
}

/* A file that became shorter meanwhile is shorter. */
static ssize_t read_text(int fd, char *buf, size_t size, int64_t at)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < size) {
		n = pread(fd, buf + len, size - len, at + (int64_t)len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int piece_value(const json_t *value, int fd, int64_t max, int64_t *ret_n, json_t **ret_value)
{
	json_int_t from = json_integer_value(json_object_get(value, "from"));
	json_int_t size = json_integer_value(json_object_get(value, "n"));
	int64_t at, end;
	ssize_t n;
	char *text;
	int ret;

	if (from < 0 || size < 0)
		return -EPROTO;
	if (size > max)
		return -EFBIG;
	find_edges(fd, from, size, &at, &end);
	text = malloc((size_t)(end - at) + 1);
	if (!text)
		return -ENOMEM;
	n = read_text(fd, text, (size_t)(end - at), at);
	ret = n < 0 ? (int)n :
		      fill_in(json_object_get(value, "result"), text, (size_t)n, ret_value);
	free(text);
	if (ret == 0)
		*ret_n = n;
	return ret;
}

void piece_free(struct piece *piece)
{
	close_fd(&piece->fd);
	strbuf_done(&piece->frame);
	strbuf_done(&piece->text);
	free(piece);
}

int64_t piece_size(const struct piece *piece)
{
	return piece->end - piece->at;
}

/* Makes what can be sent of some more of the file. 0, also at the end of the text, or -errno. */
static int read_more(struct piece *piece)
{
	char raw[READ_SIZE];
	int64_t left = piece->end - piece->at;
	size_t want = left < READ_SIZE ? (size_t)left : READ_SIZE;
	ssize_t n = want ? pread(piece->fd, raw, want, piece->at) : 0;

	strbuf_reset(&piece->text);
	piece->sent = 0;
	if (n < 0)
		return -errno;
	if ((size_t)n < want)
		piece->end = piece->at + n;
	else if (left > n)	/* not the last: a character that is cut comes with the next */
		n -= (ssize_t)utf8_cut(raw, (size_t)n);
	piece->form->add_text(&piece->text, raw, (size_t)n);
	piece->at += n;
	return piece->text.oom ? -ENOMEM : 0;
}

static void enter(struct piece *piece, int stage)
{
	piece->stage = stage;
	piece->sent = 0;
}

/* What there is to send of this stage. */
static size_t ready(const struct piece *piece, const char **ret_text)
{
	const struct strbuf *frame = &piece->frame;

	switch (piece->stage) {
	case STAGE_HEAD:
		*ret_text = frame->s + piece->sent;
		return piece->gap - piece->sent;
	case STAGE_TEXT:
		*ret_text = piece->text.s + piece->sent;
		return piece->text.len - piece->sent;
	case STAGE_FOOT:
		*ret_text = frame->s + piece->gap + piece->sent;
		return frame->len - piece->gap - piece->sent;
	case STAGE_END:
		break;
	}
	return 0;
}

ssize_t piece_read(struct piece *piece, char *buf, size_t max)
{
	const char *text;
	size_t n;
	int ret;

	while (!(n = ready(piece, &text)) && piece->stage != STAGE_END) {
		if (piece->stage != STAGE_TEXT || piece->at >= piece->end) {
			enter(piece, piece->stage + 1);
			continue;
		}
		ret = read_more(piece);
		if (ret < 0)
			return ret;
	}
	if (n == 0)
		return 0;
	n = n < max ? n : max;
	memcpy(buf, text, n);
	piece->sent += n;
	return (ssize_t)n;
}
