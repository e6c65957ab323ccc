"""Throw-away clusters with a database of our addons, for whoever crashes PostgreSQL.

    with private.cluster("trial4", "my_db") as mine, OdooServer("my_db", cluster=mine) as odoo:
        mine.stop_immediate(); mine.start()

A seed (a stopped cluster with one database) is made once for each state of the addons, and copied.
"""

import contextlib
import os
import shutil
import time

from . import addons, databases, paths
from .console import step
from .pg_server import quote
from .postgres import Cluster, clusters_folder
from .system import is_root, lock, run

SEED = "seed"
KEPT_SEEDS = 2
#: Small, as they live beside the shared cluster; as durable as that.
SETTINGS = {"shared_buffers": "128MB", "max_connections": "60", "max_wal_size": "512MB"}


@contextlib.contextmanager
def cluster(name, database, settings=None):
    """A running private cluster that holds *database*, a fresh one without demo data."""
    seed = _ensure_seed()
    mine = Cluster.private(name, {**SETTINGS, "fsync": "on", **(settings or {})})
    mine.destroy()
    try:
        _copy(seed, mine)
        mine.start()
        mine.sql(f"ALTER DATABASE {quote(SEED)} RENAME TO {quote(database)}")
        shutil.rmtree(paths.filestore(database), ignore_errors=True)
        if (source := paths.filestore(seed.name)).exists():
            shutil.copytree(source, paths.filestore(database), copy_function=os.link)
        yield mine
    finally:
        mine.destroy()
        shutil.rmtree(paths.filestore(database), ignore_errors=True)


def _ensure_seed():
    """The stopped cluster to copy from; made when the addons have changed."""
    # Made in a hurry; the copies are durable.
    seed = Cluster(f"seed-{addons.project_key(False)}", {**SETTINGS, "fsync": "off"})
    with lock("seed"):
        if not (seed.home / "complete").exists():
            with step(f"PostgreSQL cluster {seed.name}"):
                _make_seed(seed)
            _prune(seed)
        (seed.home / "used").touch()
    return seed


def _make_seed(seed):
    seed.destroy()
    main, copy = Cluster.main().ensure(), f"seed_{os.getpid()}"
    dump = paths.RUN / f"{copy}.dump"
    try:
        databases.create(copy)  # templates take no connections
        run([seed.binary("pg_dump"), "-Fc", "-Z0", "-f", dump, copy], env=main.env())
        seed.ensure()
        seed.sql(f"CREATE DATABASE {quote(SEED)}")
        restore = [seed.binary("pg_restore"), "-j2", "--no-owner", "-d", SEED, dump]
        run(restore, env=seed.env())
        seed.sql("ANALYZE", SEED)
        seed.stop()
        shutil.rmtree(paths.filestore(seed.name), ignore_errors=True)
        if paths.filestore(copy).exists():
            shutil.copytree(
                paths.filestore(copy), paths.filestore(seed.name), copy_function=os.link
            )
        (seed.home / "complete").touch()
    finally:
        databases.drop(copy)
        dump.unlink(missing_ok=True)


def _copy(seed, mine):
    """Copy the files of a stopped cluster, with settings of its own at the end, where they win."""
    mine.home.mkdir(mode=0o755, parents=True)
    run(["cp", "-a", seed.data, mine.data])
    with open(mine.data / "postgresql.conf", "a") as conf:
        conf.write(f"unix_socket_directories = '{mine.host}'\n")
        conf.writelines(f"{key} = {value}\n" for key, value in mine.settings.items())
    if is_root():
        shutil.chown(mine.home, "postgres", "postgres")
    mine.home.chmod(0o700)


def _prune(newest):
    """Remove seeds of former states of the addons that nobody used lately."""
    seeds = [home for home in clusters_folder().glob("seed-*") if home.name != newest.name]
    seeds.sort(key=_last_use, reverse=True)
    for home in seeds[KEPT_SEEDS - 1 :]:
        if time.time() - _last_use(home) > 600:
            Cluster(home.name).destroy()
            shutil.rmtree(paths.filestore(home.name), ignore_errors=True)


def _last_use(home):
    stamp = home / "used"
    return stamp.stat().st_mtime if stamp.exists() else 0.0
