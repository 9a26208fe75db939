"""Configuration files and command lines of our own, through Supervisor and through svd.

Both must take or refuse each, blame the same thing, and make the same of it: what the daemon tells,
what its programs find when they start, and what is in the logs. What is meant to differ is named
in the case, by words of doc/COMPATIBILITY.md, and must differ.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import tempfile

import pytest

import lib_files
import lib_reaper
from cases import flags, form, options, sections
from conftest import a_box
from lib_daemon import REFERENCE, REPO, SVD
from lib_forker import Forker

# Other users play in some of them.
pytestmark = [pytest.mark.reference, pytest.mark.svd_only, pytest.mark.root_only]

TABLES = {
    "daemon": sections.DAEMON, "groups": sections.GROUPS, "expansions": sections.EXPANSIONS,
    "environments": sections.ENVIRONMENTS, "users": sections.USERS, "nobody": sections.NOBODY,
    "servers": sections.SERVERS, "fastcgi": sections.FASTCGI, "listeners": sections.LISTENERS,
    "flags": flags.TAKEN, "bad flags": flags.REFUSED, "told": flags.TOLD,
    "background": flags.BACKGROUND, "form": form.FORM, "included": form.INCLUDED,
    "program": options.PROGRAM, "bad": options.BAD,
}
CASES = {"%s: %s" % (table, title): case
         for table, cases in TABLES.items() for title, case in cases.items()}
AT_A_TIME = 6


@pytest.fixture(scope="module")
def witness():
    directory = tempfile.mkdtemp(prefix="svd-e2e-witness-")
    os.chmod(directory, 0o755)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "witness.c")
    subprocess.run(["cc", "-O2", "-static", "-o", directory + "/witness", source], check=True)
    yield directory + "/witness"
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def module_box():
    with a_box() as box:
        yield box
    lib_reaper.kill_children()


@pytest.fixture(scope="module")
def forker():
    forker = Forker()
    yield forker
    forker.close()


@pytest.fixture(scope="module")
def outcomes(request, witness, module_box, forker):
    """title -> (ours, theirs), futures of all that were selected."""
    titles = [item.callspec.params["title"] for item in request.session.items
              if "title" in getattr(item, "fixturenames", ()) and item.module is request.module]
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        def start(title, who, *how):
            box = "%s/%s%d" % (module_box, who, list(CASES).index(title))
            return pool.submit(lib_files.live, CASES[title], box, *how)
        yield {title: (start(title, "o", SVD, witness),
                       start(title, "t", REFERENCE, witness, forker)) for title in titles}


def differences(place, ours, theirs):
    """Each place where the two values differ, with what is there."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            yield from differences("%s[%s]" % (place, key) if place else key, ours.get(key),
                                   theirs.get(key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, pair in enumerate(zip(ours, theirs)):
            yield from differences("%s[%d]" % (place, i), *pair)
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield place, [each for each in ours if each not in theirs], \
            [each for each in theirs if each not in ours]
    elif ours != theirs:
        yield place, ours, theirs


# What differs in every life: where, words of doc/COMPATIBILITY.md, and how.
EVERYWHERE = [
    (r"records.*\[status\]", "SIGPIPE",
     lambda ours, theirs: ours == theirs.replace("1001000", "0000000")),
    (r"(logs|left).*---", "before the first start",
     lambda ours, theirs: ours is None and theirs in ([b""], ("-rw-------", 0, 0))),
    (r"left.BOX/d.log]", "the umask of the shell",      # 026 here; 022 by default, 002 with -m
     lambda ours, theirs: ours[0] in ("-rw-r--r--", "-rw-rw-r--") and theirs[0] == "-rw-r-----"),
    (r"configs.*\[autorestart\]", "autorestart",
     lambda ours, theirs: theirs is None and ours in (True, False, "unexpected")),
]


def unwanted(case, ours, theirs):
    """The differences that nobody wants; those that are wanted must be there."""
    hits = set()
    for place, our, their in differences("", ours, theirs):
        if any(re.match(where, place) and differ(our, their) for where, _, differ in EVERYWHERE):
            continue
        wanted = [key for key in case.differs if place.startswith(key)]
        hits.update(wanted)
        if not wanted:
            yield "%s\n    ours:   %.300r\n    theirs: %.300r" % (place, our, their)
    for key in set(case.differs) - hits:
        yield "the wanted difference is not there: " + key


def same_blame(case, ours, theirs):
    """Ours names what is refused in full; all that theirs names is the same."""
    section, _, option = case.refused.partition(".")
    assert section in ours and (not option or "[%s] %s" % (section, option) in ours)
    theirs = theirs.replace("\\n", " ")
    named = re.findall(r"section '([^']*)'|section \[?(\w+:[^] ]*)|Section \[([^]]*)\]", theirs)
    assert {"".join(each) for each in named} <= {case.theirs or section}
    value = re.search(r"\] \w+=(.*?): ", ours)
    words = [section, option, value and value.group(1) or "''", ours.rpartition(": ")[2]]
    if case.theirs:
        words = [case.theirs]
    assert any(word in theirs for word in words if word), "it blames something else"


@pytest.mark.parametrize("title", CASES)
def test_the_same(title, outcomes):
    case = CASES[title]
    ours, theirs = (each.result() for each in outcomes[title])
    print("ours: ", ours.get("console"), "\ntheirs: ", theirs.get("console"))
    if theirs["status"] == 1:       # refused as well, by an exception
        theirs["status"] = 2
    if ours["status"] != theirs["status"]:
        ours, theirs = {"status": ours["status"]}, {"status": theirs["status"]}
    elif ours["status"] not in ("runs", 0):
        assert ours["status"] == 2 and case.refused
        same_blame(case, ours["console"].splitlines()[0], theirs["console"])
        return
    found = list(unwanted(case, ours, theirs))
    assert not found, "\n".join(found)


def test_what_is_wanted_to_differ_is_listed():
    with open(os.path.join(REPO, "doc/COMPATIBILITY.md")) as f:
        page = " ".join(f.read().split())
    words = {each for case in CASES.values() for each in case.differs.values()}
    missing = {each for each in words | {each for _, each, _ in EVERYWHERE} if each not in page}
    assert not missing
