/*
 * test_call_memory.c - no allocation that a call needs may fail without an answer, and nothing may
 * be freed twice on the way. The linker puts our malloc and its kin in front of the real ones, and
 * jansson is told to use them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "ipc/frame.h"
#include "life_box.h"
#include "scarce.h"
#include "svd/engine.h"
#include "svd/gate.h"

static size_t failing;		/* that of a call's which does */
static bool is_over;		/* the call had fewer */
static int n_listen;		/* `listen` frames that came */


/* --- the calls --- */

enum { FIRST };			/* whose process other calls are about */

static const struct {
	const char *method, *params;
} calls[] = {
	[FIRST] = { "t.addProgramToGroup", "[\"a\",\"x\",{\"command\":\"/bin/cat\",\"numprocs\":2,"
		 "\"process_name\":\"x%(process_num)d\"}]" },
	{ "supervisor.getAllConfigInfo", "[]" },
	{ "supervisor.getAllProcessInfo", "[]" },
	{ "supervisor.getProcessInfo", "[\"a:p0\"]" },
	{ "supervisor.readLog", "[0,0]" },
	{ "supervisor.readProcessStdoutLog", "[\"a:p0\",0,0]" },
	{ "supervisor.tailProcessStderrLog", "[\"a:p0\",0,0]" },
	{ "supervisor.clearProcessLogs", "[\"a:p0\"]" },
	{ "supervisor.clearAllProcessLogs", "[]" },
	{ "supervisor.signalAllProcesses", "[\"HUP\"]" },
	{ "supervisor.signalProcess", "[\"a:*\",1]" },
	{ "supervisor.sendProcessStdin", "[\"a:p0\",\"x\"]" },
	{ "supervisor.sendRemoteCommEvent", "[\"x\",\"y\"]" },
	{ "supervisor.stopProcess", "[\"a:p0\"]" },
	{ "supervisor.startProcess", "[\"a:p0\"]" },
	{ "supervisor.stopAllProcesses", "[]" },
	{ "supervisor.startProcessGroup", "[\"b\"]" },
	{ "supervisor.reloadConfig", "[]" },
	{ "supervisor.addProcessGroup", "[\"c\"]" },
	{ "svd.updateGroup", "[\"a\"]" },
	{ "svd.updateGroup", "[\"b\"]" },
	{ "supervisor.removeProcessGroup", "[\"b\"]" },
	{ "svd.updateGroup", "[\"h\"]" },
	{ "supervisor.removeProcessGroup", "[\"h\"]" },
	{ "svd.getAllProcessStatus", "[]" },
	{ "svd.getMetrics", "[]" },
	{ "svd.getPools", "[]" },
	{ "svd.getHealth", "[\"a\"]" },
	{ "system.listMethods", "[]" },
	{ "system.methodSignature", "[\"supervisor.signalProcess\"]" },
	{ "system.multicall", "[[{\"methodName\":\"svd.getHealth\"},5,{\"methodName\":"
			      "\"supervisor.stopProcess\",\"params\":[\"a:p0\"]},"
			      "{\"methodName\":\"supervisor.getAllProcessInfo\"}]]" },
	{ "t.removeProcessFromGroup", "[\"a\",\"x1\"]" },
	{ "t.getGroupNames", "[]" },
	{ "n.store", "[\"key\",\"value\"]" },
	{ "n.getKeys", "[]" },
	{ "n.fetch", "[\"key\"]" },
	{ "n.delete", "[\"key\"]" },
};

/* The newest configuration is another one for what brings groups to it. */
static bool needs_reread(size_t i)
{
	return strstr(calls[i].method, "Group") && calls[i].params[1] == '"';
}

static void add_plugins(void)
{
	static const char *const none[] = { NULL };
	static const struct plugin_config plugins[] = {
		{ PLUGIN_TWIDDLER, "t", none }, { PLUGIN_CACHE, "n", none },
	};

	before->environment = none;
	before->plugins = plugins;
	before->n_plugins = ARRAY_LEN(plugins);
}

static struct hook_config hook, other_hook, changed_hook;

/* Its command runs on each event, whatever fails. */
static void make_hook(struct program_config *programs, struct hook_config *conf)
{
	struct group_config *group = group_of(programs);

	*conf = (struct hook_config){ .events = event_mask("EVENT"), .buffer_size = 5,
				      .concurrency = 3, .coalesce_secs = 1, .max_per_minute = 100,
				      .retries = 1, .backoff_secs = 1, .exec = programs };
	group->kind = GROUP_EXEC;
	group->hook = conf;
	group->programs = NULL;
	group->n_programs = 0;
}

