/* journal_wire.h - what svd-logd and the helper for the journal say to each other */
#ifndef SVD_LOGD_JOURNAL_WIRE_H
#define SVD_LOGD_JOURNAL_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/macro.h"

struct strbuf;

/*
 * Over a pair of SOCK_SEQPACKET sockets. To the helper: one packet for each line, its fields one
 * after the other, each a u32 of length and so many bytes "NAME=value". From the helper: what could
 * not be sent.
 */
enum { JOURNAL_FIELDS_MAX = 16, JOURNAL_PACKET_MAX = 128 * 1024 };

struct journal_loss {
	int32_t  code;	/* negative errno */
	uint32_t bytes;
};

void journal_add_field(struct strbuf *sb, const char *name, const char *value, size_t n);

/*
 * The fields of a packet, which they point into. Returns their number, at most JOURNAL_FIELDS_MAX,
 * or -EPROTO.
 */
must_check int journal_fields(char *packet, size_t n, struct iovec *fields);

/* The helper: read packets from fd until its end, give them to journald. Returns an exit status. */
int journal_help(int fd);

#endif
