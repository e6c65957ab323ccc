"""A real Odoo server: prefork workers, cron, queue_job's runner, on a free port.

with OdooServer("my_db") as server:          # started, ready
    urllib.request.urlopen(server.url + "/web/login")
    server.kill9()                           # the whole group, as a power cut would
    server.start().wait_ready()
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import config, paths, ports
from .console import DevError
from .postgres import Cluster


class OdooServer:
    """One Odoo server for one database, in a process group of its own.

    *env* is added to its environment; *extra_conf* to ``[options]`` of its odoo.conf;
    *cluster* is where its database lies (the project's own by default).
    """

    def __init__(
        self, db, workers=2, port=None, env=None, extra_conf=None, log_path=None, cluster=None
    ):
        self.db = db
        self.workers = workers
        self.port = port or ports.free()
        self.gevent_port = ports.free()
        self.env = env or {}
        self.extra_conf = extra_conf or {}
        self.cluster = cluster or Cluster.main()
        self.log_path = Path(log_path or paths.LOGS / f"odoo-{db}-{self.port}.log")
        self.conf = paths.RUN / f"odoo-{db}-{self.port}.conf"
        self.process = None

    @property
    def url(self):
        """Where it answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        """The process id of the master, which is the id of the process group too."""
        return self.process.pid

    def __enter__(self):
        self.start()
        try:
            return self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_exc):
        self.stop()

    def start(self, ensure_cluster=True):
        """Start the process (appending to its log); returns the server at once.

        *ensure_cluster*: start its PostgreSQL, too, when that is down.
        """
        if ensure_cluster:
            self.cluster.ensure()
        settings = {
            "http_port": self.port,
            "gevent_port": self.gevent_port,
            "workers": self.workers,
            "max_cron_threads": 1,
            **self.extra_conf,
        }
        runner = {"scheme": "http", "host": "127.0.0.1", "port": self.port}
        config.write(self.conf, config.options(self.cluster, self.db, **settings), runner)
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [paths.PYTHON, paths.ODOO_SCRIPT, "-c", self.conf, "-d", self.db],
                env=config.environment(self.env),
                cwd=paths.PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def wait_ready(self, timeout=120):
        """Wait until it serves pages of its database; returns the server."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise DevError(f"Odoo ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=10) as answer:
                    if answer.status == 200:
                        return self
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        raise DevError(f"Odoo was not ready after {timeout} s:\n{self.log_tail()}")

    def running(self):
        """Whether the master process lives."""
        return self.process is not None and self.process.poll() is None

    def child_pids(self):
        """The process ids of its children: workers, cron, job runner, evented server."""
        return [pid for pid in _group(self.pid) if pid != self.pid]

    def kill9(self, pid=None):
        """SIGKILL to the whole group, or to the one process *pid*; a killed worker is replaced."""
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            return
        _signal_group(self.pid, signal.SIGKILL)
        self.process.wait(10)
        _wait_gone(self.pid, 10)

    def stop(self, timeout=20):
        """End it gently, then by force; nothing of its group stays behind."""
        if self.process is None:
            return
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        _signal_group(self.pid, signal.SIGKILL)
        self.process.wait(10)
        _wait_gone(self.pid, 10)
        self.process = None
        self.conf.unlink(missing_ok=True)

    def log_tail(self, lines=30):
        """The last lines of its log."""
        if not self.log_path.exists():
            return "(no log)"
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])


def _group(group):
    """The process ids of a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        state, _parent, its_group = fields[:3]
        if int(its_group) == group and state != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def _signal_group(group, number):
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


def _wait_gone(group, timeout):
    deadline = time.monotonic() + timeout
    while _group(group) and time.monotonic() < deadline:
        time.sleep(0.05)
