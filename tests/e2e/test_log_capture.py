"""Capture mode: what stands between the tokens goes to listeners, as with Supervisor."""
import concurrent.futures
import os
import random
import re
import textwrap
import types

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from lib_listeners import add_recorder, recorded
from lib_logd import logds, pending, read, wait_for_bytes

BEGIN, END = b"<!--XSUPERVISOR:BEGIN-->", b"<!--XSUPERVISOR:END-->"


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


# --- against Supervisor's own dispatcher, over random texts that are cut anywhere ---

PIECES = (BEGIN, END, BEGIN, END, b"text", b"a line\n", b"<", b"<!--", b"<!--XSUPERVISOR:",
          b"\n", BEGIN[:9], END[:20], b"\x80\xff", b"x" * 3000)


MORE = b"." * 50


def random_text(rnd):
    return b"".join(rnd.choice(PIECES) for _ in range(rnd.randrange(40)))


def cut(rnd, text):
    while text:
        n = rnd.choice((1, 3, 10, 30, 1000, 5000))
        yield text[:n]
        text = text[n:]


class Theirs:
    """Supervisor's dispatcher without a daemon around it."""

    def __init__(self, path, maxbytes):
        loggers = pytest.importorskip("supervisor.loggers")
        from supervisor import dispatchers, events
        self.events, self.messages, self.told = events, [], []
        options = types.SimpleNamespace(getLogger=loggers.getLogger, strip_ansi=False, loglevel=20,
                                        logger=loggers.getLogger())
        config = types.SimpleNamespace(
            name="a", options=options, stdout_logfile=path, stdout_logfile_maxbytes=0,
            stdout_logfile_backups=0, stdout_syslog=False, stdout_capture_maxbytes=maxbytes,
            stdout_events_enabled=True, stderr_events_enabled=False)
        process = types.SimpleNamespace(config=config, pid=1, group=None)
        self.dispatcher = dispatchers.POutputDispatcher(
            process, events.ProcessCommunicationStdoutEvent, -1)

    def feed(self, pieces):
        """The file's text, the messages, and what listeners to PROCESS_LOG hear."""
        wanted = ((self.events.ProcessCommunicationEvent, self.messages),
                  (self.events.ProcessLogEvent, self.told))
        hear = [(kind, lambda event, into=into: into.append(event.data)) for kind, into in wanted]
        for kind, callback in hear:
            self.events.subscribe(kind, callback)
        # It keeps the last bytes, and forgets them at the end, unless a few more come.
        for piece in list(pieces) + [MORE]:
            self.dispatcher.output_buffer += piece
            self.dispatcher.record_output()
        for kind, callback in hear:
            self.events.unsubscribe(kind, callback)
        handler = self.dispatcher.normallog.handlers[0]
        handler.close()
        text, told = read(handler.baseFilename), b"".join(self.told)
        assert told.endswith(MORE) and not self.dispatcher.output_buffer
        return (text if self.dispatcher.capturemode else text[:-len(MORE)], self.messages,
                told[:-len(MORE)])


def write_all(out, pieces):
    for piece in pieces:
        while piece:
            piece = piece[os.write(out, piece):]


@pytest.mark.reference
def test_it_is_supervisors_whatever_the_cuts(logd, box):
    d, rnd = logd(), random.Random(11)
    for case in range(150):
        text = random_text(rnd)
        theirs = Theirs("%s/theirs.%d" % (box, case), 1 << 20).feed(cut(rnd, text))
        path = "%s/ours.%d" % (box, case)
        number, out = d.open(path, capture=1 << 20, tell=True)
        write_all(out, cut(rnd, text))
        os.close(out)
        d.close(number)
        ours = [[frame["body"] for frame in d.news if frame["t"] == kind]
                for kind in ("captured", "output")]
        d.news.clear()
        assert (read(path), ours[0], b"".join(ours[1])) == theirs, "case %d: %r" % (case, text)


# --- what comes to svd ---

def test_a_message_that_is_too_long_loses_its_beginning(logd, box):
    d = logd()
    number, out = d.open(box + "/log", capture=1000)
    for size in 999, 1000, 1001, 500000:
        text = random.Random(size).randbytes(size).replace(b"<", b">")
        write_all(out, [BEGIN + text + END])
        frame = d.expect("captured", ch=number)
        assert frame["body"] == text[-1000:]
        assert frame.get("cut", False) == (size > 1000)
    assert "lost" not in frame
    d.close(number)
    assert read(box + "/log") == b""


