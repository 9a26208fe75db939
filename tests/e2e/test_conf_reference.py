"""The same configuration files to us and to Supervisor's own parser: the same programs come out.

The files are made so that they do not get to where we differ on purpose: names with brackets,
sizes like 1K, numbers below zero, a directory that begins with ~, environment= of before 4.4.
"""
import json
import os
import random
import re
import subprocess

import pytest

from lib_daemon import BUILD
from test_conf_diff import python_pairs

PROBE = os.path.join(BUILD, "tests", "e2e", "conf_probe")
pytestmark = [pytest.mark.reference,
              pytest.mark.skipif(not os.access(PROBE, os.X_OK), reason="no conf_probe is built")]
COUNT = 400
EVENTS = os.path.join(os.path.dirname(__file__), "..", "..", "src", "conf", "events.def")


@pytest.fixture(scope="module")
def options():
    return pytest.importorskip("supervisor.options")


class Refused(Exception):
    pass


def their_log(config, channel, directory):
    from supervisor.datatypes import Automatic
    path = getattr(config, channel + "_logfile")
    # A relative path counts from where the daemon is when it opens the file.
    path = {None: "NONE", Automatic: "AUTO"}.get(path) or os.path.abspath(
        os.path.join(directory or "", path))
    names = {"maxbytes": "logfile_maxbytes", "backups": "logfile_backups",
             "capture": "capture_maxbytes", "events": "events_enabled", "syslog": "syslog"}
    return dict({ours: getattr(config, "%s_%s" % (channel, theirs))
                 for ours, theirs in names.items()}, file=path)


def their_program(config, directory):
    from supervisor.datatypes import RestartUnconditionally, RestartWhenExitUnexpected
    program = {name: getattr(config, name) for name in (
        "name", "command", "directory", "priority", "autostart", "startsecs", "startretries",
        "stopsignal", "stopwaitsecs", "stopasgroup", "killasgroup", "exitcodes",
        "redirect_stderr", "serverurl")}
    program["umask"] = -1 if config.umask is None else config.umask
    program["uid"] = -1 if config.uid is None else config.uid
    program["autorestart"] = {False: 0, RestartUnconditionally: 1,
                              RestartWhenExitUnexpected: 2}[config.autorestart]
    program["environment"] = sorted("%s=%s" % pair for pair in config.environment.items())
    for channel in ("stdout", "stderr"):
        program[channel] = their_log(config, channel, directory)
    return program


def their_socket(config):
    owner = getattr(config, "owner", None) or (-1, -1)
    return {"url": config.url, "mode": getattr(config, "mode", 0), "uid": owner[0],
            "gid": owner[1], "backlog": config.backlog or 0, "path": getattr(config, "path", None),
            "host": getattr(config, "host", None), "port": getattr(config, "port", None) or 0}


def event_names():
    """As the table of svd lists them."""
    with open(EVENTS) as f:
        return re.findall(r'^EVENT\(\w+, "(\w+)"', f.read(), re.M)


def their_pool(config):
    from supervisor.events import EventTypes
    wanted = tuple(config.pool_events)
    events = sum(1 << n for n, name in enumerate(event_names())
                 if issubclass(getattr(EventTypes, name), wanted))
    # Only the default is another one, on purpose; no case has a 10.
    return {"events": events, "buffer": {10: 1024}.get(config.buffer_size, config.buffer_size)}


def their_group(options, group, directory):
    programs = sorted(group.process_configs, key=lambda config: config.priority)
    answer = {"name": group.name, "priority": group.priority, "kind": 0,
              "programs": [their_program(config, directory) for config in programs]}
    if isinstance(group, options.EventListenerPoolConfig):
        answer.update(kind=1, pool=their_pool(group))
    if isinstance(group, options.FastCGIGroupConfig):
        answer.update(kind=2, socket=their_socket(group.socket_config))
    return answer


