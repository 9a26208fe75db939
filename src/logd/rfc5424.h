/* rfc5424.h - a line as a syslog message of RFC 5424, and how such messages travel over TCP */
#ifndef SVD_LOGD_RFC5424_H
#define SVD_LOGD_RFC5424_H

#include <stddef.h>
#include <sys/types.h>

struct strbuf;

struct remote_head {
	int         priority;	/* facility and severity, as in <syslog.h> */
	const char *app;	/* APP-NAME; borrowed */
	pid_t       pid;	/* PROCID; 0: none */
	const char *channel;	/* MSGID; borrowed; "": none */
};

/*
 * Appends the message of one line. host: HOSTNAME. now: wall clock. What a name may not have in
 * it is "_", what is too long is cut, what is "" is "-".
 */
void rfc5424_message(struct strbuf *sb, double now, const char *host,
		     const struct remote_head *head, const char *line, size_t n);

/* Appends a message as RFC 6587 counts it: its length goes before it. */
void rfc5424_frame(struct strbuf *sb, const char *message, size_t n);

#endif
