/* template.c - just gaps: what is shown or not, and how often, is decided in C. */
#include "httpd/template.h"

#include <string.h>

#include "base/strbuf.h"
#include "httpd/assets.h"
#include "httpd/html.h"

static void fill(struct strbuf *sb, const char *key, size_t len, const struct filling *list,
		 size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(list[i].key) != len || strncmp(list[i].key, key, len) != 0)
			continue;
		if (list[i].html)
			strbuf_adds(sb, list[i].html);
		else if (list[i].value)
			html_add_value(sb, list[i].value);
		else
			html_adds(sb, list[i].text);
		return;
	}
}

void template_add(struct strbuf *sb, const char *name, const struct filling *list, size_t n)
{
	const struct asset *asset = asset_find(name);
	const char *at = asset ? asset->data : "", *open, *close;

	while ((open = strstr(at, "{{")) && (close = strstr(open, "}}"))) {
		strbuf_add(sb, at, (size_t)(open - at));
		fill(sb, open + 2, (size_t)(close - open - 2), list, n);
		at = close + 2;
	}
	strbuf_adds(sb, at);
}
