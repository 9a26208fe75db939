#!/usr/bin/python3
"""machine.py - what a machine with the packages must do; runs inside it, again after each boot.

Prints "ok - sentence" or "not ok - sentence: why", and "end" when there is nothing more to check.
"""
import glob
import grp
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
STATE = HERE + "/state.json"        # what was before the machine was booted again
BOOTED = os.path.isdir("/run/systemd/system")
CONF_D = "/etc/supervisor/conf.d/"
LOGS = "/var/log/supervisor/"
PATIENCE = 300                      # an emulated processor takes its time

# What may differ after a purge, and why that is not ours.
MAY_CHANGE = {
    "/etc/group": "groups stay, as Debian does, so that their numbers are not given to others",
    "/etc/gshadow": "the same",
    "/etc/.pwd.lock": "made by whoever adds a group or a user",
    "/etc/ld.so.cache": "the cache of ldconfig",
    "/etc/rc": "made and renumbered by insserv for every script",
    "/var/cache/": "caches",
    "/var/lib/apt/": "what apt remembers",
    "/var/lib/dpkg/": "what dpkg remembers",
    "/var/lib/systemd/": "clocks and seeds of systemd; its helper for units is checked by itself",
    "/var/lib/nginx": "where nginx keeps bodies",
    "/var/log/apt/": "tells what was installed",
    "/var/log/dpkg.log": "tells what was installed",
    "/var/log/alternatives.log": "tells what was installed",
    "/var/log/journal": "tells what has happened",
    "/var/log/wtmp": "tells what has happened",
    "/var/log/nginx": "the log of nginx",
    "/var/log/private": "made by systemd at boot",
    "/usr/lib/python3/dist-packages/__pycache__": "compiled by Python as it runs",
    "/var/mail": "made with a user",
    "/etc/mtab": "the mounts of this moment",
    "/etc/machine-id": "made by the first boot",
    "/var/tmp/": "for a while",
}
# Put there by contrib/instance/provision, which is no package.
PROVISIONED = ("/etc/nginx/", "/opt/", "/etc/supervisord.conf", "/etc/logrotate.d/svd-instance")
HELPERS = "/var/lib/systemd/deb-systemd-helper"


def say(words):
    print(words, flush=True)


def check(words, good, why=""):
    say("ok - " + words if good else "not ok - %s: %s" % (words, str(why).strip()[-600:]))


def run(*args):
    done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False)
    return done.returncode, done.stdout


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


# --- packages and files ---

def apt(*args):
    code, said = run("apt-get", "-y", "-o", "Dpkg::Use-Pty=0", *args)
    return code == 0, said


def debs(*names):
    return [glob.glob("%s/%s_*.deb" % (HERE, name))[0] for name in names]


def is_installed(name):
    return run("dpkg-query", "-W", "-f", "${db:Status-Status}", name)[1] == "installed"


def may_change(path):
    return not path.startswith(HELPERS) and any(path.rstrip("-").startswith(p) for p in MAY_CHANGE)


def snapshot():
    """Every path that is ours to keep as it was, with what is in it where that is configuration."""
    found = {}
    for top in ("/etc", "/usr", "/var", "/lib", "/opt", "/root"):
        for where, folders, files in os.walk(top):
            for name in folders + files:
                path = where + "/" + name
                if may_change(path) or "__pycache__" in path:
                    continue
                readable = top == "/etc" and os.path.isfile(path)
                found[path] = digest(path) if readable else ""
    return found


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def configuration():
    return {path: what for path, what in snapshot().items() if path.startswith("/etc/supervisor")}


def difference(before, after):
    return ["%s %s" % ("+" if p not in before else "-" if p not in after else "~", p)
            for p in sorted(before.keys() | after.keys()) if before.get(p) != after.get(p)]


# --- services and programs ---

