"""Completion: what svctl offers, and what bash, zsh and fish make of it."""
import os
import shutil
import subprocess
import time
import xmlrpc.client

import pytest

from lib_daemon import REPO, SVCTL, clean_env
from lib_svctl import FakeServer, Terminal, methods, raw, svctl

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    [program:web]
    command=/bin/cat
    startsecs=0
    process_name=w%(process_num)d
    numprocs=2
    """
SCRIPTS = REPO + "/contrib/completions/"


@pytest.fixture(scope="module")
def server(module_daemon):
    d = module_daemon(PROGRAMS)
    d.start()
    d.wait_all("RUNNING")
    for name in "svctl", "supervisorctl":
        os.makedirs(d.path("bin"), exist_ok=True)
        os.symlink(SVCTL, d.path("bin/" + name))
    return d


def offered(server, *words):
    said = svctl(server.box, "--complete", "-c", server.conf, *words)
    assert (said.code, said.err) == (0, "")
    return said.out.split()


def test_verbs_names_and_groups_are_offered(server):
    assert offered(server, "sta") == ["start", "status"]
    assert {"logs", "top", "events"} < set(offered(server, ""))
    assert offered(server, "stop", "") == ["cat", "web:w0", "web:*", "web:w1"]
    assert offered(server, "stop", "cat", "web:w") == ["web:w0", "web:w1"]
    assert offered(server, "add", "") == ["cat", "web"]
    assert offered(server, "help", "sto") == ["stop"]
    assert offered(server, "shutdown", "") == []
    assert offered(server, "nonsense", "") == []


def test_flags_and_their_values_are_offered(server):
    assert {"--files", "--json", "--lines", "--follow"} == set(offered(server, "logs", "--"))
    assert offered(server, "top", "--so") == ["--sort"]
    assert offered(server, "top", "--sort", "u") == ["uptime"]
    assert offered(server, "events", "--types", "TICK,PROCESS_STATE_S") == [
        "TICK,PROCESS_STATE_" + each for each in ("STOPPED", "STARTING", "STOPPING")]


def test_what_is_wrong_is_silent(server, box):
    for words in (["-c"], ["--nonsense", ""], ["-h", ""], ["-c", "/nowhere", "st"], ["-v", ""]):
        said = svctl(box, "--complete", *words)
        assert (said.code, said.out, said.err) == (0, "", ""), words
    for answer in (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", b"nonsense", b""):
        with FakeServer(raw(answer)) as fake:
            said = svctl(box, "--complete", "-s", fake.url, "stop", "")
            assert (said.code, said.out, said.err) == (0, "", ""), answer
    said = svctl(box, "--complete", "-s", "unix://%s/none" % box, "stop", "")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_a_server_that_does_not_answer_is_not_waited_for(box):
    def never(server, connection):
        server.read_request(connection)
        connection.recv(1)
    with FakeServer(never) as fake:
        begin = time.monotonic()
        said = svctl(box, "--complete", "-s", fake.url, "stop", "")
        assert (said.code, said.out) == (0, "")
        assert time.monotonic() - begin < 20


BASH = r"""
source "$1"
COMP_LINE=$2 COMP_POINT=${3:-${#2}}
read -ra COMP_WORDS <<<"$COMP_LINE"
[ "$(complete -p "${COMP_WORDS[0]}" | grep -o -- '-F _svctl')" ] || exit 9
COMP_WORDS[0]=$4/${COMP_WORDS[0]}
COMP_LINE=$4/$COMP_LINE
COMP_POINT=$((COMP_POINT + ${#4} + 1))
_svctl
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("line, candidates", [
    ("svctl -c CONF sto", ["stop"]),
    ("supervisorctl -c CONF stop ", ["cat", "web:w0", r"web:\*", "web:w1"]),
    ("svctl -c CONF stop web:", ["w0", r"\*", "w1"]),
    ("svctl -c CONF add w", ["web"]),
    ("svctl -s http://127.0.0.1:1 stop ", []),
])
def test_bash_completes(server, line, candidates):
    line = line.replace("CONF", server.conf)
    said = subprocess.run(
        ["bash", "--norc", "-c", BASH, "bash", SCRIPTS + "svctl.bash", line, "",
         server.path("bin")], env=clean_env(server.box), cwd=server.box, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True, check=False, timeout=60)
    assert (said.returncode, said.stdout.split()) == (0, candidates)


def test_a_name_is_no_command_for_bash(box):
    evil = dict(group="x;touch$IFS`pwd`/$(id)", name="x;touch$IFS`pwd`/$(id)", statename="RUNNING",
                description="", state=20, pid=1)
    script = r"""source "$1"; COMP_LINE="$2 -s $3 stop " COMP_POINT=999; _svctl
                 eval "words=(${COMPREPLY[*]})"; printf '%s\n' "${words[@]}" """
    with FakeServer(methods({"supervisor.getAllProcessInfo": xmlrpc.client.dumps(
            ([evil],), methodresponse=True)})) as fake:
        said = subprocess.run(
            ["bash", "--norc", "-c", script, "bash", SCRIPTS + "svctl.bash", SVCTL, fake.url],
            env=clean_env(box), cwd=str(box), stdout=subprocess.PIPE, universal_newlines=True,
            check=True, timeout=60)
    assert said.stdout == evil["name"] + "\n"


def on_path(server):
    return {"PATH": server.path("bin") + ":" + clean_env(server.box)["PATH"]}


def test_bash_completes_at_the_keyboard(server):
    with Terminal(["/bin/bash", "--norc", "-i"], server.box,
                  dict(on_path(server), PS1="READY> ")) as t:
        t.expect("READY> ")
        t.type("source %ssvctl.bash\n" % SCRIPTS)
        t.expect("READY> ")
        t.type("svctl -c %s stat\t web:w\t0\n" % server.conf)
        t.expect("web:w0 ")
        t.expect("RUNNING")
        t.type("exit\n")
        t.end()


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_completes_at_the_keyboard(server):
    with Terminal([shutil.which("zsh"), "-f", "-i"], server.box,
                  dict(on_path(server), PS1="READY> ", ZDOTDIR=server.box)) as t:
        t.expect("READY> ")
        t.type("fpath=(%s $fpath); autoload -U compinit; compinit -u -D; echo DO''NE\n" % SCRIPTS)
        t.expect("DONE")
        t.expect("READY> ")
        t.type("svctl -c %s statu\tweb:w\t0\n" % server.conf)
        t.expect("RUNNING")
        t.type("exit\n")
        t.end()


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish_completes(server):
    for line, candidates in (("svctl -c CONF sto", {"stop"}),
                             ("supervisorctl -c CONF stop web:w", {"web:w0", "web:w1"})):
        said = subprocess.run(
            ["fish", "--no-config", "-c", "source %ssvctl.fish; complete -C '%s'" % (
                SCRIPTS, line.replace("CONF", server.conf))],
            env=dict(clean_env(server.box), **on_path(server)), cwd=server.box,
            stdout=subprocess.PIPE, universal_newlines=True, check=True, timeout=60)
        assert {each.split("\t")[0] for each in said.stdout.splitlines()} == candidates
