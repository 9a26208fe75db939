"""The options of log files that Supervisor does not have, on a real svd with real programs."""
import os
import pwd
import re
import shutil

import pytest

from lib_daemon import CONFIG, wait_for

pytestmark = pytest.mark.svd_only

TALKS = """
    [program:talks]
    command=/bin/sh -c 'while read line; do echo $line; done'
    startsecs=0
    %s
    """
LOG = "stdout_logfile={box}/talks.log\n    "


def talks(options):
    return TALKS % "\n    ".join(options)


def say(d, line, *files):
    """Have the program print a line; wait until each of the files has it."""
    d.rpc.sendProcessStdin("talks", line + "\n")
    for name in files:
        wait_for(lambda: (line + "\n") in d.read(name), "%s has %s" % (name, line))


def mode(d, name):
    return os.stat(d.path(name)).st_mode & 0o7777


def owner(d, name):
    st = os.stat(d.path(name))
    return st.st_uid, st.st_gid


def change(d, options):
    """A new configuration of what runs, which does not restart it."""
    pid = d.info("talks")["pid"]
    d.configure(talks(options))
    assert d.rpc.reloadConfig() == [[[], ["talks"], []]]
    assert [row["description"] for row in d.proxy.svd.updateGroup("talks")] == ["changed"]
    assert d.info("talks")["pid"] == pid
    assert d.rpc.reloadConfig() == [[[], [], []]]


@pytest.fixture(params=["as we are", pytest.param("nobody", marks=pytest.mark.root_only)])
def started(request, box, daemon):
    """Start svd with a configuration of `talks`, as root where we are root and as somebody else."""
    def start(options, **kwargs):
        d = daemon(talks(options))
        if request.param == "nobody":
            os.chown(d.box, pwd.getpwnam("nobody").pw_uid, -1)
            kwargs = dict(kwargs, user="nobody", group="nogroup", extra_groups=[])
        d.start(**kwargs)
        d.wait_state("talks", "RUNNING")
        return d
    return start


# --- mode and owner ---

def test_a_file_has_the_mode_that_was_asked_for(started):
    d = started(["stdout_logfile={box}/talks.log", "stdout_logfile_mode=0664",
                 "stderr_logfile={box}/errors.log", "stderr_logfile_mode=0600",
                 "stdout_logfile_maxbytes=100"], umask=0o077)
    say(d, "x" * 60, "talks.log")
    say(d, "y" * 60, "talks.log")
    wait_for(lambda: os.path.exists(d.path("talks.log.1")), "it has rotated")
    assert (mode(d, "talks.log"), mode(d, "talks.log.1")) == (0o664, 0o664)
    assert mode(d, "errors.log") == 0o600
    assert mode(d, "supervisord.log") == 0o600      # as the umask says


def test_a_file_that_nobody_spoke_of_has_the_mode_that_the_umask_leaves(started):
    d = started(["stdout_logfile={box}/talks.log", "stderr_logfile=AUTO"], umask=0o002)
    say(d, "hello", "talks.log")
    assert mode(d, "talks.log") == mode(d, "supervisord.log") == 0o664
    assert mode(d, d.info("talks")["stderr_logfile"]) == 0o600


def test_the_mode_changes_for_what_is_made_later(started):
    d = started(["stdout_logfile={box}/talks.log", "stdout_logfile_maxbytes=100"], umask=0o022)
    say(d, "x" * 60, "talks.log")
    change(d, ["stdout_logfile={box}/talks.log", "stdout_logfile_maxbytes=100",
               "stdout_logfile_mode=0640"])
    say(d, "y" * 60, "talks.log")
    assert (mode(d, "talks.log"), mode(d, "talks.log.1")) == (0o640, 0o644)


