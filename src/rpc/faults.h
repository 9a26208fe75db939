/* faults.h - fault codes, state codes and versions of the RPC interface, for both of its ends */
#ifndef SVD_RPC_FAULTS_H
#define SVD_RPC_FAULTS_H

enum fault {
#define FAULT(name, code) FAULT_##name = code,
#include "rpc/faults.def"
#undef FAULT
};

/* "BAD_NAME" for 10; "UNKNOWN" for a code that is not in the table. */
const char *fault_name(int code);

/* Codes of process states on the wire (supervisor.states.ProcessStates). */
enum state_code {
	STATE_CODE_STOPPED = 0,
	STATE_CODE_STARTING = 10,
	STATE_CODE_RUNNING = 20,
	STATE_CODE_BACKOFF = 30,
	STATE_CODE_STOPPING = 40,
	STATE_CODE_EXITED = 100,
	STATE_CODE_FATAL = 200,
	STATE_CODE_UNKNOWN = 1000,
};

/* The release of Supervisor whose behaviour we mirror; clients compare it. */
#define SUPERVISOR_VERSION	"4.3.0"
#define SUPERVISOR_API_VERSION	"3.0"

#endif
