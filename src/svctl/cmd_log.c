/* cmd_log.c - tail and maintail: the end of a log, and what comes after it */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/repr.h"
#include "rpc/faults.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/follow.h"
#include "svctl/globs.h"
#include "svctl/interrupt.h"
#include "svctl/output.h"

#define BYTES_SHOWN 1600

/* What is asked for, of whose log; borrowed from the words of the command. */
struct tail {
	const char *name;	/* of the process */
	const char *channel;
	const char *modifier;	/* "-f", "-100"; NULL: none */
	bool follow;
	long bytes;
};

/* Until the log ends, Ctrl-C comes, or our reader goes. */
static void follow_log(struct ctl *ctl, const char *path)
{
	struct follow *f = follow_new(ctl->client);
	struct err err;

	interrupt_catch();
	out_line("==> Press Ctrl-C to exit <==");
	if (!f)
		ctl_oom(ctl);
	else if (follow_add(f, path, NULL, NULL, &err) < 0)
		ctl_error(ctl, "%s", err.text);
	else
		(void)follow_wait(f, -1);
	if (interrupt_seen())
		out_line("%s", "");
	interrupt_release();
	follow_free(f);
}

static const char *fault_words(const struct answer *a)
{
	if (a->kind != ANSWER_FAULT)
		return NULL;
	switch (a->fault) {
	case FAULT_NO_FILE:  return "no log file";
	case FAULT_FAILED:   return "unknown error reading log";
	case FAULT_BAD_NAME: return "no such process name";
	case FAULT_NOT_PERMITTED: return "not permitted";
	}
	return NULL;
}

/* channel NULL: it is the server's own log. */
static void show_text(struct ctl *ctl, const char *who, const char *channel, json_t *text)
{
	if (!report_is_wanted(ctl))
		out_line("%s", json_string_value(text));
	else if (!channel)
		report_result(ctl, json_pack("{s:O}", "text", text));
	else
		report_row(ctl, json_pack("{s:o, s:s, s:O}", "name", report_text(who),
					  "channel", channel, "text", text));
}

/* The answer of a method that reads a log. */
static void show_end(struct ctl *ctl, const char *who, const char *channel, const char *method,
		     json_t *params)
{
	struct answer a;

	ctl_call(ctl, method, params, &a);
	if (fault_words(&a)) {
		report_failure(ctl, who, fault_words(&a), a.fault);
		ctl->status = EXIT_GENERIC;
	} else if (a.kind != ANSWER_RESULT) {
		ctl_complain(ctl, &a);
	} else if (json_is_string(a.result)) {
		show_text(ctl, who, channel, a.result);
	} else {
		ctl_misunderstood(ctl, "no text");
	}
	answer_done(&a);
}

/* What follows the dash: "f" or a number, which XML-RPC must be able to carry when negated. */
static bool read_modifier(struct ctl *ctl, struct tail *t)
{
	const char *what = t->modifier + 1;
	char *end;
	long long bytes;

	t->follow = strcmp(what, "f") == 0;
	if (t->follow)
		return true;
	bytes = strtoll(what, &end, 10);
	if (!*what || *end) {
		ctl_tell(ctl, "Error: bad argument %s", t->modifier);
		return false;
	}
	if (bytes < -INT32_MAX || bytes > -(long long)INT32_MIN) {
		ctl_error(ctl, "%s is out of range", t->modifier);
		return false;
	}
	t->bytes = (long)bytes;
	return true;
}

