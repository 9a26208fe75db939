"""system.*: which methods there are and what they take, as Supervisor tells it of its own."""
import pytest

from lib_daemon import REFERENCE
from test_same_rpc import answer


@pytest.fixture(scope="module")
def ours(module_daemon):
    return module_daemon("", "ours").start()


@pytest.fixture(scope="module")
def pair(module_daemon, ours):
    return [ours, module_daemon("", "theirs", REFERENCE).start()]


def system(d):
    return d.proxy.system


@pytest.mark.reference
def test_all_of_its_methods_are_there(pair):
    ours, theirs = (system(d).listMethods() for d in pair)
    assert set(theirs) <= set(ours)
    assert ours == sorted(set(ours))
    assert {name.split(".")[0] for name in set(ours) - set(theirs)} <= {"svd"}


@pytest.mark.reference
def test_they_take_and_return_the_same(pair):
    for name in system(pair[1]).listMethods():
        ours, theirs = (answer_of(d, "methodSignature", name) for d in pair)
        assert (name, ours) == (name, theirs)


def answer_of(d, method, *params):
    """The answer, or the fault as text: see test_same_rpc."""
    class One:
        rpc, box = system(d), d.box
    return answer(One, (method,) + params)


@pytest.mark.reference
@pytest.mark.parametrize("call", [
    ("methodHelp", "nobody"), ("methodHelp", ""), ("methodHelp",), ("methodHelp", "a", "b"),
    ("methodSignature", "nobody"), ("methodSignature", "supervisor"), ("methodSignature",),
    ("methodSignature", "system.describe"), ("listMethods", 1), ("noSuchMethod",),
    ("_listMethods",), ("multicall",)], ids=str)
def test_faults_are_the_same(call, pair):
    ours, theirs = (answer_of(d, *call) for d in pair)
    assert ours == theirs and isinstance(ours, str)


@pytest.mark.svd_only
def test_each_has_help_and_a_signature(ours):
    for name in system(ours).listMethods():
        assert len(system(ours).methodHelp(name)) > 10
        signature = system(ours).methodSignature(name)
        assert set(signature) <= {"string", "int", "boolean", "struct", "array"}


@pytest.mark.svd_only
def test_its_own_methods_are_not_for_clients(ours):
    """Neither with svd's own names, which have no dot, nor with one."""
    for name in "describe", "openLog", "followEvents", "system.describe", "svd.describe":
        assert name not in system(ours).listMethods()
        calls = [{"methodName": name, "params": []}]
        assert system(ours).multicall(calls) == [
            {"faultCode": 1, "faultString": "UNKNOWN_METHOD"}]
