/*
 * main.c - svd-httpd: HTTP, XML-RPC and authentication, without privileges. Only svd starts it,
 * with one end of a socket pair.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/nobody.h"
#include "config.h"
#include "httpd/gateway.h"

/*
 * svd decides when we end, by `quit` or by closing the link: Ctrl-C in a terminal and service
 * managers signal all processes at once, but svd stops its programs in order first, and clients
 * shall be able to watch that. A client that went away shows as an error of write().
 */
static void ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal(signals[i], SIG_IGN);
}

static int usage(void)
{
	fputs("svd-httpd is started by svd.\n"
	      "usage: svd-httpd --link FD [--idle SECONDS] [--patience SECONDS]\n", stderr);
	return 2;
}

/* Seconds or a descriptor; exits when it is none. */
static double number(const char *s)
{
	char *end;
	double n = strtod(s, &end);

	if (end == s || *end || !(n >= 0 && n <= 1000000))
		exit(usage());
	return n;
}

static void parse_options(int argc, char **argv, struct gateway_config *config)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "idle", required_argument, NULL, 'i' },
		{ "patience", required_argument, NULL, 'p' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			config->link_fd = (int)number(optarg);
			break;
		case 'i':
			config->idle = number(optarg);
			break;
		case 'p':
			config->patience = number(optarg);
			break;
		case 'v':
			puts(PACKAGE_VERSION);
			exit(0);
		default:
			exit(usage());
		}
	}
	if (optind < argc || config->link_fd < 3 || config->patience < 1)
		exit(usage());
}

int main(int argc, char **argv)
{
	struct gateway_config config = { .link_fd = -1, .idle = 60, .patience = 30 };
	struct err warning, err;

	parse_options(argc, argv, &config);
	ignore_signals();
	if (nobody_become(&warning) < 0)
		config.warning = warning.text;
	(void)fd_fill_std();
	if (chdir("/") < 0)
		err_set(&err, -errno, "/: %s", strerror(errno));
	else if (gateway_run(&config, &err) == 0)
		return 0;
	fprintf(stderr, "svd-httpd: %s\n", err.text);
	return 1;
}
