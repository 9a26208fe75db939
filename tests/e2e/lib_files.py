"""lib_files.py - one configuration file and command line, lived through by a daemon, and what came.

A Case says what is run; live(case, ...) runs it and returns an Outcome, a dictionary of aspects
that test_same_files.py compares.
"""
import functools
import glob
import grp
import http.client
import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import xml.parsers.expat
import xmlrpc.client

from conftest import sanitizer_reports
from lib_daemon import Daemon, clean_env, is_running, wait_for

UMASK = 0o026   # of the shell, so to speak

FLAGS = ("-n", "-c", "{box}/supervisord.conf")

SERVER = """\
[unix_http_server]
file={box}/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

MAIN = """\
[supervisord]
logfile={box}/d.log
pidfile={box}/d.pid
childlogdir={box}/logs
"""


class Case:
    """A file, its included files, its command line, and what is known about the outcome.

    In texts, {box} is the directory of that life, {w} a command that tells how it was started
    (witness.c), {dir} its directory, {port} a free port, {member} a user with groups.
    refused: None, or the "section.option", section or words that both blame; theirs: the words in
    Supervisor's message where it does not name that.
    differs: aspect -> words that stand in doc/COMPATIBILITY.md, for differences that are wanted.
    """

    def __init__(self, text="", flags=FLAGS, files=(), env=(), refused=None, differs=(),
                 theirs="", cwd="{box}", encoding="utf-8", beside=False,
                 limits="", background=False, as_nobody=False):
        self.text, self.flags, self.files = text, flags, dict(files)
        self.env, self.differs = dict(env), dict(differs)
        self.refused, self.theirs = refused, theirs
        self.cwd, self.encoding, self.beside, self.limits = cwd, encoding, beside, limits
        self.background, self.as_nobody = background, as_nobody


def served(text, **kwargs):
    """A case that brings its own [supervisord]."""
    return Case(SERVER + text, **kwargs)


def usual(text="", **kwargs):
    """A case whose [supervisord] needs no attention; options at its beginning belong to it."""
    return Case(SERVER + MAIN + text, **kwargs)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@functools.lru_cache()
def member():
    """Somebody with groups besides their own, if there is anybody."""
    known = {user.pw_name for user in pwd.getpwall()}
    found = {name for group in grp.getgrall() for name in group.gr_mem} & known
    return min(found, default="daemon")


class Life:
    """One daemon in a directory of its own, on the way to its outcome."""

    def __init__(self, case, box, program, witness, forker):
        self.case, self.box, self.program, self.forker = case, box, program, forker
        self.daemon = Daemon(box, program=program, config=" ")
        os.remove(self.daemon.conf)
        self.witness, self.port = witness, free_port()
        for name in "out", "logs", "sub":
            os.mkdir(os.path.join(box, name))
            os.chmod(os.path.join(box, name), 0o777)
        os.chmod(box, 0o777)
        if case.text is not None:
            self.write("supervisord.conf", case.text)
        if case.beside:
            self.program = self.link(program, "bin")
        elif "-c" not in case.flags:    # beside a build tree may lie a file, too
            self.program = self.link(program, "apart/bin")
        for name, text in case.files.items():
            self.write(name, text)

    def filled(self, text):
        text = text.replace("{w}", "%s {box}/out" % self.witness).replace("{box}", self.box)
        for word, meaning in (("{dir}", os.path.dirname(self.witness)), ("{member}", member()),
                              ("{port}", str(self.port))):
            text = text.replace(word, meaning)
        return text

    def write(self, name, text):
        path = os.path.join(self.box, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(self.filled(text).encode(self.case.encoding))
        if name.endswith(".sh"):
            os.chmod(path, 0o755)

    def link(self, program, place):
        """The program as if it were installed there, which it finds its file by."""
        path = os.path.join(self.box, place, "daemon")
        os.makedirs(os.path.dirname(path))
        os.symlink(program, path)
        return path

    def wrapper(self):
        """What stands before the command: lower limits, another user."""
        words = self.case.limits.split()
        pairs = ["%s %s" % pair for pair in zip(words[::2], words[1::2])]
        script = "".join("ulimit %s && " % pair for pair in pairs) + 'exec "$@"'
        nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        return (["bash", "-c", script, "bash"] if words else []) + \
            (nobody if self.case.as_nobody else [])

    def spawn(self):
        env = clean_env(self.box)
        env.update({key: self.filled(value) for key, value in self.case.env.items()})
        args = [self.program] + [self.filled(flag) for flag in self.case.flags]
        cwd = self.filled(self.case.cwd)
        if self.forker and not self.wrapper():
            self.daemon.process = self.forker.run(self.box, args, cwd, env, UMASK)
        else:
            with open(self.box + "/console", "ab") as console:
                self.daemon.process = subprocess.Popen(
                    self.wrapper() + args, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                    stdout=console, stderr=console, start_new_session=True, umask=UMASK)
        self.daemon.pid = self.daemon.process.pid

    def has_ended(self):
        """Its process has, and was not to leave a daemon in the background."""
        status = self.daemon.process.poll()
        return status is not None and not (self.case.background and status == 0)

    def answers(self):
        if self.has_ended():
            return True
        try:
            return bool(self.daemon.rpc.getState())
        except (OSError, http.client.HTTPException):
            return False

    def is_settled(self):
        """Nothing is on its way, and all who can tell have told."""
        infos = self.daemon.rpc.getAllProcessInfo()
        if {"STARTING", "BACKOFF", "STOPPING"} & {info["statename"] for info in infos}:
            return False
        return all(self.has_told(info) for info in infos if info["statename"] == "RUNNING")

    def has_told(self, info):
        try:
            exe = os.readlink("/proc/%d/exe" % info["pid"])
        except OSError:
            return False
        if "witness" not in exe:
            return exe != os.path.realpath(self.program) and "python" not in exe
        return os.path.exists("%s/out/%s:%s" % (self.box, info["group"], info["name"]))

    def live(self):
        self.spawn()
        try:
            wait_for(self.answers, "it answers or ends")
            if not self.has_ended():
                return self.observe()
            return {"status": self.daemon.process.returncode, "console": self.console()}
        finally:
            self.end()
            reports = sanitizer_reports(self.box)
            assert not reports, reports

    def end(self):
        """Whatever has gone wrong: nothing of it is left."""
        if self.daemon.is_running():
            self.daemon.process.kill()
        self.daemon.process.wait()
        if is_running(self.daemon.pid):
            os.kill(self.daemon.pid, signal.SIGKILL)

    def observe(self):
        self.daemon.pid = self.daemon.rpc.getPID()
        for _ in range(2):      # autostart is done between two answers
            self.daemon.rpc.getState()
        wait_for(self.is_settled, "all have settled")
        outcome = {"status": "runs", "identifier": self.daemon.rpc.getIdentification()}
        outcome["infos"] = [self.plain(info) for info in self.daemon.rpc.getAllProcessInfo()]
        outcome["configs"] = self.configs()
        outcome["records"] = self.records()
        outcome["itself"] = self.itself()
        outcome["files"] = {name: how for name, how in self.new_files().items()
                            if not name.endswith(".log")}     # svd-logd may not have come to it
        self.daemon.rpc.shutdown()
        wait_for(lambda: not is_running(self.daemon.pid), "it is gone")
        outcome["logs"] = self.logs()
        outcome["notes"] = self.notes()
        outcome["left"] = self.new_files()
        return outcome

    # --- what came ---

    def unboxed(self, text):
        text = text.replace(os.path.realpath(self.program), "SVD").replace(self.program, "SVD")
        return re.sub("(?<=---)(.*)-[a-z0-9_]{8}(?=[.]log)", r"\1-RANDOM",
                      re.sub(r"(?<!\d)%d(?!\d)" % self.port, "PORT",  # no part of an inode's number
                             text.replace(self.box, "BOX")))

    def unboxed_bytes(self, data):
        return data.replace(self.box.encode(), b"BOX")

    def console(self):
        return self.unboxed(self.daemon.console())

    def plain(self, value):
        """Without what differs from life to life: pids, times, the directory."""
        if isinstance(value, dict):
            value = dict(value)
            for key in "now", "start", "stop", "pid":
                if key in value:
                    value[key] = value[key] > 0
            if value.get("statename") in ("RUNNING", "EXITED", "STOPPED"):
                value["description"] = value["description"].split()[0] if value["start"] else "new"
            return {key: self.plain(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.plain(each) for each in value]
        return self.unboxed(value) if isinstance(value, str) else value

    def configs(self):
        try:
            return [self.plain(config) for config in self.daemon.rpc.getAllConfigInfo()]
        except (xmlrpc.client.ProtocolError, xml.parsers.expat.ExpatError):
            return "no answer that a client could read"

    def records(self):
        found = {}
        for path in glob.glob(glob.escape(self.box) + "/out/*:*"):
            with open(path, "rb") as f:
                lines = f.read().decode("utf-8", "surrogateescape").split("\0")[:-1]
            found[os.path.basename(path)] = self.record(self.unboxed(line) for line in lines)
        return found

    def record(self, lines):
        """key -> sorted values; pipes are numbered in the order in which they are met."""
        record, pipes = {}, []
        for line in lines:
            key, _, value = line.partition(" ")
            if key == "daemon":
                value = int(value) == self.daemon.pid
            if key == "fd":
                for pipe in re.findall(r"(?:pipe|socket):\[\d+\]", value):
                    pipes += [pipe] if pipe not in pipes else []
                    value = value.replace(pipe, "%s %d" % (pipe[:4], pipes.index(pipe)))
            record.setdefault(key, []).append(value)
        for key in "env", "fd", "groups":
            record.get(key, []).sort()
        return record

    def itself(self):
        """The daemon's own rights and places."""
        pid = self.daemon.pid
        with open("/proc/%d/status" % pid) as f:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in f)
        own = {key: status[key] for key in ("Uid", "Gid", "Groups", "Umask")}
        own["cwd"] = self.unboxed(os.readlink("/proc/%d/cwd" % pid))
        own["std"] = [self.unboxed(os.readlink("/proc/%d/fd/%d" % (pid, fd))) for fd in range(3)]
        own["leads"] = os.getsid(pid) == pid
        return own

    def new_files(self):
        """Path -> (kind and mode, owner, group) of all that the daemon made."""
        found = {}
        for path in glob.glob(glob.escape(self.box) + "/**", recursive=True):
            st = os.lstat(path)
            name = self.unboxed(path)
            of_the_test = name.startswith(("BOX/out/", "BOX/sanitizer", "BOX/forked"))
            if not of_the_test and not stat.S_ISDIR(st.st_mode):
                found[name] = stat.filemode(st.st_mode), st.st_uid, st.st_gid
        return found

    def logs(self):
        found = {}
        for path in glob.glob(glob.escape(self.box) + "/logs/*"):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    found.setdefault(self.unboxed(path), []).append(self.unboxed_bytes(f.read()))
        return {name: sorted(texts) for name, texts in found.items()}

    def notes(self):
        """What the activity log says up to the start."""
        text = "".join(self.daemon.read(name) for name in ("d.log", "supervisord.log"))
        lines = re.sub(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", text).splitlines()
        started = [i for i, line in enumerate(lines)
                   if re.match("INFO (supervisord started with pid|spawned: )", line)]
        return [self.unboxed(line) for line in lines[:started[0] if started else None]]


def live(case, box, program, witness, forker=None):
    life = Life(case, box, program, witness, forker)
    try:
        return life.live()
    except (AssertionError, OSError, xmlrpc.client.Error, subprocess.SubprocessError) as e:
        raise AssertionError("%s: %s\n%s\n%s" % (program, e, case.text, life.console())) from e
