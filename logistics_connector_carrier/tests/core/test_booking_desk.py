"""Acts as messages of the outbox: what is asked for, and what is kept of the answer."""

import json
from types import SimpleNamespace

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core import booking as core
from odoo.addons.logistics_connector_carrier.engine import desk
from odoo.addons.logistics_connector_carrier.engine.errors import NotOffered
from odoo.addons.logistics_connector_carrier.engine.said import Said

from .booking_requests import REQUESTS

UPS = REQUESTS["ups"]["three"]
GOOD = outcomes.Outcome(outcomes.DELIVERED, status=200)


class Account:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, said=None, error=None):
        self.said, self.error, self.asked = said, error, []

    def _answer(self, *asked, **more):
        self.asked.append((*asked, more))
        if self.error:
            raise self.error
        return self.said

    book = void = find = _answer


def taken(message, tries=1):
    return SimpleNamespace(content=json.dumps(message).encode(), tries=tries)


def test_a_booking_asks_for_what_was_asked_for_and_keeps_the_answer():
    answer = core.BookingAnswer("1ZA", ("1ZA", "1ZB", "1ZC"), total="9.90", currency="USD")
    account = Account(Said(GOOD, answer, words="fine"))
    done = desk.BookingDesk(account).act(taken(desk.book_message(UPS)), "client")
    assert account.asked == [(UPS, "client", {})]
    assert core.answer_from(json.loads(done.document)["answer"]) == answer
    assert (done.outcome, done.text) == (GOOD, "fine")


def test_a_part_is_kept_as_a_part():
    part = core.BookingAnswer("1ZA", ("1ZA",))
    no = outcomes.Outcome(outcomes.REJECTED, "the second is too heavy")
    done = desk.BookingDesk(Account(Said(no, partial=part))).act(
        taken(desk.book_message(UPS)), None
    )
    assert set(json.loads(done.document)) == {"partial"}


def test_a_second_try_of_a_void_says_so():
    account = Account(Said(GOOD, True))
    works = desk.BookingDesk(account)
    for tries in (1, 2):
        done = works.act(taken(desk.void_message("1ZA", "03"), tries), None)
        assert done.document == b""
    assert [more["again"] for *_asked, more in account.asked] == [False, True]


def test_what_a_carrier_does_not_offer_is_refused_and_not_tried_for_ever():
    works = desk.BookingDesk(Account(error=NotOffered("It calls nothing off.")))
    done = works.act(taken(desk.void_message("1ZA", "P")), None)
    assert (done.outcome.kind, done.text) == (outcomes.REJECTED, "It calls nothing off.")
    found = works.find(taken(desk.book_message(UPS)), None)
    assert found.outcome.kind == outcomes.DOUBT
