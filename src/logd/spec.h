/* spec.h - what svd wants of a channel, as the frames `open` and `change` say it */
#ifndef SVD_LOGD_SPEC_H
#define SVD_LOGD_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/logwords.h"
#include "base/macro.h"

enum { SPEC_ALSO_MAX = LOG_ALSO_MAX };	/* paths that get a copy */

/* What holds for a file; of several channels of one file the latest rules count. */
struct sink_rules {
	uint64_t maxbytes;	/* 0: no rotation by size */
	unsigned backups;
	mode_t   mode;		/* of a file that is made */
	uid_t    uid;		/* -1: ours */
	gid_t    gid;
	bool     mkdir;
	enum log_rotate rotate;
	enum log_compress compress;
	uint64_t maxage;	/* of an old file, seconds; 0: any */
	uint64_t budget;	/* bytes, together with the old files; 0: any */
};

/* Whose output it is. */
struct speaker_spec {
	const char *group, *name, *channel;	/* channel "": svd's own log */
	pid_t       pid;
};

/* What becomes of the bytes on their way. */
struct filter_spec {
	bool     strip, lines;
	enum log_format format;
	uint64_t capture;	/* bytes; 0: no capture mode */
	uint64_t linemax;	/* bytes */
	unsigned linesecs;
};

/* Who else gets them. */
struct tap_spec {
	bool        tell;
	bool        syslog;
	const char *tag;	/* before each line; "": nothing */
	const char *ident;	/* the program, to syslog; NULL: as to Supervisor */
	const char *server;	/* NULL: /dev/log */
	int         facility;	/* as in <syslog.h>; 0: LOG_USER */
	bool        journal;
};

/* All texts are borrowed from the frame. */
struct channel_spec {
	int64_t     id;
	int         fd;		/* the channel's from now on, also on failure; -1: none */
	const char *path;	/* never "": that is /dev/null here */
	struct sink_rules rules;
	struct speaker_spec speaker;
	struct filter_spec filter;
	struct tap_spec tap;
	const char *also[SPEC_ALSO_MAX + 2];	/* echo among them; NULL at the end */
};

/* A copy that one owns. 0 or -ENOMEM; speaker_done in any case. */
must_check int speaker_copy(struct speaker_spec *to, const struct speaker_spec *from);
void speaker_done(struct speaker_spec *s);

/* Without fd, which does not stand in the header. */
struct channel_spec spec_of_frame(const json_t *head);

#endif