@pytest.mark.root_only
def test_a_file_has_the_owner_that_was_asked_for(daemon):
    nobody = pwd.getpwnam("nobody")
    d = daemon(talks(["stdout_logfile={box}/new/deep/talks.log", "stdout_logfile_mkdir=true",
                      "stdout_logfile_owner=nobody:nogroup", "stdout_logfile_maxbytes=100",
                      "stderr_logfile={box}/errors.log", "stderr_logfile_owner=nobody"]))
    d.write("errors.log", "of somebody else\n")
    d.start()
    say(d, "x" * 60, "new/deep/talks.log")
    say(d, "y" * 60, "new/deep/talks.log")
    for name in "new", "new/deep", "new/deep/talks.log", "new/deep/talks.log.1":
        assert owner(d, name) == (nobody.pw_uid, nobody.pw_gid), name
    assert owner(d, "errors.log") == (0, 0)     # it was there before


# --- directories ---

def test_a_directory_that_is_missing_is_made_whenever_it_is(started):
    options = ["stdout_logfile={box}/new/deep/talks.log", "stdout_logfile_mkdir=true",
               "stderr_logfile={box}/other/errors.log", "stderr_logfile_mkdir=true"]
    d = started(options, umask=0o077)
    say(d, "one", "new/deep/talks.log")
    for name in "new", "new/deep", "other":
        assert mode(d, name) == 0o755
    shutil.rmtree(d.path("new"))
    say(d, "two", "new/deep/talks.log")
    assert d.read("new/deep/talks.log") == "two\n"


def test_without_that_option_a_missing_directory_is_an_error(daemon):
    d = daemon(talks([LOG.strip()]))
    d.configure(talks(["stdout_logfile={box}/new/talks.log"]))
    ended = d.run("-n", "-c", d.conf)
    assert ended.returncode == 2
    assert "The directory named as part of the path %s/new/talks.log does not exist" % d.box \
        in ended.stdout
    assert not os.path.exists(d.path("new"))


# --- who else gets it ---

def test_other_files_get_a_copy_as_long_as_they_should(started):
    d = started(["stdout_logfile={box}/talks.log", "stdout_logfile_also={box}/a {box}/b"])
    say(d, "one", "talks.log", "a", "b")
    change(d, ["stdout_logfile={box}/talks.log", "stdout_logfile_also={box}/b, {box}/c"])
    say(d, "two", "talks.log", "b", "c")
    assert d.read("a") == "one\n"
    assert d.read("b") == "one\ntwo\n"
    assert d.read("c") == "two\n"


def test_a_copy_alone_is_enough_to_have_the_output_read(started):
    d = started(["stdout_logfile=NONE", "stdout_logfile_also={box}/a"])
    say(d, "one", "a")


def test_the_journal_is_no_file(started):
    d = started(["stdout_logfile=journal", "stderr_logfile={box}/errors.log"])
    say(d, "one")
    assert d.info("talks")["stdout_logfile"] == ""
    config = [c for c in d.rpc.getAllConfigInfo() if c["name"] == "talks"][0]
    assert config["stdout_logfile"] == "none"
    assert not os.path.exists(d.path("journal"))


# --- what is wrong ---

BAD = {
    "stdout_logfile_mode=rw-r-----": "not permissions like 0640, nor \"default\"",
    "stdout_logfile_owner=no-such-user": "there is no such user, or no such group",
    "stderr_logfile_mkdir=perhaps": "not a valid boolean value: 'perhaps'",
    "stdout_logfile_rotate=dayly": "not size, hourly or daily; did you mean daily?",
    "stderr_logfile_compress=bzip2": "not none, gzip or zstd; did you mean gzip?",
    "stdout_logfile_maxage=2 fortnights":
        "not a duration, like 90, 90s, 15m, 12h, 7d or 4w",
    "stdout_logfile_budget=10 GiB":
        "not a number of bytes, like 1048576, 512KB or 50MB",
    "stdout_logfile_also=/no/such/directory/x": "The directory named as part of the path "
        "/no/such/directory/x does not exist",
    "stderr_logfile_also=journal": "journal is no file; if it is, write ./journal",
    "stdout_format=jsno": "not raw, prefix or json; did you mean json?",
    "stdout_line_maxbytes=2GB": "not from 256 bytes to 1MB",
    "stdout_line_secs=0.5": "not a whole number",
    "stdout_count_lines=2": "not a valid boolean value: '2'",
    "stdout_strip_ansi=": "not a valid boolean value: ''",
    "stderr_journal=both": "not a valid boolean value: 'both'",
    "stdout_syslog_facility=local9":
        "not user, daemon, local0, local1, local2, local3, local4, local5, local6, local7, auth, "
        "authpriv, cron, ftp, lpr, mail, news or uucp; did you mean local0?",
    "stdout_syslog_tag=%(nope)s": None,
    "stdout_syslog_server=10.0.0.1:514": "not like udp://host:514 or tcp://host:601",
}


