/*
 * check.c - all that is wrong with a configuration, at once. The loader finds what it refuses and
 * what it warns of; here is what only shows when a program starts. report.c tells all of it.
 */
#include "conf/check.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/command.h"
#include "base/path.h"
#include "base/shwords.h"
#include "conf/load.h"
#include "conf/log_rules.h"
#include "conf/report.h"
#include "conf/values.h"

/* A log file, and the first option that named it. */
struct seen_log {
	const char *path;
	const struct logfile_config *config;
	const struct ini_section *section;
	const struct ini_option *option;
	UT_hash_handle hh;
};

struct check {
	struct seen_log *logs;	/* hash by path; its rows are in ini.arena */
};

/* --- one process --- */

static int check_command(struct load *ld, const struct values *v, const struct program_config *p)
{
	struct command command;
	struct err why = { 0 };
	int r;

	if (!p->command)
		return 0;		/* it cannot be expanded, which is known already */
	r = command_find(p->command, program_getenv(p, "PATH"), &command, &why);
	command_done(&command);
	if (r == 0 || r == -ENOMEM)
		return r;
	return value_warn(ld, v, OPT_PROCESS_command, "%s", why.text);
}

static int check_directory(struct load *ld, const struct values *v,
			   const struct program_config *p)
{
	if (!p->directory || path_is_dir(p->directory))
		return 0;
	return value_warn(ld, v, OPT_PROCESS_directory, "%s is not an existing directory",
			  p->directory);
}

static int see_log(struct load *ld, const struct values *v, const struct ini_option *option,
		   const struct logfile_config *log)
{
	struct seen_log *seen = arena_alloc(ld->ini.arena, sizeof(*seen));
	struct logfile_config *copy = arena_alloc(ld->ini.arena, sizeof(*copy));

	if (!seen || !copy)
		return -ENOMEM;
	*copy = *log;
	*seen = (struct seen_log){ .path = copy->path, .config = copy, .section = v->section,
				   .option = option };
	HASH_ADD_KEYPTR(hh, ld->check->logs, seen->path, strlen(seen->path), seen);
	return seen->hh.tbl ? 0 : -ENOMEM;
}

/* All that write to a file share its one rotation. */
static int check_shared(struct load *ld, const struct values *v, enum option_id id,
			const struct logfile_config *log, const struct seen_log *seen)
{
	const struct logfile_config *first = seen->config;
	const char *other = log_rules_difference(first, log);
	const char *path = seen->option->file->path;

	if (first->maxbytes != log->maxbytes || first->backups != log->backups)
		return value_warn(ld, v, id, "[%s] logs to the same file (%s:%d), but rotates at "
				  "%jd bytes with %d backups, and this one at %jd with %d",
				  seen->section->name, path, seen->option->line,
				  (intmax_t)first->maxbytes, first->backups,
				  (intmax_t)log->maxbytes, log->backups);
	if (other)
		return value_warn(ld, v, id, "[%s] logs to the same file (%s:%d), but with "
				  "another logfile_%s", seen->section->name, path,
				  seen->option->line, other);
	return 0;
}

static int check_log(struct load *ld, const struct values *v, enum option_id id,
		     const struct logfile_config *log)
{
	const struct seen_log *seen;

	/* Our standard output is not the daemon's, which need not open it and never rotates it. */
	if (log->kind != LOGFILE_PATH || path_standard_fd(log->path) >= 0)
		return 0;
	if (access(log->path, F_OK) == 0 && access(log->path, W_OK) < 0)
		return value_warn(ld, v, id, "%s: %s", log->path, strerror(errno));
	if (log_is_device(log))
		return 0;
	HASH_FIND_STR(ld->check->logs, log->path, seen);
	return seen ? check_shared(ld, v, id, log, seen) : see_log(ld, v, v->set[id], log);
}

int check_process(struct load *ld, const struct values *v, const struct program_config *p)
{
	int r = check_command(ld, v, p);

	if (r == 0)
		r = check_directory(ld, v, p);
	if (r == 0)
		r = check_log(ld, v, OPT_PROCESS_stdout_logfile, &p->log[CHANNEL_STDOUT]);
	if (r == 0)
		r = check_log(ld, v, OPT_PROCESS_stderr_logfile, &p->log[CHANNEL_STDERR]);
	return r == 0 ? log_rules_check(ld, v, p) : r;
}

/* --- the whole --- */

