/* cmd.h - the functions behind the verbs, one for each row of verbs.def and extras.def */
#ifndef SVD_SVCTL_CMD_H
#define SVD_SVCTL_CMD_H

struct ctl;

/* Several verbs may share a function: then it is declared more than once, which is harmless. */
#define VERB(name, run, completes, listed, flags, help, more) \
	void run(struct ctl *ctl, const char *arg);
#include "svctl/verbs.def"
#undef VERB
#define EXTRA_VERB(id, name, run, completes, help) void run(struct ctl *ctl, const char *arg);
#include "svctl/extras.def"
#undef EXTRA_VERB

#endif
