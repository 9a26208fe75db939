/*
 * rpc_loginfo.c - RPC methods that tell of log files and of other receivers of output: what an
 * operator wants to know of them when a disk was full. Several channels may write to one file, and
 * one channel to several; here they stand by file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/jsonout.h"
#include "base/strbuf.h"
#include "svd/call.h"
#include "svd/counts.h"
#include "svd/engine.h"
#include "svd/group.h"
#include "svd/logs.h"
#include "svd/lookup.h"
#include "svd/permit.h"
#include "svd/record.h"
#include "svd/rpc_info.h"
#include "svd/sinkstats.h"

/* Who writes to which file. */
struct writer {
	const char *path;		/* borrowed */
	size_t      order;		/* in which they are told, of one path */
	const struct process *p;	/* borrowed; NULL: svd itself */
	enum channel channel;
};

struct writers {
	struct writer *list;	/* owned */
	size_t n, room;
	bool   oom;
};

static void add_writer(struct writers *all, const char *path, const struct process *p,
		       enum channel channel)
{
	if (all->n == all->room) {
		size_t room = all->room ? 2 * all->room : 16;
		struct writer *list = reallocarray(all->list, room, sizeof(*list));

		all->oom |= !list;
		if (!list)
			return;
		all->list = list;
		all->room = room;
	}
	all->list[all->n] = (struct writer){ path, all->n, p, channel };
	all->n++;
}

/* What is no file goes by the name that svd-logd has for it. */
static void add_channel_of(struct writers *all, const struct process *p, enum channel c)
{
	const struct logfile_config *conf = &p->conf->log[c];
	const char *path = proc_logfile(p, c);

	if (path)
		add_writer(all, path, p, c);
	for (const char *const *also = conf->also; also && *also; also++)
		add_writer(all, *also, p, c);
	if (conf->syslog)
		add_writer(all, conf->syslog_server ? conf->syslog_server : "syslog", p, c);
	if (conf->journal)
		add_writer(all, "journal", p, c);
}

static void add_process(struct writers *all, const struct process *p)
{
	add_channel_of(all, p, CHANNEL_STDOUT);
	if (!p->conf->redirect_stderr)
		add_channel_of(all, p, CHANNEL_STDERR);
}

static int by_path(const void *a, const void *b)
{
	const struct writer *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* --- the answer --- */

static const struct counts *counts_of(const struct logs *logs, const struct writer *w)
{
	return w->p ? &w->p->printed->sums[w->channel] : logs_own_counts(logs);
}

static void add_channel(struct strbuf *sb, const struct writer *w)
{
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	json_out_member(sb, "group", w->p ? w->p->group->conf->name : "");
	json_out_member(sb, "name", w->p ? w->p->conf->name : "");
	json_out_member(sb, "channel", w->p ? channel_name(w->channel) : "");
	strbuf_addc(sb, '}');
}

/* What went there. Lines are known if they are of all channels. */
static struct counts sum_of(const struct logs *logs, const struct writer *list, size_t n)
{
	struct counts sum = { .has_lines = true };

	for (size_t i = 0; i < n; i++) {
		const struct counts *counts = counts_of(logs, &list[i]);

		sum.read += counts->read;
		sum.dropped_lines += counts->dropped_lines;
		sum.lines += counts->lines;
		sum.has_lines = sum.has_lines && (counts->has_lines || counts->read == 0);
	}
	sum.has_lines = sum.has_lines && sum.read > 0;
	return sum;
}

/* The n writers at list have the same path. */
static void add_file(struct strbuf *sb, const struct logs *logs, const struct writer *list,
		     size_t n)
{
	const struct sinkstat *stat = logs_stat(logs, list->path);
	struct counts sum = sum_of(logs, list, n);

	sum.dropped = stat ? stat->dropped : 0;		/* of a copy others than of the original */
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	json_out_member(sb, "path", list->path);
	json_out_key(sb, "channels");
	strbuf_addc(sb, '[');
	for (size_t i = 0; i < n; i++)
		add_channel(sb, &list[i]);
	strbuf_addc(sb, ']');
	json_out_member_large(sb, "size", stat ? stat->size : 0);
	counts_add(sb, &sum);
	sinkstat_add(sb, stat);
	strbuf_addc(sb, '}');
}

/* The array of files; all is done with. */
static void add_files(struct strbuf *sb, const struct engine *e, struct writers *all)
{
	sb->oom |= all->oom;
	if (all->n)
		qsort(all->list, all->n, sizeof(*all->list), by_path);
	strbuf_addc(sb, '[');
	for (size_t i = 0, n; i < all->n; i += n) {
		for (n = 1; i + n < all->n; n++)
			if (strcmp(all->list[i].path, all->list[i + n].path) != 0)
				break;
		add_file(sb, e->logs, &all->list[i], n);
	}
	strbuf_addc(sb, ']');
	free(all->list);
}

void rpc_add_log_files(struct strbuf *sb, const struct engine *e, const struct call *call)
{
	struct writers all = { 0 };
	struct process **list;
	size_t n = lookup_all_by_name(e, &list);

	all.oom = !list;
	add_writer(&all, logs_activity(e->logs), NULL, CHANNEL_STDOUT);
	for (size_t i = 0; i < n; i++)
		if (permit_sees(e, call, list[i]))
			add_process(&all, list[i]);
	add_files(sb, e, &all);
	free(list);
}

/* --- the methods --- */

static void answer_named(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct writers all = { 0 };
	struct strbuf sb = { 0 };
	struct group *group;
	struct process *p;

	if (!logs_have_counted(e->logs, call->question))
		return;
	if (!lookup_name(e, name, &group, &p)) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
		return;
	}
	if (p)
		add_process(&all, p);
	for (size_t i = 0; !p && i < group->n_processes; i++)
		add_process(&all, group->processes[i]);
	add_files(&sb, e, &all);
	call_result_text(call, strbuf_steal(&sb));
}

static void answer_all(struct engine *e, struct call *call)
{
	struct strbuf sb = { 0 };

	if (!logs_have_counted(e->logs, call->question))
		return;
	rpc_add_log_files(&sb, e, call);
	call_result_text(call, strbuf_steal(&sb));
}

static void ask(struct engine *e, struct call *call, call_step_fn *step)
{
	call->question = logs_count(e->logs);
	call->step = step;
	step(e, call);
}

void rpc_get_log_info(struct engine *e, struct call *call)
{
	ask(e, call, answer_named);
}

void rpc_get_all_log_info(struct engine *e, struct call *call)
{
	ask(e, call, answer_all);
}
