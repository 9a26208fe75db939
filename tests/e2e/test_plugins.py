"""What popular plug-ins of Supervisor do, under their names, without Python."""
import xmlrpc.client

import pytest

from lib_daemon import wait_for

PLUGINS = """
    [rpcinterface:twiddler]
    supervisor.rpcinterface_factory = supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface
    [rpcinterface:notes]
    supervisor.rpcinterface_factory = supervisor_cache.rpcinterface:make_cache_rpcinterface
    """

PROGRAMS = PLUGINS + """
    [program:one]
    command=/bin/cat
    priority=5
    [group:more]
    programs=
    [eventlistener:listens]
    command=/bin/cat
    events=TICK_3600
    autostart=false
    """

pytestmark = pytest.mark.svd_only


def fault_of(method, *params):
    with pytest.raises(xmlrpc.client.Fault) as caught:
        method(*params)
    return "%d %s" % (caught.value.faultCode, caught.value.faultString)


@pytest.fixture(scope="module")
def d(module_daemon):
    return module_daemon(PROGRAMS, name="d").start()


@pytest.fixture
def daemon(module_daemon, request):
    """One for a single test, of the same kind."""
    made = []

    def make(programs):
        made.append(module_daemon(programs, name=request.node.name[-40:]))
        return made[-1]
    yield make
    for each in made:
        each.stop()


# --- which there are ---

def test_their_methods_are_listed_under_the_names_of_their_sections(d):
    listed = d.proxy.system.listMethods()
    assert listed == sorted(listed)
    assert [name for name in listed if name.split(".")[0] in ("twiddler", "notes", "cache")] == [
        "notes.clear", "notes.delete", "notes.fetch", "notes.getAPIVersion", "notes.getCount",
        "notes.getKeys", "notes.store", "twiddler.addProgramToGroup", "twiddler.getAPIVersion",
        "twiddler.getGroupNames", "twiddler.log", "twiddler.removeProcessFromGroup"]
    assert d.proxy.system.methodSignature("twiddler.addProgramToGroup") == [
        "boolean", "string", "string", "struct"]
    assert "key" in d.proxy.system.methodHelp("notes.delete")
    assert "RPC interface 'twiddler' initialized" in d.log()
    assert "cannot be loaded" not in d.log()


def test_without_a_section_there_are_none(daemon):
    d = daemon("""
        [rpcinterface:other]
        supervisor.rpcinterface_factory = some.where:make_it
        """).start()
    assert fault_of(d.proxy.twiddler.getAPIVersion) == "1 UNKNOWN_METHOD"
    assert fault_of(d.proxy.other.getAPIVersion) == "1 UNKNOWN_METHOD"
    assert not [name for name in d.proxy.system.listMethods() if "twiddler" in name]
    assert "some.where:make_it: plug-ins in Python cannot be loaded" in d.log()


# --- supervisor_cache ---

def test_what_is_stored_is_fetched_until_it_is_deleted(d):
    notes = d.proxy.notes
    assert notes.getAPIVersion() == "0.2"
    assert (notes.getKeys(), notes.getCount()) == ([], 0)
    assert notes.store("foo", "bar \u00e4") is True
    assert notes.store("b", 5) is True
    assert notes.store("empty", "") is True
    assert (notes.getKeys(), notes.getCount()) == (["b", "empty", "foo"], 3)
    assert [notes.fetch(key) for key in ("foo", "b", "empty")] == ["bar \u00e4", 5, ""]
    assert notes.store("foo", "baz") is True
    assert notes.fetch("foo") == "baz"
    assert notes.delete("foo") is True
    assert notes.delete("foo") is True
    assert fault_of(notes.fetch, "foo") == "10 BAD_NAME"
    assert notes.clear() is True
    assert notes.getCount() == 0


def test_keys_have_a_name_and_notes_a_ceiling(d):
    notes = d.proxy.notes
    for call in (notes.fetch, ""), (notes.delete, ""), (notes.store, "", "x"):
        assert fault_of(*call) == "10 BAD_NAME: Cache key must be a non-empty string"
    assert fault_of(notes.store, "a", []) == "2 INCORRECT_PARAMETERS"
    for i in range(8):
        notes.store("k%d" % i, "x" * 2000000)
    assert fault_of(notes.store, "last", "x" * 2000000) == "30 FAILED: there is no room for last"
    assert notes.store("k1", "y" * 2000000) is True
    assert notes.delete("k2") is True
    assert notes.store("last", "x" * 2000000) is True
    assert notes.clear() is True
    assert notes.store("last", "x") is True
    assert notes.clear() is True


