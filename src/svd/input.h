/* input.h - the standard input of a process: what is on its way into the pipe */
#ifndef SVD_SVD_INPUT_H
#define SVD_SVD_INPUT_H

#include <stddef.h>
#include <sys/uio.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "ipc/loop.h"

enum { INPUT_QUEUE_MAX = 16 * 1024 * 1024 };	/* bytes */

/* Embedded in struct process. svd never waits for a program to read. */
struct input {
	int           fd;	/* owned; write end, non-blocking; -1: none */
	struct strbuf queue;	/* bytes that the pipe had no room for, after ... */
	size_t        done;	/* ... so many that are in it already */
	struct io     io;	/* waits for room while there are such */
};

void input_init(struct input *in, struct loop *loop);
void input_open(struct input *in, int fd);	/* fd is the input's from now on */
void input_close(struct input *in);		/* drops what waits; no harm when closed */

/*
 * All of it goes or none: 0; -EPIPE: there is no reader; -ENOBUFS: something waits already, and
 * together it would be more than INPUT_QUEUE_MAX; -ENOMEM.
 */
must_check int input_write(struct input *in, const void *data, size_t n);
must_check int input_writev(struct input *in, const struct iovec *parts, int n_parts);

#endif
