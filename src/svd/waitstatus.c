/* waitstatus.c - both log and RPC show how something ended. */
#include "svd/waitstatus.h"

#include <stdio.h>
#include <sys/wait.h>

#include "base/signame.h"

int wait_status_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void wait_status_text(int status, char *buf, size_t size)
{
	if (WIFEXITED(status))
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "terminated by %s%s", signame(WTERMSIG(status)),
			 WCOREDUMP(status) ? " (core dumped)" : "");
	else
		snprintf(buf, size, "unknown termination cause 0x%04x", (unsigned)status);
}
