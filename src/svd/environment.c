/*
 * environment.c - envp for execve. Spawning a thousand programs builds a thousand of these, so
 * the buffers are kept and no string that exists elsewhere is copied.
 */
#include "svd/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "conf/config.h"

extern char **environ;

static struct {
	const char  **list;	/* owned array of borrowed strings */
	size_t        n, cap;
	struct strbuf own;	/* the SUPERVISOR_ strings, NUL separated */
} env;

static bool same_name(const char *a, const char *b)
{
	while (*a && *a == *b && *a != '=') {
		a++;
		b++;
	}
	return *a == '=' && *b == '=';
}

static bool reserve(size_t n)
{
	const char **list;

	if (env.n + n <= env.cap)
		return true;
	list = realloc(env.list, (env.n + n + 32) * sizeof(*list));
	if (!list)
		return false;
	env.list = list;
	env.cap = env.n + n + 32;
	return true;
}

/* Later values replace earlier ones of the same name, in their place. */
static bool put(const char *entry)
{
	if (!reserve(2))
		return false;
	for (size_t i = 0; i < env.n; i++) {
		if (same_name(env.list[i], entry)) {
			env.list[i] = entry;
			return true;
		}
	}
	env.list[env.n++] = entry;
	return true;
}

static void add_own(const char *name, const char *value)
{
	if (!value)
		return;
	strbuf_addf(&env.own, "%s=%s", name, value);
	strbuf_addc(&env.own, '\0');
}

static bool put_own(const struct program_config *program, const char *serverurl)
{
	strbuf_reset(&env.own);
	add_own("SUPERVISOR_ENABLED", "1");
	if (program->serverurl)
		serverurl = *program->serverurl ? program->serverurl : NULL;
	add_own("SUPERVISOR_SERVER_URL", serverurl);
	add_own("SUPERVISOR_PROCESS_NAME", program->name);
	add_own("SUPERVISOR_GROUP_NAME", program->group->name);
	if (!strbuf_str(&env.own))
		return false;
	for (size_t at = 0; at < env.own.len; at += strlen(env.own.s + at) + 1)
		if (!put(env.own.s + at))
			return false;
	return true;
}

static bool put_all(const char *const *list)
{
	for (; list && *list; list++)
		if (!put(*list))
			return false;
	return true;
}

/* What the service manager says to us, and hears from nobody else. */
static bool is_ours(const char *entry)
{
	return same_name(entry, "NOTIFY_SOCKET=") || same_name(entry, "WATCHDOG_USEC=") ||
	       same_name(entry, "WATCHDOG_PID=");
}

char *const *environment_build(const struct program_config *program, const char *serverurl,
			       const char *const *extra)
{
	env.n = 0;
	for (char **e = environ; *e; e++) {
		if (is_ours(*e))
			continue;
		if (!reserve(2))
			return NULL;
		env.list[env.n++] = *e;
	}
	if (!put_own(program, serverurl) || !put_all(program->environment) || !put_all(extra) ||
	    !reserve(1))
		return NULL;
	env.list[env.n] = NULL;
	return (char *const *)env.list;
}

void environment_done(void)
{
	free(env.list);
	strbuf_done(&env.own);
	memset(&env, 0, sizeof(env));
}
