"""svd --check: everything that is wrong, each with its place, and nothing is started or changed."""
import os
import random
import re
import subprocess

import pytest

from lib_conf import KINDS, a_file, damaged
from lib_daemon import SVD, clean_env

pytestmark = pytest.mark.svd_only
MAIN = "[supervisord]\npidfile={box}/pid\nlogfile={box}/log\nchildlogdir={box}\n"
LAST = "; nothing is started, nothing is changed"


class Checked:
    """The box with its files, and what --check said of them; {box} in a text is the box."""

    def __init__(self, box, text, *flags, **files):
        self.box = str(box)
        for name, content in dict(files, main=text).items():
            path = os.path.join(self.box, name + ".conf")
            with open(path, "w") as f:
                f.write(content.replace("{box}", self.box))
        before = self.tree()
        run = subprocess.run([SVD, "-c", self.box + "/main.conf"] + list(flags or ["--check"]),
                             env=clean_env(box), cwd=self.box, universal_newlines=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        assert run.stderr == "" and self.tree() == before
        self.status = run.returncode
        *self.lines, self.last = run.stdout.replace(self.box + "/", "").splitlines()
        assert self.last.startswith("main.conf: ") and self.last.endswith(LAST)

    def tree(self):
        return sorted(os.path.join(root, name) for root, _, files in os.walk(self.box)
                      for name in files if not root.endswith("sanitizer"))


@pytest.fixture
def check(tmp_path):
    return lambda text, *flags, **files: Checked(tmp_path, MAIN + text, *flags, **files)


def test_a_good_file_is_fine(check):
    c = check("[program:x]\ncommand=/bin/cat\n")
    assert (c.status, c.lines) == (0, [])
    assert c.last == "main.conf: 0 errors, 0 warnings" + LAST
    assert check("[program:x]\ncommand=/bin/cat\n", "-n", "--test-config").status == 0
    assert check("[include]\nfiles=conf.d/*.conf\n").status == 0


def test_a_plugin_whose_verbs_svctl_has_is_no_reason_to_warn(check):
    text = "[ctlplugin:s]\nsupervisor.ctl_factory=a.b:make_%s_controllerplugin\n"
    for name in "cache", "quick", "serialrestart", "wildcards":
        assert check(text % name).lines == []
    assert check(text % "other").lines == [
        "main.conf:6: warning: [ctlplugin:s] supervisor.ctl_factory="
        "a.b:make_other_controllerplugin: plug-ins in Python cannot be loaded, it is ignored"]


def test_warnings_are_status_1_and_errors_2(check):
    assert check("nodeamon=true\n").lines == [
        "main.conf:5: warning: [supervisord] nodeamon is an unknown option, it is ignored; "
        "did you mean nodaemon?"]
    assert check("nodeamon=true\n").status == 1
    c = check("nodaemon=perhaps\n")
    assert c.lines == ["main.conf:5: error: [supervisord] nodaemon=perhaps: not a valid boolean "
                       "value: 'perhaps'"]
    assert (c.status, c.last) == (2, "main.conf: 1 error, 0 warnings" + LAST)


def test_a_flag_of_the_command_line_is_checked_too(check):
    assert "invalid value for -e 'loud'" in check("", "--check", "-e", "loud").lines[0]


# What is wrong in one file, and how each line of the answer begins.
ALL = [
    ("minprocs=few", "error: [supervisord] minprocs=few: not a whole number"),
    ("[unix_http_server]", None),
    ("file={box}/s.sock", None),
    ("[unix_http_server:two]", None),
    ("file={box}/./s.sock", "error: [unix_http_server:two] file=./s.sock: the same socket is at "
     "main.conf:7: [unix_http_server] file=s.sock"),
    ("[unix_http_server:three]", None),
    ("file={box}/none/s.sock", "error: [unix_http_server:three] file=none/s.sock: there is no such "
     "directory"),
    ("[inet_http_server]", "error: [inet_http_server] section [inet_http_server] has no port"),
    ("[program:one]", None),
    ("command=no-such-command --x", "warning: [program:one] command=no-such-command --x: can't "
     "find command 'no-such-command'"),
    ("user=no-such-user", "error: [program:one] user=no-such-user: Invalid user name"),
    ("stdout_logfile={box}/none/log", "error: [program:one] stdout_logfile=none/log: The directory "
     "named as part of the path none/log does not exist"),
    ("numprocs=3", None),
    ("process_name=%(process_num)d", None),
    ("autorestart=sometimes", "error: [program:one] autorestart=sometimes: invalid"),
    ("[program:two]", None),
    ("command={box}/main.conf", "warning: [program:two] command=main.conf: command at 'main.conf' "
     "is not executable"),
    ("directory=/no/such/place", "warning: [program:two] directory=/no/such/place: "
     "/no/such/place is not an existing directory"),
    ("stdout_logfile={box}/shared", None),
    ("exitcodes=0", None),
    ("exitcodes=1", "warning: [program:two] exitcodes=1: it is set already at main.conf:24, and "
     "the last value counts"),
    ("[program:three]", None),
    ("command=/bin/sh -c 'one ; two'", "warning: [program:three] command=/bin/sh -c 'one: "),
    ("environment=A='x' #B='y'", "warning: [program:three] environment=A='x': the rest of the "
     "line is a comment, since a # that follows a blank begins one"),
    ("stdout_logfile={box}/shared", "warning: [program:three] stdout_logfile=shared: "
     "[program:two] logs to the same file (main.conf:23), but rotates at 52428800 bytes with 10 "
     "backups, and this one at 52428800 with 7"),
    ("stdout_logfile_backups=7 ; which is a comment as it should be", None),
    ("neither this nor that", "error: Source contains parsing errors"),
    ("[group:g]", None),
    ("programs=one,four,five", "error: [group:g] programs=one,four,five: [group:g] names unknown "
     "program or fcgi-program four"),
    ("[program:two]", "warning: [program:two] is there already, at main.conf:20"),
    ("[fcgi-program:f]", "error: [fcgi-program:f] section requires a \"socket\""),
    ("command=/bin/cat", None),
    ("[fcgi-program:h]", None),
    ("socket=unix://{box}/s.sock", "warning: [fcgi-program:h] socket=unix://s.sock: the same "
     "socket is at main.conf:7"),
    ("command=/bin/cat", None),
    ("[supervisorctl]", None),
    ("serverurl=%(nothing)s", "error: [supervisorctl] serverurl=%(nothing)s: Format string"),
    ("[porgram:x]", "warning: [porgram:x] is an unknown section, it is ignored; did you mean"),
    ("[include]", "warning: No file matches via include"),
    ("files=main.conf more.conf none/x", None),
]


def test_all_problems_are_told_at_once_in_the_order_of_the_files(check):
    text = "\n".join(line for line, _ in ALL) + "\n"
    c = check(text, more="lost=1\nlost=2\n[program:last]\ncommand=/bin/cat 'x\n")
    wanted = [("main.conf:%d: " % number, problem)
              for number, (_, problem) in enumerate(ALL, 5) if problem]
    wanted += [("more.conf:1: ", "error: File contains no section headers: 'lost=1'"),
               ("more.conf:4: ", "warning: [program:last] command=/bin/cat 'x: can't parse")]
    told = iter(c.lines)
    for place, problem in wanted:
        begin = place + problem
        assert any(line.startswith(begin) for line in told), (begin, c.lines)
    # Two that are in one line with another: the comment in quotes, and the third of the names.
    assert len(c.lines) == len(wanted) + 2, c.lines
    errors = sum(": error: " in line for line in c.lines)
    assert c.last == "main.conf: %d errors, %d warnings%s" % (errors, len(c.lines) - errors, LAST)
    assert c.status == 2


def test_a_section_that_must_be_there_is_missed_in_the_file(tmp_path):
    (tmp_path / "x.conf").write_text("[program:x]\ncommand=/bin/cat\n")
    assert run(tmp_path, "--check").stdout.decode().splitlines()[:-1] == [
        "x.conf: error: .ini file does not include supervisord section"]


def test_passwords_are_not_shown(check):
    c = check("[inet_http_server]\nport=1\nusername=me\npassword=secret%(x)s ;more\n")
    assert c.status == 2 and len(c.lines) == 2
    assert not any("secret" in line for line in c.lines)


def test_an_included_file_that_cannot_be_read_does_not_hide_the_others(check, tmp_path):
    (tmp_path / "b.conf").write_bytes(b"[a]\nb=\0")
    c = check("[include]\nfiles=?.conf\n", a="[program:a]\ncommand=/bin/cat\nstartsecs=x\n",
              c="[program:c]\ncommand=/bin/cat\nstartsecs=y\n")
    assert [line.partition(" [")[0] for line in c.lines] == [
        "a.conf:3: error:", "b.conf:2: error: a NUL byte: this is no text file",
        "c.conf:3: error:"]


@pytest.mark.parametrize("content, message", [
    (None, "could not find config file"), (b"\0", ":1: a NUL byte")])
def test_a_file_that_cannot_be_read_at_all_is_status_2(tmp_path, content, message):
    if content is not None:
        (tmp_path / "x.conf").write_bytes(content)
    run = subprocess.run([SVD, "--check", "-c", str(tmp_path / "x.conf")], stderr=subprocess.PIPE,
                         universal_newlines=True, env=clean_env(tmp_path))
    assert run.returncode == 2 and message in run.stderr


def test_the_program_is_looked_for_in_its_own_path(check, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mine").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "mine").chmod(0o755)
    assert check('[program:x]\ncommand=mine\nenvironment=PATH="{box}/bin"\n').status == 0
    assert check("[program:x]\ncommand=mine\n").status == 1


def test_what_is_never_rotated_may_have_several_limits(check):
    c = check("[program:x]\ncommand=/bin/cat\nstdout_logfile=/dev/null\n"
              "stdout_logfile_maxbytes=0\nstderr_logfile=/dev/null\n")
    assert (c.status, c.lines) == (0, [])


def test_our_standard_output_is_not_the_daemons(tmp_path):
    names = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
    with open(str(tmp_path / "main.conf"), "w") as f:
        f.write(MAIN.replace("{box}", str(tmp_path)) + "".join(
            "[program:p%d]\ncommand=/bin/cat\nstdout_logfile=%s\nstdout_logfile_maxbytes=%d\n"
            % (i, name, i) for i, name in enumerate(names * 2)))
    with open(str(tmp_path / "report"), "w+") as report:
        assert subprocess.call([SVD, "-c", f.name, "--check"], stdout=report, timeout=60,
                               env=clean_env(tmp_path)) in (0, 1)
        report.seek(0)
        # No word of who may write there, nor that they share one file and disagree about it.
        assert [line for line in report.readlines()[:-1] if not line.endswith(
            "what is no regular file is not rotated\n")] == []


def test_a_log_file_that_cannot_be_is_not_taken_for_AUTO(check):
    for path in "/no/such/log", "%(nothing)s":
        c = check("[program:x]\ncommand=/bin/cat\nstdout_logfile=%s\n"
                  "stdout_logfile_maxbytes=0\n" % path)
        assert [line.split()[1] for line in c.lines] == ["error:"]


def test_sockets_and_pools_are_checked_to_their_end(check):
    c = check("""\
[fcgi-program:f]
command=/bin/cat
socket_mode=99
socket_backlog=0
startsecs=x
[eventlistener:l]
command=/bin/cat
events=NO,TICK_6
buffer_size=0
redirect_stderr=true
startsecs=x
[fcgi-program:g]
command=/bin/cat
socket=tcp://127.0.0.1
priority=x
""")
    blamed = [line.split(" ")[0] + line.split("]")[1].split(":")[0] for line in c.lines]
    assert blamed == [
        'main.conf:5: section requires a "socket" line', "main.conf:7: socket_mode=99",
        "main.conf:8: socket_backlog=0", "main.conf:9: startsecs=x",
        "main.conf:12: events=NO,TICK_6", "main.conf:12: events=NO,TICK_6",
        "main.conf:13: buffer_size=0", "main.conf:14: redirect_stderr=true",
        "main.conf:15: startsecs=x",
        "main.conf:18: socket=tcp", "main.conf:19: priority=x"]


def run(box, flag):
    return subprocess.run([SVD, flag, "-c", "x.conf"], env=dict(clean_env(box), N="2", X="y"),
                          cwd=str(box), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_it_finds_errors_in_what_is_refused_and_in_nothing_else(tmp_path):
    dice = random.Random(5)
    results = set()
    for _ in range(150):
        text = damaged(dice, "[supervisord]\n" + a_file(dice, KINDS))
        (tmp_path / "x.conf").write_text(text.replace("{box}", str(tmp_path)))
        check, loaded = run(tmp_path, "--check"), run(tmp_path, "--print-config")
        *lines, _ = check.stdout.decode().splitlines() or [None]
        assert all(re.match(r"x\.conf(:\d+)?: (error|warning): .", line) for line in lines), lines
        errors = [line for line in lines if ": error: " in line]
        if check.stderr:        # nothing of the file can be read
            assert check.stderr == loaded.stderr and check.returncode == loaded.returncode == 2
            continue
        assert check.returncode == (2 if errors else 1 if lines else 0), text
        ours = [e for e in errors if "the same socket is at" in e or "no such directory" in e
                or ": error: [supervisorctl]" in e]     # which only svctl reads
        assert (loaded.returncode == 2) == (len(errors) > len(ours)), (text, lines, loaded.stderr)
        results.add(check.returncode)
    assert results == {0, 1, 2}
