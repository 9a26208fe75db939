/*
 * servers.c - where clients may connect, and the URL by which children find us when their
 * serverurl is AUTO.
 */
#include "conf/servers.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/loopback.h"
#include "conf/load.h"
#include "conf/values.h"

/* Both or none; a name that is empty is none. */
static int check_login(const struct values *v, struct server_config *server, struct err *err)
{
	if (!v->set[OPT_SERVER_username] != !v->set[OPT_SERVER_password])
		return section_error(v->section, -EINVAL, err,
				     "Section [%s] contains incomplete authentication: If a "
				     "username or a password is specified, both the username and "
				     "password must be specified", v->section->name);
	if (server->username && !*server->username)
		server->username = server->password = NULL;
	return 0;
}

static int check_required(const struct values *v, enum option_id id, struct err *err)
{
	if (v->set[id] && *v->set[id]->value)
		return 0;
	return section_error(v->section, -EINVAL, err, "section [%s] has no %s value",
			     v->section->name, option_table[id].name);
}

/* What the daemon says when the socket cannot be had, long after the file was read. */
static int note_place(struct load *ld, const struct ini_option *option,
		      struct server_config *server)
{
	server->where = arena_printf(ld->config->arena, "%s:%d: [%s] %s=%s", option->file->path,
				     option->line, server->section, option->name, option->value);
	return server->where ? 0 : -ENOMEM;
}

/* A name that cannot be found now may be another's later: then listen_open() finds out. */
static bool is_ours_alone(const char *host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *a;
	bool ours = true;

	if (!*host)
		return false;
	if (getaddrinfo(host, NULL, &hints, &list) != 0)
		return true;
	for (a = list; a; a = a->ai_next)
		ours &= is_loopback(a->ai_addr);
	freeaddrinfo(list);
	return ours;
}

/* Supervisor lets everybody in who can reach the port, and logs a line about it. */
static int check_open(const struct values *v, const struct server_config *server, struct err *err)
{
	if (server->kind == SERVER_UNIX || server->username || server->allow_unauthenticated ||
	    is_ours_alone(server->host))
		return 0;
	return value_error(v, OPT_INET_port, -EINVAL, err, "whoever reaches this port could do "
			   "all: set username and password, or listen on 127.0.0.1, or say "
			   "allow_unauthenticated=true");
}

static int read_server(struct load *ld, const struct ini_section *section, enum server_kind kind,
		       struct server_config *server, struct err *err)
{
	enum section_kind section_kind = kind == SERVER_UNIX ? SECTION_UNIX : SECTION_INET;
	enum option_id place = kind == SERVER_UNIX ? OPT_UNIX_file : OPT_INET_port;
	struct values v;
	int r;

	*server = (struct server_config){ .kind = kind, .uid = (uid_t)-1, .gid = (gid_t)-1 };
	server->section = arena_strdup(ld->config->arena, section->name);
	if (!server->section || values_read(ld, section, section_kind, &v) < 0)
		return no_memory(err);
	r = check_required(&v, place, err);
	if (r == 0 && note_place(ld, v.set[place], server) < 0)
		r = no_memory(err);
	if (r == 0)
		r = values_defaults(ld, section_kind, NULL, server, err);
	if (r == 0)
		r = values_set_all(ld, &v, &ld->file, server, err);
	if (r == 0)
		r = check_login(&v, server, err);
	return r == 0 ? check_open(&v, server, err) : r;
}

static bool is_server(const struct ini_section *section, enum server_kind kind)
{
	return section_kind(section->name) == (kind == SERVER_UNIX ? SECTION_UNIX : SECTION_INET);
}

static const char *url_of(struct arena *arena, const struct server_config *server)
{
	if (server->kind == SERVER_UNIX)
		return arena_printf(arena, "unix://%s", server->path);
	if (strchr(server->host, ':'))
		return arena_printf(arena, "http://[%s]:%d", server->host, server->port);
	return arena_printf(arena, "http://%s:%d", *server->host ? server->host : "localhost",
			    server->port);
}

static int read_kind(struct load *ld, enum server_kind kind, struct server_config *servers,
		     size_t *n, struct err *err)
{
	const struct ini_section *s;
	int r = 0;

	for (s = ld->ini.sections; s && r == 0; s = s->hh.next) {
		if (!is_server(s, kind))
			continue;
		r = read_server(ld, s, kind, &servers[*n], err);
		*n += r == 0;
		r = load_keep(ld, r, err);
	}
	return r;
}

int servers_read(struct load *ld, struct err *err)
{
	struct config *config = ld->config;
	struct server_config *servers;
	size_t n = 0, room = 0;
	int r;

	for (const struct ini_section *s = ld->ini.sections; s; s = s->hh.next)
		room += is_server(s, SERVER_UNIX) || is_server(s, SERVER_INET);
	servers = arena_alloc(config->arena, room * sizeof(*servers));
	if (!servers)
		return no_memory(err);
	r = read_kind(ld, SERVER_UNIX, servers, &n, err);
	if (r == 0)
		r = read_kind(ld, SERVER_INET, servers, &n, err);
	if (r < 0)
		return r;
	config->servers = servers;
	config->n_servers = n;
	if (n > 0) {		/* unix before inet: the first one is what AUTO means */
		config->serverurl = url_of(config->arena, &servers[0]);
		if (!config->serverurl)
			return no_memory(err);
	}
	return 0;
}
