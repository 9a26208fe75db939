/* outcome.c - one result in its two forms: the answer of a call, and a row among others. */
#include "svd/outcome.h"

#include <stdarg.h>
#include <stdio.h>

#include "ipc/frame.h"
#include "svd/call.h"
#include "svd/engine.h"

void outcome_fault(struct outcome *out, enum fault code, const char *fmt, ...)
{
	va_list ap;

	out->kind = OUTCOME_FAULT;
	out->code = code;
	va_start(ap, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
}

void outcome_answer(struct call *call, const struct outcome *out)
{
	if (out->kind == OUTCOME_OK)
		call_result(call, json_true());
	else if (out->kind == OUTCOME_FAULT)
		call_fault(call, out->code, "%s", out->text);
}

void outcome_row(json_t *results, const char *group, const char *name, const struct outcome *out)
{
	bool ok = out->kind == OUTCOME_OK;
	char text[sizeof(out->text) + 32];

	snprintf(text, sizeof(text), "%s: %s", fault_name(out->code), out->text);
	json_array_append_new(results,
			      json_pack("{s:o, s:o, s:i, s:o}", "name", json_text(name), "group",
					json_text(group), "status",
					ok ? FAULT_SUCCESS : (int)out->code, "description",
					json_text(!ok ? text : *out->text ? out->text : "OK")));
}

void outcome_append(json_t *results, const struct process *p, const struct outcome *out)
{
	outcome_row(results, p->group->conf->name, p->conf->name, out);
}
