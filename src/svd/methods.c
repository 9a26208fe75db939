/*
 * methods.c - one list serves the dispatcher, the checks and system.*. What is not in the table
 * does not exist; nothing is looked up by name anywhere else.
 */
#include "svd/methods.h"

#include <string.h>

static const struct method methods[] = {
#define METHOD(...) { __VA_ARGS__ },
#include "svd/methods.def"
#undef METHOD
};

const struct method *method_find(const char *name, bool own)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i].name, name) == 0 && !(methods[i].flags & OWN) == !own)
			return &methods[i];
	return NULL;
}

const struct method *method_at(size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(methods); k++)
		if (!(methods[k].flags & OWN) && i-- == 0)
			return &methods[k];
	return NULL;
}

enum role method_role(const struct method *m)
{
	return (enum role)(m->flags & ROLES);
}

bool method_is_safe(const struct method *m)
{
	return method_role(m) <= ROLE_READ;
}
