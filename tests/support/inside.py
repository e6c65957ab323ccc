"""Code inside Odoo, in a process of its own with a registry, as a job or a shell would run it."""

import subprocess
import textwrap

from devtools import config, paths, ports
from devtools.postgres import Cluster

MARK = "RESULT:"


class Inside:
    """A Python program that runs with ``env`` (superuser) on a database. It starts at once.

    The program's last value is what it assigns to ``result``; read it with :meth:`result`.
    """

    def __init__(self, database, program, extra_conf=None):
        conf = paths.RUN / f"inside-{database}-{ports.free()}.conf"
        options = config.options(Cluster.main(), database, log_level="warn", **(extra_conf or {}))
        self.conf = config.write(conf, options)
        text = "result = None\n" + textwrap.dedent(program)
        text += f"\nenv.cr.commit()\nprint('{MARK}', repr(result), flush=True)\n"
        self.process = subprocess.Popen(
            [paths.PYTHON, paths.ODOO_SCRIPT, "shell", "-c", conf, "-d", database, "--no-http"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=paths.PROJECT,
        )
        self.process.stdin.write(text)
        self.process.stdin.close()
        self.process.stdin = None

    def result(self, timeout=60):
        """Wait for the end; what the program left in ``result``."""
        import ast

        try:
            output, errors = self.process.communicate(timeout=timeout)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.conf.unlink(missing_ok=True)
        for line in output.splitlines():
            if line.startswith(MARK):
                return ast.literal_eval(line.removeprefix(MARK).strip())
        raise AssertionError(f"the program inside Odoo failed:\n{output[-2000:]}\n{errors[-4000:]}")
