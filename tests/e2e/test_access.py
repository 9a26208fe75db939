"""Who may do what: the rules of [svd:access], and what the activity log says of calls."""
import base64
import hashlib
import http.client
import inspect
import json
import os
import re
import subprocess
import xmlrpc.client

import pytest

from lib_daemon import PYTHON, REPO, UnixTransport, clean_env
from lib_files import free_port

pytestmark = [pytest.mark.svd_only, pytest.mark.root_only]

BAD_NAME, NOT_PERMITTED = 10, 240
STRANGER, VIEWER, OPERATOR, ADMIN, WEB, MEMBER = range(70000, 70006)    # no users of the machine
OPERATORS = 70100    # ... and no group

SERVERS = """\
[unix_http_server]
file={box}/s.sock
chmod=0777
[inet_http_server]
port=127.0.0.1:{port}
username=boss
password=top:secret
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}
[supervisorctl]
serverurl=unix://{box}/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[rpcinterface:TWIDDLER]
supervisor.rpcinterface_factory = supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface
[rpcinterface:CACHE]
supervisor.rpcinterface_factory = supervisor_cache.rpcinterface:make_cache_rpcinterface
[program:web]
command=/bin/cat
process_name=%(process_num)d
numprocs=2
startsecs=0
[program:db]
command=/bin/cat
startsecs=0
[program:website]
command=/bin/cat
autostart=false
"""
RULES = """\
[svd:access]
read=%(VIEWER)d, %(WEB)d web:*, http:looker web db
operate=%(OPERATOR)d, @%(OPERATORS)d web:1, nobody website,
    http:deploy web*
admin=%(ADMIN)d, http:boss, %(WEB)d website
logins=looker:{SHA}%(SHA)s, deploy:a:b
""" % dict(globals(), SHA=hashlib.sha1(b"look").hexdigest())

# Makes the calls on its standard input over the socket: [[method, params], ...] as JSON.
# Whoever runs it may not be able to read our files.
CALLER = "import http.client, json, socket, sys, xmlrpc.client\n" + inspect.getsource(
    UnixTransport) + r"""
proxy = xmlrpc.client.ServerProxy("http://unix/RPC2", transport=UnixTransport(sys.argv[1]))
answers = []
for method, params in json.load(sys.stdin):
    try:
        answers.append(["result", getattr(proxy, method)(*params)])
    except xmlrpc.client.Fault as fault:
        answers.append([fault.faultCode, fault.faultString])
json.dump(answers, sys.stdout)
"""


def guarded(make, rules=RULES, name="d"):
    """A daemon with these rules."""
    port = free_port()
    d = make(name=name, config=SERVERS.replace("{port}", str(port)) + rules)
    d.port = port
    return d.start()


@pytest.fixture(scope="module")
def svd(module_daemon):
    return guarded(module_daemon)


@pytest.fixture(scope="module")
def of_web(module_daemon):
    """One with a single rule."""
    return guarded(module_daemon, "[svd:access]\nadmin=%d web we?\n" % STRANGER, "of_web")


@pytest.fixture
def fresh(module_daemon, request):
    """fresh(...) is guarded(...), for one test."""
    made = []

    def make(*args):
        made.append(guarded(module_daemon, *args, name=request.node.name[-40:]))
        return made[-1]

    yield make
    for d in made:
        d.stop()


def calls_as(d, uid, *calls, groups=(), gid=None):
    """The answers to these calls of such a user: ["result", value] or [code, text]."""
    done = subprocess.run([PYTHON, "-c", CALLER, d.socket],
                          input=json.dumps(calls).encode(), stdout=subprocess.PIPE, user=uid,
                          group=gid or uid, extra_groups=list(groups), env=clean_env(d.box),
                          check=True)
    return json.loads(done.stdout.decode())


def call_as(d, uid, method, *params, **kwargs):
    return calls_as(d, uid, [method, params], **kwargs)[0]


def login(d, user):
    return xmlrpc.client.ServerProxy("http://%s@127.0.0.1:%d/RPC2" % (user, d.port)).supervisor


