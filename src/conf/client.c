/*
 * client.c - the sections [supervisorctl] and [ctlplugin:x], which are all that svctl reads of the
 * file. A client must not fail over a variable that only the daemon's environment has.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/config.h"
#include "conf/load.h"
#include "conf/values.h"

static const char *value_of(const struct ini *ini, const struct ini_section *section,
			    const char *name)
{
	const struct ini_option *option = ini_find_option(ini, section, name);

	return option ? option->value : NULL;
}

/* Those that name a factory. 0 or -ENOMEM. */
static int read_plugins(const struct ini *ini, struct client_config *client)
{
	static const char prefix[] = "ctlplugin:";
	const struct ini_section *section;
	size_t n = HASH_COUNT(ini->sections);

	client->plugins = calloc(n + 1, sizeof(*client->plugins));
	if (!client->plugins)
		return -ENOMEM;
	for (section = ini->sections; section; section = section->hh.next) {
		const char *factory = value_of(ini, section, "supervisor.ctl_factory");
		const char *match_group = value_of(ini, section, "match_group");
		struct client_plugin *plugin = &client->plugins[client->n_plugins];

		if (strncmp(section->name, prefix, strlen(prefix)) != 0 || !factory)
			continue;
		plugin->factory = strdup(factory);
		if (!plugin->factory)
			return -ENOMEM;
		plugin->match_group = match_group && atoi(match_group) != 0;
		client->n_plugins++;
	}
	return 0;
}

static int read_file(struct load *ld, const char *path, struct client_draft *draft,
		     struct err *err)
{
	const struct ini_section *section;
	struct values v;
	int r = ini_read_file(&ld->ini, path, err);

	if (r < 0)
		return r;
	section = ini_find_section(&ld->ini, "supervisorctl");
	if (!section)
		return err_set(err, -EINVAL,
			       "%s: .ini file does not include supervisorctl section", path);
	if (values_read(ld, section, SECTION_CLIENT, &v) < 0)
		return no_memory(err);
	return values_set_all(ld, &v, &ld->file, draft, err);
}

/* A copy of what is set; false: no memory. */
static bool copy(const char *text, char **ret_text)
{
	*ret_text = text ? strdup(text) : NULL;
	return !text || *ret_text;
}

static int copy_all(const struct client_draft *draft, const struct ini *ini,
		    struct client_config *ret_client, struct err *err)
{
	struct client_config client = { 0 };

	if (copy(draft->serverurl, &client.serverurl) && copy(draft->username, &client.username) &&
	    copy(draft->password, &client.password) && copy(draft->prompt, &client.prompt) &&
	    copy(draft->history_file, &client.history_file) &&
	    read_plugins(ini, &client) == 0) {
		*ret_client = client;
		return 0;
	}
	client_config_done(&client);
	return no_memory(err);
}

int client_config_load(const char *path, struct client_config *ret_client, struct err *err)
{
	struct client_draft draft = { 0 };
	struct load ld;
	int r;

	if (load_init(&ld) < 0)
		r = no_memory(err);
	else
		r = values_defaults(&ld, SECTION_CLIENT, NULL, &draft, err);
	if (r == 0 && path)
		r = read_file(&ld, path, &draft, err);
	if (r == 0)
		r = copy_all(&draft, &ld.ini, ret_client, err);
	load_done(&ld);
	return r;
}

void client_config_done(struct client_config *client)
{
	free(client->serverurl);
	free(client->username);
	free(client->password);
	free(client->prompt);
	free(client->history_file);
	for (size_t i = 0; i < client->n_plugins; i++)
		free(client->plugins[i].factory);
	free(client->plugins);
	*client = (struct client_config){ 0 };
}
