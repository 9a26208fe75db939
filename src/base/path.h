/* path.h - file names as people write them */
#ifndef SVD_BASE_PATH_H
#define SVD_BASE_PATH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"

/*
 * ~ and ~user replaced by the home directory; unchanged when there is none. The caller's to free;
 * NULL: no memory. Mirrors os.path.expanduser.
 */
must_check char *path_expand_user(const char *path);

/*
 * The absolute path without ".", ".." and doubled slashes, ~ replaced; symbolic links stay. The
 * caller's to free. Mirrors os.path.normpath(os.path.abspath(os.path.expanduser(path))).
 */
must_check int path_normalise(const char *path, char **ret_path, struct err *err);

/* The part before the last slash, as os.path.dirname: "/" of "/x", "" of "x". NULL: no memory. */
must_check char *path_dirname(const char *path);

bool path_is_dir(const char *path);

/* Is the directory there in which this file is or would be? */
bool path_dir_exists(const char *path);

/* 1 or 2 when path is a name of our own standard output or error, otherwise -1. */
int path_standard_fd(const char *path);

#endif
