/*
 * plan.c - rotation happens between two lines. The exceptions are lines that are too long for any
 * file and unfinished lines that were passed on before their end was known; both are bounded.
 */
#include "logd/plan.h"

uint64_t plan_room(uint64_t size, uint64_t maxbytes)
{
	if (maxbytes == 0)
		return UINT64_MAX;
	return size < maxbytes ? maxbytes - size : 0;
}

uint64_t plan_most(uint64_t size, uint64_t maxbytes)
{
	if (maxbytes == 0 || maxbytes > UINT64_MAX - PLAN_OVERRUN)
		return UINT64_MAX;
	return plan_room(size, maxbytes + PLAN_OVERRUN);
}

bool plan_fits_easily(uint64_t n, uint64_t room)
{
	return room >= PLAN_SPARE && n <= room - PLAN_SPARE;
}

enum plan_step plan_next(const struct plan *p)
{
	if (p->lines)
		return PLAN_LINES;
	if (p->there > p->room)
		return (p->fresh || p->inside) && p->most ? PLAN_LINE_OVER : PLAN_ROTATE;
	return p->inside || p->must ? PLAN_ALL : PLAN_WAIT;
}
