/*
 * cmd_top.c - all processes, live. One call in each interval is all it costs; what is pressed is
 * done to the process that stands out.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "rpc/faults.h"
#include "svctl/cmd.h"
#include "svctl/colour.h"
#include "svctl/ctl.h"
#include "svctl/fullscreen.h"
#include "svctl/interrupt.h"
#include "svctl/keys.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/screen.h"
#include "svctl/tame.h"
#include "svctl/topview.h"

static const double DELAY_SECONDS = 2, DELAY_MIN_SECONDS = 1;
static const double DELAY_MAX_SECONDS = 24 * 60 * 60;	/* more than poll() can wait is too much */

/* A server that hangs must not keep a screen from its keys, nor a signal from ending us. */
static const double ANSWER_SECONDS = 5;

#define KEYS_SHOWN "q quit  c m n u r sort  arrows choose  s stop  k signal"

struct monitor {
	struct ctl *ctl;	/* borrowed */
	struct top top;
	enum top_sort sort;
	double delay;
	bool live;			/* on a screen of its own */
	size_t first, chosen, rows;	/* rows: as many as fit */
	char question;			/* 's', 'k': one is asked; 0: none */
	char answer[32];		/* typed so far */
	struct strbuf note;		/* what came of the last thing done; tame */
};

/* --- looking --- */

/* client_call, but not for ever where there is a screen. */
static enum answer_kind call(struct monitor *m, const char *method, json_t *params,
			     struct answer *ret_answer)
{
	if (m->live)
		client_set_deadline(m->ctl->client, clock_mono() + ANSWER_SECONDS);
	return ctl_call(m->ctl, method, params, ret_answer);
}

/* A look at all. false: it failed; err says why. */
static bool look(struct monitor *m, struct err *err)
{
	struct top top;
	struct answer a;
	int r = -EIO;

	if (call(m, "svd.getAllProcessStatus", NULL, &a) == ANSWER_RESULT)
		r = top_read(a.result, &m->top, clock_mono(), &top, err);
	else if (a.kind == ANSWER_FAULT && a.fault == FAULT_UNKNOWN_METHOD)
		(void)err_set(err, -ENOSYS, "only svd tells what top shows, and this is none");
	else
		(void)err_set(err, -EIO, "%s", a.kind == ANSWER_FAULT ? a.fault_text : a.err.text);
	answer_done(&a);
	if (r < 0)
		return false;
	top_sort(&top, m->sort);
	top_done(&m->top);
	m->top = top;
	return true;
}

static void add_view(struct monitor *m, struct strbuf *sb, size_t width)
{
	struct topview view = {
		.server = client_serverurl(m->ctl->client),
		.sort = m->sort,
		.width = width,
		.first = m->live ? m->first : 0,
		.rows = m->live ? m->rows : SIZE_MAX,
		.chosen = m->live ? m->chosen : SIZE_MAX,
		.coloured = colour_wanted(),
	};
	time_t now = time(NULL);
	char clock[32] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		(void)strftime(clock, sizeof(clock), "%T", &tm);
	view.clock = clock;
	topview_add(sb, &m->top, &view);
}

/* --- batch --- */

static void print_json(struct monitor *m)
{
	json_t *all = top_json(&m->top, (double)time(NULL));
	char *text = report_dump(all, JSON_COMPACT);

	if (text)
		out_line("%s", text);
	else
		ctl_oom(m->ctl);
	free(text);
	json_decref(all);
}

static void print_table(struct monitor *m, bool is_first)
{
	struct strbuf sb = { 0 };

	strbuf_adds(&sb, is_first ? "" : "\n");
	add_view(m, &sb, isatty(STDOUT_FILENO) ? screen_width(STDOUT_FILENO) : SIZE_MAX);
	if (strbuf_str(&sb))
		out_text(strbuf_str(&sb));
	else
		ctl_oom(m->ctl);
	strbuf_done(&sb);
}

/* count 0: until Ctrl-C. */
static void run_batch(struct monitor *m, unsigned count)
{
	struct err err;

	interrupt_catch();
	for (unsigned i = 0; !interrupt_seen() && !out_failed(); i++) {
		struct pollfd interrupt = { .fd = interrupt_fd(), .events = POLLIN };

		if (!look(m, &err)) {
			ctl_error(m->ctl, "%s", err.text);
			break;
		}
		if (flags_have(&m->ctl->flags, FLAG_JSON))
			print_json(m);
		else
			print_table(m, i == 0);
		out_flush();
		if (i + 1 == count || out_reader_left())
			break;
		(void)poll(&interrupt, 1, (int)(m->delay * 1000));
	}
	interrupt_release();
}

