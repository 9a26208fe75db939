/* words.c - arguments of commands and candidates of completion */
#include "svctl/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int words_add(struct words *w, const char *word, size_t n)
{
	char *copy;

	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 8;
		char **list = reallocarray(w->list, cap, sizeof(*list));

		if (!list)
			return -ENOMEM;
		w->list = list;
		w->cap = cap;
	}
	copy = strndup(word, n);
	if (!copy)
		return -ENOMEM;
	w->list[w->n++] = copy;
	return 0;
}

int words_split(struct words *w, const char *line)
{
	while (*(line += strspn(line, BLANKS))) {
		size_t n = strcspn(line, BLANKS);

		if (words_add(w, line, n) < 0)
			return -ENOMEM;
		line += n;
	}
	return 0;
}

bool words_have(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->list[i], word) == 0)
			return true;
	}
	return false;
}

void words_done(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->list[i]);
	free(w->list);
	*w = (struct words){ 0 };
}
