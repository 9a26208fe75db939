/* frame.h - the frames that our programs send each other, and the link that carries them */
#ifndef SVD_IPC_FRAME_H
#define SVD_IPC_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macro.h"
#include "ipc/loop.h"

/*
 * THE PROTOCOL
 *
 * A frame on the wire: u32 length of the header, u32 length of the body, both in the machine's
 * byte order (both ends run on one machine, from one build), a JSON object, and body bytes. A
 * header with "fd":true comes with one descriptor (SCM_RIGHTS). Every header has "t", the type.
 * A type or a member that the receiver does not know is ignored: the two ends may be of two
 * versions for the moment of an upgrade. A frame that breaks the format ends the link.
 *
 * svd -> svd-logd
 *   keep    name   +fd
 *             What an earlier svd-logd has asked to keep, see below. Comes before all the others.
 *   open    ch, group, name, pid, channel, path, maxbytes, backups, mode, ...   +fd
 *             A channel: read descriptor fd (a pipe, non-blocking) to its end, into the sink of
 *             path. ch: number chosen by svd, never reused in one life of svd. group, name, pid,
 *             channel ("stdout", "stderr"; "" of svd's own log): whose output it is. path:
 *             absolute; "" means read and discard. maxbytes: rotate before the file grows beyond,
 *             bytes, 0 never. backups: how many old files are kept. mode: of a file that is
 *             created, an integer (octal 0644 = 420). The rest is optional, absent means no:
 *             About the file. uid, gid (integers): its owner. mkdir (boolean): make directories
 *             that are missing. rotate: "hourly" or "daily", besides maxbytes. compress: "gzip" or
 *             "zstd", its old files. maxage (seconds), budget (bytes of the file and its old files
 *             together): old files beyond are removed. also: array of paths that get a copy of all
 *             that goes to path, without rotation.
 *             About the bytes. strip (boolean): remove ANSI escape sequences first. capture
 *             (bytes): what stands between the tokens of capture mode goes to svd as `captured`
 *             and not to the file, cut at so many bytes. format: "prefix" or "json", each line.
 *             linemax (bytes), linesecs (seconds): with a format, a longer line is broken, and a
 *             part of one is written after so long. lines (boolean): count lines.
 *             Who else gets them. tell (boolean): svd, as `output`. syslog: object with tag ("":
 *             just the line), ident (the name of the program, optional), facility (number),
 *             server ("udp://host:port", "tcp://host:port", absent: /dev/log). journal (boolean).
 *             echo (boolean): svd-logd's own standard output (the activity log of svd -n).
 *   begin          Every channel that was open before this svd-logd has been told: begin to read.
 *   close   ch     No more writers are wanted: read what is there (to EOF, or to EAGAIN when a
 *                  grandchild holds the pipe), then answer `closed`. Frames are handled in
 *                  order: what a later `open` brings is written after it.
 *   change  ch, and as `open`, but for fd, path, and whose output it is: From now on these hold for
 *             the channel.
 *   rotate  id, path    Begin a new file now, whatever its size; answered by `rotated`.
 *   clear   id, path    Remove the file and begin a new one; answered by `cleared`.
 *   sync    id     Read what is there now of the channels with tell or capture; answered by
 *                  `synced`, which comes after the `output` and `captured` of that.
 *   count   id     Answered by `counted`.
 *   reopen         Close and open every file again (SIGUSR2, after others have renamed it).
 *   quit           Drain all channels, answer nothing, exit 0.
 * svd-logd -> svd
 *   closed  ch, read, dropped, lines, read_lines
 *                  The channel is done; svd may forget it and close its copy of the descriptor.
 *                  The counts are those of `counted`, for the last time.
 *   counted id, body = JSON object. channels: for each that something came of, its number (as text)
 *                  and an array of bytes read, bytes dropped, lines dropped, and lines read (-1:
 *                  not counted) since `open` by this svd-logd. sinks: for each path an object with
 *                  size (bytes), rotations, dropped (bytes), and, while or after there was trouble,
 *                  error (text), at (wall clock, seconds) and over (boolean); gone (optional,
 *                  boolean): no channel writes there any more, the next one counts from nothing.
 *                  Without id: nobody has asked. Of those where something was dropped, rotated or
 *                  failed, within a tenth of a second, so that it is known when svd-logd is killed.
 *   keep    name   +fd
 *                  Keep this descriptor for my successor, under this name: it lives on when I am
 *                  killed. A second one of that name takes the place of the first.
 *   captured ch, body    A message of capture mode, without its tokens. cut (optional, boolean):
 *                  it was longer than `capture`, this is the end of it. lost (optional): messages
 *                  dropped before.
 *   output  ch, body    What was read, in order, in pieces as they came; only with tell. A piece
 *                  that does not fit into the queue is dropped: a slow svd holds up no program.
 *                  lost (optional): bytes that were dropped right before this, which may be
 *                  nothing, at the end.
 *   synced  id
 *   cleared id, and text if it failed
 *   rotated id, and text if it failed
 *   trouble path, text, lost    The sink cannot be written to: text says why. Sent once when it
 *                  begins and then at most once a minute; lost: bytes dropped since the last one.
 *   healed  path, lost          It can be written to again; lost: bytes dropped in all.
 *
 * svd -> svd-httpd
 *   listen  id, kind ("unix" or "inet"), name, username, password, health, hosts, secret   +fd
 *             Serve HTTP on this listening socket. username, password: absent without. health
 *             (optional, boolean): /health is for everybody, without a login. hosts (optional,
 *             array): other names by which browsers may ask. secret (optional): what the tokens of
 *             pages are made of, the same for as long as svd lives.
 *   logins  body = JSON object, passwords by names
 *             Further users, from now on these and no others, whom every server knows that has a
 *             username. Comes before the first `listen`, if there are any, and when they change.
 *   unlisten id    Accept nobody there any more and close the socket; who is connected stays.
 *   part    id, n, body = a result   +fd
 *             Before the reply to a system.multicall: its n-th result that is in a file. In the
 *             result of the reply an object {"part": n} stands in its place.
 *   event   to, serial, name, at, group, process, body = payload
 *             to: array of the ids of `followEvents` calls, which last until `gone`. at: wall
 *             clock, seconds. group and process where it is about one. Without a name: the calls
 *             follow from now on, or so many events before (lost) went to nobody.
 *   reply   id, and either body = the result as JSON text, or code, text = the fault. +fd where the
 *             result is in a file: svd-httpd reads it as the result says (see svd/rpc_logs.c).
 *             unsafe (optional, boolean): the fault of a `safe` call to a method that changes
 *             something; nothing was done.
 *             usage (optional, boolean): to each object in the result svd-httpd adds what the
 *             process tree of its "pid" uses (that process only, where "alone" is true):
 *             processes, cpu_seconds, memory_bytes.
 *   quit           Answer what is under way for at most a second, then exit 0.
 * svd-httpd -> svd
 *   call    id, method, server, uid, gids, pid, user, from, own, safe, body = parameters
 *             id: chosen by svd-httpd, answered by exactly one `reply`. body: a JSON array, or an
 *             object of parameters by name (JSON API), whose values may be text where a number or
 *             a boolean is meant. server: the `listen` it came by. Whose call it is: uid, gids
 *             (array, the primary one first) and pid of the client on a unix socket; user: who
 *             logged in, absent without; from: the client's address on TCP.
 *             own (optional, boolean): svd-httpd asks, for that client; then methods marked OWN
 *             can be called, and only they. safe (optional, boolean): methods that change
 *             something are refused.
 *   gone    id     The client of that call went away; svd may drop it, a reply is ignored.
 *   log     level ("info", "warn", ...), body = a line for the activity log
 *
 * svd -> svd-webhook
 *   post    id, url, headers (array of "Name: value"), timeout (seconds), body = what is posted
 *             One try; svd decides about others. Answered by exactly one `posted`.
 *   cancel  id     Nobody wants to know any more: end it, answer nothing.
 *   quit           What is under way gets a second, then exit 0. By itself it exits 0 when nothing
 *             was to be posted for a minute. What it has not answered by then is for the next one.
 * svd-webhook -> svd
 *   posted  id, status, text, after
 *             status: of HTTP; 0: there was no answer, and text says why. after (optional,
 *             seconds): the server asks to wait so long (Retry-After).
 *   log     as that of svd-httpd
 *
 * Ceilings (FRAME_*_MAX and LINK_QUEUE_MAX). What happens at the last: link_send refuses with
 * -ENOBUFS and the sender decides. svd to svd-logd, svd to svd-httpd: who does not read any more
 * is of no use, is killed, and its successor is told everything again. svd-httpd to svd: the
 * request is answered with HTTP 503. svd-logd to svd: `closed` waits in the channel's table,
 * `trouble` is dropped.
 */

