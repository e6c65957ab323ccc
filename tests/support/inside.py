"""Code inside Odoo, in a process of its own with a registry, as a job or a shell would run it."""

import ast
import contextlib
import os
import queue
import signal
import subprocess
import tempfile
import textwrap
import threading
import time
from pathlib import Path

from devtools import config, paths
from devtools.postgres import Cluster

MARK = "RESULT:"
# Odoo's shell reads a program to its end and runs it; this one takes further programs, one after
# the other, each as one line that is a Python literal.
LOOP = """
import ast, faulthandler, signal, sys, traceback
faulthandler.register(signal.SIGUSR1)
print("{mark}", repr("ready"), flush=True)
for _line in open("{fifo}"):
    try:
        # As each job does when it begins: what other processes changed is known.
        env.registry.check_signaling()
        _names = dict(globals(), env=env, result=None)
        exec(ast.literal_eval(_line), _names)
        env.cr.commit()
        _outcome = _names["result"]
    except BaseException:
        env.cr.rollback()
        _outcome = {{"error": traceback.format_exc()}}
    env.invalidate_all()
    print("{mark}", repr(_outcome), flush=True)
"""


class Inside:
    """A process that runs programs with ``env`` (superuser) on a database, one at a time.

    with Inside("my_db") as inside:
        inside.run("result = env['sale.order'].search_count([])")
    """

    def __init__(self, database, extra_conf=None):
        self.database = database
        self.folder = Path(tempfile.mkdtemp(prefix="inside-"))
        options = config.options(
            Cluster.main(), database, **{"log_level": "warn", **(extra_conf or {})}
        )
        conf = config.write(self.folder / "odoo.conf", options)
        fifo = self.folder / "programs"
        os.mkfifo(fifo)
        self.errors = open(self.folder / "stderr", "w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [paths.PYTHON, paths.ODOO_SCRIPT, "shell", "-c", conf, "-d", database, "--no-http"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=paths.PROJECT,
        )
        self.process.stdin.write(LOOP.format(mark=MARK, fifo=fifo))
        self.process.stdin.close()
        self.results = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.fifo = None
        self._path = fifo

    def __enter__(self):
        return self.wait_ready()

    def __exit__(self, *_error):
        self.close()

    def wait_ready(self, timeout=90):
        assert self.result(timeout) == "ready"
        self.fifo = open(self._path, "w")  # noqa: SIM115
        return self

    def start(self, program):
        """Begin a program; it leaves what it found in ``result``."""
        self.fifo.write(repr(textwrap.dedent(program)) + "\n")
        self.fifo.flush()
        return self

    def result(self, timeout=60):
        """Wait for the end of the program that was begun; what it left in ``result``."""
        try:
            outcome = self.results.get(timeout=timeout)
        except queue.Empty:
            outcome = None
        if outcome is None or (isinstance(outcome, dict) and "error" in outcome):
            text = outcome["error"] if outcome else self._why_silent()
            self.errors.seek(0)
            raise AssertionError(f"inside Odoo: {text}\n{self.errors.read()[-6000:]}")
        return outcome[0] if isinstance(outcome, tuple) else outcome

    def run(self, program, timeout=60):
        return self.start(program).result(timeout)

    def close(self):
        if self.fifo:
            with contextlib.suppress(OSError):
                self.fifo.close()
        try:
            self.process.wait(10 if self.fifo else 0.1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.errors.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    def _why_silent(self):
        """What a process that did not answer is at: its threads' stacks go to its errors."""
        if self.process.poll() is not None:
            return f"it ended with {self.process.returncode}"
        self.process.send_signal(signal.SIGUSR1)
        time.sleep(1)  # it writes them by itself; it does not say when it is done
        busy = Cluster.main().sql(
            "SELECT pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), query"
            f" FROM pg_stat_activity WHERE datname = '{self.database}'"
        )
        return f"no answer; its database:\n{busy}"

    def _read(self):
        for line in self.process.stdout:
            if line.startswith(MARK):
                value = ast.literal_eval(line.removeprefix(MARK).strip())
                self.results.put(value if isinstance(value, dict) else (value,))
