/* rpc_info.h - what is told about one process */
#ifndef SVD_SVD_RPC_INFO_H
#define SVD_SVD_RPC_INFO_H

#include "base/macro.h"

struct call;
struct engine;
struct process;
struct strbuf;

/* Appends, as JSON text, the members of Supervisor's struct of getProcessInfo. */
void rpc_add_process_info(struct strbuf *sb, const struct process *p);

/* The same, and those of svd.getProcessStatus. */
void rpc_add_process_status(struct strbuf *sb, const struct process *p);

/* The process that the first parameter names; NULL: there is none, and the call has its fault. */
must_check struct process *rpc_process_named(struct engine *e, struct call *call);

#endif
