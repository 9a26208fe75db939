"""What the users have: four Tornado servers behind nginx, started from etc/demo."""
import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import time
import urllib.request

import pytest

from lib_daemon import REPO, is_running, wait_for

DEMO = os.path.join(REPO, "etc", "demo")


def is_free(port):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_prefix():
    """Digits such that the ports PREFIX00 to PREFIX04 are free; the last is for nginx."""
    return next(prefix for prefix in range(100 + os.getpid() % 100, 320)
                if all(is_free(prefix * 100 + n) for n in range(5)))


def ask(port, path="/"):
    """The body of the answer; None when nobody answers as it should."""
    try:
        url = "http://127.0.0.1:%d%s" % (port, path)
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except (OSError, http.client.HTTPException):
        return None


@pytest.fixture
def servers(daemon):
    """The demo's configuration on other ports; .prefix, .ports."""
    prefix = free_prefix()
    d = daemon()
    shutil.copy(DEMO + "/server.py", d.box)
    with open(DEMO + "/supervisord.conf") as f:
        text = f.read().replace("=80%", "=%d%%" % prefix).replace("-80%", "-%d%%" % prefix)
    d.configure(config=text)
    d.socket = d.path("supervisor.sock")
    d.ports = [prefix * 100 + n for n in range(4)]
    d.http_port = prefix * 100 + 4
    d.start()
    d.wait_all("RUNNING")
    for port in d.ports:
        wait_for(lambda port=port: ask(port, "/health") == "ok\n", "port %d answers" % port)
    return d


@pytest.fixture
def nginx(servers):
    if not shutil.which("nginx", path="/usr/sbin:/usr/bin"):
        pytest.skip("nginx is not installed")
    with open(DEMO + "/nginx.conf") as f:
        text = f.read().replace("listen 127.0.0.1:80;", "listen 127.0.0.1:%d;" % servers.http_port)
    for n, port in enumerate(servers.ports):
        text = text.replace("127.0.0.1:800%d" % n, "127.0.0.1:%d" % port)
    servers.write("nginx.conf", "daemon off;\n" + text)
    os.chmod(servers.box, 0o777)
    process = subprocess.Popen(["/usr/sbin/nginx", "-p", servers.box, "-c", "nginx.conf"],
                               stderr=subprocess.DEVNULL)
    wait_for(lambda: ask(servers.http_port, "/health"), "nginx answers")
    yield servers.http_port
    process.send_signal(signal.SIGQUIT)
    process.wait(30)


def test_all_four_answer_through_nginx_also_while_one_is_killed(servers, nginx):
    ports = {int(ask(nginx).split()[1]) for _ in range(8)}
    assert ports == set(servers.ports)
    name = "tornado:tornado-%d" % servers.ports[2]
    victim = servers.info(name)["pid"]
    os.kill(victim, signal.SIGKILL)

    def is_back():
        assert ask(nginx), "a request failed while one server of four was down"
        answer = ask(servers.ports[2])
        return answer and int(answer.split()[3]) != victim
    wait_for(is_back, "another process answers on its port")
    assert servers.wait_state(name, "RUNNING")["pid"] != victim


def test_restart_through_the_client_gives_four_new_ones(servers):
    before = {p["pid"] for p in servers.rpc.getAllProcessInfo()}
    assert servers.ctl("restart", "tornado:*").returncode == 0
    after = {p["pid"] for p in servers.rpc.getAllProcessInfo()}
    assert len(after) == 4 and not before & after and not any(map(is_running, before))
    for port in servers.ports:
        wait_for(lambda port=port: ask(port, "/health"), "port %d answers" % port)


def test_the_four_share_two_log_files(servers):
    for port in servers.ports:
        for _ in range(5):
            assert ask(port)

    def all_requests_are_logged():
        lines = servers.read("tornado-stderr.log").splitlines()
        return all(sum(line.startswith("%d GET / 200" % port) for line in lines) == 5
                   for port in servers.ports)
    wait_for(all_requests_are_logged, "five lines of each server")
    lines = servers.read("tornado-stdout.log").splitlines()
    assert sorted(line.split()[0] for line in lines) == [str(port) for port in servers.ports]


def test_how_long_svd_takes_from_a_death_to_the_next_exec(daemon, stamp, capsys):
    """Printed, not judged: machines differ. From kill(2) to main() of the next life."""
    d = daemon("""
        [program:p]
        command=%s {box}/stamps
        startsecs=0
        autorestart=true
        """ % stamp).start()
    taken = []
    for n in range(20):
        lives = wait_for(lambda n=n: len(lines_of(d)) > n and lines_of(d), "life %d" % n)
        pid, born = int(lives[-1].split()[0]), float(lives[-1].split()[1])
        # A program that dies younger than that is held up, so that a crash loop burns no machine.
        wait_for(lambda born=born: time.monotonic() > born + 0.2, "it is old enough")
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        lives = wait_for(lambda n=n: len(lines_of(d)) > n + 1 and lines_of(d), "another life")
        taken.append(1000 * (float(lives[-1].split()[1]) - killed))
    assert len({line.split()[0] for line in lines_of(d)}) == 21
    with capsys.disabled():
        print("\n    from death to exec, %d times: median %.2f ms, worst %.2f ms" % (
            len(taken), statistics.median(taken), max(taken)))


def lines_of(d):
    return [line for line in d.read("stamps").splitlines() if line.count(" ") == 1]