def their_server(config):
    server = {"file": config.get("file"), "chmod": config.get("chmod", 0),
              "host": config.get("host"), "port": config.get("port", 0),
              "username": config["username"], "password": config["password"]}
    server["uid"], server["gid"] = config.get("chown", (-1, -1))
    return server


def their_options(options, path):
    def usage(message):
        raise Refused(str(message))

    made = options.ServerOptions()
    made.usage = usage
    made.realize(["-c", path], doc="", progname="supervisord")
    return made


def theirs(options, path):
    """What ServerOptions makes of the file, in the words of conf_probe."""
    made = their_options(options, path)
    groups = [their_group(options, group, made.directory)
              for group in made.process_group_configs]
    servers = [their_server(config) for config in made.server_configs]
    servers.sort(key=lambda server: server["file"] is None)
    return dict({name: getattr(made, name) for name in (
        "serverurl", "logfile", "pidfile", "logfile_maxbytes", "logfile_backups", "identifier",
        "umask", "minfds", "minprocs", "childlogdir", "directory")}, groups=groups,
                servers=servers)


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def ask(mode, questions):
    run = subprocess.run([PROBE, mode], input=json.dumps(questions).encode(), check=True,
                         stdout=subprocess.PIPE)
    return json.loads(run.stdout.decode())


def our_answers(paths):
    answers = ask("config", paths)
    for answer in answers:
        for group in answer.get("groups", ()):
            for program in group["programs"]:
                program["environment"].sort()
    return answers


PROGRAM = {
    "command": ["/bin/cat", "sh -c 'a b'", "%(program_name)s %(process_num)d", "%(ENV_HOME)s/x",
                "%(here)s/%(group_name)s", "a %% b", "100%", "%(nobody)s", "x\n  y", "%(ENV_A)s",
                "%(ENV_B)s", "%(numprocs)d ; comment", "unclosed 'quote"],
    "process_name": ["%(program_name)s", "p%(process_num)02d", "%(program_name)s-%(process_num)d",
                     "same", "a b", "a:b", "%(group_name)s_%(process_num)03d", "%(no)s"],
    "numprocs": ["1", "1", "3", "12", "x", ""], "numprocs_start": ["0", "1", "8000", "-1"],
    "priority": ["1", "999", "-1", "5", "x"], "autostart": ["true", "No", "on", "2"],
    "autorestart": ["true", "false", "unexpected", "Unexpected", "maybe"],
    "startsecs": ["0", "1", "10", "1.5"], "startretries": ["0", "3", "99"],
    "exitcodes": ["0", "0,2", "", "0, 1 ,2", "256", "a"],
    "stopsignal": ["TERM", "sigint", "9", "USR2", "NOPE", "77", "RTMIN"],
    "stopwaitsecs": ["0", "10", "1_0"], "stopasgroup": ["true", "false"],
    "killasgroup": ["true", "false"], "user": ["root", "0", "daemon", "nobody-here", "99999"],
    "redirect_stderr": ["true", "false"],
    "stdout_logfile": ["NONE", "AUTO", "off", "/tmp/x%(process_num)d.log", "/no/such/x", "syslog",
                       "/dev/stdout", "/tmp/%(program_name)s", "relative.log"],
    "stderr_logfile": ["none", "auto", "/tmp/err.log", "/tmp/%(ENV_A)s"],
    "stdout_logfile_maxbytes": ["0", "1MB", "10 kb", "1TB"], "stdout_logfile_backups": ["0", "5"],
    "stderr_logfile_maxbytes": ["0", "1GB"], "stdout_capture_maxbytes": ["0", "1KB"],
    "stdout_events_enabled": ["true", "false"], "stderr_syslog": ["true", "0"],
    "environment": ["B=2", "B='x,y',C=\"z\"", "A=%(process_num)d", "B=%(ENV_A)s", "B", "B=a=b", "",
                    "HOME=/x,", "B='%(ENV_NONE)s'", "B=\"say \\\"hi\\\"\""],
    "directory": ["/tmp", "relative", "/no/such", "%(here)s"], "umask": ["022", "0", "8", "077"],
    "serverurl": ["AUTO", "http://x:1", "auto"],
    "unknown": ["1"],
}
DAEMON = {
    "logfile": ["/tmp/x.log", "x.log", "/no/such/x.log", "syslog", "%(here)s/./x.log"],
    "logfile_maxbytes": ["1MB", "0", "x"], "logfile_backups": ["0", "3"],
    "loglevel": ["info", "DEBUG", "loud"], "pidfile": ["x.pid", "/no/such/x"],
    "umask": ["077", "x"], "identifier": ["me", "%(ENV_HOME)s"], "minfds": ["1024", "x"],
    "minprocs": ["5"], "childlogdir": ["/tmp", "/no/such"], "directory": ["/usr", "/no/such"],
    "environment": ["A=1", "A='x y',HOME=/other", "A", "A=%(ENV_HOME)s", "A=1,PATH=/x"],
}
UNIX = {"file": ["/tmp/x.sock", "rel.sock", "%(here)s/s"], "chmod": ["0777", "0700", "x"],
        "chown": ["root", "root:daemon", "0:0", "nobody-here", "root:no"],
        "username": ["me"], "password": ["p", "{SHA}x", "%(ENV_HOME)s"]}
