"""odoo.conf of servers, tests and template builds. Written with mode 600: it holds secrets."""

import base64
import os
import secrets

from . import addons, paths
from .system import lock, write_private

#: Ours answers for itself while there is no database: intake/gate.py.
SERVER_WIDE = "base,rpc,web,queue_job,logistics_connector_base"


def channels(workers):
    """Each partner-facing kind of work has its own share; see docs/operations of the project.

    Jobs are run by HTTP workers: where there are more than one, one of them stays free of jobs of
    the inbox, so that messages are taken while others are worked. And however busy the inbox is,
    one room is left for the rest.
    """
    lanes = max(1, min(3, workers - 1))
    jobs = max(lanes + 1, workers - 1)
    return (
        f"root:{jobs},root.logistics:{jobs},"
        f"root.logistics.inbound:{lanes},root.logistics.outbound:1,root.logistics.polling:1,"
        "root.logistics.states:1"
    )


def master_key():
    """The Fernet key with which our addons encrypt secrets; made once for each DEV_HOME."""
    return _kept("master-key", lambda: base64.urlsafe_b64encode(os.urandom(32)).decode())


def admin_password():
    """Odoo's master password (of the database manager, which is switched off anyway)."""
    return _kept("admin-password", lambda: secrets.token_urlsafe(24))


def _kept(name, make):
    path = paths.STATE / name
    with lock(name):
        if not path.exists():
            write_private(path, make())
        return path.read_text().strip()


def options(server, database, **overrides):
    """The ``[options]`` of odoo.conf for *database* on the PostgreSQL *server*."""
    settings = {
        "addons_path": ",".join(str(folder) for folder in addons.addons_path()),
        "data_dir": paths.DATA_DIR,
        "server_wide_modules": SERVER_WIDE,
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        # No dbfilter beside it: Odoo would ask PostgreSQL for all databases at each request.
        "db_name": database,
        "db_maxconn": 16,
        "list_db": "False",
        "admin_passwd": admin_password(),
        "logistics_master_key": master_key(),
        "http_interface": "127.0.0.1",
        "workers": 0,
        "max_cron_threads": 0,
        # A job may take 60 s; these leave room for it and still end what hangs.
        "limit_time_cpu": 120,
        "limit_time_real": 180,
        "limit_time_real_cron": 300,
        "limit_memory_soft": 2 * 1024**3,
        "limit_memory_hard": 3 * 1024**3,
        "log_level": "info",
    }
    if server.password:
        settings["db_password"] = server.password
    settings.update(overrides)
    return settings


def for_tests(server, database, port):
    """The configuration file for pytest-odoo on *database*; HttpCase listens on *port*."""
    settings = options(server, database, http_port=port, log_level="warn")
    return write(paths.RUN / f"test-{database}.conf", settings)


def environment(extra=None):
    """The environment for an Odoo of ours, with *extra* added.

    Odoo 19 lets PGHOST, PGUSER, ODOO_WORKERS and their like win over its configuration file, which
    here says all that matters.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "ODOO_HOME" or not name.startswith(("ODOO_", "PGHOST", "PGPORT", "PGDATABASE"))
        if name not in ("PGUSER", "PGPASSWORD", "PGAPPNAME", "PGPATH")
    }
    return {**kept, **{name: str(value) for name, value in (extra or {}).items()}}


def write(path, settings, queue_job=None):
    """Write the file; *queue_job* holds the job runner's section."""
    lines = ["[options]", *(f"{key} = {value}" for key, value in settings.items())]
    lines += ["", "[queue_job]", f"channels = {channels(settings.get('workers', 0))}"]
    lines += [f"{key} = {value}" for key, value in (queue_job or {}).items()]
    write_private(path, "\n".join(lines) + "\n")
    return path
