/* loopback.h - addresses that only this machine can reach */
#ifndef SVD_BASE_LOOPBACK_H
#define SVD_BASE_LOOPBACK_H

#include <stdbool.h>
#include <sys/socket.h>

/* 127.0.0.0/8 and ::1, also as an IPv4 address that is written as an IPv6 one. */
bool is_loopback(const struct sockaddr *sa);

#endif
