/*
 * tables.c - fills in the lists of a manual page from the tables that the programs are made of
 * usage: tables <PAGE.in >PAGE
 *
 * A line "@LIST@" or "@LIST WORD@" of the page becomes the list; all else is copied. It includes
 * the tables as the compiler sees them, so a page cannot forget what a program has.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- mdoc --- */

/* Text of n bytes: no letter of it is a request or an escape. */
static void put_n(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '"')
			fputs("\\(dq", stdout);
		else if (text[i] == '\t')
			fputs(i && text[i - 1] == '\n' ? "" : " ", stdout);
		else if (text[i] == ' ' && i && i + 1 < n && text[i - 1] == '.' &&
			 isupper((unsigned char)text[i + 1]))
			putchar('\n');	/* a sentence begins a line */
		else if ((text[i] == '.' || text[i] == '\'') && (i == 0 || text[i - 1] == '\n'))
			printf("\\&%c", text[i]);
		else
			putchar(text[i]);
	}
}

static void put(const char *text)
{
	put_n(text, strlen(text));
}

/* With a full stop, if there is none. */
static void put_sentence(const char *text)
{
	size_t n = strlen(text);

	put(text);
	puts(n && text[n - 1] == '.' ? "" : ".");
}

static void put_item(const char *macro, const char *text, size_t n)
{
	printf(".It %s \"", macro);
	put_n(text, n);
	puts("\"");
}

/* --- the tables --- */

struct cmdline_flag {
	char        letter;
	const char *name, *argument, *help;
};

#define CMDLINE_FLAG(...) { __VA_ARGS__ },
static const struct cmdline_flag svd_flags[] = {
#include "svd/cmdline.def"
};
#define CMDLINE_FLAG(...) { __VA_ARGS__ },
static const struct cmdline_flag svctl_flags[] = {
#include "svctl/cmdline.def"
};

static void list_cmdline(const struct cmdline_flag *flags, size_t n)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++) {
		const struct cmdline_flag *f = &flags[i];

		fputs(".It ", stdout);
		if (f->letter)
			printf("Fl %c , ", f->letter);
		printf("Fl Fl %s", f->name);
		if (f->argument)
			printf(" Ar %s", f->argument);
		putchar('\n');
		put_sentence(f->help);
	}
	puts(".El");
}

enum { FLAG_TAKES_NOTHING, FLAG_TAKES_WORD, FLAG_TAKES_SECONDS, FLAG_TAKES_NUMBER };

enum {
#define FLAG(id, ...) FLAG_##id,
#include "svctl/flags.def"
#undef FLAG
};

static const struct {
	char        letter;
	const char *name;
	int         takes;
	const char *help;
} verb_flags[] = {
#define FLAG(id, ...) { __VA_ARGS__ },
#include "svctl/flags.def"
#undef FLAG
};

static void list_verb_flags(void)
{
	static const char *const arguments[] = { "", " Ar WORD", " Ar SECONDS", " Ar NUMBER" };

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < COUNT(verb_flags); i++) {
		const char *tab = strrchr(verb_flags[i].help, '\t');

		fputs(".It ", stdout);
		if (verb_flags[i].letter)
			printf("Fl %c , ", verb_flags[i].letter);
		printf("Fl Fl %s%s\n", verb_flags[i].name, arguments[verb_flags[i].takes]);
		put_sentence(tab ? tab + 1 : verb_flags[i].help);
	}
	puts(".El");
}

#define WITH(id) (1u << FLAG_##id)
#define VERB(name, run, completes, listed, flags, help, more) { name, flags, help, more },
static const struct {
	const char *name;
	unsigned    flags;
	const char *help, *more;
} verbs[] = {
#include "svctl/verbs.def"
};

/* Lines "usage<tabs>what it does"; one that begins with a tab goes on. */
static void put_usages(const char *help)
{
	while (*help) {
		size_t line = strcspn(help, "\n"), usage = strcspn(help, "\t\n"), tabs;

		tabs = usage + strspn(help + usage, "\t ");
		if (tabs > line)
			tabs = line;
		if (usage)
			put_item("Ic", help, usage);
		else
			puts(".br");
		if (line > tabs) {
			put_n(help + tabs, line - tabs);
			putchar('\n');
		}
		help += line + (help[line] == '\n');
	}
}

