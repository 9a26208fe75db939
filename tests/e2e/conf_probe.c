/*
 * conf_probe.c - the lower floors seen from outside: answers a JSON array of questions with a JSON
 * array of answers, so that tests can put the same questions to Python.
 * usage: conf_probe MODE, see `modes` below
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/expand.h"
#include "base/path.h"
#include "base/repr.h"
#include "base/shwords.h"
#include "base/signame.h"
#include "base/units.h"
#include "conf/config.h"
#include "conf/diff.h"
#include "conf/ini.h"

static json_t *refused(const char *why)
{
	return json_pack("{s:s}", "error", why);
}

static json_t *ini_options(const struct ini_section *section)
{
	json_t *options = json_object();
	const struct ini_option *o;

	for (o = section ? section->options : NULL; o; o = o->hh.next)
		json_object_set_new(options, o->name, json_pack("[s,i]", o->value, o->line));
	return options;
}

static json_t *ask_ini(const json_t *question)
{
	json_t *sections = json_object(), *answer;
	const struct ini_section *s;
	struct err err = { 0 };
	struct ini ini;

	if (ini_init(&ini) < 0)
		abort();
	if (ini_read_text(&ini, "FILE", json_string_value(question), json_string_length(question),
			  &err) < 0) {
		answer = refused(err.text);
		json_decref(sections);
	} else {
		for (s = ini.sections; s; s = s->hh.next)
			json_object_set_new(sections, s->name, ini_options(s));
		answer = json_pack("[o,o]", sections, ini_options(ini.defaults));
	}
	ini_done(&ini);
	return answer;
}

static json_t *log_of(const struct logfile_config *log)
{
	static const char *const kinds[] = { [LOGFILE_NONE] = "NONE", [LOGFILE_AUTO] = "AUTO" };

	return json_pack("{s:s, s:I, s:i, s:I, s:b, s:b}",
			 "file", log->kind == LOGFILE_PATH ? log->path : kinds[log->kind],
			 "maxbytes", (json_int_t)log->maxbytes, "backups", log->backups,
			 "capture", (json_int_t)log->capture_maxbytes,
			 "events", log->events_enabled, "syslog", log->syslog);
}

static json_t *program_of(const struct program_config *p)
{
	json_t *codes = json_array(), *environment = json_array();

	for (size_t i = 0; i < p->n_exitcodes; i++)
		json_array_append_new(codes, json_integer(p->exitcodes[i]));
	for (size_t i = 0; p->environment[i]; i++)
		json_array_append_new(environment, json_string(p->environment[i]));
	return json_pack("{s:s, s:s, s:s*, s:i, s:i, s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:b, "
			 "s:o, s:b, s:o, s:s*, s:o, s:o}",
			 "name", p->name, "command", p->command, "directory", p->directory,
			 "umask", p->has_umask ? (int)p->umask : -1, "priority", p->priority,
			 "autostart", p->autostart, "autorestart", p->autorestart,
			 "startsecs", p->startsecs, "startretries", p->startretries,
			 "uid", p->user ? (int)p->user->uid : -1, "stopsignal", p->stopsignal,
			 "stopwaitsecs", p->stopwaitsecs, "stopasgroup", p->stopasgroup,
			 "killasgroup", p->killasgroup, "exitcodes", codes,
			 "redirect_stderr", p->redirect_stderr, "environment", environment,
			 "serverurl", p->serverurl, "stdout", log_of(&p->log[CHANNEL_STDOUT]),
			 "stderr", log_of(&p->log[CHANNEL_STDERR]));
}

/* NULL is left out of what is packed. */
static json_t *socket_of(const struct socket_config *s)
{
	if (!s)
		return NULL;
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:s*, s:s*, s:i}", "url", s->url,
			 "mode", s->path ? (int)s->chmod : 0, "uid", (int)s->uid,
			 "gid", (int)s->gid, "backlog", s->backlog, "path", s->path,
			 "host", s->host, "port", s->port);
}

