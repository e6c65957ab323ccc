"""The 3PL of ``./dev up``: a simulator in a process of its own."""

import subprocess

from . import paths
from .system import DevError


class Desk:
    """Runs ``tests.simulators.warehouse.live`` while the context is open.

    :param int port: 0 for a free one
    :param options: of that command
    """

    def __init__(self, port=0, *options):
        self._options = [str(option) for option in (port, *options)]
        self.process, self.url = None, ""

    def __enter__(self):
        command = [paths.PYTHON, "-m", "tests.simulators.warehouse.live", *self._options]
        self.process = subprocess.Popen(
            command, cwd=paths.PROJECT, stdout=subprocess.PIPE, text=True
        )
        port = self.process.stdout.readline().strip()
        if not port:
            raise DevError("the simulator of the warehouse's system did not start")
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_exc_info):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
