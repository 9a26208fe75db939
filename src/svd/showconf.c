/* showconf.c - --check and --print-config: nothing is started, nothing is changed. */
#include "svd/showconf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "conf/check.h"
#include "conf/print.h"
#include "svd/cmdline.h"

int showconf(const char *program, const struct cmdline *cmdline, struct err *err)
{
	_cleanup_(free_str) char *found = NULL;
	const char *path = cmdline->configuration;
	struct strbuf text = { 0 };
	int ret = 0;

	if (!path)
		ret = config_find(program, &found, err);
	if (!path)
		path = found;
	if (ret == 0 && cmdline->check)
		ret = config_check(path, &cmdline->list, &text, err);
	else if (ret == 0)
		ret = config_print(path, &cmdline->list, cmdline->show_secrets, &text, err);
	if (ret >= 0 && (fputs(strbuf_str(&text), stdout) == EOF || fflush(stdout) == EOF))
		ret = err_set(err, -EIO, "standard output: %s", strerror(errno));
	strbuf_done(&text);
	return ret;
}
