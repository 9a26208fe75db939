"""The configuration changes while the daemon runs: the same steps with Supervisor and with svd."""
import concurrent.futures
import re
import textwrap
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, REFERENCE_CTL, SVD, wait_for

SLEEP = """
    [program:%s]
    command=/bin/sleep 1000
    startsecs=0
    autorestart=false
    """


def program(name, *lines):
    return textwrap.dedent(SLEEP) % name + "\n".join(lines) + "\n"


def group(name, programs, *lines):
    return "[group:%s]\nprograms=%s\n" % (name, programs) + "\n".join(lines) + "\n"


def many(n, *lines):
    return program("many", "process_name=%(program_name)s_%(process_num)d", "numprocs=%d" % n,
                   *lines)


def socket(*lines):
    return "[fcgi-program:f]\ncommand=/bin/sleep 1000\nautostart=false\n" + "\n".join(lines) + "\n"


def listener(*lines):
    return "[eventlistener:l]\ncommand=/bin/sleep 1000\nautostart=false\n" + "\n".join(lines) + "\n"


A, B, C = program("a"), program("b"), program("c")

# title: (the file before, the file after)
CHANGES = {
    "nothing": (A + B, A + B),
    "a comment": (A + B, "; none\n" + A + "# none\n" + B),
    "an order": (A + B, B + A),
    "one more": (A, A + B),
    "one less": (A + B, B),
    "all others": (A + B, C),
    "several, in order": (A + B + C, program("z", "priority=1") + program("b", "priority=7") +
                          program("d") + program("e", "priority=2")),
    "a command": (A + B, A + program("b", "command=/bin/sleep 2000")),
    "more processes": (many(1), many(3)),
    "fewer processes": (many(3), many(1)),
    "other numbers": (many(2), many(2, "numprocs_start=1")),
    "a name": (many(1), many(1, "process_name=other")),
    "into a group": (A + B, A + B + group("g", "a,b")),
    "out of a group": (A + B + group("g", "a,b"), A + B),
    "to another group": (A + B + group("g", "a") + group("h", "b"),
                         A + B + group("g", "b") + group("h", "a")),
    "one more in a group": (A + B + C + group("g", "a,b"), A + B + C + group("g", "a,b,c")),
    "an order in a group": (A + B + group("g", "a,b"), A + B + group("g", "b,a")),
    "a priority of a group": (A + B + group("g", "a"), A + B + group("g", "a", "priority=5")),
    "a priority in a group": (A + B + group("g", "a,b"),
                              A + program("b", "priority=5") + group("g", "a,b")),
    "a group of that name": (A + B, A + B + group("a", "b,a")),
    "not by itself": (A + B, A + B + program("c", "autostart=false")),
    "one that fails": (A, A + program("b", "command=/bin/sh -c 'exit 3'", "startsecs=1",
                                      "startretries=0")),
    "a shared socket": (socket("socket=unix://{box}/f.sock"), socket("socket=unix://{box}/g.sock")),
    "a socket's mode": (socket("socket=unix://{box}/f.sock"),
                        socket("socket=unix://{box}/f.sock", "socket_mode=0777")),
    "a program with a socket": (program("f", "autostart=false"),
                                socket("socket=unix://{box}/f.sock")),
    "a listener": (A, A + listener("events=TICK_5")),
    "events": (listener("events=TICK_5"), listener("events=TICK_60")),
    "a buffer": (listener("events=TICK_5"), listener("events=TICK_5", "buffer_size=5")),
    "a common environment": (A + program("b", "environment=X=1"),
                             "[supervisord]\nenvironment=X=2\n" + A +
                             program("b", "environment=X=1")),
    "a variable": ("[supervisord]\nenvironment=X=etc\n" + program("b", "directory=/%(ENV_X)s"),
                   "[supervisord]\nenvironment=X=usr\n" + program("b", "directory=/%(ENV_X)s")),
    "the daemon": (A, A + "[supervisord]\nidentifier=other\nchildlogdir=/tmp\nloglevel=debug\n"),
    "a program that listens": (program("l", "autostart=false"), listener("events=TICK_5")),
}

