/* rpc_info.h - what is told about one process */
#ifndef SVD_SVD_RPC_INFO_H
#define SVD_SVD_RPC_INFO_H

struct call;
struct counts;
struct engine;
struct process;
struct sinkstat;
struct strbuf;

/* Appends members of a JSON object that tells of the process. */
typedef void rpc_members_fn(struct strbuf *sb, const struct process *p);

rpc_members_fn rpc_add_process_info;	/* Supervisor's struct of getProcessInfo */
rpc_members_fn rpc_add_process_status;	/* the same, and those of svd.getProcessStatus */

/* Appends a member of an object: what has come of a log. stat NULL: its file is not known. */
void rpc_add_log(struct strbuf *sb, const char *key, const struct counts *counts,
		 const struct sinkstat *stat);

/* Appends members of an object: what is known of a process as an event listener, which it is. */
rpc_members_fn rpc_add_listener;

/* Appends an array of all that is told of events, as far as the client may see who that is. */
void rpc_add_pools(struct strbuf *sb, const struct engine *e, const struct call *call);

/* Appends an array of all log files of processes that the client may see, and the activity log. */
void rpc_add_log_files(struct strbuf *sb, const struct engine *e, const struct call *call);

/* Answers with one object: of the process that the first parameter names, or with its fault. */
void rpc_tell_process(struct engine *e, struct call *call, rpc_members_fn *add);

/* Answers with an array: of all processes that the client may see, by group and name. */
void rpc_tell_all_processes(struct engine *e, struct call *call, rpc_members_fn *add);

#endif
