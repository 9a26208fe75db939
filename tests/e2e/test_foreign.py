"""Clients that nobody here wrote, in the languages that people call Supervisor from. Each holds
the same conversation with svd, and hears what Python's xmlrpc.client hears from Supervisor.

The Debian packages and npm's are installed by ./dev test; one that is missing is a failure.
"""
import json
import os
import re
import subprocess
import xmlrpc.client

import pytest

from lib_daemon import BUILD, REFERENCE, SVD, clean_env, wait_for
from lib_files import free_port
from test_same_rpc import known_to, normalised

pytestmark = [pytest.mark.reference, pytest.mark.svd_only]

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foreign")
NODE_PATH = os.environ.get("E2E_NODE_PATH", BUILD + "/npm/node_modules")
USER, PASSWORD = "me", "s3cret"

PROGRAMS = """
    [inet_http_server]
    port=127.0.0.1:%d
    username=me
    password=s3cret
    [program:cat]
    command=/bin/cat
    stdout_logfile={box}/cat.log
    startsecs=0
    [program:lost]
    command={box}/no-such-command
    autostart=false
    startretries=0
    [program:two]
    command=/bin/cat
    process_name=%%(process_num)d
    numprocs=2
    startsecs=0
    """

SAID = "Malmö <&> \"quoted\"\n"
# Calls within a call.
PARTS = [["supervisor.getState"], ["supervisor.stopProcess", "cat"],
         ["supervisor.startProcess", "cat", True], ["supervisor.getProcessInfo", "nobody"],
         ["nobody.knows"], ["supervisor.getProcessInfo", "cat"]]
CALLS = [
    ["supervisor.getAPIVersion"],
    ["supervisor.getVersion"],
    ["supervisor.getIdentification"],
    ["supervisor.getState"],
    ["supervisor.getProcessInfo", "cat"],
    ["supervisor.getProcessInfo", "two:1"],
    ["supervisor.getAllProcessInfo"],
    ["supervisor.stopProcess", "cat"],
    ["supervisor.stopProcess", "cat"],
    ["supervisor.getProcessInfo", "cat"],
    ["supervisor.sendProcessStdin", "cat", "x"],
    ["supervisor.startProcess", "cat", True],
    ["supervisor.startProcess", "cat", 1],
    ["supervisor.startProcess", "lost"],
    ["supervisor.startProcess", "nobody", False],
    ["supervisor.signalProcess", "cat", 18],
    ["supervisor.signalProcess", "cat", "SIGCONT"],
    ["supervisor.signalProcess", "cat", "NOPE"],
    ["supervisor.sendProcessStdin", "cat", SAID],
    ["supervisor.readProcessStdoutLog", "cat", 0, 0],
    ["supervisor.readProcessLog", "cat", -4, 0],
    ["supervisor.readProcessStdoutLog", "cat", -1, -1],
    ["supervisor.tailProcessStdoutLog", "cat", 0, 1000],
    ["supervisor.clearProcessLogs", "cat"],
    ["supervisor.readProcessStdoutLog", "cat", 0, 0],
    ["supervisor.stopProcessGroup", "two"],
    ["supervisor.startProcessGroup", "two", True],
    ["supervisor.signalProcessGroup", "two", "CONT"],
    ["supervisor.startProcess", "two:*"],
    ["supervisor.addProcessGroup", "cat"],
    ["supervisor.removeProcessGroup", "cat"],
    ["supervisor.reloadConfig"],
    ["supervisor.getAllConfigInfo"],
    ["supervisor.sendRemoteCommEvent", "type", "data"],
    ["system.multicall", [{"methodName": part[0], "params": part[1:]} for part in PARTS]],
    ["system.methodSignature", "supervisor.startProcess"],
    ["supervisor.getProcessInfo"],
    ["supervisor.noSuchMethod"],
]
# What the authors of a client have left out.
UNKNOWN_TO = {"supervisord.js": {"supervisor.noSuchMethod"}}


class Served:
    """A daemon with a port and a password."""

    def __init__(self, daemon, name, program):
        self.port = free_port()
        self.daemon = daemon(PROGRAMS % self.port, name=name, program=program).start()
        self.daemon.wait_state("two:1", "RUNNING")
        self.url = "http://%s:%s@127.0.0.1:%d/RPC2" % (USER, PASSWORD, self.port)

    def converse(self, call, leaving_out=()):
        """The answers to all calls; call([method, parameter...]) gives {"result" or "fault": x}."""
        answers = []
        for each in CALLS:
            answer = call(each) if each[0] not in leaving_out else None
            if answer and "fault" in answer:
                answer = "%s %s" % tuple(answer["fault"])
            elif answer:
                answer = answer["result"]
            answers.append(answer)
            if each[-1] == SAID:
                wait_for(lambda: SAID in self.daemon.read("cat.log"), "cat has written")
        return answers


