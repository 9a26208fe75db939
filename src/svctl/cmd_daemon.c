/* cmd_daemon.c - pid, shutdown, reload, version, open: what concerns the server as a whole */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/fd.h"
#include "rpc/faults.h"
#include "svctl/ask.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/output.h"
#include "svctl/procinfo.h"

static void pid_of_server(struct ctl *ctl)
{
	json_t *pid = ctl_ask(ctl, "supervisor.getPID", NULL);

	if (!json_is_integer(pid)) {
		if (pid)
			ctl_misunderstood(ctl, "no number");
	} else if (report_is_wanted(ctl)) {
		report_result(ctl, json_pack("{s:O}", "pid", pid));
	} else {
		out_line("%" JSON_INTEGER_FORMAT, json_integer_value(pid));
	}
	json_decref(pid);
}

static void tell_pid(struct ctl *ctl, const struct procinfo *info)
{
	if (!report_is_wanted(ctl))
		out_line("%ld", info->pid);
	else
		report_row(ctl, json_pack("{s:s, s:s, s:I}", "group", info->group,
					  "name", info->name, "pid", (json_int_t)info->pid));
}

static void pids_of_all(struct ctl *ctl)
{
	struct procinfo_list infos;

	if (!procinfo_list_get(ctl, &infos))
		return;
	for (size_t i = 0; i < infos.n; i++)
		tell_pid(ctl, &infos.list[i]);
	procinfo_list_done(&infos);
}

static bool read_pid(struct ctl *ctl, json_t *from)
{
	struct procinfo info;
	struct err err;

	if (procinfo_read(from, &info, &err) < 0) {
		ctl_error(ctl, "%s", err.text);
		return false;
	}
	tell_pid(ctl, &info);
	if (info.pid == 0)
		ctl->status = EXIT_NOT_RUNNING;
	return true;
}

/* false: the command must not go on. */
static bool pid_of(struct ctl *ctl, const char *name)
{
	struct answer a;
	bool go_on = false;

	ctl_call(ctl, "supervisor.getProcessInfo", ctl_one_param(name, strlen(name)), &a);
	if (a.kind == ANSWER_RESULT) {
		go_on = read_pid(ctl, a.result);
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_BAD_NAME) {
		if (report_is_wanted(ctl))
			report_failure(ctl, name, "no such process", a.fault);
		else
			out_line("No such process %s", name);
		ctl->status = EXIT_GENERIC;
		go_on = true;
	} else {
		ctl_complain(ctl, &a);
	}
	answer_done(&a);
	return go_on;
}

void cmd_pid(struct ctl *ctl, const char *arg)
{
	struct words names;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &names))
		return;
	if (names.n == 0) {
		pid_of_server(ctl);
	} else if (words_have(&names, "all")) {
		pids_of_all(ctl);
	} else if (globs_resolve(ctl, &names, 0)) {
		for (size_t i = 0; i < names.n && pid_of(ctl, names.list[i]); i++)
			;
	}
	words_done(&names);
}

static bool is_meant(const struct ctl *ctl, const char *question)
{
	_cleanup_(free_str) char *yes = NULL;

	if (!ctl->interactive)
		return true;
	yes = ask_line(question);
	return yes && tolower((unsigned char)*yes) == 'y';
}

void cmd_shutdown(struct ctl *ctl, const char *arg)
{
	static const char question[] = "Really shut the remote supervisord process down y/N? ";
	struct answer a;

	if (!ctl_takes_nothing(ctl, "shutdown", arg) || !is_meant(ctl, question))
		return;
	ctl_call(ctl, "supervisor.shutdown", NULL, &a);
	if (a.kind == ANSWER_RESULT)
		out_line("Shut down");
	else if (a.kind == ANSWER_FAULT && a.fault == FAULT_SHUTDOWN_STATE)
		out_line("ERROR: already shutting down");
	else if (ctl_tell_absent(ctl, &a, "ERROR: ", " (already shut down?)"))
		ctl->status = EXIT_GENERIC;
	else
		ctl_complain(ctl, &a);
	answer_done(&a);
}

void cmd_reload(struct ctl *ctl, const char *arg)
{
	static const char question[] = "Really restart the remote supervisord process y/N? ";
	struct answer a;

	if (!ctl_takes_nothing(ctl, "reload", arg) || !is_meant(ctl, question))
		return;
	if (ctl_call(ctl, "supervisor.restart", NULL, &a) == ANSWER_RESULT)
		out_line("Restarted supervisord");
	else if (a.kind == ANSWER_FAULT && a.fault == FAULT_SHUTDOWN_STATE)
		ctl_tell(ctl, "ERROR: already shutting down");
	else if (a.kind == ANSWER_FAULT && a.fault == FAULT_CANT_REREAD)
		ctl_tell(ctl, "ERROR: %s", a.fault_text);
	else
		ctl_complain(ctl, &a);
	answer_done(&a);
}

void cmd_version(struct ctl *ctl, const char *arg)
{
	json_t *version;

	if (!ctl_takes_nothing(ctl, "version", arg) || ctl_upcheck(ctl) <= 0)
		return;
	version = ctl_ask(ctl, "supervisor.getSupervisorVersion", NULL);
	if (!json_is_string(version)) {
		if (version)
			ctl_misunderstood(ctl, "no text");
	} else if (report_is_wanted(ctl)) {
		report_result(ctl, json_pack("{s:O}", "version", version));
	} else {
		out_line("%s", json_string_value(version));
	}
	json_decref(version);
}

/* Those that we can speak to; Supervisor's words for it know of two. */
static bool has_known_scheme(const char *url)
{
	static const char *const schemes[] = { "unix:", "http:", "https:" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return true;
	}
	return false;
}

/* What the processes over there do does not matter here, but whether we could ask. */
void cmd_open(struct ctl *ctl, const char *arg)
{
	int before = ctl->status;

	if (!has_known_scheme(arg)) {
		ctl_tell(ctl, "ERROR: url must be http:// or unix://");
		return;
	}
	if (client_set_server(ctl->client, arg) < 0) {
		ctl_oom(ctl);
		return;
	}
	cmd_status(ctl, "");
	if (ctl->status != EXIT_GENERIC)
		ctl->status = before;
}
