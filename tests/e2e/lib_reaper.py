"""lib_reaper.py - nothing that a test started outlives it.

The test runner is a subreaper: whatever a daemon leaves behind becomes its child and is found.
"""
import ctypes
import os
import signal

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")


def children():
    """(pid, command line) of our living children. Zombies are buried on the way."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                state, parent = f.read().rpartition(")")[2].split()[:2]
            if int(parent) != os.getpid():
                continue
            if state == "Z":
                os.waitpid(int(entry), os.WNOHANG)
                continue
            with open("/proc/%s/cmdline" % entry) as f:
                found.append((int(entry), f.read().replace("\0", " ").strip()))
        except (FileNotFoundError, ProcessLookupError, ChildProcessError):
            pass
    return found


def kill_children():
    """Kill them, and those that come to us when they die. Returns what was there."""
    killed = []
    while True:
        found = children()
        if not found:
            return killed
        for pid, command in found:
            killed.append((pid, command))
            os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass
