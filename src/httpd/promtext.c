/* promtext.c - version 0.0.4 of the format, which every scraper reads. */
#include "httpd/promtext.h"

enum { DIGITS = 15 };	/* that a double has for sure */

static void add_head(struct promtext *p)
{
	strbuf_addf(p->sb, "# HELP %s %s\n# TYPE %s %s\n", p->name, p->help, p->name, p->type);
	p->has_head = true;
}

static void add_value(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n') {
			strbuf_adds(sb, "\\n");
			continue;
		}
		if (*s == '\\' || *s == '"')
			strbuf_addc(sb, '\\');
		strbuf_addc(sb, *s);
	}
}

static void add_labels(struct strbuf *sb, const struct promlabel *labels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_addc(sb, i ? ',' : '{');
		strbuf_addf(sb, "%s=\"", labels[i].name);
		add_value(sb, labels[i].value);
		strbuf_addc(sb, '"');
	}
	if (n)
		strbuf_addc(sb, '}');
}

void promtext_add(struct promtext *p, const struct promlabel *labels, size_t n, double value)
{
	if (!p->has_head)
		add_head(p);
	strbuf_adds(p->sb, p->name);
	add_labels(p->sb, labels, n);
	strbuf_addf(p->sb, " %.*g\n", DIGITS, value);
}
