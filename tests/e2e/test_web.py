"""The page of programs, in a real browser."""
import os
import re
import shutil
import signal

import pytest

from lib_browser import Keys, browser, one_browser     # noqa: F401
from lib_daemon import REPO, wait_for
from lib_web import ACCESS, LOGIN, Site
from test_tornado import ask, free_prefix

pytestmark = [pytest.mark.svd_only]

CAT = "command=/bin/cat\nstartsecs=0\n"
PROGRAMS = """
[program:web]
command=/bin/cat
process_name=%(process_num)d
numprocs=3
startsecs=0
[program:lone]
command=/bin/cat
startsecs=0
[program:rests]
command=/bin/cat
autostart=false
startsecs=0
[program:ends]
command=/bin/sh -c 'exit 3'
startsecs=0
autorestart=false
[program:lost]
command={box}/no-such-command
startretries=0
[program:full]
command=/bin/sh -c 'echo much; exec cat'
stdout_logfile=/dev/full
startsecs=0
[eventlistener:ears]
command=/bin/sh -c 'while :; do echo READY; read head || exit; printf "RESULT 2\\nOK"; done'
events=TICK_3600
"""


@pytest.fixture
def site(daemon):
    site = Site(daemon, PROGRAMS).start()
    site.d.wait_state("lost", "FATAL")
    return site


def opened(browser, site, path="/", login=""):
    """The page, with its stream."""
    browser.open(site.url(path, login))
    browser.wait_js("return document.querySelector('#search') === null ||"
                    " !document.querySelector('#search').hidden")
    return browser


def agree(browser):
    """The question is answered with yes."""
    browser.click("dialog[open] button.hurts")
    wait_for(lambda: not browser.all("dialog"), "the question is gone")


# --- what one sees ---

def test_each_program_is_there_with_its_state(browser, site):
    opened(browser, site)
    assert {browser.state(name) for name in ("web:0", "web:1", "web:2", "lone:lone")} == {
        "RUNNING"}
    assert browser.state("rests:rests") == "STOPPED" and browser.state("ends:ends") == "EXITED"
    browser.wait_text(browser.row("ends:ends", "exit"), "exit status 3; not expected")
    browser.wait_text(browser.row("lost:lost", "exit"), "can't find command")
    browser.wait_text(browser.row("web:0", "memory"), "M")
    browser.wait_text(browser.row("web:0", "cpu"), "%")
    assert re.match(r"\d:\d\d:\d\d$", browser.text(browser.row("web:0", "uptime")))
    assert browser.text("#summary") == "6 of 8 well" and browser.text("h1") == "site one"
    browser.wait_js("return document.title === '(2) site one: programs'")
    wait_for(lambda: browser.all(browser.row("web:0") + " svg[aria-label]"), "a graph is drawn")
    browser.picture("programs")


def test_the_four_tornado_servers_are_seen_and_one_that_is_killed_comes_back(browser, daemon):
    """Without a reload, and its neighbours are not touched."""
    prefix, site = free_prefix(), Site(daemon, "")
    shutil.copy(REPO + "/etc/demo/server.py", site.d.box)
    with open(REPO + "/etc/demo/supervisord.conf") as f:
        text = f.read().replace("=80%", "=%d%%" % prefix).replace("-80%", "-%d%%" % prefix)
    site.d.configure(config=text + "\n[inet_http_server]\nport=127.0.0.1:%d\n" % site.port)
    site.d.socket = site.d.path("supervisor.sock")
    site.start()
    site.d.wait_all("RUNNING")
    for n in range(4):
        wait_for(lambda n=n: ask(prefix * 100 + n, "/health"), "server %d answers" % n)
    opened(browser, site)
    names = sorted(site.d.rpc.getAllProcessInfo(), key=lambda p: p["name"])
    names = ["%s:%s" % (p["group"], p["name"]) for p in names]
    assert len(names) == 4
    for name in names:
        browser.wait_state(name, "RUNNING")
    browser.picture("tornado")
    browser.js("window.mark = 1; window.seen = [];"
               "const row = document.querySelector(arguments[0]);"
               "new MutationObserver(() => seen.push(row.dataset.state)).observe(row,"
               " {attributes: true, attributeFilter: ['data-state']})", browser.row(names[0]))
    os.kill(site.d.info(names[0])["pid"], signal.SIGKILL)
    browser.wait_js("return seen.length > 1 && seen[seen.length - 1] === 'RUNNING'")
    browser.wait_text(browser.row(names[0], "restarts"), "1")
    browser.wait_text(browser.row(names[0], "exit"), "SIGKILL")
    assert browser.js("return window.mark") == 1


