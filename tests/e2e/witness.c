/*
 * witness.c - tells what a program finds when it starts. usage: witness DIRECTORY [WORD...]
 *
 * Writes DIRECTORY/GROUP:NAME, records "KEY VALUE" that end with a NUL byte, then a line to
 * standard output and one to standard error, and waits for a signal.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void put_list(FILE *out, const char *key, char *const *list)
{
	for (; *list; list++)
		fprintf(out, "%s %s%c", key, *list, 0);
}

static void put_ids(FILE *out)
{
	uid_t uid[3];
	gid_t gid[3], groups[256];
	int n = getgroups(256, groups);

	getresuid(&uid[0], &uid[1], &uid[2]);
	getresgid(&gid[0], &gid[1], &gid[2]);
	fprintf(out, "uid %u %u %u%c", uid[0], uid[1], uid[2], 0);
	fprintf(out, "gid %u %u %u%c", gid[0], gid[1], gid[2], 0);
	for (int i = 0; i < n; i++)
		fprintf(out, "groups %u%c", groups[i], 0);
	fprintf(out, "leads %d %d%c", getpgrp() == getpid(), getsid(0) == getpid(), 0);
	fprintf(out, "daemon %d%c", getppid(), 0);
}

static void put_limits(FILE *out)
{
	struct rlimit limit;

	for (int i = 0; getrlimit(i, &limit) == 0; i++)
		fprintf(out, "limit %d %lld %lld%c", i, (long long)limit.rlim_cur,
			(long long)limit.rlim_max, 0);
}

/* Number, access mode and flags, and what it is. */
static void put_descriptors(FILE *out, int ours)
{
	DIR *dir = opendir("/proc/self/fd");
	char path[32], target[4096];
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		int fd = atoi(entry->d_name);
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		if (entry->d_name[0] == '.' || fd == ours || fd == dirfd(dir) || n < 0)
			continue;
		target[n] = '\0';
		fprintf(out, "fd %d %x %s%c", fd, fcntl(fd, F_GETFL), target, 0);
	}
	closedir(dir);
}

static void put_status(FILE *out)
{
	static const char *const wanted[] = { "SigBlk:", "SigIgn:", "SigPnd:", "NoNewPrivs:",
					      "CapInh:", "CapPrm:", "CapAmb:", "Seccomp:" };
	FILE *status = fopen("/proc/self/status", "r");
	char line[4096];
	int parent = 0;

	while (fgets(line, sizeof(line), status))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				fprintf(out, "status %.*s%c", (int)strcspn(line, "\n"), line, 0);
	fclose(status);
	prctl(PR_GET_PDEATHSIG, &parent);
	fprintf(out, "pdeathsig %d%c", parent, 0);
	fprintf(out, "nice %d%c", getpriority(PRIO_PROCESS, 0), 0);
}

int main(int argc, char **argv)
{
	const char *group = getenv("SUPERVISOR_GROUP_NAME");
	const char *name = getenv("SUPERVISOR_PROCESS_NAME");
	char path[4096], part[4096 + 8], cwd[4096];
	FILE *out;

	if (argc < 2)
		return 2;
	snprintf(path, sizeof(path), "%s/%s:%s", argv[1], group, name);
	snprintf(part, sizeof(part), "%s.part", path);
	mode_t mask = umask(0);
	out = fopen(part, "we");
	if (!out)
		return 3;
	fprintf(out, "umask %03o%ccwd %s%c", mask, 0, getcwd(cwd, sizeof(cwd)), 0);
	put_list(out, "argv", argv);
	put_list(out, "env", environ);
	put_ids(out);
	put_limits(out);
	put_descriptors(out, fileno(out));
	put_status(out);
	fclose(out);
	if (argc > 2 && strcmp(argv[2], "listens") == 0)
		dprintf(1, "READY\n");	/* svd restarts a listener that says anything else. */
	else
		dprintf(1, "%s:%s to stdout\n", group, name);
	dprintf(2, "%s:%s to stderr", group, name);
	rename(part, path);
	pause();
	return 0;
}