enum {
	FRAME_HEAD_MAX = 64 * 1024,		/* bytes of JSON in a header */
	FRAME_BODY_MAX = 16 * 1024 * 1024,	/* bytes in a body */
	LINK_QUEUE_MAX = 64 * 1024 * 1024,	/* bytes not yet sent */
};

/* One frame that came in. All is borrowed, but fd may be taken (set it to -1). */
struct frame {
	json_t     *head;
	const char *type;	/* head's "t" */
	const char *body;	/* not NUL terminated */
	size_t      body_len;	/* bytes */
	int         fd;		/* -1: none */
};

struct link;
struct strbuf;

struct link_ops {
	/* A frame came. The link may be freed in here. */
	void (*on_frame)(struct link *link, struct frame *frame);
	/* The other side is gone (0) or broke the format (-errno). Called once. The link may be
	 * freed in here. */
	void (*on_down)(struct link *link, int error);
};

/*
 * A link over one end of a stream socket pair. fd is the link's from now on, also on failure.
 * ops is borrowed. Returns 0 or -errno.
 */
must_check int link_new(struct loop *loop, int fd, const struct link_ops *ops, void *user,
			struct link **ret_link);
void link_free(struct link *link);	/* closes; NULL is allowed; no callback */
void *link_user(const struct link *link);

