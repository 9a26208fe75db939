"""The JSON API: methods as by XML-RPC, faults with their HTTP status, and a description of all."""
import http.client
import json
import os
import subprocess
import xmlrpc.client

import pytest

from lib_api import Api
from lib_daemon import BUILD, wait_for
from lib_files import free_port

pytestmark = pytest.mark.svd_only

VALIDATOR = os.path.join(os.environ.get("E2E_NODE_PATH", BUILD + "/npm/node_modules"),
                         "@seriousme/openapi-schema-validator/bin/validate-api-cli.js")
PROGRAMS = """
    [inet_http_server]
    port=127.0.0.1:%d
    [program:cat]
    command=/bin/cat
    stdout_logfile={box}/cat.log
    startsecs=0
    [program:off]
    command=/bin/cat
    autostart=false
    startsecs=0
    [program:lost]
    command={box}/no-such-command
    autostart=false
    startretries=0
    [program:plain]
    command={box}/plain
    autostart=false
    startretries=0
    [program:brief]
    command=/bin/false
    autostart=false
    startretries=0
    [program:mute]
    command=/bin/cat
    stdout_logfile=NONE
    stderr_logfile=NONE
    autostart=false
    """
# For each parameter that a method may have by that name: what is asked for here.
VALUES = {"name": "cat", "offset": 0, "length": 100, "method": "supervisor.getProcessInfo"}


@pytest.fixture(scope="module")
def svd(module_daemon):
    port = free_port()
    svd = module_daemon(PROGRAMS % port)
    svd.write("plain", "no program", 0o644)
    svd.write("cat.log", "one\nMalm\u00f6 \"<&>\" \\\n")
    svd.start()
    svd.wait_state("cat", "RUNNING")
    svd.port = port
    return svd


@pytest.fixture
def api(svd):
    return Api(svd.socket)


def fault(response):
    """Status, code and text of a fault; its name is what its text begins with."""
    told = response.json["fault"]
    assert told["text"].startswith(told["name"]) and list(told) == ["code", "name", "text"]
    return response.status, told["code"], told["text"]


# --- every method ---

def described(svd):
    return Api(svd.socket).request("GET", "/api/v1/openapi.json").json


def readable(svd):
    """[(method, names of its parameters)] of all that GET is good for."""
    return [(path[len("/api/v1/"):], [p["name"] for p in operations["get"].get("parameters", [])])
            for path, operations in described(svd)["paths"].items()
            if "get" in operations and "." in path and path != "/api/v1/openapi.json"]


def by_xml(svd, method, params):
    try:
        return getattr(svd.proxy, method)(*params)
    except xmlrpc.client.Fault as told:
        return told.faultCode, told.faultString


def by_json(response):
    return response.json["result"] if "result" in response.json else fault(response)[1:]


