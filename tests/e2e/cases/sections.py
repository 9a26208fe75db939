"""Sections: [supervisord], the servers, groups, listeners, FastCGI, plug-ins; expansions, users."""
from lib_files import MAIN, SERVER, Case, served, usual

P = "[program:p]\ncommand={w}\nstartsecs=0\n"


def main(text, **kwargs):
    """Options of [supervisord]."""
    return usual(text + "\n" + P, **kwargs)


def bad_main(option, value):
    return served("[supervisord]\n%s=%s\n" % (option, value), refused="supervisord." + option)


DAEMON = {
    "defaults": served("[supervisord]\n" + P, env={"TMPDIR": "{box}/logs"}),
    "a relative log file": served("[supervisord]\nlogfile=logs/../d.log\npidfile=./x.pid\n"
                                  "childlogdir=logs/\n" + P),
    "no pid file possible": served("[supervisord]\nlogfile={box}/d.log\npidfile={box}/sub\n"
                                   "childlogdir={box}/logs\n" + P,
                                   differs={"notes": "why a pid file cannot be written"}),
    "log file settings": main("logfile_maxbytes=1KB\nlogfile_backups=0"),
    "no rotation": main("logfile_maxbytes=0"),
    "identifier": main("identifier=my-name"),
    "an identifier with the environment": main("identifier=%(ENV_ME)s.%%",
                                               env={"ME": "me"}),
    "umask in the foreground": main("umask=077"),
    "directory in the foreground": main("directory={box}/sub"),
    "nodaemon": main("nodaemon=true", flags=("-c", "{box}/supervisord.conf")),
    "silent": main("silent=true"),
    "minfds": main("minfds=100\nminprocs=10"),
    "strip_ansi": main("strip_ansi=true"),
    "loglevel in capitals": main("loglevel=WARN"),
    "nocleanup": main("nocleanup=true", files={
        "logs/q-stdout---supervisor-abcdefgh.log": "old\n"}),
    "cleanup": main("", differs={key + "[BOX/logs/" + name + "]": "made by somebody else" for name
                                 in ("b---supervisor-x.logs", "e---supervisor-x.log.gz")
                                 for key in ("files", "left", "logs")}, files={
        "logs/p-stdout---supervisor-abcdefgh.log": "old\n", "logs/x---supervisor-1.log.7": "old\n",
        "logs/---supervisor-1.log": "x\n", "logs/a---other-abcdefgh.log": "x\n",
        "logs/a---supervisor-.log": "x\n", "logs/b---supervisor-x.logs": "x\n",
        "logs/c---supervisor-x.log.12345": "x\n", "logs/d---supervisor-x.txt": "x\n",
        "logs/e---supervisor-x.log.gz": "x\n", "logs/f--supervisor-x.log": "x\n",
        "logs/g---supervisor-a b.log": "x\n", "logs/h---x---supervisor-y.log": "x\n",
        "logs/supervisor-y.log": "x\n"}),
    "cleanup by another identifier": main("identifier=web1", files={
        "logs/p-stdout---web1-abcdefgh.log": "old\n", "logs/p-stdout---web-abcdefgh.log": "x\n",
        "logs/p-stdout---web11-abcdefgh.log": "x\n", "logs/p---supervisor-abcdefgh.log": "x\n"}),
    "an environment": main("environment=A=1,B='two words',C=\"%(here)s\",D=%(ENV_D)s",
                           env={"D": "outer", "A": "outer"}),
    "an environment for expansions": usual(
        "environment=WHO=me,PATH=\"{dir}:/bin\"\n[program:p]\ncommand=witness {box}/out %(ENV_WHO)s"
        "\nstartsecs=0\nenvironment=X=%(ENV_WHO)s,WHO=you,Y=%(ENV_PATH)s\n"),
    "SUPERVISOR_ names in an environment": main("environment=SUPERVISOR_ENABLED=no,"
                                                "SUPERVISOR_PROCESS_NAME=p"),
    "a user": main("user=root"),
    "a user by number": main("user=0"),
    "another user": main("user=nobody"),
    "the log goes nowhere": served("[supervisord]\nlogfile=/dev/null\npidfile={box}/d.pid\n"
                                   "childlogdir={box}/logs\n" + P),
    "paths in the home": served("[supervisord]\nlogfile=~/d.log\npidfile=~/sub/d.pid\n"
                                "childlogdir=~/logs\n" + P),
    "a log file named NONE": served("[supervisord]\nlogfile=NONE\npidfile={box}/d.pid\n"
                                    "childlogdir={box}/logs\n" + P),
    "a log to standard output": served("[supervisord]\nlogfile=/dev/stdout\nlogfile_maxbytes=0\n"
                                       "pidfile={box}/d.pid\nchildlogdir={box}/logs\n" + P),
    "a program's log to standard output": usual(
        P + "stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n"
        "stderr_logfile=/dev/stderr\nstderr_logfile_maxbytes=0\n"),
    "the client's section does not matter": main("[supervisorctl]\nserverurl=nonsense\n"
                                                 "prompt=%(nope)s"),
    "an unknown option": main("nodeamon=true", differs={"notes": "typing errors"}),
}

