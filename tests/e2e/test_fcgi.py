"""[fcgi-program:x]: one listening socket for all its processes, as their standard input."""
import json
import os
import signal
import socket
import stat
import xmlrpc.client

import pytest

from lib_daemon import PYTHON, REFERENCE, SVD, wait_for

# Notes what its descriptors are, then says its name to each client.
ACCEPTOR = """
import fcntl, json, os, socket, sys
server = socket.socket(fileno=0)
name = os.environ["SUPERVISOR_PROCESS_NAME"]
seen = {
    "descriptors": sorted(int(fd) for fd in os.listdir("/proc/self/fd")
                          if os.path.exists("/proc/self/fd/" + fd)),
    "family": server.family.name, "address": server.getsockname(),
    "listens": server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN),
    "flags": fcntl.fcntl(0, fcntl.F_GETFL),
    "reuse": server.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR),
}
with open(name + ".tmp", "w") as f:
    json.dump(seen, f)
os.rename(name + ".tmp", name + ".json")
while True:
    client, _ = server.accept()
    client.sendall(name.encode())
    client.close()
"""

PROGRAM = """
[fcgi-program:web]
command=%s {box}/acceptor.py
directory={box}
startsecs=0
socket=%s
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connect(address):
    client = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    client.settimeout(30)
    client.connect(address)
    return client


def ask(address):
    """Who answers there."""
    with connect(address) as client:
        return client.recv(100).decode()


def is_served(address):
    try:
        return bool(ask(address))
    except OSError:
        return False


def freeze(pid):
    """It is alive, and accepts nobody."""
    os.kill(pid, signal.SIGSTOP)

    def is_frozen():
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] == "T"
    wait_for(is_frozen, "the process is stopped")


@pytest.fixture
def web(daemon):
    """web(url, more options, ...) makes a daemon that runs the acceptor."""
    def make(url="unix://{box}/web.sock", options="", **kwargs):
        d = daemon(PROGRAM % (PYTHON, url) + options, **kwargs)
        d.write("acceptor.py", ACCEPTOR)
        d.sock = d.path("web.sock")
        return d
    return make


# --- the same as in Supervisor ---

def seen_by_program(d):
    wait_for(lambda: os.path.exists(d.path("web.json")), "the program has looked around")
    return json.loads(d.read("web.json").replace(d.box, "BOX"))


def socket_lines(d):
    lines = [line.split(" ", 2)[2].replace(d.box, "BOX") for line in d.log().splitlines()]
    return [line for line in lines if "socket" in line and "server" not in line]


@pytest.mark.reference
@pytest.mark.svd_only
@pytest.mark.parametrize("options", [
    "", "socket_mode=0666\n",
    pytest.param("user=nobody\n", marks=pytest.mark.root_only),
    pytest.param("user=nobody\nsocket_owner=daemon:bin\nsocket_mode=0640\n",
                 marks=pytest.mark.root_only),
    pytest.param("socket_owner=daemon\n", marks=pytest.mark.root_only),
])
def test_a_unix_socket_is_the_one_that_supervisor_makes(web, options):
    found = []
    for name, program in (("ours", SVD), ("theirs", REFERENCE)):
        d = web(options=options, name=name, program=program)
        os.chmod(d.box, 0o777)
        d.start()
        seen = seen_by_program(d)
        st = os.lstat(d.sock)
        found.append((seen, stat.filemode(st.st_mode), st.st_uid, st.st_gid))
        d.rpc.stopProcess("web")
        d.wait_log("Closing socket")
        found[-1] += (socket_lines(d)[-2:],)
    assert found[0] == found[1]


@pytest.mark.reference
@pytest.mark.svd_only
def test_a_tcp_socket_is_the_one_that_supervisor_makes(web):
    found = []
    for name, program in (("ours", SVD), ("theirs", REFERENCE)):
        port = free_port()
        d = web("tcp://LocalHost:%d" % port, name=name, program=program).start()
        seen = seen_by_program(d)
        assert seen["address"] == ["127.0.0.1", port] and ask(("127.0.0.1", port)) == "web"
        d.rpc.stopProcess("web")
        d.wait_log("Closing socket")
        lines = [line.replace(str(port), "PORT") for line in socket_lines(d)[-2:]]
        assert not is_served(("127.0.0.1", port))
        found.append((dict(seen, address=None), lines))
    assert found[0] == found[1]


@pytest.mark.parametrize("program", [
    SVD, pytest.param(REFERENCE, marks=[pytest.mark.reference, pytest.mark.svd_only])])
def test_standard_input_is_not_to_be_had(web, program):
    d = web(program=program).start()
    d.wait_state("web", "RUNNING")
    with pytest.raises(xmlrpc.client.Fault) as fault:
        d.rpc.sendProcessStdin("web", "x")
    assert fault.value.faultString == "NO_FILE: web"


# --- one socket for all processes of the program ---

@pytest.mark.svd_only
def test_processes_share_the_socket_until_the_last_is_gone(web):
    d = web(options="numprocs=3\nprocess_name=web%(process_num)d\n").start()
    for i in range(3):
        d.wait_state("web:web%d" % i, "RUNNING")
    wait_for(lambda: len({ask(d.sock) for _ in range(10)}) > 1, "more than one answers")
    inode = os.lstat(d.sock).st_ino
    d.rpc.stopProcess("web:web0")
    d.rpc.stopProcess("web:web1")
    assert {ask(d.sock) for _ in range(5)} == {"web2"}
    d.rpc.startProcess("web:web0")
    d.rpc.stopProcess("web:web2")
    assert ask(d.sock) == "web0" and os.lstat(d.sock).st_ino == inode
    assert d.log().count("Creating socket") == 1 and d.log().count("Closing socket") == 0
    d.rpc.stopProcess("web:web0")
    d.wait_log("Closing socket unix://%s" % d.sock)
    assert not os.path.exists(d.sock)
    d.rpc.startProcessGroup("web")
    assert ask(d.sock).startswith("web")


def test_who_comes_while_a_process_is_restarted_waits(web):
    d = web(options="numprocs=2\nprocess_name=web%(process_num)d\n").start()
    d.wait_state("web:web1", "RUNNING")
    d.rpc.stopProcess("web:web1")
    wait_for(lambda: is_served(d.sock), "web0 answers")
    pid = d.info("web:web0")["pid"]
    freeze(pid)
    with connect(d.sock) as client:
        d.rpc.startProcess("web:web1")
        assert client.recv(100) == b"web1"
    os.kill(pid, signal.SIGCONT)


@pytest.mark.svd_only
def test_a_shutdown_leaves_no_socket(web):
    port = free_port()
    d = web(options=PROGRAM.replace(":web]", ":tcp]") % (PYTHON, "tcp://127.0.0.1:%d" % port))
    d.start()
    wait_for(lambda: is_served(d.sock) and is_served(("127.0.0.1", port)), "both answer")
    d.stop()
    assert not os.path.exists(d.sock) and not is_served(("127.0.0.1", port))
    assert d.log().count("Closing socket") == 2


def test_a_backlog_is_kept_to(web):
    d = web(options="socket_backlog=1\n").start()
    wait_for(lambda: is_served(d.sock), "the program answers")
    freeze(d.info("web")["pid"])
    waiting = []
    with pytest.raises(BlockingIOError):
        for _ in range(10):
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].setblocking(False)
            waiting[-1].connect(d.sock)
    assert len(waiting) <= 4
    for client in waiting:
        client.close()
    os.kill(d.info("web")["pid"], signal.SIGCONT)


# --- a path that exists ---

def make_stale(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)


def test_a_socket_that_nobody_serves_is_replaced(web):
    d = web()
    make_stale(d.sock)
    d.start()
    wait_for(lambda: is_served(d.sock), "the program answers")


@pytest.mark.svd_only
def test_what_is_not_ours_is_left_alone_and_costs_only_the_program(web):
    other = "[fcgi-program:file]\ncommand=/bin/cat\nsocket=unix://{box}/file\nstartretries=0\n" \
            "[fcgi-program:nowhere]\ncommand=/bin/cat\nsocket=unix://{box}/no/s\nstartretries=0\n"
    d = web(options="startretries=0\n" + other)
    d.write("file", "precious")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(d.sock)
        s.listen(1)
        d.start()
        info = d.wait_state("web", "FATAL")
        assert info["spawnerr"] == "Could not create FastCGI socket unix://%s: %s: another " \
            "program is already listening on it. Shut it down first" % (d.sock, d.sock)
        d.wait_log("spawnerr: " + info["spawnerr"])
        assert d.wait_state("file", "FATAL")["spawnerr"].endswith("exists and is no socket")
        assert d.wait_state("nowhere", "FATAL")["spawnerr"].endswith("No such file or directory")
        assert d.read("file") == "precious" and os.path.exists(d.sock)
        with pytest.raises(xmlrpc.client.Fault) as fault:
            d.rpc.startProcess("web")
        assert fault.value.faultString == "SPAWN_ERROR: web"
    d.rpc.startProcess("web")           # it is a stale one now
    wait_for(lambda: is_served(d.sock), "the program answers")


@pytest.mark.svd_only
def test_of_two_programs_on_one_socket_the_second_waits(web):
    port = free_port()
    options = "priority=1\n" + "".join(
        (PROGRAM % (PYTHON, url)).replace(":web]", ":%s]" % name) + "startretries=0\n"
        for name, url in (("late", "unix://{box}/web.sock"), ("tcp", "tcp://127.0.0.1:%d" % port),
                          ("tcp2", "tcp://127.0.0.1:%d" % port)))
    d = web(options=options).start()
    assert "already listening" in d.wait_state("late", "FATAL")["spawnerr"]
    assert d.wait_state("tcp2", "FATAL")["spawnerr"] == "Could not create FastCGI socket " \
        "tcp://127.0.0.1:%d: Address already in use" % port
    wait_for(lambda: is_served(d.sock), "the first answers")
    d.rpc.stopProcess("web")
    d.rpc.startProcess("late")
    assert ask(d.sock) == "late"


@pytest.mark.svd_only
def test_a_file_that_took_the_place_of_ours_is_not_removed(web):
    d = web().start()
    wait_for(lambda: is_served(d.sock), "the program answers")
    os.unlink(d.sock)
    make_stale(d.sock)
    d.rpc.stopProcess("web")
    assert os.path.exists(d.sock)
    os.unlink(d.sock)


# --- lives ---

def n_sockets(pid):
    folder = "/proc/%d/fd" % pid
    links = [os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder)]
    return len([link for link in links if link.startswith("socket:")])


@pytest.mark.svd_only
def test_a_start_that_fails_closes_the_socket_again(web):
    d = web(options="""
        [fcgi-program:lost]
        command={box}/no-such-command
        socket=unix://{box}/lost.sock
        startretries=2
        [fcgi-program:dies]
        command=/bin/true
        socket=unix://{box}/dies.sock
        startretries=2
        startsecs=5
        [fcgi-program:spins]
        command=/bin/true
        socket=tcp://127.0.0.1:%d
        startsecs=0
        autorestart=false
        autostart=false
        """.replace("\n        ", "\n") % free_port()).start()
    wait_for(lambda: is_served(d.sock), "the program answers")
    assert "can't find command" in d.wait_state("lost", "FATAL")["spawnerr"]
    d.wait_state("dies", "FATAL")
    assert not os.path.exists(d.path("lost.sock")) and not os.path.exists(d.path("dies.sock"))
    for name in "lost", "dies":
        for word in "Creating", "Closing":
            d.wait_log("%s socket unix://%s" % (word, d.path(name + ".sock")), 3)
    d.rpc.stopProcess("web")
    before = n_sockets(d.pid)
    for _ in range(5):
        d.rpc.startProcess("web")
        d.rpc.startProcess("spins")
        d.wait_state("spins", "EXITED")
        d.rpc.stopProcess("web")
    wait_for(lambda: n_sockets(d.pid) == before, "no socket is left open")


@pytest.mark.svd_only
@pytest.mark.root_only
def test_an_owner_that_cannot_be_set_is_a_failed_start(web):
    d = web(options="socket_owner=daemon\nstartretries=0\n", supervisord="user=nobody")
    os.chmod(d.box, 0o777)
    d.start()
    assert d.wait_state("web", "FATAL")["spawnerr"].endswith(
        "cannot change the owner of %s: Operation not permitted" % d.sock)
    assert not os.path.exists(d.sock)


@pytest.mark.svd_only
def test_an_update_keeps_the_socket_unless_it_changes(web):
    d = web(options="numprocs=1\nprocess_name=web%(process_num)d\n").start()
    wait_for(lambda: is_served(d.sock), "the program answers")
    inode, pid = os.lstat(d.sock).st_ino, d.info("web:web0")["pid"]
    text = d.read("supervisord.conf")
    d.write("supervisord.conf", text.replace("numprocs=1", "numprocs=2"))
    shown = d.ctl("update").stdout
    d.wait_state("web:web1", "RUNNING")
    assert (os.lstat(d.sock).st_ino, d.info("web:web0")["pid"]) == (inode, pid), shown
    d.rpc.stopProcess("web:web0")
    assert ask(d.sock) == "web1"
    d.write("supervisord.conf", text.replace("web.sock", "new.sock"))
    d.ctl("update")
    wait_for(lambda: is_served(d.path("new.sock")), "it answers on the new socket")
    assert not os.path.exists(d.sock)
    d.write("supervisord.conf", text.partition("[fcgi-program")[0])
    d.ctl("update")
    assert not os.path.exists(d.path("new.sock")) and d.rpc.getAllProcessInfo() == []


def test_a_restart_of_the_daemon_binds_the_socket_again(web):
    d = web().start()
    wait_for(lambda: is_served(d.sock), "the program answers")
    os.kill(d.pid, signal.SIGHUP)
    d.wait_log("spawned: 'web'", 2)
    wait_for(lambda: is_served(d.sock), "it answers again")
