/*
 * link.c - frames over a stream socket pair, without ever waiting. Descriptors travel as
 * SCM_RIGHTS on the first byte of their frame, so the order of descriptors is the order of
 * frames with "fd": a queue of received ones is enough to match them.
 */
#include "ipc/frame.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/fd.h"
#include "base/strbuf.h"

enum {
	READ_SIZE = 16 * 1024,	/* bytes per recvmsg */
	LAZY_MAX = READ_SIZE,	/* bytes that a lazy link collects */
	KEEP = 2 * READ_SIZE,	/* a larger buffer is given back when it is empty */
	FDS_PER_READ = 8,	/* the kernel ends a read at each descriptor anyway */
	FDS_WAITING_MAX = 1024,	/* received and not yet asked for by a frame */
};

static const double RETRY_SECONDS = 0.01;

/* A descriptor in the outgoing queue, and the byte of the queue that carries it. */
struct parcel {
	struct parcel *prev, *next;
	size_t         at;	/* offset in out of its frame's first byte */
	int            fd;	/* owned, or still the sender's: see link_send */
	bool           owned;
};

struct link {
	struct loop *loop;		/* borrowed */
	const struct link_ops *ops;	/* borrowed */
	void       *user;
	int         sock;		/* owned; -1: down */
	struct io   io;
	struct timer later;		/* news of a broken connection comes from the loop only */
	struct timer retry;		/* the kernel has too many descriptors under way */
	int         error;		/* what to tell, when `later` fires */
	struct strbuf in, out;
	size_t      sent;		/* bytes of out that are gone */
	struct parcel *parcels;		/* owned, by offset */
	int         fds[FDS_WAITING_MAX];	/* owned; received */
	size_t      n_fds;
	bool        lazy;
	bool        deaf;		/* the other side does not read any more */
	bool       *freed;		/* set by link_free during a callback */
};

static void parcel_free(struct link *link, struct parcel *p)
{
	DL_DELETE(link->parcels, p);
	if (p->owned)
		close_fd(&p->fd);
	free(p);
}

static void close_all(struct link *link)
{
	io_stop(&link->io);
	timer_stop(&link->retry);
	close_fd(&link->sock);
	while (link->parcels)
		parcel_free(link, link->parcels);
	for (size_t i = 0; i < link->n_fds; i++)
		close_fd(&link->fds[i]);
	link->n_fds = 0;
}

static void watch(struct link *link)
{
	bool more = link->sent < link->out.len && !timer_is_armed(&link->retry);

	if (link->sock >= 0)
		io_start(&link->io, link->sock, more ? IO_READ | IO_WRITE : IO_READ);
}

/* on_down is the owner's moment to free us, so it never comes from inside link_send. */
static void go_down(struct link *link, int error)
{
	if (link->sock < 0)
		return;
	close_all(link);
	link->error = error;
	timer_start(&link->later, 0);
}

static void on_later(struct timer *t)
{
	struct link *link = container_of(t, struct link, later);

	link->ops->on_down(link, link->error);
}

/* --- sending --- */

static ssize_t send_some(struct link *link)
{
	struct parcel *p = link->parcels;
	struct iovec iov = { .iov_base = link->out.s + link->sent,
			     .iov_len = link->out.len - link->sent };
	union {
		struct cmsghdr head;
		char           space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (p && p->at == link->sent) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
						 .cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.head), &p->fd, sizeof(int));
		p = p->next;
	}
	if (p)
		iov.iov_len = p->at - link->sent;	/* the next descriptor needs its own call */
	return sendmsg(link->sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The other side is gone. What it sent before is still to be read, and then its end. */
static void stop_sending(struct link *link)
{
	link->deaf = true;
	while (link->parcels)
		parcel_free(link, link->parcels);
	strbuf_reset(&link->out);
	link->sent = 0;
}

static void flush(struct link *link)
{
	while (link->sock >= 0 && link->sent < link->out.len) {
		ssize_t n = send_some(link);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		/* The socket is writable all the same: ask again by the clock, or we would spin. */
		if (n < 0 && (errno == ETOOMANYREFS || errno == ENOBUFS || errno == ENOMEM)) {
			timer_start(&link->retry, RETRY_SECONDS);
			break;
		}
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			stop_sending(link);
			break;
		}
		if (n < 0) {
			go_down(link, -errno);
			return;
		}
		if (link->parcels && link->parcels->at == link->sent)
			parcel_free(link, link->parcels);
		link->sent += (size_t)n;
	}
	if (link->sent == link->out.len) {
		if (link->out.cap > KEEP)
			strbuf_done(&link->out);
		strbuf_reset(&link->out);
		link->sent = 0;
	}
	watch(link);
}

