/*
 * rfc5424.c - the fields of a message are ASCII without spaces and of limited length, whatever our
 * configuration has for names. The line itself is sent in the bytes that were printed.
 */
#include "logd/rfc5424.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"

enum { HOST_MAX = 255, APP_MAX = 48, MSGID_MAX = 32 };	/* bytes, by RFC 5424 */

static void add_field(struct strbuf *sb, const char *text, size_t max)
{
	strbuf_addc(sb, ' ');
	if (!*text)
		strbuf_addc(sb, '-');
	for (size_t i = 0; i < max && text[i]; i++)
		strbuf_addc(sb, text[i] > ' ' && text[i] < 0x7f ? text[i] : '_');
}

static void add_time(struct strbuf *sb, double now)
{
	time_t at = (time_t)now;
	char stamp[32];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	strbuf_addf(sb, " %s.%06dZ", stamp, (int)((now - (double)at) * 1e6));
}

void rfc5424_message(struct strbuf *sb, double now, const char *host,
		     const struct remote_head *head, const char *line, size_t n)
{
	char pid[24] = "";

	if (head->pid > 0)
		snprintf(pid, sizeof(pid), "%ld", (long)head->pid);
	strbuf_addf(sb, "<%d>1", head->priority);
	add_time(sb, now);
	add_field(sb, host, HOST_MAX);
	add_field(sb, head->app, APP_MAX);
	add_field(sb, pid, sizeof(pid));
	add_field(sb, head->channel, MSGID_MAX);
	strbuf_add_lit(sb, " - ");
	strbuf_add(sb, line, n);
}

void rfc5424_frame(struct strbuf *sb, const char *message, size_t n)
{
	strbuf_addf(sb, "%zu ", n);
	strbuf_add(sb, message, n);
}
