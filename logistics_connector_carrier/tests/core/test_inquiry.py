"""Accounts asked at the same time. Nothing here waits for a clock: threads wait for each other."""

import threading
from types import SimpleNamespace

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.engine.errors import EngineError
from odoo.addons.logistics_connector_carrier.engine.inquiry import Inquiry, ask_all


def said(value, kind=outcomes.DELIVERED, status=200):
    return SimpleNamespace(value=value, outcome=outcomes.Outcome(kind, status=status), words="")


def test_they_are_asked_together():
    """Each answers only when all were asked: one after the other they would wait for ever."""
    everybody = threading.Barrier(4, timeout=30)

    def ask():
        everybody.wait()
        return said("rates")

    replies = ask_all({number: Inquiry(number, ask) for number in range(4)}, 60)
    assert [reply.said.value for reply in replies.values()] == ["rates"] * 4


def test_the_fault_of_one_is_its_own():
    def stumble():
        raise ValueError("a secret")

    def refuse():
        raise EngineError("karrio_x is not installed")

    replies = ask_all(
        {
            "bad": Inquiry(1, stumble),
            "missing": Inquiry(2, refuse),
            "good": Inquiry(3, lambda: said("rates")),
        },
        60,
    )
    assert replies["good"].said.value == "rates"
    assert replies["missing"].problem == "karrio_x is not installed"
    assert replies["bad"].problem == "ValueError"


def test_nobody_waits_for_ever():
    end = threading.Event()

    def never():
        end.wait(60)
        return said("too late")

    try:
        reply = ask_all({"slow": Inquiry(1, never)}, 0.1)["slow"]
        assert reply.is_late and reply.said is None
    finally:
        end.set()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (outcomes.DOUBT, None),
        (outcomes.TROUBLE, None),
        (outcomes.TROUBLE, 401),  # accounts are locked after some wrong passwords
        (outcomes.THROTTLED, 429),
    ],
)
def test_who_is_silent_is_not_asked_for_each_order_again(kind, status):
    asked = []

    def silent():
        asked.append(1)
        return said(None, kind, status)

    replies = ask_all({number: Inquiry("dead", silent) for number in range(40)}, 60)
    assert all(reply.said.value is None for reply in replies.values())
    assert len(asked) <= 8  # those that were under way together


@pytest.mark.parametrize("status", [400, None])  # None: our own no, of what is asked for
def test_a_refusal_is_no_silence(status):
    asked = []

    def refuse():
        asked.append(1)
        return said(None, outcomes.REJECTED, status)

    ask_all({number: Inquiry("picky", refuse) for number in range(12)}, 60)
    assert len(asked) == 12
