/*
 * procinfo.c - answers come from another program, maybe of another make: nothing in them is taken
 * for granted.
 */
#include "svctl/procinfo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/faults.h"
#include "svctl/ctl.h"

int procinfo_read(json_t *from, struct procinfo *ret_info, struct err *err)
{
	struct procinfo info;
	json_error_t error;
	json_int_t pid;

	if (json_unpack_ex(from, &error, 0, "{s:s, s:s, s:s, s:s, s:i, s:I}",
			   "group", &info.group, "name", &info.name, "statename", &info.statename,
			   "description", &info.description, "state", &info.state,
			   "pid", &pid) < 0)
		return err_set(err, -EBADMSG, "unexpected process information: %s", error.text);
	info.pid = (long)pid;
	info.from = from;
	*ret_info = info;
	return 0;
}

static int read_all(const json_t *from, struct procinfo *to, struct err *err)
{
	json_t *one;
	size_t i;

	json_array_foreach(from, i, one) {
		int r = procinfo_read(one, &to[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

int procinfo_list_read(json_t *from, struct procinfo_list *ret_list, struct err *err)
{
	size_t n = json_array_size(from);
	struct procinfo *list;
	int r;

	if (!json_is_array(from))
		return err_set(err, -EBADMSG, "unexpected process information: no array");
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	r = read_all(from, list, err);
	if (r < 0) {
		free(list);
		return r;
	}
	*ret_list = (struct procinfo_list){ .answer = json_incref(from), .list = list, .n = n };
	return 0;
}

void procinfo_list_done(struct procinfo_list *infos)
{
	json_decref(infos->answer);
	free(infos->list);
	*infos = (struct procinfo_list){ 0 };
}

/* Takes the answer over. */
static bool take_list(struct ctl *ctl, json_t *answer, struct procinfo_list *ret_list)
{
	struct err err;
	int r;

	if (!answer)
		return false;
	r = procinfo_list_read(answer, ret_list, &err);
	json_decref(answer);
	if (r < 0)
		ctl_error(ctl, "%s", err.text);
	return r == 0;
}

bool procinfo_list_get(struct ctl *ctl, struct procinfo_list *ret_list)
{
	return take_list(ctl, ctl_ask(ctl, "supervisor.getAllProcessInfo", NULL), ret_list);
}

bool procinfo_list_get_more(struct ctl *ctl, struct procinfo_list *ret_list)
{
	struct answer a;
	bool good;

	ctl_call(ctl, "svd.getAllProcessStatus", NULL, &a);
	if (a.kind == ANSWER_FAULT && a.fault == FAULT_UNKNOWN_METHOD) {
		good = procinfo_list_get(ctl, ret_list);
	} else {
		if (a.kind != ANSWER_RESULT)
			ctl_complain(ctl, &a);
		good = take_list(ctl, json_incref(a.result), ret_list);
	}
	answer_done(&a);
	return good;
}

bool procinfo_is_stopped(const struct procinfo *info)
{
	return info->state == STATE_CODE_STOPPED || info->state == STATE_CODE_EXITED ||
	       info->state == STATE_CODE_FATAL || info->state == STATE_CODE_UNKNOWN;
}

bool procinfo_is_under_way(const struct procinfo *info)
{
	return info->state == STATE_CODE_STARTING || info->state == STATE_CODE_STOPPING;
}
