/*
 * log_rules.c - what the options of a channel mean together. Each of them alone has a type that
 * says what it may be; here is what only two or three of them tell.
 */
#include "conf/log_rules.h"

#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/path.h"
#include "conf/load.h"
#include "conf/values.h"

static const char *const channel_names[] = {
	[CHANNEL_STDOUT] = "stdout", [CHANNEL_STDERR] = "stderr",
};
_Static_assert(ARRAY_LEN(channel_names) == CHANNEL_N, "a channel has no name");

/* Both channels have the same options in the same order: that of c for that of standard output. */
static enum option_id of_channel(enum option_id id, enum channel c)
{
	return c == CHANNEL_STDOUT ? id
				   : id + OPT_PROCESS_stderr_logfile - OPT_PROCESS_stdout_logfile;
}

static bool is_word(const struct values *v, enum channel c, const char *word)
{
	const struct ini_option *o = v->set[of_channel(OPT_PROCESS_stdout_logfile, c)];

	return o && strcasecmp(o->value, word) == 0;
}

/* --- what is without effect --- */

bool log_is_device(const struct logfile_config *log)
{
	struct stat st;

	return log->kind == LOGFILE_PATH &&
	       (path_standard_fd(log->path) >= 0 ||
		(stat(log->path, &st) == 0 && !S_ISREG(st.st_mode)));
}

static bool is_no_file(const struct logfile_config *log)
{
	return log->kind == LOGFILE_NONE || log_is_device(log);
}

static bool rotates_a_device(const struct logfile_config *log)
{
	return log->maxbytes > 0 && log_is_device(log);
}

static bool keeps_nothing(const struct logfile_config *log)
{
	return log->backups == 0;
}

static bool compresses_nothing(const struct logfile_config *log)
{
	return log->compress != COMPRESS_NONE && log->backups == 0;
}

static bool has_a_small_budget(const struct logfile_config *log)
{
	return log->budget > 0 && log->budget < log->maxbytes;
}

static bool is_raw(const struct logfile_config *log)
{
	return log->format == FORMAT_RAW;
}

static bool has_no_syslog(const struct logfile_config *log)
{
	return !log->syslog;
}

static const struct vain {
	enum option_id id;	/* of standard output */
	bool (*is_so)(const struct logfile_config *log);
	bool is_trouble;	/* not only those who ask for a check should know */
	const char *why;
} vains[] = {
	{ OPT_PROCESS_stdout_logfile_compress, compresses_nothing, true,
	  "there is nothing to compress with logfile_backups=0" },
	{ OPT_PROCESS_stdout_logfile_budget, has_a_small_budget, true,
	  "it is less than logfile_maxbytes, so that rotated files go at once" },
	{ OPT_PROCESS_stdout_logfile_maxage, keeps_nothing, false,
	  "there is nothing to remove with logfile_backups=0" },
	{ OPT_PROCESS_stdout_logfile_maxbytes, rotates_a_device, false,
	  "what is no regular file is not rotated" },
	{ OPT_PROCESS_stdout_logfile_rotate, is_no_file, false, "there is no file to rotate" },
	{ OPT_PROCESS_stdout_logfile_compress, is_no_file, false, "there is no file to rotate" },
	{ OPT_PROCESS_stdout_logfile_maxage, is_no_file, false, "there is no file to rotate" },
	{ OPT_PROCESS_stdout_logfile_budget, is_no_file, false, "there is no file to rotate" },
	{ OPT_PROCESS_stdout_logfile_mode, is_no_file, false, "there is no file to make" },
	{ OPT_PROCESS_stdout_logfile_owner, is_no_file, false, "there is no file to make" },
	{ OPT_PROCESS_stdout_line_maxbytes, is_raw, false, "raw bytes are not cut into lines" },
	{ OPT_PROCESS_stdout_line_secs, is_raw, false, "raw bytes are not cut into lines" },
	{ OPT_PROCESS_stdout_syslog_facility, has_no_syslog, false, "syslog gets nothing" },
	{ OPT_PROCESS_stdout_syslog_tag, has_no_syslog, false, "syslog gets nothing" },
	{ OPT_PROCESS_stdout_syslog_server, has_no_syslog, false, "syslog gets nothing" },
};

static int note_vain(struct load *ld, const struct values *v, const struct program_config *p,
		     enum channel c, bool trouble)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(vains) && r == 0; i++) {
		enum option_id id = of_channel(vains[i].id, c);

		if (v->set[id] && vains[i].is_trouble == trouble && vains[i].is_so(&p->log[c]))
			r = value_warn(ld, v, id, "%s", vains[i].why);
	}
	return r;
}

/* Of standard error that goes where standard output goes nothing counts. */
static int note_vains(struct load *ld, const struct values *v, const struct program_config *p,
		      bool trouble)
{
	int r = 0;

	for (int c = 0; c < CHANNEL_N && r == 0; c++)
		if (c != CHANNEL_STDERR || !p->redirect_stderr)
			r = note_vain(ld, v, p, c, trouble);
	return r;
}

/* --- what Supervisor says --- */

/* The words are Supervisor's. */
static int note_log(struct load *ld, const struct values *v, const struct logfile_config *log,
		    enum channel c)
{
	struct arena *arena = ld->config->arena;
	const char *section = v->section->name, *name = channel_names[c];

	if (log->kind == LOGFILE_AUTO && log->maxbytes == 0 &&
	    !note_add(ld, LEVEL_WARN, arena_printf(arena,
			"For [%s], AUTO logging used for %s_logfile without rollover, set "
			"maxbytes > 0 to avoid filling up filesystem unintentionally", section,
			name)))
		return -ENOMEM;
	if (!is_word(v, c, "syslog"))
		return 0;
	if (!note_add(ld, LEVEL_WARN, arena_printf(arena,
			"For [%s], %s_logfile=syslog but this is deprecated and will be "
			"removed.  Use %s_syslog=true to enable syslog instead.", section, name,
			name)))
		return -ENOMEM;
	return 0;
}

int log_rules_note(struct load *ld, const struct values *v, const struct program_config *p)
{
	for (int c = 0; c < CHANNEL_N; c++)
		if (note_log(ld, v, &p->log[c], c) < 0)
			return -ENOMEM;
	if (p->redirect_stderr && p->log[CHANNEL_STDERR].kind == LOGFILE_PATH &&
	    !note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"For [%s], redirect_stderr=true but stderr_logfile has also been set to a "
			"filename, the filename has been ignored", v->section->name)))
		return -ENOMEM;
	return note_vains(ld, v, p, true);
}

/* --- all together --- */

void log_rules_settle(const struct values *v, struct program_config *p)
{
	for (int c = 0; c < CHANNEL_N; c++) {
		p->log[c].syslog |= is_word(v, c, "syslog");
		p->log[c].journal |= is_word(v, c, "journal");
	}
	if (p->redirect_stderr) {
		p->log[CHANNEL_STDERR].kind = LOGFILE_NONE;
		p->log[CHANNEL_STDERR].path = NULL;
	}
}

int log_rules_check(struct load *ld, const struct values *v, const struct program_config *p)
{
	return note_vains(ld, v, p, false);
}

const char *log_rules_difference(const struct logfile_config *a, const struct logfile_config *b)
{
	if (a->rotate != b->rotate)
		return "rotate";
	if (a->compress != b->compress)
		return "compress";
	if (a->maxage != b->maxage)
		return "maxage";
	if (a->budget != b->budget)
		return "budget";
	if (a->mode != b->mode)
		return "mode";
	return a->uid != b->uid || a->gid != b->gid ? "owner" : NULL;
}