/* --- live --- */

static void keep_in_sight(struct monitor *m)
{
	if (m->chosen >= m->top.n)
		m->chosen = m->top.n ? m->top.n - 1 : 0;
	if (m->first > m->chosen)
		m->first = m->chosen;
	if (m->rows > 0 && m->chosen - m->first >= m->rows)
		m->first = m->chosen - m->rows + 1;
}

static void name_chosen(const struct monitor *m, struct strbuf *sb)
{
	const struct top_row *row = &m->top.rows[m->chosen];

	namespec_add_tame(sb, row->group, row->process);
}

static void add_footer(const struct monitor *m, struct strbuf *sb, size_t width)
{
	struct strbuf line = { 0 };

	if (m->question == 's') {
		strbuf_adds(&line, "stop ");
		name_chosen(m, &line);
		strbuf_adds(&line, " y/N? ");
	} else if (m->question == 'k') {
		strbuf_adds(&line, "signal for ");
		name_chosen(m, &line);
		strbuf_addf(&line, " (TERM): %s", m->answer);
	} else if (m->note.len > 0) {
		strbuf_adds(&line, m->note.s);
	} else {
		strbuf_adds(&line, KEYS_SHOWN);
	}
	topview_add_line(sb, strbuf_str(&line) ? strbuf_str(&line) : "", width);
	strbuf_done(&line);
}

static void draw(struct monitor *m)
{
	struct strbuf sb = { 0 };
	size_t columns, lines;

	fullscreen_size(&columns, &lines);
	m->rows = lines > TOPVIEW_HEADER + 1 ? lines - TOPVIEW_HEADER - 1 : 1;
	keep_in_sight(m);
	add_view(m, &sb, columns);
	add_footer(m, &sb, columns);
	fullscreen_show(&sb);
	strbuf_done(&sb);
}

static void look_again(struct monitor *m)
{
	struct err err;

	if (!look(m, &err)) {
		strbuf_reset(&m->note);
		tame_add(&m->note, err.text, strlen(err.text), 0);
	}
}

/* Has the server do it to the one that stands out, and notes what came of it. */
static void act(struct monitor *m, const char *method, json_t *last_param, const char *done)
{
	const struct top_row *row = &m->top.rows[m->chosen];
	struct strbuf name = { 0 };
	struct answer a;
	const char *text = done;
	json_t *params;

	strbuf_addf(&name, "%s:%s", row->group, row->process);
	params = ctl_one_param(strbuf_str(&name) ? strbuf_str(&name) : "", name.len);
	strbuf_done(&name);
	json_array_append_new(params, last_param);
	if (call(m, method, params, &a) != ANSWER_RESULT)
		text = a.kind == ANSWER_FAULT ? a.fault_text : a.err.text;
	strbuf_reset(&m->note);
	name_chosen(m, &m->note);
	strbuf_adds(&m->note, ": ");
	tame_add(&m->note, text, strlen(text), 0);
	answer_done(&a);
	look_again(m);
}

static void signal_chosen(struct monitor *m)
{
	const char *name = *m->answer ? m->answer : "TERM";

	act(m, "supervisor.signalProcess", json_string(name), "signalled");
}

/* A key while a question is asked. */
static void press_answer(struct monitor *m, int key)
{
	size_t n = strlen(m->answer);
	char question = m->question;

	if (question == 's' || key == KEY_ESCAPE || key == '\n' || key == '\r')
		m->question = 0;
	if (question == 's' && (key == 'y' || key == 'Y'))
		act(m, "supervisor.stopProcess", json_false(), "stopping");
	else if (question == 'k' && (key == '\n' || key == '\r'))
		signal_chosen(m);
	else if ((key == '\b' || key == 0x7f) && n > 0)
		m->answer[n - 1] = '\0';
	else if (key > ' ' && key < 0x7f && n + 1 < sizeof(m->answer))
		m->answer[n] = (char)key;
}

static void sort_by(struct monitor *m, enum top_sort sort)
{
	m->sort = sort;
	m->first = m->chosen = 0;
	top_sort(&m->top, sort);
}

static void move_to(struct monitor *m, size_t chosen)
{
	m->chosen = chosen < m->top.n ? chosen : m->top.n ? m->top.n - 1 : 0;
}

