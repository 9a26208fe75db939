/* gate.c - the door to the outside, kept by a process without rights. */
#include "svd/gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <utlist.h>

#include "base/commas.h"
#include "base/fd.h"
#include "base/jsonout.h"
#include "base/strbuf.h"
#include "conf/config.h"
#include "ipc/frame.h"
#include "ipc/loop.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/sibling.h"

/* Calls that wait at one time; beyond that svd-httpd is told no. */
enum { CALLS_MAX = 10000 };

/* Bytes that wait for svd-httpd; beyond that it gets no events, so that answers have room. */
enum { EVENTS_QUEUE_MAX = 1024 * 1024 };

/* Bytes. What svd-httpd makes the tokens of its pages of outlives it. */
enum { SECRET_LEN = 32 };

/* A listening socket. */
struct door {
	struct door *prev, *next;
	struct gate     *gate;		/* borrowed */
	const struct server_config *conf;	/* borrowed from the engine's snapshot */
	int              number;
	int              fd;		/* owned */
	struct io        knock;		/* while no svd-httpd runs */
};

struct gate {
	struct engine   *engine;	/* borrowed */
	struct sibling   httpd;
	struct door *doors;	/* owned list */
	int              last_number;	/* of a door */
	int              n_calls;
	char             secret[2 * SECRET_LEN + 1];	/* hexadecimal; "": there is none */
};

static void watch(struct gate *gate, bool on)
{
	struct door *d;

	DL_FOREACH(gate->doors, d) {
		if (on)
			io_start(&d->knock, d->fd, IO_READ);
		else
			io_stop(&d->knock);
	}
}

static void on_knock(struct io *io, int events)
{
	struct gate *gate = container_of(io, struct door, knock)->gate;

	(void)events;
	watch(gate, false);
	timer_start(&gate->httpd.respawn, 0); /* it starts svd-httpd, and tries again if need be */
}

/*
 * Every call is answered and every socket served, or svd-httpd replaced: no client waits for
 * nothing.
 */
static void check_sent(struct gate *gate, int ret)
{
	if (ret == -ENOBUFS || ret == -ENOMEM) /* it does not read any more; or we are at our end */
		sibling_fail(&gate->httpd);
}

/* Who is not told of a change, for want of memory, must not go on with what it knew. */
static void tell_logins(struct gate *gate)
{
	const struct access_config *access = &gate->engine->config->access;
	json_t *passwords = json_object();
	char *body;

	for (size_t i = 0; i < access->n_logins; i++)
		json_object_set_new(passwords, access->logins[i].name,
				    json_text(access->logins[i].password));
	body = json_dumps(passwords, JSON_COMPACT);
	json_decref(passwords);
	if (!body || link_send(gate->httpd.link, json_pack("{s:s}", "t", "logins"), body,
			       strlen(body), -1) < 0)
		sibling_fail(&gate->httpd);
	free(body);
}

/* Without a name in it there would be no password either: never send what is not whole. */
static int set_login(json_t *head, const struct server_config *conf)
{
	if (json_object_set_new(head, "username", json_text(conf->username)) < 0)
		return -ENOMEM;
	return json_object_set_new(head, "password", json_text(conf->password)) < 0 ? -ENOMEM : 0;
}

static json_t *hosts_of(const char *list)
{
	json_t *hosts = json_array();
	const char *name;
	size_t n;

	while ((name = commas_next(&list, &n)))
		json_array_append_new(hosts, json_textn(name, n));
	return hosts;
}

static void tell_door(struct gate *gate, const struct door *d)
{
	const struct server_config *conf = d->conf;
	json_t *head = json_pack("{s:s, s:i, s:s, s:o}", "t", "listen", "id", d->number, "kind",
				 conf->kind == SERVER_UNIX ? "unix" : "inet", "name",
				 json_text(conf->kind == SERVER_UNIX ? conf->path : conf->host));

	if (head && conf->username && set_login(head, conf) < 0) {
		json_decref(head);
		head = NULL;
	}
	if (head && conf->hosts)
		json_object_set_new(head, "hosts", hosts_of(conf->hosts));
	if (head && *gate->secret)
		json_object_set_new(head, "secret", json_string(gate->secret));
	if (head && gate->engine->began->health.is_public)
		json_object_set_new(head, "health", json_true());
	check_sent(gate, link_send(gate->httpd.link, head, NULL, 0, d->fd));
}

/* --- replies --- */

static int send_reply(struct gate *gate, json_t *head, const char *body, int fd)
{
	int ret = link_send(gate->httpd.link, head, body, body ? strlen(body) : 0, fd);

	check_sent(gate, ret);
	return ret;
}

