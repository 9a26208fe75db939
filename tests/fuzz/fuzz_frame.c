/*
 * fuzz_frame.c - any bytes as frames. A frame that was understood, built again from what was
 * understood, must be understood in the same way.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ipc/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void build_again(const struct frame *frame)
{
	struct strbuf sb = { 0 };
	struct frame copy;

	if (frame_build(&sb, frame->head, frame->body, frame->body_len, false) == 0) {
		if (frame_parse(sb.s, sb.len, &copy) != (ssize_t)sb.len ||
		    !json_equal(copy.head, frame->head) || copy.body_len != frame->body_len ||
		    memcmp(copy.body, frame->body, copy.body_len) != 0)
			abort();
		json_decref(copy.head);
	}
	strbuf_done(&sb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;
	struct frame frame;
	ssize_t len;

	json_decref(json_textn(p, n));
	while ((len = frame_parse(p, n, &frame)) > 0) {
		build_again(&frame);
		json_decref(frame.head);
		p += len;
		n -= (size_t)len;
	}
	return 0;
}