def refusal(call, *params):
    with pytest.raises(xmlrpc.client.Fault) as caught:
        call(*params)
    return [caught.value.faultCode, caught.value.faultString]


def names(answer):
    assert answer[0] == "result", answer
    return sorted({info["group"] + ":" + info["name"] for info in answer[1]})


# --- every method ---

def table(path, pattern):
    with open(REPO + path) as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    rows = re.findall(r'METHOD\(%s,\s*"[^"]*",\s*"([^"]*)",\s*([A-Z| ]+),' % pattern, text)
    assert len(rows) == text.count("METHOD(") > 10
    return rows


def methods():
    """(name, flags, parameters) of each method that clients can call."""
    rows = table("/src/svd/methods.def", '"([^"]+)"')
    rows += [(plugin + "." + name, *rest) for plugin, name, *rest in table(
        "/src/svd/plugins.def", '([A-Z]+), "([^"]+)"')]
    return [(name, set(flags.split(" | ")), [p.split(":") for p in parameters.split()])
            for name, parameters, flags in rows if "OWN" not in flags]


def arguments(parameters, name):
    """Some that do no harm."""
    values = {"name": name, "signal": "CONT", "wait": False, "chars": "", "calls": []}
    kinds = {"string": "", "int": 0, "boolean": False, "array": [], "struct": {}}
    return [values.get(parameter, kinds[types.split("|")[0].rstrip("?")])
            for parameter, types in parameters if not types.endswith("?") or parameter == "name"]


ENDS = {"supervisor.shutdown", "supervisor.restart"}
LEVELS = {"ANY": 0, "READ": 1, "OPERATE": 2, "ADMIN": 3}


@pytest.mark.parametrize("uid, level", [(STRANGER, 0), (VIEWER, 1), (OPERATOR, 2), (ADMIN, 3)])
def test_each_method_needs_its_role(svd, uid, level):
    rows = [row for row in methods() if level < 3 or row[0] not in ENDS]
    answers = calls_as(svd, uid, *[[name, arguments(parameters, "nope")]
                                   for name, _, parameters in rows])
    svd.rpc.startAllProcesses()
    for (name, flags, _), answer in zip(rows, answers):
        (needed,) = flags & set(LEVELS)
        assert (answer[0] == NOT_PERMITTED) == (level < LEVELS[needed]), (name, answer)
        if answer[0] == NOT_PERMITTED:
            assert re.match("NOT_PERMITTED: %s (of nope )?needs the role %s( for everything)?$" % (
                re.escape(name), needed.lower()), answer[1])


TARGETS = [("web", True), ("web:1", True), ("web:*", True), ("web:", True), ("wex", True),
           ("wex:0", True), ("db", False), ("db:db", False), ("db:*", False), ("", False),
           ("nobody", False), ("*", False), (":", False), (":web", False), ("db:web", False),
           ("website", False), ("web" + "x" * 5000, False)]


@pytest.mark.parametrize("target, is_allowed", TARGETS, ids=[t[:9] for t, _ in TARGETS])
def test_each_named_method_needs_the_role_for_that_name(of_web, target, is_allowed):
    rows = [row for row in methods()
            if "NAMED" in row[1] and not ("GROUP" in row[1] and ":" in target)]
    assert len(rows) > 10
    answers = calls_as(of_web, STRANGER, *[[name, arguments(parameters, target)]
                                           for name, _, parameters in rows])
    for (name, _, _), answer in zip(rows, answers):
        assert (answer[0] == NOT_PERMITTED) != is_allowed, (name, target, answer)


def test_each_method_that_lists_leaves_out_what_one_may_not_see(svd):
    # There are no pools here; test_listeners_view.py has some.
    rows = [[name, arguments(parameters, "")] for name, flags, parameters in methods()
            if "SEEN" in flags and name != "svd.getPools"]
    assert len(rows) > 4
    for (name, _), seen, all_there in zip(rows, calls_as(svd, WEB, *rows),
                                          calls_as(svd, VIEWER, *rows)):
        assert seen[0] == all_there[0] == "result", (name, seen, all_there)
        assert '"web"' in json.dumps(seen) and '"db"' not in json.dumps(seen), name
        assert '"db"' in json.dumps(all_there), name