for option, values in {
        "logfile": ["/no/such/x"], "logfile_maxbytes": ["x"], "logfile_backups": ["x"],
        "loglevel": ["loud", ""], "pidfile": ["/no/such/x"], "umask": ["9", ""],
        "nodaemon": ["x"], "silent": ["x"], "minfds": ["x", ""], "minprocs": ["1k"],
        "nocleanup": ["x"], "childlogdir": ["/no/such", ""], "user": ["no-such-user", "4294967290"],
        "directory": ["/no/such"], "strip_ansi": ["x"], "identifier": ["%(nope)s", "50%"],
        "environment": ["A", "A=%(nope)s"],
        }.items():
    DAEMON.update({"%s=%s" % (option, value): bad_main(option, value) for value in values})


def group(text, programs="ab", **kwargs):
    return usual("".join("[program:%s]\ncommand={w}\nstartsecs=0\n" % name for name in programs) +
                 text, **kwargs)


GROUPS = {
    "two programs": group("[group:g]\nprograms=a,b\n", "abc"),
    "blanks between": group("[group:g]\nprograms= b ,\ta\npriority=5\n"),
    "priorities": group("[group:g]\nprograms=a\npriority=3\n[program:c]\ncommand={w}\npriority=2\n"
                        "startsecs=0\n[group:h]\nprograms=b\npriority=-1\n"),
    "names in a group": usual("[program:a]\ncommand={w} %(group_name)s %(program_name)s\n"
                              "process_name=%(group_name)s-%(program_name)s\nstartsecs=0\n"
                              "[group:g]\nprograms=a\n"),
    "an unknown program": group("[group:g]\nprograms=a,x\n", refused="group:g.programs",
                                theirs="names unknown program"),
    "an empty list": group("[group:g]\nprograms=\n"),
    "no list": group("[group:g]\npriority=1\n"),
    "a comma at the end": group("[group:g]\nprograms=a,\n", refused="group:g.programs",
                                theirs="names unknown program"),
    "a bad priority": group("[group:g]\nprograms=a\npriority=x\n", refused="group:g.priority"),
    "a bad name": group("[group:a b]\nprograms=a\n", refused="group:a b"),
    "a program in two groups": group("[group:g]\nprograms=a\n[group:h]\nprograms=a,b\n",
                                     differs={"notes": "that two groups name"}),
    "a program twice": group("[group:g]\nprograms=a,a\n", differs={"status": "two processes"}),
    "a group of a program's name": group("[group:a]\nprograms=b\n",
                                         differs={"status": "two groups of one name"}),
    "listeners are no programs": usual(
        "[eventlistener:l]\ncommand={w}\nevents=TICK_5\n[group:g]\nprograms=l\n",
        refused="group:g.programs"),
    "a FastCGI program": usual("[fcgi-program:f]\ncommand={w}\nsocket=unix://{box}/f.sock\n"
                               "startsecs=0\n[group:g]\nprograms=f\n",
                               differs={"notes": "runs without its socket"}),
    "both kinds": group("[fcgi-program:a]\ncommand={w}\nsocket=unix://{box}/f.sock\n"
                        "[group:g]\nprograms=a\n", refused="group:g.programs"),
}

