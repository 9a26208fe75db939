/* framing.h - what the headers of a request say about its body */
#ifndef SVD_HTTPD_FRAMING_H
#define SVD_HTTPD_FRAMING_H

#include <microhttpd.h>
#include <stdbool.h>

/*
 * The HTTP status to refuse it with, because nobody can tell where its body ends or what the client
 * expects; 0: none. Nothing that follows on the connection is to be believed then.
 */
unsigned framing_refusal(struct MHD_Connection *connection);

/* Does it announce more bytes than max? */
bool framing_exceeds(struct MHD_Connection *connection, unsigned long long max);

/* Will the client send its body only when it is told to go on? */
bool framing_waits(struct MHD_Connection *connection);

#endif
