"""PostgreSQL: a private cluster of the project, throw-away ones for trials, or PGHOST's server.

Clusters listen on a Unix socket only, so that no port can collide. Everything is durable (fsync and
synchronous_commit on), because that is what the suite promises and the benchmarks measure.

    cluster = Cluster.main()                 # started when needed, shared by everything
    with Cluster.private("trial7") as mine:  # crash it as you like; removed at the end
        mine.stop_immediate(); mine.start()
"""

import functools
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import paths
from .console import DevError, step
from .pg_server import External, Server, literal
from .system import apt_install, is_root, lock

ROLE = "odoo"  # Odoo refuses to work as "postgres"
PORT = 5432  # only names the socket file
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "4GB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "log_min_duration_statement": "-1",
}


@functools.cache
def _external():
    """One object, because finding the role to work as is done once."""
    return External()


class Cluster(Server):
    """A PostgreSQL cluster of our own in a folder of its own."""

    def __init__(self, name, settings=None):
        self.name = name
        self.settings = {**SETTINGS, **(settings or {})}
        self.home = clusters_folder() / name
        self.data = self.home / "data"
        self.log = self.home / "postgresql.log"
        self.host = str(socket_folder(self.home))
        self.port = PORT
        self.user = ROLE

    @staticmethod
    def main():
        """The server that everything shares: the project's own cluster, or the one of PGHOST."""
        return _external() if os.environ.get("PGHOST") else Cluster("main")

    @staticmethod
    def private(name, settings=None):
        """A throw-away cluster; ``with`` starts it and removes it at the end."""
        return Cluster(f"private-{name}-{os.getpid()}", settings)

    def __enter__(self):
        return self.ensure()

    def __exit__(self, *_exc):
        self.destroy()

    def ensure(self):
        """Make what is missing and start it. Returns the cluster."""
        with lock(f"cluster-{self.name}"):
            _install()
            if not (self.data / "PG_VERSION").exists():
                self._create()
            self.start()
        return self

    def running(self):
        """Whether the postmaster is there."""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._ctl("status", check=False).returncode == 0

    def start(self):
        """Start it, unless it runs."""
        if self.running():
            return self
        _make_folder(Path(self.host))  # one under /tmp does not survive a reboot
        self._ctl("start", "-w", "-t", "60", "-l", str(self.log))
        return self

    def stop(self):
        """Stop it; running transactions are rolled back."""
        if self.running():
            self._ctl("stop", "-m", "fast", "-w")

    def stop_immediate(self):
        """Stop it as a crash would: no checkpoint, recovery at the next start."""
        self._ctl("stop", "-m", "immediate", "-w")

    def kill9(self):
        """SIGKILL to the postmaster, as the out-of-memory killer would; waits for the others."""
        os.kill(self.pid, signal.SIGKILL)
        give_up = time.monotonic() + 10
        # The killed postmaster counts as running until init has taken note of its end.
        while (self._processes() or self.running()) and time.monotonic() < give_up:
            time.sleep(0.05)
        if self._processes():
            raise DevError(f"backends of {self.name} outlive their postmaster: {self._processes()}")

    def _processes(self):
        """The process ids of postmaster and backends: they work in the data folder."""
        found = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if link.readlink() == self.data:
                    found.append(int(link.parent.name))
            except OSError:  # it ended meanwhile, or is not ours to see
                continue
        return found

    @property
    def pid(self):
        """The process id of the postmaster."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def destroy(self):
        """Stop it and remove all its data."""
        if (self.data / "PG_VERSION").exists() and self.running():
            self._ctl("stop", "-m", "immediate", "-w", check=False)
        for folder in (self.home, Path(self.host)):
            shutil.rmtree(folder, ignore_errors=True)

    def binary(self, name):
        """The path of a program of the newest PostgreSQL installed."""
        return str(_binaries() / name)

    def _create(self):
        """Make the cluster aside and move it into place, so that no half of one is ever there."""
        with step(f"PostgreSQL cluster {self.name}"):
            part = self.home / "data.part"
            _make_folder(self.home)
            shutil.rmtree(part, ignore_errors=True)
            initdb = [self.binary("initdb"), "-D", part, "-U", "postgres", "-A", "trust"]
            self._as_owner([*initdb, "-E", "UTF8", "--locale=C.UTF-8"])
            socket = {"unix_socket_directories": literal(self.host), "port": PORT}
            settings = {**self.settings, **socket}
            with open(part / "postgresql.conf", "a") as conf:
                conf.writelines(f"{key} = {value}\n" for key, value in settings.items())
            make_role = f"CREATE ROLE {ROLE} LOGIN CREATEDB;\n"
            self._as_owner([self.binary("postgres"), "--single", "-D", part, "postgres"], make_role)
            os.replace(part, self.data)

    def _ctl(self, action, *options, check=True):
        command = [self.binary("pg_ctl"), action, "-D", self.data, *options]
        return self._as_owner(command, check=check)

    def _as_owner(self, command, stdin="", check=True):
        """Run as the user that owns the cluster: PostgreSQL refuses to run as root."""
        command = [str(part) for part in command]
        if is_root():
            command = ["runuser", "-u", "postgres", "--", *command]
        paths.make_folders()
        # No pipe for what it says: the postmaster would inherit it, and its end never come.
        with open(paths.LOGS / f"pg-{self.name}.log", "a+") as out:
            start = out.tell()
            done = subprocess.run(
                command, cwd="/", input=stdin, stdout=out, stderr=out, text=True, check=False
            )
            if check and done.returncode:
                out.seek(start)
                said = out.read()
                raise DevError(f"{' '.join(command)} failed:\n{said}\n(log: {self.log})")
        return done


def _binaries():
    """The programs of the newest server installed (Debian keeps them off the PATH)."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _version(initdb):
    return int(initdb.parts[-3])


def _install():
    if _binaries():
        return
    with lock("apt"):
        if not _binaries():
            apt_install("postgresql")


def clusters_folder():
    """Where clusters live: in DEV_HOME, unless PostgreSQL's user cannot get there (/root, say)."""
    inside = paths.DEV_HOME / "pg"
    if not is_root():
        return inside
    elsewhere = Path("/var/lib/postgresql") / f"dev-{paths.home_id()}"
    if elsewhere.exists():
        return elsewhere
    passable = all(folder.stat().st_mode & 0o001 for folder in inside.parents if folder.exists())
    return inside if passable else elsewhere


def socket_folder(home):
    """The socket's folder; a path of more than 100 characters is too long for a socket."""
    inside = home / "run"
    if len(str(inside)) < 80:
        return inside
    return Path("/tmp") / f"pg-{paths.home_id()}-{home.name}"


def _make_folder(folder):
    """A folder that only the user who runs PostgreSQL may enter."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if is_root():
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o700)