static json_t *pool_of(const struct pool_config *pool)
{
	return pool ? json_pack("{s:I, s:i}", "events", (json_int_t)pool->events,
				"buffer", pool->buffer_size)
		    : NULL;
}

static json_t *groups_of(const struct config *config)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct group_config *g = &config->groups[i];
		json_t *programs = json_array();

		for (size_t j = 0; j < g->n_programs; j++)
			json_array_append_new(programs, program_of(&g->programs[j]));
		json_array_append_new(groups,
			json_pack("{s:s, s:i, s:i, s:o, s:o*, s:o*}", "name", g->name,
				  "kind", (int)g->kind, "priority", g->priority,
				  "programs", programs, "socket", socket_of(g->socket),
				  "pool", pool_of(g->pool)));
	}
	return groups;
}

static json_t *servers_of(const struct config *config)
{
	json_t *servers = json_array();

	for (size_t i = 0; i < config->n_servers; i++) {
		const struct server_config *s = &config->servers[i];

		json_array_append_new(servers,
			json_pack("{s:s*, s:i, s:i, s:i, s:s*, s:i, s:s*, s:s*}",
				  "file", s->path, "chmod", (int)s->chmod, "uid", (int)s->uid,
				  "gid", (int)s->gid, "host", s->host, "port", s->port,
				  "username", s->username, "password", s->password));
	}
	return servers;
}

/* The path of a configuration file. */
static json_t *ask_config(const json_t *question)
{
	struct config *config;
	json_t *answer;
	struct err err;

	if (config_load(json_string_value(question), NULL, &config, &err) < 0)
		return refused(err.text);
	answer = json_pack("{s:o, s:o, s:s*, s:s, s:s, s:I, s:i, s:s, s:i, s:i, s:i, s:s, s:s*}",
			   "groups", groups_of(config), "servers", servers_of(config),
			   "serverurl", config->serverurl, "logfile", config->logfile,
			   "pidfile", config->pidfile,
			   "logfile_maxbytes", (json_int_t)config->logfile_maxbytes,
			   "logfile_backups", config->logfile_backups,
			   "identifier", config->identifier, "umask", (int)config->umask,
			   "minfds", config->minfds, "minprocs", config->minprocs,
			   "childlogdir", config->childlogdir, "directory", config->directory);
	config_unref(config);
	return answer;
}

static const struct group_config *find_group(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_groups; i++)
		if (strcmp(config->groups[i].name, name) == 0)
			return &config->groups[i];
	return NULL;
}

static json_t *changed_groups(const struct config *old, const struct config *new)
{
	json_t *changed = json_array();

	for (size_t i = 0; i < new->n_groups; i++) {
		const struct group_config *was = find_group(old, new->groups[i].name);

		if (was && !group_config_is_same(was, &new->groups[i]))
			json_array_append_new(changed, json_string(was->name));
	}
	return changed;
}

/* [path of the older file, path of the newer one]: the names of the groups that changed. */
static json_t *ask_changed(const json_t *question)
{
	struct config *old = NULL, *new = NULL;
	json_t *answer;
	struct err err;

	if (config_load(json_string_value(json_array_get(question, 0)), NULL, &old, &err) < 0 ||
	    config_load(json_string_value(json_array_get(question, 1)), NULL, &new, &err) < 0)
		answer = refused(err.text);
	else
		answer = changed_groups(old, new);
	config_unref(old);
	config_unref(new);
	return answer;
}

static json_t *words(int r, char **list, const struct err *err)
{
	json_t *answer;

	if (r < 0)
		return refused(err->text);
	answer = json_array();
	for (char **w = list; *w; w++)
		json_array_append_new(answer, json_string(*w));
	shwords_free(list);
	return answer;
}

static json_t *ask_split(const json_t *question)
{
	char **list = NULL;
	struct err err;
	int r = shwords_split(json_string_value(question), &list, &err);

	return words(r, list, &err);
}

