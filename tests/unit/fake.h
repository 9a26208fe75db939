/* fake.h - a kernel, a clock and a loop that do what the test says; linked instead of the real */
#ifndef SVD_TESTS_FAKE_H
#define SVD_TESTS_FAKE_H

#include <sys/types.h>

#include "svd/engine.h"

/* A fresh world: no children, time 1000 s after boot, nothing armed. */
void fake_reset(void);

/* Time goes on; timers that are due fire, each followed by a turn of the engine. */
void fake_advance(struct engine *e, double seconds);

/* Time goes on within a turn: nothing fires. */
void fake_look_costs(double seconds);	/* from now on, each look at the clock */
void fake_pass(double seconds);

/* A child of that pid has this wait status and waits to be reaped. */
void fake_child_ends(pid_t pid, int wait_status);

/* The next spawns fail with -error, or (0) succeed again. */
void fake_spawn_fails(int error);

/* The next spawned children cannot become their program: step SPAWN_EXEC with this error. */
void fake_exec_fails(int error);

/* kill(2) fails with -error from now on, or (0) works. */
void fake_kill_fails(int error);

/* What was watched last can be read, or written to. */
void fake_ready(int events);

/*
 * The other end of a living child's standard input (0) or output (1, 2), or of the link of one of
 * our own (3), as the child has it.
 */
int fake_child_fd(pid_t pid, int fd);

/* What happened: how many children were spawned, the last signal and whom it went to. */
int fake_n_spawned(void);
int fake_n_signals(void);
int fake_last_signal(void);
pid_t fake_last_target(void);
int fake_n_armed(void);		/* timers */
int fake_loop_stopped(void);

#endif
