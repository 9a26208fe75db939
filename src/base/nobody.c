/* nobody.c - who takes over such a process shall have nothing. */
#include "base/nobody.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * In a container, root may lack the right to become somebody else; then it is not worth much to an
 * attacker either, and better served than not.
 */
int nobody_become(struct err *err)
{
	enum { NOBODY = 65534 };
	const struct passwd *pw;
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (geteuid() != 0)
		return 0;
	pw = getpwnam("nobody");
	if (pw) {
		uid = pw->pw_uid;
		gid = pw->pw_gid;
	}
	if (setgroups(1, &gid) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
		return err_set(err, -errno, "%s cannot become nobody: %s",
			       program_invocation_short_name, strerror(errno));
	return 0;
}
