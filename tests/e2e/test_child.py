"""What a program finds when it starts: environment, directories, rights, descriptors."""
import json
import os
import pwd
import resource

import pytest

from lib_daemon import IS_SVD, wait_for

# Writes all that it finds about itself as JSON into FILE (argv[1]).
REPORTER = """
    import json, os, resource, signal, sys
    def ignored(word):
        for line in open("/proc/self/status"):
            if line.startswith(word):
                return int(line.split()[1], 16)
    out = {
        "env": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv[2:],
        "fds": sorted(int(n) for n in os.listdir("/proc/self/fd")),
        "pid": os.getpid(), "pgid": os.getpgid(0), "sid": os.getsid(0), "ppid": os.getppid(),
        "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(),
        "nofile": resource.getrlimit(resource.RLIMIT_NOFILE),
        "nproc": resource.getrlimit(resource.RLIMIT_NPROC),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "blocked": ignored("SigBlk"), "ignored": ignored("SigIgn"),
        "stdin": os.readlink("/proc/self/fd/0"), "stdout": os.readlink("/proc/self/fd/1"),
        "nice": os.nice(0),
    }
    os.umask(out.setdefault("umask", os.umask(0)))
    with open(sys.argv[1] + ".new", "w") as f:
        json.dump(out, f)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    """


PROGRAM = """
    [program:p]
    command=/usr/bin/python3 -S -E {box}/reporter.py {box}/out/report {words}
    startsecs=0
    autorestart=false
    {options}
    """


@pytest.fixture
def report(daemon):
    """report(...) runs the reporter as program p; returns the daemon and what it found."""
    def run(options="", words="", supervisord="", **kwargs):
        d = daemon()
        d.write("reporter.py", REPORTER)
        os.mkdir(d.path("out"))
        for path in d.box, d.path("out"):
            os.chmod(path, 0o777)
        d.configure(PROGRAM.replace("{words}", words).replace("{options}", options), supervisord)
        d.start(**kwargs)
        wait_for(lambda: os.path.exists(d.path("out/report")), "the program has reported")
        return d, json.loads(d.read("out/report"))
    return run


def test_the_environment(report):
    mine = """environment=FROM_PROGRAM="p",BOTH='p',QUOTED="a,b c",SUPERVISOR_GROUP_NAME="mine\""""
    d, found = report(mine, supervisord="environment=FROM_DAEMON=d,BOTH=d,OUTER=d",
                      env={"OUTER": "o", "SEEN": "o"})
    env = found["env"]
    assert env["SUPERVISOR_ENABLED"] == "1"
    assert env["SUPERVISOR_PROCESS_NAME"] == "p"
    assert env["SUPERVISOR_SERVER_URL"] == "unix://" + d.socket
    assert env["SUPERVISOR_GROUP_NAME"] == "mine"
    assert (env["FROM_PROGRAM"], env["FROM_DAEMON"]) == ("p", "d")
    assert (env["BOTH"], env["OUTER"], env["SEEN"]) == ("p", "d", "o")
    assert env["QUOTED"] == "a,b c"
    assert "USER" not in env and env["HOME"] == d.box


def test_words_of_the_command(report):
    _, found = report(words="""one "two words" three\\ words '' %(program_name)s %%s""")
    assert found["argv"] == ["one", "two words", "three words", "", "p", "%s"]


def test_directory_and_umask(report):
    d, found = report("directory={box}/out\n    umask=027")
    assert found["cwd"] == d.path("out")
    assert found["umask"] == 0o027


def test_directory_and_umask_are_the_daemons_by_default(report):
    d, found = report(preexec_fn=lambda: os.umask(0o026))
    assert found["cwd"] == d.box
    assert found["umask"] == 0o026


def test_descriptors_signals_and_groups_are_clean(report):
    d, found = report()
    # The fourth is that of the listing itself.
    assert found["fds"] == [0, 1, 2, 3]
    assert found["stdin"].startswith("pipe:") and found["stdout"].startswith("pipe:")
    assert found["pid"] == found["pgid"] and found["sid"] != found["pid"]
    assert found["ppid"] == d.rpc.getPID()
    assert found["blocked"] == 0
    # Python itself ignores SIGPIPE and SIGXFSZ, which a supervisor in Python hands on.
    assert found["ignored"] & ~(1 << 12 | 1 << 24) == 0
    assert found["nice"] == 0


@pytest.mark.svd_only
def test_no_signal_is_ignored(daemon):
    """Supervisor hands SIGPIPE on as Python has it."""
    d = daemon("""
        [program:p]
        command=/bin/grep SigIgn /proc/self/status
        startsecs=0
        autorestart=false
        stdout_logfile={box}/ignored
        """).start()
    wait_for(lambda: d.read("ignored").endswith("\n"), "the program has reported")
    assert d.read("ignored") == "SigIgn:\t0000000000000000\n"


def test_the_limits_are_those_that_the_daemon_was_started_with(report):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (1500, 4000))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, found = report(supervisord="minfds=2000", preexec_fn=limit)
    assert found["core"] == [0, 0]
    # Supervisor hands its own raised limit on.
    assert found["nofile"] == ([1500, 4000] if IS_SVD else [2000, 4000])


@pytest.mark.root_only
def test_a_program_runs_as_its_user(report):
    user = pwd.getpwnam("nobody")
    _, found = report("user=nobody")
    assert found["uid"] == [user.pw_uid] * 3
    assert found["gid"] == [user.pw_gid] * 3
    assert set(found["groups"]) == set(os.getgrouplist("nobody", user.pw_gid))


@pytest.mark.root_only
def test_the_whole_daemon_runs_as_its_user(report):
    d, found = report(supervisord="user=nobody")
    uid = pwd.getpwnam("nobody").pw_uid
    assert found["uid"] == [uid] * 3
    assert os.stat(d.path("supervisord.log")).st_uid == uid
    d.wait_log("Set uid to user %d succeeded" % uid)


@pytest.mark.root_only
def test_a_child_that_cannot_be_set_up_says_so_on_its_stderr(daemon):
    """The directory is not there: words for the log of the program, 127 for the daemon."""
    d = daemon("""
        [program:lost]
        command=/bin/cat
        directory={box}/nowhere
        startretries=0
        stderr_logfile={box}/lost.err
        """).start()
    d.wait_state("lost", "FATAL")
    d.wait_log("exited: lost (exit status 127; not expected)")
    wait_for(lambda: d.read("lost.err").endswith("was not spawned\n"), "the words are in the log")
    assert d.read("lost.err") == (
        "supervisor: couldn't chdir to %s: ENOENT\nsupervisor: child process was not spawned\n"
        % d.path("nowhere"))
