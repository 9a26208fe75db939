/* cmdline.h - the command line of svd: supervisord's */
#ifndef SVD_SVD_CMDLINE_H
#define SVD_SVD_CMDLINE_H

#include "conf/config.h"

enum { CMDLINE_OVERRIDES_MAX = 32 };

struct cmdline {
	const char *configuration;	/* -c; NULL: search */
	bool        check;		/* only report what is wrong with it */
	bool        print, show_secrets;	/* only print it */
	struct config_override overrides[CMDLINE_OVERRIDES_MAX];
	struct config_override_list list;
};

enum cmdline_end { CMDLINE_RUN, CMDLINE_DONE, CMDLINE_ERROR };

/*
 * Reads argv. CMDLINE_DONE: --help, --version or --sample-config was answered on standard output,
 * and so is everything under the name echo_supervisord_conf. CMDLINE_ERROR: err says what is
 * wrong. Strings are borrowed from argv. Mirrors supervisord's options.
 */
enum cmdline_end cmdline_parse(int argc, char **argv, struct cmdline *ret_cmdline,
			       struct err *err);

#endif