@pytest.fixture(scope="module")
def supervisor(module_daemon):
    """What Python hears from Supervisor."""
    served = Served(module_daemon, "theirs", REFERENCE)
    return comparable(served.converse(python_client(served.url)), served.daemon.box)


@pytest.fixture(scope="module")
def svd(module_daemon):
    return Served(module_daemon, "ours", SVD)


def numbers(value):
    """The same in all languages: Perl knows no difference between 1, "1" and true."""
    if isinstance(value, list):
        return [numbers(each) for each in value]
    if isinstance(value, dict):
        return {key: numbers(value[key]) for key in sorted(value)}
    is_number = isinstance(value, bool) or re.fullmatch(r"-?\d+", str(value))
    return int(value) if is_number else value


def comparable(answers, box):
    """The answers, without what differs from run to run and from one conversation to the next."""
    found = [normalised(numbers(answer), box) for answer in answers]
    for answer in found:
        for each in answer if isinstance(answer, list) else [answer]:
            if isinstance(each, dict):
                each.pop("stop", None)
        if isinstance(answer, list) and all(isinstance(each, dict) for each in answer):
            answer.sort(key=lambda each: (str(each["group"]), str(each["name"])))
    return found


def python_client(url):
    proxy = xmlrpc.client.ServerProxy(url)

    def call(line):
        try:
            return {"result": getattr(proxy, line[0])(*line[1:])}
        except xmlrpc.client.Fault as fault:
            return {"fault": [fault.faultCode, fault.faultString]}
    return call


class Foreign:
    """A client in a process of its own. Its protocol: foreign/lines.js"""

    def __init__(self, argv, box):
        env = dict(clean_env(box), NODE_PATH=NODE_PATH, NODE_NO_WARNINGS="1")
        self.process = subprocess.Popen(argv, env=env, cwd=box, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def __call__(self, line):
        # xmlrpc-c reads beyond the four digits of an escaped letter.
        self.process.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, self.process.communicate(timeout=30)[1].decode()
        return json.loads(answer.decode())

    def end(self):
        assert self.process.communicate(timeout=30) == (b"", b"")
        assert self.process.returncode == 0


@pytest.fixture(scope="module")
def xmlrpc_c(tmp_path_factory):
    """The client in C, built."""
    program = str(tmp_path_factory.mktemp("xmlrpc-c") / "client")
    subprocess.run(["cc", "-o", program, HERE + "/xmlrpc_c.c", "-lxmlrpc_client", "-lxmlrpc",
                    "-lxmlrpc_util"], check=True)
    return program


CLIENTS = {
    "xmlrpc.js": "node", "supervisord.js": "node", "davexmlrpc.js": "node", "foxglove.js": "node",
    "xmlrpc.php": "php", "frontier.pl": "perl", "rpc_xml.pl": "perl", "xmlrpc.rb": "ruby",
}


def compare(heard, expected):
    differing = [(call, known_to(theirs, ours), theirs)
                 for call, ours, theirs in zip(CALLS, heard, expected)
                 if ours is not None and known_to(theirs, ours) != theirs]
    assert not differing, "\n".join("%s:\n\t%r\n\t%r" % each for each in differing)


@pytest.mark.parametrize("name", CLIENTS)
def test_this_client_hears_what_python_hears_from_supervisor(svd, supervisor, name):
    argv = [CLIENTS[name], os.path.join(HERE, name), svd.url]
    with Foreign(argv, svd.daemon.box) as client:
        heard = svd.converse(client, UNKNOWN_TO.get(name, ()))
        client.end()
    compare(comparable(heard, svd.daemon.box), supervisor)


def test_a_client_in_c_hears_it(svd, supervisor, xmlrpc_c):
    url = "http://127.0.0.1:%d/RPC2" % svd.port
    with Foreign([xmlrpc_c, url, USER, PASSWORD], svd.daemon.box) as client:
        heard = svd.converse(client)
        client.end()
    compare(comparable(heard, svd.daemon.box), supervisor)


def test_python_hears_it_too(svd, supervisor):
    compare(comparable(svd.converse(python_client(svd.url)), svd.daemon.box), supervisor)
