/*
 * autolog.c - names of AUTO log files. They are made up by svd, since the RPC interface tells
 * them, and opened by svd-logd; a name with 40 random bits needs no file to be reserved.
 */
#include "svd/autolog.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "svd/log.h"
#include "svd/record.h"

enum { RANDOM_CHARS = 8 };

char *autolog_name(const struct config *config, const char *name, enum channel channel)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char random[RANDOM_CHARS];
	struct strbuf sb = { 0 };

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return NULL;
	strbuf_addf(&sb, "%s/%s-%s---%s-", config->childlogdir, name, channel_name(channel),
		    config->identifier);
	for (int i = 0; i < RANDOM_CHARS; i++)
		strbuf_addc(&sb, alphabet[random[i] % 32]);
	strbuf_adds(&sb, ".log");
	return strbuf_steal(&sb);
}

/* Supervisor's pattern: something, "---IDENTIFIER-", no blanks, ".log", perhaps ".N". */
static bool is_auto_name(const char *name, const char *identifier)
{
	const char *mark = strstr(name + (*name != '\0'), "---");
	size_t n = strlen(identifier);
	const char *log;

	while (mark && !(strncmp(mark + 3, identifier, n) == 0 && mark[3 + n] == '-'))
		mark = strstr(mark + 1, "---");
	if (!mark || !mark[3 + n + 1] || strpbrk(mark, " \t\n"))
		return false;
	log = strstr(mark + 3 + n + 2, ".log");
	return log && strspn(log + 4, ".0123456789") == strlen(log + 4);
}

void autolog_clear(const struct config *config)
{
	DIR *dir = opendir(config->childlogdir);
	struct dirent *entry;

	if (!dir) {
		log_warn("Could not clear childlog dir");
		return;
	}
	while ((entry = readdir(dir)))
		if (is_auto_name(entry->d_name, config->identifier) &&
		    unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			log_warn("Failed to clean up '%s/%s'", config->childlogdir, entry->d_name);
	closedir(dir);
}