static json_t *ask_pairs(const json_t *question)
{
	char **list = NULL;
	struct err err;
	int r = shwords_pairs(json_string_value(question), &list, &err);

	return words(r, list, &err);
}

static json_t *ask_path(const json_t *question)
{
	json_t *answer;
	char *path;

	if (path_normalise(json_string_value(question), &path, NULL) < 0)
		return refused("path");
	answer = json_string(path);
	free(path);
	return answer;
}

static json_t *ask_integer(const json_t *question)
{
	int64_t n;

	if (unit_integer(json_string_value(question), INT64_MIN, INT64_MAX, &n) < 0)
		return refused("integer");
	return json_integer(n);
}

static json_t *ask_bytes(const json_t *question)
{
	int64_t n;

	return unit_bytes(json_string_value(question), &n) < 0 ? refused("bytes") : json_integer(n);
}

static json_t *ask_octal(const json_t *question)
{
	unsigned bits;

	if (unit_octal(json_string_value(question), &bits) < 0)
		return refused("octal");
	return json_integer(bits);
}

static json_t *ask_bool(const json_t *question)
{
	bool on;

	return unit_bool(json_string_value(question), &on) < 0 ? refused("bool") : json_boolean(on);
}

static json_t *ask_signal(const json_t *question)
{
	int signo = signal_number(json_string_value(question));

	return signo < 0 ? refused("signal") : json_integer(signo);
}

static json_t *ask_repr(const json_t *question)
{
	struct strbuf sb = { 0 };
	json_t *answer;

	repr_add(&sb, json_string_value(question));
	answer = json_string(strbuf_str(&sb));
	strbuf_done(&sb);
	return answer;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct expand_var *)a)->name, ((const struct expand_var *)b)->name);
}

/* [text, {name: text or number}] */
static json_t *ask_expand(const json_t *question)
{
	json_t *names = json_array_get(question, 1), *value, *answer;
	struct expand_var vars[64];
	struct expand_scope scope = { .vars = vars };
	struct strbuf sb = { 0 };
	struct err err;
	const char *name;

	json_object_foreach(names, name, value)
		vars[scope.n++] = (struct expand_var){ name, json_string_value(value),
						       json_integer_value(value) };
	qsort(vars, scope.n, sizeof(*vars), by_name);
	if (expand(json_string_value(json_array_get(question, 0)), &scope, "what", &sb, &err) < 0)
		answer = refused(err.text);
	else
		answer = json_string(strbuf_str(&sb));
	strbuf_done(&sb);
	return answer;
}

/* Seconds that a configuration file takes, for tests/bench/load. */
static json_t *ask_load(const json_t *question)
{
	double began = clock_mono(), took;
	struct config *config;
	struct err err;

	if (config_load(json_string_value(question), NULL, &config, &err) < 0)
		return refused(err.text);
	took = clock_mono() - began;
	config_unref(config);
	return json_real(took);
}

static const struct {
	const char *name;
	json_t *(*ask)(const json_t *question);
} modes[] = {
	{ "ini", ask_ini },	{ "config", ask_config },   { "split", ask_split },
	{ "pairs", ask_pairs }, { "path", ask_path },	    { "bytes", ask_bytes },
	{ "octal", ask_octal }, { "integer", ask_integer }, { "bool", ask_bool },
	{ "changed", ask_changed },
	{ "signal", ask_signal }, { "expand", ask_expand }, { "repr", ask_repr },
	{ "load", ask_load },
};

static int answer_all(json_t *(*ask)(const json_t *question))
{
	json_t *questions = json_loadf(stdin, JSON_ALLOW_NUL, NULL), *answers = json_array();
	json_t *question;
	size_t i;

	json_array_foreach(questions, i, question)
		json_array_append_new(answers, ask(question));
	json_dumpf(answers, stdout, JSON_COMPACT);
	json_decref(answers);
	json_decref(questions);
	return questions ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < ARRAY_LEN(modes); i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return answer_all(modes[i].ask);
	fprintf(stderr, "usage: conf_probe MODE < questions > answers\n");
	return 2;
}
