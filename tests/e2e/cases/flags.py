"""The command line: every flag, short and long, good and bad, and where the file is looked for."""
from lib_files import FLAGS, MAIN, SERVER, Case, usual

P = "[program:p]\ncommand={w}\nstartsecs=0\n"
FILE = SERVER + MAIN + P


def flags(*more, **kwargs):
    return usual(P, flags=FLAGS + more, **kwargs)


def refused(blame, *more, **kwargs):
    """Refused for the command line alone."""
    return Case(FILE, flags=more, refused=blame, **kwargs)


def found(place, **kwargs):
    """The file lies there, and no flag names it."""
    return Case(None, flags=("-n",), files={place: FILE}, **kwargs)


TAKEN = {
    "--nodaemon and --configuration": Case(FILE, flags=(
        "--nodaemon", "--configuration", "{box}/supervisord.conf")),
    "glued arguments": Case(FILE, flags=("-nc{box}/supervisord.conf", "-iglued",
                                         "--loglevel=warn")),
    "abbreviated": Case(FILE, flags=("--nod", "--conf={box}/supervisord.conf", "--id", "me")),
    "all notes in order": usual(
        "user=nobody\nminfds=700\nminprocs=300\n[include]\nfiles=none/* more.conf none.conf\n" + P,
        files={"more.conf": "[program:q]\ncommand={w}\nstartsecs=0\nstdout_logfile_maxbytes=0\n"},
        limits="-Sn 500 -Su 200", differs={
            "records[%s:%s][limit]" % (name, name): "limits that svd was started with"
            for name in "pq"}),
    "limits that suffice": usual("minfds=700\n" + P, limits="-Sn 900"),
    "hard limits that do not": usual("user=nobody\nminfds=700\n" + P, limits="-Sn 400 -Hn 500",
                                     refused="minfds"),
    "a relative file": Case(FILE, flags=("-n", "-c", "../supervisord.conf"), cwd="{box}/sub"),
    "here of a relative file": Case(
        FILE + "environment=HERE=%(here)s\n", flags=("-n", "-c", "sub/../supervisord.conf")),
    "-i": flags("-i", "other"),
    "--identifier": flags("--identifier=other=x"),
    "an empty identifier": flags("-i", ""),
    "-l": flags("-l", "{box}/other"),
    "a relative -l": flags("-l", "other", cwd="{box}/sub"),
    "-y and -z": flags("-y", "1KB", "-z", "3"),
    "--logfile_maxbytes and --logfile_backups": flags("--logfile_maxbytes=0",
                                                      "--logfile_backups=0"),
    "-e": flags("-e", "error"),
    "--loglevel in capitals": flags("--loglevel", "CRITICAL"),
    "-j": flags("-j", "{box}/other.pid"),
    "--pidfile": flags("--pidfile", "other.pid"),
    "-q": flags("-q", "{box}/sub"),
    "a relative --childlogdir": flags("--childlogdir", "sub"),
    "-k": flags("-k", files={"logs/q---supervisor-abcdefgh.log": "old\n"}),
    "--nocleanup": flags("--nocleanup", files={"logs/q---supervisor-abcdefgh.log": "old\n"}),
    "-a": flags("-a", "64"),
    "--minfds and --minprocs": flags("--minfds=64", "--minprocs=8"),
    "-t": flags("-t"),
    "--strip_ansi": flags("--strip_ansi"),
    "-s": flags("-s"),
    "--silent": flags("--silent"),
    "-u": flags("-u", "root"),
    "--user by number": flags("--user=0"),
    "-u nobody": flags("-u", "nobody"),
    "-m": flags("-m", "077"),
    "--umask": flags("--umask=0"),
    "-d": flags("-d", "{box}/sub"),
    "--directory": flags("--directory", "/"),
    "flags outrank the file": usual("identifier=file\nlogfile_backups=7\n" + P,
                                    flags=FLAGS + ("-i", "flag", "-z", "1")),
    "a flag does not save a bad value": usual("loglevel=loud\n" + P, flags=FLAGS + ("-e", "info"),
                                              refused="supervisord.loglevel"),
    "two dashes": flags("--"),
    "in the working directory": found("supervisord.conf"),
    "in its etc": found("etc/supervisord.conf"),
    "above the program": found("supervisord.conf", beside=True, cwd="{box}/sub"),
    "in etc beside the program": found("etc/supervisord.conf", beside=True, cwd="{box}/sub"),
    "beside the program first": Case("[supervisord]\nidentifier=wrong\n", flags=("-n",),
                                     files={"etc/supervisord.conf": FILE}, beside=True),
    "the working directory before its etc": Case(FILE, flags=("-n",), files={
        "etc/supervisord.conf": "[supervisord]\nidentifier=wrong\n"}),
}

