/* diff.h - what a newer snapshot changes for what runs */
#ifndef SVD_CONF_DIFF_H
#define SVD_CONF_DIFF_H

#include <stdbool.h>

struct group_config;
struct program_config;

/*
 * Is the newer group, of the same name, the same to Supervisor? Mirrors the __eq__ of
 * ProcessGroupConfig, FastCGIGroupConfig, EventListenerPoolConfig and ProcessConfig: every option
 * counts, the order of the programs too; of a socket only its URL. A log file that is AUTO in the
 * newer one is equal to any, but not the other way: what runs has a name for it by then.
 * [supervisord] environment= is no part of it.
 */
bool group_config_is_same(const struct group_config *old, const struct group_config *new);

/* What has to be done to a process of the older configuration so that it has the newer one. */
enum program_change {
	PROGRAM_SAME,
	PROGRAM_LIVE,		/* only options with LIVE in options.def: no restart is needed */
	PROGRAM_RESTART,
};

/* Two configurations of the process of one name in one group. Here AUTO is equal to AUTO only. */
enum program_change program_config_compare(const struct program_config *old,
					   const struct program_config *new);

/*
 * Does the group itself differ in what all its processes depend on: its kind, its socket, the
 * events of its pool? (Its priority and its processes are not meant.)
 */
bool group_config_is_remade(const struct group_config *old, const struct group_config *new);

#endif
