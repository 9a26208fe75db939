"""The client beside supervisorctl: options, files and logins. (Commands: test_svctl_matrix.py.)"""
import cmd
import io
import os
import re
import socket

import pytest

from lib_daemon import REFERENCE, SVD
from lib_svctl import COMPATIBLE, difference, supervisorctl, svctl

pytestmark = pytest.mark.reference

OPTIONS = """\
-x
--nope
--nope=3
-c
--configuration
--serverurl
-s nonsense status
--serverurl nonsense status
-s http: status
--serverurl=http:// status
--help=3
--interactive=3
-i -i status
-u a -u b status
--username a --username b status
-c /nonexistent/file status
--configuration=/nonexistent/file
--c /nonexistent/file status
--co=/nonexistent/file
--s http: status
-u
"""

def arguments(line, box):
    line = line.replace("{box}", box)
    first, _, rest = line[1:].partition('"')
    return [first] + rest.split() if line.startswith('"') else line.split()


@pytest.mark.parametrize("line", ["help", "?"])
def test_help_lists_the_verbs_in_the_columns_that_supervisorctl_uses(box, line):
    names = "add avail clear exit fg maintail open pid quit reload remove reread restart "\
        "shutdown signal start status stop tail update version"
    verbs = names.split()
    expected = io.StringIO()
    cmd.Cmd(stdout=expected).print_topics("default commands (type help <topic>):", verbs, 15, 80)
    outcome = svctl(box, line, program=COMPATIBLE)
    assert outcome.out == "\n" + expected.getvalue()
    assert outcome.code == 0


@pytest.mark.parametrize("line", OPTIONS.splitlines())
def test_wrong_usage_is_refused_in_the_same_words(box, line):
    args = arguments(line, box)
    theirs, ours = supervisorctl(box, *args), svctl(box, *args)
    assert not difference(line, theirs, ours, box, box)
    assert ours.code == 2 and ours.err.startswith("Error: ") and not ours.out


CONFIGS = {
    "no section": "[supervisord]\n",
    "a failing expansion of the section": "[supervisorctl]\nserverurl=http://%(nope)s:1\n",
    "a failing expansion elsewhere": "[supervisorctl]\nserverurl=unix://{box}/x\n"
                                     "[program:x]\ncommand=%(ENV_NOPE)s\n",
    "a socket": "[supervisorctl]\nserverurl=unix://{box}/a/../x\n",
    "a socket here": "[supervisorctl]\nserverurl=unix://%(here)s/x ; the socket\n",
    "no url": "[supervisorctl]\nprompt=x\n",
    "a directory": None,
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_file_is_read_as_supervisorctl_reads_it(box, name):
    path = box + "/c.conf"
    if CONFIGS[name] is None:
        os.mkdir(path)
    else:
        with open(path, "w") as f:
            f.write(CONFIGS[name].replace("{box}", box))
    theirs, ours = supervisorctl(box, "-c", path, "pid"), svctl(box, "-c", path, "pid")
    assert (theirs.code, theirs.out) == (ours.code, ours.out)
    assert bool(theirs.err) == bool(ours.err)


INET = """
    [inet_http_server]
    port=127.0.0.1:{port}
    username=me
    password=se:cr%%et
    [program:cat]
    command=/bin/cat
    startsecs=0
    """

LOGINS = [
    [], ["-u", "me", "-p", "se:cr%et"], ["-u", "me", "-p", "wrong"], ["-u", "me"],
    ["-p", "se:cr%et"], ["-u", "you", "-p", "se:cr%et"], ["-u", "", "-p", ""],
    ["--username=me", "--password=se:cr%et"],
]


@pytest.fixture(params=[REFERENCE, SVD], ids=os.path.basename)
def inet(request, daemon):
    """A daemon with a port that asks for a login. Its url."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    d = daemon(INET.replace("{port}", str(port)), program=request.param)
    d.start()
    d.url = "http://127.0.0.1:%d" % port
    return d


def test_a_port_that_asks_for_a_login_gets_what_supervisorctl_sends(inet):
    for login in LOGINS:
        for line in (["status"], ["pid", "cat"], ["restart", "cat"]):
            args = ["-s", inet.url] + login + line
            theirs, ours = (client(inet.box, *args) for client in (supervisorctl, svctl))
            # A refused supervisorctl goes on, and shows where in its source it fails again.
            theirs.out = re.sub("(authentication\n)error: .*\n", r"\1", theirs.out)
            assert not difference(str(args), theirs, ours, inet.box, inet.box)


def test_a_login_may_come_from_the_file(inet):
    path = inet.write("login.conf", "[supervisorctl]\nserverurl=%s\nusername=me\n"
                                    "password=se:cr%%%%et\n" % inet.url)
    assert svctl(inet.box, "-c", path, "pid").out == "%d\n" % inet.pid
    assert svctl(inet.box, "-c", path, "-p", "wrong", "pid").code == 1


def test_a_login_may_come_with_the_url_but_one_given_apart_is_preferred(inet):
    host = inet.url.partition("//")[2]
    right, wrong = "http://me:se%3acr%25et@" + host, "http://me:wrong@" + host
    assert svctl(inet.box, "-s", right, "pid").out == "%d\n" % inet.pid
    assert svctl(inet.box, "-s", wrong, "pid").out == "Server requires authentication\n"
    assert svctl(inet.box, "-s", wrong, "-u", "me", "-p", "se:cr%et", "pid").code == 0
    assert svctl(inet.box, "-s", right, "-u", "me", "-p", "wrong", "pid").code == 1


def test_a_port_where_nobody_listens_refuses(inet):
    inet.stop()
    for line in ("status", "pid", "start cat", "shutdown"):
        args = ["-s", inet.url] + line.split()
        theirs, ours = (client(inet.box, *args) for client in (supervisorctl, svctl))
        assert not difference(line, theirs, ours, inet.box, inet.box)
        assert "refused connection" in ours.out


def test_a_socket_that_nobody_serves_refuses(box):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(box + "/stale.sock")
    with open(box + "/plain", "w"):
        pass
    for url in ("unix://%s/stale.sock" % box, "unix://%s/plain" % box, "unix://stale.sock"):
        for line in ("status", "pid", "stop all", "shutdown"):
            args = ["-s", url] + line.split()
            theirs, ours = (client(box, *args) for client in (supervisorctl, svctl))
            assert not difference(str(args), theirs, ours, box, box)
            assert url + " refused connection" in ours.out
