"""A job runner of the exam's own that can be made to die at a chosen point.

It takes the next job of the inbox and performs it in a process forked for it, as the product's
worker would; before that it wraps, from outside, Odoo's cursors of that process, so that it kills
itself (SIGKILL: nothing is cleaned up, nothing is rolled back by us) when it comes to the point.
The product is not touched, and knows nothing of it.

    with Drainer(database, conf) as drainer:
        drainer.run(Point("after", "INSERT INTO logistics_effect"))    # → True: it died there
        drainer.run()                                                  # → False: it ended well
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from devtools import config, paths
from devtools.postgres import Cluster

READY = "ready"


@dataclass(frozen=True, slots=True)
class Point:
    """Where to die: ``when`` is "before" or "after" the ``nth`` statement that contains ``text``,
    or "before commit" or "after commit" of a transaction that had such a statement."""

    when: str
    text: str
    nth: int = 1


class Drainer:
    """Performs the inbox' jobs one at a time, each in a process of its own."""

    def __init__(self, database, extra_conf=None):
        self.folder = Path(tempfile.mkdtemp(prefix="drainer-"))
        options = config.options(
            Cluster.main(), database, **{"log_level": "warn", **(extra_conf or {})}
        )
        self.conf = config.write(self.folder / "odoo.conf", options)
        self.database = database

    def __enter__(self):
        self.log = open(self.folder / "log", "w+")
        self.process = subprocess.Popen(
            [paths.PYTHON, "-m", "tests.exam.drainer", str(self.conf), self.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            cwd=paths.PROJECT,
            env=config.environment(),
        )
        if self.process.stdout.readline().strip() != READY:
            raise AssertionError(f"the drainer did not start:\n{self.said()}")
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()
        self.process.wait(30)
        self.log.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    def run(self, point=None):
        """Perform the next job; whether its process died at the point."""
        self.process.stdin.write(json.dumps(asdict(point) if point else None) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer not in ("killed", "done"):
            raise AssertionError(f"the drainer said {answer!r}:\n{self.said()}")
        return answer == "killed"

    def said(self):
        self.log.seek(0)
        return self.log.read()[-4000:]


# -- the process of its own ----------------------------------------------------------------------


def main(conf, database):
    from odoo import sql_db
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config as odoo_config

    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever is printed meanwhile goes to the log
    odoo_config.parse_config(["-c", conf, "-d", database, "--no-http"])
    load_server_wide_modules()
    Registry(database)
    # No connection may be shared with the processes that are forked from here.
    sql_db.close_all()
    print(READY, file=out)
    for line in sys.stdin:
        point = json.loads(line)
        child = os.fork()
        if not child:
            _perform_and_exit(database, point)
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            print("killed", file=out)
        else:
            print("done" if status == 0 else f"status {status}", file=out)


def _perform_and_exit(database, point):
    code = 1
    try:
        _perform(database, point)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _perform(database, point):
    """What the waker and the job runner do: have a job enqueued, load it, perform it."""
    from odoo import SUPERUSER_ID, api
    from odoo.addons.queue_job.job import Job
    from odoo.modules.registry import Registry

    registry = Registry(database)
    _delete_jobs(registry)
    for _try in range(100):
        with registry.cursor() as cr:
            # Who comes second leaves it to the one who is enqueuing this lane's job just now.
            if not api.Environment(cr, SUPERUSER_ID, {})["logistics.inbox"]._wake():
                return
        with registry.cursor() as cr:
            cr.execute(
                "SELECT uuid FROM queue_job WHERE model_name = 'logistics.inbox' "
                "ORDER BY id LIMIT 1"
            )
            row = cr.fetchone()
        if row:
            break
        time.sleep(0.02)
    else:
        raise AssertionError("messages wait, and nobody enqueues a job")
    with registry.cursor() as cr:
        job = Job.load(api.Environment(cr, SUPERUSER_ID, {}), row[0])
        cr.rollback()
        if point:
            _arm(Point(**point))
        job.perform()


def _delete_jobs(registry):
    """A job that nobody runs here would pass for one that is about to begin. Others, and the
    server, are at the same rows: who collides tries again, as the job runner does."""
    from psycopg2.errors import DeadlockDetected, SerializationFailure

    for _try in range(50):
        with contextlib.suppress(DeadlockDetected, SerializationFailure), registry.cursor() as cr:
            cr.execute("DELETE FROM queue_job")
            return
    raise AssertionError("the jobs could not be deleted")


def _arm(point):
    """Let this process die at the point."""
    from odoo.sql_db import Cursor

    execute, commit = Cursor.execute, Cursor.commit
    seen = {"count": 0}

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def matches(cursor, query):
        if isinstance(query, bytes):
            query = query.decode(errors="replace")
        elif not isinstance(query, str):
            query = query.code  # odoo.tools.SQL
        if point.text not in query:
            return False
        seen["count"] += 1
        if seen["count"] != point.nth:
            return False
        seen["cursor"] = cursor
        return True

    def execute_and_die(self, query, *arguments, **options):
        hit = matches(self, query)
        if hit and point.when == "before":
            die()
        result = execute(self, query, *arguments, **options)
        if hit and point.when == "after":
            die()
        return result

    def commit_and_die(self, *arguments, **options):
        hit = seen.get("cursor") is self
        if hit and point.when == "before commit":
            self.flush()
            die()
        result = commit(self, *arguments, **options)
        if hit and point.when == "after commit":
            die()
        return result

    Cursor.execute, Cursor.commit = execute_and_die, commit_and_die


if __name__ == "__main__":
    main(*sys.argv[1:])
