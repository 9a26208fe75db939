"""The client against servers that are not what they should be: one line, an exit status, no end."""
import os
import subprocess
import xmlrpc.client

import pytest

from lib_daemon import PYTHON, SVCTL, clean_env
from lib_svctl import FakeServer, http_answer, methods, raw, svctl


def result(value):
    return xmlrpc.client.dumps((value,), methodresponse=True)


def fault(code, text):
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, text))


VERSION = {"supervisor.getVersion": result("3.0")}
CAT = {"group": "cat", "name": "cat", "statename": "RUNNING", "description": "fine", "state": 20,
       "pid": 7}


def table(**answers):
    """Method answers for `methods`, with the version that every command asks for first."""
    named = {"supervisor." + name: answer for name, answer in answers.items()}
    return methods({**VERSION, **named})


def ask(box, serve, *line):
    with FakeServer(serve) as server:
        return svctl(box, "-s", server.url, *line), server


def says(outcome, server, words, code=1):
    assert outcome.out == "error: %s: %s\n" % (server.url, words)
    assert outcome.err == ""
    assert outcome.code == code


def at_once(server, connection):
    """Serve: the end, without a look at the request."""


def too_much(server, connection):
    """Serve: an answer that does not end."""
    server.read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


WRONG = {
    "a reset": (at_once, None),
    "an empty answer": (raw(b""), "Empty reply from server"),
    "a banner": (lambda _, c: c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), None),
    "noise": (raw(os.urandom(100) + b"\r\n\r\n"), None),
    "a page": (raw(http_answer("<html><body>It works!</body></html>")), None),
    "no body": (raw(http_answer("")), None),
    "a cut body": (raw(http_answer(result("3.0"))[:-20]), None),
    "a cut head": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), None),
    "half a document": (raw(http_answer(result("3.0")[:-20])), None),
    "a call": (raw(http_answer("<methodCall><methodName>x</methodName></methodCall>")), None),
    "an entity": (raw(http_answer('<!DOCTYPE x [<!ENTITY a "b">]>' + result("&a;"))), None),
    "deep nesting": (raw(http_answer(
        "<methodResponse><params><param>" + "<value><array><data>" * 10000)), None),
    "error 500": (raw(http_answer("oops", "500 Internal Server Error")),
                  "the server answered with HTTP status 500"),
    "error 404": (raw(http_answer("", "404 Not Found")),
                  "the server answered with HTTP status 404"),
    "a redirect": (raw(http_answer("", "302 Found", "Location: file:///etc/passwd\r\n")),
                   "the server answered with HTTP status 302"),
    "too much": (too_much, "the answer is longer than 64 MB"),
    "a fault": (raw(http_answer(fault(6, "SHUTDOWN_STATE"))), "SHUTDOWN_STATE (fault 6)"),
}


