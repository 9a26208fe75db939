/* colour.c - the colours that each terminal's owner has chosen himself: the first sixteen */
#include "svctl/colour.h"

#include <stdlib.h>

#include "base/macro.h"
#include "rpc/faults.h"
#include "svctl/screen.h"

bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");

	return screen_is_there() && !(no && *no);
}

const char *colour_of_number(size_t i)
{
	static const char *const colours[] = {
		"\033[36m", "\033[33m", "\033[32m", "\033[35m", "\033[34m", "\033[31m",
		"\033[96m", "\033[93m", "\033[92m", "\033[95m", "\033[94m", "\033[91m",
	};

	return colours[i % ARRAY_LEN(colours)];
}

const char *colour_of_state(int state)
{
	switch (state) {
	case STATE_CODE_RUNNING:
		return "\033[32m";
	case STATE_CODE_STARTING:
	case STATE_CODE_STOPPING:
	case STATE_CODE_BACKOFF:
		return "\033[33m";
	case STATE_CODE_FATAL:
	case STATE_CODE_UNKNOWN:
		return "\033[31m";
	}
	return "";
}
