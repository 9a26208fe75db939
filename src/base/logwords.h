/* logwords.h - what can be done with a log, by the words of the configuration and of the frames */
#ifndef SVD_BASE_LOGWORDS_H
#define SVD_BASE_LOGWORDS_H

/* When does a file become an old file, besides when it is full? */
enum log_rotate { ROTATE_SIZE, ROTATE_HOURLY, ROTATE_DAILY, ROTATE_N };

/* How are old files kept? */
enum log_compress { COMPRESS_NONE, COMPRESS_GZIP, COMPRESS_ZSTD, COMPRESS_N };

/* What does a line look like in the file? */
enum log_format { FORMAT_RAW, FORMAT_PREFIX, FORMAT_JSON, FORMAT_N };

/* Paths that may get a copy, and the shortest and longest piece that a line is broken into. */
enum { LOG_ALSO_MAX = 8, LOG_LINE_MIN = 256, LOG_LINE_MAX = 1024 * 1024 };

/* "size", "hourly", "daily"; "none", "gzip", "zstd"; "raw", "prefix", "json". */
extern const char *const log_rotate_words[ROTATE_N];
extern const char *const log_compress_words[COMPRESS_N];
extern const char *const log_format_words[FORMAT_N];

/* The index of word in such a table of n, in any case of letters; -1: it is not there. */
int log_word(const char *const *words, int n, const char *word);

#endif
