/* chan.c - all that a new svd-logd has to be told about one channel, in one place. */
#include "svd/chan.h"

#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "ipc/frame.h"

enum { FILE_MODE = 0644 };

void chan_free(struct chan *chan)
{
	close_fd(&chan->fd);
	speaker_done(&chan->speaker);
	printed_unref(chan->printed);
	free(chan->path);
	free(chan);
}

struct chan *chan_new(const char *group, const char *name, const char *path,
		      struct printed *printed, int fd)
{
	struct chan *chan = calloc(1, sizeof(*chan));

	if (!chan) {
		close_fd(&fd);
		return NULL;
	}
	*chan = (struct chan){ .fd = fd, .path = strdup(path), .mode = FILE_MODE,
			       .printed = printed_ref(printed) };
	if (!chan->path || speaker_init(&chan->speaker, group, name) < 0) {
		chan_free(chan);
		return NULL;
	}
	return chan;
}

void chan_take_counts(struct chan *chan, struct counts now)
{
	counts_take(&chan->printed->sums[chan->speaker.channel], &chan->told, &now);
}

/* What may change while a channel is open. */
static json_t *options_of(const char *type, const struct chan *chan)
{
	json_t *head = json_pack("{s:s, s:i, s:I, s:i, s:b, s:b}", "t", type, "ch",
				 (int)chan->number, "maxbytes", (json_int_t)chan->maxbytes,
				 "backups", chan->backups, "tell", chan->tell, "strip",
				 chan->strip);

	if (head && chan->syslog)
		json_object_set_new(head, "syslog",
				    json_pack("{s:o}", "tag", json_text(chan->speaker.name)));
	return head;
}

json_t *chan_frame_open(const struct chan *chan)
{
	json_t *head = options_of("open", chan);
	const struct speaker *s = &chan->speaker;

	if (head) {
		json_object_set_new(head, "group", json_text(s->group));
		json_object_set_new(head, "name", json_text(s->name));
		json_object_set_new(head, "pid", json_integer(s->pid));
		json_object_set_new(head, "channel", json_string(channel_name(s->channel)));
		json_object_set_new(head, "path", json_text(chan->path));
		json_object_set_new(head, "mode", json_integer(chan->mode));
		json_object_set_new(head, "echo", json_boolean(chan->echo));
		json_object_set_new(head, "copy", json_boolean(chan->copy));
	}
	return head;
}

json_t *chan_frame_change(const struct chan *chan)
{
	return options_of("change", chan);
}

json_t *chan_frame_close(const struct chan *chan)
{
	return json_pack("{s:s, s:i}", "t", "close", "ch", (int)chan->number);
}
