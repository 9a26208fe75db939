/* listener.c - the pool of an [eventlistener:x]: which events it gets, and how many may wait. */
#include "conf/listener.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/commas.h"
#include "conf/events.h"
#include "conf/load.h"
#include "conf/values.h"

static int take_event(struct load *ld, const struct values *v, enum option_id id,
		      const char *name, size_t n, uint64_t *events, struct err *err)
{
	char *upper = arena_strndup(ld->ini.arena, name, n);
	uint64_t mask;

	if (!upper)
		return no_memory(err);
	for (char *c = upper; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	mask = event_mask(upper);
	if (mask == 0)
		return value_error(v, id, -EINVAL, err, "Unknown event type %s in [%s] events",
				   upper, v->section->name);
	*events |= mask;
	return 0;
}

int listener_events(struct load *ld, const struct values *v, enum option_id id, const char *names,
		    uint64_t *events, struct err *err)
{
	const char *name;
	size_t n;
	int r = 0;

	if (!names || !*names)
		return section_error(v->section, -EINVAL, err,
				     "section requires an \"events\" line");
	while (r == 0 && (name = commas_next(&names, &n)))
		r = load_keep(ld, take_event(ld, v, id, name, n, events, err), err);
	return r;
}

static const char *const handlers[] = {
	[RESULTS_JUDGE] = "supervisor.dispatchers:default_handler",
	[RESULTS_PRINT] = "supervisor_stdout:event_handler",
};
_Static_assert(ARRAY_LEN(handlers) == RESULTS_N, "a handler has no name");

/* Supervisor imports what is named here. */
static int find_handler(struct load *ld, const struct values *v, struct pool_config *config)
{
	const struct option_info *info = &option_table[OPT_LISTENER_result_handler];
	const struct ini_option *option = v->set[OPT_LISTENER_result_handler];

	for (config->results = 0; config->results < RESULTS_N; config->results++)
		if (strcmp(config->result_handler, handlers[config->results]) == 0)
			return 0;
	config->results = RESULTS_JUDGE;
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [%s] %s=%s: handlers in Python cannot be loaded, %s is used",
			option->file->path, option->line, v->section->name, info->name,
			config->result_handler, handlers[config->results])) ? 0 : -ENOMEM;
}

/* Standard output is what a listener speaks with. */
static int check_stderr(struct load *ld, const struct values *v, struct err *err)
{
	struct program_draft program = { 0 };
	int r = values_set(ld, v, OPT_PROCESS_redirect_stderr, &ld->file, &program, err);

	if (r == 0 && program.config.redirect_stderr)
		return value_error(v, OPT_PROCESS_redirect_stderr, -EINVAL, err,
				   "[%s] section sets redirect_stderr=true but this is not allowed "
				   "because it will interfere with the eventlistener protocol",
				   v->section->name);
	return r;
}

int listener_read(struct load *ld, const struct values *v, const struct pool_config **ret_pool,
		  struct err *err)
{
	struct pool_config *pool = arena_alloc(ld->config->arena, sizeof(*pool));
	struct pool_draft draft = { 0 };
	int r = pool ? values_defaults_of(ld, FAMILY_LISTENER, NULL, &draft, err) : no_memory(err);

	if (r == 0)
		r = values_set_of(ld, v, FAMILY_LISTENER, &ld->file, &draft, err);
	if (r < 0)
		return r;
	if (draft.config.buffer_size < 1)
		r = value_error(v, OPT_LISTENER_buffer_size, -EINVAL, err,
				"[%s] section sets invalid buffer_size (%d)", v->section->name,
				draft.config.buffer_size);
	r = load_keep(ld, r, err);
	if (r == 0 && find_handler(ld, v, &draft.config) < 0)
		return no_memory(err);
	if (r == 0)
		r = load_keep(ld, listener_events(ld, v, OPT_LISTENER_events, draft.events,
						  &draft.config.events, err), err);
	*pool = draft.config;
	*ret_pool = pool;
	return r == 0 ? check_stderr(ld, v, err) : r;
}
