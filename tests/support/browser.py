"""A real Chromium before a real server, driven as a person drives it: keys and clicks.

    with Browser(server.url) as browser:
        browser.login(db, "ada", "ada")
        browser.open("/odoo/logistics-connections")
        browser.click("button:text(Set up step by step)")

Each thing that a person does counts: ``browser.actions``.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import urllib.request

import websocket

from devtools import ports

from .polling import TimedOut, wait_for

NAMES = ("google-chrome", "chromium", "chromium-browser")
#: The first thing that can be seen under a selector, optionally with ``:text(…)`` at its end.
FIND = """
(function (selector) {
    const [, css, text] = /^(.*?)(?::text\\((.*)\\))?$/.exec(selector);
    return [...document.querySelectorAll(css)].find((element) => {
        const box = element.getBoundingClientRect();
        return box.width && box.height && (!text || element.innerText.includes(text));
    });
})(%s)
"""


class Browser:
    def __init__(self, url, size=(1400, 900)):
        self.url, self.size = url, size
        self.actions = 0
        self._number = 0

    def __enter__(self):
        binary = next(filter(None, map(shutil.which, NAMES)))
        self._profile = tempfile.mkdtemp(prefix="browser-")
        port = ports.free()
        self._process = subprocess.Popen(
            [
                binary,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={self._profile}",
                f"--remote-debugging-port={port}",
                "--remote-allow-origins=*",
                f"--window-size={self.size[0]},{self.size[1]}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            page = wait_for(lambda: self._page(port), 30, "Chromium did not start")
            self._socket = websocket.create_connection(page, timeout=60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc):
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self._profile, ignore_errors=True)

    @staticmethod
    def _page(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                targets = json.load(answer)
        except OSError:
            return None
        return next((t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page"), None)

    def command(self, method, **parameters):
        """One command of the DevTools protocol; its result."""
        self._number += 1
        text = json.dumps({"id": self._number, "method": method, "params": parameters})
        self._socket.send(text)
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, script, by_user=False):
        """The value of a JavaScript expression; ``by_user``: it may open a window, as a click."""
        found = self.command(
            "Runtime.evaluate", expression=script, returnByValue=True, userGesture=by_user
        )
        if "exceptionDetails" in found:
            raise AssertionError(f"{script[:200]}: {found['exceptionDetails']}")
        return found["result"].get("value")

    # -- what a person does -------------------------------------------------------------------

    def login(self, db, user, password):
        """The session of a user, without the form."""
        values = {"db": db, "login": user, "password": password}
        data = json.dumps({"jsonrpc": "2.0", "params": values}).encode()
        kind = {"Content-Type": "application/json"}
        call = urllib.request.Request(f"{self.url}/web/session/authenticate", data, kind)
        with urllib.request.urlopen(call, timeout=60) as answer:
            assert json.load(answer)["result"]["uid"], user
            cookie = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
        self.command("Network.setCookie", name=cookie[0], value=cookie[2], url=self.url)

    def open(self, path):
        self.command("Page.navigate", url=self.url + path)

    def sees(self, selector):
        return bool(self.evaluate(f"!!({FIND % json.dumps(selector)})"))

    def wait_for(self, selector, timeout=30):
        """Wait until it can be seen; on failure the page's words are told."""
        try:
            wait_for(lambda: self.sees(selector), timeout)
        except TimedOut:
            words = self.evaluate("document.body.innerText")[:3000]
            raise TimedOut(f"{selector} is not to be seen within {timeout} s:\n{words}") from None

    def wait_gone(self, selector, timeout=30):
        wait_for(lambda: not self.sees(selector), timeout, f"{selector} is still there")

    def text(self, selector):
        """The words of what is seen; the value of an input."""
        self.wait_for(selector)
        found = FIND % json.dumps(selector)
        return self.evaluate(f"(e => e.value !== undefined ? e.value : e.innerText)({found})")

    def click(self, selector):
        self.actions += 1
        self.wait_for(selector)
        self._do("e.scrollIntoView({block: 'center'}); e.click()", selector)

    def type(self, selector, text):
        """Put the cursor into a field, and type in the place of what stands there."""
        self.actions += 1
        self.wait_for(selector)
        self.evaluate(
            f"(e => {{e.focus(); e.select && e.select()}})({FIND % json.dumps(selector)})"
        )
        self.command("Input.insertText", text=text)

    def _do(self, script, selector):
        self.evaluate(f"(e => {{{script}}})({FIND % json.dumps(selector)})", by_user=True)

    def choose(self, selector, text):
        """Type into a field that offers what begins so, and take it."""
        self.type(selector, text)
        self.click(f".o-autocomplete--dropdown-item a:text({text})")

    def photograph(self, path):
        data = self.command("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
