/* conf_box.c - a directory with configuration files in it, for the tests of conf */
#include "conf_box.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

char box[64];
struct config *config;
struct err conf_err;

void box_setup(void)
{
	static char home[] = "HOME=/home/me", colour[] = "COLOUR=red";
	static char *clean[] = { home, colour, NULL };

	environ = clean;
	umask(022);
	strcpy(box, "/tmp/conf-box.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(box));
	ck_assert_int_eq(chdir(box), 0);
}

static int unlink_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void box_teardown(void)
{
	config_unref(config);
	config = NULL;
	ck_assert_int_eq(chdir("/"), 0);
	nftw(box, unlink_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *box_write(const char *name, const char *text)
{
	static char path[512];
	const char *mark;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", box, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	while ((mark = strstr(text, "%s/"))) {
		fprintf(f, "%.*s%s", (int)(mark - text), text, box);
		text = mark + 2;
	}
	fputs(text, f);
	fclose(f);
	return path;
}

static int load(const char *text)
{
	struct config *fresh;
	int r;

	conf_err = (struct err){ 0 };
	r = config_load(box_write("supervisord.conf", text), NULL, &fresh, &conf_err);
	if (r < 0)
		return r;
	config_unref(config);
	config = fresh;
	return 0;
}

const struct config *loads(const char *text)
{
	ck_assert_msg(load(text) == 0, "%s", conf_err.text);
	return config;
}

const struct program_config *loads_program(const char *text)
{
	struct strbuf sb = { 0 };

	strbuf_addf(&sb, "[supervisord]\n%s", text);
	loads(strbuf_str(&sb));
	strbuf_done(&sb);
	ck_assert_uint_eq(config->n_groups, 1);
	ck_assert_uint_eq(config->groups[0].n_programs, 1);
	return &config->groups[0].programs[0];
}

void refuses(const char *text, const char *expected)
{
	struct strbuf sb = { 0 };
	const char *mark;

	ck_assert_msg(load(text) < 0, "loaded: %s", text);
	ck_assert_int_lt(conf_err.code, 0);
	ck_assert_msg(!strpbrk(conf_err.text, "\n\r\t"), "%s", conf_err.text);
	while ((mark = strstr(expected, "FILE"))) {
		strbuf_addf(&sb, "%.*s%s/supervisord.conf", (int)(mark - expected), expected, box);
		expected = mark + 4;
	}
	strbuf_adds(&sb, expected);
	ck_assert_msg(strstr(conf_err.text, strbuf_str(&sb)) != NULL, "not '%s' but '%s'",
		      strbuf_str(&sb), conf_err.text);
	strbuf_done(&sb);
}

int noted(enum log_level level, const char *text)
{
	int n = 0;

	for (size_t i = 0; i < config->n_notes; i++)
		n += config->notes[i].level == level && strstr(config->notes[i].text, text);
	return n;
}

bool has_pair(const char *const *list, const char *pair)
{
	for (; *list; list++)
		if (strcmp(*list, pair) == 0)
			return true;
	return false;
}
