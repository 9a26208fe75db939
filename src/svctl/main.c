/* main.c - svctl: one action from the command line, or a shell */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "svctl/ask.h"
#include "svctl/candidates.h"
#include "svctl/ctl.h"
#include "svctl/options.h"
#include "svctl/output.h"
#include "svctl/shell.h"

/* Supervisor's shell ends with 0 whatever happened in it. */
static int run(struct ctl *ctl, const struct options *opt)
{
	if (opt->interactive)
		ask_leave_on_interrupt();
	if (opt->line) {
		ctl_run_line(ctl, opt->line);
		return ctl->status;
	}
	shell_run(ctl, opt->config.prompt, opt->history_file);
	return EXIT_SUCCESS;
}

static int start(const struct options *opt)
{
	struct ctl ctl = {
		.client = client_new(opt->serverurl, opt->username, opt->password),
		.interactive = opt->interactive,
		.compatible = opt->compatible,
		.match_group = opt->match_group,
		.whole_groups = opt->whole_groups,
	};
	int status = EXIT_GENERIC;

	if (ctl.client)
		status = run(&ctl, opt);
	else
		out_line("error: %s: %s", opt->serverurl, strerror(ENOMEM));
	client_free(ctl.client);
	return status;
}

int main(int argc, char **argv)
{
	struct options opt;
	int status;

	/* A file that we open must never become somebody's standard output. */
	(void)fd_fill_std();
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "--complete") == 0) {
		argv[1] = argv[0];
		candidates_print(argc - 1, argv + 1);
		return EXIT_SUCCESS;
	}
	if (options_parse(argc, argv, &opt, &status)) {
		status = start(&opt);
		options_done(&opt);
	}
	return out_finish() ? status : EXIT_GENERIC;
}
