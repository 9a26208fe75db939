"""The shell on a terminal: prompt, completion, history, questions, Ctrl-C."""
import os
import stat
import xmlrpc.client

import pytest

from lib_daemon import SVCTL, wait_for
from lib_svctl import COMPATIBLE, UNKNOWN_METHOD, FakeServer, Terminal, http_answer, methods

PROMPT = "supervisor> "
INFOS = [{"group": group, "name": name, "statename": "RUNNING", "description": "fine",
          "state": 20, "pid": 7} for group, name in (("cat", "cat"), ("web", "w1"), ("web", "w2"))]


def result(value):
    return xmlrpc.client.dumps((value,), methodresponse=True)


ANSWERS = {
    "supervisor.getVersion": result("3.0"),
    "supervisor.getAllProcessInfo": result(INFOS),
    "svd.getAllProcessStatus": UNKNOWN_METHOD,
    "supervisor.getPID": result(4711),
    "supervisor.shutdown": result(True),
    "supervisor.startProcess": result(True),
    "supervisor.reloadConfig": result([[[], [], []]]),
    "supervisor.restart": result(True),
}
STATUS = """\
cat                              RUNNING   fine\r
web:w1                           RUNNING   fine\r
web:w2                           RUNNING   fine\r
"""


@pytest.fixture
def server():
    with FakeServer(methods(ANSWERS)) as fake:
        yield fake


@pytest.fixture
def shell(box, server):
    """shell(options) starts one that shows its first prompt."""
    open_ones = []

    def start(*options, argv=(), env=()):
        terminal = Terminal([SVCTL, "-s", server.url, *options, *argv], box, env)
        open_ones.append(terminal)
        if not argv:
            assert terminal.expect(PROMPT) == STATUS
        return terminal

    yield start
    for each in open_ones:
        each.__exit__()


def ends_well(terminal):
    rest = terminal.end()
    assert terminal.code == 0, rest
    return rest


def test_it_shows_the_status_then_runs_what_is_typed(shell):
    t = shell()
    t.edit("pid\n")
    assert t.expect(PROMPT).endswith("pid\r\n4711\r\n")
    t.edit("nonsense\n")
    assert "\r\n*** Unknown syntax: nonsense\r\n" in t.expect(PROMPT)
    t.edit("quit\n")
    assert ends_well(t).endswith("quit\r\n\r\n")


def test_ctrl_d_ends_it(shell):
    t = shell()
    t.edit("\x04")
    assert ends_well(t).replace("^D", "").strip() == ""


def test_ctrl_c_ends_it_quietly_at_the_prompt(shell):
    t = shell()
    t.edit("sta")
    t.expect("sta")
    t.edit("\x03")
    assert "error" not in ends_well(t)


def test_ctrl_c_ends_it_quietly_while_it_waits_for_an_answer(box):
    def serve(server, connection):
        while server.read_request(connection):
            method = server.methods()[-1]
            if method == "supervisor.getPID":
                return server.read_request(connection)
            connection.sendall(http_answer(ANSWERS[method]))

    with FakeServer(serve) as server, Terminal([SVCTL, "-s", server.url], box) as t:
        t.expect(PROMPT)
        t.edit("pid\n")
        t.expect("pid\r\n")
        wait_for(lambda: "supervisor.getPID" in server.methods(), "the question has come")
        t.type("\x03")
        assert ends_well(t).replace("^C", "").strip() == ""


def test_a_verb_completes_to_a_word_and_a_blank(shell):
    t = shell()
    t.edit("vers\t")
    # Only what is missing is drawn.
    t.expect("ion ")
    t.edit("now\n")
    t.expect("Error: version accepts no arguments")
    t.expect(PROMPT)
    t.edit("st\t\t")
    for verb in ("start", "status", "stop"):
        t.expect(verb)
    t.edit("\x04\n")
    t.expect(PROMPT)


def test_names_complete_to_processes_and_groups(shell, server):
    t = shell()
    before = len(server.methods())
    t.edit("start c\t\n")
    t.expect("cat: started")
    t.expect(PROMPT)
    t.edit("start web:w\t1\n")
    t.expect("web:w1: started")
    t.expect(PROMPT)
    # Once a line, however often the key is hit.
    t.edit("start w\t\t\tw2\n")
    t.expect("web:w2: started")
    asked = server.methods()[before:]
    assert asked.count("supervisor.getAllProcessInfo") == 3


def test_what_is_done_to_groups_completes_to_their_names(shell):
    t = shell()
    t.edit("update w\t")
    t.expect("eb ")
    t.edit("c\t")
    t.expect("at ")
    t.edit("cat:\t\n")
    assert t.expect(PROMPT) == "cat:\r\nERROR: no such group: cat:\r\n"


def test_completion_without_a_server_offers_nothing_and_says_nothing(box):
    with Terminal([SVCTL, "-s", "unix://%s/none" % box], box) as t:
        t.expect("unix://%s/none no such file\r\n" % box + PROMPT)
        t.edit("start \t\t")
        t.edit("x\n")
        assert "x\r\nunix://%s/none no such file\r\n" % box in t.expect(PROMPT)
        t.edit("exit\n")
        ends_well(t)


