"""The desk that tells a partner in its own words: what its calls are worth, over real HTTP."""

import json
from datetime import UTC, datetime

import pytest
from odoo.addons.logistics_connector_base.client import GuardedClient, Limits
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.netguard import parse_rule
from odoo.addons.logistics_connector_base.outbox.claims import Taken
from odoo.addons.logistics_connector_wms.engine.release_desk import ReleaseDesk
from odoo.addons.logistics_connector_wms.providers.shipbob.acts import ShipBobActs

from tests.simulators.receiver import Answer
from tests.simulators.shipbob import ShipBob

LINE = {"line": 1, "product": "LAMP", "their_product": "LAMP", "their_quantity": 2}
CONTENT = {
    "type": "release",
    "revision": 1,
    "kind": "delivery",
    "delivery": "WH/OUT/1",
    "their_warehouse": "10",
    "ship_to": {"name": "Ada", "street": "1 Quay", "city": "Leith", "country": "GB"},
    "lines": [LINE],
}


class Caller:
    """What identifies us: a token that may have ended."""

    def __init__(self, token):
        self.token, self.renewed = "ended", token
        self.count = 0

    def url(self, url):
        return url

    def headers(self, _call):
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self):
        self.count += 1
        is_new, self.token = self.token != self.renewed, self.renewed
        return is_new

    def mask(self, text):
        return text.replace(self.token, "…")


@pytest.fixture
def bob():
    with ShipBob() as made:
        yield made


def desk_of(bob, url=None):
    return ReleaseDesk(ShipBobActs(), url or f"{bob.url}/2.0/", Caller(bob.token))


def taken(content, tries=1):
    body = json.dumps(content).encode()
    now = datetime.now(UTC)
    return Taken(1, "r-1", "WH/OUT/1", tries, now, "application/json", "c-1", 50, body)


def work(bob, content=None, method="act", desk=None):
    rules = [parse_rule("127.0.0.1", str(bob.port), plain_http=True)]
    with GuardedClient(Limits(total=5.0, read=2.0), rules) as client:
        return getattr(desk or desk_of(bob), method)(taken(content or CONTENT), client)


def test_an_order_is_made_with_a_token_that_is_renewed(bob):
    desk = desk_of(bob)
    said = work(bob, desk=desk)
    assert said.outcome.kind == outcomes.DELIVERED
    assert json.loads(said.document)["verdict"] == "done"
    assert (len(bob.orders), desk.caller.count) == (1, 1)
    assert work(bob, method="find").outcome.kind == outcomes.DELIVERED


@pytest.mark.parametrize(
    "answer, kind",
    [
        (Answer(429, {"Retry-After": "7"}), outcomes.THROTTLED),
        (Answer(503), outcomes.TROUBLE),
        (Answer(500), outcomes.TROUBLE),
        (Answer(200, {}, b"<html>"), outcomes.TROUBLE),
        (Answer(200, reset=True), outcomes.TROUBLE),
    ],
)
def test_of_a_question_nothing_was_worked(bob, answer, kind):
    bob.troubles = [answer]
    said = work(bob)
    assert said.outcome.kind == kind
    assert (said.document, bob.orders) == (b"", [])


def test_of_a_change_whose_answer_is_lost_nobody_knows(bob):
    bob.lose_answer_of = "/order"
    assert work(bob).outcome.kind == outcomes.DOUBT
    assert len(bob.orders) == 1
    assert work(bob, method="find").outcome.kind == outcomes.DELIVERED
    assert work(bob).outcome.kind == outcomes.DELIVERED
    assert len(bob.orders) == 1


def test_what_is_refused_is_no_trouble(bob):
    said = work(bob, {**CONTENT, "ship_to": {"name": "Ada"}})
    assert said.outcome.kind == outcomes.REJECTED
    assert json.loads(said.document)["verdict"] == "refused"
    assert "city" in said.text


def test_too_late_is_said_with_the_verdict(bob):
    work(bob)
    bob.ship(bob.orders[0])
    said = work(bob, {**CONTENT, "type": "cancel"})
    assert said.outcome.kind == outcomes.REJECTED
    assert json.loads(said.document)["verdict"] == "too_late"


def test_what_may_be_half_done_is_done_again(bob):
    assert work(bob, method="find").outcome.kind == outcomes.ABSENT
    change = {**CONTENT, "type": "replace", "revision": 2}
    assert work(bob, change, method="find").outcome.kind == outcomes.ABSENT


def test_an_address_that_is_not_allowed_is_never_called(bob):
    desk = desk_of(bob, "http://127.0.0.1:9/2.0")
    assert work(bob, desk=desk).outcome.kind == outcomes.REFUSED
