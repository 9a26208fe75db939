/*
 * webhook.c - values of a [webhook:x]. They go to a server as they are, so what could make two
 * headers of one, or of a URL something else, is refused while the file is read. What is wrong is
 * told without the value, which may be a secret.
 */
#include "conf/webhook.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/units.h"
#include "conf/load.h"
#include "conf/words.h"

/* --- url --- */

/* The bytes of "https://" at the beginning; 0: it is something else. */
static size_t scheme_len(const char *text)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return strlen(schemes[i]);
	return 0;
}

/* "host:port" in a URL, without who logs in there; *ret_n: its bytes. */
static const char *place_of(const char *url, size_t *ret_n)
{
	const char *begin = url + scheme_len(url);
	const char *at = memrchr(begin, '@', strcspn(begin, "/?#"));

	if (at)
		begin = at + 1;
	*ret_n = strcspn(begin, "/?#");
	return begin;
}

/* "host", "host:port", "[address]:port" */
static bool is_place(struct arena *arena, const char *place, size_t n)
{
	const char *close = *place == '[' ? memchr(place, ']', n) : NULL;
	const char *host_end = close ? close + 1 : place + strcspn(place, ":/?#");
	size_t host = (size_t)(host_end - place);
	const char *port;
	int64_t number;

	if (host == 0 || host > n || (*place == '[' && (!close || host < 4)))
		return false;
	if (host == n)
		return true;
	port = arena_strndup(arena, host_end + 1, n - host - 1);
	return *host_end == ':' && port && isdigit((unsigned char)*port) &&
	       unit_integer(port, 1, 65535, &number) == 0;
}

const char *webhook_shown(struct arena *arena, const char *text)
{
	size_t n = 0;
	const char *place = place_of(text, &n);

	/* An expansion that is still to be done may be all of it. */
	if (!scheme_len(text) || !is_place(arena, place, n) || memchr(place, '%', n))
		return arena_strdup(arena, "http://***");
	return arena_printf(arena, "%.*s%.*s/***", (int)scheme_len(text), text, (int)n, place);
}

int webhook_set_url(struct load *ld, const char *text, void *field, struct err *err)
{
	struct hook_config *hook = container_of(field, struct hook_config, url);
	size_t n = 0;
	const char *place = place_of(text, &n);

	if (!scheme_len(text))
		return err_set(err, -EINVAL, "not a URL that begins with http:// or https://");
	if (strlen(text) > WEBHOOK_URL_MAX)
		return err_set(err, -EINVAL, "longer than %d bytes", WEBHOOK_URL_MAX);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return err_set(err, -EINVAL, "a URL has no blanks in it");
	if (!is_place(ld->ini.arena, place, n))
		return err_set(err, -EINVAL, "a URL with a bad host or port");
	hook->url = arena_strdup(ld->config->arena, text);
	hook->shown = webhook_shown(ld->config->arena, text);
	return hook->url && hook->shown ? 0 : no_memory(err);
}

/* --- headers --- */

/*
 * Copies what stands before the next comma that is not quoted to `item`, without its quotes and the
 * blanks around it; *text goes on behind the comma, and is NULL after the last item. Mirrors shlex
 * in POSIX mode. false: a quote or a backslash has no end.
 */
static bool next_item(const char **text, char *item)
{
	const char *p = *text;
	size_t n = 0, kept = 0;		/* kept: what was quoted, or is no blank */
	char quote = '\0';

	while (isspace((unsigned char)*p))
		p++;
	for (; *p && (quote || *p != ','); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'') {
			quote = quote ? '\0' : *p;
			kept = n;
			continue;
		}
		if (*p == '\\' && (!quote || (quote == '"' && (p[1] == '"' || p[1] == '\\'))))
			if (!*++p)
				return false;
		item[n++] = *p;
		kept = quote || !isspace((unsigned char)*p) ? n : kept;
	}
	item[kept] = '\0';
	*text = *p ? p + 1 : NULL;
	return !quote;
}

/* A token, as HTTP has it: nothing else may be a name. */
static size_t token_len(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("!#$%&'*+-.^_`|~", text[n])))
		n++;
	return n;
}

static bool is_header(const char *text)
{
	size_t n = token_len(text);

	if (n == 0 || text[n] != ':')
		return false;
	while ((unsigned char)text[n] >= ' ' || text[n] == '\t')
		n++;
	return !text[n] && !memchr(text, 0x7f, n);
}

static int take_headers(struct arena *arena, const char *text, const char **list, struct err *err)
{
	size_t n = 0;

	for (unsigned number = 1; text; number++) {
		char *item = arena_alloc(arena, strlen(text) + 1);

		if (!item)
			return no_memory(err);
		if (!next_item(&text, item))
			return err_set(err, -EINVAL, "No closing quotation");
		if (!*item && !text)
			break;		/* a comma at the end */
		if (!is_header(item))
			return err_set(err, -EINVAL, "header %u is not like \"Name: value\"",
				       number);
		list[n++] = item;
	}
	return 0;
}

int webhook_set_headers(struct load *ld, const char *text, void *field, struct err *err)
{
	const char **list;
	size_t room = 2;
	int r;

	if (strlen(text) > WEBHOOK_HEADERS_MAX)
		return err_set(err, -EINVAL, "longer than %d bytes", WEBHOOK_HEADERS_MAX);
	for (const char *c = text; *c; c++)
		room += *c == ',';
	list = arena_alloc(ld->config->arena, room * sizeof(*list));
	r = list ? take_headers(ld->config->arena, text, list, err) : no_memory(err);
	if (r == 0)
		*(const char *const **)field = list;
	return r;
}

/* --- format --- */

static const char *const format_words[] = {
	[WEBHOOK_JSON] = "json", [WEBHOOK_SLACK] = "slack",
};

int webhook_set_format(struct load *ld, const char *text, void *field, struct err *err)
{
	int word, r = words_find(text, format_words, ARRAY_LEN(format_words), &word, err);

	(void)ld;
	if (r == 0)
		*(enum webhook_format *)field = (enum webhook_format)word;
	return r;
}
