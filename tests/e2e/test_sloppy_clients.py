"""What sloppy clients send is understood as Supervisor does: the same bytes to both daemons."""
import http.client
import socket
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, wait_for
from test_same_rpc import known_to, normalised

PROGRAMS = """
    [program:steady]
    command=/bin/sh -c 'trap "" HUP; echo one; echo two; exec cat'
    startsecs=0
    stdout_logfile={box}/steady.log
    [program:slower]
    command=/bin/cat
    startsecs=60
    autostart=false
    stopwaitsecs=1
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startsecs=10
    startretries=0
    autostart=false
    """


def call(method, *values, params="<params>%s</params>"):
    """A call with these values, as they are; without <params> where params is empty."""
    inner = "".join("<param><value>%s</value></param>" % value for value in values)
    return "<?xml version='1.0'?><methodCall><methodName>supervisor.%s</methodName>%s" \
        "</methodCall>" % (method, params % inner if params else "")


def signal(value):
    return call("signalProcess", "<string>steady</string>", value)


def read_log(offset, length):
    return call("readProcessStdoutLog", "<string>steady</string>", offset, length)


def start(wait):
    """Started without waiting when that is what it means; and stopped again."""
    return [call("startProcess", "slower", wait), call("stopProcess", "slower")]


# Rows that Supervisor answers. Each is a call, or several.
ACCEPTED = {
    "no params": call("getAPIVersion", params=""),
    "empty params": call("getAPIVersion"),
    "an untyped name": call("getProcessInfo", "steady"),
    "a name in base64": call("getProcessInfo", "<base64>c3RlYWR5</base64>"),
    "a value without param": call("getProcessInfo").replace(
        "<params>", "<params><value>steady</value>"),
    "white space": call("getProcessInfo", "\n <string>steady</string>\n "),
    "wait is an int": start("<int>0</int>"),
    "wait is an i4": start("<i4>0</i4>"),
    "wait is nil": start("<nil/>"),
    "wait is empty": start("<string></string>"),
    "wait is an empty value": start(""),
    "wait is a double": start("<double>0.0</double>"),
    "wait is text": call("startProcess", "fails", "<string>false</string>"),     # that is true
    "wait is a value without a type": call("startProcess", "fails", "0"),
    "a signal": signal("<string>HUP</string>"),
    "a signal with SIG": signal("<string>SIGHUP</string>"),
    "a signal in small letters": signal("<string>sighup</string>"),
    "a signal between blanks": signal("<string> hup </string>"),
    "an untyped signal": signal("HUP"),
    "a number of a signal": signal("<int>1</int>"),
    "a number of a signal in text": signal("<string>1</string>"),
    "a number of a signal, untyped": signal("1"),
    "a number of a signal with a point": signal("<double>1.0</double>"),
    "a signal of group and all": [
        call("signalProcessGroup", "steady", "SIGHUP"), call("signalProcessGroup", "steady", "1"),
        call("signalAllProcesses", "<int>1</int>"), call("signalAllProcesses", "hup")],
    "no signal": [signal("<string>FOO</string>"), signal("<string></string>"),
                  signal("<int>99</int>"), signal("<int>-1</int>"), signal("99"),
                  signal("<string>SIG</string>")],
    "offsets as text": read_log("<string>0</string>", "<string>4</string>"),
    "offsets without a type": read_log("0", "4"),
    "offsets with a point": read_log("<double>1.9</double>", "<double>2.2</double>"),
    "offsets that are true": read_log("<boolean>1</boolean>", "<boolean>1</boolean>"),
    "offsets that are i8": read_log("<i8>1</i8>", "<i8>2</i8>"),
    "an offset that is nil": read_log("<nil/>", "<int>1</int>"),
    "too many": call("getState", "<int>1</int>"),
    "too few": call("getProcessInfo", params=""),
}


def post(d, body):
    """Status and, of 200, the result or the fault."""
    connection = http.client.HTTPConnection("localhost", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(60)
    connection.sock.connect(d.socket)
    connection.request("POST", "/RPC2", body.encode(), {"Content-Type": "text/xml"})
    response = connection.getresponse()
    data = response.read()
    connection.close()
    if response.status != 200:
        return response.status
    try:
        return normalised(xmlrpc.client.loads(data)[0][0], d.box)
    except xmlrpc.client.Fault as fault:
        return "%d %s" % (fault.faultCode, fault.faultString)


def a_daemon(module_daemon, *args):
    d = module_daemon(PROGRAMS, *args).start()
    wait_for(lambda: d.read("steady.log") == "one\ntwo\n", "it has said it")
    return d


@pytest.fixture(scope="module")
def ours(module_daemon):
    return a_daemon(module_daemon, "ours")


@pytest.fixture(scope="module")
def pair(module_daemon, ours):
    return [ours, a_daemon(module_daemon, "theirs", REFERENCE)]


@pytest.mark.reference
@pytest.mark.parametrize("title", ACCEPTED)
def test_is_understood(title, pair):
    bodies = ACCEPTED[title]
    for body in [bodies] if isinstance(bodies, str) else bodies:
        ours, theirs = (post(d, body) for d in pair)
        assert (body, known_to(theirs, ours)) == (body, theirs)
        assert theirs != 500


# Where Supervisor has an exception, and HTTP 500.
REFUSED = {
    "a name that is nil": call("getProcessInfo", "<nil/>"),
    "a name that is a number": call("getProcessInfo", "<int>1</int>"),
    "a signal that is nil": signal("<nil/>"),
}


@pytest.mark.svd_only
@pytest.mark.parametrize("title", REFUSED)
def test_is_a_fault(title, ours):
    assert post(ours, REFUSED[title]) == "2 INCORRECT_PARAMETERS"
