"""Servers as end-to-end tests and the exam use them: started, hurt, restarted, gone."""

import os
import time
import urllib.request
from pathlib import Path

import pytest

from devtools import databases, ports
from devtools.proxy import Proxy
from devtools.rpc import Rpc
from devtools.server import OdooServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    name = f"devtools_{os.getpid()}"
    log = tmp_path_factory.mktemp("server") / "odoo.log"
    databases.create(name, standard=True)
    try:
        with OdooServer(name, log_path=log) as server:
            yield server
    finally:
        databases.drop(name)
        assert not databases.exists(name)


def pages(url):
    with urllib.request.urlopen(f"{url}/web/login", timeout=30) as answer:
        return answer.status


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


def test_workers_cron_runner_and_evented_process_are_there(server):
    # Two workers, one cron worker, the job runner, the evented process.
    wait_until(lambda: len(server.child_pids()) == 5)


def test_its_configuration_is_private(server):
    assert server.conf.stat().st_mode & 0o777 == 0o600


def test_rpc_tells_who_may_not_log_in(server):
    assert Rpc(server.url, server.db)("res.users", "search_count", []) > 0
    with pytest.raises(PermissionError):
        Rpc(server.url, server.db, password="wrong")


def test_a_killed_worker_is_replaced(server):
    wait_until(lambda: len(server.child_pids()) == 5)
    victim = server.child_pids()[0]
    server.kill9(victim)
    wait_until(lambda: victim not in server.child_pids() and len(server.child_pids()) == 5)
    assert pages(server.url) == 200


def test_the_proxy_serves_pages(server):
    with Proxy(ports.free(), server) as proxy:
        assert pages(proxy.url) == 200


def test_nothing_of_a_killed_server_is_left_and_it_starts_again(server):
    group = server.pid
    server.kill9()
    assert not server.running()
    assert not any(Path(f"/proc/{pid}").exists() for pid in (group, *server.child_pids()))
    server.start().wait_ready()
    assert server.pid != group
    assert pages(server.url) == 200
    assert "odoo" in server.log_tail()
