"""superlance's listeners do their work under svd as under Supervisor: they send mail about what
crashed or could not be started, and restart what answers wrongly or is too large.

lances.py plays its part. It is on PyPI only, from where ./dev test installs nothing; where
/usr/bin/python3 finds it (PYTHONPATH helps), the same is asked of superlance itself.
"""
import concurrent.futures
import contextlib
import os
import re
import shlex
import socketserver
import subprocess
import threading
import xmlrpc.client

import pytest

from lib_daemon import PYTHON, REFERENCE, SVD, wait_for
from lib_files import free_port

pytestmark = pytest.mark.reference

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHONPATH = os.environ.get("PYTHONPATH", "")

# Answers 500 until it is restarted for that.
WEB = """
    import http.server, os, sys
    status = 200 if os.path.exists("{box}/ill") else 500
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            open("{box}/%s" % ("well" if status == 200 else "ill"), "w").close()
            self.send_response(status)
            self.end_headers()
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
    """

# Takes 100 MB in its first life.
GROWS = """
    import os, time
    if not os.path.exists("{box}/grown"):
        open("{box}/grown", "w").close()
        memory = b"x" * (100 << 20)
    time.sleep(1000)
    """

PROGRAMS = """
    [program:crashes]
    command=/bin/sh -c 'read -r line; exit 3'
    startsecs=0
    autorestart=false
    [program:leaves]
    command=/bin/sh -c 'read -r line; exit 0'
    startsecs=0
    autorestart=false
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startretries=0
    autostart=false
    [program:web]
    command={python} -S -E {box}/web.py {port}
    startsecs=0
    [program:grows]
    command={python} -S -E {box}/grows.py
    startsecs=0
    [eventlistener:crashmail]
    command={crashmail} -a -o host -m me@example.com -s '{box}/sendmail crashmail'
    events=PROCESS_STATE
    [eventlistener:httpok]
    command={httpok} -E -p web -m me@example.com -s '{box}/sendmail httpok' {url}
    events=TICK_5
    [eventlistener:memmon]
    command={memmon} -p grows=60MB -m me@example.com -s '{box}/sendmail memmon'
    events=TICK_5
    [eventlistener:fatalmailbatch]
    command={fatalmailbatch} --toEmail=me@example.com --fromEmail=me@example.com {mail}
    events=PROCESS_STATE,TICK_5
    """

SENDMAIL = """\
    #!/bin/sh
    cat >>{box}/$1.mail
    """


def has_superlance():
    return subprocess.run([PYTHON, "-c", "import superlance"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def commands(kit):
    names = "crashmail", "httpok", "memmon", "fatalmailbatch"
    if kit == "superlance":
        return {name: "%s -m superlance.%s" % (PYTHON, name) for name in names}
    return {name: "%s %s %s" % (PYTHON, shlex.quote(HERE + "/lances.py"), name) for name in names}


class MailServer(socketserver.StreamRequestHandler):
    """As much SMTP as it takes."""

    def handle(self):
        self.wfile.write(b"220 localhost\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mail += b"".join(iter(self.rfile.readline, b".\r\n")).decode()
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")


@contextlib.contextmanager
def a_mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        server.mail = ""
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def prepare(d, kit, mail_server):
    d.write("web.py", WEB.replace("{box}", d.box))
    d.write("grows.py", GROWS.replace("{box}", d.box))
    d.write("sendmail", SENDMAIL.replace("{box}", d.box), 0o755)
    port = free_port()
    words = dict(commands(kit), python=PYTHON, port=port, url="http://127.0.0.1:%d/" % port,
                 mail="--smtpHost=127.0.0.1:%d --tickEvent=TICK_5 --interval=0.01"
                 % mail_server.server_address[1])
    programs = PROGRAMS
    for key, value in words.items():
        programs = programs.replace("{%s}" % key, str(value))
    d.configure(programs)


def live(d, kit):
    """What was mailed."""
    with a_mail_server() as mail_server:
        prepare(d, kit, mail_server)
        d.start(env={"PYTHONPATH": PYTHONPATH} if PYTHONPATH else {})
        for name in "crashes", "leaves":
            d.rpc.sendProcessStdin(name, "\n")
            d.wait_state(name, "EXITED")
        with contextlib.suppress(xmlrpc.client.Fault):   # it may have failed already
            d.rpc.startProcess("fails", False)
        wait_for(lambda: d.read("crashmail.mail"), "mail about what crashed")
        wait_for(lambda: "500" in d.read("httpok.mail"), "mail about what answered wrongly")
        wait_for(lambda: os.path.exists(d.path("well")), "it is well")
        wait_for(lambda: d.read("memmon.mail"), "mail about what was too large")
        wait_for(lambda: "fails" in mail_server.mail, "mail about what cannot be started")
        states = d.states()
        d.stop()
        return dict({name: d.read(name + ".mail") for name in ("crashmail", "httpok", "memmon")},
                    fatalmailbatch=mail_server.mail, states=states)


@pytest.fixture(scope="module", params=["lances", "superlance"])
def mails(request, module_daemon):
    """By the daemon under which the listeners ran."""
    kit = request.param
    if kit == "superlance" and not has_superlance():
        pytest.skip("superlance is not installed for /usr/bin/python3")
    programs = {"svd": SVD, "supervisord": REFERENCE}
    both = [module_daemon("", kit + "-" + name, program) for name, program in programs.items()]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(programs, pool.map(lambda d: live(d, kit), both)))


@pytest.fixture(params=["svd", "supervisord"])
def mail(request, mails):
    return mails[request.param]


def test_crashmail_tells_what_crashed(mail):
    text = mail["crashmail"]
    assert "To: me@example.com\nSubject: host: crashes crashed at 2" in text
    assert "Process crashes in group crashes exited unexpectedly (pid " in text
    assert ") from state RUNNING" in text and "leaves" not in text


def test_httpok_restarts_what_answers_wrongly(mail):
    assert "bad status returned\n\nstatus contacting http://127.0.0.1:" in mail["httpok"]
    assert mail["states"]["web:web"] == "RUNNING"


def test_memmon_restarts_what_is_too_large(mail):
    # superlance's takes the last name it was given for its own.
    assert re.findall(r"Subject: memmon(?: \[grows\])?: process (.*) restarted\n",
                      mail["memmon"]) == ["grows:grows"]
    assert mail["states"]["grows:grows"] == "RUNNING"


def test_fatalmailbatch_tells_what_cannot_be_started(mail):
    assert mail["fatalmailbatch"].count("fails:fails failed to start too many") == 1


def test_listeners_are_well(mail):
    for name in "crashmail", "httpok", "memmon", "fatalmailbatch":
        assert mail["states"]["%s:%s" % (name, name)] == "RUNNING"
