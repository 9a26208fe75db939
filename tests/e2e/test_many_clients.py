"""Many clients at once: a call that waits for a program holds up no other."""
import concurrent.futures
import os
import socket
import threading
import xmlrpc.client

import pytest

from lib_daemon import wait_for
from lib_files import free_port

PROGRAMS = """
    [inet_http_server]
    port=127.0.0.1:%d
    [program:slow]
    command=/bin/cat
    process_name=%%(process_num)d
    numprocs=3
    startsecs=3600
    autostart=false
    [program:deaf]
    command=/bin/sh {box}/deaf.sh %%(process_num)d
    process_name=%%(process_num)d
    numprocs=2
    startsecs=0
    stopwaitsecs=60
    autorestart=false
    [program:late]
    command=/bin/cat
    startsecs=3600
    autostart=false
    [program:last]
    command=/bin/cat
    startsecs=3600
    autostart=false
    [program:cat]
    command=/bin/cat
    process_name=%%(process_num)d
    numprocs=8
    startsecs=0
    """
CLIENTS = 8


@pytest.fixture
def d(daemon):
    port = free_port()
    d = daemon(PROGRAMS % port)
    d.write("deaf.sh", """
        trap "" TERM
        touch deaf$1
        while :; do sleep 0.05; done
        """)
    d.start()
    d.url = "http://127.0.0.1:%d" % port
    for i in range(2):
        wait_for(lambda i=i: os.path.exists(d.path("deaf%d" % i)), "it is deaf")
    yield d
    for i in range(2):      # or the daemon would wait for it
        outcome(d.rpc.signalProcess, "deaf:%d" % i, "KILL")


def client(d, number):
    """One over TCP or the unix socket, that nobody else uses."""
    return xmlrpc.client.ServerProxy(d.url) if number % 2 else d.proxy


def outcome(call, *params):
    try:
        return call(*params)
    except xmlrpc.client.Fault as fault:
        return fault.faultCode


def busy(d, number):
    """What a client does meanwhile, with a program of its own: what it was told."""
    api = client(d, number).supervisor
    name = "cat:%d" % number
    told = [outcome(api.stopProcess, name), outcome(api.stopProcess, name),
            outcome(api.startProcess, name), outcome(api.startProcess, name)]
    for _ in range(20):
        assert api.getProcessInfo(name)["statename"] == "RUNNING"
        assert api.getState()["statecode"] == 1
    told.append(outcome(api.signalProcess, name, "CONT"))
    told.append(outcome(api.sendProcessStdin, name, "hello\n"))
    told.append(outcome(api.startProcess, "nobody"))
    return told


def all_are_served(d):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        told = list(pool.map(lambda number: busy(d, number), range(CLIENTS)))
    assert told == [[True, 70, True, 60, True, True, 10]] * CLIENTS


def multicall(d, number, *calls):
    return client(d, number).system.multicall(
        [{"methodName": "supervisor." + name, "params": params} for name, *params in calls])


def test_who_waits_for_a_start_holds_up_nobody(d):
    """And is answered when the program is stopped instead."""
    calls = [lambda i=i: outcome(client(d, i).supervisor.startProcess, "slow:%d" % i)
             for i in range(3)]
    calls.append(lambda: client(d, 0).supervisor.startProcessGroup("late"))
    calls.append(lambda: multicall(d, 1, ["startProcess", "last"], ["getState"]))
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        waiting = [pool.submit(call) for call in calls]
        for name in "slow:0", "slow:1", "slow:2", "late", "last":
            d.wait_state(name, "STARTING")
        all_are_served(d)
        early = [each.done() for each in waiting]
        for name in "slow", "late", "last":
            assert {row["status"] for row in d.rpc.stopProcessGroup(name)} == {80}
        told = [each.result(30) for each in waiting]
    assert not any(early)
    assert told[:3] == [40] * 3         # ABNORMAL_TERMINATION
    assert [row["status"] for row in told[3]] == [40]
    assert told[4][0]["faultCode"] == 40 and told[4][1]["statecode"] == 1


def test_who_waits_for_an_end_holds_up_nobody(d):
    calls = [lambda: client(d, 1).supervisor.stopProcess("deaf:0"),
             lambda: multicall(d, 0, ["stopProcess", "deaf:1"], ["getState"])]
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        waiting = [pool.submit(call) for call in calls]
        for i in range(2):
            d.wait_state("deaf:%d" % i, "STOPPING")
        all_are_served(d)
        early = [each.done() for each in waiting]
        d.rpc.signalProcessGroup("deaf", "KILL")
        told = [each.result(30) for each in waiting]
    assert not any(early)
    assert told == [True, [True, {"statecode": 1, "statename": "RUNNING"}]]


def test_who_waits_for_the_end_of_all_holds_up_nobody(d):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(d.rpc.stopAllProcesses)
        for i in range(CLIENTS):
            d.wait_state("cat:%d" % i, "STOPPED")
        for i in range(CLIENTS):
            assert client(d, i).supervisor.startProcess("cat:%d" % i) is True
        all_are_served(d)
        early = waiting.done()
        d.rpc.signalProcessGroup("deaf", "KILL")
        rows = waiting.result(30)
    assert not early
    assert len(rows) == CLIENTS + 2 and {row["status"] for row in rows} == {80}


