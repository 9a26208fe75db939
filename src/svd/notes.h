/* notes.h - what a configuration has to say to the operator, into the activity log */
#ifndef SVD_SVD_NOTES_H
#define SVD_SVD_NOTES_H

struct config;

/*
 * Logs the notes of config, what matters most first. Those that `known` (NULL: nothing) has too
 * have been said already.
 */
void notes_log(const struct config *config, const struct config *known);

#endif