static void on_retry(struct timer *t)
{
	flush(container_of(t, struct link, retry));
}

/*
 * Bytes that are gone take room at the front of out; give it back now and then, but not while more
 * would have to be moved than has gone.
 */
static void compact(struct link *link)
{
	struct parcel *p;

	if (link->sent < READ_SIZE || link->sent < link->out.len / 2)
		return;
	DL_FOREACH(link->parcels, p)
		p->at -= link->sent;
	strbuf_consume(&link->out, link->sent);
	link->sent = 0;
}

static int add_parcel(struct link *link, int fd)
{
	struct parcel *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->at = link->out.len;
	p->fd = fd;
	DL_APPEND(link->parcels, p);
	return 0;
}

/* What could not be sent at once outlives the sender's descriptor; mostly nothing is left. */
static int keep_parcel(struct link *link)
{
	struct parcel *last = link->parcels ? link->parcels->prev : NULL;
	int fd;

	if (!last || last->owned)
		return 0;
	fd = fd_dup(last->fd);
	if (fd < 0) {
		go_down(link, fd);	/* a frame without its descriptor must not be sent */
		return fd;
	}
	last->fd = fd;
	last->owned = true;
	return 0;
}

/* Is there a place for so many bytes? 0 or -errno. */
static int make_room(struct link *link, size_t n)
{
	if (link->sock < 0 || link->deaf)
		return -EPIPE;
	if (link_queued(link) + n > LINK_QUEUE_MAX)
		return -ENOBUFS;
	compact(link);
	return 0;
}

static int enqueue(struct link *link, json_t *head, const void *body, size_t body_len, int fd)
{
	int ret = head ? make_room(link, body_len) : -ENOMEM;

	if (ret < 0)
		return ret;
	if (fd >= 0) {
		ret = add_parcel(link, fd);
		if (ret < 0)
			return ret;
	}
	ret = frame_build(&link->out, head, body, body_len, fd >= 0);
	if (ret < 0) {
		link->out.oom = false;	/* what was queued before is still good */
		if (fd >= 0)
			parcel_free(link, link->parcels->prev);
	}
	return ret;
}

int link_send(struct link *link, json_t *head, const void *body, size_t body_len, int fd)
{
	int ret = enqueue(link, head, body, body_len, fd);

	json_decref(head);
	if (ret < 0)
		return ret;
	if (!link->lazy || fd >= 0 || link_queued(link) > LAZY_MAX)
		flush(link);
	return keep_parcel(link);
}

int link_send_text(struct link *link, const struct strbuf *head, const void *body,
		   size_t body_len)
{
	int ret = head->oom ? -ENOMEM : make_room(link, body_len);

	if (ret == 0)
		ret = frame_build_text(&link->out, head->s, head->len, body, body_len);
	if (ret < 0) {
		link->out.oom = false;	/* what was queued before is still good */
		return ret;
	}
	if (!link->lazy || link_queued(link) > LAZY_MAX)
		flush(link);
	return 0;
}

void link_set_lazy(struct link *link, bool on)
{
	link->lazy = on;
}

void link_flush(struct link *link)
{
	if (link && link_queued(link))
		flush(link);
}

size_t link_queued(const struct link *link)
{
	return link->out.len - link->sent;
}

/* --- receiving --- */

static void keep_fd(struct link *link, int fd)
{
	if (link->n_fds < FDS_WAITING_MAX)
		link->fds[link->n_fds++] = fd;
	else
		close_fd(&fd);
}