def test_a_message_survives_us_while_it_waits_for_its_end(logd, box):
    """It stands in the pipe, and so does the beginning of a token."""
    d = logd()
    number, out = d.open(box + "/log", capture=1000)
    os.write(out, b"before\n" + BEGIN + b"half, ")
    wait_for_bytes(box + "/log", b"before\n")
    d.kill()
    os.write(out, b"and half" + END[:7])
    d.kill()
    os.write(out, END[7:] + b"after\n")
    assert d.expect("captured", ch=number)["body"] == b"half, and half"
    wait_for_bytes(box + "/log", b"before\nafter\n")


def test_nobody_looks_at_what_waits_for_ever(logd, box):
    """After a while it is taken in: a message that never ends costs no time."""
    d = logd()
    number, out = d.open(box + "/log", capture=1000)
    os.write(out, BEGIN + b"never ")
    wait_for(lambda: pending(out) == 0, "it is taken in")
    os.write(out, b"say never" + END)
    assert d.expect("captured", ch=number)["body"] == b"never say never"


def test_a_slow_svd_loses_messages_and_is_told_how_many(logd, box):
    d = logd()
    number, out = d.open(box + "/log", capture=1 << 20)
    message = BEGIN + b"x" * 100000 + END
    for _ in range(600):
        write_all(out, [message])
    wait_for(lambda: pending(out) == 0, "all is read")
    write_all(out, [BEGIN + b"last" + END])
    got, lost = 0, 0
    while True:
        frame = d.expect("captured", ch=number)
        got, lost = got + 1, lost + frame.get("lost", 0)
        if frame["body"] == b"last":
            break
        if got == 50:
            write_all(out, [BEGIN + b"last" + END])
    assert lost > 0 and got + lost >= 601


def test_capture_and_strip_change_while_a_program_runs(logd, box):
    d, path = logd(), box + "/log"
    number, out = d.open(path, capture=100, strip=True)
    os.write(out, b"\x1b[1mone\n" + BEGIN + b"\x1b[1mtwo" + END)
    assert d.expect("captured", ch=number)["body"] == b"two"
    wait_for_bytes(path, b"one\n")
    d.send("change", ch=number)
    d.sync()
    os.write(out, b"\x1b[1m" + BEGIN + END + b"\n")
    wait_for_bytes(path, b"one\n\x1b[1m" + BEGIN + END + b"\n")
    d.send("change", ch=number, capture=100)
    d.sync()
    os.write(out, BEGIN + b"three" + END)
    assert d.expect("captured", ch=number)["body"] == b"three"
    d.close(number)
    assert read(path) == b"one\n\x1b[1m" + BEGIN + END + b"\n"


# --- the whole, with a listener, side by side ---

TALKER = """
    import os, sys, time
    B, E = b"<!--XSUPERVISOR:BEGIN-->", b"<!--XSUPERVISOR:END-->"
    def say(fd, *pieces):
        for piece in pieces:
            while piece:
                piece = piece[os.write(fd, piece):]
            time.sleep(0.02)
    kind = sys.argv[1]
    if kind == "split":
        text = b"in front\\n" + B + b"a message\\n" + E
        say(1, *[text[i:i + 7] for i in range(0, len(text), 7)])
        say(1, b"and after\\n" + b"." * 30 + b"\\n")
    elif kind == "many":
        say(1, (B + b"one" + E + B + b"two" + E + b"between" + B + E + E + b"." * 30 + b"\\n"))
    elif kind == "nested":
        say(1, B + b"in " + B + b" in" + E + b"out " + E + b"." * 30 + b"\\n")
    elif kind == "large":
        say(1, B, b"0123456789" * 20000, E, b"." * 30 + b"\\n")
    elif kind == "bytes":
        say(1, B + b"\\x80\\xff'\\n" + E + b"." * 30 + b"\\n")
    elif kind == "stderr":
        say(2, B + b"to stderr" + E + b"." * 30 + b"\\n")
        say(1, B + b"to stdout, which captures nothing" + E + b"." * 30 + b"\\n")
    elif kind == "both":
        say(1, b"out " + B + b"begun on stdout")
        say(2, b", ended on stderr" + E + b"." * 30 + b"\\n")
    elif kind == "open":
        say(1, b"text\\n" + B + b"without an end")
    time.sleep(1000)
    """

