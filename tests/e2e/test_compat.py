"""What the clients in the field depend on, one test for each: its requests byte by byte, and what
it reads out of the answers. (Clients that can be installed: test_ansible.py, test_exporters.py,
test_foreign.py. What all may send: test_sloppy_clients.py.)
"""
import base64
import re
import socket
import subprocess
import xml.etree.ElementTree
import xmlrpc.client

import pytest

from lib_daemon import IS_SVD, REFERENCE, SVD, clean_env, wait_for
from lib_files import free_port
from lib_svctl import COMPATIBLE

PROGRAMS = """
    [unix_http_server]
    file={box}/s.sock
    username=me
    password=s3cret
    [inet_http_server]
    port=127.0.0.1:%d
    username=me
    password=s3cret
    [supervisorctl]
    serverurl=unix://{box}/s.sock
    username=me
    password=s3cret
    [program:cat]
    command=/bin/cat
    startsecs=0
    stderr_logfile={box}/cat.err
    dependent_startup=True
    dependent_startup_wait_for=over:running
    dependent_startup_inherit_priority=true
    [program:talker]
    command=/bin/sh -c "echo to stdout; echo to stderr >&2; exec cat"
    startsecs=0
    [program:over]
    command=/bin/sh -c "exit 200"
    startsecs=0
    autorestart=false
    [program:killed]
    command=/bin/sh -c "kill -KILL $$"
    startsecs=0
    autorestart=false
    [program:fatal]
    command=/bin/false
    startretries=0
    [program:idle]
    command=/bin/cat
    autostart=false
    startsecs=0
    [program:w1]
    command=/bin/sh -c 'trap "echo hup" HUP; echo here; while :; do sleep 0.05; done'
    startsecs=0
    stdout_logfile={box}/w1.log
    [program:w2]
    command=/bin/cat
    startsecs=0
    [group:web]
    programs=w1,w2
    """
# Supervisor must have them installed.
PLUGINS = """
    [rpcinterface:cache]
    supervisor.rpcinterface_factory = supervisor_cache.rpcinterface:make_cache_rpcinterface
    [ctlplugin:serialrestart]
    supervisor.ctl_factory = supervisorserialrestart.controllerplugin:make_controllerplugin
    [dashboard]
    colour=green
    """
SETTLED = {"cat:cat": "RUNNING", "over:over": "EXITED", "killed:killed": "EXITED",
           "fatal:fatal": "FATAL", "idle:idle": "STOPPED", "web:w1": "RUNNING",
           "web:w2": "RUNNING", "talker:talker": "RUNNING"}
LOGIN = "Basic " + base64.b64encode(b"me:s3cret").decode()


@pytest.fixture(scope="module")
def svd(module_daemon):
    port = free_port()
    d = module_daemon(PROGRAMS % port + (PLUGINS if IS_SVD else ""))
    with open(d.conf) as f:
        text = f.read()
    with open(d.conf, "w") as f:    # one section of each name
        f.write(text.replace("[unix_http_server]\nfile=%s/s.sock\n" % d.box, "", 1)
                .replace("[supervisorctl]\nserverurl=unix://%s/s.sock\n" % d.box, "", 1))
    d.port = port
    d.spawn()
    d.by_tcp = xmlrpc.client.ServerProxy("http://me:s3cret@127.0.0.1:%d" % port)
    wait_for(lambda: settled(d), "all have settled")
    return d


def settled(d):
    try:
        return SETTLED == {each["group"] + ":" + each["name"]: each["statename"]
                           for each in d.by_tcp.supervisor.getAllProcessInfo()}
    except OSError:
        return False


def connect(d, kind):
    if kind == "inet":
        return socket.create_connection(("127.0.0.1", d.port), timeout=30)
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(30)
    sock.connect(d.socket)
    return sock


class Answer:
    """What came over a connection that the server has to close in the end."""

    def __init__(self, sock, request):
        sock.sendall(request)
        data = b""
        with sock:
            while True:
                more = sock.recv(65536)
                if not more:
                    break
                data += more
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.status, *lines = head.decode().split("\r\n")
        self.headers = {name.lower(): value for name, _, value in
                        (line.partition(": ") for line in lines)}

    def value(self):
        assert " 200 " in self.status, self.status
        return xmlrpc.client.loads(self.body)[0][0]


