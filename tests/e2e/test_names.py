"""The names under which scripts know Supervisor's programs: links to ours."""
import os
import subprocess

import pytest

from lib_daemon import BUILD, SVD, clean_env

COMPAT = os.path.join(BUILD, "compat")
pytestmark = [pytest.mark.svd_only,
              pytest.mark.skipif(not os.path.isdir(COMPAT), reason="no links are built")]


def output_of(tmp_path, *command):
    return subprocess.run(command, env=clean_env(tmp_path), cwd=str(tmp_path), check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=60,
                          stderr=subprocess.STDOUT, universal_newlines=True).stdout


@pytest.mark.parametrize("flag", ["-h", "-?", "--help"])
@pytest.mark.parametrize("name, wanted", [
    ("supervisord", ["supervisord -- run a set of applications", "-c/--configuration FILENAME -- ",
                     "-n/--nodaemon -- ", "-l/--logfile FILENAME -- use FILENAME as",
                     "-j/--pidfile FILENAME -- write ", "--minprocs NUM -- "]),
    ("supervisorctl", ["supervisorctl -- control applications", "-s/--serverurl URL -- ",
                       "-i/--interactive -- start an interactive"])])
def test_help_has_lines_of_supervisors_form(tmp_path, flag, name, wanted):
    said = output_of(tmp_path, os.path.join(COMPAT, name), flag)
    for line in wanted:
        assert line in said
        said = said.partition(line)[2]


def test_the_daemon_and_its_client_work_under_these_names(daemon):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        """, program=os.path.join(COMPAT, "supervisord")).start()
    d.wait_state("cat", "RUNNING")      # so svd-httpd was found beside svd, and svd-logd below
    assert d.sibling("svd-logd")
    status = d.ctl("status", program=os.path.join(COMPAT, "supervisorctl"))
    assert "cat" in status.stdout and "RUNNING" in status.stdout and status.returncode == 0
    d.stop()


def test_the_version_is_that_of_the_mirrored_supervisor(tmp_path):
    version = output_of(tmp_path, os.path.join(COMPAT, "supervisord"), "-v")
    assert version == output_of(tmp_path, SVD, "--version")
    assert [part.isdigit() for part in version.strip().split(".")] == [True] * 3


def test_the_sample_is_printed_whatever_stands_behind_the_name(tmp_path):
    echo = os.path.join(COMPAT, "echo_supervisord_conf")
    sample = output_of(tmp_path, echo)
    assert "\n[supervisord]\n" in sample and "\n;[program:" in sample
    assert output_of(tmp_path, echo, "-n", "--what") == sample
    assert output_of(tmp_path, SVD, "--sample-config") == sample


def test_half_a_sample_is_a_failure():
    with open("/dev/full", "w") as full:
        run = subprocess.run([SVD, "--sample-config"], stdout=full, stderr=subprocess.PIPE,
                             universal_newlines=True)
    assert run.returncode == 2 and "No space left on device" in run.stderr


def test_only_the_name_of_the_program_decides(tmp_path):
    folder = tmp_path / "echo_supervisord_conf"
    folder.mkdir()
    (folder / "any-name").symlink_to(SVD)
    assert output_of(tmp_path, str(folder / "any-name"), "-v").count("\n") == 1
