"""Ansible's module community.general.supervisorctl, from Debian's package, drives svd by svctl.

What is expected here is what it reports with SVD=/usr/bin/supervisord and
SVCTL=/usr/bin/supervisorctl.
"""
import json
import os
import subprocess

from lib_daemon import SVCTL, clean_env
from lib_files import free_port

CAT = """
    [program:%s]
    command=/bin/cat
    autostart=%s
    startsecs=0
    """
PROGRAMS = """
    [inet_http_server]
    port=127.0.0.1:%d
    username=me
    password=s3cret
    [program:broken]
    command=/nonexistent/program
    autostart=false
    """ + CAT % ("cat", "true") + CAT % ("idle", "false") + CAT % ("w1", "true") + \
    CAT % ("w2", "true") + """
    [group:web]
    programs=w1,w2
    """
FRESH = CAT % ("fresh", "true")

# name, state, more arguments; what is reported the first time, and when it is asked again.
TASKS = [
    ("fresh", "present", {}, "changed", "ok"),
    ("nobody", "present", {}, "ERROR: no such process/group: nobody\n", None),
    ("idle", "started", {"check": True}, "changed", None),
    ("idle", "started", {}, "changed ['idle']", "ok"),
    ("idle", "stopped", {}, "changed ['idle']", "ok"),
    ("idle", "signalled", {"signal": "CONT"}, "ok", None),
    ("idle", "restarted", {}, "changed ['idle']", "changed ['idle']"),
    ("cat", "signalled", {"signal": "SIGCONT"}, "changed ['cat']", "changed ['cat']"),
    ("cat", "signalled", {"signal": "NOPE"}, "", None),
    ("broken", "started", {}, "", None),
    ("nobody", "started", {}, "ERROR (no such process)", None),
    ("nobody", "restarted", {}, "ERROR (no such process)", None),
    ("nobody", "absent", {}, "ok", None),
    ("web:", "stopped", {}, "changed ['web:w1', 'web:w2']", "ok"),
    ("web:", "started", {}, "changed ['web:w1', 'web:w2']", "ok"),
    ("web:", "signalled", {"signal": "CONT"}, "changed ['web:w1', 'web:w2']", None),
    ("web:w1", "stopped", {}, "changed ['web:w1']", "ok"),
    ("web:", "restarted", {}, "changed ['web:w1', 'web:w2']", None),
    ("all", "stopped", {}, "changed ['cat', 'fresh', 'idle', 'web:w1', 'web:w2']", "ok"),
    ("cat", "started", {"server": True}, "changed ['cat']", "ok"),
    ("fresh", "started", {}, "changed ['fresh']", None),
    ("fresh", "absent", {}, "ERROR: process/group still running: fresh\n", None),
    ("fresh", "stopped", {}, "changed ['fresh']", None),
    ("fresh", "absent", {}, "changed", "ok"),
]
ASKED = [each[:3] for each in TASKS for told in each[3:] if told is not None]
TOLD = [told for each in TASKS for told in each[3:] if told is not None]


def task(name, state, more, daemon, port):
    args = {"name": name, "state": state}
    if "signal" in more:
        args["signal"] = more["signal"]
    if "server" in more:
        args.update(server_url="http://127.0.0.1:%d" % port, username="me", password="s3cret")
    else:
        args["config"] = daemon.conf
    return {"community.general.supervisorctl": args, "check_mode": "check" in more,
            "ignore_errors": True}


def play(daemon, tasks):
    """Ansible's report of each task."""
    os.mkdir(daemon.path("bin"))
    os.symlink(SVCTL, daemon.path("bin/supervisorctl"))
    path = daemon.write("play.json", json.dumps(
        [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    env = clean_env(daemon.box)
    env.update(ANSIBLE_STDOUT_CALLBACK="json", ANSIBLE_PIPELINING="1",
               PATH=daemon.path("bin") + ":" + env["PATH"])
    run = subprocess.run(["ansible-playbook", "-c", "local", "-i", "localhost,", "-e",
                          "ansible_python_interpreter=/usr/bin/python3", path],
                         cwd=daemon.box, env=env, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    assert run.returncode == 0, run.stdout.decode() + run.stderr.decode()
    done = json.loads(run.stdout.decode())["plays"][0]["tasks"]
    return [each["hosts"]["localhost"] for each in done]


def summary(report):
    if report.get("failed"):
        return report["msg"]
    changed = "changed" if report["changed"] else "ok"
    return changed + (" %s" % report["affected"] if "affected" in report else "")


def test_each_state_is_reached_once_and_reported_truly(daemon):
    port = free_port()
    d = daemon(PROGRAMS % port).start()
    d.configure(PROGRAMS % port + FRESH)
    told = [summary(each) for each in play(d, [task(*each, d, port) for each in ASKED])]
    differing = ["%r:\n\t%r\n\t%r" % each for each in zip(ASKED, told, TOLD) if each[1] != each[2]]
    assert not differing, "\n".join(differing)