static json_t *fault_head(json_int_t id, int code, const char *text)
{
	return json_pack("{s:s, s:I, s:i, s:o}", "t", "reply", "id", id, "code", code, "text",
			 json_text(text));
}

static void send_fault(struct gate *gate, json_int_t id, int code, const char *text)
{
	(void)send_reply(gate, fault_head(id, code, text), NULL, -1);
}

static void send_own_fault(struct gate *gate, const struct call *call)
{
	json_t *head = fault_head(call->id, call->fault ? call->fault : FAULT_FAILED,
				  call->text ? call->text : "FAILED: out of memory");

	if (head && call->unsafe)
		json_object_set_new(head, "unsafe", json_true());
	(void)send_reply(gate, head, NULL, -1);
}

/* Most replies are small and have no descriptor: then svd is spared a tree of values. */
static int send_text(struct gate *gate, const struct call *call, const char *body)
{
	_cleanup_(strbuf_done) struct strbuf head = { 0 };
	int ret;

	strbuf_addc(&head, '{');
	json_out_member(&head, "t", "reply");
	json_out_member_int(&head, "id", call->id);
	strbuf_adds(&head, call->usage ? ",\"usage\":true}" : "}");
	ret = link_send_text(gate->httpd.link, &head, body, strlen(body));
	check_sent(gate, ret);
	return ret;
}

static void send_result(struct gate *gate, const struct call *call, const char *body)
{
	int ret = call->fd < 0 ? send_text(gate, call, body) :
		  send_reply(gate, json_pack("{s:s, s:I}", "t", "reply", "id", call->id), body,
			     call->fd);

	if (ret == -EMSGSIZE)
		send_fault(gate, call->id, FAULT_FAILED, "FAILED: the answer is too large");
	else if (ret == -EMFILE)
		send_fault(gate, call->id, FAULT_FAILED, "FAILED: too many open files");
}

/* --- what svd-httpd says --- */

static void on_up(struct sibling *s)
{
	struct gate *gate = s->user;
	struct door *d;

	watch(gate, false);
	link_set_lazy(s->link, true);
	if (gate->engine->config->access.n_logins > 0)
		tell_logins(gate);
	DL_FOREACH(gate->doors, d)
		tell_door(gate, d);
}

static void forget(struct gate *gate, struct call *call)
{
	DL_DELETE(gate->engine->calls, call);
	call_free(call);
}

/* Only noted here: the engine's turn runs it. */
static void take_call(struct gate *gate, json_int_t id, const struct frame *frame)
{
	const char *method = json_string_value(json_object_get(frame->head, "method"));
	json_t *params = json_loadb(frame->body, frame->body_len, JSON_ALLOW_NUL, NULL);
	struct call *call = NULL;

	if (method && (json_is_array(params) || json_is_object(params)))
		call = call_new(id, method, params);
	else
		json_decref(params);
	if (call && who_read(frame->head, &call->who) < 0) {
		call_free(call);
		call = NULL;
	}
	if (!call) {
		send_fault(gate, id, FAULT_FAILED, "FAILED: the call cannot be taken");
		return;
	}
	call->own = json_is_true(json_object_get(frame->head, "own"));
	call->safe = json_is_true(json_object_get(frame->head, "safe"));
	DL_APPEND(gate->engine->calls, call);
	if (++gate->n_calls > CALLS_MAX) {
		call->dispatched = true;
		call_fault(call, FAULT_FAILED, "too many calls are waiting");
	}
}

static void drop_call(struct gate *gate, json_int_t id)
{
	struct call *call, *next;

	DL_FOREACH_SAFE(gate->engine->calls, call, next) {
		if (call->id == id) {	/* or a member of it */
			gate->n_calls -= !call->parent;
			forget(gate, call);
		}
	}
}

static void on_frame(struct sibling *s, struct frame *frame)
{
	struct gate *gate = s->user;
	json_int_t id = json_integer_value(json_object_get(frame->head, "id"));

	if (strcmp(frame->type, "call") == 0)
		take_call(gate, id, frame);
	else if (strcmp(frame->type, "gone") == 0)
		drop_call(gate, id);
}

/* Its clients are gone with it. What their calls have begun goes on. */
static void on_down(struct sibling *s)
{
	struct gate *gate = s->user;
	struct call *call, *next;

	DL_FOREACH_SAFE(gate->engine->calls, call, next)
		forget(gate, call);
	gate->n_calls = 0;
}

static void on_left(struct sibling *s)
{
	watch(s->user, true);
}

