/*
 * fcgi.c - the socket of an [fcgi-program:x]. A host name is looked up while the file is read, and
 * never again: a name server that is slow or away must not delay a start.
 */
#include "conf/fcgi.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/units.h"
#include "conf/load.h"
#include "conf/paths.h"
#include "conf/values.h"

static const char UNIX_URL[] = "unix://", TCP_URL[] = "tcp://";

/* A socket belongs to the user whose programs serve it. */
static int default_owner(struct load *ld, const struct values *v, struct socket_config *socket,
			 struct err *err)
{
	struct program_draft program = { 0 };
	int r = values_set(ld, v, OPT_PROCESS_user, &ld->file, &program, err);

	if (r < 0 || v->set[OPT_FCGI_socket_owner])
		return r;
	if (program.config.user && program.config.user->uid != getuid()) {
		socket->uid = program.config.user->uid;
		socket->gid = program.config.user->gid;
	}
	return 0;
}

static int set_path(struct load *ld, const char *path, struct socket_config *socket,
		    struct err *err)
{
	int r;

	if (*path != '/')
		return err_set(err, -EINVAL, "Unix socket path %s is not an absolute path", path);
	r = paths_set_socket(ld, path, &socket->path, err);
	if (r < 0)
		return r;
	socket->url = arena_printf(ld->config->arena, "%s%s", UNIX_URL, socket->path);
	return socket->url ? 0 : no_memory(err);
}

static int look_up(struct socket_config *socket, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	const struct sockaddr_in *found;
	struct addrinfo *list;
	int r = getaddrinfo(socket->host, NULL, &hints, &list);

	if (r == EAI_MEMORY)
		return no_memory(err);
	if (r != 0)
		return err_set(err, -EINVAL, "%s: %s", socket->host, gai_strerror(r));
	found = (const void *)list->ai_addr;
	socket->address = found->sin_addr.s_addr;
	freeaddrinfo(list);
	return 0;
}

static int set_host(struct load *ld, const char *text, struct socket_config *socket,
		    struct err *err)
{
	size_t n = strcspn(text, ": \t\r\n\v\f"), digits;
	int64_t port;
	char *host;

	digits = text[n] == ':' ? strspn(text + n + 1, "0123456789") : 0;
	if (n == 0 || digits == 0 || text[n + 1 + digits])
		return -EINVAL;
	if (unit_integer(text + n + 1, 1, 65535, &port) < 0)
		return err_set(err, -ERANGE, "not a valid port number: %s", text + n + 1);
	host = arena_strndup(ld->config->arena, text, n);
	if (!host)
		return no_memory(err);
	for (char *c = host; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	socket->host = host;
	socket->port = (int)port;
	socket->url = arena_printf(ld->config->arena, "%s%s:%d", TCP_URL, host, socket->port);
	return socket->url ? look_up(socket, err) : no_memory(err);
}

static int set_url(struct load *ld, const struct values *v, const char *url,
		   struct socket_config *socket, struct err *err)
{
	int r = -EINVAL;

	if (strncmp(url, UNIX_URL, strlen(UNIX_URL)) == 0)
		return set_path(ld, url + strlen(UNIX_URL), socket, err);
	if (v->set[OPT_FCGI_socket_owner] || v->set[OPT_FCGI_socket_mode])
		return err_set(err, r, "socket_owner and socket_mode params should only be used "
			       "with a Unix domain socket");
	if (strncmp(url, TCP_URL, strlen(TCP_URL)) == 0)
		r = set_host(ld, url + strlen(TCP_URL), socket, err);
	if (r == -EINVAL && !err->text[0])
		err_set(err, r, "Bad socket format %s", url);
	return r;
}

/* socket= alone may use the program's name. */
static int read_options(struct load *ld, const struct values *v, const char *name,
			struct socket_draft *draft, struct err *err)
{
	struct expand_var var = { .name = "program_name", .text = name };
	struct expand_scope names = { &ld->file, &var, 1 };
	int r = values_defaults_of(ld, FAMILY_FCGI, NULL, draft, err);

	for (unsigned id = 0; id < OPTION_N && r == 0; id++)
		if (option_table[id].family == FAMILY_FCGI)
			r = values_set(ld, v, id, id == OPT_FCGI_socket ? &names : &ld->file,
				       draft, err);
	return r;
}

int fcgi_read(struct load *ld, const struct values *v, const char *name,
	      const struct socket_config **ret_socket, struct err *err)
{
	struct socket_draft draft = { .config = { .uid = (uid_t)-1, .gid = (gid_t)-1 } };
	struct socket_config *socket = arena_alloc(ld->config->arena, sizeof(*socket));
	const struct ini_option *option = v->set[OPT_FCGI_socket];
	struct err why = { 0 };
	int r = socket ? read_options(ld, v, name, &draft, err) : no_memory(err);

	if (r < 0)
		return r;
	if (!draft.socket || !*draft.socket)
		return section_error(v->section, -EINVAL, err,
				     "section requires a \"socket\" line");
	r = set_url(ld, v, draft.socket, &draft.config, &why);
	if (r < 0)
		return value_error(v, OPT_FCGI_socket, r, err, "%s", why.text);
	draft.config.where = arena_printf(ld->config->arena, "%s:%d: [%s] %s=%s",
					  option->file->path, option->line, v->section->name,
					  option->name, option->value);
	if (!draft.config.where)
		return no_memory(err);
	*socket = draft.config;
	*ret_socket = socket;
	return draft.config.path ? default_owner(ld, v, socket, err) : 0;
}