# --- whom the rules mean ---

def test_root_and_who_started_it_may_do_all(svd):
    assert len(svd.rpc.stopAllProcesses()) == 4
    assert len(svd.rpc.startAllProcesses()) == 4
    svd.rpc.stopProcess("website")


def test_a_user_has_several_roles_for_several_programs(svd):
    answers = calls_as(svd, WEB, ["supervisor.getAllProcessInfo", []],
                       ["supervisor.getAllConfigInfo", []], ["svd.getAllProcessStatus", []],
                       ["supervisor.getProcessInfo", ["web:1"]],
                       ["supervisor.stopProcess", ["web:1"]],
                       ["supervisor.getProcessInfo", ["db"]],
                       ["supervisor.startProcess", ["website"]],
                       ["supervisor.stopProcess", ["website"]],
                       ["supervisor.removeProcessGroup", ["website"]],
                       ["supervisor.addProcessGroup", ["website"]],
                       ["supervisor.stopAllProcesses", []], ["supervisor.readLog", [0, 0]])
    for answer in answers[:3]:
        assert names(answer) == ["web:0", "web:1", "website:website"]
    assert answers[3][1]["name"] == "1"
    assert answers[4] == [NOT_PERMITTED,
                          "NOT_PERMITTED: supervisor.stopProcess of web:1 needs the role operate"]
    assert answers[5] == [NOT_PERMITTED,
                          "NOT_PERMITTED: supervisor.getProcessInfo of db needs the role read"]
    assert answers[6:10] == [["result", True]] * 4
    assert answers[10][1] == "NOT_PERMITTED: supervisor.stopAllProcesses needs the role operate " \
        "for everything"
    assert answers[11][0] == NOT_PERMITTED


def test_who_may_not_see_a_name_cannot_tell_whether_it_is_there(svd):
    there, not_there = calls_as(svd, WEB, ["supervisor.getProcessInfo", ["db"]],
                                ["supervisor.getProcessInfo", ["dx"]])
    assert there[1].replace("db", "dx") == not_there[1]
    assert call_as(svd, WEB, "supervisor.getProcessInfo", "web:7") == [BAD_NAME, "BAD_NAME: web:7"]
    assert call_as(svd, VIEWER, "supervisor.getProcessInfo", "dx") == [BAD_NAME, "BAD_NAME: dx"]


def test_any_group_of_a_user_counts(svd):
    calls = [["supervisor.startProcess", ["web:1"]], ["supervisor.startProcess", ["web:0"]],
             ["supervisor.stopProcess", ["web:*"]], ["supervisor.getAllProcessInfo", []]]
    member = calls_as(svd, MEMBER, *calls, groups=[70104, OPERATORS])
    assert [answer[0] for answer in member] == [60, NOT_PERMITTED, NOT_PERMITTED, "result"]
    assert names(member[3]) == ["web:1"]
    assert [answer[0] for answer in calls_as(svd, MEMBER, *calls)] == [NOT_PERMITTED] * 4
    assert names(calls_as(svd, OPERATORS, *calls)[3]) == ["web:1"]     # as the primary group


def test_users_are_found_by_their_names(svd):
    answers = calls_as(svd, "nobody", ["supervisor.startProcess", ["website"]],
                       ["supervisor.stopProcess", ["website"]], ["supervisor.stopProcess", ["db"]],
                       gid="nogroup")
    assert [answer[0] for answer in answers] == ["result", "result", NOT_PERMITTED]