/*
 * Queue a frame and send as much as goes without waiting. head is stolen, always. fd stays the
 * caller's, who may close it afterwards; -1: none. Returns 0, -ENOBUFS at the ceiling, -EMSGSIZE,
 * -ENOMEM, -EMFILE, or -EPIPE on a link that is down. A broken connection is reported by on_down,
 * never from in here.
 */
int link_send(struct link *link, json_t *head, const void *body, size_t body_len, int fd);

/* The same with a header that is JSON text already, and borrowed. For the frames that are many. */
int link_send_text(struct link *link, const struct strbuf *head, const void *body,
		   size_t body_len);

/*
 * A lazy link collects frames without descriptors until link_flush, which its owner promises to
 * call before the loop sleeps: a thousand small frames of one turn become a few system calls.
 */
void link_set_lazy(struct link *link, bool on);
void link_flush(struct link *link);	/* NULL is allowed */

/* Bytes queued and not yet sent. */
size_t link_queued(const struct link *link);

/*
 * The other side has ended: what it had sent by then is delivered now, from in here. on_frame must
 * not free the link.
 */
void link_read_rest(struct link *link);

/*
 * For the end of a program, when the loop does not run any more: wait for at most so long for the
 * other side to take some of the queue, to send something (which is dropped) or to go. Call it
 * again until what you wait for has come. On NULL it just waits.
 */
void link_drain(struct link *link, int milliseconds);

/* --- the format itself, without a socket: for the link, its tests and its fuzz target --- */

/*
 * Looks at the n bytes at p. Returns the length of the first whole frame and fills ret_frame
 * (head owned by the caller, body borrowed from p, fd -1), 0 when more bytes are needed, or
 * -EPROTO.
 */
ssize_t frame_parse(const char *p, size_t n, struct frame *ret_frame);

/* Appends the bytes of a frame. head is borrowed. Returns 0, -EMSGSIZE or -ENOMEM. */
int frame_build(struct strbuf *sb, json_t *head, const void *body, size_t body_len, bool has_fd);

/* The same with a header that is JSON text already. */
int frame_build_text(struct strbuf *sb, const char *head, size_t head_len, const void *body,
		     size_t body_len);

/* A JSON string of any bytes: what is not UTF-8 becomes U+FFFD. NULL: no memory. */
json_t *json_text(const char *s);
json_t *json_textn(const char *s, size_t n);

#endif
