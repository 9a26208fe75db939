/*
 * listener.c - an event listener as people write them in C: with stdio, and no library for it.
 *
 * listener FILE
 *	Notes each event in FILE: SERIAL EVENTNAME PAYLOAD, and an ASCII record separator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value of a key in the head, or "". */
static const char *value(const char *head, const char *key)
{
	static char buf[256];
	const char *at = strstr(head, key);

	if (!at || sscanf(at + strlen(key), "%255s", buf) != 1)
		buf[0] = '\0';
	return buf;
}

static char *read_payload(size_t len)
{
	char *payload = malloc(len + 1);

	if (!payload || fread(payload, 1, len, stdin) != len)
		exit(1);
	payload[len] = '\0';
	return payload;
}

static void note(FILE *out, const char *head, const char *payload)
{
	fprintf(out, "%s ", value(head, " serial:"));
	fprintf(out, "%s %s\036", value(head, " eventname:"), payload);
	fflush(out);
}

int main(int argc, char **argv)
{
	FILE *out = argc == 2 ? fopen(argv[1], "a") : NULL;
	char head[1024], *payload;

	if (!out)
		return 2;
	for (;;) {
		printf("READY\n");
		fflush(stdout);
		if (!fgets(head, sizeof(head), stdin))
			return 0;
		payload = read_payload(strtoul(value(head, " len:"), NULL, 10));
		note(out, head, payload);
		free(payload);
		printf("RESULT 2\nOK");
		fflush(stdout);
	}
}
