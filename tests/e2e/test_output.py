"""What programs write is in their log files: whole, in order, once."""
import os

import pytest

import lib_writers
from lib_daemon import IS_SVD, wait_for


@pytest.mark.svd_only
def test_four_programs_share_a_rotating_file_and_no_line_is_lost(daemon):
    """200 MB, a rotation at each MB."""
    d = daemon()
    lib_writers.prepare(d, "500000 200 0")
    d.start()
    d.wait_all("EXITED", 120)
    d.stop()
    seen = lib_writers.verify(d.path("shared.log"), 1024 * 1024)
    assert seen == lib_writers.totals(d) == {"w%d" % n: 500000 for n in range(4)}
    assert len(lib_writers.files_of(d.path("shared.log"))) > 190


def test_stdout_and_stderr_go_to_their_files(daemon):
    d = daemon("""
        [program:apart]
        command=/bin/sh -c 'echo out; echo err >&2; exec cat'
        stdout_logfile={box}/%(program_name)s.out
        stderr_logfile={box}/%(program_name)s.err
        [program:together]
        command=/bin/sh -c 'echo out; echo err >&2; exec cat'
        redirect_stderr=true
        stdout_logfile={box}/together.log
        [program:nowhere]
        command=/bin/sh -c 'echo out; echo err >&2; exec cat'
        stdout_logfile=NONE
        stderr_logfile=/dev/null
        """).start()
    wait_for(lambda: d.read("together.log") == "out\nerr\n", "both lines are in the one file")
    wait_for(lambda: d.read("apart.out") == "out\n", "one line is in the first file")
    wait_for(lambda: d.read("apart.err") == "err\n", "one line is in the second file")
    assert d.info("nowhere")["stdout_logfile"] == ""


def test_automatic_files_have_names_of_their_own_and_go_with_the_next_start(daemon):
    d = daemon("""
        [program:p]
        command=/bin/sh -c 'echo out; exec cat'
        startsecs=0
        """).start()
    name = d.info("p")["stdout_logfile"]
    assert os.path.dirname(name) == d.box
    assert os.path.basename(name).startswith("p-stdout---supervisor-")
    wait_for(lambda: d.read(name) == "out\n", "the line is in the automatic file")
    d.stop()
    d.start()
    assert d.info("p")["stdout_logfile"] != name
    assert not os.path.exists(name)


def test_the_last_words_of_a_program_arrive(daemon):
    """Half a megabyte and a last line without an end, written right before the exit."""
    d = daemon("""
        [program:p]
        command=/usr/bin/python3 -S -E -c "import os; os.write(1, b'x' * 500000 + b'\\nlast')"
        startsecs=0
        autorestart=false
        stdout_logfile={box}/p.log
        stdout_logfile_maxbytes=0
        """).start()
    d.wait_state("p", "EXITED")
    wait_for(lambda: len(d.read("p.log")) == 500005, "all of it is in the file")
    assert d.read("p.log").endswith("x\nlast")


def test_backups_are_kept_up_to_their_number(daemon):
    d = daemon()
    lib_writers.prepare(d, "1000 10 0", writers=1, maxbytes="10KB", backups=3)
    d.start()
    d.wait_all("EXITED")
    d.stop()
    names = [os.path.basename(name) for name in lib_writers.files_of(d.path("shared.log"))]
    assert names == ["shared.log.3", "shared.log.2", "shared.log.1", "shared.log"]


def test_the_daemons_own_log_rotates(daemon):
    d = daemon("""
        [program:p]
        command=/bin/true
        process_name=%(process_num)d
        numprocs=50
        startsecs=0
        autorestart=false
        """, supervisord="logfile_maxbytes=2KB\nlogfile_backups=2").start()
    d.wait_all("EXITED")
    d.stop()
    assert os.path.exists(d.path("supervisord.log.2"))
    assert not os.path.exists(d.path("supervisord.log.3"))
    # Supervisor looks after each line.
    assert os.path.getsize(d.path("supervisord.log.1")) <= (2048 if IS_SVD else 2500)
