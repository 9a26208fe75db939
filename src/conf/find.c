/* find.c - where the configuration file is when nobody says */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "conf/config.h"

/* In Supervisor's order, and last where Anaconda's package has it. */
static const struct place {
	bool        beside_program;	/* bin/svd and etc/supervisord.conf */
	const char *path;
} places[] = {
	{ true, "etc/supervisord.conf" },
	{ true, "supervisord.conf" },
	{ false, "supervisord.conf" },
	{ false, "etc/supervisord.conf" },
	{ false, "/etc/supervisord.conf" },
	{ false, "/etc/supervisor/supervisord.conf" },
	{ false, "/opt/anaconda2/etc/supervisord.conf" },
};

/* The directory above the program's, with a slash behind it, or "" when argv0 has none. */
static void add_root(struct strbuf *sb, const char *argv0)
{
	_cleanup_(free_str) char *bin = path_dirname(argv0);
	_cleanup_(free_str) char *root = bin ? path_dirname(bin) : NULL;

	if (!root) {
		sb->oom = true;
		return;
	}
	strbuf_adds(sb, root);
	if (*root && root[strlen(root) - 1] != '/')
		strbuf_addc(sb, '/');
}

int config_find(const char *argv0, char **ret_path, struct err *err)
{
	struct strbuf path = { 0 }, tried = { 0 };
	bool found = false;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(places) && !found && !path.oom; i++) {
		strbuf_reset(&path);
		if (places[i].beside_program)
			add_root(&path, argv0);
		strbuf_adds(&path, places[i].path);
		found = !path.oom && access(path.s, F_OK) == 0;
		strbuf_addf(&tried, "%s%s", i > 0 ? ", " : "", path.oom ? "" : path.s);
	}
	if (path.oom || tried.oom)
		r = err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	else if (!found)
		r = err_set(err, -ENOENT, "No config file found at default paths (%s); use the -c "
			    "option to specify a config file at a different path", tried.s);
	else
		*ret_path = strbuf_steal(&path);
	strbuf_done(&path);
	strbuf_done(&tried);
	return r;
}
