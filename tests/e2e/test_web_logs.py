"""The page of logs, in a real browser, and what hostile names and texts do there: nothing."""
import os

import pytest

from lib_browser import Keys, browser, one_browser     # noqa: F401
from lib_daemon import wait_for
from lib_web import Site

pytestmark = [pytest.mark.svd_only]

# An actor does what it is told on its standard input.
ACTOR = "command=/bin/sh -c 'while read -r line; do eval \"$line\"; done'\nstartsecs=0\n"
PROGRAMS = """
[program:says]
%(actor)sstdout_logfile_maxbytes=20KB
stdout_logfile_backups=2
[program:team]
%(actor)sprocess_name=%%(process_num)d
numprocs=2
[program:quiet]
%(actor)sstdout_logfile=NONE
""" % {"actor": ACTOR}


@pytest.fixture
def site(daemon):
    site = Site(daemon, PROGRAMS).start()
    site.d.wait_all("RUNNING")
    return site


def tell(site, name, line):
    site.d.rpc.sendProcessStdin(name, line + "\n")


def follow(browser, site, name, channel="stdout"):
    browser.open(site.url("/tail.html?processname=%s&channel=%s&limit=65536" % (name, channel)))
    browser.wait_js("return !document.querySelector('#tools').hidden")


def lines(browser):
    return browser.js("return [...document.querySelectorAll('#log .line')].map("
                      "l => l.textContent.trimEnd())")


def test_a_log_is_followed_across_rotations(browser, site):
    tell(site, "says", "echo the first line")
    follow(browser, site, "says")
    wait_for(lambda: lines(browser) == ["the first line"], "what was there")
    tell(site, "says", "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done")
    wanted = ["the first line"] + ["line %d" % i for i in range(1, 3001)]
    wait_for(lambda: len(lines(browser)) >= 3001, "all of it has come")
    assert lines(browser) == wanted
    assert any("says-stdout" in name and name.endswith(".1") for name in os.listdir(site.d.box))
    assert browser.js("const l = document.querySelector('#log');"
                      "return l.scrollHeight - l.scrollTop - l.clientHeight") < 40
    browser.picture("log")


def test_the_logs_of_a_group_are_merged(browser, site):
    follow(browser, site, "team:*", "both")
    tell(site, "team:0", "echo from the first")
    tell(site, "team:1", "echo from the second >&2")
    wait_for(lambda: sorted(lines(browser)) == ["team:0 stdout from the first",
                                                "team:1 stderr from the second"], "both")
    hues = browser.js("return [...document.querySelectorAll('.label')].map(l => l.className)")
    assert len(set(hues)) == 2
    browser.picture("group")


def test_all_that_share_a_file_are_shown_once(browser, daemon):
    site = Site(daemon, "[program:web]\n" + ACTOR + "process_name=%(process_num)d\nnumprocs=4\n"
                "stdout_logfile={box}/web.log\nredirect_stderr=true\n").start()
    site.d.wait_all("RUNNING")
    follow(browser, site, "web:*", "both")
    for n in range(4):
        tell(site, "web:%d" % n, "echo number %d" % n)
    wait_for(lambda: sorted(lines(browser)) == ["number %d" % n for n in range(4)], "each once")


def test_it_pauses_and_goes_on(browser, site):
    tell(site, "says", "echo before")
    follow(browser, site, "says")
    wait_for(lambda: lines(browser) == ["before"], "it follows")
    browser.js("[...document.querySelectorAll('#tools button')].find("
               "b => b.textContent === 'pause').click()")
    tell(site, "says", "echo one; echo two")
    browser.wait_text("#tools", "go on (2 lines wait)")
    assert lines(browser) == ["before"]
    browser.js("[...document.querySelectorAll('#tools button')].find("
               "b => b.textContent.startsWith('go on')).click()")
    wait_for(lambda: lines(browser) == ["before", "one", "two"], "they are shown")


def test_words_are_searched(browser, site):
    tell(site, "says", "echo apple; echo banana; echo APPLE pie; echo cherry")
    follow(browser, site, "says")
    wait_for(lambda: len(lines(browser)) == 4, "four lines")
    browser.type("apple", "#tools input[type=search]")
    browser.wait_text("#tools [role=status]", "2 lines")
    assert browser.text(".line.current") == "APPLE pie"
    browser.press(Keys.ENTER)
    assert browser.text(".line.current") == "apple"
    tell(site, "says", "echo pineapple")
    browser.wait_text("#tools [role=status]", "3 lines")


def test_colours_are_shown_and_other_sequences_are_not(browser, site):
    follow(browser, site, "says")
    tell(site, "says", r"printf 'a\033[1;31mred\033[0mb\033[38;2;1;2;3mrgb\033[m'")
    tell(site, "says", r"printf '\033[2J\033]0;title\007c\033[10;10Hd\n'")
    wait_for(lambda: lines(browser) == ["aredbrgbcd"], "the text alone")
    assert browser.js("const s = document.querySelector('.f-red');"
                      " return [s.textContent, s.classList.contains('t-bold')]") == ["red", True]
    assert browser.js("return [...document.querySelectorAll('.line span')].find("
                      "s => s.textContent === 'rgb').style.color") == "rgb(1, 2, 3)"
    assert browser.js("return document.title") == "says: stdout"


