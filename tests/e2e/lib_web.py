"""lib_web.py - a daemon with pages, and clients that are no browser."""
import base64
import http.client
import json
import textwrap
import urllib.parse

from lib_files import free_port

CONFIG = """\
[unix_http_server]
file={box}/s.sock
[inet_http_server]
port=127.0.0.1:{port}
{server}
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}
identifier=site one
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{box}/s.sock
"""

LOGIN = "username=boss\npassword=top\n"
ACCESS = """\
[svd:access]
read=http:looker, *
operate=http:deploy web*
admin=http:boss
logins=looker:look, deploy:ploy
"""


# Of an answer without an end some will do.
STREAMS = "/web/live", "/web/follow", "/logtail", "/mainlogtail", "/api/v1/events"


class Site:
    """One daemon and the port of its pages."""

    def __init__(self, make, programs, server="", access="", **kwargs):
        self.port = free_port()
        config = CONFIG.replace("{port}", str(self.port)).replace("{server}", server) + access
        self.d = make(textwrap.dedent(programs), config=config, **kwargs)

    def start(self):
        self.d.start()
        return self

    def url(self, path="/", login=""):
        return "http://%s127.0.0.1:%d%s" % (login and login + "@", self.port, path)

    def ask(self, method, path, body=None, login=None, **headers):
        """An answer with .status, .headers and .text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        if login:
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        if isinstance(body, (dict, list)):
            body = urllib.parse.urlencode(body, doseq=True)
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        endless = answer.status == 200 and path.startswith(STREAMS)
        answer.text = (answer.read1() if endless else answer.read()).decode(errors="replace")
        connection.close()
        return answer

    def state(self, login=None):
        """What a page is told."""
        return json.loads(self.ask("GET", "/web/state", login=login).text)

    def act(self, do, login=None, **fields):
        """The results of a change, as a page gets them."""
        body = dict(fields, token=self.state(login)["token"], do=do)
        answer = self.ask("POST", "/web/act", body, login=login, Accept="application/json")
        return answer.status, json.loads(answer.text)

    def pids(self):
        return {p["name"]: p["pid"] for p in self.d.rpc.getAllProcessInfo()}
