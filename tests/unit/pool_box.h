/* pool_box.h - two pools of listeners, and one program, for stories about events */
#ifndef SVD_TESTS_POOL_BOX_H
#define SVD_TESTS_POOL_BOX_H

#include "fake.h"
#include "svd/proc.h"

#define EXITED(code)	((code) << 8)

/* The listeners l0 and l1 of the pool l; m is that of another, and p a program of the group g. */
extern struct engine *e;
extern struct group_config groups[3];
extern struct pool_config pools[2];
extern struct program_config programs[4];
extern struct process *l0, *l1, *p;

/* Nobody wants anything. */
void pool_box_begin(void);
void pool_box_end(void);

/* The pool l wants events of this name. */
void start_engine(const char *wanted);
void run_for_a_while(void);	/* until all have come up */

/* The listener writes, and the loop sees it. */
void says(struct process *l, const char *text);
void ends(struct process *l, int status);

/* An event for all who want REMOTE_COMMUNICATION. */
void publish(const char *data);

/* What has been sent to a listener since the last time. */
const char *heard(const struct process *l);
void was_told(const struct process *l, int serial, int poolserial, const char *data);
void was_told_nothing(const struct process *l);

#endif
