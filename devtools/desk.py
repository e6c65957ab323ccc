"""The warehouse's system of ``./dev up``: a simulator in a process of its own."""

import subprocess

from . import paths
from .system import DevError


class Desk:
    """Runs ``tests.simulators.receiver`` while the context is open.

    :param int port: 0 for a free one
    """

    def __init__(self, port=0):
        self._wanted, self.process, self.url = port, None, ""

    def __enter__(self):
        command = [paths.PYTHON, "-m", "tests.simulators.receiver", str(self._wanted)]
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
