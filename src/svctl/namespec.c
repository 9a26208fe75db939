/* namespec.c - one place that knows when a group's name is left out. Mirrors supervisor.options. */
#include "svctl/namespec.h"

#include <string.h>

#include "svctl/tame.h"

struct namespec namespec_split(const char *text)
{
	const char *colon = strchr(text, ':');
	struct namespec ns = { .group = text, .group_len = strlen(text), .process = text };

	if (!colon)
		return ns;
	ns.group_len = (size_t)(colon - text);
	ns.process = colon + 1;
	if (!*ns.process || strcmp(ns.process, "*") == 0)
		ns.process = NULL;
	return ns;
}

bool namespec_matches(const struct namespec *ns, const char *group, const char *process)
{
	if (strlen(group) != ns->group_len || memcmp(group, ns->group, ns->group_len) != 0)
		return false;
	return !ns->process || strcmp(ns->process, process) == 0;
}

void namespec_add(struct strbuf *sb, const char *group, const char *process)
{
	if (strcmp(group, process) != 0)
		strbuf_addf(sb, "%s:", group);
	strbuf_adds(sb, process);
}

void namespec_add_tame(struct strbuf *sb, const char *group, const char *process)
{
	struct strbuf name = { 0 };

	namespec_add(&name, group, process);
	if (strbuf_str(&name))
		tame_add(sb, name.s, name.len, 0);
	strbuf_done(&name);
}
