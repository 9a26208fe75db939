/* cmd_fg.c - a process in the foreground: lines go to its standard input, its output comes here */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/repr.h"
#include "rpc/faults.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/follow.h"
#include "svctl/globs.h"
#include "svctl/input.h"
#include "svctl/interrupt.h"
#include "svctl/output.h"
#include "svctl/procinfo.h"

/* Python's str() of a fault, which Supervisor shows here; of one that it has not, as everywhere. */
static void tell_fault(struct ctl *ctl, const struct answer *a)
{
	struct strbuf text = { 0 };

	if (a->fault == FAULT_NOT_PERMITTED) {
		ctl_complain(ctl, a);
		return;
	}
	repr_add(&text, a->fault_text);
	out_line("ERROR: <Fault %d: %s>", a->fault, strbuf_str(&text) ? strbuf_str(&text) : "");
	strbuf_done(&text);
}

/* false: the answer was misshapen, which was said. */
static bool read_state(struct ctl *ctl, const struct answer *a, int *ret_state)
{
	struct procinfo info;
	struct err err;

	if (procinfo_read(a->result, &info, &err) < 0) {
		ctl_error(ctl, "%s", err.text);
		return false;
	}
	*ret_state = info.state;
	return true;
}

/* Is there such a process, and does it run? What is wrong was said. */
static bool check(struct ctl *ctl, const char *name)
{
	struct answer a;
	int state = STATE_CODE_RUNNING;
	bool good = false;

	ctl_call(ctl, "supervisor.getProcessInfo", ctl_one_param(name, strlen(name)), &a);
	if (a.kind == ANSWER_RESULT)
		good = read_state(ctl, &a, &state);
	else if (a.kind == ANSWER_FAILED)
		ctl_complain(ctl, &a);
	else if (a.fault == FAULT_BAD_NAME)
		ctl_tell(ctl, "ERROR: bad process name supplied");
	else
		tell_fault(ctl, &a);
	answer_done(&a);
	if (state != STATE_CODE_RUNNING)
		ctl_tell(ctl, "ERROR: process not running");
	return good && state == STATE_CODE_RUNNING;
}

static void tell_killed(void)
{
	out_line("Process got killed");
	out_line("Exiting foreground");
}

static json_t *stdin_params(const char *name, const char *line)
{
	json_t *params = ctl_one_param(name, strlen(name));
	struct strbuf chars = { 0 };
	int r;

	strbuf_addf(&chars, "%s\n", line);
	r = json_array_append_new(params, json_stringn_nocheck(strbuf_str(&chars), chars.len));
	strbuf_done(&chars);
	if (r == 0)
		return params;
	json_decref(params);
	return NULL;
}

/* false: it does not run any more, or nobody knows; that was said, or interrupt_seen(). */
static bool still_runs(struct ctl *ctl, const char *name)
{
	struct answer a;
	int state;
	bool known = false;

	ctl_call(ctl, "supervisor.getProcessInfo", ctl_one_param(name, strlen(name)), &a);
	if (a.kind == ANSWER_RESULT)
		known = read_state(ctl, &a, &state);
	else if (!interrupt_seen())
		ctl_complain(ctl, &a);
	answer_done(&a);
	if (known && state != STATE_CODE_RUNNING)
		tell_killed();
	return known && state == STATE_CODE_RUNNING;
}

/* One line to the process. false: this is its end, and why was said, or interrupt_seen(). */
static bool feed(struct ctl *ctl, const char *name, const char *line)
{
	struct answer a;
	bool sent;

	ctl_call(ctl, "supervisor.sendProcessStdin", stdin_params(name, line), &a);
	sent = a.kind == ANSWER_RESULT;
	if (a.kind == ANSWER_FAILED && !interrupt_seen()) {
		ctl_complain(ctl, &a);
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_NOT_RUNNING) {
		tell_killed();
	} else if (a.kind == ANSWER_FAULT) {
		tell_fault(ctl, &a);
		out_line("Exiting foreground");
	}
	answer_done(&a);
	return sent && still_runs(ctl, name);
}

/* Output that came while a line was sent is shown before the next one: a pipe has many at once. */
static void converse(struct ctl *ctl, struct follow *f, const char *name)
{
	bool ended = false;

	while (!interrupt_seen()) {
		_cleanup_(free_str) char *line = ended ? in_rest() : in_line_at_hand();

		if (line) {
			if (!feed(ctl, name, line) && !interrupt_seen())
				return;
			follow_look(f);
		} else if (ended || follow_wait(f, STDIN_FILENO) == FOLLOW_STOPPED) {
			break;
		} else {
			ended = !in_fill();
		}
	}
	if (!out_failed())
		out_line("Exiting foreground");
}

static int follow_output(struct follow *f, const char *name, struct err *err)
{
	static const char *const channels[] = { "stdout", "stderr" };
	struct strbuf path = { 0 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(channels) && r == 0; i++) {
		strbuf_reset(&path);
		strbuf_addf(&path, "/logtail/%s/%s", name, channels[i]);
		r = strbuf_str(&path) ? follow_add(f, strbuf_str(&path), NULL, NULL, err)
				      : err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	}
	strbuf_done(&path);
	return r;
}

static void foreground(struct ctl *ctl, const char *name)
{
	struct follow *f = follow_new(ctl->client);
	struct err err;

	interrupt_catch();
	out_line("==> Press Ctrl-C to exit <==");
	if (!f)
		ctl_oom(ctl);
	else if (follow_output(f, name, &err) < 0)
		ctl_error(ctl, "%s", err.text);
	else
		converse(ctl, f, name);
	interrupt_release();
	follow_free(f);
}

static void fg_named(struct ctl *ctl, const struct words *names)
{
	if (names->n > 1)
		ctl_tell(ctl, "ERROR: too many process names supplied");
	else if (check(ctl, names->list[0]))
		foreground(ctl, names->list[0]);
}

void cmd_fg(struct ctl *ctl, const char *arg)
{
	struct words names;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &names))
		return;
	if (names.n == 0)
		ctl_misused(ctl, "fg", "ERROR: no process name supplied");
	else if (globs_resolve(ctl, &names, 0))
		fg_named(ctl, &names);
	words_done(&names);
}
