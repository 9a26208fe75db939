/*
 * main.c - svd, the supervisor. From the command line to the loop and back; whatever can fail
 * before the loop runs ends here with a message and status 2, and leaves nothing behind.
 */
#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdbool.h>
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
#include "svd/guard.h"
#include "svd/hook_post.h"
#include "svd/listen.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/notes.h"
#include "svd/notify.h"
#include "svd/passed.h"
#include "svd/pidfile.h"
#include "svd/showconf.h"

/* Seconds that the last answers, posts and log lines get at the end. */
static const double ANSWERS_TIME = 2, POSTS_TIME = 2, LOGS_TIME = 10;

enum {
	BIND_PATIENCE = 1000,	/* ms; see svd/bound.h */
	LARGE = 128 * 1024,	/* bytes that are mapped, and given back when they are freed */
};

/* What the daemon has on the machine, to be given back in reverse. */
struct holdings {
	const char    *program;			/* borrowed: argv[0] */
	const struct cmdline *cmdline;		/* borrowed */
	char          *path;	/* owned: the configuration file, absolute; NULL: not yet read */
	struct config *config;	/* counted */
	struct config *newest;	/* counted: between two lives, what the first has read last */
	struct engine *engine;	/* owned */
	struct bound  *bound;	/* owned array */
	size_t         n_bound;
	struct guard  *guard;	/* owned */
	struct passed  passed;	/* owned; for all lives */
	int            pidfile;	/* owned; -1: not locked */
	int            ready;	/* owned; for daemon_ready; -1: in the foreground, or done */
	struct saved_limit limits[2];
	int            n_limits;
	bool           raised, background;	/* done in the first life */
};

/* Who may write to the working directory must not become root by that. */
static int search(const char *program, char **ret_path, struct err *err)
{
	if (getuid() == 0)
		fputs("Warning: Supervisord is running as root and it is searching for its "
		      "configuration file in default locations (including its current working "
		      "directory); you probably want to specify a \"-c\" argument specifying an "
		      "absolute path to a configuration file for improved security.\n", stderr);
	return config_find(program, ret_path, err);
}

/*
 * Also for the engine, which has the file read again while it runs. It is always the one that was
 * found first: the working directory may be another by then.
 */
static int read_config(void *arg, struct config **ret_config, struct err *err)
{
	struct holdings *h = arg;
	_cleanup_(free_str) char *found = NULL;
	const char *path = h->path ? h->path : h->cmdline->configuration;
	int ret = 0;

	if (!path)
		ret = search(h->program, &found, err);
	if (ret == 0)
		ret = config_load(path ? path : found, &h->cmdline->list, ret_config, err);
	if (ret == 0 && !h->path)
		h->path = strdup((*ret_config)->path);
	return ret;
}

static int bind_servers(struct holdings *h, struct err *err)
{
	const struct config *config = h->config;

	h->bound = calloc(config->n_servers + 1, sizeof(*h->bound));
	if (!h->bound)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < config->n_servers; i++) {
		int ret = listen_open(&config->servers[i], &h->passed, BIND_PATIENCE,
				      &h->bound[i], err);

		if (ret < 0)
			return ret;
		h->n_bound++;
	}
	passed_settle(&h->passed);
	return 0;
}

static void announce_servers(const struct config *config, enum server_kind kind)
{
	for (size_t i = 0; i < config->n_servers; i++) {
		if (config->servers[i].kind != kind)
			continue;
		log_info("RPC interface 'supervisor' initialized");
		for (size_t k = 0; k < config->n_plugins; k++)
			log_info("RPC interface '%s' initialized", config->plugins[k].name);
		if (!config->servers[i].username)
			log_crit("Server '%s' running without any HTTP authentication checking",
				 config->servers[i].section);
	}
}

/* What is critical, then warnings, then what is good to know: in Supervisor's order. */
static void announce(const struct holdings *h)
{
	const struct config *config = h->config;

	daemon_log_root(config);
	notes_log(config, NULL);
	daemon_log_rights(config, h->limits, h->raised ? 0 : h->n_limits);
	if (!config->nocleanup)
		autolog_clear(config);
	announce_servers(config, SERVER_INET);
	announce_servers(config, SERVER_UNIX);
}

/* As in Supervisor, a daemon without a pidfile is a daemon; but two with the same are not. */
static int hold_pidfile(struct holdings *h, struct err *err)
{
	int ret = pidfile_lock(h->config->pidfile, &h->pidfile, err);

	if (ret == 0 || ret == -EAGAIN)
		return ret;
	log_crit("could not write pidfile %s: %s", h->config->pidfile, err->text);
	return 0;
}

/* Everything that may refuse for a person's mistake, while our messages still reach them. */
static int take_place(struct holdings *h, struct err *err)
{
	const struct config *config = h->config;
	int ret;

	ret = daemon_drop_privileges(config, err);
	if (ret == 0 && !h->raised)
		ret = h->n_limits = daemon_raise_limits(config, h->limits, err);
	if (ret >= 0)
		ret = hold_pidfile(h, err);
	if (ret == 0)
		ret = bind_servers(h, err);
	if (ret < 0)
		return ret;
	announce(h);
	h->raised = true;
	if (h->background)
		umask(config->umask);	/* the first life has it from daemon_fork */
	if (config->nodaemon || h->background)
		return 0;
	h->background = true;
	return daemon_fork(config, &h->ready, err);
}

