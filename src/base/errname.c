/* errname.c - strerrorname_np(3) came with glibc 2.32; older releases get the ones that matter. */
#include "base/errname.h"

#include <errno.h>
#include <string.h>

#include "config.h"

const char *errname(int error)
{
#ifdef HAVE_STRERRORNAME_NP
	const char *name = strerrorname_np(error);

	return name ? name : "EUNKNOWN";
#else
	switch (error) {
#define NAME(e) case e: return #e
	NAME(EPERM); NAME(ENOENT); NAME(EIO); NAME(E2BIG); NAME(ENOEXEC); NAME(EAGAIN);
	NAME(ENOMEM); NAME(EACCES); NAME(ENOTDIR); NAME(EISDIR); NAME(EINVAL); NAME(ENFILE);
	NAME(EMFILE); NAME(ETXTBSY); NAME(ENOSPC); NAME(EROFS); NAME(ELOOP); NAME(ENAMETOOLONG);
#undef NAME
	}
	return "EUNKNOWN";
#endif
}