HOSTILE = [
    "<img src=x onerror=\"window.hit=1\">", "<script>window.hit=1</script>", "</pre><b>bold</b>",
    "\u202egnorw\u2066\u200f", "\u0085\u009b31m", "&lt;&amp;", "{{token}}", "javascript:alert(1)",
]


def test_what_a_log_contains_does_nothing(browser, site):
    with open(site.d.path("hostile"), "w") as f:
        f.write("".join(text + "\n" for text in HOSTILE) + "\a\b\x01\x7f\n")
    tell(site, "says", "cat %s" % site.d.path("hostile"))
    follow(browser, site, "says")
    wait_for(lambda: len(lines(browser)) == len(HOSTILE) + 1, "all lines")
    assert lines(browser)[0] == HOSTILE[0] and lines(browser)[5] == HOSTILE[5]
    assert lines(browser)[3] == "\ufffdgnorw\ufffd\ufffd"
    assert lines(browser)[-1] == "\u2407\u2408\u2401\u2421"
    assert browser.js("return window.hit") is None
    assert not browser.all("#log img, #log script, #log b, #log a")
    browser.open(site.url("/tail.html?processname=says&limit=9999&end=99999"))  # by svd-httpd
    wait_for(lambda: len(lines(browser)) == len(HOSTILE) + 1, "all lines")
    browser.scripts(False)
    browser.open(site.url("/tail.html?processname=says&limit=9999"))
    assert HOSTILE[0] in browser.one("#log").text and not browser.all("#log *")
    assert "\u202e" not in browser.driver.page_source


def test_a_line_of_ten_megabytes_is_shown_cut(browser, daemon):
    site = Site(daemon, "[program:says]\n" + ACTOR + "stdout_logfile_maxbytes=0\n").start()
    site.d.wait_all("RUNNING")
    follow(browser, site, "says")
    tell(site, "says", "head -c 10000000 /dev/zero | tr '\\000' x; echo; echo after")
    wait_for(lambda: lines(browser)[-1:] == ["after"], "what comes after it", 60)
    assert len(lines(browser)[0]) < 10100 and "9990000 more" in lines(browser)[0]
    assert browser.js("return document.querySelector('#log').textContent.length") < 11000


def test_older_parts_are_reached(browser, daemon):
    site = Site(daemon, "[program:says]\n" + ACTOR + "stdout_logfile_maxbytes=0\n").start()
    site.d.wait_all("RUNNING")
    tell(site, "says", "i=100000; while [ $i -lt 130000 ]; do i=$((i+1)); echo line $i; done")
    size = 30000 * 12
    wait_for(lambda: os.path.getsize(site.d.info("says")["stdout_logfile"]) == size, "written")
    follow(browser, site, "says")
    wait_for(lambda: lines(browser)[-1:] == ["line 130000"], "the end")
    browser.click(".parts a")
    browser.wait_js("return location.search.includes('end=') && document.querySelector('.line')")
    for _ in range(3):
        browser.click(".parts a")
        browser.wait_js("return document.querySelector('.line')")
    assert "line 130000" not in lines(browser) and len(lines(browser)) > 5000 - 2
    browser.js("document.querySelector('.percent').value = 0;"
               "[...document.querySelectorAll('#tools button')].find("
               "b => b.textContent === 'jump').click()")
    wait_for(lambda: (browser.js("return document.querySelectorAll('.line').length") and
                      "line 100500" in lines(browser)), "the begin")
    answer = site.ask("GET", "/web/download?processname=says&channel=stdout")
    assert len(answer.text) == size and "attachment" in answer.headers["Content-Disposition"]


def test_a_program_without_a_log_has_none(browser, site):
    browser.expected = ["web/follow"]
    follow(browser, site, "quiet")
    assert "No file" in browser.text("#log")


NAMES = ["<script>window.hit=1<b>", "a\"b'c", "\u202eeman", "&amp;", "{{token}}",
         "%2e%2e%2f", "\u05e9\u05dc\u05d5\u05dd"]


def test_hostile_names_do_nothing(browser, daemon):
    site = Site(daemon, "".join("[program:p%d]\nprocess_name=%s\n%s" % (
        n, name.replace("%", "%%"), ACTOR) for n, name in enumerate(NAMES))).start()
    site.d.wait_all("RUNNING")
    browser.open(site.url())
    browser.wait_js("return !document.querySelector('#search').hidden")
    names = browser.js("return [...document.querySelectorAll('tr.program')].map("
                       "r => r.dataset.name)")
    wanted = ["p%d:%s" % pair for pair in enumerate(NAMES)]
    assert names == wanted
    assert browser.js("return document.body.textContent.includes('\u202e')") is False
    browser.wait_js("return [...document.querySelectorAll('tr.program .state')].every("
                    "s => s.textContent === 'RUNNING')")
    row = browser.row(wanted[0])
    browser.click(row + " .do-stop")
    browser.wait_text("dialog li", wanted[0])
    browser.click("dialog[open] button.hurts")
    browser.wait_state(wanted[0], "STOPPED")
    browser.wait_text("#messages", "stop: " + wanted[0])
    assert browser.js("return window.hit") is None and not browser.all("tbody script, tbody b")
    browser.click(row + " a[data-f=log]")
    browser.wait_text("h1", wanted[0])
    browser.open(site.url("/overview.html"))
    browser.wait_text("#overview", wanted[0])
    assert browser.js("return window.hit") is None and not browser.all("img, script:not([src])")
