"""A private PostgreSQL cluster survives what trials do to it, and leaves nothing behind."""

import contextlib
import os
from pathlib import Path

import psycopg2
import pytest

from devtools import databases
from devtools.postgres import Cluster


@pytest.fixture(scope="module")
def cluster():
    with Cluster.private("devtools") as cluster:
        cluster.sql("CREATE DATABASE trial")
        cluster.sql("CREATE TABLE kept (word text)", "trial")
        yield cluster
    assert not cluster.home.exists()
    assert not Path(cluster.host).exists()


def words(cluster):
    with psycopg2.connect(cluster.dsn("trial")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT word FROM kept")
        return {word for (word,) in cursor}


@pytest.mark.parametrize("crash", ["stop", "stop_immediate", "kill9"])
def test_what_was_committed_survives(cluster, crash):
    cluster.sql(f"INSERT INTO kept VALUES ('{crash}')", "trial")
    getattr(cluster, crash)()
    assert not cluster.running()
    with pytest.raises(psycopg2.OperationalError):
        words(cluster)
    cluster.start()
    assert crash in words(cluster)


def test_it_is_durable_and_has_room(cluster):
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert cluster.sql(f"SHOW {name}") == "on"
    assert int(cluster.sql("SHOW max_connections")) >= 100


def test_two_clusters_do_not_meet(cluster):
    with Cluster.private("devtools-other") as other:
        assert other.host != cluster.host
        assert "trial" not in other.databases()


def test_a_database_in_use_is_dropped():
    name, server = f"devtools_drop_{os.getpid()}", Cluster.main().ensure()
    server.sql(f'CREATE DATABASE "{name}"')
    server.sql(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    with contextlib.closing(psycopg2.connect(server.dsn(name))) as client:
        databases.drop(name)
        assert not databases.exists(name)
        with pytest.raises(psycopg2.OperationalError):
            client.cursor().execute("SELECT 1")
    databases.drop(name)  # it is gone: nothing to do
