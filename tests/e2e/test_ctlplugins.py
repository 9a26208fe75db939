"""The verbs of supervisorctl's plug-ins, which are there when the configuration names them."""
import re

import pytest

from lib_svctl import svctl

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    [program:web]
    command=/bin/cat
    process_name=w%(process_num)d
    numprocs=3
    startsecs=0
    [program:bad]
    command=/bin/nothing
    autostart=false
    startretries=0
    [rpcinterface:cache]
    supervisor.rpcinterface_factory=supervisor_cache.rpcinterface:make_cache_rpcinterface
    """
PLUGINS = {
    "serialrestart": "supervisorserialrestart.controllerplugin:make_serialrestart_controllerplugin",
    "wildcards": "supervisorwildcards.controllerplugin:make_wildcards_controllerplugin",
    "quick": "supervisor_quick:make_quick_controllerplugin",
    "cache": "supervisor_cache.controllerplugin:make_cache_controllerplugin",
}
VERBS = {
    "serialrestart": ["serialrestart"],
    "wildcards": ["mrestart", "mstart", "mstatus", "mstop"],
    "quick": ["quickrestart", "quickstart", "quickstop"],
    "cache": ["cache_" + each for each in ("clear", "count", "delete", "fetch", "keys", "store")],
}

pytestmark = pytest.mark.svd_only


@pytest.fixture(scope="module")
def server(module_daemon):
    d = module_daemon(PROGRAMS)
    d.start()
    return d


@pytest.fixture
def ctl(server):
    """ctl(words) with all plug-ins; all programs run, but one."""
    for name in ("cat", "web:w0", "web:w1", "web:w2"):
        if server.state(name) != "RUNNING":
            server.rpc.startProcess(name)
    conf = client_conf(server, PLUGINS.items())

    def run(*words, code=0):
        said = svctl(server.box, "-c", conf, *words)
        assert (said.code, said.err) == (code, ""), said
        return said.out
    return run


def client_conf(server, plugins, more=""):
    return server.write("client.conf", "[supervisorctl]\nserverurl=unix://%s\n%s" % (
        server.socket, "".join("[ctlplugin:%s]\nsupervisor.ctl_factory=%s\n%s" % (*each, more)
                               for each in plugins)))


def pids(server):
    return {each["group"] + ":" + each["name"]: each["pid"]
            for each in server.rpc.getAllProcessInfo()}


def test_verbs_are_there_when_their_section_is(server):
    for section, factory in PLUGINS.items():
        conf = client_conf(server, [(section, factory)])
        listed = svctl(server.box, "-c", conf, "help").out
        for other, verbs in VERBS.items():
            for verb in verbs:
                there = other == section
                assert (re.search(r"\b%s\b" % verb, listed.partition("default")[2]) is not None) \
                    == there, (section, verb)
                said = svctl(server.box, "-c", conf, "help", verb).out
                assert said.startswith("*** No help") != there
                said = svctl(server.box, "--complete", "-c", conf, verb).out
                assert (verb in said.split()) == there
    conf = client_conf(server, [("x", "their.module:make_other_controllerplugin")])
    assert svctl(server.box, "-c", conf, "mstop", "x").out == "*** Unknown syntax: mstop x\n"
    assert svctl(server.box, "-c", conf, "status", "cat").code == 0


def test_help_has_a_list_for_each_plugin(ctl):
    said = ctl("help")
    for title in ("default", "unnamed", "quick", "serialrestart", "wildcards"):
        header = "%s commands (type help <topic>):" % title
        assert "\n%s\n%s\n" % (header, "=" * len(header)) in said
    assert "\nmrestart  mstart  mstatus  mstop\n" in said
    assert ctl("help", "mstop").startswith("mstop <pattern> [...]\tThe same as stop")


def test_a_renamed_module_is_the_plugin_as_well(server):
    conf = client_conf(server, [("w", "my.fork.of:make_wildcards_controllerplugin")])
    assert svctl(server.box, "-c", conf, "mstatus", "c?t").out.startswith("cat  ")


def test_serialrestart_goes_from_one_to_the_next(server, ctl):
    before = pids(server)
    assert ctl("serialrestart", "web:w[01]", "none") == (
        "No such process none\n"
        "web:w0: stopped\nweb:w0: started\nweb:w1: stopped\nweb:w1: started\n")
    after = pids(server)
    assert {name for name in after if after[name] != before[name]} == {"web:w0", "web:w1"}
    assert ctl("serialrestart", "web:*").count("started") == 3
    assert ctl("serialrestart", code=1).startswith(
        "Error: serialrestart requires a process name\nserialrestart <name>")


def test_wildcards_match_the_name_of_the_process(server, ctl):
    said = ctl("mstop", "w?", "c*")
    assert sorted(said.splitlines()) == ["cat: stopped"] + ["web:w%d: stopped" % i
                                                            for i in range(3)]
    assert sorted(ctl("mstart", "w[01]").splitlines()) == ["web:w0: started", "web:w1: started"]
    assert "web:w2" in ctl("mstatus", "w*", code=3)
    assert sorted(ctl("mrestart", "w[01]").splitlines()) == [
        "web:w%d: %s" % (i, word) for i in range(2) for word in ("started", "stopped")]
    for pattern in ("web*", "web:*", "none"):
        assert ctl("mstop", pattern) == "No process matched given expression.\n"


def test_wildcards_may_match_the_group_too(server, ctl):
    conf = client_conf(server, [("wildcards", PLUGINS["wildcards"])], "match_group=1\n")
    said = svctl(server.box, "-c", conf, "mstop", "web:w[12]")
    assert sorted(said.out.splitlines()) == ["web:w1: stopped", "web:w2: stopped"]
    assert svctl(server.box, "-c", conf, "mstop", "w*").out.count("stopped") == 1
    assert svctl(server.box, "-c", conf, "mstart", "c*:*").out == \
        "cat: ERROR (already started)\n"


def test_quick_begins_all_at_once(server, ctl):
    assert sorted(ctl("quickstop", "web:", "cat:cat").splitlines()) == [
        "cat:cat: STOPPED"] + ["web:w%d: STOPPED" % i for i in range(3)]
    assert ctl("quickstop", "cat:*") == "cat:cat ERROR(NOT_RUNNING)\n"
    assert sorted(ctl("quickstart", "web:w?").splitlines()) == [
        "web:w%d: RUNNING" % i for i in range(3)]
    said = ctl("quickrestart", "we*1")
    assert said == "web:w1: STOPPED\nweb:w1: RUNNING\n"
    assert ctl("quickstart", "none") == ""
    assert ctl("quickstart") == "No process matched given expression.\n"
    assert ctl("quickstart", "bad:*").startswith("bad:bad")


def test_the_cache_is_read_and_written(ctl):
    assert ctl("cache_clear") == ""
    assert ctl("cache_count") == "0\n"
    assert ctl("cache_keys") == "[]\n"
    assert ctl("cache_store", "one", "'two words'") == ""
    assert ctl("cache_store", "b", "it's", code=1).startswith("error: ")
    assert ctl("cache_store", "b", '"it\'s"') == ""
    assert ctl("cache_fetch", "one") == "'two words'\n"
    assert ctl("cache_fetch", "b") == '"it\'s"\n'
    assert ctl("cache_keys") == "['b', 'one']\n"
    assert ctl("cache_delete", "one") == ""
    assert ctl("cache_count") == "1\n"
    assert ctl("cache_store", "one") == ctl("help", "cache_store")
    assert ctl("cache_count", "x") == "cache_count\tGet a count of all items in the cache.\n"
    assert ctl("cache_fetch", "none", code=1).startswith("error: ")
