/*
 * main.c - svd-webhook: posts events to URLs, without privileges. Only svd starts it, with one end
 * of a socket pair.
 */
#include <curl/curl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/nobody.h"
#include "webhook/webhook.h"

/*
 * svd decides when we end, by `quit` or by closing the link. A server that went away shows as an
 * error of write().
 */
static void ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal(signals[i], SIG_IGN);
}

/* A socket for each post under way. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int parse_options(int argc, char **argv, struct webhook_config *config)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "idle", required_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'l')
			config->link_fd = atoi(optarg);
		else if (c == 'i')
			config->idle = atof(optarg);
		else
			return -1;
	}
	return optind == argc && config->link_fd > 2 && config->idle > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct webhook_config config = { .link_fd = -1, .idle = 60 };
	struct err warning, err;

	if (parse_options(argc, argv, &config) < 0) {
		fputs("svd-webhook is started by svd.\n"
		      "usage: svd-webhook --link FD [--idle SECONDS]\n", stderr);
		return 2;
	}
	(void)fd_fill_std();
	ignore_signals();
	allow_many_files();
	if (nobody_become(&warning) < 0)
		config.warning = warning.text;
	if (chdir("/") < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		fputs("svd-webhook: cannot begin\n", stderr);
		return EXIT_FAILURE;
	}
	if (webhook_run(&config, &err) < 0) {
		fprintf(stderr, "svd-webhook: %s\n", err.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