def ask(d, kind, body, headers, version="1.1"):
    """Post these bytes with these headers, and the last word on this connection."""
    lines = ["POST /RPC2 HTTP/%s" % version, "Content-Length: %d" % len(body)] + headers
    if version == "1.1":
        lines.append("Connection: close")
    return Answer(connect(d, kind), ("\r\n".join(lines) + "\r\n\r\n").encode() + body)


# --- over XML-RPC ---

def kolo(method, *params):
    """What Go's kolo/xmlrpc writes: no <params> where there are none."""
    kinds = {str: "string", int: "int", bool: "boolean"}
    inner = "".join("<param><value><%s>%s</%s></value></param>" % (
        kinds[type(each)], int(each) if isinstance(each, bool) else each, kinds[type(each)])
        for each in params)
    return ('<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>%s</methodName>%s'
            "</methodCall>" % (method, inner and "<params>%s</params>" % inner)).encode()


GO = ["Host: 127.0.0.1:9001", "User-Agent: Go-http-client/1.1", "Content-Type: text/xml",
      "Accept-Encoding: gzip", "Authorization: " + LOGIN]


def test_telegraf(svd):
    """Go integers of fixed sizes: 32 bits, the state 16, the exit status 8 (but what was 200)."""
    infos = ask(svd, "inet", kolo("supervisor.getAllProcessInfo"), GO).value()
    for info in infos:
        for name in "start", "stop", "now", "pid":
            assert 0 <= info[name] < 2 ** 31
        assert -2 ** 15 <= info["state"] < 2 ** 15
        assert -128 <= info["exitstatus"] < 128 or info["name"] == "over"
    state = ask(svd, "inet", kolo("supervisor.getState"), GO).value()
    assert state == {"statecode": 1, "statename": "RUNNING"}
    assert ask(svd, "inet", kolo("supervisor.getIdentification"), GO).value() == "supervisor"


def test_go_supervisord(svd):
    """abrander/go-supervisord sends the number of a signal."""
    assert ask(svd, "unix", kolo("supervisor.signalProcess", "cat", 18), GO).value() is True
    assert ask(svd, "unix", kolo("supervisor.readLog", -4, 0), GO).value().endswith("\n")
    assert ask(svd, "unix", kolo("supervisor.sendProcessStdin", "cat", "x"), GO).value() is True
    assert ask(svd, "unix", kolo("supervisor.startProcessGroup", "idle", True), GO).value() == [
        {"name": "idle", "group": "idle", "status": 80, "description": "OK"}]
    assert ask(svd, "unix", kolo("supervisor.stopProcess", "idle", True), GO).value() is True


@pytest.mark.parametrize("host", ["unix", "localhost", "127.0.0.1", "", "a.b.example:80"])
@pytest.mark.parametrize("kind", ["unix", "inet"])
def test_netdata_and_node_exporter(svd, kind, host):
    """Their Host is how they call the socket, and they stop at a value of another type."""
    body = b"<methodCall><methodName>supervisor.getAllProcessInfo</methodName><params></params>" \
        b"</methodCall>"
    headers = ["Host: " + host, "Content-Type: text/xml", "Authorization: " + LOGIN]
    answer = ask(svd, kind, body, headers)
    assert answer.headers["content-type"] == "text/xml"
    types = {"now", "start", "stop", "state", "exitstatus", "pid"}
    for info in answer.value():
        assert all(isinstance(value, int if name in types else str) for name, value in info.items())


def elements(d, method, *params):
    body = xmlrpc.client.dumps(params, "supervisor." + method).encode()
    answer = ask(d, "inet", body, ["Host: x", "Authorization: " + LOGIN])
    return xml.etree.ElementTree.fromstring(answer.body)


@pytest.mark.parametrize("call", [
    ("getAllProcessInfo",), ("getProcessInfo", "web:w1"), ("getAllConfigInfo",), ("getState",),
    ("getPID",), ("getVersion",), ("tailProcessStdoutLog", "talker", 0, 10), ("reloadConfig",),
    ("signalProcessGroup", "web", "CONT"), ("readLog", 0, 10)], ids=lambda call: call[0])
def test_parsers_that_know_few_types(svd, call):
    """mattn/go-xmlrpc: each value is typed, and of the oldest types. A process is a flat struct."""
    tree = elements(svd, *call)
    known = {"int", "string", "boolean", "array", "struct"}
    values = list(tree.iter("value"))
    assert values and all([child.tag in known for child in value] == [True] for value in values)
    if "ProcessInfo" in call[0]:
        scalars = {child.tag for member in tree.iter("member") for child in member.find("value")}
        assert scalars == {"int", "string"}


