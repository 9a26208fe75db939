/* life_box.c - snapshots in memory, and an engine between them. */
#include "life_box.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/arena.h"
#include "svd/environment.h"

enum { GROUPS = 4, PROGRAMS = 4 };

struct engine *e;
struct config *before, *after;
static const int zero[] = { 0 };

/* --- snapshots --- */

struct config *a_snapshot(void)
{
	struct config *config = calloc(1, sizeof(*config));

	ck_assert_ptr_nonnull(config);
	config->arena = arena_new();
	ck_assert_ptr_nonnull(config->arena);
	config->refs = 1;
	config->path = "x";
	config->here = "/";
	config->childlogdir = "/tmp";
	config->identifier = "supervisor";
	config->groups = arena_alloc(config->arena, GROUPS * sizeof(*config->groups));
	return config;
}

static void set_program(struct program_config *c, const struct group_config *group, unsigned i)
{
	static const char *const names[PROGRAMS] = { "p0", "p1", "p2", "p3" };
	static const char *const none[] = { NULL };

	*c = (struct program_config){ .group = group, .name = names[i], .listed = i,
				      .command = "/bin/cat", .priority = 999, .autostart = true,
				      .autorestart = AUTORESTART_UNEXPECTED, .startsecs = 1,
				      .startretries = 3, .stopsignal = SIGTERM, .stopwaitsecs = 10,
				      .exitcodes = zero, .n_exitcodes = 1,
				      .environment = none };
}

struct program_config *add_group(struct config *config, const char *name, size_t n)
{
	struct group_config *group = (struct group_config *)&config->groups[config->n_groups++];
	struct program_config *programs = arena_alloc(config->arena, PROGRAMS * sizeof(*programs));

	for (unsigned i = 0; i < n; i++)
		set_program(&programs[i], group, i);
	*group = (struct group_config){ .name = name, .priority = 999, .programs = programs,
					.n_programs = n };
	return programs;
}

struct group_config *group_of(const struct program_config *programs)
{
	return (struct group_config *)programs->group;
}

static int read_again(void *arg, struct config **ret_config, struct err *err)
{
	(void)arg;
	if (!after)
		return err_set(err, -EINVAL, "x:3: [program:p] numprocs=many: no number");
	*ret_config = config_ref(after);
	return 0;
}

/* --- the engine --- */

void life_setup(void)
{
	fake_reset();
	before = a_snapshot();
	after = NULL;
}

void life_teardown(void)
{
	if (e)
		ck_assert_ptr_null(e->posted);
	engine_free(e);
	e = NULL;
	environment_done();
	config_unref(before);
	config_unref(after);
}

struct group *start_engine(void)
{
	e = engine_new(before);
	ck_assert_ptr_nonnull(e);
	e->read = read_again;
	engine_turn(e);
	fake_advance(e, 1.1);
	return e->groups;
}

void child_ends(struct process *p, int status)
{
	fake_child_ends(p->pid, status);
	e->reap_wanted = true;
	engine_turn(e);
}

struct call *a_call(const char *method, const char *params)
{
	struct call *call = call_new(1, method, json_loads(params, 0, NULL));

	rpc_dispatch(e, call);
	return call;
}

void ck_answer(struct call *call, const char *expected)
{
	char *text;

	ck_assert(call->answered);
	text = call->result ? json_dumps(call->result, JSON_COMPACT | JSON_ENCODE_ANY) :
			      strdup(call->result_text ? call->result_text : call->text);
	ck_assert_str_eq(text, expected);
	free(text);
	call_free(call);
}

void expect(const char *method, const char *params, const char *answer)
{
	ck_answer(a_call(method, params), answer);
}

void reread(void)
{
	struct call *call = a_call("supervisor.reloadConfig", "[]");

	ck_assert_ptr_nonnull(call->result);
	call_free(call);
}

struct call *a_waiting_call(const char *method, const char *params)
{
	struct call *call = a_call(method, params);

	ck_assert(!call->answered);
	call->dispatched = true;
	DL_APPEND(e->calls, call);
	return call;
}

struct call *taken_back(struct call *call)
{
	DL_DELETE(e->calls, call);
	return call;
}
