/* input.c - writes to a program's standard input as fast as it reads, and never waits for it. */
#include "svd/input.h"

#include <errno.h>
#include <unistd.h>

#include "base/fd.h"

/* As much as goes. -EPIPE: there is nobody who will ever read it. */
static int flush(struct input *in)
{
	while (in->done < in->queue.len) {
		ssize_t n = write(in->fd, in->queue.s + in->done, in->queue.len - in->done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return -EPIPE;
		in->done += (size_t)n;
	}
	/* Not after each write: a long queue would be moved again and again. */
	if (in->done > in->queue.len / 2) {
		strbuf_consume(&in->queue, in->done);
		in->done = 0;
	}
	return 0;
}

/* Most programs are never sent anything: what is not in use is given back. */
static int flush_or_close(struct input *in)
{
	int ret = flush(in);

	if (ret < 0) {
		input_close(in);
	} else if (in->queue.len) {
		io_start(&in->io, in->fd, IO_WRITE);
	} else {
		io_stop(&in->io);
		strbuf_done(&in->queue);
	}
	return ret;
}

static void on_room(struct io *io, int events)
{
	(void)events;
	(void)flush_or_close(container_of(io, struct input, io));
}

void input_init(struct input *in, struct loop *loop)
{
	*in = (struct input){ .fd = -1 };
	io_init(&in->io, loop, on_room);
}

void input_open(struct input *in, int fd)
{
	input_close(in);
	in->fd = fd;
}

void input_close(struct input *in)
{
	io_stop(&in->io);
	close_fd(&in->fd);
	strbuf_done(&in->queue);
	in->done = 0;
}

static size_t sum_of(const struct iovec *parts, int n_parts)
{
	size_t sum = 0;

	for (int i = 0; i < n_parts; i++)
		sum += parts[i].iov_len;
	return sum;
}

/* What the pipe takes at once need not be copied. Why it takes nothing the queue will find out. */
static size_t write_now(struct input *in, const struct iovec *parts, int n_parts)
{
	ssize_t n = in->queue.len ? 0 : writev(in->fd, parts, n_parts);

	return n > 0 ? (size_t)n : 0;
}

int input_writev(struct input *in, const struct iovec *parts, int n_parts)
{
	size_t n = sum_of(parts, n_parts), waiting = in->queue.len - in->done, done;

	if (in->fd < 0)
		return -EPIPE;
	if (waiting && waiting + n > INPUT_QUEUE_MAX)
		return -ENOBUFS;
	/* Room first: once a part is in the pipe the rest must not lack memory. */
	if (!strbuf_reserve(&in->queue, n)) {
		in->queue.oom = false;
		return -ENOMEM;
	}
	done = write_now(in, parts, n_parts);
	for (int i = 0; i < n_parts; i++) {
		size_t gone = done < parts[i].iov_len ? done : parts[i].iov_len;

		strbuf_add(&in->queue, (const char *)parts[i].iov_base + gone,
			   parts[i].iov_len - gone);
		done -= gone;
	}
	return flush_or_close(in);
}

int input_write(struct input *in, const void *data, size_t n)
{
	return input_writev(in, &(struct iovec){ .iov_base = (void *)data, .iov_len = n }, 1);
}
