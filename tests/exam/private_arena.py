"""An arena with a PostgreSQL of its own, to be crashed, and systemd's part played for Odoo."""

import configparser
import contextlib
import threading

from devtools import paths, private

from .arena import Arena

UNIT = paths.PROJECT / "deploy" / "systemd" / "odoo.service"


class PrivateArena(Arena):
    """A server whose database lies on a throw-away cluster; ``settings`` of PostgreSQL."""

    settings = {}

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        self.cluster = self._stack.enter_context(
            private.cluster(self.name, self.name, self.settings)
        )
        try:
            return super().__enter__()
        except BaseException:
            self._stack.close()
            raise

    def __exit__(self, *error):
        try:
            super().__exit__(*error)
        finally:
            self._stack.close()


class Systemd:
    """Starts a server again when its main process has ended, if the unit of ``deploy/`` says so and
    after the time that it gives; PostgreSQL may be away. ``restarts`` counts."""

    def __init__(self, server):
        self.server, self.restarts = server, 0
        unit = configparser.ConfigParser(strict=False)
        unit.optionxform = str
        unit.read(UNIT)
        self.always = unit["Service"]["Restart"] == "always"
        self.pause = float(unit["Service"]["RestartSec"])
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join(30)

    def _watch(self):
        while not self._end.wait(0.1):
            if self.server.running() or not self.always:
                continue
            self.server.kill9()  # what is left of its group, as systemd does
            if self._end.wait(self.pause):
                return
            self.server.start(ensure_cluster=False)
            self.restarts += 1
