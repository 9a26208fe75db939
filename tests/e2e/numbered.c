/*
 * numbered.c - a program whose every line can be accounted for, whenever it is killed; and the one
 * that looks for the lines afterwards. Static and small: hundreds of them run at a time.
 *
 * numbered write STATE NAME STREAMS BATCH PAUSE MIN MAX [COUNT GATE]
 *	Writes lines of MIN to MAX bytes, with one write(2) each, BATCH at a time and then a pause
 *	of PAUSE microseconds; STREAMS 1: to stdout, 2: to stderr by turns with it, 1c: to stdout,
 *	in colours. It ends on
 *	SIGTERM, after a whole line, or after COUNT batches, of which the first has waited until
 *	there is a file GATE. STATE is a file of struct state.
 * numbered check
 *	Reads names of files from stdin. For each run of numbers that follow each other it prints
 *	"FILE STREAM FIRST LAST", and "! FILE: ..." for whatever is no whole line.
 *
 * A line: "NAME.STREAM NUMBER filler CHECKSUM\n", the checksum over all that is before it. It is
 * found in a line with svd's prefix or of its JSON too, but not among colours.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STREAMS = 2, UNSURE = 500, LINE_BYTES = 1024 * 1024, SEEN = 64, SUM = 8 };

/*
 * Before the write a line is begun, after it done. Who finds one that is begun and not done was
 * killed in between: nobody knows whether it has been written, and its number is never used again.
 */
struct stream {
	volatile uint64_t begun, done;
	volatile uint64_t n_unsure;
	volatile uint64_t unsure[UNSURE];
};

struct state {
	volatile uint64_t pid, lives;
	struct stream streams[STREAMS];
};

static volatile sig_atomic_t asked;

static void on_term(int signo)
{
	(void)signo;
	asked = 1;
}

static void die(const char *what)
{
	perror(what);
	_exit(9);
}

static uint32_t sum_of(const char *p, size_t n)
{
	uint32_t sum = 2166136261u;

	while (n--)
		sum = (sum ^ (unsigned char)*p++) * 16777619u;
	return sum;
}

/* --- writing --- */

static struct state *map_state(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	void *state;

	if (fd < 0 || ftruncate(fd, sizeof(struct state)) < 0)
		die(path);
	state = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED)
		die("mmap");
	close(fd);
	return state;
}

static void settle(struct stream *s)
{
	if (s->begun == s->done)
		return;
	if (s->n_unsure == UNSURE)
		_exit(8);
	s->unsure[s->n_unsure] = s->done;
	s->n_unsure++;
	s->done = s->begun;
}

static size_t make_line(char *line, const char *name, int stream, uint64_t number, size_t len)
{
	int head = sprintf(line, "%s.%d %llu ", name, stream, (unsigned long long)number);
	size_t sum_at = len - SUM - 2, i;

	for (i = (size_t)head; i < sum_at; i++)
		line[i] = (char)('a' + (number + i) % 26);
	line[i++] = ' ';
	sprintf(line + i, "%08x\n", sum_of(line, i));
	return i + SUM + 1;
}

struct text {
	size_t least, most;	/* bytes */
	const char *before, *after;	/* of each line */
};

static size_t dress_line(char *line, const char *name, int fd, uint64_t number,
			 const struct text *text)
{
	size_t len = text->least + (number * 2654435761u >> 7) % (text->most - text->least + 1);
	size_t at = (size_t)sprintf(line, "%s", text->before);

	at += make_line(line + at, name, fd, number, len) - 1;
	return at + (size_t)sprintf(line + at, "%s\n", text->after);
}

static void write_line(struct stream *s, int fd, const char *name, const struct text *text)
{
	static char line[LINE_BYTES + 64];
	size_t len = dress_line(line, name, fd, s->done, text), at = 0;

	s->begun = s->done + 1;
	while (at < len) {
		ssize_t n = write(fd, line + at, len - at);

		if (n > 0)
			at += (size_t)n;
		else if (errno != EINTR)
			die("write");
	}
	s->done = s->begun;
}

static void wait_for_file(const char *path)
{
	struct timespec moment = { 0, 1000000 };

	while (access(path, F_OK) < 0)
		nanosleep(&moment, NULL);
}

