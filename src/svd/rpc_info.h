/* rpc_info.h - what is told about one process */
#ifndef SVD_SVD_RPC_INFO_H
#define SVD_SVD_RPC_INFO_H

#include <jansson.h>

#include "base/macro.h"

struct call;
struct engine;
struct process;

/* Supervisor's struct of getProcessInfo. NULL: no memory. */
must_check json_t *rpc_process_info(const struct process *p);

/* The process that the first parameter names; NULL: there is none, and the call has its fault. */
must_check struct process *rpc_process_named(struct engine *e, struct call *call);

#endif
