/* report.h - what a command with --json prints: one document when it ends, on one line */
#ifndef SVD_SVCTL_REPORT_H
#define SVD_SVCTL_REPORT_H

#include <jansson.h>
#include <stdbool.h>

struct ctl;

/*
 * The document is the result: an array with one object for each name, or what the verb's help says.
 * When the command as a whole failed it is {"error": {"text": "...", "fault": 10}}, the fault as
 * far as there is one, and "result" as far as there was one before. All zero is a valid empty one.
 */
struct report {
	json_t *result, *error;	/* owned; NULL: none */
};

/* Does the command that runs answer in JSON? Then nothing else goes to standard output. */
bool report_is_wanted(const struct ctl *ctl);

/* The result, taken over; NULL: there was no memory. */
void report_result(struct ctl *ctl, json_t *result);

/* Another element of the result, which is an array, taken over; NULL: there was no memory. */
void report_row(struct ctl *ctl, json_t *row);

/* {"name": name, "result": result}; without --json a line that says so. */
void report_success(struct ctl *ctl, const char *name, const char *result);

/*
 * {"name": name, "error": why, "fault": fault}; 0: it was no fault. Without --json a line in the
 * words of start and stop: "NAME: ERROR (why)". The status stays.
 */
void report_failure(struct ctl *ctl, const char *name, const char *why, int fault);

/* The failure of a name that means nobody: no such process, or no such group. The status stays. */
void report_unknown(struct ctl *ctl, const char *name);

/* The command failed; the first reason counts. */
void report_error(struct ctl *ctl, const char *why, int fault);

/* A text of the user's, which may be no UTF-8. NULL: no memory. */
json_t *report_text(const char *text);

/*
 * A value of any kind on one line, with flags of json_dumps(), the caller's to free; on a terminal
 * without characters that could do something to it. NULL: no memory.
 */
char *report_dump(const json_t *value, size_t flags);

/* Prints what there is, if anything. */
void report_print(const struct report *r);
void report_clear(struct report *r);

#endif