/* Is a blank and a sign in the value a slip, rather than the begin of a comment? */
static int check_cut(struct load *ld, const struct values *v, enum option_id id)
{
	const struct ini_option *o = v->set[id];
	char **words = NULL;
	int r;

	if (!o->cut)
		return 0;
	r = shwords_split(o->value, &words, NULL);
	shwords_free(words);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return value_warn(ld, v, id, "a comment begins here, inside quotes, since a %c "
				  "that follows a blank begins one everywhere", o->cut);
	if (o->cut_tight && (option_table[id].type == TYPE_TEXT ||
			     option_table[id].type == TYPE_ENVIRONMENT))
		return value_warn(ld, v, id, "the rest of the line is a comment, since a %c that "
				  "follows a blank begins one", o->cut);
	return 0;
}

static int check_option(struct load *ld, struct values *v, enum option_id id)
{
	const struct ini_option *o = v->set[id];
	int r = check_cut(ld, v, id);

	if (r == 0 && o->again_file)
		r = value_warn(ld, v, id, "it is set already at %s:%d, and the last value counts",
			       o->again_file->path, o->again_line);
	return r;
}

static int check_options(struct load *ld)
{
	int r = 0;

	for (const struct ini_section *s = ld->ini.sections; s && r == 0; s = s->hh.next) {
		struct values v = { .section = s, .kind = section_kind(s->name) };

		ld->at = s;
		if (v.kind == SECTION_KIND_N)
			continue;
		for (struct ini_option *o = s->options; o && r == 0; o = o->hh.next) {
			enum option_id id = option_find(v.kind, o->name);

			if (id == OPTION_N)
				continue;
			v.set[id] = o;
			r = check_option(ld, &v, id);
		}
	}
	return r;
}

/* svctl reads its section alone, and only when it is started. */
static int check_client(struct load *ld, struct err *err)
{
	const struct ini_section *section = ini_find_section(&ld->ini, "supervisorctl");
	struct client_draft draft;
	struct values v;

	if (!section)
		return 0;
	if (values_read(ld, section, SECTION_CLIENT, &v) < 0)
		return -ENOMEM;
	return load_keep(ld, values_set_all(ld, &v, &ld->file, &draft, err), err);
}

/* A place to listen at, of a server or of an [fcgi-program:x]. */
struct place {
	const char *path, *host, *where;
	int         port;
	bool        is_server;
};

static bool is_same(const struct place *a, const struct place *b)
{
	if (a->path || b->path)
		return a->path && b->path && strcmp(a->path, b->path) == 0;
	return a->port == b->port && (!*a->host || !*b->host || strcmp(a->host, b->host) == 0);
}

/* svd does not start without its servers; an fcgi-program only fails itself. */
static int note_place(struct load *ld, const struct place *p, const char *what, const char *other)
{
	return note_add(ld, p->is_server ? LEVEL_ERROR : LEVEL_WARN,
			arena_printf(ld->config->arena, "%s: %s%s", p->where, what,
				     other)) ? 0 : -ENOMEM;
}

static int check_place(struct load *ld, const struct place *places, size_t n)
{
	const struct place *p = &places[n];

	if (p->path && !path_dir_exists(p->path))
		return note_place(ld, p, "there is no such directory", "");
	for (size_t i = 0; i < n; i++)
		if (is_same(&places[i], p))
			return note_place(ld, p, "the same socket is at ", places[i].where);
	return 0;
}

static int check_sockets(struct load *ld)
{
	const struct config *c = ld->config;
	struct place *places = arena_alloc(ld->ini.arena,
					   (c->n_servers + c->n_groups) * sizeof(*places));
	size_t n = 0;
	int r = 0;

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < c->n_servers && r == 0; i++) {
		const struct server_config *s = &c->servers[i];

		places[n] = (struct place){ s->path, s->host, s->where, s->port, true };
		r = check_place(ld, places, n++);
	}
	for (size_t i = 0; i < c->n_groups && r == 0; i++) {
		const struct socket_config *s = c->groups[i].socket;

		if (!s)
			continue;
		places[n] = (struct place){ s->path, s->host, s->where, s->port, false };
		r = check_place(ld, places, n++);
	}
	return r;
}

static int pass_over(void *ld, int r, struct err *err)
{
	return load_keep(ld, r, err);
}

static int check_all(struct load *ld, struct err *err)
{
	int r = check_options(ld);

	if (r == 0)
		r = check_client(ld, err);
	if (r == 0)
		r = check_sockets(ld);
	return r < 0 ? no_memory(err) : 0;
}

int config_check(const char *path, const struct config_override_list *overrides,
		 struct strbuf *out, struct err *err)
{
	struct check check = { 0 };
	struct load ld;
	int r = load_init(&ld);

	ld.check = &check;
	ld.ini.keep = pass_over;
	ld.ini.keep_arg = &ld;
	r = r < 0 ? no_memory(err) : config_read(&ld, path, overrides, err);
	if (r == 0)
		r = check_all(&ld, err);
	if (r == 0)
		r = report_notes(&ld, out, err);
	HASH_CLEAR(hh, check.logs);
	load_done(&ld);
	return r;
}