SHUTTING_DOWN = {
    "shutdown": ("ERROR: already shutting down\n", 0),
    "reload": ("ERROR: already shutting down\n", 1),
    "update": ("ERROR: already shutting down\n", 1),
    "avail": ("ERROR: supervisor shutting down\n", 1),
    "add cat": ("ERROR: shutting down\n", 1),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("line", ["status", "pid", "start cat", "restart all", "shutdown", "fg cat",
                                  "tail cat", "tail -f cat", "update", "avail", "add cat",
                                  "reload"])
def test_a_wrong_answer_is_one_line_and_exit_status_1(box, name, line):
    serve, words = WRONG[name]
    outcome, server = ask(box, serve, line)
    if name == "a fault" and line in SHUTTING_DOWN:
        assert (outcome.out, outcome.code) == SHUTTING_DOWN[line]
    elif words:
        says(outcome, server, words)
    else:
        assert outcome.out.startswith("error: %s: " % server.url)
        assert len(outcome.out.splitlines()) == 1 and outcome.out.isprintable() < 2
        assert (outcome.code, outcome.err) == (1, "")


# What a process used counts from its fork, and the test runner is large by now.
MEASURE = """\
import resource, subprocess, sys
print(subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL),
      resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_an_answer_that_does_not_end_takes_bounded_memory(box):
    with FakeServer(too_much) as server:
        run = subprocess.run([PYTHON, "-c", MEASURE, SVCTL, "-s", server.url, "pid"],
                             env=clean_env(box), cwd=box, stdout=subprocess.PIPE, check=True)
    status, kilobytes = map(int, run.stdout.split())
    assert status == 1
    assert kilobytes < 400 << 10


def test_a_server_of_another_version_is_not_driven(box):
    outcome, _ = ask(box, methods({"supervisor.getVersion": result("2.0")}), "status")
    assert outcome.out == ("Sorry, this version of supervisorctl expects to talk to a server with "
                           "API version 3.0, but the remote version is 2.0.\n")
    assert outcome.code == 4
    outcome, server = ask(box, methods({"supervisor.getVersion": result("2.0")}), "stop all")
    assert outcome.code == 5
    assert server.methods() == ["supervisor.getVersion"]


def test_a_server_without_the_interface_is_named_so(box):
    outcome, _ = ask(box, methods({"supervisor.getVersion": fault(1, "UNKNOWN_METHOD")}), "pid")
    assert outcome.out.startswith("Sorry, supervisord responded but did not recognize the "
                                  "supervisor namespace commands that supervisorctl uses")
    assert outcome.out.endswith("(see sample.conf).\n")
    assert outcome.code == 3


MISSHAPEN = [
    ("status", "getAllProcessInfo", "none"),
    ("status", "getAllProcessInfo", ["none"]),
    ("status", "getAllProcessInfo", [{k: v for k, v in CAT.items() if k != "description"}]),
    ("status", "getAllProcessInfo", [{**CAT, "state": "RUNNING"}]),
    ("pid all", "getAllProcessInfo", [{**CAT, "pid": "7"}]),
    ("pid cat", "getProcessInfo", 7),
    ("pid", "getPID", "seven"),
    ("version", "getSupervisorVersion", 4),
    ("tail cat", "readProcessStdoutLog", 7),
    ("maintail", "readLog", ["x"]),
    ("fg cat", "getProcessInfo", "none"),
    ("clear all", "clearAllProcessLogs", [7]),
    ("start all", "startAllProcesses", True),
    ("start all", "startAllProcesses", [7]),
    ("stop web:*", "stopProcessGroup", [{"group": "web", "name": "w1"}]),
]


@pytest.mark.parametrize("line, method, value", MISSHAPEN)
def test_an_answer_of_the_wrong_shape_is_one_line(box, line, method, value):
    outcome, server = ask(box, table(**{method: result(value)}), line)
    assert outcome.out.startswith("error: %s: unexpected " % server.url)
    assert (len(outcome.out.splitlines()), outcome.code, outcome.err) == (1, 1, "")


def row(name, code, text="OK"):
    return {"group": "web", "name": name, "status": code, "description": text}


# What is typed: how it is said when done, its methods for one, a group and all, and what it says to
# a fault, with the exit status.
VERBS = {
    "start": ("started", ["startProcess", "startProcessGroup", "startAllProcesses"], {
        10: ("no such process", 1), 20: ("no such file", 1), 21: ("file is not executable", 1),
        40: ("abnormal termination", 7), 50: ("spawn error", 7), 60: ("already started", 0)}),
    "stop": ("stopped", ["stopProcess", "stopProcessGroup", "stopAllProcesses"], {
        10: ("no such process", 1), 70: ("not running", 0)}),
    "signal HUP": ("signalled", ["signalProcess", "signalProcessGroup", "signalAllProcesses"], {
        10: ("no such process", 1), 11: ("bad signal name", 1), 70: ("not running", 7)}),
    "clear": ("cleared", ["clearProcessLogs", None, "clearAllProcessLogs"], {
        10: ("no such process", 1), 30: ("failed", 1)}),
}


@pytest.mark.parametrize("line", VERBS)
def test_each_fault_has_its_words_and_its_exit_status(box, line):
    done, (one, group, everyone), faults = VERBS[line]
    for code, (words, status) in faults.items():
        rows = result([row("w1", 80), row("w2", code, "X")])
        serve = table(**{one: fault(code, "X"), everyone: rows, str(group): rows})
        outcome, _ = ask(box, serve, line, "web:w1", "cat:cat")
        assert outcome.out == "web:w1: ERROR (%s)\ncat: ERROR (%s)\n" % (words, words)
        assert outcome.code == status
        for names in ("web:*", "web:", "all", "cat all") if group else ("all", "cat all"):
            outcome, _ = ask(box, serve, line + " " + names)
            assert outcome.out == "web:w1: %s\nweb:w2: ERROR (%s)\n" % (done, words)
            assert outcome.code == status


def test_logs_of_a_group_are_not_cleared_together(box):
    """Supervisor's client calls it web:None."""
    outcome, server = ask(box, table(clearProcessLogs=fault(10, "BAD_NAME: web:*")), "clear web:*")
    assert outcome.out == "web:*: ERROR (no such process)\n" and outcome.code == 1
    assert "<string>web:*</string>" in server.requests[-1][1]


@pytest.mark.parametrize("code, words", [
    (20, "cat: ERROR (no log file)"), (30, "cat: ERROR (unknown error reading log)"),
    (10, "cat: ERROR (no such process name)"), (3, "error: URL: X (fault 3)")])
def test_a_log_that_cannot_be_read_has_its_words(box, code, words):
    serve = table(**dict.fromkeys(("readProcessStdoutLog", "readProcessStderrLog", "readLog"),
                                  fault(code, "X")))
    for line in ("tail cat", "tail -6 cat stderr", "maintail"):
        outcome, server = ask(box, serve, line)
        wanted = words.replace("cat", "supervisord") if line == "maintail" else words
        assert outcome.out == wanted.replace("URL", server.url) + "\n" and outcome.code == 1


def test_the_end_of_a_log_is_asked_for_from_behind(box):
    serve = table(readProcessStdoutLog=result("out"), readProcessStderrLog=result("err"),
                  readLog=result("log"))
    for line, text, params in (("tail cat", "out", ("cat", -1600, 0)),
                               ("tail -7 cat stderr", "err", ("cat", -7, 0)),
                               ("tail --7 cat Stdout", "out", ("cat", 7, 0)),
                               ("tail -2147483648 cat", "out", ("cat", -2147483648, 0)),
                               ("maintail", "log", (-1600, 0)), ("maintail -9", "log", (-9, 0))):
        outcome, server = ask(box, serve, line)
        assert (outcome.out, outcome.code) == (text + "\n", 0)
        assert xmlrpc.client.loads(server.requests[-1][1])[0] == params


def test_another_server_that_is_opened_gets_the_login_that_was_given_apart(box):
    serve = table(getAllProcessInfo=result([CAT]), getPID=result(7))
    with FakeServer(serve) as first, FakeServer(serve) as second:
        script = "pid\nopen %s\npid\n" % second.url
        with_login = first.url.replace("//", "//you:hidden@")
        for options, sent in (["-u", "me", "-p", "secret"], "bWU6c2VjcmV0"), ([], None):
            del second.requests[:]
            outcome = svctl(box, "-s", with_login, *options, stdin=script)
            assert outcome.out.count("> 7\n") == 2 and outcome.code == 0
            heads = "".join(head for head, _ in second.requests)
            assert second.methods().count("supervisor.getPID") == 1
            assert ("Authorization" in heads) == bool(sent) and (sent or "") in heads


def test_the_last_failure_decides_the_exit_status(box):
    serve = table(startAllProcesses=result([row("w1", 50), row("w2", 10), row("w3", 80)]))
    assert ask(box, serve, "start all")[0].code == 1
    serve = table(startAllProcesses=result([row("w1", 10), row("w2", 50), row("w3", 60)]))
    assert ask(box, serve, "start all")[0].code == 7


def test_a_failed_stop_says_what_the_server_says(box):
    outcome, _ = ask(box, table(stopProcess=fault(30, "FAILED: it will not")), "stop cat dog")
    assert outcome.out == "FAILED: it will not\n" * 2
    assert outcome.code == 1


def test_a_fault_without_words_ends_the_command(box):
    outcome, server = ask(box, table(startProcess=fault(6, "SHUTDOWN_STATE")), "start cat dog")
    says(outcome, server, "cat: SHUTDOWN_STATE (fault 6)")
    assert server.methods().count("supervisor.startProcess") == 1
    outcome, server = ask(box, table(stopProcessGroup=fault(6, "SHUTDOWN_STATE")), "restart w:*")
    says(outcome, server, "SHUTDOWN_STATE (fault 6)")
    assert "supervisor.startProcessGroup" not in server.methods()


def test_one_connection_serves_a_whole_command(box):
    outcome, server = ask(box, table(getAllProcessInfo=result([CAT])), "status")
    assert outcome.out == "cat                              RUNNING   fine\n"
    assert server.methods() == ["supervisor.getVersion", "supervisor.getAllProcessInfo"]
    head = server.requests[1][0]
    assert head.startswith("POST /RPC2 HTTP/1.1\r\n")
    assert "Content-Type: text/xml" in head and "Authorization" not in head


def test_a_server_that_hangs_up_after_each_answer_is_called_again(box):
    serve = methods({**VERSION, "supervisor.getPID": result(7)}, hang_up=True)
    assert ask(box, serve, "pid")[0].out == "7\n"


def test_the_environment_does_not_lead_the_calls_elsewhere(box):
    elsewhere = "http://127.0.0.1:9"
    env = {"http_proxy": elsewhere, "HTTP_PROXY": elsewhere, "ALL_PROXY": elsewhere,
           "all_proxy": elsewhere, "SUPERVISOR_SERVER_URL": elsewhere}
    with FakeServer(table(getPID=result(7))) as server:
        assert svctl(box, "-s", server.url, "pid", env=env).out == "7\n"


def test_other_troubles_name_the_server_and_the_reason(box):
    os.mkdir(box + "/d")
    long_path = "unix://%s/%s" % (box, "x" * 120)
    for url, words in (("ftp://localhost:1", "unknown protocol (unix, http and https are known)"),
                       ("http://nohost.invalid:1", "Could not resolve host: nohost.invalid"),
                       (long_path, None), ("http://127.0.0.1:99999", None),
                       ("http://[::1:9", None)):
        outcome = svctl(box, "-s", url, "status")
        assert outcome.out.startswith("error: %s: %s" % (url, words or ""))
        assert (len(outcome.out.splitlines()), outcome.code, outcome.err) == (1, 1, "")


def test_a_port_without_tls_does_not_get_a_request_for_one_with(box):
    def serve(server, connection):
        server.requests.append(connection.recv(65536))
        connection.sendall(http_answer("", "400 Bad Request"))

    with FakeServer(serve) as server:
        url = server.url.replace("http:", "https:")
        outcome = svctl(box, "-s", url, "-u", "me", "-p", "secret", "status")
    assert outcome.out.startswith("error: %s: " % url)
    assert (len(outcome.out.splitlines()), outcome.code) == (1, 1)
    assert server.requests[0].startswith(b"\x16\x03") and b"RPC2" not in server.requests[0]


@pytest.mark.root_only
def test_a_socket_without_permission_is_said_to_be_so(box):
    os.mkdir(box + "/private", 0o700)
    url = "unix://%s/private/s.sock" % box
    run = subprocess.run([SVCTL, "-s", url, "status"], env=clean_env(box), cwd="/", user=65534,
                         stdout=subprocess.PIPE)
    assert run.stdout.decode() == "error: %s: Permission denied\n" % url
    assert run.returncode == 1


def test_names_are_sent_and_shown_as_they_are(box):
    with FakeServer(table(startProcess=result(True))) as server:
        outcome = svctl(box, "-s", server.url, "start", "<a>&amp;\u00fc", b"\xff\xfe")
    assert outcome.out == "<a>&amp;\u00fc: started\n\udcff\udcfe: started\n"
    sent = [xmlrpc.client.loads(body)[0] for _, body in server.requests[1:]]
    assert sent == [("<a>&amp;\u00fc",), ("\ufffd\ufffd",)]


def run_to(stdout, box, url, *line):
    return subprocess.run([SVCTL, "-s", url] + list(line), env=clean_env(box), cwd=box,
                          stdout=stdout, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=60, encoding="utf-8")


@pytest.mark.parametrize("line", [["status"], ["help"], ["-h"], ["-v"], ["nope"], []])
def test_output_that_cannot_be_written_is_exit_status_1(box, line):
    with FakeServer(table(getAllProcessInfo=result([CAT]))) as server:
        with open("/dev/full", "w") as full:
            run = run_to(full, box, server.url, *line)
        assert run.returncode == 1
        assert run.stderr == "error: cannot write: No space left on device\n"
        reader, writer = os.pipe()
        os.close(reader)
        run = run_to(writer, box, server.url, *line)
        os.close(writer)
        assert (run.returncode, run.stderr) == (1, "")


def test_what_is_known_is_shown_before_the_next_answer_comes(box):
    reader, writer = os.pipe()
    shown = []

    def serve(server, connection):
        while server.read_request(connection):
            if len(server.requests) == 3:
                shown.append(os.read(reader, 4096))
            connection.sendall(http_answer(
                result("3.0") if len(server.requests) == 1 else result(True)))

    with FakeServer(serve) as server:
        run_to(writer, box, server.url, "start", "cat", "dog")
    os.close(writer)
    assert shown == [b"cat: started\n"]
    assert os.read(reader, 4096) == b"dog: started\n"
    os.close(reader)


def test_the_own_version_and_help_need_neither_server_nor_file(box):
    version = svctl(box, "-v")
    assert version.code == 0 and version.out.strip().count(".") == 2
    assert svctl(box, "--version").out == version.out
    for flag in ("-h", "--help", "-?", "--he"):
        outcome = svctl(box, flag)
        assert outcome.code == 0 and outcome.out.count(SVCTL) == 2
        assert all(len(line) <= 80 + len(SVCTL) for line in outcome.out.splitlines())
