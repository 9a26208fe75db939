"""Calls that older kernels do not have: strace answers ENOSYS to them, and svd must do without."""
import os
import re
import signal
import subprocess

import pytest

from lib_daemon import SVD, wait_for

pytestmark = pytest.mark.svd_only

# What came after Linux 4.15, of what we or the C library may call.
NEWER = ("close_range", "clone3", "faccessat2", "openat2", "pidfd_open", "pidfd_send_signal",
         "epoll_pwait2", "rseq", "statx")

PROGRAMS = """
[program:echo]
command=/bin/sh -c 'echo begin; exec cat'
startsecs=0
stdout_logfile={box}/echo.log
[program:other]
command=/bin/sleep 600
startsecs=0
directory=/
[program:much]
command=/bin/sh -c 'for i in 1 2 3 4 5 6 7 8; do printf "%%01000d\\n" 0; done; exec sleep 600'
startsecs=0
stdout_logfile={box}/much.log
stdout_logfile_maxbytes=2KB
stdout_logfile_backups=2
"""


def without(box, calls):
    """A svd for which, and for all that it starts, these calls do not exist."""
    path = os.path.join(box, "old-svd")
    with open(path, "w", encoding="utf-8") as file:
        # Leaks are looked for by a tracer, and there can be only one.
        file.write('#!/bin/sh\n'
                   'export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"\n'
                   'exec strace -D -f -qq --seccomp-bpf -e signal=none -o %s/trace -e trace=%s '
                   '-e inject=%s:error=ENOSYS %s "$@"\n'
                   % (box, ",".join(calls), ",".join(calls), SVD))
    os.chmod(path, 0o755)
    return path


@pytest.mark.parametrize("calls", [("close_range",), NEWER], ids=["close_range", "all"])
def test_svd_does_without_what_older_kernels_lack(daemon, box, calls):
    d = daemon(PROGRAMS, program=without(box, calls))
    d.start()
    d.wait_all("RUNNING")
    for name in ("svd-logd", "svd-httpd"):
        was = d.sibling(name)
        os.kill(was, signal.SIGKILL)
        wait_for(lambda n=name, w=was: d.sibling(n) not in (None, w), "another " + name)
    d.rpc.sendProcessStdin("echo", "after the kill\n")
    wait_for(lambda: d.read("echo.log") == "begin\nafter the kill\n", "both lines are there")
    assert "started" in d.ctl("restart", "echo").stdout
    wait_for(lambda: d.read("echo.log").count("begin\n") == 2, "it began again")
    wait_for(lambda: os.path.exists(d.path("much.log.2")), "it was rotated")
    os.kill(d.info("other")["pid"], signal.SIGKILL)
    d.wait_log("exited: other")
    d.wait_state("other", "RUNNING")
    d.stop()
    assert " ERRO " not in d.log()
    assert "close_range" in d.read("trace") and "(INJECTED)" in d.read("trace")


@pytest.mark.skipif("BUILD" not in os.environ, reason="a unit test is in a build tree")
def test_a_table_of_descriptors_is_parted_without_close_range(box):
    """What svd-logd does when a disk hangs: the unit test of it, on an old kernel."""
    trace = box + "/trace"
    done = subprocess.run(
        ["strace", "-f", "-qq", "--seccomp-bpf", "-o", trace, "-e", "trace=close_range,unshare",
         "-e", "inject=close_range:error=ENOSYS",
         os.environ["BUILD"] + "/tests/unit/test_baton"],
        env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0", CK_DEFAULT_TIMEOUT="120"), cwd=box,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    assert done.returncode == 0 and "100%" in done.stdout, done.stdout
    with open(trace, encoding="utf-8") as file:
        said = file.read()
    assert "(INJECTED)" in said and "unshare(CLONE_FILES) = 0" in re.sub(" +", " ", said)
