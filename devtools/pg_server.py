"""Reaching a PostgreSQL server, ours or that of PGHOST, and running SQL on it."""

import os
import pwd
import secrets
import shutil

from . import paths
from .console import DevError
from .system import apt_install, lock, run, write_private


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
