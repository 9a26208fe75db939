/*
 * format.c - what does not change from line to line is made once for each channel, and the time
 * once for each second: four programs can print millions of lines.
 */
#include "logd/format.h"

#include <errno.h>
#include <string.h>

#include "base/jsonout.h"

enum { STAMP_MAX = 32 };	/* bytes of a time */

static void make_prefix(struct strbuf *sb, const struct speaker_spec *s)
{
	strbuf_addc(sb, ' ');
	if (strcmp(s->group, s->name) != 0)
		strbuf_addf(sb, "%s:", s->group);
	strbuf_addf(sb, "%s[%d] %s", s->name, (int)s->pid, s->channel);
}

static void make_json(struct strbuf *sb, const struct speaker_spec *s)
{
	strbuf_addc(sb, '"');
	json_out_member(sb, "program", s->name);
	json_out_member(sb, "group", s->group);
	json_out_member_int(sb, "pid", s->pid);
	json_out_member(sb, "channel", s->channel);
	json_out_key(sb, "message");
}

int format_init(struct format *f, enum log_format kind, const struct speaker_spec *speaker)
{
	*f = (struct format){ .kind = kind };
	make_prefix(&f->prefix, speaker);
	make_json(&f->json, speaker);
	if (!f->prefix.oom && !f->json.oom)
		return 0;
	format_done(f);
	return -ENOMEM;
}

void format_done(struct format *f)
{
	strbuf_done(&f->prefix);
	strbuf_done(&f->json);
}

size_t format_overhead(const struct format *f, unsigned *ret_factor)
{
	bool json = f->kind == FORMAT_JSON;

	*ret_factor = json ? sizeof("\\u0000") - 1 : 1;
	return STAMP_MAX + (json ? f->json.len + sizeof("{\"time\":,\"partial\":true}\n") :
				   f->prefix.len + sizeof("+ \n"));
}

static void add_time(struct format *f, double now, struct strbuf *out)
{
	time_t second = (time_t)now;
	int ms = (int)((now - (double)second) * 1000);
	char fraction[] = { '.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
			    (char)('0' + ms % 10), 'Z' };
	struct tm tm;

	if (!*f->stamp || second != f->second) {
		strftime(f->stamp, sizeof(f->stamp), "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &tm));
		f->second = second;
	}
	strbuf_adds(out, f->stamp);
	strbuf_add(out, fraction, sizeof(fraction));
}

static void add_json(struct format *f, double now, const char *text, size_t n, bool partial,
		     struct strbuf *out)
{
	strbuf_add_lit(out, "{\"time\":\"");
	add_time(f, now, out);
	strbuf_add(out, f->json.s, f->json.len);
	json_out_bytes(out, text, n);
	if (partial)
		strbuf_add_lit(out, ",\"partial\":true");
	strbuf_add_lit(out, "}\n");
}

static void add_prefixed(struct format *f, double now, const char *text, size_t n, bool partial,
			 struct strbuf *out)
{
	add_time(f, now, out);
	strbuf_add(out, f->prefix.s, f->prefix.len);
	strbuf_add(out, partial ? "+ " : ": ", 2);
	strbuf_add(out, text, n);
	strbuf_addc(out, '\n');
}

void format_line(struct format *f, double now, const char *text, size_t n, bool partial,
		 struct strbuf *out)
{
	(f->kind == FORMAT_JSON ? add_json : add_prefixed)(f, now, text, n, partial, out);
}
