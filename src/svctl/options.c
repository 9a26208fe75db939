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
#include "svctl/output.h"

enum { USAGE_STATUS = 2 };

enum { WHOLE_GROUPS = 256 };	/* beyond the letters */

static const struct option long_options[] = {
	{ "configuration", required_argument, NULL, 'c' },
	{ "serverurl", required_argument, NULL, 's' },
	{ "username", required_argument, NULL, 'u' },
	{ "password", required_argument, NULL, 'p' },
	{ "history-file", required_argument, NULL, 'r' },
	{ "history_file", required_argument, NULL, 'r' },	/* Supervisor's spelling */
	{ "interactive", no_argument, NULL, 'i' },
	{ "supervisor-compatible-update", no_argument, NULL, WHOLE_GROUPS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};

/* What the command line says; NULL: nothing. Borrowed from argv. */
struct flags {
	const char *path, *serverurl, *username, *password, *history_file, *interactive;
	const char *whole_groups;
};

/* Under any name; scripts and a test of Debian's look for lines of Supervisor's form. */
static void show_help(const char *progname)
{
	const char *slash = strrchr(progname, '/');

	out_line("%s -- control applications that svd or Supervisor runs\n"
		 "\n"
		 "Usage: %s [options] [action [arguments]]\n"
		 "\n"
		 "Options:\n"
		 "-c/--configuration FILE -- read [supervisorctl] of this file (default: the\n"
		 "\tfirst supervisord.conf in the usual places)\n"
		 "-s/--serverurl URL -- unix:///path, http://host:port or https://host:port\n"
		 "\t(default http://localhost:9001)\n"
		 "-u/--username NAME -- for a server that asks who you are\n"
		 "-p/--password PASSWORD -- likewise\n"
		 "-r/--history-file FILE -- keep the shell's history in this file\n"
		 "-i/--interactive -- start an interactive shell; with an action: there is\n"
		 "\tsomebody to answer its questions\n"
		 "--supervisor-compatible-update -- update stops and starts the whole of a\n"
		 "\tchanged group (default: only those of its processes that must be)\n"
		 "-h/--help -- show this and exit\n"
		 "-v/--version -- show the version of svctl and exit\n"
		 "\n"
		 "Actions are \"status\", \"stop\" and the like; \"%s help\" lists them. Without\n"
		 "an action a shell is started that reads actions.",
		 slash ? slash + 1 : progname, progname, progname);
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

static const char **slot_of(struct flags *flags, int letter)
{
	switch (letter) {
	case 'c': return &flags->path;
	case 's': return &flags->serverurl;
	case 'u': return &flags->username;
	case 'p': return &flags->password;
	case 'r': return &flags->history_file;
	case 'i': return &flags->interactive;
	case WHOLE_GROUPS: return &flags->whole_groups;
	}
	return NULL;
}

static bool set_flag(char **argv, int letter, int long_index, struct flags *flags)
{
	const char **slot = slot_of(flags, letter);

	if (letter == 's' && !endpoint_is_url(optarg))
		return usage(argv[0], "invalid value for %s '%s': value '%s' is not a URL",
			     long_index < 0 ? "-s" : "--serverurl", optarg, optarg);
	if (*slot && long_index < 0)
		return usage(argv[0], "conflicting command line option '-%c'", letter);
	if (*slot)
		return usage(argv[0], "conflicting command line option '--%s'",
			     long_options[long_index].name);
	*slot = optarg ? optarg : "";
	return true;
}

/* false: the program ends with *ret_status. */
static bool read_flags(int argc, char **argv, struct flags *ret_flags, int *ret_status)
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
		if (!set_flag(argv, letter, long_index, ret_flags))
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

/* The rest of the command line as one line, so that `svctl "start a b"` works as well. */
static char *join(char **words)
{
	struct strbuf sb = { 0 };

	for (char **word = words; *word; word++) {
		if (word != words)
			strbuf_addc(&sb, ' ');
		strbuf_adds(&sb, *word);
	}
	return strbuf_steal(&sb);
}

bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status)
{
	struct options opt = { 0 };
	struct flags flags = { 0 };

	if (!read_flags(argc, argv, &flags, ret_status) ||
	    !read_file(argv[0], flags.path, &opt.config))
		return false;
	opt.line = argv[optind] ? join(argv + optind) : NULL;
	if (argv[optind] && !opt.line) {
		options_done(&opt);
		return usage(argv[0], "%s", strerror(ENOMEM));
	}
	opt.serverurl = flags.serverurl ? flags.serverurl : opt.config.serverurl;
	opt.username = flags.username ? flags.username : opt.config.username;
	opt.password = flags.password ? flags.password : opt.config.password;
	opt.history_file = flags.history_file ? flags.history_file : opt.config.history_file;
	opt.interactive = flags.interactive || !opt.line;
	opt.whole_groups = flags.whole_groups;
	*ret_options = opt;
	return true;
}

void options_done(struct options *opt)
{
	client_config_done(&opt->config);
	free(opt->line);
	opt->line = NULL;
}