def test_supervisorphp(svd):
    """It asks for the methods to see whether somebody is there, and makes exceptions of faults."""
    methods = svd.by_tcp.system.listMethods()
    assert len(methods) == len(set(methods)) and methods == sorted(methods)
    for name in methods:
        assert svd.by_tcp.system.methodHelp(name)
        assert len(svd.by_tcp.system.methodSignature(name)) >= 1
    added, changed, removed = svd.by_tcp.supervisor.reloadConfig()[0]
    assert (added, changed, removed) == ([], [], [])


def test_all_methods_of_supervisor_are_there(svd, module_daemon):
    theirs = module_daemon("", name="theirs", program=REFERENCE).start()
    assert set(theirs.proxy.system.listMethods()) <= set(svd.by_tcp.system.listMethods())


def code_igniter(d, method, *values):
    """supervisord-monitor: HTTP/1.0, lines that end with CR LF; it reads until the end."""
    params = "".join("<param>\r\n<value><%s>%s</%s></value>\r\n</param>\r\n" % (kind, value, kind)
                     for kind, value in values)
    body = ('<?xml version="1.0"?>\r\n<methodCall>\r\n<methodName>supervisor.%s</methodName>\r\n'
            "<params>\r\n%s</params>\r\n</methodCall>\r\n" % (method, params)).encode()
    answer = ask(d, "inet", body, ["Host: 127.0.0.1", "Content-Type: text/xml",
                                   "User-Agent: CodeIgniter", "Authorization: " + LOGIN],
                 version="1.0")
    assert re.match(r"HTTP/[0-9.]+ 200 ", answer.status)
    assert "transfer-encoding" not in answer.headers
    return answer.value()


def test_supervisord_monitor(svd):
    name, wait = ("string", "idle"), ("int", 1)
    assert code_igniter(svd, "startProcess", name, wait) is True
    assert code_igniter(svd, "stopProcess", name, wait) is True
    rows = code_igniter(svd, "startProcessGroup", name, wait)
    assert [row["status"] for row in rows] == [80]
    assert len(code_igniter(svd, "stopProcessGroup", name, wait)) == 1
    assert code_igniter(svd, "readProcessStderrLog", ("string", "talker"), ("int", -1000),
                        ("int", 0)) == "to stderr\n"
    assert code_igniter(svd, "clearProcessLogs", ("string", "cat")) is True
    for info in code_igniter(svd, "getAllProcessInfo"):
        if info["statename"] == "RUNNING":
            pid, uptime = info["description"].split(",")
            assert pid == "pid %d" % info["pid"] and re.match(r" uptime \d+:\d\d:\d\d$", uptime)
    assert code_igniter(svd, "getSupervisorVersion") >= "4."


def test_cesi(svd):
    assert "supervisor.startProcess" in svd.by_tcp.system.listMethods()
    assert svd.by_tcp.supervisor.tailProcessStdoutLog("talker", 0, 500)[0] == "to stdout\n"
    info = svd.by_tcp.supervisor.getProcessInfo("cat:cat")
    assert set(info) >= {"name", "group", "description", "start", "stop", "now", "state",
                         "statename", "spawnerr", "exitstatus", "logfile", "stdout_logfile",
                         "stderr_logfile", "pid"}
    assert info["logfile"] == info["stdout_logfile"]


@pytest.mark.reference
def test_datadog(svd):
    """Over a unix socket, by the transport that comes with Supervisor."""
    from supervisor.xmlrpc import SupervisorTransport

    def server(password):
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=SupervisorTransport(
            "me", password, "unix://" + svd.socket)).supervisor

    version = server("s3cret").getSupervisorVersion()
    assert re.match(r"(\d+\.\d+(\.\d+)?([a-z]\d*)?)$", version)
    infos = server("s3cret").getAllProcessInfo()
    assert [each["name"] for each in infos if each["statename"] == "FATAL"] == ["fatal"]
    with pytest.raises(xmlrpc.client.ProtocolError) as refused:
        server("wrong").getAllProcessInfo()
    assert refused.value.errcode == 401


