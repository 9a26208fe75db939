/*
 * usage.c - svd does not do this itself: to look at thousands of processes takes milliseconds, and
 * it needs no rights. Each process is counted for the nearest of those that were asked for.
 */
#include "httpd/usage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "httpd/proctable.h"

static const double FRESH_SECONDS = 1;

enum { NOT_YET = -2, NOBODY = -1 };

struct use {
	bool     alone;
	unsigned processes;
	uint64_t ticks, pages;
};

struct usage {
	const char *proc;	/* borrowed */
	struct proctable table;
	double      read_mono;	/* 0: never */
	/* Of one question, each with a place for each row of the table: */
	ssize_t    *owners;	/* owned; the row that this one is counted for */
	struct use *uses;	/* owned; of those that own some */
	size_t      room;	/* of both */
};

struct usage *usage_new(const char *proc)
{
	struct usage *u = calloc(1, sizeof(*u));

	if (u)
		u->proc = proc;
	return u;
}

void usage_free(struct usage *u)
{
	if (!u)
		return;
	proctable_done(&u->table);
	free(u->owners);
	free(u->uses);
	free(u);
}

static bool refresh(struct usage *u)
{
	double now = clock_mono();

	if (!u->read_mono || now - u->read_mono >= FRESH_SECONDS) {
		u->read_mono = now;
		if (proctable_read(&u->table, u->proc) < 0)	/* tried again in a second, too */
			return false;
	}
	return u->table.n > 0;
}

static bool make_room(struct usage *u)
{
	if (u->table.n <= u->room)
		return true;
	free(u->owners);
	free(u->uses);
	u->room = u->table.n;
	u->owners = calloc(u->room, sizeof(u->owners[0]));
	u->uses = calloc(u->room, sizeof(u->uses[0]));
	if (u->owners && u->uses)
		return true;
	u->room = 0;
	return false;
}

static ssize_t row_of(const struct usage *u, const json_t *object)
{
	json_int_t pid = json_integer_value(json_object_get(object, "pid"));

	return pid > 0 ? proctable_find(&u->table, (pid_t)pid) : -1;
}

typedef void visit_fn(struct usage *u, json_t *object, size_t row);

static void for_each_pid(struct usage *u, json_t *value, visit_fn *visit)
{
	const char *key;
	json_t *member;
	ssize_t row;
	size_t i;

	json_array_foreach(value, i, member)
		for_each_pid(u, member, visit);
	if (!json_is_object(value))
		return;
	row = row_of(u, value);
	if (row >= 0)
		visit(u, value, (size_t)row);
	json_object_foreach(value, key, member)
		for_each_pid(u, member, visit);
}

static void mark(struct usage *u, json_t *object, size_t row)
{
	u->owners[row] = (ssize_t)row;
	u->uses[row].alone = json_is_true(json_object_get(object, "alone"));
}

static bool owns_itself(const struct usage *u, ssize_t row)
{
	return row >= 0 && u->owners[row] == row && !u->uses[row].alone;
}

/* Whom a row is counted for as far as it tells itself; NOT_YET: ask its parent. */
static ssize_t own_word(const struct usage *u, size_t row)
{
	const struct proc_row *r = &u->table.rows[row];

	if (u->owners[row] != NOT_YET)
		return u->owners[row];
	if (owns_itself(u, r->group))
		return r->group;
	if (owns_itself(u, r->session))
		return r->session;
	return r->parent < 0 || (size_t)r->parent == row ? NOBODY : NOT_YET;
}

/*
 * Up to the first who knows, and once more to tell all on the way, so that each is asked once. The
 * table is no moment's picture: in theory a pid that was used again makes a circle of parents.
 */
static void find_owner(struct usage *u, size_t row)
{
	size_t at = row, steps = 0;
	ssize_t owner;

	while ((owner = own_word(u, at)) == NOT_YET && steps++ < u->table.n)
		at = (size_t)u->table.rows[at].parent;
	if (owner == NOT_YET || (owner >= 0 && u->uses[owner].alone))
		owner = NOBODY;
	for (at = row; u->owners[at] == NOT_YET; at = (size_t)u->table.rows[at].parent) {
		u->owners[at] = owner;
		if (u->table.rows[at].parent < 0)
			break;
	}
}

static void add_up(struct usage *u)
{
	for (size_t i = 0; i < u->table.n; i++) {
		const struct proc_row *row = &u->table.rows[i];
		struct use *use;

		find_owner(u, i);
		if (u->owners[i] < 0)
			continue;
		use = &u->uses[u->owners[i]];
		use->processes += row->is_alive;
		use->ticks += row->ticks;
		use->pages += row->pages;
	}
}

static void tell(struct usage *u, json_t *object, size_t row)
{
	const struct use *use = &u->uses[row];
	double per_second = (double)sysconf(_SC_CLK_TCK), page = (double)sysconf(_SC_PAGESIZE);

	json_object_set_new(object, "processes", json_integer(use->processes));
	json_object_set_new(object, "cpu_seconds", json_real((double)use->ticks / per_second));
	json_object_set_new(object, "memory_bytes", json_real((double)use->pages * page));
}

void usage_add(struct usage *u, json_t *value)
{
	if (!refresh(u) || !make_room(u))
		return;
	memset(u->uses, 0, u->table.n * sizeof(u->uses[0]));
	for (size_t i = 0; i < u->table.n; i++)
		u->owners[i] = NOT_YET;
	for_each_pid(u, value, mark);
	add_up(u);
	for_each_pid(u, value, tell);
}

double usage_read_mono(const struct usage *u)
{
	return u->read_mono;
}