UP = "\x1b[A"


def test_the_history_is_kept_as_readline_keeps_it(shell, box):
    path = box + "/history"
    with open(path, "w") as f:
        f.write("pid\nversion x\n")
    t = shell("-r", path)
    t.edit(UP + "\n")
    t.expect("version accepts no arguments")
    t.expect(PROMPT)
    t.edit(UP + UP + "\n")
    t.expect("4711")
    t.expect(PROMPT)
    t.edit("\n")
    t.expect(PROMPT)
    t.edit("help pid\n")
    t.expect("Get the PID")
    t.expect(PROMPT)
    t.edit("\x03")
    ends_well(t)
    assert open(path).read() == "pid\nversion x\npid\nhelp pid\n"


def test_a_new_history_is_for_the_user_alone(shell, box):
    path = box + "/history"
    t = shell("--history-file", path)
    t.edit("pid\nquit\n")
    ends_well(t)
    assert open(path).read() == "pid\nquit\n"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_history_that_cannot_be_kept_does_not_disturb(shell, box):
    t = shell("--history_file", box + "/none/history")
    t.edit("pid\nquit\n")
    assert "4711" in ends_well(t)


@pytest.mark.parametrize("answer, shut_down", [("y", True), ("Yes", True), ("n", False),
                                               ("", False), ("\x04", False)])
def test_shutdown_asks_first(shell, server, answer, shut_down):
    t = shell()
    t.edit("shutdown\n")
    t.expect("Really shut the remote supervisord process down y/N? ")
    t.type(answer + "\n")
    said = t.expect(PROMPT)
    assert ("Shut down" in said) == shut_down
    assert ("supervisor.shutdown" in server.methods()) == shut_down


@pytest.mark.parametrize("answer", ["y", "n"])
def test_reload_asks_first(shell, server, answer):
    t = shell()
    t.edit("reload\n")
    t.expect("Really restart the remote supervisord process y/N? ")
    t.type(answer + "\n")
    assert ("Restarted supervisord" in t.expect(PROMPT)) == (answer == "y")
    assert ("supervisor.restart" in server.methods()) == (answer == "y")


def test_shutdown_on_the_command_line_asks_only_with_interactive(shell):
    assert "y/N" not in ends_well(shell(argv=["shutdown"]))
    t = shell("-i", argv=["shutdown"])
    t.expect("y/N? ")
    t.type("y\n")
    assert "Shut down" in ends_well(t)


def guarded(server, connection):
    """Serve: the answers, but only to me with the password secret."""
    while server.read_request(connection):
        head = server.requests[-1][0]
        if "Authorization: Basic bWU6c2VjcmV0" in head:
            connection.sendall(http_answer(ANSWERS[server.methods()[-1]]))
        else:
            connection.sendall(http_answer("", "401 Unauthorized", "WWW-Authenticate: Basic\r\n"))


def log_in(t, password):
    t.expect("Server requires authentication\r\n")
    t.expect("Username:")
    t.type("me\n")
    t.expect("Password:")
    t.type(password + "\n")


def test_a_server_that_asks_for_a_login_gets_it_from_the_person(box):
    with FakeServer(guarded) as server, Terminal([SVCTL, "-s", server.url], box) as t:
        log_in(t, "wrong")
        log_in(t, "secret")
        assert t.expect(PROMPT).strip() == STATUS.strip()
        t.edit("pid\n")
        t.expect("4711")
        assert "secret" not in t.text
        t.edit("exit\n")
        ends_well(t)


def test_a_command_on_a_terminal_asks_as_well(box):
    for argv, status in (["pid"], 0), (["pid", "--json"], 1):
        with FakeServer(guarded) as server, Terminal([SVCTL, "-s", server.url] + argv, box) as t:
            if status == 0:
                log_in(t, "secret")
                t.expect("4711")
            t.end()
            assert t.code == status


def test_ctrl_c_at_the_password_turns_the_echo_on_again(box):
    with FakeServer(guarded) as server:
        script = "trap : INT; %s -s %s; stty -a" % (SVCTL, server.url)
        with Terminal(["/bin/sh", "-c", script], box) as t:
            t.expect("Username:")
            t.type("me\n")
            t.expect("Password:")
            t.type("\x03")
            settings = t.end()
    assert " echo " in settings and " icanon " in settings


def test_supervisorctl_asks_nobody_without_a_shell(box):
    with FakeServer(guarded) as server, Terminal([COMPATIBLE, "-s", server.url, "pid"], box) as t:
        assert t.end() == "Server requires authentication\r\n"
        assert t.code == 1


def test_the_prompt_is_the_users(shell, box, server):
    with open(box + "/c.conf", "w") as f:
        f.write("[supervisorctl]\nprompt=my dear\nserverurl=%s\n" % server.url)
    with Terminal([SVCTL, "-c", box + "/c.conf"], box) as t:
        t.expect("my dear> ")
        t.edit("exit\n")
        ends_well(t)
