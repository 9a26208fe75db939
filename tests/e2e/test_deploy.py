"""contrib/aws/deploy against a fake aws command."""
import os
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "contrib/aws/deploy"
FAKE = """#!/bin/bash
echo "$*" >>"$FAKE/calls"
case "$*" in
*describe-stacks*StackStatus*)
    [ "$STACK_IS" != none ] || { echo "Stack with id web does not exist" >&2; exit 254; }
    [ "$STACK_IS" != denied ] || { echo "AccessDenied" >&2; exit 254; }
    echo "$STACK_IS" ;;
*describe-stacks*ParameterKey*) printf 'ImageId\\tApplicationVersion\\tGoneSince\\n' ;;
*change-set-create-complete*) [ -z "${SET_SAYS-}" ] || exit 255 ;;
*StatusReason\\ *) echo "$SET_SAYS" ;;
*describe-stack-events*) echo "Group never signalled" ;;
*wait\\ stack-*) exit "${STACK_SAYS-0}" ;;
esac
"""
READS = ("describe-", "wait")


@pytest.fixture
def deploy(tmp_path):
    """A function that runs it: what it printed, its exit status, and the calls of aws."""
    (tmp_path / "aws").write_text(FAKE)
    (tmp_path / "aws").chmod(0o755)

    def run(*args, stack="UPDATE_COMPLETE", answer="", **env):
        (tmp_path / "calls").write_text("")
        done = subprocess.run(
            [DEPLOY, *args], input=answer, text=True, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "FAKE": str(tmp_path),
                 "STACK_IS": stack, **env})
        calls = [line.split(maxsplit=1)[1] for line in
                 (tmp_path / "calls").read_text().splitlines()]
        return done.stdout, done.returncode, calls
    return run


def called(calls, verb):
    return [call for call in calls if call.startswith(verb)]


def test_a_dry_run_changes_nothing_and_prints_what_would(deploy):
    out, status, calls = deploy("--dry-run", "web", "ApplicationVersion=1.3")
    assert status == 0 and all(call.startswith(READS) for call in calls)
    assert [line.split()[2] for line in out.splitlines()] == [
        "create-change-set", "execute-change-set"]


def test_a_new_version_keeps_the_other_parameters_that_the_template_still_has(deploy):
    out, status, calls = deploy("--yes", "web", "ApplicationVersion=1.3")
    create, = called(calls, "create-change-set")
    assert status == 0 and out.endswith("web: done\n")
    assert "--change-set-type UPDATE" in create
    assert "ParameterKey=ApplicationVersion,ParameterValue=1.3" in create
    assert "ParameterKey=ImageId,UsePreviousValue=true" in create and "GoneSince" not in create
    assert called(calls, "execute-change-set")


def test_the_first_deployment_creates(deploy):
    out, status, calls = deploy("web", "InstanceSubnets=a,b", stack="none", answer="y\n")
    create, = called(calls, "create-change-set")
    assert status == 0 and "--change-set-type CREATE" in create
    assert "ParameterKey=InstanceSubnets,ParameterValue=a\\,b" in create
    assert called(calls, "wait stack-create-complete")


def test_who_says_no_leaves_nothing_behind(deploy):
    out, status, calls = deploy("web", answer="n\n", stack="none")
    assert status == 1 and not called(calls, "execute-change-set")
    assert called(calls, "delete-change-set") and called(calls, "delete-stack")
    assert not called(deploy("web", answer="")[2], "delete-stack")


def test_nothing_to_change_is_no_error(deploy):
    out, status, calls = deploy("--yes", "web", SET_SAYS="The information didn't contain changes.")
    assert (status, out) == (0, "nothing to change\n") and called(calls, "delete-change-set")


def test_a_failure_shows_the_events(deploy):
    out, status, calls = deploy("--yes", "web", STACK_SAYS="255")
    assert status == 1 and "Group never signalled" in out
    out, status, calls = deploy("--yes", "web", SET_SAYS="no such parameter")
    assert status == 1 and "no such parameter" in out and not called(calls, "execute-change-set")


def test_who_may_not_look_changes_nothing(deploy):
    out, status, calls = deploy("--yes", "web", stack="denied")
    assert status == 1 and "AccessDenied" in out and len(calls) == 1
