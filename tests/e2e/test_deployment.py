"""The files in ``deploy/`` as the deployment page gives them: a real nginx before a real Odoo."""

import configparser
import http.client
import runpy
import ssl
from types import SimpleNamespace

import pytest

from devtools import paths, ports
from devtools.nginx import Nginx

from ..support import http as plain
from .test_refusals import check_problem

DEPLOY = paths.PROJECT / "deploy"
CHANNELS = paths.PROJECT / "logistics_connector_monitoring/core/queue_channels.py"


@pytest.fixture(scope="module")
def nginx(live_server):
    with Nginx(live_server) as proxy:
        yield proxy


@pytest.fixture
def partner(world, nginx):
    """The world's partner, sending through nginx."""
    before = world.partner.url
    world.partner.url = before.replace(world.rpc.url, nginx.url)
    yield world.partner
    world.partner.url = before


def message(partner):
    return partner.encode(partner.wrap([]))


def test_the_site_is_valid(nginx):
    assert "test is successful" in nginx.checked
    assert "[warn]" not in nginx.checked.replace('"listen ... http2"', "")


def test_a_message_goes_through(world, partner):
    delivery = partner.deliver(message(partner))
    assert delivery.answer.status == 202
    assert world.fate(delivery.receipt)


def test_a_chunked_message_gets_its_length(partner):
    """Odoo alone answers 411; with nginx before it partners that send in chunks are taken."""
    body = message(partner)
    headers = partner.headers(body, partner.new_message_id(body)) | {"Transfer-Encoding": "chunked"}
    port = int(partner.url.split(":")[2].split("/")[0])
    connection = http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=20, context=ssl._create_unverified_context()
    )
    path = "/" + partner.url.split("/", 3)[3]
    connection.request("POST", path, iter([body[:50], body[50:]]), headers, encode_chunked=True)
    assert connection.getresponse().status == 202
    connection.close()


def test_what_is_larger_than_odoo_takes(partner):
    body = b'{"x": "' + b"y" * (7 * 1024 * 1024) + b'"}'
    check_problem(partner.post(body, "msg_7mb"), 413)


def test_odoos_own_answers_pass_unchanged(partner):
    body = message(partner)
    headers = partner.headers(body, "msg_x") | {"webhook-signature": "v1,AAAA"}
    check_problem(partner.post(body, headers=headers), 401)


def test_no_token_in_any_log(nginx, partner):
    partner.deliver(message(partner))
    partner.post(b"x" * (7 * 1024 * 1024), "msg_7mb")
    token = partner.url.rsplit("/", 1)[1]
    assert "/logistics/v1/in/***" in nginx.log()
    for log in ("odoo.log", "odoo-intake.log", "error.log"):
        assert token not in nginx.log(log)


def test_people_and_websockets(nginx):
    assert plain.request("GET", f"{nginx.url}/web/login").status == 200
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Origin": nginx.url,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    answer = plain.request("GET", f"{nginx.url}/websocket", headers=upgrade, timeout=60)
    assert answer.status == 101


def test_what_is_not_for_the_world(nginx):
    assert plain.request("GET", f"{nginx.url}/queue_job/runjob").status == 404
    clear = f"http://127.0.0.1:{nginx.clear_port}"
    assert plain.request("POST", f"{clear}/logistics/v1/in/{'A' * 32}", b"{}").status == 403
    assert plain.request("GET", f"{clear}/web").status == 301


def test_odoo_is_away():
    """It restarts: 503 with Retry-After, never 404, 410 or a page."""
    nobody = SimpleNamespace(port=ports.free(), gevent_port=ports.free())
    with Nginx(nobody) as proxy:
        for path in ("in/" + "A" * 32, "messages/" + "0" * 32):
            answer = plain.request("POST", f"{proxy.url}/logistics/v1/{path}", b"{}")
            check_problem(answer, 503)
            assert answer.headers["retry-after"] == "30"


def test_odoo_conf_names_options_that_exist():
    from odoo.tools import config

    parser = configparser.ConfigParser()
    parser.read(DEPLOY / "odoo.conf")
    known = set(config.options) | {"db_name"}
    assert set(parser["options"]) <= known
    assert "logistics_connector_base" in parser["options"]["server_wide_modules"]
    assert "root.logistics.inbound:3" in parser["queue_job"]["channels"]
    named = [room.partition(":")[0] for room in parser["queue_job"]["channels"].split(",")]
    missing = runpy.run_path(str(CHANNELS))["missing"]  # it imports nothing of Odoo
    assert not missing([{"name": name} for name in named])


def test_the_unit_brings_odoo_back():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read(DEPLOY / "systemd/odoo.service")
    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert "postgresql" not in unit["Unit"].get("Requires", "")