def test_a_group_is_restarted(browser, site):
    before = site.pids()
    opened(browser, site)
    browser.click("tbody[data-group=web] button[value='restart web:*']")
    assert browser.text("dialog h2") == "restart?" and browser.text("dialog li") == "web:*"
    browser.picture("question")
    agree(browser)
    browser.wait_text("#messages", "restart: web:*")
    wait_for(lambda: all(site.pids()[str(n)] not in (0, before[str(n)]) for n in range(3)),
             "all have new pids")
    assert site.pids()["lone"] == before["lone"]
    for n in range(3):
        browser.wait_state("web:%d" % n, "RUNNING")


def test_who_does_not_mean_it_changes_nothing(browser, site):
    before = site.pids()
    opened(browser, site)
    browser.click("button[value='stop *']")
    assert browser.js("return document.activeElement.textContent") == "cancel"
    browser.press(Keys.ESCAPE)
    wait_for(lambda: not browser.all("dialog"), "the question is gone")
    assert site.pids() == before


def test_what_cannot_be_done_is_said(browser, site):
    opened(browser, site)
    browser.click(browser.row("lost:lost") + " .do-start")
    browser.wait_text("#messages [role=alert]", "NO_FILE")
    browser.click("#messages [role=alert] button")
    wait_for(lambda: not browser.all("#messages [role=alert]"), "it is dismissed")


def test_a_selection_is_signalled_and_stopped(browser, site):
    opened(browser, site)
    assert not browser.one("#tools button").is_enabled()
    for name in "web:0", "lone:lone":
        browser.click(browser.row(name) + " input")
    browser.wait_text("#tools legend", "Selected programs: 2")
    before = site.pids()
    browser.js("document.querySelector('select[name=signal]').value = 'KILL'")
    browser.click("#tools button[value=signal]")
    agree(browser)
    wait_for(lambda: site.pids()["lone"] not in (0, before["lone"]) and
             site.pids()["0"] not in (0, before["0"]), "both were killed and came back")
    assert site.pids()["1"] == before["1"]
    browser.click("#tools button[value=stop]")
    agree(browser)
    browser.wait_state("lone:lone", "STOPPED")
    browser.wait_state("web:0", "STOPPED")
    assert browser.state("web:1") == "RUNNING"


def test_a_group_is_selected_at_once(browser, site):
    opened(browser, site)
    browser.click("tbody[data-group=web] .group-head input")
    browser.wait_text("#tools legend", "Selected programs: 3")
    browser.click("#tools button[value=clear]")
    agree(browser)
    browser.wait_text("#messages", "clear the logs: web:0, web:1, web:2")
    browser.scripts(False)      # then it is one target
    browser.open(site.url())
    before = site.pids()
    browser.one("tbody[data-group=web] .group-head input").click()
    browser.one("#tools button[value=restart]").click()
    browser.wait_shown("li", "web:*")
    browser.one("button[name=do]").click()
    browser.wait_shown(".notice", "Restarted.")
    wait_for(lambda: all(site.pids()[str(n)] not in (0, before[str(n)]) for n in range(3)),
             "all have new pids")


def test_programs_come_and_go_without_a_reload(browser, site):
    opened(browser, site)
    browser.js("window.mark = 1")
    site.d.configure(config=site.d.read("supervisord.conf") +
                     "\n[program:new]\n" + CAT + "[program:another]\n" + CAT)
    assert "another: added" in site.d.ctl("update").stdout
    browser.wait_state("new:new", "RUNNING")
    browser.wait_state("another:another", "RUNNING")
    groups = browser.js("return [...document.querySelectorAll('tbody')].map(b => b.dataset.group)")
    assert groups == sorted(groups)
    browser.click(browser.row("new:new") + " .do-stop")
    agree(browser)
    browser.wait_state("new:new", "STOPPED")
    site.d.rpc.removeProcessGroup("new")
    wait_for(lambda: browser.state("new:new") is None, "it is gone")
    assert browser.js("return window.mark") == 1


# --- to find something ---

