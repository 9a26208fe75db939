"""lib_conf.py - configuration files by chance: most are good, and many have a mistake."""

VALUES = {
    "supervisord": {
        "logfile": ["{box}/a log", "%(here)s/log", "syslog"], "logfile_maxbytes": ["1MB", "0"],
        "loglevel": ["debug", "BLATHER"], "umask": ["077"], "identifier": ["me", "a;b", "%%", "ä"],
        "environment": ["A=1", 'A="x y",\n  B=2', "A=\"%(ENV_N)s\" ;c", "\n  A=1,\n\n  B='#'",
                        'PERCENT="%%"'],
        "directory": ["/tmp"], "unknown": ["1", "%%", "%(here)s"], "nodaemon": ["yes"],
    },
    "program": {
        "command": ["/bin/cat", "/bin/cat %(process_num)02d", "a;b ;c #d", "a#b #c ;d", "a ; b",
                    "x\n y\n  z", "%(here)s/x %%(here)s %(ENV_N)s", "/bin/sh -c 'a' \"%(ENV_X)s\"",
                    "a\n b;c ;d #e\n f"],
        "numprocs": ["1", "2", "%(ENV_N)s"],
        "process_name": ["%(program_name)s_%(process_num)03d"],
        "numprocs_start": ["5"], "priority": ["7", "-1"], "autostart": ["false"],
        "autorestart": ["true", "unexpected"], "exitcodes": ["0,1", ""], "stopsignal": ["HUP"],
        "stopasgroup": ["true"], "killasgroup": ["true", "%(ENV_N)s"], "user": ["root"],
        "redirect_stderr": ["true"], "stderr_logfile": ["NONE", "{box}/%(program_name)s.err"],
        "stdout_logfile": ["AUTO", "%(here)s/%(group_name)s-%(process_num)d"], "umask": ["022"],
        "environment": ["C=\"%(process_num)d\"", "A=3", "D='a;b',E=\"x\" ; more"],
        "directory": ["/tmp", "%(here)s"], "serverurl": ["http://localhost:%(process_num)d"],
        "odd one": ["%(x)s", "a;b ;c #d"],
    },
    "fcgi-program": {
        "command": ["/bin/cat"], "socket": ["unix://{box}/%(program_name)s", "tcp://127.0.0.1:9"],
        "socket_mode": ["0600"], "socket_backlog": ["5"], "stopasgroup": ["true"],
    },
    "eventlistener": {
        "command": ["/bin/cat"], "events": ["TICK_5,PROCESS_STATE"], "buffer_size": ["99"],
        "priority": ["3"],
    },
    "unix_http_server": {"file": ["{box}/s", "%(here)s/s"], "chmod": ["0777"], "chown": ["root"]},
    "inet_http_server": {"port": ["127.0.0.1:90%(ENV_N)s", "*:1"],
                         "allow_unauthenticated": ["true"]},
    "supervisorctl": {"prompt": ["p", "%(host_node_name)s"], "serverurl": ["unix://{box}/s"]},
    "group": {"programs": ["a", "a, b", "b"], "priority": ["1", "%(ENV_N)s"]},
    "stranger": {"any": ["thing", "1\n 2", "a#b #c ;d"]},
    "DEFAULT": {"umask": ["011"], "any": ["1"], "priority": ["%(ENV_N)s"]},
}
KINDS = sorted(VALUES)
ALWAYS = ("command", "socket", "events", "file", "port", "programs", "allow_unauthenticated")
NAMED = {"program": "abc", "fcgi-program": "fg", "eventlistener": "lm", "group": "gh"}


def a_file(dice, kinds):
    text = ""
    for _ in range(dice.randrange(1, 6)):
        kind = dice.choice(kinds)
        options = VALUES[kind]
        names = [name for name in options if name in ALWAYS]
        names += dice.sample([n for n in options if n not in ALWAYS],
                             dice.randrange(1 + min(6, len(options) - len(names))))
        text += "[%s]%s\n" % (kind + (":" + dice.choice(NAMED[kind]) if kind in NAMED else ""),
                              dice.choice(["", " ; comment"]))
        for name in dice.sample(names, len(names)):
            text += name + dice.choice(["=", " = ", ": "]) + dice.choice(options[name])
            text += dice.choice(["\n", "\n", "  ; why\n", " # and [why] = not\n"])
    return text


def damaged(dice, text):
    """The same with some pieces replaced by others."""
    pieces = ["%", "%(x)s", "=", ":", "[", "]", "\n", "\n ", "'", '"', ";", " #", "\0", "\u00e4",
              "99999999999", "-1", "[program:", "numprocs=", "command=", "programs=a,a,zz"]
    for _ in range(dice.randrange(6)):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(pieces) + text[at + dice.randrange(4):]
    return text
