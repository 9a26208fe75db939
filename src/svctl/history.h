/* history.h - the shell's history, and the file that keeps it */
#ifndef SVD_SVCTL_HISTORY_H
#define SVD_SVCTL_HISTORY_H

/* Takes the last lines of the file into the history. A file that cannot be read does not matter. */
void history_load(const char *path);

/* Adds a line to the history and to the file, unless it repeats the last one. path may be NULL. */
void history_note(const char *path, const char *line);

#endif
