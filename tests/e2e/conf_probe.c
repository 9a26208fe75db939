/*
 * conf_probe.c - the lower floors seen from outside: answers a JSON array of questions with a JSON
 * array of answers, so that test_conf_diff.py can put the same questions to Python.
 * usage: conf_probe ini|split|pairs|path|integer|bytes|octal|bool|signal|expand|repr
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/expand.h"
#include "base/path.h"
#include "base/repr.h"
#include "base/shwords.h"
#include "base/signame.h"
#include "base/units.h"
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

static const struct {
	const char *name;
	json_t *(*ask)(const json_t *question);
} modes[] = {
	{ "ini", ask_ini },	    { "split", ask_split }, { "pairs", ask_pairs },
	{ "path", ask_path },	    { "bytes", ask_bytes }, { "octal", ask_octal },
	{ "integer", ask_integer }, { "bool", ask_bool },   { "signal", ask_signal },
	{ "expand", ask_expand },   { "repr", ask_repr },
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
