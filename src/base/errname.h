/* errname.h - the symbol of an errno, as Supervisor prints it */
#ifndef SVD_BASE_ERRNAME_H
#define SVD_BASE_ERRNAME_H

/* "ENOENT"; "EUNKNOWN" for a number that has none. Static text, safe after vfork. */
const char *errname(int error);

#endif
