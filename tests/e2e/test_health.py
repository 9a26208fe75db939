"""/health for load balancers: 200 or 503, what counts, and for whom it is."""
import subprocess
import textwrap

import pytest

from lib_api import Api
from lib_daemon import wait_for
from lib_files import free_port
from lib_httpd import FakeSvd

pytestmark = pytest.mark.svd_only

PROGRAMS = """
    [program:web]
    command=/bin/cat
    process_name=%(process_num)d
    numprocs=2
    startsecs=0
    [program:job]
    command=/bin/true
    startsecs=0
    [program:spare]
    command=/bin/cat
    autostart=false
    startsecs=0
    """


@pytest.fixture(scope="module")
def svd(module_daemon):
    svd = module_daemon(PROGRAMS).start()
    svd.wait_state("web:1", "RUNNING")
    svd.wait_state("job", "EXITED")
    return svd


@pytest.fixture
def health(svd):
    """health(path) is the status and the body."""
    api = Api(svd.socket)

    def ask(path="", verb="GET", **headers):
        response = api.request(verb, "/health" + path, **headers)
        return response.status, response.json
    return ask


def told(well, total, *others, healthy=True, state="RUNNING"):
    return (200 if healthy else 503, {"healthy": healthy, "well": well, "total": total,
                                      "state": state, "processes": list(others)})


def reread(svd, health_section=""):
    svd.configure(textwrap.dedent(PROGRAMS) + health_section)
    assert svd.rpc.reloadConfig() == [[[], [], []]]


def test_what_starts_with_the_daemon_counts(svd, health):
    assert health() == health("/") == told(3, 3)
    svd.rpc.stopProcess("web:1")
    assert health() == told(2, 3, {"name": "web:1", "state": "STOPPED"}, healthy=False)
    svd.rpc.startProcess("web:1")
    assert health() == told(3, 3)


def test_a_name_is_a_process_or_a_group(svd, health):
    spare = {"name": "spare", "state": "STOPPED"}
    for path in "/web", "/web:*", "/web%3A%2A":
        assert health(path) == told(2, 2)
    assert health("/web:0") == health("/job") == told(1, 1)
    assert health("/spare") == health("/spare:spare") == told(0, 1, spare, healthy=False)


@pytest.mark.parametrize("name", ["nobody", "web:2", "web:", "web:0/x", "%ff", "web:0:0"])
def test_a_name_that_nobody_has_is_not_found(health, name):
    status, body = health("/" + name)
    if name == "web:":      # as everywhere, the group
        assert status == 200
    else:
        assert status == 404
        assert body is None or body["fault"]["name"] == "BAD_NAME"


def test_head_has_the_status_and_other_methods_are_refused(svd, health):
    api = Api(svd.socket)
    assert api.request("HEAD", "/health").status == 200
    assert api.request("HEAD", "/health/spare").status == 503
    assert api.request("HEAD", "/health/nobody").status == 404
    for verb in "POST", "PUT", "DELETE":
        response = api.request(verb, "/health", b"{}")
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")
    assert api.request("GET", "/healthy").status == 404


def test_the_configuration_says_what_counts(svd, health):
    try:
        reread(svd, "[svd:health]\nprograms=web:0, sp*\n")
        assert health() == told(1, 2, {"name": "spare", "state": "STOPPED"}, healthy=False)
        reread(svd, "[svd:health]\nprograms=web:0, sp*\nminimum=50%%\n")
        assert health()[0] == 200
        reread(svd, "[svd:health]\nprograms=web:0, sp*\nminimum=2\n")
        assert health()[0] == 503
        reread(svd, "[svd:health]\nprograms=*\nminimum=3\n")
        assert health() == told(3, 4, {"name": "spare", "state": "STOPPED"})
        reread(svd, "[svd:health]\nprograms=nobody\n")
        assert health() == told(0, 0, healthy=False)
        svd.wait_log('there is no process that "nobody" means')
    finally:
        reread(svd)
    assert health() == told(3, 3)


def test_other_clients_are_told_the_same(svd, health):
    assert svd.proxy.svd.getHealth() == health()[1]
    assert svd.proxy.svd.getHealth("spare") == health("/spare")[1]
    assert Api(svd.socket).get("svd.getHealth", name="web").json == {"result": health("/web")[1]}


def test_no_line_is_logged_however_often_somebody_asks(svd, health):
    before = svd.log()
    for _ in range(50):
        health()
        health("/spare")
        health("/nobody")
    svd.rpc.getState()
    assert svd.log() == before