static void list_verbs(void)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < COUNT(verbs); i++) {
		const char *before = ".Pp\nTakes\n";

		if (!verbs[i].help)
			continue;
		put_usages(verbs[i].help);
		for (size_t k = 0; k < COUNT(verb_flags); k++) {
			if (!(verbs[i].flags >> k & 1))
				continue;
			printf("%s.Fl Fl %s", before, verb_flags[k].name);
			before = " ,\n";
		}
		if (verbs[i].flags)
			puts(" .");
		if (verbs[i].more)
			put_sentence(verbs[i].more);
	}
	puts(".El");
}

#define OPTION_ROW(family, id, name, type, fallback, place, flags, help) \
	{ #family, name, #type, fallback, flags, help },
enum { EACH = 1, SECRET = 2, LIVE = 4, KEPT = 8 };
static const struct {
	const char *family, *name, *type, *fallback;
	unsigned    flags;
	const char *help;
} options[] = {
#include "conf/options.def"
};

static void put_lower(const char *text)
{
	for (; *text; text++)
		putchar(*text == '_' ? ' ' : tolower((unsigned char)*text));
}

static int list_options(const char *family)
{
	int n = 0;

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < COUNT(options); i++) {
		if (strcmp(options[i].family, family) != 0)
			continue;
		printf(".It Ic %s Pq Em ", options[i].name);
		put_lower(options[i].type);
		putchar('\n');
		put_sentence(options[i].help);
		if (options[i].fallback) {
			fputs("Default: ", stdout);
			put(options[i].fallback);
			puts(".");
		}
		if (options[i].flags & LIVE)
			puts("A process that runs takes a change without a restart.");
		n++;
	}
	puts(".El");
	return n ? 0 : -1;
}

enum { ANY, READ, OPERATE, ADMIN, ROLES = 3, NAMED = 4, SEEN = 8, FREE = 16, OWN = 32, GROUP = 64 };
#define METHOD(name, result, parameters, flags, handler, help) \
	{ name, result, parameters, flags, help },
static const struct {
	const char *name, *result, *parameters;
	unsigned    flags;
	const char *help;
} methods[] = {
#include "svd/methods.def"
};

static void list_methods(void)
{
	static const char *const roles[] = { "anybody", "read", "operate", "admin" };

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < COUNT(methods); i++) {
		if (methods[i].flags & OWN)
			continue;
		printf(".It Ic \"%s(%s)\"\n", methods[i].name, methods[i].parameters);
		put_sentence(methods[i].help);
		printf("Returns %s; role: %s.\n", methods[i].result,
		       roles[methods[i].flags & ROLES]);
	}
	puts(".El");
}

#define EVENT(id, name, parent) { name, #parent },
static const struct {
	const char *name, *parent;
} events[] = {
#include "conf/events.def"
};

static void list_events(void)
{
	puts(".Bl -tag -width Ds -compact");
	for (size_t i = 1; i < COUNT(events); i++) {
		printf(".It Dv %s\n", events[i].name);
		printf("is a kind of %s.\n", events[i].parent);
	}
	puts(".El");
}

/* --- the page --- */

static int list(const char *name)
{
	if (strncmp(name, "options ", 8) == 0)
		return list_options(name + 8);
	if (strcmp(name, "svd flags") == 0)
		list_cmdline(svd_flags, COUNT(svd_flags));
	else if (strcmp(name, "svctl flags") == 0)
		list_cmdline(svctl_flags, COUNT(svctl_flags));
	else if (strcmp(name, "verb flags") == 0)
		list_verb_flags();
	else if (strcmp(name, "verbs") == 0)
		list_verbs();
	else if (strcmp(name, "methods") == 0)
		list_methods();
	else if (strcmp(name, "events") == 0)
		list_events();
	else
		return -1;
	return 0;
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		size_t n = strcspn(line, "\n");

		if (line[0] != '@' || n < 3 || line[n - 1] != '@') {
			fputs(line, stdout);
			continue;
		}
		line[n - 1] = '\0';
		if (list(line + 1) < 0) {
			fprintf(stderr, "tables: there is no list '%s'\n", line + 1);
			return EXIT_FAILURE;
		}
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
