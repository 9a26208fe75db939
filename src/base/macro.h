/* macro.h - the few macros that every file may use */
#ifndef SVD_BASE_MACRO_H
#define SVD_BASE_MACRO_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#define must_check		__attribute__((warn_unused_result))
#define printf_like(fmt, args)	__attribute__((format(printf, fmt, args)))

/* Runs f(&variable) when the variable leaves its scope. */
#define _cleanup_(f)		__attribute__((cleanup(f)))

#endif
