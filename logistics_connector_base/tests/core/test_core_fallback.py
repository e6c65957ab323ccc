# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What may go another way: never both, never lost, in order, whatever happens in between."""

import itertools
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.fallback import (
    Try,
    Waiting,
    copy_receipt,
    is_absent,
    leads,
    movable,
)

laws = settings(deadline=None, max_examples=300)
DOUBT, TROUBLE, ABSENT = (Try(kind) for kind in ("doubt", "trouble", "absent"))
tries = st.lists(
    st.sampled_from([DOUBT, TROUBLE, ABSENT, Try("throttled"), Try(), Try("ProcessDied")]),
    max_size=4,
).map(tuple)
messages = st.builds(
    Waiting,
    id=st.integers(1, 10_000),
    key=st.sampled_from([None, "A", "B", "C"]),
    priority=st.sampled_from([10, 50, 90]),
    state=st.sampled_from(["pending", "pending", "pending", "scheduled", "sending", "doubt"]),
    is_due=st.booleans(),
    is_held=st.sampled_from([False, False, False, True]),
    tries=st.one_of(st.just(()), tries),
)
lines = st.lists(messages, max_size=25, unique_by=lambda one: one.id)


def waiting(number, key=None, **values):
    return Waiting(number, key, **{"priority": 50, "state": "pending", **values})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], True),
        ([("trouble", 503), ("throttled", 429), ("trouble", 0)], True),
        ([("gone", 410)], True),
        ([("refused", 0)], True),
        ([("rejected", 422)], True),
        ([("rejected", 409)], False),
        ([("doubt", 500)], False),
        ([("doubt", 0), ("trouble", 503)], False),
        ([("ProcessDied", 0)], False),
        ([("", 200)], False),
        ([("", 0)], True),
        ([("doubt", 0), ("absent", 404)], True),
        ([("absent", 404), ("doubt", 0)], False),
        ([("what nobody knows", 0)], False),
    ],
)
def test_what_has_certainly_not_arrived(told, expected):
    assert is_absent([Try(*one) for one in told]) is expected


def test_nothing_goes_past_what_stays():
    line = [
        waiting(1, "A"),
        waiting(2, "A", tries=(DOUBT,)),
        waiting(3, "A"),
        waiting(4, "B"),
        waiting(5),
    ]
    assert movable(line, True, 100) == [1, 4, 5]
    assert movable(line, False, 100) == [1, 3, 4, 5]


def test_what_failed_holds_back_what_stands_behind_it():
    line = [waiting(1, "A", state="dead"), waiting(2, "A"), waiting(3)]
    assert movable(line, True, 100) == [3]


def test_the_urgent_go_first_with_what_stands_before_them():
    line = [waiting(1), waiting(2, "A"), waiting(3, "A", priority=10), waiting(4)]
    assert movable(line, True, 100) == [2, 3, 1, 4]
    assert movable(line, True, 2) == [2, 3]
    assert movable(line, True, 1) == [1], "not the urgent one without the one before it"


def test_one_stays_that_shows_whether_they_are_back():
    line = [waiting(1, "A"), waiting(2, "A"), waiting(3, "B"), waiting(4, "C", priority=90)]
    assert movable(line, True, 100, keeps_probe=True) == [3, 4]
    stays = [*line, waiting(5, tries=(DOUBT,))]
    assert movable(stays, True, 100, keeps_probe=True) == [1, 2, 3, 4]
    not_yet = [replace(message, is_due=False, state="scheduled") for message in line]
    assert movable(not_yet, True, 100, keeps_probe=True) == [1, 2, 3, 4]


@laws
@given(lines, st.booleans(), st.integers(0, 30), st.booleans())
def test_only_what_may_goes_once_and_no_more_than_allowed(line, ordered, most, keeps_probe):
    going = movable(line, ordered, most, keeps_probe)
    by_id = {message.id: message for message in line}
    assert len(going) == len(set(going)) <= most
    assert all(by_id[number].may_move for number in going)


@laws
@given(lines, st.integers(0, 30), st.booleans())
def test_of_a_key_the_first_ones_go_in_their_order(line, most, keeps_probe):
    going = movable(line, True, most, keeps_probe)
    for key in "ABC":
        queue = sorted(message.id for message in line if message.key == key)
        gone = [number for number in going if number in queue]
        assert gone == queue[: len(gone)]