# One program for each, that does not run: option, its value before, its value after
OPTIONS = [
    ("priority", "999", "1"), ("priority", "5", "5"), ("autostart", "false", "no"),
    ("autorestart", "true", "unexpected"), ("autorestart", "true", "1"),
    ("startsecs", "1", "2"), ("startretries", "3", "03"), ("startretries", "3", "4"),
    ("exitcodes", "0", "0,2"), ("exitcodes", "0,2", "2,0"), ("stopsignal", "TERM", "15"),
    ("stopsignal", "TERM", "INT"), ("stopwaitsecs", "10", "11"), ("stopasgroup", "false", "true"),
    ("killasgroup", "false", "true"), ("user", "root", "0"), ("user", "root", "nobody"),
    ("redirect_stderr", "false", "true"), ("umask", "022", "22"), ("umask", "022", "027"),
    ("directory", "/", "/tmp"), ("directory", "/tmp", "/tmp/"),
    ("serverurl", "AUTO", "http://x:1"), ("serverurl", "auto", "AUTO"),
    ("environment", 'A="1",B="2"', "B=2,A='1'"), ("environment", "A=1", "A=2"),
    ("environment", "A=1", "A=1,C=1"), ("stdout_logfile", "{box}/x", "AUTO"),
    ("stdout_logfile", "AUTO", "{box}/x"), ("stdout_logfile", "NONE", "{box}/x"),
    ("stdout_logfile", "NONE", "none"), ("stderr_logfile", "NONE", "AUTO"),
    ("stdout_logfile_maxbytes", "1MB", "1024KB"), ("stdout_logfile_maxbytes", "1MB", "2MB"),
    ("stderr_logfile_backups", "1", "2"), ("stdout_capture_maxbytes", "0", "1KB"),
    ("stdout_events_enabled", "false", "true"), ("stderr_syslog", "false", "true"),
    ("nonsense", "1", "2"), ("process_name", "p", "p"), ("process_name", "p", "q"),
    ("numprocs_start", "0", "1"),
]


def with_options(which):
    return "".join(
        "[program:p%02d]\ncommand=/bin/sleep 1000\nautostart=false\n%s=%s\n" % (
            number, option[0], option[which]) for number, option in enumerate(OPTIONS))


CHANGES["options"] = with_options(1), with_options(2)

# What refuses to be read; the words differ, they are compared in test_conf_diff.py.
BAD = [
    A + program("b", "numprocs=many"), A + "[program:b]\n", A + program("b", "stopsignal=FOO"),
    A + "[program:b\ncommand=x\n", A + "no option\n", A + group("g", "a,none"),
    A + program("b", "user=nosuchuser"), A + program("b", "command=%(nonsense)s"),
    A + "[eventlistener:l]\ncommand=x\n", A + "[fcgi-program:f]\ncommand=x\n",
    A + listener("events=NONSENSE"), A + listener("events=TICK_5", "buffer_size=0"),
    A + "[include]\n", A + program("b", "numprocs=2"), "[unix_http_server]\nchmod=9\n" + A,
]


def normal(value, box):
    """Without what differs from run to run; the order stays."""
    if isinstance(value, list):
        return [normal(each, box) for each in value]
    if isinstance(value, dict):
        value = dict(value)
        for key in "now", "start", "stop", "pid":
            if key in value:
                value[key] = value[key] > 0
        if value.get("statename") in ("RUNNING", "EXITED", "STOPPED") and "now" in value:
            value["description"] = value["description"].split()[0] if value["start"] else "new"
        value.pop("autorestart", None)      # later than the reference
        return {key: normal(each, box) for key, each in value.items()}
    if isinstance(value, str):
        return re.sub(r"(---\w+-).{8}\.log", r"\1RANDOM.log", value.replace(box, "BOX"))
    return value


def answer(d, method, *args):
    try:
        return normal(getattr(d.rpc, method)(*args), d.box)
    except xmlrpc.client.Fault as fault:
        return "%d %s" % (fault.faultCode, "" if fault.faultCode == 92 else fault.faultString)
    except xmlrpc.client.ProtocolError as error:
        return "HTTP %d" % error.errcode


def settle(d):
    passing = {"STARTING", "STOPPING", "BACKOFF"}
    wait_for(lambda: not passing & set(d.states().values()), "all processes have settled")


def steps(d, *calls):
    told = []
    for call in calls:
        told.append((call, answer(d, *call)))
        settle(d)
    return told


