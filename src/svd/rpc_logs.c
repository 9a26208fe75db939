/*
 * rpc_logs.c - RPC methods that show log files. svd opens them and says which bytes are meant; it
 * never reads any. svd-httpd, which has no rights to open them, reads from the descriptor that goes
 * with the answer: {"from": N, "n": N, "result": R}. In R an empty string stands where the text
 * belongs. Which file, which fault: mirrors supervisor.rpcinterface.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/logrange.h"
#include "svd/logs.h"
#include "svd/lookup.h"

/* What was printed before the call is in the answer, unless svd-logd needs longer than that. */
static const double PATIENCE = 0.5;	/* seconds */

/* A log that is open for reading. */
struct log_file {
	int     fd;	/* owned; -ENOENT: there is no file; another -errno: there is one */
	int64_t size;
};

/* --- files --- */

/* To open a FIFO or a terminal is noticed on its other side. /dev/null is just an empty file. */
static bool is_readable(const struct stat *st)
{
	return S_ISREG(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

static struct log_file no_file(int error)
{
	return (struct log_file){ .fd = error };
}

/* What is no absolute path is no file: "syslog". */
static struct log_file open_file(const char *path)
{
	struct stat st;
	int fd;

	if (!path || *path != '/' || stat(path, &st) < 0)
		return no_file(-ENOENT);
	if (!is_readable(&st))
		return no_file(-ESPIPE);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return no_file(-errno);
	if (fstat(fd, &st) < 0 || !is_readable(&st)) {
		close_fd(&fd);
		return no_file(-ESPIPE);
	}
	return (struct log_file){ .fd = fd, .size = S_ISREG(st.st_mode) ? st.st_size : 0 };
}

/* Supervisor makes an AUTO file when it makes up its name, we when there is somebody to write. */
static struct log_file open_process_log(const struct process *p, enum channel channel)
{
	struct log_file file = open_file(proc_logfile(p, channel));
	bool has_run = p->pid > 0 || p->ends.n > 0;

	if (file.fd == -ENOENT && p->autolog[channel] && !has_run)
		file.fd = fd_dup(p->group->engine->null_fd);
	return file;
}

/* Is the log as it should be shown? If not, the call comes again from its beginning. */
static bool is_current(const struct engine *e, struct call *call, const char *path)
{
	double now = clock_mono();

	if (!path || (call->until_mono > 0 && now >= call->until_mono) ||
	    logs_are_written(e->logs, path))
		return true;
	if (call->until_mono == 0)
		call->until_mono = now + PATIENCE;
	call->step = rpc_dispatch;
	return false;
}

/* --- pieces of them --- */

/* Takes the descriptor. NULL in the result's place: no memory. */
static void answer_piece(struct call *call, struct log_file *file, const struct log_range *range,
			 json_t *result)
{
	call_result_file(call, json_pack("{s:I, s:I, s:o}", "from", (json_int_t)range->from, "n",
					 (json_int_t)range->n, "result", result), file->fd);
}

/* Where offset and length stand among the parameters. */
static bool wanted_piece(struct call *call, size_t i, int64_t *ret_offset, int64_t *ret_length)
{
	if (call_int(call, i, ret_offset) && call_int(call, i + 1, ret_length))
		return true;
	call_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
	return false;
}

static void answer_read(struct call *call, struct log_file *file, const char *path, int64_t offset,
			int64_t length)
{
	struct log_range range;

	if (file->fd == -ENOENT && path) {
		call_fault(call, FAULT_NO_FILE, "%s", path);
	} else if (file->fd == -ENOENT) {
		call_fault(call, FAULT_NO_FILE, NULL);
	} else if (file->fd < 0) {
		call_fault(call, FAULT_FAILED, NULL);
	} else if (log_range_read(file->size, offset, length, &range) < 0) {
		close_fd(&file->fd);
		call_fault(call, FAULT_BAD_ARGUMENTS, NULL);
	} else {
		answer_piece(call, file, &range, json_string(""));
	}
}

/*
 * XML-RPC's integers end at 2 GB. Beyond, who follows a log is told a double, and gives it back;
 * Supervisor fails there.
 */
static json_t *position(int64_t at)
{
	return at > INT32_MAX ? json_real((double)at) : json_integer((json_int_t)at);
}

/* A client follows a log from before there is one: that is no fault. */
static void answer_tail(struct call *call, struct log_file *file, int64_t offset, int64_t length)
{
	struct log_range range;

	if (file->fd < 0) {
		call_result(call, json_pack("[s, o, b]", "",
					    position(file->fd == -ENOENT ? 0 : offset), 0));
		return;
	}
	range = log_range_tail(file->size, offset, length);
	answer_piece(call, file, &range,
		     json_pack("[s, o, b]", "", position(range.end), range.overflow));
}

/* The process of the first parameter; NULL: the call is answered. */
static struct process *named_process(const struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (lookup_name(e, name, &group, &p) && p)
		return p;
	call_fault(call, FAULT_BAD_NAME, "%s", name);
	return NULL;
}

static void read_process_log(const struct engine *e, struct call *call, enum channel channel)
{
	const struct process *p = named_process(e, call);
	int64_t offset, length;
	struct log_file file;

	if (!p || !wanted_piece(call, 1, &offset, &length) ||
	    !is_current(e, call, proc_logfile(p, channel)))
		return;
	file = open_process_log(p, channel);
	answer_read(call, &file, proc_logfile(p, channel), offset, length);
}

static void tail_process_log(const struct engine *e, struct call *call, enum channel channel)
{
	const struct process *p = named_process(e, call);
	int64_t offset, length;
	struct log_file file;

	if (!p || !wanted_piece(call, 1, &offset, &length) ||
	    !is_current(e, call, proc_logfile(p, channel)))
		return;
	file = open_process_log(p, channel);
	answer_tail(call, &file, offset, length);
}

void rpc_read_log(struct engine *e, struct call *call)
{
	const char *path = logs_activity(e->logs);
	int64_t offset, length;
	struct log_file file;

	if (!wanted_piece(call, 0, &offset, &length) || !is_current(e, call, path))
		return;
	file = open_file(path);
	answer_read(call, &file, path, offset, length);
}

void rpc_read_process_stdout_log(struct engine *e, struct call *call)
{
	read_process_log(e, call, CHANNEL_STDOUT);
}

void rpc_read_process_stderr_log(struct engine *e, struct call *call)
{
	read_process_log(e, call, CHANNEL_STDERR);
}

void rpc_tail_process_stdout_log(struct engine *e, struct call *call)
{
	tail_process_log(e, call, CHANNEL_STDOUT);
}

void rpc_tail_process_stderr_log(struct engine *e, struct call *call)
{
	tail_process_log(e, call, CHANNEL_STDERR);
}

/* --- for svd-httpd's streams --- */

static void answer_open(struct call *call, struct log_file file)
{
	if (file.fd < 0)
		call_fault(call, FAULT_NO_FILE, NULL);
	else
		call_result_file(call, json_true(), file.fd);
}

void rpc_open_log(struct engine *e, struct call *call)
{
	answer_open(call, open_file(logs_activity(e->logs)));
}

/*
 * svd-logd makes the file of a program that has just been started, and may not have come to it yet:
 * until then it is empty. Who follows asks again, and gets the real one when it is there.
 */
static struct log_file open_to_follow(const struct process *p, enum channel channel)
{
	struct log_file file = open_process_log(p, channel);

	if (file.fd == -ENOENT && p->pid > 0 && p->channels[channel])
		file.fd = fd_dup(p->group->engine->null_fd);
	return file;
}

void rpc_open_process_log(struct engine *e, struct call *call)
{
	const struct process *p = named_process(e, call);
	const char *channel = call_string(call, 1);

	if (!p)
		return;
	if (strcmp(channel, "stdout") == 0)
		answer_open(call, open_to_follow(p, CHANNEL_STDOUT));
	else if (strcmp(channel, "stderr") == 0)
		answer_open(call, open_to_follow(p, CHANNEL_STDERR));
	else
		call_fault(call, FAULT_NO_FILE, NULL);
}
