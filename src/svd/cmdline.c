/* cmdline.c - each flag once, in cmdline.def: the parser and --help both read that table. */
#include "svd/cmdline.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/sample.h"
#include "rpc/faults.h"

struct flag {
	char        letter;
	const char *name, *argument, *help;
};

/* Under these names others know us. */
static const char SAMPLE_NAME[] = "echo_supervisord_conf";

static const char *name_of(const char *program)
{
	const char *slash = strrchr(program, '/');

	return slash ? slash + 1 : program;
}

#define CMDLINE_FLAG(...) { __VA_ARGS__ },
static const struct flag flags[] = {
#include "svd/cmdline.def"
};

enum { N_FLAGS = ARRAY_LEN(flags) };
_Static_assert((int)N_FLAGS <= (int)CMDLINE_OVERRIDES_MAX, "room for each flag once");

/* Scripts and a test of Debian's look for lines of Supervisor's form. */
static void print_help(const char *program)
{
	printf("%s -- run a set of applications, and watch them.\n\nUsage: %s [options]\n\n"
	       "Options:\n", name_of(program), program);
	for (int i = 0; i < N_FLAGS; i++) {
		const struct flag *f = &flags[i];

		if (f->letter)
			printf("-%c/", f->letter);
		printf("--%s%s%s -- %s\n", f->name, f->argument ? " " : "",
		       f->argument ? f->argument : "", f->help);
	}
}

/* It mostly becomes a file, of which half is worse than none. */
static enum cmdline_end print_sample(struct err *err)
{
	enum cmdline_end end = CMDLINE_DONE;
	struct strbuf text = { 0 };

	errno = ENOMEM;
	sample_add(&text, geteuid() == 0);
	if (!strbuf_str(&text) || fputs(text.s, stdout) == EOF || fflush(stdout) == EOF) {
		err_set(err, -EIO, "standard output: %s", strerror(errno));
		end = CMDLINE_ERROR;
	}
	strbuf_done(&text);
	return end;
}

static const struct flag *by_letter(int letter)
{
	for (int i = 0; i < N_FLAGS; i++)
		if (flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

/* What getopt_long(3) returns for the first flag: beyond all letters, and no two are the same. */
enum { LONG_FLAG = 256 };

/* The tables that getopt_long(3) wants, made from ours. */
static void make_tables(char *letters, struct option *longs)
{
	*letters++ = ':';
	*letters++ = '?';
	for (int i = 0; i < N_FLAGS; i++) {
		longs[i] = (struct option){ flags[i].name,
					    flags[i].argument ? required_argument : no_argument,
					    NULL, LONG_FLAG + i };
		if (flags[i].letter)
			*letters++ = flags[i].letter;
		if (flags[i].letter && flags[i].argument)
			*letters++ = ':';
	}
	*letters = '\0';
	longs[N_FLAGS] = (struct option){ 0 };
}

static enum cmdline_end conflict(const char *as_written, struct err *err)
{
	err_set(err, -EINVAL, "conflicting command line option '%s'", as_written);
	return CMDLINE_ERROR;
}

static enum cmdline_end add_override(struct cmdline *cmdline, const struct flag *flag,
				     const char *argument, const char *as_written, struct err *err)
{
	struct config_override *o = &cmdline->overrides[cmdline->list.n];

	for (size_t i = 0; i < cmdline->list.n; i++)
		if (strcmp(cmdline->overrides[i].option, flag->name) == 0)
			return conflict(as_written, err);
	*o = (struct config_override){ .option = flag->name,
				       .value = argument ? argument : "true",
				       .flag = as_written };
	cmdline->list.n++;
	return CMDLINE_RUN;
}

static enum cmdline_end take(struct cmdline *cmdline, const struct flag *flag,
			     const char *argument, const char *as_written, const char *program,
			     struct err *err)
{
	if (strcmp(flag->name, "help") == 0) {
		print_help(program);
		return CMDLINE_DONE;
	}
	if (strcmp(flag->name, "version") == 0) {
		puts(SUPERVISOR_VERSION);
		return CMDLINE_DONE;
	}
	if (strcmp(flag->name, "sample-config") == 0)
		return print_sample(err);
	if (strcmp(flag->name, "configuration") == 0 && cmdline->configuration)
		return conflict(as_written, err);
	if (strcmp(flag->name, "configuration") == 0)
		cmdline->configuration = argument;
	else if (strcmp(flag->name, "check") == 0 || strcmp(flag->name, "test-config") == 0)
		cmdline->check = true;
	else if (strcmp(flag->name, "print-config") == 0)
		cmdline->print = true;
	else if (strcmp(flag->name, "show-secrets") == 0)
		cmdline->show_secrets = true;
	else if (strcmp(flag->name, "profile_options") != 0)
		return add_override(cmdline, flag, argument, as_written, err);
	return CMDLINE_RUN;
}

enum cmdline_end cmdline_parse(int argc, char **argv, struct cmdline *ret_cmdline, struct err *err)
{
	enum cmdline_end end = CMDLINE_RUN;
	struct option longs[N_FLAGS + 1];
	char letters[2 * N_FLAGS + 3];
	int c;

	*ret_cmdline = (struct cmdline){ 0 };
	ret_cmdline->list.list = ret_cmdline->overrides;
	if (strcmp(name_of(argv[0]), SAMPLE_NAME) == 0)
		return print_sample(err);
	make_tables(letters, longs);
	opterr = 0;
	while (end == CMDLINE_RUN && (c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const char *written = argv[optind - 1] == optarg && optind >= 2 ? argv[optind - 2]
										: argv[optind - 1];
		const struct flag *flag = c >= LONG_FLAG ? &flags[c - LONG_FLAG]
							: by_letter(c);

		/* getopt_long names a letter that it does not know, but it knows "-?". */
		if (c == '?' && !optopt && strncmp(written, "--", 2) != 0) {
			flag = by_letter('h');
		} else if (c == ':' || !flag) {
			err_set(err, -EINVAL, c == ':' ? "option %s requires argument"
						       : "option %s not recognized", written);
			return CMDLINE_ERROR;
		}
		end = take(ret_cmdline, flag, optarg, written, argv[0], err);
	}
	if (end == CMDLINE_RUN && optind < argc) {
		err_set(err, -EINVAL, "positional arguments are not supported: %s", argv[optind]);
		return CMDLINE_ERROR;
	}
	return end;
}
