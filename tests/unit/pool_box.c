/* pool_box.c - the people and the stage of stories about events. */
#include "pool_box.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "svd/environment.h"
#include "svd/listener.h"
#include "svd/news.h"

struct engine *e;
struct group_config groups[3];
struct pool_config pools[2];
struct program_config programs[4];
struct process *l0, *l1, *p;

static struct config config;
static const int zero[] = { 0 };

static void program(int i, const char *name, const struct group_config *group)
{
	programs[i] = (struct program_config){
		.name = name, .group = group, .command = "/bin/cat", .priority = 999,
		.autostart = true, .autorestart = AUTORESTART_UNEXPECTED, .startsecs = 1,
		.startretries = 3, .stopsignal = SIGTERM, .stopwaitsecs = 10, .exitcodes = zero,
		.n_exitcodes = 1,
	};
}

void pool_box_begin(void)
{
	fake_reset();
	config = (struct config){ .refs = 1, .groups = groups, .n_groups = 3, .path = "x",
				  .here = "/", .identifier = "id" };
	groups[0] = (struct group_config){ .name = "l", .priority = -1, .programs = programs,
					   .n_programs = 2, .kind = GROUP_LISTENERS,
					   .pool = &pools[0] };
	groups[1] = (struct group_config){ .name = "m", .priority = -1, .programs = programs + 2,
					   .n_programs = 1, .kind = GROUP_LISTENERS,
					   .pool = &pools[1] };
	groups[2] = (struct group_config){ .name = "g", .priority = 999, .programs = programs + 3,
					   .n_programs = 1 };
	program(0, "l0", &groups[0]);
	program(1, "l1", &groups[0]);
	program(2, "m", &groups[1]);
	program(3, "p", &groups[2]);
	for (int i = 0; i < 2; i++)
		pools[i] = (struct pool_config){ .buffer_size = 10, .strict = true };
}

void pool_box_end(void)
{
	engine_free(e);
	e = NULL;
	environment_done();
	fake_reset();
}

void start_engine(const char *wanted)
{
	pools[0].events = event_mask(wanted);
	config.arena = arena_new();
	e = engine_new(&config);
	ck_assert_ptr_nonnull(e);
	config.refs = 100;	/* it is on our stack, not in an arena */
	engine_turn(e);
	arena_free(config.arena);
	l0 = e->groups->processes[0];
	l1 = e->groups->processes[1];
	p = e->groups->next->next->processes[0];
}

void says(struct process *l, const char *text)
{
	ck_assert_int_eq(write(fake_child_fd(l->pid, 1), text, strlen(text)),
			 (int)strlen(text));
	l->listener->io.on_ready(&l->listener->io, IO_READ);
	engine_turn(e);
}

const char *heard(const struct process *l)
{
	static char buf[4096];
	ssize_t n;

	/* The child's end blocks: see first whether there is anything. */
	if (l->listener->dialog.state != DIALOG_BUSY)
		return "";
	n = read(fake_child_fd(l->pid, 0), buf, sizeof(buf) - 1);
	ck_assert_int_gt(n, 0);
	buf[n] = '\0';
	return buf;
}

void publish(const char *data)
{
	news_remote(&e->bus, "t", data);
	engine_turn(e);
}

void was_told(const struct process *l, int serial, int poolserial, const char *data)
{
	char expected[4096];

	snprintf(expected, sizeof(expected), "ver:3.0 server:id serial:%d pool:l poolserial:%d "
		 "eventname:REMOTE_COMMUNICATION len:%zu\ntype:t\n%s", serial, poolserial,
		 strlen(data) + 7, data);
	ck_assert_str_eq(heard(l), expected);
}

void was_told_nothing(const struct process *l)
{
	ck_assert_int_ne(l->listener->dialog.state, DIALOG_BUSY);
}

void run_for_a_while(void)
{
	fake_advance(e, 1.5);
	ck_assert_int_eq(l0->state, PROC_RUNNING);
}

void ends(struct process *l, int status)
{
	fake_child_ends(l->pid, status);
	e->reap_wanted = true;
	engine_turn(e);
}
