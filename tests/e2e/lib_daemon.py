"""lib_daemon.py - run a supervising daemon in a directory of its own, and talk to it.

SVD and SVCTL name the daemon and the client (default: the build tree's), so that
SVD=/usr/bin/supervisord SVCTL=/usr/bin/supervisorctl proves a test against Supervisor itself.
"""
import atexit
import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import textwrap
import time
import xmlrpc.client

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(REPO, "build")))


def programs_for_all():
    """The folder of the programs: the build tree, or a copy when nobody cannot enter that.

    Root plays nobody in some tests, and root's home is often closed.
    """
    if os.geteuid() != 0 or not os.path.exists(BUILD) or not subprocess.call(
            ["test", "-x", BUILD], user="nobody", group="nogroup", extra_groups=[]):
        return BUILD
    copy = tempfile.mkdtemp(prefix="svd-e2e-programs-")
    atexit.register(shutil.rmtree, copy)
    os.chmod(copy, 0o755)
    for name in "svd", "svctl", "svd-logd", "svd-httpd", "svd-webhook", "svd-compress":
        shutil.copy(os.path.join(BUILD, name), copy)
    return copy


PROGRAMS = programs_for_all()
SVD = os.environ.get("SVD", os.path.join(PROGRAMS, "svd"))
SVCTL = os.environ.get("SVCTL", os.path.join(PROGRAMS, "svctl"))
REFERENCE = "/usr/bin/supervisord"
REFERENCE_CTL = "/usr/bin/supervisorctl"
IS_SVD = os.path.basename(SVD) != "supervisord"
PYTHON = "/usr/bin/python3"

# svd's log tells of each call that changes something whose it was; Supervisor's does not.
WHO_ASKED = r"INFO [\w.]+\(.*\) by "

CONFIG = """\
[unix_http_server]
file={box}/s.sock
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}
{supervisord}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{box}/s.sock
"""


def wait_for(predicate, what, timeout=30):
    """Poll until predicate() is true and return its value; fail with `what` in words."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        assert time.monotonic() < deadline, "after %g s still not: %s" % (timeout, what)
        time.sleep(0.01)


def is_running(pid):
    """Is there such a process, and is it more than a zombie?"""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def activity(pid):
    """Grows when the process is woken or works: its context switches and ticks of the CPU."""
    switches = 0
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/status" % (pid, thread)) as f:
            switches += sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)
    with open("/proc/%d/stat" % pid) as f:
        user, system = f.read().rpartition(")")[2].split()[11:13]
    return switches + int(user) + int(system)


def wait_idle(*pids):
    """Wait for a whole second in which none of the processes does anything."""
    def quiet_second():
        before = [activity(pid) for pid in pids]
        time.sleep(1)   # the second is what is measured
        return [activity(pid) for pid in pids] == before
    wait_for(quiet_second, "a second without any context switch", 10)


def clean_env(box):
    """What a daemon in `box` gets to see: nothing of the machine it is tested on."""
    sanitizer = "log_path=%s/sanitizer/report" % box
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8", "HOME": str(box), "TMPDIR": str(box),
        "ASAN_OPTIONS": sanitizer, "UBSAN_OPTIONS": sanitizer + ":print_stacktrace=1",
    }


class UnixTransport(xmlrpc.client.Transport):
    """One connection per call, so that no call meets a connection that died with its server."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def make_connection(self, host):
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(60)
        connection.sock.connect(self.path)
        self._connection = host, connection
        return connection

    def request(self, *args, **kwargs):
        try:
            return super().request(*args, **kwargs)
        finally:
            self.close()


