/* keys.c - the sequences that terminals agree on, without a description of each of them */
#include "svctl/keys.h"

#include "base/macro.h"

static const struct {
	char begin, end;	/* the number before the end, or 0 */
	int key;
} sequences[] = {
	{ 0, 'A', KEY_UP }, { 0, 'B', KEY_DOWN }, { 0, 'H', KEY_HOME }, { 0, 'F', KEY_END },
	{ '1', '~', KEY_HOME }, { '4', '~', KEY_END }, { '5', '~', KEY_PAGE_UP },
	{ '6', '~', KEY_PAGE_DOWN }, { '7', '~', KEY_HOME }, { '8', '~', KEY_END },
};

static int key_of(char begin, char end)
{
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		if (sequences[i].begin == begin && sequences[i].end == end)
			return sequences[i].key;
	}
	return KEY_OTHER;
}

int key_next(const char *text, size_t n, size_t *ret_used)
{
	size_t i = 2;

	*ret_used = n > 0;
	if (n == 0)
		return KEY_NONE;
	if (text[0] != KEY_ESCAPE || n < 3 || (text[1] != '[' && text[1] != 'O'))
		return (unsigned char)text[0];
	/* Parameters, then the letter that ends it. */
	while (i < n && text[i] >= 0x20 && text[i] < 0x40)
		i++;
	*ret_used = i < n ? i + 1 : n;
	if (i == n)
		return KEY_OTHER;
	return i > 3 ? KEY_OTHER : key_of(i == 3 ? text[2] : '\0', text[i]);
}