def test_curl_fails_when_all_is_not_well(svd):
    def curl(path):
        return subprocess.run(["curl", "-sSf", "--max-time", "30", "--unix-socket", svd.socket,
                               "http://localhost/health" + path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=60)
    assert (curl("").returncode, curl("").stdout[:15]) == (0, '{"healthy":true')
    assert curl("/spare").returncode == 22 and "503" in curl("/spare").stderr


# --- for whom ---

LOGIN = """
    [inet_http_server]
    port=127.0.0.1:%d
    username=me
    password=s3cret
    [program:cat]
    command=/bin/cat
    startsecs=0
    [svd:access]
    logins=guest:guest
    admin=http:me
    [svd:health]
    public=%s
    """


def statuses(port, path="/health"):
    """For nobody, for somebody with a wrong password, without and with a role."""
    logins = [], ["-u", "me:wrong"], ["-u", "guest:guest"], ["-u", "me:s3cret"]
    return [int(subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *login,
                                "http://127.0.0.1:%d%s" % (port, path)], stdout=subprocess.PIPE,
                               timeout=60).stdout) for login in logins]


def test_a_login_and_a_role_are_wanted(module_daemon):
    port = free_port()
    module_daemon(LOGIN % (port, "false"), "locked").start().wait_state("cat", "RUNNING")
    assert statuses(port) == statuses(port, "/health/cat") == [401, 401, 403, 200]
    assert statuses(port, "/health/nobody") == [401, 401, 403, 404]


def test_everybody_may_ask_where_that_is_said(module_daemon):
    port = free_port()
    svd = module_daemon(LOGIN % (port, "true"), "open").start()
    svd.wait_state("cat", "RUNNING")
    assert statuses(port) == statuses(port, "/health/cat") == [200] * 4
    assert statuses(port, "/health/nobody") == [404] * 4
    # Nothing else.
    assert statuses(port, "/api/v1/supervisor.getState") == [401, 401, 200, 200]
    assert statuses(port, "/api/v1/getHealth")[2:] == [404, 404]
    assert statuses(port, "/healthy")[:2] == [401, 401]
    assert statuses(port, "/api/v1/svd.getHealth") == [401, 401, 403, 200]


# --- the end ---

def test_who_is_going_down_is_not_healthy(module_daemon):
    svd = module_daemon("""
        [program:slow]
        command={box}/slow
        startsecs=0
        stopwaitsecs=3600
        """, "ending")
    svd.write("slow", """\
        #!/bin/sh
        trap 'while [ ! -e {box}/end ]; do sleep 0.05; done; exit 0' TERM
        echo there >{box}/there
        while :; do sleep 0.05; done
        """.replace("{box}", svd.box), 0o755)
    svd.start()
    wait_for(lambda: svd.read("there"), "it runs")
    api = Api(svd.socket)
    assert api.request("GET", "/health").status == 200
    svd.rpc.shutdown()
    ended = {"name": "slow", "state": "STOPPING"}
    answer = wait_for(lambda: api.request("GET", "/health").json, "it answers")
    assert (answer["healthy"], answer["state"]) == (False, "SHUTDOWN")
    wait_for(lambda: api.request("GET", "/health").json["processes"] == [ended], "it stops")
    assert api.request("GET", "/health").status == 503
    assert api.post("supervisor.startProcess", ["slow"]).status == 503
    svd.write("end", "")
    wait_for(lambda: not svd.is_running(), "the daemon has ended")


def test_an_answer_that_is_none_is_not_healthy(box):
    fake = FakeSvd(box, lambda method, params: b"nonsense").start()
    try:
        assert Api(port=fake.port).request("GET", "/health").status == 503
        assert fake.calls[0][1:] == ("svd.getHealth", [])
    finally:
        fake.done()


def test_what_is_wrong_in_the_section_is_told(module_daemon):
    svd = module_daemon("[svd:health]\nminimum=some\npublic=perhaps\nprogram=x\n", "wrong")
    said = svd.run("--check", "-c", svd.conf).stdout
    for text in ("[svd:health] minimum=some: not all, a number of processes or a percentage",
                 "[svd:health] public=perhaps: not a valid boolean value",
                 "[svd:health] program is an unknown option, it is ignored; did you mean "
                 "programs?"):
        assert text in said
    svd.configure("[svd:health]\nprograms=\n")
    assert "minimum=all" in svd.run("--print-config", "-c", svd.conf).stdout
