/*
 * lives.c - lives the lives of stdin by the rules of src/svd/procfsm.c, with a made-up clock.
 *
 * diff.py compares what comes out with what Supervisor's own class does. In, one step per line:
 *   life RETRIES STARTSECS STOPWAITSECS AUTORESTART    a new process; 0 never 1 always 2 unexpected
 *   fails SPAWN KILL     do spawn and kill fail from here on?
 *   time SECONDS         the clock stands there now; what is due happens
 *   later SECONDS        the clock stands there now; nothing happens
 *   input NUMBER         enum proc_input
 *   exit EXPECTED        the process ends
 *   shutdown             no retry and no restart from here on
 *   end
 * Out, one line per life: FROM>TO/BACKOFF/PID for each change of state, !N for each signal, =STATE.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "svd/procfsm.h"

struct life {
	int    startretries, autorestart;
	double startsecs, stopwaitsecs;
	int    spawn_fails, kill_fails;
	bool   shutting_down;
	double now, laststart, deadline;
	bool   armed, expected;
	enum proc_state state;
	int    backoff, pid, next_pid;
};

static void feed(struct life *p, enum proc_input in);

static void enter(struct life *p, enum proc_state next)
{
	if (p->state == next)
		return;
	printf("%d>%d/%d/%d ", (int)p->state, (int)next, p->backoff, p->pid);
	p->state = next;
}

static void arm(struct life *p, double seconds)
{
	p->armed = true;
	p->deadline = p->now + seconds;
}

/* The steps that may feed a further input return false then: it ends the list. */
static bool spawn(struct life *p)
{
	p->laststart = p->now;
	if (p->spawn_fails) {
		feed(p, IN_SPAWN_FAILED);
		return false;
	}
	p->pid = p->next_pid++;
	return true;
}

static bool send_signal(struct life *p, int signo)
{
	if (p->kill_fails) {
		feed(p, IN_KILL_FAILED);
		return false;
	}
	printf("!%d ", signo);
	return true;
}

static bool arm_retry(struct life *p)
{
	if (p->backoff > p->startretries) {
		feed(p, IN_GIVE_UP);
		return false;
	}
	arm(p, p->backoff);
	return true;
}

static void restart(struct life *p)
{
	if (!p->shutting_down && (p->autorestart == 1 || (p->autorestart == 2 && !p->expected)))
		feed(p, IN_START);
}

/* Does one step; false ends the list. */
static bool act(struct life *p, unsigned step, enum proc_state next, enum proc_input in)
{
	switch (step) {
	case DO_COUNT_TRY:
		p->backoff++;
		break;
	case DO_FORGET_TRIES:
		p->backoff = 0;
		break;
	case DO_ENTER:
		enter(p, next);
		break;
	case DO_DISARM:
		p->armed = false;
		break;
	case DO_BURY:
		p->pid = 0;
		break;
	case DO_SPAWN:
		return spawn(p);
	case DO_ARM_UP:
		arm(p, p->startsecs);
		break;
	case DO_ARM_KILL:
		arm(p, p->stopwaitsecs);
		break;
	case DO_SIGNAL:
		return send_signal(p, 15);
	case DO_SIGKILL:
		return send_signal(p, 9);
	case DO_ARM_RETRY:
		return arm_retry(p);
	case DO_RESTART:
		restart(p);
		break;
	case DO_AGAIN:
		feed(p, in);
		break;
	}
	return true;
}

static void feed(struct life *p, enum proc_input in)
{
	const struct proc_rule *rule = &proc_rules[p->state][in];

	for (unsigned step = 1; step <= DO_AGAIN; step <<= 1)
		if ((rule->todo & step) && !act(p, step, rule->next, in))
			return;
}

static void pass_time(struct life *p, double now)
{
	p->now = now;
	if (!p->armed || now <= p->deadline)
		return;
	if (p->state == PROC_STARTING)
		feed(p, IN_UP);
	else if (p->state == PROC_BACKOFF && !p->shutting_down)
		feed(p, IN_RETRY);
	else if (p->state == PROC_STOPPING)
		feed(p, IN_KILL);
}

static void end(struct life *p)
{
	bool early = p->now - p->laststart < p->startsecs && p->state != PROC_RUNNING;

	feed(p, early ? IN_EXIT_EARLY : IN_EXIT);
}

int main(void)
{
	struct life p = { 0 };
	char line[128];
	int n;

	while (fgets(line, sizeof(line), stdin)) {
		double t;

		if (!strncmp(line, "life", 4)) {
			p = (struct life){ .next_pid = 100 };
			sscanf(line, "life %d %lf %lf %d", &p.startretries, &p.startsecs,
			       &p.stopwaitsecs, &p.autorestart);
		} else if (sscanf(line, "fails %d %d", &p.spawn_fails, &p.kill_fails) == 2) {
		} else if (sscanf(line, "time %lf", &t) == 1) {
			pass_time(&p, t);
		} else if (sscanf(line, "later %lf", &t) == 1) {
			p.now = t;
		} else if (sscanf(line, "input %d", &n) == 1) {
			feed(&p, (enum proc_input)n);
		} else if (sscanf(line, "exit %d", &n) == 1) {
			p.expected = n;
			end(&p);
		} else if (!strncmp(line, "shutdown", 8)) {
			p.shutting_down = true;
		} else if (!strncmp(line, "end", 3)) {
			printf("=%d\n", (int)p.state);
		} else {
			return 2;
		}
	}
	return 0;
}