# --- supervisor_twiddler ---

def test_it_knows_the_groups(d):
    assert d.proxy.twiddler.getAPIVersion() == "0.3"
    assert sorted(d.proxy.twiddler.getGroupNames()) == ["listens", "more", "one"]


def test_it_writes_to_the_log(d):
    log = d.proxy.twiddler.log
    assert log("hello there") is True
    assert log("a warning", "warn") is True
    assert log("by number\nof a level", 50) is True
    assert log("not to be seen", "DEBG") is True
    d.wait_log("CRIT by number?of a level")
    assert " INFO hello there\n" in d.log()
    assert " WARN a warning\n" in d.log()
    assert "not to be seen" not in d.log()
    for level in "bad_level", 9999, "":
        assert fault_of(log, "x", level) == "2 INCORRECT_PARAMETERS"


def test_a_program_joins_a_group_and_leaves_it(d):
    twiddler = d.proxy.twiddler
    assert twiddler.addProgramToGroup("more", "ls", {
        "command": "/bin/echo %(program_name)s %(group_name)s %(here)s", "autostart": "false",
        "autorestart": False, "startsecs": 0, "stdout_logfile": d.path("ls.log")}) is True
    assert d.state("more:ls") == "STOPPED"
    assert d.rpc.startProcess("more:ls") is True
    d.wait_state("more:ls", "EXITED")
    wait_for(lambda: d.read("ls.log") == "ls more %s\n" % d.box, "it has said so")
    assert d.rpc.readProcessStdoutLog("more:ls", 0, 3) == "ls "
    known = [info for info in d.rpc.getAllConfigInfo() if info["name"] == "ls"]
    assert [(info["group"], info["command"], info["group_prio"]) for info in known] == [
        ("more", "/bin/echo ls more " + d.box, 999)]
    assert twiddler.removeProcessFromGroup("more", "ls") is True
    assert fault_of(d.info, "more:ls") == "10 BAD_NAME: more:ls"
    assert "ls" not in [info["name"] for info in d.rpc.getAllConfigInfo()]


def test_it_starts_by_itself_and_several_at_once(d):
    twiddler = d.proxy.twiddler
    assert twiddler.addProgramToGroup("one", "many", {
        "command": "/bin/cat", "process_name": "%(program_name)s_%(process_num)d", "numprocs": 3,
        "startsecs": "0", "PRIORITY": 1}) is True
    for i in range(3):
        d.wait_state("one:many_%d" % i, "RUNNING")
    names = [row["name"] for row in d.rpc.stopProcessGroup("one")]
    assert sorted(names) == ["many_0", "many_1", "many_2", "one"]
    for i in range(3):
        assert twiddler.removeProcessFromGroup("one", "many_%d" % i) is True
    assert d.rpc.startProcess("one") is True


def test_what_is_wrong_is_a_fault_and_changes_nothing(d):
    add, remove = d.proxy.twiddler.addProgramToGroup, d.proxy.twiddler.removeProcessFromGroup
    fine = {"command": "/bin/cat"}
    assert fault_of(add, "nobody", "x", fine) == "10 BAD_NAME: group: nobody"
    assert fault_of(add, "one", "one", fine) == "10 BAD_NAME: one"
    assert fault_of(add, "one", "x", 42) == "2 INCORRECT_PARAMETERS"
    assert fault_of(add, "one", "x", {}) == "2 INCORRECT_PARAMETERS: options:1: [program:x] " \
        "program section program:x does not specify a command"
    assert fault_of(add, "one", "x", {"command": "/bin/cat", "numprocs": 2}) == \
        "2 INCORRECT_PARAMETERS: options:1: [program:x] numprocs=2: %(process_num) must be " \
        "present within process_name when numprocs > 1"
    assert fault_of(add, "one", "x", {"command": "%(nobody)s"}).startswith("2 INCORRECT_PARA")
    assert fault_of(add, "one", "x", {"command": []}) == \
        "2 INCORRECT_PARAMETERS: command is no text"
    assert fault_of(add, "one", "a:b", fine).startswith("2 INCORRECT_PARAMETERS: ")
    assert fault_of(add, "listens", "x", fine) == \
        "2 INCORRECT_PARAMETERS: listens is no group of programs"
    assert fault_of(remove, "nobody", "x") == "10 BAD_NAME: group: nobody"
    assert fault_of(remove, "one", "x") == "10 BAD_NAME: x"
    assert fault_of(remove, "one", "one") == "91 STILL_RUNNING: one"
    assert [info["name"] for info in d.rpc.getAllProcessInfo()] == ["listens", "one"]


