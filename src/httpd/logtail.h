/* logtail.h - logs as streams, over HTTP: what supervisorctl tail -f and browsers follow */
#ifndef SVD_HTTPD_LOGTAIL_H
#define SVD_HTTPD_LOGTAIL_H

struct reply;
struct request;

/*
 * Of the routes /logtail/NAME[/CHANNEL] and /mainlogtail, see struct route. The last 1024 bytes of
 * the file, then what is added, for as long as the client listens; other files of that name follow
 * each other. Bounded memory however slow the client is: it gets at once what it missed, or, of a
 * file that was removed meanwhile, its rest.
 */
unsigned logtail_process(struct request *r);
unsigned logtail_main(struct request *r);

/* The status for a log that svd has not opened. */
unsigned logtail_refusal(const struct reply *reply);

#endif
