/*
 * main.c - svd-logd, started by svd with one end of a socket pair: svd-logd --link 3; or by itself,
 * as its helper for the journal: svd-logd --journal
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/fd.h"
#include "base/macro.h"
#include "logd/helper.h"
#include "logd/journal_wire.h"
#include "logd/logd.h"

/*
 * We end when svd says so or is gone, and not before: a Ctrl-C or a `kill` that is meant for svd
 * reaches the whole process group, and the programs still have last words while svd stops them.
 */
static void ignore_signals(void)
{
	static const int ignored[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
		SIGPIPE,	/* a reader that went away is an error of one sink */
		SIGXFSZ,	/* so is a limit on the size of files */
		SIGTTOU,	/* and a terminal that is not ours now */
	};

	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

/* A pipe and a file for each output of each program. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int parse_link(int argc, char **argv)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int fd = -1, c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'l')
			return -1;
		fd = atoi(optarg);
	}
	return optind == argc && fd > 2 ? fd : -1;
}

int main(int argc, char **argv)
{
	int fd;
	struct err err;

	if (argc == 2 && strcmp(argv[1], "--journal") == 0)
		return journal_help(HELPER_FD);
	fd = parse_link(argc, argv);
	if (fd < 0) {
		fprintf(stderr, "usage: svd-logd --link FD\n"
			"svd starts it; it is of no use alone.\n");
		return 2;
	}
	(void)fd_fill_std();
	ignore_signals();
	allow_many_files();
	/* For tests: /dev/log is one for the whole machine. */
	if (logd_run(fd, getenv("SVD_DEVLOG"), &err) < 0) {
		fprintf(stderr, "svd-logd: %s\n", err.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