static bool has_own_file(const struct holdings *h, size_t i)
{
	return h->config->servers[i].kind == SERVER_UNIX && !h->bound[i].is_passed;
}

static int serve(struct holdings *h, struct err *err)
{
	h->guard = guard_new(h->engine);
	if (!h->guard)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < h->n_bound; i++) {
		int fd = fd_dup(h->bound[i].fd);

		if (fd < 0 || gate_add(h->engine->gate, &h->config->servers[i], fd) < 0)
			return err_set(err, -ENOMEM, "cannot serve: %s", strerror(errno));
		if (has_own_file(h, i) &&
		    guard_add(h->guard, &h->config->servers[i], &h->bound[i]) < 0)
			return err_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

static int set_up(struct holdings *h, struct err *err)
{
	int ret;

	h->engine = engine_new(h->config);
	if (!h->engine)
		return err_set(err, -ENOMEM, "cannot start: %s", strerror(errno));
	h->engine->limits = h->limits;
	h->engine->n_limits = h->n_limits;
	h->engine->is_protected = daemon_is_protected();
	h->engine->read = read_config;
	h->engine->read_arg = h;
	ret = logs_start(h->engine->logs, err);
	if (ret == 0)
		ret = serve(h, err);
	if (ret == 0 && h->pidfile >= 0 && pidfile_write(h->pidfile) < 0)
		log_crit("could not write pidfile %s: %s", h->config->pidfile, strerror(errno));
	return ret;
}

/* Returns 0 when the life has ended as asked for, *ret_mood says why. */
static int run(struct holdings *h, struct err *err, int *ret_mood)
{
	int ret = take_place(h, err);

	if (ret == 0)
		ret = set_up(h, err);
	if (ret < 0)
		return ret;
	log_info("supervisord started with pid %d", (int)getpid());
	if (h->ready >= 0)
		daemon_ready(steal_fd(&h->ready));
	notify("READY=1");
	engine_run(h->engine);
	*ret_mood = h->engine->mood;
	return 0;
}

static void give_back(struct holdings *h)
{
	guard_free(h->guard);
	h->guard = NULL;
	if (h->engine) {
		poster_stop(h->engine->poster, POSTS_TIME);
		logs_stop(h->engine->logs, LOGS_TIME);
		/* Who follows a log hears its last lines, so they are written by now. */
		gate_stop(h->engine->gate, ANSWERS_TIME);
		h->newest = config_ref(h->engine->config);
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
	h->engine = NULL;
	h->bound = NULL;
	h->n_bound = 0;
	h->config = NULL;
}

static int fail(struct holdings *h, const struct err *err)
{
	char text[sizeof(err->text) + 512];

	snprintf(text, sizeof(text), "Error: %s\nFor help, use %s -h\n", err->text, h->program);
	if (h->ready >= 0)
		daemon_failed(steal_fd(&h->ready), text);
	else
		fputs(text, stderr);
	return 2;
}

/*
 * The file was in order when the restart was asked for. If it is not any more, it is too late to
 * refuse: all has been stopped.
 */
static int read_next(struct holdings *h, struct err *err)
{
	int ret = read_config(h, &h->config, err);

	if (ret < 0 && h->newest) {
		log_error("%s; the restart takes the configuration as it was before", err->text);
		h->config = config_ref(h->newest);
		ret = 0;
	}
	config_unref(h->newest);
	h->newest = NULL;
	return ret;
}

/* One life of the supervisor after the other; SIGHUP and the method restart begin a new one. */
static int live(const char *program, const struct cmdline *cmdline)
{
	struct holdings h = { .program = program, .cmdline = cmdline, .pidfile = -1, .ready = -1 };
	struct err err = { 0 };
	int ret, mood;

#ifdef __GLIBC__
	/* Or it rises when a large piece is freed, and the next ones stay. */
	mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
	passed_take(&h.passed);
	do {
		mood = MOOD_SHUTDOWN;
		ret = read_next(&h, &err);
		if (ret == 0)
			log_set_level(h.config->loglevel);
		if (ret == 0)
			ret = run(&h, &err, &mood);
		give_back(&h);
	} while (ret == 0 && mood == MOOD_RESTARTING);
	passed_done(&h.passed);
	config_unref(h.newest);
	free(h.path);
	return ret < 0 ? fail(&h, &err) : 0;
}

int main(int argc, char **argv)
{
	struct cmdline cmdline;
	struct err err = { 0 };
	int ret;

	(void)fd_fill_std();
	(void)fd_cloexec_from(3);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	switch (cmdline_parse(argc, argv, &cmdline, &err)) {
	case CMDLINE_DONE:
		return fflush(stdout) == 0 ? 0 : 1;
	case CMDLINE_ERROR:
		return fail(&(struct holdings){ .program = argv[0], .ready = -1 }, &err);
	case CMDLINE_RUN:
		break;
	}
	if (!cmdline.check && !cmdline.print)
		return live(argv[0], &cmdline);
	ret = showconf(argv[0], &cmdline, &err);
	return ret < 0 ? fail(&(struct holdings){ .program = argv[0], .ready = -1 }, &err) : ret;
}
