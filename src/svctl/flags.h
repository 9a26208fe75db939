/* flags.h - what a verb may be told beside its names: --json, --timeout 5 */
#ifndef SVD_SVCTL_FLAGS_H
#define SVD_SVCTL_FLAGS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"

enum flag {
#define FLAG(id, letter, name, takes, help) FLAG_##id,
#include "svctl/flags.def"
#undef FLAG
	FLAG_N
};

/* For sets of flags: the column of verbs.def. */
#define WITH(id) (1u << FLAG_##id)

enum flag_takes { FLAG_TAKES_NOTHING, FLAG_TAKES_WORD, FLAG_TAKES_SECONDS, FLAG_TAKES_NUMBER };

struct flag_info {
	char letter;		/* 0: none */
	const char *name;	/* without its dashes */
	enum flag_takes takes;
	const char *help;
};

extern const struct flag_info flag_infos[FLAG_N];

/* All zero is a valid empty one. */
struct flags {
	unsigned given;		/* WITH() of each */
	char *value[FLAG_N];	/* owned, of the right kind; NULL: none */
};

/*
 * Takes the flags of that set out of the words of arg; the last of several counts. The rest is
 * appended to ret_rest, as it was if there are none. 0, -EINVAL with err when a value is missing or
 * wrong, or -ENOMEM with err. To be given back by flags_done in any case.
 */
must_check int flags_take(unsigned set, const char *arg, struct flags *ret_flags,
			  struct strbuf *ret_rest, struct err *err);
void flags_done(struct flags *f);

bool flags_have(const struct flags *f, enum flag flag);

/* The value; if it was not given, the other one. */
const char *flags_word(const struct flags *f, enum flag flag, const char *otherwise);
double flags_seconds(const struct flags *f, enum flag flag, double otherwise);
unsigned flags_number(const struct flags *f, enum flag flag, unsigned otherwise);

#endif
