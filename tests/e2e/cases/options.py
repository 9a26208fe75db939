"""Options of programs: good values and values at the edge in one file each, bad ones alone."""
from lib_files import usual

P = "[program:p]\ncommand={w}\nstartsecs=0\n"


def each(option, *values, main="", **kwargs):
    """A program for each value."""
    text = "".join("[program:p%d]\nstartsecs=0\ncommand={w} n%d\n%s=%s\n" % (i, i, option, value)
                   for i, value in enumerate(values))
    return usual(main + text, **kwargs)


def bad(option, value, **kwargs):
    return usual(P + "%s=%s\n" % (option, value), refused="program:p." + option, **kwargs)


def bad_values(option, *values):
    return {"%s=%s" % (option, value): bad(option, value) for value in values}


NUMBERS = ["0", "1", "007", "+5", "1_000", " 12 ", "-3"]

PROGRAM = {
    "no command": usual("[program:p]\nstartsecs=0\n", refused="program:p"),
    "an empty command": each("command", "", "''", "   "),
    "words": each("environment", "", main="[program:w]\nstartsecs=0\ncommand={w} 'a b' \"c 'd'\" "
                  "e\\ f g\"h\"i '' '#x' \"\\\"\" %%s $HOME *\n"),
    "an open quote": usual("[program:p]\ncommand={w} 'a\nstartretries=0\n"),
    "a trailing backslash": usual("[program:p]\ncommand={w} a\\\nstartretries=0\n"),
    "no such file": usual("[program:p]\ncommand={box}/nowhere\nstartretries=0\n"),
    "not in PATH": usual("[program:p]\ncommand=no-such-program\nstartretries=0\n"),
    "not executable": usual("[program:p]\ncommand={box}/text\nstartretries=0\n",
                            files={"text": "x"}),
    "a directory": usual("[program:p]\ncommand={box}/sub\nstartretries=0\n"),
    "no interpreter": usual("[program:p]\ncommand={box}/run.sh x\nstartretries=0\n",
                            files={"run.sh": "x\n"}, differs={"infos": "couldn't ..."}),
    "found in PATH": usual("[program:p]\ncommand=cat -u -\nstartsecs=0\n"),
    "a PATH of its own": usual("[program:p]\ncommand=witness {box}/out\nstartsecs=0\n"
                               "environment=PATH=\"{dir}:/bin\"\n"),
    "a relative command": usual("[program:p]\ncommand=./nowhere/cat\nstartretries=0\n"),
    "process_name": each("process_name", "other", "%(program_name)s_x", "a-b.c", "%(group_name)sg",
                         "x%(process_num)d"),
    "a process_name with a colon": bad("process_name", "a:b"),
    "a process_name with a slash": bad("process_name", "a/b"),
    "a process_name with a blank": bad("process_name", "a b"),
    "a process_name with an unknown name": bad("process_name", "%(nope)s"),
    "an expanded process_name with a colon": bad("process_name", "%(ENV_COLON)s",
                                                 env={"COLON": "a:b"},
                                                 differs={"status": "with a colon"}),
    "numprocs": usual("[program:p]\ncommand={w} %(process_num)d/%(numprocs)d\nnumprocs=3\n"
                      "process_name=%(program_name)s_%(process_num)02d\nstartsecs=0\n"),
    "numprocs_start": usual("[program:p]\ncommand={w} %(process_num)03d %(process_num)x\n"
                            "numprocs=2\nnumprocs_start=254\nstartsecs=0\n"
                            "process_name=%(process_num)05d\nenvironment=N=%(process_num)d\n"),
    "blanks around a name": each("process_name", "%(process_num)3d", differs=dict.fromkeys(
        ("infos", "configs", "records", "logs", "left"), "blanks around an expanded")),
    "numprocs=0": usual(P + "numprocs=0\n[program:q]\ncommand={w}\nstartsecs=0\n"),
    "numprocs below zero": usual(P + "numprocs=-2\n"),
    "numprocs without process_num": usual(P + "numprocs=2\n", refused="program:p.numprocs"),
    "priority": each("priority", *NUMBERS),
    "autostart": each("autostart", "true", "TRUE", "yes", "On", "1", "false", "No", "OFF", "0"),
    "autorestart": each("autorestart", "true", "false", "unexpected", "UNEXPECTED", "1", "off"),
    "startsecs": usual("[program:a]\ncommand={w}\nstartsecs=1\n[program:b]\ncommand={w}\n"
                       "[program:c]\ncommand={w}\nstartsecs=+01\n"),
    "startretries": each("startretries", "0", "3", "100000"),
    "exitcodes": each("exitcodes", "0", "0,2", " 1 , 255 ", "", "3,3", "00"),
    "stopsignal": each("stopsignal", "TERM", "sigint", " HUP ", "9", "SIGUSR2", "CLD", "RTMIN",
                       "64"),
    "stopwaitsecs": each("stopwaitsecs", "0", "10", "86400"),
    "stopasgroup": each("stopasgroup", "true", "false"),
    "stopasgroup and killasgroup": usual(P + "stopasgroup=true\nkillasgroup=false\n",
                                         refused="program:p.killasgroup"),
    "killasgroup": each("killasgroup", "true", "false"),
    "redirect_stderr": each("redirect_stderr", "true", "false", "on"),
    "redirect_stderr and a file": usual(P + "redirect_stderr=true\nstderr_logfile={box}/logs/e\n"),
    "umask": each("umask", "0", "022", "0o27", "777", "7_7"),
    "directory": each("directory", "/", "{box}/sub", "{box}/sub/..", "%(ENV_HOME)s/sub"),
    "a relative directory": each("directory", "sub", "."),
    "a directory in the home": each("directory", "~", "~/sub", differs=dict.fromkeys(
        ("infos", "configs", "records", "logs"), "begins with `~`")),
    "a missing directory": usual("[program:p]\ncommand={w}\nstartretries=0\ndirectory=/no/where\n",
                                 differs={"infos": "couldn't ..."}),
    "serverurl": each("serverurl", "AUTO", "auto ", "http://localhost:1", "%(ENV_HOME)s", ""),
    "stdout_logfile": each("stdout_logfile", "{box}/logs/a", "AUTO", "auto",
                           "{box}/logs/%(program_name)s"),
    "a winding path of a log": each("stdout_logfile", "{box}/logs/../logs/c", "logs/relative",
                                    differs={"infos": "absolute", "configs": "absolute"}),
    "an empty log file": usual(P + "stdout_logfile=\nstderr_logfile=\n",
                               differs={"records[p:p][fd]": "/dev/null",
                                        "configs": "is told as written"}),
    "no log files": usual(P + "stdout_logfile=NONE\nstderr_logfile=off\n",
                          differs={"records[p:p][fd]": "/dev/null"}),
    "one log file for both": usual(
        P + "stdout_logfile={box}/logs/b\nstderr_logfile={box}/logs/b\n"),
    "a log file in the home": usual(P + "stdout_logfile=~/logs/h\n"),
    "a log file for each process": usual(
        "[program:p]\ncommand={w}\nstartsecs=0\nnumprocs=2\nprocess_name=%(process_num)d\n"
        "stdout_logfile={box}/logs/%(program_name)s-%(process_num)03d.log\n"
        "stderr_logfile={box}/logs/%(group_name)s.%(host_node_name)s.%(process_num)x\n"),
    "maxbytes": each("stdout_logfile_maxbytes", "0", "999", "1KB", "5mb", "1Gb", "10 kb", " 777 "),
    "maxbytes of AUTO": usual(P + "stderr_logfile_maxbytes=0\n"),
    "short byte suffixes": each("stdout_logfile_maxbytes", "1k", differs={
        "status": "`1k`"}),
    "backups": each("stdout_logfile_backups", "0", "1", "50"),
    # The name is longer than the token that Supervisor holds such output back for.
    "capture": usual("[program:with-a-rather-long-name]\ncommand={w}\nstartsecs=0\n"
                     "stdout_capture_maxbytes=1MB\n"),
    "events": usual(P + "stdout_events_enabled=true\nstderr_events_enabled=on\n"),
    "syslog": usual(P + "stdout_syslog=true\nstderr_syslog=false\n"),
    "a log file named syslog": usual(P + "stdout_logfile=syslog\nstderr_logfile=SYSLOG\n"),
    "a blank in the name of a section": usual("[program:a b]\ncommand={w}\n",
                                              refused="program:a b"),
    "a colon in the name of a section": usual("[program:a:b]\ncommand={w}\n",
                                              refused="program:a:b"),
    "no name": usual("[program:]\ncommand={w}\nstartsecs=0\n", refused="program:",
                     differs={"status": "an empty name of a program"}),
    "blanks before the name": usual("[program: p]\ncommand={w}\nstartsecs=0\n"),
    "brackets in the name": usual("[program:p[1]]\ncommand={w}\nstartsecs=0\n",
                                  differs={"status": "with brackets"}),
}

