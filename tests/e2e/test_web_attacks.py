"""Whoever is not meant to changes nothing by way of the pages, and none of it is logged as done."""
import base64
import re
import socket
import urllib.parse

import pytest

from lib_daemon import WHO_ASKED, wait_for
from lib_web import ACCESS, LOGIN, Site

pytestmark = [pytest.mark.svd_only]

PROGRAMS = """
[program:web]
command=/bin/cat
process_name=%(process_num)d
numprocs=2
startsecs=0
[program:lone]
command=/bin/cat
startsecs=0
"""
BOSS, LOOKER, DEPLOY = "boss:top", "looker:look", "deploy:ploy"
BLIND = "[svd:access]\nread=http:looker web\nadmin=http:boss\nlogins=looker:look\n"
FORM = "application/x-www-form-urlencoded"
READING = ["/", "/index.html", "/tail.html?processname=lone", "/overview.html", "/web/state",
           "/web/live", "/web/follow?processname=lone", "/web/download?processname=lone",
           "/web/svd.css", "/logtail/lone", "/mainlogtail", "/api/v1/",
           "/api/v1/supervisor.getAllProcessInfo", "/api/v1/events"]


@pytest.fixture(scope="module")
def sites(module_daemon):
    made = {"open": Site(module_daemon, PROGRAMS, name="open").start(),
            "closed": Site(module_daemon, PROGRAMS, LOGIN, ACCESS, name="closed").start(),
            "named": Site(module_daemon, PROGRAMS, "hosts=ops.example.com, other\n",
                          name="named").start(),
            "spare": Site(module_daemon, PROGRAMS, LOGIN, BLIND, name="spare").start()}
    for site in made.values():
        site.d.wait_all("RUNNING")
    return made


@pytest.fixture(params=["open", "closed"])
def site(request, sites):
    """One without and one with a password. Whatever a test does there: nothing has come of it."""
    site = sites[request.param]
    site.login = BOSS if request.param == "closed" else None
    yield from unharmed(site)


@pytest.fixture
def closed(sites):
    yield from unharmed(sites["closed"])


@pytest.fixture
def named(sites):
    yield from unharmed(sites["named"])


def unharmed(site):
    before, log = site.pids(), len(the_log(site))
    yield site
    assert site.pids() == before
    assert not re.search(WHO_ASKED, the_log(site)[log:])


def the_log(site):
    """All of it, with what is still on its way to the file."""
    return site.d.rpc.readLog(0, 0)


def forged(site, login=None, token=None, **headers):
    """The status of a POST that would stop a program, if it were believed."""
    fields = {"do": "stop lone:lone", "confirm": "yes"}
    if token is not None:
        fields["token"] = token
    headers.setdefault("Host", "127.0.0.1:%d" % site.port)
    return site.ask("POST", "/web/act", fields, login=login, **headers).status


def token(site, login=None):
    return site.state(login)["token"]


# --- forms of others ---

def test_a_good_one_would_be_believed(sites):
    """So that the others are refused for the reason that each is about."""
    site = sites["spare"]
    here = "http://127.0.0.1:%d" % site.port
    assert forged(site, BOSS, token(site, BOSS), Origin=here) == 303
    assert site.d.info("lone")["statename"] == "STOPPED"
    assert re.search(WHO_ASKED, the_log(site))


@pytest.mark.parametrize("origin", [
    "http://evil.example", "https://127.0.0.1", "http://127.0.0.1", "http://127.0.0.1:1", "null",
    "", "http://localhost.evil.example", "file://", "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1:{port}/", "http://127.0.0.1:{port}@evil.example"])
def test_a_page_from_elsewhere_may_not_post(site, origin):
    origin = origin.format(port=site.port)
    assert forged(site, site.login, token(site, site.login), Origin=origin) == 403