NAMES = "%(program_name)s|%(process_num)d|%(numprocs)d|%(group_name)s|%(host_node_name)s|%(here)s"


def expanded(value, **kwargs):
    return usual("[program:p]\nstartsecs=0\ncommand={w} '%s'\n" % value, **kwargs)


EXPANSIONS = {
    "all names": expanded(NAMES),
    "the environment": expanded("%(ENV_A)s%(ENV_EMPTY)s", env={"A": "a", "EMPTY": ""}),
    "a program's environment": usual("[program:p]\nstartsecs=0\ncommand={w} %(ENV_OWN)s\n"
                                     "environment=OWN=mine\n"),
    "numbers": expanded("%(process_num)i %(process_num)05d %(process_num)-5d| %(process_num)+d "
                        "%(process_num) d %(process_num).3d"),
    "other bases": expanded("%(process_num)x %(numprocs)#x %(numprocs)o %(numprocs)#o "
                            "%(numprocs)X"),
    "reals": expanded("%(numprocs)f %(numprocs).2f %(numprocs)e %(numprocs)g %(numprocs)E"),
    "as Python shows them": expanded("%(numprocs)r %(numprocs)s"),
    "widths": expanded("%(program_name)5s|%(program_name)-5s|%(program_name).0s|"
                       "%(program_name)05s"),
    "a percent sign": expanded("100%% %%(here)s %%%%"),
    "a name in lower case": expanded("%(env_home)s", refused="program:p.command"),
    "a name that is not closed": expanded("%(here", refused="program:p.command"),
    "no type": expanded("%(here)", refused="program:p.command"),
    "a star": expanded("%(numprocs)*d", refused="program:p.command"),
    "a value with a percent sign": expanded("%(ENV_P)s", env={"P": "50%(here)s%%"}),
    "not in an integer": usual(P + "priority=%(process_num)d\n", refused="program:p.priority"),
    "in an integer": usual(P + "priority=%(ENV_N)s\n", env={"N": "7"}),
    "in a boolean": usual(P + "autostart=%(ENV_B)s\n", env={"B": "no"}),
    "process_num in user": usual(P + "user=%(process_num)d\n", refused="program:p.user"),
    "a name of the environment's section": usual("environment=E=1\n" + P +
                                                 "priority=%(ENV_E)s\n"),
    "numprocs from the environment": usual(
        P + "numprocs=%(ENV_N)s\nprocess_name=%(process_num)d\n", env={"N": "2"}),
    "quotes from the environment": usual(P + "environment=A=\"%(ENV_Q)s\",B=2\n",
                                         env={"Q": "a,b='c'd"}),
    "pairs from the environment": usual(P + "environment=%(ENV_ALL)s\n",
                                        env={"ALL": "A=1,B='2 3'"}),
    "a command from the environment": usual("[program:p]\nstartsecs=0\ncommand=%(ENV_CMD)s 'x y'\n",
                                            env={"CMD": "{w} one 'two three'"}),
    "here in logfile": served("[supervisord]\nlogfile=%(here)s/d.log\npidfile=%(here)s/d.pid\n"
                              "childlogdir=%(here)s/logs\n" + P),
    "the host in identifier": served("[supervisord]\nlogfile={box}/d.log\npidfile={box}/d.pid\n"
                                     "childlogdir={box}/logs\nidentifier=%(host_node_name)s\n",
                                     differs={"status": "%(host_node_name)s"}),
    "the host in [supervisord] environment": main(
        "environment=H=%(host_node_name)s", differs={"status": "%(host_node_name)s"}),
}


