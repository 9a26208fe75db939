"""Who is told of events, seen from outside: svd.getPools, /metrics, and svctl listeners."""
import base64
import http.client
import json
import re
import textwrap
import time
import xmlrpc.client

import pytest

from lib_api import Api
from lib_daemon import SVCTL, wait_for
from lib_files import free_port
from lib_listeners import add_recorder
from lib_svctl import COMPATIBLE, FakeServer, Terminal, methods, svctl

pytestmark = pytest.mark.svd_only

BAD_NAME, NOT_PERMITTED = 10, 240
REMOTE = "REMOTE_COMMUNICATION"

# One that works, one that never answers, one that babbles and stays, one that cannot start, and
# one that svd starts again and again.
POOLS = """
    [eventlistener:busy]
    command=/bin/sh -c "echo READY; exec sleep 1000"
    events=REMOTE_COMMUNICATION,SUPERVISOR_STATE_CHANGE_STOPPING
    buffer_size=2
    startsecs=0
    [eventlistener:lost]
    command=/bin/sh -c "echo hello; exec sleep 1000"
    process_name=l%(process_num)d
    numprocs=2
    startsecs=0
    autorestart=false
    events=TICK_3600,TICK_60,TICK_5,TICK
    [eventlistener:dead]
    command=/bin/false
    events=PROCESS_COMMUNICATION,PROCESS_LOG_STDOUT
    startretries=0
    [eventlistener:babbles]
    command=/bin/sh -c "echo hello; exec sleep 1000"
    startsecs=0
    events=PROCESS_GROUP
    [program:cat]
    command=/bin/cat
    """

# Those without listeners: one that works, one that fails, and one whose URL has secrets.
HOOKS = """
    [eventexec:runs]
    command=/bin/true
    events=REMOTE_COMMUNICATION
    [eventexec:fails]
    command=/bin/sh -c "exit 3"
    events=REMOTE_COMMUNICATION
    retries=0
    [webhook:posts]
    url=http://me:secret1@127.0.0.1:{closed}/secret2?secret3
    events=REMOTE_COMMUNICATION
    retries=0
    """

SERVER = """
    [inet_http_server]
    port=127.0.0.1:{port}
    username=boss
    password=secret
    [svd:access]
    read=http:looker busy lost:l1 runs
    admin=http:boss
    logins=looker:look, nobody:none
    """


def pools(d, proxy=None):
    return {pool["name"]: pool for pool in (proxy or d.proxy).svd.getPools()}


def listener(d, pool, i=0):
    return pools(d)[pool]["listeners"][i]


@pytest.fixture(scope="module")
def d(module_daemon):
    d = module_daemon()
    d.port, d.closed = free_port(), free_port()
    ports = POOLS + HOOKS + SERVER
    for name in "port", "closed":
        ports = ports.replace("{%s}" % name, str(getattr(d, name)))
    d.configure(textwrap.dedent(ports) + add_recorder(d, REMOTE, "works", "FAIL"))
    d.start()
    d.wait_state("dead", "FATAL")
    for name, i, state in ("works", 0, "READY"), ("busy", 0, "READY"), ("lost", 0, "UNKNOWN"), \
            ("lost", 1, "UNKNOWN"):
        wait_for(lambda: listener(d, name, i)["listener_state"] == state, name + " is " + state)
    for text in "abcde":
        d.rpc.sendRemoteCommEvent("t", text)
    wait_for(lambda: pools(d)["works"]["delivered"] == 5, "all is done")
    wait_for(lambda: listener(d, "works")["listener_state"] == "READY", "it is READY again")
    for name, key in ("runs", "delivered"), ("fails", "failed"), ("posts", "failed"):
        wait_for(lambda: pools(d)[name][key] == 5, "%s: %s" % (name, key))
    return d


def as_user(d, name, password):
    return xmlrpc.client.ServerProxy("http://%s:%s@127.0.0.1:%d" % (name, password, d.port))


# --- the methods ---

def test_a_pool_that_works(d):
    pool = pools(d)["works"]
    assert (pool["kind"], pool["events"]) == ("eventlistener", [REMOTE])
    assert [pool[key] for key in ("queued", "queued_bytes", "room", "accepted", "delivered",
                                  "rejected", "dropped")] == [0, 0, 1000, 5, 5, 1, 0]
    assert pool["last_event"]["type"] == REMOTE and pool["last_error"] is None
    assert abs(pool["last_event"]["at"] - time.time()) < 300
    one, = pool["listeners"]
    assert one["pid"] == d.info("works:works")["pid"]
    assert [one[key] for key in ("name", "statename", "listener_state", "sent", "answered",
                                 "rejected", "noise", "restarts", "holds", "backoff_until")] == [
        "works", "RUNNING", "READY", 6, 5, 1, 0, 0, None, None]


