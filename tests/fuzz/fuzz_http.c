/*
 * fuzz_http.c - any bytes on a connection to svd-httpd, all of which runs in a thread here; we are
 * its svd. The first byte says what svd answers, and whether the server wants a login. Each
 * connection has to come to its end after ours.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "httpd/gateway.h"
#include "ipc/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { PATIENCE_MS = 20000, OPEN = 0, CLOSED = 1 };

static const struct {
	const char *head;	/* more of it */
	const char *body;	/* NULL: a fault */
} replies[] = {
	{ "{}", "true" },
	{ "{}", "{\"statecode\":1,\"statename\":\"RUNNING\"}" },
	{ "{}", "[1,-2.5,\"<&>\\u0000\\ud83d\\udc0d\",null,[],{\"a\":{}}]" },
	{ "{}", "{\"healthy\":false,\"well\":1,\"total\":2,\"processes\":[{\"name\":\"a\"}]}" },
	{ "{\"usage\":true}", "[{\"name\":\"a\",\"group\":\"a\",\"pid\":1}]" },
	{ "{}", "{\"a\":" },
	{ "{}", "[{\"name\":\"m\",\"result\":\"array\",\"params\":\"n:int?\",\"safe\":true}]" },
	{ "{\"code\":10,\"text\":\"BAD_NAME: <x>\"}", NULL },
	{ "{\"code\":1,\"text\":\"UNKNOWN_METHOD\",\"unsafe\":true}", NULL },
};

static pthread_t thread;
static int link_fd = -1, peer_fd = -1;
static struct strbuf incoming;
static struct sockaddr_un addresses[2];

/* --- svd --- */

static void send_frame(json_t *head, const char *body, int fd)
{
	struct strbuf sb = { 0 };
	union {
		struct cmsghdr head;
		char           space[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (frame_build(&sb, head, body, body ? strlen(body) : 0, fd >= 0) < 0)
		abort();
	iov = (struct iovec){ .iov_base = sb.s, .iov_len = sb.len };
	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	if (sendmsg(link_fd, &msg, MSG_NOSIGNAL) != (ssize_t)sb.len)
		abort();
	json_decref(head);
	strbuf_done(&sb);
}

/* What would be a stream is refused, since a stream has no end. */
static void answer(const struct frame *frame, uint8_t kind)
{
	const char *method = json_string_value(json_object_get(frame->head, "method"));
	size_t i = kind % ARRAY_LEN(replies);
	json_t *head;

	if (!method)
		abort();
	if (strcmp(method, "followEvents") == 0)
		i = ARRAY_LEN(replies) - 1;
	head = json_loads(replies[i].head, 0, NULL);
	json_object_set_new(head, "t", json_string("reply"));
	json_object_set(head, "id", json_object_get(frame->head, "id"));
	send_frame(head, replies[i].body, -1);
}

/* Parameters are one document of JSON, whatever the client has sent. */
static void check(const struct frame *frame)
{
	json_t *params = json_loadb(frame->body, frame->body_len, JSON_ALLOW_NUL, NULL);

	if (!params)
		abort();
	json_decref(params);
}

static void be_svd(uint8_t kind)
{
	struct frame frame;
	ssize_t n;

	if (!strbuf_reserve(&incoming, 65536))
		abort();
	n = recv(link_fd, incoming.s + incoming.len, 65536, MSG_DONTWAIT);
	if (n <= 0)
		abort();
	incoming.len += (size_t)n;
	while ((n = frame_parse(incoming.s, incoming.len, &frame)) != 0) {
		if (n < 0)
			abort();
		if (strcmp(frame.type, "call") == 0) {
			check(&frame);
			answer(&frame, kind);
		}
		json_decref(frame.head);
		strbuf_consume(&incoming, (size_t)n);
	}
}

/* --- svd-httpd --- */

static void *run(void *arg)
{
	struct gateway_config config = { .link_fd = peer_fd, .patience = 600 };
	struct err err;

	(void)arg;
	if (gateway_run(&config, &err) < 0)
		abort();
	return NULL;
}

static void stop(void)
{
	close(link_fd);
	pthread_join(thread, NULL);
	strbuf_done(&incoming);
}

/* In the abstract namespace: nothing is left behind. */
static void listen_at(int which)
{
	struct sockaddr_un *addr = &addresses[which];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*addr);

	addr->sun_family = AF_UNIX;
	if (fd < 0 || bind(fd, (struct sockaddr *)addr, sizeof(sa_family_t)) < 0 ||
	    listen(fd, 8) < 0 || getsockname(fd, (struct sockaddr *)addr, &size) < 0)
		abort();
	send_frame(json_pack(which == CLOSED ? "{s:s, s:i, s:s, s:s, s:s, s:s}" :
					       "{s:s, s:i, s:s, s:s}",
			     "t", "listen", "id", which, "kind", "unix", "name", "fuzz",
			     "username", "user", "password", "secret"), NULL, fd);
	close(fd);
}

static void start(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	link_fd = pair[0];
	peer_fd = pair[1];
	if (pthread_create(&thread, NULL, run, NULL) != 0)
		abort();
	listen_at(OPEN);
	listen_at(CLOSED);
	atexit(stop);
}

/* --- a client --- */

static int dial(int which)
{
	const struct sockaddr_un *addr = &addresses[which];
	/* The kernel's names are a NUL and five digits. */
	socklen_t size = sizeof(sa_family_t) + 6;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)addr, size) < 0)
		abort();
	return fd;
}

/* Reads what is answered. False at its end. */
static bool listen_to(int fd)
{
	char waste[65536];
	ssize_t n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT);

	return n > 0 || (n < 0 && errno == EAGAIN);
}

/*
 * libmicrohttpd does not see an end of the stream that comes together with the last bytes of half a
 * request, and its patience is longer than ours: so the end waits until they have been read.
 */
static bool is_read(int fd)
{
	int left;

	return ioctl(fd, SIOCOUTQ, &left) < 0 || left == 0;
}

/* One look at both. False when the connection has ended. */
static bool go_on(int fd, uint8_t kind, int milliseconds)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = link_fd, .events = POLLIN } };

	/* libFuzzer's own timer may interrupt it. */
	if (poll(fds, 2, milliseconds) == 0 && milliseconds == PATIENCE_MS)
		abort();
	if (fds[1].revents)
		be_svd(kind);
	return !fds[0].revents || listen_to(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t kind = n > 0 ? data[0] : 0;
	bool is_open = true;
	int fd;

	if (link_fd < 0)
		start();
	fd = dial(kind & 0x80 ? CLOSED : OPEN);
	if (n > 1)	/* it may be refused and closed before all is there */
		(void)!send(fd, data + 1, n - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (is_open && !is_read(fd))
		is_open = go_on(fd, kind, 0);
	(void)shutdown(fd, SHUT_WR);
	while (is_open)
		is_open = go_on(fd, kind, PATIENCE_MS);
	close(fd);
	return 0;
}
