"""The client beside supervisorctl: the same command lines, the same words, the same exit status."""
import cmd
import concurrent.futures
import glob
import io
import os
import re
import socket

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from lib_svctl import COMPATIBLE, difference, of_several, supervisorctl, svctl

pytestmark = pytest.mark.reference

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    [program:idle]
    command=/bin/cat
    autostart=false
    startsecs=0
    [program:once]
    command=/bin/true
    startsecs=0
    autorestart=false
    [program:fatal]
    command=/bin/false
    startretries=0
    [program:missing]
    command=/nonexistent/program
    autostart=false
    [program:plain]
    command={box}/plain
    autostart=false
    [program:quick]
    command=/bin/sh -c "exit 3"
    autostart=false
    startretries=0
    [program:nowhere]
    command=/bin/cat
    directory=/nonexistent
    autostart=false
    startretries=0
    [program:a_program_with_a_name_of_more_than_thirty_characters]
    command=/bin/cat
    autostart=false
    startsecs=0
    [program:grün]
    command=/bin/cat
    startsecs=0
    [program:w1]
    command=/bin/cat
    startsecs=0
    [program:w2]
    command=/bin/cat
    startsecs=0
    [group:web]
    programs=w1,w2
    [program:numbered]
    command=/bin/cat
    process_name=%(program_name)s_%(process_num)02d
    numprocs=2
    autostart=false
    startsecs=0
    """

# As many as the other tests need not wait for.
LOGGED = """
    [program:talker]
    command=/bin/sh -c "echo to stdout; echo to stderr >&2; exec cat"
    startsecs=0
    [program:merged]
    command=/bin/sh -c "echo both; exec cat"
    redirect_stderr=true
    startsecs=0
    [program:silent]
    command=/bin/cat
    stdout_logfile=NONE
    startsecs=0
    """

LOGS = {"talker-stdout": "to stdout", "talker-stderr": "to stderr", "merged-stdout": "both"}
SETTLED = {"once:once": "EXITED", "fatal:fatal": "FATAL"}

# In this order; what a line has in quotes at its beginning is one argument.
READING = """\
status
status all
status cat all
status cat
status cat:cat
status cat idle once fatal
status cat cat
status nope
status nope cat
status web:*
status web:
status web
status web:w1
status web:nope
status nope:*
status nope:
status nope:x
status :
status :*
status :w1
status nope*
status w1
status a_program_with_a_name_of_more_than_thirty_characters
status numbered:numbered_00 numbered:*
status grün
status grün a_program_with_a_name_of_more_than_thirty_characters
status grün once:
status "
status -x
status <&>
status:cat
pid
pid cat
pid idle
pid nope
pid nope cat
pid idle cat
pid all
pid cat all
pid web:*
pid web:w2
version
version x
shutdown now
avail
avail x
avail all
reread
reread x
reload x
update x
update x cat x
update all x
add
add nope
add cat
add nope cat
add web:*
remove
remove nope
remove cat
remove nope web cat
remove web:*
signal
signal CONT
signal CONT cat
signal SIGCONT cat
signal cont cat
signal 18 cat
signal 0 cat
signal NOPE cat
signal "" cat
signal CONT nope
signal CONT nope:x
signal CONT nope:*
signal CONT nope:* cat nope
signal CONT web:w1
signal CONT web:*
signal NOPE web:*
signal CONT idle
signal CONT once fatal cat
signal CONT numbered:*
signal CONT all
signal CONT cat all
signal NOPE all
signal all cat
tail
tail talker
tail talker stdout
tail talker stderr
tail talker STDERR
tail talker stdin
tail talker it's
tail talker grün
tail -6 talker
tail -6 talker stderr
tail -6 talker x stderr
tail -0 talker
tail --3 talker
tail -+3 talker
tail -99999 talker
tail -99999999999999999999 talker
tail --2147483648 talker
tail -x talker
tail - talker
tail -6x talker
tail -6 talker stdin
tail -f
tail -6
tail talker x stderr
tail talker x x
tail a b c d
tail -f a b c
tail nope
tail nope:*
tail web:*
tail web:w1
tail nope stdin
tail merged
tail merged stderr
tail silent
tail silent stderr
tail idle
tail -f nope
tail -f nope:* stderr
tail -f web:*
tail -f merged stderr
tail -f silent
tail -f talker stdin
tail -fx talker
maintail x
maintail -x
maintail -
maintail -6 6
maintail x y
maintail -99999999999999999999
clear
clear nope
clear nope:x cat
clear silent
clear merged merged
tail merged
fg
fg nope
fg nope:x
fg web:*
fg idle
fg once
fg cat idle
open
open x
open ftp://localhost:1
open unix
open http:x
open HTTP://localhost:1
open unix:///nonexistent/socket
open unix://{box}/s.sock
help help
help status
help start
help stop
help restart
help pid
help shutdown
help version
help add
help avail
help clear
help fg
help maintail
help open
help reload
help remove
help reread
help signal
help tail
help update
help exit
help quit
help EOF
help nope
help start stop
?start
? start
! ls
!
nope
nope cat
stat
starts
statu s
STATUS
-
:
.
exit
quit
quit now
EOF
"status cat"
"status  cat   idle "
"  status cat"
"help start"
"exit 3"
"signal CONT" cat
"tail -6 talker" stderr
"""

CHANGING = """\
start
start idle
start idle
start cat
start nope
start nope:x
start nope:*
start nope:
start web:nope
start missing
start plain
start quick
start nowhere
start missing idle
start idle missing
start nope idle
start quick idle
start cat nope:*
start nope:* cat
start web:*
start numbered:*
start numbered:*
start grün
stop
stop idle
stop idle
stop nope
stop nope:x
stop nope:*
stop nope:* nope
stop web:w1
stop web:*
stop web:*
start web:w2
start web:
stop cat idle web:w1
stop fatal
stop once
stop grün
stop numbered:numbered_00 numbered:numbered_01
status
restart
restart cat
restart cat
restart idle
restart nope
restart nope:*
restart missing
restart quick
restart web:*
restart web:w1
restart cat idle nope
"restart cat"
"start a_program_with_a_name_of_more_than_thirty_characters"
stop all
stop all
start all
restart all
start cat all
stop all cat
start web:* all
status
-i status cat
-i help pid
-i nope
shutdown
"""

AFTER = """\
status
status cat
pid
pid cat
version
start
start cat
stop all
restart
restart cat
shutdown
help pid
nope
reread
update
update cat
add
add cat dog
remove cat
avail
reload
reload x
signal
signal HUP cat
tail
tail cat
tail -f cat
maintail
maintail -f
clear cat
clear all
fg cat
open unix://{box}/s.sock
open unix:///nonexistent/socket
"""

OPTIONS = """\
-x
--nope
--nope=3
-c
--configuration
--serverurl
-s nonsense status
--serverurl nonsense status
-s http: status
--serverurl=http:// status
--help=3
--interactive=3
-i -i status
-u a -u b status
--username a --username b status
-c /nonexistent/file status
--configuration=/nonexistent/file
-u
"""

SCRIPTS = [
    "", "\n", "status cat", "quit\nstatus\n", "exit\n", "EOF\nstatus\n", "  quit  \n", "?pid\n",
    "stop cat\nstart cat\nstatus cat\n", "\n\n\nversion\n\n", "shutdown\nn\npid\n",
    "shutdown\n\npid\n", "reload\nn\nreload\n\npid\n", "reload x\n",
    "open unix:///nonexistent/socket\nstatus\nopen x\npid\n",
    "open unix:///nonexistent/socket\nopen unix://{box}/s.sock\npid cat\nstatus cat\n",
]


def arguments(line, box):
    line = line.replace("{box}", box)
    first, _, rest = line[1:].partition('"')
    return [first] + rest.split() if line.startswith('"') else line.split()


def log_of(daemon, name):
    return "".join(daemon.read(os.path.basename(path))
                   for path in glob.glob(daemon.box + "/%s---*" % name))


class Pair:
    """Two daemons of one kind, one for each client."""

    def __init__(self, daemon, program, **kwargs):
        programs = PROGRAMS + LOGGED
        self.theirs = daemon(programs, name="theirs", program=program, **kwargs)
        self.ours = daemon(programs, name="ours", program=program, **kwargs)
        for each in (self.theirs, self.ours):
            each.write("plain", "not a program", mode=0o644)
            each.start()
        for each in (self.theirs, self.ours):
            wait_for(lambda: SETTLED.items() <= each.states().items(), "all have settled")
            for name, text in LOGS.items():
                wait_for(lambda: text in log_of(each, name), "%s has written" % name)

    def compare(self, *lines, **kwargs):
        """Run each line with both clients; what differs is the failure."""
        found = []
        for line in lines:
            # svctl has more to say there, by its own name.
            helps = "help" in line or "?" in line or not line
            name = {"program": COMPATIBLE} if helps else {}

            def run(client, each, **more):
                return client(each.box, "-c", each.conf, *arguments(line, each.box),
                              **{k: v.replace("{box}", each.box) for k, v in kwargs.items()},
                              **more)

            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                ours = pool.submit(run, svctl, self.ours, **name)
                theirs = run(supervisorctl, self.theirs)
            found.append(difference(line or repr(kwargs), theirs, ours.result(),
                                    self.theirs.box, self.ours.box))
        found = [each for each in found if each]
        assert not found, "%d differ:\n%s" % (len(found), "\n".join(found))

    def wait_end(self):
        for each in (self.theirs, self.ours):
            each.process.wait(30)


@pytest.fixture(params=[REFERENCE, SVD], ids=os.path.basename)
def pair(request, daemon):
    return Pair(daemon, request.param)


def test_every_command_line_gives_what_supervisorctl_gives(pair):
    pair.compare(*READING.splitlines())
    pair.compare(*CHANGING.splitlines())
    pair.wait_end()
    pair.compare(*AFTER.splitlines())


@pytest.mark.parametrize("line", ["help", "?"])
def test_help_lists_the_verbs_in_the_columns_that_supervisorctl_uses(box, line):
    names = "add avail clear exit fg maintail open pid quit reload remove reread restart "\
        "shutdown signal start status stop tail update version"
    verbs = names.split()
    expected = io.StringIO()
    cmd.Cmd(stdout=expected).print_topics("default commands (type help <topic>):", verbs, 15, 80)
    outcome = svctl(box, line, program=COMPATIBLE)
    assert outcome.out == "\n" + expected.getvalue()
    assert outcome.code == 0


def test_a_shell_that_reads_a_pipe_gives_what_supervisorctl_gives(pair):
    for script in SCRIPTS:
        pair.compare("", stdin=script)
    # What is only another process, or the same again, need not be waited for twice.
    changing = [line for line in CHANGING.splitlines() if "idle" in line]
    lines = [line for line in READING.replace('"', "").splitlines() + changing
             if not of_several(line) and line.split()[0] not in ("exit", "quit", "EOF")]
    pair.compare("", stdin="\n".join(lines) + "\nshutdown\nno\nshutdown\nYes\n")
    pair.wait_end()
    pair.compare("", stdin="status\nshutdown\ny\npid\n")


@pytest.mark.parametrize("line", OPTIONS.splitlines())
def test_wrong_usage_is_refused_in_the_same_words(box, line):
    args = arguments(line, box)
    theirs, ours = supervisorctl(box, *args), svctl(box, *args)
    assert not difference(line, theirs, ours, box, box)
    assert ours.code == 2 and ours.err.startswith("Error: ") and not ours.out


CONFIGS = {
    "no section": "[supervisord]\n",
    "a failing expansion of the section": "[supervisorctl]\nserverurl=http://%(nope)s:1\n",
    "a failing expansion elsewhere": "[supervisorctl]\nserverurl=unix://{box}/x\n"
                                     "[program:x]\ncommand=%(ENV_NOPE)s\n",
    "a socket": "[supervisorctl]\nserverurl=unix://{box}/a/../x\n",
    "a socket here": "[supervisorctl]\nserverurl=unix://%(here)s/x ; the socket\n",
    "no url": "[supervisorctl]\nprompt=x\n",
    "a directory": None,
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_file_is_read_as_supervisorctl_reads_it(box, name):
    path = box + "/c.conf"
    if CONFIGS[name] is None:
        os.mkdir(path)
    else:
        with open(path, "w") as f:
            f.write(CONFIGS[name].replace("{box}", box))
    theirs, ours = supervisorctl(box, "-c", path, "pid"), svctl(box, "-c", path, "pid")
    assert (theirs.code, theirs.out) == (ours.code, ours.out)
    assert bool(theirs.err) == bool(ours.err)


INET = """
    [inet_http_server]
    port=127.0.0.1:{port}
    username=me
    password=se:cr%%et
    """

LOGINS = [
    [], ["-u", "me", "-p", "se:cr%et"], ["-u", "me", "-p", "wrong"], ["-u", "me"],
    ["-p", "se:cr%et"], ["-u", "you", "-p", "se:cr%et"], ["-u", "", "-p", ""],
    ["--username=me", "--password=se:cr%et"],
]


@pytest.fixture
def inet(daemon):
    """A daemon with a port that asks for a login. Its url."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    d = daemon(INET.replace("{port}", str(port)) + PROGRAMS[:PROGRAMS.index("[program:idle]")],
               program=REFERENCE)
    d.start()
    d.url = "http://127.0.0.1:%d" % port
    return d


