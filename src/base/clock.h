/* clock.h - what time it is */
#ifndef SVD_BASE_CLOCK_H
#define SVD_BASE_CLOCK_H

/* Seconds since some fixed moment, never jumping: for durations and deadlines. */
double clock_mono(void);

/* Seconds since 1970: for people and for the RPC interface, never for arithmetic on durations. */
double clock_wall(void);

#endif
