/*
 * main.c - svd-httpd: HTTP, XML-RPC and authentication, without privileges. Only svd starts it,
 * with one end of a socket pair.
 */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
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

/*
 * Who takes over this process shall have nothing. In a container, root may lack the right to
 * become somebody else; then it is not worth much to an attacker either, and better served than
 * not: the caller only warns.
 */
static int drop_privileges(struct err *err)
{
	enum { NOBODY = 65534 };
	const struct passwd *pw = getpwnam("nobody");
	uid_t uid = pw ? pw->pw_uid : NOBODY;
	gid_t gid = pw ? pw->pw_gid : NOBODY;

	if (setgroups(1, &gid) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
		return err_set(err, -errno, "svd-httpd cannot become nobody: %s", strerror(errno));
	return 0;
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
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (geteuid() == 0 && drop_privileges(&warning) < 0)
		config.warning = warning.text;
	(void)fd_fill_std();
	if (chdir("/") < 0)
		err_set(&err, -errno, "/: %s", strerror(errno));
	else if (gateway_run(&config, &err) == 0)
		return 0;
	fprintf(stderr, "svd-httpd: %s\n", err.text);
	return 1;
}
