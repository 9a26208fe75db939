/*
 * fcgi.c - the socket of an [fcgi-program:x]. It lives as long as any process of the group, so a
 * client that comes while one is restarted waits in the queue for the others.
 */
#include "svd/fcgi.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "conf/config.h"
#include "svd/group.h"
#include "svd/log.h"

/* A program expects accept(2) to wait, so its socket is a blocking one; svd never accepts. */
static int open_socket(const struct socket_config *conf, struct bound *bound, struct err *err)
{
	const struct bound_how how = { .flags = 0, .backlog = conf->backlog };
	const struct bound_file file = { conf->path, conf->chmod, conf->uid, conf->gid };
	const struct sockaddr_in addr = { .sin_family = AF_INET,
					  .sin_port = htons((uint16_t)conf->port),
					  .sin_addr.s_addr = conf->address };
	int ret;

	if (conf->path)
		return bound_unix(&file, &how, bound, err);
	ret = bound_inet((const struct sockaddr *)&addr, sizeof(addr), &how, bound);
	return ret < 0 ? err_set(err, ret, "%s", strerror(-ret)) : 0;
}

int fcgi_take(struct process *p, struct err *err)
{
	const struct socket_config *conf = p->group->conf->socket;
	struct fcgi *fcgi = &p->group->fcgi;
	struct err why = { 0 };
	int ret = 0;

	if (fcgi->users == 0) {
		log_info("Creating socket %s", conf->url);
		ret = open_socket(conf, &fcgi->bound, &why);
	}
	if (ret < 0)
		return err_set(err, ret, "Could not create FastCGI socket %s: %s", conf->url,
			       why.text);
	fcgi->users++;
	p->has_socket = true;
	return 0;
}

void fcgi_drop(struct process *p)
{
	const struct socket_config *conf = p->group->conf->socket;
	struct fcgi *fcgi = &p->group->fcgi;

	if (!p->has_socket)
		return;
	p->has_socket = false;
	if (--fcgi->users > 0)
		return;
	log_info("Closing socket %s", conf->url);
	bound_close(&fcgi->bound, conf->path);
}