def begin_with(d, text):
    """Nothing runs, then what this file has."""
    d.configure("")
    d.rpc.reloadConfig()
    for name in {info["group"] for info in d.rpc.getAllProcessInfo()}:
        d.rpc.stopProcessGroup(name, False)
    settle(d)
    for name in {info["group"] for info in d.rpc.getAllProcessInfo()}:
        d.rpc.removeProcessGroup(name)
    d.configure(text)
    (added, _, _), = d.rpc.reloadConfig()
    for name in added:
        d.rpc.addProcessGroup(name)
    settle(d)


def groups_in(text):
    return re.findall(r"^\[(?:program|group|fcgi-program|eventlistener):(.*)\]", text, re.M)


def change(d, title):
    """All that can be asked about one change, and all that can go wrong with it."""
    before, after = CHANGES[title]
    begin_with(d, before)
    told = steps(d, ("getAllProcessInfo",), ("reloadConfig",))
    d.configure(after)
    told += steps(d, ("addProcessGroup", "b"), ("reloadConfig",), ("getAllConfigInfo",),
                  ("getAllProcessInfo",), ("getIdentification",))
    for name in dict.fromkeys(groups_in(before) + groups_in(after) + ["nobody"]):
        told += steps(d, ("addProcessGroup", name), ("removeProcessGroup", name),
                      ("stopProcessGroup", name, False), ("removeProcessGroup", name),
                      ("removeProcessGroup", name), ("addProcessGroup", name))
    return told + steps(d, ("getAllProcessInfo",), ("getAllConfigInfo",), ("reloadConfig",))


def refuse(d):
    told = []
    begin_with(d, A + B)
    for text in BAD:
        d.configure(text)
        told += [(text, each) for each in steps(d, ("reloadConfig",), ("addProcessGroup", "b"),
                                                ("getAllProcessInfo",))]
    return told


WORKERS = 4


def commands(d):
    """What supervisorctl shows of three changes; it is Supervisor's own, also with svd."""
    def ctl(*args):
        shown = d.ctl(*args, program=REFERENCE_CTL)
        settle(d)
        return args, shown.returncode, shown.stdout.replace(d.box, "BOX")
    begin_with(d, A + B + group("g", "a"))
    told = [ctl("reread"), ctl("update"), ctl("add", "b"), ctl("remove", "b"), ctl("avail")]
    d.configure(program("b", "startretries=7") + C + many(2))
    told += [ctl("avail"), ctl("reread"), ctl("reread"), ctl("add", "c", "d"), ctl("remove", "c"),
             ctl("stop", "c"), ctl("remove", "c", "d"), ctl("update", "c"), ctl("update"),
             ctl("reread"), ctl("status")]
    told[-1] = [line.split()[:2] for line in told[-1][2].splitlines()]
    d.configure(BAD[0])
    return told + [ctl("reread")[:2], ctl("update")[:2], ctl("avail")]


@pytest.fixture(scope="module")
def told(module_daemon):
    """(title, "ours" or "theirs") -> what was answered; a few daemons, one change after another."""
    def work(whose, number):
        program_file = SVD if whose == "ours" else REFERENCE
        d = module_daemon("", "%s/%d" % (whose, number), program_file).start()
        answers = {(title, whose): change(d, title) for title in list(CHANGES)[number::WORKERS]}
        if number == 0:
            answers["bad files", whose] = refuse(d)
        if number == 1:
            answers["files, in supervisorctl", whose] = commands(d)
        d.stop()
        return answers
    jobs = [(whose, number) for whose in ("ours", "theirs") for number in range(WORKERS)]
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        together = {}
        for answers in pool.map(lambda job: work(*job), jobs):
            together.update(answers)
        return together


@pytest.mark.reference
@pytest.mark.parametrize("title", list(CHANGES) + ["bad files", "files, in supervisorctl"])
def test_a_change_of(title, told):
    ours, theirs = told[title, "ours"], told[title, "theirs"]
    assert len(ours) == len(theirs)
    for pair in zip(ours, theirs):
        assert pair[0] == pair[1]


@pytest.mark.svd_only
def test_autorestart_is_told_as_it_is_written(module_daemon):
    d = module_daemon("".join("[program:p%s]\ncommand=x\nautostart=false\nautorestart=%s\n" % pair
                              for pair in enumerate(("unexpected", "true", "0"))), "told").start()
    assert [info["autorestart"] for info in d.rpc.getAllConfigInfo()] == ["unexpected", True, False]