@pytest.mark.parametrize("kind", ["unix", "inet"])
def test_who_may_not_is_asked_for_a_login(svd, kind):
    body = kolo("supervisor.getState")
    for login in [], ["Authorization: Basic bWU6d3Jvbmc="], ["Authorization: Basic"], \
            ["Authorization: Digest x"]:
        answer = ask(svd, kind, body, ["Host: x"] + login)
        assert answer.status.split()[1] == "401"
        assert re.match('Basic realm="[^"]*"', answer.headers["www-authenticate"])
    for scheme in "Basic", "basic", "BASIC":
        login = ["Authorization: %s %s" % (scheme, LOGIN.split()[1])]
        assert ask(svd, kind, body, ["Host: x"] + login).value()["statecode"] == 1


def test_multivisor_and_others_that_tell_versions_apart(svd):
    api = svd.by_tcp.supervisor
    assert api.getAPIVersion() == api.getVersion() == "3.0"
    assert tuple(map(int, api.getSupervisorVersion().split("."))) >= (4, 0)
    assert api.getPID() == svd.pid and api.getIdentification() == "supervisor"


def test_dependent_startup(svd):
    """Its own options of a program are no error; it starts without waiting."""
    assert "dependent_startup" in svd.log() or not IS_SVD
    configured = {each["name"]: each for each in svd.by_tcp.supervisor.getAllConfigInfo()}
    assert configured["w1"]["group"] == "web" and configured["cat"]["autostart"] is True
    assert svd.by_tcp.supervisor.startProcess("idle", False) is True
    assert svd.by_tcp.supervisor.stopProcess("idle") is True
    assert svd.by_tcp.supervisor.startProcessGroup("idle", False)[0]["status"] == 80
    assert svd.by_tcp.supervisor.stopProcess("idle") is True


def test_exit_statuses(svd):
    statuses = {each["name"]: each["exitstatus"]
                for each in svd.by_tcp.supervisor.getAllProcessInfo()}
    assert (statuses["over"], statuses["killed"], statuses["cat"]) == (200, -1, 0)


DESCRIPTIONS = {
    "cat": r"pid \d+, uptime \d+:\d\d:\d\d",
    "over": r"[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M",
    "killed": r"[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M",
    "fatal": r"Exited too quickly \(process log may have details\)",
}


def test_descriptions(svd):
    for name, pattern in DESCRIPTIONS.items():
        assert re.match(pattern + "$", svd.by_tcp.supervisor.getProcessInfo(name)["description"])


