/* changes.c - reading the files again, for reread and update */
#include "svctl/changes.h"

#include "rpc/faults.h"
#include "svctl/ctl.h"

static bool are_names(const json_t *list)
{
	const json_t *name;
	size_t i;

	json_array_foreach(list, i, name) {
		if (!json_is_string(name))
			return false;
	}
	return json_is_array(list);
}

bool changes_get(struct ctl *ctl, const char *shutting_down, struct changes *ret_changes)
{
	struct changes c = { 0 };
	struct answer a;

	if (ctl_call(ctl, "supervisor.reloadConfig", NULL, &a) == ANSWER_RESULT) {
		if (json_unpack(a.result, "[[o, o, o]]", &c.added, &c.changed, &c.removed) == 0 &&
		    are_names(c.added) && are_names(c.changed) && are_names(c.removed))
			c.answer = json_incref(a.result);
		else
			ctl_misunderstood(ctl, "no three lists of groups");
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_SHUTDOWN_STATE) {
		ctl_tell(ctl, "ERROR: %s", shutting_down);
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_CANT_REREAD) {
		ctl_tell(ctl, "ERROR: %s", a.fault_text);
	} else {
		ctl_complain(ctl, &a);
	}
	answer_done(&a);
	*ret_changes = c;
	return c.answer;
}

void changes_done(struct changes *c)
{
	json_decref(c->answer);
	*c = (struct changes){ 0 };
}
