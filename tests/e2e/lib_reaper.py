"""lib_reaper.py - nothing that a test started outlives it.

The test runner is a subreaper: whatever a daemon leaves behind becomes its child and is found.
"""
import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")


_spared = set()


def spare(pid):
    """A child that several tests share is nobody's leftover."""
    _spared.add(pid)


def descendants(pid):
    """The pids of all that it has started and that still lives."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        found = [int(child) for child in f.read().split()]
    for child in list(found):
        try:
            found += descendants(child)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def kill_tree(pid, patience=10):
    """End a child that was spared, and what it has started, which gets a while to end by itself."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(map(lives, descendants(pid))):
        time.sleep(0.01)
    for each in descendants(pid) + [pid]:
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
    _spared.discard(pid)


def lives(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children():
    """(pid, command line) of our living children. Zombies are buried on the way."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                state, parent = f.read().rpartition(")")[2].split()[:2]
            if int(parent) != os.getpid() or int(entry) in _spared:
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
