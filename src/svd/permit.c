/*
 * permit.c - access.h is about people and programs; here is what that means for a call. Names are
 * taken as they are, without looking whether there is such a process: who may not see it cannot
 * find out that way.
 */
#include "svd/permit.h"

#include <stdio.h>
#include <string.h>

#include "base/burst.h"
#include "base/clock.h"
#include "base/repr.h"
#include "base/strbuf.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/methods.h"
#include "svd/params.h"

enum { REFUSALS_MAX = 20 };			/* lines in the log */
static const double REFUSALS_SECONDS = 60;	/* ... in so long */

/* A name that is cut here is longer than any that there is, and than any glob. */
enum { NAME_ROOM = 1024 };

/* --- may it be? --- */

/* As lookup_name() understands it: "group:process", "group:*", "group:", or both by one name. */
static bool allows_name(const struct engine *e, const struct call *call, enum role role,
			const char *name)
{
	const char *colon = strchr(name, ':'), *process = colon ? colon + 1 : name;
	char group[NAME_ROOM];

	snprintf(group, sizeof(group), "%.*s", (int)(colon ? (size_t)(colon - name) : strlen(name)),
		 name);
	if (colon && (!*process || strcmp(process, "*") == 0))
		process = NULL;
	return access_allows(e->config, &call->who, role, group, process);
}

static bool is_permitted(const struct engine *e, const struct call *call, const struct method *m)
{
	enum role role = method_role(m);

	if (m->flags & SEEN)
		return access_allows_some(e->config, &call->who, role);
	if (m->flags & GROUP)
		return access_allows(e->config, &call->who, role, call_string(call, 0), NULL);
	if (m->flags & NAMED)
		return allows_name(e, call, role, call_string(call, 0));
	return access_allows(e->config, &call->who, role, NULL, NULL);
}

bool permit_sees(const struct engine *e, const struct call *call, const struct process *p)
{
	return access_allows(e->config, &call->who, ROLE_READ, p->group->conf->name, p->conf->name);
}

bool permit_sees_group(const struct engine *e, const struct call *call, const struct group *group)
{
	for (size_t i = 0; i < group->n_processes; i++)
		if (permit_sees(e, call, group->processes[i]))
			return true;
	return access_allows(e->config, &call->who, ROLE_READ, group->conf->name, NULL);
}

/* --- what is told of it --- */

/* Of the parameters those that name something: others may be secret, or long. */
static bool is_telling(const struct param *param)
{
	static const char *const names[] = { "name", "signal", "type", "key" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);

		if (param->name_len >= n &&
		    strncmp(param->name + param->name_len - n, names[i], n) == 0)
			return true;
	}
	return false;
}

static void describe_params(struct strbuf *sb, const struct call *call, const struct method *m)
{
	const char *list = m->parameters, *before = "";
	struct param param;

	for (size_t i = 0; param_next(&list, &param); i++) {
		const json_t *value = json_array_get(call->params, i);

		if (!is_telling(&param) || (!json_is_string(value) && !json_is_integer(value)))
			continue;
		strbuf_adds(sb, before);
		if (json_is_string(value))
			repr_add_word(sb, json_string_value(value));
		else
			strbuf_addf(sb, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		before = ", ";
	}
}

static void describe(struct strbuf *sb, const struct call *call, const struct method *m)
{
	strbuf_addf(sb, "%s(", m->name);
	describe_params(sb, call, m);
	strbuf_adds(sb, ") by ");
	who_describe(&call->who, sb);
}

void permit_log(const struct call *call, const struct method *m)
{
	struct strbuf sb = { 0 };

	describe(&sb, call, m);
	log_info("%s", sb.oom ? m->name : strbuf_str(&sb));
	strbuf_done(&sb);
}

static void log_refusal(struct engine *e, const struct call *call, const struct method *m)
{
	struct strbuf sb = { 0 };
	unsigned long n_unsaid;
	bool is_last;

	if (!burst_take(&e->refusals, REFUSALS_MAX, REFUSALS_SECONDS, clock_mono(), &n_unsaid,
			&is_last))
		return;
	describe(&sb, call, m);
	strbuf_adds(&sb, " was not permitted");
	if (n_unsaid)
		strbuf_addf(&sb, " (and %lu others before)", n_unsaid);
	if (is_last)
		strbuf_adds(&sb, "; more of that is not logged for a while");
	log_warn("%s", sb.oom ? m->name : strbuf_str(&sb));
	strbuf_done(&sb);
}

bool permit_call(struct engine *e, struct call *call, const struct method *m)
{
	const char *role = role_name(method_role(m));

	if (is_permitted(e, call, m))
		return true;
	if (m->flags & NAMED)
		call_fault(call, FAULT_NOT_PERMITTED, "%s of %s needs the role %s", m->name,
			   call_string(call, 0), role);
	else
		call_fault(call, FAULT_NOT_PERMITTED, "%s needs the role %s%s", m->name, role,
			   m->flags & SEEN ? "" : " for everything");
	log_refusal(e, call, m);
	return false;
}
