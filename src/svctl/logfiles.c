/*
 * logfiles.c - programs may share a file, all of a group do with one stdout_logfile: it is to be
 * followed once, and to be called what its users are called.
 */
#include "svctl/logfiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "svctl/globs.h"
#include "svctl/namespec.h"

enum { USERS_NAMED = 3 };	/* in a label; of more, their number */

static int note_unknown(const struct procinfo_list *infos, const struct words *names,
			struct words *ret_unknown)
{
	int r = 0;

	for (size_t i = 0; i < names->n && r == 0; i++) {
		if (!glob_means_any(names->list[i], infos))
			r = words_add(ret_unknown, names->list[i], strlen(names->list[i]));
	}
	return r;
}

/* The path of its log, "" when it has none. */
static const char *path_of(const struct procinfo_list *infos, size_t i, const char *channel)
{
	char key[32];
	const char *path;

	snprintf(key, sizeof(key), "%s_logfile", channel);
	path = json_string_value(json_object_get(json_array_get(infos->answer, i), key));
	return path ? path : "";
}

static struct logfile *find(const struct logfiles *files, const char *path)
{
	for (size_t i = 0; i < files->n; i++) {
		if (strcmp(files->list[i].path, path) == 0)
			return &files->list[i];
	}
	return NULL;
}

static int add_user(struct logfile *file, const struct procinfo *info)
{
	struct strbuf name = { 0 };
	int r;

	namespec_add(&name, info->group, info->name);
	r = json_array_append_new(file->users, json_string(strbuf_str(&name)));
	strbuf_done(&name);
	return r < 0 ? -ENOMEM : 0;
}

/* There is room for it. What is half made stays for logfiles_done. */
static struct logfile *add_file(struct logfiles *files, const char *path,
				const struct procinfo *info)
{
	struct logfile *file = &files->list[files->n++];

	*file = (struct logfile){ .path = path, .users = json_array() };
	if (asprintf(&file->full_name, "%s:%s", info->group, info->name) < 0) {
		file->full_name = NULL;
		return NULL;
	}
	return file->users ? file : NULL;
}

static int take(struct logfiles *files, const struct procinfo *info, const char *path,
		struct words *ret_none)
{
	struct logfile *file = find(files, path);
	struct strbuf name = { 0 };
	int r;

	if (*path) {
		file = file ? file : add_file(files, path, info);
		return file ? add_user(file, info) : -ENOMEM;
	}
	namespec_add(&name, info->group, info->name);
	r = strbuf_str(&name) ? words_add(ret_none, name.s, name.len) : -ENOMEM;
	strbuf_done(&name);
	return r;
}

/* The group whose processes all users are, and there are several; 0: there is none. */
static size_t common_group(const json_t *users)
{
	size_t n = strcspn(json_string_value(json_array_get(users, 0)), ":"), i;
	const char *first = json_string_value(json_array_get(users, 0));
	json_t *user;

	if (json_array_size(users) < 2)
		return 0;
	json_array_foreach(users, i, user) {
		const char *name = json_string_value(user);

		if (strcspn(name, ":") != n || memcmp(name, first, n) != 0)
			return 0;
	}
	return n;
}

static int make_label(struct logfile *file)
{
	const char *first = json_string_value(json_array_get(file->users, 0));
	size_t n = json_array_size(file->users), group = common_group(file->users);
	struct strbuf label = { 0 };

	if (group)
		strbuf_addf(&label, "%.*s:*", (int)group, first);
	for (size_t i = 0; !group && i < n && i < USERS_NAMED; i++)
		strbuf_addf(&label, "%s%s", i ? "," : "",
			    json_string_value(json_array_get(file->users, i)));
	if (!group && n > USERS_NAMED)
		strbuf_addf(&label, ",+%zu", n - USERS_NAMED);
	file->label = strbuf_steal(&label);
	return file->label ? 0 : -ENOMEM;
}

int logfiles_find(const struct procinfo_list *infos, const struct words *names,
		  const char *channel, struct logfiles *ret_files, struct words *ret_unknown,
		  struct words *ret_none)
{
	int r = note_unknown(infos, names, ret_unknown);

	ret_files->n = 0;
	ret_files->list = calloc(infos->n + 1, sizeof(*ret_files->list));
	if (!ret_files->list)
		r = -ENOMEM;
	for (size_t i = 0; i < infos->n && r == 0; i++) {
		if (globs_mean(names, 0, &infos->list[i]))
			r = take(ret_files, &infos->list[i], path_of(infos, i, channel), ret_none);
	}
	for (size_t i = 0; i < ret_files->n && r == 0; i++)
		r = make_label(&ret_files->list[i]);
	if (r < 0)
		logfiles_done(ret_files);
	return r;
}

void logfiles_done(struct logfiles *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->list[i].full_name);
		free(files->list[i].label);
		json_decref(files->list[i].users);
	}
	free(files->list);
	*files = (struct logfiles){ 0 };
}
