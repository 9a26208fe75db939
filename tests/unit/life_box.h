/* life_box.h - an engine with the configuration that a story wants, and another one to be read */
#ifndef SVD_TESTS_LIFE_BOX_H
#define SVD_TESTS_LIFE_BOX_H

#include <check.h>

#include "fake.h"
#include "svd/call.h"

#define EXITED(code)	((code) << 8)

extern struct engine *e;
extern struct config *before, *after;	/* what it begins with; what reread finds, NULL: an error */

/* Around each story. */
void life_setup(void);
void life_teardown(void);

struct config *a_snapshot(void);

/* n programs p0, p1, ... with Supervisor's defaults; a story changes what it needs. */
struct program_config *add_group(struct config *config, const char *name, size_t n);
struct group_config *group_of(const struct program_config *programs);

/* All that has autostart is RUNNING. The first group. */
struct group *start_engine(void);

void child_ends(struct process *p, int wait_status);

/* A call that was dispatched. */
struct call *a_call(const char *method, const char *params);

/* One that waits, known to the engine as those of svd-httpd are; and out of its hands again. */
struct call *a_waiting_call(const char *method, const char *params);
struct call *taken_back(struct call *call);

/* It is answered with this, as JSON or as the text of a fault; it is freed. */
void ck_answer(struct call *call, const char *expected);
void expect(const char *method, const char *params, const char *answer);

void reread(void);

#endif
