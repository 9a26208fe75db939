"""The sockets themselves: several at once, passed by a service manager, removed by somebody."""
import http.client
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
import xmlrpc.client

import pytest

from lib_daemon import SVD, Daemon, UnixTransport, clean_env, wait_for, wait_idle

pytestmark = pytest.mark.svd_only

REST = """
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[program:env]
command=/bin/sh -c 'env; exec sleep 1000'
startsecs=0
stdout_logfile={box}/env.log
"""
ONE = "[unix_http_server]\nfile={box}/s.sock\n" + REST


def has_v6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def a_port(family=socket.AF_INET):
    with socket.socket(family) as s:
        s.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        return s.getsockname()[1]


def state_at(path):
    return xmlrpc.client.ServerProxy(
        "http://localhost/RPC2", transport=UnixTransport(path)).supervisor.getState()["statename"]


def state_of(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    body = xmlrpc.client.dumps((), "supervisor.getState")
    connection.request("POST", "/RPC2", body)
    response = connection.getresponse()
    value = xmlrpc.client.loads(response.read())[0][0]
    connection.close()
    return value["statename"]


def is_served(path):
    try:
        return state_at(path) == "RUNNING"
    except (OSError, http.client.HTTPException):
        return False


# --- several ---

def test_each_of_several_servers_answers(daemon):
    ports = [a_port(), a_port()]
    v6 = "[inet_http_server:six]\nport=[::1]:%d\n" % a_port(socket.AF_INET6) if has_v6() else ""
    d = daemon(config="[unix_http_server]\nfile={box}/s.sock\n"
               "[unix_http_server:more]\nfile={box}/more.sock\nchmod=0600\n"
               "[inet_http_server]\nport=127.0.0.1:%d\n"
               "[inet_http_server:other]\nport=127.0.0.1:%d\n" % tuple(ports) + v6 + REST).start()
    assert state_at(d.path("s.sock")) == state_at(d.path("more.sock")) == "RUNNING"
    assert stat.S_IMODE(os.stat(d.path("more.sock")).st_mode) == 0o600
    assert [state_of("127.0.0.1", port) for port in ports] == ["RUNNING"] * 2
    if v6:
        assert state_of("::1", int(v6.split(":")[-1])) == "RUNNING"
    assert d.log().count("RPC interface 'supervisor' initialized") == 4 + bool(v6)
    d.stop()
    assert not os.path.exists(d.path("s.sock")) and not os.path.exists(d.path("more.sock"))


@pytest.mark.skipif(not has_v6(), reason="no IPv6 here")
def test_every_address_of_ipv6_is_every_address(daemon):
    """As with Supervisor and most others: the kernel takes IPv4 for it too."""
    port = a_port()
    d = daemon(config="[inet_http_server]\nport=[::]:%d\nusername=u\npassword=p\n" % port + ONE)
    d.start()
    for host in "::1", "127.0.0.1":
        with socket.create_connection((host, port), timeout=30) as s:
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert b" 401 " in s.recv(4096)


# --- removed by somebody ---

def test_a_socket_file_that_is_removed_comes_back(daemon):
    d = daemon(config=ONE.replace("s.sock\n", "s.sock\nchmod=0640\n")).start()
    held = socket.socket(socket.AF_UNIX)
    held.connect(d.socket)
    wait_for(lambda: d.sibling("svd-httpd"), "svd-httpd runs")
    for times, remove in enumerate((os.unlink, lambda p: os.rename(p, p + ".away")), 1):
        was = os.stat(d.socket).st_ino
        remove(d.socket)
        d.wait_log("was removed by somebody; it is bound again", times)
        assert os.stat(d.socket).st_ino != was
        assert stat.S_IMODE(os.stat(d.socket).st_mode) == 0o640
        assert state_at(d.socket) == "RUNNING"
    body = xmlrpc.client.dumps((), "supervisor.getState").encode()
    held.sendall(b"POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert b"RUNNING" in held.recv(65536)
    held.close()
    os.unlink(d.socket + ".away")
    d.stop()
    assert not os.path.exists(d.socket)


def test_a_socket_comes_back_while_no_svd_httpd_runs(daemon):
    d = daemon(config=ONE).spawn()
    wait_for(lambda: os.path.exists(d.socket), "the socket is there")
    d.wait_log("supervisord started")
    assert d.sibling("svd-httpd") is None
    os.unlink(d.socket)
    d.wait_log("it is bound again")
    assert d.sibling("svd-httpd") is None
    assert state_at(d.socket) == "RUNNING"


def test_others_in_the_directory_and_a_chmod_do_not_wake_svd(daemon):
    d = daemon(config=ONE).start()
    wait_idle(d.pid)
    with open("/proc/%d/status" % d.pid) as f:
        before = [line for line in f if "ctxt_switches" in line]
    for i in range(20):
        d.write("other%d" % i, "x")
        os.unlink(d.path("other%d" % i))
    with open("/proc/%d/status" % d.pid) as f:
        assert [line for line in f if "ctxt_switches" in line] == before
    os.chmod(d.socket, 0o777)
    assert state_at(d.socket) == "RUNNING" and "was removed" not in d.log()


def test_a_directory_that_is_gone_is_waited_for_and_it_is_said_once(daemon):
    d = daemon(config=ONE.replace("{box}/s.sock", "{box}/dir/s.sock"))
    d.socket = d.path("dir/s.sock")
    os.mkdir(d.path("dir"))
    d.start()
    os.rename(d.path("dir"), d.path("away"))    # a directory alone nobody watches
    os.unlink(d.path("away/s.sock"))
    d.wait_log("cannot be bound again")
    time.sleep(1)       # some attempts, about which nothing is said
    os.mkdir(d.path("dir"))
    wait_for(lambda: is_served(d.socket), "the socket is back")
    assert d.log().count("cannot be bound again") == 1
    assert d.log().count("it is bound again") == 1
    wait_idle(d.pid)


def test_another_program_at_the_path_is_left_alone_until_it_has_gone(daemon):
    d = daemon(config=ONE).start()
    other = socket.socket(socket.AF_UNIX)
    other.bind(d.path("other"))
    other.listen(8)
    os.rename(d.path("other"), d.socket)
    d.wait_log("another program is already listening on it")
    other.close()
    wait_for(lambda: is_served(d.socket), "svd serves again")
    d.stop()
    assert not os.path.exists(d.socket)


@pytest.mark.root_only
def test_a_daemon_that_may_not_write_there_any_more_says_so(daemon):
    d = daemon(config=ONE.replace("{box}/s.sock", "{box}/dir/s.sock")
               .replace("[supervisord]\n", "[supervisord]\nuser=nobody\n")
               .replace("{box}/supervisord", "{box}/dir/supervisord")
               .replace("{box}/env.log", "NONE")
               .replace("childlogdir={box}", "childlogdir={box}/dir"))
    d.socket = d.path("dir/s.sock")
    os.mkdir(d.path("dir"))
    os.chmod(d.path("dir"), 0o777)
    d.start()
    os.chmod(d.path("dir"), 0o755)
    os.unlink(d.socket)
    wait_for(lambda: "s.sock: Permission denied" in d.read("dir/supervisord.log"), "it says so")
    os.chmod(d.path("dir"), 0o777)
    wait_for(lambda: is_served(d.socket), "the socket is back")


# --- passed by a service manager ---

LAUNCHER = """
import os, socket, sys
fds, args = [], sys.argv[1:]
for address in args[0].split(","):
    if address.startswith("/"):
        s = socket.socket(socket.AF_UNIX)
        s.bind(address)
    else:
        s = socket.create_server(("127.0.0.1", int(address)))
    s.listen(64)
    fds.append(s)
copies = [os.dup2(os.dup(s.fileno()), 200 + i) for i, s in enumerate(fds)]
for i, fd in enumerate(copies):
    os.dup2(fd, 3 + i, inheritable=True)
os.closerange(3 + len(fds), 300)
os.environ.update(LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=args[1],
                  LISTEN_PID=str(os.getpid() if args[2] == "ours" else 1))
os.execv(args[3], args[3:])
"""


@pytest.fixture
def launch(box):
    """launch(addresses, names, whose) starts svd as a service manager does that opens sockets."""
    made = []

    def make(addresses, names="a:b:c", whose="ours", config=ONE, env=()):
        d = Daemon(box, config=config)
        environment = clean_env(box)
        environment.update(env)
        with open(d.path("console"), "ab") as console:
            d.process = subprocess.Popen(
                ["/usr/bin/python3", "-c", LAUNCHER, addresses.format(box=box), names, whose,
                 SVD, "-n", "-c", d.conf], cwd=box, env=environment, stdin=subprocess.DEVNULL,
                stdout=console, stderr=console, start_new_session=True)
        d.pid = d.process.pid
        made.append(d)
        wait_for(lambda: "supervisord started" in d.log() or not d.is_running(), "svd is up")
        return d

    yield make
    for d in made:
        if d.is_running():
            d.stop()
        assert "Sanitizer" not in d.console()


def test_passed_sockets_are_used_and_left_where_they_are(launch):
    port = a_port()
    d = launch("{box}/s.sock,%d" % port,
               config="[inet_http_server]\nport=127.0.0.1:%d\n" % port + ONE)
    was = os.stat(d.socket).st_ino
    assert state_at(d.socket) == state_of("127.0.0.1", port) == "RUNNING"
    assert "passed by the service manager" not in d.log()
    os.kill(d.pid, signal.SIGHUP)       # another life of the same process
    d.wait_log("supervisord started", 2)
    assert state_at(d.socket) == state_of("127.0.0.1", port) == "RUNNING"
    assert os.stat(d.socket).st_ino == was
    wait_for(lambda: "PATH=" in d.read("env.log"), "the program has told its environment")
    assert "LISTEN_" not in d.read("env.log")
    d.stop()
    assert os.stat(d.socket).st_ino == was      # it is the service manager's


def test_a_socket_that_belongs_to_no_server_is_closed_with_a_warning(launch):
    port = a_port()
    d = launch("{box}/s.sock,%d" % port, names="control:web")
    assert state_at(d.socket) == "RUNNING"
    assert 'passed by the service manager as "web"' in d.log()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)


def test_sockets_for_another_process_are_not_taken(launch):
    """The variables came down from a parent; the descriptors are whatever they are."""
    d = launch("{box}/other.sock", whose="theirs")
    assert state_at(d.socket) == "RUNNING"
    assert "passed by the service manager" not in d.log()
    wait_for(lambda: "PATH=" in d.read("env.log"), "the program has told its environment")
    assert "LISTEN_" not in d.read("env.log")


def test_svd_says_that_it_is_ready_with_passed_sockets_too(launch, box):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(box + "/notify")
        notify.settimeout(30)
        launch("{box}/s.sock", env={"NOTIFY_SOCKET": box + "/notify"})
        assert b"READY=1" in notify.recv(4096)


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="needs systemd")
def test_systemd_socket_activate_starts_it(box):
    d = Daemon(box, config=ONE)
    with open(d.path("console"), "ab") as console:
        d.process = subprocess.Popen(
            ["systemd-socket-activate", "-l", d.socket, SVD, "-n", "-c", d.conf],
            cwd=box, env=clean_env(box), stdin=subprocess.DEVNULL, stdout=console, stderr=console,
            start_new_session=True)
    try:
        wait_for(lambda: is_served(d.socket), "the knock has started it")
    finally:
        d.process.terminate()
        assert d.process.wait(60) == 0


