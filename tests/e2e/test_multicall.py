"""system.multicall: calls within a call, as Supervisor answers them."""
import concurrent.futures
import contextlib
import os
import resource
import signal
import socket
import struct
import xmlrpc.client

import pytest

from lib_api import Api
from lib_daemon import REFERENCE, wait_for
from lib_httpd import post_text
from test_same_rpc import known_to, normalised

PROGRAMS = """
    [program:steady]
    command=/bin/cat
    startsecs=0
    autostart=false
    stopwaitsecs=1
    [program:slow]
    command=/bin/cat
    startsecs=1
    autostart=false
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startsecs=10
    startretries=0
    autostart=false
    [program:says]
    command=/bin/sh -c 'echo one; echo two; exec cat'
    startsecs=0
    stdout_logfile={box}/says.log
    [program:big]
    command=/bin/cat
    autostart=false
    stdout_logfile={box}/big.log
    """


def member(method, *params):
    return {"methodName": method, "params": list(params)}


def of_supervisor(*call):
    return member("supervisor." + call[0], *call[1:])


# Each row is one multicall.
CALLS = {
    "nothing": [],
    "several": [of_supervisor("getAPIVersion"), of_supervisor("getState"),
                of_supervisor("getIdentification"), member("system.listMethods", 1)],
    "waiting in the middle": [
        of_supervisor("getProcessInfo", "slow"), of_supervisor("startProcess", "slow"),
        of_supervisor("getProcessInfo", "slow"), of_supervisor("stopProcess", "slow", True),
        of_supervisor("getProcessInfo", "slow")],
    "faults": [
        of_supervisor("startProcess", "nobody"), of_supervisor("stopProcess", "steady"),
        of_supervisor("startProcess", "fails"), of_supervisor("getState"),
        of_supervisor("getProcessInfo"), of_supervisor("getProcessInfo", "a", "b"),
        of_supervisor("noSuchMethod"), member("nobody.getState"), member("getState"), member("")],
    "in itself": [member("system.multicall", [of_supervisor("getState")]),
                  of_supervisor("getAPIVersion")],
    "wrong shapes": [
        {}, {"params": []}, {"methodName": "supervisor.getAPIVersion"},
        {"methodName": "supervisor.getAPIVersion", "params": 5},
        {"methodName": "supervisor.getAPIVersion", "params": "x"},
        {"methodName": "supervisor.getAPIVersion", "params": {}},
        {"methodName": "supervisor.getAPIVersion", "params": [], "more": 1},
        {"methodName": "supervisor.noSuchMethod", "params": 5}],
    "logs": [
        of_supervisor("readProcessStdoutLog", "says", 0, 0),
        of_supervisor("tailProcessStdoutLog", "says", 0, 4),
        of_supervisor("readProcessStdoutLog", "says", -4, 0),
        of_supervisor("readProcessStdoutLog", "says", -4, 4),
        of_supervisor("readProcessStdoutLog", "nobody", 0, 0)],
    "groups": [of_supervisor("startProcessGroup", "steady"),
               of_supervisor("stopProcessGroup", "steady")],
}


def ask(d, calls):
    return normalised(d.proxy.system.multicall(calls), d.box)


def a_daemon(module_daemon, *args):
    d = module_daemon(PROGRAMS, *args).start()
    wait_for(lambda: d.read("says.log") == "one\ntwo\n", "it has said it")
    return d


@pytest.fixture(scope="module")
def ours(module_daemon):
    return a_daemon(module_daemon, "ours")


@pytest.fixture(scope="module")
def pair(module_daemon, ours):
    """Both daemons; what is asked of one is asked of the other."""
    return [ours, a_daemon(module_daemon, "theirs", REFERENCE)]


@pytest.mark.reference
@pytest.mark.parametrize("title", CALLS)
def test_the_answer_to(title, pair):
    ours, theirs = (d.proxy.system.multicall(CALLS[title]) for d in pair)
    assert len(ours) == len(theirs) == len(CALLS[title])
    for call, our_answer, their_answer in zip(CALLS[title], ours, theirs):
        their_answer = normalised(their_answer, pair[1].box)
        assert (call, known_to(their_answer, normalised(our_answer, pair[0].box))) == \
            (call, their_answer)


@pytest.mark.reference
@pytest.mark.parametrize("params", [[5], [{}], [], [[], []]], ids=str)
def test_what_is_no_list_of_calls_is_refused(params, pair):
    """Where Supervisor's answer is an exception there is nothing to mirror."""
    answers = []
    for d in pair:
        try:
            answers.append(getattr(d.proxy, "system.multicall")(*params))
        except xmlrpc.client.Fault as fault:
            answers.append((fault.faultCode, fault.faultString))
    assert answers[0] == answers[1] == (2, "INCORRECT_PARAMETERS")