def service(verb, name):
    if BOOTED:
        return run("systemctl", verb, name)
    if name == "svd" and not os.path.exists("/etc/init.d/svd"):
        say("not run: the init script of svd, for there is none; svd is started by itself")
        return run("/usr/sbin/svd", "-c", "/etc/supervisor/supervisord.conf")
    # In the foreground, and without its output in a pipe that the daemon would hold open.
    done = subprocess.run(["/etc/init.d/" + name, verb], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode, "its init script"


def make_sure_of(name):
    """Without systemd a package of an init script may or may not have started it."""
    if not BOOTED and run("pidof", "-x", "svd" if name == "svd" else "supervisord")[0]:
        service("start", name)


def prop(name):
    return run("systemctl", "show", "-P", name, "svd.service")[1].strip()


def fetch(port):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d/" % port, timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def pids(client="svctl"):
    """{process: pid} of what is RUNNING."""
    lines = [line.split() for line in run(client, "status")[1].splitlines()]
    return {words[0]: int(words[3].rstrip(",")) for words in lines
            if len(words) > 3 and words[1] == "RUNNING"}


def four_answer():
    return wait_for(lambda: all(fetch(port) for port in range(8000, 8004)))


def port_80_is_four():
    answered = set()

    def all_four():
        answered.add(" ".join(fetch(80).split()[:2]))
        return {"port %d" % port for port in range(8000, 8004)} <= answered

    return wait_for(all_four), answered


def parents(processes):
    with_parents = set()
    for pid in processes.values():
        with open("/proc/%d/status" % pid, encoding="utf-8") as file:
            ppid = [line.split()[1] for line in file if line.startswith("PPid:")][0]
        with open("/proc/%s/comm" % ppid, encoding="utf-8") as file:
            with_parents.add(file.read().strip())
    return with_parents


# --- the checks ---

def check_installation():
    code, said = run(HERE + "/instance/provision", HERE)
    check("the provisioner makes the machine, without network", code == 0, said)
    code, said = run(HERE + "/instance/provision", HERE)
    check("the provisioner may be run again", code == 0, said)
    if not BOOTED:
        service("restart", "svd")
        service("restart", "nginx")
    code, said = wait_for(lambda: not run("svctl", "pid")[0]), run("svctl", "pid")[1]
    check("svd is there after the installation", code, said)


def check_service():
    check("svd.service is active", prop("ActiveState") == "active", prop("ActiveState"))
    check("svd.service is enabled", prop("UnitFileState") == "enabled", prop("UnitFileState"))
    check("systemd waits for READY=1", prop("Type") == "notify", prop("Type"))
    scores = {}
    for name, pid in dict(pids(), svd=prop("MainPID")).items():
        with open("/proc/%s/oom_score_adj" % pid, encoding="utf-8") as file:
            scores[name] = int(file.read())
    check("svd is spared by the OOM killer, and programs are not",
          scores.pop("svd") == -500 and set(scores.values()) == {0}, scores)
    check("STATUS= says how many run", wait_for(lambda: "4 running" in prop("StatusText")),
          "it says '%s'" % prop("StatusText"))


def check_servers(when):
    check("the four servers answer " + when, four_answer(), run("svctl", "status")[1])
    good, answered = port_80_is_four()
    check("nginx serves port 80 from all four " + when, good, answered)


def check_logs():
    for path in (LOGS + "supervisord.log", LOGS + "tornado-stdout.log",
                 LOGS + "tornado-stderr.log", "/var/log/nginx/access.log"):
        good = wait_for(lambda p=path: os.path.exists(p) and os.path.getsize(p) > 0)
        check("there are lines in " + path, good, os.listdir(os.path.dirname(path)))


def check_operators():
    group = grp.getgrnam("svd-operators").gr_gid
    restart = ("svctl", "restart", "tornado:*")
    before = pids()
    code, said = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *restart)
    check("another user may not restart tornado:*", pids() == before and code != 0, said)
    code, said = run("setpriv", "--reuid=65534", "--regid=65534", "--groups=%d" % group, *restart)
    after = pids()
    check("a member of svd-operators may", code == 0 and len(after) == 4 and
          not set(before.values()) & set(after.values()), said)


