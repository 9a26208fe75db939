"""A thousand programs on one page. Figures are printed; tests/bench/web measures longer."""
import pytest

from lib_browser import browser, one_browser     # noqa: F401
from lib_daemon import wait_for
from lib_web import Site

pytestmark = [pytest.mark.svd_only]

PROGRAMS = """
[program:many]
command=/bin/sleep 100000
process_name=%(process_num)04d
numprocs=1000
startsecs=0
"""

# Notes which rows are touched, but for what ticks or is drawn in those that are in view; and, from
# a stream of its own, which the server has told of.
WATCH = """
window.touched = new Set(); window.told = new Set();
new MutationObserver(list => {
  for (const m of list) {
    const e = m.target.nodeType === 1 ? m.target : m.target.parentNode;
    const row = e && e.closest("tr.program");
    const field = e && e.closest("[data-f]");
    if (row && !(field && ["uptime", "graph"].includes(field.dataset.f))) {
      touched.add(row.dataset.name);
    }
  }
}).observe(document.querySelector("table"),
           {subtree: true, childList: true, characterData: true, attributes: true});
window.watcher = new EventSource("web/live");
watcher.addEventListener("change", event => {
  for (const p of JSON.parse(event.data).set || []) {
    told.add(p.name);
  }
});
watcher.addEventListener("all", () => window.began = true);
"""


@pytest.fixture(scope="module")
def site(module_daemon):
    site = Site(module_daemon, PROGRAMS).start()
    site.d.wait_all("RUNNING", timeout=120)
    return site


def test_a_thousand_are_shown_and_found(browser, site):
    browser.open(site.url())
    browser.wait_js("return document.querySelectorAll('tr.program').length === 1000")
    paint = browser.wait_js("return performance.getEntriesByName('first-contentful-paint')"
                            ".map(e => e.startTime)[0]")
    print("first paint with 1,000 programs: %.0f ms" % paint)
    browser.wait_text("#summary", "1000 of 1000 well")
    browser.type("0777", "#search input")
    wait_for(lambda: browser.js("return [...document.querySelectorAll('tr.program')].filter("
                                "r => !r.hidden).map(r => r.dataset.name)") == ["many:0777"],
             "it is found")
    browser.picture("thousand")


def test_a_change_touches_only_what_has_changed(browser, site):
    browser.open(site.url())
    browser.wait_text("#summary", "1000 of 1000 well")
    browser.wait_text(browser.row("many:0000", "cpu"), "%")
    browser.js(WATCH)
    browser.wait_js("return window.began")
    browser.js("touched.clear(); told.clear()")
    site.d.rpc.stopProcess("many:0500")
    browser.wait_state("many:0500", "STOPPED")
    browser.wait_text("#summary", "999 of 1000 well")
    touched = set(browser.js("return [...touched]"))
    told = set(browser.wait_js("return told.has('many:0500') && [...told]"))
    print("told of %d, touched %d of 1,000 rows" % (len(told), len(touched)))
    assert "many:0500" in touched and touched <= told and len(told) < 500
    site.d.rpc.startProcess("many:0500")
    browser.wait_state("many:0500", "RUNNING")


def test_all_of_them_are_restarted_from_the_page(browser, site):
    before = site.pids()
    browser.open(site.url())
    browser.wait_text("#summary", "1000 of 1000 well")
    browser.click("thead input[type=checkbox]")
    browser.wait_text("#tools legend", "Selected programs: 1000")
    browser.js("document.querySelector('select[name=signal]').value = 'KILL'")
    browser.click("#tools button[value=signal]")
    browser.wait_text("dialog", "and 990 more")
    browser.click("dialog[open] button.hurts")
    browser.wait_text("#messages", "send KILL: 1000 programs")
    wait_for(lambda: all(pid not in (0, before[name]) for name, pid in site.pids().items()),
             "all are back", 120)
    browser.wait_text("#summary", "1000 of 1000 well")
    browser.wait_text(browser.row("many:0999", "restarts"), "1")