/* One that we had no number left for keeps its place: its frame must not get the next one's. */
static void take_fds(struct link *link, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fds[FDS_PER_READ];

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || n > FDS_PER_READ)
			continue;
		memcpy(fds, CMSG_DATA(c), n * sizeof(int));
		for (size_t i = 0; i < n; i++)
			keep_fd(link, fds[i]);
	}
	if (msg->msg_flags & MSG_CTRUNC)
		keep_fd(link, -1);
}

static int first_fd(struct link *link)
{
	int fd = -1;

	if (link->n_fds) {
		fd = link->fds[0];
		memmove(link->fds, link->fds + 1, --link->n_fds * sizeof(int));
	}
	return fd;
}

/* Hands one frame to the owner. Returns false when the link was freed meanwhile. */
static bool deliver(struct link *link, struct frame *frame)
{
	bool freed = false;

	if (json_is_true(json_object_get(frame->head, "fd")))
		frame->fd = first_fd(link);
	link->freed = &freed;
	link->ops->on_frame(link, frame);
	close_fd(&frame->fd);
	json_decref(frame->head);
	if (!freed)
		link->freed = NULL;
	return !freed;
}

static void deliver_all(struct link *link)
{
	size_t at = 0;

	while (link->sock >= 0) {
		struct frame frame;
		ssize_t n = frame_parse(link->in.s + at, link->in.len - at, &frame);

		if (n < 0) {
			go_down(link, (int)n);
			return;
		}
		if (n == 0)
			break;
		at += (size_t)n;
		if (!deliver(link, &frame))
			return;
	}
	strbuf_consume(&link->in, at);
	if (link->in.len == 0 && link->in.cap > KEEP)
		strbuf_done(&link->in);
}

static void receive(struct link *link)
{
	struct iovec iov = { .iov_len = READ_SIZE };
	union {
		struct cmsghdr align;
		char           space[CMSG_SPACE(FDS_PER_READ * sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t n;

	if (!strbuf_reserve(&link->in, READ_SIZE)) {
		go_down(link, -ENOMEM);
		return;
	}
	iov.iov_base = link->in.s + link->in.len;
	n = recvmsg(link->sock, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		go_down(link, n == 0 || errno == ECONNRESET ? 0 : -errno);
		return;
	}
	take_fds(link, &msg);
	link->in.len += (size_t)n;
	link->in.s[link->in.len] = '\0';
	deliver_all(link);
}

static void on_ready(struct io *io, int events)
{
	struct link *link = container_of(io, struct link, io);

	if (events & IO_WRITE)
		flush(link);
	if (events & IO_READ && link->sock >= 0)
		receive(link);
}

void link_read_rest(struct link *link)
{
	struct pollfd ask = { .fd = link->sock, .events = POLLIN };

	while (link->sock >= 0 && poll(&ask, 1, 0) == 1)
		receive(link);
}

/* --- life --- */

int link_new(struct loop *loop, int fd, const struct link_ops *ops, void *user,
	     struct link **ret_link)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link) {
		close_fd(&fd);
		return -ENOMEM;
	}
	link->loop = loop;
	link->ops = ops;
	link->user = user;
	link->sock = fd;
	(void)fd_set_cloexec(fd);
	(void)fd_set_nonblock(fd);
	io_init(&link->io, loop, on_ready);
	timer_init(&link->later, loop, on_later);
	timer_init(&link->retry, loop, on_retry);
	watch(link);
	*ret_link = link;
	return 0;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	if (link->freed)
		*link->freed = true;
	timer_stop(&link->later);
	close_all(link);
	strbuf_done(&link->in);
	strbuf_done(&link->out);
	free(link);
}

void *link_user(const struct link *link)
{
	return link->user;
}

void link_drain(struct link *link, int milliseconds)
{
	struct pollfd pfd = { .fd = link ? link->sock : -1, .events = POLLIN };
	char waste[4096];

	if (!link) {
		(void)poll(NULL, 0, milliseconds);
		return;
	}
	flush(link);
	if (link_queued(link))
		pfd.events |= POLLOUT;
	if (poll(&pfd, 1, milliseconds) <= 0)
		return;
	if (pfd.revents & POLLIN && recv(link->sock, waste, sizeof(waste), MSG_DONTWAIT) <= 0)
		go_down(link, 0);
	else if (pfd.revents & POLLHUP)
		go_down(link, 0);
	flush(link);
}
