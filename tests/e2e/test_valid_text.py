"""Answers are XML 1.0 and UTF-8, whatever a program has printed or a file has said."""
import http.client
import re
import socket
import xml.etree.ElementTree
import xmlrpc.client

import pytest

from lib_daemon import wait_for

pytestmark = pytest.mark.svd_only

# Bytes that are no text, or no text that XML knows: each must be gone or replaced.
UGLY = (b"a\x00b\x01c\x08d\x0be\x1bf\x7fg\x80h\xc3i\xed\xa0\x80j\xef\xbf\xbek"
        b"\xf4\x90\x80\x80l]]>m\r\n")

PROGRAMS = b"""
[program:says]
command=/bin/sh -c 'cat {box}/ugly; cat {box}/ugly >&2; exec cat'
startsecs=0
stdout_logfile={box}/out\xc3\xb6.log
stderr_logfile={box}/err.log
[program:n\xc3\xa4me\xef\xbf\xbe]
command={box}/no\x01such\xef\xbf\xbf<&>
startretries=0
directory={box}
environment=A="\x02"
[program:dir]
command=/bin/cat
directory={box}/no\x1bsuch
startretries=0
autorestart=false
"""

# Every method whose answer has text in it that others have made.
CALLS = [("getAllProcessInfo",), ("getAllConfigInfo",), ("reloadConfig",),
         ("readLog", 0, 0), ("readLog", -3000, 0), ("startAllProcesses",), ("stopAllProcesses",),
         ("readProcessStdoutLog", "says", 0, 0), ("readProcessStderrLog", "says", 0, 0),
         ("tailProcessStdoutLog", "says", 0, 1000), ("tailProcessStderrLog", "says", 3, 10)] + \
    [("readProcessStdoutLog", "says", n, 1) for n in range(len(UGLY))]

ALLOWED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@pytest.fixture(scope="module")
def d(module_daemon):
    d = module_daemon(name="d")
    with open(d.path("ugly"), "wb") as f:
        f.write(UGLY)
    with open(d.conf, "ab") as f:
        f.write(PROGRAMS.replace(b"{box}", d.box.encode()))
    d.start()
    wait_for(lambda: "]]>m" in d.read("err.log"), "it has said it")
    return d


def post(d, body):
    connection = http.client.HTTPConnection("localhost", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(60)
    connection.sock.connect(d.socket)
    connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
    response = connection.getresponse()
    data = response.read()
    connection.close()
    assert response.status == 200
    return data


def is_valid(data):
    text = data.decode("utf-8")         # or this fails
    xml.etree.ElementTree.fromstring(data)
    return ALLOWED.fullmatch(text)


def body_of(method, *params):
    return xmlrpc.client.dumps(params, method).encode()


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_the_answer_is_xml(call, d):
    assert is_valid(post(d, body_of("supervisor." + call[0], *call[1:])))


def test_the_answer_of_all_at_once_is_xml(d):
    assert is_valid(post(d, body_of("system.multicall", [
        {"methodName": "supervisor." + call[0], "params": list(call[1:])} for call in CALLS])))


def test_what_is_text_is_there(d):
    """Nothing but what must not be in XML is replaced."""
    log = d.rpc.readProcessStdoutLog("says", 0, 0)
    assert re.sub("\ufffd+", "?", log).startswith("a?b?c?d?e?f\x7fg?h?i?j?k?l]]>m\r\n")
    names = [info["name"] for info in d.rpc.getAllProcessInfo()]
    assert any(name.startswith("n\xe4me\ufffd") for name in names)
    dead = [info for info in d.rpc.getAllProcessInfo() if info["name"] == "dir"][0]
    assert "no\ufffdsuch" in dead["spawnerr"]
    commands = [info["command"] for info in d.rpc.getAllConfigInfo()]
    assert any("no\ufffdsuch" in command and command.endswith("<&>") for command in commands)