def test_who_goes_away_while_it_waits_leaves_nothing_behind(d):
    body = xmlrpc.client.dumps(("slow:0",), "supervisor.startProcess").encode()
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", int(d.url.rpartition(":")[2]))) as s:
            s.sendall(b"POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (
                len(body), body))
            d.wait_state("slow:0", "STARTING")
        all_are_served(d)
        assert d.rpc.stopProcess("slow:0") is True


# Whatever can be asked without changing what another asks. {n} is the client's number.
CALLS = [
    ("getAPIVersion",), ("getVersion",), ("getSupervisorVersion",), ("getIdentification",),
    ("getState",), ("getPID",), ("getProcessInfo", "cat:{n}"), ("getProcessInfo", "nobody"),
    ("reloadConfig",), ("getAllConfigInfo",), ("readLog", 0, 10), ("readMainLog", 0, 10),
    ("startProcess", "cat:{n}"), ("stopProcess", "cat:{n}"), ("stopProcess", "cat:{n}"),
    ("startProcess", "cat:{n}", False), ("signalProcess", "cat:{n}", "CONT"),
    ("signalProcessGroup", "nobody", "CONT"), ("sendProcessStdin", "cat:{n}", "x"),
    ("sendRemoteCommEvent", "a", "b"), ("clearProcessLogs", "cat:{n}"),
    ("clearProcessLog", "nobody"), ("readProcessStdoutLog", "cat:{n}", 0, 0),
    ("readProcessStderrLog", "cat:{n}", -10, 0), ("readProcessLog", "cat:{n}", 0, 0),
    ("tailProcessStdoutLog", "nobody", 0, 10), ("tailProcessStderrLog", "cat:{n}", 0, 10),
    ("tailProcessLog", "nobody", 0, 10), ("addProcessGroup", "cat"),
    ("removeProcessGroup", "deaf"), ("startProcessGroup", "nobody"),
    ("stopProcessGroup", "nobody", False),
]


def ask_all(d, number, together=None):
    """The answers to all calls, for that client's program."""
    api, told = client(d, number).supervisor, []
    for name, *params in CALLS:
        if together:
            together.wait(60)
        params = [each.replace("{n}", str(number)) if isinstance(each, str) else each
                  for each in params]
        answer = outcome(getattr(api, name), *params)
        if name == "getProcessInfo" and isinstance(answer, dict):
            answer = answer["group"], answer["statename"]
        if name == "readProcessStdoutLog" or name == "readProcessLog":
            answer = answer in ("", "x")
        told.append((name, answer))
    return told


def test_each_method_serves_many_clients_at_once(d):
    """What one hears alone, eight hear that all ask at the same moment."""
    alone = [ask_all(d, i) for i in range(CLIENTS)]
    together = threading.Barrier(CLIENTS)
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        told = list(pool.map(lambda number: ask_all(d, number, together), range(CLIENTS)))
    for ours, expected in zip(told, alone):
        assert [each for each in zip(ours, expected) if each[0] != each[1]] == []
    assert all(each == alone[0] for each in alone)


def test_pythons_own_multicall(d):
    """Supervisor's results are not in arrays of their own, so Python has no words for them."""
    for number in range(2):
        batch = xmlrpc.client.MultiCall(client(d, number))
        batch.supervisor.stopProcess("cat:0")
        batch.supervisor.startProcess("cat:0")
        batch.supervisor.getProcessInfo("cat:0")
        batch.system.listMethods()
        batch.supervisor.startProcess("nobody")
        stopped, started, info, methods, refused = batch().results
        assert stopped is True and started is True
        assert info["statename"] == "RUNNING" and "system.multicall" in methods
        assert refused == {"faultCode": 10, "faultString": "BAD_NAME: nobody"}


# As supervisor_checks does: a thread for each check, each with a client of its own.
CHECKS = """
    import concurrent.futures, os, sys
    from supervisor import childutils
    def check(number):
        api = childutils.getRPCInterface(os.environ).supervisor
        name = "cat:%d" % number
        api.stopProcess(name)
        api.startProcess(name, False)
        return api.getProcessInfo(name)["statename"]
    headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(check, range(8)))
    with open(sys.argv[1], "w") as f:
        f.write(" ".join(found) + chr(10))
    childutils.listener.ok(sys.stdout)
    childutils.listener.wait(sys.stdin, sys.stdout)
    """


CHECKED = """
    [program:cat]
    command=/bin/cat
    process_name=%(process_num)d
    numprocs=8
    startsecs=0
    [eventlistener:checks]
    command=/usr/bin/python3 {box}/checks.py {box}/found
    events=REMOTE_COMMUNICATION
    startsecs=0
    """


@pytest.mark.reference
def test_a_listener_with_many_threads_calls_back(daemon):
    d = daemon(CHECKED)
    d.write("checks.py", CHECKS)
    d.start()
    d.rpc.sendRemoteCommEvent("check", "all")
    wait_for(lambda: d.read("found").endswith("\n"), "all checks are done")
    assert d.read("found").split() == ["RUNNING"] * 8