def alike(a, b):
    """Equal, but for what a process or a daemon uses from one moment to the next."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= max(a, b) / 2 + 1
    return a == b and isinstance(a, type(b))


def test_every_method_that_only_tells_tells_the_same_by_get_post_and_xml(svd, api):
    methods = readable(svd)
    assert len(methods) > 20
    for method, names in methods:
        params = {name: VALUES[name] for name in names}
        values = [params[name] for name in names]
        # What counts seconds may have gone on in between.
        wait_for(lambda: alike(by_json(api.get(method, **params)), by_xml(svd, method, values)),
                 "%s is the same by GET and XML" % method, 10)
        wait_for(lambda: alike(by_json(api.post(method, params)),
                               by_json(api.post(method, values))),
                 "%s is the same by name and in order" % method, 10)


def test_results_are_of_the_types_that_are_described(svd, api):
    types = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    told = 0
    for method, names in readable(svd):
        response = api.get(method, **{name: VALUES[name] for name in names})
        operation = described(svd)["paths"]["/api/v1/" + method]["get"]
        assert str(response.status) in operation["responses"], method
        if response.status == 200:
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            result = response.json["result"]
            assert type(result) is types[schema["properties"]["result"]["type"]], method
            told += 1
    assert told > 20


def test_every_method_is_described_and_no_other(svd, api):
    described_there = {path[len("/api/v1/"):] for path in described(svd)["paths"]
                       if path.startswith("/api/v1/") and "." in path[len("/api/v1/"):]}
    listed = set(svd.proxy.system.listMethods())
    assert described_there - {"openapi.json"} == listed
    index = api.request("GET", "/api/v1/")
    assert index.status == 200 and set(index.json["methods"]) == listed
    assert api.request("GET", "/api/v1").json == index.json
    assert index.json["methods"]["supervisor.shutdown"] == {
        "help": svd.proxy.system.methodHelp("supervisor.shutdown"), "role": "admin", "get": False}


def test_no_get_changes_anything(svd, api):
    changing = [path[len("/api/v1/"):] for path, operations in described(svd)["paths"].items()
                if "post" in operations and path != "/api/v1/system.multicall"]
    assert "supervisor.shutdown" in changing and len(changing) > 15
    for method in changing:
        for verb in "GET", "HEAD":
            response = api.request(verb, "/api/v1/" + method)
            assert (response.status, response.headers["Allow"]) == (405, "POST"), method
    assert svd.rpc.getState()["statename"] == "RUNNING"


def test_what_is_done_is_done(svd, api):
    for params in {"name": "off", "wait": True}, ["off", 1], {"name": "off"}, ["off"]:
        response = api.post("supervisor.startProcess", params)
        assert (response.status, response.json) == (200, {"result": True})
        assert svd.state("off") == "RUNNING"
        assert api.post("supervisor.stopProcess", params).json == {"result": True}
        assert svd.state("off") == "STOPPED"
    done = api.post("supervisor.startProcessGroup", {"name": "off", "wait": False}).json["result"]
    assert done == [{"name": "off", "group": "off", "status": 80, "description": "OK"}]
    assert api.post("supervisor.signalProcess", {"name": "off", "signal": 15}).json["result"]
    svd.wait_state("off", "EXITED")


def test_calls_in_a_call(svd, api):
    calls = [{"methodName": "supervisor.getState", "params": []},
             {"methodName": "supervisor.readProcessStdoutLog", "params": ["cat", 0, 3]},
             {"methodName": "nobody.knows", "params": []}]
    answer = api.post("system.multicall", {"calls": calls})
    assert answer.status == 200
    assert answer.json["result"] == svd.proxy.system.multicall(calls)
    assert answer.json["result"][1:] == ["one", {"faultCode": 1, "faultString": "UNKNOWN_METHOD"}]
    assert fault(api.get("system.multicall", calls="[]"))[:2] == (400, 2)


# --- parameters ---

@pytest.mark.parametrize("params, state", [
    ({"name": "off", "wait": "false"}, 200), ({"name": "off", "wait": "1"}, 200),
    ({"name": "off", "wait": None}, 200), ({"name": "off", "wait": "maybe"}, 400),
    ({"name": "off", "wait": []}, 400), ({"name": 1}, 400), ({}, 400), ([], 400),
    ({"name": "off", "more": 1}, 400), (["off", True, 1], 400),
], ids=str)
def test_parameters_are_held_against_the_table(svd, api, params, state):
    response = api.post("supervisor.startProcess", params)
    assert response.status == state
    if state == 200:
        svd.wait_state("off", "RUNNING")
        svd.rpc.stopProcess("off")
    else:
        assert response.json["fault"]["name"] == "INCORRECT_PARAMETERS"


@pytest.mark.parametrize("query, status", [
    ("offset=0&length=3", 200), ("length=3&offset=0", 200), ("offset=0&length=x", 400),
    ("offset=0", 400), ("", 400), ("offset=0&length=3&more=1", 400),
    ("offset=0&length=3&length=3", 400), ("offset=%00&length=3", 400), ("offset=0&length=%ff", 400),
    ("offset=-3&length=0", 200), ("offset=-3&length=1", 400), ("=&offset=0&length=3", 400),
    ("offset=0&length=%33", 200), ("offset=0&length=99999999999999999999999", 400),
])
def test_a_query_has_the_parameters_by_name(api, query, status):
    response = api.request("GET", "/api/v1/supervisor.readLog?" + query)
    assert response.status == status, response.text
    if status == 200:
        assert len(response.json["result"]) == 3


@pytest.mark.parametrize("body, where", [
    (b'{"name":"cat"', "line 1, column 13"), (b'{"name":\n"cat",}', "line 2, column 7"),
    (b'"cat"', "line 1, column 5"), (b"17", "line 1"), (b"\xff", "line 1"),
    (b'["\xff"]', "line 1, column 2"), (b'{"a":1,"a":2}', "line 1, column 10"),
    (b"[" * 33 + b"]" * 33, "byte 32: more than 32 levels"),
    (b"[" * 4000000, "more than 32 levels"), (b"[" + b"1," * 10000 + b"1]", "10000 values"),
    (b"[1e400]", "line 1"), (b"[" + b"9" * 100000 + b"]", "line 1"), (b"{} {}", "line 1, column 4"),
], ids=range(13))
def test_a_body_that_is_no_json_is_told_where(api, body, where):
    status, code, text = fault(api.post("supervisor.getProcessInfo", body))
    assert (status, code) == (400, 2)
    assert where in text


def test_a_body_says_that_it_is_json(api):
    for good in "application/json", "Application/JSON", "application/json; charset=utf-8":
        assert api.post("supervisor.getState", {}, good).status == 200
    for bad in None, "", "text/plain", "text/xml", "application/x-www-form-urlencoded", \
            "application/json2", "application/jso", "text/plain; application/json":
        assert fault(api.post("supervisor.getState", {}, bad))[:2] == (415, 2), bad
    assert api.post("supervisor.getState", b"").json == api.get("supervisor.getState").json


# --- faults ---

@pytest.mark.parametrize("method, params, status, text", [
    ("nobody.knows", {}, 404, "UNKNOWN_METHOD"),
    ("getHealth", {}, 404, "UNKNOWN_METHOD"),
    ("supervisor.getState", {"x": 1}, 400, "INCORRECT_PARAMETERS: there is no parameter x"),
    ("supervisor.readLog", [-1, 1], 400, "BAD_ARGUMENTS"),
    ("system.methodHelp", ["nobody.knows"], 404, "SIGNATURE_UNSUPPORTED"),
    ("supervisor.getProcessInfo", ["nobody"], 404, "BAD_NAME: nobody"),
    ("supervisor.startProcess", ["cat:dog"], 404, "BAD_NAME: cat:dog"),
    ("supervisor.signalProcess", ["cat", "NONE"], 400, "BAD_SIGNAL: NONE"),
    ("supervisor.startProcess", ["lost"], 500, "NO_FILE: "),
    ("supervisor.startProcess", ["plain"], 500, "NOT_EXECUTABLE: "),
    ("supervisor.startProcess", ["brief"], 500, "SPAWN_ERROR: brief"),
    ("supervisor.readProcessStdoutLog", ["mute", 0, 1], 500, "NO_FILE"),
    ("supervisor.startProcess", ["cat"], 409, "ALREADY_STARTED: cat"),
    ("supervisor.stopProcess", ["mute"], 409, "NOT_RUNNING: mute"),
    ("supervisor.removeProcessGroup", ["cat"], 409, "STILL_RUNNING: cat"),
    ("supervisor.addProcessGroup", ["cat"], 409, "ALREADY_ADDED: cat"),
])
def test_a_fault_has_its_status(svd, api, method, params, status, text):
    response = api.post(method, params)
    assert fault(response)[0] == status
    assert response.json["fault"]["text"].startswith(text)
    # Supervisor does not say what is wrong with parameters; else the words are its own.
    if "parameter" not in text:
        assert fault(response)[1:] == by_xml(svd, method, list(params))


def test_a_file_that_cannot_be_read_again_is_a_500(svd, api):
    good = svd.read("supervisord.conf")
    svd.write("supervisord.conf", good + "[program:x]\n")
    status, code, text = fault(api.post("supervisor.reloadConfig"))
    svd.write("supervisord.conf", good)
    assert (status, code) == (500, 92) and text.startswith("CANT_REREAD: ")


# --- HTTP ---

@pytest.mark.parametrize("target", ["/api", "/api/", "/api/v2/supervisor.getState",
                                    "/api/v1x", "/api/v1/a/b", "/api/v1//", "/api/v1/%ff",
                                    "/api/v1/a%00b", "/api/v1/" + "x" * 200])
def test_there_is_nothing_anywhere_else(api, target):
    assert api.request("GET", target).status == 404


def test_other_methods_are_told_which_there_are(api):
    for verb in "PUT", "DELETE", "PATCH", "OPTIONS":
        response = api.request(verb, "/api/v1/supervisor.getState")
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_head_is_get_without_a_body(api):
    for target in "/api/v1/supervisor.getVersion", "/api/v1/", "/api/v1/openapi.json", \
            "/api/v1/supervisor.getProcessInfo", "/api/v1/supervisor.readLog?offset=0&length=9":
        head, got = api.request("HEAD", target), api.request("GET", target)
        assert (head.status, head.text) == (got.status, b"")
        assert head.headers["Content-Length"] == str(len(got.text))
        assert head.headers["Content-Type"] == "application/json"


def test_a_body_of_more_than_four_megabytes_is_refused(api):
    assert api.post("supervisor.getState", b"[" + b" " * (4 << 20)).status == 413
    assert api.post("supervisor.getState", b"[]" + b" " * ((4 << 20) - 2)).status == 200


def test_pages_from_elsewhere_may_ask_for_nothing(svd):
    api = Api(port=svd.port)
    here = "http://127.0.0.1:%d" % svd.port
    assert api.request("GET", "/api/v1/supervisor.getState", Origin=here).status == 200
    for origin in "http://evil.example", "null", "http://127.0.0.1", "https://localhost":
        assert api.request("GET", "/api/v1/supervisor.getState", Origin=origin).status == 403


def test_a_connection_serves_both_faces(svd):
    connection = http.client.HTTPConnection("127.0.0.1", svd.port, timeout=30)
    for _ in range(3):
        connection.request("GET", "/api/v1/supervisor.getVersion")
        assert json.loads(connection.getresponse().read().decode()) == {"result": "3.0"}
        connection.request("POST", "/RPC2",
                           xmlrpc.client.dumps((), "supervisor.getVersion").encode())
        assert xmlrpc.client.loads(connection.getresponse().read())[0] == ("3.0",)
    connection.close()


# --- logs ---

def test_a_log_of_any_bytes_is_json_text(svd, api):
    data = bytes(range(256)) * 4000 + "\u20ac".encode() * 100000 + b"\xe2\x82"
    with open(svd.path("cat.log"), "wb") as f:
        f.write(data)
    response = api.get("supervisor.readProcessStdoutLog", name="cat", offset=0, length=0)
    text = response.json["result"]
    assert response.headers["Content-Length"] is None       # it is sent as it is read
    assert text[:256] == "".join(map(chr, range(128))) + "\ufffd" * 128
    assert text[-102:] == "\u20ac" * 100 + "\ufffd" * 2
    assert len(text) == 256 * 4000 + 100002
    tail = api.get("supervisor.tailProcessStdoutLog", name="cat", offset=0, length=8).json["result"]
    assert tail == ["\u20ac\u20ac\ufffd\ufffd", len(data), True]
    svd.rpc.clearProcessLogs("cat")


def test_the_head_of_a_large_log_is_no_more_than_that(svd):
    with open(svd.path("cat.log"), "wb") as f:
        f.write(b"x" * 500000)
    connection = http.client.HTTPConnection("127.0.0.1", svd.port, timeout=30)
    connection.connect()
    connection.sock.sendall(b"HEAD /api/v1/supervisor.readProcessStdoutLog?name=cat&offset=0"
                            b"&length=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b"".join(iter(lambda: connection.sock.recv(4096), b""))
    connection.close()
    assert b" 200 " in answer.partition(b"\r\n")[0]
    assert b"\r\nContent-Type: application/json\r\n" in answer
    assert answer.endswith(b"\r\n\r\n") and answer.count(b"\r\n\r\n") == 1
    svd.rpc.clearProcessLogs("cat")


# --- what others make of it ---

def test_a_validator_accepts_the_description(svd, api):
    path = svd.write("openapi.json", api.request("GET", "/api/v1/openapi.json").text.decode())
    done = subprocess.run(["node", VALIDATOR, path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=60)
    assert done.returncode == 0 and "true" in done.stdout, done.stdout
    document = described(svd)
    del document["paths"]["/api/v1/supervisor.getState"]["get"]["responses"]
    svd.write("openapi.json", json.dumps(document))
    assert subprocess.run(["node", VALIDATOR, path], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=60).returncode != 0


def test_operations_have_names_of_their_own(svd):
    names = [operation["operationId"] for path in described(svd)["paths"].values()
             for operation in path.values()]
    assert len(set(names)) == len(names)


def curl(*args):
    return subprocess.run(["curl", "-sS", "--max-time", "30", *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=60)


def test_curl_finds_its_way(svd):
    there = ["--unix-socket", svd.socket]
    url = "http://svd/api/v1/"
    assert json.loads(curl(*there, url + "supervisor.getState").stdout) == {
        "result": {"statecode": 1, "statename": "RUNNING"}}
    started = curl(*there, "-f", "-H", "Content-Type: application/json", "-d",
                   '{"name": "off"}', url + "supervisor.startProcess")
    assert (started.returncode, started.stdout) == (0, '{"result":true}\n')
    again = curl(*there, "-f", "-H", "Content-Type: application/json", "-d",
                 '{"name": "off"}', url + "supervisor.startProcess")
    assert again.returncode == 22 and "409" in again.stderr
    asked = curl(*there, "-G", "--data-urlencode", "name=off:*", url + "svd.getHealth")
    assert json.loads(asked.stdout)["result"]["healthy"] is True
    svd.rpc.stopProcess("off")


# --- who may ---

def test_a_password_is_wanted_here_too(module_daemon):
    port = free_port()
    svd = module_daemon("""
        [inet_http_server]
        port=127.0.0.1:%d
        username=me
        password=s3cret
        [svd:access]
        logins=guest:guest
        read=http:guest
        admin=http:me
        [program:cat]
        command=/bin/cat
        """ % port, "locked").start()
    url = "http://127.0.0.1:%d/api/v1/supervisor." % port
    assert Api(port=port).get("supervisor.getState").status == 401
    json_type = ["-H", "Content-Type: application/json", "-o", "/dev/null", "-w", "%{http_code}"]
    assert curl("-u", "guest:guest", *json_type, url + "getAllProcessInfo").stdout == "200"
    assert curl("-u", "guest:guest", *json_type, "-d", '["cat"]', url + "stopProcess").stdout == \
        "403"
    assert curl("-u", "me:s3cret", *json_type, "-d", '["cat"]', url + "stopProcess").stdout == "200"
    assert svd.state("cat") == "STOPPED"
