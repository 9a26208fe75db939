/* filetail.h - a log file that is followed across rotations */
#ifndef SVD_HTTPD_FILETAIL_H
#define SVD_HTTPD_FILETAIL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "base/macro.h"
#include "httpd/rpc.h"
#include "ipc/loop.h"

struct request;

/* Embedded in what shows it. */
struct filetail {
	struct rpc *rpc;	/* borrowed */
	struct call call;
	const char *method;	/* what svd is asked */
	json_t     *params;	/* owned */
	int         fd;		/* owned; -1: not open yet */
	int         next_fd;	/* owned; the file that comes after this one; -1: none */
	off_t       at;		/* where we are in the file */
	off_t       held;	/* bytes there that only begin a character */
	struct timespec changed;	/* the file's ctime when svd was asked last */
	double      asked_mono;
	struct timer timer;
	/* svd has answered: the file is open, or reply says why not. */
	void      (*on_open)(struct filetail *t, const struct reply *reply);
	/* There is more to read, or one should look. */
	void      (*on_more)(struct filetail *t);
};

/*
 * method and params (stolen; NULL is for want of memory): the OWN method that opens the file, asked
 * for whoever sent the request. Set the callbacks, then open.
 */
void filetail_init(struct filetail *t, const struct request *r, const char *method,
		   json_t *params);
void filetail_done(struct filetail *t);

/* Asks svd for it. Returns 0 or -errno, as rpc_start() does. */
must_check int filetail_open(struct filetail *t);

/* Of the open file. -1: it cannot be told. */
off_t filetail_size(const struct filetail *t);

/* Begin so many bytes before the end, not in the middle of a character. */
void filetail_from_bytes(struct filetail *t, off_t n);

/* ... or so many whole lines; those that begin a megabyte before the end are not looked for. */
void filetail_from_lines(struct filetail *t, unsigned long n);

/*
 * The next bytes, in whole characters, at most max, which holds one of four bytes; 0: there are
 * none now; -ESTALE: the file was truncated, and reading goes on at its begin; another -errno. At
 * the end of a file that was rotated it goes on with the one of its name.
 */
ssize_t filetail_read(struct filetail *t, char *buf, size_t max);

/* Look for more until there is: then on_more comes, once. */
void filetail_wait(struct filetail *t);

/* Do not, any more. */
void filetail_stop(struct filetail *t);

#endif