@pytest.mark.reference
def test_days_and_years(module_daemon, fake_time):
    """Uptimes of days are Python's, and times end with 32 bits."""
    program = """
        [program:cat]
        command=/bin/cat
        startsecs=0
        [program:idle]
        command=/bin/cat
        autostart=false
        """
    told = []
    for program_name in SVD, REFERENCE:
        d = module_daemon(program, name="days-" + program_name.rpartition("/")[2],
                          program=program_name)
        d.write("offset", "0")
        sanitizer = clean_env(d.box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
        d.start(env={"LD_PRELOAD": fake_time, "FAKE_TIME": d.path("offset"),
                     "ASAN_OPTIONS": sanitizer})
        assert d.info("idle")["description"] == "Not started"
        said = []
        for days in 0.5, 1.5, 2.5, 20.5:
            d.write("offset", str(int(86400 * days)))
            said.append(re.sub(r"pid \d+|:\d\d$", "", d.info("cat")["description"]))
        d.write("offset", str(100 * 365 * 86400))
        said.append(d.info("cat")["now"])
        told.append(said)
    assert told[0] == told[1] == [", uptime 12:00", ", uptime 1 day, 12:00",
                                  ", uptime 2 days, 12:00", ", uptime 20 days, 12:00", 2 ** 31 - 1]


# --- on the command line ---

def shell(d, script):
    """Output and exit status of a shell that finds our supervisorctl."""
    script = 'supervisorctl() { "%s" -c "%s" "$@"; }\n%s' % (COMPATIBLE, d.conf, script)
    run = subprocess.run(["/bin/sh", "-c", script], cwd=d.box, env=clean_env(d.box), timeout=60,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, universal_newlines=True)
    return run.stdout, run.returncode


def salt_status(d):
    """The module splits each line twice: name, state, reason."""
    lines = shell(d, "supervisorctl status")[0].splitlines()
    return {name: (state, reason) for name, state, reason in
            (line.split(None, 2) for line in lines)}


def test_salt(svd):
    """It looks for words; `group:` is a group, and a whole command may be one argument."""
    status = salt_status(svd)
    assert status["web:w1"][0] == "RUNNING" and status["fatal"][0] == "FATAL"
    description = svd.by_tcp.supervisor.getProcessInfo("idle")["description"]
    assert status["idle"] == ("STOPPED", description)
    assert "already started" in shell(svd, "supervisorctl start cat")[0]
    assert "not running" in shell(svd, "supervisorctl stop idle")[0]
    assert "already active" in shell(svd, "supervisorctl add cat")[0]
    assert "(no such process)" in shell(svd, "supervisorctl start nobody")[0]
    assert "ERROR" not in shell(svd, "supervisorctl restart web:")[0]
    assert sorted(shell(svd, "supervisorctl restart web:")[0].splitlines()) == [
        "web:w1: started", "web:w1: stopped", "web:w2: started", "web:w2: stopped"]
    assert shell(svd, 'supervisorctl "status idle"')[0].split()[:2] == ["idle", "STOPPED"]
    assert shell(svd, "supervisorctl reread; supervisorctl update") == (
        "No config updates to processes\n", 0)


def test_puppet(svd):
    script = "supervisorctl status %s | awk '{print $2}' | grep -i %s"
    assert shell(svd, script % ("cat", "running")) == ("RUNNING\n", 0)
    assert shell(svd, script % ("idle", "running")) == ("", 1)
    assert shell(svd, script % ("idle", "stopped")) == ("STOPPED\n", 0)


def test_zulip(svd):
    """Its logrotate sends a signal with SIG to a group, as one argument or several."""
    wait_for(lambda: "here" in svd.read("w1.log"), "w1 traps the signal")
    assert shell(svd, "supervisorctl signal SIGHUP web:w1") == ("web:w1: signalled\n", 0)
    wait_for(lambda: svd.read("w1.log").count("hup") == 1, "w1 heard it")
    assert shell(svd, 'supervisorctl "signal HUP" web:w1') == ("web:w1: signalled\n", 0)
    wait_for(lambda: svd.read("w1.log").count("hup") == 2, "w1 heard it again")
    assert sorted(shell(svd, "supervisorctl signal SIGCONT all")[0].splitlines()) == [
        "cat: signalled", "talker: signalled", "web:w1: signalled", "web:w2: signalled"]


def test_scripts_that_grep(svd):
    info = svd.by_tcp.supervisor.getProcessInfo("cat")
    out, code = shell(svd, "supervisorctl status cat")
    assert code == 0 and "\x1b" not in out
    assert re.search(r"RUNNING\s+pid\s(\d+)", out).group(1) == str(info["pid"])
    assert re.match(r"cat +RUNNING +pid \d+, uptime \d+:\d\d:\d\d\n$", out)
    assert shell(svd, "supervisorctl status | grep -c RUNNING") == ("4\n", 0)
    assert shell(svd, "supervisorctl status cat | grep -vq RUNNING") == ("", 1)
    assert shell(svd, "supervisorctl status cat:* | grep RUNNING | wc -l") == ("1\n", 0)
    assert shell(svd, "supervisorctl pid cat") == ("%d\n" % info["pid"], 0)
    assert shell(svd, "supervisorctl status >&2")[1] == 3


def test_curl(svd):
    """By hand: calls over both sockets, a login that is wrong, and a log that is followed."""
    body = kolo("supervisor.getIdentification").decode()
    call = "curl -sf -u me:%s --data '%s' -H 'Content-Type: text/xml' " % ("%s", body)
    tcp, unix = "http://127.0.0.1:%d" % svd.port, "--unix-socket %s http://unix" % svd.socket
    for where in tcp, unix:
        for options in "", "--http1.0 ", "-H 'Transfer-Encoding: chunked' ", "-H 'Expect:' ":
            out, code = shell(svd, (call % "s3cret") + options + where + "/RPC2")
            assert code == 0 and xmlrpc.client.loads(out)[0] == ("supervisor",)
        assert shell(svd, (call % "wrong") + where + "/RPC2") == ("", 22)
        argv = ["curl", "-sN", "-u", "me:s3cret"] + (where + "/logtail/talker").split()
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as curl:
            assert curl.stdout.readline() == b"to stdout\n"
            curl.kill()
