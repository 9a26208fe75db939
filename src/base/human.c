/* human.c - three digits tell more than ten */
#include "base/human.h"

#include <stdio.h>

#include "base/macro.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

char *human_size(char *buf, double bytes)
{
	static const char units[] = "KMGTPE";
	const char *unit = units;

	if (bytes < 1024) {
		snprintf(buf, HUMAN_MAX, "%.0f", bytes);
		return buf;
	}
	for (bytes /= 1024; bytes >= 1000 && unit[1]; unit++)
		bytes /= 1024;
	snprintf(buf, HUMAN_MAX, bytes < 9.95 ? "%.1f%c" : "%.0f%c", bytes, *unit);
	return buf;
}

char *human_uptime(char *buf, long seconds)
{
	long days = seconds / DAY, hours = seconds % DAY / HOUR, minutes = seconds % HOUR / MINUTE;

	if (days > 0)
		snprintf(buf, HUMAN_MAX, "%ldd %ld:%02ld", days, hours, minutes);
	else
		snprintf(buf, HUMAN_MAX, "%ld:%02ld:%02ld", hours, minutes, seconds % MINUTE);
	return buf;
}

char *human_span(char *buf, long seconds)
{
	static const struct {
		long seconds;
		char unit;
	} units[] = { { DAY, 'd' }, { HOUR, 'h' }, { MINUTE, 'm' } };

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (seconds >= units[i].seconds) {
			snprintf(buf, HUMAN_MAX, "%ld%c", seconds / units[i].seconds,
				 units[i].unit);
			return buf;
		}
	}
	snprintf(buf, HUMAN_MAX, "%lds", seconds > 0 ? seconds : 0);
	return buf;
}
