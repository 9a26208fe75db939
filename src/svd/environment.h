/* environment.h - what a program finds in its environment */
#ifndef SVD_SVD_ENVIRONMENT_H
#define SVD_SVD_ENVIRONMENT_H

struct program_config;

/*
 * The environment of one process: the daemon's own (but what is between it and the service
 * manager: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID), SUPERVISOR_ENABLED, SUPERVISOR_SERVER_URL,
 * SUPERVISOR_PROCESS_NAME, SUPERVISOR_GROUP_NAME, then environment= ([supervisord]'s and the
 * program's), and extra (NULL: none), the later ones stronger. Mirrors Subprocess._spawn_as_child.
 * The array and its strings are valid until the next call: one buffer serves all spawns. NULL: no
 * memory.
 */
char *const *environment_build(const struct program_config *program, const char *serverurl,
			       const char *const *extra);

/* Gives the buffers back. */
void environment_done(void);

#endif
