/* boardrows.c - pages are told what is not as it was, and nothing else. */
#include "httpd/boardrows.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Between two looks at the CPU; closer ones tell nothing. */
static const double CPU_SECONDS_MIN = 0.9;

/* What is known of a process, besides what viewers are told. */
struct row {
	json_t *view;		/* owned */
	json_int_t pid;
	double cpu_seconds;	/* its tree's, */
	double cpu_mono;	/* ... when it was read; 0: never */
	double cpu;		/* percent; < 0: not known */
	bool   is_there;
	UT_hash_handle hh;	/* the key is in the view */
};

static void row_free(struct boardrows *b, struct row *row)
{
	HASH_DEL(b->rows, row);
	json_decref(row->view);
	free(row);
}

static json_t *text_of(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value ? json_incref(value) : json_string("");
}

static json_t *name_of(const json_t *p)
{
	return json_sprintf("%s:%s", json_string_value(json_object_get(p, "group")),
			    json_string_value(json_object_get(p, "name")));
}

/* Percent of a CPU since the last look; one digit more would change all the time. */
static void look_at_cpu(struct row *row, const json_t *p, double read_mono)
{
	json_int_t pid = json_integer_value(json_object_get(p, "pid"));
	const json_t *used = json_object_get(p, "cpu_seconds");
	double seconds = json_number_value(used), span = read_mono - row->cpu_mono;

	if (!used || pid != row->pid)
		row->cpu = -1;
	if (used && pid == row->pid && row->cpu_mono > 0) {
		if (span < CPU_SECONDS_MIN)
			return;
		row->cpu = seconds < row->cpu_seconds ? 0 :
			   round((seconds - row->cpu_seconds) / span * 1000) / 10;
	}
	row->pid = pid;
	row->cpu_seconds = seconds;
	row->cpu_mono = used ? read_mono : 0;
}

/* A part of a megabyte is nothing to look up for. */
static json_t *memory_of(const json_t *p)
{
	enum { STEP = 100 * 1024 };
	const json_t *bytes = json_object_get(p, "memory_bytes");

	return bytes ? json_integer((json_int_t)(json_number_value(bytes) / STEP) * STEP) :
		       json_null();
}

static json_t *view_of(const struct row *row, const json_t *p)
{
	static const char *const same[] = { "group", "state", "pid", "start", "stop", "restarts",
					    "exits", "exit_at", "exit_reason", "well", "role",
					    "stdout", "stderr" };
	json_t *view = json_pack("{s:o, s:o}", "name", name_of(p), "process", text_of(p, "name"));

	for (size_t i = 0; view && i < ARRAY_LEN(same); i++)
		json_object_set_new(view, same[i], text_of(p, same[i]));
	json_object_set_new(view, "cpu", row->cpu < 0 ? json_null() : json_real(row->cpu));
	json_object_set_new(view, "memory", memory_of(p));
	json_object_set_new(view, "processes", json_object_get(p, "processes") ?
			    json_incref(json_object_get(p, "processes")) : json_null());
	return view;
}

json_t *boardrows_difference(const json_t *before, json_t *now)
{
	json_t *diff = NULL, *value;
	const char *key;

	json_object_foreach(now, key, value) {
		if (json_equal(json_object_get(before, key), value))
			continue;
		if (!diff)
			diff = json_object();
		json_object_set(diff, key, value);
	}
	return diff;
}

static struct row *row_of(struct boardrows *b, const char *name)
{
	struct row *row;

	HASH_FIND_STR(b->rows, name, row);
	return row;
}

static struct row *row_new(struct boardrows *b, json_t *view)
{
	const char *name = json_string_value(json_object_get(view, "name"));
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->view = json_incref(view);
	row->cpu = -1;
	HASH_ADD_KEYPTR(hh, b->rows, name, strlen(name), row);
	if (row->hh.tbl)
		return row;
	json_decref(view);
	free(row);
	return NULL;
}

/* The old view holds the key of the hash, so it is changed and not replaced. */
static void take_process(struct boardrows *b, const json_t *p, double read_mono, json_t *set)
{
	json_t *name = name_of(p), *view, *diff;
	struct row *row = name ? row_of(b, json_string_value(name)) : NULL;
	struct row blank = { .cpu = -1 };

	look_at_cpu(row ? row : &blank, p, read_mono);
	view = view_of(row ? row : &blank, p);
	if (row) {
		diff = boardrows_difference(row->view, view);
		json_object_update(row->view, diff);
		if (diff) {
			json_object_set(diff, "name", name);
			json_array_append_new(set, diff);
		}
	} else if (view && name && (row = row_new(b, view))) {
		look_at_cpu(row, p, read_mono);
		json_array_append(set, view);
	}
	if (row) {
		row->is_there = true;
		json_array_append(b->views, row->view);
	}
	json_decref(view);
	json_decref(name);
}

static json_t *take_gone(struct boardrows *b)
{
	json_t *gone = json_array();
	struct row *row, *next;

	HASH_ITER(hh, b->rows, row, next) {
		if (!row->is_there) {
			json_array_append(gone, json_object_get(row->view, "name"));
			row_free(b, row);
			continue;
		}
		row->is_there = false;
	}
	return gone;
}

void boardrows_take(struct boardrows *b, const json_t *processes, double read_mono,
		    json_t *change)
{
	json_t *set = json_array(), *gone, *p;
	size_t i;

	json_array_clear(b->views);
	json_array_foreach(processes, i, p)
		take_process(b, p, read_mono, set);
	gone = take_gone(b);
	if (json_array_size(set) > 0)
		json_object_set(change, "set", set);
	if (json_array_size(gone) > 0)
		json_object_set(change, "gone", gone);
	json_decref(set);
	json_decref(gone);
}

void boardrows_done(struct boardrows *b)
{
	struct row *row, *next;

	HASH_ITER(hh, b->rows, row, next)
		row_free(b, row);
	json_decref(b->views);
}
