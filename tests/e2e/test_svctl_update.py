"""reread, update, add and remove, beside supervisorctl, while the configuration changes."""
import concurrent.futures
import re
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD
from lib_svctl import FakeServer, difference, methods, supervisorctl, svctl

CAT = """
    [program:%s]
    command=/bin/cat
    startsecs=0
    """
BASE = "".join(CAT % name for name in ("a", "b", "c", "w1", "w2")) + """
    [group:web]
    programs=w1,w2
    """
WITH_D = BASE + CAT % "d"
WITHOUT_B = WITH_D.replace(CAT % "b", "")
MORE = WITHOUT_B + "".join(CAT % name for name in ("f", "e", "g"))


def changed(text, *names):
    for name in names:
        text = text.replace(CAT % name, CAT % name + "environment=NEW=1\n")
    return text


# A configuration, and what is asked then.
STEPS = [
    (BASE, ["reread", "update", "update all", "update a web"]),
    (WITH_D, ["reread", "reread", "update", "status d", "update"]),
    (changed(WITHOUT_B, "a", "w2"), ["reread", "update nope", "update c", "reread", "update",
                                     "status", "reread"]),
    (MORE, ["reread", "avail", "add e", "add e f", "update a nope g", "remove e", "stop e f",
            "remove e f", "add nope", "reread", "update f a", "remove g nope"]),
    (changed(MORE, "a", "c", "d"), ["update c nope", "update all", "status", "avail"]),
    (BASE, ["reread", "stop web:*", "remove web", "remove web", "add web", "add web b",
            "update e d", "update", "status", "avail"]),
    # Supervisor needs a second to clear the logs of each process.
    (CAT % "z", ["reread", "update z", "update", "update", "status", "avail", "clear all",
                 "clear z all"]),
    (BASE, ["update"]),
    ("[program:x]\n", ["reread", "reread x", "add x", "status"]),
    ("[program:x]\ncommand=/bin/cat\nstartsecs=often\n", ["reread", "status a"]),
]


PAIRS = [(client, program) for client in (supervisorctl, svctl) for program in (REFERENCE, SVD)]


def converse(d, client):
    """[command line, outcome] of all steps."""
    said = []
    options = ["--supervisor-compatible-update"] if client == svctl else []
    for text, lines in STEPS:
        d.configure(text)
        for line in lines:
            outcome = client(d.box, "-c", d.conf, *options, *line.split())
            # svd tells the file and the line first.
            outcome.out = re.sub("CANT_REREAD: .*", "CANT_REREAD", outcome.out)
            said.append((line, outcome))
    # Supervisor's client has no words for this one.
    for line in ("update", "update a"):
        outcome = client(d.box, "-c", d.conf, line)
        assert outcome.code == 1
        assert outcome.out.startswith("ERROR: CANT_REREAD: ") or client == supervisorctl
    d.configure(BASE)
    return said


@pytest.mark.reference
@pytest.mark.svd_only
def test_groups_come_change_and_go_in_the_same_words(daemon):
    daemons = [daemon(BASE, name=str(i), program=program).start()
               for i, (_, program) in enumerate(PAIRS)]
    with concurrent.futures.ThreadPoolExecutor(len(PAIRS)) as pool:
        theirs, *others = pool.map(converse, daemons, [client for client, _ in PAIRS])
    found = [difference(line, their_outcome, our_outcome, daemons[0].box, d.box)
             for d, ours in zip(daemons[1:], others)
             for (line, their_outcome), (_, our_outcome) in zip(theirs, ours)]
    found = [each for each in found if each]
    assert len(others) == 3 and not found, "\n".join(found)


@pytest.mark.reference
def test_before_supervisor_a_changed_group_is_replaced_without_being_asked_to(daemon):
    d = daemon(BASE, program=REFERENCE).start()
    d.configure(changed(BASE, "a", "w2"))
    outcome = svctl(d.box, "-c", d.conf, "update")
    assert outcome.out == ("a: stopped\na: updated process group\n"
                           "web: stopped\nweb: updated process group\n")
    assert outcome.code == 0


NUMBERED = """
    [program:n]
    command=/bin/cat
    process_name=%%(process_num)d
    numprocs=%d
    startsecs=0
    """


@pytest.mark.svd_only
def test_before_svd_only_what_has_to_be_is_restarted(daemon):
    def update(text, *options):
        d.configure(text)
        outcome = svctl(d.box, "-c", d.conf, *options, "update")
        assert outcome.code == 0, outcome
        return sorted(outcome.out.splitlines())     # whoever ends first is told first

    d = daemon(BASE + NUMBERED % 2).start()
    pids = {name: d.info(name)["pid"] for name in ("a", "web:w1", "web:w2", "n:0", "n:1")}
    assert update(changed(BASE, "w2") + NUMBERED % 3) == [
        "n: updated process group", "n:2: added", "web: updated process group",
        "web:w2: restarted"]
    assert update(BASE.replace("startsecs=0", "startsecs=3") + NUMBERED % 1) == [
        "a: updated process group", "a:a: changed", "b: updated process group", "b:b: changed",
        "c: updated process group", "c:c: changed", "n: updated process group", "n:1: removed",
        "n:2: removed", "web: updated process group", "web:w1: changed", "web:w2: restarted"]
    kept = {name for name, pid in pids.items()
            if name not in ("n:1",) and d.info(name)["pid"] == pid}
    assert kept == {"a", "web:w1", "n:0"}
    assert update(BASE + NUMBERED % 2, "--supervisor-compatible-update") == [
        name + said for name in ("a", "b", "c", "n", "web")
        for said in (": stopped", ": updated process group")]
    assert d.info("n:0")["pid"] != pids["n:0"]


# --- before servers of our own ---

