/*
 * metrics.c - which numbers there are, by which names. Dashboards that were made for one of the
 * exporters find what they look for: node_supervisord_* are those of node_exporter's collector,
 * supervisor* those of supervisord_exporter. The rest is ours.
 */
#include "httpd/metrics.h"

#include <stdio.h>
#include <string.h>

#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/member.h"
#include "httpd/promtext.h"
#include "httpd/request.h"
#include "rpc/faults.h"

struct metric {
	const char *name, *type, *help;
	void      (*add)(struct promtext *p, const json_t *result, const char *member);
	const char *member;	/* of each object: the value */
};

/* A sample if there is such a member: usage, for one, is not known of those that do not run. */
static void add_member(struct promtext *p, const struct promlabel *labels, size_t n,
		       const json_t *object, const char *member)
{
	const json_t *value = json_object_get(object, member);

	if (json_is_number(value))
		promtext_add(p, labels, n, json_number_value(value));
}

/* --- of svd as a whole --- */

static void of_svd(struct promtext *p, const json_t *result, const char *member)
{
	add_member(p, NULL, 0, result, member);
}

static void of_its_log(struct promtext *p, const json_t *result, const char *member)
{
	add_member(p, NULL, 0, json_object_get(result, "log"), member);
}

static void of_version(struct promtext *p, const json_t *result, const char *member)
{
	const struct promlabel labels[] = {
		{ "version", member_text(result, member) },
		{ "supervisor_version", SUPERVISOR_VERSION },
		{ "identifier", member_text(result, "identifier") },
	};

	promtext_add(p, labels, ARRAY_LEN(labels), 1);
}

static void of_being_there(struct promtext *p, const json_t *result, const char *member)
{
	(void)result;
	(void)member;
	promtext_add(p, NULL, 0, 1);
}

/* The member of each object in a list, which is told apart by a label: what it has as its key. */
static void of_list(struct promtext *p, const json_t *list, const char *label_name,
		    const char *key, const char *member)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		struct promlabel label = { label_name, member_text(one, key) };

		add_member(p, &label, 1, one, member);
	}
}

static void of_daemons(struct promtext *p, const json_t *result, const char *member)
{
	of_list(p, json_object_get(result, "daemons"), "daemon", "name", member);
}

/* --- of each process --- */

/* The labels of all that is about a process: its name and its group, and n more. */
enum { LABELS_MAX = 4 };

static size_t label_process(struct promlabel *labels, const json_t *process)
{
	labels[0] = (struct promlabel){ "name", member_text(process, "name") };
	labels[1] = (struct promlabel){ "group", member_text(process, "group") };
	return 2;
}

static json_t *processes_of(const json_t *result)
{
	return json_object_get(result, "processes");
}

/* As node_exporter sees it; an end in BACKOFF is not up. */
static bool is_up(const json_t *process)
{
	int state = (int)member_number(process, "state");

	return state == STATE_CODE_STARTING || state == STATE_CODE_RUNNING ||
	       state == STATE_CODE_STOPPING;
}

static bool is_running(const json_t *process)
{
	return (int)member_number(process, "state") == STATE_CODE_RUNNING;
}

static void of_up(struct promtext *p, const json_t *result, const char *member)
{
	struct promlabel labels[LABELS_MAX];
	const json_t *process;
	size_t i;

	(void)member;
	json_array_foreach(processes_of(result), i, process)
		promtext_add(p, labels, label_process(labels, process), is_up(process));
}

static void of_some(struct promtext *p, const json_t *result, const char *member,
		    bool (*applies)(const json_t *process))
{
	struct promlabel labels[LABELS_MAX];
	const json_t *process;
	size_t i;

	json_array_foreach(processes_of(result), i, process)
		if (!applies || applies(process))
			add_member(p, labels, label_process(labels, process), process, member);
}

static void of_processes(struct promtext *p, const json_t *result, const char *member)
{
	of_some(p, result, member, NULL);
}

static void of_those_up(struct promtext *p, const json_t *result, const char *member)
{
	of_some(p, result, member, is_up);
}

static void of_those_running(struct promtext *p, const json_t *result, const char *member)
{
	of_some(p, result, member, is_running);
}

static void of_info(struct promtext *p, const json_t *result, const char *member)
{
	struct promlabel labels[LABELS_MAX];
	const json_t *process;
	char status[16];
	size_t i;

	json_array_foreach(processes_of(result), i, process) {
		size_t n = label_process(labels, process);

		snprintf(status, sizeof(status), "%d", (int)member_number(process, member));
		labels[n++] = (struct promlabel){ "state", member_text(process, "statename") };
		labels[n++] = (struct promlabel){ "exit_status", status };
		promtext_add(p, labels, n, is_running(process));
	}
}

static void of_channels(struct promtext *p, const json_t *result, const char *member)
{
	static const char *const channels[] = { "stdout", "stderr" };
	struct promlabel labels[LABELS_MAX];
	const json_t *process;
	size_t i;

	json_array_foreach(processes_of(result), i, process) {
		size_t n = label_process(labels, process);

		for (size_t c = 0; c < ARRAY_LEN(channels); c++) {
			labels[n] = (struct promlabel){ "channel", channels[c] };
			add_member(p, labels, n + 1, json_object_get(process, channels[c]),
				   member);
		}
	}
}

