/* permit.h - may this call be made? And who made it, for the activity log */
#ifndef SVD_SVD_PERMIT_H
#define SVD_SVD_PERMIT_H

#include <stdbool.h>

#include "base/macro.h"

struct call;
struct engine;
struct group;
struct method;
struct process;

/* By the rules of [svd:access]. A call that may not is answered, NOT_PERMITTED, and logged. */
must_check bool permit_call(struct engine *e, struct call *call, const struct method *m);

/* Whether its caller may see the process: what is marked SEEN leaves out the others. */
bool permit_sees(const struct engine *e, const struct call *call, const struct process *p);

/* ... at least one process of the group, or all of it, where it has none. */
bool permit_sees_group(const struct engine *e, const struct call *call, const struct group *group);

/* A line at INFO: "supervisor.stopProcess(web:a) by uid 1000 (pid 4711)". */
void permit_log(const struct call *call, const struct method *m);

#endif
