/*
 * options.c - which sections and options there are. Everything else about an option is in
 * options.def; here is only how to find it, and what to say when it is not there.
 */
#include "conf/options.h"

#include <string.h>

#include "conf/drafts.h"

#define AT(type, member) offsetof(struct type, member)
#define OPTION_ROW(family, id, name, type, ...) \
	[OPT_##family##_##id] = { FAMILY_##family, name, TYPE_##type, __VA_ARGS__ },
const struct option_info option_table[OPTION_N] = {
#include "conf/options.def"
};

#define IN(family) (1U << FAMILY_##family)

static const struct section_info {
	const char *name;
	bool        is_prefix;
	unsigned    families;
} section_table[] = {
	[SECTION_SUPERVISORD] = { "supervisord", false, IN(SUPERVISORD) },
	/* Supervisor takes [unix_http_server:x] too, and then has several. */
	[SECTION_UNIX] = { "unix_http_server", true, IN(UNIX) | IN(SERVER) },
	[SECTION_INET] = { "inet_http_server", true, IN(INET) | IN(SERVER) },
	[SECTION_CLIENT] = { "supervisorctl", false, IN(CLIENT) },
	[SECTION_PROGRAM] = { "program:", true, IN(PROCESS) },
	[SECTION_FCGI] = { "fcgi-program:", true, IN(PROCESS) | IN(FCGI) },
	[SECTION_LISTENER] = { "eventlistener:", true, IN(PROCESS) | IN(LISTENER) },
	[SECTION_GROUP] = { "group:", true, IN(GROUP) },
	[SECTION_INCLUDE] = { "include", false, IN(INCLUDE) },
	[SECTION_RPCINTERFACE] = { "rpcinterface:", true, IN(RPCINTERFACE) },
	[SECTION_CTLPLUGIN] = { "ctlplugin:", true, IN(CTLPLUGIN) },
	[SECTION_HEALTH] = { "svd:health", false, IN(HEALTH) },
	[SECTION_ACCESS] = { "svd:access", false, IN(ACCESS) },
	[SECTION_EXEC] = { "eventexec:", true, IN(HOOK) | IN(EXEC) | IN(PROCESS) },
	[SECTION_WEBHOOK] = { "webhook:", true, IN(HOOK) | IN(WEBHOOK) },
};
_Static_assert(ARRAY_LEN(section_table) == SECTION_KIND_N, "a kind of section has no row");

enum section_kind section_kind(const char *name)
{
	for (unsigned k = 0; k < SECTION_KIND_N; k++) {
		const struct section_info *s = &section_table[k];

		if (s->is_prefix ? strncmp(name, s->name, strlen(s->name)) == 0
				 : strcmp(name, s->name) == 0)
			return k;
	}
	return SECTION_KIND_N;
}

bool family_fits(enum option_family family, enum section_kind kind)
{
	return section_table[kind].families >> family & 1;
}

bool option_fits(enum option_id id, enum section_kind kind)
{
	if (kind == SECTION_EXEC && option_table[id].flags & KEPT)
		return false;
	return family_fits(option_table[id].family, kind);
}

enum option_id option_find(enum section_kind kind, const char *name)
{
	for (unsigned id = 0; id < OPTION_N; id++)
		if (option_table[id].name[0] == name[0] && option_fits(id, kind) &&
		    strcmp(option_table[id].name, name) == 0)
			return id;
	return OPTION_N;
}

enum { LONGEST = 40 };	/* of a name that may be a slip of another one */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to add, drop or change to make one text of the other (Levenshtein). */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t row[LONGEST + 1];

	if (na > LONGEST || nb > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[nb];
}

/* Is candidate nearer to the name than what is *best letters away? One slip in three letters. */
static bool is_nearer(const char *name, size_t n, const char *candidate, size_t *best)
{
	size_t d = distance(name, n, candidate, strlen(candidate));

	if (d >= *best || d > (n + 2) / 3)
		return false;
	*best = d;
	return true;
}

const char *option_suggest(enum section_kind kind, const char *name)
{
	const char *found = NULL;
	size_t best = LONGEST;

	for (unsigned id = 0; id < OPTION_N; id++)
		if (option_fits(id, kind) &&
		    is_nearer(name, strlen(name), option_table[id].name, &best))
			found = option_table[id].name;
	return found;
}

const char *word_suggest(const char *word, const char *const *words, size_t n)
{
	const char *found = NULL;
	size_t best = LONGEST;

	for (size_t i = 0; i < n; i++)
		if (is_nearer(word, strlen(word), words[i], &best))
			found = words[i];
	return found;
}

const char *section_suggest(const char *name)
{
	const char *colon = strchr(name, ':'), *found = NULL;
	size_t whole = strlen(name), head = colon ? (size_t)(colon - name) + 1 : whole;
	size_t best = LONGEST;

	for (unsigned k = 0; k < SECTION_KIND_N; k++)
		if (is_nearer(name, section_table[k].is_prefix ? head : whole,
			      section_table[k].name, &best))
			found = section_table[k].name;
	return found;
}
