/* scarce.h - memory that fails when a test says so; link with $(SCARCE_WRAP) */
#ifndef SVD_TESTS_SCARCE_H
#define SVD_TESTS_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

extern size_t scarce_left;	/* allocations until one fails; 0: none fails */

/* Counts one allocation: is it the one that fails? malloc and its kin ask for themselves. */
bool scarce_fails(void);

#endif
