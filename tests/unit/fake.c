/* fake.c - stands in for sys.c, clock.c and loop.c. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "ipc/loop.h"

enum { MAX = 256, FIRST_PID = 100, CHILD_FDS = 4 };

static struct {
	double now, look_costs;
	int    n_spawned, n_signals, last_signal, spawn_error, exec_error, kill_error;
	pid_t  last_target;
	struct { pid_t pid; int status; } dead[MAX];
	int    n_dead;
	struct { bool open; int fds[CHILD_FDS]; } children[MAX];
	struct timer *armed[MAX];
	int    n_armed, stopped;
	struct io *last_io;
} world;

static void close_child(int child)
{
	if (!world.children[child].open)
		return;
	world.children[child].open = false;
	for (int i = 0; i < CHILD_FDS; i++)
		close_fd(&world.children[child].fds[i]);
}

void fake_reset(void)
{
	for (int child = 0; child < MAX; child++)
		close_child(child);
	memset(&world, 0, sizeof(world));
	world.now = 1000;
}

int fake_n_spawned(void) { return world.n_spawned; }
int fake_n_signals(void) { return world.n_signals; }
int fake_last_signal(void) { return world.last_signal; }
pid_t fake_last_target(void) { return world.last_target; }
int fake_n_armed(void) { return world.n_armed; }
int fake_loop_stopped(void) { return world.stopped; }
void fake_spawn_fails(int error) { world.spawn_error = error; }
void fake_exec_fails(int error) { world.exec_error = error; }
void fake_kill_fails(int error) { world.kill_error = error; }

void fake_ready(int events)
{
	world.last_io->on_ready(world.last_io, events);
}

void fake_look_costs(double seconds)
{
	world.look_costs = seconds;
}

void fake_pass(double seconds)
{
	world.now += seconds;
}

int fake_child_fd(pid_t pid, int fd)
{
	return world.children[(pid - FIRST_PID) % MAX].fds[fd];
}

void fake_child_ends(pid_t pid, int wait_status)
{
	close_child((pid - FIRST_PID) % MAX);
	world.dead[world.n_dead].pid = pid;
	world.dead[world.n_dead++].status = wait_status;
}

/* --- clock.h --- */

double clock_mono(void) { return world.now += world.look_costs; }
double clock_wall(void) { return 1.7e9 + world.now; }

/* --- sys.h --- */

/* As after a fork: what the parent closes stays open here. */
static pid_t child_begins(const struct spawn_plan *plan)
{
	int child = world.n_spawned++ % MAX;

	close_child(child);
	world.children[child].open = true;
	for (int i = 0; i < CHILD_FDS; i++)
		world.children[child].fds[i] = i < plan->n_fds ? fd_dup(plan->fds[i]) : -1;
	return FIRST_PID + world.n_spawned - 1;
}

pid_t sys_spawn(const struct spawn_plan *plan, struct spawn_report *ret_report)
{
	*ret_report = (struct spawn_report){ .text = "" };
	if (world.exec_error)
		strcpy(ret_report->text, "couldn't exec");
	return world.spawn_error ? -world.spawn_error : child_begins(plan);
}

const char *sys_become(const struct user_config *user)
{
	(void)user;
	return NULL;
}

int sys_kill(pid_t pid, int signo)
{
	world.n_signals++;
	world.last_target = pid;
	world.last_signal = signo;
	return -world.kill_error;
}

pid_t sys_reap(int *ret_status)
{
	if (!world.n_dead)
		return 0;
	world.n_dead--;
	*ret_status = world.dead[world.n_dead].status;
	return world.dead[world.n_dead].pid;
}

/* --- loop.h --- */

struct loop *loop_new(void) { return calloc(1, 1); }
void loop_free(struct loop *loop) { free(loop); }
void loop_run(struct loop *loop) { (void)loop; }
void loop_stop(struct loop *loop) { (void)loop; world.stopped = 1; }

void loop_on_turn(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	(void)loop;
	(void)fn;
	(void)arg;
}

void timer_init(struct timer *t, struct loop *loop, void (*on_fire)(struct timer *t))
{
	memset(t, 0, sizeof(*t));
	t->loop = loop;
	t->on_fire = on_fire;
}

bool timer_is_armed(const struct timer *t)
{
	for (int i = 0; i < world.n_armed; i++)
		if (world.armed[i] == t)
			return true;
	return false;
}

void timer_stop(struct timer *t)
{
	for (int i = 0; i < world.n_armed; i++)
		if (world.armed[i] == t)
			world.armed[i] = world.armed[--world.n_armed];
}

void timer_start(struct timer *t, double seconds)
{
	timer_stop(t);
	t->w.at = world.now + seconds;
	world.armed[world.n_armed++] = t;
}

static struct timer *next_timer(double until)
{
	struct timer *first = NULL;

	for (int i = 0; i < world.n_armed; i++)
		if (world.armed[i]->w.at <= until && (!first || world.armed[i]->w.at < first->w.at))
			first = world.armed[i];
	return first;
}

void fake_advance(struct engine *e, double seconds)
{
	double until = world.now + seconds;
	struct timer *t;

	while ((t = next_timer(until))) {
		world.now = t->w.at;
		timer_stop(t);
		t->on_fire(t);
		engine_turn(e);
	}
	world.now = until;
	engine_turn(e);
}

void io_init(struct io *io, struct loop *loop, void (*on_ready)(struct io *io, int events))
{
	io->loop = loop;
	io->on_ready = on_ready;
}

void io_start(struct io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	world.last_io = io;
}

void io_stop(struct io *io) { (void)io; }
bool io_is_started(const struct io *io) { (void)io; return false; }

void sigwatch_start(struct sigwatch *s, struct loop *loop, int signo,
		    void (*on_signal)(struct sigwatch *s, int signo))
{
	(void)s;
	(void)loop;
	(void)signo;
	(void)on_signal;
}

void sigwatch_stop(struct sigwatch *s) { (void)s; }
