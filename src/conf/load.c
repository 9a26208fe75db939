/*
 * load.c - a snapshot in the making: its memory, its notes, and the names that every value may
 * contain. Loading touches nothing but the struct load, so that a bad file changes nothing.
 */
#include "conf/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/arena.h"
#include "conf/environment.h"

extern char **environ;

struct note {
	struct note *next;
	const struct ini_section *at;	/* the section in hand; NULL: none */
	struct config_note line;
};

int no_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "reading the configuration: %s", strerror(ENOMEM));
}

static int add_names(struct load *ld)
{
	struct utsname host;
	const char *name;

	if (uname(&host) < 0)
		return -errno;
	name = arena_strdup(ld->ini.arena, host.nodename);
	if (!name)
		return -ENOMEM;
	ld->file_vars[VAR_HERE] = (struct expand_var){ .name = "here", .text = "" };
	ld->file_vars[VAR_HOST] = (struct expand_var){ .name = "host_node_name", .text = name };
	ld->own.outer = &ld->file;
	ld->file = (struct expand_scope){ &ld->daemon, ld->file_vars, ARRAY_LEN(ld->file_vars) };
	ld->daemon.outer = &ld->process;
	return environment_scope(ld, (const char *const *)environ, &ld->process);
}

int load_init(struct load *ld)
{
	struct config *config = calloc(1, sizeof(*config));
	int r;

	*ld = (struct load){ .config = config };
	if (config)
		config->refs = 1;
	r = ini_init(&ld->ini);
	if (!config || r < 0)
		return -ENOMEM;
	config->arena = arena_new();
	if (!config->arena)
		return -ENOMEM;
	return add_names(ld);
}

void load_done(struct load *ld)
{
	HASH_CLEAR(hh, ld->unknowns);
	strbuf_done(&ld->text);
	ini_done(&ld->ini);
	config_unref(ld->config);
	ld->config = NULL;
}

struct config_note *note_add(struct load *ld, enum log_level level, const char *text)
{
	struct note *note = arena_alloc(ld->ini.arena, sizeof(*note));

	if (!note || !text)
		return NULL;
	note->line = (struct config_note){ .level = level, .text = text };
	note->at = ld->at;
	if (ld->notes_last)
		ld->notes_last->next = note;
	else
		ld->notes = note;
	ld->notes_last = note;
	ld->config->n_notes++;
	return &note->line;
}

int load_keep(struct load *ld, int r, struct err *err)
{
	if (r >= 0 || r == -ENOMEM || !ld->check)
		return r;
	if (!note_add(ld, LEVEL_ERROR, arena_strdup(ld->config->arena, err->text)))
		return no_memory(err);
	*err = (struct err){ 0 };
	return 0;
}

int load_each_note(const struct load *ld, int (*tell)(void *arg, const struct config_note *note,
						      const struct ini_section *at), void *arg)
{
	int r = 0;

	for (const struct note *note = ld->notes; note && r == 0; note = note->next)
		r = tell(arg, &note->line, note->at);
	return r;
}

/* "..." and how often it was met again, now that this is known. */
static int name_unknowns(struct load *ld)
{
	for (struct unknown *u = ld->unknowns; u; u = u->hh.next) {
		if (u->again == 0)
			continue;
		u->note->text = arena_printf(ld->config->arena, "%s (%zu more of them)",
					     u->note->text, u->again);
		if (!u->note->text)
			return -ENOMEM;
	}
	return 0;
}

int load_finish(struct load *ld, struct config **ret_config, struct err *err)
{
	struct config_note *lines = arena_alloc(ld->config->arena,
						ld->config->n_notes * sizeof(*lines));
	size_t n = 0;

	if (!lines || name_unknowns(ld) < 0)
		return no_memory(err);
	for (const struct note *note = ld->notes; note; note = note->next)
		lines[n++] = note->line;
	ld->config->notes = lines;
	*ret_config = ld->config;
	ld->config = NULL;
	return 0;
}