def test_without_a_token_nothing_is_done(site):
    assert forged(site, site.login) == 403
    for given in "", "0" * 64, token(site, site.login)[:-1], token(site, site.login) + "0":
        assert forged(site, site.login, given) == 403
    other = token(site, site.login)
    wrong = other[:-1] + ("0" if other[-1] != "0" else "1")
    assert forged(site, site.login, wrong) == 403
    assert forged(site, site.login, other.upper()) == 403


def test_the_token_of_somebody_else_is_none(closed):
    tokens = {login: token(closed, login) for login in (BOSS, LOOKER, DEPLOY)}
    assert len(set(tokens.values())) == 3
    assert forged(closed, BOSS, tokens[LOOKER]) == 403
    assert forged(closed, BOSS, tokens[DEPLOY]) == 403


def test_the_token_of_another_daemon_is_none(sites, site):
    assert forged(site, site.login, token(sites["named"])) == 403


def test_a_token_is_no_password(closed):
    good = token(closed, BOSS)
    assert forged(closed, None, good) == 401
    assert forged(closed, "boss:wrong", good) == 401
    assert forged(closed, "nobody:top", good) == 401


def test_what_is_no_form_is_refused(site):
    good = token(site, site.login)
    body = urllib.parse.urlencode({"token": good, "do": "stop lone:lone", "confirm": "yes"})
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json", ""):
        answer = site.ask("POST", "/web/act", body, login=site.login, Content_Type=kind)
        assert answer.status == 415
    for body in ("", "&&&", "do", "token=%s" % good, "token=%s&do=" % good,
                 "token=%s&do=stop" % good, "token=%s&do=fly+lone" % good,
                 "token=%s&do=signal+lone:lone" % good, "token=%s&do=%%ff+lone" % good):
        answer = site.ask("POST", "/web/act", body, login=site.login, Content_Type=FORM)
        assert answer.status in (400, 403)
    many = "token=%s&do=stop" % good + "&p=x" * 20000
    assert site.ask("POST", "/web/act", many, login=site.login, Content_Type=FORM).status == 413


def test_the_api_cannot_be_reached_from_pages_of_others(site):
    here = {"login": site.login, "Host": "127.0.0.1:%d" % site.port}
    body = '{"name": "lone"}'
    for origin in "http://evil.example", "null":
        assert site.ask("POST", "/api/v1/supervisor.stopProcess", body, Origin=origin,
                        Content_Type="application/json", **here).status == 403
        assert site.ask("POST", "/RPC2", "<methodCall><methodName>supervisor.shutdown</methodName>"
                        "</methodCall>", Origin=origin, Content_Type="text/xml",
                        **here).status == 403
    for kind in FORM, "text/plain":     # what a form can send without being asked
        assert site.ask("POST", "/api/v1/supervisor.stopProcess", body, Content_Type=kind,
                        **here).status == 415


# --- addresses that would change something ---

@pytest.mark.parametrize("query", [
    "processname=lone&action=stop", "processname=lone&action=restart", "action=stopall",
    "processname=lone&action=clearlog", "action=restartall", "processname=web:*&action=stop"])
def test_old_links_ask_before_they_do(site, query):
    for path in "/index.html?", "/?":
        answer = site.ask("GET", path + query, login=site.login)
        assert answer.status == 200 and 'method="post"' in answer.text
        assert token(site, site.login) in answer.text


def test_a_get_changes_nothing(site):
    good = token(site, site.login)
    query = urllib.parse.urlencode({"token": good, "do": "stop lone:lone", "confirm": "yes"})
    for method in "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE":
        assert site.ask(method, "/web/act?" + query, login=site.login).status == 405
    for name in ("supervisor.stopProcess?name=lone", "supervisor.startProcess?name=lone",
                 "supervisor.shutdown", "supervisor.restart", "supervisor.clearLog",
                 "supervisor.stopAllProcesses", "supervisor.signalProcess?name=lone&signal=9",
                 "supervisor.clearProcessLogs?name=lone", "supervisor.reloadConfig",
                 "svd.rotateLogs?name=lone", "supervisor.removeProcessGroup?name=lone"):
        assert site.ask("GET", "/api/v1/" + name, login=site.login).status == 405
    assert site.ask("GET", "/index.html?action=nonsense", login=site.login).status == 400


