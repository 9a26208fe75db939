"""The sockets of [unix_http_server] and [inet_http_server]: who may use them, and with what."""
import os
import pwd
import socket
import stat
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE_CTL, SVCTL, wait_for

SHA_OF_SECRET = "{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"

CONFIG = """
[unix_http_server]
file={box}/s.sock
%s
[inet_http_server]
port=127.0.0.1:%d
username=someone
password=%s
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=http://127.0.0.1:%d
username=someone
password=secret
[program:cat]
command=/bin/cat
startsecs=0
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(params=["secret", SHA_OF_SECRET], ids=["plain", "sha"])
def served(daemon, request):
    """A daemon with a unix socket without, and a port with a login."""
    port = free_port()
    d = daemon(config=CONFIG % ("chmod=0700", port, request.param, port)).start()
    d.port = port
    d.wait_state("cat", "RUNNING")
    return d


def state_of(d, login):
    proxy = xmlrpc.client.ServerProxy("http://%s127.0.0.1:%d/RPC2" % (login, d.port))
    with proxy:
        return proxy.supervisor.getState()["statename"]


def test_the_port_answers_with_the_login_only(served):
    assert state_of(served, "someone:secret@") == "RUNNING"
    for login in ("", "someone:wrong@", "somebody:secret@", "someone:@"):
        with pytest.raises(xmlrpc.client.ProtocolError) as refused:
            state_of(served, login)
        assert refused.value.errcode == 401


@pytest.mark.parametrize("client", [SVCTL, REFERENCE_CTL], ids=["svctl", "supervisorctl"])
def test_clients_take_url_and_login_from_the_configuration(served, client):
    shown = served.ctl("status", program=client)
    assert shown.returncode == 0 and "RUNNING" in shown.stdout
    assert served.ctl("stop", "cat", program=client).stdout == "cat: stopped\n"
    assert served.info("cat")["statename"] == "STOPPED"     # the unix socket wants no login


def test_programs_are_told_the_unix_socket(served):
    with open("/proc/%d/environ" % served.info("cat")["pid"]) as f:
        assert "SUPERVISOR_SERVER_URL=unix://" + served.socket in f.read().split("\0")


@pytest.mark.parametrize("mode", ["0700", "0770", "0666"])
def test_the_socket_has_the_mode_of_the_configuration(daemon, mode):
    port = free_port()
    d = daemon(config=CONFIG % ("chmod=" + mode, port, "x", port)).start()
    assert stat.S_IMODE(os.stat(d.socket).st_mode) == int(mode, 8)


@pytest.mark.root_only
def test_the_socket_has_the_owner_of_the_configuration(daemon):
    nobody = pwd.getpwnam("nobody")
    port = free_port()
    d = daemon(config=CONFIG % ("chown=nobody:root", port, "x", port)).start()
    assert (os.stat(d.socket).st_uid, os.stat(d.socket).st_gid) == (nobody.pw_uid, 0)


OPEN = """
[inet_http_server]
port=%s
%s
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
"""
ADVICE = "whoever reaches this port could do all: set username and password, or listen on " \
    "127.0.0.1, or say allow_unauthenticated=true"


@pytest.mark.svd_only
@pytest.mark.parametrize("port", ["%d", "*:%d", "0.0.0.0:%d", "[::]:%d"])
def test_a_port_for_other_machines_is_not_opened_without_a_word(daemon, port):
    port = port % free_port()
    d = daemon(config=OPEN % (port, ""))
    for arguments in ("-n",), ("--check",), ("--print-config",):
        done = d.run("-c", d.conf, *arguments)
        assert done.returncode == 2 and ADVICE in done.stdout, arguments
        assert "%s:3: " % d.conf in done.stdout and "[inet_http_server] port=" in done.stdout
    for allowed in "allow_unauthenticated=true", "username=u\npassword=p":
        d.configure(config=OPEN % (port, allowed))
        assert d.run("-c", d.conf, "--check").returncode == 0


@pytest.mark.svd_only
def test_a_name_counts_as_the_address_that_it_is(daemon):
    name = socket.gethostname()
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(name, None)}
    except OSError:
        pytest.skip("this machine does not know itself")
    is_open = any(not (a.startswith("127.") or a == "::1") for a in addresses)
    d = daemon(config=OPEN % ("%s:%d" % (name, free_port()), ""))
    assert (ADVICE in d.run("-c", d.conf, "--check").stdout) == is_open


@pytest.mark.svd_only
def test_who_says_so_gets_an_open_port(daemon):
    port = free_port()
    d = daemon(config=OPEN % ("*:%d" % port, "allow_unauthenticated=true")).spawn()
    d.port = port
    wait_for(lambda: "started with pid" in d.log(), "it has started")
    assert state_of(d, "") == "RUNNING"
