"""The machine's own files (contrib/instance): svd, four Tornado servers, nginx. Paths and ports are
others than on the machine, and nothing else."""
import concurrent.futures
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

from lib_daemon import wait_for

pytestmark = pytest.mark.svd_only

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INSTANCE = TREE + "/contrib/instance/"
COMBINED = re.compile(r'\S+ - \S+ \[([^]]+)\] "[A-Z]+ \S+ HTTP/[0-9.]+" \d{3} \d+ "[^"]*" '
                      r'"[^"]*"\n')


def text_of(name, *changes):
    with open(INSTANCE + name, encoding="utf-8") as file:
        text = file.read()
    for old, new in changes:
        assert re.search(old, text, re.M), "%s has no %s" % (name, old)
        text = re.sub(old, new, text, flags=re.M)
    return text


def free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_prefix():
    """80 on the machine: servers are on 8000 to 8003; here nginx gets the fifth."""
    return next(str(p) for p in range(120, 300)
                if all(free(p * 100 + n) for n in range(5)))


class Machine:
    def __init__(self, daemon, prefix):
        self.daemon, self.prefix = daemon, prefix
        self.url = "http://127.0.0.1:%s04" % prefix

    def get(self, path="/"):
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, ""

    def names(self):
        return ["tornado:tornado-%s%02d" % (self.prefix, n) for n in range(4)]


@pytest.fixture
def machine(daemon, box):
    prefix = free_prefix()
    for name in ("log", "app", "sites", "nginx"):
        os.mkdir(os.path.join(box, name))
    shutil.copy(TREE + "/etc/demo/server.py", box + "/app")
    d = daemon(config=text_of(
        "supervisord.conf", ("/run/", "{box}/"), ("/var/log/supervisor", "{box}/log"),
        ("/opt/application", "{box}/app"), ("^(chown|user)=.*\n", ""), ("80%", prefix + "%"),
        ("supervisor.sock", "s.sock")))
    d.socket = d.path("s.sock")
    temporary = "".join("\t%s_temp_path %s/nginx/t;\n" % (kind, box) for kind in (
        "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    d.write("nginx.conf", text_of(
        "nginx.conf", ("^user .*\n", ""), ("/run/", box + "/"), ("/var/log/nginx", box + "/nginx"),
        ("/etc/nginx/sites-enabled", box + "/sites"), ("^http {\n", "http {\n" + temporary)))
    d.write("sites/tornado", text_of(
        "nginx-site", ("listen 80 ", "listen 127.0.0.1:%s04 " % prefix),
        (r"127\.0\.0\.1:80(\d\d) ", r"127.0.0.1:%s\1 " % prefix)))
    d.start()
    d.wait_all("RUNNING")
    nginx = subprocess.Popen(
        ["nginx", "-p", box, "-c", d.path("nginx.conf"), "-e", d.path("nginx/error.log"), "-g",
         "daemon off;"], env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))
    m = Machine(d, prefix)
    try:
        wait_for(lambda: not free(int(prefix) * 100 + 4), "nginx listens")
        wait_for(lambda: m.get()[0] == 200, "the machine answers")
        yield m
    finally:
        nginx.send_signal(signal.SIGQUIT)
        assert nginx.wait(60) == 0


def test_port_80_is_served_by_all_four_into_the_same_logs(machine):
    def served():
        return {machine.get()[1].split()[1] for _ in range(8)}

    ports = {machine.prefix + "%02d" % n for n in range(4)}
    wait_for(lambda: served() == ports, "all four answer")
    d = machine.daemon
    for name in ("tornado-stdout.log", "tornado-stderr.log"):
        def writers(name=name):
            lines = d.read("log/" + name).splitlines()
            assert all(re.match(r"\d{5} (GET|listening)", line) for line in lines), lines
            return {line.split()[0] for line in lines}

        wait_for(lambda: writers() == ports, "all four have written to " + name)


def test_no_request_is_lost_while_one_after_the_other_is_killed_and_restarted(machine):
    d = machine.daemon
    done = []

    def ask():
        answers = []
        while not done:
            answers.append(machine.get()[0])
        return answers

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for name in machine.names():
                pid = d.info(name)["pid"]
                os.kill(pid, signal.SIGKILL)
                wait_for(lambda n=name, p=pid: d.info(n)["statename"] == "RUNNING" and
                         d.info(n)["pid"] != p, name + " is back")
                assert "started" in d.ctl("restart", name).stdout
        finally:
            done.append(True)
    answers = [status for one in asking for status in one.result()]
    assert len(answers) > 8 and set(answers) == {200}


def test_the_balancer_hears_when_nobody_is_left(machine):
    d = machine.daemon
    assert machine.get("/health") == (200, "ok\n")
    for name in machine.names()[1:]:
        d.rpc.stopProcess(name)
    wait_for(lambda: machine.get("/health")[0] == 200, "one is enough")
    d.rpc.stopProcess(machine.names()[0])
    assert machine.get("/health")[0] in (502, 504)
    for name in machine.names():
        d.rpc.startProcess(name)
    wait_for(lambda: machine.get("/health")[0] == 200, "all are back")
    assert "/health" not in d.read("nginx/access.log")


def test_the_agent_reads_the_time_of_each_log(machine):
    d = machine.daemon
    machine.get("/")
    for name in machine.names():
        d.rpc.stopProcess(name)
    machine.get("/")                # nobody there: a line for error.log
    with open(INSTANCE + "amazon-cloudwatch-agent.json", encoding="utf-8") as file:
        files = json.load(file)["logs"]["logs_collected"]["files"]["collect_list"]
    formats = {os.path.basename(one["file_path"]): one.get("timestamp_format") for one in files}
    access = d.read("nginx/access.log")
    assert COMBINED.match(access), access
    found = {"supervisord.log": d.read("log/supervisord.log").split(" INFO")[0],
             "access.log": COMBINED.match(access).group(1),
             "error.log": d.read("nginx/error.log").split(" [")[0]}
    for name, stamp in found.items():
        when = datetime.datetime.strptime(stamp.split("\n")[-1], formats[name])
        assert when.year == datetime.date.today().year


def test_a_traceback_is_one_event_for_the_agent():
    with open(INSTANCE + "amazon-cloudwatch-agent.json", encoding="utf-8") as file:
        files = json.load(file)["logs"]["logs_collected"]["files"]["collect_list"]
    start = re.compile(next(one["multi_line_start_pattern"] for one in files
                            if one["file_path"].endswith("stderr.log")))
    text = ["[E 261124 10:00:00 web:1871] Uncaught exception GET / (10.0.0.1)",
            "    Traceback (most recent call last):", '      File "server.py", line 3, in get',
            "        1 / 0", "    ZeroDivisionError: division by zero",
            "8000 GET / 200 0.5 ms"]
    assert [bool(start.match(line)) for line in text] == [True, False, False, False, False, True]


def test_logrotate_understands_its_file(box):
    said = subprocess.run(
        ["/usr/sbin/logrotate", "-d", "-s", box + "/state", INSTANCE + "logrotate"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    assert said.returncode == 0 and "error" not in said.stdout, said.stdout
