"""lib_forker.py - Supervisor's daemon many times, its Python once.

Python takes longer to start than supervisord takes for a small file. So one process imports it
and forks for each run; the child goes on as /usr/bin/supervisord does after its imports. Between
the two stands a guard, which writes the daemon's pid and, when it has ended, its status.
"""
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback

from lib_daemon import PROGRAMS, PYTHON, REFERENCE, wait_for


class Forked:
    """Like subprocess.Popen, as far as it is needed."""

    def __init__(self, report):
        self.report, self.returncode = report, None
        self.pid = wait_for(self.reported, "the daemon is forked")[0]

    def reported(self):
        try:
            with open(self.report) as f:
                return [int(line) for line in f.read().splitlines(True) if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def poll(self):
        if self.returncode is None:
            self.returncode = dict(enumerate(self.reported())).get(1)
        return self.returncode

    def wait(self, timeout=60):
        wait_for(lambda: self.poll() is not None, "the daemon has ended", timeout)
        return self.returncode

    def kill(self):
        with contextlib.suppress(ProcessLookupError):   # the guard is about to report it
            os.kill(self.pid, signal.SIGKILL)


class Forker:
    def __init__(self):
        self.process = subprocess.Popen([PYTHON, os.path.abspath(__file__)],
                                        stdin=subprocess.PIPE,
                                        env={"LANG": "C.UTF-8", "BUILD": PROGRAMS})
        self.lock = threading.Lock()

    def run(self, box, args, cwd, env, umask):
        """Supervisor's daemon, with its output in box/console."""
        request = {"report": box + "/forked", "console": box + "/console", "args": args,
                   "cwd": cwd, "env": env, "umask": umask}
        with self.lock:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        return Forked(request["report"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# --- in the process that forks ---

def become_supervisord(request, main):
    os.setsid()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    console = os.open(request["console"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    null = os.open("/dev/null", os.O_RDONLY)
    for fd, source in enumerate((null, console, console)):
        os.dup2(source, fd)
    os.close(null)
    os.close(console)
    os.umask(request["umask"])
    tempfile.tempdir = None     # of the new environment
    sys.argv = request["args"]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def guard(request, main):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        become_supervisord(request, main)
    report = os.open(request["report"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
    os.write(report, b"%d\n" % pid)
    status = os.waitpid(pid, 0)[1]
    os.write(report, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def serve():
    sys.argv[0] = REFERENCE
    from supervisor import supervisord
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)   # nobody waits for the guards
    while True:
        line = os.read(0, 1 << 20)
        if not line:
            return
        while not line.endswith(b"\n"):
            line += os.read(0, 1 << 20)
        for each in line.splitlines():
            if os.fork() == 0:
                guard(json.loads(each), supervisord.main)


if __name__ == "__main__":
    serve()