def shown(browser):
    return browser.js("return [...document.querySelectorAll('tr.program')].filter("
                      "r => r.offsetParent !== null).map(r => r.dataset.name)")


def test_names_and_states_are_searched(browser, site):
    opened(browser, site)
    wait_for(lambda: len(shown(browser)) == 9, "all are shown")
    browser.press("/")
    browser.press("WEB")
    wait_for(lambda: shown(browser) == ["web:0", "web:1", "web:2"], "those of web")
    browser.press(Keys.ESCAPE)
    wait_for(lambda: len(shown(browser)) == 9, "all are shown again")
    browser.js("const s = document.querySelector('#search select'); s.value = 'not well';"
               "s.dispatchEvent(new Event('change'))")
    wait_for(lambda: shown(browser) == ["ends:ends", "lost:lost"], "who is not well")
    site.d.rpc.stopProcess("lone")
    wait_for(lambda: shown(browser) == ["ends:ends", "lone:lone", "lost:lost"], "one more")


def test_the_keyboard_will_do(browser, site):
    opened(browser, site)
    for _ in range(20):     # to the last one
        browser.press("j")
    assert browser.js("return document.activeElement.closest('tr').dataset.name") == "web:2"
    browser.press("k")
    before = site.pids()
    browser.press("r")
    wait_for(lambda: site.pids()["1"] not in (0, before["1"]), "web:1 was restarted")
    browser.press(" ")
    browser.wait_text("#tools legend", "Selected programs: 1")
    browser.press("x")
    agree(browser)
    browser.wait_state("web:1", "STOPPED")
    browser.press("?")
    browser.wait_text("dialog[open] h2", "Keys")
    browser.press(Keys.ESCAPE)
    browser.js("document.querySelector(arguments[0]).focus()", browser.row("web:0") + " a")
    browser.press("l")
    browser.wait_js("return location.pathname === '/tail.html'")


# --- whom to believe ---

def test_a_lost_connection_is_seen_and_passes(browser, site):
    opened(browser, site)
    browser.wait_text("#summary", "well")
    browser.expected = ["web/live", "web/state"]
    site.d.stop()
    browser.wait_text("#link", "Not connected since")
    assert browser.js("return !document.querySelector('#link').hidden &&"
                      " document.body.classList.contains('old')")
    browser.picture("lost")
    site.start()
    browser.wait_js("return document.querySelector('#link').hidden &&"
                    " !document.body.classList.contains('old')")
    browser.wait_text("footer", "pid %d" % site.d.pid)
    browser.click(browser.row("rests:rests") + " .do-start")    # the token is a new one, too
    browser.wait_state("rests:rests", "RUNNING")


def test_svd_httpd_may_die(browser, site):
    opened(browser, site)
    browser.expected = ["web/live", "web/state"]
    os.kill(site.d.sibling("svd-httpd"), signal.SIGKILL)
    site.d.rpc.stopProcess("lone")
    browser.wait_state("lone:lone", "STOPPED")
    browser.click(browser.row("lone:lone") + " .do-start")
    browser.wait_state("lone:lone", "RUNNING")


def test_one_logs_in_and_out(browser, daemon):
    site = Site(daemon, PROGRAMS, LOGIN).start()
    browser.expected = ["401"]
    browser.open(site.url())
    assert browser.state("lone:lone") is None
    opened(browser, site, login="boss:top")
    browser.wait_state("lone:lone", "RUNNING")
    assert browser.text(".user bdi") == "boss"
    opened(browser, site)       # the browser knows the password by now
    browser.click(".user a")
    # Without a screen nobody cancels the question for a password, and the page stays empty.
    wait_for(lambda: "/logout?until=" in browser.driver.current_url, "the way out")
    browser.open(site.url())
    assert browser.state("lone:lone") is None
    opened(browser, site, login="boss:top")
    browser.wait_state("lone:lone", "RUNNING")
    browser.complaints()


def test_who_may_only_look_has_no_buttons(browser, daemon):
    site = Site(daemon, PROGRAMS, LOGIN, ACCESS).start()
    opened(browser, site, login="looker:look")
    browser.wait_state("lone:lone", "RUNNING")
    assert not browser.all("button[name=do]") and not browser.all("input[name=p]")
    browser.picture("looker")
    before = site.pids()
    status, answer = site.act("stop lone:lone", login="looker:look")
    assert status == 200 and "NOT_PERMITTED" in answer["results"][0]["text"]
    assert site.pids() == before


