/* words.c - who is told what is not a word wants to know which are. */
#include "conf/words.h"

#include <errno.h>

#include "base/logwords.h"
#include "base/strbuf.h"
#include "conf/options.h"

/* "not gzip, zstd or none; did you mean gzip?" */
static int no_word(const char *text, const char *const *words, size_t n, struct err *err)
{
	const char *meant = word_suggest(text, words, n);
	struct strbuf all = { 0 };

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&all, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i]);
	err_set(err, -EINVAL, "not %s%s%s%s", all.oom ? "a word that is known" : strbuf_str(&all),
		meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
	strbuf_done(&all);
	return -EINVAL;
}

int words_find(const char *text, const char *const *words, int n, int *ret_word, struct err *err)
{
	int word = log_word(words, n, text);

	if (word < 0)
		return no_word(text, words, (size_t)n, err);
	*ret_word = word;
	return 0;
}
