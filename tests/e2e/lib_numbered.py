"""lib_numbered.py - programs whose every line is accounted for, whatever happens to them.

A Fleet is many of them (numbered.c) in one private daemon. Files that were renamed, cleared or
taken out of the way live on in `kept`, so that in the end every line that was written is in some
file: once, whole, and in order. What was under way when its program was killed may be missing.
"""
import bisect
import collections
import glob
import os
import re
import signal
import struct
import subprocess
import textwrap

from lib_daemon import wait_for

STREAM = struct.Struct("3Q500Q")
STATE = struct.Struct("2Q")

PROGRAM = """
    [program:{kind}]
    command={box}/numbered write {box}/state/{kind}%(process_num)d {kind}%(process_num)d {words}
    process_name={kind}%(process_num)d
    numprocs={count}
    startsecs=0
    autorestart=true
    stopwaitsecs=60
    stdout_logfile={box}/logs/{path}
    stdout_logfile_maxbytes={maxbytes}
    stdout_logfile_backups=100000
    {options}
    """

# kind: begins the names. streams: see numbered.c. least, most: bytes of a line. path: the log file,
# below logs, by default one of its own for each.
Kind = collections.namedtuple(
    "Kind", "kind count streams batch pause least most path options", defaults=(None, ""))

# One life's end may leave one line unsure in each stream.
Stream = collections.namedtuple("Stream", "begun done unsure")


class Fleet:
    def __init__(self, d, kinds, more="", maxbytes="100KB"):
        self.d, self.kinds = d, kinds
        self.names = ["%s%d" % (kind.kind, n) for kind in kinds for n in range(kind.count)]
        self.groups = {"%s%d" % (kind.kind, n): kind.kind for kind in kinds
                       for n in range(kind.count)}
        self.serial = 0
        for name in "state", "logs", "kept":
            os.mkdir(d.path(name))
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "numbered.c")
        subprocess.run(["cc", "-O2", "-static", "-o", d.path("numbered"), source], check=True)
        d.configure("".join(self.section(kind, maxbytes) for kind in kinds) +
                    textwrap.dedent(more))

    @staticmethod
    def section(kind, maxbytes):
        words = (kind.streams, kind.batch, kind.pause, kind.least, kind.most)
        values = {"kind": kind.kind, "count": kind.count, "maxbytes": maxbytes,
                  "words": " ".join(map(str, words)), "options": kind.options,
                  "path": kind.path or kind.kind + "%(process_num)d"}
        return re.sub(r"\{(\w+)\}", lambda m: str(values.get(m.group(1), m.group(0))),
                      textwrap.dedent(PROGRAM))

    # --- programs ---

    def state(self, name):
        """pid, number of lives, and the streams of a program: what it says itself."""
        with open(self.d.path("state/" + name), "rb") as f:
            data = f.read()
        streams = []
        for n in range(2):
            begun, done, n_unsure, *unsure = STREAM.unpack_from(data, STATE.size + n * STREAM.size)
            streams.append(Stream(begun, done, set(unsure[:n_unsure])))
        return STATE.unpack_from(data) + (streams,)

    def lives(self, name):
        try:
            return self.state(name)[1]
        except (FileNotFoundError, struct.error):
            return 0

    def kill(self, name):
        """kill -9. False: it is not running, or not yet."""
        pid = self.state(name)[0]
        try:
            with open("/proc/%d/cmdline" % pid, "rb") as f:
                if name.encode() not in f.read().split(b"\0"):
                    return False
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return True

    def wait_running(self):
        wait_for(lambda: all(map(self.lives, self.names)), "all have begun")
        self.d.wait_all("RUNNING")

    # --- files ---

    def log(self, name):
        """The path of a log file, by its name below logs."""
        return self.d.path("logs/" + name)

    def keep_name(self, name):
        self.serial += 1
        return self.d.path("kept/%s,%d" % (name, self.serial))

    def rename(self, name):
        """As logrotate does before it says SIGUSR2. False: there is no such file just now."""
        try:
            os.rename(self.log(name), self.keep_name(name))
        except FileNotFoundError:
            return False
        return True

    def put_away(self):
        """Take old files from .2 upwards out of the way: renaming thousands would be slow."""
        count = 0
        for path in glob.glob(self.d.path("logs/*.*")):
            name, number, form = (os.path.basename(path).split(".") + [""])[:3]
            if int(number) > 1:
                try:
                    os.rename(path, self.keep_name(name) + (form and "." + form))
                    count += 1
                except FileNotFoundError:
                    pass    # it was just given the next number, or compressed
        return count

    def clear(self, name, program):
        """Clear the log of a program, whose file this is and does not rotate just now.

        A second name keeps what is removed. False: there is no such file just now.
        """
        kept = self.keep_name(name)
        try:
            os.link(self.log(name), kept)
        except FileNotFoundError:
            return False
        self.d.rpc.clearProcessLogs("%s:%s" % (self.groups[program], program))
        assert os.stat(kept).st_nlink == 1, "another file than %s was cleared" % kept
        return True

    # --- the account ---

    def account(self):
        """Every line of every program; to be asked when all have ended. Returns counts."""
        runs, faults = self.runs()
        totals = collections.Counter()
        for name in self.names:
            for n, stream in enumerate(self.state(name)[2], 1):
                key = "%s.%d" % (name, n)
                faults += check_stream(key, runs.pop(key, []), stream, totals)
            totals["lives"] += self.lives(name)
        faults += ["nobody has written %s" % key for key in runs]
        assert not faults, "%d faults:\n%s" % (len(faults), "\n".join(faults[:40]))
        return totals

    def runs(self):
        """{stream: [(first, last, place in its file, file)]} and what is no line."""
        paths = [plain(path) for path in glob.glob(self.d.path("logs/*")) +
                 glob.glob(self.d.path("kept/*"))]
        out = subprocess.run([self.d.path("numbered"), "check"], input="\n".join(paths),
                             stdout=subprocess.PIPE, check=True, universal_newlines=True,
                             errors="backslashreplace").stdout
        runs, faults = collections.defaultdict(list), []
        for place, line in enumerate(out.splitlines()):
            if line.startswith("! "):
                faults.append(line)
            else:
                path, stream, first, last = line.split()
                runs[stream].append((int(first), int(last), place, path))
        return runs, faults


