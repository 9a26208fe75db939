/* showconf.c - --check and --print-config: nothing is started, nothing is changed. */
#include "svd/showconf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "conf/check.h"
#include "svd/cmdline.h"

int showconf(const char *program, const struct cmdline *cmdline, struct err *err)
{
	_cleanup_(free_str) char *found = NULL;
	const char *path = cmdline->configuration;
	struct strbuf text = { 0 };
	int ret = 0;

	if (!path)
		ret = config_find(program, &found, err);
	if (ret == 0)
		ret = config_check(path ? path : found, &cmdline->list, &text, err);
	if (ret >= 0 && (fputs(strbuf_str(&text), stdout) == EOF || fflush(stdout) == EOF))
		ret = err_set(err, -EIO, "standard output: %s", strerror(errno));
	strbuf_done(&text);
	return ret;
}