static int write_lines(char **argv)
{
	struct state *state = map_state(argv[0]);
	int streams = atoi(argv[2]), batch = atoi(argv[3]);
	long left = argv[7] ? atol(argv[7]) : -1;
	long pause = atol(argv[4]);
	struct timespec nap = { pause / 1000000, pause % 1000000 * 1000 };
	int coloured = strchr(argv[2], 'c') != NULL;
	struct text text = { strtoul(argv[5], NULL, 10), strtoul(argv[6], NULL, 10),
			     coloured ? "\033[1;32m" : "", coloured ? "\033[0m" : "" };
	struct sigaction action = { .sa_handler = on_term };

	if (text.least < 64 || text.most < text.least || text.most >= LINE_BYTES ||
	    streams < 1 || streams > STREAMS)
		return 2;
	sigaction(SIGTERM, &action, NULL);
	for (int i = 0; i < STREAMS; i++)
		settle(&state->streams[i]);
	state->lives++;
	state->pid = (uint64_t)getpid();
	if (argv[7])
		wait_for_file(argv[8]);
	while (!asked && left--) {
		for (int i = 0; i < batch && !asked; i++)
			write_line(&state->streams[i % streams], 1 + i % streams, argv[1], &text);
		if (pause)
			nanosleep(&nap, NULL);
	}
	return 0;
}

/* --- checking --- */

struct run {
	char     stream[64];
	uint64_t first, last;
};

static void print_run(const char *path, const struct run *run)
{
	printf("%s %s %llu %llu\n", path, run->stream, (unsigned long long)run->first,
	       (unsigned long long)run->last);
}

/* What the program has printed, in a line that svd has made of it. */
static void unwrap(const char **line, size_t *len)
{
	static const char message[] = "\"message\":\"", end[] = "\"}";
	const char *text = NULL, *stop = *line + *len;

	if (*len && **line == '{') {
		text = memmem(*line, *len, message, sizeof(message) - 1);
		text = text ? text + sizeof(message) - 1 : stop;
		stop -= sizeof(end) - 1;
	} else if (*len && **line == '2') {	/* time, name, channel */
		text = *line;
		for (int words = 0; words < 3 && text; words++) {
			text = memchr(text, ' ', (size_t)(stop - text));
			text += text != NULL;
		}
	}
	if (text && text <= stop) {
		*line = text;
		*len = (size_t)(stop - text);
	}
}

static int read_line(const char *line, size_t len, char stream[64], uint64_t *number)
{
	unsigned long long n;
	char head[96] = "", sum[SUM + 1];

	unwrap(&line, &len);
	memcpy(head, line, len < sizeof(head) - 1 ? len : sizeof(head) - 1);
	if (len < SUM + 2 || sscanf(head, "%63s %llu ", stream, &n) != 2)
		return -1;
	sprintf(sum, "%08x", sum_of(line, len - SUM));
	*number = n;
	return memcmp(sum, line + len - SUM, SUM) ? -1 : 0;
}

static void note(const char *path, struct run *runs, size_t *n, const char *stream,
		 uint64_t number)
{
	struct run *run = runs;

	while (run < runs + *n && strcmp(run->stream, stream) != 0)
		run++;
	if (run == runs + SEEN)
		die("too many streams in a file");
	if (run < runs + *n && number == run->last + 1) {
		run->last = number;
		return;
	}
	if (run < runs + *n)
		print_run(path, run);
	else
		(*n)++;
	strcpy(run->stream, stream);
	run->first = run->last = number;
}

static void check_text(const char *path, const char *text, size_t len)
{
	struct run runs[SEEN];
	size_t n = 0;
	char stream[64];
	uint64_t number;

	for (const char *p = text, *end = text + len; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t line = (size_t)((newline ? newline : end) - p);

		if (!newline || read_line(p, line, stream, &number) < 0)
			printf("! %s: at %zd of %zu%s: %.*s\n", path, p - text, len,
			       newline ? "" : " (no newline)", (int)(line < 300 ? line : 300), p);
		else
			note(path, runs, &n, stream, number);
		p += line + 1;
	}
	for (size_t i = 0; i < n; i++)
		print_run(path, &runs[i]);
}

static void check_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *text;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	if (st.st_size > 0) {
		text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (text == MAP_FAILED)
			die(path);
		check_text(path, text, (size_t)st.st_size);
		munmap(text, (size_t)st.st_size);
	}
	close(fd);
}

static int check_files(void)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = 0;
		check_file(path);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if ((argc == 9 || argc == 11) && !strcmp(argv[1], "write"))
		return write_lines(argv + 2);
	if (argc == 2 && !strcmp(argv[1], "check"))
		return check_files();
	return 2;
}
