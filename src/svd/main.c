/*
 * main.c - svd, the supervisor. From the command line to the loop and back; whatever can fail
 * before the loop runs ends here with a message and status 2, and leaves nothing behind.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "conf/config.h"
#include "svd/autolog.h"
#include "svd/cmdline.h"
#include "svd/daemon.h"
#include "svd/engine.h"
#include "svd/environment.h"
#include "svd/gate.h"
#include "svd/listen.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/notify.h"
#include "svd/pidfile.h"

/* Seconds that the last answers and the last log lines get at the end. */
static const double ANSWERS_TIME = 2, LOGS_TIME = 10;

/* What the daemon has on the machine, to be given back in reverse. */
struct holdings {
	struct config *config;	/* counted */
	struct engine *engine;	/* owned */
	struct bound  *bound;	/* owned array, one for each server; fd -1: not bound */
	size_t         n_bound;
	int            pidfile;	/* owned; -1: not locked */
	int            ready;	/* owned; for daemon_ready */
};

static int read_config(const char *program, const struct cmdline *cmdline, struct holdings *h,
		       struct err *err)
{
	_cleanup_(free_str) char *found = NULL;
	const char *path = cmdline->configuration;

	if (!path) {
		int ret = config_find(program, &found, err);

		if (ret < 0)
			return ret;
		path = found;
	}
	return config_load(path, &cmdline->list, &h->config, err);
}

static int bind_servers(struct holdings *h, struct err *err)
{
	const struct config *config = h->config;

	h->bound = calloc(config->n_servers + 1, sizeof(*h->bound));
	if (!h->bound)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < config->n_servers; i++) {
		int ret = listen_open(&config->servers[i], &h->bound[i], err);

		if (ret < 0)
			return ret;
		h->n_bound++;
	}
	return 0;
}

static void log_notes(const struct config *config)
{
	for (size_t i = 0; i < config->n_notes; i++)
		log_msg(config->notes[i].level, "%s", config->notes[i].text);
	for (size_t i = 0; i < config->n_servers; i++)
		if (!config->servers[i].username)
			log_crit("Server '%s' running without any HTTP authentication checking",
				 config->servers[i].section);
}

/* Everything that may refuse, while our messages still reach a person. */
static int take_place(struct holdings *h, struct err *err)
{
	const struct config *config = h->config;
	int ret;

	umask(config->umask);
	ret = daemon_drop_privileges(config, err);
	if (ret < 0)
		return ret;
	h->engine = engine_new(h->config);
	if (!h->engine)
		return err_set(err, -ENOMEM, "cannot start: %s", strerror(errno));
	ret = daemon_raise_limits(config, h->engine->limits, err);
	if (ret < 0)
		return ret;
	h->engine->n_limits = ret;
	ret = pidfile_lock(config->pidfile, &h->pidfile, err);
	if (ret < 0)
		return ret;
	ret = bind_servers(h, err);
	if (ret < 0)
		return ret;
	return engine_add_groups(h->engine) < 0 ? err_set(err, -ENOMEM, "out of memory") : 0;
}

static int serve(struct holdings *h, struct err *err)
{
	for (size_t i = 0; i < h->n_bound; i++) {
		int fd = fd_dup(h->bound[i].fd);

		if (fd < 0 || gate_add(h->engine->gate, &h->config->servers[i], fd) < 0)
			return err_set(err, -ENOMEM, "cannot serve: %s", strerror(errno));
	}
	return 0;
}

static int run(struct holdings *h, struct err *err)
{
	const struct config *config = h->config;
	int ret = take_place(h, err);

	if (ret == 0 && !config->nodaemon)
		ret = daemon_fork(config, &h->ready, err);
	if (ret == 0)
		ret = logs_start(h->engine->logs, err);
	if (ret == 0)
		ret = serve(h, err);
	if (ret == 0 && pidfile_write(h->pidfile) < 0)
		ret = err_set(err, -errno, "could not write pidfile %s: %s", config->pidfile,
			      strerror(errno));
	if (ret < 0)
		return ret;
	if (!config->nocleanup)
		autolog_clear(config);
	log_notes(config);
	log_info("supervisord started with pid %d", (int)getpid());
	daemon_ready(steal_fd(&h->ready));
	notify("READY=1");
	engine_run(h->engine);
	notify("STOPPING=1");
	return 0;
}

static void give_back(struct holdings *h)
{
	if (h->engine) {
		gate_stop(h->engine->gate, ANSWERS_TIME);
		logs_stop(h->engine->logs, LOGS_TIME);
		engine_free(h->engine);
	}
	for (size_t i = 0; i < h->n_bound; i++)
		listen_close(&h->config->servers[i], &h->bound[i]);
	free(h->bound);
	if (h->pidfile >= 0)
		pidfile_remove(h->config->pidfile, h->pidfile);
	close_fd(&h->pidfile);
	environment_done();
	config_unref(h->config);
}

static int fail(const char *program, const struct err *err)
{
	fprintf(stderr, "Error: %s\nFor help, use %s -h\n", err->text, program);
	return 2;
}

int main(int argc, char **argv)
{
	struct holdings h = { .pidfile = -1, .ready = -1 };
	struct cmdline cmdline;
	struct err err = { 0 };
	int ret;

	(void)fd_fill_std();
	(void)fd_cloexec_from(3);
	(void)signal(SIGPIPE, SIG_IGN);
	switch (cmdline_parse(argc, argv, &cmdline, &err)) {
	case CMDLINE_DONE:
		return fflush(stdout) == 0 ? 0 : 1;
	case CMDLINE_ERROR:
		return fail(argv[0], &err);
	case CMDLINE_RUN:
		break;
	}
	ret = read_config(argv[0], &cmdline, &h, &err);
	if (ret == 0)
		ret = run(&h, &err);
	give_back(&h);
	return ret < 0 ? fail(argv[0], &err) : 0;
}
