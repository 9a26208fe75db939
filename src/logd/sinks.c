/*
 * sinks.c - two names for one file (a symbolic link, /dev/stdout and /dev/fd/1) must lead to one
 * sink, or two rotations would be made of it. A file that could not be opened has no identity
 * yet, and is found by its path.
 */
#include "logd/sinks.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "logd/sink.h"

/*
 * The pipes of an ordinary user may have so many pages in all; beyond, new ones are tiny, for all
 * of his programs. So only a few get more than they are born with.
 */
enum { ENLARGED_MAX = 32, ENLARGED_ROOT_MAX = 512 };

int sinks_init(struct sinks *all, struct stages *stages, const struct sink_news *news, void *user)
{
	*all = (struct sinks){ .news = news, .user = user, .started_at = clock_mono(),
			       .stages = stages };
	all->enlarged_max = geteuid() == 0 ? ENLARGED_ROOT_MAX : ENLARGED_MAX;
	return look_init(&all->look);
}

void sinks_done(struct sinks *all)
{
	look_done(&all->look);
	work_free(all->work);
	all->work = NULL;
}

struct sink *sinks_by_path(const struct sinks *all, const char *path)
{
	struct sink *s;

	HASH_FIND(path_hh, all->by_path, path, strlen(path), s);
	return s;
}

struct sink *sinks_by_file(const struct sinks *all, const struct file_id *id)
{
	struct sink *s;

	HASH_FIND(file_hh, all->by_file, id, sizeof(*id), s);
	return s;
}

int sinks_add(struct sinks *all, struct sink *s)
{
	HASH_ADD_KEYPTR(path_hh, all->by_path, s->path, strlen(s->path), s);
	if (!s->path_hh.tbl)
		return -ENOMEM;
	sinks_note_file(all, s);
	return 0;
}

void sinks_remove(struct sinks *all, struct sink *s)
{
	if (s->file_hh.tbl)
		HASH_DELETE(file_hh, all->by_file, s);
	if (s->path_hh.tbl)
		HASH_DELETE(path_hh, all->by_path, s);
}

void sinks_note_file(struct sinks *all, struct sink *s)
{
	if (s->file_hh.tbl)
		HASH_DELETE(file_hh, all->by_file, s);
	s->file_hh.tbl = NULL;
	if (s->target.fd < 0)
		return;
	s->file_id = s->target.id;
	/* Out of memory is the same to us as a sink that is there already. */
	if (!sinks_by_file(all, &s->file_id))
		HASH_ADD(file_hh, all->by_file, file_id, sizeof(s->file_id), s);
}