/* --- of log files --- */

static void of_files(struct promtext *p, const json_t *result, const char *member)
{
	of_list(p, json_object_get(result, "files"), "path", "path", member);
}

static void of_trouble(struct promtext *p, const json_t *result, const char *member)
{
	const json_t *file;
	size_t i;

	json_array_foreach(json_object_get(result, "files"), i, file) {
		struct promlabel label = { "path", member_text(file, "path") };

		promtext_add(p, &label, 1, *member_text(file, member) &&
			     !json_is_true(json_object_get(file, "last_error_over")));
	}
}

/* --- of those who are told of events --- */

static json_t *pools_of(const json_t *result)
{
	return json_object_get(result, "pools");
}

static void of_pools(struct promtext *p, const json_t *result, const char *member)
{
	of_list(p, pools_of(result), "pool", "name", member);
}

/* When something happened there last. */
static void of_pool_times(struct promtext *p, const json_t *result, const char *member)
{
	const json_t *pool;
	size_t i;

	json_array_foreach(pools_of(result), i, pool) {
		struct promlabel label = { "pool", member_text(pool, "name") };

		add_member(p, &label, 1, json_object_get(pool, member), "at");
	}
}

static const char *const listener_states[] = { "ACKNOWLEDGED", "READY", "BUSY", "UNKNOWN" };

static bool is_in(const json_t *listener, const char *member, const char *state)
{
	return strcmp(member_text(listener, member), state) == 0;
}

/* How many listeners of each pool are in each state. */
static void of_moods(struct promtext *p, const json_t *result, const char *member)
{
	const json_t *pool, *listeners, *one;
	size_t i, k;

	json_array_foreach(pools_of(result), i, pool) {
		listeners = json_object_get(pool, "listeners");
		for (size_t s = 0; listeners && s < ARRAY_LEN(listener_states); s++) {
			struct promlabel labels[] = { { "pool", member_text(pool, "name") },
						      { "state", listener_states[s] } };
			unsigned n = 0;

			json_array_foreach(listeners, k, one)
				n += is_in(one, member, listener_states[s]);
			promtext_add(p, labels, ARRAY_LEN(labels), n);
		}
	}
}

/* Each listener, with the labels of its process. */
static void of_each_listener(struct promtext *p, const json_t *result, const char *member,
			     void (*add)(struct promtext *p, struct promlabel *labels, size_t n,
					 const json_t *listener, const char *member))
{
	struct promlabel labels[LABELS_MAX];
	const json_t *pool, *one;
	size_t i, k;

	json_array_foreach(pools_of(result), i, pool) {
		json_array_foreach(json_object_get(pool, "listeners"), k, one) {
			size_t n = label_process(labels, one);

			labels[1].value = member_text(pool, "name");
			add(p, labels, n, one, member);
		}
	}
}

static void add_number(struct promtext *p, struct promlabel *labels, size_t n,
		       const json_t *listener, const char *member)
{
	add_member(p, labels, n, listener, member);
}

static void of_listeners(struct promtext *p, const json_t *result, const char *member)
{
	of_each_listener(p, result, member, add_number);
}

static void add_states(struct promtext *p, struct promlabel *labels, size_t n,
		       const json_t *listener, const char *member)
{
	for (size_t s = 0; s < ARRAY_LEN(listener_states); s++) {
		labels[n] = (struct promlabel){ "state", listener_states[s] };
		promtext_add(p, labels, n + 1, is_in(listener, member, listener_states[s]));
	}
}

static void of_listener_states(struct promtext *p, const json_t *result, const char *member)
{
	of_each_listener(p, result, member, add_states);
}

static const struct metric metrics[] = {
#define METRIC(name, type, add, member, help) { name, #type, help, add, member },
#include "httpd/metrics.def"
#undef METRIC
};

void metrics_render(struct strbuf *sb, const json_t *result)
{
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		const struct metric *m = &metrics[i];
		struct promtext p = { .sb = sb, .name = m->name, .type = m->type,
				      .help = m->help };

		m->add(&p, result, m->member);
	}
}

/* --- the request --- */

static unsigned answer_refusal(struct request *r, const struct reply *reply)
{
	struct strbuf text = { 0 };

	strbuf_addf(&text, "%s\n", reply->text);
	return answer_text(r, apifault_status(reply->code), "text/plain", &text);
}

static unsigned answer_metrics(struct request *r, const struct reply *reply)
{
	struct strbuf text = { 0 };

	if (!json_is_object(reply->result))	/* or it would look as if nothing were there */
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	metrics_render(&text, reply->result);
	return answer_text(r, MHD_HTTP_OK, PROMTEXT_TYPE, &text);
}

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = reply->text ? answer_refusal(r, reply) : answer_metrics(r, reply);
	request_resume(r);
}

unsigned metrics_act(struct request *r)
{
	json_t *params = json_array();
	int ret;

	r->call.on_reply = on_reply;
	r->call.safe = true;
	ret = rpc_start(r->server->rpc, &r->call, "svd.getMetrics", params);
	json_decref(params);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}
