"""The form of a file: separators, comments, continuation, duplicates, text, included files."""
from lib_files import MAIN, SERVER, Case, served, usual

P = "[program:p]\ncommand={w}\nstartsecs=0\n"
HERE = P + "environment=HERE=%(here)s\n"
LONG = "x" * 30000

FORM = {
    "nothing at all": Case("", refused="supervisord"),
    "comments only": Case("; one\n# two\n", refused="supervisord"),
    "no program": usual(),
    "colon and blanks around": usual("[program:p]\ncommand : {w}\nstartsecs\t=\t0\n"),
    "the first separator counts": usual(P + "environment : A='x=y:z'\n"),
    "an option name in capitals": usual("[program:p]\nCOMMAND={w}\nStartSecs=0\n"),
    "a section name in capitals": usual("[PROGRAM:p]\ncommand={w}\n",
                                       differs={"notes": "typing errors"}),
    "another case of supervisord": served("[Supervisord]\n", refused="supervisord"),
    "inline comments": usual("[program:p] ; c\ncommand={w} a;b c#d ; e\nstartsecs=0 # f\n"),
    "a comment behind a tab": usual(P + "priority=5\t;six\n"),
    "a comment without a blank": usual(P + "priority=5;six\n", refused="program:p.priority"),
    "two comment signs": usual("[program:p]\ncommand={w} a #b ;c\nstartsecs=0 ;0 #0\n"),
    "comments between options": usual("[program:p]\n; c\ncommand={w}\n# d\nstartsecs=0\n"),
    "an indented comment in a value": usual(
        "[program:p]\ncommand={w} a\n  ; not this\n  b\n  # nor this\n  c\nstartsecs=0\n"),
    "continued with blanks": usual(
        "[program:p]\ncommand={w}\n one\n    two\n  three\nstartsecs=0\n"),
    "continued with a tab": usual("[program:p]\ncommand={w}\n\tone\n\ttwo\nstartsecs=0\n"),
    "continued over blank lines": usual(
        "[program:p]\ncommand={w}\n\n one\n\n\n two\n\nstartsecs=0\n"),
    "continued within quotes": usual("[program:p]\ncommand={w} 'one\n  two' three\nstartsecs=0\n"),
    "a value that begins below": usual("[program:p]\ncommand=\n  {w}\n  one\nstartsecs=0\n"),
    "an indented section": usual("[program:p]\n  command={w}\n  startsecs=0\n  environment=A=1\n"),
    "deeper and deeper": usual("[program:p]\ncommand={w}\nenvironment=A=1,\n B=2,\n   C=3,\n D=4\n"
                               "startsecs=0\n"),
    "an option that looks continued": usual("[program:p]\ncommand={w}\nstartsecs=0\n  priority=7\n",
                                            refused="program:p.startsecs"),
    "an option without a value": usual(P + "priority\n", refused="priority"),
    "an empty value": usual(P + "priority=\n", refused="program:p.priority"),
    "an empty name": usual(P + "=5\n", refused="=5"),
    "an option before all sections": Case("a=1\n" + SERVER + MAIN, refused="a=1"),
    "a header that is not closed": usual("[program:p\ncommand={w}\n",
                                        differs={"notes": "typing errors"}),
    "text behind a header": usual("[program:p] text\ncommand={w}\nstartsecs=0\n"),
    "blanks in a header": usual("[ program:p ]\ncommand={w}\n",
                                 differs={"notes": "typing errors"}),
    "an option twice": usual(P + "priority=1\npriority=2\n"),
    "an option twice in two cases": usual(P + "priority=1\nPRIORITY=2\n"),
    "a section twice": usual(P + "[program:q]\ncommand={w}\nstartsecs=0\n[program:p]\npriority=3\n",
                             differs={"notes": "that is there twice"}),
    "supervisord twice": usual("[supervisord]\nidentifier=second\n" + P),
    "a section DEFAULT": usual(
        "[DEFAULT]\nstartsecs=0\npriority=44\n[program:p]\ncommand={w}\n",
        differs={"status": "[DEFAULT]"}),
    "a section default": usual("[default]\npriority=44\n" + P,
                                 differs={"notes": "typing errors"}),
    "a percent sign twice": usual(P + "environment=A='50%%',B='%%d'\n"),
    "a percent sign": usual(P + "environment=A='50%'\n", refused="program:p.environment"),
    "text beyond ASCII": usual(
        "[program:p]\ncommand={w} gr\u00fc\u00dfe \u65e5\u672c\nstartsecs=0\n"
        "environment=A='\u00e4\u00f6',B=\u00e4\u00f6\n",
        differs={"records[p:p][env]": "UTF-8 is text"}),
    "text far beyond ASCII": usual(P + "environment=A='\u65e5\u672c',B=\u65e5\u672c\n",
                                   differs={"records[p:p][env]": "UTF-8 is text"}),
    "a name beyond ASCII": usual("[program:\u00e4]\ncommand={w}\nstartsecs=0\n"),
    "text that is not UTF-8": usual(P + "; \u00e4\n", encoding="latin-1", refused="UTF-8",
                                    theirs="codec can't decode"),
    "a byte order mark": Case("\ufeff" + SERVER + MAIN + P,
                              differs={"status": "byte order mark"}),
    "CRLF": Case((SERVER + MAIN + "[program:p]\ncommand={w} a\n  b\nstartsecs=0\n").replace(
        "\n", "\r\n")),
    "CR alone": Case((SERVER + MAIN + P).replace("\n", "\r")),
    "no newline at the end": usual("[program:p]\nstartsecs=0\ncommand={w} end"),
    "a form feed": usual(P + "environment=A=\f'a\fb'\n"),
    "control characters": usual("[program:p]\ncommand={w} a\x01b\x1bc\x7f\nstartsecs=0\n",
                                differs={"configs": "control character"}),
    "a long line": usual("[program:p]\ncommand={w} %s end\nstartsecs=0\n" % LONG),
    "a long comment": usual(P + ";" + LONG + "\n"),
    "a long name": usual("[program:%s]\ncommand={w}\nstartsecs=0\n" % ("n" * 100)),
    "a NUL byte": usual(P + "environment=A=x\0y\n", refused="NUL",
                        theirs="program:p"),
    "unknown options": usual(P + "comand=x\nx-vendor=1\n", differs={"notes": "typing errors"}),
    "unknown sections": usual(P + "[vendor]\na=1\n[programm:q]\nb=2\n",
                              differs={"notes": "typing errors"}),
    "a plug-in of the client": usual(P + "[ctlplugin:x]\nsupervisor.ctl_factory=no.such:thing\n",
                                     differs={"notes": "plug-ins in Python"}),
}

