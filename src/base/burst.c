/* burst.c - what others can make us say must not fill a disk. */
#include "base/burst.h"

bool burst_take(struct burst *b, unsigned max, double seconds, double now_mono,
		unsigned long *ret_unsaid, bool *ret_last)
{
	if (b->n_said == 0 || now_mono - b->since_mono >= seconds) {
		b->since_mono = now_mono;
		b->n_said = 0;
	}
	if (b->n_said >= max) {
		b->n_unsaid++;
		return false;
	}
	b->n_said++;
	*ret_unsaid = b->n_unsaid;
	*ret_last = b->n_said == max;
	b->n_unsaid = 0;
	return true;
}