# --- two of them ---

def test_of_two_that_start_at_once_one_lives(box):
    d = Daemon(box, config=ONE)
    for _ in range(5):
        with open(d.path("console"), "wb") as console:
            both = [subprocess.Popen([SVD, "-n", "-c", d.conf], cwd=box, env=clean_env(box),
                                     stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                     start_new_session=True) for _ in range(2)]
        wait_for(lambda: [p for p in both if p.poll() is not None], "one has ended")
        loser, winner = sorted(both, key=lambda p: p.poll() is None)
        assert loser.wait(30) == 2 and "another daemon holds the pidfile" in d.console()
        wait_for(lambda: is_served(d.socket), "the other serves")
        assert int(d.read("supervisord.pid")) == winner.pid
        winner.terminate()
        assert winner.wait(30) == 0 and not os.path.exists(d.socket)


def test_of_two_with_pid_files_of_their_own_one_has_the_socket(box):
    d = Daemon(box, config=ONE)
    for _ in range(10):
        with open(d.path("console"), "wb") as console:
            both = [subprocess.Popen([SVD, "-n", "-j", d.path("pid%d" % i), "-c", d.conf], cwd=box,
                                     env=clean_env(box), stdin=subprocess.DEVNULL, stdout=console,
                                     stderr=console, start_new_session=True) for i in range(2)]
        wait_for(lambda: [p for p in both if p.poll() is not None], "one has ended")
        loser, winner = sorted(both, key=lambda p: p.poll() is None)
        assert loser.wait(30) == 2 and "already listening on it" in d.console()
        wait_for(lambda: is_served(d.socket), "the other serves")
        winner.terminate()
        assert winner.wait(30) == 0
        assert "was removed" not in d.log()


def test_a_daemon_that_is_stopped_still_holds_its_place(daemon):
    first = daemon(config=ONE).start()
    first.rpc.stopProcess("env")
    os.kill(first.pid, signal.SIGSTOP)
    try:
        second = first.run("-n", "-c", first.conf)
        assert second.returncode == 2 and "another daemon holds the pidfile" in second.stdout
        third = first.run("-n", "-j", first.path("other.pid"), "-c", first.conf)
        assert third.returncode == 2 and "already listening on it" in third.stdout
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert state_at(first.socket) == "RUNNING"
    assert int(first.read("supervisord.pid")) == first.pid
