/* options.c - what was asked for: the command line first, then the file's [supervisorctl] */
#include "config.h"

#include "svctl/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "svctl/endpoint.h"
#include "svctl/flags.h"
#include "svctl/output.h"
#include "svctl/verbs.h"
#include "svctl/words.h"

enum { USAGE_STATUS = 2 };

/* Beyond the letters; from the last one on: an enum flag. */
enum { WHOLE_GROUPS = 256, FLAGS_FROM };

static const struct option long_options[] = {
	{ "configuration", required_argument, NULL, 'c' },
	{ "serverurl", required_argument, NULL, 's' },
	{ "username", required_argument, NULL, 'u' },
	{ "password", required_argument, NULL, 'p' },
	{ "history-file", required_argument, NULL, 'r' },
	{ "history_file", required_argument, NULL, 'r' },	/* Supervisor's spelling */
	/* Supervisor takes any beginning; these are some of ours as well. */
	{ "c", required_argument, NULL, 'c' },
	{ "co", required_argument, NULL, 'c' },
	{ "s", required_argument, NULL, 's' },
	{ "interactive", no_argument, NULL, 'i' },
	{ "supervisor-compatible-update", no_argument, NULL, WHOLE_GROUPS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
#define FLAG(id, letter, name, takes, help) \
	{ name, takes == FLAG_TAKES_NOTHING ? no_argument : required_argument, NULL, \
	  FLAGS_FROM + FLAG_##id },
#include "svctl/flags.def"
#undef FLAG
	{ 0 },
};

/* What the command line says; NULL: nothing. Borrowed from argv. */
struct given {
	const char *path, *serverurl, *username, *password, *history_file, *interactive;
	const char *whole_groups;
	const char *flags[FLAG_N];	/* of the action that follows, "" if without a value */
};

/* Before the action, as --help shows them; cmdline.def. */
static const struct {
	char        letter;
	const char *name, *argument, *help;
} shown[] = {
#define CMDLINE_FLAG(...) { __VA_ARGS__ },
#include "svctl/cmdline.def"
};

/* Under any name; scripts and a test of Debian's look for lines of Supervisor's form. */
static void show_help(const char *progname)
{
	const char *slash = strrchr(progname, '/');

	out_line("%s -- control applications that svd or Supervisor runs\n"
		 "\n"
		 "Usage: %s [options] [action [arguments]]\n"
		 "\n"
		 "Options:",
		 slash ? slash + 1 : progname, progname);
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		const char letter[] = { '-', shown[i].letter, '/', '\0' };

		out_line("%s--%s%s%s -- %s", shown[i].letter ? letter : "", shown[i].name,
			 shown[i].argument ? " " : "", shown[i].argument ? shown[i].argument : "",
			 shown[i].help);
	}
	out_line("--json, --timeout SECONDS and others -- as behind an action that takes\n"
		 "\tthem; \"help ACTION\" tells which\n"
		 "\n"
		 "Actions are \"status\", \"stop\" and the like; \"%s help\" lists them. Without\n"
		 "an action a shell is started that reads actions.",
		 progname);
}

/* Says it the way Supervisor's programs do. Returns false, for the caller to return. */
static bool usage(const char *progname, const char *fmt, ...) printf_like(2, 3);
static bool usage(const char *progname, const char *fmt, ...)
{
	va_list ap;

	fputs("Error: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nFor help, use %s -h\n", progname);
	return false;
}

/* The words of getopt(3)'s refusals, as Python's getopt has them. */
static bool refuse(char **argv, int letter)
{
	const char *word = argv[optind - 1];
	size_t n = strcspn(word, "=");
	bool is_long = strncmp(word, "--", 2) == 0;

	if (letter == ':')
		return is_long ? usage(argv[0], "option %s requires argument", word)
			       : usage(argv[0], "option -%c requires argument", optopt);
	if (!is_long)
		return usage(argv[0], "option -%c not recognized", optopt);
	if (optopt)
		return usage(argv[0], "option %.*s must not have an argument", (int)n, word);
	return usage(argv[0], "option %.*s not recognized", (int)n, word);
}

static const char **slot_of(struct given *given, int letter)
{
	switch (letter) {
	case 'c': return &given->path;
	case 's': return &given->serverurl;
	case 'u': return &given->username;
	case 'p': return &given->password;
	case 'r': return &given->history_file;
	case 'i': return &given->interactive;
	case WHOLE_GROUPS: return &given->whole_groups;
	}
	return &given->flags[letter - FLAGS_FROM];
}

static bool set_flag(char **argv, int letter, int long_index, struct given *given)
{
	const char **slot = slot_of(given, letter);

	if (letter == 's' && !endpoint_is_url(optarg))
		return usage(argv[0], "invalid value for %s '%s': value '%s' is not a URL",
			     long_index < 0 ? "-s" : "--serverurl", optarg, optarg);
	/* It is going to be a word of the action's line. */
	if (letter >= FLAGS_FROM && optarg && (!*optarg || strpbrk(optarg, BLANKS)))
		return usage(argv[0], "invalid value for --%s '%s'",
			     long_options[long_index].name, optarg);
	if (*slot && long_index < 0)
		return usage(argv[0], "conflicting command line option '-%c'", letter);
	if (*slot)
		return usage(argv[0], "conflicting command line option '--%s'",
			     long_options[long_index].name);
	*slot = optarg ? optarg : "";
	return true;
}

/* false: the program ends with *ret_status. */
static bool read_flags(int argc, char **argv, struct given *ret_given, int *ret_status)
{
	int letter, long_index = -1;

	*ret_status = USAGE_STATUS;
	opterr = 0;
	while (optopt = 0, (letter = getopt_long(argc, argv, "+:c:s:u:p:r:ih?v", long_options,
						 &long_index)) != -1) {
		if (letter == 'h' || (letter == '?' && strcmp(argv[optind - 1], "-?") == 0)) {
			show_help(argv[0]);
			*ret_status = EXIT_SUCCESS;
			return false;
		}
		if (letter == 'v') {
			out_line("%s", PACKAGE_VERSION);
			*ret_status = EXIT_SUCCESS;
			return false;
		}
		if (letter == '?' || letter == ':')
			return refuse(argv, letter);
		if (!set_flag(argv, letter, long_index, ret_given))
			return false;
		long_index = -1;
	}
	return true;
}

/* Which file to read: NULL when there is none. 0 or -errno with err. */
static int choose_file(const char *argv0, const char *flag, char **ret_path, struct err *err)
{
	int r;

	*ret_path = NULL;
	if (!flag) {
		r = config_find(argv0, ret_path, err);
		return r == -ENOENT ? 0 : r;
	}
	if (!*flag)
		return 0;
	if (access(flag, F_OK) < 0)
		return err_set(err, -ENOENT, "could not find config file %s", flag);
	*ret_path = strdup(flag);
	return *ret_path ? 0 : err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
}

static bool read_file(const char *argv0, const char *flag, struct client_config *ret_config)
{
	_cleanup_(free_str) char *path = NULL;
	struct err err = { 0 };

	if (choose_file(argv0, flag, &path, &err) < 0 ||
	    client_config_load(path, ret_config, &err) < 0)
		return usage(argv0, "%s", err.text);
	return true;
}

/* May each flag that stands before the line stand behind it? */
static bool check_flags(const char *argv0, const struct given *given, const char *line)
{
	const char *arg;
	const struct verb *verb = line ? verb_of_line(line, &arg) : NULL;

	for (int i = 0; i < FLAG_N; i++) {
		const char *name = flag_infos[i].name;

		if (given->flags[i] && !line)
			return usage(argv0, "option --%s requires an action", name);
		if (given->flags[i] && verb && !(verb->flags & 1u << i))
			return usage(argv0, "%s does not take the option --%s", verb->name, name);
	}
	return true;
}

/* The rest of the command line as one line, so that `svctl "start a b"` works as well. */
static char *join(char **words, const struct given *given)
{
	struct strbuf sb = { 0 };

	for (char **word = words; *word; word++) {
		if (word != words)
			strbuf_addc(&sb, ' ');
		strbuf_adds(&sb, *word);
	}
	for (int i = 0; i < FLAG_N; i++) {
		const char *value = given->flags[i];

		if (value)
			strbuf_addf(&sb, *value ? " --%s=%s" : " --%s", flag_infos[i].name, value);
	}
	return strbuf_steal(&sb);
}

/* The action. false: it is wrong, and that was said. */
static bool read_line(char **argv, const struct given *given, char **ret_line)
{
	*ret_line = NULL;
	if (!argv[optind])
		return check_flags(argv[0], given, NULL);
	*ret_line = join(argv + optind, given);
	if (!*ret_line)
		return usage(argv[0], "%s", strerror(ENOMEM));
	return check_flags(argv[0], given, *ret_line);
}

static bool is_called(const char *progname, const char *name)
{
	const char *slash = strrchr(progname, '/');

	return strcmp(slash ? slash + 1 : progname, name) == 0;
}

bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status)
{
	struct options opt = { 0 };
	struct given given = { 0 };

	if (!read_flags(argc, argv, &given, ret_status) ||
	    !read_file(argv[0], given.path, &opt.config))
		return false;
	for (size_t i = 0; i < opt.config.n_plugins; i++) {
		if (verbs_add(opt.config.plugins[i].factory) == CTLPLUGIN_WILDCARDS)
			opt.match_group = opt.config.plugins[i].match_group;
	}
	if (!read_line(argv, &given, &opt.line)) {
		options_done(&opt);
		return false;
	}
	opt.serverurl = given.serverurl ? given.serverurl : opt.config.serverurl;
	opt.username = given.username ? given.username : opt.config.username;
	opt.password = given.password ? given.password : opt.config.password;
	opt.history_file = given.history_file ? given.history_file : opt.config.history_file;
	opt.interactive = given.interactive || !opt.line;
	opt.compatible = is_called(argv[0], "supervisorctl");
	opt.whole_groups = given.whole_groups;
	*ret_options = opt;
	return true;
}

void options_done(struct options *opt)
{
	client_config_done(&opt->config);
	free(opt->line);
	opt->line = NULL;
}
