"""Prometheus: what its node_exporter makes of svd, beside what it makes of Supervisor."""
import contextlib
import re
import subprocess
import urllib.error
import urllib.request

import pytest

from lib_daemon import REFERENCE, SVD, clean_env, wait_for
from lib_files import free_port

PROGRAMS = """
    [inet_http_server]
    port=127.0.0.1:%d
    [program:cat]
    command=/bin/cat
    startsecs=0
    [program:idle]
    command=/bin/cat
    autostart=false
    [program:over]
    command=/bin/sh -c "exit 200"
    startsecs=0
    autorestart=false
    [program:killed]
    command=/bin/sh -c "kill -KILL $$"
    startsecs=0
    autorestart=false
    [program:fatal]
    command=/bin/false
    startretries=0
    [group:web]
    programs=idle,over,killed,fatal
    """
SETTLED = {"cat:cat": "RUNNING", "web:idle": "STOPPED", "web:over": "EXITED",
           "web:killed": "EXITED", "web:fatal": "FATAL"}


def page(port):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % port, timeout=30) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return None


@contextlib.contextmanager
def node_exporter(box, url):
    """The text of its page, again and again."""
    port = free_port()
    exporter = subprocess.Popen(
        ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.supervisord",
         "--collector.supervisord.url=" + url, "--web.listen-address=127.0.0.1:%d" % port],
        cwd=box, env=clean_env(box), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: page(port), "the exporter has a page")
        yield lambda: page(port)
    finally:
        exporter.kill()
        exporter.wait()


def told(text):
    """What is said of processes, with a start that varies."""
    lines = [line for line in text.splitlines() if line.startswith("node_supervisord_")]
    return sorted(re.sub(r"(start_time_seconds.*) \d.*", r"\1 STARTED", line) for line in lines)


def sample_set(text):
    """{(name, labels in order): value} of what is told of processes."""
    return {(name, tuple(sorted(labels.split(",")))): float(value) for name, labels, value in
            re.findall(r"(?m)^(node_supervisord_\w+)\{(.*)\} (\S+)$", text)}


@pytest.mark.svd_only
def test_svd_tells_by_itself_what_node_exporter_would_tell_of_it(daemon):
    """Whoever changes from the one to the other keeps dashboards and alerts."""
    port = free_port()
    d = daemon(PROGRAMS % port).start()
    wait_for(lambda: d.states() == SETTLED, "all have settled")
    with node_exporter(d.box, "unix://" + d.socket) as metrics:
        theirs = sample_set(metrics())
    ours = sample_set(page(port))
    assert len(theirs) > 3 * len(SETTLED) and ours == theirs


@pytest.mark.reference
@pytest.mark.svd_only
def test_node_exporter_tells_the_same_of_both(daemon):
    heard = []
    for program in SVD, REFERENCE:
        port = free_port()
        d = daemon(PROGRAMS % port, name=program.rpartition("/")[2], program=program).start()
        wait_for(lambda: d.states() == SETTLED, "all have settled")
        for url in "http://127.0.0.1:%d/RPC2" % port, "unix://" + d.socket:
            with node_exporter(d.box, url) as metrics:
                text = metrics()
                assert 'node_scrape_collector_success{collector="supervisord"} 1' in text
            heard.append(told(text))
    assert heard[0] == heard[1] == heard[2] == heard[3]
    assert 'node_supervisord_exit_status{group="web",name="killed"} -1' in heard[0]
    assert 'node_supervisord_exit_status{group="web",name="over"} 200' in heard[0]
    assert 'node_supervisord_up{group="cat",name="cat"} 1' in heard[0]