INCLUDED = {
    "one file": usual(P + "[include]\nfiles=more.conf\n", files={
        "more.conf": "[program:q]\ncommand={w}\nstartsecs=0\n"}),
    "in order": usual("[include]\nfiles=d/*.conf\n", files={
        "d/2.conf": P + "priority=2\n", "d/10.conf": P + "priority=10\n",
        "d/1.ini": P + "priority=1\n"}, differs={"notes": "that is there twice"}),
    "several globs": usual("[include]\nfiles = d/a*.conf\n  e/?.conf\t{box}/f/[xy].conf\n", files={
        "d/ab.conf": P.replace(":p", ":one"), "e/b.conf": P.replace(":p", ":two"),
        "f/x.conf": P.replace(":p", ":three"), "f/z.conf": "broken"}),
    "no match": usual(P + "[include]\nfiles=none/*.conf other.conf\n"),
    "no files": usual("[include]\n", refused="include"),
    "empty files": usual(P + "[include]\nfiles=\n"),
    "an option over another": usual(P + "priority=1\n[include]\nfiles=x.conf\n", files={
        "x.conf": "[program:p]\npriority=2\n"}, differs={"notes": "that is there twice"}),
    "supervisord in it": usual(P + "[include]\nfiles=x.conf\n", files={
        "x.conf": "[supervisord]\nidentifier=included\n"}),
    "here in it": usual(HERE + "[include]\nfiles=d/x.conf\n", files={
        "d/x.conf": HERE.replace(":p", ":q")}),
    "here in files": usual("[include]\nfiles=%(here)s/d/*.conf\n", files={"d/x.conf": P}),
    "the name of the host in files": usual("[include]\nfiles=d/%(host_node_name)s.conf d/x.*\n",
                                           files={"d/x.conf": P}),
    "the environment in files": usual("[include]\nfiles=%(ENV_WHERE)s/*\n", files={"d/x.conf": P},
                                      env={"WHERE": "d"}),
    "an unknown name in files": usual("[include]\nfiles=%(nope)s/*\n", refused="include.files"),
    "the same twice": usual("[include]\nfiles=d/*.conf d/x.conf\n", files={"d/x.conf": P},
                            differs={"notes": "read once"}),
    "another case of it": usual(P + "[Include]\nfiles=x.conf\n", files={"x.conf": "broken"},
                                differs={"notes": "typing errors"}),
    "all files beside it": usual("[include]\nfiles=*.conf\n", files={"x.conf": P},
                                 differs={"notes": "read once"}),
    "itself": usual(P + "[include]\nfiles=supervisord.conf\n", differs={"notes": "read once"}),
    "a nested one": usual("[include]\nfiles=x.conf\n", files={
        "x.conf": P + "[include]\nfiles=y.conf\n", "y.conf": P.replace(":p", ":q")},
                          differs={"notes": "an `[include]` in an included"}),
    "a broken one": usual(P + "[include]\nfiles=x.conf\n", files={"x.conf": "[program:q\n"},
                          refused="File contains no section headers"),
    "a bad value in one": usual(P + "[include]\nfiles=x.conf\n", files={
        "x.conf": "[program:q]\ncommand={w}\nstartsecs=z\n"}, refused="program:q.startsecs"),
    "a directory": usual(P + "[include]\nfiles=d*\n", files={"d/x.conf": P},
                         differs={"notes": "file that cannot be read"}),
    "blanks in the including path": Case(SERVER + MAIN + "[include]\nfiles=d/x.conf\n",
                                         flags=("-n", "-c", "supervisord.conf"),
                                         files={"d/x.conf": P}),
    "a comment behind files": usual("[include]\nfiles=d/*.conf ; all of them\n",
                                    files={"d/x.conf": P}),
    "a hidden file": usual(P + "[include]\nfiles=d/*\n", files={"d/.x.conf": "broken"}),
}
