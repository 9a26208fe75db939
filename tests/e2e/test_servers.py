"""The sockets of [unix_http_server] and [inet_http_server]: who may use them, and with what."""
import os
import pwd
import socket
import stat
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE_CTL, SVCTL

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