def test_a_port_that_asks_for_a_login_gets_what_supervisorctl_sends(inet):
    for login in LOGINS:
        for line in (["status"], ["pid", "cat"], ["restart", "cat"]):
            args = ["-s", inet.url] + login + line
            theirs, ours = (client(inet.box, *args) for client in (supervisorctl, svctl))
            # A refused supervisorctl goes on, and shows where in its source it fails again.
            theirs.out = re.sub("(authentication\n)error: .*\n", r"\1", theirs.out)
            assert not difference(str(args), theirs, ours, inet.box, inet.box)


def test_a_login_may_come_from_the_file(inet):
    path = inet.write("login.conf", "[supervisorctl]\nserverurl=%s\nusername=me\n"
                                    "password=se:cr%%%%et\n" % inet.url)
    assert svctl(inet.box, "-c", path, "pid").out == "%d\n" % inet.pid
    assert svctl(inet.box, "-c", path, "-p", "wrong", "pid").code == 1


def test_a_login_may_come_with_the_url_but_one_given_apart_is_preferred(inet):
    host = inet.url.partition("//")[2]
    right, wrong = "http://me:se%3acr%25et@" + host, "http://me:wrong@" + host
    assert svctl(inet.box, "-s", right, "pid").out == "%d\n" % inet.pid
    assert svctl(inet.box, "-s", wrong, "pid").out == "Server requires authentication\n"
    assert svctl(inet.box, "-s", wrong, "-u", "me", "-p", "se:cr%et", "pid").code == 0
    assert svctl(inet.box, "-s", right, "-u", "me", "-p", "wrong", "pid").code == 1


def test_a_port_where_nobody_listens_refuses(inet):
    inet.stop()
    for line in ("status", "pid", "start cat", "shutdown"):
        args = ["-s", inet.url] + line.split()
        theirs, ours = (client(inet.box, *args) for client in (supervisorctl, svctl))
        assert not difference(line, theirs, ours, inet.box, inet.box)
        assert "refused connection" in ours.out


def test_a_socket_that_nobody_serves_refuses(box):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(box + "/stale.sock")
    with open(box + "/plain", "w"):
        pass
    for url in ("unix://%s/stale.sock" % box, "unix://%s/plain" % box, "unix://stale.sock"):
        for line in ("status", "pid", "stop all", "shutdown"):
            args = ["-s", url] + line.split()
            theirs, ours = (client(box, *args) for client in (supervisorctl, svctl))
            assert not difference(str(args), theirs, ours, box, box)
            assert url + " refused connection" in ours.out
