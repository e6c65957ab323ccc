# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""One job at work: what hangs holds up nobody, and nothing begins that cannot end in time."""

import threading
import time
from types import SimpleNamespace

import pytest
from odoo.addons.logistics_connector_base.outbox import crew, shift


class Session:
    """Every slot is free; which are held can be seen."""

    def __init__(self, taken=()):
        self.held, self.taken = set(), set(taken)

    def take(self, slot):
        if slot in self.taken:
            return False
        self.held.add(slot)
        return True

    def leave(self, slot):
        self.held.remove(slot)


class Member:
    """Makes one call, which lasts until it is answered."""

    def __init__(self, plan, number, deadline):
        self.slot, self.deadline = (plan.key, number), deadline
        self.plan, self.sent, self.calling_since = plan, 0, None

    def run(self):
        self.calling_since = time.monotonic()
        self.plan.answer.wait(10)
        self.calling_since = None
        self.sent = 1
        self.plan.left.discard(self.slot)


class World:
    """Partners by key, each with a number of threads that its work is worth."""

    def __init__(self, **threads):
        self.left = {(key, n) for key, count in threads.items() for n in range(count)}
        self.threads, self.answers, self.timeouts, self.served = threads, {}, {}, []
        for key in threads:
            self.answers[key] = threading.Event()

    def due(self):
        return [(key, n) for key, n in self.threads.items() if any(s[0] == key for s in self.left)]

    def plan(self, key):
        self.served.append((time.monotonic(), key))
        return SimpleNamespace(
            key=key, answer=self.answers[key], left=self.left, timeout=self.timeouts.get(key, 1)
        )

    def add(self, key, timeout=1):
        self.answers[key], self.timeouts[key] = threading.Event(), timeout
        self.answers[key].set()
        self.left.add((key, 0))
        self.threads[key] = 1


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(shift, "SLICE_SECONDS", 0.2)
    monkeypatch.setattr(crew, "SLOW", 0.05)


def led(world, session=None):
    return shift.Shift(session or Session(), world.due, world.plan, Member)


def later(seconds, *steps):
    """Do steps one after the other, each some seconds after the one before."""

    def run():
        for step in steps:
            time.sleep(seconds)
            step()

    threading.Thread(target=run, daemon=True).start()


def test_all_are_served_and_all_slots_are_given_back():
    world, session = World(a=1, b=2), Session()
    for answer in world.answers.values():
        answer.set()
    assert led(world, session).work() >= 2
    assert not session.held


def test_what_another_process_has_is_left_to_it():
    world = World(a=1)
    assert led(world, Session({("a", 0)})).work() == 0


def test_a_call_that_hangs_holds_up_nobody_after_the_slice():
    world = World(hangs=1)
    later(0.4, lambda: world.add("invoice"), world.answers["hangs"].set)
    led(world).work()
    assert [key for _at, key in world.served] == ["hangs", "invoice"]
    assert not world.left


def test_nothing_begins_that_cannot_end_in_time(monkeypatch):
    monkeypatch.setattr(shift, "OVERTIME", 5)
    world, session = World(hangs=1), Session()
    later(0.4, lambda: world.add("slow", timeout=30), world.answers["hangs"].set)
    led(world, session).work()
    assert world.left == {("slow", 0)}
    assert not session.held


def test_the_slice_ends_where_nobody_hangs():
    world = World(a=1)
    world.answers["a"].set()
    made = led(world)
    later(0.3, lambda: world.add("b"))
    made.work()  # nothing is due any more: it does not wait for what may come
    assert [key for _at, key in world.served] == ["a"]


def test_what_is_not_to_be_done_takes_no_slot():
    world, session = World(a=1), Session()
    assert shift.Shift(session, world.due, lambda key: None, Member).work() == 0
    assert not session.held