@pytest.mark.svd_only
def test_a_member_that_is_no_struct_is_a_fault_in_its_place(ours):
    assert ours.proxy.system.multicall(["x", 5, of_supervisor("getAPIVersion")]) == [
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS: No methodName"}] * 2 + ["3.0"]


def test_it_holds_up_nobody(ours):
    d = ours
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(d.proxy.system.multicall, [
            of_supervisor("startProcess", "slow"), of_supervisor("stopProcess", "slow")])
        d.wait_state("slow", "STARTING")
        assert d.rpc.startProcess("steady") is True
        assert not waiting.done()
        assert waiting.result(30) == [True, True]
    d.rpc.stopProcess("steady")


@pytest.mark.svd_only
def test_many_members_hold_up_nobody_either(ours):
    """Ten thousand are answered while others are, and one more is refused."""
    calls = [of_supervisor("getAllProcessInfo")] * 1000
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ours.proxy.system.multicall, calls)
        while not waiting.done():
            assert ours.rpc.getAPIVersion() == "3.0"
        assert len(waiting.result()) == len(calls)
    calls = [of_supervisor("getAPIVersion")] * 10000
    assert ours.proxy.system.multicall(calls) == ["3.0"] * 10000
    with pytest.raises(xmlrpc.client.Fault, match="FAILED: more than 10000 calls in one"):
        ours.proxy.system.multicall(calls + calls[:1])


@pytest.mark.svd_only
def test_the_end_of_svd_waits_for_no_members(module_daemon):
    """They hold up nobody while all is being stopped; what is left of them then is refused."""
    d = module_daemon("""
        [program:many]
        command=/bin/cat
        process_name=%(process_num)d
        numprocs=1000
        autostart=false
        [program:stubborn]
        command=/bin/sh -c 'trap "" TERM; exec sleep 1000'
        startsecs=0
        """, "ending", supervisord="loglevel=trace").start()
    stubborn = d.info("stubborn")["pid"]
    d.rpc.shutdown()
    calls = [member("svd.getHealth", "many")] * 2000
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Api(d.socket).post, "system.multicall", [calls])
        d.wait_log("method called: system.multicall()")
        assert "svd.getHealth" in d.proxy.system.listMethods()
        os.kill(stubborn, signal.SIGKILL)
        answers = waiting.result().json["result"]
    assert len(answers) == len(calls)
    assert answers[-1] == {"faultCode": 6, "faultString": "SHUTDOWN_STATE"}
    assert d.process.wait(30) == 0


@pytest.fixture(scope="module")
def daemon_with_tcp(module_daemon):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    d = module_daemon(PROGRAMS + """
    [program:slower]
    command=/bin/cat
    startsecs=60
    autostart=false
    [inet_http_server]
    port=127.0.0.1:%d
    """ % port, "tcp").start()
    return d, port


@pytest.mark.svd_only
def test_files_in_an_answer_have_a_ceiling(ours):
    """16 MB in all; what does not fit is a fault in its place."""
    d = ours
    d.write("big.log", "x" * (9 << 20))
    read = of_supervisor("readProcessStdoutLog", "big", 0, 0)
    tail = of_supervisor("tailProcessStdoutLog", "big", 0, 5)
    answers = d.proxy.system.multicall([read, tail, read, tail])
    assert [len(answers[0]), answers[1], answers[3]] == [9 << 20] + [["x" * 5, 9 << 20, True]] * 2
    assert answers[2] == {"faultCode": 30, "faultString": "FAILED: the answer is too large"}


@pytest.mark.svd_only
def test_more_files_than_there_are_descriptors_are_read(module_daemon):
    """Each is one of svd's until svd-httpd has taken it."""
    d = module_daemon(PROGRAMS, "few", supervisord="minfds=64")
    d.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    wait_for(lambda: d.read("says.log") == "one\ntwo\n", "it has said it")
    read = of_supervisor("readProcessStdoutLog", "says", 0, 4)
    assert d.proxy.system.multicall([read] * 2000) == ["one\n"] * 2000
    assert "svd-httpd" not in d.log()


@contextlib.contextmanager
def a_multicall_that_waits(d, port):
    """On a connection of its own, and no client that tries again."""
    calls = [of_supervisor("startProcess", "slower"), of_supervisor("startProcess", "steady")]
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(30)
        client.sendall(post_text(xmlrpc.client.dumps((calls,), "system.multicall").encode()))
        d.wait_state("slower", "STARTING")
        yield client


def nothing_more_began(d):
    return d.rpc.stopProcess("slower") is True and d.state("steady") == "STOPPED"


def descriptors(pid):
    names = set()
    for fd in os.listdir("/proc/%d/fd" % pid):
        with contextlib.suppress(FileNotFoundError):
            names.add(os.readlink("/proc/%d/fd/%s" % (pid, fd)))
    return names


def tcp_connections(pid, port):
    """Those of svd-httpd that are open, by the names of its descriptors."""
    with open("/proc/%d/net/tcp" % pid) as f:
        rows = [line.split() for line in f][1:]
    return {"socket:[%s]" % row[9] for row in rows
            if row[1].endswith(":%04X" % port) and row[3] == "01"} & descriptors(pid)


@pytest.mark.svd_only
def test_when_its_client_goes_no_more_of_it_begins(daemon_with_tcp):
    d, port = daemon_with_tcp
    with a_multicall_that_waits(d, port) as client:
        httpd = d.sibling("svd-httpd")
        connection, = tcp_connections(httpd, port)
        # A reset: who only closes may still be reading.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_for(lambda: connection not in descriptors(httpd), "svd-httpd has closed it")
    assert nothing_more_began(d)


@pytest.mark.svd_only
def test_when_svd_httpd_dies_no_more_of_it_begins(daemon_with_tcp):
    d, port = daemon_with_tcp
    with a_multicall_that_waits(d, port) as client:
        os.kill(d.sibling("svd-httpd"), signal.SIGKILL)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
    assert nothing_more_began(d)