static bool press_sort(struct monitor *m, int key)
{
	static const struct { char key; enum top_sort sort; } orders[] = {
		{ 'c', TOP_CPU }, { 'm', TOP_MEM }, { 'n', TOP_NAME }, { 'u', TOP_UPTIME },
		{ 'r', TOP_RESTARTS },
	};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (orders[i].key == key) {
			sort_by(m, orders[i].sort);
			return true;
		}
	}
	return false;
}

static void press_move(struct monitor *m, int key)
{
	size_t up = m->chosen < m->rows ? 0 : m->chosen - m->rows;

	switch (key) {
	case KEY_UP:
		move_to(m, m->chosen ? m->chosen - 1 : 0);
		break;
	case KEY_DOWN:
		move_to(m, m->chosen + 1);
		break;
	case KEY_PAGE_UP:
		move_to(m, up);
		break;
	case KEY_PAGE_DOWN:
	case ' ':
		move_to(m, m->chosen + m->rows);
		break;
	case KEY_HOME:
		move_to(m, 0);
		break;
	case KEY_END:
		move_to(m, m->top.n);
		break;
	}
}

/* false: enough. */
static bool press(struct monitor *m, int key)
{
	if (m->question) {
		press_answer(m, key);
		return true;
	}
	strbuf_reset(&m->note);
	if (key == 'q')
		return false;
	if ((key == 's' || key == 'k') && m->top.n > 0) {
		memset(m->answer, 0, sizeof(m->answer));
		m->question = (char)key;
	} else if (!press_sort(m, key)) {
		press_move(m, key);
	}
	return true;
}

/* false: enough, or the end of the input. */
static bool read_keys(struct monitor *m)
{
	char text[256];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));
	size_t at = 0, used;
	int key;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	while ((key = key_next(text + at, (size_t)n - at, &used)) != KEY_NONE) {
		at += used;
		if (!press(m, key))
			return false;
	}
	return true;
}

/* What is asked about stays what it was: no new look, no new order, while a question is open. */
static void run_screen(struct monitor *m, struct fullscreen *fs)
{
	double next = clock_mono() + m->delay;

	for (;;) {
		draw(m);
		switch (fullscreen_wait(fs, next - clock_mono())) {
		case FULLSCREEN_END:
			return;
		case FULLSCREEN_KEYS:
			if (!read_keys(m))
				return;
			break;
		case FULLSCREEN_TIME:
		case FULLSCREEN_SIZE:
			break;
		}
		if (clock_mono() >= next) {
			if (!m->question)
				look_again(m);
			next = clock_mono() + m->delay;
		}
	}
}

static void run_live(struct monitor *m)
{
	struct fullscreen fs;
	struct err err;

	if (!look(m, &err)) {
		ctl_error(m->ctl, "%s", err.text);
		return;
	}
	interrupt_catch();
	if (fullscreen_begin(&fs, &err) < 0) {
		ctl_error(m->ctl, "%s", err.text);
	} else {
		run_screen(m, &fs);
		fullscreen_end(&fs);
	}
	interrupt_release();
}

void cmd_top(struct ctl *ctl, const char *arg)
{
	struct monitor m = {
		.ctl = ctl,
		.sort = top_sort_named(flags_word(&ctl->flags, FLAG_SORT, "cpu")),
		.delay = flags_seconds(&ctl->flags, FLAG_DELAY, DELAY_SECONDS),
	};
	bool batch = ctl->flags.given & (WITH(BATCH) | WITH(COUNT) | WITH(JSON));

	if (!ctl_takes_nothing(ctl, "top", arg))
		return;
	if (m.sort == TOP_SORTS) {
		ctl_misused(ctl, "top", "Error: top sorts by cpu, mem, name, uptime or restarts");
		return;
	}
	if (ctl_upcheck(ctl) <= 0)
		return;
	m.delay = m.delay < DELAY_MIN_SECONDS ? DELAY_MIN_SECONDS : m.delay;
	m.delay = m.delay > DELAY_MAX_SECONDS ? DELAY_MAX_SECONDS : m.delay;
	m.live = !batch && screen_is_there() && isatty(STDIN_FILENO);
	screen_use_utf8();
	if (m.live)
		run_live(&m);
	else
		run_batch(&m, flags_number(&ctl->flags, FLAG_COUNT, 0));
	top_done(&m.top);
	strbuf_done(&m.note);
}
