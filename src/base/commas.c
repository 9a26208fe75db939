/* commas.c - lists of names with commas between them. */
#include "base/commas.h"

#include <string.h>

const char *commas_next(const char **text, size_t *ret_n)
{
	static const char blanks[] = " \t\r\n\v\f";
	const char *name = *text;
	size_t n;

	if (!name)
		return NULL;
	n = strcspn(name, ",");
	*text = name[n] ? name + n + 1 : NULL;
	while (n > 0 && strchr(blanks, *name)) {
		name++;
		n--;
	}
	while (n > 0 && strchr(blanks, name[n - 1]))
		n--;
	*ret_n = n;
	return name;
}
