"""PostgreSQL: a private cluster of the project, throw-away ones for trials, or PGHOST's server.

Clusters listen on a Unix socket only, so that no port can collide. Everything is durable (fsync and
synchronous_commit on), because that is what the suite promises and the benchmarks measure.

    cluster = Cluster.main()                 # started when needed, shared by everything
    with Cluster.private("trial7") as mine:  # crash it as you like; removed at the end
        mine.stop_immediate(); mine.start()
"""

import functools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import paths
from .console import DevError, step
from .system import apt_install, is_root, lock, run, write_private

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


def quote(name):
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


class Server:
    """What the private cluster and PGHOST's server have in common: how to reach it, and SQL."""

    host: str
    port: int
    user: str
    password: str = ""

    def env(self):
        """The environment with which psql, createdb, psycopg2 and Odoo reach this server."""
        env = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        return {**env, "PGPASSWORD": self.password} if self.password else env

    def dsn(self, database):
        """A libpq connection string, for ``psycopg2.connect``."""
        dsn = f"host={self.host} port={self.port} user={self.user} dbname={database}"
        return f"{dsn} password={self.password}" if self.password else dsn

    def sql(self, query, database="postgres"):
        """Run SQL through psql as the Odoo role; return its unaligned output, one row a line."""
        psql = [
            self.binary("psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
        ]
        return run([*psql, "-f", "-"], stdin=query, env=self.env()).strip()

    def databases(self):
        """The names of all databases."""
        return self.sql("SELECT datname FROM pg_database").splitlines()

    def connections(self):
        """How many clients are connected, without the one that asks."""
        query = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(self.sql(query))

    def binary(self, name):
        """The path of a program of PostgreSQL."""
        found = shutil.which(name)
        if not found:
            raise DevError(f"no {name} on the PATH: install the PostgreSQL client")
        return found


class External(Server):
    """The server that PGHOST, PGPORT, PGUSER and PGPASSWORD name. Not ours to start or stop."""

    def __init__(self):
        self.host = os.environ["PGHOST"]
        self.port = int(os.environ.get("PGPORT") or 5432)
        self.user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
        self.password = os.environ.get("PGPASSWORD", "")

    def ensure(self):
        """Check that it answers and that Odoo can work with the role; make one if not."""
        if not shutil.which("psql"):
            apt_install("postgresql-client")
        if self.user == "postgres":
            self._make_role()
        self.sql("SELECT 1")
        return self

    def _make_role(self):
        """A role of our own, as Odoo refuses ``postgres``; its password is kept in DEV_HOME."""
        with lock("external-role"):
            kept = paths.STATE / "pg-role-password"
            if not kept.exists():
                write_private(kept, secrets.token_urlsafe(24))
            name, password = f"odoo_{paths.home_id()}", kept.read_text()
            exists = self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = {literal(name)}")
            verb = "ALTER" if exists else "CREATE"
            self.sql(f"{verb} ROLE {quote(name)} LOGIN CREATEDB PASSWORD {literal(password)}")
        self.user, self.password = name, password

    def running(self):
        """It is there for us, always."""
        return True

    def start(self):
        return self.ensure()

    def stop(self):
        raise DevError("PGHOST names a server that is not ours to stop")

    stop_immediate = destroy = stop


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
        if is_root():  # a socket folder under /tmp does not survive a reboot
            _own_folder(Path(self.host))
        else:
            Path(self.host).mkdir(mode=0o700, parents=True, exist_ok=True)
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
        """SIGKILL to the postmaster, as the out-of-memory killer would; waits for its end."""
        os.kill(self.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.05)

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
        with step(f"PostgreSQL cluster {self.name}"):
            if is_root():
                _own_folder(self.home)
            else:
                self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.rmtree(self.data, ignore_errors=True)
            initdb = [self.binary("initdb"), "-D", self.data, "-U", "postgres", "-A", "trust"]
            self._as_owner([*initdb, "-E", "UTF8", "--locale=C.UTF-8"], check=True)
            settings = {
                **self.settings,
                "unix_socket_directories": literal(self.host),
                "port": PORT,
            }
            lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
            with open(self.data / "postgresql.conf", "a") as conf:
                conf.write(lines)
            self.start()
            admin = {**self.env(), "PGUSER": "postgres"}
            make_role = f"CREATE ROLE {ROLE} LOGIN CREATEDB"
            run([self.binary("psql"), "-X", "-q", "-d", "postgres", "-c", make_role], env=admin)

    def _ctl(self, action, *options, check=True):
        return self._as_owner([self.binary("pg_ctl"), action, "-D", self.data, *options], check)

    def _as_owner(self, command, check):
        """Run as the user that owns the cluster: PostgreSQL refuses to run as root."""
        command = [str(part) for part in command]
        if is_root():
            command = ["runuser", "-u", "postgres", "--", *command]
        # No pipes: the postmaster would inherit them, and reading to their end would never end.
        output = paths.LOGS / f"pg-{self.name}.log"
        paths.make_folders()
        with open(output, "a") as stream:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                check=False,
            )
        if check and done.returncode:
            tail = "\n".join(output.read_text().splitlines()[-15:])
            raise DevError(f"{' '.join(command)} failed:\n{tail}\n(log: {self.log})")
        return done


def _binaries():
    """The programs of the newest server installed (Debian keeps them off the PATH)."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


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


def _own_folder(folder):
    """A folder that belongs to PostgreSQL's user, with passable folders above it."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o700)