def test_a_pool_that_is_full(d):
    pool = pools(d)["busy"]
    last = pool["last_event"]["serial"]
    assert [pool[key] for key in ("queued", "room", "accepted", "delivered", "dropped")] == [
        2, 2, 5, 0, 2]
    assert pool["queued_bytes"] == 2 * len("type:t\nd")
    assert (pool["listeners"][0]["listener_state"], pool["listeners"][0]["holds"]) == \
        ("BUSY", last - 4)


def test_listeners_that_are_lost_or_dead(d):
    assert [one["listener_state"] for one in pools(d)["lost"]["listeners"]] == ["UNKNOWN"] * 2
    dead = listener(d, "dead")
    assert (dead["statename"], dead["pid"], dead["listener_state"]) == ("FATAL", 0, "")
    assert pools(d)["dead"]["last_event"] is None


def test_a_listener_that_is_given_time(d):
    again = wait_for(lambda: listener(d, "babbles")["backoff_until"], "it waits", 60)
    one = listener(d, "babbles")
    assert one["restarts"] > 0 and abs(again - time.time()) < 120
    wait_for(lambda: re.search(r"(?m)^  babbles  STOPPED .* again in \d+[sm]$",
                               listeners(d, "babbles").out), "svctl tells of it", 60)


def test_hooks_are_told_like_pools(d):
    runs, fails = pools(d)["runs"], pools(d)["fails"]
    keys = ("queued", "room", "accepted", "delivered", "failed", "dropped", "coalesced", "retries",
            "under_way", "listeners")
    assert runs["kind"] == fails["kind"] == "eventexec"
    assert [runs[key] for key in keys] == [0, 1024, 5, 5, 0, 0, 0, 0, 0, []]
    assert [fails[key] for key in keys] == [0, 1024, 5, 0, 5, 0, 0, 0, 0, []]
    assert runs["last_error"] is None and "3" in fails["last_error"]["text"]
    assert abs(fails["last_error"]["at"] - time.time()) < 300
    assert d.proxy.svd.getPool("fails") == fails


def test_what_a_url_may_hold_as_secret_is_not_told(d):
    pool = pools(d)["posts"]
    assert (pool["kind"], pool["failed"]) == ("webhook", 5)
    assert pool["url"] == "http://127.0.0.1:%d/***" % d.closed
    assert pool["last_error"]["text"]
    told = json.dumps(d.proxy.svd.getPools()) + listeners(d).out + listeners(d, "--json").out
    assert "posts" in told and "secret" not in told and "me:" not in told


def test_the_names_of_events_are_as_few_as_can_be(d):
    told = {name: pool["events"] for name, pool in pools(d).items()}
    assert told["lost"] == ["TICK"]
    assert told["dead"] == ["PROCESS_COMMUNICATION", "PROCESS_LOG_STDOUT"]
    assert told["busy"] == [REMOTE, "SUPERVISOR_STATE_CHANGE_STOPPING"]


def test_one_pool_by_its_name(d):
    assert d.proxy.svd.getPool("dead") == pools(d)["dead"]
    for name in "cat", "nobody", "lost:l0":
        with pytest.raises(xmlrpc.client.Fault) as fault:
            d.proxy.svd.getPool(name)
        assert fault.value.faultCode == BAD_NAME
    answer = Api(d.socket).get("svd.getPool", name="busy")
    assert (answer.status, answer.json["result"]) == (200, pools(d)["busy"])


def test_getmetrics_has_the_same_picture(d):
    told = d.proxy.svd.getMetrics()["pools"]
    for one in sum((pool["listeners"] for pool in told), []):
        for usage in "processes", "cpu_seconds", "memory_bytes":
            one.pop(usage, None)
    assert [pool for pool in told if pool["name"] != "babbles"] == \
        [pool for pool in d.proxy.svd.getPools() if pool["name"] != "babbles"]