def test_who_may_operate_some_has_buttons_there(browser, daemon):
    site = Site(daemon, PROGRAMS, LOGIN, ACCESS).start()
    opened(browser, site, login="deploy:ploy")
    browser.wait_state("lone:lone", "RUNNING")
    assert browser.all(browser.row("web:0") + " button") and browser.all("#tools")
    assert not browser.all(browser.row("lone:lone") + " button") and not browser.all("#tools-all")
    browser.click(browser.row("web:0") + " .do-restart")
    browser.wait_text("#messages", "restart: web:0")
    site.d.configure(config=site.d.read("supervisord.conf").replace("deploy web*", "deploy lone"))
    site.d.rpc.reloadConfig()
    wait_for(lambda: browser.all(browser.row("lone:lone") + " button"), "he may do other things")
    wait_for(lambda: not browser.all(browser.row("web:0") + " button"), "and these no more")


# --- on a phone, at night, without JavaScript ---

def test_on_a_phone_nothing_is_cut_off(browser, site):
    browser.phone()
    opened(browser, site)
    browser.wait_state("lone:lone", "RUNNING")
    assert browser.js("return document.documentElement.scrollWidth <= innerWidth")
    browser.picture("phone")
    browser.click(browser.row("lone:lone") + " .do-restart")
    browser.wait_text("#messages", "restart: lone:lone")


def test_dark_and_light(browser, site):
    opened(browser, site)
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser.scheme("light")
    light = browser.js(ground)
    browser.scheme("dark")
    assert browser.js(ground) != light
    browser.click("button.theme")       # auto, dark, light
    browser.click("button.theme")
    assert browser.js(ground) == light
    opened(browser, site)
    assert browser.js(ground) == light and browser.text("button.theme") == "theme: light"


def test_without_javascript_all_can_be_done(browser, site):
    browser.scripts(False)
    browser.open(site.url())
    browser.wait_shown(browser.row("lone:lone"), "RUNNING")
    browser.one(browser.row("rests:rests") + " .do-start").click()
    browser.wait_shown(".notice", "Started.")
    site.d.wait_state("rests", "RUNNING")
    browser.one(browser.row("lone:lone") + " input").click()
    browser.one("#tools button[value=stop]").click()
    browser.wait_shown("h1", "Stop?")
    browser.wait_shown("li", "lone:lone")
    browser.picture("confirm")
    site.d.wait_state("lone", "RUNNING")
    browser.one("button[name=do]").click()
    browser.wait_shown(".notice", "Stopped.")
    site.d.wait_state("lone", "STOPPED")
    browser.one(browser.row("lost:lost") + " .do-start").click()
    browser.wait_shown("[role=alert]", "NO_FILE")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/overview.html", "/tail.html?processname=lone&limit=65536",
                                  "/tail.html?processname=web:*", "/index.html?processname=lone"
                                  "&action=stop"])
def test_axe_finds_nothing(browser, site, path, scheme):
    browser.scheme(scheme)
    opened(browser, site, path)
    if path == "/":
        wait_for(lambda: browser.all("svg[aria-label]"), "graphs are drawn")
    assert browser.axe() == []
    browser.phone()
    assert browser.axe() == []


def test_axe_finds_nothing_in_a_question_and_in_bad_news(browser, site):
    opened(browser, site)
    browser.click(browser.row("lost:lost") + " .do-start")
    browser.wait_text("#messages [role=alert]", "NO_FILE")
    browser.click("button[value='stop *']")
    assert browser.axe() == []
    browser.press(Keys.ESCAPE)
    browser.expected = ["web/live", "web/state"]
    site.d.stop()
    browser.wait_text("#link", "Not connected since")
    assert browser.axe() == []


def test_the_overview_tells_of_all_that_is_not_one_program(browser, site):
    opened(browser, site, "/overview.html")
    browser.wait_text("#overview", "ears")
    browser.wait_text("section[aria-labelledby=h-sinks]", "/dev/full")
    browser.wait_text("#overview", "PROCESS_STATE_EXITED")
    browser.wait_text("#overview", "exit status 3; not expected")
    assert str(site.d.pid) in browser.text("dl")
    site.d.rpc.stopProcess("lone")
    browser.wait_text("#overview", "PROCESS_STATE_STOPPED")      # it is asked for again
    browser.picture("overview")
