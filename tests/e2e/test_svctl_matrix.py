"""Every command of supervisorctl, with each client before each daemon: what Supervisor's own pair
says and with what exit status, all pairs say.
"""
import concurrent.futures
import functools
import glob
import os
import re
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from lib_svctl import COMPATIBLE, difference, of_several, supervisorctl, svctl, svctl_beside

pytestmark = [pytest.mark.reference, pytest.mark.svd_only]

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
remove grün
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

SCRIPTS = [
    "", "\n", "status cat", "quit\nstatus\n", "exit\n", "EOF\nstatus\n", "  quit  \n", "?pid\n",
    "stop cat\nstart cat\nstatus cat\n", "\n\n\nversion\n\n", "shutdown\nn\npid\n",
    "shutdown\n\npid\n", "reload\nn\nreload\n\npid\n", "reload x\n",
    "open unix:///nonexistent/socket\nstatus\nopen x\npid\n",
    "open unix:///nonexistent/socket\nopen unix://{box}/s.sock\npid cat\nstatus cat\n",
]

LOGS = {"talker-stdout": "to stdout", "talker-stderr": "to stderr", "merged-stdout": "both"}
SETTLED = {"once:once": "EXITED", "fatal:fatal": "FATAL"}
CLIENTS = {"supervisorctl": supervisorctl, "svctl": svctl_beside,
           "svctl-as-supervisorctl": functools.partial(svctl, program=COMPATIBLE)}
PAIRS = [(client, program) for client in CLIENTS for program in (REFERENCE, SVD)]
REFERENCE_PAIR = PAIRS[0]


def arguments(line, box):
    line = line.replace("{box}", box)
    first, _, rest = line[1:].partition('"')
    return [first] + rest.split() if line.startswith('"') else line.split()


# What is wanted to differ between the daemons, and what differs from one time to the next: whether
# Supervisor looks at a process before it has ended.
WANTED = [
    (r"(?m)^once: ERROR \(abnormal termination\)$", "once: started"),
    (r"(?m)(^|[>?] )\d+\.\d+\.\d+$", r"\1VERSION"),
    ("couldn't chdir to /nonexistent: ENOENT", "Exited too quickly (process log may have details)"),
]


def log_of(daemon, name):
    return "".join(daemon.read(os.path.basename(path))
                   for path in glob.glob(daemon.box + "/%s---*" % name))


def one_long_script():
    """What can be typed in a shell, except what is only another process, or the same again."""
    changing = [line for line in CHANGING.splitlines() if "idle" in line]
    lines = [line for line in READING.replace('"', "").splitlines() + changing
             if not of_several(line) and line.split()[0] not in ("exit", "quit", "EOF")]
    return "\n".join(lines) + "\nshutdown\nno\n"


class Pair:
    """A client before a daemon, and what was said."""

    def __init__(self, daemon, client, program):
        self.client = CLIENTS[client]
        self.daemon = daemon(PROGRAMS + LOGGED, program=program,
                             name="%s-%s" % (client, os.path.basename(program)))
        self.daemon.write("plain", "not a program", mode=0o644)
        self.said = []      # of each command line: itself, and its outcome

    def start(self):
        self.daemon.start()
        self.settle()
        for name, text in LOGS.items():
            wait_for(lambda: text in log_of(self.daemon, name), "%s has written" % name)

    def settle(self):
        wait_for(lambda: SETTLED.items() <= self.daemon.states().items(), "all have settled")

    def is_back(self):
        try:
            return self.daemon.answers()
        except xmlrpc.client.Fault:     # it shuts down
            return False

    def say(self, line, **kwargs):
        kwargs = {key: text.replace("{box}", self.daemon.box) for key, text in kwargs.items()}
        outcome = self.client(self.daemon.box, "-c", self.daemon.conf,
                              *arguments(line, self.daemon.box), **kwargs)
        for pattern, replacement in WANTED:
            outcome.out = re.sub(pattern, replacement, outcome.out)
        self.said.append((line or repr(kwargs), outcome))

    def say_all(self, lines):
        for line in lines.splitlines():
            self.say(line)

    def converse(self):
        self.start()
        for script in SCRIPTS:
            self.say("", stdin=script)
        self.say_all(READING)
        self.say("", stdin=one_long_script())
        self.say("", stdin="reload\ny\n")
        wait_for(self.is_back, "it is back")
        self.settle()
        self.say_all(CHANGING)
        self.daemon.process.wait(30)
        self.say_all(AFTER)
        self.say("", stdin="status\nshutdown\ny\npid\n")
        return self


@pytest.fixture(scope="module")
def pairs(module_daemon):
    """All pairs, when each has held its conversation."""
    made = [Pair(module_daemon, *each) for each in PAIRS]
    with concurrent.futures.ThreadPoolExecutor(len(made)) as pool:
        return dict(zip(PAIRS, pool.map(Pair.converse, made)))


@pytest.mark.parametrize("client, program", PAIRS[1:], ids=os.path.basename)
def test_this_pair_says_what_supervisors_own_says(pairs, client, program):
    ours, theirs = pairs[client, program], pairs[REFERENCE_PAIR]
    assert len(ours.said) == len(theirs.said)
    found = [difference(line, their_outcome, our_outcome, theirs.daemon.box, ours.daemon.box)
             for (line, their_outcome), (_, our_outcome) in zip(theirs.said, ours.said)]
    found = [each for each in found if each]
    assert not found, "%d differ:\n%s" % (len(found), "\n".join(found))