def test_over_tcp_who_logged_in_counts(svd):
    boss, looker, deploy = (login(svd, user) for user in ("boss:top%3Asecret", "looker:look",
                                                          "deploy:a%3Ab"))
    assert len(boss.getAllProcessInfo()) == 4
    assert {info["group"] for info in looker.getAllProcessInfo()} == {"web", "db"}
    assert refusal(looker.stopProcess, "db")[0] == NOT_PERMITTED
    assert deploy.startProcess("website") and deploy.stopProcess("website")
    assert refusal(deploy.getProcessInfo, "db")[0] == NOT_PERMITTED
    assert refusal(deploy.reloadConfig)[0] == NOT_PERMITTED
    for wrong in "looker:%7BSHA%7Dlook", "looker:", "deploy:look", "nobody:", "root:":
        with pytest.raises(xmlrpc.client.ProtocolError) as caught:
            login(svd, wrong).getState()
        assert caught.value.errcode == 401


def test_calls_in_a_multicall_are_the_same_callers(svd):
    members = [{"methodName": "supervisor.getProcessInfo", "params": ["web:0"]},
               {"methodName": "supervisor.stopProcess", "params": ["web:0"]},
               {"methodName": "supervisor.getAllProcessInfo", "params": []}]
    kind, results = call_as(svd, WEB, "system.multicall", members)
    assert kind == "result" and results[0]["group"] == "web"
    assert results[1]["faultCode"] == NOT_PERMITTED
    assert {info["group"] for info in results[2]} == {"web", "website"}


def test_logs_are_followed_by_who_may_read_them(svd):
    for user, path, status in (("looker:look", "/logtail/web:0", 200),
                               ("looker:look", "/logtail/website", 403),
                               ("looker:look", "/logtail/nothing", 403),
                               ("boss:top:secret", "/logtail/nothing", 404),
                               ("looker:look", "/mainlogtail", 403),
                               ("boss:top:secret", "/mainlogtail", 200)):
        connection = http.client.HTTPConnection("127.0.0.1", svd.port, timeout=30)
        token = base64.b64encode(user.encode()).decode()
        connection.request("GET", path, headers={"Authorization": "Basic " + token})
        assert connection.getresponse().status == status, (user, path)
        connection.close()


# --- the client ---

def ctl_as(d, uid, *args):
    done = d.ctl(*args, user=uid, group=uid, extra_groups=[])
    return done.stdout, done.returncode


def test_the_client_tells_what_was_not_permitted(svd):
    shown, _ = ctl_as(svd, WEB, "status")
    assert [line.split()[0] for line in shown.splitlines()] == ["web:0", "web:1", "website"]
    assert ctl_as(svd, WEB, "stop", "web:0") == ("web:0: ERROR (not permitted)\n", 1)
    assert ctl_as(svd, WEB, "start", "web:*") == ("web:*: ERROR (not permitted)\n", 1)
    assert ctl_as(svd, WEB, "clear", "db") == ("db: ERROR (not permitted)\n", 1)
    assert ctl_as(svd, WEB, "rotate", "db", "website") == (
        "db: ERROR (not permitted)\nwebsite: rotated\n", 1)
    assert ctl_as(svd, WEB, "tail", "db") == ("db: ERROR (not permitted)\n", 1)
    assert ctl_as(svd, WEB, "remove", "db") == ("ERROR: not permitted: db\n", 1)
    assert ctl_as(svd, WEB, "fg", "db") == (
        "ERROR: NOT_PERMITTED: supervisor.getProcessInfo of db needs the role read\n", 1)
    for args, text in ((("stop", "all"), "stopAllProcesses needs the role operate"),
                       (("reread",), "reloadConfig needs the role admin"),
                       (("shutdown",), "shutdown needs the role admin")):
        assert ctl_as(svd, WEB, *args) == (
            "ERROR: NOT_PERMITTED: supervisor.%s for everything\n" % text, 1)


# --- what counts when ---