def background(text="", *more, **kwargs):
    return usual(text + "\n" + P, flags=("-c", "{box}/supervisord.conf") + more, background=True,
                 **kwargs)


# Those that end at once, and well.
TOLD = {
    "-v": refused(None, "-v", differs={"console": "the mirrored version"}),
    "--version before all": refused(None, "-n", "--version", "-c", "{box}/nowhere",
                                    differs={"console": "the mirrored version"}),
    "-h": refused(None, "-h", differs={"console": "`--help`"}),
    "-?": refused(None, "-?", differs={"console": "`--help`"}),
    "--help": refused(None, "--help", differs={"console": "`--help`"}),
}

BACKGROUND = {
    "as it is": background(),
    "umask and directory": background("umask=027\ndirectory={box}/sub"),
    "-m and -d": background("umask=027\ndirectory=/", "-m", "002", "-d", "{box}/sub",
                            differs={"files[BOX/d.pid]": "for its owner"}),
    "a relative directory": background("directory=sub"),
    "relative files and a directory": Case(
        SERVER + "[supervisord]\ndirectory=sub\nlogfile=d.log\npidfile=d.pid\nchildlogdir=logs\n" +
        P + "stdout_logfile=logs/out\n", flags=("-c", "{box}/supervisord.conf"), background=True,
        files={"sub/logs/x": ""}, differs={"infos": "is told as written",
                                           "configs": "is told as written"}),
    "a program's own": usual("umask=027\ndirectory=/\n" + P + "umask=070\ndirectory={box}/sub\n",
                             flags=("-c", "{box}/supervisord.conf"), background=True),
    "a user": background("user=nobody"),
    "quiet": background("silent=true"),
    "nodaemon in the file": usual("nodaemon=true\n" + P, flags=("-c", "{box}/supervisord.conf")),
    "a bad file": Case("[supervisord]\nloglevel=x\n", flags=("-c", "{box}/supervisord.conf"),
                       refused="supervisord.loglevel"),
}

REFUSED = {
    "an unknown letter": refused("-x", "-x"),
    "an unknown word": refused("--nonsense", "--nonsense"),
    "an ambiguous word": refused("--no", "--no"),
    "no argument": refused("-c", "-n", "-c"),
    "no argument of a long one": refused("--configuration", "--configuration"),
    "an argument too many": refused("--nodaemon", "--nodaemon=yes"),
    "words": refused("positional arguments are not supported", "start", "all"),
    "words behind two dashes": refused("positional arguments are not supported", "--", "x"),
    "a flag behind a word": refused("positional arguments are not supported", "x", "-n"),
    "a file twice": refused("conflicting command line option", *FLAGS, "-c", "{box}/x"),
    "twice": refused("conflicting command line option", "-i", "a", "-i", "b"),
    "twice, short and long": refused("conflicting command line option", "-i", "a",
                                     "--identifier=b"),
    "a switch twice": refused("conflicting command line option", "-n", "-n"),
    "a file that is not there": refused("nowhere", "-n", "-c", "{box}/nowhere"),
    "a directory as the file": refused("sub", "-n", "-c", "{box}/sub"),
    "-e loud": refused("loud", *FLAGS, "-e", "loud"),
    "-m 9": refused("9", *FLAGS, "-m", "9"),
    "-u": refused("no-such-user", *FLAGS, "-u", "no-such-user"),
    "-u by number": refused("4294967290", *FLAGS, "-u", "4294967290"),
    "-d": refused("/no/such", *FLAGS, "-d", "/no/such"),
    "-l": refused("/no/such/x", *FLAGS, "-l", "/no/such/x"),
    "-j": refused("/no/such/x", *FLAGS, "-j", "/no/such/x"),
    "-q": refused("/no/such", *FLAGS, "-q", "/no/such"),
    "-a x": refused("-a", *FLAGS, "-a", "x"),
    "--minprocs=x": refused("minprocs", *FLAGS, "--minprocs=x"),
    "-y x": refused("-y", *FLAGS, "-y", "x"),
    "-z x": refused("-z", *FLAGS, "-z", "x"),
    "an empty level": refused("-e", *FLAGS, "-e", ""),
    "more descriptors than there can be": refused("minfds", *FLAGS, "-a", "999999999"),
}
