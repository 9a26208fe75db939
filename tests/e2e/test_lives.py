"""Programs' lives: starting, restarting, giving up."""
import os
import signal

import pytest

from lib_daemon import IS_SVD, wait_for


def starts(d, name):
    return d.log().count("spawned: '%s'" % name)


def test_programs_start_by_priority(daemon):
    d = daemon("""
        [program:last]
        command=/bin/cat
        priority=30
        [program:first]
        command=/bin/cat
        priority=10
        [program:never]
        command=/bin/cat
        autostart=false
        priority=1
        [program:between]
        command=/bin/cat
        priority=20
        """).start()
    d.wait_log("spawned", 3)
    log = d.log()
    places = [log.index("spawned: '%s'" % name) for name in ("first", "between", "last")]
    assert places == sorted(places)
    assert d.state("never") == "STOPPED"
    assert d.info("never")["start"] == 0


def test_a_process_runs_after_startsecs_and_not_before(daemon):
    d = daemon("""
        [program:slow]
        command=/bin/cat
        startsecs=1
        [program:slower]
        command=/bin/cat
        startsecs=600
        [program:quick]
        command=/bin/cat
        startsecs=0
        """).start()
    d.wait_log("success: quick entered RUNNING state, process has stayed up for > than 0 seconds")
    info = d.wait_state("slow", "RUNNING")
    assert info["now"] - info["start"] >= 1
    assert d.state("slower") == "STARTING"
    d.wait_log("success: slow entered RUNNING state, process has stayed up for > than 1 s")


def test_an_early_death_is_retried_ever_slower_until_fatal(daemon):
    d = daemon("""
        [program:hasty]
        command=/bin/sh -c 'exit 3'
        startsecs=10
        startretries=2
        """).start()
    info = d.wait_state("hasty", "FATAL")
    d.wait_log("gave up: hasty entered FATAL state, too many start retries too quickly")
    assert starts(d, "hasty") == 3
    assert d.log().count("exited: hasty (exit status 3; not expected)") == 3
    assert info["exitstatus"] == 0      # an early end leaves no status
    assert info["spawnerr"] == "Exited too quickly (process log may have details)"
    assert info["description"] == info["spawnerr"]


def test_a_command_that_is_not_there_ends_fatal_and_says_why(daemon):
    d = daemon("""
        [program:lost]
        command={box}/no-such-file
        startretries=0
        [program:plain]
        command={box}/supervisord.conf
        startretries=0
        [program:quote]
        command=/bin/echo 'unbalanced
        startretries=0
        """).start()
    d.wait_all("FATAL")
    assert d.info("lost")["spawnerr"] == "can't find command '%s'" % d.path("no-such-file")
    assert d.info("plain")["spawnerr"] == "command at '%s' is not executable" % d.conf
    assert d.info("quote")["spawnerr"].startswith("can't parse command")
    assert d.info("lost")["pid"] == 0


@pytest.mark.parametrize("autorestart, exit_code, again", [
    ("true", 0, True), ("true", 1, True),
    ("false", 0, False), ("false", 1, False),
    ("unexpected", 0, False), ("unexpected", 1, True), ("unexpected", 7, False),
])
def test_autorestart(daemon, autorestart, exit_code, again):
    """The first life ends at once with that code; a second one stays."""
    d = daemon("""
        [program:p]
        command=/bin/sh -c 'test -e {box}/second && exec cat; touch {box}/second; exit %d'
        startsecs=0
        exitcodes=0,7
        autorestart=%s
        """ % (exit_code, autorestart)).start()
    expected = "expected" if exit_code in (0, 7) else "not expected"
    d.wait_log("exited: p (exit status %d; %s)" % (exit_code, expected))
    if again:
        wait_for(lambda: starts(d, "p") == 2, "the second start")
        d.wait_state("p", "RUNNING")
    else:
        info = d.wait_state("p", "EXITED")
        assert info["exitstatus"] == exit_code and info["stop"] > 0 and info["pid"] == 0
        assert starts(d, "p") == 1


def test_a_killed_process_is_back_with_another_pid(daemon):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        """).start()
    first = d.wait_state("cat", "RUNNING")["pid"]
    os.kill(first, signal.SIGKILL)
    d.wait_log("exited: cat (terminated by SIGKILL; not expected)")
    wait_for(lambda: d.info("cat")["pid"] not in (0, first), "cat has another pid")
    assert d.state("cat") == "RUNNING"


def test_a_death_by_signal_shows_exitstatus_minus_one(daemon):
    d = daemon("""
        [program:suicide]
        command=/bin/sh -c 'kill -USR1 $$'
        startsecs=0
        autorestart=false
        """).start()
    assert d.wait_state("suicide", "EXITED")["exitstatus"] == -1
    d.wait_log("exited: suicide (terminated by SIGUSR1; not expected)")


def test_numprocs_makes_a_group_of_processes(daemon):
    d = daemon("""
        [program:many]
        command=/bin/sh -c 'echo %(process_num)02d %(group_name)s >{box}/%(process_num)d; exec cat'
        process_name=%(program_name)s-80%(process_num)02d
        numprocs=3
        numprocs_start=5
        startsecs=0
        """).start()
    d.wait_all("RUNNING")
    assert sorted(d.states()) == ["many:many-8005", "many:many-8006", "many:many-8007"]
    wait_for(lambda: d.read("7").strip() == "07 many", "the third one wrote its number")


def test_group_section_renames_and_orders(daemon):
    d = daemon("""
        [program:one]
        command=/bin/cat
        priority=2
        [program:two]
        command=/bin/cat
        priority=1
        [program:alone]
        command=/bin/cat
        [group:both]
        programs=one,two
        priority=5
        """).start()
    d.wait_log("spawned", 3)
    assert set(d.states()) == {"both:one", "both:two", "alone:alone"}
    log = d.log()
    assert log.index("spawned: 'alone'") > max(log.index("spawned: 'one'"), log.index("'two'"))
    if IS_SVD:  # Supervisor takes a group's programs as they are listed
        assert log.index("spawned: 'two'") < log.index("spawned: 'one'")


def test_many_deaths_at_once_are_all_seen(daemon):
    d = daemon("""
        [program:many]
        command=/bin/sh -c 'exit 0'
        process_name=%(process_num)d
        numprocs=50
        startsecs=0
        autorestart=false
        """).start()
    d.wait_all("EXITED")
    assert starts(d, "0") == 1
