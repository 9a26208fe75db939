/*
 * proctable.c - /proc has no index by parent, so whoever wants to know about a tree of processes
 * has to look at all of them. That is done once, for all trees.
 */
#include "httpd/proctable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

enum { STAT_SIZE = 1024, ROWS_FIRST = 256 };	/* a line has 52 numbers and a name of 64 bytes */

/* The name of the program is in brackets and may hold anything, brackets among it. */
bool proctable_parse(const char *line, struct proc_row *ret_row)
{
	const char *rest = strrchr(line, ')');
	uint64_t user, system;
	int64_t user_below, system_below, pages;
	struct proc_row row = { .parent = -1, .group = -1, .session = -1 };
	char state;

	if (!rest || sscanf(line, "%d", &row.pid) != 1 ||
	    sscanf(rest + 1, " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
		   " %" SCNd64 " %" SCNd64 " %*d %*d %*d %*d %*u %*u %" SCNd64, &state,
		   &row.parent_pid, &row.group_pid, &row.session_pid, &user, &system, &user_below,
		   &system_below, &pages) != 9)
		return false;
	row.is_alive = state != 'Z' && state != 'X';
	row.ticks = user + system + (uint64_t)user_below + (uint64_t)system_below;
	row.pages = pages > 0 ? (uint64_t)pages : 0;
	*ret_row = row;
	return true;
}

static bool read_row(int dir, const char *name, struct proc_row *ret_row)
{
	char path[64], line[STAT_SIZE];
	_cleanup_(close_fd) int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%.32s/stat", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	if (n <= 0)
		return false;
	line[n] = '\0';
	return proctable_parse(line, ret_row);
}

static bool make_room(struct proctable *t)
{
	size_t room = t->room ? 2 * t->room : ROWS_FIRST;
	struct proc_row *rows;

	if (t->n < t->room)
		return true;
	rows = reallocarray(t->rows, room, sizeof(*rows));
	if (!rows)
		return false;
	t->rows = rows;
	t->room = room;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct proc_row *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

ssize_t proctable_find(const struct proctable *t, pid_t pid)
{
	struct proc_row key = { .pid = pid };
	const struct proc_row *row = bsearch(&key, t->rows, t->n, sizeof(key), compare);

	return row ? row - t->rows : -1;
}

static void connect_rows(struct proctable *t)
{
	qsort(t->rows, t->n, sizeof(t->rows[0]), compare);
	for (size_t i = 0; i < t->n; i++) {
		struct proc_row *row = &t->rows[i];

		row->parent = proctable_find(t, row->parent_pid);
		row->group = proctable_find(t, row->group_pid);
		row->session = proctable_find(t, row->session_pid);
	}
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int proctable_read(struct proctable *t, const char *directory)
{
	_cleanup_(close_dir) DIR *dir = opendir(directory);
	const struct dirent *entry;

	t->n = 0;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (!make_room(t)) {
			t->n = 0;
			return -ENOMEM;
		}
		t->n += read_row(dirfd(dir), entry->d_name, &t->rows[t->n]);
	}
	if (t->n)
		connect_rows(t);
	return 0;
}

void proctable_done(struct proctable *t)
{
	free(t->rows);
	*t = (struct proctable){ 0 };
}
