"""lib_browser.py - a real Chromium without a screen, and what tests do with it."""
import json
import os
import shutil
import socket
import subprocess
import tempfile

import pytest

import lib_reaper
from lib_daemon import BUILD, wait_for
from lib_files import free_port

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.chromium.remote_connection import ChromiumRemoteConnection
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:     # not on every machine
    webdriver = By = Keys = StaleElementReferenceException = None

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
IS_THERE = webdriver is not None and os.path.exists(CHROMIUM) and os.path.exists(DRIVER)
ARTEFACTS = os.environ.get("E2E_ARTEFACTS", os.path.join(BUILD, "artefacts"))
NODE_PATH = os.environ.get("E2E_NODE_PATH", os.path.join(BUILD, "npm", "node_modules"))
AXE = os.path.join(NODE_PATH, "axe-core", "axe.min.js")

# Without the last ones it looks for its vendor's hosts.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--window-size=1400,900", "--force-color-profile=srgb",
         "--disable-features=OptimizationHints,MediaRouter"]


def is_open(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Browser:
    """One Chromium. A test has a tab of its own, with a profile of its own."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="svd-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in FLAGS + ["--user-data-dir=" + self.home]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        env = dict(os.environ, HOME=self.home, TMPDIR=self.home, XDG_CONFIG_HOME=self.home,
                   XDG_CACHE_HOME=self.home)
        port = free_port()
        # What Chromium starts and leaves behind is its driver's to look after, not ours.
        self.process = subprocess.Popen([DRIVER, "--port=%d" % port], env=env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True,
                                        preexec_fn=lib_reaper.become_subreaper)
        lib_reaper.spare(self.process.pid)
        wait_for(lambda: is_open(port), "chromedriver listens")
        self.driver = webdriver.Remote(ChromiumRemoteConnection(
            "http://127.0.0.1:%d" % port, vendor_prefix="goog", browser_name="chrome"),
                                       options=options)
        self.expected = []      # words in errors of the console that are no surprise

    def done(self):
        self.driver.quit()
        lib_reaper.kill_tree(self.process.pid)
        self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- going ---

    def open(self, url):
        self.driver.get(url)
        return self

    def cdp(self, method, **params):
        return self.driver.execute("executeCdpCommand", {"cmd": method, "params": params})["value"]

    def phone(self):
        self.cdp("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2,
                 mobile=True)

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": name}])

    def scripts(self, on):
        self.cdp("Emulation.setScriptExecutionDisabled", value=not on)

    def reset(self):
        """As a fresh one; what it has kept is forgotten."""
        self.expected = []
        self.scripts(True)
        self.cdp("Emulation.clearDeviceMetricsOverride")
        self.cdp("Emulation.setEmulatedMedia", features=[])
        self.open("about:blank")
        self.cdp("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        self.driver.get_log("browser")

    # --- looking ---

    def js(self, script, *args):
        return self.driver.execute_script(script, *args)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return wait_for(lambda: self.all(selector), selector)[0]

    def text(self, selector):
        return self.js("const e = document.querySelector(arguments[0]);"
                       " return e ? e.textContent.trim() : null", selector)

    def wait_text(self, selector, wanted):
        wait_for(lambda: wanted in (self.text(selector) or ""), "%s has %r" % (selector, wanted))

    def wait_shown(self, selector, wanted):
        """The same without JavaScript, while pages come and go."""
        def is_shown():
            try:
                return any(wanted in element.text for element in self.all(selector))
            except StaleElementReferenceException:
                return False
        wait_for(is_shown, "%s shows %r" % (selector, wanted))

    def wait_js(self, script, *args):
        return wait_for(lambda: self.js(script, *args), script)

    # --- doing ---

    def click(self, selector):
        self.js("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.one(selector).click()

    def type(self, text, selector="body"):
        self.one(selector).send_keys(text)

    def press(self, key):
        """A key for whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(key).perform()

    def row(self, name, field=""):
        selector = "tr.program[data-name=%s]" % json.dumps(name)
        return selector + (" [data-f=%s]" % field if field else "")

    def state(self, name):
        return self.text(self.row(name, "state"))

    def wait_state(self, name, state):
        wait_for(lambda: self.state(name) == state, "%s is %s" % (name, state))

    # --- proof ---

    def picture(self, name):
        os.makedirs(ARTEFACTS, exist_ok=True)
        self.driver.save_screenshot(os.path.join(ARTEFACTS, name + ".png"))

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING") and
                not any(word in entry["message"] for word in self.expected)]

    def axe(self):
        """What axe finds on this page, a line each."""
        with open(AXE) as f:
            self.driver.execute_script(f.read())
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document).then(r => done(r.violations), e => done([{id: String(e),"
            " nodes: []}]))")
        return ["%s: %s" % (v["id"], " ".join(n["html"][:150] for n in v["nodes"][:3]))
                for v in result]


@pytest.fixture(scope="module")
def one_browser():
    if not IS_THERE:
        pytest.skip("there is no chromium with chromedriver and python3-selenium")
    browser = Browser()
    yield browser
    browser.done()


@pytest.fixture
def browser(one_browser):
    one_browser.reset()
    yield one_browser
    complaints = one_browser.complaints()
    one_browser.open("about:blank")
    assert not complaints


__all__ = ["AXE", "Browser", "By", "Keys", "browser", "one_browser"]
