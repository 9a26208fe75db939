"""The client against servers that are not what they should be: one line, an exit status, no end."""
import os
import subprocess
import xmlrpc.client

import pytest

from lib_daemon import SVCTL, clean_env
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


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("line", ["status", "pid", "start cat", "restart all", "shutdown"])
def test_a_wrong_answer_is_one_line_and_exit_status_1(box, name, line):
    serve, words = WRONG[name]
    outcome, server = ask(box, serve, line)
    if (name, line) == ("a fault", "shutdown"):
        assert (outcome.out, outcome.code) == ("ERROR: already shutting down\n", 0)
    elif words:
        says(outcome, server, words)
    else:
        assert outcome.out.startswith("error: %s: " % server.url)
        assert len(outcome.out.splitlines()) == 1 and outcome.out.isprintable() < 2
        assert (outcome.code, outcome.err) == (1, "")


def test_an_answer_that_does_not_end_takes_bounded_memory(box):
    with FakeServer(too_much) as server:
        client = subprocess.Popen([SVCTL, "-s", server.url, "pid"], env=clean_env(box), cwd=box,
                                  stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(client.pid, 0)
        client.returncode = os.waitstatus_to_exitcode(status)
    assert client.returncode == 1
    assert used.ru_maxrss < 400 << 10


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


# fault, what start says, its exit status, what stop says, its exit status
FAULTS = [
    (10, "no such process", 1, "no such process", 1),
    (20, "no such file", 1, None, None),
    (21, "file is not executable", 1, None, None),
    (40, "abnormal termination", 7, None, None),
    (50, "spawn error", 7, None, None),
    (60, "already started", 0, None, None),
    (70, None, None, "not running", 0),
]


@pytest.mark.parametrize("code, start, start_exit, stop, stop_exit", FAULTS)
def test_each_fault_has_its_words_and_its_exit_status(box, code, start, start_exit, stop,
                                                      stop_exit):
    for verb, words, status in (("start", start, start_exit), ("stop", stop, stop_exit)):
        if words is None:
            continue
        rows = result([row("w1", 80), row("w2", code, "X")])
        serve = table(**{verb + "Process": fault(code, "X"), verb + "ProcessGroup": rows,
                         verb + "AllProcesses": rows})
        done = {"start": "started", "stop": "stopped"}[verb]
        outcome, _ = ask(box, serve, verb, "web:w1", "cat:cat")
        assert outcome.out == "web:w1: ERROR (%s)\ncat: ERROR (%s)\n" % (words, words)
        assert outcome.code == status
        for names in ("web:*", "web:", "all", "cat all"):
            outcome, _ = ask(box, serve, verb + " " + names)
            assert outcome.out == "web:w1: %s\nweb:w2: ERROR (%s)\n" % (done, words)
            assert outcome.code == status


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