def test_the_status_of_a_process_tells_of_the_listener(d):
    status = {p["name"]: p for p in d.proxy.svd.getAllProcessStatus()}
    assert "listener" not in status["cat"]
    assert status["works"]["listener"] == {
        key: value for key, value in listener(d, "works").items()
        if key not in ("name", "state", "statename", "pid")}
    said = json.loads(svctl(d.box, "-c", d.conf, "status", "--json", "lost:*").out)
    assert [p["listener"]["listener_state"] for p in said] == ["UNKNOWN"] * 2


# --- who may see what ---

def test_who_may_not_see_a_listener_does_not_see_its_pool(d):
    seen = pools(d, as_user(d, "looker", "look"))
    assert {name: [one["name"] for one in pool["listeners"]] for name, pool in seen.items()} == \
        {"busy": ["busy"], "lost": ["l1"], "runs": []}
    with pytest.raises(xmlrpc.client.Fault) as fault:
        as_user(d, "looker", "look").svd.getPool("works")
    assert fault.value.faultCode == NOT_PERMITTED
    assert as_user(d, "looker", "look").svd.getPool("busy") == seen["busy"]
    assert set(pools(d, as_user(d, "boss", "secret"))) == set(pools(d))


def test_who_may_see_nothing_may_not_ask(d):
    for call in (lambda svd: svd.getPools()), (lambda svd: svd.getPool("busy")):
        with pytest.raises(xmlrpc.client.Fault) as fault:
            call(as_user(d, "nobody", "none").svd)
        assert fault.value.faultCode == NOT_PERMITTED


# --- /metrics ---

def metrics(d, name, password):
    connection = http.client.HTTPConnection("127.0.0.1", d.port, timeout=30)
    login = base64.b64encode(("%s:%s" % (name, password)).encode()).decode()
    connection.request("GET", "/metrics", headers={"Authorization": "Basic " + login})
    text = connection.getresponse().read().decode()
    connection.close()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in text.splitlines() if not line.startswith("#")}


def test_metrics_have_the_numbers(d):
    m = metrics(d, "boss", "secret")
    of_pool = {key: m['svd_event_pool_%s{pool="busy"}' % key] for key in (
        "queued_events", "queued_bytes", "room_events", "accepted_events_total",
        "dropped_events_total", "delivered_events_total", "rejected_events_total")}
    assert list(of_pool.values()) == [2, 16, 2, 5, 2, 0, 0]
    assert m['svd_event_pool_last_event_time_seconds{pool="busy"}'] == \
        pools(d)["busy"]["last_event"]["at"]
    assert m['svd_event_pool_listeners{pool="lost",state="UNKNOWN"}'] == 2
    assert m['svd_event_pool_listeners{pool="dead",state="UNKNOWN"}'] == 0
    for name, key in ("runs", "delivered"), ("fails", "failed"), ("posts", "failed"):
        assert m['svd_event_pool_%s_events_total{pool="%s"}' % (key, name)] == 5
    assert m['svd_event_pool_under_way{pool="runs"}'] == 0
    assert m['svd_event_pool_last_error_time_seconds{pool="fails"}'] == \
        pools(d)["fails"]["last_error"]["at"]
    works = '{name="works",group="works"}'
    assert [m["svd_event_listener_%s_total%s" % (key, works)] for key in (
        "sent_events", "answered_events", "rejected_events", "noise", "restarts")] == \
        [6, 5, 1, 0, 0]
    states = {key for key, value in m.items()
              if key.startswith("svd_event_listener_state") and value}
    label = '{name="%s",group="%s",state="%s"}'
    assert {"svd_event_listener_state" + label % each for each in (
        ("works", "works", "READY"), ("busy", "busy", "BUSY"), ("l0", "lost", "UNKNOWN"),
        ("l1", "lost", "UNKNOWN"))} == {each for each in states if "babbles" not in each}


def test_metrics_leave_out_what_may_not_be_seen(d):
    text = "\n".join(metrics(d, "looker", "look"))
    assert 'pool="busy"' in text and 'name="l1",group="lost"' in text
    assert "works" not in text and "dead" not in text and '"l0"' not in text


# --- svctl ---

def listeners(d, *words):
    return svctl(d.box, "-c", d.conf, "listeners", *words)


