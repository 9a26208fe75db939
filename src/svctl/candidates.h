/* candidates.h - what may stand where the user of another shell presses Tab */
#ifndef SVD_SVCTL_CANDIDATES_H
#define SVD_SVCTL_CANDIDATES_H

/*
 * argv: our name, then the words of the line as far as it goes; the last one, maybe empty, is to be
 * completed. Prints what may stand there, one on a line. Says nothing when something is wrong.
 */
void candidates_print(int argc, char **argv);

#endif