TALKERS = {
    "split": "stdout_capture_maxbytes=1MB", "many": "stdout_capture_maxbytes=1MB",
    "nested": "stdout_capture_maxbytes=1MB", "large": "stdout_capture_maxbytes=1MB",
    "bytes": "stdout_capture_maxbytes=1MB", "stderr": "stderr_capture_maxbytes=1MB",
    "both": "stdout_capture_maxbytes=1MB\nredirect_stderr=true",
    "open": "stdout_capture_maxbytes=1MB",
    "told": "stdout_capture_maxbytes=1MB\nstdout_events_enabled=true",
    "nolog": "stdout_capture_maxbytes=1MB\nstdout_logfile=NONE",
}
KINDS = {"told": "split", "nolog": "many"}
DONE = {"split": 1, "many": 3, "nested": 1, "large": 1, "bytes": 1, "stderr": 1, "both": 1,
        "told": 1, "nolog": 3}


def talk(d):
    """Let all of them talk; returns the messages, what was told, the logs, and the debug log."""
    d.write("talker.py", TALKER)
    programs = "".join(textwrap.dedent("""
        [program:%s]
        command=/usr/bin/python3 -S -E {box}/talker.py %s
        startsecs=0
        stdout_logfile={box}/%s.out
        stderr_logfile={box}/%s.err
        %s
        """) % (name, KINDS.get(name, name), name, name, options)
                       for name, options in TALKERS.items())
    programs = programs.replace("stdout_logfile={box}/nolog.out\n", "")
    d.configure(programs + add_recorder(d, "PROCESS_COMMUNICATION,PROCESS_LOG"),
                supervisord="loglevel=debug")
    d.start()
    wait_for(lambda: counts(messages_of(d)) == DONE, "all messages are there")
    wait_for(lambda: d.read("open.out") == "text\n", "the text before the message")
    wait_for(lambda: "...\n" in d.read("told.out"), "the text after it")
    d.stop()
    files = {name: d.read(name) for name in os.listdir(d.box)
             if re.fullmatch(r"\w+\.(out|err)", name)}
    return messages_of(d), told_by(d), files, said_of(d.log())


def messages_of(d):
    """By program, each as (type, payload without its pid)."""
    found = {}
    for event in recorded(d):
        if event.name.startswith("PROCESS_COMMUNICATION"):
            name = re.match(r"processname:(\S+) ", event.payload).group(1)
            text = re.sub(r"pid:\d+", "pid:PID", event.payload, count=1)
            found.setdefault(name, []).append((event.name, text))
    return found


def counts(messages):
    return {name: len(found) for name, found in messages.items()}


def told_by(d):
    """The data of the PROCESS_LOG events, put together."""
    return "".join(event.payload.split("\n", 1)[1] for event in recorded(d)
                   if event.name == "PROCESS_LOG_STDOUT")


def said_of(log):
    return sorted(re.findall(r"'\w+' \w+ emitted a comm event", log))


@pytest.fixture(scope="module")
def talks(module_daemon):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(talk, [module_daemon("", "ours", SVD),
                                    module_daemon("", "theirs", REFERENCE)]))


@pytest.mark.reference
def test_listeners_get_the_same_messages(talks):
    (ours, *_), (theirs, *_) = talks
    assert ours["stderr"] == [("PROCESS_COMMUNICATION_STDERR",
                               "processname:stderr groupname:stderr pid:PID\nto stderr")]
    assert len(ours["large"][0][1]) > 200000
    assert ours == theirs


@pytest.mark.reference
def test_logs_have_the_rest(talks):
    assert talks[0][2]["split.out"].startswith("in front\nand after\n")
    assert talks[0][2] == talks[1][2]


@pytest.mark.reference
def test_log_events_have_all_of_it_but_the_tokens(talks):
    assert talks[0][1] == talks[1][1] == "in front\na message\nand after\n" + "." * 30 + "\n"


@pytest.mark.reference
def test_the_debug_log_names_each_message(talks):
    assert len(talks[0][3]) == sum(DONE.values()) and talks[0][3] == talks[1][3]
