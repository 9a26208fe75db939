/* logs.h - svd's side of svd-logd: which pipes it reads for us */
#ifndef SVD_SVD_LOGS_H
#define SVD_SVD_LOGS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/macro.h"
#include "conf/config.h"

struct clear_file;
struct counts;
struct loop;
struct logs;
struct process;
struct sinkstat;

/*
 * A table of all channels and the process svd-logd itself. svd keeps each pipe's read end until
 * svd-logd has confirmed that the channel is closed, so a svd-logd that dies gets a successor
 * that is told everything again, and no byte is lost.
 */
/* NULL: no memory. config is borrowed. */
must_check struct logs *logs_new(struct loop *loop, const struct config *config);
void logs_free(struct logs *logs);

/* Start svd-logd and open the activity log. 0 or -errno with err. */
must_check int logs_start(struct logs *logs, struct err *err);

/*
 * Is this output of any use: for a file, for syslog, for the activity log, for event listeners?
 * If not, /dev/null will do.
 */
bool logs_want(const struct logs *logs, const struct process *p, enum channel channel);

/*
 * The channel of a process' output; fd is the read end of its pipe, the table's from now on, and
 * pid its life that writes there. Returns its number, 0 when there is no memory (then the pipe is
 * closed).
 */
unsigned logs_open(struct logs *logs, const struct process *p, pid_t pid, enum channel channel,
		   int fd);

/*
 * A pipe for lines that svd-logd writes to /dev/stdout. *ret_fd, non-blocking, is the caller's.
 * 0 or -errno.
 */
must_check int logs_open_stdout(struct logs *logs, int *ret_fd);

/*
 * p has a new configuration: it holds for its channels from now on, as far as it has them (output
 * that nobody wanted when it was started has none). The path is not looked at. is_news: something
 * differs that svd-logd has to know.
 */
void logs_change(struct logs *logs, const struct process *p, bool is_news);

/* The writer has ended: what is in the pipe is written, then the channel goes. */
void logs_close(struct logs *logs, unsigned number);

/*
 * A program has ended, as the moment-th one. Who hears of its output wants to hear its last words
 * before its end: has svd-logd told all that was there at that moment? To be asked in each turn
 * until it has, which is at once when nobody wants to hear anything, and soon in any case.
 */
bool logs_have_told(struct logs *logs, unsigned long moment);

/* So much waits for svd-logd that new output had better go nowhere. */
bool logs_are_stuck(struct logs *logs);

/*
 * Have the file file->path removed and begun anew, or rotated, as file->order says: file->done then
 * tells. It is asked again of each new svd-logd until one has answered; file is the caller's, who
 * forgets it before it goes.
 */
void logs_clear(struct logs *logs, struct clear_file *file);
void logs_clear_forget(struct logs *logs, struct clear_file *file);	/* no harm if not asked */

/*
 * Is all that has been printed into this file in it? If not, there will be a turn soon, to ask
 * again. A program that never stops printing may always be a little ahead.
 */
bool logs_are_written(struct logs *logs, const char *path);

/*
 * Have svd-logd tell how much has been printed; then the counts of the processes say so. It may be
 * asked again in each turn whether svd-logd has (with the answer of logs_count), which takes half a
 * second at most: who hangs in a disk is not waited for, and what it told last has to do.
 */
unsigned long logs_count(struct logs *logs);
bool logs_have_counted(const struct logs *logs, unsigned long question);

/* How much svd itself has written into its log. */
const struct counts *logs_own_counts(const struct logs *logs);

/* What svd-logd told of the file last, at the latest when it was asked; NULL: nothing. */
const struct sinkstat *logs_stat(const struct logs *logs, const char *path);

/* The pid of svd-logd; 0: it does not run. */
pid_t logs_pid(const struct logs *logs);

/* The file of svd's own log; "syslog": it has none. */
const char *logs_activity(const struct logs *logs);

/* Reopen all files (SIGUSR2). */
void logs_reopen(struct logs *logs);

/* The turn is over: let go of what was collected, log lines and frames. */
void logs_flush(struct logs *logs);

/* A child of svd died: true if it was svd-logd, and then it is started again. */
bool logs_reaped(struct logs *logs, pid_t pid, int wait_status);

/* The end: write everything, then let svd-logd go. Waits for at most `seconds`. */
void logs_stop(struct logs *logs, double seconds);

#endif