def test_svctl_shows_a_table(d):
    said = listeners(d)
    lines = [line.split() for line in said.out.splitlines()]
    assert (said.code, said.err) == (3, "")
    assert lines[0] == "NAME STATE QUEUED DELIVERED REJECTED DROPPED RESTARTS LAST".split()
    rows = {(line[0], line[1]): line[2:] for line in lines[1:]}
    assert rows["busy", "eventlistener"][:4] == ["2/2", "0", "0", "2"]
    assert re.fullmatch(r"\d+[smh] ago: " + REMOTE, " ".join(rows["busy", "eventlistener"][4:]))
    assert rows["busy", "BUSY"] == ["0", "0", "0", "works", "on", "event",
                                    "%d" % listener(d, "busy")["holds"]]
    assert rows["works", "eventlistener"][:4] == ["0/1000", "5", "1", "0"]
    assert rows["works", "READY"] == ["5", "1", "0"]
    assert rows["l0", "UNKNOWN"] == rows["l1", "UNKNOWN"] == ["0", "0", "0"]
    assert rows["dead", "FATAL"] == ["0", "0", "0"]
    assert rows["runs", "eventexec"][:4] == ["0/1024", "5", "0", "0"]
    assert rows["fails", "eventexec"][:4] == ["0/1024", "0", "5", "0"]
    assert re.search(r"(?m)^fails .* ago: REMOTE_COMMUNICATION; \d+[smh] ago: .*3", said.out)
    assert len(rows) == 14


def test_names_choose_pools_and_the_status_is_theirs(d):
    def shown(*words):
        said = listeners(d, *words)
        return said.code, [line.split()[0] for line in said.out.splitlines()[1:]]
    assert shown("works") == (0, ["works"] * 2)
    assert shown("bus*", "works:*") == (0, ["busy"] * 2 + ["works"] * 2)
    assert shown("runs", "fails") == (0, ["fails", "runs"])
    assert shown("los?") == (3, ["lost", "l0", "l1"])
    assert shown("dead") == (3, ["dead"] * 2)
    assert shown("all")[0] == 3
    said = listeners(d, "cat", "works")
    assert (said.code, said.out.splitlines()[0]) == (4, "cat: ERROR (no such pool)")


def test_svctl_tells_in_json(d):
    said = listeners(d, "--json", "lost", "works")
    assert (said.code, json.loads(said.out)) == (3, [pools(d)[name] for name in ("lost", "works")])
    said = listeners(d, "--json", "cat")
    assert (said.code, json.loads(said.out)) == (
        4, [{"name": "cat", "error": "no such pool", "fault": BAD_NAME}])


def test_a_terminal_has_colours(d):
    with Terminal([SVCTL, "-c", d.conf, "listeners", "works", "busy", "lost"], d.box) as t:
        t.end()
        assert t.code == 3
        for colour, state in (32, "BUSY"), (32, "READY"), (31, "UNKNOWN"):
            assert "\033[%dm%s\033[0m" % (colour, state) in t.text
        assert t.text.startswith("NAME ")


def test_it_is_a_verb_like_others(d):
    def offered(*words):
        return svctl(d.box, "--complete", "-c", d.conf, *words).out.split()
    assert offered("lis") == ["listeners"]
    assert sorted(offered("listeners", "")) == [
        "babbles", "busy", "dead", "fails", "lost", "posts", "runs", "works"]
    assert offered("listeners", "w") == ["works"]
    assert offered("listeners", "--") == ["--json"]
    assert listeners(d, "--help").out.startswith("listeners\t")
    said = svctl(d.box, "-c", d.conf, stdin="listeners works\nquit\n")
    assert re.search(r"(?m)^ *works +READY ", said.out)
    assert " listeners" not in svctl(d.box, "-c", d.conf, "help", program=COMPATIBLE).out


def test_the_shell_completes_names_of_pools(d):
    with Terminal([SVCTL, "-c", d.conf], d.box) as t:
        t.expect("supervisor> ")
        t.edit("listeners wor\t")
        t.expect("ks ")
        t.edit("\r")
        t.expect("READY")
        t.edit("quit\r")
        t.end()


def test_a_supervisor_has_none(box):
    version = {"supervisor.getVersion": xmlrpc.client.dumps(("3.0",), methodresponse=True)}
    with FakeServer(methods(version)) as server:
        said = svctl(box, "-s", server.url, "listeners")
        assert (said.code, said.out) == \
            (3, "Error: only svd tells of its listeners, and this server is none\n")
        said = svctl(box, "-s", server.url, "listeners", "--json")
    assert (said.code, set(json.loads(said.out))) == (3, {"error"})