def environment(value, **kwargs):
    return usual(P + "environment=%s\n" % value, **kwargs)


ENVIRONMENTS = {
    "plain": environment("A=1,B=two,C=x.y/z:0-9+(a)"),
    "quotes": environment("A='one two',B=\"three, four\",C=''"),
    "a comma at the end": environment("A=1,"),
    "over several lines": usual(P + "environment=\n  A=1,\n  B='x',\n\n  C=3\n"),
    "quotes of the other kind": environment("A=\"it's\",B='say \"hi\" to'"),
    "a percent sign": environment("A=\"%%d\",B='100%%'"),
    "an equals sign in quotes": environment("A='x=y'"),
    "lower case": environment("a=1,Bc=2"),
    "HOME and PATH": environment("HOME=/x,PATH=/bin:/usr/bin,USER=me"),
    "twice": environment("A=1,A=2"),
    "over the daemon's": environment("LANG=de_DE"),
    "a semicolon": environment("A='x;y',B='x ;y'", refused="program:p.environment"),
    "SUPERVISOR_ENABLED": environment("SUPERVISOR_ENABLED=2"),
    "quotes in the middle": environment("A=x'y z'", differs={"records[p:p][env]": "POSIX"}),
    "quotes at the end": environment("A='say \"hi\"'", differs={"records[p:p][env]": "POSIX"}),
    "a backslash": environment("A=\"a\\\"b\"", differs={"records[p:p][env]": "POSIX"}),
}

USERS = {
    "nobody": usual(P + "user=nobody\n"),
    "by number": usual(P + "user=65534\n"),
    "root": usual(P + "user=root\n"),
    "one with groups": usual(P + "user={member}\n"),
    "a user and a directory": usual(P + "user=daemon\ndirectory=/\numask=027\n"),
    "the daemon is another": served("[supervisord]\nlogfile={box}/d.log\npidfile={box}/d.pid\n"
                                    "childlogdir={box}/logs\nuser=nobody\n" + P),
    "the daemon is nobody, the program root": usual(
        "user=nobody\n[program:p]\ncommand={w}\nuser=root\nstartretries=0\n",
        differs={"infos": "couldn't ..."}),
}



def nobody(text="", options="", **kwargs):
    """The daemon is started by somebody who is not root."""
    return usual(options + "\n" + P + text, as_nobody=True, **kwargs)


NOBODY = {
    "as it is": nobody(),
    "its own user": nobody(options="user=nobody"),
    "root": nobody(options="user=root", refused="Can't drop privilege as nonroot user"),
    "a program as itself": nobody("user=nobody\n"),
    "a program as another": usual(
        "[program:p]\ncommand={w}\nuser=daemon\nstartretries=0\n", as_nobody=True,
        differs={"infos": "couldn't ..."}),
    "a socket of its own": nobody("[unix_http_server]\nchown=nobody:nogroup\nchmod=0755\n"),
    "a socket of another": nobody("[unix_http_server]\nchown=daemon\n",
                                  refused="unix_http_server.file",
                                  theirs="Not permitted to chown"),
    "a limit too high": nobody(options="minfds=2000000000", refused="minfds"),
    "a directory of root for logs": nobody(options="childlogdir=/root",
                                           refused="supervisord.childlogdir", theirs="/root/p-"),
    "a log of root": nobody(options="logfile=/root/x.log", refused="supervisord.logfile"),
    "a log file in a directory of root": nobody(
        "stdout_logfile=/root/x\nstartretries=0\n", differs=dict.fromkeys(
            ("infos", "notes", "records", "logs"), "cannot be opened")),
    "a pid file in a directory of root": Case(
        SERVER + "[supervisord]\nlogfile={box}/d.log\npidfile=/root/x.pid\nchildlogdir={box}/logs\n"
        + P, as_nobody=True, differs={"notes": "why a pid file cannot be written"}),
}

UNIX = "[supervisord]\nlogfile={box}/d.log\npidfile={box}/d.pid\nchildlogdir={box}/logs\n" \
       "[rpcinterface:supervisor]\n" \
       "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n" + P