def test_after_a_reread_the_new_rules_count_at_once(fresh):
    d = fresh()
    config = d.read("supervisord.conf")
    looker = login(d, "looker:look")
    assert looker.getProcessInfo("db")["name"] == "db"
    d.write("supervisord.conf", config.replace("looker web db", "looker web").replace(
        "operate=", "operate=%d db," % STRANGER).replace("deploy:a:b", "deploy:new"))
    assert call_as(d, STRANGER, "supervisor.stopProcess", "db")[0] == NOT_PERMITTED
    d.rpc.reloadConfig()
    assert call_as(d, STRANGER, "supervisor.stopProcess", "db") == ["result", True]
    assert refusal(looker.getProcessInfo, "db")[0] == NOT_PERMITTED
    with pytest.raises(xmlrpc.client.ProtocolError):
        login(d, "deploy:a%3Ab").getState()
    assert login(d, "deploy:new").getProcessInfo("web:0")
    d.write("supervisord.conf", config.replace("looker web db", "looker web, nobodyatall"))
    assert "Invalid user name nobodyatall" in refusal(d.rpc.reloadConfig)[1]
    assert call_as(d, STRANGER, "supervisor.startProcess", "db") == ["result", True]


def test_without_the_section_everybody_may_do_all(fresh):
    d = fresh("")
    assert call_as(d, STRANGER, "supervisor.stopAllProcesses")[0] == "result"


# --- the activity log ---

def test_the_log_tells_who_has_asked_for_what(fresh):
    d = fresh()
    calls_as(d, OPERATOR, ["supervisor.stopProcess", ["web:0"]],
             ["supervisor.signalProcess", ["web:1", "CONT"]],
             ["supervisor.sendProcessStdin", ["db", "a secret"]],
             ["supervisor.sendRemoteCommEvent", ["a type", "a secret"]],
             ["supervisor.startAllProcesses", [False]], ["supervisor.getAllProcessInfo", []],
             ["supervisor.startProcess", ["x) by uid 0 (pid 1)\n2026-01-01 00:00:00,000 INFO y"]],
             ["supervisor.startProcess", ["x" * 100000]], ["supervisor.shutdown", []],
             ["system.multicall", [[{"methodName": "supervisor.startProcessGroup",
                                     "params": ["db"]}]]])
    login(d, "boss:top%3Asecret").stopProcess("db")
    d.wait_log("by user boss from 127.0.0.1")
    lines = re.findall("(INFO|WARN) ((?:supervisor|system)\\..*)", d.log())
    who = " by uid %d (pid PID)" % OPERATOR
    assert [(level, re.sub(r"pid \d{2,}", "pid PID", text)) for level, text in lines] == [
        ("INFO", "supervisor.stopProcess(web:0)" + who),
        ("INFO", "supervisor.signalProcess(web:1, CONT)" + who),
        ("INFO", "supervisor.sendProcessStdin(db)" + who),
        ("INFO", "supervisor.sendRemoteCommEvent('a type')" + who),
        ("INFO", "supervisor.startAllProcesses()" + who),
        ("INFO", "supervisor.startProcess('x) by uid 0 (pid 1)\\n2026-01-01 00:00:00,000 INFO y')"
         + who),
        ("INFO", "supervisor.startProcess('%s'...)%s" % ("x" * 200, who)),
        ("WARN", "supervisor.shutdown()%s was not permitted" % who),
        ("INFO", "supervisor.startProcessGroup(db)" + who),
        ("INFO", "supervisor.stopProcess(db) by user boss from 127.0.0.1")]
    assert "secret" not in d.log()


def test_the_log_tells_who_has_cleared_it(fresh):
    d = fresh()
    assert call_as(d, ADMIN, "supervisor.clearLog") == ["result", True]
    d.wait_log("reopening log file")
    lines = d.log().splitlines()
    assert "supervisor.clearLog() by uid %d" % ADMIN in lines[0] and len(lines) == 2


def test_who_is_refused_does_not_fill_the_log(fresh):
    d = fresh()
    calls_as(d, STRANGER, *[["supervisor.stopProcess", ["db"]]] * 100)
    d.rpc.stopProcess("db")
    d.wait_log("stopped: db")
    lines = [line for line in d.log().splitlines() if "was not permitted" in line]
    assert len(lines) == 20 and lines[-1].endswith("; more of that is not logged for a while")
