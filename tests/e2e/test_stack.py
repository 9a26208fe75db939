"""contrib/aws/stack.yaml: its numbers, and the script of its machines against fakes."""
import base64
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

STACK = Path(__file__).parents[2] / "contrib/aws/stack.yaml"


class Loader(yaml.SafeLoader):
    pass


def intrinsic(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix: value}


Loader.add_multi_constructor("!", intrinsic)
TEXT = STACK.read_text()
STACK_YAML = yaml.load(TEXT, Loader)
RESOURCES = STACK_YAML["Resources"]
GROUP = RESOURCES["Group"]
ROLLING = GROUP["UpdatePolicy"]["AutoScalingRollingUpdate"]
DATA = RESOURCES["Template"]["Properties"]["LaunchTemplateData"]
SETTINGS = {"AWS::Region": "eu-test-1", "AWS::StackName": "web", "Targets": "arn:targets",
            "ApplicationRepository": "", "ApplicationBucket": "things",
            "ApplicationPrefix": "application", "ApplicationVersion": "1.2",
            "ApplicationDirectory": "/opt/application", "Programs": "tornado:*",
            "SupervisorConfiguration": "/etc/s.conf", "DrainSeconds": "0"}


def walk(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def user_data(**changes):
    between, parts = DATA["UserData"]["Fn::Base64"]["Fn::Join"]
    settings = {**SETTINGS, **changes}
    header = re.sub(r"\$\{([^}]+)\}", lambda m: settings[m[1]], parts[0]["Fn::Sub"])
    return between.join([header] + parts[1:])


def test_an_update_launches_one_more_first_and_waits_for_its_signal():
    properties = GROUP["Properties"]
    assert [int(properties[k]) for k in ("MinSize", "DesiredCapacity", "MaxSize")] == [2, 2, 3]
    assert ROLLING["MinInstancesInService"] == 2 and ROLLING["MaxBatchSize"] == 1
    assert ROLLING["WaitOnResourceSignals"] is True and ROLLING["PauseTime"] == "PT20M"
    assert GROUP["CreationPolicy"]["ResourceSignal"] == {"Count": 2, "Timeout": "PT20M"}
    assert not {"Launch", "Terminate", "AddToLoadBalancer"} & set(ROLLING["SuspendProcesses"])
    assert {"HealthCheck", "ReplaceUnhealthy", "AZRebalance", "AlarmNotification",
            "ScheduledActions"} == set(ROLLING["SuspendProcesses"])


def test_a_rolling_update_with_these_numbers_never_has_fewer_than_two():
    properties = GROUP["Properties"]
    old, new, lowest, most = int(properties["DesiredCapacity"]), 0, 9, 0
    while old:
        batch = min(ROLLING["MaxBatchSize"], old)
        gone = max(0, min(batch, old + new - ROLLING["MinInstancesInService"]))
        old -= gone
        lowest = min(lowest, old + new)
        launched = min(batch, int(properties["MaxSize"]) - old - new)
        assert launched or gone
        most = max(most, old + new + launched)
        new += launched
    assert (lowest, most) == (2, 3)


def test_a_machine_is_healthy_when_the_balancer_says_so_and_drains_before_it_goes():
    targets = RESOURCES["Targets"]["Properties"]
    assert targets["HealthCheckPath"] == "/health"
    assert GROUP["Properties"]["HealthCheckType"] == "ELB"
    assert GROUP["Properties"]["HealthCheckGracePeriod"] >= 20 * 60
    hook, = GROUP["Properties"]["LifecycleHookSpecificationList"]
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert f"--lifecycle-hook-name {hook['LifecycleHookName']} " in user_data()
    # The longest delay, and a minute for programs that do not stop.
    assert STACK_YAML["Parameters"]["DrainSeconds"]["MaxValue"] + 60 < hook["HeartbeatTimeout"]


def test_all_that_is_named_is_there():
    known = set(STACK_YAML["Parameters"]) | set(RESOURCES)
    for key, value in walk(STACK_YAML):
        names = [value] if key == "Ref" else []
        if key == "Fn::GetAtt":
            names = value[:1]
        if key == "Fn::Sub":
            names = [name.split(".")[0] for name in re.findall(r"\$\{([^}]+)\}", value)]
        if key == "DependsOn":
            names = value
        if key == "Condition" and isinstance(value, str):
            assert value in STACK_YAML["Conditions"]
        if key == "Fn::If":
            assert value[0] in STACK_YAML["Conditions"]
        assert {name for name in names if not name.startswith("AWS::")} <= known


def test_the_world_reaches_the_balancer_only():
    open_ones = [name for name, resource in RESOURCES.items()
                 if "0.0.0.0/0" in str(resource) or "::/0" in str(resource)]
    assert open_ones == ["BalancerSecurityGroup"]
    rule, = RESOURCES["InstanceSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "BalancerSecurityGroup"}
    assert DATA["MetadataOptions"]["HttpTokens"] == "required"
    assert DATA["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True


def test_another_version_is_another_launch_template():
    assert user_data() != user_data(ApplicationVersion="1.3")
    assert GROUP["Properties"]["LaunchTemplate"]["Version"] == {
        "Fn::GetAtt": ["Template", "LatestVersionNumber"]}
    assert len(base64.b64encode(user_data().encode())) < 16384


FAKES = {
    "aws": """
        case $1 in s3) cat "$FAKE/application.tar.gz" ;; esac
        [ "$1" != elbv2 ] || exit "${BALANCER_SAYS-0}"
        """,
    "curl": """
        case "$*" in
        *meta-data/*) [[ "$*" == *"token: a-token"* ]] || exit 22 ;;
        esac
        case "$*" in
        *api/token*) echo a-token ;;
        *instance-id) echo i-0 ;;
        *target-lifecycle-state)
            echo >>"$FAKE/asked"
            if [ "$(wc -l <"$FAKE/asked")" -lt 3 ]; then echo InService; else echo Terminated; fi ;;
        *groupName) echo web-Group-1 ;;
        esac
        """,
    "svctl": """[[ "$*" != *" wait "* ]] || exit "${SVCTL_SAYS-0}" """,
    "systemctl": "",
}


@pytest.fixture
def machine(tmp_path):
    """A function that runs a script there: its exit status, and what was called in which order."""
    (tmp_path / "bin").mkdir()
    for name, body in FAKES.items():
        fake = tmp_path / "bin" / name
        fake.write_text(f'#!/bin/bash\necho "{name} $*" >>"$FAKE/calls"\n{body}\n')
        fake.chmod(0o755)
    (tmp_path / "server.py").write_text("1.2\n")
    subprocess.run(["tar", "-czf", "application.tar.gz", "server.py"], cwd=tmp_path, check=True)

    def run(script, **env):
        (tmp_path / "calls").write_text("")
        done = subprocess.run(
            ["/bin/bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=60, env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "FAKE": str(tmp_path),
                             "ROOT": f"{tmp_path}/root", "DRAIN_POLL": "0", **env})
        return done.returncode, (tmp_path / "calls").read_text().splitlines()
    run.path = tmp_path
    return run


def position(calls, start):
    return next(i for i, call in enumerate(calls) if call.startswith(start))


def test_a_machine_signals_after_svctl_wait_and_the_balancer(machine):
    status, calls = machine(user_data())
    assert status == 0
    assert calls[-1] == ("aws cloudformation signal-resource --stack-name web "
                         "--logical-resource-id Group --unique-id i-0 --status SUCCESS")
    assert (position(calls, "aws s3 cp --only-show-errors s3://things/application/1.2.tar.gz")
            < position(calls, "svctl -c /etc/s.conf wait --timeout 300 tornado:*")
            < position(calls, "aws elbv2 wait target-in-service"))
    assert (machine.path / "root/opt/application/server.py").read_text() == "1.2\n"


@pytest.mark.parametrize("trouble", [{"SVCTL_SAYS": "7"}, {"SVCTL_SAYS": "1"},
                                     {"BALANCER_SAYS": "255"}])
def test_a_machine_that_never_gets_healthy_signals_failure(machine, trouble):
    status, calls = machine(user_data(), **trouble)
    assert status == int(next(iter(trouble.values())))
    assert calls[-1].endswith("--unique-id i-0 --status FAILURE")


def test_an_application_that_cannot_be_had_is_a_failure(machine):
    (machine.path / "application.tar.gz").write_text("not an archive")
    status, calls = machine(user_data())
    assert status != 0 and calls[-1].endswith("--status FAILURE")


def test_the_application_comes_from_git(machine):
    repository = machine.path / "origin"
    who = ["-c", "user.name=n", "-c", "user.email=n@example.com"]
    for words in (["init", "-q", str(repository)],
                  ["-C", str(repository), *who, "commit", "-q", "--allow-empty", "-m", "one"],
                  ["-C", str(repository), "tag", "1.2"]):
        subprocess.run(["git", *words], check=True)
    status, calls = machine(user_data(ApplicationBucket="",
                                      ApplicationRepository=str(repository)))
    assert status == 0 and calls[-1].endswith("--status SUCCESS")
    assert (machine.path / "root/opt/application/.git").is_dir()


def test_a_machine_that_is_to_go_finishes_first(machine):
    machine(user_data())
    status, calls = machine((machine.path / "root/usr/local/sbin/svd-drain").read_text())
    assert status == 0
    assert len((machine.path / "asked").read_text()) >= 3
    assert (position(calls, "systemctl stop nginx") < position(calls, "svctl -c /etc/s.conf stop")
            < position(calls, "aws autoscaling complete-lifecycle-action"))
    assert "--auto-scaling-group-name web-Group-1 --instance-id i-0" in calls[-1]


def test_shellcheck_finds_nothing_in_what_a_machine_runs(machine):
    machine(user_data())
    drain = (machine.path / "root/usr/local/sbin/svd-drain").read_text()
    for script in (user_data(), drain):
        done = subprocess.run(["shellcheck", "-"], input=script, text=True,
                              stdout=subprocess.PIPE, env={**os.environ})
        assert (done.returncode, done.stdout) == (0, "")
