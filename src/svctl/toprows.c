/*
 * toprows.c - processor time is a sum over a life, so what a process does now is the difference of
 * two looks. svd looks at /proc once a second at most: looks that are closer may see no difference.
 */
#include "svctl/toprows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/faults.h"

static const char *const sort_names[] = {
	[TOP_CPU] = "cpu", [TOP_MEM] = "mem", [TOP_NAME] = "name", [TOP_UPTIME] = "uptime",
	[TOP_RESTARTS] = "restarts",
};
_Static_assert(ARRAY_LEN(sort_names) == TOP_SORTS, "an order has no name");

enum top_sort top_sort_named(const char *name)
{
	int i = 0;

	while (i < TOP_SORTS && strcmp(sort_names[i], name) != 0)
		i++;
	return (enum top_sort)i;
}

static int read_row(const json_t *from, struct top_row *to, struct err *err)
{
	struct top_row row = { .from = from };
	json_int_t pid, uptime, restarts;
	json_error_t error;

	if (json_unpack_ex((json_t *)from, &error, 0,
			   "{s:s, s:s, s:s, s:i, s:I, s:I, s:I, s?F, s?F}", "group", &row.group,
			   "name", &row.process, "statename", &row.statename, "state",
			   &row.state, "pid", &pid, "uptime", &uptime, "restarts", &restarts,
			   "cpu_seconds", &row.cpu_seconds, "memory_bytes", &row.memory_bytes) < 0)
		return err_set(err, -EBADMSG, "unexpected process information: %s", error.text);
	row.pid = (long)pid;
	row.uptime = (long)uptime;
	row.restarts = (long)restarts;
	*to = row;
	return 0;
}

/* The same life of the same process; NULL: it had none then. */
static const struct top_row *find(const struct top *before, const struct top_row *row)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct top_row *other = &before->rows[i];

		if (other->pid == row->pid && strcmp(other->process, row->process) == 0 &&
		    strcmp(other->group, row->group) == 0)
			return other;
	}
	return NULL;
}

/* A child that ended takes its time away from the sum. */
static double percent_of(const struct top_row *row, const struct top *before, double now_mono)
{
	const struct top_row *last = row->pid ? find(before, row) : NULL;
	double seconds = last ? now_mono - before->at_mono : (double)row->uptime;
	double used = row->cpu_seconds - (last ? last->cpu_seconds : 0);

	return used > 0 && seconds > 0 ? 100 * used / seconds : 0;
}

static void count(struct top *t, const struct top_row *row)
{
	switch (row->state) {
	case STATE_CODE_RUNNING:
		t->n_running++;
		break;
	case STATE_CODE_STARTING:
	case STATE_CODE_STOPPING:
		t->n_under_way++;
		break;
	case STATE_CODE_BACKOFF:
	case STATE_CODE_FATAL:
	case STATE_CODE_UNKNOWN:
		t->n_bad++;
		break;
	}
	t->cpu_percent += row->cpu_percent;
	t->memory_bytes += row->memory_bytes;
}

int top_read(json_t *answer, const struct top *before, double now_mono, struct top *ret_top,
	     struct err *err)
{
	struct top t = { .n = json_array_size(answer), .at_mono = now_mono };
	int r = 0;

	if (!json_is_array(answer))
		return err_set(err, -EBADMSG, "unexpected process information: no array");
	t.rows = calloc(t.n + 1, sizeof(*t.rows));
	if (!t.rows)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < t.n && r == 0; i++) {
		r = read_row(json_array_get(answer, i), &t.rows[i], err);
		if (r == 0) {
			t.rows[i].cpu_percent = percent_of(&t.rows[i], before, now_mono);
			count(&t, &t.rows[i]);
		}
	}
	if (r < 0) {
		free(t.rows);
		return r;
	}
	t.answer = json_incref(answer);
	*ret_top = t;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;
	int r = strcmp(x->group, y->group);

	return r ? r : strcmp(x->process, y->process);
}

/* The largest first; equal ones by name, so that the table is still. */
static int by_number(double x, double y, const void *a, const void *b)
{
	if (x != y)
		return x < y ? 1 : -1;
	return by_name(a, b);
}

static int by_cpu(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return by_number(x->cpu_percent, y->cpu_percent, a, b);
}

static int by_memory(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return by_number(x->memory_bytes, y->memory_bytes, a, b);
}

static int by_uptime(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return by_number((double)x->uptime, (double)y->uptime, a, b);
}

static int by_restarts(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return by_number((double)x->restarts, (double)y->restarts, a, b);
}

void top_sort(struct top *t, enum top_sort by)
{
	static int (*const orders[])(const void *, const void *) = {
		[TOP_CPU] = by_cpu, [TOP_MEM] = by_memory, [TOP_NAME] = by_name,
		[TOP_UPTIME] = by_uptime, [TOP_RESTARTS] = by_restarts,
	};
	_Static_assert(ARRAY_LEN(orders) == TOP_SORTS, "an order is missing");

	if (t->n > 0)
		qsort(t->rows, t->n, sizeof(*t->rows), orders[by]);
}

void top_done(struct top *t)
{
	json_decref(t->answer);
	free(t->rows);
	*t = (struct top){ 0 };
}

/* What the server said of the process, and what we found out. */
static json_t *row_json(const struct top_row *row)
{
	json_t *object = json_copy((json_t *)row->from);

	(void)json_object_set_new(object, "cpu_percent", json_real(row->cpu_percent));
	return object;
}

json_t *top_json(const struct top *t, double at)
{
	json_t *processes = json_array();

	for (size_t i = 0; i < t->n; i++)
		(void)json_array_append_new(processes, row_json(&t->rows[i]));
	return json_pack("{s:f, s:f, s:f, s:o}", "at", at, "cpu_percent", t->cpu_percent,
			 "memory_bytes", t->memory_bytes, "processes", processes);
}
