/* diff.h - what a newer snapshot changes for what runs */
#ifndef SVD_CONF_DIFF_H
#define SVD_CONF_DIFF_H

#include <stdbool.h>

struct group_config;
struct program_config;

/*
 * Are the two groups, of one name, the same to Supervisor? Mirrors the __eq__ of
 * ProcessGroupConfig, FastCGIGroupConfig, EventListenerPoolConfig and ProcessConfig: every option
 * counts, the order of the programs too, but AUTO is equal to anything.
 */
bool group_config_is_same(const struct group_config *a, const struct group_config *b);

/* What has to be done to a process of the older configuration so that it has the newer one. */
enum program_change {
	PROGRAM_SAME,
	PROGRAM_LIVE,		/* only options with LIVE in options.def: no restart is needed */
	PROGRAM_RESTART,
};

/* Two configurations of the process of one name in one group. */
enum program_change program_config_compare(const struct program_config *old,
					   const struct program_config *new);

/*
 * Does the group itself differ in what all its processes depend on: its kind, its socket, its
 * pool? (Its priority and its processes are not meant.)
 */
bool group_config_is_remade(const struct group_config *old, const struct group_config *new);

#endif