def test_words_in_an_address_are_no_news(site):
    for query in "done=%3Cb%3Ex", "message=all+stopped", "done=start%0d%0aSet-Cookie:x=y":
        answer = site.ask("GET", "/?" + query, login=site.login)
        assert "all stopped" not in answer.text and "<b>x" not in answer.text
        assert answer.headers["Set-Cookie"] is None


# --- names that somebody else owns ---

@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example"])
def test_who_asks_by_a_foreign_name_sees_nothing(sites, path, host):
    """A page whose name was made to mean this machine has no other way to it."""
    site = sites["open"]
    answer = site.ask("GET", path, Host=host.format(port=site.port))
    assert answer.status == 403 and answer.text == "403 Forbidden\n"


def test_with_a_password_the_name_does_not_matter_but_the_origin_does(closed):
    good = token(closed, BOSS)
    assert closed.ask("GET", "/", login=BOSS, Host="ops.example.com").status == 200
    assert closed.ask("GET", "/", Host="ops.example.com").status == 401
    assert forged(closed, BOSS, good, Host="ops.example.com", Origin="http://evil.example") == 403
    assert forged(closed, None, good, Host="evil.example", Origin="http://evil.example") == 401


def test_names_of_the_configuration_are_good(named):
    for host in "ops.example.com", "OPS.example.com:80", "other":
        assert named.ask("GET", "/", Host=host).status == 200
    assert named.ask("GET", "/", Host="x.ops.example.com").status == 403
    answer = named.ask("POST", "/web/act", {"do": "stop lone:lone"}, Host="ops.example.com",
                       Origin="http://ops.example.com")
    assert answer.status == 403 and "Nothing was done" in answer.text     # but for the token


# --- rights ---

@pytest.mark.parametrize("login,do", [
    (LOOKER, "stop lone:lone"), (LOOKER, "stop web:*"), (LOOKER, "stop *"), (LOOKER, "clear *"),
    (LOOKER, "signal lone:lone"), (DEPLOY, "stop lone:lone"), (DEPLOY, "stop *"),
    (DEPLOY, "restart lone:*"), (DEPLOY, "clear lone:lone"), (DEPLOY, "signal *")])
def test_a_token_gives_no_rights(closed, login, do):
    status, answer = closed.act(do, login, signal="KILL", confirm="yes")
    assert status == 200 and not answer["results"][0]["ok"]
    assert "NOT_PERMITTED" in answer["results"][0]["text"]


def test_a_login_that_is_taken_away_ends_what_goes_on(sites):
    site = sites["spare"]
    stream = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    stream.sendall(b"GET /web/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic %s\r\n\r\n" %
                   base64.b64encode(LOOKER.encode()))
    assert b"200 OK" in stream.recv(100)
    site.d.configure(config=site.d.read("supervisord.conf").replace("looker:look", "looker:new"))
    site.d.rpc.reloadConfig()
    wait_for(lambda: not stream.recv(65536), "it ends")
    stream.close()
    assert site.ask("GET", "/", login=LOOKER).status == 401
    assert site.ask("GET", "/", login="looker:new").status == 200
    site.d.configure(config=site.d.read("supervisord.conf").replace("looker:new", "looker:look"))
    site.d.rpc.reloadConfig()


def test_what_one_may_not_see_is_not_shown(sites):
    site = sites["spare"]
    assert [p["group"] for p in site.state(LOOKER)["processes"]] == ["web", "web"]
    for path in "/", "/overview.html":
        assert "lone" not in site.ask("GET", path, login=LOOKER).text
    for path in ("/tail.html?processname=lone", "/web/follow?processname=lone",
                 "/web/download?processname=lone", "/web/follow?processname=*"):
        answer = site.ask("GET", path, login=LOOKER)
        assert answer.status in (403, 404), path