@laws
@given(lines, st.booleans(), st.booleans())
def test_nothing_stays_without_a_reason(line, ordered, keeps_probe):
    """With room enough, what stays may not go, stands behind what stays, or is the one probe."""
    going = set(movable(line, ordered, len(line), keeps_probe))
    stay = sorted((one for one in line if one.id not in going), key=lambda one: one.id)
    kept = []
    for message in stay:
        behind = any(
            ordered and message.key and one.key == message.key and one.id < message.id
            for one in stay
        )
        if message.may_move and not behind:
            kept.append(message)
    assert len(kept) <= (1 if keeps_probe else 0)
    assert all(message.is_due for message in kept)


# -- a whole story ------------------------------------------------------------------------------


@dataclass
class Ways:
    """Two partners, the line of each flow, and what each has worked, as the outbox does it."""

    line: list = field(default_factory=list)
    other: list = field(default_factory=list)
    worked: list = field(default_factory=list)  # (who, original id)
    is_down: bool = False
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))
    copies: dict = field(default_factory=dict)  # receipt → original, unique for ever

    def add(self, key):
        self.line.append(waiting(next(self.numbers), key))

    def move(self, most, keeps_probe):
        if not self.is_down:
            return
        by_id = {message.id: message for message in self.line}
        for number in movable(self.line, True, most, keeps_probe):
            receipt = copy_receipt(str(number))
            assert receipt not in self.copies
            self.copies[receipt] = number
            self.other.append((next(self.numbers), by_id[number]))
            self.line.remove(by_id[number])

    def _first(self):
        """What the first flow would send: nothing of a key that has something on the other way."""
        away = {message.key for _number, message in self.other if message.key}
        heads = {}
        for message in sorted(self.line, key=lambda one: one.id):
            heads.setdefault(message.key or message.id, message)
        return next((one for one in heads.values() if one.key not in away), None)

    def send(self, arrives, answers):
        """One call to the first partner. While it is down a call may get lost in both ways."""
        message = self._first()
        if message is None:
            return
        if not self.is_down:
            arrives = answers = True
        if arrives and message.id not in [number for _who, number in self.worked]:
            self.worked.append(("first", message.id))  # they know it by its id
        self.line.remove(message)
        if not (arrives and answers):
            kind = "doubt" if arrives or not answers else "trouble"
            self.line.append(replace(message, tries=(*message.tries, Try(kind))))

    def send_other(self):
        if self.other:
            _number, message = self.other.pop(0)
            self.worked.append(("other", message.id))


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from([None, "A", "B"])),
        st.tuples(st.just("move"), st.integers(1, 3), st.booleans()),
        st.tuples(st.just("send"), st.booleans(), st.booleans()),
        st.tuples(st.just("send_other")),
        st.tuples(st.just("turn")),
    ),
    max_size=60,
)


@laws
@given(steps)
def test_each_message_arrives_once_and_in_order_whatever_happens(story):
    ways, keys = Ways(), {}
    for name, *arguments in story:
        if name == "turn":
            ways.is_down = not ways.is_down
        else:
            getattr(ways, name)(*arguments)
        for message in ways.line:
            keys[message.id] = message.key
    ways.is_down = False
    for _time in range(200):
        ways.send(True, True)
        ways.send_other()
    assert not ways.line and not ways.other
    numbers = [number for _who, number in ways.worked]
    assert sorted(numbers) == sorted(keys), "never both, never lost"
    for key in "AB":
        told = [number for number in numbers if keys[number] == key]
        assert told == sorted(told)


def test_a_copy_has_one_id_for_ever():
    assert copy_receipt("a") == copy_receipt("a") != copy_receipt("b")


def test_ways_that_go_in_circles():
    ways = [(1, 2), (2, 3), (4, 1)]
    assert leads(ways, 1, 3) and leads(ways, 4, 3) and leads(ways, 2, 2)
    assert not leads(ways, 3, 1) and not leads([], 1, 2)
    assert leads([(1, 2), (2, 1), (2, 3)], 1, 3)
