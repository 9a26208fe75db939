/* words.h - values that are one of some words */
#ifndef SVD_CONF_WORDS_H
#define SVD_CONF_WORDS_H

#include "base/err.h"
#include "base/macro.h"

/*
 * Which of the n words text is, in any case of letters. 0, or -EINVAL with an err that tells all of
 * them, and which one was probably meant.
 */
must_check int words_find(const char *text, const char *const *words, int n, int *ret_word,
			  struct err *err);

#endif
