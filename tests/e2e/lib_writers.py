"""lib_writers.py - programs that write numbered lines, and the proof that every line arrived.

A line is "NAME NUMBER" and filler, 100 bytes in all. A writer ends after COUNT lines, or with
COUNT 0 on SIGTERM, after a whole batch; then it notes in NAME.total how many it has written.
"""
import os
import re

LINE = 100

WRITER = """
    import os, signal, sys, time
    name, count, batch, pause = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    filler = "." * (%d - len(name) - 13)
    done = 0
    while not asked and (done < count or not count):
        lines = range(done, done + (min(batch, count - done) if count else batch))
        data = "".join("%%s %%010d %%s\\n" %% (name, n, filler) for n in lines).encode()
        while data:
            data = data[os.write(1, data):]
        done += len(lines)
        time.sleep(pause)
    with open("{box}/%%s.total" %% name, "w") as f:
        f.write(str(done))
    """ % LINE

PROGRAM = """
    [program:writer]
    command=/usr/bin/python3 -S -E {box}/writer.py w%(process_num)d {words}
    process_name=w%(process_num)d
    numprocs={writers}
    startsecs=0
    autorestart=false
    stdout_logfile={box}/shared.log
    stdout_logfile_maxbytes={maxbytes}
    stdout_logfile_backups={backups}
    redirect_stderr=true
    """


def prepare(d, words, writers=4, maxbytes="1MB", backups=400, more=""):
    """Let d run so many writers into one file. words: COUNT BATCH PAUSE."""
    d.write("writer.py", WRITER.replace("{box}", d.box))
    program = PROGRAM
    for key, value in (("words", words), ("writers", writers), ("maxbytes", maxbytes),
                       ("backups", backups)):
        program = program.replace("{%s}" % key, str(value))
    d.configure(program + more)


def files_of(path):
    """A log file and its backups, the oldest first."""
    directory, base = os.path.split(path)
    numbers = [int(m.group(1)) for m in (re.fullmatch(re.escape(base) + r"\.(\d+)", name)
                                         for name in os.listdir(directory)) if m]
    return ["%s.%d" % (path, n) for n in sorted(numbers, reverse=True)] + [path]


def verify(path, maxbytes):
    """Every line whole, each writer's in order, none twice, none missing; returns the counts."""
    seen = {}
    for each in files_of(path):
        with open(each, "rb") as f:
            data = f.read()
        assert len(data) <= maxbytes, "%s has %d bytes" % (each, len(data))
        assert data.endswith(b"\n") or not data, "%s ends with a torn line" % each
        for line in data.splitlines():
            name, number, filler = line.split(b" ")
            wanted = seen.get(name, 0)
            assert int(number) == wanted and len(line) == LINE - 1 and filler.strip(b".") == b"", (
                "%s: %r, wanted number %d" % (each, line, wanted))
            seen[name] = wanted + 1
    return {name.decode(): count for name, count in seen.items()}


def totals(d, writers=4):
    """What the writers say that they have written; None for those that did not get to that."""
    names = ["w%d" % n for n in range(writers)]
    return {name: int(d.read(name + ".total") or 0) for name in names}
