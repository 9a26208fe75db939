/* xmlrpc_c.c - a client of the C library xmlrpc-c. Protocol: lines.js */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmlrpc-c/base.h>
#include <xmlrpc-c/client.h>
#include <xmlrpc-c/json.h>

static void die_on(xmlrpc_env *env)
{
	if (env->fault_occurred) {
		fprintf(stderr, "%d %s\n", env->fault_code, env->fault_string);
		exit(1);
	}
}

/* Takes the first of an array away. */
static xmlrpc_value *without_first(xmlrpc_env *env, xmlrpc_value *array)
{
	xmlrpc_value *rest = xmlrpc_array_new(env);
	int n = xmlrpc_array_size(env, array);

	for (int i = 1; i < n; i++)
		xmlrpc_array_append_item(env, rest, xmlrpc_array_get_item(env, array, i));
	return rest;
}

/* Its own words before those of the server. */
static const char *words(const char *text)
{
	static const char before[] = "RPC failed at server.  ";

	return strncmp(text, before, strlen(before)) ? text : text + strlen(before);
}

/* What was asked for, or the fault as an array. */
static xmlrpc_value *answer(xmlrpc_client *client, xmlrpc_server_info *server, const char *method,
			    xmlrpc_value *params)
{
	xmlrpc_env call, env;
	xmlrpc_value *result = NULL, *said;

	xmlrpc_env_init(&call);
	xmlrpc_env_init(&env);
	xmlrpc_client_call2(&call, client, server, method, params, &result);
	if (call.fault_occurred)
		said = xmlrpc_build_value(&env, "{s:(is)}", "fault", (xmlrpc_int32)call.fault_code,
					  words(call.fault_string));
	else
		said = xmlrpc_build_value(&env, "{s:V}", "result", result);
	die_on(&env);
	if (result)
		xmlrpc_DECREF(result);
	xmlrpc_env_clean(&call);
	return said;
}

static void print_json(xmlrpc_env *env, xmlrpc_value *value)
{
	xmlrpc_mem_block *text = xmlrpc_mem_block_new(env, 0);

	xmlrpc_serialize_json(env, value, text);
	die_on(env);
	/* It lays its text out in lines. */
	for (size_t i = 0; i < xmlrpc_mem_block_size(text); i++) {
		char c = ((char *)xmlrpc_mem_block_contents(text))[i];

		putchar(c == '\n' ? ' ' : c);
	}
	putchar('\n');
	fflush(stdout);
	xmlrpc_mem_block_free(text);
}

int main(int argc, char **argv)
{
	xmlrpc_env env;
	xmlrpc_client *client;
	xmlrpc_server_info *server;
	char line[65536];

	if (argc != 4)
		return 2;
	xmlrpc_env_init(&env);
	xmlrpc_client_setup_global_const(&env);
	xmlrpc_client_create(&env, XMLRPC_CLIENT_NO_FLAGS, "svd-tests", "1", NULL, 0, &client);
	server = xmlrpc_server_info_new(&env, argv[1]);
	xmlrpc_server_info_set_user(&env, server, argv[2], argv[3]);
	xmlrpc_server_info_allow_auth_basic(&env, server);
	die_on(&env);
	while (fgets(line, sizeof(line), stdin)) {
		xmlrpc_value *call = xmlrpc_parse_json(&env, line), *said;
		const char *method;

		die_on(&env);
		xmlrpc_read_string(&env, xmlrpc_array_get_item(&env, call, 0), &method);
		said = answer(client, server, method, without_first(&env, call));
		print_json(&env, said);
		xmlrpc_DECREF(said);
		xmlrpc_DECREF(call);
		free((char *)method);
	}
	return 0;
}
