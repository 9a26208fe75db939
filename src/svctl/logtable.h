/* logtable.h - the log files themselves: their sizes, what was dropped, what went wrong last */
#ifndef SVD_SVCTL_LOGTABLE_H
#define SVD_SVCTL_LOGTABLE_H

struct ctl;
struct words;

/* A table of the files of these processes and groups, or of all without names; or JSON. */
void logtable_show(struct ctl *ctl, const struct words *names);

#endif
