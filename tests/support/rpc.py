"""Odoo as a person's browser speaks to it: one session, calls of public methods."""

import itertools
import json
import time
import urllib.error
import urllib.request


class RpcError(Exception):
    """Odoo refused a call. ``name`` is its exception class, the text what a person would read."""

    def __init__(self, name, message, debug=""):
        super().__init__(f"{name}: {message}")
        self.name, self.message, self.debug = name, message, debug


class Session:
    """A logged-in user.

    rpc = Session(server.url, "my_db")
    rpc("sale.order", "search_count", [("state", "=", "sale")])
    """

    def __init__(self, url, db, login="admin", password="admin", timeout=120):
        self.url, self.db, self.login, self.timeout = url, db, login, timeout
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self._numbers = itertools.count(1)
        answer = self._post(
            "/web/session/authenticate", {"db": db, "login": login, "password": password}
        )
        self.uid = (answer or {}).get("uid")
        if not self.uid:
            raise PermissionError(f"{login} may not log in to {db}")

    def __call__(self, model, method, *args, **kwargs):
        """Call a public method of a model; its result, None where it has none."""
        parameters = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", parameters)

    def route(self, path, **parameters):
        """Call a JSON route of Odoo's; its result."""
        return self._post(path, parameters)

    def download(self, path):
        """The bytes of a page that the user may see."""
        with self._opener.open(self.url + path, timeout=self.timeout) as stream:
            return stream.read()

    def ref(self, xml_id):
        """The id of a record by its external id."""
        module, _dot, name = xml_id.partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        found = self("ir.model.data", "search_read", domain, ["res_id"], limit=1)
        if not found:
            raise LookupError(f"there is no {xml_id} in {self.db}")
        return found[0]["res_id"]

    def one(self, model, domain, fields):
        """The values of the only record of a domain."""
        found = self(model, "search_read", domain, fields, limit=2)
        if len(found) != 1:
            raise LookupError(f"{len(found)} records of {model} for {domain}")
        return found[0]

    def run_cron(self, xml_id, timeout=60):
        """Run a scheduled action now; what it returned. Where the server's own thread is just at
        it, wait until that has ended and run it once more: it may have looked too early.

        :raises RpcError: it failed, or it was at work for ``timeout`` seconds
        """
        cron, end = self.ref(xml_id), time.monotonic() + timeout
        while True:
            try:
                return self("ir.cron", "method_direct_trigger", [cron])
            except RpcError as error:
                if "already executing" not in error.message or time.monotonic() > end:
                    raise
            time.sleep(0.1)

    def _post(self, path, parameters):
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": next(self._numbers),
            "params": parameters,
        }
        call = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with self._opener.open(call, timeout=self.timeout) as stream:
            answer = json.load(stream)
        if "error" in answer:
            data = answer["error"].get("data") or {}
            raise RpcError(
                data.get("name", "error"),
                data.get("message") or answer["error"].get("message", ""),
                data.get("debug", ""),
            )
        return answer.get("result")