INET = SERVER + MAIN + P + "[inet_http_server]\n"


def unix(text, **kwargs):
    return Case(UNIX + "[unix_http_server]\n" + text, **kwargs)


SERVERS = {
    "modes": unix("file={box}/s.sock\nchmod=0777\n"),
    "an owner": unix("file={box}/s.sock\nchown=daemon\n"),
    "an owner and a group": unix("file={box}/s.sock\nchown=nobody:daemon\nchmod=0770\n"),
    "an owner by number": unix("file={box}/s.sock\nchown=1:2\n"),
    "a relative path": unix("file=./sub/../s.sock\n"),
    "here": unix("file=%(here)s/s.sock\n"),
    "no file": unix("chmod=0700\n", refused="unix_http_server"),
    "a bad mode": unix("file={box}/s.sock\nchmod=rwx\n", refused="unix_http_server.chmod"),
    "a bad owner": unix("file={box}/s.sock\nchown=no-such-user\n",
                        refused="unix_http_server.chown"),
    "a bad group": unix("file={box}/s.sock\nchown=root:no-such\n",
                        refused="unix_http_server.chown"),
    "a name alone": unix("file={box}/s.sock\nusername=me\n", refused="unix_http_server"),
    "a password alone": unix("file={box}/s.sock\npassword=p\n", refused="unix_http_server"),
    "the environment": unix("file=%(ENV_WHERE)s/s.sock\n", env={"WHERE": "{box}"}),
    "the home": unix("file=~/s.sock\n"),
    "two of a kind": unix("file={box}/s.sock\n[unix_http_server:b]\nfile={box}/t.sock\n"),
    "both kinds": Case(INET + "port=127.0.0.1:{port}\n"),
    "every address": Case(INET + "port=*:{port}\nallow_unauthenticated=true\n"),
    "a port alone": Case(INET + "port={port}\nallow_unauthenticated=true\n"),
    "a name in capitals": Case(INET + "port=LOCALHOST:{port}\n"),
    "an inet login": Case(INET + "port=127.0.0.1:{port}\nusername=u\npassword=%(ENV_P)s\n",
                          env={"P": "{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d"}),
    "a missing directory": unix("file={box}/no/s.sock\n", refused="unix_http_server.file",
                                theirs="Cannot open an HTTP server"),
    "no port": Case(INET, refused="inet_http_server"),
    "port=x": Case(INET + "port=x\n", refused="inet_http_server.port"),
    "port=0": Case(INET + "port=127.0.0.1:0\n", refused="inet_http_server.port",
                   theirs="0 is below lower bound"),
    "port=65536": Case(INET + "port=65536\n", refused="inet_http_server.port"),
    "port=host:": Case(INET + "port=localhost:\n", refused="inet_http_server.port"),
    "an inet name alone": Case(INET + "port=127.0.0.1:9\nusername=u\n", refused="inet_http_server"),
    "no server": Case(MAIN + "[program:p]\ncommand=%(nope)s\n", refused="program:p.command"),
    "a factory that is not there": usual(P + "[rpcinterface:x]\nsupervisor.rpcinterface_factory="
                                         "no.such:thing\n",
                                         differs={"status": "plug-ins in Python"}),
    "a plug-in without a factory": usual(P + "[rpcinterface:x]\na=1\n",
                                         refused="rpcinterface:x"),
    "an unknown option of the interface": Case(
        SERVER + "mode=fast\n" + MAIN + P,
        differs={"status": "an unknown option in `[rpcinterface:x]`"}),
}

FCGI = "[fcgi-program:f]\ncommand={w}\nstartsecs=0\n"


def fcgi(text, **kwargs):
    return usual(FCGI + text, **kwargs)


def bad_fcgi(option, value, more="socket=unix://{box}/f.sock\n"):
    return fcgi("%s=%s\n%s" % (option, value, more), refused="fcgi-program:f." + option)