INET = {"port": ["9001", "*:9001", "127.0.0.1:1", "Host:5", "x", "1:0", ":7"],
        "allow_unauthenticated": ["true"], "username": ["me"], "password": ["p"]}
FCGI = {
    "socket": ["unix:///tmp/%(program_name)s.sock", "tcp://127.0.0.1:9000", "tcp://LocalHost:1",
               "unix://relative", "unix:///tmp/../tmp//x", "tcp://127.0.0.1", "tcp://a b:1", "",
               "tcp://127.0.0.1:99999", "http://x:1", "unix:///%(group_name)s", "tcp://::1:5",
               "unix:///tmp/%(process_num)d"],
    "socket_owner": ["root", "daemon:root", "nobody-here", ""],
    "socket_mode": ["0777", "600", "x"], "socket_backlog": ["1", "500", "0", "65536", "x"],
}
LISTENER = {
    "events": ["TICK_5", "process_state, TICK", "EVENT", "TICK_5,TICK_5", "nothing", "TICK_5,", "",
               "PROCESS_STATE_RUNNING,PROCESS_COMMUNICATION,PROCESS_GROUP"],
    "buffer_size": ["1", "100", "0", "x"], "redirect_stderr": ["no", "false", "true"],
}
GROUP = {"programs": ["a", "b, c", "a,b,c", "c,a", "x", "", "b,", "f", "a,f", "l"],
         "priority": ["1", "500", "x"]}


def section(dice, header, pool, chance, always=()):
    lines = ["[%s]" % header]
    for name, values in pool.items():
        if name in always or dice.random() < chance:
            # Two good values first: with too many errors nothing would be compared.
            value = dice.choice(values if dice.random() < 0.15 else values[:2])
            lines.append("%s%s%s" % (name, dice.choice(["=", " = ", ": "]), value))
    return "\n".join(lines) + "\n"


KINDS = {"program": PROGRAM, "fcgi-program": dict(PROGRAM, **FCGI),
         "eventlistener": dict(PROGRAM, **LISTENER), "group": GROUP}


def changed_file(dice, text):
    """The same with one option or two set to something else; now and then with none."""
    headers = re.findall(r"^\[((\S+):\w)\]", text, re.M)
    for _ in range(dice.choice([0, 1, 1, 1, 2])):
        header, kind = dice.choice(headers)
        pool = KINDS[kind]
        name = dice.choice(list(pool))
        text += "[%s]\n%s=%s\n" % (header, name, dice.choice(pool[name][:2]))
    return text


