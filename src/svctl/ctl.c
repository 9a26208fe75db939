/*
 * ctl.c - from a line to a command, and the answers that no command has words for. Mirrors the
 * Controller of supervisor.supervisorctl.
 */
#include "config.h"

#include "svctl/ctl.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/ask.h"
#include "svctl/output.h"
#include "svctl/verbs.h"

enum { SAID_MAX = 2048, GRACE_SECONDS = 2 };

/* fault 0: it is none. */
static void complain(struct ctl *ctl, const char *text, int fault)
{
	if (report_is_wanted(ctl))
		report_error(ctl, text, fault);
	else if (fault == FAULT_NOT_PERMITTED)	/* its text says all, and nothing is broken */
		out_line("ERROR: %s", text);
	else if (fault)
		out_line("error: %s: %s (fault %d)", client_serverurl(ctl->client), text, fault);
	else
		out_line("error: %s: %s", client_serverurl(ctl->client), text);
	ctl->status = EXIT_GENERIC;
}

void ctl_error(struct ctl *ctl, const char *fmt, ...)
{
	char text[SAID_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(ctl, text, 0);
}

void ctl_oom(struct ctl *ctl)
{
	ctl_error(ctl, "%s", strerror(ENOMEM));
}

static void say(struct ctl *ctl, const char *fmt, va_list ap) printf_like(2, 0);
static void say(struct ctl *ctl, const char *fmt, va_list ap)
{
	char text[SAID_MAX];

	if (!report_is_wanted(ctl)) {
		out_vline(fmt, ap);
		return;
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	report_error(ctl, text, 0);
}

void ctl_say(struct ctl *ctl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(ctl, fmt, ap);
	va_end(ap);
}

void ctl_tell(struct ctl *ctl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(ctl, fmt, ap);
	va_end(ap);
	ctl->status = EXIT_GENERIC;
}

void ctl_misused(struct ctl *ctl, const char *verb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(ctl, fmt, ap);
	va_end(ap);
	if (!report_is_wanted(ctl))
		out_line("%s", verb_find(verb, strlen(verb))->help);
	ctl->status = EXIT_GENERIC;
}

bool ctl_takes_nothing(struct ctl *ctl, const char *verb, const char *arg)
{
	if (*arg)
		ctl_misused(ctl, verb, "Error: %s accepts no arguments", verb);
	return !*arg;
}

void ctl_misunderstood(struct ctl *ctl, const char *why)
{
	ctl_error(ctl, "unexpected answer: %s", why);
}

/* Is there a person who can say who he is? Supervisor's client asks when told to be interactive. */
static bool can_ask(const struct ctl *ctl)
{
	return ctl->interactive || (!ctl->compatible && !report_is_wanted(ctl) &&
				    isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
}

void ctl_complain(struct ctl *ctl, const struct answer *a)
{
	if (a->kind == ANSWER_FAULT) {
		complain(ctl, a->fault_text, a->fault);
	} else if (a->http_status == 401) {
		ctl_say(ctl, "Server requires authentication");
		ctl->wants_login = can_ask(ctl);
		ctl->status = EXIT_GENERIC;
	} else {
		ctl_error(ctl, "%s", a->err.text);
	}
}

enum answer_kind ctl_call(struct ctl *ctl, const char *method, json_t *params,
			  struct answer *ret_answer)
{
	enum answer_kind kind;

	out_flush();
	kind = client_call(ctl->client, method, params, ret_answer);
	progress_erase(ctl);
	return kind;
}

enum answer_kind ctl_call_in_time(struct ctl *ctl, const char *method, json_t *params,
				  struct answer *ret_answer)
{
	enum answer_kind kind;

	client_set_deadline(ctl->client, ctl->deadline_mono);
	kind = ctl_call(ctl, method, params, ret_answer);
	client_set_deadline(ctl->client, ctl->deadline_mono + GRACE_SECONDS);
	return kind;
}

json_t *ctl_ask(struct ctl *ctl, const char *method, json_t *params)
{
	struct answer a;

	if (ctl_call(ctl, method, params, &a) != ANSWER_RESULT)
		ctl_complain(ctl, &a);
	free(a.fault_text);
	return a.result;
}

bool ctl_tell_absent(struct ctl *ctl, const struct answer *a, const char *prefix,
		     const char *suffix)
{
	const char *what;

	if (a->kind != ANSWER_FAILED)
		return false;
	if (a->error == ECONNREFUSED)
		what = "refused connection";
	else if (a->error == ENOENT)
		what = "no such file";
	else
		return false;
	ctl_say(ctl, "%s%s %s%s", prefix, client_serverurl(ctl->client), what, suffix);
	return true;
}

static int check_version(struct ctl *ctl, const json_t *result)
{
	const char *version = json_string_value(result);

	if (version && strcmp(version, SUPERVISOR_API_VERSION) == 0)
		return 1;
	ctl_say(ctl, "Sorry, this version of supervisorctl expects to talk to a server with API "
		"version %s, but the remote version is %s.", SUPERVISOR_API_VERSION,
		version ? version : "unknown");
	ctl->status = EXIT_NOT_INSTALLED;
	return 0;
}

static int check_failure(struct ctl *ctl, const struct answer *a)
{
	if (ctl_tell_absent(ctl, a, "", "")) {
		ctl->status = a->error == ENOENT ? EXIT_NOT_RUNNING : EXIT_NO_PRIVILEGE;
		return 0;
	}
	if (a->kind == ANSWER_FAULT && a->fault == FAULT_UNKNOWN_METHOD) {
		ctl_say(ctl, "Sorry, supervisord responded but did not recognize the supervisor "
			"namespace commands that supervisorctl uses to control it.  Please check "
			"that the [rpcinterface:supervisor] section is enabled in the "
			"configuration file (see sample.conf).");
		ctl->status = EXIT_UNIMPLEMENTED;
		return 0;
	}
	ctl_complain(ctl, a);
	return -1;
}

int ctl_upcheck(struct ctl *ctl)
{
	struct answer a;
	int r;

	if (ctl_call(ctl, "supervisor.getVersion", NULL, &a) == ANSWER_RESULT)
		r = check_version(ctl, a.result);
	else
		r = check_failure(ctl, &a);
	answer_done(&a);
	return r;
}

bool ctl_split(struct ctl *ctl, const char *arg, struct words *ret_words)
{
	struct words words = { 0 };

	if (words_split(&words, arg) < 0) {
		words_done(&words);
		ctl_oom(ctl);
		return false;
	}
	*ret_words = words;
	return true;
}

bool ctl_split_upcheck(struct ctl *ctl, const char *arg, struct words *ret_words)
{
	int up = ctl_upcheck(ctl);

	if (up == 0)
		ctl->status = EXIT_STATUS_UNKNOWN;
	return up > 0 && ctl_split(ctl, arg, ret_words);
}

json_t *ctl_one_param(const char *name, size_t n)
{
	json_t *params = json_array();

	/* Not checked for UTF-8: what it is not, the codec replaces. */
	if (json_array_append_new(params, json_stringn_nocheck(name, n)) < 0) {
		json_decref(params);
		return NULL;
	}
	return params;
}

/* The line without blanks around it, and "?" written out; NULL: no memory. */
static char *tidy(const char *line)
{
	char *text;
	size_t n;

	line += strspn(line, BLANKS);
	n = strlen(line);
	while (n > 0 && strchr(BLANKS, line[n - 1]))
		n--;
	if (*line != '?')
		return strndup(line, n);
	return asprintf(&text, "help %.*s", (int)n - 1, line + 1) < 0 ? NULL : text;
}

static void set_deadline(struct ctl *ctl)
{
	ctl->deadline_mono = clock_mono() + flags_seconds(&ctl->flags, FLAG_TIMEOUT, INFINITY);
	client_set_deadline(ctl->client, ctl->deadline_mono + GRACE_SECONDS);
}

/* That somebody had to log in first is no failure; to Supervisor it is one. */
static void run_verb(struct ctl *ctl, const struct verb *verb, const char *arg)
{
	int before = ctl->status;

	do {
		if (!ctl->compatible)
			ctl->status = before;
		report_clear(&ctl->report);
		set_deadline(ctl);
		ctl->wants_login = false;
		verb->run(ctl, arg);
		progress_end(ctl);
		/* What is asked at the prompt, for completion, has its time again. */
		client_set_deadline(ctl->client, INFINITY);
	} while (ctl->wants_login && ask_login(ctl));
}

/* arg: flags and all. */
static void run_with_flags(struct ctl *ctl, const struct verb *verb, const char *arg)
{
	struct strbuf rest = { 0 };
	struct err err;

	if (flags_take(verb->flags, arg, &ctl->flags, &rest, &err) == 0) {
		run_verb(ctl, verb, strbuf_str(&rest));
	} else {
		ctl_misused(ctl, verb->name, "Error: %s", err.text);
		ctl->status = EXIT_BAD_ARGS;
	}
	report_print(&ctl->report);
	report_clear(&ctl->report);
	flags_done(&ctl->flags);
	strbuf_done(&rest);
}

void ctl_run_line(struct ctl *ctl, const char *line)
{
	_cleanup_(free_str) char *text = tidy(line);
	const struct verb *verb;
	const char *arg;

	if (!text) {
		ctl_oom(ctl);
		return;
	}
	if (!*text)
		return;
	verb = verb_of_line(text, &arg);
	if (!verb) {
		out_line("*** Unknown syntax: %s", text);
		ctl->status = EXIT_GENERIC;
		return;
	}
	/* Where it would be a name, everybody means the question. */
	if (strcmp(arg, "--help") == 0 && !ctl->compatible) {
		arg = verb->name;
		verb = verb_find("help", strlen("help"));
	}
	run_with_flags(ctl, verb, arg);
}
