"""Databases in seconds: copies of templates that are keyed by what they were made from.

Level 1 holds Odoo's own addons (a minute to build, rarely changes), level 2 our addons on top of a
copy of level 1. A copy takes the filestore with it, because a database without its attachments
answers 500 for each asset.

    from devtools import databases
    databases.create("my_db", demo=False)   # a copy, a second or two
    databases.drop("my_db")
"""

import os
import shutil
import time

from . import addons, config, paths
from .console import DevError, say, step
from .pg_server import literal, quote
from .postgres import Cluster
from .system import lock, run

KEPT_TEMPLATES = 4  # of each kind; others may still be copying from one that is not the newest


def ensure_template(demo=False):
    """The name of a template database with our addons; built when there is none of this content."""
    standard = ensure_standard_template(demo)
    if not addons.ours():
        say("none of our addons is there yet: the template holds Odoo's own only")
        return standard
    return _ensure(f"tpl_our_{_kind(demo)}", addons.project_key(demo), demo, standard)


def ensure_standard_template(demo=False):
    """The name of a template database with Odoo's own addons and queue_job only."""
    return _ensure(f"tpl_std_{_kind(demo)}", addons.standard_key(demo), demo, None)


def create(name, demo=False, standard=False):
    """Make the database *name* as a copy of the template with our addons, replacing an older one.

    *standard*: of the template without our addons.
    """
    template = ensure_standard_template(demo) if standard else ensure_template(demo)
    drop(name)
    copy(template, name)
    return name


def copy(source, target):
    """Copy a database and its filestore."""
    _remember(target)
    Cluster.main().ensure().sql(f"CREATE DATABASE {quote(target)} TEMPLATE {quote(source)}")
    shutil.rmtree(paths.filestore(target), ignore_errors=True)
    if paths.filestore(source).exists():
        # Odoo never changes an attachment's file in place: links are as good as copies.
        shutil.copytree(paths.filestore(source), paths.filestore(target), copy_function=os.link)


def drop(name):
    """Drop the database *name* and its filestore, whoever is connected."""
    server = Cluster.main().ensure()
    if name in server.databases():
        # Not WITH (FORCE), which fails while autovacuum is there: only a superuser may end that.
        # A plain DROP sends it away, and nobody else comes back before.
        server.sql(f"ALTER DATABASE {quote(name)} IS_TEMPLATE false ALLOW_CONNECTIONS false")
        server.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE datname = {literal(name)} AND usename = current_user"
        )
        server.sql(f"DROP DATABASE IF EXISTS {quote(name)}")
    shutil.rmtree(paths.filestore(name), ignore_errors=True)
    (_made() / name).unlink(missing_ok=True)


def made():
    """The names of the databases that ``./dev`` made and that are still there."""
    return sorted(path.name for path in _made().iterdir() if exists(path.name))


def _made():
    folder = paths.STATE / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _remember(name):
    (_made() / name).touch()


def exists(name):
    return name in Cluster.main().ensure().databases()


def install(database, modules, demo=False, upgrade=False):
    """Install (or upgrade) *modules*, a list of names, in *database*; the log lies in DEV_HOME."""
    server = Cluster.main().ensure()
    conf = config.write(paths.RUN / f"install-{database}.conf", config.options(server, database))
    command = [paths.PYTHON, paths.ODOO_SCRIPT, "-c", conf, "-d", database, "--no-http"]
    command += ["-u" if upgrade else "-i", ",".join(modules), "--stop-after-init"]
    command += ["--with-demo"] if demo else []
    log = paths.LOGS / f"install-{database}.log"
    try:
        run(command, log=log, environment=config.environment())
    except DevError:
        raise DevError(f"installing {', '.join(modules)} failed:\n{_why(log)}\n({log})") from None
    finally:
        conf.unlink()
        _show_complaints(log)
    _check_installed(server, database, modules, log)


def _show_complaints(log):
    """Show what Odoo said about our addons at level WARNING and above."""
    if not log.exists():
        return
    for line in log.read_text().splitlines():
        level = line.split(" ")[3:4]
        ours = "logistics" in line and "logistics_master_key" not in line
        if ours and level and level[0] in ("WARNING", "ERROR", "CRITICAL"):
            say(line)


def _why(log):
    """The last traceback of a log, without what the shutdown says after it."""
    text = log.read_text()
    traceback = text[max(text.rfind("Traceback (most recent call last)"), 0) :]
    lines = [line for line in traceback.splitlines() if " INFO " not in line]
    return "\n".join(lines[-25:])


def _check_installed(server, database, modules, log):
    rows = server.sql("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    missing = sorted(set(modules) - set(rows.splitlines()))
    if missing:
        raise DevError(f"not installed in {database}: {', '.join(missing)}; see {log}")


def _kind(demo):
    return "demo" if demo else "plain"


def _ensure(prefix, key, demo, base):
    """The template *prefix*_*key*; built from the template *base* (or nothing) when missing."""
    name = f"{prefix}_{key}"
    server = Cluster.main().ensure()
    with lock(prefix):
        if name not in server.databases():
            _build(name, demo, base)
            _prune(prefix, name)
        _stamp(name).touch()
    return name


def _build(name, demo, base):
    server, draft = Cluster.main(), f"{name}_draft"
    modules = addons.ours() if base else list(addons.STANDARD)
    with step(f"template database {name} ({', '.join(modules)})"):
        drop(draft)
        _remember(draft)
        if base:  # without one, Odoo makes the database, with the extensions that it wants
            copy(base, draft)
        try:
            install(draft, modules, demo)
        except DevError:
            drop(draft)
            raise
        shutil.rmtree(paths.filestore(name), ignore_errors=True)
        if paths.filestore(draft).exists():
            os.replace(paths.filestore(draft), paths.filestore(name))
        _remember(name)
        server.sql(f"ALTER DATABASE {quote(draft)} RENAME TO {quote(name)}")
        # Nobody connects by accident: a template in use cannot be copied.
        server.sql(f"ALTER DATABASE {quote(name)} ALLOW_CONNECTIONS false")


def _stamp(name):
    folder = paths.STATE / "templates"
    folder.mkdir(exist_ok=True)
    return folder / name


def _prune(prefix, newest):
    """Drop all but the last used templates of this kind."""
    server = Cluster.main()
    like = literal(prefix + "\\_%")
    query = f"SELECT datname FROM pg_database WHERE datname LIKE {like} AND NOT datallowconn"
    names = [name for name in server.sql(query).splitlines() if name != newest]
    names.sort(key=lambda name: _last_use(name), reverse=True)
    for name in names[KEPT_TEMPLATES - 1 :]:
        if time.time() - _last_use(name) > 600:
            drop(name)
            _stamp(name).unlink(missing_ok=True)


def _last_use(name):
    stamp = _stamp(name)
    return stamp.stat().st_mtime if stamp.exists() else 0.0
