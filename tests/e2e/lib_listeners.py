"""lib_listeners.py - event listeners for tests, and what they have recorded."""
import ast
import collections
import textwrap

# recorder.py FILE [ANSWER...]: notes each event in FILE, a line each; answers with the words of
# ANSWER in turn, and at last with OK. The word DIE ends it without an answer. Lengths are those of
# bytes; with LETTERS in its environment, those of letters, as Supervisor counts.
RECORDER = """
    import os, sys
    answers = sys.argv[2:]
    letters = "LETTERS" in os.environ
    events = open(0, encoding="utf-8", newline="\\n") if letters else sys.stdin.buffer
    as_bytes = str.encode if letters else bytes
    with open(sys.argv[1], "ab", 0) as out:
        while True:
            os.write(1, b"READY\\n")
            head = as_bytes(events.readline())
            if not head:
                break
            words = dict(word.split(b":", 1) for word in head.split())
            payload = as_bytes(events.read(int(words[b"len"])))
            out.write(b"%r\\n" % ((head, payload),))
            answer = answers.pop(0) if answers else "OK"
            if answer == "DIE":
                os._exit(7)
            os.write(1, b"RESULT %d\\n%s" % (len(answer), answer.encode()))
    """

LISTENER = """
    [eventlistener:{name}]
    command=/usr/bin/python3 -S -E {box}/recorder.py {box}/{name}.events {answers}
    events={events}
    buffer_size=1000
    startsecs=0
    environment={environment}
    """

Event = collections.namedtuple("Event", "name serial poolserial payload head")


def add_recorder(d, events, name="recorder", answers="", letters=False):
    """The section of a listener that records; its program is put into the box."""
    d.write("recorder.py", RECORDER)
    section = textwrap.dedent(LISTENER)
    for key, value in ("name", name), ("events", events), ("answers", answers), (
            "environment", "LETTERS=1" if letters else ""):
        section = section.replace("{%s}" % key, value)
    return section


def recorded(d, name="recorder"):
    """The events that a listener has got so far."""
    events = []
    for line in d.read(name + ".events").splitlines(True):
        if not line.endswith("\n"):
            break       # it is being written
        head, payload = ast.literal_eval(line)
        words = dict(word.split(":", 1) for word in head.decode().split())
        events.append(Event(words["eventname"], int(words["serial"]), int(words["poolserial"]),
                            payload.decode(), head.decode()))
    return events
