"""A real Prometheus with the files of ``deploy/``, for tests of what it reads and of its alerts.

    with Prometheus(server, token) as prometheus:    # an OdooServer that it scrapes each second
        prometheus.ask("query", query="up")

Debian's package is unpacked into DEV_HOME, not installed.
"""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from . import debian, paths, ports
from .console import DevError
from .system import write_private

DEPLOY = paths.PROJECT / "deploy" / "prometheus"
START_SECONDS = 30


def ensure():
    """The folder with ``prometheus`` and ``promtool``."""
    return debian.unpacked("prometheus", ["prometheus"]) / "usr/bin"


def promtool(*arguments):
    """Run promtool; its output.

    :raises subprocess.CalledProcessError: it complains
    """
    command = [ensure() / "promtool", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Prometheus:
    """Prometheus as the docs set it up, but for addresses and for how often it looks."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.port = ports.free()
        self.folder = self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        binary = ensure() / "prometheus"
        paths.make_folders()
        self.folder = Path(tempfile.mkdtemp(prefix="prometheus-", dir=paths.RUN))
        try:
            self._configure()
            with open(self.folder / "output.log", "ab") as output:
                self.process = subprocess.Popen(
                    [
                        str(binary),
                        f"--config.file={self.folder}/prometheus.yml",
                        f"--storage.tsdb.path={self.folder}/data",
                        f"--web.listen-address=127.0.0.1:{self.port}",
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            self._wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc):
        if self.process:
            self.process.kill()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, path, **parameters):
        """What its HTTP API answers: the ``data`` of /api/v1/*path*."""
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=10) as answer:
            return json.load(answer)["data"]

    def value(self, query):
        """The one number that a query comes to; None for none."""
        found = self.ask("query", query=query)["result"]
        if len(found) > 1:
            raise AssertionError(f"{query}: {len(found)} results")
        return float(found[0]["value"][1]) if found else None

    def firing(self, name):
        """The labels of the alerts of that name that fire."""
        return [
            alert["labels"]
            for alert in self.ask("alerts")["alerts"]
            if alert["labels"]["alertname"] == name and alert["state"] == "firing"
        ]

    def _configure(self):
        write_private(self.folder / "token", self.token)
        text = (DEPLOY / "prometheus.yml").read_text()
        for old, new in {
            "odoo.example.com": f"127.0.0.1:{self.server.port}",
            "scheme: https": "scheme: http",
            "scrape_interval: 30s": "scrape_interval: 1s",
            "evaluation_interval: 30s": "evaluation_interval: 1s",
            "/etc/prometheus/logistics-token": f"{self.folder}/token",
            "/etc/prometheus/logistics.rules.yml": f"{DEPLOY}/logistics.rules.yml",
        }.items():
            if old not in text:
                raise DevError(f"prometheus.yml does not hold {old!r} any more; adapt {__name__}")
            text = text.replace(old, new)
        (self.folder / "prometheus.yml").write_text(text)

    def _wait_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise DevError(f"Prometheus did not start:\n{(self.folder / 'output.log').read_text()}")