class Daemon:
    """One daemon, its configuration, its files and its clients."""

    def __init__(self, box, programs="", supervisord="", program=SVD, config=None):
        self.box, self.program = os.path.normpath(box), program
        os.makedirs(self.box + "/sanitizer", exist_ok=True)
        os.chmod(self.box, 0o755)
        os.chmod(self.box + "/sanitizer", 0o1777)
        self.socket = self.box + "/s.sock"
        self.conf = self.box + "/supervisord.conf"
        self.process = None     # of the foreground daemon
        self.pid = None
        self.configure(programs, supervisord, config)

    def configure(self, programs="", supervisord="", config=None):
        """Write the configuration file: {box} in it is the daemon's directory."""
        text = (config or CONFIG) + textwrap.dedent(programs)
        text = text.replace("{supervisord}", textwrap.dedent(supervisord))
        with open(self.conf, "w") as f:
            f.write(text.replace("{box}", self.box))

    def spawn(self, *args, env=(), **kwargs):
        """Start it in the foreground and wait for nothing."""
        environment = clean_env(self.box)
        environment.update(env)
        with open(self.box + "/console", "ab") as console:
            self.process = subprocess.Popen(
                [self.program, "-n", "-c", self.conf] + list(args), cwd=self.box,
                env=environment, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                start_new_session=True, **kwargs)
        self.pid = self.process.pid
        return self

    def start(self, *args, **kwargs):
        """Start it in the foreground and wait until it answers."""
        self.spawn(*args, **kwargs)
        wait_for(self.answers, "the daemon answers")
        return self

    def answers(self):
        if self.process and self.process.poll() is not None:
            raise AssertionError("the daemon ended with %d:\n%s" % (
                self.process.returncode, self.console()))
        try:
            return self.rpc.getState()["statename"] == "RUNNING"
        except (OSError, http.client.HTTPException):
            return False

    def run(self, *args, env=(), timeout=30, **kwargs):
        """Run it with these arguments and no others, until it ends."""
        environment = clean_env(self.box)
        environment.update(env)
        return subprocess.run([self.program] + list(args), cwd=self.box, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True, timeout=timeout,
                              **kwargs)

    def stop(self, signo=signal.SIGTERM, timeout=60):
        """End it as an operator would, and see that it ends well."""
        os.kill(self.process.pid, signo)
        assert self.process.wait(timeout) == 0, "exit status %d:\n%s" % (
            self.process.returncode, self.console())

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def sibling(self, name):
        """The pid of svd's own process of that name; None while there is none."""
        with open("/proc/%d/task/%d/children" % (self.pid, self.pid)) as f:
            for pid in map(int, f.read().split()):
                try:
                    with open("/proc/%d/comm" % pid) as comm:
                        if comm.read().strip() == name and is_running(pid):
                            return pid
                except (FileNotFoundError, ProcessLookupError):
                    pass
        return None

    # --- asking ---

    @property
    def proxy(self):
        return xmlrpc.client.ServerProxy("http://localhost/RPC2",
                                         transport=UnixTransport(self.socket))

    @property
    def rpc(self):
        return self.proxy.supervisor

    def info(self, name):
        return self.rpc.getProcessInfo(name)

    def state(self, name):
        return self.info(name)["statename"]

    def states(self):
        return {p["group"] + ":" + p["name"]: p["statename"] for p in self.rpc.getAllProcessInfo()}

    def wait_state(self, name, state, timeout=30):
        """Wait until the process is in that state (or one of those) and return its info."""
        wanted = (state,) if isinstance(state, str) else state

        def info_when_there():
            info = self.info(name)
            return info if info["statename"] in wanted else None
        return wait_for(info_when_there, "%s is %s" % (name, " or ".join(wanted)), timeout)

    def wait_all(self, state, timeout=30):
        wait_for(lambda: set(self.states().values()) == {state}, "all are " + state, timeout)

    def ctl(self, *args, program=SVCTL, **kwargs):
        return subprocess.run([program, "-c", self.conf] + list(args), env=clean_env(self.box),
                              cwd=self.box, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True, timeout=60,
                              **kwargs)

    # --- reading ---

    def path(self, name):
        return os.path.join(self.box, name)

    def read(self, name):
        """The text of a file in the box; "" while there is none."""
        try:
            with open(self.path(name), errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as f:
            f.write(textwrap.dedent(text))
        os.chmod(self.path(name), mode)
        return self.path(name)

    def log(self):
        return self.read("supervisord.log")

    def console(self):
        return self.read("console")

    def wait_log(self, text, times=1, timeout=30):
        wait_for(lambda: self.log().count(text) >= times, "the log says %r" % text, timeout)