def make_file(dice):
    parts = [section(dice, "supervisord", DAEMON, 0.15)]
    for name in "abc"[:dice.randrange(1, 4)]:
        parts.append(section(dice, "program:" + name, PROGRAM, 0.15, ("command",)))
    if dice.random() < 0.2:
        parts.append(section(dice, "fcgi-program:f", KINDS["fcgi-program"], 0.15,
                             ("command", "socket")))
    if dice.random() < 0.2:
        parts.append(section(dice, "eventlistener:l", KINDS["eventlistener"], 0.15,
                             ("command", "events")))
    if dice.random() < 0.3:
        parts.append(section(dice, "group:g", GROUP, 0.4, ("programs",)))
    if dice.random() < 0.3:
        parts.append(section(dice, "unix_http_server", UNIX, 0.3, ("file",)))
    if dice.random() < 0.2:
        parts.append(section(dice, "inet_http_server", INET, 0.3,
                             ("port", "allow_unauthenticated")))
    dice.shuffle(parts)
    return "\n".join(parts)


def differ(ours, their):
    """Files that Supervisor takes and that are errors here: it would drop a process in silence."""
    return "two processes of one group" in ours.get("error", "") and \
        any(len({p["name"] for p in g["programs"]}) < len(g["programs"]) for g in their["groups"])


@pytest.fixture(autouse=True)
def as_later_versions_read_it(options, box, monkeypatch):
    monkeypatch.setattr(options, "dict_of_key_value_pairs",
                        lambda text: dict(pair.split("=", 1) for pair in python_pairs(text)))
    monkeypatch.chdir(box)


@pytest.mark.parametrize("seed", range(3))
def test_random_files_make_the_programs_that_supervisor_makes(options, seed, box):
    dice = random.Random(seed)
    paths = []
    for i in range(COUNT):
        paths.append(os.path.join(box, "%d.conf" % i))
        with open(paths[-1], "w") as f:
            f.write(make_file(dice))
    taken = 0
    for path, ours in zip(paths, our_answers(paths)):
        with open(path) as f:
            text = f.read()
        try:
            their = without_nulls(theirs(options, path))
        except Refused as e:
            assert "error" in ours, "%s\n%s" % (text, e)
            continue
        if differ(ours, their):
            continue
        assert ours == their, text
        taken += 1
    assert taken > COUNT / 6


def their_changed(options, older, newer):
    """As Supervisord.diff_to_active: what runs has names for its AUTO log files."""
    running = their_options(options, older)
    running.get_autochildlog_name = lambda name, sid, channel: "/auto/%s-%s" % (name, channel)
    for group in running.process_group_configs:
        group.after_setuid()
    old = {group.name: group for group in running.process_group_configs}
    new = their_options(options, newer).process_group_configs
    for group in list(old.values()) + new:
        if isinstance(group, options.EventListenerPoolConfig):
            # The order of a set, which differs from run to run.
            group.pool_events.sort(key=lambda event: event.__name__)
    return sorted(group.name for group in new if group != old.get(group.name, group))


def test_groups_change_when_they_do_for_supervisor(options, box):
    dice = random.Random(7)
    questions, answers = [], []
    for i in range(COUNT * 2):
        older = make_file(dice)
        files = {"%d-old.conf" % i: older, "%d-new.conf" % i: changed_file(dice, older)}
        for name, text in files.items():
            with open(name, "w") as f:
                f.write(text)
        try:
            answers.append(their_changed(options, *files))
            questions.append([os.path.join(box, name) for name in files])
        except Refused:
            pass
    taken = 0
    for question, their, ours in zip(questions, answers, ask("changed", questions)):
        if "two processes of one group" in str(ours):
            continue
        with open(question[1]) as f:
            assert isinstance(ours, list) and sorted(ours) == their, f.read()
        taken += bool(ours)
    assert taken > COUNT / 10