static bool read_channel(struct ctl *ctl, char *channel, struct tail *t)
{
	struct strbuf quoted = { 0 };

	for (char *c = channel; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	t->channel = channel;
	if (strcmp(channel, "stdout") == 0 || strcmp(channel, "stderr") == 0)
		return true;
	repr_add(&quoted, channel);
	ctl_tell(ctl, "Error: bad channel %s", strbuf_str(&quoted) ? strbuf_str(&quoted) : channel);
	strbuf_done(&quoted);
	return false;
}

/* Lower-cases the channel where it stands. false: it was wrong, and that was said. */
static bool read_tail(struct ctl *ctl, struct words *words, struct tail *t)
{
	size_t first = 0;

	if (words->n < 1 || words->n > 3) {
		ctl_misused(ctl, "tail", "Error: too %s arguments", words->n ? "many" : "few");
		return false;
	}
	if (*words->list[0] == '-')
		t->modifier = words->list[first++];
	if (first == words->n) {
		ctl_tell(ctl, "Error: tail requires process name");
		return false;
	}
	t->name = words->list[first];
	if (words->n - first > 1 && !read_channel(ctl, words->list[words->n - 1], t))
		return false;
	return !t->modifier || read_modifier(ctl, t);
}

/* Appends offset and length of what is at the end. NULL (no memory) is fine for ctl_call. */
static json_t *end_params(json_t *params, const struct tail *t)
{
	if (json_array_append_new(params, json_integer(-t->bytes)) == 0 &&
	    json_array_append_new(params, json_integer(0)) == 0)
		return params;
	json_decref(params);
	return NULL;
}

static void follow_process(struct ctl *ctl, const struct tail *t)
{
	struct strbuf path = { 0 };

	strbuf_addf(&path, "/logtail/%s/%s", t->name, t->channel);
	if (strbuf_str(&path))
		follow_log(ctl, strbuf_str(&path));
	else
		ctl_oom(ctl);
	strbuf_done(&path);
}

static void tail(struct ctl *ctl, const struct tail *t)
{
	const char *method = strcmp(t->channel, "stdout") == 0 ?
			     "supervisor.readProcessStdoutLog" : "supervisor.readProcessStderrLog";

	if (t->follow)
		follow_process(ctl, t);
	else
		show_end(ctl, t->name, t->channel, method,
			 end_params(ctl_one_param(t->name, strlen(t->name)), t));
}

/* Can a log be followed by this command? false: no, and that was said. */
static bool may_follow(struct ctl *ctl, size_t n)
{
	if (report_is_wanted(ctl))
		ctl_tell(ctl, "Error: --json and -f exclude each other");
	else if (n > 1)
		ctl_tell(ctl, "Error: -f follows one process; logs -f follows several");
	else
		return true;
	return false;
}

/* One, or all that a pattern means, with a headline each. */
static void tail_all(struct ctl *ctl, struct tail *t)
{
	struct words names = { 0 };

	if (words_add(&names, t->name, strlen(t->name)) < 0) {
		ctl_oom(ctl);
		return;
	}
	if (globs_resolve(ctl, &names, 0) && (!t->follow || may_follow(ctl, names.n))) {
		for (size_t i = 0; i < names.n; i++) {
			t->name = names.list[i];
			if (names.n > 1 && !report_is_wanted(ctl))
				out_line("==> %s <==", t->name);
			tail(ctl, t);
		}
	}
	words_done(&names);
}

void cmd_tail(struct ctl *ctl, const char *arg)
{
	struct tail t = { .channel = "stdout", .bytes = BYTES_SHOWN };
	struct words words;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &words))
		return;
	if (read_tail(ctl, &words, &t))
		tail_all(ctl, &t);
	words_done(&words);
}

static bool read_maintail(struct ctl *ctl, const struct words *words, struct tail *t)
{
	if (words->n == 0)
		return true;
	if (words->n > 1) {
		ctl_misused(ctl, "maintail", "Error: too many arguments");
		return false;
	}
	t->modifier = words->list[0];
	if (*t->modifier == '-')
		return read_modifier(ctl, t);
	ctl_tell(ctl, "Error: bad argument %s", t->modifier);
	return false;
}

void cmd_maintail(struct ctl *ctl, const char *arg)
{
	struct tail t = { .bytes = BYTES_SHOWN };
	struct words words;
	bool good;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &words))
		return;
	good = read_maintail(ctl, &words, &t);
	if (good && !t.follow)
		show_end(ctl, "supervisord", NULL, "supervisor.readLog",
			 end_params(json_array(), &t));
	else if (good && may_follow(ctl, 1))
		follow_log(ctl, "/mainlogtail");
	words_done(&words);
}
