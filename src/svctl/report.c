/*
 * report.c - a program that reads us wants one document, whatever happened and wherever it was
 * noticed: so nothing is printed before the end.
 */
#include "svctl/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "rpc/faults.h"
#include "svctl/ctl.h"
#include "svctl/namespec.h"
#include "svctl/output.h"

bool report_is_wanted(const struct ctl *ctl)
{
	return flags_have(&ctl->flags, FLAG_JSON);
}

json_t *report_text(const char *text)
{
	struct strbuf sb = { 0 };
	json_t *value;

	for (size_t left = strlen(text); left > 0;) {
		size_t n = utf8_len(text, left);

		strbuf_adds(&sb, n ? "" : UTF8_REPLACEMENT);
		strbuf_add(&sb, text, n);
		n = n ? n : 1;
		text += n;
		left -= n;
	}
	value = json_string(strbuf_str(&sb));
	strbuf_done(&sb);
	return value;
}

void report_result(struct ctl *ctl, json_t *result)
{
	json_decref(ctl->report.result);
	ctl->report.result = result;
	if (!result)
		ctl_oom(ctl);
}

void report_row(struct ctl *ctl, json_t *row)
{
	struct report *r = &ctl->report;

	if (!r->result)
		r->result = json_array();
	if (json_array_append_new(r->result, row) < 0)
		ctl_oom(ctl);
}

void report_success(struct ctl *ctl, const char *name, const char *result)
{
	if (!report_is_wanted(ctl))
		out_line("%s: %s", name, result);
	else
		report_row(ctl, json_pack("{s:o, s:o}", "name", report_text(name),
					  "result", report_text(result)));
}

void report_failure(struct ctl *ctl, const char *name, const char *why, int fault)
{
	json_t *row;

	if (!report_is_wanted(ctl)) {
		out_line("%s: ERROR (%s)", name, why);
		return;
	}
	row = json_pack("{s:o, s:o}", "name", report_text(name), "error", report_text(why));
	if (fault && json_object_set_new(row, "fault", json_integer(fault)) < 0)
		ctl_oom(ctl);
	report_row(ctl, row);
}

void report_unknown(struct ctl *ctl, const char *name)
{
	struct namespec ns = namespec_split(name);
	_cleanup_(free_str) char *group = strndup(ns.group, ns.group_len);

	if (!group)
		ctl_oom(ctl);
	else if (ns.process)
		report_failure(ctl, name, "no such process", FAULT_BAD_NAME);
	else
		report_failure(ctl, group, "no such group", FAULT_BAD_NAME);
}

void report_error(struct ctl *ctl, const char *why, int fault)
{
	struct report *r = &ctl->report;

	if (r->error)
		return;
	r->error = json_pack("{s:o}", "text", report_text(why));
	if (fault)
		(void)json_object_set_new(r->error, "fault", json_integer(fault));
}

/* JSON escapes control characters of seven bits only. */
char *report_dump(const json_t *value, size_t flags)
{
	return json_dumps(value, flags | JSON_ENCODE_ANY |
				 (isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0));
}

static void print(json_t *document)
{
	_cleanup_(free_str) char *text = report_dump(document, 0);

	out_line("%s", text ? text : "{\"error\": {\"text\": \"Cannot allocate memory\"}}");
}

void report_print(const struct report *r)
{
	json_t *document;

	if (!r->error) {
		if (r->result)
			print(r->result);
		return;
	}
	document = json_pack("{s:O}", "error", r->error);
	if (r->result)
		(void)json_object_set(document, "result", r->result);
	print(document);
	json_decref(document);
}

void report_clear(struct report *r)
{
	json_decref(r->result);
	json_decref(r->error);
	*r = (struct report){ 0 };
}