def test_an_unknown_option_is_said(d):
    add, remove = d.proxy.twiddler.addProgramToGroup, d.proxy.twiddler.removeProcessFromGroup
    assert add("more", "odd", {"command": "/bin/cat", "autostrat": 1, "autostart": 0}) is True
    d.wait_log("[program:odd] autostrat is an unknown option, it is ignored; did you mean "
               "autostart?")
    assert remove("more", "odd") is True


def test_a_whitelist_leaves_out_the_others(daemon):
    d = daemon(PLUGINS.replace("[rpcinterface:notes]", "whitelist=getGroupNames, log\n"
                               "    [rpcinterface:notes]")).start()
    assert d.proxy.twiddler.getGroupNames() == []
    assert d.proxy.twiddler.log("x") is True
    assert fault_of(d.proxy.twiddler.getAPIVersion) == \
        "230 NOT_IN_WHITELIST: twiddler.getAPIVersion"
    assert d.proxy.notes.getAPIVersion() == "0.2"


# --- with the rest ---

FILE = PLUGINS + """
    [program:web]
    command=/bin/cat
    %s
    """


def test_what_was_added_outlives_update_but_not_its_group(daemon):
    d = daemon(FILE % "").start()
    d.wait_state("web", "RUNNING")
    d.proxy.twiddler.addProgramToGroup("web", "guest", {"command": "/bin/cat", "startsecs": 0})
    d.wait_state("web:guest", "RUNNING")
    pid = d.info("web:guest")["pid"]
    assert d.rpc.reloadConfig() == [[[], [], []]]
    d.configure(FILE % "startsecs=0")
    assert d.rpc.reloadConfig() == [[[], ["web"], []]]
    assert sorted((row["name"], row["description"]) for row in d.proxy.svd.updateGroup("web")) == [
        ("guest", "unchanged"), ("web", "changed")]
    assert d.info("web:guest")["pid"] == pid
    d.configure((FILE % "").replace("command=/bin/cat", "command=/bin/sleep 1000"))
    d.rpc.reloadConfig()
    d.proxy.svd.updateGroup("web")
    assert d.info("web:guest")["pid"] == pid
    d.configure(PLUGINS)
    assert d.rpc.reloadConfig() == [[[], [], ["web"]]]
    d.rpc.stopProcessGroup("web")
    assert d.rpc.removeProcessGroup("web") is True
    assert d.rpc.getAllProcessInfo() == []


GROUP = PLUGINS + """
    [group:g]
    programs=%s
    """


def test_a_program_of_the_file_takes_the_place_of_what_was_added(daemon):
    d = daemon(GROUP % "").start()
    d.proxy.twiddler.addProgramToGroup("g", "p", {"command": "/bin/cat", "startsecs": 0})
    d.wait_state("g:p", "RUNNING")
    d.configure(GROUP % "p" + """
    [program:p]
    command=/bin/sleep 1000
    """)
    d.rpc.reloadConfig()
    assert [row["description"] for row in d.proxy.svd.updateGroup("g")] == ["restarted"]
    d.configure(GROUP % "")
    d.rpc.reloadConfig()
    assert [row["description"] for row in d.proxy.svd.updateGroup("g")] == ["removed"]


def test_a_restart_begins_without_it(daemon):
    d = daemon(FILE % "").start()
    d.proxy.twiddler.addProgramToGroup("web", "guest", {"command": "/bin/cat"})
    d.proxy.notes.store("a", "b")
    d.rpc.restart()
    d.wait_log("supervisord started with pid", 2)
    wait_for(d.answers, "it answers again")
    assert [info["name"] for info in d.rpc.getAllProcessInfo()] == ["web"]
    assert d.proxy.notes.getKeys() == []
