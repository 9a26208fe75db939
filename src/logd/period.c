/*
 * period.c - days have 23 to 25 hours, hours begin where the zone says, and a midnight may be
 * missing. mktime(3) knows all of it.
 */
#include "logd/period.h"

static time_t midnight(const struct tm *day, int days_later)
{
	struct tm tm = { .tm_year = day->tm_year, .tm_mon = day->tm_mon,
			 .tm_mday = day->tm_mday + days_later, .tm_isdst = -1 };

	return mktime(&tm);
}

void period_find(struct period *p, enum log_rotate how, time_t now)
{
	struct tm tm;

	if (p->begin <= now && now < p->end)
		return;
	/* Not in any year that has a number; then a day is as good as another. */
	*p = (struct period){ now, now + 1 };
	if (!localtime_r(&now, &tm))
		return;
	if (how == ROTATE_HOURLY) {
		p->begin = now - tm.tm_min * 60 - tm.tm_sec;
		p->end = p->begin + 3600;
	} else {
		p->begin = midnight(&tm, 0);
		p->end = midnight(&tm, 1);
	}
	/* A midnight that comes twice: mktime may mean the second one. */
	if (p->begin > now)
		p->begin -= 3600;
	if (p->end <= now)
		p->end = now + 1;
}
