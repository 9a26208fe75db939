/* clearing.c - a call that has something done to logs waits for svd-logd; its client may go. */
#include "svd/clearing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "ipc/frame.h"
#include "svd/log.h"
#include "svd/logs.h"

struct clearing {
	struct logs *logs;		/* borrowed */
	const char  *order;		/* static */
	struct clear_file *by_path;	/* hash of those in files that were asked for */
	size_t       n;			/* rows */
	struct clear_file files[];	/* CHANNEL_N of each row */
};

json_t *clear_frame(const struct clear_file *file)
{
	return json_pack("{s:s, s:i, s:o}", "t", file->order, "id", (int)file->id, "path",
			 json_text(file->path));
}

void clear_answered(struct clear_file **list, const json_t *head)
{
	json_int_t id = json_integer_value(json_object_get(head, "id"));
	const char *text = json_string_value(json_object_get(head, "text"));
	struct clear_file *file;

	DL_SEARCH_SCALAR(*list, file, id, id);
	if (!file)
		return;
	DL_DELETE(*list, file);
	file->done = true;
	file->failed = text;
	if (!text)
		return;
	file->why = strdup(text);
	log_error("cannot %s %s: %s", file->order, file->path, text);
}

struct clearing *clearing_new(struct logs *logs, const char *order, size_t n)
{
	struct clearing *clearing =
		calloc(1, sizeof(*clearing) + n * CHANNEL_N * sizeof(struct clear_file));

	if (!clearing)
		return NULL;
	clearing->logs = logs;
	clearing->order = order;
	clearing->n = n;
	return clearing;
}

void clearing_free(struct clearing *clearing)
{
	if (clearing)
		HASH_CLEAR(hh, clearing->by_path);
	for (size_t i = 0; clearing && i < clearing->n * CHANNEL_N; i++) {
		struct clear_file *file = &clearing->files[i];

		logs_clear_forget(clearing->logs, file);
		free(file->path);
		free(file->why);
	}
	free(clearing);
}

int clearing_ask(struct clearing *clearing, size_t row, enum channel channel, const char *path)
{
	struct clear_file *file = &clearing->files[row * CHANNEL_N + channel], *same;

	HASH_FIND_STR(clearing->by_path, path, same);
	if (same) {
		file->same = same;
		return 0;
	}
	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	HASH_ADD_KEYPTR(hh, clearing->by_path, file->path, strlen(file->path), file);
	if (!file->hh.tbl)
		return -ENOMEM;
	file->order = clearing->order;
	logs_clear(clearing->logs, file);
	return 0;
}

size_t clearing_rows(const struct clearing *clearing)
{
	return clearing->n;
}

bool clearing_is_done(const struct clearing *clearing)
{
	for (size_t i = 0; i < clearing->n * CHANNEL_N; i++)
		if (clearing->files[i].id && !clearing->files[i].done)
			return false;
	return true;
}

const struct clear_file *clearing_failed(const struct clearing *clearing, size_t row)
{
	const struct clear_file *files = &clearing->files[row * CHANNEL_N];

	for (enum channel c = 0; c < CHANNEL_N; c++) {
		const struct clear_file *file = files[c].same ? files[c].same : &files[c];

		if (file->failed)
			return file;
	}
	return NULL;
}