static const struct sibling_ops httpd_ops = {
	.on_up = on_up,
	.on_frame = on_frame,
	.on_down = on_down,
	.on_left = on_left,
};

int gate_part(struct gate *gate, const struct call *member, size_t n)
{
	json_t *head = json_pack("{s:s, s:I, s:I}", "t", "part", "id", member->id, "n",
				 (json_int_t)n);
	char *body = json_dumps(member->result, JSON_COMPACT);
	int ret = -ENOMEM;

	if (head && body && gate->httpd.link)
		ret = send_reply(gate, json_incref(head), body, member->fd);
	json_decref(head);
	free(body);
	return ret;
}

void gate_reply(struct gate *gate, const struct call *call)
{
	char *body = NULL;

	gate->n_calls--;
	if (!gate->httpd.link)
		return;
	if (call->result)
		body = json_dumps(call->result, JSON_COMPACT | JSON_ENCODE_ANY);
	if (body || call->result_text)
		send_result(gate, call, body ? body : call->result_text);
	else
		send_own_fault(gate, call);
	free(body);
}

void gate_flush(struct gate *gate)
{
	link_flush(gate->httpd.link);
}

void gate_renew(struct gate *gate)
{
	if (gate->httpd.link)
		tell_logins(gate);
}

int gate_event(struct gate *gate, json_t *head, const void *body, size_t n)
{
	int ret = !gate->httpd.link ? -EPIPE : -ENOBUFS;

	if (ret == -EPIPE || link_queued(gate->httpd.link) > EVENTS_QUEUE_MAX) {
		json_decref(head);
		return ret;
	}
	return link_send(gate->httpd.link, head, body, n, -1);
}

pid_t gate_pid(const struct gate *gate)
{
	return gate->httpd.pid;
}

bool gate_is_behind(struct gate *gate)
{
	enum { LITTLE = 1024 };

	link_flush(gate->httpd.link);
	return gate->httpd.link && link_queued(gate->httpd.link) > LITTLE;
}

bool gate_reaped(struct gate *gate, pid_t pid, int wait_status)
{
	return sibling_reaped(&gate->httpd, pid, wait_status);
}

int gate_add(struct gate *gate, const struct server_config *conf, int fd)
{
	struct door *d = calloc(1, sizeof(*d));

	if (!d) {
		close_fd(&fd);
		return -ENOMEM;
	}
	d->gate = gate;
	d->conf = conf;
	d->number = ++gate->last_number;
	d->fd = fd;
	io_init(&d->knock, gate->engine->loop, on_knock);
	DL_APPEND(gate->doors, d);
	io_start(&d->knock, fd, IO_READ);
	return 0;
}

int gate_move(struct gate *gate, const struct server_config *conf, int fd)
{
	struct door *d;

	DL_SEARCH_SCALAR(gate->doors, d, conf, conf);
	if (!d) {
		close_fd(&fd);
		return -ENOENT;
	}
	if (gate->httpd.link)
		(void)link_send(gate->httpd.link,
				json_pack("{s:s, s:i}", "t", "unlisten", "id", d->number), NULL, 0,
				-1);
	if (io_is_started(&d->knock))
		io_start(&d->knock, fd, IO_READ);
	close_fd(&d->fd);
	d->fd = fd;
	d->number = ++gate->last_number;
	if (gate->httpd.link)
		tell_door(gate, d);
	return 0;
}

/* Without one the pages can change nothing. */
static void make_secret(struct gate *gate)
{
	unsigned char bytes[SECRET_LEN];

	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != (ssize_t)sizeof(bytes)) {
		log_warn("the pages of svd-httpd are only for reading: getrandom: %s",
			 strerror(errno));
		return;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(gate->secret + 2 * i, 3, "%02x", bytes[i]);
}

struct gate *gate_new(struct engine *e)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return NULL;
	gate->engine = e;
	make_secret(gate);
	sibling_init(&gate->httpd, "svd-httpd", e->loop, &httpd_ops, gate);
	return gate;
}

void gate_stop(struct gate *gate, double seconds)
{
	watch(gate, false);
	sibling_stop(&gate->httpd);
	if (!sibling_wait(&gate->httpd, seconds)) {
		sibling_fail(&gate->httpd);
		(void)sibling_wait(&gate->httpd, seconds);
	}
}

void gate_free(struct gate *gate)
{
	struct door *d, *next;

	if (!gate)
		return;
	sibling_done(&gate->httpd);
	DL_FOREACH_SAFE(gate->doors, d, next) {
		io_stop(&d->knock);
		close_fd(&d->fd);
		free(d);
	}
	free(gate);
}