def result(value):
    return xmlrpc.client.dumps((value,), methodresponse=True)


def fault(code, text="X"):
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, text))


def row(name, status=80, text="OK"):
    return {"group": "web", "name": name, "status": status, "description": text}


DONE = {"supervisor." + name: result(value) for name, value in (
    ("reloadConfig", [[["new"], ["web"], ["old"]]]), ("stopProcessGroup", [row("w1")]),
    ("removeProcessGroup", True), ("addProcessGroup", True),
    ("getAllProcessInfo", []))}
REMOVED = "old: stopped\nold: removed process group\n"
ADDED = "new: added process group\n"


def ask(box, answers, *line):
    table = {**DONE, **{(name if "." in name else "supervisor." + name): answer
                        for name, answer in answers.items()}}
    with FakeServer(methods(table)) as server:
        outcome = svctl(box, "-s", server.url, *line)
    outcome.out = outcome.out.replace(server.url, "URL")
    return outcome.out, outcome.code, [name.rpartition(".")[2] for name in server.methods()]


def test_each_process_that_was_touched_is_told_with_its_group(box):
    rows = [row("w1", text="unchanged"), row("w2", text="restarted"), row("w3", text="added"),
            row("w4", text="removed"), row("w5", text="changed"), row("w6", 50, "SPAWN_ERROR: w6")]
    assert ask(box, {"svd.updateGroup": result(rows)}, "update") == (
        REMOVED + "web:w2: restarted\nweb:w3: added\nweb:w4: removed\nweb:w5: changed\n"
        "web:w6: spawn error\nweb: updated process group\n" + ADDED, 0,
        ["reloadConfig", "stopProcessGroup", "removeProcessGroup", "updateGroup",
         "addProcessGroup"])


def test_a_process_that_cannot_be_updated_is_a_failure(box):
    rows = result([row("w1", 30, "FAILED: w1"), row("w2", text="restarted")])
    assert ask(box, {"svd.updateGroup": rows}, "update")[:2] == (
        REMOVED + "web:w1: ERROR (FAILED: w1)\nweb:w2: restarted\nweb: updated process group\n" +
        ADDED, 1)


def test_a_server_that_cannot_update_by_process_is_asked_once(box):
    changes = result([[[], ["a", "b"], []]])
    stops = ["stopProcessGroup", "removeProcessGroup", "addProcessGroup"]
    out, code, asked = ask(box, {"reloadConfig": changes, "svd.updateGroup": fault(1)}, "update")
    assert out == ("a: stopped\na: updated process group\n"
                   "b: stopped\nb: updated process group\n")
    assert (code, asked) == (0, ["reloadConfig", "updateGroup"] + stops * 2)
    asked = ask(box, {"reloadConfig": changes}, "--supervisor-compatible-update", "update")[2]
    assert asked == ["reloadConfig"] + stops * 2


def test_a_group_that_cannot_be_stopped_is_not_removed(box):
    answers = {"stopProcessGroup": result([row("w1"), row("w2", 30)]),
               "svd.updateGroup": result([])}
    out, code, asked = ask(box, answers, "update")
    assert out == ("old: stopped\nold: has problems; not removing\nweb: updated process group\n" +
                   ADDED)
    assert code == 1 and "removeProcessGroup" not in asked


@pytest.mark.parametrize("method", ["stopProcessGroup", "removeProcessGroup", "addProcessGroup",
                                    "svd.updateGroup", "getAllProcessInfo"])
def test_a_fault_without_words_ends_the_update(box, method):
    answers = {"svd.updateGroup": fault(1), method: fault(6, "SHUTDOWN_STATE")}
    out, code, asked = ask(box, answers, "update", "old", "web", "new")
    assert out.endswith("error: URL: SHUTDOWN_STATE (fault 6)\n")
    assert code == 1 and asked[-1] == method.rpartition(".")[2]


@pytest.mark.parametrize("line, words", [
    ("reread", "ERROR: supervisor shutting down"), ("update", "ERROR: already shutting down"),
    ("add a b", "ERROR: shutting down\nERROR: shutting down"),
    ("remove a b", "error: URL: SHUTDOWN_STATE (fault 6)"),
    ("avail", "ERROR: supervisor shutting down"), ("reload", "ERROR: already shutting down")])
def test_a_server_that_shuts_down_says_so(box, line, words):
    names = ("reloadConfig", "addProcessGroup", "removeProcessGroup", "getAllConfigInfo", "restart")
    answers = {name: fault(6, "SHUTDOWN_STATE") for name in names}
    assert ask(box, answers, line)[:2] == (words + "\n", 1)


@pytest.mark.parametrize("line", ["reread", "update", "reload"])
def test_a_bad_file_is_named_with_the_servers_words(box, line):
    answers = dict.fromkeys(("reloadConfig", "restart"), fault(92, "CANT_REREAD: line 7"))
    assert ask(box, answers, line)[:2] == ("ERROR: CANT_REREAD: line 7\n", 1)


@pytest.mark.parametrize("line, method, answer", [
    ("reread", "reloadConfig", []), ("reread", "reloadConfig", [[[], []]]),
    ("update", "reloadConfig", [[[], [], [7]]]), ("update", "reloadConfig", [[[], "web", []]]),
    ("update", "svd.updateGroup", True), ("update", "svd.updateGroup", [{}]),
    ("avail", "getAllConfigInfo", True), ("avail", "getAllConfigInfo", [{"name": "x"}])])
def test_a_misshapen_answer_is_one_line(box, line, method, answer):
    out, code, _ = ask(box, {method: result(answer)}, line)
    assert out.splitlines()[-1].startswith("error: URL: unexpected answer: ")
    assert code == 1 and "Traceback" not in out