static void make_snapshots(void)
{
	before->logfile = "/dev/null";
	add_plugins();
	add_group(before, "a", 3);
	add_group(before, "b", 1);
	make_hook(add_group(before, "h", 1), &hook);
	after = a_snapshot();
	after->logfile = "/dev/null";
	add_group(after, "a", 2)[1].command = "/bin/true";
	add_group(after, "b", 2);
	after->environment = before->environment;
	make_hook(add_group(after, "c", 1), &other_hook);
	make_hook(add_group(after, "h", 1), &changed_hook);
	changed_hook.coalesce_secs = 0;
	changed_hook.max_per_minute = 7;
}

/* Everybody who was asked to has stopped. */
static void let_go(void)
{
	struct group *group;

	DL_FOREACH(e->groups, group)
		for (size_t i = 0; i < group->n_processes; i++)
			if (group->processes[i]->state == PROC_STOPPING)
				fake_child_ends(group->processes[i]->pid, EXITED(0));
	e->reap_wanted = true;
	engine_turn(e);
	fake_advance(e, 2);
}

static void run(size_t i)
{
	struct call *call = call_new(1, calls[i].method, json_loads(calls[i].params, 0, NULL));

	call->dispatched = true;
	DL_APPEND(e->calls, call);
	scarce_left = failing;
	rpc_dispatch(e, call);
	is_over = scarce_left > 0;
	scarce_left = 0;
	ck_assert(call->answered || call->step);
	/* Never less than there is: none at all would look like an answer. */
	if (json_is_array(call->result) && strstr(calls[i].params, "[]") && !call->step)
		ck_assert_uint_gt(json_array_size(call->result), 0);
	let_go();
	while (e->calls) {
		call = e->calls;
		DL_DELETE(e->calls, call);
		call_free(call);
	}
}

/* What makes the call do something, and that with one allocation less than it wants. */
static void tell_story(size_t i, size_t n)
{
	life_setup();
	make_snapshots();
	start_engine();
	failing = 0;
	expect("n.store", "[\"key\",\"value\"]", "true");
	run(FIRST);
	if (needs_reread(i))
		reread();
	failing = n;
	run(i);
	life_teardown();
}

START_TEST(a_call_is_answered_whatever_fails)
{
	is_over = false;
	for (size_t n = 1; !is_over; n++)
		tell_story((size_t)_i, n);
} END_TEST

/* --- and the door --- */

/* As svd-httpd would be told; without the descriptor, which is lost. */
static void look_at_frames(int fd)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT), size;
	struct frame frame;

	for (char *p = buf; n > 0 && (size = frame_parse(p, (size_t)n, &frame)) > 0; p += size) {
		n -= size;
		ck_assert_str_eq(frame.type, "listen");
		ck_assert(json_is_string(json_object_get(frame.head, "username")));
		ck_assert(json_is_string(json_object_get(frame.head, "password")));
		n_listen++;
		json_decref(frame.head);
	}
}

static void tell_of_the_door(size_t n)
{
	static const struct server_config server = {
		.kind = SERVER_UNIX, .path = "/x", .username = "u", .password = "p",
	};
	int signals;

	life_setup();
	start_engine();
	ck_assert_int_eq(gate_add(e->gate, &server, open("/dev/null", O_RDONLY)), 0);
	fake_ready(IO_READ);
	signals = fake_n_signals();
	n_listen = 0;
	scarce_left = n;
	fake_advance(e, 0);
	is_over = scarce_left > 0;
	scarce_left = 0;
	if (gate_pid(e->gate)) {
		look_at_frames(fake_child_fd(gate_pid(e->gate), 3));
		ck_assert(n_listen == 1 || fake_n_signals() > signals);
	}
	life_teardown();
}

START_TEST(a_socket_is_served_with_its_password_or_svd_httpd_is_replaced)
{
	is_over = false;
	for (size_t n = 1; !is_over; n++)
		tell_of_the_door(n);
	ck_assert_int_eq(n_listen, 1);
} END_TEST

int main(void)
{
	TCase *tc = tcase_create("call_memory");
	Suite *s = suite_create("call_memory");
	SRunner *runner;
	int failed;

	json_set_alloc_funcs(malloc, free);
	tcase_add_loop_test(tc, a_call_is_answered_whatever_fails, 0, ARRAY_LEN(calls));
	tcase_add_test(tc, a_socket_is_served_with_its_password_or_svd_httpd_is_replaced);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