def check_watchdog():
    if prop("WatchdogUSec") in ("0", "infinity", ""):
        check("svd.service has a watchdog", False, prop("WatchdogUSec"))
        return
    svd = int(prop("MainPID"))
    os.kill(svd, signal.SIGSTOP)
    good = wait_for(lambda: prop("ActiveState") == "active" and
                    int(prop("MainPID")) not in (0, svd))
    check("the watchdog restarts a svd that is stopped", good, prop("ActiveState"))
    check_servers("after that")


def check_purge(before):
    service("stop", "nginx")
    good, said = apt("purge", "svd", "svd-supervisor")
    check("purge works", good, said)
    check("purge ends svd", wait_for(lambda: run("pidof", "svd")[0] != 0), run("ps", "ax")[1])
    for log in glob.glob(LOGS + "tornado-*"):      # a person's, and said to stay
        os.remove(log)
    os.remove("/etc/supervisord.conf")
    if os.path.isdir(LOGS):
        os.rmdir(LOGS)
    left = [line for line in difference(before, snapshot())
            if not any(line[2:].startswith(path) for path in PROVISIONED)]
    check("purge leaves nothing", not left, " ".join(left))


THREE = {"one", "two", "three"}


def check_three(who, client, as_was):
    good = wait_for(lambda: set(pids(client)) == THREE)
    check("the three programs run under " + who, good, run(client, "status")[1])
    check("%s is who runs them" % who, parents(pids(client)) == {who}, parents(pids(client)))
    code, said = run(client, "restart", "two")
    check("%s restarts one under %s" % (client, who), code == 0 and "two: started" in said, said)
    check("no file in /etc/supervisor is edited by " + who, configuration() == as_was,
          difference(as_was, configuration()))


def check_migration():
    good, said = apt("install", *debs("supervisor"))
    check("Debian's supervisor is installed", good, said)
    for name in sorted(THREE):
        with open(CONF_D + name + ".conf", "w", encoding="utf-8") as file:
            file.write("[program:%s]\ncommand=/bin/sleep 1000000\n" % name)
    as_was = configuration()
    make_sure_of("supervisor")
    wait_for(lambda: not run("supervisorctl", "pid")[0])
    run("supervisorctl", "update")
    check_three("supervisord", "supervisorctl", as_was)

    good, said = apt("install", *debs("svd", "svd-supervisor"))
    check("svd-supervisor takes the place of supervisor",
          good and is_installed("svd-supervisor") and not is_installed("supervisor"), said)
    make_sure_of("svd")
    check_three("svd", "supervisorctl", as_was)

    good, said = apt("install", *debs("supervisor"))
    check("supervisor takes it back",
          good and is_installed("supervisor") and not is_installed("svd-supervisor"), said)
    make_sure_of("supervisor")
    check_three("supervisord", "supervisorctl", as_was)


def main():
    if os.path.exists(STATE):
        with open(STATE, encoding="utf-8") as file:
            before = json.load(file)
        os.remove(STATE)
        check_service()
        check_servers("after a reboot")
    else:
        before = snapshot()
        check_installation()
        check_servers("after the installation")
        if BOOTED:
            check_service()
        check_logs()
        check_operators()
        if BOOTED:
            check_watchdog()
            with open(STATE, "w", encoding="utf-8") as file:
                json.dump(before, file)
            run("systemctl", "--no-block", "reboot")
            return
    check_purge(before)
    check_migration()
    say("end")
    if BOOTED:
        run("systemctl", "--no-block", "poweroff")


try:
    main()
except Exception as problem:        # one that nobody thought of is a failed check, and the last
    check("the checks can be made", False, repr(problem))
    if BOOTED:
        run("systemctl", "--no-block", "poweroff")
    sys.exit(1)