def shared(text="", socket="unix://{box}/f.sock", differs=(), **kwargs):
    """One that runs: when the socket is made, and whether its file stays, differs."""
    wanted = {"notes": "bound for a moment"}
    if socket.startswith("unix:"):
        wanted["left[BOX/f.sock]"] = "its file stays"
    wanted.update(differs)
    return fcgi("socket=%s\n%s" % (socket, text), differs=wanted, **kwargs)


FASTCGI = {
    "a unix socket": shared(),
    "two processes": shared("numprocs=2\nprocess_name=%(process_num)d\n"),
    "a mode": shared("socket_mode=0770\n"),
    "an owner": shared("socket_owner=nobody:daemon\n"),
    "the user owns it": shared("user=nobody\n"),
    "names in it": shared(socket="unix://%(here)s/%(program_name)s.sock"),
    "backlog": shared("socket_backlog=7\n"),
    "a path that is normalised": shared(socket="unix://{box}/sub/../f.sock"),
    "a file in its place": shared(
        "startretries=0\n", files={"f.sock": "x"}, differs=dict.fromkeys(
            ("files", "infos", "left", "logs", "records"), "anything else is left alone")),
    "tcp": shared(socket="tcp://127.0.0.1:%(ENV_PORT)s", env={"PORT": "{port}"}),
    "no socket": fcgi("", refused="fcgi-program:f"),
    "a relative path": bad_fcgi("socket", "unix://f.sock", ""),
    "another scheme": bad_fcgi("socket", "http://localhost:1", ""),
    "no port": bad_fcgi("socket", "tcp://localhost", ""),
    "backlog 0": bad_fcgi("socket_backlog", "0"),
    "backlog 65536": bad_fcgi("socket_backlog", "65536"),
    "a bad backlog": bad_fcgi("socket_backlog", "x"),
    "a bad owner": bad_fcgi("socket_owner", "no-such-user"),
    "a bad mode": bad_fcgi("socket_mode", "rwx"),
    "a mode for tcp": fcgi("socket_mode=0700\nsocket=tcp://localhost:1\n",
                           refused="fcgi-program:f.socket"),
    "a bad name": usual("[fcgi-program:a:b]\ncommand=x\nsocket=unix:///x\n",
                        refused="fcgi-program:a:b"),
}

LISTENER = "[eventlistener:l]\ncommand={w} listens\nstartsecs=0\n"


def listener(text, **kwargs):
    return usual(LISTENER + text, **kwargs)


LISTENERS = {
    "one event": listener("events=TICK_60\n"),
    "several": listener("events=PROCESS_STATE, tick_3600,EVENT\nbuffer_size=1\n"),
    "all options": listener("events=EVENT\nbuffer_size=5\npriority=7\nnumprocs=2\n"
                            "process_name=%(process_num)d\n"
                            "result_handler=supervisor.dispatchers:default_handler\n"),
    "a log file": listener("events=TICK_60\nstdout_logfile={box}/logs/o\n"),
    "started before programs": usual(P + LISTENER + "events=TICK_60\n"),
    "no events": listener("", refused="eventlistener:l"),
    "empty events": listener("events=\n", refused="eventlistener:l"),
    "an unknown event": listener("events=TICK_60,TICK_7\n", refused="eventlistener:l.events"),
    "buffer_size=0": listener("events=EVENT\nbuffer_size=0\n",
                              refused="eventlistener:l.buffer_size"),
    "buffer_size=x": listener("events=EVENT\nbuffer_size=x\n",
                              refused="eventlistener:l.buffer_size"),
    "redirect_stderr": listener("events=EVENT\nredirect_stderr=true\n",
                                refused="eventlistener:l.redirect_stderr"),
    "a handler that is not there": listener("events=EVENT\nresult_handler=no.such:thing\n",
                                            differs={"status": "plug-ins in Python"}),
    "a bad name": usual("[eventlistener:a b]\ncommand=x\nevents=EVENT\n",
                        refused="eventlistener:a b"),
}
