"""svd --print-config: a file that means the same, and says where everything comes from."""
import json
import os
import random
import re
import subprocess

import pytest

from lib_conf import KINDS, a_file
from lib_daemon import BUILD, SVD, clean_env

pytestmark = pytest.mark.svd_only
PROBE = os.path.join(BUILD, "tests", "e2e", "conf_probe")


def show(box, path, *flags, **variables):
    """What is printed of the file; None when it is refused."""
    run = subprocess.run([SVD, "--print-config", "-c", str(path)] + list(flags), cwd=str(box),
                         env=dict(clean_env(box), X="ten %", N="10", **variables), timeout=60,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.returncode in (0, 2), run.stderr
    return run.stdout.decode() if run.returncode == 0 else None


def write(box, name, text):
    path = box / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.replace("{box}", str(box)).encode())
    return path


def lines_of(printed, section):
    """The section's lines, with one blank before a comment."""
    part = printed[printed.index("[%s]" % section):].partition("\n\n")[0]
    return [re.sub(" +;", " ;", line) for line in part.splitlines()]


def without_origins(printed):
    return [re.sub(r" +; (/.*:\d+|default.*|-\w|--\w+)$| [;#] /.*:\d+$| [;#]$", "", line)
            for line in printed.splitlines() if line and not re.match(r"; (\[include|What)", line)]


def test_every_value_has_its_origin(tmp_path):
    conf = write(tmp_path, "s.conf", "[supervisord]\nlogfile={box}/log\nloglevel=debug\n"
                 "[include]\nfiles=more/*.conf\n")
    more = write(tmp_path, "more/x.conf", "[program:x]\ncommand=/bin/cat ; a comment\n"
                 "stopasgroup=yes\nmine=1\n[supervisord]\nnodaemon=true\n")
    printed = show(tmp_path, conf, "-e", "info", "--pidfile=pid", "-n")
    daemon = lines_of(printed, "supervisord")
    for line in ["[supervisord] ; %s:1" % conf, "logfile=%s/log ; %s:2" % (tmp_path, conf),
                 "loglevel=info ; -e", "pidfile=pid ; --pidfile=pid", "nodaemon=true ; -n",
                 "logfile_backups=10 ; default", ";user= ; not set"]:
        assert line in daemon
    program = lines_of(printed, "program:x")
    for line in ["command=/bin/cat ; %s:2" % more, "killasgroup=yes ; default, as stopasgroup",
                 "process_name=%(program_name)s ; default", ";   x", "mine=1 ; %s:4" % more]:
        assert line in program
    assert "; [include] of %s:4: what it includes is here" % conf in printed


def test_what_a_value_comes_to_is_said_once_or_for_each_process(tmp_path):
    conf = write(tmp_path, "s.conf", "[supervisord]\n[program:web]\nnumprocs=2\n"
                 "process_name=p%(process_num)d\ncommand=/bin/cat %(ENV_N)s\n"
                 "stdout_logfile=%(here)s/%(group_name)s_%(process_num)02d\n"
                 "environment=A=\"%(process_num)d\",\n  B=2\n"
                 "[group:g]\nprograms=web\n")
    program = lines_of(show(tmp_path, conf), "program:web")
    at = program.index("command=/bin/cat %%(ENV_N)s ; %s:5" % conf)
    assert program[at + 1] == ";   /bin/cat 10"
    at = program.index("stdout_logfile=%s/%%(group_name)s_%%(process_num)02d ; %s:6"
                       % (tmp_path, conf))
    assert program[at + 1:at + 3] == [";   g:p0: %s/g_00" % tmp_path,
                                      ";   g:p1: %s/g_01" % tmp_path]
    at = program.index('environment=A="%%(process_num)d", ; %s:7' % conf)
    assert program[at + 1:at + 6] == ["\tB=2", ';   g:p0: A="0",', ";    B=2",
                                      ';   g:p1: A="1",', ";    B=2"]


def test_passwords_are_shown_only_when_that_is_asked_for(tmp_path):
    conf = write(tmp_path, "s.conf", "[supervisord]\n[unix_http_server]\nfile={box}/s\n"
                 "username=me\npassword=secret%(ENV_N)s\n[supervisorctl]\npassword=secret\n")
    printed = show(tmp_path, conf)
    assert "secret" not in printed and printed.count("password=***") == 2
    printed = show(tmp_path, conf, "--show-secrets")
    assert "password=secret%(ENV_N)s" in printed and ";   secret10" in printed


@pytest.mark.parametrize("value", ["a ;b", " a", "a ", "a #b ;c", "a\rb"])
def test_a_flag_that_no_file_could_set_is_a_comment(tmp_path, value):
    conf = write(tmp_path, "s.conf", "[supervisord]\n")
    printed = show(tmp_path, conf, "-i", value)
    assert "; identifier of -i is what no file can say:\n;   %s\n" % value.replace(
        "\r", "\n;    ") in printed
    assert show(tmp_path, write(tmp_path, "again.conf", printed))


def test_what_no_file_can_have_does_not_leave_its_comment(tmp_path):
    conf = write(tmp_path, "s.conf", "[supervisord]\nidentifier=%(ENV_ODD)s\n")
    odd = b"a\rb=\xff\r[program:x]"
    printed = show(tmp_path, conf, ODD=odd)
    assert ";   a\n;    b=\ufffd\n;    [program:x]\n" in printed
    assert show(tmp_path, write(tmp_path, "again.conf", printed), ODD=odd)


def test_a_file_that_is_refused_is_refused(tmp_path):
    assert show(tmp_path, write(tmp_path, "s.conf", "[supervisord]\nnodaemon=x\n")) is None


# --- random files ---

def snapshots(box, paths):
    run = subprocess.run([PROBE, "config"], input=json.dumps([str(path) for path in paths]),
                         env=dict(clean_env(box), X="ten %", N="10"), cwd=str(box), check=True,
                         stdout=subprocess.PIPE, universal_newlines=True)
    return json.loads(run.stdout)


@pytest.mark.skipif(not os.access(PROBE, os.X_OK), reason="no conf_probe is built")
def test_random_files_mean_the_same_when_they_are_printed(tmp_path):
    dice = random.Random(3)
    pairs = []
    (tmp_path / "more").mkdir()
    (tmp_path / "printed").mkdir()
    for number in range(250):
        write(tmp_path, "more/x.conf", a_file(dice, KINDS))
        conf = write(tmp_path, "%d.conf" % number, "[include]\nfiles=more/*\n[supervisord]\n"
                     + a_file(dice, KINDS))
        printed = show(tmp_path, conf)
        if printed is None:
            continue
        again = write(tmp_path, "printed/%d.conf" % number, printed)
        assert without_origins(show(tmp_path, again)) == without_origins(printed)
        pairs.append(snapshots(tmp_path, [conf, again]))
        assert pairs[-1][0] == pairs[-1][1], (conf.read_text(), printed)
    assert len(pairs) > 60
