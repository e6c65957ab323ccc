# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Who of the senders has a room: no flow is kept out by others, however many and slow they are."""

import threading

import pytest
from odoo.addons.logistics_connector_base.outbox import crew as crews
from odoo.addons.logistics_connector_base.outbox.crew import (
    MOST_AT_WORK,
    MOST_MEMBERS,
    SLOW,
    SPARE,
    TURN,
    Crew,
)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Sender:
    """Sends until it is told to end: its deadline is over, and its call answered."""

    sent = 1

    def __init__(self, flow_id, number=0):
        self.slot = (flow_id, number)
        self.deadline, self.calling_since = 1e9, None
        self.end = threading.Event()

    def run(self):
        self.end.wait(10)


@pytest.fixture
def crew():
    made = Crew(Clock())
    yield made
    for _thread, sender in made.members.values():
        sender.end.set()
    made.halt()


def fill(crew, count, senders=1):
    made = [Sender(flow_id, number) for flow_id in range(count) for number in range(senders)]
    for sender in made:
        crew.start(sender)
    return made


def asked(senders):
    return [sender.slot[0] for sender in senders if sender.deadline == 0.0]


def test_rooms_are_few(crew):
    fill(crew, MOST_AT_WORK - 1)
    assert crew.has_room
    crew.start(Sender(99))
    assert not crew.has_room
    assert crew.serves(99) and not crew.serves(100)


def test_who_waits_for_a_slow_partner_takes_no_room(crew):
    senders = fill(crew, MOST_AT_WORK)
    for sender in senders:
        sender.calling_since = crew._clock.now
    assert not crew.has_room, "it may be quick"
    crew._clock.now += SLOW + 0.1
    assert crew.has_room
    senders[0].calling_since = None
    assert crew.has_room


def test_but_there_are_not_threads_without_end(crew):
    for sender in fill(crew, MOST_MEMBERS):
        sender.calling_since = 0.0
    assert not crew.has_room


def test_the_last_rooms_are_for_flows_that_have_none(crew):
    fill(crew, MOST_AT_WORK - SPARE)
    assert not crew.has_spare_room
    assert crew.has_room


def test_whoever_had_a_turn_makes_room_the_oldest_first(crew):
    old = fill(crew, 2)
    crew._clock.now += TURN
    young = [Sender(flow_id) for flow_id in (7, 8)]
    for sender in young:
        crew.start(sender)
    crew.make_room(3)
    assert asked(old + young) == [0, 1], "the young ones have not had their turn"
    crew._clock.now += TURN
    crew.make_room(3)
    assert asked(old + young) == [0, 1, 7]
    crew.make_room(3)
    assert asked(old + young) == [0, 1, 7], "three make room already"


def test_further_senders_of_a_flow_make_room_first(crew):
    only = fill(crew, 1)[0]
    crew._clock.now += 1
    several = [Sender(5, number) for number in range(3)]
    for sender in several:
        crew.start(sender)
    crew._clock.now += TURN
    crew.make_room(2)
    assert (only.deadline, asked(several)) == (1e9, [5, 5])


def test_who_ends_leaves_the_room(crew):
    sender = fill(crew, 1)[0]
    crew._clock.now += TURN
    crew.make_room(1)
    sender.end.set()
    crew.members[(0, 0)][0].join(5)
    assert list(crew.ended()) == [(0, 0)]
    assert (crew.sent, crew.members, crew._since, crew._leaving) == (1, {}, {}, set())
    assert crews.MOST_MEMBERS > crews.MOST_AT_WORK > crews.SPARE
