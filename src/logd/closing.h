/* closing.h - files that nobody needs any more, closed where it may take for ever */
#ifndef SVD_LOGD_CLOSING_H
#define SVD_LOGD_CLOSING_H

struct sinks;
struct target;

/* t has no file from now on; sinks_close_files closes it, or, without memory, this does. */
void close_later(struct sinks *all, struct target *t);

/* From the top of the turn: it may take for ever. */
void sinks_close_files(struct sinks *all);

#endif