# --- what is sent along ---

# What would be a script or a style of the page itself, or load something from elsewhere.
FOREIGN = r"<script(?![^>]*\bsrc=\"web/)|\son\w+=|\sstyle=|https?://"


@pytest.mark.parametrize("path", ["/", "/tail.html?processname=lone", "/overview.html",
                                  "/index.html?processname=lone&action=stop", "/web/page.js"])
def test_pages_are_locked_up(site, path):
    answer = site.ask("GET", path, login=site.login)
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200 and "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == (
        "no-cache" if path.startswith("/web/") else "no-store")
    if not path.startswith("/web/"):
        assert not re.search(FOREIGN, answer.text)


def test_what_is_live_is_not_kept(site):
    for path in "/web/state", "/web/download?processname=lone":
        assert site.ask("GET", path, login=site.login).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [
    "/web/../../etc/passwd", "/web/%2e%2e/page.html", "/web/page.html", "/web/", "/web/embed",
    "/web//etc/passwd", "/web/row.html", "/tail.html/x", "/web/svd.css/x"])
def test_there_is_nothing_else(site, path):
    assert site.ask("GET", path, login=site.login).status == 404


INJECTED = "\"'><script>alert(1)</script><b x=\""


@pytest.mark.parametrize("path", [
    "/index.html?processname={}&action=stop", "/index.html?processname=x&action={}", "/?done={}",
    "/tail.html?processname={}", "/tail.html?processname=lone&channel={}",
    "/tail.html?processname=lone&limit={}&end={}", "/tail.html?processname={}%2a",
    "/logout?until={}", "/web/download?processname={}&channel={}",
    "/web/follow?processname={}&channel={}&lines={}"])
def test_no_parameter_becomes_markup_or_a_header(site, path):
    for value in INJECTED, "x\r\nSet-Cookie: a=b", "\0", "\xff", "x" * 5000:
        quoted = urllib.parse.quote(value, encoding="latin-1")
        answer = site.ask("GET", path.replace("{}", quoted), login=site.login)
        assert answer.status < 500 and answer.headers["Set-Cookie"] is None
        if "html" in answer.headers["Content-Type"]:
            assert "<script>alert" not in answer.text and "<b x=" not in answer.text
        else:
            assert answer.headers["X-Content-Type-Options"] == "nosniff" or "=" not in answer.text


def test_logging_out_leads_nowhere_else(closed):
    answer = closed.ask("GET", "/logout?next=http://evil.example", login=BOSS)
    assert answer.status == 303 and answer.headers["Location"].startswith("logout?until=")
    answer = closed.ask("GET", "/" + answer.headers["Location"], login=BOSS)
    assert answer.status == 401 and "Logged out" in answer.text
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="default"'
    answer = closed.ask("GET", "/logout?until=1", login=BOSS)
    assert answer.status == 303 and answer.headers["Location"] == "./"


def test_a_request_in_pieces_is_none_of_two(site):
    """What may hide a second request in the body of a first."""
    login = "Authorization: Basic %s\r\n" % base64.b64encode(
        (site.login or "x:y").encode()).decode()
    body = "token=%s&do=stop+lone:lone&confirm=yes" % token(site, site.login)
    for framing in ("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(body),
                    "Content-Length: %d\r\nContent-Length: 0\r\n" % len(body),
                    "Transfer-Encoding: xchunked\r\n", "Content-Length: +%d\r\n" % len(body)):
        with socket.create_connection(("127.0.0.1", site.port), timeout=30) as sock:
            sock.sendall(("POST /web/act HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\n%s%s"
                          "\r\n%s" % (FORM, login, framing, body)).encode())
            assert sock.recv(65536).split(b" ")[1] in (b"400", b"501")
