/*
 * lookup.c - getaddrinfo(3) cannot be interrupted, so its thread may outlive who asked. Whoever is
 * the last of the two frees the lookup.
 */
#include "logd/lookup.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 512 * 1024 };	/* bytes; the modules of a name service like it large */

struct lookup {
	char            *host, *port;	/* owned */
	struct addrinfo  hints;
	struct waker    *waker;		/* borrowed; NULL: nobody waits */
	bool             done;
	int              code;
	struct addrinfo *found;		/* owned */
};

/* Guards waker and done of all; held for moments only. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void free_lookup(struct lookup *l)
{
	if (l->found)
		freeaddrinfo(l->found);
	free(l->host);
	free(l->port);
	free(l);
}

static void *look(void *arg)
{
	struct lookup *l = arg;
	bool alone;

	l->code = getaddrinfo(l->host, l->port, &l->hints, &l->found);
	if (l->code)
		l->found = NULL;
	pthread_mutex_lock(&lock);
	l->done = true;
	alone = !l->waker;
	if (!alone)
		waker_send(l->waker);
	pthread_mutex_unlock(&lock);
	if (alone)
		free_lookup(l);
	return NULL;
}

/* The signals are for the loop. */
static int start(struct lookup *l)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t thread;
	int ret;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&thread, &attr, look, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -ret;
}

int lookup_begin(const char *host, const char *port, int socktype, struct waker *waker,
		 struct lookup **ret_lookup)
{
	struct lookup *l = calloc(1, sizeof(*l));
	int ret = -ENOMEM;

	if (!l)
		return -ENOMEM;
	l->host = strdup(host);
	l->port = strdup(port);
	l->hints = (struct addrinfo){ .ai_socktype = socktype };
	l->waker = waker;
	if (l->host && l->port)
		ret = start(l);
	if (ret < 0) {
		free_lookup(l);
		return ret;
	}
	*ret_lookup = l;
	return 0;
}

int lookup_result(struct lookup *l, int *ret_code, struct addrinfo **ret_found)
{
	bool done;

	pthread_mutex_lock(&lock);
	done = l->done;
	pthread_mutex_unlock(&lock);
	if (!done)
		return -EINPROGRESS;
	*ret_code = l->code;
	*ret_found = l->found;
	l->found = NULL;
	return 0;
}

void lookup_end(struct lookup *l)
{
	bool done;

	if (!l)
		return;
	pthread_mutex_lock(&lock);
	done = l->done;
	l->waker = NULL;
	pthread_mutex_unlock(&lock);
	if (done)
		free_lookup(l);
}