def test_each_bad_value_is_named_with_its_place(daemon):
    head = len(CONFIG.splitlines())
    text = "".join("[program:p%d]\ncommand=/bin/cat\n%s\n" % (i, option)
                   for i, option in enumerate(BAD))
    d = daemon(text)
    ended = d.run("-c", d.conf, "--check")
    assert ended.returncode == 2
    said = {int(line.split(":")[1]): line for line in ended.stdout.splitlines()[:-1]
            if ": error: " in line}
    for i, (option, why) in enumerate(BAD.items()):
        line = head + 3 * i + 3
        place = "%s:%d: error: [program:p%d] %s: " % (d.conf, line, i, option)
        assert said[line].startswith(place)
        if why:
            assert said[line] == place + why
    assert len(said) == len(BAD)


def test_a_bad_value_changes_nothing_in_what_runs(daemon):
    d = daemon(talks([LOG.strip()])).start()
    say(d, "one", "talks.log")
    d.configure(talks([LOG.strip(), "stdout_logfile_compress=lzma"]))
    with pytest.raises(Exception) as refused:
        d.rpc.reloadConfig()
    assert "[program:talks] stdout_logfile_compress=lzma: not none, gzip or zstd" \
        in str(refused.value)
    say(d, "two", "talks.log")
    ended = d.run("-n", "-c", d.conf)
    assert ended.returncode == 2
    assert "stdout_logfile_compress=lzma: not none, gzip or zstd" in ended.stdout


def test_options_that_contradict_each_other_are_said_in_the_activity_log(daemon):
    d = daemon(talks([LOG.strip(), "stdout_logfile_backups=0", "stdout_logfile_compress=gzip",
                      "stderr_logfile_budget=1MB"])).start()
    place = "%s:%d: [program:talks] "
    first = len(CONFIG.splitlines()) + 7
    d.wait_log(place % (d.conf, first) + "stdout_logfile_compress=gzip: there is nothing to "
               "compress with logfile_backups=0")
    d.wait_log(place % (d.conf, first + 1) + "stderr_logfile_budget=1MB: it is less than "
               "logfile_maxbytes")


# --- what is shown ---

def test_what_is_in_effect_is_printed(daemon):
    d = daemon(talks(["stdout_logfile_also={box}/%(program_name)s.copy",
                      "stderr_strip_ansi=false"]), supervisord="strip_ansi=true")
    printed = re.sub(" +;", " ;", d.run("-c", d.conf, "--print-config").stdout)
    assert ";   %s/talks.copy\n" % d.box in printed
    assert "\nstdout_strip_ansi=true ; default, as [supervisord]\n" in printed
    assert "\nstderr_strip_ansi=false " in printed
    assert "\nstdout_logfile_mode=default ; default\n" in printed
    assert "\n;stdout_logfile_owner= ; not set\n" in printed


@pytest.mark.parametrize("options", [
    ["stdout_logfile_rotate=daily", "stdout_logfile_compress=gzip", "stdout_logfile_maxage=1d",
     "stdout_logfile_budget=1GB", "stdout_logfile_owner=", "stdout_format=json",
     "stdout_line_maxbytes=1KB", "stdout_line_secs=1", "stdout_count_lines=true",
     "stdout_strip_ansi=true", "stdout_journal=true", "stdout_syslog_facility=local1",
     "stdout_syslog_tag=x", "stdout_syslog_server=udp://127.0.0.1:1", "stderr_format=prefix",
     "stdout_capture_maxbytes=1KB", "stdout_logfile_mkdir=true"]])
def test_nothing_of_it_needs_a_restart(started, options):
    d = started([LOG.strip()])
    change(d, [LOG.strip()] + options)
    change(d, [LOG.strip()])