def plain(path):
    """The name of a file that is not compressed (any more)."""
    base, form = os.path.splitext(path)
    program = {".gz": "gzip", ".zst": "zstd"}.get(form)
    if not program:
        return path
    with open(base + "," + form[1:], "wb") as f:
        subprocess.run([program, "-dcq", path], stdout=f, check=True)
    os.unlink(path)
    return f.name


def find(runs, count):
    """Of the numbers below count: the missing; (number, file) of the doubled; of the misplaced."""
    missing, twice, misplaced = [], [], []
    following, files, before = 0, set(), None
    for first, last, place, path in sorted(runs):
        twice += ((number, path) for number in range(first, min(last + 1, following)))
        missing += range(following, first)
        following = max(following, last + 1)
        if before and (place < before[0] if path == before[1] else path in files):
            misplaced.append((first, path))
        files.add(path)
        before = place, path
    return missing + list(range(following, count)), twice, misplaced


def check_stream(key, runs, stream, totals):
    """Is each number there, once and in order? Returns a list of faults."""
    if stream.begun != stream.done:     # killed as the last thing that happened to it
        stream.unsure.add(stream.done)
    missing, twice, misplaced = find(runs, stream.begun)
    faults = ["%s: %d twice, again in %s" % ((key,) + each) for each in twice[:5]]
    faults += ["%s: %d is out of order in %s" % ((key,) + each) for each in misplaced[:5]]
    faults += ["%s: %d was never written" % (key, run[1]) for run in runs if run[1] >= stream.begun]
    lost = [number for number in missing if number not in stream.unsure]
    if lost:
        faults.append("%s: %d of %d lost: %s; %s" % (
            key, len(lost), stream.begun, ", ".join(map(str, lost[:5])), around(runs, lost[0])))
    totals["streams"] += stream.begun > 0
    totals["lines"] += stream.begun - len(missing)
    totals["unsure"] += len(stream.unsure)
    totals["unsure and missing"] += len(stream.unsure.intersection(missing))
    return faults


def around(runs, number):
    """Where the lines before and after a number are."""
    runs = sorted(runs)
    at = bisect.bisect(runs, (number,))
    return "before in %s, after in %s" % (runs[at - 1][3] if at else "none",
                                          runs[at][3] if at < len(runs) else "none")
