/*
 * replay_main.c - runs a fuzz target without libFuzzer, so that `make check` gives it a short pass
 * with any compiler. Linked with tests/fuzz/fuzz_X.c it is tests/fuzz/replay_X.
 * usage: replay_X [FILE | DIRECTORY]...
 * Each file is one input. Without arguments the seeds in tests/fuzz/corpus/X are the inputs, and
 * REPLAY_RUNS (10000) random mutations of them, always the same ones unless REPLAY_SEED differs.
 * An input that ends the program is left in the working directory as crash-replay_X.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

enum { INPUT_MAX = 1 << 20, MUTANT_MAX = 4096, SEEDS_MAX = 1000 };

struct input {
	uint8_t *data;
	size_t   n;
};

static struct input seeds[SEEDS_MAX];
static size_t n_seeds;
static uint64_t dice_state;
static struct input current;	/* for the crash file */
static char crash_file[256];

static void leave_input(void)
{
	int fd = open(crash_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, current.data, current.n) < 0)
		return;
	close(fd);
}

static void on_crash(int signo)
{
	leave_input();
	signal(signo, SIG_DFL);
	raise(signo);
}

/* Numbers that repeat with the seed on every machine (xorshift64*). */
static size_t roll(size_t sides)
{
	dice_state ^= dice_state >> 12;
	dice_state ^= dice_state << 25;
	dice_state ^= dice_state >> 27;
	return (size_t)((dice_state * 0x2545f4914f6cdd1dULL) >> 33) % sides;
}

/* The target gets a block of exactly its size, so that a sanitizer sees the first byte too far. */
static void run(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	memcpy(copy, data, n);
	current = (struct input){ copy, n };
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void load_file(const char *path)
{
	FILE *f = fopen(path, "re");
	struct input *in = &seeds[n_seeds];

	if (!f || n_seeds == SEEDS_MAX) {
		fprintf(stderr, "%s: %s\n", path, f ? "too many seeds" : strerror(errno));
		exit(EXIT_FAILURE);
	}
	in->data = malloc(INPUT_MAX);
	if (!in->data)
		abort();
	in->n = fread(in->data, 1, INPUT_MAX, f);
	fclose(f);
	n_seeds++;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of their names: mutations must not depend on the file system. */
static void load(const char *path)
{
	struct dirent **entries;
	char name[4096];
	struct stat st;
	int n;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		load_file(path);
		return;
	}
	n = scandir(path, &entries, not_hidden, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		load_file(name);
		free(entries[i]);
	}
	free(entries);
}

static void insert(struct input *in, size_t at, const uint8_t *data, size_t n)
{
	if (n > MUTANT_MAX - in->n)
		n = MUTANT_MAX - in->n;
	memmove(in->data + at + n, in->data + at, in->n - at);
	memmove(in->data + at, data, n);
	in->n += n;
}

/* One small change: a byte, a piece less, a piece twice, a piece of another seed. */
static void mutate(struct input *in)
{
	size_t at = roll(in->n + 1), n = roll(1 + roll(64));
	const struct input *other = &seeds[roll(n_seeds)];
	uint8_t piece[64], byte = (uint8_t)roll(256);

	if (n > in->n - at)
		n = in->n - at;
	memcpy(piece, in->data + at, n);
	switch (roll(5)) {
	case 0:
		if (at < in->n)
			in->data[at] ^= (uint8_t)(1 << roll(8));
		break;
	case 1:
		insert(in, at, &byte, 1);
		break;
	case 2:
		memmove(in->data + at, in->data + at + n, in->n - at - n);
		in->n -= n;
		break;
	case 3:
		insert(in, roll(in->n + 1), piece, n);
		break;
	default:
		at = roll(other->n + 1);
		n = roll(65);
		if (n > other->n - at)
			n = other->n - at;
		insert(in, roll(in->n + 1), other->data + at, n);
	}
}

static void run_mutations(unsigned long runs)
{
	static uint8_t buffer[MUTANT_MAX];

	for (unsigned long i = 0; i < runs; i++) {
		const struct input *seed = &seeds[roll(n_seeds)];
		struct input in = { buffer, seed->n < MUTANT_MAX ? seed->n : MUTANT_MAX };

		memcpy(buffer, seed->data, in.n);
		for (size_t changes = 1 + roll(8); changes > 0; changes--)
			mutate(&in);
		run(in.data, in.n);
	}
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("SRCDIR"), *name = strrchr(argv[0], '/');
	unsigned long runs = argc > 1 ? 0 : setting("REPLAY_RUNS", 10000);
	char corpus[4096];

	name = name ? name + 1 : argv[0];
	snprintf(crash_file, sizeof(crash_file), "crash-%s", name);
	dice_state = setting("REPLAY_SEED", 1) + 0x9e3779b97f4a7c15ULL;
	signal(SIGABRT, on_crash);
	signal(SIGSEGV, on_crash);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(leave_input);

	snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
		 strncmp(name, "replay_", 7) == 0 ? name + 7 : name);
	if (argc == 1)
		load(corpus);
	for (int i = 1; i < argc; i++)
		load(argv[i]);
	for (size_t i = 0; i < n_seeds; i++)
		run(seeds[i].data, seeds[i].n);
	if (n_seeds > 0)
		run_mutations(runs);
	printf("%s: %zu files, %lu mutations\n", name, n_seeds, n_seeds ? runs : 0);
	for (size_t i = 0; i < n_seeds; i++)
		free(seeds[i].data);
	return n_seeds > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
