/* outcome.h - how it came out with one process, as RPC clients are told */
#ifndef SVD_SVD_OUTCOME_H
#define SVD_SVD_OUTCOME_H

#include <jansson.h>

#include "base/macro.h"
#include "rpc/faults.h"

struct call;
struct process;

struct outcome {
	enum { OUTCOME_PENDING, OUTCOME_OK, OUTCOME_FAULT } kind;
	enum fault code;
	char       text[1024];		/* behind "NAME: " of the fault; or instead of "OK" */
};

/* It is a fault; fmt makes its text. */
void outcome_fault(struct outcome *out, enum fault code, const char *fmt, ...) printf_like(3, 4);

/* Answers a call about one process: true, or the fault. Nothing happens while it is pending. */
void outcome_answer(struct call *call, const struct outcome *out);

/* For a call about several: appends name, group, status and description. */
void outcome_row(json_t *results, const char *group, const char *name, const struct outcome *out);
void outcome_append(json_t *results, const struct process *p, const struct outcome *out);

#endif