BAD = {}
for option, values in {
        "numprocs": ["x", "", "1.5"], "numprocs_start": ["x"], "priority": ["1.0", "high"],
        "autostart": ["maybe", "2", "", "t"], "autorestart": ["sometimes", ""],
        "startsecs": ["1s", "1.5"], "startretries": ["many"],
        "exitcodes": ["256", "-1", "a", "0,,2", "0;2"],
        "stopsignal": ["NOPE", "0", "SIG", "-9", "65", ""], "stopwaitsecs": ["1m"],
        "stopasgroup": ["yes please"], "killasgroup": ["tru"], "redirect_stderr": ["stdout"],
        "user": ["no-such-user", "4294967290", ""], "umask": ["9", "x", ""],
        "stdout_logfile": ["/no/such/file"], "stderr_logfile": ["{box}/gone/x"],
        "stdout_logfile_maxbytes": ["1TB", "x", ""], "stderr_logfile_maxbytes": ["MB"],
        "stdout_logfile_backups": ["x"], "stdout_capture_maxbytes": ["x"],
        "stdout_events_enabled": ["x"], "stderr_syslog": ["x"],
        "environment": ["A", "A=", "A=1 B=2", "=1", "A='x"],
        "command": ["%(nope)s", "100%", "%(process_num)y", "%(program_name)d"],
        "directory": ["%(nope)s"], "serverurl": ["%"], "process_name": ["%"],
        }.items():
    BAD.update(bad_values(option, *values))
